//! Terraform's functions: one table, one row per function, one file per family.
//!
//! The table says what a function takes and which arguments it can deal with when they are null,
//! unknown or sensitive; what it cannot deal with is settled here, before it runs: a null argument is
//! an error, an unknown one makes the result unknown, and marks move from arguments to the result.
//! Functions whose arguments are not evaluated first (`try`, `can`) and templates are expressions and
//! live with them.

mod arguments;
mod cidr;
mod dates;
mod encoding;
mod files;
mod format;
mod hashing;
mod json;
mod lists;
mod maps;
mod numbers;
mod products;
mod providers;
mod regex;
mod strings;
mod table;
mod tfvars;
mod types;
mod yaml;
mod yaml_write;

use std::fmt;

use crate::config::files::Files;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::sets::unmarked;
use crate::evaluate::values::unknown::derived_with;
use crate::evaluate::values::value::{Marks, Type, Value};
pub(crate) use arguments::Call;
use table::{Function, Parameter};

pub use strings::graphemes;

/// What functions may reach beyond their arguments.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub files: Option<&'a Files>,
}

/// Why a call has no result, and which argument is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    pub argument: Option<usize>,
    pub message: String,
}

impl FunctionError {
    pub(crate) fn new(message: impl Into<String>) -> FunctionError {
        FunctionError {
            argument: None,
            message: message.into(),
        }
    }

    /// An argument is to blame, but Terraform points at the whole call.
    pub(crate) fn about(argument: usize, message: impl fmt::Display) -> FunctionError {
        FunctionError::new(format!("argument {}: {message}", argument + 1))
    }

    pub(crate) fn at(argument: usize, message: impl Into<String>) -> FunctionError {
        FunctionError {
            argument: Some(argument),
            message: message.into(),
        }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whether there is a function of this name, `core::` included.
#[must_use]
pub fn exists(name: &str) -> bool {
    table::find(plain(name)).is_some()
}

/// The names of all functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    table::FUNCTIONS.iter().map(|function| function.name)
}

/// Calls the function `name`.
///
/// # Errors
/// There is no such function, the arguments do not fit, or the function has no result for them.
pub fn call(name: &str, arguments: Vec<Value>, context: &Context<'_>) -> Result<Value, FunctionError> {
    let function = table::find(plain(name))
        .ok_or_else(|| FunctionError::new(format!("there is no function `{name}`")))?;
    check_count(function, arguments.len())?;
    let prepared = prepare(function, arguments)?;
    let call = Call {
        by: function.name,
        arguments: prepared.arguments,
        context,
    };
    let result = if prepared.unknown {
        let of = function.result.type_of(&call)?;
        unknown_result(function, of, &call)
    } else {
        (function.call)(&call)?
    };
    Ok(result.with_marks(prepared.marks))
}

fn plain(name: &str) -> &str {
    name.strip_prefix("core::").unwrap_or(name)
}

fn check_count(function: &Function, given: usize) -> Result<(), FunctionError> {
    let wanted = function.parameters.len();
    let message = match function.rest {
        Some(_) if given < wanted => format!(
            "`{}` takes at least {wanted} arguments, not {given}",
            function.name
        ),
        None if given != wanted => format!("`{}` takes {wanted} arguments, not {given}", function.name),
        _ => return Ok(()),
    };
    // At the first argument too many, or where the missing one would stand.
    Err(FunctionError::at(given.min(wanted), message))
}

struct Prepared {
    arguments: Vec<Value>,
    /// Marks of the arguments that the function does not look after itself.
    marks: Marks,
    /// Whether an argument is unknown that the function cannot work with.
    unknown: bool,
}

fn prepare(function: &Function, arguments: Vec<Value>) -> Result<Prepared, FunctionError> {
    let mut prepared = Prepared {
        arguments: Vec::with_capacity(arguments.len()),
        marks: Marks::default(),
        unknown: false,
    };
    let parameters = function.parameters.iter().chain(function.rest.iter().cycle());
    for (index, (argument, parameter)) in arguments.into_iter().zip(parameters).enumerate() {
        let value = fitted(argument, parameter, index)?;
        let value = if parameter.marked {
            if !value.is_known() && !parameter.unknown {
                prepared.marks = prepared.marks.and(value.marks);
            }
            value
        } else {
            prepared.marks = prepared.marks.and(value.deep_marks());
            unmarked(value)
        };
        prepared.unknown |= !value.is_known() && !parameter.unknown;
        prepared.arguments.push(value);
    }
    Ok(prepared)
}

fn fitted(argument: Value, parameter: &Parameter, index: usize) -> Result<Value, FunctionError> {
    let value = match parameter.of.constraint() {
        Type::Any => argument,
        of => convert(argument, &of).map_err(|error| FunctionError::at(index, error.to_string()))?,
    };
    if value.is_null() && !parameter.null {
        return Err(FunctionError::at(index, "it must not be null"));
    }
    Ok(value)
}

fn unknown_result(function: &Function, of: Type, call: &Call<'_>) -> Value {
    let arguments: Vec<&Value> = call.arguments.iter().collect();
    derived_with(of, function.name, &arguments, |unknown| {
        unknown.not_null = !function.maybe_null
    })
}

#[cfg(test)]
mod tests;
