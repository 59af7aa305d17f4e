//! What a hub reaches, which way, and what it tells its connections.

use std::sync::Arc;

use super::exchange::{aggregate, learned_route, with_doubts};
use super::gateways::{line, pair};
use super::{Attachment, Azure, HubState, LEARNED, SYSTEM, USER, route};
use crate::network::catalogue::Handle;
use crate::network::fabric::Announced;
use crate::network::inventory::wan::{Preference, Routing};
use crate::network::model::{
    Action, Bounded, Doubt, Filter, FilterId, Forward, HopKind, NodeId, Stamp, Written,
};
use crate::traffic::Addresses;

/// What a hub reaches: a prefix, and the node and connection that it lies behind.
#[derive(Clone)]
pub(super) struct Reachable {
    pub(super) announced: Announced,
    pub(super) to: NodeId,
    pub(super) name: Arc<str>,
    pub(super) written: Written,
    pub(super) kind: HopKind,
    /// The hub that has the connection, and how the connection takes part in its routing.
    pub(super) home: usize,
    pub(super) routing: Routing,
    /// A circuit or tunnel, of this hub or another.
    pub(super) branch: Option<Branch>,
    /// A network's connection.
    pub(super) connection: Option<usize>,
    pub(super) attachment: Option<Attachment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    Circuit,
    Tunnel,
}

