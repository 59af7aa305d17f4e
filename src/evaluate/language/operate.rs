//! Operators over values, with what is known about unknown operands.
//!
//! `&&` and `||` decide as soon as one side does, as from Terraform 1.12: the other side may be unknown
//! or null, and the caller may drop its errors.

use std::fmt;
use std::sync::Arc;

use crate::config::syntax::Operator;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::equality::equals;
use crate::evaluate::values::number::{Number, NumberError};
use crate::evaluate::values::unknown::{derived, derived_with};
use crate::evaluate::values::value::{Kind, Type, Value};

/// Why an operation has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationError {
    pub operand: Option<Operand>,
    pub message: String,
}

/// The operand that is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    Left,
    Right,
    Only,
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operand = match self.operand {
            Some(Operand::Left) => "unsuitable value for the left operand: ",
            Some(Operand::Right) => "unsuitable value for the right operand: ",
            Some(Operand::Only) => "unsuitable value for the operand: ",
            None => "",
        };
        write!(f, "{operand}{}", self.message)
    }
}

/// `left operator right`.
///
/// # Errors
/// An operand does not convert to what the operator takes, is null, or the result is not a number.
pub fn binary(operator: Operator, left: &Value, right: &Value) -> Result<Value, OperationError> {
    match operator {
        Operator::Equal => Ok(equals(left, right)),
        Operator::NotEqual => Ok(negated(equals(left, right), "!=")),
        Operator::And => logical(left, right, false, "&&"),
        Operator::Or => logical(left, right, true, "||"),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            comparison(operator, left, right)
        }
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
            arithmetic(operator, left, right)
        }
    }
}

/// `!operand`.
///
/// # Errors
/// The operand is not a bool, or null.
pub fn not(operand: &Value) -> Result<Value, OperationError> {
    let value = operand_as(operand, &Type::Bool, Operand::Only)?;
    not_null(&value, Operand::Only)?;
    Ok(negated(value, "!"))
}

/// `-operand`.
///
/// # Errors
/// The operand is not a number, or null.
pub fn negative(operand: &Value) -> Result<Value, OperationError> {
    let value = operand_as(operand, &Type::Number, Operand::Only)?;
    not_null(&value, Operand::Only)?;
    let result = match &value.kind {
        Kind::Number(number) => Value::number(number.negate()),
        _ => derived(Type::Number, "-", &[&value]),
    };
    Ok(result.with_marks(value.marks))
}

/// Whether a logical operator needs no right operand once this is its left one.
#[must_use]
pub fn decides(operator: Operator, left: &Value) -> bool {
    let Ok(left) = convert(left.clone(), &Type::Bool) else {
        return false;
    };
    match operator {
        Operator::And => left.as_bool() == Some(false),
        Operator::Or => left.as_bool() == Some(true),
        _ => false,
    }
}

fn negated(value: Value, by: &str) -> Value {
    let marks = value.marks;
    match value.as_bool() {
        Some(known) => Value::bool(!known),
        None => derived(Type::Bool, by, &[&value]),
    }
    .with_marks(marks)
}

fn operand_as(value: &Value, of: &Type, operand: Operand) -> Result<Value, OperationError> {
    convert(value.clone(), of).map_err(|error| OperationError {
        operand: Some(operand),
        message: error.to_string(),
    })
}

fn not_null(value: &Value, operand: Operand) -> Result<(), OperationError> {
    if value.is_null() {
        return Err(OperationError {
            operand: Some(operand),
            message: "it must not be null".to_owned(),
        });
    }
    Ok(())
}

fn logical(left: &Value, right: &Value, decisive: bool, by: &str) -> Result<Value, OperationError> {
    let left = operand_as(left, &Type::Bool, Operand::Left)?;
    let right = operand_as(right, &Type::Bool, Operand::Right)?;
    let marks = left.marks.and(right.marks);
    let result = match (left.as_bool(), right.as_bool()) {
        (Some(value), _) if value == decisive => Value::bool(decisive),
        (_, Some(value)) if value == decisive => Value::bool(decisive),
        (Some(_), Some(_)) => Value::bool(!decisive),
        _ => {
            not_null(&left, Operand::Left)?;
            not_null(&right, Operand::Right)?;
            derived(Type::Bool, by, &[&left, &right])
        }
    };
    Ok(result.with_marks(marks))
}

