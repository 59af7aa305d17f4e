//! What has an address in a subnet: private endpoints, network interfaces; and the public side of
//! subnets.

use std::sync::Arc;

use crate::network::attributes::View;
use crate::network::inventory::azure::{Association, Interface, PrivateEndpoint, PublicAddress};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Written};
use crate::network::sets;
use crate::traffic::Addresses;

pub(super) fn private_endpoint(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let connection = view.block("private_service_connection");
    let group = view.block("private_dns_zone_group");
    let inner = |view| Reader { view, ..*reader };
    let fixed = view
        .block("ip_configuration")
        .and_then(|block| known_address(&block));
    let zones = group.map(|group| terms::references(&inner(group), "private_dns_zone_ids"));
    inventory.azure.private_endpoints.push(PrivateEndpoint {
        origin: reader.origin(),
        subnet: reader.reference(&["subnet_id"]),
        address: fixed.or_else(|| connection.and_then(|block| known_address(&block))),
        target: connection.map_or(Reference::None, |block| {
            inner(block).reference(&["private_connection_resource_id"])
        }),
        subresources: connection.map_or(Vec::new(), |block| {
            let names = block.strings("subresource_names");
            names
                .known
                .iter()
                .map(|(name, _)| Arc::from(name.to_ascii_lowercase()))
                .collect()
        }),
        manual: connection.map_or(Ok(false), |block| {
            // What it is for has to be known as well.
            let names = block.strings("subresource_names").doubts();
            match names.first() {
                Some(doubt) => Err(doubt.clone()),
                None => block.bool("is_manual_connection").or_default(false),
            }
        }),
        zones: zones.unwrap_or_default(),
        zones_written: group.map_or_else(Written::default, |group| {
            group.written_of(&["private_dns_zone_ids"])
        }),
    });
}

/// `private_ip_address`, where it is known.
fn known_address(view: &View<'_>) -> Option<Bounded<Addresses>> {
    let address = view
        .get("private_ip_address")?
        .as_str()
        .and_then(Addresses::parse)?;
    Some(Bounded::exactly(address))
}

pub(super) fn interface(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let configurations = view.blocks("ip_configuration");
    let mut addresses = Bounded::exactly(Addresses::none());
    for block in &configurations {
        let own = block.get("private_ip_address").map(sets::address_of);
        let own = own.unwrap_or_else(|| Bounded::between(Addresses::none(), Addresses::all(), []));
        addresses = sets::union(&addresses, &own);
    }
    let subnet = configurations
        .iter()
        .find(|block| block.get("subnet_id").is_some());
    inventory.azure.interfaces.push(Interface {
        origin: reader.origin(),
        subnet: subnet.map_or(Reference::None, |block| {
            Reader {
                view: *block,
                ..*reader
            }
            .reference(&["subnet_id"])
        }),
        addresses,
        forwards: view
            .bool_any(&["ip_forwarding_enabled", "enable_ip_forwarding"])
            .or_default(false),
        public: configurations
            .iter()
            .map(|block| reader.inside(*block).reference(&["public_ip_address_id"]))
            .find(|reference| !reference.is_none()),
    });
}

pub(super) fn nat_gateway_association(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.egresses.push(Association {
        origin: reader.origin(),
        to: reader.reference(&["subnet_id"]),
        what: reader.reference(&["nat_gateway_id"]),
    });
}

pub(super) fn public_address(reader: &Reader<'_>, inventory: &mut Inventory) {
    let address = reader.view.get("ip_address").and_then(|value| value.as_str());
    inventory.azure.public_addresses.push(PublicAddress {
        origin: reader.origin(),
        address: address.and_then(Addresses::parse).map(Bounded::exactly),
    });
}
