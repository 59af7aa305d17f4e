//! Effective routes of subnets, firewalls and gateways (Microsoft Learn, "Virtual network traffic
//! routing"): the system's, peerings', learned and user-defined ones.

use super::exchange::learned_route;
use super::{Azure, LEARNED, Peer, Role, SYSTEM, perhaps_anywhere, route};
use crate::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, Forward, HopKind, LinkId, NodeId, Route,
};
use crate::traffic::Addresses;

/// 168.63.129.16, which every virtual network reaches.
const PLATFORM: u32 = 0xA83F_8110;

impl Azure<'_, '_> {
    /// From the network's node to its subnets.
    pub(super) fn route_networks(&mut self) {
        for net in 0..self.networks.len() {
            let Some(state) = self.networks.get(net) else {
                continue;
            };
            let (node, subnets) = (state.node, state.subnets.clone());
            let name = self.name_of(node);
            let written = self.written_of(node);
            for subnet in subnets {
                let Some(sub) = self.subnets.get(subnet) else {
                    continue;
                };
                let to = sub.node;
                let Some(prefixes) = self
                    .fabric
                    .inventory
                    .azure
                    .subnets
                    .get(subnet)
                    .map(|subnet| subnet.prefixes.clone())
                else {
                    continue;
                };
                let space = self.space(net);
                let range = if prefixes.is_exact() {
                    prefixes
                } else {
                    Bounded::between(
                        prefixes.lower.clone(),
                        prefixes.upper.intersection(&space.upper),
                        prefixes.doubts,
                    )
                };
                let link = self.link(
                    node,
                    to,
                    &name,
                    HopKind::VirtualNetwork,
                    &written,
                    "the subnet is in this virtual network",
                );
                self.add_route(
                    node,
                    route(
                        range,
                        24,
                        SYSTEM,
                        Forward::Link(link),
                        "the destination is in this subnet",
                    ),
                );
            }
        }
    }

    pub(super) fn route_subnets(&mut self) {
        for subnet in 0..self.subnets.len() {
            let Some(sub) = self.subnets.get(subnet) else {
                continue;
            };
            let (Some(net), node, role) = (sub.net, sub.node, sub.role) else {
                continue;
            };
            if role == Role::Gateway {
                continue;
            }
            self.local_routes(node, net, matches!(role, Role::Firewall(_)));
            self.learned_routes(node, net, subnet);
            self.system_drops(node);
            self.internet_route(node, subnet, net, role);
            self.user_routes(node, net, subnet, &[]);
            self.beyond_routes(node, net);
            self.name_virtual_network(subnet, net, node);
        }
        for gate in 0..self.gateways.len() {
            let Some(state) = self.gateways.get(gate) else {
                continue;
            };
            let (node, net, subnet, bypassed) = (state.node, state.net, state.subnet, state.bypassed.clone());
            self.local_routes(node, net, false);
            self.appliance_routes(node, net);
            self.user_routes(node, net, subnet, &bypassed);
            self.beyond_routes(node, net);
        }
    }

    /// What a private endpoint's replies follow, and other traffic that user routes do not concern.
    pub(super) fn system_routes(&mut self, node: NodeId, net: usize, forwards: bool) {
        self.local_routes(node, net, forwards);
        for learned in self.learned(net) {
            self.add_learned(node, net, &learned, &[]);
        }
        self.system_drops(node);
        self.beyond_routes(node, net);
    }

    /// The network itself and its peers.
    fn local_routes(&mut self, node: NodeId, net: usize, forwards: bool) {
        let Some((home, peers)) = self.networks.get(net).map(|net| (net.node, net.peers.clone())) else {
            return;
        };
        let (name, written) = (self.name_of(home), self.written_of(home));
        let link = self.link(
            node,
            home,
            &name,
            HopKind::VirtualNetwork,
            &written,
            "the destination is in this virtual network",
        );
        for announced in self.prefixes_of(net, "its own network") {
            let mut own = route(
                announced.destinations,
                announced.length,
                SYSTEM,
                Forward::Link(link),
                "a prefix of the virtual network",
            );
            own.doubts = announced.doubts;
            self.add_route(node, own);
        }
        for peer in &peers {
            let link = self.peering_link(node, net, peer, forwards);
            for announced in self.prefixes_of(peer.net, "a peered network") {
                let mut own = route(
                    announced.destinations,
                    announced.length,
                    SYSTEM,
                    Forward::Link(link),
                    "a prefix of a peered network",
                );
                own.name = "peering route".into();
                own.doubts = announced.doubts;
                self.add_route(node, own);
            }
        }
    }

