//! Security admin rules of Virtual Network Manager, which stand before security groups: Deny and
//! AlwaysAllow end the search, Allow hands over to the security groups; a configuration is in force in
//! the regions it is deployed to, for the networks of its collections' groups (Microsoft Learn,
//! "Security admin rules in Azure Virtual Network Manager").

use std::collections::HashMap;

use super::Azure;
use super::filters::describe;
use super::gateways::line;
use super::rules::Named;
use crate::network::catalogue::Handle;
use crate::network::fabric::region_stamp;
use crate::network::inventory::manager::{AdminAction, AdminCollection, AdminRule};
use crate::network::join::Reference;
use crate::network::model::{Action, Bounded, Doubt, Filter, FilterId, HopKind, Line, Match, Written};
use crate::traffic::Addresses;

/// Subnets of services that admin rules do not concern; firewalls and gateways have no filters anyhow.
const EXEMPT: &[&str] = &["azurebastionsubnet", "routeserversubnet"];

/// A rule, where it stands among all that apply to a network, and why it may not.
pub(super) struct Applied<'a> {
    rule: &'a AdminRule,
    doubts: Vec<Doubt>,
}

/// The rules of each network, first to last.
#[derive(Default)]
pub(super) struct Administration<'a> {
    of_network: HashMap<usize, Vec<Applied<'a>>>,
    /// Rules that are deployed to a network's region and are in no input.
    unseen: HashMap<usize, Vec<Doubt>>,
}

/// Lines of both directions, to stand before others.
#[derive(Clone, Default)]
pub(super) struct AdminLines {
    pub(super) inbound: Vec<Line>,
    pub(super) outbound: Vec<Line>,
}

impl AdminLines {
    pub(super) fn is_empty(&self) -> bool {
        self.inbound.is_empty() && self.outbound.is_empty()
    }

    pub(super) fn of(&self, inbound: bool) -> &[Line] {
        if inbound { &self.inbound } else { &self.outbound }
    }

    /// The same lines, where it is not known whether they apply.
    pub(super) fn doubtful(&self, doubt: &Doubt) -> AdminLines {
        let with = |lines: &[Line]| {
            let mut lines = lines.to_vec();
            for line in &mut lines {
                line.doubts.push(doubt.clone());
            }
            lines
        };
        AdminLines {
            inbound: with(&self.inbound),
            outbound: with(&self.outbound),
        }
    }
}

