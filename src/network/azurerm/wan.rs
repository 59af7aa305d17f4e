//! Virtual WAN: hubs, connections, routing intent and hub route tables.

use std::sync::Arc;

use crate::network::attributes::{Strings, View, text_of};
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::azure::RoutePrefix;
use crate::network::inventory::wan::{
    CircuitConnection, Hub, HubConnection, HubRoute, HubTable, Routing, RoutingIntent, RoutingPolicy,
};
use crate::network::inventory::{Inventory, Reader, terms};

use super::network::{location, prefixes};
use super::routes::destination_of;

pub(super) fn hub(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    inventory.azure.wan.hubs.push(Hub {
        origin: reader.origin(),
        wan: reader.reference(&["virtual_wan_id"]),
        prefix: prefixes(&view.strings("address_prefix")).into_iter().next(),
        location: location(&view),
    });
}

pub(super) fn connection(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let names = ["internet_security_enabled", "enable_internet_security"];
    inventory.azure.wan.connections.push(HubConnection {
        origin: reader.origin(),
        hub: reader.reference(&["virtual_hub_id"]),
        network: reader.reference(&["remote_virtual_network_id"]),
        internet: view.bool_any(&names).or_default(false),
        internet_written: view.written_of(&names),
        routing: routing(reader),
    });
}

fn routing(reader: &Reader<'_>) -> Routing {
    let Some(block) = reader.view.block("routing") else {
        return Routing::default();
    };
    let inner = Reader {
        view: block,
        ..*reader
    };
    let mut routing = Routing {
        associated: block
            .get("associated_route_table_id")
            .map(|id| inner.resolve(Some(id))),
        ..Routing::default()
    };
    if let Some(propagated) = block.block("propagated_route_table") {
        routing.propagation_given = true;
        routing.labels = known(&propagated.strings("labels"));
        routing.propagated = terms::references(&reader.inside(propagated), "route_table_ids");
    }
    for route in block.blocks("static_vnet_route") {
        let through = doubt(
            format!(
                "{}: what the appliance behind a static route lets through",
                reader.view.address()
            ),
            "nothing: its rules are not in Terraform",
        );
        for prefix in prefixes(&route.strings("address_prefixes")) {
            routing.statics.push((prefix, route.written(), through.clone()));
        }
    }
    routing
}

pub(super) fn gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    let hub = reader.reference(&["virtual_hub_id"]);
    inventory.azure.wan.gateways.push((reader.origin(), hub));
}

pub(super) fn vpn_gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    let hub = reader.reference(&["virtual_hub_id"]);
    inventory.azure.wan.vpn_gateways.push((reader.origin(), hub));
}

pub(super) fn circuit_connection(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let names = ["internet_security_enabled", "enable_internet_security"];
    inventory.azure.wan.circuit_connections.push(CircuitConnection {
        origin: reader.origin(),
        gateway: reader.reference(&["express_route_gateway_id"]),
        circuit: reader.reference(&["express_route_circuit_peering_id"]),
        internet: view.bool_any(&names).or_default(false),
        internet_written: view.written_of(&names),
    });
}

pub(super) fn intent(reader: &Reader<'_>, inventory: &mut Inventory) {
    let policies = reader.view.blocks("routing_policy").into_iter().map(|block| {
        let destinations = block.strings("destinations");
        let has = |name: &str| {
            destinations
                .known
                .iter()
                .any(|(text, _)| text.eq_ignore_ascii_case(name))
        };
        let unknown = !destinations.unknown.is_empty();
        let mut doubts: Vec<_> = destinations.doubts().to_vec();
        doubts.extend(block.perhaps());
        RoutingPolicy {
            name: named(&block),
            written: block.written(),
            internet: has("Internet") || unknown,
            private: has("PrivateTraffic") || unknown,
            next: Reader {
                view: block,
                ..*reader
            }
            .reference(&["next_hop"]),
            doubts,
        }
    });
    inventory.azure.wan.intents.push(RoutingIntent {
        origin: reader.origin(),
        hub: reader.reference(&["virtual_hub_id"]),
        policies: policies.collect(),
    });
}

pub(super) fn table(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let routes = view.blocks("route").into_iter().map(|block| {
        route_of(&Reader {
            view: block,
            ..*reader
        })
    });
    let table = HubTable {
        origin: reader.origin(),
        name: view.get("name").and_then(text_of),
        hub: reader.reference(&["virtual_hub_id"]),
        labels: known(&view.strings("labels")),
        routes: routes.collect(),
    };
    inventory.azure.wan.tables.push(table);
}

pub(super) fn route(reader: &Reader<'_>, inventory: &mut Inventory) {
    let table = reader.reference(&["route_table_id"]);
    inventory.azure.wan.routes.push((table, route_of(reader)));
}

fn route_of(reader: &Reader<'_>) -> HubRoute {
    let view = reader.view;
    let destinations = view.strings("destinations");
    let mut to: Vec<RoutePrefix> = destinations
        .known
        .iter()
        .map(|(text, _)| destination_of(text))
        .collect();
    to.extend(
        destinations
            .unknown
            .iter()
            .map(|value| RoutePrefix::Unknown(doubt_of(value))),
    );
    let mut doubts = view.presence();
    doubts.extend(view.perhaps());
    HubRoute {
        name: named(&view),
        written: view.written(),
        to,
        next: reader.reference(&["next_hop"]),
        doubts,
    }
}

fn named(view: &View<'_>) -> Arc<str> {
    view.get("name")
        .and_then(text_of)
        .unwrap_or_else(|| "of unknown name".into())
}

fn known(strings: &Strings<'_>) -> Vec<Arc<str>> {
    strings
        .known
        .iter()
        .map(|(text, _)| text.to_ascii_lowercase().into())
        .collect()
}