    /// The way to a peer. What a firewall forwards must be let in by the peer.
    pub(super) fn peering_link(&mut self, from: NodeId, net: usize, peer: &Peer, forwards: bool) -> LinkId {
        let Some(to) = self.networks.get(peer.net).map(|net| net.node) else {
            return LinkId(u32::MAX);
        };
        let link = self.link(
            from,
            to,
            &peer.name,
            HopKind::Peering,
            &peer.written,
            "the peering leads there",
        );
        let filter = if forwards {
            self.forwarded_filter(net, peer)
        } else {
            None
        };
        if let Some(made) = self.link_mut(link) {
            made.doubts.clone_from(&peer.doubts);
            made.assumptions.clone_from(&peer.assumptions);
            if made.filters.is_empty() {
                made.filters.extend(filter);
            }
        }
        link
    }

    /// Without `allow_forwarded_traffic` a peer takes only packets that began in this network.
    fn forwarded_filter(&mut self, net: usize, peer: &Peer) -> Option<crate::network::model::FilterId> {
        if peer.takes_forwarded == Ok(true) {
            return None;
        }
        let space = self.space(net);
        let own = super::gateways::pair(space, Bounded::exactly(Addresses::all()));
        let name = "forwarded traffic";
        let written = &peer.takes_forwarded_written;
        let mut lines = vec![super::gateways::line(
            name,
            Action::Allow,
            vec![own],
            "it begins in the peered network",
            written,
        )];
        if let Err(doubt) = &peer.takes_forwarded {
            let all = super::gateways::pair(
                Bounded::exactly(Addresses::all()),
                Bounded::exactly(Addresses::all()),
            );
            let mut line = super::gateways::line(
                name,
                Action::Allow,
                vec![all],
                "the peering may take forwarded traffic",
                written,
            );
            line.doubts.push(doubt.clone());
            lines.push(line);
        }
        let because = "the peering does not take traffic that is forwarded from elsewhere";
        Some(self.fabric.network.add_filter(Filter {
            name: peer.name.clone(),
            kind: HopKind::Peering,
            written: written.clone(),
            lines,
            otherwise: super::gateways::line(name, Action::Deny, Vec::new(), because, written),
            point: format!("{} forwarded", peer.name).into(),
            transit: false,
        }))
    }

    fn learned(&self, net: usize) -> Vec<super::Learned> {
        self.networks
            .get(net)
            .map(|net| net.learned.clone())
            .unwrap_or_default()
    }

    /// Learned routes, unless a route table turns propagation off.
    fn learned_routes(&mut self, node: NodeId, net: usize, subnet: usize) {
        let mut doubts: Vec<Doubt> = Vec::new();
        for (table, uncertain) in self.tables_of(subnet) {
            match (&table.propagates, uncertain.is_empty()) {
                (Ok(true), _) => {}
                (Ok(false), true) => return,
                (Ok(false), false) => doubts.extend(uncertain),
                (Err(doubt), _) => doubts.push(doubt.clone()),
            }
        }
        for learned in self.learned(net) {
            self.add_learned(node, net, &learned, &doubts);
        }
    }

    /// What a gateway learns from the appliances of its network; from far ends it has heard already.
    fn appliance_routes(&mut self, node: NodeId, net: usize) {
        for learned in self.learned(net) {
            if learned.kind == HopKind::NetworkVirtualAppliance {
                self.add_learned(node, net, &learned, &[]);
            }
        }
    }

    /// System routes of the network and its peers are preferred, even where learned ones are longer.
    fn add_learned(&mut self, node: NodeId, net: usize, learned: &super::Learned, doubts: &[Doubt]) {
        if learned.via == node {
            return;
        }
        let taken = self.preferred(net);
        let written = self.written_of(learned.via);
        let link = self.link(
            node,
            learned.via,
            &learned.name,
            learned.kind,
            &written,
            "the learned route leads there",
        );
        let mut own = learned_route(&learned.announced, Forward::Link(link));
        let set = &learned.announced.destinations;
        own.destinations = Bounded::between(
            set.lower.difference(&taken),
            set.upper.difference(&taken),
            set.doubts.clone(),
        );
        own.doubts.extend(doubts.iter().cloned());
        if own.destinations.upper.is_empty() {
            return;
        }
        // A prefix that is not known may be longer than those that the system drops.
        if own.destinations.lower.is_empty() {
            self.ahead_of_drops(node, &own);
        }
        self.add_route(node, own);
    }

