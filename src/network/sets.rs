//! Sets of addresses and ports out of texts, with bounds where elements are unknown.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::evaluate::values::value::Value;
use crate::traffic::{Addresses, Ports};

use super::attributes::Strings;
use super::doubt::doubt_of;
use super::model::{Bounded, Doubt};

/// What a text says where an address, a network or a range is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum AddressText {
    Addresses(Addresses),
    /// IPv6: no IPv4 packet matches it.
    OtherFamily,
    /// Something else: `*`, a tag, a group, or a mistake.
    Other,
}

#[must_use]
pub fn address_text(text: &str) -> AddressText {
    if let Some(addresses) = Addresses::parse(text) {
        return AddressText::Addresses(addresses);
    }
    let address = text.split(['/', '-']).next().unwrap_or(text).trim();
    if address.parse::<Ipv6Addr>().is_ok() {
        AddressText::OtherFamily
    } else {
        AddressText::Other
    }
}

/// The prefix length of a text in CIDR form (32 without one).
#[must_use]
pub fn prefix_length(text: &str) -> Option<u8> {
    match text.trim().split_once('/') {
        Some((_, length)) => length.parse().ok().filter(|length| *length <= 32),
        None => text.trim().parse::<Ipv4Addr>().ok().map(|_| 32),
    }
}

/// Every element an address, network or range; `other` is told of those that are none.
#[must_use]
pub fn addresses(strings: &Strings<'_>, mut other: impl FnMut(&str, &Value)) -> Bounded<Addresses> {
    let mut known = Vec::new();
    for (text, value) in &strings.known {
        match address_text(text) {
            AddressText::Addresses(set) => known.push(set),
            AddressText::OtherFamily => {}
            AddressText::Other => other(text, value),
        }
    }
    let lower = Addresses::union_all(&known);
    if strings.unknown.is_empty() {
        return Bounded::exactly(lower);
    }
    // Even a known beginning bounds nothing: `10.20.${var.rest}` may end in `0.0/8`.
    Bounded::between(lower, Addresses::all(), strings.doubts())
}

/// Ports out of texts: `*`, single ports and ranges; `other` is told of everything else.
#[must_use]
pub fn ports(strings: &Strings<'_>, mut other: impl FnMut(&str, &Value)) -> Bounded<Ports> {
    let mut lower = Ports::none();
    for (text, value) in &strings.known {
        match port_text(text) {
            Some(ports) => lower = lower.union(&ports),
            None => other(text, value),
        }
    }
    if strings.unknown.is_empty() {
        Bounded::exactly(lower)
    } else {
        Bounded::between(lower, Ports::all(), strings.doubts())
    }
}

#[must_use]
pub fn port_text(text: &str) -> Option<Ports> {
    match text.trim() {
        "*" => Some(Ports::all()),
        text => Ports::parse(text),
    }
}

/// The union of two bounded sets, with the doubts of both.
#[must_use]
pub fn union(first: &Bounded<Addresses>, second: &Bounded<Addresses>) -> Bounded<Addresses> {
    Bounded::between(
        first.lower.union(&second.lower),
        first.upper.union(&second.upper),
        together(&first.doubts, &second.doubts),
    )
}

/// The doubts of both, each once, in order.
#[must_use]
pub fn together(first: &[Doubt], second: &[Doubt]) -> Arc<[Doubt]> {
    let mut all: Vec<Doubt> = first.to_vec();
    for doubt in second {
        if !all.contains(doubt) {
            all.push(doubt.clone());
        }
    }
    all.into()
}

/// A single value that should be one address or network.
#[must_use]
pub fn address_of(value: &Value) -> Bounded<Addresses> {
    match value.as_str().map(address_text) {
        Some(AddressText::Addresses(set)) => Bounded::exactly(set),
        Some(AddressText::OtherFamily) => Bounded::exactly(Addresses::none()),
        Some(AddressText::Other) | None => {
            Bounded::between(Addresses::none(), Addresses::all(), [doubt_of(value)])
        }
    }
}
