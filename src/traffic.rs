//! Exact sets of packets: addresses, ports and protocols, and products of them.
//!
//! A packet is an IPv4 source and destination address, a protocol and two ports. A [`Cube`] is a
//! product of one set per field; a [`Packets`] is a union of disjoint cubes. All operations are exact.
//! IPv6 is not modelled: JetStream DR and Azure VMware Solution speak IPv4.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Sorted, disjoint, non-adjacent inclusive ranges: the one representation of a set of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ranges(Arc<[(u32, u32)]>);

/// A set of IPv4 addresses.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Addresses(Ranges);

/// A set of ports. For protocols without ports the field is full and means nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports(Ranges);

/// A set of IP protocol numbers.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Protocols(Ranges);

impl Ranges {
    /// Ranges in any order, overlapping or not; those that end before they start are dropped.
    #[must_use]
    pub fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Ranges {
        let mut sorted: Vec<(u32, u32)> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match merged.last_mut() {
                Some((_, end)) if low <= end.saturating_add(1) => *end = (*end).max(high),
                _ => merged.push((low, high)),
            }
        }
        Ranges(merged.into())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(low, high)| u64::from(high - low) + 1).sum()
    }

    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|(low, _)| *low <= number);
        after > 0 && self.0.get(after - 1).is_some_and(|(_, high)| number <= *high)
    }

    #[must_use]
    pub fn union(&self, other: &Ranges) -> Ranges {
        if other.is_empty() || self == other {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        Ranges::new(self.0.iter().chain(other.0.iter()).copied())
    }

    #[must_use]
    pub fn intersection(&self, other: &Ranges) -> Ranges {
        if self == other || other.is_full() {
            return self.clone();
        }
        if self.is_full() {
            return other.clone();
        }
        let mut common = Vec::new();
        self.overlaps(other, |low, high| {
            common.push((low, high));
            true
        });
        Ranges(common.into())
    }

    #[must_use]
    pub fn intersects(&self, other: &Ranges) -> bool {
        let mut found = false;
        self.overlaps(other, |_, _| {
            found = true;
            false
        });
        found
    }

    #[must_use]
    pub fn difference(&self, other: &Ranges) -> Ranges {
        let mut rest = Vec::new();
        let mut others = other.0.iter().peekable();
        for &(low, high) in self.0.iter() {
            let mut start = u64::from(low);
            while let Some(&&(other_low, other_high)) = others.peek() {
                if u64::from(other_high) < start {
                    others.next();
                    continue;
                }
                if other_low > high {
                    break;
                }
                if u64::from(other_low) > start {
                    rest.push((clamp(start), other_low - 1));
                }
                start = u64::from(other_high) + 1;
                if start > u64::from(high) {
                    break;
                }
            }
            if start <= u64::from(high) {
                rest.push((clamp(start), high));
            }
        }
        Ranges(rest.into())
    }

    #[must_use]
    pub fn is_subset(&self, other: &Ranges) -> bool {
        self.0.iter().all(|&(low, high)| {
            let after = other.0.partition_point(|(other_low, _)| *other_low <= low);
            after > 0
                && other
                    .0
                    .get(after - 1)
                    .is_some_and(|(_, other_high)| high <= *other_high)
        })
    }

    #[must_use]
    pub fn first(&self) -> Option<u32> {
        self.0.first().map(|(low, _)| *low)
    }

    fn is_full(&self) -> bool {
        matches!(&*self.0, [(0, u32::MAX)])
    }

    /// Calls `found` with every common range in order until it returns false.
    fn overlaps(&self, other: &Ranges, mut found: impl FnMut(u32, u32) -> bool) {
        let (few, many) = if self.0.len() <= other.0.len() {
            (self, other)
        } else {
            (other, self)
        };
        for &(low, high) in few.0.iter() {
            let mut index = many.0.partition_point(|(_, many_high)| *many_high < low);
            while let Some(&(many_low, many_high)) = many.0.get(index) {
                if many_low > high {
                    break;
                }
                if !found(low.max(many_low), high.min(many_high)) {
                    return;
                }
                index += 1;
            }
        }
    }
}

fn clamp(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

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

/// A product: every combination of its fields is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cube {
    pub source: Addresses,
    pub destination: Addresses,
    pub protocols: Protocols,
    pub source_ports: Ports,
    pub destination_ports: Ports,
}

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Packet {
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    pub protocol: u8,
    pub source_port: u16,
    pub destination_port: u16,
}

/// A set of packets: disjoint, non-empty cubes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packets {
    cubes: Vec<Cube>,
}

