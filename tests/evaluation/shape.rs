//! A value in the three shapes of a plan: what is known, what is not, and what is sensitive.

use clearway::evaluate::evaluation::is_unknown_blocks;
use clearway::evaluate::values::value::{Kind, Type, Value};
use serde_json::{Map, Value as Json, json};

pub struct Shapes {
    pub value: Json,
    pub unknown: Json,
    pub sensitive: Json,
}

pub fn shapes(value: &Value) -> Shapes {
    Shapes {
        value: known(value),
        unknown: pruned(&leaves(value, &is_unknown)),
        sensitive: pruned(&leaves(value, &|value| value.marks.sensitive)),
    }
}

/// A list of blocks is unknown to Terraform when some of them are.
fn is_unknown(value: &Value) -> bool {
    !value.is_known()
        || value
            .elements()
            .is_some_and(|elements| elements.iter().any(is_unknown_blocks))
}

/// Known parts; unknown ones are left out of objects and null in lists.
fn known(value: &Value) -> Json {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Number(number) => {
            serde_json::from_str(&number.to_string()).expect("Terraform's numbers are JSON numbers")
        }
        Kind::String(text) => json!(**text),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            elements.iter().map(known).collect()
        }
        Kind::Map(_, entries) | Kind::Object(entries) => entries
            .iter()
            .filter(|(_, value)| !is_unknown(value))
            .map(|(name, value)| (name.to_string(), known(value)))
            .collect(),
    }
}

fn leaves(value: &Value, is: &dyn Fn(&Value) -> bool) -> Json {
    if is(value) {
        return json!(true);
    }
    match &value.kind {
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            elements.iter().map(|value| leaves(value, is)).collect()
        }
        Kind::Map(_, entries) | Kind::Object(entries) => entries
            .iter()
            .map(|(name, value)| (name.to_string(), leaves(value, is)))
            .collect(),
        _ => json!(false),
    }
}

/// Without the skeletons that a plan leaves around nothing.
pub fn pruned(shape: &Json) -> Json {
    match shape {
        Json::Array(elements) => {
            let elements: Vec<Json> = elements.iter().map(pruned).collect();
            if elements.iter().all(|element| *element == json!(false)) {
                return json!(false);
            }
            Json::Array(elements)
        }
        Json::Object(entries) => {
            let entries: Map<String, Json> = entries
                .iter()
                .map(|(name, value)| (name.clone(), pruned(value)))
                .filter(|(_, value)| *value != json!(false))
                .collect();
            if entries.is_empty() {
                return json!(false);
            }
            Json::Object(entries)
        }
        Json::Null => json!(false),
        other => other.clone(),
    }
}

/// A type as Terraform writes it in JSON.
pub fn type_json(of: &Type) -> Json {
    match of {
        Type::Any => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(of) => json!(["list", type_json(of)]),
        Type::Set(of) => json!(["set", type_json(of)]),
        Type::Map(of) => json!(["map", type_json(of)]),
        Type::Tuple(types) => json!(["tuple", types.iter().map(type_json).collect::<Vec<_>>()]),
        Type::Object(fields) => {
            let fields: Map<String, Json> = fields
                .iter()
                .map(|field| (field.name.to_string(), type_json(&field.of)))
                .collect();
            json!(["object", fields])
        }
    }
}

/// Whether two JSON values are the same; numbers by value.
pub fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.to_string(), b.to_string());
            a == b
                || a.parse::<f64>().ok() == b.parse::<f64>().ok()
                    && (a.contains(['.', 'e', 'E']) || b.contains(['.', 'e', 'E']))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
