//! Gateways out of virtual networks, what they connect to, circuits and Route Server.

use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt;
use crate::network::inventory::azure::{
    BgpConnection, Circuit, Connection, Gateway, GatewayKind, GlobalReach, LocalGateway, RouteServer,
};
use crate::network::inventory::{Inventory, Reader};
use crate::network::model::Doubt;
use crate::network::sets;

use super::network::prefixes;

pub(super) fn gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let subnet = view
        .block("ip_configuration")
        .map_or(crate::network::join::Reference::None, |block| {
            Reader {
                view: block,
                ..*reader
            }
            .reference(&["subnet_id"])
        });
    inventory.azure.gateways.push(Gateway {
        origin: reader.origin(),
        kind: kind(&view, "type").map(|(kind, _)| kind),
        subnet,
        default_site: reader.reference(&["default_local_network_gateway_id"]),
        clients: view
            .block("vpn_client_configuration")
            .map(|block| prefixes(&block.strings("address_space")))
            .unwrap_or_default(),
        remote_networks: view.bool("remote_vnet_traffic_enabled").or_default(false),
    });
}

/// The kind of gateway or connection, and what it is where it is another kind.
fn kind(view: &View<'_>, name: &str) -> Result<(GatewayKind, Option<Doubt>), Doubt> {
    match view.text(name) {
        Field::Known(kind, _) if kind.eq_ignore_ascii_case("ExpressRoute") => {
            Ok((GatewayKind::ExpressRoute, None))
        }
        Field::Known(kind, _) if kind.eq_ignore_ascii_case("Vpn") || kind.eq_ignore_ascii_case("IPsec") => {
            Ok((GatewayKind::Vpn, None))
        }
        Field::Known(kind, _) if kind.eq_ignore_ascii_case("Vnet2Vnet") => Ok((GatewayKind::Networks, None)),
        Field::Known(kind, _) => {
            let other = doubt(
                format!("{}, of type {kind}", view.address()),
                "nothing: it is not modelled",
            );
            Ok((GatewayKind::Vpn, Some(other)))
        }
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(doubt(
            format!("the type of {}", view.address()),
            "an explicit value",
        )),
    }
}

pub(super) fn local_gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    inventory.azure.local_gateways.push(LocalGateway {
        origin: reader.origin(),
        prefixes: prefixes(&view.strings("address_space")),
        bgp: Ok(!view.blocks("bgp_settings").is_empty()),
    });
}

pub(super) fn connection(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let selectors = view.blocks("traffic_selector_policy").into_iter().map(|block| {
        let read = |names: &[&str]| {
            let strings = names.iter().fold(block.strings(""), |strings, name| {
                strings.and(block.strings(name))
            });
            sets::addresses(&strings, |_, _| {})
        };
        (
            read(&["local_address_cidrs", "local_address_prefixes"]),
            read(&["remote_address_cidrs", "remote_address_prefixes"]),
        )
    });
    let selectors = selectors.collect();
    let (kind, other) = match kind(&view, "type") {
        Ok((kind, other)) => (Ok(kind), other),
        Err(doubt) => (Err(doubt), None),
    };
    inventory.azure.connections.push(Connection {
        origin: reader.origin(),
        kind,
        gateway: reader.reference(&["virtual_network_gateway_id"]),
        circuit: reader.reference(&["express_route_circuit_id"]),
        local_gateway: reader.reference(&["local_network_gateway_id"]),
        selectors,
        bgp: view.bool_any(&["bgp_enabled", "enable_bgp"]).or_default(false),
        fast_path: fast_path(&view),
        peer: reader.reference(&["peer_virtual_network_gateway_id"]),
        other,
    });
}

/// Optional and computed: a bare unknown on create means that it is left out.
fn fast_path(view: &View<'_>) -> Result<bool, Doubt> {
    match view.bool("express_route_gateway_bypass") {
        Field::Known(bypass, _) => Ok(bypass),
        Field::Unset => Ok(false),
        Field::Unknown(doubt) if doubt.what.ends_with(".express_route_gateway_bypass") => Ok(false),
        Field::Unknown(doubt) => Err(doubt),
    }
}

pub(super) fn circuit(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.circuits.push(Circuit {
        origin: reader.origin(),
    });
}

pub(super) fn circuit_peering(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let circuit = match view.get("express_route_circuit_id") {
        Some(id) => reader.resolve(Some(id)),
        None => reader.named(
            "microsoft.network/expressroutecircuits",
            view.get("express_route_circuit_name"),
        ),
    };
    inventory.azure.circuit_peerings.push((reader.origin(), circuit));
}

pub(super) fn global_reach(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.reaches.push(GlobalReach {
        origin: reader.origin(),
        one: reader.reference(&["peering_id"]),
        other: reader.reference(&["peer_peering_id"]),
    });
}

pub(super) fn route_server(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    inventory.azure.route_servers.push(RouteServer {
        origin: reader.origin(),
        subnet: reader.reference(&["subnet_id"]),
        branch_to_branch: view.bool("branch_to_branch_traffic_enabled").or_default(false),
    });
}

pub(super) fn bgp_connection(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.bgp_connections.push(BgpConnection {
        origin: reader.origin(),
        server: reader.reference(&["route_server_id"]),
    });
}
