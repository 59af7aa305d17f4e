//! Functions of lists, tuples and sets. Elements keep their symbols wherever positions are known.

use std::collections::HashSet;
use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome, element_type, list_of_text};
use super::strings::graphemes;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::equality::{compare, marks_of};
use crate::evaluate::values::number::Number;
use crate::evaluate::values::unify::unify;
use crate::evaluate::values::unknown::{derived_with, part};
use crate::evaluate::values::value::{Kind, Step, Type, Unknown, Value};

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// How many elements, attributes or characters. Bounds are known even where the value is not.
pub(super) fn length(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    let result = match &value.kind {
        Kind::String(text) => Value::number(count(graphemes(text).count())),
        Kind::List(_, elements) | Kind::Tuple(elements) => Value::number(count(elements.len())),
        Kind::Set(_, elements) if elements.len() > 1 && !value.is_wholly_known() => {
            // Elements that are not known yet may turn out equal to others.
            bounded(
                call,
                Number::Integer(1),
                Some(Number::Integer(count(elements.len()))),
            )
        }
        Kind::Set(_, elements) => Value::number(count(elements.len())),
        Kind::Object(_) if value.block.is_some() => bounded(call, Number::Integer(0), None),
        Kind::Map(_, entries) | Kind::Object(entries) => Value::number(count(entries.len())),
        Kind::Unknown(unknown) => length_of_unknown(call, unknown)?,
        _ => {
            return Err(FunctionError::at(
                0,
                "a string, collection, object or tuple is required",
            ));
        }
    };
    Ok(result.with_marks(value.marks))
}

fn length_of_unknown(call: &Call<'_>, unknown: &Unknown) -> Outcome {
    let bound = |length: u64| Number::Integer(i64::try_from(length).unwrap_or(i64::MAX));
    Ok(match &unknown.of {
        Type::Tuple(elements) => Value::number(count(elements.len())),
        Type::Object(fields) => Value::number(count(fields.len())),
        Type::String => {
            let least = unknown
                .prefix
                .as_ref()
                .map_or(0, |prefix| count(graphemes(prefix).count()));
            bounded(call, Number::Integer(least), None)
        }
        Type::List(_) | Type::Set(_) | Type::Map(_) => {
            let (least, most) = unknown.length;
            if most == Some(least) {
                Value::number(bound(least))
            } else {
                bounded(call, bound(least), most.map(bound))
            }
        }
        Type::Any => bounded(call, Number::Integer(0), None),
        Type::Bool | Type::Number => {
            return Err(FunctionError::at(
                0,
                "a string, collection, object or tuple is required",
            ));
        }
    })
}

fn bounded(call: &Call<'_>, least: Number, most: Option<Number>) -> Value {
    derived_with(Type::Number, call.by, &[call.argument(0)], |unknown| {
        unknown.not_null = true;
        unknown.range = (Some(least), most);
    })
}

pub(super) fn alltrue(call: &Call<'_>) -> Outcome {
    for element in call.elements(0) {
        match element.as_bool() {
            Some(true) => {}
            None if !element.is_known() => return Ok(call.unknown(Type::Bool)),
            _ => return Ok(Value::bool(false)),
        }
    }
    Ok(Value::bool(true))
}

pub(super) fn anytrue(call: &Call<'_>) -> Outcome {
    let elements = call.elements(0);
    if elements.iter().any(|element| element.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    if elements.iter().any(|element| !element.is_known()) {
        return Ok(call.unknown(Type::Bool));
    }
    Ok(Value::bool(false))
}

pub(super) fn contains(call: &Call<'_>) -> Outcome {
    let list = call.argument(0);
    let elements = list
        .elements()
        .ok_or_else(|| FunctionError::new("a list, tuple or set is required"))?;
    let mut undecided = false;
    for element in elements {
        match compare(call.argument(1), element) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => undecided = true,
        }
    }
    if undecided {
        return Ok(call.unknown(Type::Bool));
    }
    Ok(Value::bool(false))
}

