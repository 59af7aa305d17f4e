//! Ways out to the internet: default outbound access, NAT gateways, public addresses of interfaces and
//! outbound rules of load balancers (Microsoft Learn, "Default outbound access in Azure"); and the
//! service endpoint, which leads to storage with the subnet's identity.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gateways::{line, pair};
use super::{Azure, Role, SYSTEM, route};
use crate::network::fabric::{UNKNOWN_REGION, region_stamp, subnet_stamp};
use crate::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, FilterId, Forward, HopKind, LinkId, NodeId, Rewrite, Stamp,
    Written,
};
use crate::network::service_tags::Tag;
use crate::network::sets;
use crate::traffic::Addresses;

/// Who of a subnet has a way out to the internet.
pub(super) enum WayOut {
    All,
    /// Everybody or nobody: it is not known which.
    Perhaps(Vec<Doubt>),
    /// Only these sources.
    Only(Bounded<Addresses>),
    Nobody,
}

const NOBODY: &str = "the subnet has no way out: default outbound access is off and there is no NAT gateway";

impl Azure<'_, '_> {
    /// The system's default route.
    pub(super) fn internet_route(&mut self, node: NodeId, subnet: usize, net: usize, role: Role) {
        if role == Role::Uplink {
            return self.no_way_out_of_its_own(node, subnet);
        }
        let mut own = route(
            Bounded::exactly(Addresses::all()),
            0,
            SYSTEM,
            Forward::Drop(Disposition::NoRoute),
            "the system's default route leads to the internet",
        );
        let (forward, because, doubts) = self.out(node, subnet, net, role);
        own.forward = forward;
        own.because = because.map_or(own.because, Arc::from);
        own.doubts = doubts;
        self.add_route(node, own);
        self.storage_route(node, subnet, net);
    }

    /// Workloads of a private cloud in a network have only the ways to the internet that user routes to a
    /// firewall or an appliance make (Microsoft Learn, "Connect to Internet" of generation 2).
    fn no_way_out_of_its_own(&mut self, node: NodeId, subnet: usize) {
        let egresses = &self.fabric.inventory.azure.egresses;
        let nat = egresses
            .iter()
            .find(|egress| self.subnet_of(&egress.to) == Some(subnet) || egress.to.handle().is_none());
        let doubt = nat.map(|egress| Doubt {
            what: format!(
                "whether workloads of a private cloud leave by `{}`",
                egress.origin.name
            )
            .into(),
            decided_by: "a default route to a firewall or an appliance".into(),
            at: egress.origin.written.at,
        });
        let because =
            "workloads of a private cloud in a virtual network have no way to the internet of their own";
        let mut own = route(
            Bounded::exactly(Addresses::all()),
            0,
            SYSTEM,
            if doubt.is_some() {
                Forward::Unknown
            } else {
                Forward::Drop(Disposition::NoRoute)
            },
            because,
        );
        own.doubts.extend(doubt);
        self.add_route(node, own);
    }

    /// Where a route to the internet leads from a subnet.
    pub(super) fn out(
        &mut self,
        node: NodeId,
        subnet: usize,
        net: usize,
        role: Role,
    ) -> (Forward, Option<&'static str>, Vec<Doubt>) {
        match self.way_out(subnet, role) {
            WayOut::Nobody => (Forward::Drop(Disposition::NoRoute), Some(NOBODY), Vec::new()),
            WayOut::Perhaps(doubts) => {
                let link = self.internet_link(node, subnet, net, role);
                (Forward::Link(link), None, doubts)
            }
            WayOut::All | WayOut::Only(_) => {
                let link = self.internet_link(node, subnet, net, role);
                (Forward::Link(link), None, Vec::new())
            }
        }
    }

