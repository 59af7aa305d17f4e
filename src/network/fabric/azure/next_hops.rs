//! Appliances as next hops: Azure Firewall, load balancers before appliances, and machines of which no
//! input says what they do.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::{Azure, Wall};
use crate::evaluate::values::value::Step;
use crate::network::fabric::node as make_node;
use crate::network::inventory::azure::UserRoute;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Disposition, Doubt, Forward, HopKind, LinkId, NodeId, Written};
use crate::traffic::Addresses;

/// An appliance as a next hop: what refers to it, its address, and where that is written.
pub(super) struct Hop<'h> {
    pub(super) reference: &'h Reference,
    pub(super) address: &'h Bounded<Addresses>,
    pub(super) written: &'h Written,
    /// The route, for reports.
    pub(super) route: &'h str,
}

impl<'h> Hop<'h> {
    pub(super) fn of(user: &'h UserRoute) -> Hop<'h> {
        Hop {
            reference: &user.appliance,
            address: &user.appliance_address,
            written: &user.written,
            route: &user.name,
        }
    }

    /// The one address it certainly is.
    fn exact(&self) -> Option<Ipv4Addr> {
        self.address.lower.first().filter(|_| self.address.is_exact())
    }
}

impl Azure<'_, '_> {
    pub(super) fn appliance_hop(
        &mut self,
        node: NodeId,
        net: usize,
        hop: &Hop<'_>,
    ) -> (Forward, String, Vec<Doubt>) {
        let (to, subnet, home, doubts) = if let Some((wall, doubts)) = self.wall_at(hop) {
            (wall.node, wall.subnet, wall.home, doubts)
        } else if let Some((to, subnet)) = self.balancer_at(net, hop) {
            (to, Some(subnet), None, Vec::new())
        } else {
            return self.machine_hop(node, net, hop);
        };
        let name = self.name_of(to);
        match self.link_to_appliance(node, net, to, subnet) {
            Some(link) => (Forward::Link(link), format!("the next hop is `{name}`"), doubts),
            // Where the firewall is, is not known.
            None if home.is_some() => (
                Forward::Unknown,
                format!("the next hop is `{name}`"),
                doubts.into_iter().chain(home).collect(),
            ),
            None => {
                let because = format!(
                    "the next hop is `{name}`, which is neither in this virtual network nor in a peered one"
                );
                (Forward::Drop(Disposition::NoRoute), because, doubts)
            }
        }
    }

    /// A machine: its own rules are not in Terraform, but Azure drops what is not addressed to an
    /// interface whose IP forwarding is off (Microsoft Learn, "Virtual network traffic routing", next
    /// hop types).
    fn machine_hop(&mut self, node: NodeId, net: usize, hop: &Hop<'_>) -> (Forward, String, Vec<Doubt>) {
        if let Some((name, false)) = self.interface_at(net, hop) {
            let because = format!("the next hop is `{name}`, whose IP forwarding is off");
            return (Forward::Drop(Disposition::Denied), because, Vec::new());
        }
        let doubt = self.appliance_doubt(hop);
        let name = doubt.what.clone();
        let appliance = self.unmodelled(&name, hop.written, doubt);
        let link = self.link(
            node,
            appliance,
            &name,
            HopKind::NetworkVirtualAppliance,
            hop.written,
            "the route leads to the appliance",
        );
        (
            Forward::Link(link),
            "the next hop is an appliance that is not modelled".into(),
            Vec::new(),
        )
    }

    /// An appliance whose rules are not in Terraform: packets certainly get there, and what becomes of
    /// them there is not known.
    pub(super) fn unmodelled(&mut self, name: &Arc<str>, written: &Written, doubt: Doubt) -> NodeId {
        if let Some(appliance) = self.appliances.get(name) {
            return *appliance;
        }
        let mut own = make_node(name.clone(), HopKind::NetworkVirtualAppliance, written.clone());
        own.obscured.push(doubt);
        let id = self.fabric.network.add_node(own);
        self.appliances.insert(name.clone(), id);
        id
    }

    /// The interface that certainly is the next hop, and whether it takes what is not addressed to it.
    fn interface_at(&self, net: usize, hop: &Hop<'_>) -> Option<(Arc<str>, bool)> {
        let interfaces = &self.fabric.inventory.azure.interfaces;
        let address = hop.exact();
        let found = interfaces.iter().find(|interface| {
            let own = &interface.addresses;
            hop.reference.handle() == Some(interface.origin.handle)
                || address.is_some_and(|address| own.is_exact() && own.lower.contains(address))
                    && self
                        .subnet_of(&interface.subnet)
                        .is_some_and(|at| self.is_near(net, at))
        })?;
        let certain = found.origin.presence.is_empty();
        let forwards = found.forwards.as_ref().ok().filter(|_| certain)?;
        Some((found.origin.name.clone(), *forwards))
    }

