//! What has an address of its own in a subnet: private endpoints, resolver endpoints, NetApp volumes,
//! interfaces.

use super::{Azure, Endpoint, LEARNED, Role, SYSTEM, route};
use crate::network::catalogue::Handle;
use crate::network::fabric::node;
use crate::network::inventory::Origin;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Forward, HopKind, NodeId};
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    pub(super) fn place_endpoints(&mut self) {
        let inventory = self.fabric.inventory;
        for (number, endpoint) in inventory.azure.private_endpoints.iter().enumerate() {
            self.place(
                &endpoint.origin,
                HopKind::PrivateEndpoint,
                &endpoint.subnet,
                endpoint.address.clone(),
                Some(number),
                None,
            );
        }
        for inbound in &inventory.names.inbound {
            self.place(
                &inbound.origin,
                HopKind::Dns,
                &inbound.subnet,
                inbound.address.clone(),
                None,
                None,
            );
        }
        for volume in &inventory.avs.volumes {
            self.place(
                &volume.origin,
                HopKind::VirtualNetwork,
                &volume.subnet,
                volume.addresses.clone(),
                None,
                None,
            );
        }
        for interface in &inventory.azure.interfaces {
            let address = Some(interface.addresses.clone()).filter(Bounded::is_exact);
            let handle = interface.origin.handle;
            self.place(
                &interface.origin,
                HopKind::VirtualNetwork,
                &interface.subnet,
                address,
                None,
                Some(handle),
            );
        }
    }

    fn place(
        &mut self,
        origin: &Origin,
        kind: HopKind,
        subnet: &Reference,
        address: Option<Bounded<Addresses>>,
        private: Option<usize>,
        interface: Option<Handle>,
    ) {
        let found = self.subnet_of(subnet);
        let prefixes = found.and_then(|subnet| self.fabric.inventory.azure.subnets.get(subnet));
        let range = prefixes.map_or_else(Addresses::all, |subnet| subnet.prefixes.upper.clone());
        let addresses = address.unwrap_or_else(|| {
            let doubt = Doubt {
                what: format!("the private address of `{}`", origin.name).into(),
                decided_by: "a plan made after it is created, or an explicit address".into(),
                at: origin.written.at,
            };
            Bounded::between(Addresses::none(), range, [doubt])
        });
        let mut own = node(origin.name.clone(), kind, origin.written.clone());
        own.addresses = addresses.clone();
        own.obscured.extend(origin.presence.iter().cloned());
        if let (Some(number), Some(endpoint)) = (
            private,
            private.and_then(|number| self.fabric.inventory.azure.private_endpoints.get(number)),
        ) {
            let _ = number;
            own.obscured.extend(unapproved(endpoint));
        }
        match found {
            Some(_) => {}
            None => own.obscured.extend(subnet.doubt().cloned()),
        }
        let id = self.fabric.add(origin.handle, own);
        if let Some(subnet) = found {
            self.endpoints.push(Endpoint {
                node: id,
                subnet,
                addresses,
                private,
                interface,
            });
        }
    }

    /// Endpoints in the tables of their network and of their subnet: the subnet's own node no longer
    /// holds their addresses.
    pub(super) fn route_endpoints(&mut self) {
        for number in 0..self.endpoints.len() {
            let Some(endpoint) = self.endpoints.get(number) else {
                continue;
            };
            let (node, subnet, private) = (endpoint.node, endpoint.subnet, endpoint.private);
            let addresses = endpoint.addresses.clone();
            let Some(sub) = self.subnets.get(subnet) else {
                continue;
            };
            let (home, role, Some(net)) = (sub.node, sub.role, sub.net) else {
                continue;
            };
            let Some(network) = self.networks.get(net).map(|net| net.node) else {
                continue;
            };
            if role == Role::Plain {
                self.take_out(home, &addresses);
            }
            for from in [network, home] {
                self.lead(from, node, &addresses);
            }
            if private.is_some() {
                // Replies of a private endpoint follow system and gateway routes only.
                self.system_routes(node, net, false);
            } else {
                let name = self.name_of(home);
                let written = self.written_of(home);
                let link = self.link(
                    node,
                    home,
                    &name,
                    HopKind::VirtualNetwork,
                    &written,
                    "its subnet's routes apply",
                );
                self.add_route(
                    node,
                    route(
                        Bounded::exactly(Addresses::all()),
                        0,
                        SYSTEM,
                        Forward::Link(link),
                        "its subnet's routes apply",
                    ),
                );
            }
            self.deliver_own(node, &addresses);
        }
    }

    /// A route to an endpoint: to its address, or for flows that are meant for it.
    pub(super) fn lead(&mut self, from: NodeId, to: NodeId, addresses: &Bounded<Addresses>) {
        let name = self.name_of(from);
        let written = self.written_of(from);
        let link = self.link(
            from,
            to,
            &name,
            HopKind::VirtualNetwork,
            &written,
            "the address is in this virtual network",
        );
        let mut own = route(
            Bounded::exactly(addresses.upper.clone()),
            32,
            LEARNED,
            Forward::Link(link),
            "the address belongs to it",
        );
        if !addresses.is_exact() {
            own.only_to = Some(to);
            // Whoever is certain to have one of these addresses is not who is meant.
            own.rank = LEARNED - 1;
        }
        self.add_route(from, own);
    }

    pub(super) fn take_out(&mut self, home: NodeId, addresses: &Bounded<Addresses>) {
        if !addresses.is_exact() {
            return;
        }
        if let Some(node) = self.fabric.node_mut(home) {
            let rest = |set: &Addresses| set.difference(&addresses.lower);
            node.addresses = Bounded::between(
                rest(&node.addresses.lower),
                rest(&node.addresses.upper),
                node.addresses.doubts.clone(),
            );
        }
    }

    /// What is addressed to the node itself is delivered, whatever its routes say.
    fn deliver_own(&mut self, node: NodeId, addresses: &Bounded<Addresses>) {
        if addresses.is_exact() {
            self.add_route(
                node,
                route(addresses.clone(), 32, 0, Forward::Deliver, "its own address"),
            );
        }
    }
}

/// A manual connection waits for somebody's approval.
fn unapproved(endpoint: &crate::network::inventory::azure::PrivateEndpoint) -> Option<Doubt> {
    match &endpoint.manual {
        Ok(false) => None,
        Ok(true) => Some(Doubt {
            what: format!("whether `{}` is approved", endpoint.origin.name).into(),
            decided_by: "`is_manual_connection = false`, or its approval".into(),
            at: endpoint.origin.written.at,
        }),
        Err(doubt) => Some(doubt.clone()),
    }
}
