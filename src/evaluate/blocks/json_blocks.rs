//! Nested blocks written in JSON: there an object is a block, a list of objects several, null none, and
//! with map nesting the keys are the labels.

use std::sync::Arc;

use super::body::{Below, Element, Known, Shape, collected};
use crate::config::syntax::Attribute;
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Problem, Scope};
use crate::evaluate::values::value::{Kind, Value};
use crate::source::Place;

/// The blocks that a JSON property holds.
pub(crate) fn blocks(scope: &Scope<'_>, attribute: &Attribute, below: Below<'_>) -> Option<Value> {
    let value = value_of(scope, &attribute.expression);
    let at = attribute.place;
    let elements = match &value.kind {
        Kind::Null(_) => return None,
        Kind::Object(entries) if below.is_map() => entries
            .iter()
            .map(|(label, block)| element(scope, block, below, Some(label), at))
            .collect(),
        Kind::Object(_) => vec![element(scope, &value, below, None, at)],
        Kind::Tuple(blocks) => blocks
            .iter()
            .map(|block| element(scope, block, below, None, at))
            .collect(),
        _ => {
            let summary = format!(
                "`{}` is a block: an object or a list of objects",
                attribute.name.text
            );
            scope.fail(
                Problem::new("incorrect-block", summary),
                attribute.expression.place,
            );
            return None;
        }
    };
    Some(Value {
        at: Some(at),
        origin: value.origin,
        ..collected(elements, below)
    })
}

fn element(
    scope: &Scope<'_>,
    block: &Value,
    below: Below<'_>,
    label: Option<&Arc<str>>,
    at: Place,
) -> Element {
    Element {
        label: label.cloned(),
        value: Value {
            at: block.origin.or(Some(at)),
            ..conforming(scope, block, below.shape(), at)
        },
    }
}

/// A block's object with its arguments converted and its own blocks as blocks.
fn conforming(scope: &Scope<'_>, block: &Value, shape: Shape<'_>, at: Place) -> Value {
    let Kind::Object(entries) = &block.kind else {
        return block.clone();
    };
    let entries = entries
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), argument(scope, name, value, shape, at)))
        .collect();
    Value {
        kind: Value::object(entries).kind,
        ..block.clone()
    }
}

fn argument(scope: &Scope<'_>, name: &str, value: &Value, shape: Shape<'_>, at: Place) -> Value {
    let place = value.origin.unwrap_or(at);
    let below = shape.below(name);
    if matches!(below, Below::Nested(_)) {
        let blocks = match &value.kind {
            Kind::Tuple(blocks) => blocks.iter().collect(),
            _ => vec![value],
        };
        let elements = blocks
            .into_iter()
            .map(|block| element(scope, block, below, None, place))
            .collect();
        return collected(elements, below);
    }
    let converted = match shape.type_of(name) {
        Known::Type(of) => shape.fitted(scope, value.clone(), of, name, place),
        Known::Not | Known::Nothing => value.clone(),
    };
    Value {
        at: Some(place),
        ..converted
    }
}
