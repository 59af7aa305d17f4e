//! What a hub reaches, which way, and what it tells its connections.

use std::sync::Arc;

use super::exchange::{aggregate, learned_route, with_doubts};
use super::{Attachment, Azure, HubState, Learned, SYSTEM, USER, route};
use crate::network::catalogue::Handle;
use crate::network::fabric::Announced;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Disposition, Doubt, Forward, HopKind, NodeId, Route, Stamp, Written};
use crate::traffic::Addresses;

/// What a hub reaches: a prefix, and the node and connection that it lies behind.
#[derive(Clone)]
pub(super) struct Reachable {
    pub(super) announced: Announced,
    pub(super) to: NodeId,
    pub(super) name: Arc<str>,
    pub(super) written: Written,
    pub(super) kind: HopKind,
    /// The connection, for its propagation; `None`: everywhere.
    pub(super) connection: Option<usize>,
    pub(super) attachment: Option<Attachment>,
}

impl Azure<'_, '_> {
    pub(super) fn exchange_hubs(&mut self) {
        for hub in 0..self.hubs.len() {
            let reachable = self.reachable(hub);
            self.hub_routes(hub, &reachable);
            self.tell_hub(hub, &reachable);
        }
    }

    /// Every prefix of a hub's connections, and of the other hubs of its virtual WAN.
    fn reachable(&self, hub: usize) -> Vec<Reachable> {
        let Some(state) = self.hubs.get(hub) else {
            return Vec::new();
        };
        let mut all = self.direct(state);
        for other in &self.hubs {
            if other.handle == state.handle || other.wan.is_none() || other.wan != state.wan {
                continue;
            }
            let name: Arc<str> = other.name.clone();
            all.extend(self.direct(other).into_iter().map(|reachable| Reachable {
                to: other.node,
                name: name.clone(),
                written: self.written_of(other.node),
                kind: HopKind::VirtualHub,
                connection: None,
                attachment: None,
                announced: reachable.announced,
            }));
        }
        all
    }

    fn direct(&self, state: &HubState) -> Vec<Reachable> {
        let inventory = self.fabric.inventory;
        let mut all = Vec::new();
        for (number, net, doubts) in &state.networks {
            let Some(connection) = inventory.azure.wan.connections.get(*number) else {
                continue;
            };
            let Some(to) = self.networks.get(*net).map(|net| net.node) else {
                continue;
            };
            for announced in self.prefixes_of(*net, "a network connected to the hub") {
                all.push(Reachable {
                    announced: with_doubts(announced, doubts),
                    to,
                    name: connection.origin.name.clone(),
                    written: connection.origin.written.clone(),
                    kind: HopKind::VirtualHub,
                    connection: Some(*number),
                    attachment: None,
                });
            }
        }
        for attachment in &state.attachments {
            let Some(far) = self.far.get(attachment.far) else {
                continue;
            };
            for announced in &far.announces {
                all.push(Reachable {
                    announced: with_doubts(announced.clone(), &attachment.doubts),
                    to: far.node,
                    name: attachment.name.clone(),
                    written: attachment.written.clone(),
                    kind: HopKind::ExpressRoute,
                    connection: None,
                    attachment: Some(attachment.clone()),
                });
            }
        }
        all
    }

    fn hub_routes(&mut self, hub: usize, reachable: &[Reachable]) {
        let Some(state) = self.hubs.get(hub) else { return };
        let (own, firewall) = (state.node, state.firewall);
        let wall = firewall
            .and_then(|handle| self.firewalls.get(&handle))
            .map(|wall| wall.node);
        let attachments = state.attachments.clone();
        let (private, internet) = (state.private_policy.clone(), state.internet_policy.clone());
        let (prefix, region) = (state.prefix.clone(), state.region.clone());
        let mut tables: Vec<(Option<Handle>, NodeId)> = vec![(None, own)];
        let mut custom: Vec<_> = state
            .tables
            .iter()
            .map(|(handle, node)| (*handle, *node))
            .filter(|(_, node)| *node != own)
            .collect();
        custom.sort();
        tables.extend(custom.into_iter().map(|(handle, node)| (Some(handle), node)));
        if let Some(wall) = wall {
            self.direct_routes(wall, reachable, &attachments);
            self.wall_to_internet(wall, region);
            let (name, written) = (self.name_of(own), self.written_of(own));
            let link = self.link(
                own,
                wall,
                &name,
                HopKind::VirtualHub,
                &written,
                "the hub leads to its firewall",
            );
            if let Some(prefix) = &prefix {
                self.add_route(own, learned_route(prefix, Forward::Link(link)));
            }
        }
        for (table, at) in tables {
            match (&private, wall) {
                (Some(policy), Some(wall)) => self.policy_routes(at, wall, policy, reachable),
                (Some(policy), None) => self.add_route(
                    at,
                    super::perhaps_anywhere(policy.2.clone(), "the private policy's next hop is not known"),
                ),
                (None, _) => {
                    let own: Vec<Reachable> = reachable
                        .iter()
                        .filter(|reachable| self.propagates_to(hub, reachable, table))
                        .cloned()
                        .collect();
                    self.direct_routes(at, &own, &attachments);
                }
            }
            match (&internet, wall) {
                (Some(policy), Some(wall)) => self.through(
                    at,
                    wall,
                    policy,
                    Addresses::all(),
                    0,
                    "the Internet policy leads to the firewall",
                ),
                (Some(policy), None) => self.add_route(
                    at,
                    super::perhaps_anywhere(policy.2.clone(), "the Internet policy's next hop is not known"),
                ),
                _ => {}
            }
            self.static_routes(hub, table, at, wall);
        }
    }

