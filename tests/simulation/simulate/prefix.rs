//! Addresses as plain numbers, and the ways people write some of them.

use std::net::Ipv4Addr;

/// A network of an address and a prefix length, or any range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub low: u32,
    pub high: u32,
}

pub const EVERYWHERE: Span = Span {
    low: 0,
    high: u32::MAX,
};

impl Span {
    /// `10.0.0.0/8`, `10.0.0.1`, `10.0.0.1-10.0.0.9`.
    pub fn parse(text: &str) -> Option<Span> {
        let address = |text: &str| text.trim().parse::<Ipv4Addr>().ok().map(u32::from);
        if let Some((low, high)) = text.split_once('-') {
            return Some(Span {
                low: address(low)?,
                high: address(high)?,
            });
        }
        let (base, length) = match text.split_once('/') {
            Some((base, length)) => (address(base)?, length.parse::<u32>().ok()?),
            None => (address(text)?, 32),
        };
        let size = 1_u64 << (32 - length);
        let low = u64::from(base) / size * size;
        Some(Span {
            low: u32::try_from(low).ok()?,
            high: u32::try_from(low + size - 1).ok()?,
        })
    }

    pub fn holds(self, address: u32) -> bool {
        self.low <= address && address <= self.high
    }

    pub fn size(self) -> u64 {
        u64::from(self.high) - u64::from(self.low) + 1
    }
}

pub fn any_holds(spans: &[Span], address: u32) -> bool {
    spans.iter().any(|span| span.holds(address))
}

pub fn shown(address: u32) -> String {
    Ipv4Addr::from(address).to_string()
}

const PRIVATE: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// RFC 1918.
pub fn is_private(address: u32) -> bool {
    PRIVATE
        .iter()
        .any(|text| Span::parse(text).unwrap().holds(address))
}

/// Private, or shared between carriers (RFC 6598).
pub fn is_private_or_shared(address: u32) -> bool {
    is_private(address) || Span::parse("100.64.0.0/10").unwrap().holds(address)
}
