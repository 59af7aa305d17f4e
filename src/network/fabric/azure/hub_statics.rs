//! Static routes of a hub to appliances in connected networks (Microsoft Learn, "Connect a virtual
//! network to a Virtual WAN hub"): where their packets go, and which of the network's own addresses
//! they hold for.

use super::next_hops::Hop;
use super::{Azure, Static, StaticHop, USER, route};
use crate::network::doubt::doubt;
use crate::network::inventory::wan::StaticRoute;
use crate::network::model::{Bounded, Disposition, Doubt, Forward, HopKind, NodeId};

impl Azure<'_, '_> {
    pub(super) fn hub_statics(&mut self) {
        let inventory = self.fabric.inventory;
        for hub in 0..self.hubs.len() {
            let networks = self.hubs.get(hub).map(|hub| hub.networks.clone());
            let mut all = Vec::new();
            for (number, net, doubts) in networks.unwrap_or_default() {
                let Some(connection) = inventory.azure.wan.connections.get(number) else {
                    continue;
                };
                let routing = &connection.routing;
                for own in &routing.statics {
                    let made = self.static_to(net, own, &doubts);
                    if !matches!(routing.statics_override, Some(Ok(false))) {
                        all.extend(
                            self.over_the_network(net, &made, &routing.statics_override)
                                .into_iter()
                                .map(|own| (number, own)),
                        );
                    }
                    all.extend(made.into_iter().map(|own| (number, own)));
                }
            }
            if let Some(hub) = self.hubs.get_mut(hub) {
                hub.statics = all;
            }
        }
    }

    fn static_to(&mut self, net: usize, own: &StaticRoute, doubts: &[Doubt]) -> Vec<Static> {
        let hop = Hop {
            reference: &own.next,
            address: &own.next_address,
            written: &own.written,
            route: &own.name,
        };
        let mut doubts = doubts.to_vec();
        doubts.extend(own.doubts.iter().cloned());
        let (to, more) = self.static_hop(net, &hop);
        doubts.extend(more);
        let made = own.prefixes.iter().map(|prefix| Static {
            name: own.name.clone(),
            destinations: prefix.destinations.clone(),
            length: prefix.length,
            hop: to,
            written: own.written.clone(),
            doubts: [doubts.clone(), prefix.destinations.doubts.to_vec()].concat(),
        });
        made.collect()
    }

    /// Unless the network's own addresses are bypassed, a static route that holds them holds for them,
    /// however long their prefix.
    fn over_the_network(
        &self,
        net: usize,
        made: &[Static],
        override_: &Option<Result<bool, Doubt>>,
    ) -> Vec<Static> {
        let unsure: Vec<Doubt> = match override_ {
            Some(Err(doubt)) => vec![doubt.clone()],
            _ => Vec::new(),
        };
        let mut over = Vec::new();
        for announced in self.prefixes_of(net, "the connected network") {
            for own in made {
                let inside = announced.destinations.is_exact()
                    && announced.destinations.lower.is_subset(&own.destinations.lower)
                    && announced.length > own.length;
                if inside {
                    over.push(Static {
                        destinations: announced.destinations.clone(),
                        length: announced.length,
                        doubts: [own.doubts.clone(), unsure.clone()].concat(),
                        ..own.clone()
                    });
                }
            }
        }
        over
    }

    /// Where a static route of a connection leads: a firewall or balancer in the connected network or a
    /// peer of it, or an appliance that is not modelled.
    fn static_hop(&mut self, net: usize, hop: &Hop<'_>) -> (StaticHop, Vec<Doubt>) {
        let Some(node) = self.networks.get(net).map(|net| net.node) else {
            return (StaticHop::Drop(Disposition::NoRoute), Vec::new());
        };
        let (forward, _, doubts) = self.appliance_hop(node, net, hop);
        match forward {
            Forward::Link(link) => {
                let to = self.fabric.network.link(link).map(|link| link.to);
                (StaticHop::To(to.unwrap_or(node)), doubts)
            }
            Forward::Drop(disposition) => (StaticHop::Drop(disposition), doubts),
            Forward::Deliver | Forward::Unknown => (StaticHop::To(node), doubts),
        }
    }

