//! Route tables of a hub: which connections are in which, and static routes.

use super::hub_routes::Reachable;
use super::{Azure, route};
use crate::network::catalogue::Handle;
use crate::network::inventory::wan::{HubRoute, Routing};
use crate::network::join::Reference;
use crate::network::model::{Doubt, Forward, HopKind, NodeId};

impl Azure<'_, '_> {
    /// Whether the prefixes of a connection of hub `home` are in a table of `hub` (`None`: the default
    /// one), and why that is not certain. A connection that does not say propagates to the default
    /// tables of all hubs; labels are those of all hubs (Microsoft Learn, "About virtual hub routing").
    pub(super) fn in_table(
        &self,
        hub: usize,
        home: usize,
        routing: &Routing,
        table: Option<Handle>,
    ) -> Option<Vec<Doubt>> {
        if !routing.propagation_given {
            return table.is_none().then(|| routing.maps.clone());
        }
        let labelled = match table {
            None => routing.labels.iter().any(|label| &**label == "default"),
            Some(handle) => {
                let mut tables = self.fabric.inventory.azure.wan.tables.iter();
                tables.any(|table| {
                    table.origin.handle == handle
                        && table.labels.iter().any(|label| routing.labels.contains(label))
                })
            }
        };
        let mut unsure = routing.unknown_labels.clone();
        let mut named = false;
        for reference in &routing.propagated {
            match reference {
                Reference::To(_) => {
                    let of = if self.is_of(hub, reference) { hub } else { home };
                    let meant = self.table(of, reference);
                    named |= of == hub
                        && match (meant, table) {
                            (Table::Default, None) => true,
                            (Table::Custom(own), Some(table)) => own == table,
                            _ => false,
                        };
                }
                Reference::None => {}
                reference => unsure.extend(reference.doubt().cloned()),
            }
        }
        match (labelled || named, unsure.is_empty()) {
            (true, _) => Some(routing.maps.clone()),
            (false, true) => None,
            (false, false) => Some(unsure.into_iter().chain(routing.maps.iter().cloned()).collect()),
        }
    }

    /// Whether what a hub reaches is in one of its tables.
    pub(super) fn propagates_to(
        &self,
        hub: usize,
        reachable: &Reachable,
        table: Option<Handle>,
    ) -> Option<Vec<Doubt>> {
        self.in_table(hub, reachable.home, &reachable.routing, table)
    }

    pub(super) fn table(&self, hub: usize, reference: &Reference) -> Table {
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
            matches!(step, crate::evaluate::values::value::Step::Attribute(name) if &**name == "default_route_table_id")
        });
        if attribute || suffix.ends_with("/defaultroutetable") {
            Table::Default
        } else {
            Table::None
        }
    }

    /// Where a connection's packets enter the hub, and why that is not certain.
    pub(super) fn entry(&self, hub: usize, routing: &Routing) -> Option<(NodeId, Vec<Doubt>)> {
        let state = self.hubs.get(hub)?;
        let Some(associated) = &routing.associated else {
            return Some((state.node, routing.maps.clone()));
        };
        let mut doubts = routing.maps.clone();
        let entry = match self.table(hub, associated) {
            Table::Custom(handle) => state.tables.get(&handle).copied()?,
            Table::Default => state.node,
            Table::None => {
                let missing = || Doubt {
                    what: format!(
                        "the route table that a connection of `{}` is associated with",
                        state.name
                    )
                    .into(),
                    decided_by: "the input (directory, plan or state) that defines it".into(),
                    at: None,
                };
                doubts.push(self.why_unknown(associated).unwrap_or_else(missing));
                state.node
            }
        };
        Some((entry, doubts))
    }

    /// Static routes of a table, and of connections whose network holds an appliance.
    pub(super) fn static_routes(
        &mut self,
        hub: usize,
        table: Option<Handle>,
        at: NodeId,
        wall: Option<NodeId>,
    ) {
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
            // In any table, perhaps.
            if let Some(doubt) = reference.unknown() {
                let mut own = own.clone();
                own.doubts.push(doubt.clone());
                routes.push(own);
                continue;
            }
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
            self.static_route(hub, at, &own, wall);
        }
        self.connection_statics(hub, table, at);
        if table.is_none() {
            self.inner_statics(hub, at);
        }
    }

    pub(super) fn is_of(&self, hub: usize, reference: &Reference) -> bool {
        let Some(state) = self.hubs.get(hub) else {
            return false;
        };
        reference
            .handle()
            .is_some_and(|handle| handle == state.handle || state.tables.contains_key(&handle))
    }

    fn static_route(&mut self, hub: usize, at: NodeId, own: &HubRoute, wall: Option<NodeId>) {
        let next = own
            .next
            .handle()
            .and_then(|handle| self.firewalls.get(&handle))
            .map(|wall| wall.node);
        let connection = own.next.handle().and_then(|handle| {
            let mut connections = self.fabric.inventory.azure.wan.connections.iter();
            connections.position(|connection| connection.origin.handle == handle)
        });
        let mut more = Vec::new();
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
            None => match connection.and_then(|number| self.lead_to_connection(hub, at, number)) {
                Some((forward, doubts)) => {
                    more = doubts;
                    forward
                }
                None => Forward::Unknown,
            },
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
                made.doubts = [own.doubts.clone(), more.clone()].concat();
                if forward == Forward::Unknown {
                    made.doubts
                        .push(own.next.doubt().cloned().unwrap_or_else(|| Doubt {
                            what: format!("what the next hop of route `{}` does", own.name).into(),
                            decided_by: "a firewall or a connection as the next hop".into(),
                            at: own.written.at,
                        }));
                }
                self.add_route(at, made);
            }
        }
    }
}

/// The table that a reference means.
pub(super) enum Table {
    Default,
    Custom(Handle),
    None,
}
