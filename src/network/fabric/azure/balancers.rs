//! Internal load balancers: a frontend passes what one of its rules names on to the machines of a
//! pool, and drops everything else (Microsoft Learn, "Load balancer components"). As the next hop of a
//! route it passes what a rule names on to appliances, addresses untouched.
//!
//! Machines answer for the frontend's address by themselves: the point that translated stands at each
//! of them too, so that replies need not come back through the balancer.

use std::sync::Arc;

use super::gateways::{line, pair};
use super::pools::Machine;
use super::{Azure, BalancerState, Role, SYSTEM, route};
use crate::network::fabric::{node as make_node, region_stamp};
use crate::network::inventory::balancer::{Balancer, BalancerRule, NatRule};
use crate::network::join::Reference;
use crate::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, FilterId, Forward, HopKind, Line, Match, NodeId, Rewrite,
    Written,
};
use crate::network::sets;
use crate::traffic::{Addresses, Ports};

/// A rule of one frontend, with the machines it leads to.
struct Lead<'a> {
    rule: &'a BalancerRule,
    machines: Vec<Machine>,
    /// Why it may not exist, may be another frontend's, or leads to further machines.
    doubts: Vec<Doubt>,
    /// Machines that nothing shows may be in the pool.
    others: Vec<Doubt>,
}

