//! User-defined routes, and what they do to the routes of private endpoints.

use std::collections::BTreeMap;

use super::gateways::{line, pair};
use super::next_hops::Hop;
use super::{Azure, SYSTEM, USER, route};
use crate::network::catalogue::Handle;
use crate::network::inventory::azure::{NextHop, RoutePrefix, RouteTable, UserRoute};
use crate::network::join::Reference;
use crate::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, Forward, HopKind, Line, LinkId, NodeId, Route,
};
use crate::traffic::Addresses;

impl<'a> Azure<'_, 'a> {
    /// The route tables of a subnet, each with what makes the association doubtful.
    pub(super) fn tables_of(&self, subnet: usize) -> Vec<(&'a RouteTable, Vec<Doubt>)> {
        let tables = &self.fabric.inventory.azure.route_tables;
        let own = self
            .subnets
            .get(subnet)
            .map(|sub| sub.tables.as_slice())
            .unwrap_or_default();
        let find = |(handle, doubts): &(Handle, Vec<Doubt>)| {
            let table = tables.iter().find(|table| table.origin.handle == *handle)?;
            let mut doubts = doubts.clone();
            doubts.extend(table.origin.presence.iter().cloned());
            Some((table, doubts))
        };
        own.iter().filter_map(find).collect()
    }

    /// Adds the user routes of a subnet to a node; `bypassed` says why they may not be looked at.
    pub(super) fn user_routes(&mut self, node: NodeId, net: usize, subnet: usize, bypassed: &[Doubt]) {
        let tables = self.tables_of(subnet);
        if tables.is_empty() {
            return;
        }
        let mut added = Vec::new();
        for (table, mut doubts) in tables {
            doubts.extend(bypassed.iter().cloned());
            let standalone = self.fabric.inventory.azure.routes.iter();
            let standalone =
                standalone.filter_map(|(of, route)| Some((route, strange(of, table.origin.handle)?)));
            let own: Vec<(&UserRoute, Option<Doubt>)> = table
                .routes
                .iter()
                .map(|route| (route, None))
                .chain(standalone)
                .collect();
            for (user, strange) in own {
                let mut all = doubts.clone();
                all.extend(user.doubts.iter().cloned());
                all.extend(strange);
                self.user_route(node, net, user, table, &all, &mut added);
            }
        }
        self.endpoint_routes(node, net, &added);
        self.within_subnet(node, net, &added);
        for own in added {
            self.add_route(node, own);
        }
    }

    /// Packets to a neighbour in the same subnet are routed too: a user route that is as long as the
    /// network's own prefix, or longer, takes them elsewhere (Microsoft Learn, "Virtual network traffic
    /// routing", the route `Within-Subnet1` of its example). Where to and back is not modelled.
    fn within_subnet(&mut self, node: NodeId, net: usize, users: &[Route]) {
        let Some(own) = self
            .fabric
            .network
            .node(node)
            .map(|node| node.addresses.upper.clone())
        else {
            return;
        };
        // What has a route of its own is led to by that.
        let apart = self.endpoints.iter().map(|endpoint| &endpoint.addresses.upper);
        let own = own.difference(&Addresses::union_all(apart));
        let networks = self.fabric.inventory.azure.networks.get(net);
        let prefixes = networks.map_or(&[][..], |network| &network.prefixes);
        let shortest = prefixes.iter().map(|prefix| prefix.length).min().unwrap_or(0);
        let mut near: Vec<&Route> = users.iter().filter(|user| user.length >= shortest).collect();
        near.sort_by_key(|user| (std::cmp::Reverse(user.length), user.rank));
        let mut lines = Vec::new();
        for user in near {
            let to = &user.destinations;
            let taken = Bounded::between(
                to.lower.intersection(&own),
                to.upper.intersection(&own),
                to.doubts.clone(),
            );
            if taken.upper.is_empty() {
                continue;
            }
            let mut doubts = user.doubts.clone();
            let action = match user.forward {
                Forward::Link(link) if self.leads_home(link, net) => Action::Allow,
                Forward::Drop(_) => Action::Deny,
                _ => {
                    doubts.push(way_around(user));
                    Action::Deny
                }
            };
            let matches = vec![pair(Bounded::exactly(own.clone()), taken)];
            lines.push(Line {
                doubts,
                place: user.place.clone(),
                stateful: false,
                ..line(
                    &user.name,
                    action,
                    matches,
                    "packets inside a subnet are routed too",
                    &user.written,
                )
            });
        }
        if lines.is_empty() {
            return;
        }
        let (name, written) = (self.name_of(node), self.written_of(node));
        let filter = self.fabric.network.add_filter(Filter {
            point: format!("inside {name}").into(),
            otherwise: Line {
                stateful: false,
                ..line(
                    "inside the subnet",
                    Action::Allow,
                    Vec::new(),
                    "no user route leads out",
                    &written,
                )
            },
            name,
            kind: HopKind::RouteTable,
            written,
            lines,
            transit: false,
        });
        if let Some(node) = self.fabric.node_mut(node) {
            node.sends.push(filter);
        }
    }

    /// Whether a link leads to the virtual network itself.
    fn leads_home(&self, link: LinkId, net: usize) -> bool {
        let to = self.fabric.network.link(link).map(|link| link.to);
        to.is_some() && to == self.networks.get(net).map(|net| net.node)
    }

    fn user_route(
        &mut self,
        node: NodeId,
        net: usize,
        user: &UserRoute,
        table: &RouteTable,
        doubts: &[Doubt],
        added: &mut Vec<Route>,
    ) {
        let (forward, because, more) = self.next_hop(node, net, user);
        let mut all = doubts.to_vec();
        all.extend(more);
        for (destinations, length, rank) in self.destinations(&user.to) {
            let mut own = route(destinations, length, rank, forward, &because);
            own.name = user.name.clone();
            own.kind = Some(HopKind::RouteTable);
            own.place = Some(user.place.clone().unwrap_or_else(|| table.origin.name.clone()));
            own.written = user.written.clone();
            // What decides an unknown next hop is said by the route itself.
            own.doubts = if forward == Forward::Unknown {
                unknown_first(&all, user)
            } else {
                all.clone()
            };
            added.push(own);
        }
    }

    /// The sets that a destination stands for, by prefix length.
    pub(super) fn destinations(&self, to: &RoutePrefix) -> Vec<(Bounded<Addresses>, u8, u8)> {
        match to {
            RoutePrefix::Network(set, length) => vec![(Bounded::exactly(set.clone()), *length, USER)],
            RoutePrefix::Invalid => Vec::new(),
            RoutePrefix::Unknown(doubt) => {
                vec![(
                    Bounded::between(Addresses::none(), Addresses::all(), [doubt.clone()]),
                    32,
                    USER,
                )]
            }
            RoutePrefix::Tag(name) => match self.fabric.tags.get(name) {
                Some(tag) => {
                    let mut by_length: BTreeMap<u8, Vec<Addresses>> = BTreeMap::new();
                    for (address, length) in tag.networks.iter() {
                        by_length
                            .entry(*length)
                            .or_default()
                            .push(Addresses::network(*address, *length));
                    }
                    let rank = tag_rank(&tag.name);
                    let sets = by_length.into_iter();
                    sets.map(|(length, sets)| (Bounded::exactly(Addresses::union_all(&sets)), length, rank))
                        .collect()
                }
                None => {
                    let doubt = crate::network::doubt::doubt(
                        format!("the addresses of `{name}`"),
                        "a service tag list that has it, with --service-tags",
                    );
                    vec![(
                        Bounded::between(Addresses::none(), Addresses::all(), [doubt]),
                        32,
                        1,
                    )]
                }
            },
        }
    }

    fn next_hop(&mut self, node: NodeId, net: usize, user: &UserRoute) -> (Forward, String, Vec<Doubt>) {
        let hop = match &user.next {
            Ok(hop) => *hop,
            Err(doubt) => {
                return (
                    Forward::Unknown,
                    "its next hop is not known".into(),
                    vec![doubt.clone()],
                );
            }
        };
        match hop {
            NextHop::None => (
                Forward::Drop(Disposition::NullRoute),
                "the next hop is None".into(),
                Vec::new(),
            ),
            NextHop::Internet => {
                let subnet = self.networks.get(net).and_then(|net| {
                    net.subnets
                        .iter()
                        .copied()
                        .find(|subnet| self.subnets.get(*subnet).is_some_and(|sub| sub.node == node))
                });
                let role = subnet
                    .and_then(|subnet| self.subnets.get(subnet))
                    .map_or(super::Role::Plain, |sub| sub.role);
                if role == super::Role::Uplink {
                    let unknown = crate::network::doubt::doubt(
                        "whether workloads of a private cloud leave straight to the internet",
                        "a default route to a firewall or an appliance",
                    );
                    return (
                        Forward::Unknown,
                        "the next hop is the internet".into(),
                        vec![unknown],
                    );
                }
                let (forward, because, doubts) = self.out(node, subnet.unwrap_or(usize::MAX), net, role);
                let because = because.unwrap_or("the next hop is the internet");
                (forward, because.into(), doubts)
            }
            NextHop::Local => {
                let home = self.networks.get(net).map_or(node, |net| net.node);
                let (name, written) = (self.name_of(home), self.written_of(home));
                let link = self.link(
                    node,
                    home,
                    &name,
                    HopKind::VirtualNetwork,
                    &written,
                    "the destination is in this virtual network",
                );
                (
                    Forward::Link(link),
                    "the next hop is the virtual network".into(),
                    Vec::new(),
                )
            }
            NextHop::Gateway => self.gateway_hop(node, net),
            NextHop::Appliance => self.appliance_hop(node, net, &Hop::of(user)),
        }
    }

    /// `VirtualNetworkGateway` as a user route's next hop means a VPN gateway.
    fn gateway_hop(&mut self, node: NodeId, net: usize) -> (Forward, String, Vec<Doubt>) {
        let own = |gate: &&super::Gate| gate.net == net && gate.vpn;
        match self.gateways.iter().find(own).map(|gate| gate.node) {
            Some(gate) => {
                let (name, written) = (self.name_of(gate), self.written_of(gate));
                let link = self.link(
                    node,
                    gate,
                    &name,
                    HopKind::Vpn,
                    &written,
                    "the route leads to the VPN gateway",
                );
                (
                    Forward::Link(link),
                    "the next hop is the VPN gateway".into(),
                    Vec::new(),
                )
            }
            None => {
                let name = self
                    .networks
                    .get(net)
                    .map_or_else(|| "".into(), |net| self.name_of(net.node));
                let doubt = crate::network::doubt::doubt(
                    format!(
                        "what a route to the gateway of `{name}` does, which has no VPN gateway of its own"
                    ),
                    "a next hop other than `VirtualNetworkGateway`, which is for VPN gateways",
                );
                (
                    Forward::Unknown,
                    "the next hop is a virtual network gateway".into(),
                    vec![doubt],
                )
            }
        }
    }

    /// The /32 routes of private endpoints in the network and its peers, where user routes do not
    /// invalidate them: with network policies on, a user route at least as long as a prefix of the
    /// endpoint's network does (Microsoft Learn, "Manage network policies for private endpoints").
    fn endpoint_routes(&mut self, node: NodeId, net: usize, users: &[Route]) {
        let peers = self
            .networks
            .get(net)
            .map(|net| net.peers.clone())
            .unwrap_or_default();
        for number in 0..self.endpoints.len() {
            let Some(endpoint) = self
                .endpoints
                .get(number)
                .filter(|endpoint| endpoint.private.is_some())
            else {
                continue;
            };
            let (to, addresses, subnet) = (endpoint.node, endpoint.addresses.clone(), endpoint.subnet);
            let Some(at) = self.subnets.get(subnet).and_then(|sub| sub.net) else {
                continue;
            };
            let link = if at == net {
                let home = self.networks.get(net).map_or(node, |net| net.node);
                let (name, written) = (self.name_of(home), self.written_of(home));
                self.link(
                    node,
                    home,
                    &name,
                    HopKind::VirtualNetwork,
                    &written,
                    "the destination is in this virtual network",
                )
            } else if let Some(peer) = peers.iter().find(|peer| peer.net == at) {
                self.peering_link(node, net, peer, false)
            } else {
                continue;
            };
            let (gone, doubtful) = self.invalidated(at, subnet, &addresses.upper, users);
            let rest = addresses.upper.difference(&gone);
            let mut own = route(
                Bounded::exactly(rest.clone()),
                32,
                SYSTEM,
                Forward::Link(link),
                "the private endpoint's own route",
            );
            own.name = "private endpoint route".into();
            own.only_to = (!addresses.is_exact()).then_some(to);
            own.doubts = doubtful;
            if !rest.is_empty() {
                self.add_route(node, own);
            }
        }
    }

    /// The addresses whose endpoint routes user routes certainly invalidate, and what else may.
    fn invalidated(
        &self,
        net: usize,
        subnet: usize,
        addresses: &Addresses,
        users: &[Route],
    ) -> (Addresses, Vec<Doubt>) {
        let inventory = &self.fabric.inventory.azure;
        let prefixes = inventory
            .networks
            .get(net)
            .map(|network| network.prefixes.as_slice())
            .unwrap_or_default();
        let holding = prefixes
            .iter()
            .filter(|prefix| prefix.destinations.upper.intersects(addresses));
        let Some(least) = holding.map(|prefix| prefix.length).min() else {
            return (Addresses::none(), Vec::new());
        };
        let policies = inventory
            .subnets
            .get(subnet)
            .map(|subnet| subnet.endpoint_routes.clone());
        let mut gone = Addresses::none();
        let mut doubts = Vec::new();
        for user in users
            .iter()
            .filter(|user| user.length >= least && user.destinations.upper.intersects(addresses))
        {
            match (&policies, user.doubts.is_empty() && user.destinations.is_exact()) {
                (Some(Ok(true)), true) => gone = gone.union(&user.destinations.lower),
                (Some(Ok(true)), false) => {
                    doubts.extend(user.doubts.iter().chain(user.destinations.doubts.iter()).cloned())
                }
                (Some(Err(doubt)), _) => doubts.push(doubt.clone()),
                _ => {}
            }
        }
        (gone, doubts)
    }
}