    /// Adds a route of unknown prefix once more for each prefix that the system drops.
    fn ahead_of_drops(&mut self, node: NodeId, unknown: &Route) {
        for (set, length) in dropped() {
            let (upper, doubts) = (&unknown.destinations.upper, unknown.destinations.doubts.clone());
            let destinations = Bounded::between(Addresses::none(), upper.intersection(&set), doubts);
            self.add_route(
                node,
                Route {
                    destinations,
                    length,
                    ..unknown.clone()
                },
            );
        }
    }

    /// Destinations that system routes keep: the network and its peers.
    pub(super) fn preferred(&self, net: usize) -> Addresses {
        let peers = self
            .networks
            .get(net)
            .map(|net| net.peers.as_slice())
            .unwrap_or_default();
        let spaces = peers.iter().map(|peer| self.space(peer.net).lower);
        spaces.fold(self.space(net).lower, |taken, space| taken.union(&space))
    }

    /// Private and shared ranges that nothing else covers are dropped, not sent to the internet.
    fn system_drops(&mut self, node: NodeId) {
        for (set, length) in dropped() {
            let because =
                "nothing announces the private address, and Azure drops those that nothing announces";
            self.add_route(
                node,
                route(
                    Bounded::exactly(set),
                    length,
                    SYSTEM,
                    Forward::Drop(Disposition::NoRoute),
                    because,
                ),
            );
        }
    }

    /// A peering or connection to something that no input defines may carry more routes.
    fn beyond_routes(&mut self, node: NodeId, net: usize) {
        let beyond = self
            .networks
            .get(net)
            .map(|net| net.beyond.clone())
            .unwrap_or_default();
        if !beyond.is_empty() {
            let mut unknown = perhaps_anywhere(
                beyond,
                "a peering or connection leads to a network that is in no input",
            );
            // Ahead of the routes that the system has for everything, behind everything that is known.
            unknown.rank = LEARNED;
            self.ahead_of_drops(node, &unknown);
            for length in [8, 0] {
                self.add_route(
                    node,
                    Route {
                        length,
                        ..unknown.clone()
                    },
                );
            }
        }
    }

    /// The tag `VirtualNetwork` of a subnet: every prefix whose next hop is the network, a peer, a
    /// gateway or an appliance, a default route included, and the platform's own address
    /// (Microsoft Learn, "Virtual network service tags").
    fn name_virtual_network(&mut self, subnet: usize, net: usize, node: NodeId) {
        let platform = Addresses::from_ranges([(PLATFORM, PLATFORM)]);
        let (mut lower, mut upper) = (vec![platform.clone()], vec![platform]);
        let mut doubts: Vec<Doubt> = Vec::new();
        let home = self.networks.get(net).map(|net| net.node);
        let routes = self
            .fabric
            .network
            .node(node)
            .map(|node| node.routes.as_slice())
            .unwrap_or_default();
        for route in routes {
            if self.is_virtual_network(route, home) {
                upper.push(route.destinations.upper.clone());
                if route.doubts.is_empty() {
                    lower.push(route.destinations.lower.clone());
                }
                doubts.extend(
                    route
                        .doubts
                        .iter()
                        .chain(route.destinations.doubts.iter())
                        .cloned(),
                );
            }
        }
        doubts.sort();
        doubts.dedup();
        let tag = Bounded::between(Addresses::union_all(&lower), Addresses::union_all(&upper), doubts);
        if let Some(sub) = self.subnets.get_mut(subnet) {
            sub.virtual_network = tag;
        }
    }

    fn is_virtual_network(&self, route: &Route, home: Option<NodeId>) -> bool {
        match route.forward {
            Forward::Link(link) => {
                let link = self.fabric.network.link(link);
                link.is_some_and(|link| Some(link.to) == home || link.to != self.fabric.internet)
            }
            // An appliance that is not modelled, or a network that is not known.
            Forward::Unknown => true,
            Forward::Deliver | Forward::Drop(_) => false,
        }
    }
}

/// Private and shared ranges that the system has routes to nowhere for (Microsoft Learn, "Virtual network
/// traffic routing", default routes).
fn dropped() -> [(Addresses, u8); 4] {
    [
        ("10.0.0.0/8", 8),
        ("172.16.0.0/12", 12),
        ("192.168.0.0/16", 16),
        ("100.64.0.0/10", 10),
    ]
    .map(|(text, length)| (Addresses::parse(text).unwrap_or_default(), length))
}