    fn way_out(&self, subnet: usize, role: Role) -> WayOut {
        let inventory = &self.fabric.inventory.azure;
        let Some(state) = inventory.subnets.get(subnet) else {
            return WayOut::All;
        };
        if matches!(role, Role::Firewall(_)) || state.default_outbound == Ok(true) {
            return WayOut::All;
        }
        let mut doubts: Vec<Doubt> = state
            .default_outbound
            .as_ref()
            .err()
            .cloned()
            .into_iter()
            .collect();
        for egress in &inventory.egresses {
            let here = self.subnet_of(&egress.to) == Some(subnet);
            let unknown = here || matches!(egress.to, crate::network::join::Reference::Unknown(_));
            if !unknown {
                continue;
            }
            let mut why = egress.origin.presence.clone();
            why.extend(egress.to.doubt().cloned());
            why.extend(self.without_address(&egress.what));
            if why.is_empty() {
                return WayOut::All;
            }
            doubts.extend(why);
        }
        if !doubts.is_empty() {
            return WayOut::Perhaps(doubts);
        }
        let own = self.own_ways(subnet);
        if own.upper.is_empty() {
            WayOut::Nobody
        } else {
            WayOut::Only(own)
        }
    }

    /// A NAT gateway passes nothing on without a public address or prefix.
    fn without_address(&self, gateway: &crate::network::join::Reference) -> Option<Doubt> {
        let handle = gateway.handle()?;
        let balancing = &self.fabric.inventory.azure.balancing;
        let managed = balancing
            .nat_gateways
            .iter()
            .find(|origin| origin.handle == handle)?;
        let has = balancing.nat_addresses.iter().any(|address| {
            address.gateway.candidates().iter().any(|(own, _)| *own == handle)
                || matches!(address.gateway, crate::network::join::Reference::Unknown(_))
        });
        (!has).then(|| Doubt {
            what: format!(
                "the public address of `{}`, which no input associates",
                managed.name
            )
            .into(),
            decided_by: "`azurerm_nat_gateway_public_ip_association`, or the input that has it".into(),
            at: managed.written.at,
        })
    }

    /// Interfaces with a public address, and members of pools with an outbound rule.
    fn own_ways(&self, subnet: usize) -> Bounded<Addresses> {
        let inventory = &self.fabric.inventory.azure;
        let mut own = Bounded::exactly(Addresses::none());
        for endpoint in self.endpoints.iter().filter(|endpoint| endpoint.subnet == subnet) {
            let Some(handle) = endpoint.interface else {
                continue;
            };
            let mut interfaces = inventory.interfaces.iter();
            let interface = interfaces.find(|interface| interface.origin.handle == handle);
            let public = interface
                .filter(|interface| interface.public.is_some())
                .map(|interface| interface.origin.presence.clone());
            let Some(doubts) = public.or_else(|| self.balanced_way(handle)) else {
                continue;
            };
            let set = &endpoint.addresses;
            let lower = if doubts.is_empty() {
                set.lower.clone()
            } else {
                Addresses::none()
            };
            let doubts = sets::together(&set.doubts, &doubts);
            own = sets::union(&own, &Bounded::between(lower, set.upper.clone(), doubts));
        }
        own
    }

    /// The way out of a member of a pool with an outbound rule, and why it may not be there.
    fn balanced_way(&self, interface: crate::network::catalogue::Handle) -> Option<Vec<Doubt>> {
        let balancing = &self.fabric.inventory.azure.balancing;
        let mut found: Option<Vec<Doubt>> = None;
        for member in balancing
            .members
            .iter()
            .filter(|member| member.interface.handle() == Some(interface))
        {
            for (origin, pool) in &balancing.outbound {
                if pool.handle().is_none() || pool.handle() != member.pool.handle() {
                    continue;
                }
                let doubts = [origin.presence.clone(), member.origin.presence.clone()].concat();
                if found.as_ref().is_none_or(|known| doubts.len() < known.len()) {
                    found = Some(doubts);
                }
            }
        }
        found
    }

