//! Which element of a list in the source is which element in the plan: blocks in source order, sets in
//! an order of their own, and elements that only the provider knows.

use std::collections::HashMap;

use crate::evaluate::values::value::{Kind, Value};

/// Past this many comparisons elements are only matched by name or by order.
const MOST_COMPARISONS: usize = 10_000;

#[derive(Clone, Copy, Debug)]
pub(super) enum Partner<'w> {
    Is(&'w Value),
    None,
}

/// For each planned element the written one it is.
pub(super) fn partners<'w>(planned: &[Value], written: &'w [Value]) -> Vec<Partner<'w>> {
    if planned.len() == 1 && written.len() == 1 {
        return vec![written.first().map_or(Partner::None, Partner::Is)];
    }
    if let Some(name) = telling_name(planned, written) {
        return by_name(&name, planned, written);
    }
    let in_order = planned.len() == written.len()
        && planned
            .iter()
            .zip(written)
            .all(|(planned, written)| agree(planned, written));
    if in_order {
        return written.iter().map(Partner::Is).collect();
    }
    if planned.len().saturating_mul(written.len()) <= MOST_COMPARISONS {
        return by_agreement(planned, written);
    }
    by_scalar(planned, written)
}

/// A scalar attribute that every object of both sides knows, and that differs from object to object.
fn telling_name(planned: &[Value], written: &[Value]) -> Option<String> {
    let first = planned.iter().find_map(Value::entries)?;
    let mut names: Vec<&str> = first.iter().map(|(name, _)| &**name).collect();
    names.sort_by_key(|name| !name.ends_with("name"));
    let tells = |name: &str, values: &[Value]| {
        let mut seen = std::collections::HashSet::new();
        values.iter().filter(|value| value.is_known()).all(|value| {
            value
                .get(name)
                .and_then(scalar)
                .is_some_and(|text| seen.insert(text))
        })
    };
    let name = names
        .into_iter()
        .find(|name| tells(name, planned) && tells(name, written))?;
    Some(name.to_owned())
}

fn by_name<'w>(name: &str, planned: &[Value], written: &'w [Value]) -> Vec<Partner<'w>> {
    let key = |value: &Value| value.get(name).and_then(scalar);
    let by_key: HashMap<String, &Value> = written
        .iter()
        .filter_map(|value| Some((key(value)?, value)))
        .collect();
    // What stands for any number of elements on one side stands for them on the other.
    let mut unknown = written.iter().filter(|value| !value.is_known());
    planned
        .iter()
        .map(|value| match key(value) {
            Some(key) => by_key.get(&key).map_or(Partner::None, |value| Partner::Is(value)),
            None => unknown.next().map_or(Partner::None, Partner::Is),
        })
        .collect()
}

/// Each planned element takes the first written one that it does not contradict.
fn by_agreement<'w>(planned: &[Value], written: &'w [Value]) -> Vec<Partner<'w>> {
    let mut left: Vec<&Value> = written.iter().collect();
    planned
        .iter()
        .map(
            |planned| match left.iter().position(|written| agree(planned, written)) {
                Some(index) => Partner::Is(left.remove(index)),
                None => Partner::None,
            },
        )
        .collect()
}

fn by_scalar<'w>(planned: &[Value], written: &'w [Value]) -> Vec<Partner<'w>> {
    let by_text: HashMap<String, &Value> = written
        .iter()
        .filter_map(|value| Some((scalar(value)?, value)))
        .collect();
    planned
        .iter()
        .map(|value| {
            scalar(value)
                .and_then(|text| by_text.get(&text))
                .map_or(Partner::None, |value| Partner::Is(value))
        })
        .collect()
}

/// Whether nothing that both know differs. Only scalars count: what is nested is aligned on its own.
fn agree(planned: &Value, written: &Value) -> bool {
    if let (Some(a), Some(b)) = (scalar(planned), scalar(written)) {
        return a == b;
    }
    // What stands for any number of elements is not any particular one.
    if !planned.is_known() || !written.is_known() {
        return planned.is_known() == written.is_known();
    }
    let Some(entries) = planned.entries() else {
        return false;
    };
    entries.iter().all(
        |(name, value)| match (scalar(value), written.get(name).and_then(scalar)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        },
    )
}

/// The text of a known scalar, the same for a number, a boolean and their spellings as strings.
fn scalar(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
