//! The door to the function library.

use crate::config::files::Files;
use crate::evaluate::functions::{self, Context, FunctionError};
use crate::evaluate::values::value::Value;

/// Why a call has no result, and which argument is to blame.
pub type Refusal = FunctionError;

/// Whether there is a function of this name.
#[must_use]
pub fn exists(name: &str) -> bool {
    functions::exists(name)
}

/// The names of all functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    functions::names()
}

/// Calls the function `name`, which may be a provider's.
///
/// # Errors
/// There is no such function, the arguments do not fit, or it has no result for them.
pub fn call(name: &str, arguments: Vec<Value>, files: Option<&Files>) -> Result<Value, Refusal> {
    functions::call(name, arguments, &Context { files })
}
