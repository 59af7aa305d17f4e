//! JSON: `jsonencode` as Terraform writes it, `jsondecode` with every digit kept.

use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::evaluate::values::number::Number;
use crate::evaluate::values::unknown::derived_with;
use crate::evaluate::values::value::{Kind, Type, Value};

pub(super) fn jsonencode(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if value.is_wholly_known() && !has_open_block(value) {
        return Ok(text(&encoded(value)));
    }
    // How the text starts is known all the same.
    let not_null = match &value.kind {
        Kind::Unknown(unknown) => unknown.not_null,
        _ => true,
    };
    let prefix = match value.type_of() {
        Type::String => "\"",
        Type::Map(_) | Type::Object(_) => "{",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[",
        _ => "",
    };
    Ok(derived_with(Type::String, call.by, &[value], |unknown| {
        unknown.not_null = true;
        unknown.prefix = (not_null && !prefix.is_empty()).then(|| prefix.into());
    }))
}

/// Whether there is a block in it, whose object does not list what only the provider knows.
pub(super) fn has_open_block(value: &Value) -> bool {
    value.block.is_some()
        || match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                elements.iter().any(has_open_block)
            }
            Kind::Map(_, entries) | Kind::Object(entries) => {
                entries.iter().any(|(_, value)| has_open_block(value))
            }
            _ => false,
        }
}

/// A wholly known value as JSON without spaces, keys in order, `<`, `>` and `&` escaped.
pub(super) fn encoded(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(content) => write_string(content, out),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(content: &str, out: &mut String) {
    out.push('"');
    for character in content.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

pub(super) fn jsondecode(call: &Call<'_>) -> Outcome {
    let parsed: serde_json::Value = serde_json::from_str(call.text(0))
        .map_err(|error| FunctionError::new(format!("invalid JSON: {error}")))?;
    decoded(parsed)
}

fn decoded(json: serde_json::Value) -> Outcome {
    Ok(match json {
        serde_json::Value::Null => Value::null(Type::Any),
        serde_json::Value::Bool(value) => Value::bool(value),
        serde_json::Value::Number(number) => match Number::parse(&number.to_string()) {
            Some(number) => Value::number(number),
            None => {
                return Err(FunctionError::at(
                    0,
                    format!("the number `{number}` is out of range"),
                ));
            }
        },
        serde_json::Value::String(content) => text(&content),
        serde_json::Value::Array(elements) => {
            let elements: Result<Vec<Value>, _> = elements.into_iter().map(decoded).collect();
            Value::tuple(elements?)
        }
        serde_json::Value::Object(entries) => {
            let mut attributes: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                attributes.push((
                    crate::evaluate::values::unknown::normalised(&key),
                    decoded(value)?,
                ));
            }
            Value::object(attributes)
        }
    })
}
