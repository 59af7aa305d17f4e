//! Conversions by name, sensitivity, and the first value that is there.

use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::unify::{convertible, unify};
use crate::evaluate::values::value::{Kind, Marks, Type, Value};

fn converted(call: &Call<'_>, to: &Type) -> Outcome {
    let value = call.argument(0).clone();
    let from = value.type_of();
    convert(value, to).map_err(|error| {
        let text = if convertible(&from, to, true) {
            error.to_string()
        } else {
            format!(
                "cannot convert {} to {}",
                from.friendly_name(),
                to.friendly_name()
            )
        };
        FunctionError::at(0, text)
    })
}

pub(super) fn tobool(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Bool)
}

pub(super) fn tonumber(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Number)
}

pub(super) fn tostring(call: &Call<'_>) -> Outcome {
    converted(call, &Type::String)
}

pub(super) fn tolist(call: &Call<'_>) -> Outcome {
    converted(call, &Type::List(Arc::new(Type::Any)))
}

pub(super) fn toset(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Set(Arc::new(Type::Any)))
}

pub(super) fn tomap(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Map(Arc::new(Type::Any)))
}

pub(super) fn sensitive(call: &Call<'_>) -> Outcome {
    Ok(call.argument(0).clone().with_marks(Marks::SENSITIVE))
}

/// Removes the outer mark only; what is inside keeps its own.
pub(super) fn nonsensitive(call: &Call<'_>) -> Outcome {
    let mut value = call.argument(0).clone();
    value.marks.sensitive = false;
    Ok(value)
}

pub(super) fn issensitive(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if value.marks.sensitive {
        return Ok(Value::bool(true));
    }
    // What is unknown now may turn out sensitive.
    if value.is_known() {
        Ok(Value::bool(false))
    } else {
        Ok(call.unknown(Type::Bool))
    }
}

/// Replaces what exists only during a run by null.
pub(super) fn ephemeralasnull(call: &Call<'_>) -> Outcome {
    Ok(without_ephemeral(call.argument(0)))
}

fn without_ephemeral(value: &Value) -> Value {
    if !value.deep_marks().ephemeral {
        return value.clone();
    }
    if value.marks.ephemeral {
        let marks = Marks {
            ephemeral: false,
            ..value.marks
        };
        return Value::null(value.type_of()).with_marks(marks);
    }
    let all = |elements: &[Value]| elements.iter().map(without_ephemeral).collect();
    let each = |entries: &[(Arc<str>, Value)]| {
        entries
            .iter()
            .map(|(key, value)| (key.clone(), without_ephemeral(value)))
            .collect()
    };
    let kind = match &value.kind {
        Kind::List(of, elements) => Kind::List(of.clone(), all(elements)),
        Kind::Set(of, elements) => Kind::Set(of.clone(), all(elements)),
        Kind::Tuple(elements) => Kind::Tuple(all(elements)),
        Kind::Map(of, entries) => Kind::Map(of.clone(), each(entries)),
        Kind::Object(entries) => Kind::Object(each(entries)),
        kind => kind.clone(),
    };
    Value {
        kind,
        ..value.clone()
    }
}

/// The first argument that is neither null nor an empty string.
pub(super) fn coalesce(call: &Call<'_>) -> Outcome {
    let types: Vec<Type> = call.arguments.iter().map(Value::type_of).collect();
    let unified = unify(&types).ok_or_else(|| FunctionError::new("all arguments must have the same type"))?;
    let last = call.arguments.len().saturating_sub(1);
    for (index, argument) in call.arguments.iter().enumerate() {
        let value = convert(argument.clone(), &unified)
            .map_err(|error| FunctionError::at(index, error.to_string()))?;
        match &value.kind {
            Kind::Null(_) => {}
            Kind::String(text) if text.is_empty() => {}
            Kind::Unknown(unknown) => {
                let certain = unknown.not_null && (unknown.of != Type::String || unknown.prefix.is_some());
                // The last argument is the result, or there is none.
                if certain || index == last {
                    return Ok(crate::evaluate::language::operate::certainly_not_null(value));
                }
                let rest: Vec<&Value> = call.arguments.iter().skip(index).collect();
                return Ok(crate::evaluate::values::unknown::derived(unified, call.by, &rest));
            }
            _ => return Ok(value),
        }
    }
    Err(FunctionError::new("all arguments are null or empty strings"))
}

/// The first argument that is neither null nor empty.
pub(super) fn coalescelist(call: &Call<'_>) -> Outcome {
    if call.arguments.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let is_sequence = |value: &Value| {
        matches!(
            value.kind,
            Kind::List(..) | Kind::Tuple(_) | Kind::Unknown(_) | Kind::Null(Type::List(_) | Type::Tuple(_))
        )
    };
    // Terraform does not look at what follows the first unknown argument.
    for (index, argument) in call.arguments.iter().enumerate() {
        if !argument.is_known() {
            break;
        }
        if !is_sequence(argument) {
            return Err(FunctionError::about(index, "a list or tuple is required"));
        }
    }
    for argument in &call.arguments {
        match argument.elements() {
            Some(elements) if !elements.is_empty() => return Ok(argument.clone()),
            None if !argument.is_known() => return Ok(call.unknown(argument.type_of())),
            _ => {}
        }
    }
    Err(FunctionError::new("all arguments are null or empty"))
}

/// `list` and `map` were taken out of the language.
pub(super) fn removed(call: &Call<'_>) -> Outcome {
    Err(FunctionError::new(format!(
        "`{0}` is no longer available; use `to{0}` with a literal",
        call.by
    )))
}