    /// A route of a policy: to the firewall.
    fn through(
        &mut self,
        at: NodeId,
        wall: NodeId,
        policy: &(Arc<str>, Written, Vec<Doubt>),
        set: Addresses,
        length: u8,
        because: &str,
    ) {
        let (name, written) = (self.name_of(at), self.written_of(at));
        let link = self.link(
            at,
            wall,
            &name,
            HopKind::VirtualHub,
            &written,
            "the hub leads to its firewall",
        );
        let mut own = route(Bounded::exactly(set), length, USER, Forward::Link(link), because);
        own.name = policy.0.clone();
        own.written = policy.1.clone();
        own.doubts = policy.2.clone();
        self.add_route(at, own);
    }

    fn policy_routes(
        &mut self,
        at: NodeId,
        wall: NodeId,
        policy: &(Arc<str>, Written, Vec<Doubt>),
        reachable: &[Reachable],
    ) {
        let because = "the private policy leads to the firewall";
        for (set, length) in private_aggregates() {
            self.through(at, wall, policy, set, length, because);
        }
        for reachable in reachable
            .iter()
            .filter(|reachable| reachable.announced.length > 0)
        {
            let destinations = &reachable.announced.destinations;
            if destinations.is_exact() {
                self.through(
                    at,
                    wall,
                    policy,
                    destinations.lower.clone(),
                    reachable.announced.length,
                    because,
                );
            }
        }
    }

    fn direct_routes(&mut self, at: NodeId, reachable: &[Reachable], attachments: &[Attachment]) {
        for reachable in reachable.iter().filter(|reachable| reachable.to != at) {
            if let Some(attachment) = &reachable.attachment {
                let key = (at, reachable.to, reachable.name.clone());
                let link = if self.links.contains_key(&key) {
                    self.link(
                        at,
                        reachable.to,
                        &reachable.name,
                        reachable.kind,
                        &reachable.written,
                        "the connection leads there",
                    )
                } else {
                    let others = self.other_circuits(attachments, attachment);
                    let link = self.link(
                        at,
                        reachable.to,
                        &reachable.name,
                        reachable.kind,
                        &reachable.written,
                        "the connection leads there",
                    );
                    let filter = self.no_transit(&reachable.name, &reachable.written, others);
                    if let Some(made) = self.link_mut(link) {
                        made.filters.extend(filter);
                        made.assumptions.clone_from(&attachment.assumptions);
                    }
                    link
                };
                self.add_route(at, learned_route(&reachable.announced, Forward::Link(link)));
            } else {
                let link = self.link(
                    at,
                    reachable.to,
                    &reachable.name,
                    reachable.kind,
                    &reachable.written,
                    "the connection leads there",
                );
                self.add_route(at, learned_route(&reachable.announced, Forward::Link(link)));
            }
        }
    }

    fn wall_to_internet(&mut self, wall: NodeId, region: Stamp) {
        let (name, written) = (self.name_of(wall), self.written_of(wall));
        let to = self.fabric.internet;
        let link = self.link(
            wall,
            to,
            &name,
            HopKind::InternetEgress,
            &written,
            "out to the internet by the firewall's public addresses",
        );
        if let Some(made) = self.link_mut(link) {
            made.stamps = vec![region];
        }
        self.add_route(
            wall,
            route(
                Bounded::exactly(Addresses::public()),
                0,
                SYSTEM,
                Forward::Link(link),
                "the firewall's own way to the internet",
            ),
        );
    }

