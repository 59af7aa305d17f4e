//! What gateways and far ends tell each other, and what networks learn from it.

use std::sync::Arc;

use super::{Attachment, Azure, LEARNED, Learned, route};
use crate::network::catalogue::Handle;
use crate::network::fabric::{Announced, node};
use crate::network::inventory::azure::BgpConnection;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Forward, HopKind, NodeId, Route};
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    pub(super) fn exchange(&mut self) {
        self.exchange_route_servers();
        for gate in 0..self.gateways.len() {
            self.exchange_at(gate);
        }
        self.exchange_networks();
        self.default_sites();
        self.exchange_hubs();
    }

    fn exchange_at(&mut self, gate: usize) {
        let Some(state) = self.gateways.get(gate) else {
            return;
        };
        let (net, node, vpn, links) = (state.net, state.node, state.vpn, state.links.clone());
        let name = self.name_of(node);
        let mut own = self.prefixes_of(net, "the gateway's own network");
        let spokes = self.spokes(net);
        for (spoke, doubts) in &spokes {
            for mut announced in self.prefixes_of(*spoke, "a peered network that uses this gateway") {
                announced.doubts.extend(doubts.iter().cloned());
                own.push(announced);
            }
        }
        own.extend(self.route_server(net));
        let transit = self.across(net, gate);
        for attachment in &links {
            let mut told = own.clone();
            told.extend(transit.iter().map(|(announced, _)| announced.clone()));
            self.tell(node, attachment, &told);
            let others = self.other_circuits(&links, attachment);
            self.hear(node, attachment, net, others);
            let announces = self
                .far
                .get(attachment.far)
                .map(|far| far.announces.clone())
                .unwrap_or_default();
            let kind = if vpn { HopKind::Vpn } else { HopKind::ExpressRoute };
            for announced in announces {
                let learned = Learned {
                    announced: with_doubts(announced, &attachment.doubts),
                    via: node,
                    name: name.clone(),
                    kind,
                };
                self.learn(net, learned.clone(), &[]);
                for (spoke, doubts) in &spokes {
                    self.learn(*spoke, learned.clone(), doubts);
                }
            }
        }
        for (announced, via) in transit {
            let kind = HopKind::VirtualNetwork;
            let written = announced.written.clone();
            let link = self.link(
                node,
                via,
                &name,
                kind,
                &written,
                "Route Server passes routes between gateways",
            );
            self.add_route(node, learned_route(&announced, Forward::Link(link)));
        }
    }

    pub(super) fn learn(&mut self, net: usize, mut learned: Learned, doubts: &[Doubt]) {
        learned.announced.doubts.extend(doubts.iter().cloned());
        if let Some(net) = self.networks.get_mut(net) {
            net.learned.push(learned);
        }
    }

    /// Networks that use the gateways of `net`, with what makes that doubtful.
    pub(super) fn spokes(&self, net: usize) -> Vec<(usize, Vec<Doubt>)> {
        let peers = self
            .networks
            .get(net)
            .map(|net| net.peers.as_slice())
            .unwrap_or_default();
        let spoke = |peer: &super::Peer| match &peer.gives_gateway {
            Ok(false) => None,
            Ok(true) => Some((peer.net, peer.doubts.clone())),
            Err(doubt) => {
                let mut doubts = peer.doubts.clone();
                doubts.push(doubt.clone());
                Some((peer.net, doubts))
            }
        };
        peers.iter().filter_map(spoke).collect()
    }

    /// The prefixes of a network, to be announced.
    pub(super) fn prefixes_of(&self, net: usize, whose: &str) -> Vec<Announced> {
        let network = self.fabric.inventory.azure.networks.get(net);
        let Some(network) = network else { return Vec::new() };
        let announced = network.prefixes.iter().map(|prefix| Announced {
            destinations: prefix.destinations.clone(),
            length: prefix.length,
            because: format!(
                "{} is a prefix of `{}`, {whose}",
                prefix.destinations.upper, network.origin.name
            )
            .into(),
            written: network.origin.written.clone(),
            doubts: prefix.destinations.doubts.to_vec(),
            assumptions: Vec::new(),
        });
        let programmed = self.networks.get(net).map_or(&[][..], |net| &net.programmed);
        announced.chain(programmed.iter().cloned()).collect()
    }

    /// What appliances announce through Route Server; only with branch-to-branch does it reach the
    /// gateways (Microsoft Learn, "About Azure Route Server support for ExpressRoute and VPN").
    fn route_server(&self, net: usize) -> Vec<Announced> {
        let azure = &self.fabric.inventory.azure;
        let mut announced = Vec::new();
        for server in &azure.route_servers {
            let at = self
                .subnet_of(&server.subnet)
                .and_then(|subnet| self.subnets.get(subnet))
                .and_then(|sub| sub.net);
            if at != Some(net) || server.branch_to_branch == Ok(false) {
                continue;
            }
            for (connection, unsure) in connections(&azure.bgp_connections, server.origin.handle) {
                let mut doubts: Vec<Doubt> = server
                    .branch_to_branch
                    .as_ref()
                    .err()
                    .cloned()
                    .into_iter()
                    .collect();
                doubts.extend(unsure);
                announced.extend(self.by_appliance(connection, &doubts));
            }
        }
        announced
    }

    /// Route Server puts what appliances announce into the routes of its network, of the gateways there
    /// and of the peers that use them; branch-to-branch is not needed for that (Microsoft Learn, "What is
    /// Azure Route Server?").
    fn exchange_route_servers(&mut self) {
        let inventory = self.fabric.inventory;
        for server in &inventory.azure.route_servers {
            let net = self
                .subnet_of(&server.subnet)
                .and_then(|subnet| self.subnets.get(subnet))
                .and_then(|sub| sub.net);
            let Some(net) = net else { continue };
            let spokes = self.spokes(net);
            let own = connections(&inventory.azure.bgp_connections, server.origin.handle);
            for (connection, unsure) in own {
                let via = self.appliance_behind(connection);
                for announced in self.by_appliance(connection, &unsure) {
                    let learned = Learned {
                        announced,
                        via,
                        name: connection.origin.name.clone(),
                        kind: HopKind::NetworkVirtualAppliance,
                    };
                    for (spoke, doubts) in &spokes {
                        self.learn(*spoke, learned.clone(), doubts);
                    }
                    self.learn(net, learned, &[]);
                }
            }
        }
    }

    /// Packets certainly get to it, and what it does with them is not known.
    fn appliance_behind(&mut self, connection: &BgpConnection) -> NodeId {
        let origin = &connection.origin;
        let name: Arc<str> = format!("the appliance behind `{}`", origin.name).into();
        if let Some(known) = self.appliances.get(&name) {
            return *known;
        }
        let mut own = node(
            name.clone(),
            HopKind::NetworkVirtualAppliance,
            origin.written.clone(),
        );
        own.obscured.push(Doubt {
            what: format!("what {name} does with packets").into(),
            decided_by: "nothing: an appliance's own rules are not in Terraform".into(),
            at: origin.written.at,
        });
        let id = self.fabric.network.add_node(own);
        self.appliances.insert(name, id);
        id
    }

    fn by_appliance(&self, connection: &BgpConnection, doubts: &[Doubt]) -> Vec<Announced> {
        let name = &connection.origin.name;
        let declared = &self.fabric.declarations.route_server_advertises;
        let announced = |destinations: Bounded<Addresses>, length, doubts: Vec<Doubt>, written| Announced {
            destinations,
            length,
            because: format!("the appliance behind `{name}` announces it").into(),
            written,
            doubts,
            assumptions: Vec::new(),
        };
        match declared.iter().find(|declared| declared.connection == *name) {
            Some(declared) => {
                let networks = declared.prefixes.lower.networks().into_iter();
                networks
                    .map(|(address, length)| {
                        let set = Bounded::exactly(Addresses::network(address, length));
                        announced(set, length, doubts.to_vec(), declared.written.clone())
                    })
                    .collect()
            }
            None => {
                let mut doubts = doubts.to_vec();
                doubts.push(Doubt {
                    what: format!("what the appliance behind `{name}` announces").into(),
                    decided_by: "`assume { route_server_advertises }` in the site file".into(),
                    at: connection.origin.written.at,
                });
                let set = Bounded::between(Addresses::none(), Addresses::all(), doubts.clone());
                vec![announced(set, 0, doubts, connection.origin.written.clone())]
            }
        }
    }

    /// What the other gateways of a network hear, where Route Server passes it on.
    fn across(&self, net: usize, gate: usize) -> Vec<(Announced, NodeId)> {
        let azure = &self.fabric.inventory.azure;
        let passes = azure.route_servers.iter().any(|server| {
            let at = self
                .subnet_of(&server.subnet)
                .and_then(|subnet| self.subnets.get(subnet))
                .and_then(|sub| sub.net);
            at == Some(net) && server.branch_to_branch == Ok(true)
        });
        let mut across = Vec::new();
        for (number, other) in self.gateways.iter().enumerate() {
            let own = self.gateways.get(gate).is_some_and(|own| own.vpn == other.vpn);
            if !passes || number == gate || other.net != net || own {
                continue;
            }
            for attachment in &other.links {
                let announces = self
                    .far
                    .get(attachment.far)
                    .map(|far| far.announces.as_slice())
                    .unwrap_or_default();
                across.extend(
                    announces
                        .iter()
                        .map(|announced| (with_doubts(announced.clone(), &attachment.doubts), other.node)),
                );
            }
        }
        across
    }

    /// What the other circuits of a gateway or hub announce.
    pub(super) fn other_circuits(&self, links: &[Attachment], own: &Attachment) -> Bounded<Addresses> {
        if own.vpn {
            return Bounded::exactly(Addresses::none());
        }
        let others = links
            .iter()
            .filter(|attachment| !attachment.vpn && attachment.far != own.far);
        self.announced_over(others, 1)
    }

    /// What lies behind attachments: certainly, and perhaps. Prefixes shorter than `shortest` say
    /// nothing of where their addresses are.
    pub(super) fn announced_over<'l>(
        &self,
        attachments: impl Iterator<Item = &'l Attachment>,
        shortest: u8,
    ) -> Bounded<Addresses> {
        let (mut lower, mut upper) = (Addresses::none(), Addresses::none());
        let mut doubts: Vec<Doubt> = Vec::new();
        for attachment in attachments {
            let far = self.far.get(attachment.far);
            let announces = far.map(|far| far.announces.as_slice()).unwrap_or_default();
            for announced in announces.iter().filter(|one| one.length >= shortest) {
                upper = upper.union(&announced.destinations.upper);
                if announced.doubts.is_empty() && attachment.doubts.is_empty() {
                    lower = lower.union(&announced.destinations.lower);
                }
                doubts.extend(announced.destinations.doubts.iter().cloned());
                doubts.extend(announced.doubts.iter().chain(&attachment.doubts).cloned());
            }
        }
        Bounded::between(lower, upper, doubts)
    }

    /// The far end gets routes towards the gateway or hub.
    pub(super) fn tell(&mut self, to: NodeId, attachment: &Attachment, told: &[Announced]) {
        let Some(far) = self.far.get(attachment.far).map(|far| far.node) else {
            return;
        };
        let link = self.attachment_link(far, to, attachment, true);
        for announced in told {
            let mut own = learned_route(announced, Forward::Link(link));
            own.rank = self.rank_beside(far, announced);
            self.add_route(far, own);
        }
        if let Some(far) = self.far.get_mut(attachment.far) {
            far.told.extend(told.iter().cloned());
        }
    }

    /// A default route beside one that the private cloud has by itself: nobody says which wins, so
    /// both rank alike.
    fn rank_beside(&self, far: NodeId, announced: &Announced) -> u8 {
        let routes = self
            .fabric
            .network
            .node(far)
            .map(|node| node.routes.as_slice())
            .unwrap_or_default();
        let other = routes.iter().find(|route| {
            announced.length == 0 && route.length == 0 && matches!(route.forward, Forward::Link(_))
        });
        other.map_or(LEARNED, |route| route.rank)
    }

    /// The gateway or hub gets routes towards the far end.
    fn hear(&mut self, at: NodeId, attachment: &Attachment, net: usize, others: Bounded<Addresses>) {
        let Some(far) = self.far.get(attachment.far) else {
            return;
        };
        let (node, announces) = (far.node, far.announces.clone());
        let link = self.attachment_link(at, node, attachment, false);
        if let Some(filter) = self.no_transit(&attachment.name, &attachment.written, others)
            && let Some(link) = self.link_mut(link)
            && link.filters.len() <= attachment.outward.len()
        {
            link.filters.push(filter);
        }
        let taken = self.preferred(net);
        for announced in announces {
            let mut own = learned_route(&announced, Forward::Link(link));
            let set = &announced.destinations;
            own.destinations = Bounded::between(
                set.lower.difference(&taken),
                set.upper.difference(&taken),
                set.doubts.clone(),
            );
            self.add_route(at, own);
        }
    }

    fn attachment_link(
        &mut self,
        from: NodeId,
        to: NodeId,
        attachment: &Attachment,
        inward: bool,
    ) -> crate::network::model::LinkId {
        let kind = if attachment.vpn {
            HopKind::Vpn
        } else {
            HopKind::ExpressRoute
        };
        let link = self.link(
            from,
            to,
            &attachment.name,
            kind,
            &attachment.written,
            "the connection leads there",
        );
        if let Some(made) = self.link_mut(link)
            && made.filters.is_empty()
        {
            made.filters = if inward {
                attachment.inward.clone()
            } else {
                attachment.outward.clone()
            };
            made.doubts.clone_from(&attachment.doubts);
            made.assumptions.clone_from(&attachment.assumptions);
        }
        link
    }
}

