//! NAT gateways, and the public addresses that packets leave by.

use crate::network::inventory::balancer::NatAddress;
use crate::network::inventory::{Inventory, Reader};
use crate::network::join::Reference;

pub(super) fn gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.balancing.nat_gateways.push(reader.origin());
}

pub(super) fn address(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.balancing.nat_addresses.push(NatAddress {
        origin: reader.origin(),
        gateway: reader.reference(&["nat_gateway_id"]),
        public: reader.reference(&["public_ip_address_id"]),
    });
}

pub(super) fn prefix(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.balancing.nat_addresses.push(NatAddress {
        origin: reader.origin(),
        gateway: reader.reference(&["nat_gateway_id"]),
        public: Reference::None,
    });
}
