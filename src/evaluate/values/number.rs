//! Numbers as Terraform keeps them: 512 bits of binary precision, printed without exponent.
//!
//! A number that came from a 64-bit computation (`log`, `pow`) keeps its 53 bits, because the shortest
//! decimal that tells it apart depends on them. Infinity, which Terraform cannot store, is an error.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig};
use dashu_int::{IBig, Sign, UBig};

use super::decimal::Decimal;

/// Binary digits of a number that Terraform parses or computes.
const PRECISION: usize = 512;
/// Binary digits of a number that comes from 64-bit floating point.
const DOUBLE_PRECISION: usize = 53;
/// Powers of two beyond this are refused: no configuration means them, and each would print as
/// thousands of digits.
const LARGEST_EXPONENT: isize = 1 << 16;
/// The same bound for the decimal exponents of text.
const LARGEST_DECIMAL_EXPONENT: i64 = 20_000;

/// A whole number that fits is kept as such; everything else has 512 bits.
#[derive(Clone, Debug)]
pub enum Number {
    Integer(i64),
    Big(Arc<FBig<HalfEven, 2>>),
}

/// Why an operation has no number as its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    DivisionByZero,
    /// Infinite, or so large or small that it cannot be meant.
    OutOfRange,
    /// Zero divided by zero, and its kin.
    Undefined,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::DivisionByZero => "division by zero",
            NumberError::OutOfRange => "the result is infinite or too large",
            NumberError::Undefined => "the result is not a number",
        })
    }
}

impl Number {
    /// Decimal text: an optional sign, digits with at most one point, an optional exponent. `None` for
    /// anything else, including surrounding space, `0x10` and the empty text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Number> {
        if let Ok(integer) = text.parse::<i64>()
            && (integer != 0 || !text.starts_with('-'))
        {
            return Some(Number::Integer(integer));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let significand = UBig::from_str_radix(&format!("{whole}{fraction}"), 10).ok()?;
        let exponent = exponent - i64::try_from(fraction.len()).ok()?;
        let sign = if negative { Sign::Negative } else { Sign::Positive };
        from_decimal(sign, significand, exponent)
    }

    /// A 64-bit result, keeping its 53 bits of precision.
    ///
    /// # Errors
    /// Infinite or not a number.
    pub fn from_f64(value: f64) -> Result<Number, NumberError> {
        if value.is_nan() {
            return Err(NumberError::Undefined);
        }
        let big = FBig::<HalfEven, 2>::try_from(value).map_err(|_| NumberError::OutOfRange)?;
        normalised(big.with_precision(DOUBLE_PRECISION).value())
    }

    /// A whole number of any size; more than 512 bits are rounded.
    ///
    /// # Errors
    /// Too large.
    pub fn from_big(value: IBig) -> Result<Number, NumberError> {
        match i64::try_from(&value) {
            Ok(integer) => Ok(Number::Integer(integer)),
            Err(_) => normalised(rounded(value, 0)),
        }
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.big().to_f64().value()
    }

    /// The whole number this is, of any size; `None` where there is a fraction.
    #[must_use]
    pub fn to_big(&self) -> Option<IBig> {
        match self {
            Number::Integer(integer) => Some(IBig::from(*integer)),
            Number::Big(big) => big.repr().is_int().then(|| whole_part(big)),
        }
    }

