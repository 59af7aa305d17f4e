//! Azure Firewall: firewalls, policies, rule collection groups, classic collections, IP groups.

use std::sync::Arc;

use crate::evaluate::values::value::Value;
use crate::network::attributes::{Field, Strings, View, text_of};
use crate::network::catalogue::Handle;
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::azure::Operand;
use crate::network::inventory::firewall::{
    Collection, CollectionGroup, Firewall, IpGroup, Policy, Rule, Settings, Stage,
};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Names};
use crate::network::sets::{self, AddressText};
use crate::traffic::{Addresses, Ports, Protocols};

use super::security::protocol;

pub(super) fn firewall(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let configurations = view.blocks("ip_configuration");
    let inner = |view| Reader { view, ..*reader };
    let hub = view.block("virtual_hub");
    let own = configurations
        .first()
        .and_then(|block| block.get("private_ip_address"));
    let own = own.or_else(|| hub.and_then(|block| block.get("private_ip_address")));
    inventory.azure.firewalls.firewalls.push(Firewall {
        origin: reader.origin(),
        policy: reader.reference(&["firewall_policy_id"]),
        subnet: configurations
            .iter()
            .find(|block| block.get("subnet_id").is_some())
            .map_or(Reference::None, |block| inner(*block).reference(&["subnet_id"])),
        public_addresses: configurations
            .iter()
            .map(|block| inner(*block).reference(&["public_ip_address_id"]))
            .filter(|reference| !reference.is_none())
            .collect(),
        hub: hub.map_or(Reference::None, |block| {
            inner(block).reference(&["virtual_hub_id"])
        }),
        address: own
            .and_then(Value::as_str)
            .and_then(Addresses::parse)
            .map(Bounded::exactly),
        basic: is_basic(&view, "sku_tier"),
        managed_apart: !view.blocks("management_ip_configuration").is_empty(),
        settings: settings(&view),
    });
}

fn is_basic(view: &View<'_>, name: &str) -> Result<bool, Doubt> {
    match view.text(name) {
        Field::Known(tier, _) => Ok(tier.eq_ignore_ascii_case("Basic")),
        Field::Unset => Ok(false),
        Field::Unknown(doubt) => Err(doubt),
    }
}

fn settings(view: &View<'_>) -> Settings {
    let given = |names: &[&str]| view.any_of(names).is_some();
    let dns = view.block("dns");
    let (proxy, servers) = match dns {
        Some(block) => (
            Some(block.bool("proxy_enabled").or_default(false)),
            block.strings("servers"),
        ),
        None => {
            let servers = view.strings("dns_servers");
            // Classic firewalls: naming servers turns the proxy on.
            let proxy = match view.bool("dns_proxy_enabled") {
                Field::Known(proxy, _) => Some(Ok(proxy)),
                _ if !servers.is_empty() => Some(Ok(true)),
                _ => None,
            };
            (proxy, servers)
        }
    };
    let threat = match view.text("threat_intelligence_mode") {
        Field::Unset => view.text("threat_intel_mode"),
        mode => mode,
    };
    Settings {
        private_ranges: given(&["private_ip_ranges"])
            .then(|| private_ranges(&view.strings("private_ip_ranges"))),
        learns_ranges: learns_ranges(view),
        dns_proxy: proxy,
        dns_servers: (!servers.is_empty()).then(|| sets::addresses(&servers, |_, _| {})),
        threat_deny: match threat {
            Field::Known(mode, _) => Some(Ok(mode.eq_ignore_ascii_case("Deny"))),
            Field::Unset => None,
            // Computed when it is left out.
            Field::Unknown(doubt) if doubt.what.ends_with(".threat_intel_mode") => None,
            Field::Unknown(doubt) => Some(Err(doubt)),
        },
        written: view.written(),
    }
}

/// Ranges that a route server tells the firewall are private too.
fn learns_ranges(view: &View<'_>) -> Option<Doubt> {
    let name = "auto_learn_private_ranges_enabled";
    match view.bool(name) {
        Field::Known(false, _) | Field::Unset => None,
        Field::Known(true, at) => Some(Doubt {
            at,
            ..doubt(
                format!("which private ranges {} learns", view.address()),
                "`auto_learn_private_ranges_enabled = false`",
            )
        }),
        Field::Unknown(doubt) => Some(doubt),
    }
}

/// `IANAPrivateRanges` is RFC 1918 and RFC 6598; 255.255.255.255/32 means that nothing is private.
fn private_ranges(strings: &Strings<'_>) -> Bounded<Addresses> {
    let mut extra = Addresses::none();
    let set = sets::addresses(strings, |text, _| {
        if text.eq_ignore_ascii_case("IANAPrivateRanges") {
            extra = default_private_ranges();
        }
    });
    Bounded::between(set.lower.union(&extra), set.upper.union(&extra), set.doubts)
}