    /// What connected networks and circuits learn from the hub.
    fn tell_hub(&mut self, hub: usize, reachable: &[Reachable]) {
        let Some(state) = self.hubs.get(hub) else { return };
        let own = state.node;
        let (networks, attachments) = (state.networks.clone(), state.attachments.clone());
        let private = state.private_policy.clone();
        let prefix = state.prefix.clone();
        let inventory = self.fabric.inventory;
        for (number, net, doubts) in networks {
            let Some(connection) = inventory.azure.wan.connections.get(number) else {
                continue;
            };
            let Some(via) = self.entry(hub, &connection.routing) else {
                continue;
            };
            let table = (via != own)
                .then_some(connection.routing.associated.as_ref())
                .flatten()
                .and_then(Reference::handle);
            let mut told: Vec<Announced> = prefix.iter().cloned().collect();
            if let Some((_, written, doubts)) = &private {
                for (set, length) in private_aggregates() {
                    told.push(aggregate(
                        set,
                        length,
                        "the private policy announces private aggregates",
                        written,
                        doubts.clone(),
                    ));
                }
            }
            for reachable in reachable {
                let own = reachable.connection == Some(number);
                if !own && (private.is_some() || self.propagates_to(hub, reachable, table)) {
                    told.push(reachable.announced.clone());
                }
            }
            told.extend(self.default_route(hub, via, &connection.internet, &connection.internet_written));
            for announced in told {
                let learned = Learned {
                    announced: with_doubts(announced, &doubts),
                    via,
                    name: connection.origin.name.clone(),
                    kind: HopKind::VirtualHub,
                };
                if let Some(net) = self.networks.get_mut(net) {
                    net.learned.push(learned);
                }
            }
        }
        let transit = self
            .fabric
            .declarations
            .express_route_transit
            .filter(|(transit, _)| *transit);
        for attachment in &attachments {
            let mut told: Vec<Announced> = prefix.iter().cloned().collect();
            for reachable in reachable
                .iter()
                .filter(|reachable| reachable.connection.is_some() || reachable.kind == HopKind::VirtualHub)
            {
                if private.is_some() || self.propagates_to(hub, reachable, None) {
                    told.push(reachable.announced.clone());
                }
            }
            if let (Some((_, written, doubts)), Some(_)) = (&private, transit) {
                for (set, length) in private_aggregates() {
                    told.push(aggregate(
                        set,
                        length,
                        "the private policy announces private aggregates from circuit to circuit",
                        written,
                        doubts.clone(),
                    ));
                }
            }
            let default = self.default_route(hub, own, &attachment.internet, &attachment.internet_written);
            let withheld = attachment.internet == Ok(false)
                && self
                    .default_route(hub, own, &Ok(true), &attachment.internet_written)
                    .is_some();
            if withheld {
                self.say_withheld(attachment);
            }
            told.extend(default);
            self.tell(own, attachment, &told);
        }
    }

    /// Where the far end has no default route, this connection is the place that could give it one.
    fn say_withheld(&mut self, attachment: &Attachment) {
        let because = format!("; `{}` keeps the hub's default route back", attachment.name);
        let at = attachment.internet_written.at;
        let Some(far) = self.far.get(attachment.far).map(|far| far.node) else {
            return;
        };
        let Some(node) = self.fabric.node_mut(far) else {
            return;
        };
        let lacking = |route: &&mut Route| {
            route.forward == Forward::Drop(Disposition::NoRoute)
                && route.destinations.upper.intersects(&Addresses::public())
        };
        for route in node.routes.iter_mut().filter(lacking) {
            route.because = format!("{}{because}", route.because).into();
            route.written.related = route.written.related.iter().copied().chain(at).collect();
        }
    }

    /// A default route of the hub is given to a connection whose internet security is on.
    fn default_route(
        &self,
        hub: usize,
        at: NodeId,
        internet: &Result<bool, Doubt>,
        written: &Written,
    ) -> Option<Announced> {
        let routes = self
            .fabric
            .network
            .node(at)
            .map(|node| node.routes.as_slice())
            .unwrap_or_default();
        let default = routes.iter().find(|route| {
            route.length == 0 && route.rank != super::LAST && route.destinations.lower.is_all()
        })?;
        let mut doubts = default.doubts.clone();
        match internet {
            Ok(false) => return None,
            Ok(true) => {}
            Err(doubt) => doubts.push(doubt.clone()),
        }
        let name = self
            .hubs
            .get(hub)
            .map(|hub| hub.name.clone())
            .unwrap_or_else(|| "".into());
        let because = format!("`{name}` announces its default route to the connection");
        Some(aggregate(Addresses::all(), 0, &because, written, doubts))
    }
}

/// What the private policy stands for beyond the known prefixes.
fn private_aggregates() -> [(Addresses, u8); 3] {
    [("10.0.0.0/8", 8), ("172.16.0.0/12", 12), ("192.168.0.0/16", 16)]
        .map(|(text, length)| (Addresses::parse(text).unwrap_or_default(), length))
}
