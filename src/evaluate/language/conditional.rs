//! `condition ? then : otherwise`. Both sides are evaluated, because the type of the result is the
//! type of both; the problems of the side not taken do not count.

use std::sync::Arc;

use super::expression::{attempt, evaluate as value_of};
use super::scope::{Problem, Scope};
use crate::config::syntax::Expression;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::unify::unify;
use crate::evaluate::values::unknown::derived_symbol;
use crate::evaluate::values::value::{Kind, Step, Symbol, Type, Unknown, Value};

pub fn evaluate(
    scope: &Scope<'_>,
    condition: &Expression,
    then: &Expression,
    otherwise: &Expression,
) -> Value {
    let (true_value, true_sink) = attempt(scope, then);
    let (false_value, false_sink) = attempt(scope, otherwise);
    let both = then.place.to(otherwise.place);
    let Some(of) = common_type(&true_value, &false_value) else {
        let problem = Problem::new(
            "inconsistent-conditional-types",
            "the two results of a conditional must have types that agree",
        );
        value_of(scope, condition);
        return scope.fail(problem, both);
    };
    let given = value_of(scope, condition);
    if given.is_null() {
        let problem = Problem::new(
            "null-condition",
            "the condition is null: it must be true or false",
        );
        return scope.fail(problem, condition.place);
    }
    let decision = match convert(given, &Type::Bool) {
        Ok(value) => value,
        Err(_) => {
            let problem = Problem::new("incorrect-condition-type", "the condition must be a bool");
            return scope.fail(problem, condition.place);
        }
    };
    let (taken, sink) = match decision.as_bool() {
        Some(true) => (true_value, true_sink),
        Some(false) => (false_value, false_sink),
        None => return undecided(&decision, &true_value, &false_value, of),
    };
    scope.sink.take_from(sink);
    let marks = decision.marks;
    match converted(&taken, &of) {
        Some(value) => value.with_marks(marks),
        None => {
            let problem = Problem::new(
                "inconsistent-conditional-types",
                "the result of a conditional does not fit the type of the other result",
            );
            scope.fail(problem, both)
        }
    }
}

fn common_type(left: &Value, right: &Value) -> Option<Type> {
    let types = [left.type_of(), right.type_of()];
    match &types {
        _ if is_null_literal(left) => Some(types[1].clone()),
        _ if is_null_literal(right) => Some(types[0].clone()),
        [Type::Any, _] | [_, Type::Any] => Some(Type::Any),
        [left, right] if left == right => Some(left.clone()),
        _ => unify(&types),
    }
}

fn is_null_literal(value: &Value) -> bool {
    matches!(value.kind, Kind::Null(Type::Any))
}

fn converted(value: &Value, of: &Type) -> Option<Value> {
    if *of == Type::Any || value.type_of() == *of {
        return Some(value.clone());
    }
    convert(value.clone(), of).ok()
}

/// The condition is not known: what both sides share is.
fn undecided(decision: &Value, left: &Value, right: &Value, of: Type) -> Value {
    let marks = decision.marks.and(left.marks).and(right.marks);
    if left.is_null() && right.is_null() {
        return Value::null(of).with_marks(marks);
    }
    let symbol = match (left.symbol(), right.symbol()) {
        (Some(left), Some(right)) => Symbol::one_of(vec![left.clone(), right.clone()]),
        _ => derived_symbol("conditional", &[decision, left, right]),
    };
    let (left, right) = (converted(left, &of), converted(right, &of));
    let mut unknown = Unknown::new(of, symbol);
    if let (Some(left), Some(right)) = (left, right) {
        share(&mut unknown, &left, &right);
    }
    settled(unknown).with_marks(marks)
}

/// What is true of both values is true of the result.
fn share(unknown: &mut Unknown, left: &Value, right: &Value) {
    unknown.not_null = not_null(left) && not_null(right);
    if !unknown.not_null {
        return;
    }
    if matches!(unknown.of, Type::List(_) | Type::Set(_) | Type::Map(_)) {
        let (left, right) = (length(left), length(right));
        unknown.length = (
            left.0.min(right.0),
            left.1.zip(right.1).map(|(left, right)| left.max(right)),
        );
    }
    if unknown.of == Type::Number {
        unknown.range = (
            lower(left)
                .zip(lower(right))
                .map(|(left, right)| if left <= right { left } else { right }),
            upper(left)
                .zip(upper(right))
                .map(|(left, right)| if left >= right { left } else { right }),
        );
    }
}

fn not_null(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(_) => false,
        Kind::Unknown(unknown) => unknown.not_null,
        _ => true,
    }
}

fn length(value: &Value) -> (u64, Option<u64>) {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match &value.kind {
        Kind::Unknown(unknown) => unknown.length,
        // Unknown elements of a set may turn out to be equal to others.
        Kind::Set(_, elements) if !elements.iter().all(Value::is_wholly_known) => {
            (1, Some(count(elements.len())))
        }
        Kind::List(_, elements) | Kind::Set(_, elements) => {
            let count = count(elements.len());
            (count, Some(count))
        }
        Kind::Map(_, entries) => {
            let count = count(entries.len());
            (count, Some(count))
        }
        _ => (0, None),
    }
}

fn lower(value: &Value) -> Option<crate::evaluate::values::number::Number> {
    match &value.kind {
        Kind::Number(number) => Some(number.clone()),
        Kind::Unknown(unknown) => unknown.range.0.clone(),
        _ => None,
    }
}

fn upper(value: &Value) -> Option<crate::evaluate::values::number::Number> {
    match &value.kind {
        Kind::Number(number) => Some(number.clone()),
        Kind::Unknown(unknown) => unknown.range.1.clone(),
        _ => None,
    }
}

/// An unknown collection of which the length is known is not wholly unknown: a list of unknown elements,
/// or an empty collection.
fn settled(unknown: Unknown) -> Value {
    const LONGEST: u64 = 1024;
    let (least, most) = unknown.length;
    let length = most.filter(|most| unknown.not_null && *most == least && *most <= LONGEST);
    let kind = match (&unknown.of, length) {
        (Type::List(of), Some(length)) => {
            let elements = (0..length)
                .map(|index| Value::unknown((**of).clone(), unknown.symbol.under(Step::Index(index))));
            Kind::List((**of).clone(), elements.collect())
        }
        (Type::Set(of), Some(0)) => Kind::Set((**of).clone(), [].into()),
        (Type::Map(of), Some(0)) => Kind::Map((**of).clone(), [].into()),
        _ => Kind::Unknown(Arc::new(unknown)),
    };
    Value::new(kind)
}
