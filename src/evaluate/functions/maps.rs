//! Functions of maps and objects. Values keep their symbols under every key that is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome, element_type};
use crate::evaluate::values::convert::{attribute_type, convert};
use crate::evaluate::values::equality::marks_of;
use crate::evaluate::values::unknown::{derived_with, missing_from_block, part};
use crate::evaluate::values::value::{Entries, Field, Kind, Step, Type, Value};

fn not_a_map(index: usize) -> FunctionError {
    FunctionError::at(index, "a map or object is required")
}

/// Sorted by bytes; known even where the values are not.
pub(super) fn keys(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    let texts =
        |names: &mut dyn Iterator<Item = Arc<str>>| -> Arc<[Value]> { names.map(Value::string).collect() };
    let result = match &value.kind {
        Kind::Map(_, entries) => Value::new(Kind::List(
            Type::String,
            texts(&mut entries.iter().map(|(key, _)| key.clone())),
        )),
        Kind::Object(entries) if value.block.is_none() => {
            Value::tuple(texts(&mut entries.iter().map(|(key, _)| key.clone())))
        }
        Kind::Unknown(unknown) => match &unknown.of {
            Type::Object(fields) => Value::tuple(texts(&mut fields.iter().map(|field| field.name.clone()))),
            Type::Map(_) => derived_with(Type::List(Arc::new(Type::String)), call.by, &[value], |keys| {
                keys.not_null = true;
                keys.length = unknown.length;
            }),
            Type::Any => call.unknown(Type::Any),
            _ => return Err(not_a_map(0)),
        },
        Kind::Object(_) => call.unknown(Type::Any),
        _ => return Err(not_a_map(0)),
    };
    Ok(result.with_marks(value.marks))
}

/// In the order of the keys.
pub(super) fn values(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    let all =
        |entries: &Entries| -> Arc<[Value]> { entries.iter().map(|(_, value)| value.clone()).collect() };
    let result = match &value.kind {
        Kind::Map(of, entries) => Value::new(Kind::List(of.clone(), all(entries))),
        Kind::Object(_) if value.block.is_some() => call.unknown(Type::Any),
        Kind::Object(entries) => Value::tuple(all(entries)),
        _ => return Err(FunctionError::new("a map or object is required")),
    };
    Ok(result.with_marks(value.marks))
}

pub(super) fn values_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    match call.argument(0).type_of() {
        Type::Map(of) => Ok(Type::List(of)),
        Type::Object(fields) => Ok(Type::Tuple(fields.iter().map(|field| field.of.clone()).collect())),
        Type::Any => Ok(Type::Any),
        _ => Err(FunctionError::new("a map or object is required")),
    }
}

/// The value under a key, or the default.
pub(super) fn lookup(call: &Call<'_>) -> Outcome {
    if call.arguments.len() > 3 {
        return Err(FunctionError::new("`lookup` takes two or three arguments"));
    }
    let (map, key) = (call.argument(0), call.argument(1));
    let marks = map.marks.and(key.marks);
    let default = call.arguments.get(2);
    let of = map.type_of_map().ok_or_else(|| not_a_map(0))?;
    let default = match (&of, default) {
        (Type::Map(element), Some(default)) => Some(
            convert(default.clone(), element)
                .map_err(|_| FunctionError::at(2, "the default must have the type of the map's elements"))?,
        ),
        (_, default) => default.cloned(),
    };
    let (Some(name), true) = (key.as_str(), map.is_known()) else {
        return Ok(lookup_in_unknown(call, &of, default.is_some()).with_marks(marks));
    };
    let found = match map.get(name) {
        Some(value) => Some(value.clone()),
        // What a block does not list is unknown, not absent.
        None => missing_from_block(map, name),
    };
    match found.or(default) {
        Some(value) => Ok(value.with_marks(marks)),
        None if key.marks.sensitive => Err(FunctionError::new("there is no such key")),
        None if matches!(of, Type::Object(_)) => {
            Err(FunctionError::at(0, format!("there is no attribute `{name}`")))
        }
        None => Err(FunctionError::new(format!("there is no key `{name}`"))),
    }
}

fn lookup_in_unknown(call: &Call<'_>, of: &Type, has_default: bool) -> Value {
    let (map, key) = (call.argument(0), call.argument(1));
    let name = key.as_str();
    let result = match (of, name) {
        (Type::Map(element), _) => (**element).clone(),
        (Type::Object(_), Some(name)) => attribute_type(of, name).cloned().unwrap_or(Type::Any),
        _ => Type::Any,
    };
    let listed = name.is_some_and(|name| attribute_type(of, name).is_some());
    match (&map.kind, name) {
        // The default may only be chosen where the key may be missing.
        (Kind::Unknown(unknown), Some(name)) if listed || !has_default => {
            part(unknown, Step::Attribute(name.into()), result)
        }
        _ => {
            let arguments: Vec<&Value> = call.arguments.iter().collect();
            derived_with(result, call.by, &arguments, |_| {})
        }
    }
}

impl Value {
    /// The type, where it is a map's or an object's, or not known; cheaper than the full type.
    fn type_of_map(&self) -> Option<Type> {
        match &self.kind {
            Kind::Map(of, _) => Some(Type::Map(Arc::new(of.clone()))),
            Kind::Object(_) => Some(Type::Object([].into())),
            Kind::Unknown(unknown) => {
                matches!(unknown.of, Type::Map(_) | Type::Object(_) | Type::Any).then(|| unknown.of.clone())
            }
            _ => None,
        }
    }
}

