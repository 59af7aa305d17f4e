//! What a hub tells its connections: prefixes of the others, static routes, and its default route where
//! the connection takes it.

use super::exchange::{aggregate, with_doubts};
use super::hub_routes::{Branch, Policy, Reachable, private_aggregates};
use super::{Attachment, Azure, Learned};
use crate::network::catalogue::Handle;
use crate::network::fabric::Announced;
use crate::network::join::Reference;
use crate::network::model::{Disposition, Doubt, Forward, HopKind, NodeId, Route, Written};
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    /// What connected networks and circuits learn from the hub.
    pub(super) fn tell_hub(&mut self, hub: usize, reachable: &[Reachable]) {
        let Some(state) = self.hubs.get(hub) else { return };
        let own = state.node;
        let (networks, attachments) = (state.networks.clone(), state.attachments.clone());
        // One that may be there is told as such.
        let private = state.private_policy.clone().or_else(|| {
            let doubts = &state.perhaps_secured;
            let own = (state.name.clone(), Written::default(), doubts.clone());
            (!doubts.is_empty()).then_some(own)
        });
        let prefix = state.prefix.clone();
        let inventory = self.fabric.inventory;
        for (number, net, doubts) in networks {
            let Some(connection) = inventory.azure.wan.connections.get(number) else {
                continue;
            };
            let Some((via, unsure)) = self.entry(hub, &connection.routing) else {
                continue;
            };
            let doubts = [doubts, unsure].concat();
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
                if reachable.connection == Some(number) {
                    continue;
                }
                let heard = self.heard(hub, reachable, table, private.as_ref());
                told.extend(heard.map(|doubts| with_doubts(reachable.announced.clone(), &doubts)));
            }
            told.extend(self.statics_told(hub, number, table));
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
            for reachable in reachable.iter().filter(|reachable| reachable.branch.is_none()) {
                let heard = self.heard(hub, reachable, None, private.as_ref());
                told.extend(heard.map(|doubts| with_doubts(reachable.announced.clone(), &doubts)));
            }
            told.extend(self.branches_told(hub, attachment, reachable, private.as_ref()));
            told.extend(self.statics_told(hub, usize::MAX, None));
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
            for announced in &mut told {
                announced.doubts.extend(attachment.routing.maps.iter().cloned());
            }
            self.tell(own, attachment, &told);
        }
    }

    /// Whether a connection is told of another one, and why that is not certain: a private policy passes
    /// on everything, and one that may not be there at least what propagates to the connection's table.
    fn heard(
        &self,
        hub: usize,
        reachable: &Reachable,
        table: Option<Handle>,
        private: Option<&Policy>,
    ) -> Option<Vec<Doubt>> {
        let propagates = self.propagates_to(hub, reachable, table);
        match (propagates, private) {
            (Some(doubts), _) if doubts.is_empty() => Some(doubts),
            (_, Some((_, _, doubts))) => Some(doubts.clone()),
            (propagates, None) => propagates,
        }
    }

    /// What the static routes of a table's other connections add to what it tells; not default routes,
    /// which are told by the connection's own setting.
    fn statics_told(&self, hub: usize, own: usize, table: Option<Handle>) -> Vec<Announced> {
        let Some(state) = self.hubs.get(hub) else {
            return Vec::new();
        };
        let statics = self.told_statics(hub, state).into_iter();
        let others = statics.filter(|reachable| {
            let connections = &self.fabric.inventory.azure.wan.connections;
            let same = connections.get(own).map(|connection| &connection.origin.name);
            same != Some(&reachable.name) && reachable.announced.length > 0
        });
        others
            .filter_map(|reachable| {
                let doubts = self.propagates_to(hub, &reachable, table)?;
                Some(with_doubts(reachable.announced, &doubts))
            })
            .collect()
    }

    /// Tunnels hear of other branches, and circuits of tunnels; circuits do not hear of each other.
    fn branches_told(
        &self,
        hub: usize,
        own: &Attachment,
        reachable: &[Reachable],
        private: Option<&Policy>,
    ) -> Vec<Announced> {
        let branches = self.hubs.get(hub).map(|hub| hub.branches.clone());
        let unsure = match branches {
            Some(Ok(true)) => Vec::new(),
            Some(Err(doubt)) => vec![doubt],
            _ => return Vec::new(),
        };
        let mut told = Vec::new();
        for other in reachable {
            let Some(branch) = other.branch else { continue };
            let itself = other
                .attachment
                .as_ref()
                .is_some_and(|attachment| attachment.far == own.far);
            if itself || branch == Branch::Circuit && !own.vpn {
                continue;
            }
            let heard = self.heard(hub, other, None, private);
            told.extend(heard.map(|doubts| {
                let announced = with_doubts(other.announced.clone(), &unsure);
                with_doubts(announced, &doubts)
            }));
        }
        told
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
        let defaults = routes.iter().filter(|route| {
            route.length == 0 && route.rank != super::LAST && route.destinations.lower.is_all()
        });
        let default = defaults.min_by_key(|route| route.doubts.len())?;
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