    /// The way to an appliance in the network or in a peered one.
    pub(super) fn link_to_appliance(
        &mut self,
        node: NodeId,
        net: usize,
        to: NodeId,
        subnet: Option<usize>,
    ) -> Option<LinkId> {
        let at = subnet
            .and_then(|subnet| self.subnets.get(subnet))
            .and_then(|sub| sub.net)?;
        if at == net {
            let home = self.networks.get(net).map(|net| net.node)?;
            let (name, written) = (self.name_of(home), self.written_of(home));
            return Some(self.link(
                node,
                to,
                &name,
                HopKind::VirtualNetwork,
                &written,
                "the appliance is in this virtual network",
            ));
        }
        let peer = self
            .networks
            .get(net)?
            .peers
            .iter()
            .find(|peer| peer.net == at)?
            .clone();
        let link = self.link(
            node,
            to,
            &peer.name,
            HopKind::Peering,
            &peer.written,
            "the appliance is in a peered network",
        );
        if let Some(made) = self.link_mut(link) {
            made.doubts.clone_from(&peer.doubts);
            made.assumptions.clone_from(&peer.assumptions);
        }
        Some(link)
    }

    /// Whether a subnet is in a network or in a peer of it: addresses may be used again elsewhere.
    fn is_near(&self, net: usize, subnet: usize) -> bool {
        let at = self.subnets.get(subnet).and_then(|sub| sub.net);
        let peers = self.networks.get(net).map(|net| net.peers.as_slice());
        at == Some(net) || at.is_some_and(|at| peers.unwrap_or_default().iter().any(|peer| peer.net == at))
    }

    /// The frontend of a load balancer that a next hop address means, and its subnet.
    fn balancer_at(&self, net: usize, hop: &Hop<'_>) -> Option<(NodeId, usize)> {
        let address = hop.exact();
        let own = self.balancers.iter().filter(|balancer| {
            hop.reference.handle() == Some(balancer.handle)
                || address.is_some_and(|address| {
                    let own = &balancer.addresses;
                    own.is_exact() && own.lower.contains(address) && self.is_near(net, balancer.subnet)
                })
        });
        let own: Vec<_> = own.collect();
        match own.as_slice() {
            [only] => Some((only.node, only.subnet)),
            // Which of several frontends a reference to the balancer means is in its path.
            several => {
                let frontend = frontend_of(hop.reference)?;
                let found = several.iter().find(|balancer| balancer.frontend == frontend)?;
                Some((found.node, found.subnet))
            }
        }
    }

    /// The firewall that a next hop address means. Azure gives a firewall the first address of its
    /// subnet that it does not keep for itself.
    fn wall_at(&self, hop: &Hop<'_>) -> Option<(Wall, Vec<Doubt>)> {
        if let Some((handle, doubt)) = hop.reference.candidates().into_iter().next()
            && let Some(wall) = self.firewalls.get(&handle)
        {
            return Some((wall.clone(), doubt.into_iter().collect()));
        }
        let address = hop.exact()?;
        let inventory = &self.fabric.inventory.azure.firewalls.firewalls;
        for firewall in inventory {
            let Some(wall) = self.firewalls.get(&firewall.origin.handle) else {
                continue;
            };
            match &firewall.address {
                Some(own) if own.lower.contains(address) => return Some((wall.clone(), Vec::new())),
                Some(_) => {}
                None if wall.inside.upper.contains(address) && wall.subnet.is_some() => {
                    let first = wall
                        .inside
                        .lower
                        .first()
                        .map(|first| Ipv4Addr::from_bits(first.to_bits().saturating_add(4)));
                    let doubt = Doubt {
                        what: format!("whether `{}` has the address {address}", firewall.origin.name).into(),
                        decided_by: "a plan made after it is created".into(),
                        at: hop.written.at,
                    };
                    let doubts = if first == Some(address) {
                        Vec::new()
                    } else {
                        vec![doubt]
                    };
                    return Some((wall.clone(), doubts));
                }
                None => {}
            }
        }
        None
    }

    fn appliance_doubt(&self, hop: &Hop<'_>) -> Doubt {
        let address = hop.address.lower.first();
        let own = |endpoint: &&super::Endpoint| {
            address.is_some_and(|address| {
                endpoint.addresses.is_exact() && endpoint.addresses.lower.contains(address)
            })
        };
        let by_address = self
            .endpoints
            .iter()
            .find(own)
            .map(|endpoint| self.name_of(endpoint.node));
        let by_reference = match hop.reference {
            Reference::To(target) => Some(self.fabric.name(target.handle)),
            reference => reference.doubt().map(|doubt| doubt.what.clone()),
        };
        let what = by_address.or(by_reference).map_or_else(
            || match address {
                Some(address) => format!("the appliance at {address}"),
                None => format!("the next hop of route `{}`", hop.route),
            },
            |name| format!("`{name}`, as a next hop"),
        );
        let unknown = hop.address.doubts.first().map(|doubt| doubt.decided_by.clone());
        Doubt {
            what: what.into(),
            decided_by: unknown
                .filter(|_| !matches!(hop.reference, Reference::To(_)))
                .unwrap_or_else(|| "nothing: an appliance's own rules are not in Terraform".into()),
            at: hop.written.at,
        }
    }
}

/// The number of a frontend in the path of a reference (`frontend_ip_configuration[1]`); the balancer's
/// own address is its first frontend's.
fn frontend_of(reference: &Reference) -> Option<usize> {
    let Reference::To(target) = reference else {
        return None;
    };
    let number = target.path.iter().find_map(|step| match step {
        Step::Index(index) => usize::try_from(*index).ok(),
        Step::Attribute(_) => None,
    });
    Some(number.unwrap_or(0))
}