impl Cube {
    #[must_use]
    pub fn all() -> Cube {
        Cube {
            source: Addresses::all(),
            destination: Addresses::all(),
            protocols: Protocols::all(),
            source_ports: Ports::all(),
            destination_ports: Ports::all(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
            || self.destination.is_empty()
            || self.protocols.is_empty()
            || self.source_ports.is_empty()
            || self.destination_ports.is_empty()
    }

    #[must_use]
    pub fn intersects(&self, other: &Cube) -> bool {
        self.destination_ports.intersects(&other.destination_ports)
            && self.protocols.intersects(&other.protocols)
            && self.source.intersects(&other.source)
            && self.destination.intersects(&other.destination)
            && self.source_ports.intersects(&other.source_ports)
    }

    #[must_use]
    pub fn intersection(&self, other: &Cube) -> Cube {
        Cube {
            source: self.source.intersection(&other.source),
            destination: self.destination.intersection(&other.destination),
            protocols: self.protocols.intersection(&other.protocols),
            source_ports: self.source_ports.intersection(&other.source_ports),
            destination_ports: self.destination_ports.intersection(&other.destination_ports),
        }
    }

    #[must_use]
    pub fn is_subset(&self, other: &Cube) -> bool {
        self.is_empty()
            || (self.source.is_subset(&other.source)
                && self.destination.is_subset(&other.destination)
                && self.protocols.is_subset(&other.protocols)
                && self.source_ports.is_subset(&other.source_ports)
                && self.destination_ports.is_subset(&other.destination_ports))
    }

    /// What is left of this cube without the other, as disjoint cubes appended to `rest`: one slab
    /// per field in which the other does not cover this one.
    pub(crate) fn subtract_into(&self, other: &Cube, rest: &mut Vec<Cube>) {
        if !self.intersects(other) {
            rest.push(self.clone());
            return;
        }
        let mut core = self.clone();
        let source = core.source.difference(&other.source);
        if !source.is_empty() {
            rest.push(Cube {
                source,
                ..core.clone()
            });
            core.source = core.source.intersection(&other.source);
        }
        let destination = core.destination.difference(&other.destination);
        if !destination.is_empty() {
            rest.push(Cube {
                destination,
                ..core.clone()
            });
            core.destination = core.destination.intersection(&other.destination);
        }
        let protocols = core.protocols.difference(&other.protocols);
        if !protocols.is_empty() {
            rest.push(Cube {
                protocols,
                ..core.clone()
            });
            core.protocols = core.protocols.intersection(&other.protocols);
        }
        let destination_ports = core.destination_ports.difference(&other.destination_ports);
        if !destination_ports.is_empty() {
            rest.push(Cube {
                destination_ports,
                ..core.clone()
            });
            core.destination_ports = core.destination_ports.intersection(&other.destination_ports);
        }
        let source_ports = core.source_ports.difference(&other.source_ports);
        if !source_ports.is_empty() {
            rest.push(Cube { source_ports, ..core });
        }
    }

    /// The packets that answer these: both ends exchanged.
    #[must_use]
    pub fn reversed(&self) -> Cube {
        Cube {
            source: self.destination.clone(),
            destination: self.source.clone(),
            protocols: self.protocols.clone(),
            source_ports: self.destination_ports.clone(),
            destination_ports: self.source_ports.clone(),
        }
    }

    /// A packet of the cube; prefers a source port that clients use.
    #[must_use]
    pub fn sample(&self) -> Option<Packet> {
        let ephemeral = self.source_ports.intersection(&Ports::range(49_152, u16::MAX));
        Some(Packet {
            source: self.source.first()?,
            destination: self.destination.first()?,
            protocol: self.protocols.first()?,
            source_port: ephemeral.first().or_else(|| self.source_ports.first())?,
            destination_port: self.destination_ports.first()?,
        })
    }

    #[must_use]
    pub fn contains(&self, packet: Packet) -> bool {
        self.source.contains(packet.source)
            && self.destination.contains(packet.destination)
            && self.protocols.contains(packet.protocol)
            && self.source_ports.contains(packet.source_port)
            && self.destination_ports.contains(packet.destination_port)
    }
}

impl From<Cube> for Packets {
    fn from(cube: Cube) -> Packets {
        let cubes = if cube.is_empty() { Vec::new() } else { vec![cube] };
        Packets { cubes }
    }
}

impl Packets {
    #[must_use]
    pub fn none() -> Packets {
        Packets::default()
    }

    #[must_use]
    pub fn all() -> Packets {
        Cube::all().into()
    }

    #[must_use]
    pub fn cubes(&self) -> &[Cube] {
        &self.cubes
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cubes.is_empty()
    }

    #[must_use]
    pub fn intersects_cube(&self, cube: &Cube) -> bool {
        self.cubes.iter().any(|own| own.intersects(cube))
    }

    #[must_use]
    pub fn intersection_cube(&self, cube: &Cube) -> Packets {
        let cubes = self.cubes.iter().map(|own| own.intersection(cube));
        Packets {
            cubes: cubes.filter(|common| !common.is_empty()).collect(),
        }
    }

    #[must_use]
    pub fn difference_cube(&self, cube: &Cube) -> Packets {
        let mut rest = Vec::with_capacity(self.cubes.len());
        for own in &self.cubes {
            own.subtract_into(cube, &mut rest);
        }
        Packets { cubes: rest }
    }

    #[must_use]
    pub fn intersection(&self, other: &Packets) -> Packets {
        let cubes = other
            .cubes
            .iter()
            .flat_map(|cube| self.intersection_cube(cube).cubes);
        Packets {
            cubes: cubes.collect(),
        }
    }

    #[must_use]
    pub fn difference(&self, other: &Packets) -> Packets {
        other
            .cubes
            .iter()
            .fold(self.clone(), |rest, cube| rest.difference_cube(cube))
    }

    #[must_use]
    pub fn union(&self, other: &Packets) -> Packets {
        let mut cubes = self.cubes.clone();
        cubes.extend(other.difference(self).cubes);
        Packets { cubes }
    }

    #[must_use]
    pub fn is_subset(&self, other: &Packets) -> bool {
        self.difference(other).is_empty()
    }

    #[must_use]
    pub fn sample(&self) -> Option<Packet> {
        self.cubes.first().and_then(Cube::sample)
    }

    #[must_use]
    pub fn contains(&self, packet: Packet) -> bool {
        self.cubes.iter().any(|cube| cube.contains(packet))
    }

    /// All source addresses that occur.
    #[must_use]
    pub fn sources(&self) -> Addresses {
        Addresses::union_all(self.cubes.iter().map(|cube| &cube.source))
    }

    /// All destination addresses that occur.
    #[must_use]
    pub fn destinations(&self) -> Addresses {
        Addresses::union_all(self.cubes.iter().map(|cube| &cube.destination))
    }
}