pub(super) fn index(call: &Call<'_>) -> Outcome {
    if !matches!(call.argument(0).kind, Kind::List(..) | Kind::Tuple(_)) {
        return Err(FunctionError::at(0, "a list or tuple is required"));
    }
    for (position, element) in call.elements(0).iter().enumerate() {
        match compare(element, call.argument(1)) {
            Some(true) => return Ok(Value::number(count(position))),
            Some(false) => {}
            None => return Ok(call.unknown(Type::Number)),
        }
    }
    Err(FunctionError::new("the list does not contain the value"))
}

/// The element at an index that wraps around.
pub(super) fn element(call: &Call<'_>) -> Outcome {
    let list = call.argument(0);
    if let Kind::Unknown(unknown) = &list.kind {
        return element_of_unknown(call, unknown);
    }
    if !matches!(list.kind, Kind::List(..) | Kind::Tuple(_)) {
        let of = list.type_of().friendly_name();
        return Err(FunctionError::new(format!("cannot read elements from {of}")));
    }
    let elements = call.elements(0);
    if !call.argument(1).is_known() {
        return Ok(derived_with(
            element_result(call)?,
            call.by,
            &[list, call.argument(1)],
            |_| {},
        ));
    }
    let position = wrapped(call.whole(1)?, elements.len())?;
    let element = elements
        .get(position)
        .cloned()
        .unwrap_or_else(|| Value::null(Type::Any));
    Ok(element.with_marks(list.marks))
}

fn wrapped(index: i64, length: usize) -> Result<usize, FunctionError> {
    index
        .checked_rem_euclid(count(length))
        .and_then(|position| usize::try_from(position).ok())
        .ok_or_else(|| FunctionError::at(0, "it must not be empty"))
}

fn element_of_unknown(call: &Call<'_>, unknown: &Arc<Unknown>) -> Outcome {
    let of = element_result(call)?;
    let length = match &unknown.of {
        Type::Tuple(elements) => Some(elements.len()),
        _ => unknown
            .length
            .1
            .filter(|most| *most == unknown.length.0)
            .and_then(|length| usize::try_from(length).ok()),
    };
    let index = if call.argument(1).is_known() {
        Some(call.whole(1)?)
    } else {
        None
    };
    // Without a known length only the first element's position is certain.
    let position = match (index, length) {
        (Some(index), Some(length)) => Some(wrapped(index, length)?),
        (Some(0), None) => Some(0),
        _ => None,
    };
    let marks = call.argument(0).marks;
    let result = match position {
        Some(position) => part(
            unknown,
            Step::Index(u64::try_from(position).unwrap_or(u64::MAX)),
            of,
        ),
        None => derived_with(of, call.by, &[call.argument(0), call.argument(1)], |_| {}),
    };
    Ok(result.with_marks(marks))
}

pub(super) fn element_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    match call.argument(0).type_of() {
        Type::List(of) => Ok((*of).clone()),
        Type::Tuple(elements) if call.argument(1).is_known() => {
            let position = wrapped(call.whole(1)?, elements.len())?;
            Ok(elements.get(position).cloned().unwrap_or(Type::Any))
        }
        Type::Tuple(_) | Type::Any => Ok(Type::Any),
        of => Err(FunctionError::at(
            0,
            format!("cannot read elements from {}", of.friendly_name()),
        )),
    }
}

