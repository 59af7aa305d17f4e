//! Equality: `==` as Terraform decides it, and sameness for our own bookkeeping.

use std::sync::Arc;

use super::unknown::derived;
use super::value::{Kind, Marks, Part, Symbol, Type, Unknown, Value};
use crate::evaluate::address::Key;

/// `a == b`: a bool, or an unknown bool where it depends on what is not known. No conversion takes
/// place: values of different types are not equal, except that any null equals any other.
///
/// Two unknown values with one identifying symbol are equal, whatever they turn out to be. Marks of
/// both values, inner ones too, are the result's; when one value is null only the outer ones.
#[must_use]
pub fn equals(a: &Value, b: &Value) -> Value {
    let marks = if a.is_null() != b.is_null() {
        a.marks.and(b.marks)
    } else {
        a.deep_marks().and(b.deep_marks())
    };
    let result = match compare(a, b) {
        Some(equal) => Value::bool(equal),
        None => derived(Type::Bool, "==", &[a, b]),
    };
    result.with_marks(marks)
}

/// Whether both values are certainly equal, certainly different, or neither is certain. Marks and
/// places do not matter.
#[must_use]
pub fn compare(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(x), Kind::Unknown(y)) => {
            (x.symbol.is_identity() && x.symbol == y.symbol && x.of.matches(&y.of)).then_some(true)
        }
        (Kind::Unknown(unknown), _) => excluded(unknown, b),
        (_, Kind::Unknown(unknown)) => excluded(unknown, a),
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Some(false),
        (Kind::Bool(x), Kind::Bool(y)) => Some(x == y),
        (Kind::Number(x), Kind::Number(y)) => Some(x == y),
        (Kind::String(x), Kind::String(y)) => Some(x == y),
        (Kind::List(x, xs), Kind::List(y, ys)) => same_types(x, y).unwrap_or_else(|| in_order(xs, ys)),
        (Kind::Tuple(xs), Kind::Tuple(ys)) => {
            if xs.len() == ys.len() && types_could_match(a, b) {
                in_order(xs, ys)
            } else {
                Some(false)
            }
        }
        (Kind::Set(x, xs), Kind::Set(y, ys)) => same_types(x, y).unwrap_or_else(|| as_sets(xs, ys)),
        (Kind::Map(x, xs), Kind::Map(y, ys)) => same_types(x, y).unwrap_or_else(|| by_key(xs, ys)),
        // A block's object does not list what only the provider knows.
        (Kind::Object(_), Kind::Object(_)) if a.block.is_some() || b.block.is_some() => {
            (a.block.is_some() && a.block == b.block).then_some(true)
        }
        (Kind::Object(xs), Kind::Object(ys)) => {
            if types_could_match(a, b) {
                by_key(xs, ys)
            } else {
                Some(false)
            }
        }
        _ => Some(false),
    }
}

/// Whether both are one value: equal where known, one symbol where unknown. Marks and places do not
/// matter.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    let all = |xs: &[Value], ys: &[Value]| xs.len() == ys.len() && xs.iter().zip(ys).all(|(x, y)| same(x, y));
    let each = |xs: &[(Arc<str>, Value)], ys: &[(Arc<str>, Value)]| {
        xs.len() == ys.len() && xs.iter().zip(ys).all(|((k, x), (l, y))| k == l && same(x, y))
    };
    match (&a.kind, &b.kind) {
        (Kind::Unknown(x), Kind::Unknown(y)) => x.of == y.of && x.symbol == y.symbol,
        (Kind::Null(x), Kind::Null(y)) => x == y,
        (Kind::Bool(x), Kind::Bool(y)) => x == y,
        (Kind::Number(x), Kind::Number(y)) => x == y,
        (Kind::String(x), Kind::String(y)) => x == y,
        (Kind::List(x, xs), Kind::List(y, ys)) | (Kind::Set(x, xs), Kind::Set(y, ys)) => {
            x == y && all(xs, ys)
        }
        (Kind::Tuple(xs), Kind::Tuple(ys)) => all(xs, ys),
        (Kind::Map(x, xs), Kind::Map(y, ys)) => x == y && each(xs, ys),
        (Kind::Object(xs), Kind::Object(ys)) => each(xs, ys),
        _ => false,
    }
}

