//! Private clouds that live in a virtual network (generation 2).
//!
//! Workloads leave through two subnets of the network, whose routes and security groups apply, and are
//! reached through the network, which has their segments among its prefixes; there is no circuit, no
//! managed SNAT and no public address at the NSX edge. Security groups of the platform's own, which
//! nobody sees, stand before vCenter and the hosts (Microsoft Learn, "Design considerations for Azure
//! VMware Solution Generation 2 private clouds").

use std::sync::Arc;

use super::{Azure, Role, SYSTEM, perhaps_anywhere, route};
use crate::network::doubt::doubt;
use crate::network::fabric::cloud_routes::LEARNED;
use crate::network::inventory::avs::PrivateCloud;
use crate::network::inventory::native::{INWARD, UPLINK};
use crate::network::model::{
    Assumption, Bounded, Doubt, FilterId, Forward, HopKind, LinkId, NetworkFinding, Route, Written,
};
use crate::source::Severity;
use crate::traffic::Addresses;

/// A generation 2 cloud in a network of the inputs.
#[derive(Debug)]
pub(super) struct Native {
    /// Index into the fabric's edges.
    edge: usize,
    net: usize,
    name: Arc<str>,
    written: Written,
    /// The subnets that workloads leave through, with the links there.
    uplinks: Vec<(usize, Option<LinkId>)>,
    /// The subnet that takes in what is meant for them.
    inward: Option<usize>,
}

impl Azure<'_, '_> {
    /// Finds the clouds' networks and subnets, and gives the networks the clouds' prefixes.
    pub(super) fn find_native_clouds(&mut self) {
        let inventory = self.fabric.inventory;
        for cloud in &inventory.avs.clouds {
            if cloud.virtual_network.is_none() {
                continue;
            }
            let edge = self
                .fabric
                .edges
                .iter()
                .position(|edge| edge.cloud == cloud.origin.handle);
            let net = cloud
                .virtual_network
                .handle()
                .and_then(|handle| self.by_network.get(&handle).copied());
            let uplinks = net.map_or_else(Vec::new, |net| self.delivered(net, UPLINK));
            self.hide_management(edge, cloud);
            match (edge, net) {
                (Some(edge), Some(net)) if !uplinks.is_empty() => self.native(edge, net, cloud, uplinks),
                _ => self.in_unknown_network(edge, net, cloud),
            }
        }
    }

    fn native(&mut self, edge: usize, net: usize, cloud: &PrivateCloud, uplinks: Vec<usize>) {
        for subnet in &uplinks {
            if let Some(sub) = self.subnets.get_mut(*subnet) {
                sub.role = Role::Uplink;
            }
        }
        let announces = self.fabric.edges.get(edge).map(|edge| edge.announces.clone());
        if let Some(state) = self.networks.get_mut(net) {
            state.programmed.extend(announces.into_iter().flatten());
        }
        let inward = self.delivered(net, INWARD).first().copied();
        self.natives.push(Native {
            edge,
            net,
            name: cloud.origin.name.clone(),
            written: cloud.origin.written.clone(),
            uplinks: uplinks.into_iter().map(|subnet| (subnet, None)).collect(),
            inward,
        });
        if let Some(subnet) = inward {
            self.no_table_on(subnet);
        }
    }

    /// The subnets of a network whose names begin so.
    fn delivered(&self, net: usize, begin: &str) -> Vec<usize> {
        let subnets = self.networks.get(net).map_or(&[][..], |net| &net.subnets);
        let named = |subnet: &usize| {
            let state = self.fabric.inventory.azure.subnets.get(*subnet);
            state
                .and_then(|state| state.name.as_deref())
                .is_some_and(|name| name.starts_with(begin))
        };
        subnets.iter().copied().filter(named).collect()
    }

    fn no_table_on(&mut self, subnet: usize) {
        for (table, doubts) in self.tables_of(subnet) {
            if !doubts.is_empty() {
                continue;
            }
            self.fabric.network.findings.push(NetworkFinding {
                id: "route-table-on-infra-gateway",
                severity: Severity::Error,
                summary: format!(
                    "`{}` is associated with the subnet that takes in the traffic of a private cloud's workloads",
                    table.origin.name
                ),
                help: format!("associate it with the subnets `{UPLINK}…`, which workloads leave through"),
                written: table.origin.written.clone(),
            });
        }
    }

    /// What the platform's own security groups let through to vCenter and the hosts, nobody sees.
    fn hide_management(&mut self, edge: Option<usize>, cloud: &PrivateCloud) {
        let management = edge
            .and_then(|edge| self.fabric.edges.get(edge))
            .map(|edge| edge.management);
        let Some(node) = management.and_then(|node| self.fabric.node_mut(node)) else {
            return;
        };
        node.obscured.push(Doubt {
            at: cloud.origin.written.at,
            ..doubt(
                format!(
                    "what the system-managed security groups before the management network of `{}` let through",
                    cloud.origin.name
                ),
                "nothing: Azure shows them to nobody",
            )
        });
    }

    /// Neither the way out nor the way in is known.
    fn in_unknown_network(&mut self, edge: Option<usize>, net: Option<usize>, cloud: &PrivateCloud) {
        let name = &cloud.origin.name;
        let doubt = Doubt {
            at: cloud.origin.written.at,
            ..match net {
                Some(_) => doubt(
                    format!(
                        "the routes and security groups of the subnets `{UPLINK}…` that `{name}` leaves through"
                    ),
                    "associations with these subnets, or data sources of them",
                ),
                None => doubt(
                    format!("the ways between `{name}` and the virtual network it lives in"),
                    "the input (directory, plan or state) that defines the virtual network",
                ),
            }
        };
        if let Some(tier0) = edge
            .and_then(|edge| self.fabric.edges.get(edge))
            .map(|edge| edge.tier0)
        {
            let because = "the cloud's virtual network may lead there";
            let anywhere = perhaps_anywhere(vec![doubt.clone()], because);
            // Its own ways out are the network's: no default route of the cloud is certain.
            let first = Route {
                rank: super::USER,
                ..anywhere
            };
            self.add_route(tier0, first);
        }
        if let Some(net) = net.and_then(|net| self.networks.get_mut(net)) {
            net.beyond.push(doubt);
        }
    }

