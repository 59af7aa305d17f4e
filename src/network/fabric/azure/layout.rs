//! Numbers and nodes: virtual networks, subnets, firewalls, and what is associated with them.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Azure, Net, Role, Sub, Wall};
use crate::network::catalogue::Handle;
use crate::network::fabric::{Fabric, node};
use crate::network::inventory::azure::Association;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, HopKind, NetworkFinding};
use crate::source::Severity;
use crate::traffic::Addresses;

/// Among so many networks it is looked up which a subnet of an unknown network can lie inside.
const MOST_HOMES: usize = 64;

pub(super) fn lay_out<'f, 'a>(fabric: &'f mut Fabric<'a>) -> Azure<'f, 'a> {
    let mut azure = Azure {
        fabric,
        networks: Vec::new(),
        subnets: Vec::new(),
        by_network: HashMap::new(),
        by_subnet: HashMap::new(),
        natives: Vec::new(),
        firewalls: HashMap::new(),
        gateways: Vec::new(),
        hubs: Vec::new(),
        far: Vec::new(),
        far_of: HashMap::new(),
        endpoints: Vec::new(),
        balancers: Vec::new(),
        appliances: HashMap::new(),
        links: HashMap::new(),
    };
    azure.place_networks();
    azure.place_subnets();
    azure.place_firewalls();
    azure.associate();
    azure
}

