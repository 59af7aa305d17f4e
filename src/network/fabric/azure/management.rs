//! What a private cloud's management network makes of the routes that its tier-0 learns.

use super::{Azure, USER, route};
use crate::network::model::{Bounded, Disposition, Forward, Route};
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    /// The management network takes what the tier-0 has learned from circuits, but for its default
    /// routes; what may lead anywhere may lead there too.
    pub(super) fn tell_management(&mut self) {
        for number in 0..self.fabric.edges.len() {
            let Some(edge) = self.fabric.edges.get(number) else {
                continue;
            };
            let (tier0, management, inward) = (edge.tier0, edge.management, edge.inward);
            let inside = edge.inside.lower.clone();
            let routes = self.fabric.network.node(tier0).map(|node| node.routes.as_slice());
            let outward = |route: &&Route| {
                let certain = !route.destinations.lower.is_empty();
                let leads = !matches!(route.forward, Forward::Drop(_));
                leads && (route.length > 0 || !certain) && !route.destinations.upper.is_subset(&inside)
            };
            let learned: Vec<Route> = routes.into_iter().flatten().filter(outward).cloned().collect();
            for route in learned {
                let own = Route {
                    forward: match route.forward {
                        Forward::Link(_) => Forward::Link(inward),
                        other => other,
                    },
                    kind: None,
                    place: None,
                    ..route
                };
                self.add_route(management, own);
            }
        }
    }

    /// vCenter, NSX Manager and hosts ignore a learned default route for private destinations: those
    /// need a route of their own (Microsoft Learn, "Azure VMware Solution network design
    /// considerations").
    pub(super) fn keep_management_off_default_routes(&mut self) {
        for number in 0..self.far.len() {
            let Some(far) = self.far.get(number) else { continue };
            let Some(edge) = far.edge.and_then(|edge| self.fabric.edges.get(edge)) else {
                continue;
            };
            if !far.told.iter().any(|announced| announced.length == 0) {
                continue;
            }
            let specific = far.told.iter().filter(|announced| announced.length > 0);
            let known = Addresses::union_all(specific.map(|announced| &announced.destinations.upper));
            let own = Addresses::rfc1918()
                .difference(&known)
                .difference(&edge.inside.upper);
            let management = edge.management;
            let because = "management appliances ignore a learned default route for private destinations";
            let drop = Forward::Drop(Disposition::NoRoute);
            let dropped = route(Bounded::exactly(own), 8, USER, drop, because);
            if let Some(node) = self.fabric.node_mut(management) {
                node.routes.push(dropped);
            }
        }
    }
}
