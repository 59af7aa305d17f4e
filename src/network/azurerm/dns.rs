//! Private DNS zones, links, records, and private resolvers of azurerm. Versions up to 4 name a
//! record's zone by name and resource group, version 5 by id.

use std::sync::Arc;

use crate::network::attributes::{Field, View};
use crate::network::inventory::names::{
    Data, ForwardingRule, Inbound, Outbound, PrivateZone, Record, Resolver, Ruleset, RulesetLink, ZoneLink,
};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Fact};
use crate::traffic::Addresses;

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let kind = reader.view.instance.address.kind.clone();
    read_as(&kind, reader, inventory)
}

/// Reads an instance, or an ARM body in azurerm's attribute names, as one of these types.
pub(super) fn read_as(kind: &str, reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let names = &mut inventory.names;
    let view = &reader.view;
    let origin = || reader.origin();
    match kind {
        "azurerm_private_dns_zone" if reader.is_alias() => {}
        "azurerm_private_dns_zone" => names.zones.push(PrivateZone {
            origin: origin(),
            name: lower(terms::text(view, "name", "")),
            managed: reader.catalogue.managed(reader.handle),
        }),
        "azurerm_private_dns_zone_virtual_network_link" => names.links.push(ZoneLink {
            origin: origin(),
            zone: zone(reader),
            network: reader.reference(&["virtual_network_id"]),
            falls_back: terms::word(view, "resolution_policy", POLICIES, false),
        }),
        "azurerm_private_dns_a_record" => {
            names.records.push(record(
                reader,
                Data::Addresses(
                    terms::addresses(view, "records"),
                    terms::references(reader, "records"),
                ),
            ));
        }
        "azurerm_private_dns_cname_record" => names.records.push(record(reader, targets(view, "record"))),
        "azurerm_private_dns_ptr_record" => names.records.push(record(reader, targets(view, "records"))),
        "azurerm_private_dns_resolver" if reader.is_alias() => {}
        "azurerm_private_dns_resolver" => names.resolvers.push(Resolver {
            origin: origin(),
            network: reader.reference(&["virtual_network_id"]),
        }),
        "azurerm_private_dns_resolver_inbound_endpoint" => names.inbound.push(inbound(reader)),
        "azurerm_private_dns_resolver_outbound_endpoint" => names.outbound.push(Outbound {
            origin: origin(),
            resolver: reader.reference(&["private_dns_resolver_id"]),
            subnet: reader.reference(&["subnet_id"]),
        }),
        "azurerm_private_dns_resolver_dns_forwarding_ruleset" => names.rulesets.push(Ruleset {
            origin: origin(),
            outbound: terms::references(reader, "private_dns_resolver_outbound_endpoint_ids"),
        }),
        "azurerm_private_dns_resolver_forwarding_rule" => names.rules.push(rule(reader)),
        "azurerm_private_dns_resolver_virtual_network_link" => names.ruleset_links.push(RulesetLink {
            origin: origin(),
            ruleset: reader.reference(&["dns_forwarding_ruleset_id"]),
            network: reader.reference(&["virtual_network_id"]),
        }),
        kind if is_other_record(kind) => {}
        _ => return false,
    }
    true
}

const POLICIES: &[(&str, bool)] = &[("Default", false), ("NxDomainRedirect", true)];

/// Records that lead no connection anywhere.
fn is_other_record(kind: &str) -> bool {
    matches!(
        kind,
        "azurerm_private_dns_aaaa_record"
            | "azurerm_private_dns_mx_record"
            | "azurerm_private_dns_srv_record"
            | "azurerm_private_dns_txt_record"
    )
}

/// The zone of a link or a record, by id or by names.
fn zone(reader: &Reader<'_>) -> Reference {
    if reader.view.get("private_dns_zone_id").is_some() {
        return reader.reference(&["private_dns_zone_id"]);
    }
    let name = reader.view.any_of(&["private_dns_zone_name", "zone_name"]);
    reader.named("microsoft.network/privatednszones", name)
}

fn record(reader: &Reader<'_>, data: Data) -> Record {
    Record {
        origin: reader.origin(),
        zone: zone(reader),
        name: lower(terms::text(&reader.view, "name", "@")),
        data,
    }
}

fn targets(view: &View<'_>, name: &str) -> Data {
    let strings = view.strings(name);
    let known = strings
        .known
        .iter()
        .map(|(text, value)| Fact::known(domain(text), value.at.or(value.origin)));
    let unknown = strings.doubts();
    Data::Names(known.chain(unknown.iter().cloned().map(Fact::unknown)).collect())
}

/// Lower case, without final dot.
fn domain(text: &str) -> Arc<str> {
    text.trim_end_matches('.').to_ascii_lowercase().into()
}

fn lower(fact: Fact<Arc<str>>) -> Fact<Arc<str>> {
    Fact {
        value: fact.value.map(|text| domain(&text)),
        at: fact.at,
    }
}

fn inbound(reader: &Reader<'_>) -> Inbound {
    let configuration = reader.view.block("ip_configurations");
    let inner = configuration.map(|block| reader.inside(block));
    Inbound {
        origin: reader.origin(),
        resolver: reader.reference(&["private_dns_resolver_id"]),
        subnet: inner.map_or(Reference::None, |inner| inner.reference(&["subnet_id"])),
        address: configuration.and_then(|block| match block.text("private_ip_address") {
            Field::Known(text, _) => Addresses::parse(&text).map(Bounded::exactly),
            // Computed where the allocation is dynamic; unknown where a variable gives it.
            Field::Unset | Field::Unknown(_) => None,
        }),
    }
}

fn rule(reader: &Reader<'_>) -> ForwardingRule {
    let view = &reader.view;
    let servers = view.blocks("target_dns_servers").into_iter();
    ForwardingRule {
        origin: reader.origin(),
        ruleset: reader.reference(&["dns_forwarding_ruleset_id"]),
        suffix: lower(terms::text(view, "domain_name", "")),
        enabled: view.bool("enabled").fact(true, view.written().at),
        targets: servers
            .map(|block| reader.inside(block).reference(&["ip_address"]))
            .collect(),
    }
}