pub(super) fn one(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    let wrong = || FunctionError::at(0, "a list, set or tuple with no or one element is required");
    match &value.kind {
        Kind::List(of, elements) | Kind::Set(of, elements) => match &**elements {
            [] => Ok(Value::null(of.clone())),
            [only] => Ok(only.clone()),
            _ if matches!(value.kind, Kind::Set(..)) && !value.is_wholly_known() => {
                Ok(derived_with(of.clone(), call.by, &[value], |_| {}))
            }
            _ => Err(wrong()),
        },
        Kind::Tuple(elements) => match &**elements {
            [] => Ok(Value::null(Type::Any)),
            [only] => Ok(only.clone()),
            _ => Err(wrong()),
        },
        Kind::Unknown(unknown) => {
            let of = one_result(call)?;
            let certain = matches!(unknown.of, Type::Tuple(_)) || (unknown.length == (1, Some(1)));
            Ok(if certain && !matches!(unknown.of, Type::Set(_)) {
                part(unknown, Step::Index(0), of)
            } else {
                derived_with(of, call.by, &[value], |_| {})
            })
        }
        _ => Err(wrong()),
    }
}

fn one_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    match call.argument(0).type_of() {
        Type::List(of) | Type::Set(of) => Ok((*of).clone()),
        Type::Tuple(elements) if elements.len() <= 1 => Ok(elements.first().cloned().unwrap_or(Type::Any)),
        Type::Any => Ok(Type::Any),
        _ => Err(FunctionError::at(
            0,
            "a list, set or tuple with no or one element is required",
        )),
    }
}

/// One list where all arguments are lists with a common type, otherwise a tuple.
pub(super) fn concat(call: &Call<'_>) -> Outcome {
    let of = concat_result(call)?;
    let marks = marks_of(&call.arguments);
    let mut joined = Vec::with_capacity(
        call.arguments
            .iter()
            .map(|list| list.elements().map_or(0, <[Value]>::len))
            .sum(),
    );
    for (index, argument) in call.arguments.iter().enumerate() {
        if matches!(of, Type::List(_)) {
            let converted = convert(argument.clone(), &of)
                .map_err(|error| FunctionError::at(index, error.to_string()))?;
            joined.extend_from_slice(converted.elements().unwrap_or(&[]));
        } else {
            joined.extend_from_slice(argument.elements().unwrap_or(&[]));
        }
    }
    let result = match of {
        Type::List(of) => Value::new(Kind::List((*of).clone(), joined.into())),
        _ => Value::tuple(joined),
    };
    Ok(result.with_marks(marks))
}

pub(super) fn concat_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    if call.arguments.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let types: Vec<Type> = call
        .arguments
        .iter()
        .map(|argument| match &argument.kind {
            // The elements' types are not needed yet.
            Kind::Tuple(_) => Type::Tuple([].into()),
            _ => argument.type_of(),
        })
        .collect();
    if types.iter().all(|of| matches!(of, Type::List(_)))
        && let Some(common) = unify(&types)
    {
        return Ok(common);
    }
    for (index, of) in types.iter().enumerate() {
        if !matches!(of, Type::List(_) | Type::Tuple(_) | Type::Any) {
            return Err(FunctionError::at(
                index,
                format!("a list or tuple is required, not {}", of.friendly_name()),
            ));
        }
    }
    // A list of unknown length leaves the tuple's length open.
    let mut elements = Vec::new();
    for argument in &call.arguments {
        match (&argument.kind, argument.type_of()) {
            (Kind::List(of, values), _) => elements.extend(values.iter().map(|_| of.clone())),
            (_, Type::Tuple(of)) => elements.extend(of.iter().cloned()),
            _ => return Ok(Type::Any),
        }
    }
    Ok(Type::Tuple(elements.into()))
}

pub(super) fn flatten(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if !matches!(value.kind, Kind::List(..) | Kind::Set(..) | Kind::Tuple(_)) {
        return Err(FunctionError::about(
            0,
            "only lists, sets and tuples can be flattened",
        ));
    }
    let mut flat = Flat::default();
    flat.add(value);
    let result = if flat.open {
        derived_with(Type::Any, call.by, &[value], |unknown| unknown.not_null = true)
    } else {
        Value::tuple(flat.elements)
    };
    Ok(result.with_marks(flat.marks))
}

#[derive(Default)]
struct Flat {
    elements: Vec<Value>,
    marks: crate::evaluate::values::value::Marks,
    /// Whether a sequence inside is unknown, so that nobody can tell how many elements there are.
    open: bool,
}

