//! Network security groups as filters of subnets, interfaces and private endpoints.

use std::collections::HashMap;
use std::sync::Arc;

use super::admin_rules::{AdminLines, Administration};
use super::gateways::{line, pair};
use super::interface_groups::InterfaceGroups;
use super::rules::Named;
use super::{Azure, Role};
use crate::network::catalogue::Handle;
use crate::network::inventory::azure::{SecurityGroup, SecurityRule};
use crate::network::join::Reference;
use crate::network::model::{Action, Bounded, Doubt, Filter, FilterId, HopKind, Line, Match, NetworkFinding};
use crate::source::Severity;
use crate::traffic::{Addresses, Ports, Protocols};

/// A group with all its rules, in order of priority.
struct Group<'a> {
    group: &'a SecurityGroup,
    rules: Vec<Prepared<'a>>,
}

struct Prepared<'a> {
    rule: &'a SecurityRule,
    /// Why it may be another group's.
    strange: Option<&'a Doubt>,
    /// The match, where it is the same on every subnet.
    fixed: Option<Match>,
}

impl<'a> Azure<'_, 'a> {
    pub(super) fn filter_subnets(&mut self) {
        let named = Named::of(self);
        let groups = self.groups(&named);
        let interfaces = self.interface_groups();
        let administration = self.administration();
        let mut of_subnet: HashMap<usize, (Vec<FilterId>, Vec<FilterId>)> = HashMap::new();
        for subnet in 0..self.subnets.len() {
            let Some(sub) = self.subnets.get(subnet) else {
                continue;
            };
            let (own, role, node) = (sub.groups.clone(), sub.role, sub.node);
            let mut filters = (Vec::new(), Vec::new());
            let admin = self.admin_lines(&administration, &named, subnet);
            for (handle, doubts) in own {
                let Some(group) = groups.get(&handle) else {
                    continue;
                };
                let (inbound, outbound) = self.filters(group, &named, subnet, &doubts, &admin);
                filters.0.push(inbound);
                filters.1.push(outbound);
            }
            if filters.0.is_empty() && !admin.is_empty() {
                let (inbound, outbound) = self.admin_filters(&admin, subnet);
                filters.0.push(inbound);
                filters.1.push(outbound);
            }
            if matches!(role, Role::Plain | Role::Uplink)
                && let Some(node) = self.fabric.node_mut(node)
            {
                node.receives.clone_from(&filters.0);
                // After the groups comes what routes may do to packets that stay in the subnet.
                node.sends.splice(0..0, filters.1.iter().copied());
            }
            of_subnet.insert(subnet, filters);
        }
        self.filter_endpoints(&named, &groups, &interfaces, &of_subnet, &administration);
    }

    fn filter_endpoints(
        &mut self,
        named: &Named,
        groups: &HashMap<Handle, Group<'a>>,
        interfaces: &InterfaceGroups,
        of_subnet: &HashMap<usize, (Vec<FilterId>, Vec<FilterId>)>,
        administration: &Administration<'a>,
    ) {
        for number in 0..self.endpoints.len() {
            let Some(endpoint) = self.endpoints.get(number) else {
                continue;
            };
            let (node, subnet, private, interface) = (
                endpoint.node,
                endpoint.subnet,
                endpoint.private,
                endpoint.interface,
            );
            let (mut receives, mut sends) = of_subnet.get(&subnet).cloned().unwrap_or_default();
            let admin = self.admin_lines(administration, named, subnet);
            let mut unknown = Vec::new();
            if private.is_some() {
                sends.clear();
                if !admin.is_empty() {
                    receives = self.before_endpoint(groups, named, subnet, &admin);
                }
                unknown = self
                    .subnets
                    .get(subnet)
                    .map(|sub| sub.unknown_groups.clone())
                    .unwrap_or_default();
                let policies = self
                    .fabric
                    .inventory
                    .azure
                    .subnets
                    .get(subnet)
                    .map(|subnet| subnet.endpoint_security.clone());
                match policies {
                    Some(Ok(true)) | None => {}
                    Some(Ok(false)) => {
                        receives.clear();
                        unknown.clear();
                        if !admin.is_empty() {
                            let admin = admin.doubtful(&at_endpoints());
                            receives.push(self.admin_filters(&admin, subnet).0);
                        }
                    }
                    Some(Err(doubt)) => {
                        receives = receives
                            .into_iter()
                            .map(|filter| self.doubtful(filter, &doubt))
                            .collect()
                    }
                }
            }
            unknown.extend(interfaces.unknown(interface).cloned());
            for (handle, doubts) in interfaces.of(interface) {
                let Some(group) = groups.get(handle) else { continue };
                let (inbound, outbound) = self.filters(group, named, subnet, doubts, &admin);
                receives.push(inbound);
                sends.insert(0, outbound);
            }
            let handle = self.fabric.inventory.azure.subnets.get(subnet);
            let changed = handle.and_then(|subnet| self.fabric.changed.get(&subnet.origin.handle).cloned());
            let home = self.subnets.get(subnet).map(|sub| sub.node);
            let home = home
                .and_then(|home| self.fabric.network.node(home))
                .map(|home| home.obscured.clone());
            if let Some(node) = self.fabric.node_mut(node) {
                node.receives = receives;
                node.sends = sends;
                node.obscured.extend(unknown);
                node.obscured.extend(changed);
                if private.is_none() {
                    node.obscured.extend(home.unwrap_or_default());
                }
            }
        }
    }

    /// The security groups of a private endpoint, where admin rules stand before them perhaps.
    fn before_endpoint(
        &mut self,
        groups: &HashMap<Handle, Group<'a>>,
        named: &Named,
        subnet: usize,
        admin: &AdminLines,
    ) -> Vec<FilterId> {
        let admin = admin.doubtful(&at_endpoints());
        let own = self.subnets.get(subnet).map(|sub| sub.groups.clone());
        let mut receives = Vec::new();
        for (handle, doubts) in own.unwrap_or_default() {
            if let Some(group) = groups.get(&handle) {
                receives.push(self.filters(group, named, subnet, &doubts, &admin).0);
            }
        }
        if receives.is_empty() {
            receives.push(self.admin_filters(&admin, subnet).0);
        }
        receives
    }

    /// The same filter, where it is not known whether it applies.
    fn doubtful(&mut self, filter: FilterId, doubt: &Doubt) -> FilterId {
        let Some(filter) = self.fabric.network.filter(filter) else {
            return filter;
        };
        let mut filter = filter.clone();
        for line in &mut filter.lines {
            line.doubts.push(doubt.clone());
        }
        // What the group denies in the end, it denies only where it applies.
        let everything = Bounded::exactly(Addresses::all());
        filter.lines.push(Line {
            matches: vec![pair(everything.clone(), everything)],
            doubts: vec![doubt.clone()],
            ..filter.otherwise.clone()
        });
        filter.otherwise = Line {
            action: Action::Allow,
            because: "the group may not apply".into(),
            ..filter.otherwise
        };
        self.fabric.network.add_filter(filter)
    }

    fn groups(&mut self, named: &Named) -> HashMap<Handle, Group<'a>> {
        let inventory = self.fabric.inventory;
        let mut standalone: HashMap<Handle, Vec<&'a SecurityRule>> = HashMap::new();
        let mut elsewhere: HashMap<Handle, Vec<(&'a SecurityRule, &'a Doubt)>> = HashMap::new();
        let mut anywhere: Vec<(&'a SecurityRule, &'a Doubt)> = Vec::new();
        for (reference, rule) in &inventory.azure.security_rules {
            match reference {
                Reference::To(target) => standalone.entry(target.handle).or_default().push(rule),
                Reference::Either(targets, doubt) => {
                    for target in targets {
                        elsewhere.entry(target.handle).or_default().push((rule, doubt));
                    }
                }
                Reference::Unknown(doubt) => anywhere.push((rule, doubt)),
                // Of a group that no input defines: whoever uses that group is told so.
                Reference::Outside(..) | Reference::None => {}
            }
        }
        let mut groups = HashMap::new();
        for group in &inventory.azure.security_groups {
            let own = standalone.remove(&group.origin.handle).unwrap_or_default();
            self.check(group, &own);
            // A state lists standalone rules inside the group too.
            let inline = group
                .rules
                .iter()
                .filter(|rule| !own.iter().any(|other| same(rule, other)));
            let possible = elsewhere.remove(&group.origin.handle).unwrap_or_default();
            let possible = possible.iter().chain(&anywhere);
            let mut rules: Vec<(&'a SecurityRule, Option<&'a Doubt>)> = inline
                .chain(own.iter().copied())
                .map(|rule| (rule, None))
                .chain(possible.map(|(rule, doubt)| (*rule, Some(*doubt))))
                .collect();
            rules.sort_by_key(|(rule, _)| rule.priority.as_ref().copied().unwrap_or(0));
            let none = Bounded::exactly(Addresses::none());
            let prepared = rules.into_iter().map(|(rule, strange)| Prepared {
                rule,
                strange,
                fixed: (!rule.source.is_relative() && !rule.destination.is_relative())
                    .then(|| self.matching(rule, named, &none)),
            });
            let rules = prepared.collect();
            groups.insert(group.origin.handle, Group { group, rules });
        }
        groups
    }

    fn check(&mut self, group: &SecurityGroup, standalone: &[&SecurityRule]) {
        let mut seen: HashMap<(i64, bool), &SecurityRule> = HashMap::new();
        let own = group
            .rules
            .iter()
            .filter(|rule| !standalone.iter().any(|other| same(rule, other)));
        let mut found = Vec::new();
        for rule in own
            .chain(standalone.iter().copied())
            .filter(|rule| rule.doubts.is_empty())
        {
            let (Ok(priority), Ok(inbound)) = (&rule.priority, &rule.inbound) else {
                continue;
            };
            match seen.insert((*priority, *inbound), rule) {
                Some(other) if other.name != rule.name => found.push((other, rule, *priority)),
                _ => {}
            }
        }
        let name = &group.origin.name;
        for (other, rule, priority) in found {
            self.fabric.network.findings.push(NetworkFinding {
                id: "duplicate-priority",
                severity: Severity::Error,
                summary: format!(
                    "rules `{}` and `{}` of `{name}` have priority {priority} in one direction",
                    other.name, rule.name
                ),
                help: "give each rule of a direction a priority of its own".into(),
                written: rule.written.clone(),
            });
        }
        let inline = group
            .rules
            .iter()
            .any(|rule| !standalone.iter().any(|other| same(rule, other)));
        if let (true, Some(rule)) = (inline, standalone.first()) {
            self.fabric.network.findings.push(NetworkFinding {
                id: "inline-beside-standalone",
                severity: Severity::Warning,
                summary: format!(
                    "`{name}` has rules of its own beside rule resources: each apply undoes the other's"
                ),
                help: "write all rules of a group inside it, or all as resources".into(),
                written: rule.written.clone(),
            });
        }
    }

    fn matching(&self, rule: &SecurityRule, named: &Named, relative: &Bounded<Addresses>) -> Match {
        Match {
            source: self.side(&rule.source, named, relative),
            destination: self.side(&rule.destination, named, relative),
            protocols: rule.protocols.clone(),
            source_ports: rule.source_ports.clone(),
            destination_ports: rule.destination_ports.clone(),
        }
    }

    /// The filters of a group on a subnet: inbound and outbound.
    fn filters(
        &mut self,
        group: &Group<'a>,
        named: &Named,
        subnet: usize,
        doubts: &[Doubt],
        admin: &AdminLines,
    ) -> (FilterId, FilterId) {
        let mut presence = group.group.origin.presence.clone();
        presence.extend(doubts.iter().cloned());
        let mut inbound = self.filter(group, named, subnet, true, &presence);
        let mut outbound = self.filter(group, named, subnet, false, &presence);
        inbound.lines.splice(0..0, admin.inbound.iter().cloned());
        outbound.lines.splice(0..0, admin.outbound.iter().cloned());
        (
            self.fabric.network.add_filter(inbound),
            self.fabric.network.add_filter(outbound),
        )
    }

    fn filter(
        &self,
        group: &Group<'a>,
        named: &Named,
        subnet: usize,
        inbound: bool,
        doubts: &[Doubt],
    ) -> Filter {
        let none = Bounded::exactly(Addresses::none());
        let relative = self.subnets.get(subnet).map_or(&none, |sub| &sub.virtual_network);
        let origin = &group.group.origin;
        let mut lines = Vec::with_capacity(group.rules.len() + 4);
        for prepared in &group.rules {
            if prepared.rule.inbound == Ok(!inbound) {
                continue;
            }
            let product = prepared
                .fixed
                .clone()
                .unwrap_or_else(|| self.matching(prepared.rule, named, relative));
            rule_lines(prepared.rule, prepared.strange, product, &mut lines);
        }
        lines.extend(self.default_lines(inbound, relative, origin));
        let name = self
            .subnets
            .get(subnet)
            .map_or_else(|| "".into(), |sub| self.name_of(sub.node));
        let direction = if inbound {
            "DenyAllInBound"
        } else {
            "DenyAllOutBound"
        };
        let mut otherwise = line(
            direction,
            Action::Deny,
            Vec::new(),
            "the default rule denies what no other allows",
            &origin.written,
        );
        if !doubts.is_empty() {
            // The group may not apply at all.
            let everything = pair(
                Bounded::exactly(Addresses::all()),
                Bounded::exactly(Addresses::all()),
            );
            let mut last = otherwise.clone();
            last.matches = vec![everything];
            lines.push(last);
            for line in &mut lines {
                line.doubts.extend(doubts.iter().cloned());
            }
            otherwise = line(
                "no group",
                Action::Allow,
                Vec::new(),
                "the group may not apply",
                &origin.written,
            );
        }
        Filter {
            name: origin.name.clone(),
            kind: HopKind::NetworkSecurityGroup,
            written: origin.written.clone(),
            lines,
            otherwise,
            point: format!("{} at {name}", origin.name).into(),
            transit: false,
        }
    }

    /// What every group ends with (Microsoft Learn, "Network security groups", default rules).
    fn default_lines(
        &self,
        inbound: bool,
        relative: &Bounded<Addresses>,
        origin: &crate::network::inventory::Origin,
    ) -> Vec<Line> {
        let all = || Bounded::exactly(Addresses::all());
        let balancer = Bounded::exactly(Addresses::parse("168.63.129.16").unwrap_or_default());
        let network = pair(relative.clone(), relative.clone());
        let written = &origin.written;
        if inbound {
            vec![
                line(
                    "AllowVnetInBound",
                    Action::Allow,
                    vec![network],
                    "the default rule allows traffic within the virtual network",
                    written,
                ),
                line(
                    "AllowAzureLoadBalancerInBound",
                    Action::Allow,
                    vec![pair(balancer, all())],
                    "the default rule allows the load balancer's probes",
                    written,
                ),
            ]
        } else {
            let public = Bounded::exactly(Addresses::public());
            vec![
                line(
                    "AllowVnetOutBound",
                    Action::Allow,
                    vec![network],
                    "the default rule allows traffic within the virtual network",
                    written,
                ),
                line(
                    "AllowInternetOutBound",
                    Action::Allow,
                    vec![pair(all(), public)],
                    "the default rule allows traffic to the internet",
                    written,
                ),
            ]
        }
    }
}

