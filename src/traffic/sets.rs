//! Sets of addresses, ports and protocols: what they read, and how people write them.

use std::fmt;
use std::net::Ipv4Addr;

use super::ranges::{Ranges, clamp};

/// A set of IPv4 addresses.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Addresses(Ranges);

/// A set of ports. For protocols without ports the field is full and means nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports(Ranges);

/// A set of IP protocol numbers.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Protocols(Ranges);

/// The set operations, once for each kind of set.
macro_rules! set_operations {
    ($name:ident, $last:expr) => {
        impl $name {
            #[must_use]
            pub fn all() -> $name {
                $name(Ranges::new([(0, $last)]))
            }
            #[must_use]
            pub fn none() -> $name {
                $name(Ranges::new([]))
            }
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
            #[must_use]
            pub fn is_all(&self) -> bool {
                matches!(self.0.ranges(), [(0, last)] if *last == $last)
            }
            #[must_use]
            pub fn count(&self) -> u64 {
                self.0.count()
            }
            #[must_use]
            pub fn ranges(&self) -> &[(u32, u32)] {
                self.0.ranges()
            }
            #[must_use]
            pub fn union(&self, other: &$name) -> $name {
                $name(self.0.union(&other.0))
            }
            #[must_use]
            pub fn intersection(&self, other: &$name) -> $name {
                $name(self.0.intersection(&other.0))
            }
            #[must_use]
            pub fn difference(&self, other: &$name) -> $name {
                $name(self.0.difference(&other.0))
            }
            #[must_use]
            pub fn complement(&self) -> $name {
                $name::all().difference(self)
            }
            #[must_use]
            pub fn intersects(&self, other: &$name) -> bool {
                self.0.intersects(&other.0)
            }
            #[must_use]
            pub fn is_subset(&self, other: &$name) -> bool {
                self.0.is_subset(&other.0)
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::none()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

set_operations!(Addresses, u32::MAX);
set_operations!(Ports, 65_535);
set_operations!(Protocols, 255);

impl Addresses {
    /// Both ends inclusive.
    #[must_use]
    pub fn range(first: Ipv4Addr, last: Ipv4Addr) -> Addresses {
        Addresses(Ranges::new([(first.to_bits(), last.to_bits())]))
    }

    #[must_use]
    pub fn from_ranges(ranges: impl IntoIterator<Item = (u32, u32)>) -> Addresses {
        Addresses(Ranges::new(ranges))
    }

    /// The network that holds `address`, host bits ignored; `length` above 32 counts as 32.
    #[must_use]
    pub fn network(address: Ipv4Addr, length: u8) -> Addresses {
        let mask = mask(length);
        let first = address.to_bits() & mask;
        Addresses(Ranges::new([(first, first | !mask)]))
    }

    #[must_use]
    pub fn single(address: Ipv4Addr) -> Addresses {
        Addresses::network(address, 32)
    }

    /// Reads `10.0.0.1`, `10.0.0.0/8` (host bits ignored), `10.0.0.1-10.0.0.9`, `*` is not read here.
    /// `None` for anything else, a range that ends before it starts included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Addresses> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once('-') {
            let (first, last): (Ipv4Addr, Ipv4Addr) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            return (first <= last).then(|| Addresses::range(first, last));
        }
        if let Some((address, length)) = text.split_once('/') {
            let length: u8 = length.parse().ok().filter(|length| *length <= 32)?;
            return Some(Addresses::network(address.parse().ok()?, length));
        }
        text.parse().ok().map(Addresses::single)
    }

    #[must_use]
    pub fn union_all<'a>(sets: impl IntoIterator<Item = &'a Addresses>) -> Addresses {
        Addresses(Ranges::new(
            sets.into_iter().flat_map(|set| set.ranges().iter().copied()),
        ))
    }

    #[must_use]
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        self.0.contains(address.to_bits())
    }

    #[must_use]
    pub fn first(&self) -> Option<Ipv4Addr> {
        self.0.first().map(Ipv4Addr::from_bits)
    }

    /// 10/8, 172.16/12 and 192.168/16 (RFC 1918).
    #[must_use]
    pub fn rfc1918() -> Addresses {
        Addresses(Ranges::new([
            (0x0A00_0000, 0x0AFF_FFFF),
            (0xAC10_0000, 0xAC1F_FFFF),
            (0xC0A8_0000, 0xC0A8_FFFF),
        ]))
    }

    /// Addresses that a host on the internet can have: everything but private (RFC 1918), shared
    /// (RFC 6598), loopback, link-local, this-network, multicast and reserved ranges, and
    /// 168.63.129.16, which is Azure's own inside its virtual networks and nobody's outside.
    #[must_use]
    pub fn public() -> Addresses {
        let special = Ranges::new([
            (0x0000_0000, 0x00FF_FFFF),
            (0x6440_0000, 0x647F_FFFF),
            (0x7F00_0000, 0x7FFF_FFFF),
            (0xA83F_8110, 0xA83F_8110),
            (0xA9FE_0000, 0xA9FE_FFFF),
            (0xE000_0000, 0xFFFF_FFFF),
        ]);
        Addresses(Addresses::all().0.difference(&special)).difference(&Addresses::rfc1918())
    }

    /// The fewest networks that make up the set, as (address, prefix length).
    #[must_use]
    pub fn networks(&self) -> Vec<(Ipv4Addr, u8)> {
        let mut networks = Vec::new();
        for &(low, high) in self.ranges() {
            let mut start = u64::from(low);
            while start <= u64::from(high) {
                let aligned = if start == 0 {
                    32
                } else {
                    start.trailing_zeros().min(32)
                };
                let room = 63 - (u64::from(high) - start + 1).leading_zeros();
                let bits = aligned.min(room);
                networks.push((
                    Ipv4Addr::from_bits(clamp(start)),
                    32 - u8::try_from(bits).unwrap_or(32),
                ));
                start += 1 << bits;
            }
        }
        networks
    }
}

