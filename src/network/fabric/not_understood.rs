//! What is not modelled: named, and marked on what it touches.
//!
//! What an unread instance refers to is found before anything is built, so that filters and routes can
//! say that they may be changed; nodes are marked when they are there.

use std::collections::BTreeSet;

use super::Fabric;
use super::part::{Part, part_of};
use crate::evaluate::values::value::{Kind, Value};
use crate::network::attributes::View;
use crate::network::catalogue::Handle;
use crate::network::model::{Doubt, NodeId, NotUnderstood};

/// How deep references are looked for inside a value.
const DEPTH: u8 = 12;

/// Names of others, and the ARM types that they are of.
const NAMES: &[(&str, &str)] = &[
    ("virtual_network_name", "microsoft.network/virtualnetworks"),
    (
        "network_security_group_name",
        "microsoft.network/networksecuritygroups",
    ),
    ("route_table_name", "microsoft.network/routetables"),
    ("azure_firewall_name", "microsoft.network/azurefirewalls"),
    ("firewall_policy_name", "microsoft.network/firewallpolicies"),
    ("private_dns_zone_name", "microsoft.network/privatednszones"),
];

/// Finds what unread instances change.
pub fn find(fabric: &mut Fabric<'_>) {
    let inventory = fabric.inventory;
    // Connectivity and routing of a network manager; its security rules are read.
    let deployments = &inventory.azure.manager.deployments;
    let deployed = deployments
        .iter()
        .any(|deployment| deployment.security != Ok(true));
    for handle in &inventory.unread {
        // A data source only looks at things.
        let managed = fabric.catalogue.managed(*handle);
        let Some(view) = fabric.catalogue.view(*handle).filter(|_| managed) else {
            continue;
        };
        let (why, touched) = match part_of(&view) {
            Part::None => continue,
            Part::Beside(why) => (why, BTreeSet::new()),
            Part::Changes(why) => (why, touched(fabric, *handle)),
            Part::MayChange => {
                let mut touched = touched(fabric, *handle);
                touched.retain(|handle| is_network(fabric, *handle));
                if touched.is_empty() {
                    continue;
                }
                (
                    "a resource of a type that is not modelled, which refers to the network",
                    touched,
                )
            }
            Part::ChangesAll(why) if deployed || by_azapi(&view) && !deployments.is_empty() => {
                let networks = inventory.azure.networks.iter();
                (why, networks.map(|network| network.origin.handle).collect())
            }
            Part::ChangesAll(why) => (why, BTreeSet::new()),
        };
        let doubt = Doubt {
            what: format!("what `{}` changes", view.address()).into(),
            decided_by: "nothing: it is not modelled".into(),
            at: view.instance.at,
        };
        for handle in touched {
            fabric.changed.entry(handle).or_insert_with(|| doubt.clone());
        }
        fabric.network.not_understood.push(NotUnderstood {
            address: view.address(),
            on_path: false,
            why: why.into(),
            written: view.written(),
        });
    }
}

fn by_azapi(view: &View<'_>) -> bool {
    view.instance.address.kind.starts_with("azapi_")
}

/// Marks the nodes and zones of what is changed.
pub fn obscure(fabric: &mut Fabric<'_>) {
    let mut changed: Vec<(Handle, Doubt)> = fabric
        .changed
        .iter()
        .map(|(handle, doubt)| (*handle, doubt.clone()))
        .collect();
    changed.sort();
    for (handle, doubt) in changed {
        let edge = fabric.edges.iter().find(|edge| edge.cloud == handle);
        let node: Option<NodeId> = edge
            .map(|edge| edge.tier0)
            .or_else(|| fabric.nodes.get(&handle).copied());
        if let Some(node) = node.and_then(|node| fabric.node_mut(node)) {
            if !node.obscured.contains(&doubt) {
                node.obscured.push(doubt);
            }
            continue;
        }
        let name = fabric.name(handle);
        for zone in &mut fabric.network.naming.zones {
            if zone.name == name {
                zone.doubts.push(doubt.clone());
            }
        }
    }
}

/// What an instance refers to; through a part of something (a peering, a rule collection group) the
/// whole too.
fn touched(fabric: &Fabric<'_>, handle: Handle) -> BTreeSet<Handle> {
    let mut found = references(fabric, handle);
    let parts: Vec<Handle> = found
        .iter()
        .copied()
        .filter(|handle| is_part(fabric, *handle))
        .collect();
    for part in parts {
        found.extend(references(fabric, part));
    }
    found
}

pub(super) fn references(fabric: &Fabric<'_>, handle: Handle) -> BTreeSet<Handle> {
    let Some(view) = fabric.catalogue.view(handle) else {
        return BTreeSet::new();
    };
    let mut values = Vec::new();
    leaves(view.value, DEPTH, &mut values);
    if let Some(body) = fabric.catalogue.body(handle) {
        leaves(body.value, DEPTH, &mut values);
    }
    let mut found: BTreeSet<Handle> = values
        .into_iter()
        .flat_map(|value| fabric.catalogue.resolve(view.input, Some(value)).candidates())
        .map(|(handle, _)| handle)
        .collect();
    for (attribute, kind) in NAMES {
        let group = view.get("resource_group_name");
        if let Some(name) = view.get(attribute) {
            let named = fabric.catalogue.by_names(handle, group, &[(*kind, Some(name))]);
            found.extend(named.candidates().into_iter().map(|(handle, _)| handle));
        }
    }
    found.remove(&handle);
    found
}

/// Values that may be references: unknown ones and ids.
fn leaves<'v>(value: &'v Value, depth: u8, into: &mut Vec<&'v Value>) {
    match &value.kind {
        Kind::Unknown(_) => into.push(value),
        Kind::String(text) if text.starts_with('/') => into.push(value),
        _ if depth == 0 => {}
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            for element in elements.iter() {
                leaves(element, depth - 1, into);
            }
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            for (_, value) in entries.iter() {
                leaves(value, depth - 1, into);
            }
        }
        _ => {}
    }
}

fn kind_ends(fabric: &Fabric<'_>, handle: Handle, ends: &[&str]) -> bool {
    let view: Option<View<'_>> = fabric.catalogue.view(handle);
    view.is_some_and(|view| ends.iter().any(|end| view.instance.address.kind.ends_with(end)))
}

/// A part of something larger, which has no place of its own.
fn is_part(fabric: &Fabric<'_>, handle: Handle) -> bool {
    const PARTS: &[&str] = &[
        "_peering",
        "_connection",
        "_collection_group",
        "_collection",
        "_rule",
        "_route",
        "_link",
    ];
    kind_ends(fabric, handle, PARTS)
        || kind_ends(
            fabric,
            handle,
            &["azurerm_express_route_gateway", "azurerm_vpn_gateway", "_intent"],
        )
}

/// What carries or filters packets between others; an account or a zone is only asked.
fn is_network(fabric: &Fabric<'_>, handle: Handle) -> bool {
    kind_ends(
        fabric,
        handle,
        &[
            "_virtual_network",
            "_subnet",
            "_network_security_group",
            "_route_table",
            "_firewall",
            "_firewall_policy",
            "_gateway",
            "_virtual_hub",
            "_private_endpoint",
            "_private_cloud",
            "_circuit",
            "_peering",
            "_connection",
        ],
    )
}
