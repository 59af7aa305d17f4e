//! Route tables of a hub: which connections are in which, and static routes.

use super::hub_routes::Reachable;
use super::{Azure, USER, route};
use crate::network::catalogue::Handle;
use crate::network::inventory::wan::{HubRoute, Routing};
use crate::network::join::Reference;
use crate::network::model::{Doubt, Forward, HopKind, NodeId};

impl Azure<'_, '_> {
    /// Whether a connection's prefixes are in a table (`None`: the default one).
    pub(super) fn propagates_to(&self, hub: usize, reachable: &Reachable, table: Option<Handle>) -> bool {
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
    pub(super) fn propagated(&self, hub: usize, routing: &Routing) -> Vec<Option<Handle>> {
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

    /// Where a connection's packets enter the hub.
    pub(super) fn entry(&self, hub: usize, routing: &Routing) -> Option<NodeId> {
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

    pub(super) fn is_of(&self, hub: usize, reference: &Reference) -> bool {
        let Some(state) = self.hubs.get(hub) else {
            return false;
        };
        reference
            .handle()
            .is_some_and(|handle| handle == state.handle || state.tables.contains_key(&handle))
    }

    pub(super) fn static_route(&mut self, at: NodeId, own: &HubRoute, wall: Option<NodeId>) {
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
}

/// The table that a reference means.
pub(super) enum Table {
    Default,
    Custom(Handle),
    None,
}