impl Flat {
    fn add(&mut self, sequence: &Value) {
        self.marks = self.marks.and(sequence.marks);
        if matches!(&sequence.kind, Kind::Set(_, elements) if elements.len() > 1 && !sequence.is_wholly_known())
        {
            self.open = true;
            return;
        }
        for element in sequence.elements().unwrap_or(&[]) {
            match &element.kind {
                Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => self.add(element),
                Kind::Unknown(unknown)
                    if matches!(
                        unknown.of,
                        Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any
                    ) =>
                {
                    self.marks = self.marks.and(element.marks);
                    self.open = true;
                }
                _ => self.elements.push(element.clone()),
            }
        }
    }
}

pub(super) fn reverse(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    let mut elements = call.elements(0).to_vec();
    elements.reverse();
    let result = match &value.kind {
        Kind::Tuple(_) => Value::tuple(elements),
        Kind::List(of, _) | Kind::Set(of, _) => Value::new(Kind::List(of.clone(), elements.into())),
        _ => {
            let of = value.type_of().friendly_name();
            return Err(FunctionError::at(
                0,
                format!("only lists and tuples can be reversed, not {of}"),
            ));
        }
    };
    Ok(result.with_marks(value.marks))
}

pub(super) fn reverse_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    match call.argument(0).type_of() {
        Type::Tuple(elements) => Ok(Type::Tuple(elements.iter().rev().cloned().collect())),
        Type::List(of) | Type::Set(of) => Ok(Type::List(of)),
        Type::Any => Ok(Type::Any),
        of => Err(FunctionError::at(
            0,
            format!(
                "only lists and tuples can be reversed, not {}",
                of.friendly_name()
            ),
        )),
    }
}

pub(super) fn slice(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    let elements = match &value.kind {
        Kind::List(_, elements) | Kind::Tuple(elements) => elements,
        Kind::Set(..) => {
            return Err(FunctionError::at(
                0,
                "a set has no positions; convert it to a list first",
            ));
        }
        _ => return Err(FunctionError::at(0, "a list or tuple is required")),
    };
    let bound = |index: usize| -> Result<usize, FunctionError> {
        usize::try_from(call.whole(index)?)
            .ok()
            .filter(|position| *position <= elements.len())
            .ok_or_else(|| FunctionError::at(index, "the index must lie within the list"))
    };
    let (start, end) = (bound(1)?, bound(2)?);
    let part = elements
        .get(start..end)
        .ok_or_else(|| FunctionError::at(1, "the start must not be greater than the end"))?;
    let result = match &value.kind {
        Kind::List(of, _) => Value::new(Kind::List(of.clone(), part.into())),
        _ => Value::tuple(part),
    };
    Ok(result.with_marks(value.marks))
}

pub(super) fn slice_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    match call.argument(0).type_of() {
        Type::List(of) => Ok(Type::List(of)),
        Type::Tuple(elements) if call.argument(1).is_known() && call.argument(2).is_known() => {
            let position =
                |index| Ok::<_, FunctionError>(usize::try_from(call.whole(index)?).unwrap_or(usize::MAX));
            elements
                .get(position(1)?..position(2)?)
                .map(|part| Type::Tuple(part.into()))
                .ok_or_else(|| FunctionError::at(1, "the indices must lie within the list"))
        }
        Type::Tuple(_) | Type::Any => Ok(Type::Any),
        _ => Err(FunctionError::at(0, "a list or tuple is required")),
    }
}

pub(super) fn distinct(call: &Call<'_>) -> Outcome {
    let list = call.argument(0);
    if !list.is_wholly_known() {
        return Ok(call.unknown(list.type_of()));
    }
    // A set of each element alone has a form that equal elements share.
    let mut seen = HashSet::new();
    let kept: Vec<Value> = call
        .elements(0)
        .iter()
        .filter(|element| seen.insert(crate::evaluate::values::sets::identity(element)))
        .cloned()
        .collect();
    Ok(Value::new(Kind::List(element_type(&list.type_of()), kept.into())))
}