/// Later arguments win. A map where all arguments are maps of one type, otherwise an object.
pub(super) fn merge(call: &Call<'_>) -> Outcome {
    merge_kinds(call)?;
    let marks = marks_of(&call.arguments);
    let mut merged: Vec<(Arc<str>, Value)> = Vec::new();
    for argument in &call.arguments {
        merged.extend_from_slice(argument.entries().unwrap_or(&[]));
    }
    let result = match common_map(call) {
        Some(of) => Value::map(of, merged),
        None => Value::object(merged),
    };
    Ok(result.with_marks(marks))
}

fn merge_kinds(call: &Call<'_>) -> Result<(), FunctionError> {
    for (index, argument) in call.arguments.iter().enumerate() {
        let fits = match &argument.kind {
            Kind::Map(..) | Kind::Object(_) => true,
            Kind::Null(of) => matches!(of, Type::Map(_) | Type::Object(_) | Type::Any),
            Kind::Unknown(unknown) => matches!(unknown.of, Type::Map(_) | Type::Object(_) | Type::Any),
            _ => false,
        };
        if !fits {
            let of = argument.type_of().friendly_name();
            return Err(FunctionError::about(
                index,
                format!("a map or object is required, not {of}"),
            ));
        }
    }
    Ok(())
}

/// The element type of the arguments, where all are maps of the same type.
fn common_map(call: &Call<'_>) -> Option<Type> {
    let mut common: Option<Type> = None;
    for argument in &call.arguments {
        let of = match &argument.kind {
            Kind::Map(of, _) => of.clone(),
            Kind::Null(Type::Map(of)) => (**of).clone(),
            Kind::Unknown(unknown) => match &unknown.of {
                Type::Map(of) => (**of).clone(),
                _ => return None,
            },
            _ => return None,
        };
        if common.as_ref().is_some_and(|common| *common != of) {
            return None;
        }
        common = Some(of);
    }
    common
}

pub(super) fn merge_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    merge_kinds(call)?;
    if let Some(of) = common_map(call) {
        return Ok(Type::Map(Arc::new(of)));
    }
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    for argument in &call.arguments {
        match (&argument.kind, argument.type_of()) {
            (Kind::Null(Type::Map(_) | Type::Object(_)), _) => {}
            (Kind::Map(of, entries), _) => {
                attributes.extend(entries.iter().map(|(key, _)| (key.clone(), of.clone())))
            }
            (_, Type::Object(fields)) if argument.block.is_none() => {
                attributes.extend(fields.iter().map(|field| (field.name.clone(), field.of.clone())));
            }
            _ => return Ok(Type::Any),
        }
    }
    Ok(object_of(attributes))
}

fn object_of(attributes: BTreeMap<Arc<str>, Type>) -> Type {
    Type::Object(
        attributes
            .into_iter()
            .map(|(name, of)| Field {
                name,
                of,
                optional: false,
            })
            .collect(),
    )
}

/// A map of a list's elements, or an object of a tuple's.
pub(super) fn zipmap(call: &Call<'_>) -> Outcome {
    let (keys, values) = (call.argument(0), call.argument(1));
    let marks = keys.marks.and(values.marks);
    if !matches!(values.kind, Kind::List(..) | Kind::Tuple(_)) {
        return Err(FunctionError::at(1, "a list or tuple is required"));
    }
    if !keys.is_wholly_known() {
        return Ok(call.unknown(zipmap_result(call)?).with_marks(marks));
    }
    let (names, elements) = (call.elements(0), call.elements(1));
    if names.len() != elements.len() {
        return Err(FunctionError::new(format!(
            "there are {} keys for {} values",
            names.len(),
            elements.len()
        )));
    }
    let mut entries = Vec::with_capacity(names.len());
    for (name, element) in names.iter().zip(elements) {
        let Kind::String(text) = &name.kind else {
            return Err(FunctionError::at(0, "a key must not be null"));
        };
        entries.push((text.clone(), element.clone()));
    }
    let result = match &values.kind {
        Kind::List(of, _) => Value::map(of.clone(), entries),
        _ => Value::object(entries),
    };
    Ok(result.with_marks(marks.and(marks_of(names))))
}

pub(super) fn zipmap_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    match call.argument(1).type_of() {
        of @ Type::List(_) => Ok(Type::Map(Arc::new(element_type(&of)))),
        Type::Tuple(elements)
            if call.argument(0).is_wholly_known() && call.elements(0).len() == elements.len() =>
        {
            let names = call.elements(0).iter().filter_map(Value::as_str).map(Arc::from);
            Ok(object_of(names.zip(elements.iter().cloned()).collect()))
        }
        Type::Tuple(_) | Type::Any => Ok(Type::Any),
        _ => Err(FunctionError::at(1, "a list or tuple is required")),
    }
}

/// Swaps keys and the strings in their lists.
pub(super) fn transpose(call: &Call<'_>) -> Outcome {
    let map = call.argument(0);
    if !map.is_wholly_known() {
        return Ok(call.unknown(map.type_of()));
    }
    let mut transposed: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (key, list) in call.entries(0) {
        let elements = list
            .elements()
            .ok_or_else(|| FunctionError::about(0, "a list in it must not be null"))?;
        for element in elements {
            let Kind::String(text) = &element.kind else {
                return Err(FunctionError::about(0, "a string in it must not be null"));
            };
            transposed.entry(text.clone()).or_default().push(key.clone());
        }
    }
    let entries = transposed
        .into_iter()
        // Keys were visited in their order already.
        .map(|(key, names)| {
            let names: Arc<[Value]> = names.into_iter().map(Value::string).collect();
            (key, Value::new(Kind::List(Type::String, names)))
        })
        .collect();
    Ok(Value::map(Type::List(Arc::new(Type::String)), entries))
}
