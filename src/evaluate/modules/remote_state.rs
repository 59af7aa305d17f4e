//! `data "terraform_remote_state"` with the `local` backend: its outputs are in a file beside the
//! configuration, so they are known like anything else there.

use std::sync::Arc;

use crate::config::files::{Files, Refusal};
use crate::evaluate::language::library;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::value::{Field, Kind, Marks, Type, Value};

/// What the data source reads.
pub(crate) enum Remote {
    Outputs(Value),
    /// The state is in a file that cannot be read; the path, and why.
    Unreadable(Arc<str>, Refusal),
    /// It is elsewhere, or not known.
    Elsewhere,
}

/// The outputs of the state that the data source reads, with its `defaults` below them.
pub(crate) fn read(values: &Value, files: &Files) -> Remote {
    let Some(path) = local_path(values) else {
        return Remote::Elsewhere;
    };
    match files.read_text(path) {
        Err(refusal) => Remote::Unreadable(path.into(), refusal),
        Ok(text) => match outputs(values, text, files) {
            Some(outputs) => Remote::Outputs(outputs),
            None => Remote::Unreadable(path.into(), Refusal::Unreadable("it is no state".to_owned())),
        },
    }
}

fn local_path(values: &Value) -> Option<&str> {
    let local = values.get("backend")?.as_str()? == "local";
    let path = values.get("config")?.get("path")?.as_str();
    path.filter(|_| local)
}

fn outputs(values: &Value, text: String, files: &Files) -> Option<Value> {
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