/// Whether a route is of this table, and why it may be of another.
fn strange(of: &Reference, table: Handle) -> Option<Option<Doubt>> {
    match of {
        Reference::Unknown(doubt) => Some(Some(doubt.clone())),
        _ => of
            .candidates()
            .into_iter()
            .find(|(handle, _)| *handle == table)
            .map(|(_, doubt)| doubt),
    }
}

/// Tags on equal prefixes: regional before whole, other tags before the whole cloud's.
fn tag_rank(name: &str) -> u8 {
    let lower = name.to_ascii_lowercase();
    match (lower.starts_with("azurecloud"), lower.contains('.')) {
        (false, true) => USER + 1,
        (false, false) => USER + 2,
        (true, true) => USER + 3,
        (true, false) => USER + 4,
    }
}

/// A route whose next hop is unknown exists all the same; its doubts say what is not known.
fn unknown_first(doubts: &[Doubt], user: &UserRoute) -> Vec<Doubt> {
    if doubts.is_empty() {
        vec![crate::network::doubt::doubt(
            format!("the next hop of route `{}`", user.name),
            "an explicit value",
        )]
    } else {
        doubts.to_vec()
    }
}

/// A route takes packets out of a subnet on their way to a neighbour.
fn way_around(user: &Route) -> Doubt {
    Doubt {
        what: format!(
            "how packets come back to the subnet that the route `{}` takes out of it",
            user.name
        )
        .into(),
        decided_by: "a route of the subnet's own prefix to `VnetLocal`".into(),
        at: user.written.at,
    }
}
