//! Functions of IP prefixes.

use std::net::{Ipv4Addr, Ipv6Addr};

use dashu_int::{IBig, UBig};

use super::FunctionError;
use super::arguments::{Call, Outcome, list_of_text};
use crate::evaluate::values::value::Value;

/// A prefix with its host bits cleared.
#[derive(Clone, Copy)]
struct Prefix {
    address: u128,
    length: u32,
    /// 32 or 128.
    bits: u32,
}

impl Prefix {
    /// An address, a slash and a length. Leading zeros in IPv4 addresses are decimal, as in Terraform.
    fn parse(text: &str) -> Option<Prefix> {
        let (address, length) = text.split_once('/')?;
        let (address, bits) = if address.contains(':') {
            (u128::from(address.parse::<Ipv6Addr>().ok()?), 128)
        } else {
            (u128::from(parse_ipv4(address)?), 32)
        };
        let all_digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length
            .parse::<u32>()
            .ok()
            .filter(|length| all_digits && *length <= bits)?;
        let host = bits - length;
        let address = address
            .checked_shr(host)
            .unwrap_or(0)
            .checked_shl(host)
            .unwrap_or(0);
        Some(Prefix {
            address,
            length,
            bits,
        })
    }

    fn host_bits(self) -> u32 {
        self.bits - self.length
    }

    fn last(self) -> u128 {
        self.address | ones(self.host_bits())
    }

    fn contains(self, address: u128) -> bool {
        (self.address..=self.last()).contains(&address)
    }

    fn text(self) -> String {
        let mapped = self.bits == 128 && Ipv6Addr::from(self.address).to_ipv4_mapped().is_some();
        let length = if mapped {
            self.length.saturating_sub(96)
        } else {
            self.length
        };
        format!("{}/{length}", address_text(self.address, self.bits))
    }
}

fn parse_ipv4(text: &str) -> Option<u32> {
    let mut address = 0u32;
    let mut count = 0;
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        address = address.checked_shl(8)? | u32::from(part.parse::<u8>().ok()?);
        count += 1;
    }
    (count == 4).then_some(address)
}

fn ones(count: u32) -> u128 {
    u128::MAX.checked_shr(128 - count).unwrap_or(0)
}

/// IPv6 addresses that contain an IPv4 address are written as that address.
fn address_text(address: u128, bits: u32) -> String {
    if bits == 32 {
        return Ipv4Addr::from(u32::try_from(address).unwrap_or(u32::MAX)).to_string();
    }
    let address = Ipv6Addr::from(address);
    match address.to_ipv4_mapped() {
        Some(inner) => inner.to_string(),
        None => address.to_string(),
    }
}

fn prefix(call: &Call<'_>) -> Result<Prefix, FunctionError> {
    Prefix::parse(call.text(0)).ok_or_else(|| {
        FunctionError::about(
            0,
            format!("`{}` is not an IP prefix such as `10.0.0.0/16`", call.text(0)),
        )
    })
}

fn big(call: &Call<'_>, index: usize) -> Result<IBig, FunctionError> {
    call.number(index)
        .to_big()
        .ok_or_else(|| FunctionError::about(index, "a whole number is required"))
}

fn power_of_two(exponent: u32) -> IBig {
    IBig::from(UBig::from(1u8) << exponent as usize)
}

/// An address of a prefix by its number; negative numbers count from the end.
pub(super) fn cidrhost(call: &Call<'_>) -> Outcome {
    let number = big(call, 1)?;
    let prefix = prefix(call)?;
    let size = power_of_two(prefix.host_bits());
    let host = if number < IBig::ZERO {
        &size + &number
    } else {
        number.clone()
    };
    if host < IBig::ZERO || host >= size {
        return Err(FunctionError::about(
            1,
            format!(
                "a prefix of length {} has no host numbered {number}",
                prefix.length
            ),
        ));
    }
    let host = u128::try_from(&host).unwrap_or(0);
    Ok(Value::string(address_text(prefix.address | host, prefix.bits)))
}

pub(super) fn cidrnetmask(call: &Call<'_>) -> Outcome {
    let prefix = prefix(call)?;
    if prefix.bits != 32 {
        return Err(FunctionError::about(0, "an IPv6 prefix has no netmask"));
    }
    let mask = u32::MAX.checked_shl(prefix.host_bits()).unwrap_or(0);
    Ok(Value::string(Ipv4Addr::from(mask).to_string()))
}

/// A longer prefix within a prefix by its number.
pub(super) fn cidrsubnet(call: &Call<'_>) -> Outcome {
    let new_bits = call.whole(1)?;
    let number = big(call, 2)?;
    let prefix = prefix(call)?;
    let length = u32::try_from(i64::from(prefix.length).saturating_add(new_bits))
        .ok()
        .filter(|length| *length <= prefix.bits)
        .ok_or_else(|| {
            FunctionError::about(
                1,
                format!(
                    "a prefix of length {} cannot be extended by {new_bits} bits",
                    prefix.length
                ),
            )
        })?;
    // Terraform does not refuse negative numbers: what they yield follows from two's complement.
    let limit = u32::try_from(new_bits).map_or_else(|_| IBig::ZERO, power_of_two);
    if new_bits >= 0 && number >= limit {
        return Err(FunctionError::about(
            2,
            format!("{new_bits} more bits do not make room for a subnet numbered {number}"),
        ));
    }
    let shifted = number << (prefix.bits - length) as usize;
    let (_, magnitude) = (IBig::from(prefix.address) | shifted).into_parts();
    let address = u128::try_from(&magnitude)
        .ok()
        .filter(|address| *address <= ones(prefix.bits))
        .ok_or_else(|| FunctionError::about(2, "the subnet number is out of range"))?;
    let subnet = Prefix {
        address,
        length,
        bits: prefix.bits,
    };
    Ok(Value::string(subnet.text()))
}

/// Consecutive prefixes within a prefix, each aligned to its own length.
pub(super) fn cidrsubnets(call: &Call<'_>) -> Outcome {
    let whole = prefix(call)?;
    let mut subnets = Vec::new();
    // The first address that is still free; `None` after the last one there is.
    let mut free = Some(whole.address);
    for index in 1..call.arguments.len() {
        let new_bits = call.whole(index)?;
        if !(1..=32).contains(&new_bits) {
            return Err(FunctionError::at(index, "a prefix is extended by 1 to 32 bits"));
        }
        let length = whole.length + u32::try_from(new_bits).unwrap_or(0);
        if length > whole.bits {
            return Err(FunctionError::at(
                index,
                format!("a prefix of length {length} is too long for the address family"),
            ));
        }
        let size = ones(whole.bits - length);
        let subnet = free
            .and_then(|free| free.checked_add(size))
            .map(|end| Prefix {
                address: end & !size,
                length,
                bits: whole.bits,
            })
            .filter(|subnet| subnet.address <= ones(whole.bits) && whole.contains(subnet.address))
            .ok_or_else(|| {
                FunctionError::at(
                    index,
                    format!("there is no room left for a prefix of length {length}"),
                )
            })?;
        free = subnet.last().checked_add(1);
        subnets.push(Value::string(subnet.text()));
    }
    Ok(list_of_text(subnets))
}