fn numbers(left: &Value, right: &Value) -> Result<(Value, Value), OperationError> {
    let left = operand_as(left, &Type::Number, Operand::Left)?;
    let right = operand_as(right, &Type::Number, Operand::Right)?;
    not_null(&left, Operand::Left)?;
    not_null(&right, Operand::Right)?;
    Ok((left, right))
}

/// A number's bounds: itself twice when it is known.
type Bounds<'a> = (Option<&'a Number>, Option<&'a Number>);

fn bounds(value: &Value) -> Bounds<'_> {
    match &value.kind {
        Kind::Number(number) => (Some(number), Some(number)),
        Kind::Unknown(unknown) => (unknown.range.0.as_ref(), unknown.range.1.as_ref()),
        _ => (None, None),
    }
}

fn comparison(operator: Operator, left: &Value, right: &Value) -> Result<Value, OperationError> {
    let (left, right) = numbers(left, right)?;
    let marks = left.marks.and(right.marks);
    let ((left_least, left_most), (right_least, right_most)) = (bounds(&left), bounds(&right));
    let below = |most: Option<&Number>, least: Option<&Number>, strict: bool| match (most, least) {
        (Some(most), Some(least)) if strict => most < least,
        (Some(most), Some(least)) => most <= least,
        _ => false,
    };
    let (certain, excluded) = match operator {
        Operator::Less => (
            below(left_most, right_least, true),
            below(right_most, left_least, false),
        ),
        Operator::LessOrEqual => (
            below(left_most, right_least, false),
            below(right_most, left_least, true),
        ),
        Operator::Greater => (
            below(right_most, left_least, true),
            below(left_most, right_least, false),
        ),
        _ => (
            below(right_most, left_least, false),
            below(left_most, right_least, true),
        ),
    };
    let result = if certain || excluded {
        Value::bool(certain)
    } else {
        derived(Type::Bool, symbol_of(operator), &[&left, &right])
    };
    Ok(result.with_marks(marks))
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Result<Value, OperationError> {
    let (left, right) = numbers(left, right)?;
    let marks = left.marks.and(right.marks);
    let compute = |a: &Number, b: &Number| match operator {
        Operator::Add => a.add(b),
        Operator::Subtract => a.subtract(b),
        Operator::Multiply => a.multiply(b),
        Operator::Divide => a.divide(b),
        _ => a.modulo(b),
    };
    let result = if let (Kind::Number(a), Kind::Number(b)) = (&left.kind, &right.kind) {
        compute(a, b)
            .map(Value::number)
            .map_err(|error: NumberError| OperationError {
                operand: None,
                message: error.to_string(),
            })?
    } else {
        let range = range_of(operator, bounds(&left), bounds(&right));
        derived_with(Type::Number, symbol_of(operator), &[&left, &right], |unknown| {
            unknown.not_null = true;
            unknown.range = range;
        })
    };
    Ok(result.with_marks(marks))
}

/// Where the result of an operation on unknown numbers must lie.
fn range_of(operator: Operator, left: Bounds<'_>, right: Bounds<'_>) -> (Option<Number>, Option<Number>) {
    let with = |a: Option<&Number>,
                b: Option<&Number>,
                f: fn(&Number, &Number) -> Result<Number, NumberError>| { f(a?, b?).ok() };
    match operator {
        Operator::Add => (
            with(left.0, right.0, Number::add),
            with(left.1, right.1, Number::add),
        ),
        Operator::Subtract => (
            with(left.0, right.1, Number::subtract),
            with(left.1, right.0, Number::subtract),
        ),
        Operator::Multiply => {
            let corners: Option<Vec<Number>> = [
                (left.0, right.0),
                (left.0, right.1),
                (left.1, right.0),
                (left.1, right.1),
            ]
            .into_iter()
            .map(|(a, b)| with(a, b, Number::multiply))
            .collect();
            let corners = corners.unwrap_or_default();
            (corners.iter().min().cloned(), corners.iter().max().cloned())
        }
        _ => (None, None),
    }
}

/// How the operator is written.
fn symbol_of(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Modulo => "%",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::And => "&&",
        Operator::Or => "||",
    }
}