impl<'a> Azure<'_, 'a> {
    pub(super) fn administration(&self) -> Administration<'a> {
        let manager = &self.fabric.inventory.azure.manager;
        let mut administration = Administration::default();
        if manager.rules.is_empty() && manager.deployments.is_empty() {
            return administration;
        }
        let strays = self.strays();
        for net in 0..self.networks.len() {
            let unseen = self.unseen(net);
            if !unseen.is_empty() {
                administration.unseen.insert(net, unseen);
            }
            let mut applied: Vec<(Option<Handle>, bool, Applied<'a>)> = Vec::new();
            for (rule, doubt) in &strays {
                let doubts = vec![doubt.clone()];
                applied.push((None, false, Applied { rule, doubts }));
            }
            for collection in &manager.collections {
                let Some(mut doubts) = self.applies(collection, net) else {
                    continue;
                };
                doubts.extend(collection.origin.presence.iter().cloned());
                let (by, wide) = self.manager_of(collection);
                for rule in &manager.rules {
                    let strange = match &rule.collection {
                        Reference::Unknown(doubt) => Some(doubt.clone()),
                        reference => {
                            let own = reference.candidates().into_iter();
                            match own
                                .into_iter()
                                .find(|(handle, _)| *handle == collection.origin.handle)
                            {
                                Some((_, doubt)) => doubt,
                                None => continue,
                            }
                        }
                    };
                    let doubts = doubts.iter().cloned().chain(strange).collect();
                    applied.push((by, wide, Applied { rule, doubts }));
                }
            }
            applied.sort_by_key(|(_, wide, applied)| {
                (!wide, applied.rule.rule.priority.as_ref().copied().unwrap_or(0))
            });
            let managers: Vec<_> = applied.iter().map(|(by, wide, _)| (*by, *wide)).collect();
            let mut applied: Vec<Applied<'a>> = applied.into_iter().map(|(.., applied)| applied).collect();
            self.contest(&managers, &mut applied);
            if !applied.is_empty() {
                administration.of_network.insert(net, applied);
            }
        }
        administration
    }

    /// Rules of collections that are in no input may be in force anywhere.
    fn strays(&self) -> Vec<(&'a AdminRule, Doubt)> {
        let manager = &self.fabric.inventory.azure.manager;
        let known = |handle: Handle| {
            let mut collections = manager.collections.iter();
            collections.any(|collection| collection.origin.handle == handle)
        };
        let mut strays = Vec::new();
        for rule in &manager.rules {
            let candidates = rule.collection.candidates();
            let unknown = matches!(rule.collection, Reference::Unknown(_));
            if unknown || candidates.iter().any(|(handle, _)| known(*handle)) {
                continue;
            }
            let doubt = self.why_unknown(&rule.collection).unwrap_or_else(|| {
                crate::network::doubt::doubt(
                    format!("where security admin rule `{}` is in force", rule.rule.name),
                    "the input (directory, plan or state) that has its collection",
                )
            });
            strays.push((rule, doubt));
        }
        strays
    }

    /// Deployments of configurations that no input has, to the region of a network.
    fn unseen(&self, net: usize) -> Vec<Doubt> {
        let inventory = &self.fabric.inventory.azure;
        let manager = &inventory.manager;
        let Some(network) = inventory.networks.get(net) else {
            return Vec::new();
        };
        let mut unseen = Vec::new();
        for deployment in &manager.deployments {
            let elsewhere = match (&network.location.value, &deployment.location.value) {
                (Ok(own), Ok(other)) => region_stamp(own) != region_stamp(other),
                _ => false,
            };
            if deployment.security == Ok(false) || elsewhere {
                continue;
            }
            for named in &deployment.configurations {
                let known = named.handle().is_some_and(|handle| {
                    let mut own = manager.configurations.iter();
                    own.any(|(origin, _)| origin.handle == handle)
                });
                let doubt = match named {
                    Reference::None => None,
                    _ if known => None,
                    _ => Some(self.why_unknown(named).unwrap_or_else(|| {
                        crate::network::doubt::doubt(
                            format!("what the configurations of `{}` say", deployment.origin.name),
                            "the input (directory, plan or state) that has them",
                        )
                    })),
                };
                unseen.extend(doubt);
            }
        }
        unseen
    }

    /// Rules of two managers of one level: which come first is not documented.
    fn contest(&self, managers: &[(Option<Handle>, bool)], applied: &mut [Applied<'a>]) {
        for wide in [true, false] {
            let mut own: Vec<Option<Handle>> = managers
                .iter()
                .filter(|(_, level)| *level == wide)
                .map(|(by, _)| *by)
                .collect();
            own.sort();
            own.dedup();
            if own.len() < 2 {
                continue;
            }
            let doubt = crate::network::doubt::doubt(
                "which network manager's security admin rules come first",
                "one network manager for each level of scope",
            );
            for (applied, (_, level)) in applied.iter_mut().zip(managers) {
                if *level == wide {
                    applied.doubts.push(doubt.clone());
                }
            }
        }
    }

    /// The manager of a collection, and whether its scope has management groups.
    fn manager_of(&self, collection: &AdminCollection) -> (Option<Handle>, bool) {
        let manager = &self.fabric.inventory.azure.manager;
        let configuration = collection.configuration.handle();
        let by = manager
            .configurations
            .iter()
            .find(|(origin, _)| Some(origin.handle) == configuration)
            .and_then(|(_, manager)| manager.handle());
        let own = manager.managers.iter().find(|own| Some(own.origin.handle) == by);
        (by, own.is_some_and(|own| own.wide == Ok(true)))
    }

    /// Whether a collection's rules are in force for a network: `None` where they certainly are not.
    fn applies(&self, collection: &AdminCollection, net: usize) -> Option<Vec<Doubt>> {
        let mut doubts = self.deployed(collection, net)?;
        let memberships: Vec<Vec<Doubt>> = collection
            .groups
            .iter()
            .filter_map(|group| self.member(group, net))
            .collect();
        // A member of any of its groups.
        if memberships.is_empty() {
            return None;
        }
        if !memberships.iter().any(Vec::is_empty) {
            doubts.extend(memberships.into_iter().flatten());
        }
        Some(doubts)
    }

    /// Whether the configuration is deployed to the network's region.
    fn deployed(&self, collection: &AdminCollection, net: usize) -> Option<Vec<Doubt>> {
        let inventory = &self.fabric.inventory.azure;
        let location = inventory
            .networks
            .get(net)
            .map(|network| &network.location.value)?;
        let known = collection.configuration.handle().is_some_and(|handle| {
            let mut own = inventory.manager.configurations.iter();
            own.any(|(origin, _)| origin.handle == handle)
        });
        if !known && !matches!(collection.configuration, Reference::Either(..)) {
            let doubt = self.why_unknown(&collection.configuration);
            return doubt.map(|doubt| vec![doubt]);
        }
        let mut found: Option<Vec<Doubt>> = None;
        for deployment in &inventory.manager.deployments {
            let mut doubts: Vec<Doubt> = deployment.origin.presence.clone();
            match &deployment.security {
                Ok(true) => {}
                Ok(false) => continue,
                Err(doubt) => doubts.push(doubt.clone()),
            }
            match (location, &deployment.location.value) {
                (Ok(own), Ok(other)) if region_stamp(own) == region_stamp(other) => {}
                (Ok(_), Ok(_)) => continue,
                (Err(doubt), _) | (_, Err(doubt)) => doubts.push(doubt.clone()),
            }
            let named =
                deployment
                    .configurations
                    .iter()
                    .find_map(|named| match (named, &collection.configuration) {
                        (Reference::To(one), Reference::To(other)) => {
                            (one.handle == other.handle).then(Vec::new)
                        }
                        (Reference::Outside(..), Reference::To(_)) => None,
                        (one, other) => {
                            let doubt = one.doubt().or_else(|| other.doubt()).cloned();
                            doubt.map(|doubt| vec![doubt])
                        }
                    });
            let Some(named) = named else { continue };
            doubts.extend(named);
            match &found {
                Some(known) if known.len() <= doubts.len() => {}
                _ => found = Some(doubts),
            }
        }
        found
    }

    /// Whether a network is in a group: `None` where it certainly is not.
    fn member(&self, group: &Reference, net: usize) -> Option<Vec<Doubt>> {
        let inventory = &self.fabric.inventory.azure;
        let network = inventory.networks.get(net)?.origin.handle;
        let mut doubts: Vec<Doubt> = group.doubt().cloned().into_iter().collect();
        let candidates = group.candidates();
        if candidates.is_empty() {
            return (!doubts.is_empty()).then_some(doubts);
        }
        let mut possible = false;
        for (handle, _) in candidates {
            let own = inventory
                .manager
                .groups
                .iter()
                .find(|own| own.origin.handle == handle);
            let mut any = false;
            for member in &inventory.manager.members {
                let of = match &member.group {
                    Reference::Unknown(_) => true,
                    reference => reference.candidates().iter().any(|(own, _)| *own == handle),
                };
                if !of {
                    continue;
                }
                any = true;
                let here = match &member.network {
                    Reference::Unknown(_) => true,
                    reference => reference.candidates().iter().any(|(own, _)| *own == network),
                };
                if !here {
                    continue;
                }
                let mut why: Vec<Doubt> = member.origin.presence.clone();
                why.extend(
                    [member.group.doubt(), member.network.doubt()]
                        .into_iter()
                        .flatten()
                        .cloned(),
                );
                if why.is_empty() && own.is_some_and(|own| own.of_networks == Ok(true)) {
                    return Some(doubts);
                }
                possible = true;
                doubts.extend(why);
            }
            let name = self.fabric.name(handle);
            let unseen = match own {
                None => Some("the input (directory, plan or state) that defines it"),
                Some(own) if own.of_networks != Ok(true) => Some("a group of virtual networks"),
                // A group without members is filled by a policy that no input has.
                Some(_) if !any => Some("static members, or the input that has the policy"),
                Some(_) => None,
            };
            if let Some(decided_by) = unseen {
                possible = true;
                doubts.push(crate::network::doubt::doubt(
                    format!("which networks are in `{name}`"),
                    decided_by,
                ));
            }
        }
        let policies = &inventory.manager.policies;
        doubts.extend(policies.iter().cloned());
        (possible || !policies.is_empty()).then_some(doubts)
    }

    /// What stands before the security groups of a subnet.
    pub(super) fn admin_lines(
        &self,
        administration: &Administration<'a>,
        named: &Named,
        subnet: usize,
    ) -> AdminLines {
        let none = Bounded::exactly(Addresses::none());
        let Some(sub) = self.subnets.get(subnet) else {
            return AdminLines::default();
        };
        let name = self.fabric.inventory.azure.subnets.get(subnet);
        let exempt = name
            .and_then(|subnet| subnet.name.as_deref())
            .is_some_and(|name| EXEMPT.contains(&name));
        let applied = sub.net.and_then(|net| administration.of_network.get(&net));
        let unseen = sub.net.and_then(|net| administration.unseen.get(&net));
        if exempt || applied.is_none() && unseen.is_none() {
            return AdminLines::default();
        }
        let relative = if sub.net.is_some() {
            &sub.virtual_network
        } else {
            &none
        };
        let mut lines = AdminLines::default();
        if let Some(doubts) = unseen {
            let everything = || Bounded::exactly(Addresses::all());
            for action in [Action::Deny, Action::Allow] {
                let because = "a security admin rule that is in no input may decide";
                let all = vec![super::gateways::pair(everything(), everything())];
                let mut own = line("of another input", action, all, because, &Written::default());
                own.doubts.clone_from(doubts);
                lines.inbound.push(own.clone());
                lines.outbound.push(own);
            }
        }
        for applied in applied.into_iter().flatten() {
            let rule = &applied.rule.rule;
            let product = Match {
                source: self.side(&rule.source, named, relative),
                destination: self.side(&rule.destination, named, relative),
                protocols: rule.protocols.clone(),
                source_ports: rule.source_ports.clone(),
                destination_ports: rule.destination_ports.clone(),
            };
            if rule.inbound != Ok(false) {
                lines.inbound.extend(made(applied, &product));
            }
            if rule.inbound != Ok(true) {
                lines.outbound.extend(made(applied, &product));
            }
        }
        for lines in [&mut lines.inbound, &mut lines.outbound] {
            let end = lines.len();
            for line in lines.iter_mut() {
                if let Action::Jump(target) = &mut line.action {
                    *target = end;
                }
            }
        }
        lines
    }

    /// Admin rules need no security group.
    pub(super) fn admin_filters(&mut self, lines: &AdminLines, subnet: usize) -> (FilterId, FilterId) {
        let node = self.subnets.get(subnet).map(|sub| sub.node);
        let name = node.map_or_else(|| "".into(), |node| self.name_of(node));
        let written = node.map_or_else(Written::default, |node| self.written_of(node));
        let mut filter = |inbound: bool| {
            let because = "no security admin rule denies it, and there is no security group";
            self.fabric.network.add_filter(Filter {
                name: name.clone(),
                kind: HopKind::NetworkSecurityGroup,
                written: written.clone(),
                lines: lines.of(inbound).to_vec(),
                otherwise: line("no admin rule", Action::Allow, Vec::new(), because, &written),
                point: format!("security admin rules at {name}").into(),
                transit: false,
            })
        };
        (filter(true), filter(false))
    }
}