/// What a firewall does not translate towards unless it is told otherwise.
pub(in crate::network) fn default_private_ranges() -> Addresses {
    let shared = Addresses::from_ranges([(0x6440_0000, 0x647F_FFFF)]);
    Addresses::rfc1918().union(&shared)
}

pub(super) fn policy(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.firewalls.policies.push(Policy {
        origin: reader.origin(),
        base: reader.reference(&["base_policy_id"]),
        settings: settings(&reader.view),
    });
}

pub(super) fn ip_group(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.firewalls.ip_groups.push(IpGroup {
        origin: reader.origin(),
        unsure: None,
        addresses: sets::addresses(&reader.view.strings("cidrs"), |_, _| {}),
    });
}

/// CIDRs that are resources of their own extend the group they name, or whichever they may name.
pub(super) fn ip_group_cidr(reader: &Reader<'_>, inventory: &mut Inventory) {
    let reference = reader.reference(&["ip_group_id"]);
    let mut add = |handle: Option<Handle>, unsure: Option<Doubt>| {
        let mut origin = reader.origin();
        origin.handle = handle.unwrap_or(origin.handle);
        inventory.azure.firewalls.ip_groups.push(IpGroup {
            origin,
            unsure,
            addresses: sets::addresses(&reader.view.strings("cidr"), |_, _| {}),
        });
    };
    if let Reference::Unknown(doubt) = &reference {
        add(None, Some(doubt.clone()));
    }
    for (handle, doubt) in reference.candidates() {
        add(Some(handle), doubt);
    }
}

pub(super) fn group(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let name = named(&view);
    let mut collections = Vec::new();
    for (stage, keyword) in [
        (Stage::Nat, "nat_rule_collection"),
        (Stage::Network, "network_rule_collection"),
        (Stage::Application, "application_rule_collection"),
    ] {
        for block in view.blocks(keyword) {
            let inner = Reader {
                view: block,
                ..*reader
            };
            collections.push(collection(&inner, stage, &format!("{name}/"), &view.address()));
        }
    }
    inventory.azure.firewalls.groups.push(CollectionGroup {
        origin: reader.origin(),
        policy: reader.reference(&["firewall_policy_id"]),
        priority: view.number("priority").or_default(0),
        collections,
        name,
    });
}

/// A collection of a firewall that has no policy.
pub(super) fn classic(reader: &Reader<'_>, stage: Stage, inventory: &mut Inventory) {
    let view = reader.view;
    let firewall = reader.named(
        "microsoft.network/azurefirewalls",
        view.get("azure_firewall_name"),
    );
    let collection = collection(reader, stage, "", &view.address());
    inventory.azure.firewalls.classic.push((firewall, collection));
}

fn collection(reader: &Reader<'_>, stage: Stage, prefix: &str, place: &Arc<str>) -> Collection {
    let view = reader.view;
    let name: Arc<str> = format!("{prefix}{}", named(&view)).into();
    let mut doubts: Vec<Doubt> = view.presence();
    doubts.extend(view.perhaps());
    let rules = view.blocks("rule").into_iter();
    let rules = rules.map(|block| {
        rule(
            &Reader {
                view: block,
                ..*reader
            },
            stage,
            &name,
        )
    });
    Collection {
        stage,
        place: place.clone(),
        written: view.written(),
        priority: view.number("priority").or_default(0),
        allow: match view.text("action") {
            Field::Known(action, _) => Ok(!action.eq_ignore_ascii_case("Deny")),
            Field::Unset => Ok(true),
            Field::Unknown(doubt) => Err(doubt),
        },
        rules: rules.collect(),
        doubts,
        name,
    }
}

fn rule(reader: &Reader<'_>, stage: Stage, collection: &str) -> Rule {
    let view = reader.view;
    let name: Arc<str> = format!("{collection}/{}", named(&view)).into();
    let mut odd: Vec<Arc<str>> = Vec::new();
    let mut rule = Rule {
        written: view.written(),
        source: operand(reader, &["source_addresses"], &["source_ip_groups"]),
        destination: operand(
            reader,
            &["destination_addresses", "destination_address"],
            &["destination_ip_groups"],
        ),
        protocols: protocols(&view.strings("protocols")),
        ports: sets::ports(&view.strings("destination_ports"), |text, _| {
            odd.push(text.into())
        }),
        impossible_ports: Vec::new(),
        names: None,
        translated: None,
        doubts: view.perhaps().into_iter().collect(),
        name,
    };
    rule.impossible_ports = odd;
    match stage {
        Stage::Nat => rule.translated = Some(translated(&view, &mut rule.doubts)),
        Stage::Network => {
            let names = view.strings("destination_fqdns");
            if view.perhaps().is_none() && !names.is_empty() {
                rule.names = Some(patterns(&names));
            }
        }
        Stage::Application => application(&view, &mut rule),
    }
    rule
}