    /// A storage service endpoint leads straight to the service, with the subnet's identity. One that is
    /// not global leads to accounts of its own region and of that region's pair (Microsoft Learn, "Azure
    /// Storage firewall and virtual network rules").
    fn storage_route(&mut self, node: NodeId, subnet: usize, net: usize) {
        let inventory = self.fabric.inventory;
        let Some(state) = inventory.azure.subnets.get(subnet) else {
            return;
        };
        let (global, doubts) = match &state.storage_endpoint {
            Ok(None) => return,
            Ok(Some(global)) => (*global, Vec::new()),
            Err(doubt) => (false, vec![doubt.clone()]),
        };
        let Some(all) = self.fabric.tags.get("Storage") else {
            return;
        };
        let network = inventory.azure.networks.get(net);
        let region = network.and_then(|network| network.location.value.as_ref().ok());
        let near = region.and_then(|region| self.fabric.tags.regional("Storage", region));
        let link = self.service_link(node, subnet, net);
        let mut add = |sets: BTreeMap<u8, Addresses>, doubts: &[Doubt]| {
            let because = "the subnet's storage service endpoint leads to the service";
            // One route per prefix: a longer one of a route table goes before it.
            for (length, set) in sets {
                let mut own = route(
                    Bounded::exactly(set),
                    length,
                    SYSTEM,
                    Forward::Link(link),
                    because,
                );
                own.name = "service endpoint".into();
                own.doubts = doubts.to_vec();
                self.add_route(node, own);
            }
        };
        if global {
            return add(by_length(&all, &Addresses::none()), &doubts);
        }
        let pair = Doubt {
            what: format!(
                "whether the service endpoint of `{}` leads to an account of another region, which only that of a paired region is",
                state.origin.name
            )
            .into(),
            decided_by: "an account in the region of the network, or the endpoint `Microsoft.Storage.Global`".into(),
            at: state.origin.written.at,
        };
        let Some(near) = near else {
            return add(
                by_length(&all, &Addresses::none()),
                &[doubts, vec![pair]].concat(),
            );
        };
        add(by_length(&near, &Addresses::none()), &doubts);
        add(by_length(&all, &near.addresses), &[doubts, vec![pair]].concat());
    }

    /// To the service, over the subnet's service endpoint.
    fn service_link(&mut self, node: NodeId, subnet: usize, net: usize) -> LinkId {
        let name: Arc<str> = format!("{}, service endpoint", self.name_of(node)).into();
        let written = self.written_of(node);
        let to = self.fabric.internet;
        let because = "over the storage service endpoint";
        let link = self.link(node, to, &name, HopKind::InternetEgress, &written, because);
        let mut stamps = vec![subnet_stamp(subnet)];
        stamps.extend(self.region_of(net));
        let firewall = self
            .subnets
            .get(subnet)
            .is_some_and(|sub| matches!(sub.role, Role::Firewall(_)));
        // A reply finds back by the address that the packet left with; a firewall has translated it.
        let translation = (!firewall).then(|| self.translation(&name, &written, subnet));
        let policies = self.service_policies(subnet);
        if let Some(made) = self.link_mut(link) {
            made.stamps = stamps;
            made.filters.extend(policies.into_iter().chain(translation));
        }
        link
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
        let mut filters: Vec<FilterId> = Vec::new();
        if let WayOut::Only(own) = self.way_out(subnet, role) {
            filters.push(self.only_these(&name, &written, own));
        }
        // A firewall translates by its own rules.
        if !matches!(role, Role::Firewall(_)) {
            filters.push(self.translation(&name, &written, subnet));
        }
        let stamps = self.region_of(net).into_iter().collect();
        if let Some(made) = self.link_mut(link) {
            made.stamps = stamps;
            made.filters.extend(filters);
        }
        link
    }

    fn region_of(&self, net: usize) -> Option<Stamp> {
        let network = self.fabric.inventory.azure.networks.get(net)?;
        Some(match &network.location.value {
            Ok(region) => region_stamp(region),
            Err(_) => UNKNOWN_REGION.into(),
        })
    }