    /// A connection's static routes in one of the hub's tables.
    pub(super) fn connection_statics(
        &mut self,
        hub: usize,
        table: Option<crate::network::catalogue::Handle>,
        at: NodeId,
    ) {
        let Some(state) = self.hubs.get(hub) else { return };
        let statics = state.statics.clone();
        for (number, own) in statics {
            let Some(connection) = self.fabric.inventory.azure.wan.connections.get(number) else {
                continue;
            };
            let propagate = connection.routing.statics_propagate.clone().unwrap_or(Ok(true));
            let mut doubts = match propagate {
                Ok(true) => Vec::new(),
                Ok(false) => continue,
                Err(doubt) => vec![doubt],
            };
            let Some(more) = self.in_table(hub, hub, &connection.routing, table) else {
                continue;
            };
            doubts.extend(more);
            self.add_static(at, &connection.origin.name.clone(), &own, doubts);
        }
    }

    /// A table's static route to a connection: what its own static routes say, and otherwise the network.
    pub(super) fn lead_to_connection(
        &mut self,
        hub: usize,
        at: NodeId,
        number: usize,
    ) -> Option<(Forward, Vec<Doubt>)> {
        let connection = self.fabric.inventory.azure.wan.connections.get(number)?;
        let state = self.hubs.get(hub)?;
        let (name, written) = (connection.origin.name.clone(), connection.origin.written.clone());
        let own: Vec<&Static> = state
            .statics
            .iter()
            .filter(|(of, _)| *of == number)
            .map(|(_, own)| own)
            .collect();
        let (to, doubts) = match own.first() {
            Some(own) => match own.hop {
                StaticHop::To(to) => (to, own.doubts.clone()),
                StaticHop::Drop(disposition) => return Some((Forward::Drop(disposition), Vec::new())),
            },
            None => {
                let (_, net, doubts) = state.networks.iter().find(|(of, ..)| *of == number)?;
                (self.networks.get(*net)?.node, doubts.clone())
            }
        };
        let because = "the connection leads there";
        let link = self.link(at, to, &name, HopKind::VirtualHub, &written, because);
        Some((Forward::Link(link), doubts))
    }

    fn add_static(&mut self, at: NodeId, connection: &std::sync::Arc<str>, own: &Static, doubts: Vec<Doubt>) {
        let forward = match own.hop {
            StaticHop::Drop(disposition) => Forward::Drop(disposition),
            StaticHop::To(to) => {
                let because = "the connection leads to the appliance";
                Forward::Link(self.link(at, to, connection, HopKind::VirtualHub, &own.written, because))
            }
        };
        let because = "a static route leads to an appliance in a connected network";
        let mut made = route(own.destinations.clone(), own.length, USER, forward, because);
        made.name = own.name.clone();
        made.kind = Some(HopKind::RouteTable);
        made.place = Some(connection.clone());
        made.written = own.written.clone();
        made.doubts = [own.doubts.clone(), doubts].concat();
        self.add_route(at, made);
    }

    /// Routes written inside the hub lead to an address in one of its networks; they are of an older
    /// kind of hub, whose rules are not documented any more.
    pub(super) fn inner_statics(&mut self, hub: usize, at: NodeId) {
        let inventory = self.fabric.inventory;
        let handle = self.hubs.get(hub).map(|hub| hub.handle);
        let Some(own) = inventory
            .azure
            .wan
            .hubs
            .iter()
            .find(|own| Some(own.origin.handle) == handle)
        else {
            return;
        };
        for written in &own.statics {
            for prefix in &written.prefixes {
                let mut made = route(
                    Bounded::exactly(prefix.destinations.upper.clone()),
                    prefix.length,
                    USER,
                    Forward::Unknown,
                    "a route written inside the hub leads to an address in a connected network",
                );
                made.written = written.written.clone();
                made.doubts = vec![Doubt {
                    at: written.written.at,
                    ..doubt(
                        format!("what route `{}` of `{}` does", written.name, own.origin.name),
                        "a static route of a connection or a route table",
                    )
                }];
                self.add_route(at, made);
            }
        }
    }
}
