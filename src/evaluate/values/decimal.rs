//! Decimal digits of binary numbers: all of them, the fewest that identify the number, and the layouts
//! that printing and `format` need.

use dashu_int::UBig;

/// `0.d1d2d3… × 10^point`; no leading and no trailing zeros, no digits for zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub negative: bool,
    /// Digits as ASCII.
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// `significand * 2^exponent`, exactly.
    #[must_use]
    pub fn of(negative: bool, significand: UBig, exponent: isize) -> Decimal {
        let shift = exponent.unsigned_abs();
        let (whole, scale) = if exponent >= 0 {
            (significand << shift, 0)
        } else {
            // m / 2^k = m * 5^k / 10^k
            (significand * UBig::from(5u8).pow(shift), shift)
        };
        if whole.is_zero() {
            return Decimal {
                negative,
                digits: Vec::new(),
                point: 0,
            };
        }
        let digits = whole.to_string().into_bytes();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let point = count(digits.len()) - count(scale);
        let mut decimal = Decimal {
            negative,
            digits,
            point,
        };
        decimal.trim();
        decimal
    }

    /// The shortest digits that round back to this number at its precision.
    #[must_use]
    pub fn shortest(negative: bool, significand: &UBig, exponent: isize, precision: usize) -> Decimal {
        use dashu_int::ops::BitTest;
        let exact = Decimal::of(negative, significand.clone(), exponent);
        if exact.digits.is_empty() {
            return exact;
        }
        // One bit more than the precision, so that the neighbours' midpoints are one unit away.
        let widen = (precision + 1).saturating_sub(significand.bit_len());
        let middle = significand.clone() << widen;
        let exponent = exponent.saturating_sub_unsigned(widen);
        // The midpoints themselves round to this number only when it is even.
        let inclusive = !middle.bit(1);
        let one = UBig::from(1u8);
        let lower = Decimal::of(negative, &middle - &one, exponent);
        let upper = Decimal::of(negative, &middle + &one, exponent);
        exact.shortened(&lower, &upper, inclusive)
    }

    /// Cuts `self` at the first digit where rounding down or up stays between the bounds.
    fn shortened(mut self, lower: &Decimal, upper: &Decimal, inclusive: bool) -> Decimal {
        // Positions are compared as they stand even where a bound has another magnitude: that is what
        // Terraform prints.
        let at = |bound: &Decimal, index: usize| bound.digits.get(index).copied().unwrap_or(b'0');
        let last = |bound: &Decimal, index: usize| index + 1 >= bound.digits.len();
        for (index, &digit) in self.digits.iter().enumerate() {
            let (low, high) = (at(lower, index), at(upper, index));
            let down = low != digit || (inclusive && index + 1 == lower.digits.len());
            let up = digit != high && (inclusive || digit + 1 < high || !last(upper, index));
            match (down, up) {
                (true, true) => {
                    self.round(index + 1);
                    return self;
                }
                (true, false) => {
                    self.digits.truncate(index + 1);
                    self.trim();
                    return self;
                }
                (false, true) => {
                    self.increment(index + 1);
                    return self;
                }
                (false, false) => {}
            }
        }
        self
    }

    /// Keeps `count` digits, rounding halves to even.
    pub fn round(&mut self, count: usize) {
        let Some(&next) = self.digits.get(count) else {
            return;
        };
        let exactly_half = next == b'5' && self.digits.len() == count + 1;
        let up = if exactly_half {
            count
                .checked_sub(1)
                .and_then(|last| self.digits.get(last))
                .is_some_and(|digit| digit % 2 == 1)
        } else {
            next >= b'5'
        };
        if up {
            self.increment(count);
        } else {
            self.digits.truncate(count);
            self.trim();
        }
    }

    /// Cuts to `count` digits and adds one to the last of them.
    fn increment(&mut self, count: usize) {
        self.digits.truncate(count);
        while let Some(digit) = self.digits.pop() {
            if digit < b'9' {
                self.digits.push(digit + 1);
                return;
            }
        }
        self.digits.push(b'1');
        self.point += 1;
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// All digits, without exponent: `1.5`, `1000`, `-0`.
    #[must_use]
    pub fn plain(&self) -> String {
        let fraction = i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - self.point;
        self.layout(usize::try_from(fraction).unwrap_or(0))
    }

    /// With exactly `fraction` digits after the point: Go's `%f`.
    #[must_use]
    pub fn fixed(mut self, fraction: usize) -> String {
        let keep = self.point.saturating_add_unsigned(fraction as u64);
        match usize::try_from(keep) {
            Ok(keep) => self.round(keep),
            Err(_) => {
                self.digits.clear();
                self.point = 0;
            }
        }
        self.layout(fraction)
    }

    /// One digit before the point, `fraction` after it and an exponent: Go's `%e`. Without `fraction`
    /// all digits.
    #[must_use]
    pub fn scientific(mut self, fraction: Option<usize>, letter: char) -> String {
        if let Some(fraction) = fraction {
            self.round(fraction + 1);
        }
        let places = fraction.unwrap_or_else(|| self.digits.len().saturating_sub(1));
        let mut text = self.sign();
        let mut digits = self.digits.iter().map(|digit| char::from(*digit));
        text.push(digits.next().unwrap_or('0'));
        if places > 0 {
            text.push('.');
            let after: String = digits.collect();
            text.push_str(&after);
            text.extend(std::iter::repeat_n('0', places.saturating_sub(after.len())));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push_str(&format!("{letter}{sign}{:02}", exponent.unsigned_abs()));
        text
    }

    /// The shorter of both layouts with at most `significant` digits: Go's `%g`. Without
    /// `significant` all digits, and an exponent from a million on.
    #[must_use]
    pub fn general(mut self, significant: Option<usize>, letter: char) -> String {
        if let Some(significant) = significant {
            self.round(significant.max(1));
        }
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let threshold = match significant {
            None => 6,
            Some(wanted) => {
                let wanted = i64::try_from(wanted.max(1)).unwrap_or(i64::MAX);
                if wanted > count && count >= self.point {
                    count
                } else {
                    wanted
                }
            }
        };
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        if exponent < -4 || exponent >= threshold {
            self.scientific(None, letter)
        } else {
            self.plain()
        }
    }

    fn layout(&self, fraction: usize) -> String {
        let mut text = self.sign();
        let digit = |position: i64| {
            usize::try_from(position)
                .ok()
                .and_then(|position| self.digits.get(position))
                .map_or('0', |digit| char::from(*digit))
        };
        if self.point > 0 {
            text.extend((0..self.point).map(digit));
        } else {
            text.push('0');
        }
        if fraction > 0 {
            text.push('.');
            let first = self.point;
            text.extend((first..first.saturating_add_unsigned(fraction as u64)).map(digit));
        }
        text
    }

    fn sign(&self) -> String {
        String::from(if self.negative { "-" } else { "" })
    }
}