/// The connections of a route server, each with why it may not be one: it may not be there, or be another
/// server's.
fn connections(all: &[BgpConnection], server: Handle) -> Vec<(&BgpConnection, Vec<Doubt>)> {
    let of = |connection: &'_ BgpConnection| match &connection.server {
        Reference::Unknown(doubt) => Some(Some(doubt.clone())),
        reference => {
            let mut candidates = reference.candidates().into_iter();
            let own = candidates.find(|(handle, _)| *handle == server);
            own.map(|(_, doubt)| doubt)
        }
    };
    let mut own = Vec::new();
    for connection in all {
        if let Some(unsure) = of(connection) {
            let presence = connection.origin.presence.iter().cloned();
            own.push((connection, presence.chain(unsure).collect()));
        }
    }
    own
}

pub(super) fn learned_route(announced: &Announced, forward: Forward) -> Route {
    Route {
        name: "learned route".into(),
        written: announced.written.clone(),
        doubts: announced.doubts.clone(),
        assumptions: announced.assumptions.clone(),
        ..route(
            announced.destinations.clone(),
            announced.length,
            LEARNED,
            forward,
            &announced.because,
        )
    }
}

pub(super) fn with_doubts(mut announced: Announced, doubts: &[Doubt]) -> Announced {
    announced.doubts.extend(doubts.iter().cloned());
    announced
}

/// A prefix that is told without being anybody's: a default route, an aggregate.
pub(super) fn aggregate(
    set: Addresses,
    length: u8,
    because: &str,
    written: &crate::network::model::Written,
    doubts: Vec<Doubt>,
) -> Announced {
    Announced {
        destinations: Bounded::exactly(set),
        length,
        because: Arc::from(because),
        written: written.clone(),
        doubts,
        assumptions: Vec::new(),
    }
}
