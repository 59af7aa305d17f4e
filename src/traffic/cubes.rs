//! Packets and sets of them: products of sets, and unions of products.

use std::net::Ipv4Addr;

use super::{Addresses, Ports, Protocols};

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

    /// Takes the packets of a cube out. Cubes that it does not touch stay where they are: sets of many
    /// cubes are mostly compared with cubes that are elsewhere.
    fn remove_cube(&mut self, cube: &Cube) {
        if !self.intersects_cube(cube) {
            return;
        }
        let mut rest = Vec::with_capacity(self.cubes.len() + 4);
        for own in std::mem::take(&mut self.cubes) {
            if own.intersects(cube) {
                own.subtract_into(cube, &mut rest);
            } else {
                rest.push(own);
            }
        }
        self.cubes = rest;
    }

    /// Adds the packets of another set.
    pub fn add(&mut self, other: &Packets) {
        let mut new = other.clone();
        for cube in &self.cubes {
            new.remove_cube(cube);
        }
        self.cubes.append(&mut new.cubes);
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
        let mut rest = self.clone();
        for cube in &other.cubes {
            rest.remove_cube(cube);
        }
        rest
    }

    #[must_use]
    pub fn union(&self, other: &Packets) -> Packets {
        let mut all = self.clone();
        all.add(other);
        all
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
