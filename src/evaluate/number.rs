//! Numbers as Terraform keeps them: 512 bits of binary precision, printed without exponent.

use std::sync::Arc;

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;

/// A whole number that fits is kept as such; everything else has 512 bits.
#[derive(Clone, Debug)]
pub enum Number {
    Integer(i64),
    Big(Arc<FBig<HalfEven, 2>>),
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number::Integer(value)
    }
}
