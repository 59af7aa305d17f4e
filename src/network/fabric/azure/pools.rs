//! Who is in a load balancer's backend pool, and whether the probes get there.

use std::sync::Arc;

use super::Azure;
use crate::network::catalogue::Handle;
use crate::network::fabric::not_understood;
use crate::network::inventory::balancer::{BalancerRule, PoolMember};
use crate::network::join::Reference;
use crate::network::model::{Action, Bounded, Doubt, Filter, FilterId, Line, Match, NetworkFinding, NodeId};
use crate::network::sets;
use crate::source::Severity;
use crate::traffic::{Addresses, Ports, Protocols};

/// A machine in a pool.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) name: Arc<str>,
    pub(super) node: NodeId,
    pub(super) addresses: Bounded<Addresses>,
    pub(super) forwards: Result<bool, Doubt>,
    /// Why it may not be in the pool, or not get the balancer's traffic.
    doubts: Vec<Doubt>,
    /// Its security groups certainly deny the probe.
    dead: bool,
}

impl Machine {
    pub(super) fn healthy(&self) -> bool {
        !self.dead
    }

    /// The addresses it is asked at, with what makes it uncertain that it is asked at all.
    pub(super) fn possible(&self) -> Bounded<Addresses> {
        if self.doubts.is_empty() {
            return self.addresses.clone();
        }
        let doubts = sets::together(&self.addresses.doubts, &self.doubts);
        Bounded::between(Addresses::none(), self.addresses.upper.clone(), doubts)
    }
}

impl Azure<'_, '_> {
    /// What instances that no adapter reads refer to a pool: a scale set's machines are in it.
    pub(super) fn loose_members(&self) -> Vec<(Handle, Doubt)> {
        let fabric = &*self.fabric;
        let pools: Vec<Handle> = fabric
            .inventory
            .azure
            .balancing
            .pools
            .iter()
            .map(|origin| origin.handle)
            .collect();
        if pools.is_empty() {
            return Vec::new();
        }
        let mut loose = Vec::new();
        for handle in &fabric.inventory.unread {
            if !fabric.catalogue.managed(*handle) {
                continue;
            }
            for pool in not_understood::references(fabric, *handle) {
                if pools.contains(&pool) {
                    let name = fabric.name(*handle);
                    let doubt = Doubt {
                        what: format!("what `{name}` puts into `{}`", fabric.name(pool)).into(),
                        decided_by: "interfaces in the pool: other members are not modelled".into(),
                        at: fabric.catalogue.view(*handle).and_then(|view| view.instance.at),
                    };
                    loose.push((pool, doubt));
                }
            }
        }
        loose
    }

    /// The machines of a pool, and why there may be others.
    pub(super) fn machines(
        &self,
        pool: &Reference,
        net: Option<usize>,
        loose: &[(Handle, Doubt)],
    ) -> (Vec<Machine>, Vec<Doubt>) {
        let inventory = &self.fabric.inventory.azure.balancing;
        let (mut machines, mut others) = (Vec::new(), Vec::new());
        match pool {
            Reference::To(_) | Reference::Either(..) => {}
            Reference::None => return (machines, others),
            Reference::Outside(_, doubt) | Reference::Unknown(doubt) => others.push(doubt.clone()),
        }
        for (handle, of_pool) in pool.candidates() {
            if !self.fabric.catalogue.managed(handle) {
                others.push(crate::network::doubt::doubt(
                    format!("who is in `{}`", self.fabric.name(handle)),
                    "the input (directory, plan or state) that defines it",
                ));
            }
            others.extend(
                loose
                    .iter()
                    .filter(|(pool, _)| *pool == handle)
                    .map(|(_, doubt)| doubt.clone()),
            );
            for member in &inventory.members {
                let mut doubts: Vec<Doubt> = member.origin.presence.clone();
                doubts.extend(of_pool.clone());
                match &member.pool {
                    Reference::Unknown(doubt) => doubts.push(doubt.clone()),
                    reference => match reference.candidates().into_iter().find(|(own, _)| *own == handle) {
                        Some((_, doubt)) => doubts.extend(doubt),
                        None => continue,
                    },
                }
                match self.machine(member, net, doubts) {
                    Ok(machine) => machines.push(machine),
                    Err(doubt) => others.push(doubt),
                }
            }
        }
        (machines, others)
    }

    fn machine(&self, member: &PoolMember, net: Option<usize>, doubts: Vec<Doubt>) -> Result<Machine, Doubt> {
        let unknown = || {
            member.interface.doubt().cloned().unwrap_or_else(|| Doubt {
                what: format!("which machine `{}` puts into the pool", member.origin.name).into(),
                decided_by: "the input (directory, plan or state) that defines it".into(),
                at: member.origin.written.at,
            })
        };
        let found = match (&member.address, member.interface.handle()) {
            (_, Some(handle)) => self
                .endpoints
                .iter()
                .find(|endpoint| endpoint.interface == Some(handle)),
            (Some(address), None) if address.is_exact() => self.endpoints.iter().find(|endpoint| {
                endpoint.addresses.is_exact()
                    && address.lower.is_subset(&endpoint.addresses.lower)
                    && self.subnets.get(endpoint.subnet).and_then(|sub| sub.net) == net
            }),
            _ => return Err(unknown()),
        };
        if let Some(endpoint) = found {
            let interfaces = &self.fabric.inventory.azure.interfaces;
            let interface = interfaces
                .iter()
                .find(|interface| Some(interface.origin.handle) == endpoint.interface);
            return Ok(Machine {
                name: self.name_of(endpoint.node),
                node: endpoint.node,
                addresses: endpoint.addresses.clone(),
                forwards: interface.map_or(Ok(true), |interface| interface.forwards.clone()),
                doubts,
                dead: false,
            });
        }
        // An address that no interface of the inputs has: somebody in the subnet that holds it.
        let address = member
            .address
            .as_ref()
            .filter(|address| address.is_exact())
            .ok_or_else(unknown)?;
        let subnets = &self.fabric.inventory.azure.subnets;
        let home = self.subnets.iter().zip(subnets).find(|(sub, subnet)| {
            sub.net == net && subnet.prefixes.is_exact() && address.lower.is_subset(&subnet.prefixes.lower)
        });
        let (home, _) = home.ok_or_else(unknown)?;
        Ok(Machine {
            name: member.origin.name.clone(),
            node: home.node,
            addresses: address.clone(),
            forwards: Ok(true),
            doubts,
            dead: false,
        })
    }

