//! Sides of rules as sets: prefixes, service tags, application security groups, IP groups.

use std::collections::{HashMap, HashSet};

use super::Azure;
use crate::network::catalogue::Handle;
use crate::network::inventory::azure::Operand;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt};
use crate::network::sets;
use crate::traffic::Addresses;

/// Sets that rules name, each worked out once.
#[derive(Default)]
pub(super) struct Named {
    groups: HashMap<Handle, Bounded<Addresses>>,
    /// Members of application security groups of which it is not known which: they may be in any.
    anywhere: Option<Bounded<Addresses>>,
    /// Groups of addresses, which have no members.
    written_out: HashSet<Handle>,
    /// Addresses of groups of which it is not known which.
    in_some_group: Option<Bounded<Addresses>>,
}

impl Named {
    /// Members of application security groups and addresses of IP groups.
    pub(super) fn of(azure: &Azure<'_, '_>) -> Named {
        let mut named = Named::default();
        let inventory = &azure.fabric.inventory.azure;
        let groups = &inventory.firewalls.ip_groups;
        let certain = groups.iter().filter(|group| group.unsure.is_none());
        let certain: HashSet<Handle> = certain.map(|group| group.origin.handle).collect();
        for group in groups {
            let handle = group.origin.handle;
            let mut presence = group.origin.presence.clone();
            presence.extend(group.unsure.clone());
            if group.unsure.is_some() && !certain.contains(&handle) {
                perhaps(&mut named.in_some_group, &group.addresses, &presence);
            } else {
                named.written_out.insert(handle);
                named.add(handle, group.addresses.clone(), &presence);
            }
        }
        let by_node: HashMap<_, _> = azure
            .endpoints
            .iter()
            .map(|endpoint| (endpoint.node, endpoint))
            .collect();
        for member in &inventory.group_members {
            let node = member
                .to
                .handle()
                .and_then(|handle| azure.fabric.nodes.get(&handle));
            let addresses = node
                .and_then(|node| by_node.get(node))
                .map(|endpoint| endpoint.addresses.clone());
            let addresses = addresses.unwrap_or_else(|| {
                let doubts: Vec<Doubt> = member.to.doubt().cloned().into_iter().collect();
                Bounded::between(Addresses::none(), Addresses::all(), doubts)
            });
            if let Reference::Unknown(doubt) = &member.what {
                perhaps(&mut named.anywhere, &addresses, std::slice::from_ref(doubt));
            }
            for (group, doubt) in member.what.candidates() {
                let mut presence = member.origin.presence.clone();
                presence.extend(doubt);
                named.add(group, addresses.clone(), &presence);
            }
        }
        named
    }

    fn add(&mut self, handle: Handle, addresses: Bounded<Addresses>, presence: &[Doubt]) {
        let addresses = if presence.is_empty() {
            addresses
        } else {
            Bounded::between(
                Addresses::none(),
                addresses.upper,
                sets::together(&addresses.doubts, presence),
            )
        };
        let sum = match self.groups.get(&handle) {
            Some(own) => sets::union(own, &addresses),
            None => addresses,
        };
        self.groups.insert(handle, sum);
    }

    fn group(&self, azure: &Azure<'_, '_>, handle: Handle) -> Bounded<Addresses> {
        let own = self.of_group(azure, handle);
        let more = if self.written_out.contains(&handle) {
            &self.in_some_group
        } else {
            &self.anywhere
        };
        match more {
            Some(more) => sets::union(&own, more),
            None => own,
        }
    }

    fn of_group(&self, azure: &Azure<'_, '_>, handle: Handle) -> Bounded<Addresses> {
        if let Some(set) = self.groups.get(&handle) {
            return set.clone();
        }
        // A group that an input defines and that nothing joins is empty; one that only a data source
        // names is not known.
        if azure.fabric.catalogue.managed(handle) {
            return Bounded::exactly(Addresses::none());
        }
        let name = azure.fabric.name(handle);
        let doubt = crate::network::doubt::doubt(
            format!("what `{name}` holds"),
            "a plan or a state that has read it",
        );
        Bounded::between(Addresses::none(), Addresses::all(), [doubt])
    }
}

/// Adds addresses that may be in a set.
fn perhaps(set: &mut Option<Bounded<Addresses>>, addresses: &Bounded<Addresses>, doubts: &[Doubt]) {
    let doubts = sets::together(&addresses.doubts, doubts);
    let more = Bounded::between(Addresses::none(), addresses.upper.clone(), doubts);
    *set = Some(match &*set {
        Some(others) => sets::union(others, &more),
        None => more,
    });
}

impl Operand {
    /// Whether the set differs from subnet to subnet.
    pub(super) fn is_relative(&self) -> bool {
        self.tags
            .iter()
            .any(|tag| tag.eq_ignore_ascii_case("VirtualNetwork"))
    }
}

impl Azure<'_, '_> {
    /// The addresses of one side of a rule; `relative` is what `VirtualNetwork` means there.
    pub(super) fn side(
        &self,
        operand: &Operand,
        named: &Named,
        relative: &Bounded<Addresses>,
    ) -> Bounded<Addresses> {
        if operand.any {
            return Bounded::exactly(Addresses::all());
        }
        let mut lower = vec![operand.set.clone()];
        let mut upper = vec![operand.set.clone()];
        let mut doubts: Vec<Doubt> = operand.doubts.clone();
        let mut add = |set: Bounded<Addresses>, doubts: &mut Vec<Doubt>| {
            lower.push(set.lower);
            upper.push(set.upper);
            doubts.extend(set.doubts.iter().cloned());
        };
        for tag in &operand.tags {
            add(self.tag(tag, relative), &mut doubts);
        }
        for reference in &operand.groups {
            for (handle, doubt) in reference.candidates() {
                let mut set = named.group(self, handle);
                if let Some(doubt) = doubt {
                    set = Bounded::between(
                        Addresses::none(),
                        set.upper,
                        sets::together(&set.doubts, &[doubt]),
                    );
                }
                add(set, &mut doubts);
            }
            if reference.candidates().is_empty() {
                let unknown: Vec<Doubt> = reference.doubt().cloned().into_iter().collect();
                add(
                    Bounded::between(Addresses::none(), Addresses::all(), unknown),
                    &mut doubts,
                );
            }
        }
        if !operand.doubts.is_empty() {
            upper.push(Addresses::all());
        }
        Bounded::between(Addresses::union_all(&lower), Addresses::union_all(&upper), doubts)
    }

    fn tag(&self, tag: &str, relative: &Bounded<Addresses>) -> Bounded<Addresses> {
        match tag.to_ascii_lowercase().as_str() {
            "virtualnetwork" => relative.clone(),
            // Outside the virtual network and reachable on the internet, Azure's public space included.
            "internet" => Bounded::exactly(Addresses::public()),
            "azureloadbalancer" | "azureplatformdns" => {
                Bounded::exactly(Addresses::parse("168.63.129.16").unwrap_or_default())
            }
            "azureplatformimds" => Bounded::exactly(Addresses::parse("169.254.169.254").unwrap_or_default()),
            _ => match self.fabric.tags.get(tag) {
                Some(tag) => Bounded::exactly(tag.addresses),
                None => {
                    let doubt = crate::network::doubt::doubt(
                        format!("the addresses of `{tag}`"),
                        "a service tag list that has it, with --service-tags",
                    );
                    Bounded::between(Addresses::none(), Addresses::all(), [doubt])
                }
            },
        }
    }
}
