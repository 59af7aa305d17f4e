//! Exact sets of packets: addresses, ports and protocols, and products of them.
//!
//! A packet is an IPv4 source and destination address, a protocol and two ports. A [`Cube`] is a
//! product of one set per field; a [`Packets`] is a union of disjoint cubes. All operations are exact.
//! IPv6 is not modelled: JetStream DR and Azure VMware Solution speak IPv4.

mod cubes;
mod ranges;
mod sets;

pub use cubes::{Cube, Packet, Packets};
pub use ranges::Ranges;
pub use sets::{Addresses, Ports, Protocols, range_text};
