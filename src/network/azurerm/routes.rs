//! Route tables, their routes, and the subnets they are associated with.

use std::sync::Arc;

use crate::network::attributes::{Field, View, text_of};
use crate::network::doubt::doubt;
use crate::network::inventory::azure::{Association, NextHop, RoutePrefix, RouteTable, UserRoute};
use crate::network::inventory::{Inventory, Reader};
use crate::network::model::{Bounded, Doubt, NetworkFinding};
use crate::network::sets::{self, AddressText};
use crate::source::Severity;
use crate::traffic::Addresses;

pub(super) fn table(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let propagates = match view.bool("bgp_route_propagation_enabled") {
        Field::Unset => view
            .bool("disable_bgp_route_propagation")
            .or_default(false)
            .map(|disabled| !disabled),
        known => known.or_default(true),
    };
    let mut routes = Vec::new();
    for block in view.blocks("route") {
        let inner = Reader {
            view: block,
            ..*reader
        };
        routes.push(route_of(&inner, None, &mut inventory.findings));
    }
    inventory.azure.route_tables.push(RouteTable {
        origin: reader.origin(),
        propagates,
        propagates_written: view
            .written_of(&["bgp_route_propagation_enabled", "disable_bgp_route_propagation"]),
        routes,
    });
}

pub(super) fn route(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let table = match view.get("route_table_id") {
        Some(id) => reader.resolve(Some(id)),
        None => reader.named("microsoft.network/routetables", view.get("route_table_name")),
    };
    let route = route_of(reader, Some(view.address()), &mut inventory.findings);
    inventory.azure.routes.push((table, route));
}

fn route_of(reader: &Reader<'_>, place: Option<Arc<str>>, findings: &mut Vec<NetworkFinding>) -> UserRoute {
    let view = reader.view;
    let name: Arc<str> = view
        .get("name")
        .and_then(text_of)
        .unwrap_or_else(|| "a route of unknown name".into());
    let mut doubts = view.presence();
    doubts.extend(view.perhaps());
    let to = destination(&view);
    if let (RoutePrefix::Invalid, Field::Known(text, _)) = (&to, view.text("address_prefix")) {
        findings.push(NetworkFinding {
            id: "impossible-prefix",
            severity: Severity::Error,
            summary: format!("`{text}` of route `{name}` is no address prefix"),
            help: "write a network in CIDR form or a service tag".into(),
            written: view.written_of(&["address_prefix"]),
        });
    }
    let next_address = view.get("next_hop_in_ip_address");
    UserRoute {
        place,
        written: view.written(),
        to,
        next: next_hop(&view),
        appliance: match next_address {
            Some(value) if !value.is_known() || value.block.is_some() => reader.resolve(Some(value)),
            _ => crate::network::join::Reference::None,
        },
        appliance_address: next_address.map_or_else(|| Bounded::exactly(Addresses::none()), sets::address_of),
        doubts,
        name,
    }
}

pub(super) fn destination(view: &View<'_>) -> RoutePrefix {
    match view.text("address_prefix") {
        Field::Known(text, _) => destination_of(&text),
        Field::Unknown(doubt) => RoutePrefix::Unknown(doubt),
        Field::Unset => RoutePrefix::Invalid,
    }
}

pub(super) fn destination_of(text: &str) -> RoutePrefix {
    match sets::address_text(text) {
        AddressText::Addresses(set) => match sets::prefix_length(text) {
            Some(length) => RoutePrefix::Network(set, length),
            None => RoutePrefix::Invalid,
        },
        AddressText::OtherFamily => RoutePrefix::Network(Addresses::none(), 32),
        AddressText::Other if text.chars().next().is_some_and(|first| first.is_ascii_digit()) => {
            RoutePrefix::Invalid
        }
        AddressText::Other => RoutePrefix::Tag(text.into()),
    }
}

fn next_hop(view: &View<'_>) -> Result<NextHop, Doubt> {
    match view.text("next_hop_type") {
        Field::Known(kind, _) => match kind.to_ascii_lowercase().as_str() {
            "virtualnetworkgateway" => Ok(NextHop::Gateway),
            "vnetlocal" => Ok(NextHop::Local),
            "internet" => Ok(NextHop::Internet),
            "virtualappliance" => Ok(NextHop::Appliance),
            "none" => Ok(NextHop::None),
            _ => Err(doubt(
                format!("next hop type `{kind}`"),
                "a next hop type that Azure knows",
            )),
        },
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(doubt(
            format!("the next hop of a route in {}", view.address()),
            "an explicit value",
        )),
    }
}

pub(super) fn association(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.route_associations.push(Association {
        origin: reader.origin(),
        to: reader.reference(&["subnet_id"]),
        what: reader.reference(&["route_table_id"]),
    });
}
