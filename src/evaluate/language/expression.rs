//! Expressions: every kind of node to its value.
//!
//! Evaluation never stops at a problem: what failed becomes unknown, and the rest goes on, so that one
//! run reports every mistake and still knows everything else.

use std::borrow::Cow;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::call;
use super::conditional;
use super::iterate;
use super::operate;
use super::scope::{Link, Problem, SPLAT_ITEM, Scope, Sink};
use super::template;
use super::traverse;
use crate::config::syntax::{Expression, ExpressionKind, ObjectItem, ObjectKey, Operator};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::symbol::{derived, failed};
use crate::evaluate::values::value::{Kind, Marks, Type, Value};
use crate::source::Place;

/// The value of an expression. Problems go to the scope's sink.
pub fn evaluate(scope: &Scope<'_>, expression: &Expression) -> Value {
    let at = expression.place;
    let mut value = match &expression.kind {
        ExpressionKind::Null => Value::null(Type::Any),
        ExpressionKind::Bool(value) => Value::bool(*value),
        ExpressionKind::Number(digits) => number(scope, digits, at),
        ExpressionKind::String(text) => Value::string(normalised(text)),
        _ => scope.sink.deeper(at, || composite(scope, expression)),
    };
    if value.origin.is_none() {
        value.origin = Some(at);
    }
    value
}

fn composite(scope: &Scope<'_>, expression: &Expression) -> Value {
    let at = expression.place;
    match &expression.kind {
        ExpressionKind::Template(parts) => template::evaluate(scope, parts, at),
        ExpressionKind::Tuple(elements) => Value::tuple(
            elements
                .iter()
                .map(|element| evaluate(scope, element))
                .collect::<Vec<_>>(),
        ),
        ExpressionKind::Object(items) => object(scope, items),
        ExpressionKind::Variable(_)
        | ExpressionKind::Attribute { .. }
        | ExpressionKind::Index { .. }
        | ExpressionKind::SplatItem => traversal(scope, expression),
        ExpressionKind::Splat { source, each, .. } => iterate::splat(scope, source, each),
        ExpressionKind::Call(call) => call::evaluate(scope, call, at),
        ExpressionKind::Not(operand) => unary(scope, operand, operate::not),
        ExpressionKind::Negative(operand) => unary(scope, operand, operate::negative),
        ExpressionKind::Binary {
            operator,
            left,
            right,
        } => binary(scope, *operator, left, right, at),
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => conditional::evaluate(scope, condition, then, otherwise),
        ExpressionKind::Parentheses(inner) => evaluate(scope, inner),
        ExpressionKind::For(each) => iterate::for_each(scope, each),
        ExpressionKind::Null
        | ExpressionKind::Bool(_)
        | ExpressionKind::Number(_)
        | ExpressionKind::String(_) => evaluate(scope, expression),
    }
}

fn number(scope: &Scope<'_>, digits: &str, at: Place) -> Value {
    match Number::parse(digits) {
        Some(number) => Value::number(number),
        None => scope.fail(
            Problem::new("invalid-number", format!("`{digits}` is no number")),
            at,
        ),
    }
}

/// The same text in normalisation form C, shared where it already is.
pub fn normalised(text: &Arc<str>) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.clone()
    } else {
        text.nfc().collect::<String>().into()
    }
}

fn object(scope: &Scope<'_>, items: &[ObjectItem]) -> Value {
    let mut entries = Vec::with_capacity(items.len());
    let mut marks = Marks::default();
    let mut unknown_key = None;
    for item in items {
        let key = object_key(scope, item);
        let value = evaluate(scope, &item.value);
        match key {
            ItemKey::Name(name, of_key) => {
                marks = marks.and(of_key);
                entries.push((name, value));
            }
            ItemKey::Unknown(key) => {
                marks = marks.and(key.marks);
                unknown_key = Some(key);
            }
        }
    }
    match unknown_key {
        // Which attributes the object has is not known, so nothing of it is.
        Some(key) => {
            let sources = [&key].into_iter().chain(entries.iter().map(|(_, value)| value));
            derived(Type::Any, "object", &sources.collect::<Vec<_>>())
        }
        None => Value::object(entries),
    }
    .with_marks(marks)
}