    /// Of a subnet without default outbound access only some have a way out of their own.
    fn only_these(&mut self, name: &Arc<str>, written: &Written, own: Bounded<Addresses>) -> FilterId {
        let everything = Bounded::exactly(Addresses::all());
        let because = "the interface has a public address or an outbound rule of its own";
        let allow = line(
            "outbound access",
            Action::Allow,
            vec![pair(own, everything)],
            because,
            written,
        );
        self.fabric.network.add_filter(Filter {
            name: name.clone(),
            kind: HopKind::InternetEgress,
            written: written.clone(),
            lines: vec![allow],
            otherwise: line("outbound access", Action::Deny, Vec::new(), NOBODY, written),
            point: format!("ways out of {name}").into(),
            transit: false,
        })
    }

    /// The addresses of the NAT gateway of a subnet, where all are known.
    pub(super) fn nat_addresses(&self, subnet: usize) -> Option<Option<Addresses>> {
        let inventory = &self.fabric.inventory.azure;
        let egress = inventory
            .egresses
            .iter()
            .find(|egress| self.subnet_of(&egress.to) == Some(subnet) && egress.origin.presence.is_empty())?;
        let Some(gateway) = egress.what.handle() else {
            return Some(None);
        };
        let mut known = Vec::new();
        for address in &inventory.balancing.nat_addresses {
            match address.gateway.handle() {
                Some(own) if own != gateway => continue,
                Some(_) if address.origin.presence.is_empty() => {}
                _ => return Some(None),
            }
            let public = inventory
                .public_addresses
                .iter()
                .find(|public| Some(public.origin.handle) == address.public.handle())
                .and_then(|public| public.address.as_ref());
            match public {
                Some(set) => known.push(set.lower.clone()),
                None => return Some(None),
            }
        }
        Some((!known.is_empty()).then(|| Addresses::union_all(&known)))
    }

    /// On its way to the internet a packet gets a public source address.
    fn translation(&mut self, name: &Arc<str>, written: &Written, subnet: usize) -> FilterId {
        let source = match self.nat_addresses(subnet) {
            Some(Some(known)) => Bounded::exactly(known),
            _ => {
                let doubt = Doubt {
                    what: format!("the public address that `{name}` leaves by").into(),
                    decided_by: "a plan made after it is created".into(),
                    at: written.at,
                };
                Bounded::between(Addresses::none(), Addresses::public(), [doubt])
            }
        };
        let rewrite = Rewrite {
            source: Some(source),
            source_unless_destination: Addresses::none(),
            destination: None,
            destination_ports: None,
        };
        let everything = pair(
            Bounded::exactly(Addresses::all()),
            Bounded::exactly(Addresses::all()),
        );
        let because = "the source becomes a public address";
        let rewriting = line(
            "outbound access",
            Action::Rewrite(Arc::new(rewrite)),
            vec![everything],
            because,
            written,
        );
        let otherwise = line("outbound access", Action::Allow, Vec::new(), because, written);
        self.fabric.network.add_filter(Filter {
            name: name.clone(),
            kind: HopKind::Nat,
            written: written.clone(),
            lines: vec![rewriting],
            otherwise,
            point: format!("outbound access of {name}").into(),
            transit: false,
        })
    }
}

/// What a tag holds outside a set, together for each length of its prefixes.
fn by_length(tag: &Tag, outside: &Addresses) -> BTreeMap<u8, Addresses> {
    let mut sets: BTreeMap<u8, Vec<Addresses>> = BTreeMap::new();
    for (address, length) in tag.networks.iter() {
        let network = Addresses::network(*address, *length).difference(outside);
        sets.entry(*length).or_default().push(network);
    }
    let together = |(length, sets): (u8, Vec<Addresses>)| (length, Addresses::union_all(&sets));
    sets.into_iter().map(together).collect()
}
