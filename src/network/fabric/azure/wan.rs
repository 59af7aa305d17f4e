//! Virtual hubs: what they connect, which routes they hold, and the firewall inside.
//!
//! A hub's node is its default route table; custom tables have nodes of their own. With routing intent
//! the tables send everything private, or public, to the firewall, which knows every connection
//! (Microsoft Learn, "How to configure Virtual WAN Hub routing intent and routing policies").

use std::collections::HashMap;

use super::{Attachment, Azure, HubState};
use crate::network::fabric::{Announced, UNKNOWN_REGION, node, region_stamp};
use crate::network::inventory::Origin;
use crate::network::inventory::wan::HubConnection;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Forward, HopKind, NetworkFinding};
use crate::source::Severity;
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    pub(super) fn place_hubs(&mut self) {
        let inventory = self.fabric.inventory;
        for hub in &inventory.azure.wan.hubs {
            let origin = &hub.origin;
            let mut own = node(origin.name.clone(), HopKind::VirtualHub, origin.written.clone());
            own.obscured.extend(origin.presence.iter().cloned());
            let id = self.fabric.add(origin.handle, own);
            let prefix = hub.prefix.as_ref().map(|prefix| Announced {
                destinations: prefix.destinations.clone(),
                length: prefix.length,
                because: format!("{} is the prefix of `{}`", prefix.destinations.upper, origin.name).into(),
                written: origin.written.clone(),
                doubts: prefix.destinations.doubts.to_vec(),
                assumptions: Vec::new(),
            });
            self.hubs.push(HubState {
                handle: origin.handle,
                node: id,
                name: origin.name.clone(),
                wan: hub.wan.handle(),
                wan_unknown: hub.wan.unknown().cloned(),
                prefix,
                region: match &hub.location.value {
                    Ok(region) => region_stamp(region),
                    Err(_) => UNKNOWN_REGION.into(),
                },
                firewall: None,
                private_policy: None,
                perhaps_secured: Vec::new(),
                internet_policy: None,
                networks: Vec::new(),
                attachments: Vec::new(),
                tables: HashMap::new(),
                statics: Vec::new(),
                preference: hub.preference.clone(),
                branches: self.branches(&hub.wan),
            });
        }
        self.hub_tables();
        self.hub_firewalls();
        self.hub_intents();
        self.hub_networks();
        self.hub_circuits();
        self.hub_sites();
        self.hub_clients();
        self.hub_statics();
    }

    pub(super) fn hub(&self, reference: &Reference) -> Option<usize> {
        let handle = reference.handle()?;
        self.hubs.iter().position(|hub| hub.handle == handle)
    }

    fn hub_tables(&mut self) {
        let inventory = self.fabric.inventory;
        for table in &inventory.azure.wan.tables {
            let Some(hub) = self.hub(&table.hub) else { continue };
            // The default table may be written out: it is the hub itself.
            let default = table
                .name
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case("defaultRouteTable"));
            let id = if default {
                self.hubs.get(hub).map(|hub| hub.node)
            } else {
                let own = node(
                    table.origin.name.clone(),
                    HopKind::VirtualHub,
                    table.origin.written.clone(),
                );
                Some(self.fabric.add(table.origin.handle, own))
            };
            if let (Some(id), Some(hub)) = (id, self.hubs.get_mut(hub)) {
                hub.tables.insert(table.origin.handle, id);
            }
        }
    }

    fn hub_firewalls(&mut self) {
        let inventory = self.fabric.inventory;
        for firewall in &inventory.azure.firewalls.firewalls {
            let Some(hub) = self.hub(&firewall.hub) else {
                self.perhaps_secured(firewall.hub.unknown());
                continue;
            };
            let handle = firewall.origin.handle;
            let inside = self
                .hubs
                .get(hub)
                .and_then(|hub| hub.prefix.as_ref())
                .map(|prefix| prefix.destinations.clone());
            if let Some(wall) = self.firewalls.get_mut(&handle) {
                wall.hub = Some(hub);
                if let Some(inside) = inside {
                    wall.inside = inside;
                }
            }
            if let Some(hub) = self.hubs.get_mut(hub) {
                hub.firewall = Some(handle);
            }
        }
    }

    /// A firewall of which it is not known which hub it is in may be in any, and so may an intent: the
    /// hub may have a default route, and may tell it.
    fn perhaps_secured(&mut self, doubt: Option<&Doubt>) {
        let Some(doubt) = doubt else { return };
        let nodes: Vec<_> = self.hubs.iter().map(|hub| hub.node).collect();
        for node in nodes {
            if let Some(node) = self.fabric.node_mut(node) {
                node.obscured.push(doubt.clone());
            }
            let because = "a firewall may be in the hub";
            let all = Bounded::exactly(Addresses::all());
            let mut perhaps = super::route(all, 0, super::USER, Forward::Unknown, because);
            perhaps.doubts = vec![doubt.clone()];
            self.add_route(node, perhaps);
        }
        for hub in &mut self.hubs {
            hub.perhaps_secured.push(doubt.clone());
        }
    }

    fn hub_intents(&mut self) {
        let inventory = self.fabric.inventory;
        for intent in &inventory.azure.wan.intents {
            let Some(hub) = self.hub(&intent.hub) else {
                self.perhaps_secured(intent.hub.unknown());
                continue;
            };
            self.beside_intent(hub, &intent.origin);
            for policy in &intent.policies {
                let mut doubts = policy.doubts.clone();
                doubts.extend(intent.origin.presence.iter().cloned());
                let next = policy
                    .next
                    .handle()
                    .filter(|handle| self.firewalls.contains_key(handle));
                let Some(state) = self.hubs.get_mut(hub) else {
                    continue;
                };
                match next {
                    Some(firewall) => state.firewall = Some(firewall),
                    None => doubts.push(policy.next.doubt().cloned().unwrap_or_else(|| {
                        Doubt {
                            what: format!(
                                "what policy `{}` of `{}` leads to",
                                policy.name, intent.origin.name
                            )
                            .into(),
                            decided_by: "nothing: only Azure Firewall is modelled as a next hop".into(),
                            at: policy.written.at,
                        }
                    })),
                }
                let own = (policy.name.clone(), policy.written.clone(), doubts);
                if policy.private {
                    state.private_policy = Some(own.clone());
                }
                if policy.internet {
                    state.internet_policy = Some(own);
                }
            }
        }
    }

    /// Routing intent forbids custom route tables and static routes of connections (Microsoft Learn, "How
    /// to configure Virtual WAN Hub routing intent and routing policies").
    fn beside_intent(&mut self, hub: usize, intent: &Origin) {
        let inventory = self.fabric.inventory;
        let tables = inventory.azure.wan.tables.iter();
        let custom = tables
            .filter(|table| self.hub(&table.hub) == Some(hub))
            .filter(|table| {
                let name = table.name.as_deref().unwrap_or_default();
                !["defaultRouteTable", "noneRouteTable"]
                    .iter()
                    .any(|own| name.eq_ignore_ascii_case(own))
            })
            .map(|table| (table.origin.name.clone(), table.origin.written.clone()));
        let connections = inventory.azure.wan.connections.iter();
        let statics = connections
            .filter(|connection| self.hub(&connection.hub) == Some(hub))
            .filter(|connection| !connection.routing.statics.is_empty())
            .map(|connection| (connection.origin.name.clone(), connection.origin.written.clone()));
        let found: Vec<_> = custom.chain(statics).collect();
        for (name, written) in found.into_iter().filter(|_| intent.presence.is_empty()) {
            self.fabric.network.findings.push(NetworkFinding {
                id: "beside-routing-intent",
                severity: Severity::Error,
                summary: format!(
                    "`{name}` has routes of its own in a hub with routing intent `{}`",
                    intent.name
                ),
                help:
                    "a hub has either routing intent, or custom route tables and static routes of connections"
                        .into(),
                written,
            });
        }
    }

    fn hub_networks(&mut self) {
        let inventory = self.fabric.inventory;
        for (number, connection) in inventory.azure.wan.connections.iter().enumerate() {
            let net = connection
                .network
                .handle()
                .and_then(|handle| self.by_network.get(&handle).copied());
            self.hub_networks_of_unknown(connection);
            match (self.hub(&connection.hub), net) {
                (Some(hub), Some(net)) => {
                    if let Some(hub) = self.hubs.get_mut(hub) {
                        hub.networks
                            .push((number, net, connection.origin.presence.clone()));
                    }
                }
                (None, Some(net)) => {
                    let doubt = connection.hub.doubt().cloned();
                    if let Some(net) = self.networks.get_mut(net) {
                        net.beyond.extend(doubt);
                    }
                }
                (Some(hub), None) => {
                    let node = self.hubs.get(hub).map(|hub| hub.node);
                    if let (Some(node), Some(doubt)) = (node, self.why_unknown(&connection.network)) {
                        self.add_route(
                            node,
                            super::perhaps_anywhere(vec![doubt], "a connected network is in no input"),
                        );
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// Any hub, and the firewall in it, may lead on by a connection of which an end is not known.
    pub(super) fn hubs_may_lead_on(&mut self, doubt: &Doubt, because: &str) {
        let walls = self.firewalls.values().filter(|wall| wall.hub.is_some());
        let mut nodes: Vec<_> = walls.map(|wall| wall.node).collect();
        nodes.sort();
        nodes.extend(self.hubs.iter().map(|hub| hub.node));
        for node in nodes {
            self.add_route(node, super::perhaps_anywhere(vec![doubt.clone()], because));
        }
    }

    /// Of a connection of which an end is not known, any hub or any network may be that end.
    fn hub_networks_of_unknown(&mut self, connection: &HubConnection) {
        let hub = connection.hub.unknown().cloned();
        let network = connection.network.unknown().cloned();
        if let Some(doubt) = hub.as_ref().or(network.as_ref()) {
            self.hubs_may_lead_on(doubt, "a network may be connected to the hub");
        }
        if let Some(doubt) = network {
            for net in &mut self.networks {
                net.beyond.push(doubt.clone());
            }
        }
    }

    fn hub_circuits(&mut self) {
        let inventory = self.fabric.inventory;
        for connection in &inventory.azure.wan.circuit_connections {
            let gateway = connection.gateway.handle();
            let gateway = inventory
                .azure
                .wan
                .gateways
                .iter()
                .find(|(origin, _)| Some(origin.handle) == gateway);
            let hub = gateway.and_then(|(_, hub)| self.hub(hub));
            let far = self.far_end(&connection.circuit);
            match (hub, far) {
                (Some(hub), Some(far)) => {
                    let mut assumptions = connection.circuit.assumptions().to_vec();
                    assumptions.extend(connection.gateway.assumptions().iter().cloned());
                    let attachment = Attachment {
                        far,
                        name: connection.origin.name.clone(),
                        written: connection.origin.written.clone(),
                        doubts: connection.origin.presence.clone(),
                        assumptions,
                        vpn: false,
                        outward: Vec::new(),
                        inward: Vec::new(),
                        internet: connection.internet.clone(),
                        internet_written: connection.internet_written.clone(),
                        routing: connection.routing.clone(),
                    };
                    if let Some(hub) = self.hubs.get_mut(hub) {
                        hub.attachments.push(attachment);
                    }
                }
                (None, Some(far)) => {
                    let doubt = self
                        .why_unknown(&connection.gateway)
                        .or_else(|| gateway.and_then(|(_, hub)| self.why_unknown(hub)));
                    let node = self.far.get(far).map(|far| far.node);
                    let of_hub = gateway.and_then(|(_, hub)| hub.unknown());
                    if let Some(doubt) = connection.gateway.unknown().or(of_hub) {
                        self.hubs_may_lead_on(doubt, "a circuit may be connected to the hub");
                    }
                    if let (Some(node), Some(doubt)) = (node, doubt) {
                        self.add_route(
                            node,
                            super::perhaps_anywhere(vec![doubt], "a hub that is in no input may lead there"),
                        );
                    }
                }
                (Some(hub), None) => {
                    let node = self.hubs.get(hub).map(|hub| hub.node);
                    if let (Some(node), Some(doubt)) = (node, self.why_unknown(&connection.circuit)) {
                        self.add_route(
                            node,
                            super::perhaps_anywhere(
                                vec![doubt.clone()],
                                "a connected circuit is in no input",
                            ),
                        );
                        if matches!(connection.circuit, Reference::Unknown(_) | Reference::Either(..)) {
                            self.perhaps_connected(&doubt);
                        }
                    }
                }
                (None, None) => {}
            }
        }
    }
}