    /// A machine whose security groups deny the probe gets no new flows. Probes come from
    /// 168.63.129.16 (Microsoft Learn, "Azure Load Balancer health probes").
    pub(super) fn probe(&mut self, rule: &BalancerRule, machines: &mut [Machine]) {
        let probes = &self.fabric.inventory.azure.balancing.probes;
        let handle = rule.probe.handle();
        let Some(probe) = probes.iter().find(|probe| Some(probe.origin.handle) == handle) else {
            let unknown = self.why_unknown(&rule.probe);
            let unknown = unknown.filter(|_| !rule.probe.is_none());
            for machine in machines {
                machine.doubts.extend(unknown.clone());
            }
            return;
        };
        let port = match &probe.port.value {
            Ok(port) => *port,
            Err(doubt) => {
                for machine in machines {
                    machine.doubts.push(doubt.clone());
                }
                return;
            }
        };
        let mut dead = Vec::new();
        for machine in machines {
            let packets = Match {
                source: Bounded::exactly(Addresses::parse("168.63.129.16").unwrap_or_default()),
                destination: machine.addresses.clone(),
                protocols: Bounded::exactly(Protocols::tcp()),
                source_ports: Bounded::exactly(Ports::range(1024, u16::MAX)),
                destination_ports: Bounded::exactly(Ports::single(port)),
            };
            let node = self.fabric.network.node(machine.node);
            let filters: Vec<FilterId> = node.map(|node| node.receives.clone()).unwrap_or_default();
            for filter in filters
                .into_iter()
                .filter_map(|id| self.fabric.network.filter(id))
            {
                match admits(filter, &packets) {
                    Admitted::Yes => {}
                    Admitted::No => {
                        machine.dead = true;
                        dead.push((machine.name.clone(), filter.name.clone()));
                        break;
                    }
                    Admitted::Perhaps(doubts) => machine.doubts.extend(doubts),
                }
            }
        }
        for (machine, group) in dead {
            self.fabric.network.findings.push(NetworkFinding {
                id: "probe-denied",
                severity: Severity::Warning,
                summary: format!("`{group}` denies the load balancer's probe of `{machine}`"),
                help: format!(
                    "allow TCP {port} from the tag AzureLoadBalancer: without answers to its probes a machine gets no traffic"
                ),
                written: probe.origin.written.clone(),
            });
        }
    }
}

enum Admitted {
    Yes,
    No,
    Perhaps(Vec<Doubt>),
}

/// Whether a filter lets all of some packets through, or none.
fn admits(filter: &Filter, packets: &Match) -> Admitted {
    for line in &filter.lines {
        let covers = line.matches.iter().any(|own| holds(own, packets));
        let meets = line.matches.iter().any(|own| touches(own, packets));
        if !meets {
            continue;
        }
        let certain = covers && line.doubts.is_empty() && line.names.is_none() && line.requires.is_empty();
        if !certain {
            let mut doubts = line.doubts.clone();
            doubts.push(Doubt {
                what: format!("whether `{}` of `{}` lets probes through", line.name, filter.name).into(),
                decided_by: "a rule that is certain to match the probe's packets, or not to".into(),
                at: line.written.at,
            });
            return Admitted::Perhaps(doubts);
        }
        return verdict(line);
    }
    verdict(&filter.otherwise)
}

fn verdict(line: &Line) -> Admitted {
    match line.action {
        Action::Deny => Admitted::No,
        Action::Allow | Action::Rewrite(_) | Action::Jump(_) => Admitted::Yes,
    }
}

fn holds(own: &Match, packets: &Match) -> bool {
    packets.source.upper.is_subset(&own.source.lower)
        && packets.destination.upper.is_subset(&own.destination.lower)
        && packets.protocols.upper.is_subset(&own.protocols.lower)
        && packets.source_ports.upper.is_subset(&own.source_ports.lower)
        && packets
            .destination_ports
            .upper
            .is_subset(&own.destination_ports.lower)
}

fn touches(own: &Match, packets: &Match) -> bool {
    packets.source.upper.intersects(&own.source.upper)
        && packets.destination.upper.intersects(&own.destination.upper)
        && packets.protocols.upper.intersects(&own.protocols.upper)
        && packets.source_ports.upper.intersects(&own.source_ports.upper)
        && packets
            .destination_ports
            .upper
            .intersects(&own.destination_ports.upper)
}