enum ItemKey {
    Name(Arc<str>, Marks),
    Unknown(Value),
}

fn object_key(scope: &Scope<'_>, item: &ObjectItem) -> ItemKey {
    let expression = match &item.key {
        ObjectKey::Name(word) => return ItemKey::Name(normalised(&word.text), Marks::default()),
        ObjectKey::Expression(expression) => expression,
    };
    if is_ambiguous(expression) {
        let problem = Problem::new("ambiguous-key", "this object key could be a name or a reference")
            .help("write `(…)` around it to use the value it refers to, or quote it to use it as text");
        return ItemKey::Unknown(scope.fail(problem, expression.place));
    }
    let value = evaluate(scope, expression);
    if value.is_null() {
        let problem = Problem::new("null-object-key", "the key of an object must not be null");
        // Terraform points at the value.
        return ItemKey::Unknown(scope.fail(problem, item.value.place));
    }
    match convert(value, &Type::String) {
        Ok(key) => match &key.kind {
            Kind::String(name) => ItemKey::Name(name.clone(), key.marks),
            _ => ItemKey::Unknown(key),
        },
        Err(_) => {
            let problem = Problem::new("incorrect-key-type", "the key of an object must be a string");
            ItemKey::Unknown(scope.fail(problem, expression.place))
        }
    }
}

/// Whether a key without parentheses is a reference of several steps. Where such a key is a name, as
/// in the `providers` of a module call, nobody evaluates it.
fn is_ambiguous(key: &Expression) -> bool {
    if !matches!(
        key.kind,
        ExpressionKind::Attribute { .. } | ExpressionKind::Index { .. }
    ) {
        return false;
    }
    let (root, links) = chain(key);
    let is_constant = |link: &Link<'_>| match link {
        Link::Attribute(..) => true,
        Link::Index(key, _) => matches!(key.kind, ExpressionKind::Number(_) | ExpressionKind::String(_)),
    };
    matches!(root.kind, ExpressionKind::Variable(_)) && links.iter().all(is_constant)
}

/// A root and the steps after it, walked without recursion.
fn traversal(scope: &Scope<'_>, expression: &Expression) -> Value {
    let (root, links) = chain(expression);
    let (mut value, taken) = match &root.kind {
        ExpressionKind::Variable(name) => match scope.bound(name) {
            Some(bound) => (bound.clone(), 0),
            None => {
                let resolved = scope.names.resolve(scope, name, root.place, &links);
                (resolved.value, resolved.steps)
            }
        },
        ExpressionKind::SplatItem => (scope.bound(SPLAT_ITEM).cloned().unwrap_or_else(failed), 0),
        _ => (evaluate(scope, root), 0),
    };
    for link in links.iter().skip(taken) {
        value = follow(scope, &value, link);
    }
    value
}

/// One more step from `value`.
pub fn follow(scope: &Scope<'_>, value: &Value, link: &Link<'_>) -> Value {
    let schemas = scope.names.schemas();
    let (found, at) = match link {
        Link::Attribute(name, at) => (traverse::attribute(value, &name.text, schemas), *at),
        Link::Index(key, at) => {
            let key = evaluate(scope, key);
            (traverse::index(value, &key, schemas), *at)
        }
    };
    found.unwrap_or_else(|problem| scope.fail(problem, at).with_marks(value.marks))
}

/// The root of a traversal and its steps from left to right.
pub fn chain(expression: &Expression) -> (&Expression, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut current = expression;
    loop {
        match &current.kind {
            ExpressionKind::Attribute { source, name } => {
                links.push(Link::Attribute(name, after(source.place, current.place)));
                current = source;
            }
            ExpressionKind::Index { source, key } => {
                links.push(Link::Index(key, after(source.place, current.place)));
                current = source;
            }
            _ => break,
        }
    }
    links.reverse();
    (current, links)
}