    /// Whether there is no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match self {
            Number::Integer(_) => true,
            Number::Big(big) => big.repr().is_int(),
        }
    }

    /// The whole number this is, where it fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Number::Integer(integer) => Some(*integer),
            Number::Big(_) => i64::try_from(&self.to_big()?).ok(),
        }
    }

    /// The whole, non-negative number this is, where it fits.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        u64::try_from(self.to_i64()?).ok()
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        match self {
            Number::Integer(integer) => *integer == 0,
            Number::Big(big) => big.repr().significand().is_zero(),
        }
    }

    #[must_use]
    pub fn is_negative(&self) -> bool {
        !self.is_zero() && self.has_minus_sign()
    }

    /// # Errors
    /// The result is too large.
    pub fn add(&self, other: &Number) -> Result<Number, NumberError> {
        if let (Number::Integer(a), Number::Integer(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Number::Integer(sum));
        }
        let (a, b) = (self.big(), other.big());
        normalised(finite(common(&a, &b).add(a.repr(), b.repr()))?)
    }

    /// # Errors
    /// The result is too large.
    pub fn subtract(&self, other: &Number) -> Result<Number, NumberError> {
        if let (Number::Integer(a), Number::Integer(b)) = (self, other)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Ok(Number::Integer(difference));
        }
        let (a, b) = (self.big(), other.big());
        normalised(finite(common(&a, &b).sub(a.repr(), b.repr()))?)
    }

    /// # Errors
    /// The result is too large.
    pub fn multiply(&self, other: &Number) -> Result<Number, NumberError> {
        if let (Number::Integer(a), Number::Integer(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
            // A zero product of a negative factor is `-0`, which only the long way keeps.
            && (product != 0 || (*a >= 0 && *b >= 0))
        {
            return Ok(Number::Integer(product));
        }
        let (a, b) = (self.big(), other.big());
        normalised(finite(common(&a, &b).mul(a.repr(), b.repr()))?)
    }

    /// # Errors
    /// Division by zero, or the result is too large.
    pub fn divide(&self, other: &Number) -> Result<Number, NumberError> {
        if other.is_zero() {
            return Err(NumberError::DivisionByZero);
        }
        if let (Number::Integer(a), Number::Integer(b)) = (self, other)
            && a.checked_rem(*b) == Some(0)
            && *a != 0
            && let Some(quotient) = a.checked_div(*b)
        {
            return Ok(Number::Integer(quotient));
        }
        normalised(self.quotient(other)?)
    }

    /// The remainder of a division towards zero: it has the sign of `self`. The remainder by zero is
    /// `self`, as in Terraform.
    ///
    /// # Errors
    /// The result is too large.
    pub fn modulo(&self, other: &Number) -> Result<Number, NumberError> {
        if other.is_zero() {
            return Ok(self.clone());
        }
        if let (Number::Integer(a), Number::Integer(b)) = (self, other)
            && let Some(remainder) = a.checked_rem(*b)
        {
            return Ok(Number::Integer(remainder));
        }
        // The quotient is rounded before it is cut off, as Terraform does it; a true remainder would
        // differ where the quotient is within half a unit of a whole number.
        let whole = whole_part(&self.quotient(other)?);
        let (a, b) = (self.big(), other.big());
        let context = common(&a, &b);
        let whole = FBig::<HalfEven, 2>::from_parts(whole, 0)
            .with_precision(context.precision())
            .value();
        let product = finite(context.mul(b.repr(), whole.repr()))?;
        normalised(finite(context.sub(a.repr(), product.repr()))?)
    }

    /// The same number with the other sign; zero becomes `-0`, as Terraform prints it.
    #[must_use]
    pub fn negate(&self) -> Number {
        match self {
            Number::Integer(integer) if *integer != 0 && *integer != i64::MIN => Number::Integer(-integer),
            _ => {
                let big = -self.big();
                normalised(big.clone()).unwrap_or_else(|_| Number::Big(Arc::new(big)))
            }
        }
    }

    #[must_use]
    pub fn absolute(&self) -> Number {
        if self.has_minus_sign() {
            self.negate()
        } else {
            self.clone()
        }
    }

    /// The largest whole number that is not larger.
    ///
    /// # Errors
    /// None in practice; the result of a finite number is finite.
    pub fn floor(&self) -> Result<Number, NumberError> {
        match self {
            Number::Integer(_) => Ok(self.clone()),
            Number::Big(big) => normalised(big.floor().with_precision(PRECISION).value()),
        }
    }

    /// The smallest whole number that is not smaller.
    ///
    /// # Errors
    /// None in practice; the result of a finite number is finite.
    pub fn ceil(&self) -> Result<Number, NumberError> {
        match self {
            Number::Integer(_) => Ok(self.clone()),
            Number::Big(big) => normalised(big.ceil().with_precision(PRECISION).value()),
        }
    }

    #[must_use]
    pub fn has_minus_sign(&self) -> bool {
        match self {
            Number::Integer(integer) => *integer < 0,
            Number::Big(big) => big.repr().sign() == Sign::Negative,
        }
    }

    /// Every decimal digit of the binary value.
    #[must_use]
    pub fn exact_decimal(&self) -> Decimal {
        match self {
            Number::Integer(integer) => Decimal::of(*integer < 0, UBig::from(integer.unsigned_abs()), 0),
            Number::Big(big) => {
                let (significand, exponent) = parts(big);
                Decimal::of(self.has_minus_sign(), significand, exponent)
            }
        }
    }

    /// The fewest decimal digits that tell this number from its neighbours.
    #[must_use]
    pub fn shortest_decimal(&self) -> Decimal {
        match self {
            Number::Integer(_) => self.exact_decimal(),
            Number::Big(big) => {
                let (significand, exponent) = parts(big);
                Decimal::shortest(self.has_minus_sign(), &significand, exponent, big.precision())
            }
        }
    }

    fn quotient(&self, other: &Number) -> Result<FBig<HalfEven, 2>, NumberError> {
        let (a, b) = (self.big(), other.big());
        finite(common(&a, &b).div(a.repr(), b.repr()))
    }

    fn big(&self) -> FBig<HalfEven, 2> {
        match self {
            Number::Integer(integer) => rounded(IBig::from(*integer), 0),
            Number::Big(big) => (**big).clone(),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (self, other) {
            (Number::Integer(a), Number::Integer(b)) => a.cmp(b),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl fmt::Display for Number {
    /// The shortest decimal without exponent: `1.5`, `1000`, `-0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(integer) => write!(f, "{integer}"),
            Number::Big(_) => f.write_str(&self.shortest_decimal().plain()),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number::Integer(value)
    }
}

/// An exponent's text; one that is too long to count is out of range anyway.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `significand * 10^exponent`, rounded once to 512 bits.
fn from_decimal(sign: Sign, significand: UBig, exponent: i64) -> Option<Number> {
    if significand.is_zero() {
        return Some(match sign {
            Sign::Negative => Number::Integer(0).negate(),
            Sign::Positive => Number::Integer(0),
        });
    }
    if exponent.abs() > LARGEST_DECIMAL_EXPONENT {
        return None;
    }
    let shift = isize::try_from(exponent).ok()?;
    let power = UBig::from(5u8).pow(usize::try_from(exponent.unsigned_abs()).ok()?);
    let big = if exponent >= 0 {
        rounded(IBig::from_parts(sign, significand * power), shift)
    } else {
        // Enough extra bits that the quotient has more than 512, with the remainder as a sticky bit
        // below them: rounding then happens once.
        let extra = (PRECISION + 2 + bits(&power)).saturating_sub(bits(&significand));
        let shifted = significand << extra;
        let quotient = &shifted / &power;
        let exact = &quotient * &power == shifted;
        let sticky = (quotient << 1usize) + UBig::from(u8::from(!exact));
        let down = isize::try_from(extra).ok()? + 1;
        rounded(IBig::from_parts(sign, sticky), shift - down)
    };
    normalised(big).ok()
}

fn bits(value: &UBig) -> usize {
    use dashu_int::ops::BitTest;
    value.bit_len()
}

fn rounded(significand: IBig, exponent: isize) -> FBig<HalfEven, 2> {
    FBig::from_parts(significand, exponent)
        .with_precision(PRECISION)
        .value()
}

/// The precision of a result is the larger one of its operands'.
fn common(a: &FBig<HalfEven, 2>, b: &FBig<HalfEven, 2>) -> Context<HalfEven> {
    Context::new(a.precision().max(b.precision()))
}

fn finite(
    result: Result<dashu_float::round::Rounded<FBig<HalfEven, 2>>, dashu_float::FpError>,
) -> Result<FBig<HalfEven, 2>, NumberError> {
    match result {
        Ok(value) => Ok(value.value()),
        Err(dashu_float::FpError::Indeterminate) => Err(NumberError::Undefined),
        Err(_) => Err(NumberError::OutOfRange),
    }
}

/// Whole numbers that fit become integers, so that equal numbers mostly have one form.
fn normalised(big: FBig<HalfEven, 2>) -> Result<Number, NumberError> {
    let repr = big.repr();
    if repr.is_infinite() {
        return Err(NumberError::OutOfRange);
    }
    if repr.significand().is_zero() {
        return Ok(match repr.sign() {
            Sign::Negative => Number::Big(Arc::new(big)),
            Sign::Positive => Number::Integer(0),
        });
    }
    let magnitude = repr
        .exponent()
        .saturating_add_unsigned(bits_of(repr.significand()));
    if magnitude.abs() > LARGEST_EXPONENT {
        return Err(NumberError::OutOfRange);
    }
    // A 53-bit number beyond 2^53 prints fewer digits than it has: it must remember its precision.
    let limit = if big.precision() == DOUBLE_PRECISION {
        53
    } else {
        64
    };
    if repr.is_int()
        && magnitude <= limit
        && let Ok(integer) = i64::try_from(&whole_part(&big))
    {
        return Ok(Number::Integer(integer));
    }
    Ok(Number::Big(Arc::new(big)))
}

fn bits_of(significand: &IBig) -> usize {
    use dashu_int::ops::BitTest;
    significand.bit_len()
}

/// The part before the point, towards zero.
fn whole_part(big: &FBig<HalfEven, 2>) -> IBig {
    let repr = big.repr();
    let (sign, magnitude) = repr.significand().clone().into_parts();
    let shift = repr.exponent().unsigned_abs();
    if repr.significand().is_zero() {
        return IBig::ZERO;
    }
    let magnitude = if repr.exponent() >= 0 {
        magnitude << shift
    } else {
        magnitude >> shift
    };
    IBig::from_parts(sign, magnitude)
}

fn parts(big: &FBig<HalfEven, 2>) -> (UBig, isize) {
    let (_, magnitude) = big.repr().significand().clone().into_parts();
    if magnitude.is_zero() {
        (magnitude, 0)
    } else {
        (magnitude, big.repr().exponent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn text_is_read_as_terraform_reads_it() {
        for (text, printed) in [
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("-0", "-0"),
            ("007", "7"),
            ("0.1", "0.1"),
            ("12345678901234567890", "12345678901234567890"),
            ("1e-7", "0.0000001"),
            (".5", "0.5"),
            ("5.", "5"),
        ] {
            assert_eq!(number(text).to_string(), printed, "{text}");
        }
        for text in ["", " 5", "0x10", "1_000", "e5", ".", "1e", "--1", "1e99999999999"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn arithmetic_has_512_bits() {
        let sum = number("0.1").add(&number("0.2")).unwrap();
        assert_eq!(sum, number("0.3"));
        let third = number("1").divide(&number("3")).unwrap().to_string();
        assert_eq!(third.len(), 157);
        assert!(third.ends_with("3335"), "{third}");
        assert_eq!(
            number("11").modulo(&number("5.1")).unwrap(),
            number("11").subtract(&number("10.2")).unwrap()
        );
        assert_eq!(number("-7").modulo(&number("3")).unwrap().to_string(), "-1");
        assert_eq!(
            number("1").divide(&number("0")).unwrap_err(),
            NumberError::DivisionByZero
        );
        assert_eq!(
            number("9223372036854775807")
                .add(&number("1"))
                .unwrap()
                .to_string(),
            "9223372036854775808"
        );
        assert_eq!(number("7").divide(&number("2")).unwrap().to_string(), "3.5");
        assert_eq!(number("0").negate().to_string(), "-0");
        assert_eq!(number("-0"), number("0"));
    }

    #[test]
    fn doubles_print_as_doubles() {
        assert_eq!(
            Number::from_f64(10f64.ln()).unwrap().to_string(),
            "2.302585092994046"
        );
        assert_eq!(
            Number::from_f64(1e30).unwrap().to_string(),
            "1000000000000000000000000000000"
        );
        assert_eq!(
            Number::from_f64(f64::INFINITY).unwrap_err(),
            NumberError::OutOfRange
        );
    }

    #[test]
    fn layouts_follow_the_verbs() {
        let decimal = |text: &str| number(text).exact_decimal();
        assert_eq!(decimal("3.14159").fixed(2), "3.14");
        assert_eq!(decimal("2.5").fixed(0), "2");
        assert_eq!(decimal("0.001").fixed(1), "0.0");
        assert_eq!(decimal("100").scientific(Some(6), 'e'), "1.000000e+02");
        assert_eq!(number("100000").shortest_decimal().general(None, 'e'), "100000");
        assert_eq!(number("1000000").shortest_decimal().general(None, 'e'), "1e+06");
        assert_eq!(decimal("10000000000").general(Some(10), 'e'), "1e+10");
        assert_eq!(decimal("110").general(Some(10), 'e'), "110");
    }
}