/// A policy of routing intent: its name, where it is written, and why it may not be there.
pub(super) type Policy = (Arc<str>, Written, Vec<Doubt>);

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
        let mut all = self.direct(hub, state);
        for (number, other) in self.hubs.iter().enumerate() {
            if other.handle == state.handle {
                continue;
            }
            let Some(unsure) = of_one_wan(state, other) else {
                continue;
            };
            let name: Arc<str> = other.name.clone();
            let statics = self.told_statics(number, other);
            let there = self.direct(number, other).into_iter().chain(statics);
            // Default routes stay in their hub.
            let told = there.filter(|reachable| {
                reachable.announced.length > 0 || !reachable.announced.destinations.is_exact()
            });
            all.extend(told.map(|reachable| Reachable {
                to: other.node,
                name: name.clone(),
                written: self.written_of(other.node),
                kind: HopKind::VirtualHub,
                connection: None,
                attachment: None,
                announced: with_doubts(reachable.announced.clone(), &unsure),
                ..reachable
            }));
        }
        all
    }

    /// Static routes of connections, as other hubs hear of them.
    pub(super) fn told_statics(&self, home: usize, state: &HubState) -> Vec<Reachable> {
        let connections = &self.fabric.inventory.azure.wan.connections;
        let told = state.statics.iter().filter_map(|(number, own)| {
            let connection = connections.get(*number)?;
            let mut doubts = own.doubts.clone();
            match connection.routing.statics_propagate.as_ref()? {
                Ok(true) => {}
                Ok(false) => return None,
                Err(doubt) => doubts.push(doubt.clone()),
            }
            let because = format!("static route `{}` of `{}`", own.name, connection.origin.name);
            let mut announced = aggregate(Addresses::none(), own.length, &because, &own.written, doubts);
            announced.destinations = own.destinations.clone();
            Some(Reachable {
                announced,
                to: state.node,
                name: connection.origin.name.clone(),
                written: own.written.clone(),
                kind: HopKind::VirtualHub,
                home,
                routing: connection.routing.clone(),
                branch: None,
                connection: None,
                attachment: None,
            })
        });
        told.collect()
    }

    fn direct(&self, home: usize, state: &HubState) -> Vec<Reachable> {
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
                    announced: with_doubts(with_doubts(announced, doubts), &connection.routing.maps),
                    to,
                    name: connection.origin.name.clone(),
                    written: connection.origin.written.clone(),
                    kind: HopKind::VirtualHub,
                    home,
                    routing: connection.routing.clone(),
                    branch: None,
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
                    announced: with_doubts(
                        with_doubts(announced.clone(), &attachment.doubts),
                        &attachment.routing.maps,
                    ),
                    to: far.node,
                    name: attachment.name.clone(),
                    written: attachment.written.clone(),
                    kind: if attachment.vpn {
                        HopKind::Vpn
                    } else {
                        HopKind::ExpressRoute
                    },
                    home,
                    routing: attachment.routing.clone(),
                    branch: Some(if attachment.vpn {
                        Branch::Tunnel
                    } else {
                        Branch::Circuit
                    }),
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
        let mut attachments = state.attachments.clone();
        // A circuit of another hub is another circuit too.
        for other in &self.hubs {
            if other.handle != state.handle && other.wan.is_some() && other.wan == state.wan {
                attachments.extend(other.attachments.iter().cloned());
            }
        }
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
            self.direct_routes(hub, wall, reachable, &attachments);
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
                (None, _) => {}
            }
            // Without the policy, or where it may not be there, the connections lead on by themselves.
            if private.as_ref().is_none_or(|policy| !policy.2.is_empty()) {
                let own: Vec<Reachable> = reachable
                    .iter()
                    .filter_map(|reachable| {
                        let doubts = self.propagates_to(hub, reachable, table)?;
                        let mut own = reachable.clone();
                        own.announced.doubts.extend(doubts);
                        Some(own)
                    })
                    .collect();
                self.direct_routes(hub, at, &own, &attachments);
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
        policy: &Policy,
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

    fn policy_routes(&mut self, at: NodeId, wall: NodeId, policy: &Policy, reachable: &[Reachable]) {
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

    fn direct_routes(&mut self, hub: usize, at: NodeId, reachable: &[Reachable], attachments: &[Attachment]) {
        for reachable in reachable.iter().filter(|reachable| reachable.to != at) {
            let key = (at, reachable.to, reachable.name.clone());
            let made_before = self.links.contains_key(&key);
            let link = self.link(
                at,
                reachable.to,
                &reachable.name,
                reachable.kind,
                &reachable.written,
                "the connection leads there",
            );
            if let (Some(attachment), false) = (&reachable.attachment, made_before) {
                let others = self.other_circuits(attachments, attachment);
                let transit = self.no_transit(&reachable.name, &reachable.written, others);
                let branches = self.no_branches(hub, attachments, attachment);
                if let Some(made) = self.link_mut(link) {
                    made.filters.extend(attachment.outward.iter().copied());
                    made.filters.extend(transit.into_iter().chain(branches));
                    made.assumptions.clone_from(&attachment.assumptions);
                }
            }
            let mut own = learned_route(&reachable.announced, Forward::Link(link));
            own.rank = self.preference(hub, reachable);
            self.add_route(at, own);
        }
    }

    /// The order of equal prefixes in a hub: its own connections before those of other hubs, then
    /// circuits or tunnels as the hub prefers (Microsoft Learn, "Virtual hub routing preference"). By the
    /// length of AS paths, which no input shows, any may be taken.
    fn preference(&self, hub: usize, reachable: &Reachable) -> u8 {
        let preferred = self.hubs.get(hub).map(|hub| &hub.preference);
        let far = u8::from(reachable.home != hub) * 2;
        let branch = reachable.attachment.is_some();
        match preferred {
            Some(Ok(Preference::ExpressRoute)) => {
                LEARNED + far + u8::from(branch && reachable.kind == HopKind::Vpn)
            }
            Some(Ok(Preference::Vpn)) => {
                LEARNED + far + u8::from(branch && reachable.kind == HopKind::ExpressRoute)
            }
            _ => LEARNED,
        }
    }

    /// Without branch-to-branch traffic a virtual WAN passes nothing from one branch to another.
    fn no_branches(&mut self, hub: usize, links: &[Attachment], own: &Attachment) -> Option<FilterId> {
        let branches = self.hubs.get(hub).map(|hub| hub.branches.clone())?;
        let doubt = match branches {
            Ok(true) => return None,
            Ok(false) => None,
            Err(doubt) => Some(doubt),
        };
        let others = self.announced_over(links.iter().filter(|other| other.far != own.far), 0);
        if others.upper.is_empty() {
            return None;
        }
        let because = "the virtual WAN does not pass traffic from branch to branch";
        let everything = Bounded::exactly(Addresses::all());
        let from = vec![pair(others, everything)];
        let mut denied = line("branch to branch", Action::Deny, from, because, &own.written);
        denied.doubts.extend(doubt);
        let otherwise = "it does not come from another branch";
        Some(self.fabric.network.add_filter(Filter {
            name: own.name.clone(),
            kind: HopKind::VirtualHub,
            written: own.written.clone(),
            lines: vec![denied],
            otherwise: line("branch", Action::Allow, Vec::new(), otherwise, &own.written),
            point: format!("branches at {}", own.name).into(),
            transit: false,
        }))
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
}

/// Whether two hubs are of one virtual WAN, and why that is not certain.
fn of_one_wan(one: &HubState, other: &HubState) -> Option<Vec<Doubt>> {
    match (one.wan, other.wan) {
        (Some(one), Some(other)) => (one == other).then(Vec::new),
        _ => {
            let unknown = one.wan_unknown.as_ref().or(other.wan_unknown.as_ref());
            unknown.map(|doubt| vec![doubt.clone()])
        }
    }
}

/// What the private policy stands for beyond the known prefixes.
pub(super) fn private_aggregates() -> [(Addresses, u8); 3] {
    [("10.0.0.0/8", 8), ("172.16.0.0/12", 12), ("192.168.0.0/16", 16)]
        .map(|(text, length)| (Addresses::parse(text).unwrap_or_default(), length))
}