/// `value` as the type of a known attribute would have it: unknown, but not null any more.
#[must_use]
pub fn certainly_not_null(mut value: Value) -> Value {
    if let Kind::Unknown(unknown) = &mut value.kind {
        Arc::make_mut(unknown).not_null = true;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::values::value::{Marks, Symbol};

    fn variable(of: Type) -> Value {
        let symbol = Symbol::Variable {
            name: "x".into(),
            path: [].into(),
        };
        Value::unknown(of, symbol)
    }

    #[test]
    fn one_side_may_decide() {
        let unknown = variable(Type::Bool);
        let (yes, no) = (Value::bool(true), Value::bool(false));
        assert_eq!(
            binary(Operator::And, &no, &unknown).unwrap().as_bool(),
            Some(false)
        );
        assert_eq!(
            binary(Operator::And, &unknown, &no).unwrap().as_bool(),
            Some(false)
        );
        assert_eq!(
            binary(Operator::Or, &unknown, &yes).unwrap().as_bool(),
            Some(true)
        );
        assert_eq!(binary(Operator::Or, &unknown, &no).unwrap().as_bool(), None);
        assert_eq!(binary(Operator::And, &yes, &yes).unwrap().as_bool(), Some(true));
        assert_eq!(binary(Operator::Or, &no, &no).unwrap().as_bool(), Some(false));
        assert!(binary(Operator::And, &yes, &Value::null(Type::Bool)).is_err());
    }

    #[test]
    fn operands_are_converted_and_marks_travel() {
        let sum = binary(
            Operator::Add,
            &Value::string("1"),
            &Value::number(2).with_marks(Marks::SENSITIVE),
        )
        .unwrap();
        assert!(matches!(&sum.kind, Kind::Number(number) if *number == Number::from(3)));
        assert!(sum.marks.sensitive);
        assert!(binary(Operator::Add, &Value::string("a"), &Value::number(2)).is_err());
        assert!(binary(Operator::Divide, &Value::number(1), &Value::number(0)).is_err());
    }

    #[test]
    fn bounds_decide_comparisons() {
        let small = derived_with(Type::Number, "length", &[], |unknown| {
            unknown.range = (Some(Number::from(0)), Some(Number::from(2)));
        });
        assert_eq!(
            binary(Operator::Less, &small, &Value::number(3))
                .unwrap()
                .as_bool(),
            Some(true)
        );
        assert_eq!(
            binary(Operator::Less, &small, &Value::number(2))
                .unwrap()
                .as_bool(),
            None
        );
        let more = binary(Operator::Add, &small, &Value::number(3)).unwrap();
        assert_eq!(
            binary(Operator::Greater, &more, &Value::number(2))
                .unwrap()
                .as_bool(),
            Some(true)
        );
    }

    #[test]
    fn equality_does_not_convert() {
        assert_eq!(
            equals(&Value::string("1"), &Value::number(1)).as_bool(),
            Some(false)
        );
        assert_eq!(
            equals(&Value::null(Type::String), &Value::null(Type::Bool)).as_bool(),
            Some(true)
        );
        let unknown = variable(Type::String);
        assert_eq!(equals(&unknown, &unknown).as_bool(), Some(true));
        assert_eq!(equals(&unknown, &Value::null(Type::Any)).as_bool(), None);
        assert_eq!(
            equals(&certainly_not_null(unknown), &Value::null(Type::Any)).as_bool(),
            Some(false)
        );
    }
}