/// `Some(false)` where what is known about an unknown value excludes a known one.
fn excluded(unknown: &Unknown, known: &Value) -> Option<bool> {
    let differs = match &known.kind {
        Kind::Null(_) => unknown.not_null,
        _ if !could_match(&unknown.of, &known.type_of()) => true,
        Kind::String(text) => unknown
            .prefix
            .as_ref()
            .is_some_and(|prefix| !text.starts_with(&**prefix)),
        Kind::Number(number) => {
            let (least, most) = &unknown.range;
            least.as_ref().is_some_and(|least| number < least)
                || most.as_ref().is_some_and(|most| number > most)
        }
        Kind::List(_, elements) | Kind::Set(_, elements) => wrong_length(unknown, elements.len(), known),
        Kind::Map(_, entries) => wrong_length(unknown, entries.len(), known),
        _ => false,
    };
    differs.then_some(false)
}

fn wrong_length(unknown: &Unknown, length: usize, known: &Value) -> bool {
    // A set with unknown elements may turn out shorter.
    if matches!(known.kind, Kind::Set(..)) && !known.is_wholly_known() {
        return false;
    }
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    length < unknown.length.0 || unknown.length.1.is_some_and(|most| length > most)
}

/// `Some` where the element types alone decide.
fn same_types(x: &Type, y: &Type) -> Option<Option<bool>> {
    if x.matches(y) {
        None
    } else if could_match(x, y) {
        Some(None)
    } else {
        Some(Some(false))
    }
}

/// Types of structures are compared before their content: one attribute of another type makes them
/// different, whatever else is unknown.
fn types_could_match(a: &Value, b: &Value) -> bool {
    let pair = |(x, y): (&Value, &Value)| types_could_match(x, y);
    match (&a.kind, &b.kind) {
        (Kind::Bool(_), Kind::Bool(_))
        | (Kind::Number(_), Kind::Number(_))
        | (Kind::String(_), Kind::String(_)) => true,
        (Kind::Tuple(xs), Kind::Tuple(ys)) => xs.len() == ys.len() && xs.iter().zip(ys.iter()).all(pair),
        (Kind::Object(xs), Kind::Object(ys)) => {
            xs.len() == ys.len()
                && xs
                    .iter()
                    .zip(ys.iter())
                    .all(|((k, x), (l, y))| k == l && types_could_match(x, y))
        }
        _ => could_match(&a.type_of(), &b.type_of()),
    }
}

fn could_match(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            could_match(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| could_match(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|(a, b)| a.name == b.name && could_match(&a.of, &b.of))
        }
        _ => a == b,
    }
}

fn in_order(xs: &[Value], ys: &[Value]) -> Option<bool> {
    if xs.len() != ys.len() {
        return Some(false);
    }
    for (x, y) in xs.iter().zip(ys) {
        // The first element that decides or cannot be decided ends the comparison, as in Terraform.
        if !compare(x, y)? {
            return Some(false);
        }
    }
    Some(true)
}

fn by_key(xs: &[(Arc<str>, Value)], ys: &[(Arc<str>, Value)]) -> Option<bool> {
    if xs.len() != ys.len() || xs.iter().zip(ys).any(|((k, _), (l, _))| k != l) {
        return Some(false);
    }
    let mut result = Some(true);
    for ((_, x), (_, y)) in xs.iter().zip(ys) {
        match compare(x, y) {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// Both are in set order without duplicates, so equal sets are equal element by element.
fn as_sets(xs: &[Value], ys: &[Value]) -> Option<bool> {
    if !xs.iter().chain(ys).all(Value::is_wholly_known) {
        return None;
    }
    in_order(xs, ys)
}

impl Symbol {
    /// Whether two unknown values with this one symbol are certainly equal. A derived symbol says what
    /// a value comes from, not which of many results it is; what is only known when it runs differs
    /// from call to call.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        match self {
            // One symbolic instance stands for many.
            Symbol::Attribute { of, .. } | Symbol::Instance(of) => !of.is_symbolic(),
            Symbol::Output { module, .. } => module.iter().all(|step| step.key != Some(Key::Any)),
            Symbol::Variable { .. } | Symbol::Planned { .. } => true,
            Symbol::Template(parts) => parts.iter().all(|part| match part {
                Part::Literal(_) => true,
                Part::Symbol(symbol) => symbol.is_identity(),
            }),
            Symbol::Derived { .. } | Symbol::Impure(_) | Symbol::OneOf(_) => false,
        }
    }
}

/// Marks of all values together.
#[must_use]
pub fn marks_of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Marks {
    values
        .into_iter()
        .fold(Marks::default(), |marks, value| marks.and(value.marks))
}
