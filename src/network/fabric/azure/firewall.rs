//! Azure Firewall's rules as one filter: translation, then network, then application rules, whatever
//! the numbers; a parent policy's groups before its child's (Microsoft Learn, "Configure Azure Firewall
//! rules").

use std::sync::Arc;

use super::filters::describe;
use super::gateways::{line, pair};
use super::rules::Named;
use super::translation::Translation;
use super::{Azure, Wall};
use crate::network::catalogue::Handle;
use crate::network::inventory::firewall::{
    Collection, CollectionGroup, Firewall, Policy, Rule, Settings, Stage,
};
use crate::network::join::Reference;
use crate::network::model::{Action, Bounded, Doubt, Filter, HopKind, Line, Match, NetworkFinding, Rewrite};
use crate::source::Severity;
use crate::traffic::{Addresses, Ports};

/// Policies may be chained; Azure allows one parent, whose own parent counts too.
const MOST_PARENTS: usize = 8;

impl<'a> Azure<'_, 'a> {
    pub(super) fn filter_firewalls(&mut self) {
        let named = Named::of(self);
        let inventory = self.fabric.inventory;
        for firewall in &inventory.azure.firewalls.firewalls {
            let Some(wall) = self.firewalls.get(&firewall.origin.handle).cloned() else {
                continue;
            };
            let (policies, doubts) = self.policies(firewall);
            if let Some(node) = self.fabric.node_mut(wall.node) {
                node.obscured.extend(doubts);
            }
            let filter = self.firewall_filter(firewall, &policies, &wall, &named);
            let filter = self.fabric.network.add_filter(filter);
            if let Some(node) = self.fabric.node_mut(wall.node) {
                node.inspects.push(filter);
            }
        }
    }

    /// The firewall's policy and its parents, the first parent first; and what is not known of them.
    fn policies(&self, firewall: &Firewall) -> (Vec<&'a Policy>, Vec<Doubt>) {
        let mut chain = Vec::new();
        let groups = &self.fabric.inventory.azure.firewalls.ip_groups;
        let changed = groups
            .iter()
            .filter_map(|group| self.fabric.changed.get(&group.origin.handle));
        let mut doubts: Vec<Doubt> = changed.cloned().collect();
        let mut reference = &firewall.policy;
        while chain.len() < MOST_PARENTS && !reference.is_none() {
            let policies = &self.fabric.inventory.azure.firewalls.policies;
            let handle = reference.handle();
            match policies
                .iter()
                .find(|policy| Some(policy.origin.handle) == handle)
            {
                Some(policy) => {
                    doubts.extend(self.fabric.changed.get(&policy.origin.handle).cloned());
                    chain.push(policy);
                    reference = &policy.base;
                }
                None => {
                    let name = handle
                        .map_or_else(|| firewall.origin.name.clone(), |handle| self.fabric.name(handle));
                    doubts.push(reference.doubt().cloned().unwrap_or_else(|| {
                        crate::network::doubt::doubt(
                            format!("the rules of `{name}`"),
                            "the input (directory, plan or state) that defines it",
                        )
                    }));
                    break;
                }
            }
        }
        chain.reverse();
        (chain, doubts)
    }

    /// All collections, in the order of their evaluation.
    fn collections(&self, firewall: &Firewall, policies: &[&'a Policy]) -> Vec<(&'a Collection, Vec<Doubt>)> {
        let inventory = &self.fabric.inventory.azure.firewalls;
        let mut all: Vec<(Stage, usize, i64, i64, &'a Collection)> = Vec::new();
        for (depth, policy) in policies.iter().enumerate() {
            let own = |group: &&CollectionGroup| may_mean(&group.policy, policy.origin.handle);
            for group in inventory.groups.iter().filter(own) {
                let priority = group.priority.as_ref().copied().unwrap_or(0);
                for collection in &group.collections {
                    all.push((
                        collection.stage,
                        depth,
                        priority,
                        collection.priority.as_ref().copied().unwrap_or(0),
                        collection,
                    ));
                }
            }
        }
        if policies.is_empty() {
            let own = |reference: &Reference| may_mean(reference, firewall.origin.handle);
            for (_, collection) in inventory.classic.iter().filter(|(of, _)| own(of)) {
                all.push((
                    collection.stage,
                    0,
                    0,
                    collection.priority.as_ref().copied().unwrap_or(0),
                    collection,
                ));
            }
        }
        all.sort_by_key(|(stage, depth, group, priority, _)| (*stage, *depth, *group, *priority));
        let order = |(stage, depth, group, priority, _): &(Stage, usize, i64, i64, &Collection)| {
            (*stage, *depth, *group, *priority)
        };
        let mut ordered = Vec::with_capacity(all.len());
        for (number, entry) in all.iter().enumerate() {
            let near = [number.checked_sub(1), Some(number + 1)];
            let tied = near
                .into_iter()
                .flatten()
                .filter_map(|other| all.get(other))
                .find(|other| order(other) == order(entry) && other.4.allow != entry.4.allow);
            let doubt = tied.map(|other| Doubt {
                what: format!("which of `{}` and `{}` comes first", entry.4.name, other.4.name).into(),
                decided_by: "a priority of its own for each".into(),
                at: entry.4.written.at,
            });
            let mut doubts: Vec<Doubt> = doubt.into_iter().collect();
            let parent = entry.1 + 1 < policies.len();
            if entry.0 == Stage::Nat && parent {
                doubts.push(crate::network::doubt::doubt(
                    format!("whether a policy inherits the translations of `{}`", entry.4.name),
                    "translations in the firewall's own policy: the documentation disagrees",
                ));
            }
            ordered.push((entry.4, doubts));
        }
        ordered
    }

    /// Whether a rule that denies stops what a translation has let in: the documentation has said both.
    fn contradicted(all: &[(&Collection, Vec<Doubt>)], rule: &Rule) -> Option<Doubt> {
        let (address, ports) = rule.translated.as_ref()?;
        let mut denying = all
            .iter()
            .filter(|(collection, _)| collection.stage == Stage::Network && collection.allow != Ok(true))
            .flat_map(|(collection, _)| &collection.rules);
        let denying = denying.find(|other| {
            let to = &other.destination;
            let relative = !to.tags.is_empty() || !to.groups.is_empty() || !to.doubts.is_empty();
            let meets = to.any || relative || to.set.intersects(&address.upper);
            meets
                && ports
                    .as_ref()
                    .is_none_or(|ports| other.ports.upper.intersects(ports))
        })?;
        Some(crate::network::doubt::doubt(
            format!(
                "whether network rule `{}` stops what `{}` translates",
                denying.name, rule.name
            ),
            "rules that do not deny it: the documentation disagrees",
        ))
    }

    /// Groups that may or may not belong to one of the policies, or whose order is not known.
    fn doubts_of_groups(&self, policies: &[&Policy], collection: &Collection) -> Vec<Doubt> {
        let groups = &self.fabric.inventory.azure.firewalls.groups;
        let group = groups.iter().find(|group| group.origin.name == collection.place);
        let mut doubts = collection.doubts.clone();
        doubts.extend(collection.priority.as_ref().err().cloned());
        if let (Some(group), false) = (group, policies.is_empty()) {
            doubts.extend(group.origin.presence.iter().cloned());
            doubts.extend(group.priority.as_ref().err().cloned());
            doubts.extend(group.policy.doubt().cloned());
        } else if policies.is_empty() {
            let classic = self.fabric.inventory.azure.firewalls.classic.iter();
            let mut own = classic.filter(|(_, own)| own.place == collection.place);
            if let Some((reference, _)) = own.next() {
                doubts.extend(reference.doubt().cloned());
            }
        }
        doubts
    }

    fn firewall_filter(
        &mut self,
        firewall: &Firewall,
        policies: &[&'a Policy],
        wall: &Wall,
        named: &Named,
    ) -> Filter {
        let origin = &firewall.origin;
        let settings: Vec<&Settings> = policies
            .iter()
            .rev()
            .map(|policy| &policy.settings)
            .chain([&firewall.settings])
            .collect();
        // The tier Basic has neither a DNS proxy nor threat intelligence that denies (Microsoft Learn,
        // "Azure Firewall Basic features").
        let proxy = settings
            .iter()
            .find_map(|settings| settings.dns_proxy.clone())
            .unwrap_or(Ok(false));
        let proxy = match (&firewall.basic, proxy) {
            (Ok(true), _) => Ok(false),
            (Err(doubt), Ok(true)) => Err(doubt.clone()),
            (_, proxy) => proxy,
        };
        let translation = self.translation_of(firewall, &settings, wall);
        let mut lines = if firewall.basic == Ok(true) {
            Vec::new()
        } else {
            self.threat_lines(&settings)
        };
        let collections = self.collections(firewall, policies);
        for (collection, tied) in &collections {
            let mut doubts = self.doubts_of_groups(policies, collection);
            doubts.extend(tied.iter().cloned());
            for rule in &collection.rules {
                self.check_ports(rule);
                let Some(names_doubt) = self.proxied(collection, rule, &proxy) else {
                    continue;
                };
                let mut all = doubts.clone();
                all.extend(rule.doubts.iter().cloned());
                all.extend(names_doubt);
                all.extend(Self::contradicted(&collections, rule));
                self.rule_lines(collection, rule, &all, named, &translation, &mut lines);
            }
        }
        for (reference, doubt) in self.stray_groups(policies) {
            let mut stray = line(
                "of another policy",
                Action::Deny,
                vec![pair(everything(), everything())],
                "a rule collection group may belong here",
                &origin.written,
            );
            stray.doubts.push(doubt);
            stray.name = reference;
            lines.insert(0, stray.clone());
            stray.action = Action::Allow;
            lines.insert(0, stray);
        }
        Filter {
            name: origin.name.clone(),
            kind: HopKind::AzureFirewall,
            written: origin.written.clone(),
            lines,
            otherwise: line(
                "default",
                Action::Deny,
                Vec::new(),
                "no rule allows it, and the firewall denies by default",
                &origin.written,
            ),
            point: origin.name.clone(),
            transit: true,
        }
    }

    /// Groups whose policy is not known may be any policy's.
    fn stray_groups(&self, policies: &[&Policy]) -> Vec<(Arc<str>, Doubt)> {
        let groups = &self.fabric.inventory.azure.firewalls.groups;
        let stray = groups.iter().filter_map(|group| {
            let candidates = group.policy.candidates();
            let possible = match candidates.as_slice() {
                [] => matches!(group.policy, crate::network::join::Reference::Unknown(_)),
                [(_, None)] => false,
                several => several
                    .iter()
                    .any(|(handle, _)| policies.iter().any(|policy| policy.origin.handle == *handle)),
            };
            Some((
                group.name.clone(),
                group
                    .policy
                    .doubt()
                    .filter(|_| possible && !policies.is_empty())?
                    .clone(),
            ))
        });
        stray.collect()
    }

    fn check_ports(&mut self, rule: &Rule) {
        for text in &rule.impossible_ports {
            self.fabric.network.findings.push(NetworkFinding {
                id: "impossible-port",
                severity: Severity::Error,
                summary: format!("`{text}` in rule `{}` is no port or range of ports", rule.name),
                help: "ports are 0 to 65535, ranges `first-last`, everything `*`".into(),
                written: rule.written.clone(),
            });
        }
    }

    /// Rules on names in network rules work only with the DNS proxy on; then whether that is known.
    fn proxied(
        &mut self,
        collection: &Collection,
        rule: &Rule,
        proxy: &Result<bool, Doubt>,
    ) -> Option<Option<Doubt>> {
        if collection.stage != Stage::Network || rule.names.is_none() {
            return Some(None);
        }
        match proxy {
            Ok(true) => Some(None),
            Err(doubt) => Some(Some(doubt.clone())),
            Ok(false) => {
                self.fabric.network.findings.push(NetworkFinding {
                    id: "names-without-dns-proxy",
                    severity: Severity::Warning,
                    summary: format!("network rule `{}` names its destination, but the firewall's DNS proxy is off: it matches nothing", rule.name),
                    help: "turn the DNS proxy on and let clients ask the firewall, or use an application rule".into(),
                    written: rule.written.clone(),
                });
                None
            }
        }
    }

    /// Threat intelligence in mode Deny may drop public destinations that Microsoft has on its list;
    /// Azure's own services are not.
    fn threat_lines(&self, settings: &[&Settings]) -> Vec<Line> {
        let Some((mode, written)) = settings.iter().find_map(|settings| {
            settings
                .threat_deny
                .clone()
                .map(|mode| (mode, settings.written.clone()))
        }) else {
            return Vec::new();
        };
        let doubt = match mode {
            Ok(false) => return Vec::new(),
            Ok(true) => crate::network::doubt::doubt(
                "which destinations threat intelligence drops",
                "threat intelligence in mode Alert, or an allowlist",
            ),
            Err(doubt) => doubt,
        };
        let mut suspects = Addresses::public();
        for tag in ["AzureCloud", "Storage", "AzureActiveDirectory"] {
            if let Some(tag) = self.fabric.tags.get(tag) {
                suspects = suspects.difference(&tag.addresses);
            }
        }
        let matches = vec![pair(everything(), Bounded::exactly(suspects))];
        let mut line = line(
            "threat intelligence",
            Action::Deny,
            matches,
            "threat intelligence may drop it",
            &written,
        );
        line.doubts.push(doubt);
        vec![line]
    }

    fn rule_lines(
        &self,
        collection: &Collection,
        rule: &Rule,
        doubts: &[Doubt],
        named: &Named,
        translation: &Translation,
        lines: &mut Vec<Line>,
    ) {
        let none = Bounded::exactly(Addresses::none());
        let mut destination = self.side(&rule.destination, named, &none);
        if rule.names.is_some()
            && !rule.destination.any
            && rule.destination.set.is_empty()
            && rule.destination.tags.is_empty()
            && rule.destination.groups.is_empty()
            && rule.destination.doubts.is_empty()
        {
            destination = everything();
        }
        let product = Match {
            source: self.side(&rule.source, named, &none),
            destination,
            protocols: rule.protocols.clone(),
            source_ports: Bounded::exactly(Ports::all()),
            destination_ports: rule.ports.clone(),
        };
        let what = |verb: &str| {
            let stage = match collection.stage {
                Stage::Nat => "NAT",
                Stage::Network => "network",
                Stage::Application => "application",
            };
            format!("{stage} rule {verb} {}", describe(&rule.protocols, &rule.ports))
        };
        let mut made = |action: Action, matches: Match, verb: &str, doubts: &[Doubt]| {
            if matches.destination.upper.is_empty() {
                return;
            }
            let mut own = line(&rule.name, action, vec![matches], &what(verb), &rule.written);
            own.names.clone_from(&rule.names);
            own.doubts = doubts.to_vec();
            lines.push(own);
        };
        if let Some((address, port)) = &rule.translated {
            let rewrite = Rewrite {
                source: Some(translation.inside.clone()),
                source_unless_destination: Addresses::none(),
                destination: Some(address.clone()),
                destination_ports: port.clone(),
            };
            made(Action::Rewrite(Arc::new(rewrite)), product, "translates", doubts);
            return;
        }
        let mut allowing = doubts.to_vec();
        if let Err(doubt) = &collection.allow {
            allowing.push(doubt.clone());
        }
        if collection.allow != Ok(false) {
            for (action, destination) in translation.actions(collection.stage, &product.destination) {
                let matches = Match {
                    destination,
                    ..product.clone()
                };
                made(action, matches, "allows", &allowing);
            }
        }
        if collection.allow != Ok(true) {
            made(Action::Deny, product, "denies", doubts);
        }
    }
}

fn everything() -> Bounded<Addresses> {
    Bounded::exactly(Addresses::all())
}

/// Whether a policy or firewall is meant, as far as it is known what is.
fn may_mean(reference: &Reference, handle: Handle) -> bool {
    match reference {
        Reference::Unknown(_) => true,
        reference => reference.candidates().iter().any(|(own, _)| *own == handle),
    }
}
