//! Functions of Terraform's own provider: values as expressions and variable files, and back.

use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::config::hcl::parse_body;
use crate::evaluate::language::constant::constant;
use crate::evaluate::values::value::{Kind, Type, Value};
use crate::source::{Diagnostic, Severity, Sources, Syntax};

/// `provider::terraform::encode_expr(value)`.
pub(super) fn encode_expr(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if !value.is_wholly_known() {
        return Ok(call.unknown(Type::String));
    }
    let mut out = String::new();
    expression(value, 0, &mut out);
    Ok(text(&out))
}

/// `provider::terraform::encode_tfvars(object)`: one definition per attribute.
pub(super) fn encode_tfvars(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if !value.is_wholly_known() {
        return Ok(call.unknown(Type::String));
    }
    let entries = value
        .entries()
        .ok_or_else(|| FunctionError::at(0, "an object or a map is required"))?;
    let mut out = String::new();
    if let Some((name, _)) = entries.iter().find(|(name, _)| !is_identifier(name)) {
        return Err(FunctionError::at(0, format!("`{name}` is not a variable's name")));
    }
    definitions(entries, 0, &mut out);
    Ok(text(&out))
}

/// `name = value`, the equals signs of neighbouring one-line definitions below each other.
fn definitions(entries: &[(Arc<str>, Value)], indent: usize, out: &mut String) {
    let lines: Vec<(String, String)> = entries
        .iter()
        .map(|(name, value)| {
            let mut written = String::new();
            expression(value, indent, &mut written);
            let name = if is_identifier(name) {
                name.to_string()
            } else {
                quoted(name)
            };
            (name, written)
        })
        .collect();
    let mut rest = lines.as_slice();
    while let Some(first) = rest.first() {
        // A definition of several lines starts its own group, and ends it.
        let group = rest
            .iter()
            .position(|(_, value)| value.contains('\n'))
            .map_or(rest.len(), |position| position + 1);
        let (lines, after) = rest.split_at_checked(group).unwrap_or((rest, &[]));
        let width = lines
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(first.0.len());
        for (name, value) in lines {
            let padding = width - name.chars().count();
            out.push_str(&" ".repeat(indent));
            out.push_str(name);
            out.push_str(&" ".repeat(padding));
            out.push_str(" = ");
            out.push_str(value);
            out.push('\n');
        }
        rest = after;
    }
}

fn expression(value: &Value, indent: usize, out: &mut String) {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(content) => out.push_str(&quoted(content)),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                expression(element, indent, out);
            }
            out.push(']');
        }
        Kind::Map(_, entries) | Kind::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Kind::Map(_, entries) | Kind::Object(entries) => {
            out.push_str("{\n");
            definitions(entries, indent + 2, out);
            out.push_str(&" ".repeat(indent));
            out.push('}');
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}

/// A string literal: quotes, control characters and template openers escaped.
fn quoted(content: &str) -> String {
    let mut out = String::from("\"");
    let mut characters = content.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// `provider::terraform::decode_tfvars(text)`: the object of a variable file's definitions.
pub(super) fn decode_tfvars(call: &Call<'_>) -> Outcome {
    let content = call.text(0);
    let wrong = |diagnostics: &[Diagnostic]| {
        let first = diagnostics.iter().find(|one| one.severity == Severity::Error)?;
        Some(FunctionError::at(
            0,
            format!("invalid variable definitions: {}", first.summary),
        ))
    };
    let source = Sources::default().add("decode_tfvars", content, Syntax::Hcl);
    let (body, diagnostics) = parse_body(source, content);
    if let Some(error) = wrong(&diagnostics) {
        return Err(error);
    }
    if let Some(block) = body.blocks.first() {
        let name = &block.keyword.text;
        return Err(FunctionError::at(
            0,
            format!("the block `{name}` is not a variable definition"),
        ));
    }
    let mut entries = Vec::with_capacity(body.attributes.len());
    for attribute in &body.attributes {
        let (value, diagnostics) = constant(&attribute.expression);
        if let Some(error) = wrong(&diagnostics) {
            return Err(error);
        }
        entries.push((attribute.name.text.clone(), without_places(&value)));
    }
    Ok(Value::object(entries))
}

/// Places in a text that no report can show mean nothing outside of it.
fn without_places(value: &Value) -> Value {
    let all = |elements: &[Value]| elements.iter().map(without_places).collect();
    let each = |entries: &[(Arc<str>, Value)]| {
        entries
            .iter()
            .map(|(key, value)| (key.clone(), without_places(value)))
            .collect()
    };
    Value::new(match &value.kind {
        Kind::List(of, elements) => Kind::List(of.clone(), all(elements)),
        Kind::Set(of, elements) => Kind::Set(of.clone(), all(elements)),
        Kind::Tuple(elements) => Kind::Tuple(all(elements)),
        Kind::Map(of, entries) => Kind::Map(of.clone(), each(entries)),
        Kind::Object(entries) => Kind::Object(each(entries)),
        kind => kind.clone(),
    })
}