pub(super) fn chunklist(call: &Call<'_>) -> Outcome {
    let list = call.argument(0);
    let size = usize::try_from(call.whole(1)?)
        .map_err(|_| FunctionError::about(1, "the size must not be negative"))?;
    let of = list.type_of();
    let inner = element_type(&of);
    let elements = call.elements(0);
    let chunk = |chunk: &[Value]| Value::new(Kind::List(inner.clone(), chunk.into()));
    let chunks: Vec<Value> = match (elements.is_empty(), size) {
        (true, _) => Vec::new(),
        (false, 0) => vec![chunk(elements)],
        (false, size) => elements.chunks(size).map(chunk).collect(),
    };
    let marks = list.marks.and(call.argument(1).marks);
    Ok(Value::new(Kind::List(of, chunks.into())).with_marks(marks))
}

/// Without nulls and empty strings.
pub(super) fn compact(call: &Call<'_>) -> Outcome {
    if !call.argument(0).is_wholly_known() {
        return Ok(call.unknown(call.argument(0).type_of()));
    }
    let kept = call
        .elements(0)
        .iter()
        .filter(|element| element.as_str().is_some_and(|text| !text.is_empty()));
    Ok(list_of_text(kept.cloned()))
}

/// By bytes. A list with unknown elements keeps its length.
pub(super) fn sort(call: &Call<'_>) -> Outcome {
    let list = call.argument(0);
    let length = match &list.kind {
        Kind::Unknown(unknown) => unknown.length,
        _ => {
            let length = u64::try_from(call.elements(0).len()).unwrap_or(u64::MAX);
            (length, Some(length))
        }
    };
    if !list.is_wholly_known() {
        return Ok(derived_with(list.type_of(), call.by, &[list], |unknown| {
            unknown.not_null = true;
            unknown.length = length;
        }));
    }
    let mut elements = call.elements(0).to_vec();
    if elements.iter().any(Value::is_null) {
        return Err(FunctionError::new("a null element cannot be sorted"));
    }
    elements.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    Ok(list_of_text(elements))
}

pub(super) fn matchkeys(call: &Call<'_>) -> Outcome {
    let (keys, wanted) = (call.argument(1).type_of(), call.argument(2).type_of());
    let common = unify(&[keys, wanted])
        .ok_or_else(|| FunctionError::new("the keys and the search set must have the same type"))?;
    let of = element_type(&call.argument(0).type_of());
    if call.elements(0).len() != call.elements(1).len() {
        return Err(FunctionError::about(1, "there must be as many keys as values"));
    }
    let as_common = |index: usize| {
        convert(call.argument(index).clone(), &common)
            .map_err(|error| FunctionError::at(index, error.to_string()))
    };
    let (keys, wanted) = (as_common(1)?, as_common(2)?);
    let empty = || Value::new(Kind::List(of.clone(), [].into()));
    if wanted.elements().is_none_or(<[Value]>::is_empty) {
        return Ok(empty());
    }
    if !call.argument(0).is_wholly_known() || !keys.is_wholly_known() {
        return Ok(call.unknown(Type::List(Arc::new(of))));
    }
    if !wanted.is_wholly_known() {
        return Ok(empty());
    }
    let wanted: HashSet<Vec<u8>> = wanted
        .elements()
        .unwrap_or(&[])
        .iter()
        .map(crate::evaluate::values::sets::identity)
        .collect();
    let matching: Vec<Value> = call
        .elements(0)
        .iter()
        .zip(keys.elements().unwrap_or(&[]))
        .filter(|(_, key)| wanted.contains(&crate::evaluate::values::sets::identity(key)))
        .map(|(value, _)| value.clone())
        .collect();
    Ok(Value::new(Kind::List(of, matching.into())))
}