    /// The ways between the clouds and their networks.
    pub(super) fn route_native_clouds(&mut self) {
        for number in 0..self.natives.len() {
            let Some(native) = self.natives.get(number) else {
                continue;
            };
            let (edge, net, name, written) = (
                native.edge,
                native.net,
                native.name.clone(),
                native.written.clone(),
            );
            let uplinks: Vec<usize> = native.uplinks.iter().map(|(subnet, _)| *subnet).collect();
            let Some((tier0, announces)) = self
                .fabric
                .edges
                .get(edge)
                .map(|edge| (edge.tier0, edge.announces.clone()))
            else {
                continue;
            };
            for (position, subnet) in uplinks.iter().enumerate() {
                let Some(to) = self.subnets.get(*subnet).map(|sub| sub.node) else {
                    continue;
                };
                let label = self.name_of(to);
                let because = "workloads leave through the subnets of the NSX gateways";
                let link = self.link(tier0, to, &label, HopKind::VirtualNetwork, &written, because);
                self.closed_world(link, *subnet, &label);
                let mut out = route(
                    Bounded::exactly(Addresses::all()),
                    0,
                    LEARNED,
                    Forward::Link(link),
                    because,
                );
                out.name = "default route".into();
                out.written = written.clone();
                self.add_route(tier0, out);
                if let Some((_, known)) = self
                    .natives
                    .get_mut(number)
                    .and_then(|native| native.uplinks.get_mut(position))
                {
                    *known = Some(link);
                }
            }
            if uplinks.len() == 1 {
                let other = doubt(
                    format!("the second subnet `{UPLINK}…` that workloads of `{name}` leave through"),
                    "an association with it, or a data source of it",
                );
                let because = "both subnets of the NSX gateways are used";
                let anywhere = perhaps_anywhere(vec![other], because);
                self.add_route(
                    tier0,
                    Route {
                        rank: LEARNED,
                        ..anywhere
                    },
                );
            }
            let Some(home) = self.networks.get(net).map(|net| net.node) else {
                continue;
            };
            for way in ["", " by the subnets of the NSX gateways"] {
                let label: Arc<str> = format!("{name}{way}").into();
                let because = "the network has the private cloud's prefixes, and leads there";
                let link = self.link(home, tier0, &label, HopKind::VirtualNetwork, &written, because);
                for announced in &announces {
                    let mut own = route(
                        announced.destinations.clone(),
                        announced.length,
                        SYSTEM,
                        Forward::Link(link),
                        &announced.because,
                    );
                    own.doubts.clone_from(&announced.doubts);
                    own.written = announced.written.clone();
                    self.add_route(home, own);
                }
            }
        }
    }

    /// The platform makes these subnets with tables and groups of its own; what no input associates is
    /// taken not to be in the way.
    fn closed_world(&mut self, link: LinkId, subnet: usize, label: &str) {
        let bare = self
            .subnets
            .get(subnet)
            .is_some_and(|sub| sub.groups.is_empty() || sub.tables.is_empty());
        let assumption = Assumption {
            code: "closed-world",
            text: format!("nothing is associated with {label} but what the inputs associate with it").into(),
        };
        if let Some(link) = self.link_mut(link)
            && bare
            && !link.assumptions.contains(&assumption)
        {
            link.assumptions.push(assumption);
        }
    }

    /// Security groups of the subnets that workloads leave through, and of those that take in what is
    /// meant for them: the first clouds of this generation take it in where they let it out, and which
    /// of the two a cloud is, no input shows.
    pub(super) fn filter_native_clouds(&mut self) {
        for number in 0..self.natives.len() {
            let Some(native) = self.natives.get(number) else {
                continue;
            };
            let inward = native.inward;
            let uplinks = native.uplinks.clone();
            let (name, net) = (native.name.clone(), native.net);
            let tier0 = self.fabric.edges.get(native.edge).map(|edge| edge.tier0);
            for (subnet, link) in &uplinks {
                let (_, outbound) = self.filters_of(*subnet);
                if let Some(link) = link.and_then(|link| self.link_mut(link)) {
                    link.filters = outbound;
                }
            }
            let current = inward.map_or_else(Vec::new, |subnet| self.filters_of(subnet).0);
            let first = uplinks
                .first()
                .map_or_else(Vec::new, |(subnet, _)| self.filters_of(*subnet).0);
            let ways: [(Arc<str>, Vec<FilterId>); 2] = [
                (name.clone(), current),
                (format!("{name} by the subnets of the NSX gateways").into(), first),
            ];
            let home = self.networks.get(net).map(|net| net.node);
            for (label, filters) in ways {
                let (Some(home), Some(tier0)) = (home, tier0) else {
                    continue;
                };
                if let Some(link) = self.links.get(&(home, tier0, label)).copied()
                    && let Some(link) = self.link_mut(link)
                {
                    link.filters = filters;
                }
            }
        }
    }

    fn filters_of(&self, subnet: usize) -> (Vec<FilterId>, Vec<FilterId>) {
        let node = self
            .subnets
            .get(subnet)
            .and_then(|sub| self.fabric.network.node(sub.node));
        node.map_or_else(Default::default, |node| {
            (node.receives.clone(), node.sends.clone())
        })
    }
}
