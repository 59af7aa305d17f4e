//! Functions of sets: union, intersection, difference and product.

use std::collections::HashSet;
use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome, element_type};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::equality::marks_of;
use crate::evaluate::values::sets::{identity, set_of};
use crate::evaluate::values::unify::unify;
use crate::evaluate::values::unknown::derived_with;
use crate::evaluate::values::value::{Kind, Type, Value};

/// More combinations than this are refused: no configuration means them, and they would fill memory.
const MOST_COMBINATIONS: usize = 1_000_000;

pub(super) fn operation_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    let mut elements = Vec::new();
    for argument in &call.arguments {
        let of = element_type(&argument.type_of());
        let empty = argument.elements().is_some_and(<[Value]>::is_empty);
        if !(empty && of == Type::Any) {
            elements.push(of);
        }
    }
    if elements.is_empty() {
        return Ok(Type::Set(Arc::new(Type::Any)));
    }
    let of =
        unify(&elements).ok_or_else(|| FunctionError::new("the sets must have compatible element types"))?;
    Ok(Type::Set(Arc::new(of)))
}

/// The arguments as sets of one type.
fn sets(call: &Call<'_>) -> Result<(Type, Vec<Value>), FunctionError> {
    let of = operation_result(call)?;
    let mut sets = Vec::with_capacity(call.arguments.len());
    for (index, argument) in call.arguments.iter().enumerate() {
        sets.push(
            convert(argument.clone(), &of).map_err(|error| FunctionError::at(index, error.to_string()))?,
        );
    }
    Ok((of, sets))
}

pub(super) fn setunion(call: &Call<'_>) -> Outcome {
    let (of, sets) = sets(call)?;
    let all = sets
        .iter()
        .flat_map(|set| set.elements().unwrap_or(&[]))
        .cloned()
        .collect();
    Ok(set_of(element_type(&of), all))
}

pub(super) fn setintersection(call: &Call<'_>) -> Outcome {
    kept(call, true)
}

pub(super) fn setsubtract(call: &Call<'_>) -> Outcome {
    kept(call, false)
}

/// The elements of the first set that every other set has, or that none has.
fn kept(call: &Call<'_>, present: bool) -> Outcome {
    let (of, sets) = sets(call)?;
    if !sets.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown(of));
    }
    let others: Vec<HashSet<Vec<u8>>> = sets
        .iter()
        .skip(1)
        .map(|set| set.elements().unwrap_or(&[]).iter().map(identity).collect())
        .collect();
    let elements = sets.first().and_then(Value::elements).unwrap_or(&[]);
    let kept = elements
        .iter()
        .filter(|element| {
            let identity = identity(element);
            others.iter().all(|other| other.contains(&identity) == present)
        })
        .cloned()
        .collect();
    Ok(set_of(element_type(&of), kept))
}

pub(super) fn setproduct_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    if call.arguments.len() < 2 {
        return Err(FunctionError::new("at least two arguments are required"));
    }
    let mut elements = Vec::with_capacity(call.arguments.len());
    let mut lists = 0;
    for (index, argument) in call.arguments.iter().enumerate() {
        elements.push(match argument.type_of() {
            Type::Set(of) => (*of).clone(),
            Type::List(of) => {
                lists += 1;
                (*of).clone()
            }
            Type::Tuple(of) => {
                lists += 1;
                if of.is_empty() {
                    Type::Any
                } else {
                    unify(&of)
                        .ok_or_else(|| FunctionError::at(index, "all elements must have the same type"))?
                }
            }
            Type::Any => return Ok(Type::Any),
            _ => return Err(FunctionError::at(index, "a set or a list is required")),
        });
    }
    let combination = Arc::new(Type::Tuple(elements.into()));
    Ok(if lists == call.arguments.len() {
        Type::List(combination)
    } else {
        Type::Set(combination)
    })
}

/// Every combination of one element from each argument; the last argument varies fastest.
pub(super) fn setproduct(call: &Call<'_>) -> Outcome {
    let of = setproduct_result(call)?;
    let marks = marks_of(&call.arguments);
    let open = |argument: &Value| {
        !argument.is_known()
            || matches!(&argument.kind, Kind::Set(_, elements) if elements.len() > 1 && !argument.is_wholly_known())
    };
    if call.arguments.iter().any(open) {
        return Ok(unknown_product(call, of).with_marks(marks));
    }
    let element = element_type(&of);
    let Type::Tuple(types) = &element else {
        return Ok(call.unknown(of).with_marks(marks));
    };
    let mut columns: Vec<Vec<Value>> = Vec::with_capacity(types.len());
    for ((index, argument), of) in call.arguments.iter().enumerate().zip(types.iter()) {
        let column: Result<Vec<Value>, _> = argument
            .elements()
            .unwrap_or(&[])
            .iter()
            .map(|value| convert(value.clone(), of))
            .collect();
        columns.push(column.map_err(|error| FunctionError::at(index, error.to_string()))?);
    }
    let total = columns
        .iter()
        .try_fold(1usize, |total, column| total.checked_mul(column.len()))
        .filter(|total| *total <= MOST_COMBINATIONS)
        .ok_or_else(|| FunctionError::new("there are too many combinations"))?;
    let mut combinations: Vec<Vec<Value>> = Vec::with_capacity(total);
    if total > 0 {
        combinations.push(Vec::new());
        for column in &columns {
            combinations = combinations
                .iter()
                .flat_map(|begun| {
                    column.iter().map(move |value| {
                        let mut longer = begun.clone();
                        longer.push(value.clone());
                        longer
                    })
                })
                .collect();
        }
    }
    let tuples: Vec<Value> = combinations.into_iter().map(Value::tuple).collect();
    let result = match &of {
        Type::List(_) => Value::new(Kind::List(element.clone(), tuples.into())),
        _ => set_of(element.clone(), tuples),
    };
    Ok(result.with_marks(marks))
}

/// Bounds of the product's length are known where the arguments' are small.
fn unknown_product(call: &Call<'_>, of: Type) -> Value {
    let most = call.arguments.iter().try_fold(1u64, |total, argument| {
        let length = match &argument.kind {
            Kind::Unknown(unknown) => match &unknown.of {
                Type::Tuple(elements) => u64::try_from(elements.len()).ok()?,
                _ => unknown.length.1?,
            },
            _ => u64::try_from(argument.elements()?.len()).ok()?,
        };
        total
            .checked_mul(length)
            .filter(|total| length <= 1024 && *total <= 2048)
    });
    let arguments: Vec<&Value> = call.arguments.iter().collect();
    derived_with(of, call.by, &arguments, |unknown| {
        unknown.not_null = true;
        if let Some(most) = most {
            unknown.length = (most.min(1), Some(most));
        }
    })
}
