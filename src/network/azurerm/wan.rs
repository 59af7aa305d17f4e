//! Virtual WAN: hubs, connections, routing intent and hub route tables.

use std::sync::Arc;

use crate::network::attributes::{Field, Strings, View, text_of};
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::azure::RoutePrefix;
use crate::network::inventory::wan::{
    CircuitConnection, Hub, HubConnection, HubRoute, HubTable, Preference, Routing, RoutingIntent,
    RoutingPolicy, StaticRoute,
};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt};
use crate::network::sets;
use crate::traffic::Addresses;

use super::network::{location, prefixes};
use super::routes::destination_of;

pub(super) fn hub(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    inventory.azure.wan.hubs.push(Hub {
        origin: reader.origin(),
        wan: reader.reference(&["virtual_wan_id"]),
        prefix: prefixes(&view.strings("address_prefix")).into_iter().next(),
        location: location(&view),
        preference: match view.text("hub_routing_preference") {
            Field::Known(text, _) if text.eq_ignore_ascii_case("VpnGateway") => Ok(Preference::Vpn),
            Field::Known(text, _) if text.eq_ignore_ascii_case("ASPath") => Ok(Preference::AsPath),
            Field::Known(..) | Field::Unset => Ok(Preference::ExpressRoute),
            Field::Unknown(doubt) => Err(doubt),
        },
        statics: view
            .blocks("route")
            .into_iter()
            .map(|block| static_route(&reader.inside(block)))
            .collect(),
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
        routing: routing(reader, "routing"),
    });
}

/// How a connection takes part in its hub's routing. Attributes are called differently from resource to
/// resource.
pub(super) fn routing(reader: &Reader<'_>, block: &str) -> Routing {
    let Some(block) = reader.view.block(block) else {
        return Routing::default();
    };
    let inner = reader.inside(block);
    let associated = ["associated_route_table_id", "associated_route_table"];
    let mut routing = Routing {
        associated: block.any_of(&associated).map(|id| inner.resolve(Some(id))),
        ..Routing::default()
    };
    if let Some(propagated) = block.block("propagated_route_table") {
        routing.propagation_given = true;
        let labels = propagated.strings("labels");
        routing.labels = known(&labels);
        routing.unknown_labels = labels.doubts().to_vec();
        let inner = reader.inside(propagated);
        routing.propagated = terms::references(&inner, "route_table_ids");
        routing.propagated.extend(terms::references(&inner, "ids"));
    }
    for name in ["inbound_route_map_id", "outbound_route_map_id"] {
        if block.get(name).is_some() {
            routing.maps.push(Doubt {
                at: block.written_of(&[name]).at,
                ..doubt(
                    format!("what the route map of {} changes", reader.view.address()),
                    "nothing: route maps are not modelled",
                )
            });
        }
    }
    let given = !block.blocks("static_vnet_route").is_empty();
    routing.statics = block
        .blocks("static_vnet_route")
        .into_iter()
        .map(|route| static_route(&reader.inside(route)))
        .collect();
    if given {
        let criteria = block.text("static_vnet_local_route_override_criteria");
        routing.statics_override = Some(match criteria {
            Field::Known(text, _) => Ok(!text.eq_ignore_ascii_case("Equal")),
            Field::Unset => Ok(true),
            Field::Unknown(doubt) => Err(doubt),
        });
        let propagate = block.bool("static_vnet_propagate_static_routes_enabled");
        routing.statics_propagate = Some(propagate.or_default(true));
    }
    routing
}

fn static_route(reader: &Reader<'_>) -> StaticRoute {
    let view = reader.view;
    let next = view.get("next_hop_ip_address");
    StaticRoute {
        name: named(&view),
        prefixes: prefixes(&view.strings("address_prefixes")),
        next: match next {
            Some(value) if !value.is_known() || value.block.is_some() => reader.resolve(Some(value)),
            _ => Reference::None,
        },
        next_address: next.map_or_else(|| Bounded::exactly(Addresses::none()), sets::address_of),
        written: view.written(),
        doubts: view.perhaps().into_iter().collect(),
    }
}

pub(super) fn wan(reader: &Reader<'_>, inventory: &mut Inventory) {
    let transit = reader
        .view
        .bool("allow_branch_to_branch_traffic")
        .or_default(true);
    inventory.azure.wan.wans.push((reader.origin(), transit));
}

/// It only matters where a connection names it.
pub(super) fn route_map(_: &Reader<'_>, _: &mut Inventory) {}

pub(super) fn gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    let hub = reader.reference(&["virtual_hub_id"]);
    inventory.azure.wan.gateways.push((reader.origin(), hub));
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
        routing: routing(reader, "routing"),
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

pub(super) fn named(view: &View<'_>) -> Arc<str> {
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
