//! What is not modelled: named, and marked on what it touches.
//!
//! Most resources have no part in the way of a packet. Those that may have one are listed; those that
//! change how something else forwards or filters make that other thing doubtful too.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Fabric;
use crate::evaluate::value::{Kind, Value};
use crate::network::attributes::View;
use crate::network::catalogue::Handle;
use crate::network::ids;
use crate::network::model::{Doubt, NodeId, NotUnderstood};

/// How deep references are looked for inside a value.
const DEPTH: u8 = 12;

/// What an unread type may do to packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    None,
    /// It stands beside the modelled network: packets to or through it are not followed.
    Beside(&'static str),
    /// It changes how what it refers to forwards or filters.
    Changes(&'static str),
    /// It may change every virtual network.
    ChangesAll(&'static str),
}

pub fn build(fabric: &mut Fabric<'_>) {
    let inventory = fabric.inventory;
    let deployed = inventory.unread.iter().any(|handle| {
        kind_of(fabric, *handle).is_some_and(|kind| &*kind == "azurerm_network_manager_deployment")
    });
    for handle in &inventory.unread {
        let Some(view) = fabric.catalogue.view(*handle) else {
            continue;
        };
        // A data source only looks at things.
        if !fabric.catalogue.managed(*handle) {
            continue;
        }
        let part = match part_of(&view) {
            Part::ChangesAll(why) if !deployed => Part::Beside(why),
            part => part,
        };
        let why = match part {
            Part::None => continue,
            Part::Beside(why) | Part::Changes(why) | Part::ChangesAll(why) => why,
        };
        let touched: BTreeSet<NodeId> = match part {
            Part::Changes(_) => touched(fabric, &view),
            Part::ChangesAll(_) => all_networks(fabric),
            _ => BTreeSet::new(),
        };
        let doubt = Doubt {
            what: format!("what `{}` changes", view.address()).into(),
            decided_by: "nothing: it is not modelled".into(),
            at: view.instance.at,
        };
        for node in touched {
            if let Some(node) = fabric.node_mut(node) {
                node.obscured.push(doubt.clone());
            }
        }
        fabric.network.not_understood.push(NotUnderstood {
            address: view.address(),
            on_path: false,
            why: why.into(),
            written: view.written(),
        });
    }
}

fn kind_of(fabric: &Fabric<'_>, handle: Handle) -> Option<Arc<str>> {
    fabric
        .catalogue
        .view(handle)
        .map(|view| view.instance.address.kind.clone())
}

fn all_networks(fabric: &Fabric<'_>) -> BTreeSet<NodeId> {
    let networks = fabric.inventory.azure.networks.iter();
    networks
        .filter_map(|network| fabric.nodes.get(&network.origin.handle).copied())
        .collect()
}

/// The nodes of everything that a resource refers to.
fn touched(fabric: &Fabric<'_>, view: &View<'_>) -> BTreeSet<NodeId> {
    let mut values = Vec::new();
    leaves(view.value, DEPTH, &mut values);
    let mut nodes = BTreeSet::new();
    for value in values {
        for (handle, _) in fabric.catalogue.resolve(view.input, Some(value)).candidates() {
            nodes.extend(fabric.nodes.get(&handle).copied());
        }
    }
    nodes
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

fn part_of(view: &View<'_>) -> Part {
    let kind = &*view.instance.address.kind;
    if kind.starts_with("azapi_") {
        return azapi(view);
    }
    if kind.starts_with("nsxt_") {
        return if nsx_is_inert(kind) {
            Part::None
        } else {
            Part::Beside("an NSX object of a type that is not modelled")
        };
    }
    let Some(name) = kind.strip_prefix("azurerm_") else {
        return Part::None;
    };
    match name {
        "network_manager_admin_rule"
        | "network_manager_admin_rule_collection"
        | "network_manager_security_admin_configuration"
        | "network_manager_connectivity_configuration"
        | "network_manager_routing_rule" => {
            Part::ChangesAll("Virtual Network Manager is not modelled: its rules stand before every other")
        }
        "subnet_service_endpoint_storage_policy"
        | "virtual_network_gateway_nat_rule"
        | "virtual_hub_bgp_connection"
        | "virtual_hub_security_partner_provider"
        | "route_map"
        | "vpn_gateway_connection"
        | "vpn_gateway_nat_rule"
        | "point_to_site_vpn_gateway"
        | "route_filter" => Part::Changes("it changes routes or translation in a way that is not modelled"),
        _ if name.starts_with("palo_alto_") => {
            Part::Changes("a third-party firewall: its rules are not modelled")
        }
        "lb" | "application_gateway" | "application_load_balancer" => {
            Part::Beside("a load balancer: what it passes on is not modelled")
        }
        "linux_virtual_machine"
        | "windows_virtual_machine"
        | "virtual_machine"
        | "linux_virtual_machine_scale_set"
        | "windows_virtual_machine_scale_set"
        | "orchestrated_virtual_machine_scale_set" => {
            Part::Beside("a virtual machine: its own rules are not in Terraform")
        }
        "network_security_perimeter_association" | "network_security_perimeter_access_rule" => {
            Part::Beside("a network security perimeter is not modelled")
        }
        _ => Part::None,
    }
}

/// NSX objects that carry no packets and filter none.
fn nsx_is_inert(kind: &str) -> bool {
    [
        "_tag",
        "_profile",
        "_user",
        "_role",
        "_certificate",
        "_ldap",
        "_cluster",
        "_backup",
        "manager",
        "_ip_pool",
        "_ip_block",
        "_folder",
    ]
    .iter()
    .any(|part| kind.contains(part))
}

/// ARM resources of networking providers that no adapter reads.
fn azapi(view: &View<'_>) -> Part {
    if &*view.instance.address.kind == "azapi_resource_list" {
        return Part::None;
    }
    let Some(kind) = ids::arm_type(view) else {
        return Part::None;
    };
    let inert = [
        "publicipaddresses",
        "publicipprefixes",
        "networkwatchers",
        "ddosprotectionplans",
        "bastionhosts",
        "virtualwans",
        "natgateways",
    ];
    match kind.strip_prefix("microsoft.network/") {
        Some(rest) if inert.iter().any(|inert| rest.starts_with(inert)) => Part::None,
        Some(rest) if rest.starts_with("networkmanagers") => {
            Part::ChangesAll("Virtual Network Manager is not modelled: its rules stand before every other")
        }
        Some(_) => Part::Changes("a network resource of a type that is not modelled"),
        None => Part::None,
    }
}