impl<'a> Azure<'_, 'a> {
    fn place_networks(&mut self) {
        let inventory = self.fabric.inventory;
        for (number, network) in inventory.azure.networks.iter().enumerate() {
            let origin = &network.origin;
            let mut own = node(
                origin.name.clone(),
                HopKind::VirtualNetwork,
                origin.written.clone(),
            );
            own.obscured.extend(origin.presence.iter().cloned());
            let id = self.fabric.add(origin.handle, own);
            self.by_network.insert(origin.handle, number);
            self.networks.push(Net {
                node: id,
                subnets: Vec::new(),
                peers: Vec::new(),
                learned: Vec::new(),
                programmed: Vec::new(),
                beyond: Vec::new(),
            });
        }
    }

    fn place_subnets(&mut self) {
        let inventory = self.fabric.inventory;
        for (number, subnet) in inventory.azure.subnets.iter().enumerate() {
            let origin = &subnet.origin;
            let nets = self.homes(&subnet.network, &subnet.prefixes);
            let net = nets.first().copied();
            let mut own = node(
                origin.name.clone(),
                HopKind::VirtualNetwork,
                origin.written.clone(),
            );
            own.addresses = self.inside(net, &subnet.prefixes);
            own.obscured.extend(origin.presence.iter().cloned());
            if net.is_none() || !matches!(subnet.network, Reference::To(_)) {
                own.obscured.extend(self.why_unknown(&subnet.network));
            }
            // The others may be the one.
            for other in nets.iter().skip(1) {
                let doubt = self.why_unknown(&subnet.network);
                let node = self.networks.get(*other).map(|net| net.node);
                if let Some(node) = node.and_then(|node| self.fabric.node_mut(node)) {
                    node.obscured.extend(doubt);
                }
            }
            let id = match subnet.inline {
                None => self.fabric.add(origin.handle, own),
                Some(_) => self.fabric.network.add_node(own),
            };
            let role = match subnet.name.as_deref() {
                Some("gatewaysubnet") => Role::Gateway,
                _ => Role::Plain,
            };
            self.by_subnet.insert((origin.handle, subnet.inline), number);
            if let Some(net) = net.and_then(|net| self.networks.get_mut(net)) {
                net.subnets.push(number);
            }
            self.subnets.push(Sub {
                net,
                node: id,
                role,
                groups: Vec::new(),
                tables: Vec::new(),
                unknown_groups: Vec::new(),
                virtual_network: Bounded::exactly(Addresses::none()),
            });
        }
    }

    /// The networks that a subnet may be in: of those that it may name, the ones it can lie inside.
    fn homes(&self, reference: &Reference, prefixes: &Bounded<Addresses>) -> Vec<usize> {
        let of = |handle: Handle| self.by_network.get(&handle).copied();
        let holds = |net: &usize| !self.space(*net).upper.intersection(&prefixes.upper).is_empty();
        match reference {
            Reference::To(target) => of(target.handle).into_iter().collect(),
            Reference::Unknown(_) if self.networks.len() <= MOST_HOMES => {
                (0..self.networks.len()).filter(holds).collect()
            }
            reference => {
                let candidates = reference.candidates().into_iter();
                candidates
                    .filter_map(|(handle, _)| of(handle))
                    .filter(holds)
                    .collect()
            }
        }
    }

    /// A subnet lies inside its network, however little is known of it.
    fn inside(&self, net: Option<usize>, prefixes: &Bounded<Addresses>) -> Bounded<Addresses> {
        if prefixes.is_exact() {
            return prefixes.clone();
        }
        let space = net.map_or_else(Addresses::all, |net| self.space(net).upper);
        Bounded::between(
            prefixes.lower.clone(),
            prefixes.upper.intersection(&space),
            prefixes.doubts.clone(),
        )
    }

    /// The address space of a network.
    pub(super) fn space(&self, net: usize) -> Bounded<Addresses> {
        let network = self.fabric.inventory.azure.networks.get(net);
        let written = network.map_or(&[][..], |network| &network.prefixes);
        let programmed = self.networks.get(net).map_or(&[][..], |net| &net.programmed);
        let sets = || {
            let written = written.iter().map(|prefix| &prefix.destinations);
            written.chain(programmed.iter().map(|announced| &announced.destinations))
        };
        let lower = Addresses::union_all(sets().map(|set| &set.lower));
        let upper = Addresses::union_all(sets().map(|set| &set.upper));
        let doubts: Vec<Doubt> = sets().flat_map(|set| set.doubts.iter().cloned()).collect();
        Bounded::between(lower, upper, doubts)
    }

    fn place_firewalls(&mut self) {
        let inventory = self.fabric.inventory;
        for firewall in &inventory.azure.firewalls.firewalls {
            let origin = &firewall.origin;
            let subnet = self.subnet_of(&firewall.subnet);
            let prefixes = subnet.and_then(|subnet| inventory.azure.subnets.get(subnet));
            let inside = match prefixes {
                Some(subnet) => self.inside(None, &subnet.prefixes),
                None => Bounded::between(
                    Addresses::none(),
                    Addresses::rfc1918(),
                    firewall.subnet.doubt().cloned().into_iter().collect::<Vec<_>>(),
                ),
            };
            let mut own = node(
                origin.name.clone(),
                HopKind::AzureFirewall,
                origin.written.clone(),
            );
            own.addresses = firewall
                .address
                .clone()
                .unwrap_or_else(|| Bounded::exactly(Addresses::none()));
            own.obscured.extend(origin.presence.iter().cloned());
            let home = subnet.and_then(|subnet| self.subnets.get(subnet));
            let home = home.and_then(|home| self.fabric.network.node(home.node));
            own.obscured
                .extend(home.into_iter().flat_map(|home| home.obscured.iter().cloned()));
            if subnet.is_none() && firewall.hub.is_none() {
                own.obscured.extend(self.why_unknown(&firewall.subnet));
            }
            let id = self.fabric.add(origin.handle, own);
            if let Some(sub) = subnet.and_then(|subnet| self.subnets.get_mut(subnet)) {
                sub.node = id;
                sub.role = Role::Firewall(origin.handle);
            }
            self.firewalls.insert(
                origin.handle,
                Wall {
                    node: id,
                    subnet,
                    hub: None,
                    home: [&firewall.subnet, &firewall.hub]
                        .into_iter()
                        .find_map(Reference::unknown)
                        .cloned(),
                    inside,
                },
            );
        }
    }

    /// Which security groups and route tables apply to which subnet.
    fn associate(&mut self) {
        let inventory = self.fabric.inventory;
        for (number, subnet) in inventory.azure.subnets.iter().enumerate() {
            for (handle, doubt) in subnet.security_group.candidates() {
                self.attach(number, handle, doubt.into_iter().collect(), true, None);
            }
            for (handle, doubt) in subnet.route_table.candidates() {
                self.attach(number, handle, doubt.into_iter().collect(), false, None);
            }
            // A gateway in it takes the doubt over.
            if let Some(doubt) = self.fabric.changed.get(&subnet.origin.handle).cloned() {
                self.obscure_subnet(number, &doubt, false);
            }
            self.obscure_unknown(number, &subnet.security_group, true);
            self.obscure_unknown(number, &subnet.route_table, false);
        }
        let groups = inventory
            .azure
            .security_associations
            .iter()
            .map(|association| (association, true));
        let tables = inventory
            .azure
            .route_associations
            .iter()
            .map(|association| (association, false));
        for (association, is_group) in groups.chain(tables) {
            self.associate_one(association, is_group);
        }
    }

    fn associate_one(&mut self, association: &'a Association, is_group: bool) {
        let subnets: Vec<(usize, Vec<Doubt>)> = match &association.to {
            Reference::Either(targets, doubt) => {
                let of = |target| self.subnet_of(&Reference::To(target));
                targets
                    .iter()
                    .cloned()
                    .filter_map(of)
                    .map(|subnet| (subnet, vec![doubt.clone()]))
                    .collect()
            }
            reference => self
                .subnet_of(reference)
                .map(|subnet| (subnet, Vec::new()))
                .into_iter()
                .collect(),
        };
        if subnets.is_empty() {
            self.association_of_unknown(association, is_group);
        }
        for (subnet, doubts) in subnets {
            let mut all = association.origin.presence.clone();
            all.extend(doubts);
            for (handle, doubt) in association.what.candidates() {
                let mut doubts = all.clone();
                doubts.extend(doubt);
                self.attach(subnet, handle, doubts, is_group, Some(association));
            }
            self.obscure_unknown(subnet, &association.what, is_group);
        }
    }

    /// An association with a subnet of which nothing is known may be any subnet's.
    fn association_of_unknown(&mut self, association: &Association, is_group: bool) {
        let interface = association
            .to
            .handle()
            .and_then(|handle| self.fabric.catalogue.view(handle))
            .is_some_and(|view| &*view.instance.address.kind == "azurerm_network_interface");
        let (Reference::Unknown(doubt), false) = (&association.to, interface) else {
            return;
        };
        for subnet in 0..self.subnets.len() {
            for (handle, _) in association.what.candidates() {
                self.attach(subnet, handle, vec![doubt.clone()], is_group, None);
            }
            self.obscure_unknown(subnet, &association.what, is_group);
        }
    }

    fn attach(
        &mut self,
        subnet: usize,
        handle: Handle,
        doubts: Vec<Doubt>,
        is_group: bool,
        by: Option<&Association>,
    ) {
        let Some(sub) = self.subnets.get_mut(subnet) else {
            return;
        };
        let list = if is_group {
            &mut sub.groups
        } else {
            &mut sub.tables
        };
        if list.iter().any(|(own, _)| *own == handle) {
            return;
        }
        let certain = doubts.is_empty() && list.iter().any(|(_, doubts)| doubts.is_empty());
        list.push((handle, doubts));
        if let (true, Some(association)) = (certain, by) {
            let name = self.name_of(
                self.subnets
                    .get(subnet)
                    .map_or(self.fabric.internet, |sub| sub.node),
            );
            let what = if is_group {
                "network security groups"
            } else {
                "route tables"
            };
            self.fabric.network.findings.push(NetworkFinding {
                id: "two-owners",
                severity: Severity::Warning,
                summary: format!("`{name}` is associated with two {what}"),
                help: "a subnet has one of each: keep a single association".into(),
                written: association.origin.written.clone(),
            });
        }
    }

    /// A group or table that is not known, or that no input defines, may say anything.
    fn obscure_unknown(&mut self, subnet: usize, reference: &Reference, is_group: bool) {
        let doubt: Option<Doubt> = match reference {
            Reference::Outside(_, doubt) | Reference::Unknown(doubt) => Some(doubt.clone()),
            Reference::To(target) => self.undefined(target.handle),
            _ => None,
        };
        if let Some(doubt) = doubt {
            self.obscure_subnet(subnet, &doubt, is_group);
        }
    }

    /// Marks a subnet of which a filter or a route is not known.
    fn obscure_subnet(&mut self, subnet: usize, doubt: &Doubt, is_group: bool) {
        let Some(sub) = self.subnets.get_mut(subnet) else {
            return;
        };
        if is_group {
            sub.unknown_groups.push(doubt.clone());
        }
        let node = sub.node;
        if let Some(node) = self.fabric.node_mut(node) {
            node.obscured.push(doubt.clone());
        }
    }

    /// Why what a reference leads to is not known: the reference itself is not, or nothing defines its
    /// target.
    pub(super) fn why_unknown(&self, reference: &Reference) -> Option<Doubt> {
        match reference {
            Reference::To(target) => self.undefined(target.handle),
            reference => reference.doubt().cloned(),
        }
    }

    /// A reference to a data source that nothing has read, or to what is changed elsewhere.
    fn undefined(&self, handle: Handle) -> Option<Doubt> {
        if let Some(doubt) = self.fabric.changed.get(&handle) {
            return Some(doubt.clone());
        }
        let view = self.fabric.catalogue.view(handle)?;
        let unread = self.fabric.inventory.unread.binary_search(&handle).is_ok();
        unread.then(|| Doubt {
            what: view.address(),
            decided_by: Arc::from("a plan or a state that has read it"),
            at: view.instance.at,
        })
    }
}
