//! Effective routes of subnets, firewalls and gateways (Microsoft Learn, "Virtual network traffic
//! routing"): the system's, peerings', learned and user-defined ones.

use std::sync::Arc;

use super::exchange::learned_route;
use super::{Azure, LEARNED, Peer, Role, SYSTEM, perhaps_anywhere, route};
use crate::network::fabric::{region_stamp, subnet_stamp};
use crate::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, Forward, HopKind, LinkId, NodeId, Rewrite, Route, Written,
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
        if !own.destinations.upper.is_empty() {
            self.add_route(node, own);
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
        for (text, length) in [
            ("10.0.0.0/8", 8),
            ("172.16.0.0/12", 12),
            ("192.168.0.0/16", 16),
            ("100.64.0.0/10", 10),
        ] {
            let set = Addresses::parse(text).unwrap_or_default();
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

    fn internet_route(&mut self, node: NodeId, subnet: usize, net: usize, role: Role) {
        let inventory = self.fabric.inventory;
        let Some(state) = inventory.azure.subnets.get(subnet) else {
            return;
        };
        let link = self.internet_link(node, subnet, net, role);
        let everything = || Bounded::exactly(Addresses::all());
        let nat = inventory
            .azure
            .egresses
            .iter()
            .any(|egress| self.subnet_of(&egress.to) == Some(subnet));
        let private_subnet = !nat && !matches!(role, Role::Firewall(_));
        let mut own = route(
            everything(),
            0,
            SYSTEM,
            Forward::Link(link),
            "the system's default route leads to the internet",
        );
        match (&state.default_outbound, private_subnet) {
            (Ok(false), true) => {
                own.forward = Forward::Drop(Disposition::NoRoute);
                own.because =
                    "the subnet has no way out: default outbound access is off and there is no NAT gateway"
                        .into();
            }
            (Err(doubt), true) => own.doubts.push(doubt.clone()),
            _ => {}
        }
        self.add_route(node, own);
        self.storage_route(node, subnet, link);
    }

    /// A storage service endpoint leads straight to the service, with the subnet's identity.
    fn storage_route(&mut self, node: NodeId, subnet: usize, link: LinkId) {
        let Some(state) = self.fabric.inventory.azure.subnets.get(subnet) else {
            return;
        };
        let doubts: Vec<Doubt> = match &state.storage_endpoint {
            Ok(None) => return,
            Ok(Some(_)) => Vec::new(),
            Err(doubt) => vec![doubt.clone()],
        };
        let Some(tag) = self.fabric.tags.get("Storage") else {
            return;
        };
        let mut own = route(
            Bounded::exactly(tag.addresses),
            32,
            SYSTEM,
            Forward::Link(link),
            "the subnet's storage service endpoint leads to the service",
        );
        own.name = "service endpoint".into();
        own.doubts = doubts;
        self.add_route(node, own);
    }

    /// Out to the internet, with the marks that storage firewalls look for.
    pub(super) fn internet_link(&mut self, node: NodeId, subnet: usize, net: usize, role: Role) -> LinkId {
        let name = self.name_of(node);
        let written = self.written_of(node);
        let key = (node, self.fabric.internet, name.clone());
        if let Some(link) = self.links.get(&key) {
            return *link;
        }
        let to = self.fabric.internet;
        let link = self.link(
            node,
            to,
            &name,
            HopKind::InternetEgress,
            &written,
            "out to the internet",
        );
        let inventory = self.fabric.inventory;
        let mut stamps = Vec::new();
        if let Some(state) = inventory.azure.subnets.get(subnet)
            && matches!(state.storage_endpoint, Ok(Some(_)))
        {
            stamps.push(subnet_stamp(subnet));
        }
        if let Some(Ok(region)) = inventory
            .azure
            .networks
            .get(net)
            .map(|network| network.location.value.as_ref())
        {
            stamps.push(region_stamp(region));
        }
        // A firewall translates by its own rules.
        let translation = if matches!(role, Role::Firewall(_)) {
            None
        } else {
            Some(self.translation(&name, &written))
        };
        if let Some(made) = self.link_mut(link) {
            made.stamps = stamps;
            made.filters.extend(translation);
        }
        link
    }

    /// On its way to the internet a packet gets a public source address.
    fn translation(&mut self, name: &Arc<str>, written: &Written) -> crate::network::model::FilterId {
        let doubt = Doubt {
            what: format!("the public address that `{name}` leaves by").into(),
            decided_by: "a plan made after it is created".into(),
            at: written.at,
        };
        let rewrite = Rewrite {
            source: Some(Bounded::between(Addresses::none(), Addresses::public(), [doubt])),
            source_unless_destination: Addresses::none(),
            destination: None,
            destination_ports: None,
        };
        let everything = super::gateways::pair(
            Bounded::exactly(Addresses::all()),
            Bounded::exactly(Addresses::all()),
        );
        let because = "the source becomes a public address";
        let line = super::gateways::line(
            "outbound access",
            Action::Rewrite(Arc::new(rewrite)),
            vec![everything],
            because,
            written,
        );
        let otherwise = super::gateways::line("outbound access", Action::Allow, Vec::new(), because, written);
        self.fabric.network.add_filter(Filter {
            name: name.clone(),
            kind: HopKind::Nat,
            written: written.clone(),
            lines: vec![line],
            otherwise,
            point: format!("outbound access of {name}").into(),
            transit: false,
        })
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
            unknown.length = 8;
            unknown.rank = LEARNED;
            self.add_route(node, unknown.clone());
            unknown.length = 0;
            self.add_route(node, unknown);
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
