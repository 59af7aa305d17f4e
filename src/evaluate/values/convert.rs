//! Conversion of values to types, as Terraform does it for arguments, variables and attributes.

use std::fmt;
use std::sync::Arc;

use super::number::Number;
use super::sets::set_of;
use super::unify::{convertible, field, inferred, unify, unify_safely};
use super::unknown::{derived, settled};
use super::value::{Entries, Field, Kind, Step, Type, Unknown, Value};

/// Why a value has no counterpart in a type, and where in the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionError {
    pub path: Vec<Step>,
    pub message: String,
}

impl ConversionError {
    fn new(message: impl Into<String>) -> ConversionError {
        ConversionError {
            path: Vec::new(),
            message: message.into(),
        }
    }

    fn mismatch(to: &Type) -> ConversionError {
        ConversionError::new(format!("{} required", to.friendly_name()))
    }

    fn inside(mut self, step: Step) -> ConversionError {
        self.path.insert(0, step);
        self
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.path.iter().enumerate() {
            match step {
                Step::Attribute(name) if index == 0 => write!(f, "attribute `{name}")?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(position) if index == 0 => write!(f, "element `{position}")?,
                Step::Index(position) => write!(f, "[{position}]")?,
            }
        }
        if !self.path.is_empty() {
            f.write_str("`: ")?;
        }
        f.write_str(&self.message)
    }
}

/// The value as a value of the type `to`. `Any` in `to` stands for one type to be inferred; attributes
/// that an object type does not have are dropped, optional ones that are missing become null.
///
/// Unknown values keep their symbols, and every value its places and marks.
///
/// # Errors
/// There is no such conversion, or not for this value.
pub fn convert(value: Value, to: &Type) -> Result<Value, ConversionError> {
    if *to == Type::Any || has_type(&value, to) {
        return Ok(value);
    }
    let converted = match value.kind.clone() {
        Kind::Unknown(unknown) => convert_unknown(&unknown, to)?,
        Kind::Null(of) => convert_null(&of, to)?,
        kind => match to {
            Type::Any => Value::new(kind),
            Type::Bool | Type::Number | Type::String => convert_primitive(kind, to)?,
            Type::List(of) => to_list(kind, of, to)?,
            Type::Set(of) => to_set(kind, of, to)?,
            Type::Map(of) => to_map(kind, of, to)?,
            Type::Tuple(of) => to_tuple(&kind, of, to)?,
            Type::Object(fields) => to_object(&kind, fields, to)?,
        },
    };
    Ok(Value {
        kind: converted.kind,
        marks: converted.marks.and(value.marks),
        block: None,
        ..value
    })
}

/// Whether the value is of exactly this type already.
#[must_use]
pub fn has_type(value: &Value, of: &Type) -> bool {
    match (&value.kind, of) {
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => {
            true
        }
        (Kind::List(have, _), Type::List(want))
        | (Kind::Set(have, _), Type::Set(want))
        | (Kind::Map(have, _), Type::Map(want)) => have.matches(want),
        (Kind::Tuple(elements), Type::Tuple(of)) => {
            elements.len() == of.len()
                && elements
                    .iter()
                    .zip(of.iter())
                    .all(|(value, of)| has_type(value, of))
        }
        (Kind::Object(entries), Type::Object(fields)) => {
            entries.len() == fields.len()
                && entries
                    .iter()
                    .zip(fields.iter())
                    .all(|((name, value), field)| *name == field.name && has_type(value, &field.of))
        }
        (Kind::Null(have), want) => have.matches(want),
        (Kind::Unknown(unknown), want) => unknown.of.matches(want),
        _ => false,
    }
}

fn convert_null(of: &Type, to: &Type) -> Result<Value, ConversionError> {
    if !convertible(of, to, true) {
        return Err(ConversionError::mismatch(to));
    }
    Ok(Value::null(inferred(of, &to.without_optional())))
}

/// Text that becomes a number is the same thing still, so the symbol stays.
fn convert_unknown(unknown: &Arc<Unknown>, to: &Type) -> Result<Value, ConversionError> {
    if !convertible(&unknown.of, to, true) {
        return Err(ConversionError::mismatch(to));
    }
    let to = inferred(&unknown.of, &to.without_optional());
    let mut converted = Unknown {
        not_null: unknown.not_null,
        same_key: unknown.same_key,
        members: unknown.members.clone(),
        ..Unknown::new(to, unknown.symbol.clone())
    };
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    converted.length = match (&unknown.of, &converted.of) {
        (Type::Object(fields), Type::Map(_)) => exactly(count(fields.len())),
        (Type::Tuple(elements), Type::List(_)) => exactly(count(elements.len())),
        (Type::Tuple(elements), Type::Set(_)) => (count(elements.len()).min(1), Some(count(elements.len()))),
        (Type::List(_) | Type::Set(_) | Type::Map(_), Type::Set(_)) => {
            (unknown.length.0.min(1), unknown.length.1)
        }
        (Type::List(_) | Type::Set(_) | Type::Map(_), Type::List(_) | Type::Map(_)) => unknown.length,
        _ => (0, None),
    };
    Ok(settled(converted))
}