fn mask(length: u8) -> u32 {
    match length {
        0 => 0,
        1..=32 => u32::MAX << (32 - length),
        _ => u32::MAX,
    }
}

impl fmt::Display for Addresses {
    /// Networks and ranges separated by commas: `10.0.0.0/8, 10.41.2.100-10.41.2.127`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("any");
        }
        for (index, &(low, high)) in self.ranges().iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(&range_text(low, high))?;
        }
        Ok(())
    }
}

/// One range as people write it: an address, a network where it is one, otherwise `first-last`.
#[must_use]
pub fn range_text(low: u32, high: u32) -> String {
    let (first, last) = (Ipv4Addr::from_bits(low), Ipv4Addr::from_bits(high));
    let size = u64::from(high - low) + 1;
    if low == high {
        first.to_string()
    } else if size.is_power_of_two() && u64::from(low) % size == 0 {
        format!("{first}/{}", 32 - size.trailing_zeros())
    } else {
        format!("{first}-{last}")
    }
}

impl Ports {
    #[must_use]
    pub fn range(first: u16, last: u16) -> Ports {
        Ports(Ranges::new([(u32::from(first), u32::from(last))]))
    }

    #[must_use]
    pub fn single(port: u16) -> Ports {
        Ports::range(port, port)
    }

    /// Reads `443` and `32873-32878`; `None` for anything else, `*` included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Ports> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once('-') {
            let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            return (first <= last).then(|| Ports::range(first, last));
        }
        text.parse().ok().map(Ports::single)
    }

    #[must_use]
    pub fn contains(&self, port: u16) -> bool {
        self.0.contains(u32::from(port))
    }

    #[must_use]
    pub fn first(&self) -> Option<u16> {
        self.0.first().and_then(|port| u16::try_from(port).ok())
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("any");
        }
        for (index, (low, high)) in self.ranges().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if low == high {
                write!(f, "{low}")?;
            } else {
                write!(f, "{low}-{high}")?;
            }
        }
        Ok(())
    }
}

impl Protocols {
    #[must_use]
    pub fn number(protocol: u8) -> Protocols {
        Protocols(Ranges::new([(u32::from(protocol), u32::from(protocol))]))
    }

    #[must_use]
    pub fn tcp() -> Protocols {
        Protocols::number(6)
    }

    #[must_use]
    pub fn udp() -> Protocols {
        Protocols::number(17)
    }

    #[must_use]
    pub fn icmp() -> Protocols {
        Protocols::number(1)
    }

    #[must_use]
    pub fn contains(&self, protocol: u8) -> bool {
        self.0.contains(u32::from(protocol))
    }

    #[must_use]
    pub fn first(&self) -> Option<u8> {
        self.0.first().and_then(|protocol| u8::try_from(protocol).ok())
    }
}

impl fmt::Display for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("any");
        }
        let mut first = true;
        for number in self.ranges().iter().flat_map(|(low, high)| *low..=*high) {
            if !first {
                f.write_str(",")?;
            }
            first = false;
            match number {
                1 => f.write_str("icmp")?,
                6 => f.write_str("tcp")?,
                17 => f.write_str("udp")?,
                50 => f.write_str("esp")?,
                51 => f.write_str("ah")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}