/// A rule as lines: several where its action is not known. The target of a jump is set later.
fn made(applied: &Applied<'_>, product: &Match) -> Vec<Line> {
    let rule = &applied.rule.rule;
    let what = describe(&product.protocols, &product.destination_ports);
    let mut doubts = applied.doubts.clone();
    doubts.extend(rule.doubts.iter().cloned());
    doubts.extend(rule.priority.as_ref().err().cloned());
    doubts.extend(rule.inbound.as_ref().err().cloned());
    let one = |action: AdminAction, more: Option<&Doubt>| {
        let (action, verb) = match action {
            AdminAction::Allow => (Action::Jump(0), "leaves to security groups"),
            AdminAction::AlwaysAllow => (Action::Allow, "always allows"),
            AdminAction::Deny => (Action::Deny, "denies"),
        };
        let because = format!("security admin rule `{}` {verb} {what}", rule.name);
        let mut own = line(&rule.name, action, vec![product.clone()], &because, &rule.written);
        own.place.clone_from(&rule.place);
        own.doubts.clone_from(&doubts);
        own.doubts.extend(more.cloned());
        own
    };
    match &applied.rule.action {
        Ok(action) => vec![one(*action, None)],
        Err(doubt) => vec![
            one(AdminAction::Deny, Some(doubt)),
            one(AdminAction::AlwaysAllow, Some(doubt)),
            one(AdminAction::Allow, None),
        ],
    }
}