fn translated(view: &View<'_>, doubts: &mut Vec<Doubt>) -> (Bounded<Addresses>, Option<Ports>) {
    let address = view.get("translated_address").map(sets::address_of);
    if let Some(name) = view.get("translated_fqdn") {
        doubts.push(doubt_of(name));
    }
    let ports = view
        .get("translated_port")
        .and_then(text_of)
        .and_then(|text| Ports::parse(&text));
    (
        address.unwrap_or_else(|| Bounded::between(Addresses::none(), Addresses::all(), doubts.clone())),
        ports,
    )
}

/// Application rules go by name; an application rule without known names matches none.
fn application(view: &View<'_>, rule: &mut Rule) {
    let mut names = patterns(
        &view
            .strings("destination_fqdns")
            .and(view.strings("target_fqdns")),
    );
    // What is behind a tag of names is Microsoft's to say, and no page lists it.
    for (attribute, what) in [
        ("web_categories", "web categories"),
        ("destination_urls", "URLs"),
        ("destination_fqdn_tags", "FQDN tags"),
        ("fqdn_tags", "FQDN tags"),
    ] {
        if view.get(attribute).is_some() {
            names.doubts.push(Doubt {
                what: format!("which hosts the {what} of rule `{}` are", rule.name).into(),
                decided_by: "names instead (`destination_fqdns`)".into(),
                at: view.written_of(&[attribute]).at,
            });
        }
    }
    rule.names = Some(names);
    if view.get("destination_addresses").is_none() {
        rule.destination.any = true;
    }
    let mut ports = Ports::none();
    let mut doubts = Vec::new();
    for protocol in view
        .blocks("protocols")
        .into_iter()
        .chain(view.blocks("protocol"))
    {
        match protocol.number("port") {
            Field::Known(port, _) => {
                ports = u16::try_from(port).map_or(ports.clone(), |port| ports.union(&Ports::single(port)));
            }
            Field::Unset => {
                let https = protocol.get("type").and_then(text_of);
                let port = if https.is_some_and(|kind| kind.eq_ignore_ascii_case("Http")) {
                    80
                } else {
                    443
                };
                ports = ports.union(&Ports::single(port));
            }
            Field::Unknown(doubt) => doubts.push(doubt),
        }
    }
    rule.protocols = Bounded::exactly(Protocols::tcp());
    rule.ports = if doubts.is_empty() {
        Bounded::exactly(ports)
    } else {
        Bounded::between(ports, Ports::all(), doubts)
    };
}

fn patterns(strings: &Strings<'_>) -> Names {
    Names {
        patterns: strings
            .known
            .iter()
            .map(|(text, _)| text.trim_end_matches('.').to_ascii_lowercase().into())
            .collect(),
        doubts: strings.doubts().to_vec(),
    }
}

fn protocols(strings: &Strings<'_>) -> Bounded<Protocols> {
    let known = strings
        .known
        .iter()
        .fold(Protocols::none(), |all, (text, _)| all.union(&protocol(text)));
    if strings.unknown.is_empty() {
        Bounded::exactly(known)
    } else {
        Bounded::between(known, Protocols::all(), strings.doubts())
    }
}

fn operand(reader: &Reader<'_>, addresses: &[&str], groups: &[&str]) -> Operand {
    let mut operand = Operand::default();
    let mut sets = Vec::new();
    for name in addresses {
        let strings = reader.view.strings(name);
        for (text, _) in &strings.known {
            match sets::address_text(text) {
                AddressText::Addresses(set) => sets.push(set),
                AddressText::OtherFamily => {}
                AddressText::Other if *text == "*" => operand.any = true,
                AddressText::Other => operand.tags.push((*text).into()),
            }
        }
        operand
            .doubts
            .extend(strings.unknown.iter().map(|value| doubt_of(value)));
    }
    operand.set = Addresses::union_all(&sets);
    for name in groups {
        let groups = terms::references(reader, name).into_iter();
        operand.groups.extend(groups.filter(|group| !group.is_none()));
    }
    operand
}

fn named(view: &View<'_>) -> Arc<str> {
    view.get("name")
        .and_then(text_of)
        .unwrap_or_else(|| doubt("of unknown name", "").what)
}