fn exactly(length: u64) -> (u64, Option<u64>) {
    (length, Some(length))
}

fn convert_primitive(kind: Kind, to: &Type) -> Result<Value, ConversionError> {
    match (kind, to) {
        (Kind::Number(number), Type::String) => Ok(Value::string(number.to_string())),
        (Kind::Bool(value), Type::String) => Ok(Value::string(if value { "true" } else { "false" })),
        (Kind::String(text), Type::Number) => Number::parse(&text)
            .map(Value::number)
            .ok_or_else(|| ConversionError::new("a number is required")),
        (Kind::String(text), Type::Bool) => match &*text {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            other if ["true", "false"].contains(&&*other.to_lowercase()) => {
                Err(ConversionError::new(format!(
                    "a bool is required: as text it is lowercase, `{}`",
                    other.to_lowercase()
                )))
            }
            _ => Err(ConversionError::new("a bool is required")),
        },
        _ => Err(ConversionError::mismatch(to)),
    }
}

fn to_list(kind: Kind, of: &Type, to: &Type) -> Result<Value, ConversionError> {
    match kind {
        Kind::List(have, elements) | Kind::Set(have, elements) if elements.is_empty() => {
            Ok(Value::new(Kind::List(empty_element(&have, of, to)?, elements)))
        }
        Kind::Set(have, elements) if elements.len() > 1 && !elements.iter().all(Value::is_wholly_known) => {
            // Unknown elements may turn out equal to others, so neither length nor positions are known.
            if !convertible(&have, of, true) {
                return Err(ConversionError::mismatch(to));
            }
            let list = Type::List(Arc::new(inferred(&have, &of.without_optional())));
            let mut unknown = derived(list, "tolist", &elements.iter().collect::<Vec<_>>());
            if let Kind::Unknown(unknown) = &mut unknown.kind {
                Arc::make_mut(unknown).not_null = false;
            }
            Ok(unknown)
        }
        Kind::List(have, elements) => {
            let (of, elements) = elements_as(&elements, Some(&have), of, to)?;
            Ok(Value::new(Kind::List(of, elements.into())))
        }
        Kind::Set(have, elements) => {
            let (of, elements) = elements_as(&elements, Some(&have), of, to)?;
            Ok(Value::new(Kind::List(of, elements.into())))
        }
        Kind::Tuple(elements) => {
            let (of, elements) = elements_as(&elements, None, of, to)?;
            Ok(Value::new(Kind::List(of, elements.into())))
        }
        _ => Err(ConversionError::mismatch(to)),
    }
}

fn to_set(kind: Kind, of: &Type, to: &Type) -> Result<Value, ConversionError> {
    match kind {
        Kind::List(have, elements) | Kind::Set(have, elements) => {
            if elements.is_empty() {
                return Ok(Value::new(Kind::Set(empty_element(&have, of, to)?, elements)));
            }
            let (of, elements) = elements_as(&elements, Some(&have), of, to)?;
            Ok(set_of(of, elements))
        }
        Kind::Tuple(elements) => {
            let (of, elements) = elements_as(&elements, None, of, to)?;
            Ok(set_of(of, elements))
        }
        _ => Err(ConversionError::mismatch(to)),
    }
}

/// The element type of an empty collection after conversion.
fn empty_element(have: &Type, of: &Type, to: &Type) -> Result<Type, ConversionError> {
    if !convertible(have, of, true) {
        return Err(ConversionError::mismatch(to));
    }
    Ok(if *of == Type::Any {
        have.clone()
    } else {
        of.without_optional()
    })
}

/// Elements as values of one type, and that type. `have` is the type they share already, if any.
fn elements_as(
    elements: &[Value],
    have: Option<&Type>,
    of: &Type,
    to: &Type,
) -> Result<(Type, Vec<Value>), ConversionError> {
    let target = if *of == Type::Any {
        common_type(elements, have).ok_or_else(|| {
            ConversionError::new(format!("all {} elements must have the same type", kind_name(to)))
        })?
    } else {
        of.clone()
    };
    let mut converted = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let step = || Step::Index(u64::try_from(index).unwrap_or(u64::MAX));
        converted.push(convert(element.clone(), &target).map_err(|error| error.inside(step()))?);
    }
    if !target.has_any() || converted.is_empty() {
        return Ok((target.without_optional(), converted));
    }
    // What was inferred may differ from element to element.
    let types: Vec<Type> = converted.iter().map(Value::type_of).collect();
    let unified =
        unify(&types).ok_or_else(|| ConversionError::new("cannot find one type for all elements"))?;
    let elements: Result<Vec<Value>, _> = converted
        .into_iter()
        .map(|value| convert(value, &unified))
        .collect();
    let elements = elements?;
    // A type that is still open leaves elements as they are, and then they must agree by themselves.
    let mut agreed = Type::Any;
    for element in &elements {
        let of = element.type_of();
        if agreed == Type::Any {
            agreed = of;
        } else if of != Type::Any && !of.matches(&agreed) {
            return Err(ConversionError::new("the types of all elements must match"));
        }
    }
    Ok((agreed, elements))
}

