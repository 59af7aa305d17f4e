//! `data "terraform_remote_state"` with the `local` backend: its outputs are in a file beside the
//! configuration, so they are known like anything else there.

use std::sync::Arc;

use crate::config::files::Files;
use crate::evaluate::language::library;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::value::{Field, Kind, Marks, Type, Value};

/// The outputs of the state that the data source reads, with its `defaults` below them. `None` where the
/// state is elsewhere, cannot be read, or is not known.
pub(crate) fn outputs(values: &Value, files: &Files) -> Option<Value> {
    if values.get("backend")?.as_str()? != "local" {
        return None;
    }
    let path = values.get("config")?.get("path")?.as_str()?;
    let text = files.read_text(path).ok()?;
    let state = library::call("jsondecode", vec![Value::string(text)], Some(files)).ok()?;
    let written = state.get("outputs")?.entries()?;
    let defaults = values.get("defaults").and_then(Value::entries).unwrap_or(&[]);
    let mut outputs = defaults.to_vec();
    for (name, output) in written {
        outputs.push((name.clone(), typed(output)?));
    }
    Some(Value {
        at: values.at,
        origin: values.origin,
        ..Value::object(outputs)
    })
}

/// The value of one output, of the type the state says.
fn typed(output: &Value) -> Option<Value> {
    let value = output.get("value")?.clone();
    let value = match output.get("type").and_then(type_of) {
        Some(of) => convert(value, &of).ok()?,
        None => value,
    };
    let sensitive = output.get("sensitive").and_then(Value::as_bool) == Some(true);
    Some(if sensitive {
        value.with_marks(Marks::SENSITIVE)
    } else {
        value
    })
}

/// A type in Terraform's JSON form.
fn type_of(json: &Value) -> Option<Type> {
    if let Some(name) = json.as_str() {
        return match name {
            "string" => Some(Type::String),
            "number" => Some(Type::Number),
            "bool" => Some(Type::Bool),
            "dynamic" => Some(Type::Any),
            _ => None,
        };
    }
    let [constructor, inner] = json.elements()? else {
        return None;
    };
    let element = || type_of(inner).map(Arc::new);
    match constructor.as_str()? {
        "list" => element().map(Type::List),
        "set" => element().map(Type::Set),
        "map" => element().map(Type::Map),
        "tuple" => {
            let types: Option<Vec<Type>> = inner.elements()?.iter().map(type_of).collect();
            Some(Type::Tuple(types?.into()))
        }
        "object" => object_type(&inner.kind),
        _ => None,
    }
}

fn object_type(attributes: &Kind) -> Option<Type> {
    let Kind::Object(attributes) = attributes else {
        return None;
    };
    let fields: Option<Vec<Field>> = attributes
        .iter()
        .map(|(name, of)| {
            Some(Field {
                name: name.clone(),
                of: type_of(of)?,
                optional: false,
            })
        })
        .collect();
    Some(Type::Object(fields?.into()))
}
