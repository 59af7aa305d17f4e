//! Functions of numbers.

use dashu_int::IBig;

use super::FunctionError;
use super::arguments::{Call, Outcome};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::number::{Number, NumberError};
use crate::evaluate::values::value::{Kind, Type, Value};

fn done(result: Result<Number, NumberError>) -> Outcome {
    match result {
        Ok(number) => Ok(Value::number(number)),
        Err(error) => Err(FunctionError::new(error.to_string())),
    }
}

pub(super) fn abs(call: &Call<'_>) -> Outcome {
    let marks = call.argument(0).marks;
    Ok(Value::number(call.number(0).absolute()).with_marks(marks))
}

pub(super) fn ceil(call: &Call<'_>) -> Outcome {
    done(call.number(0).ceil())
}

pub(super) fn floor(call: &Call<'_>) -> Outcome {
    done(call.number(0).floor())
}

pub(super) fn signum(call: &Call<'_>) -> Outcome {
    let number = call.number(0);
    let sign = if number.is_zero() {
        0
    } else if number.is_negative() {
        -1
    } else {
        1
    };
    Ok(Value::number(sign))
}

/// Logarithm in 64-bit floating point.
pub(super) fn log(call: &Call<'_>) -> Outcome {
    done(Number::from_f64(
        call.number(0).to_f64().ln() / call.number(1).to_f64().ln(),
    ))
}

/// Power in 64-bit floating point.
pub(super) fn pow(call: &Call<'_>) -> Outcome {
    done(Number::from_f64(
        call.number(0).to_f64().powf(call.number(1).to_f64()),
    ))
}

pub(super) fn max(call: &Call<'_>) -> Outcome {
    extreme(call, |candidate, best| candidate > best)
}

pub(super) fn min(call: &Call<'_>) -> Outcome {
    extreme(call, |candidate, best| candidate < best)
}

fn extreme(call: &Call<'_>, better: fn(&Number, &Number) -> bool) -> Outcome {
    let mut best: Option<&Number> = None;
    for argument in &call.arguments {
        if let Kind::Number(number) = &argument.kind
            && best.is_none_or(|best| better(number, best))
        {
            best = Some(number);
        }
    }
    best.map(|number| Value::number(number.clone()))
        .ok_or_else(|| FunctionError::new("at least one number is required"))
}

pub(super) fn parseint(call: &Call<'_>) -> Outcome {
    let Some(digits) = call.argument(0).as_str() else {
        return Err(FunctionError::at(0, "a string is required"));
    };
    let base = call.whole(1)?;
    if !(2..=62).contains(&base) {
        return Err(FunctionError::at(1, "the base must be between 2 and 62"));
    }
    let wrong = || FunctionError::at(0, format!("it is not a whole number in base {base}"));
    let (negative, magnitude) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    if magnitude.is_empty() {
        return Err(wrong());
    }
    let mut value = IBig::ZERO;
    for character in magnitude.chars() {
        let digit = digit_of(character, base).ok_or_else(wrong)?;
        value = value * IBig::from(base) + IBig::from(digit);
        if magnitude.len() > 4096 {
            return Err(FunctionError::at(0, "the number is too large"));
        }
    }
    done(Number::from_big(if negative { -value } else { value }))
}

/// Up to base 36 both cases are the same digits; beyond, upper case follows lower case.
fn digit_of(character: char, base: i64) -> Option<i64> {
    let offset = |first: char| i64::from(u32::from(character)) - i64::from(u32::from(first));
    let digit = match character {
        '0'..='9' => offset('0'),
        'a'..='z' => offset('a') + 10,
        'A'..='Z' if base <= 36 => offset('A') + 10,
        'A'..='Z' => offset('A') + 36,
        _ => return None,
    };
    (digit < base).then_some(digit)
}

pub(super) fn sum(call: &Call<'_>) -> Outcome {
    let list = call.argument(0);
    let not_numbers = || FunctionError::at(0, "a list, set or tuple of numbers is required");
    let elements = list.elements().ok_or_else(not_numbers)?;
    if elements.is_empty() {
        return Err(FunctionError::at(0, "the sum of an empty list is not defined"));
    }
    if !list.is_wholly_known() {
        return Ok(call.unknown(Type::Number));
    }
    let mut total: Option<Number> = None;
    for element in elements {
        let converted = convert(element.clone(), &Type::Number).map_err(|_| not_numbers())?;
        let Kind::Number(number) = converted.kind else {
            return Err(not_numbers());
        };
        total = Some(match total {
            None => number,
            Some(total) => total
                .add(&number)
                .map_err(|error| FunctionError::new(error.to_string()))?,
        });
    }
    total.map(Value::number).ok_or_else(not_numbers)
}

/// Numbers in steps, at most 1,024 of them.
pub(super) fn range(call: &Call<'_>) -> Outcome {
    let zero = Number::Integer(0);
    let (start, end, step) = match call.arguments.len() {
        1 => (zero.clone(), call.number(0).clone(), None),
        2 => (call.number(0).clone(), call.number(1).clone(), None),
        3 => (
            call.number(0).clone(),
            call.number(1).clone(),
            Some(call.number(2).clone()),
        ),
        _ => return Err(FunctionError::new("one, two or three numbers are required")),
    };
    let step = step.unwrap_or(Number::Integer(if end < start { -1 } else { 1 }));
    if step.is_zero() {
        return Err(FunctionError::at(2, "the step must not be zero"));
    }
    let down = step.is_negative();
    if down && end > start {
        return Err(FunctionError::at(
            1,
            "the end must be less than the start when the step is negative",
        ));
    }
    if !down && end < start {
        return Err(FunctionError::at(
            1,
            "the end must be greater than the start when the step is positive",
        ));
    }
    let mut values = Vec::new();
    let mut number = start;
    while if down { number > end } else { number < end } {
        if values.len() >= 1024 {
            return Err(FunctionError::new("more than 1024 numbers would be made"));
        }
        values.push(Value::number(number.clone()));
        number = number
            .add(&step)
            .map_err(|error| FunctionError::new(error.to_string()))?;
    }
    Ok(Value::new(Kind::List(Type::Number, values.into())))
}