/// "Don't apply to private endpoints that fall under the scope of a managed virtual network": which
/// networks these are, the page does not say (Microsoft Learn, "Security admin rules in Azure Virtual
/// Network Manager").
fn at_endpoints() -> Doubt {
    crate::network::doubt::doubt(
        "whether security admin rules concern private endpoints",
        "admin rules that do not decide about the endpoint's packets",
    )
}

fn same(rule: &SecurityRule, other: &SecurityRule) -> bool {
    rule.name == other.name
}

/// A rule as lines: two where it is not known whether it allows or denies.
fn rule_lines(rule: &SecurityRule, strange: Option<&Doubt>, product: Match, lines: &mut Vec<Line>) {
    let verb = |allow: bool| if allow { "allows" } else { "denies" };
    let because = |allow: bool| -> Arc<str> {
        let protocols = describe(&product.protocols, &product.destination_ports);
        format!("rule `{}` {} {protocols}", rule.name, verb(allow)).into()
    };
    let mut doubts = rule.doubts.clone();
    doubts.extend(strange.cloned());
    doubts.extend(rule.priority.as_ref().err().cloned());
    doubts.extend(rule.inbound.as_ref().err().cloned());
    let made = |allow: bool, doubts: Vec<Doubt>| Line {
        name: rule.name.clone(),
        action: if allow { Action::Allow } else { Action::Deny },
        matches: vec![product.clone()],
        names: None,
        requires: Vec::new(),
        unless: Vec::new(),
        stateful: true,
        place: rule.place.clone(),
        because: because(allow),
        written: rule.written.clone(),
        doubts,
        assumptions: Vec::new(),
    };
    match &rule.allow {
        Ok(allow) => lines.push(made(*allow, doubts)),
        Err(doubt) => {
            let mut either = doubts.clone();
            either.push(doubt.clone());
            lines.push(made(true, either));
            lines.push(made(false, doubts));
        }
    }
}

/// `tcp 443`, `any traffic`, for people.
pub(super) fn describe(protocols: &Bounded<Protocols>, ports: &Bounded<Ports>) -> String {
    match (protocols.upper.is_all(), ports.upper.is_all()) {
        (true, true) => "any traffic".into(),
        (true, false) => format!("port {}", ports.upper),
        (false, true) => format!("{}", protocols.upper),
        (false, false) => format!("{} {}", protocols.upper, ports.upper),
    }
}