/// What `whole` adds to `source`: the dot and the name, or the brackets.
fn after(source: Place, whole: Place) -> Place {
    Place {
        start: source.end.clamp(whole.start, whole.end),
        ..whole
    }
}

fn unary(
    scope: &Scope<'_>,
    operand: &Expression,
    apply: fn(&Value) -> Result<Value, operate::OperationError>,
) -> Value {
    let value = evaluate(scope, operand);
    match apply(&value) {
        Ok(result) => result,
        Err(error) => {
            let problem = Problem::new("invalid-operand", error.to_string());
            scope.fail(problem, operand.place).with_marks(value.marks)
        }
    }
}

fn binary(scope: &Scope<'_>, operator: Operator, left: &Expression, right: &Expression, at: Place) -> Value {
    let sinks = (scope.sink.inside(), scope.sink.inside());
    let values = (
        operand(&scope.reporting_to(&sinks.0), left, operator),
        operand(&scope.reporting_to(&sinks.1), right, operator),
    );
    if let Some(decided) = short_circuit(operator, &values.0, &values.1) {
        let (value, decisive) = match decided {
            Side::Left => (&values.0, sinks.0),
            Side::Right => (&values.1, sinks.1),
        };
        scope.sink.take_from(decisive);
        let marks = values.0.marks.and(values.1.marks);
        return Value::new(value.kind.clone()).with_marks(marks);
    }
    let clean = !sinks.0.has_errors() && !sinks.1.has_errors();
    scope.sink.take_from(sinks.0);
    scope.sink.take_from(sinks.1);
    if !clean {
        return derived(Type::Any, "operation", &[&values.0, &values.1]);
    }
    operate::binary(operator, &values.0, &values.1).unwrap_or_else(|error| {
        let (code, at) = match error.operand {
            Some(operate::Operand::Left) => ("invalid-operand", left.place),
            Some(operate::Operand::Right) => ("invalid-operand", right.place),
            Some(operate::Operand::Only) | None => ("operation-failed", at),
        };
        scope.fail(Problem::new(code, error.to_string()), at)
    })
}

/// The value of one side, as a bool where the operator is a logical one.
fn operand(scope: &Scope<'_>, expression: &Expression, operator: Operator) -> Value {
    let value = evaluate(scope, expression);
    if !matches!(operator, Operator::And | Operator::Or) {
        return value;
    }
    let marks = value.marks;
    convert(value, &Type::Bool).unwrap_or_else(|_| {
        let problem = Problem::new("invalid-operand", "the operand must be a bool");
        scope.fail(problem, expression.place).with_marks(marks)
    })
}

enum Side {
    Left,
    Right,
}

/// The side that decides a logical operation whatever the other is, even where the other fails.
fn short_circuit(operator: Operator, left: &Value, right: &Value) -> Option<Side> {
    let decisive = match operator {
        Operator::And => false,
        Operator::Or => true,
        _ => return None,
    };
    match (left.as_bool(), right.as_bool()) {
        (Some(value), _) if value == decisive => Some(Side::Left),
        (_, Some(value)) if value == decisive => Some(Side::Right),
        // A known side that does not decide leaves the matter to the unknown one.
        (None, Some(_)) if !left.is_known() => Some(Side::Left),
        (Some(_), None) if !right.is_known() => Some(Side::Right),
        _ => None,
    }
}

/// Evaluates without letting problems out: the value, and the problems there were.
pub fn attempt(scope: &Scope<'_>, expression: &Expression) -> (Value, Sink) {
    let sink = scope.sink.inside();
    let value = evaluate(&scope.reporting_to(&sink), expression);
    (value, sink)
}

/// The text of a string as an error message may show it.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")).into(),
        None => text.into(),
    }
}