/// The one type of elements where a constraint leaves it open. Values of unknown type are taken to
/// fit the others.
fn common_type(elements: &[Value], have: Option<&Type>) -> Option<Type> {
    if let Some(have) = have {
        return Some(have.clone());
    }
    common_of(elements.iter())
}

fn common_of<'a>(values: impl Iterator<Item = &'a Value> + Clone) -> Option<Type> {
    let types: Vec<Type> = values.clone().map(Value::type_of).collect();
    if types.is_empty() {
        return Some(Type::Any);
    }
    match unify(&types)? {
        Type::Any if types.iter().all(|of| *of == Type::Any) => Some(Type::Any),
        // What has no type because it is not known yet is taken to fit; a bare null is refused.
        Type::Any
            if values
                .clone()
                .any(|value| matches!(value.kind, Kind::Null(Type::Any))) =>
        {
            None
        }
        Type::Any => unify(
            &types
                .into_iter()
                .filter(|of| *of != Type::Any)
                .collect::<Vec<_>>(),
        ),
        unified => Some(unified),
    }
}

fn kind_name(of: &Type) -> &'static str {
    match of {
        Type::List(_) => "list",
        Type::Set(_) => "set",
        _ => "map",
    }
}

fn to_map(kind: Kind, of: &Type, to: &Type) -> Result<Value, ConversionError> {
    let (have, entries) = match kind {
        Kind::Map(have, entries) => (Some(have), entries),
        Kind::Object(entries) => (None, entries),
        _ => return Err(ConversionError::mismatch(to)),
    };
    if entries.is_empty() {
        let of = match &have {
            Some(have) => empty_element(have, of, to)?,
            None => of.without_optional(),
        };
        return Ok(Value::new(Kind::Map(of, entries)));
    }
    let is_map = have.is_some();
    let target = match have {
        _ if *of != Type::Any => of.clone(),
        Some(have) => have,
        None => common_of(entries.iter().map(|(_, value)| value))
            .ok_or_else(|| ConversionError::new("all map elements must have the same type"))?,
    };
    let mut converted = each_as(&entries, &target)?;
    let mut of = target.without_optional();
    if target.has_any() {
        let types: Vec<Type> = converted.iter().map(|(_, value)| value.type_of()).collect();
        let unified = if is_map {
            unify_safely(&types)
        } else {
            unify(&types)
        };
        of = unified.ok_or_else(|| ConversionError::new("cannot find one type for all elements"))?;
        converted = each_as(&converted, &of)?;
    }
    Ok(Value::new(Kind::Map(of, converted.into())))
}

fn each_as(entries: &[(Arc<str>, Value)], to: &Type) -> Result<Vec<(Arc<str>, Value)>, ConversionError> {
    entries
        .iter()
        .map(|(key, value)| match convert(value.clone(), to) {
            Ok(value) => Ok((key.clone(), value)),
            Err(error) => Err(error.inside(Step::Attribute(key.clone()))),
        })
        .collect()
}

fn to_tuple(kind: &Kind, of: &[Type], to: &Type) -> Result<Value, ConversionError> {
    let Kind::Tuple(elements) = kind else {
        return Err(ConversionError::mismatch(to));
    };
    if elements.len() != of.len() {
        return Err(ConversionError::new(format!(
            "a tuple of {} elements is required",
            of.len()
        )));
    }
    let mut converted = Vec::with_capacity(elements.len());
    for (index, (element, of)) in elements.iter().zip(of).enumerate() {
        let step = || Step::Index(u64::try_from(index).unwrap_or(u64::MAX));
        converted.push(convert(element.clone(), of).map_err(|error| error.inside(step()))?);
    }
    Ok(Value::tuple(converted))
}

