//! `nsxt_policy_service` and the entries that rules carry inline.

use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt;
use crate::network::inventory::Reader;
use crate::network::inventory::avs::Owner;
use crate::network::inventory::nsx::{Service, ServiceEntry};
use crate::network::inventory::terms;
use crate::network::model::{Bounded, Doubt};
use crate::traffic::{Ports, Protocols};

pub fn service(reader: &Reader<'_>, owner: Owner) -> Service {
    let view = &reader.view;
    let nested = view.blocks("nested_service_entry");
    Service {
        origin: reader.origin(),
        owner,
        display_name: terms::text(view, "display_name", ""),
        entries: entries(view),
        nested: nested
            .iter()
            .map(|block| reader.inside(*block).reference(&["nested_service_path"]))
            .collect(),
    }
}

/// The entries of a service or of a rule's `service_entries`.
pub fn entries(view: &View<'_>) -> Vec<ServiceEntry> {
    let mut entries = Vec::new();
    let mut add = |name: &str, read: fn(&View<'_>) -> ServiceEntry| {
        for block in view.blocks(name) {
            entries.push(block.perhaps().map_or_else(|| read(&block), anything));
        }
    };
    add("l4_port_set_entry", port_set);
    add("icmp_entry", icmp);
    add("igmp_entry", |_| {
        of_protocol(Bounded::exactly(Protocols::number(2)))
    });
    add("ip_protocol_entry", |block| of_protocol(protocol_number(block)));
    add("algorithm_entry", algorithm);
    // An Ethernet type matches no IPv4 packet by itself: `ether_type_entry` adds nothing.
    entries
}

/// Nothing is known of an entry but why.
pub fn anything(doubt: Doubt) -> ServiceEntry {
    of_protocol(Bounded::between(Protocols::none(), Protocols::all(), [doubt]))
}

fn port_set(view: &View<'_>) -> ServiceEntry {
    let protocols = match view.text("protocol") {
        Field::Known(text, _) if text.eq_ignore_ascii_case("TCP") => Bounded::exactly(Protocols::tcp()),
        Field::Known(text, _) if text.eq_ignore_ascii_case("UDP") => Bounded::exactly(Protocols::udp()),
        Field::Unknown(doubt) => Bounded::between(Protocols::none(), tcp_or_udp(), [doubt]),
        _ => Bounded::between(Protocols::none(), tcp_or_udp(), [protocol_doubt(view)]),
    };
    ServiceEntry {
        protocols,
        source_ports: terms::ports(view, "source_ports"),
        destination_ports: terms::ports(view, "destination_ports"),
    }
}

fn tcp_or_udp() -> Protocols {
    Protocols::tcp().union(&Protocols::udp())
}

fn protocol_doubt(view: &View<'_>) -> Doubt {
    Doubt {
        at: view.written().at,
        ..doubt(
            "the protocol of a service entry",
            "`protocol = \"TCP\"` or `\"UDP\"`",
        )
    }
}

/// Types and codes are no part of a packet set: an entry with one matches some ICMP.
fn icmp(view: &View<'_>) -> ServiceEntry {
    if view
        .text("protocol")
        .known()
        .is_some_and(|text| text.eq_ignore_ascii_case("ICMPv6"))
    {
        return of_protocol(Bounded::exactly(Protocols::none()));
    }
    if view.get("icmp_type").is_none() && view.get("icmp_code").is_none() {
        return of_protocol(Bounded::exactly(Protocols::icmp()));
    }
    let types = Doubt {
        at: view.written().at,
        ..doubt("which ICMP types are asked for", "a service for TCP or UDP")
    };
    of_protocol(Bounded::between(Protocols::none(), Protocols::icmp(), [types]))
}

fn protocol_number(view: &View<'_>) -> Bounded<Protocols> {
    match view.number("protocol") {
        Field::Known(number, _) => {
            Bounded::exactly(u8::try_from(number).map_or(Protocols::none(), Protocols::number))
        }
        Field::Unknown(doubt) => Bounded::between(Protocols::none(), Protocols::all(), [doubt]),
        Field::Unset => Bounded::exactly(Protocols::none()),
    }
}

fn of_protocol(protocols: Bounded<Protocols>) -> ServiceEntry {
    ServiceEntry {
        protocols,
        source_ports: Bounded::exactly(Ports::all()),
        destination_ports: Bounded::exactly(Ports::all()),
    }
}

/// Algorithms whose control connection is UDP, and those whose is TCP (VMware, documentation of
/// `nsxt_policy_service`).
const ALGORITHMS: &[(&str, bool)] = &[
    ("FTP", false),
    ("MS_RPC_TCP", false),
    ("MS_RPC_UDP", true),
    ("NBDG_BROADCAST", true),
    ("NBNS_BROADCAST", true),
    ("ORACLE_TNS", false),
    ("SUN_RPC_TCP", false),
    ("SUN_RPC_UDP", true),
    ("TFTP", true),
];

/// An application-level gateway admits its control port, and connections it negotiates, which are to
/// no port that is known beforehand.
fn algorithm(view: &View<'_>) -> ServiceEntry {
    let name = view.text("algorithm").known();
    let known = name.and_then(|name| {
        ALGORITHMS
            .iter()
            .find(|(word, _)| name.eq_ignore_ascii_case(word))
    });
    let protocols = match known {
        Some((_, true)) => Bounded::exactly(Protocols::udp()),
        Some((_, false)) => Bounded::exactly(Protocols::tcp()),
        None => {
            let unknown = Doubt {
                at: view.written().at,
                ..doubt(
                    "the protocol of an algorithm entry",
                    "an algorithm that the provider documents",
                )
            };
            Bounded::between(Protocols::none(), tcp_or_udp(), [unknown])
        }
    };
    ServiceEntry {
        protocols,
        source_ports: terms::ports(view, "source_ports"),
        destination_ports: terms::ports(view, "destination_port"),
    }
}