impl<'a> Azure<'_, 'a> {
    pub(super) fn place_balancers(&mut self) {
        let inventory = self.fabric.inventory;
        for balancer in &inventory.azure.balancing.balancers {
            let origin = &balancer.origin;
            for (number, frontend) in balancer.frontends.iter().enumerate() {
                let Some(subnet) = self.subnet_of(&frontend.subnet) else {
                    if !frontend.subnet.is_none() {
                        let why = "a load balancer in a subnet that is in no input";
                        self.not_understood(&origin.name, &frontend.written, why);
                    }
                    continue;
                };
                let range = inventory
                    .azure
                    .subnets
                    .get(subnet)
                    .map_or_else(Addresses::all, |subnet| subnet.prefixes.upper.clone());
                let name: Arc<str> = match (&frontend.name, balancer.frontends.len()) {
                    (Some(name), 2..) => format!("{}, frontend `{name}`", origin.name).into(),
                    _ => origin.name.clone(),
                };
                let addresses = frontend.address.clone().unwrap_or_else(|| {
                    let doubt = Doubt {
                        what: format!("the private address of `{name}`").into(),
                        decided_by: "a plan made after it is created, or an explicit address".into(),
                        at: frontend.written.at,
                    };
                    Bounded::between(Addresses::none(), range, [doubt])
                });
                let mut own = make_node(name, HopKind::LoadBalancer, frontend.written.clone());
                own.obscured.extend(origin.presence.iter().cloned());
                own.obscured.extend(frontend.doubts.iter().cloned());
                let node = self.fabric.add(origin.handle, own);
                self.balancers.push(BalancerState {
                    handle: origin.handle,
                    frontend: number,
                    node,
                    subnet,
                    addresses,
                });
            }
        }
    }

    /// Frontends in the tables of their network and subnet.
    pub(super) fn route_balancers(&mut self) {
        for number in 0..self.balancers.len() {
            let Some(balancer) = self.balancers.get(number) else {
                continue;
            };
            let (node, subnet, addresses) = (balancer.node, balancer.subnet, balancer.addresses.clone());
            let Some(sub) = self.subnets.get(subnet) else {
                continue;
            };
            let (home, role, Some(net)) = (sub.node, sub.role, sub.net) else {
                continue;
            };
            let Some(network) = self.networks.get(net).map(|net| net.node) else {
                continue;
            };
            if role == Role::Plain {
                self.take_out(home, &addresses);
            }
            for from in [network, home] {
                self.lead(from, node, &addresses);
            }
        }
    }

    /// What frontends do, once it is known what their machines' own filters say to probes.
    pub(super) fn filter_balancers(&mut self) {
        let inventory = self.fabric.inventory;
        let loose = self.loose_members();
        for number in 0..self.balancers.len() {
            let Some(state) = self.balancers.get(number) else {
                continue;
            };
            let (handle, frontend, node) = (state.handle, state.frontend, state.node);
            let (subnet, own) = (state.subnet, state.addresses.clone());
            let all = &inventory.azure.balancing.balancers;
            let Some(balancer) = all.iter().find(|balancer| balancer.origin.handle == handle) else {
                continue;
            };
            let net = self.subnets.get(subnet).and_then(|sub| sub.net);
            let leads = self.leads(balancer, frontend, net, &loose);
            let point: Arc<str> = format!("{} translation", self.name_of(node)).into();
            let name = self.name_of(node);
            let written = self.written_of(node);
            let mut lines = self.global_lines(balancer, net, &written);
            lines.extend(self.own_lines(balancer, frontend, &leads, &own));
            lines.extend(transit_lines(&leads));
            let because = "no rule of the load balancer passes it on";
            let filter = Filter {
                name,
                kind: HopKind::LoadBalancer,
                written: written.clone(),
                lines,
                otherwise: line("no rule", Action::Deny, Vec::new(), because, &written),
                point: point.clone(),
                transit: false,
            };
            let filter = self.fabric.network.add_filter(filter);
            if let Some(node) = self.fabric.node_mut(node) {
                node.inspects.push(filter);
            }
            self.lead_on(node, &leads, &own);
            self.lead_astray(node, &leads, balancer);
            self.answer(&leads, &point, &written);
        }
    }

    /// The rules of a frontend, and who is behind each.
    fn leads(
        &mut self,
        balancer: &Balancer,
        frontend: usize,
        net: Option<usize>,
        loose: &[(crate::network::catalogue::Handle, Doubt)],
    ) -> Vec<Lead<'a>> {
        let own = balancer.frontends.get(frontend).and_then(|own| own.name.clone());
        let mut leads = Vec::new();
        for rule in &self.fabric.inventory.azure.balancing.rules {
            let mut doubts = rule.origin.presence.clone();
            match &rule.balancer {
                Reference::Unknown(doubt) => doubts.push(doubt.clone()),
                reference => match reference
                    .candidates()
                    .into_iter()
                    .find(|(handle, _)| *handle == balancer.origin.handle)
                {
                    Some((_, doubt)) => doubts.extend(doubt),
                    None => continue,
                },
            }
            match (&rule.frontend, &own) {
                (Ok(name), Some(own)) if name != own => continue,
                (Ok(_), _) => {}
                (Err(doubt), _) => doubts.push(doubt.clone()),
            }
            let (mut machines, mut others) = (Vec::new(), Vec::new());
            for pool in &rule.pools {
                let (found, more) = self.machines(pool, net, loose);
                machines.extend(found);
                others.extend(more);
            }
            self.probe(rule, &mut machines);
            leads.push(Lead {
                rule,
                machines,
                doubts,
                others,
            });
        }
        leads
    }

    /// A frontend of a Basic balancer is not there for networks peered from other regions (Microsoft
    /// Learn, "Virtual network peering", constraints).
    fn global_lines(&self, balancer: &Balancer, net: Option<usize>, written: &Written) -> Vec<Line> {
        if balancer.basic == Ok(false) {
            return Vec::new();
        }
        let networks = &self.fabric.inventory.azure.networks;
        let place = |net: usize| networks.get(net).and_then(|net| net.location.value.as_ref().ok());
        let home = net.and_then(place);
        let peers = net
            .and_then(|net| self.networks.get(net))
            .map(|net| net.peers.as_slice())
            .unwrap_or_default();
        let mut lines = Vec::new();
        for peer in peers {
            let unknown = match (home, place(peer.net)) {
                (Some(home), Some(other)) if region_stamp(home) == region_stamp(other) => continue,
                (Some(_), Some(_)) => None,
                _ => Some(crate::network::doubt::doubt(
                    format!("whether `{}` joins two regions", peer.name),
                    "the `location` of both networks",
                )),
            };
            let sources = pair(self.space(peer.net), everything());
            let because = "the frontend of a Basic load balancer is not reached over global peering";
            let mut own = line("global peering", Action::Deny, vec![sources], because, written);
            own.doubts.extend(balancer.basic.as_ref().err().cloned());
            own.doubts.extend(unknown);
            lines.push(own);
        }
        lines
    }

    /// What is addressed to the frontend itself.
    fn own_lines(
        &self,
        balancer: &Balancer,
        frontend: usize,
        leads: &[Lead<'_>],
        own: &Bounded<Addresses>,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        for lead in leads {
            lines.push(own_line(lead, own));
        }
        let name = balancer
            .frontends
            .get(frontend)
            .and_then(|frontend| frontend.name.clone());
        for rule in &self.fabric.inventory.azure.balancing.nat_rules {
            let of = rule.balancer.handle() == Some(balancer.origin.handle);
            let here = match (&rule.frontend, &name) {
                (Ok(rule), Some(name)) => rule == name,
                _ => true,
            };
            if of && here {
                let matches = Match {
                    protocols: rule.protocols.clone(),
                    destination_ports: rule.ports.clone(),
                    ..pair(everything(), own.clone())
                };
                let doubt = unmodelled_translation(rule);
                let unknown = Bounded::between(Addresses::none(), Addresses::all(), [doubt]);
                lines.push(translating(
                    &rule.origin.name,
                    matches,
                    unknown,
                    None,
                    &rule.origin.written,
                ));
            }
        }
        let because = "no rule of the load balancer is for these ports of its frontend";
        let written = &balancer.origin.written;
        let rest = pair(everything(), own.clone());
        lines.push(line("no rule", Action::Deny, vec![rest], because, written));
        lines
    }

    /// From the frontend to the machines of its pools.
    fn lead_on(&mut self, node: NodeId, leads: &[Lead<'_>], own: &Bounded<Addresses>) {
        let mut seen: Vec<(NodeId, Addresses)> = Vec::new();
        for lead in leads {
            for machine in &lead.machines {
                let key = (machine.node, machine.addresses.upper.clone());
                if seen.contains(&key) {
                    continue;
                }
                seen.push(key);
                self.lead_to(node, machine);
            }
            if lead.rule.floating != Ok(false) {
                let doubt = Doubt {
                    what: format!(
                        "what the machines behind `{}` do with the frontend's own address",
                        lead.rule.origin.name
                    )
                    .into(),
                    decided_by: "`floating_ip_enabled = false`".into(),
                    at: lead.rule.origin.written.at,
                };
                let mut unknown = route(
                    own.clone(),
                    32,
                    SYSTEM,
                    Forward::Unknown,
                    "a rule leaves the frontend's address in place",
                );
                unknown.doubts.push(doubt);
                self.add_route(node, unknown);
            }
        }
    }

    /// Where packets may go whose machine is not known.
    fn lead_astray(&mut self, node: NodeId, leads: &[Lead<'_>], balancer: &Balancer) {
        let mut doubts: Vec<Doubt> = leads
            .iter()
            .flat_map(|lead| lead.others.iter().cloned())
            .collect();
        let nat_rules = &self.fabric.inventory.azure.balancing.nat_rules;
        let own = nat_rules
            .iter()
            .filter(|rule| rule.balancer.handle() == Some(balancer.origin.handle));
        doubts.extend(own.map(unmodelled_translation));
        if !doubts.is_empty() {
            doubts.sort();
            doubts.dedup();
            let because = "a machine that is not known may be behind the frontend";
            self.add_route(node, super::perhaps_anywhere(doubts, because));
        }
    }

    fn lead_to(&mut self, node: NodeId, machine: &Machine) {
        let (name, written) = (self.name_of(node), self.written_of(node));
        let link = self.link(
            node,
            machine.node,
            &name,
            HopKind::LoadBalancer,
            &written,
            "the machine is in the backend pool",
        );
        let because = "the machine is in the backend pool";
        let to = Bounded::exactly(machine.addresses.upper.clone());
        self.add_route(node, route(to, 32, SYSTEM, Forward::Link(link), because));
        // What is not for the frontend is for somebody behind the machine.
        let onward = match &machine.forwards {
            Ok(false) => route(
                everything(),
                0,
                SYSTEM,
                Forward::Drop(Disposition::Denied),
                "the IP forwarding of the machine in the pool is off",
            ),
            _ => {
                let doubt = Doubt {
                    what: format!("`{}`, as a next hop", machine.name).into(),
                    decided_by: "nothing: an appliance's own rules are not in Terraform".into(),
                    at: written.at,
                };
                let name = doubt.what.clone();
                let appliance = self.unmodelled(&name, &written, doubt);
                let kind = HopKind::NetworkVirtualAppliance;
                let link = self.link(node, appliance, &name, kind, &written, because);
                route(everything(), 0, SYSTEM, Forward::Link(link), because)
            }
        };
        self.add_route(node, onward);
    }

    /// The machines answer as the frontend.
    fn answer(&mut self, leads: &[Lead<'_>], point: &Arc<str>, written: &Written) {
        let mut nodes: Vec<NodeId> = leads
            .iter()
            .flat_map(|lead| lead.machines.iter().map(|machine| machine.node))
            .collect();
        nodes.sort();
        nodes.dedup();
        if nodes.is_empty() {
            return;
        }
        let because = "what the machine sends by itself is no answer of the load balancer";
        let filter: FilterId = self.fabric.network.add_filter(Filter {
            name: point.clone(),
            kind: HopKind::LoadBalancer,
            written: written.clone(),
            lines: Vec::new(),
            otherwise: line("by itself", Action::Allow, Vec::new(), because, written),
            point: point.clone(),
            transit: false,
        });
        for node in nodes {
            if let Some(node) = self.fabric.node_mut(node) {
                node.sends.insert(0, filter);
            }
        }
    }
}

fn unmodelled_translation(rule: &NatRule) -> Doubt {
    Doubt {
        what: format!("where `{}` leads", rule.origin.name).into(),
        decided_by: "a load balancing rule: inbound NAT rules are not modelled".into(),
        at: rule.origin.written.at,
    }
}

/// What one rule does with packets to the frontend.
fn own_line(lead: &Lead<'_>, own: &Bounded<Addresses>) -> Line {
    let rule = lead.rule;
    let matches = Match {
        protocols: rule.protocols.clone(),
        destination_ports: rule.ports.clone(),
        ..pair(everything(), own.clone())
    };
    let healthy: Vec<&Machine> = lead.machines.iter().filter(|machine| machine.healthy()).collect();
    if healthy.is_empty() && lead.others.is_empty() {
        let (because, assumption) = why_nobody(lead);
        let mut own = line(
            &rule.origin.name,
            Action::Deny,
            vec![matches],
            because,
            &rule.origin.written,
        );
        own.doubts.clone_from(&lead.doubts);
        own.assumptions.extend(assumption);
        return own;
    }
    let mut to = Bounded::exactly(Addresses::none());
    for machine in &healthy {
        to = sets::union(&to, &machine.possible());
    }
    if !lead.others.is_empty() {
        let doubts = sets::together(&to.doubts, &lead.others);
        to = Bounded::between(to.lower, Addresses::all(), doubts);
    }
    let (ports, mut doubts) = match &rule.backend_ports {
        Ok(ports) => (ports.clone(), lead.doubts.clone()),
        Err(doubt) => (None, [lead.doubts.clone(), vec![doubt.clone()]].concat()),
    };
    match &rule.floating {
        Ok(false) => {}
        // The frontend's own route says what is not known.
        _ => {
            let because = "a rule of the load balancer leaves the address in place";
            let name = &rule.origin.name;
            return line(name, Action::Allow, vec![matches], because, &rule.origin.written);
        }
    }
    let mut own = translating(&rule.origin.name, matches, to, ports, &rule.origin.written);
    own.doubts.append(&mut doubts);
    own
}

fn why_nobody(lead: &Lead<'_>) -> (&'static str, Option<crate::network::model::Assumption>) {
    if lead.rule.pools.is_empty() {
        return ("the rule has no backend pool", None);
    }
    if !lead.machines.is_empty() {
        let because = "a security group of every machine in the backend pool denies the probe, so that none gets any traffic";
        return (because, None);
    }
    let assumption = crate::network::model::Assumption {
        code: "closed-world",
        text: format!(
            "nobody else is in the backend pool of `{}` than the inputs say",
            lead.rule.origin.name
        )
        .into(),
    };
    ("nobody is in the backend pool", Some(assumption))
}

/// What a rule does with packets that a route sends through the balancer.
fn transit_lines(leads: &[Lead<'_>]) -> Vec<Line> {
    let lines = leads.iter().map(|lead| {
        let rule = lead.rule;
        let matches = Match {
            protocols: rule.protocols.clone(),
            destination_ports: rule.ports.clone(),
            ..pair(everything(), everything())
        };
        let nobody = lead.others.is_empty() && !lead.machines.iter().any(Machine::healthy);
        let (action, because) = if nobody {
            (Action::Deny, why_nobody(lead).0)
        } else {
            (
                Action::Allow,
                "a rule of the load balancer passes it on to its pool",
            )
        };
        let mut own = line(
            &rule.origin.name,
            action,
            vec![matches],
            because,
            &rule.origin.written,
        );
        own.doubts.clone_from(&lead.doubts);
        own
    });
    lines.collect()
}

fn translating(
    name: &str,
    matches: Match,
    destination: Bounded<Addresses>,
    ports: Option<Ports>,
    written: &Written,
) -> Line {
    let rewrite = Rewrite {
        source: None,
        source_unless_destination: Addresses::none(),
        destination: Some(destination),
        destination_ports: ports,
    };
    let because = "a rule of the load balancer passes it on to a machine of its pool";
    line(
        name,
        Action::Rewrite(Arc::new(rewrite)),
        vec![matches],
        because,
        written,
    )
}

fn everything() -> Bounded<Addresses> {
    Bounded::exactly(Addresses::all())
}