fn to_object(kind: &Kind, fields: &[Field], to: &Type) -> Result<Value, ConversionError> {
    let entries: &Entries = match kind {
        Kind::Object(entries) | Kind::Map(_, entries) => entries,
        _ => return Err(ConversionError::mismatch(to)),
    };
    let missing: Vec<String> = fields
        .iter()
        .filter(|want| !want.optional && find(entries, &want.name).is_none())
        .map(|want| format!("`{}`", want.name))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Err(ConversionError::new(format!("attribute {one} is required"))),
        many => {
            return Err(ConversionError::new(format!(
                "attributes {} are required",
                many.join(", ")
            )));
        }
    }
    if let Kind::Map(have, _) = kind
        && entries.is_empty()
        && !fields
            .iter()
            .all(|want| want.optional || convertible(have, &want.of, true))
    {
        return Err(ConversionError::mismatch(to));
    }
    let mut converted = Vec::with_capacity(fields.len());
    for want in fields {
        let value = match find(entries, &want.name) {
            Some(value) => convert(value.clone(), &want.of)
                .map_err(|error| error.inside(Step::Attribute(want.name.clone())))?,
            None => Value::null(want.of.without_optional()),
        };
        converted.push((want.name.clone(), value));
    }
    // Fields are sorted by name, and so are entries.
    Ok(Value::new(Kind::Object(converted.into())))
}

fn find<'a>(entries: &'a [(Arc<str>, Value)], name: &str) -> Option<&'a Value> {
    let index = entries.binary_search_by(|(key, _)| (**key).cmp(name)).ok()?;
    entries.get(index).map(|(_, value)| value)
}

/// The attribute's type in an object type; what is not there is `None`.
#[must_use]
pub fn attribute_type<'a>(of: &'a Type, name: &str) -> Option<&'a Type> {
    match of {
        Type::Object(fields) => field(fields, name).map(|field| &field.of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::values::value::{Marks, Symbol};

    fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    fn object(fields: &[(&str, Type, bool)]) -> Type {
        let mut fields: Vec<Field> = fields
            .iter()
            .map(|(name, of, optional)| Field {
                name: (*name).into(),
                of: of.clone(),
                optional: *optional,
            })
            .collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Type::Object(fields.into())
    }

    #[test]
    fn elements_are_inferred() {
        let mixed = Value::tuple(vec![Value::number(1), Value::string("a"), Value::bool(true)]);
        let converted = convert(mixed, &list(Type::Any)).unwrap();
        assert_eq!(converted.type_of(), list(Type::String));
        assert_eq!(converted.elements().unwrap()[0].as_str(), Some("1"));
        let apart = Value::tuple(vec![Value::number(1), Value::tuple(vec![])]);
        assert!(convert(apart, &list(Type::Any)).is_err());
    }

    #[test]
    fn optional_attributes_become_null_and_extra_ones_vanish() {
        let to = object(&[("a", Type::String, false), ("b", Type::Number, true)]);
        let from = Value::object(vec![
            ("a".into(), Value::number(1)),
            ("z".into(), Value::number(2)),
        ]);
        let converted = convert(from, &to).unwrap();
        assert_eq!(converted.get("a").unwrap().as_str(), Some("1"));
        assert!(converted.get("b").unwrap().is_null());
        assert!(converted.get("z").is_none());
        let error = convert(Value::object(vec![]), &to).unwrap_err();
        assert_eq!(error.to_string(), "attribute `a` is required");
        let nested = Value::tuple(vec![Value::object(vec![("a".into(), Value::tuple(vec![]))])]);
        let error = convert(nested, &list(to)).unwrap_err();
        assert_eq!(error.to_string(), "element `0.a`: string required");
    }

    #[test]
    fn unknown_values_keep_symbols_through_collections() {
        let symbol = Symbol::Variable {
            name: "x".into(),
            path: [].into(),
        };
        let unknown = Value::unknown(Type::String, symbol.clone());
        let tuple = Value::tuple(vec![Value::string("a"), unknown.with_marks(Marks::SENSITIVE)]);
        let set = convert(tuple.clone(), &Type::Set(Arc::new(Type::String))).unwrap();
        assert!(set.marks.sensitive);
        assert_eq!(set.elements().unwrap()[1].symbol(), Some(&symbol));
        let list = convert(tuple, &list(Type::Any)).unwrap();
        assert!(!list.marks.sensitive && list.elements().unwrap()[1].marks.sensitive);
    }

    #[test]
    fn unification_finds_the_most_general_type() {
        assert_eq!(unify(&[Type::Number, Type::String]), Some(Type::String));
        assert_eq!(unify(&[Type::Number, Type::Bool]), None);
        assert_eq!(
            unify(&[Type::Number, Type::Bool, Type::String]),
            Some(Type::String)
        );
        let a = object(&[("a", Type::Number, false)]);
        let b = object(&[("b", Type::Number, false)]);
        assert_eq!(unify(&[a.clone(), b]), Some(Type::Map(Arc::new(Type::Number))));
        let c = object(&[("a", Type::String, false)]);
        assert_eq!(unify(&[a, c.clone()]), Some(c));
        assert_eq!(
            unify(&[Type::Tuple([Type::String].into()), list(Type::Number)]),
            Some(list(Type::String))
        );
    }
}
