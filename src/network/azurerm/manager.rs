//! Virtual Network Manager's security admin rules.

use std::sync::Arc;

use crate::network::attributes::{Field, View, text_of};
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::azure::{Operand, SecurityRule};
use crate::network::inventory::manager::{
    AdminAction, AdminCollection, AdminRule, Deployment, NetworkGroup, NetworkManager, StaticMember,
};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::model::{Bounded, Doubt};
use crate::network::sets::{self, AddressText};
use crate::traffic::{Addresses, Ports, Protocols};

use super::network::location;
use super::security::protocol;

pub(super) fn manager(reader: &Reader<'_>, inventory: &mut Inventory) {
    let scope = reader.view.block("scope");
    let wide = scope.map_or(Ok(false), |scope| {
        let groups = scope.strings("management_group_ids");
        match (groups.known.is_empty(), groups.unknown.first()) {
            (true, Some(value)) => Err(doubt_of(value)),
            (empty, _) => Ok(!empty),
        }
    });
    inventory.azure.manager.managers.push(NetworkManager {
        origin: reader.origin(),
        wide,
    });
}

pub(super) fn group(reader: &Reader<'_>, inventory: &mut Inventory) {
    let of_networks = match reader.view.text("member_type") {
        Field::Known(kind, _) => Ok(kind.eq_ignore_ascii_case("VirtualNetwork")),
        Field::Unset => Ok(true),
        Field::Unknown(doubt) => Err(doubt),
    };
    inventory.azure.manager.groups.push(NetworkGroup {
        origin: reader.origin(),
        of_networks,
    });
}

pub(super) fn member(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.manager.members.push(StaticMember {
        origin: reader.origin(),
        group: reader.reference(&["network_group_id"]),
        network: reader.reference(&["target_virtual_network_id"]),
    });
}

pub(super) fn configuration(reader: &Reader<'_>, inventory: &mut Inventory) {
    let manager = reader.reference(&["network_manager_id"]);
    inventory
        .azure
        .manager
        .configurations
        .push((reader.origin(), manager));
}

pub(super) fn collection(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.manager.collections.push(AdminCollection {
        origin: reader.origin(),
        configuration: reader.reference(&["security_admin_configuration_id"]),
        groups: terms::references(reader, "network_group_ids"),
    });
}

pub(super) fn rule(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let name: Arc<str> = view
        .get("name")
        .and_then(text_of)
        .unwrap_or_else(|| "a rule of unknown name".into());
    let action = match view.text("action") {
        Field::Known(text, _) => match text.to_ascii_lowercase().as_str() {
            "allow" => Ok(AdminAction::Allow),
            "alwaysallow" => Ok(AdminAction::AlwaysAllow),
            _ => Ok(AdminAction::Deny),
        },
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(missing(&view, "action")),
    };
    let inbound = match view.text("direction") {
        Field::Known(text, _) => Ok(text.eq_ignore_ascii_case("Inbound")),
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(missing(&view, "direction")),
    };
    let protocols = match view.text("protocol") {
        Field::Known(text, _) => Bounded::exactly(protocol(&text)),
        Field::Unset => Bounded::exactly(Protocols::all()),
        Field::Unknown(doubt) => Bounded::between(Protocols::none(), Protocols::all(), [doubt]),
    };
    let mut doubts = view.presence();
    doubts.extend(view.perhaps());
    let rule = SecurityRule {
        place: Some(view.address()),
        written: view.written(),
        priority: view.number("priority").or_default(0),
        inbound,
        allow: Ok(action != Ok(AdminAction::Deny)),
        protocols,
        source: operand(&view, "source"),
        destination: operand(&view, "destination"),
        source_ports: ports(&view, "source_port_ranges"),
        destination_ports: ports(&view, "destination_port_ranges"),
        odd_ports: false,
        doubts,
        name,
    };
    inventory.azure.manager.rules.push(AdminRule {
        collection: reader.reference(&["admin_rule_collection_id"]),
        action,
        rule,
    });
}

pub(super) fn deployment(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let security = match view.text("scope_access") {
        Field::Known(access, _) => Ok(access.eq_ignore_ascii_case("SecurityAdmin")),
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(missing(&view, "scope_access")),
    };
    inventory.azure.manager.deployments.push(Deployment {
        origin: reader.origin(),
        location: location(&view),
        security,
        configurations: terms::references(reader, "configuration_ids"),
    });
}

/// A policy of this mode puts networks into groups; which ones its rule says.
pub(super) fn policy(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let possible = match view.text("mode") {
        Field::Known(mode, _) => mode.eq_ignore_ascii_case("Microsoft.Network.Data"),
        Field::Unset => false,
        Field::Unknown(_) => true,
    };
    if possible {
        inventory.azure.manager.policies.push(Doubt {
            at: view.written().at,
            ..doubt(
                format!("which networks `{}` puts into a network group", view.address()),
                "static members: policies are not modelled",
            )
        });
    }
}

fn missing(view: &View<'_>, name: &str) -> Doubt {
    doubt(format!("`{name}` of {}", view.address()), "an explicit value")
}

/// Prefixes and tags; left out it is every address.
fn operand(view: &View<'_>, side: &str) -> Operand {
    let blocks = view.blocks(side);
    let mut operand = Operand {
        any: blocks.is_empty(),
        ..Operand::default()
    };
    let mut sets = Vec::new();
    for block in blocks {
        operand.doubts.extend(block.perhaps());
        let strings = block.strings("address_prefix");
        for (text, _) in &strings.known {
            match sets::address_text(text) {
                AddressText::Addresses(set) => sets.push(set),
                AddressText::OtherFamily => {}
                AddressText::Other if *text == "*" || text.eq_ignore_ascii_case("any") => operand.any = true,
                AddressText::Other => operand.tags.push((*text).into()),
            }
        }
        operand
            .doubts
            .extend(strings.unknown.iter().map(|value| doubt_of(value)));
    }
    operand.set = Addresses::union_all(&sets);
    operand
}

fn ports(view: &View<'_>, name: &str) -> Bounded<Ports> {
    let strings = view.strings(name);
    if strings.is_empty() {
        return Bounded::exactly(Ports::all());
    }
    sets::ports(&strings, |_, _| {})
}
