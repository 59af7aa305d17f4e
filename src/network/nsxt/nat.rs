//! `nsxt_policy_nat_rule`.

use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt_of;
use crate::network::inventory::Reader;
use crate::network::inventory::avs::Owner;
use crate::network::inventory::nsx::{NatAction, NatFirewall, NatRule};
use crate::network::inventory::terms;
use crate::network::model::{Bounded, Fact};
use crate::network::sets::port_text;
use crate::traffic::Addresses;

const ACTIONS: &[(&str, NatAction)] = &[
    ("SNAT", NatAction::Source),
    ("DNAT", NatAction::Destination),
    ("NO_SNAT", NatAction::NoSource),
    ("NO_DNAT", NatAction::NoDestination),
    ("REFLEXIVE", NatAction::Reflexive),
    ("NAT64", NatAction::ToIpv6),
];

const FIREWALL: &[(&str, NatFirewall)] = &[
    ("MATCH_EXTERNAL_ADDRESS", NatFirewall::External),
    ("MATCH_INTERNAL_ADDRESS", NatFirewall::Internal),
    ("BYPASS", NatFirewall::Bypass),
];

pub fn nat_rule(reader: &Reader<'_>, owner: Owner) -> NatRule {
    let view = &reader.view;
    let at = view.written().at;
    NatRule {
        origin: reader.origin(),
        owner,
        name: terms::label(view, &["display_name"]),
        gateway: reader.reference(&["gateway_path"]),
        action: terms::word(view, "action", ACTIONS, NatAction::Source),
        source: networks(view, "source_networks"),
        destination: networks(view, "destination_networks"),
        translated: terms::addresses_if_set(view, "translated_networks"),
        translated_ports: match view.text("translated_ports") {
            Field::Unset => None,
            Field::Unknown(doubt) => Some(Fact::unknown(doubt)),
            Field::Known(text, place) => Some(match (port_text(&text), view.get("translated_ports")) {
                (Some(ports), _) => Fact::known(ports, place),
                (None, Some(value)) => Fact::unknown(doubt_of(value)),
                (None, None) => Fact::known(crate::traffic::Ports::all(), place),
            }),
        },
        service: reader.reference(&["service"]),
        priority: view.number("rule_priority").fact(100, at),
        enabled: view.bool("enabled").fact(true, at),
        // The provider's own default, unlike NSX Manager's (documentation of `nsxt_policy_nat_rule`).
        firewall: terms::word(view, "firewall_match", FIREWALL, NatFirewall::Bypass),
        scope: terms::references(reader, "scope"),
    }
}

/// Networks to match; left out, and as `ANY`, every address.
fn networks(view: &View<'_>, name: &str) -> Bounded<Addresses> {
    let strings = view.strings(name);
    let any = strings
        .known
        .iter()
        .any(|(text, _)| text.eq_ignore_ascii_case("ANY"));
    if strings.is_empty() || any {
        Bounded::exactly(Addresses::all())
    } else {
        terms::addresses(view, name)
    }
}
