//! Virtual hubs: what they connect, which routes they hold, and the firewall inside.
//!
//! A hub's node is its default route table; custom tables have nodes of their own. With routing intent
//! the tables send everything private, or public, to the firewall, which knows every connection
//! (Microsoft Learn, "How to configure Virtual WAN Hub routing intent and routing policies").

use std::collections::HashMap;
use std::sync::Arc;

use super::exchange::{aggregate, learned_route, with_doubts};
use super::{Attachment, Azure, HubState, Learned, SYSTEM, USER, route};
use crate::network::catalogue::Handle;
use crate::network::fabric::{Announced, node};
use crate::network::inventory::wan::{HubRoute, Routing};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Forward, HopKind, NodeId, Written};
use crate::traffic::Addresses;

/// What a hub reaches: a prefix, and the node and connection that it lies behind.
#[derive(Clone)]
struct Reachable {
    announced: Announced,
    to: NodeId,
    name: Arc<str>,
    written: Written,
    kind: HopKind,
    /// The connection, for its propagation; `None`: everywhere.
    connection: Option<usize>,
    attachment: Option<Attachment>,
}

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
                prefix,
                firewall: None,
                private_policy: None,
                internet_policy: None,
                networks: Vec::new(),
                attachments: Vec::new(),
                tables: HashMap::new(),
            });
        }
        self.hub_tables();
        self.hub_firewalls();
        self.hub_intents();
        self.hub_networks();
        self.hub_circuits();
    }

    fn hub(&self, reference: &Reference) -> Option<usize> {
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

    fn hub_intents(&mut self) {
        let inventory = self.fabric.inventory;
        for intent in &inventory.azure.wan.intents {
            let Some(hub) = self.hub(&intent.hub) else {
                continue;
            };
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

    fn hub_networks(&mut self) {
        let inventory = self.fabric.inventory;
        for (number, connection) in inventory.azure.wan.connections.iter().enumerate() {
            let net = connection
                .network
                .handle()
                .and_then(|handle| self.by_network.get(&handle).copied());
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
                    if let (Some(node), Some(doubt)) = (node, connection.network.doubt().cloned()) {
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
                    };
                    if let Some(hub) = self.hubs.get_mut(hub) {
                        hub.attachments.push(attachment);
                    }
                }
                (None, Some(far)) => {
                    let doubt = connection
                        .gateway
                        .doubt()
                        .or_else(|| gateway.and_then(|(_, hub)| hub.doubt()))
                        .cloned();
                    let node = self.far.get(far).map(|far| far.node);
                    if let (Some(node), Some(doubt)) = (node, doubt) {
                        self.add_route(
                            node,
                            super::perhaps_anywhere(vec![doubt], "a hub that is in no input may lead there"),
                        );
                    }
                }
                (Some(hub), None) => {
                    let node = self.hubs.get(hub).map(|hub| hub.node);
                    if let (Some(node), Some(doubt)) = (node, connection.circuit.doubt().cloned()) {
                        self.add_route(
                            node,
                            super::perhaps_anywhere(vec![doubt], "a connected circuit is in no input"),
                        );
                    }
                }
                (None, None) => {}
            }
        }
        let gateways: Vec<_> = inventory.azure.wan.vpn_gateways.iter().collect();
        for (origin, hub) in gateways {
            self.not_understood(
                &origin.name,
                &origin.written,
                "a site-to-site gateway in a hub: the sites behind it are not modelled",
            );
            let doubt = Doubt {
                what: format!("what the sites behind `{}` announce", origin.name).into(),
                decided_by: "nothing: site-to-site gateways in hubs are not modelled".into(),
                at: origin.written.at,
            };
            if let Some(node) = self
                .hub(hub)
                .and_then(|hub| self.hubs.get(hub))
                .map(|hub| hub.node)
            {
                self.add_route(
                    node,
                    super::perhaps_anywhere(vec![doubt], "a site behind a hub's gateway may be there"),
                );
            }
        }
    }

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
        let prefix = state.prefix.clone();
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
            self.wall_to_internet(wall, hub);
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

    fn wall_to_internet(&mut self, wall: NodeId, hub: usize) {
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
        let _ = hub;
    }

    /// Whether a connection's prefixes are in a table (`None`: the default one).
    fn propagates_to(&self, hub: usize, reachable: &Reachable, table: Option<Handle>) -> bool {
        let Some(connection) = reachable.connection else {
            return table.is_none();
        };
        let inventory = self.fabric.inventory;
        let Some(connection) = inventory.azure.wan.connections.get(connection) else {
            return false;
        };
        let routing = &connection.routing;
        if !routing.propagation_given {
            return table.is_none();
        }
        self.propagated(hub, routing).contains(&table)
    }

    /// The tables that a connection's prefixes go to; the default one is `None`.
    fn propagated(&self, hub: usize, routing: &Routing) -> Vec<Option<Handle>> {
        let mut tables = Vec::new();
        for reference in &routing.propagated {
            match self.table(hub, reference) {
                Table::Default => tables.push(None),
                Table::Custom(handle) => tables.push(Some(handle)),
                Table::None => {}
            }
        }
        if routing.labels.iter().any(|label| &**label == "default") {
            tables.push(None);
        }
        for table in &self.fabric.inventory.azure.wan.tables {
            if table.labels.iter().any(|label| routing.labels.contains(label)) {
                tables.push(Some(table.origin.handle));
            }
        }
        tables
    }

    fn table(&self, hub: usize, reference: &Reference) -> Table {
        let Reference::To(target) = reference else {
            return Table::None;
        };
        let state = self.hubs.get(hub);
        if let Some(node) = state.and_then(|state| state.tables.get(&target.handle)) {
            return if state.is_some_and(|state| state.node == *node) {
                Table::Default
            } else {
                Table::Custom(target.handle)
            };
        }
        let suffix = target.suffix.to_ascii_lowercase();
        let attribute = target.path.iter().any(|step| {
            matches!(step, crate::evaluate::value::Step::Attribute(name) if &**name == "default_route_table_id")
        });
        if attribute || suffix.ends_with("/defaultroutetable") {
            Table::Default
        } else {
            Table::None
        }
    }

    /// Where a connection's packets enter the hub.
    fn entry(&self, hub: usize, routing: &Routing) -> Option<NodeId> {
        let state = self.hubs.get(hub)?;
        let table = routing
            .associated
            .as_ref()
            .map(|reference| self.table(hub, reference));
        match table {
            Some(Table::Custom(handle)) => state.tables.get(&handle).copied(),
            _ => Some(state.node),
        }
    }

    /// Static routes of a table, and of connections whose network holds an appliance.
    fn static_routes(&mut self, hub: usize, table: Option<Handle>, at: NodeId, wall: Option<NodeId>) {
        let wan = &self.fabric.inventory.azure.wan;
        let mut routes: Vec<HubRoute> = Vec::new();
        for own in &wan.tables {
            let node = self
                .hubs
                .get(hub)
                .and_then(|hub| hub.tables.get(&own.origin.handle));
            if node == Some(&at) {
                routes.extend(own.routes.iter().cloned());
            }
        }
        for (reference, own) in &wan.routes {
            let here = match self.table(hub, reference) {
                Table::Default => table.is_none() && self.is_of(hub, reference),
                Table::Custom(handle) => table == Some(handle),
                Table::None => false,
            };
            if here {
                routes.push(own.clone());
            }
        }
        for own in routes {
            self.static_route(at, &own, wall);
        }
        let connections: Vec<_> = self
            .hubs
            .get(hub)
            .map(|hub| hub.networks.clone())
            .unwrap_or_default();
        for (number, _, _) in connections {
            let Some(connection) = self.fabric.inventory.azure.wan.connections.get(number) else {
                continue;
            };
            for (prefix, written, doubt) in &connection.routing.statics {
                let mut own = route(
                    prefix.destinations.clone(),
                    prefix.length,
                    USER,
                    Forward::Unknown,
                    "a static route leads to an appliance in a connected network",
                );
                own.written = written.clone();
                own.doubts = vec![doubt.clone()];
                self.add_route(at, own);
            }
        }
    }

    fn is_of(&self, hub: usize, reference: &Reference) -> bool {
        let Some(state) = self.hubs.get(hub) else {
            return false;
        };
        reference
            .handle()
            .is_some_and(|handle| handle == state.handle || state.tables.contains_key(&handle))
    }

    fn static_route(&mut self, at: NodeId, own: &HubRoute, wall: Option<NodeId>) {
        let next = own
            .next
            .handle()
            .and_then(|handle| self.firewalls.get(&handle))
            .map(|wall| wall.node);
        let forward = match next.filter(|next| Some(*next) == wall || wall.is_none()) {
            Some(next) => {
                let (name, written) = (self.name_of(at), self.written_of(at));
                Forward::Link(self.link(
                    at,
                    next,
                    &name,
                    HopKind::VirtualHub,
                    &written,
                    "the hub leads to its firewall",
                ))
            }
            None => Forward::Unknown,
        };
        for to in &own.to {
            for (destinations, length, rank) in self.destinations(to) {
                let mut made = route(
                    destinations,
                    length,
                    rank,
                    forward,
                    "a static route of the hub's route table",
                );
                made.name = own.name.clone();
                made.kind = Some(HopKind::RouteTable);
                made.written = own.written.clone();
                made.doubts = own.doubts.clone();
                if forward == Forward::Unknown {
                    made.doubts
                        .push(own.next.doubt().cloned().unwrap_or_else(|| Doubt {
                            what: format!("what the next hop of route `{}` does", own.name).into(),
                            decided_by: "nothing: only Azure Firewall is modelled as a next hop".into(),
                            at: own.written.at,
                        }));
                }
                self.add_route(at, made);
            }
        }
    }

    /// What connected networks and circuits learn from the hub.
    fn tell_hub(&mut self, hub: usize, reachable: &[Reachable]) {
        let Some(state) = self.hubs.get(hub) else { return };
        let (own, name) = (state.node, state.name.clone());
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
            told.extend(self.default_route(hub, own, &attachment.internet, &attachment.internet_written));
            self.tell(own, attachment, &told);
        }
        let _ = name;
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

enum Table {
    Default,
    Custom(Handle),
    None,
}

/// What the private policy stands for beyond the known prefixes.
fn private_aggregates() -> [(Addresses, u8); 3] {
    [("10.0.0.0/8", 8), ("172.16.0.0/12", 12), ("192.168.0.0/16", 16)]
        .map(|(text, length)| (Addresses::parse(text).unwrap_or_default(), length))
}
