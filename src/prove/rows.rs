//! Rows that ask for flows: every source to every destination, by every protocol.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::decided::Decided;
use super::finding::{End, Verdict};
use super::flow::{Question, decide};
use super::names::{Named, Target, targets};
use super::pack::{Flow, Pack, Role, RoleKind};
use super::roles::{MANAGEMENT, Placed, Spot, place};
use super::site::SiteKind;
use super::situation::{SiteView, Situation};
use super::{dns, store};
use crate::network::doubt::doubt;
use crate::network::model::{Assumption, Bounded, Doubt, Store, Written};
use crate::paths::{Destination, FlowName};
use crate::traffic::Addresses;

/// What deciding a row needs beside the row.
pub struct Rows<'a> {
    pub situation: &'a Situation<'a>,
    pub pack: &'a Pack,
    /// Whose DNS rows hold, as site and role: other rows of theirs need no assumption about names.
    pub resolving: BTreeSet<(Arc<str>, Arc<str>)>,
}

/// A destination that goes by name.
pub struct Goal<'n> {
    pub role: Arc<str>,
    pub named: Named<'n>,
    /// The resource, where it is one: it stands in reports for a name that is not known.
    pub resource: Option<Arc<str>>,
    pub known_from: Arc<str>,
    pub written: Written,
}

impl Rows<'_> {
    /// From a placed role (or what stands for one) to targets, each certain or not.
    #[must_use]
    pub fn to_targets(
        &self,
        source: &Placed,
        there: &Placed,
        ends: &[(Target, bool)],
        flow: &Flow,
    ) -> Decided {
        let mut parts = Vec::new();
        let mut perhaps = Vec::new();
        for spot in &source.spots {
            for (target, sure) in ends {
                let end = End {
                    role: there.role.clone(),
                    name: None,
                    addresses: target.addresses.upper.clone(),
                    known_from: there.known_from.clone(),
                    written: there.written.clone(),
                };
                let mut target = target.clone();
                target.assumptions.extend(there.assumptions.iter().cloned());
                let walked = self.walked(source, spot, &end, &target, flow);
                if spot.sure && *sure {
                    parts.push(walked);
                } else {
                    perhaps.push(walked);
                }
            }
        }
        if !perhaps.is_empty() {
            parts.push(Decided::either(perhaps, &unsure(source, there)));
        }
        if !there.doubts.is_empty() || parts.is_empty() {
            parts.push(Decided::unknown(there.doubts.clone()));
        }
        Decided::all(parts)
    }

    /// A flow of a row, for one site. `network` asks for the appliance's network of that purpose;
    /// otherwise the destination says which is taken.
    #[must_use]
    pub fn flow(&self, site: &SiteView, flow: &Flow, network: Option<&str>) -> Decided {
        let mut parts = Vec::new();
        for from in flow.from.iter().filter_map(|name| self.pack.role(name)) {
            for to in flow.to.iter().filter_map(|name| self.pack.role(name)) {
                parts.push(self.between(site, from, to, flow, network));
            }
        }
        Decided::all(parts)
    }

    /// From one role to another at one site.
    #[must_use]
    pub fn between(
        &self,
        site: &SiteView,
        from: &Role,
        to: &Role,
        flow: &Flow,
        network: Option<&str>,
    ) -> Decided {
        let by_name = matches!(
            to.kind,
            RoleKind::ObjectStore | RoleKind::PublicService | RoleKind::PublicHost
        );
        if site.kind == SiteKind::OnPremises && !by_name {
            return self.at_data_centre(site, from, to, flow);
        }
        let purpose = network.unwrap_or(match to.kind {
            RoleKind::ObjectStore => "object_store",
            RoleKind::Datastore => "replication_log",
            _ => MANAGEMENT,
        });
        let source = place(self.situation, site, from).on(purpose);
        if to.kind == RoleKind::DnsServer {
            return dns::flow(self.situation, site, &source, to, flow);
        }
        if source.spots.is_empty() {
            return Decided::unknown(source.doubts);
        }
        let mut decided = if by_name {
            self.to_name(site, &source, to, flow)
        } else {
            let there = place(self.situation, site, to).on(MANAGEMENT);
            self.to_addresses(&source, &there, flow)
        };
        if !source.doubts.is_empty() {
            decided = Decided::all([decided, Decided::unknown(source.doubts)]);
        }
        decided
    }

    /// Between two roles of a data centre: inside it, unless the site file has put one of them
    /// outside its address space.
    fn at_data_centre(&self, site: &SiteView, from: &Role, to: &Role, flow: &Flow) -> Decided {
        let source = place(self.situation, site, from).on(MANAGEMENT);
        let there = place(self.situation, site, to).on(MANAGEMENT);
        let mut spots = source.spots.iter().chain(&there.spots);
        let inside = spots.all(|spot| site.node.as_ref() == Ok(&spot.node));
        if inside {
            return within_data_centre(site);
        }
        let mut decided = self.to_addresses(&source, &there, flow);
        if !source.doubts.is_empty() {
            decided = Decided::all([decided, Decided::unknown(source.doubts)]);
        }
        decided
    }

    /// To a role with addresses of its own.
    #[must_use]
    pub fn to_addresses(&self, source: &Placed, there: &Placed, flow: &Flow) -> Decided {
        self.to_targets(source, there, &targets_of(&there.spots), flow)
    }

    fn walked(&self, from: &Placed, spot: &Spot, end: &End, target: &Target, flow: &Flow) -> Decided {
        Decided::all(flow.protocols.iter().map(|protocol| {
            Decided::flow(decide(
                self.situation,
                &Question {
                    from,
                    spot,
                    to: end.clone(),
                    target,
                    protocol: *protocol,
                    ports: &flow.ports,
                    source_ports: &flow.source_ports,
                },
            ))
        }))
    }

    /// To something that is reached by name.
    fn to_name(&self, site: &SiteView, source: &Placed, to: &Role, flow: &Flow) -> Decided {
        match self.named(site, to) {
            Ok(goal) => self
                .to_goal(Some(site), source, &goal, flow)
                .assuming(self.name_resolves(site, &source.role, to)),
            Err(doubt) => Decided::unknown([doubt]),
        }
    }

    /// To whatever the client's DNS servers answer for a name.
    #[must_use]
    pub fn to_goal(&self, site: Option<&SiteView>, source: &Placed, goal: &Goal, flow: &Flow) -> Decided {
        let named = &goal.named;
        let mut parts = Vec::new();
        let mut perhaps = Vec::new();
        for spot in &source.spots {
            let found = targets(self.situation, site, &source.role, spot, named);
            let mut doubts: Vec<Doubt> = found.iter().flat_map(|target| target.doubts.clone()).collect();
            let alternatives: Vec<Decided> = found
                .iter()
                .map(|target| {
                    let end = End {
                        role: goal.role.clone(),
                        name: match &named.name {
                            FlowName::Known(name) => Some(name.clone()),
                            FlowName::Unknown => goal.resource.clone(),
                        },
                        addresses: target.addresses.upper.clone(),
                        known_from: goal.known_from.clone(),
                        written: goal.written.clone(),
                    };
                    self.walked(source, spot, &end, target, flow)
                })
                .collect();
            if alternatives.is_empty() {
                doubts.push(doubt(
                    format!("what the DNS servers of `{}` answer", source.role),
                    "the inputs that define them",
                ));
            }
            let either = Decided::either(alternatives, &doubts);
            if spot.sure {
                parts.push(either);
            } else {
                perhaps.push(either);
            }
        }
        if !perhaps.is_empty() {
            parts.push(Decided::either(perhaps, &unsure(source, source)));
        }
        Decided::all(parts)
    }

    /// Rows that go by name are judged as though the name resolved; where the client's own DNS rows
    /// do not hold, that is an assumption.
    fn name_resolves(&self, site: &SiteView, role: &Arc<str>, to: &Role) -> Option<Assumption> {
        let holds = self.resolving.contains(&(site.label.clone(), role.clone()));
        (!holds).then(|| Assumption {
            code: "name-resolves",
            text: format!(
                "the name of `{}` is answered to `{role}` at site `{}`, although its DNS requirement is not satisfied",
                to.name, site.label
            )
            .into(),
        })
    }

    /// What a role that goes by name is called, and what says so.
    ///
    /// # Errors
    /// What is not known about it.
    pub fn named(&self, site: &SiteView, to: &Role) -> Result<Goal<'_>, Doubt> {
        if to.kind == RoleKind::ObjectStore {
            let found = store::find(self.situation, site, to)?;
            return Ok(self.goal_of_store(&to.name, found.store, found.known_from));
        }
        let (name, known_from, written) = self.public_name(site, to)?;
        Ok(Goal {
            role: to.name.clone(),
            named: self.with_service(name),
            resource: None,
            known_from,
            written,
        })
    }

    /// A storage account, by the name of its endpoint.
    #[must_use]
    pub fn goal_of_store(&self, role: &Arc<str>, store: &Store, known_from: Arc<str>) -> Goal<'_> {
        let service = self.situation.network.naming.services.get(store.service);
        let name = service.and_then(|service| service.name.value.as_ref().ok());
        let name = name.map_or(FlowName::Unknown, |name| FlowName::Known(name.clone()));
        Goal {
            role: role.clone(),
            named: Named { name, service },
            resource: Some(store.name.clone()),
            known_from,
            written: store.written.clone(),
        }
    }

    /// A name, with what the network knows of it.
    #[must_use]
    pub fn with_service(&self, name: FlowName) -> Named<'_> {
        let mut services = self.situation.network.naming.services.iter();
        let service = services.find(
            |service| matches!((&service.name.value, &name), (Ok(own), FlowName::Known(name)) if own == name),
        );
        Named { name, service }
    }

    /// The name of a public host: from the role's block, the pack, or its setting.
    fn public_name(&self, site: &SiteView, to: &Role) -> Result<(FlowName, Arc<str>, Written), Doubt> {
        let entry = self.situation.entry(site, &to.name, true);
        if let Some((fqdn, entry)) = entry.and_then(|entry| Some((entry.fqdn.as_ref()?, entry))) {
            let name = fqdn.value.clone()?;
            return Ok((FlowName::Known(name), "site file".into(), entry.written.clone()));
        }
        if let Some(name) = to.names.first() {
            let known_from = format!("pack {}", self.pack.name);
            return Ok((
                FlowName::Known(name.clone()),
                known_from.into(),
                Written::default(),
            ));
        }
        let setting = to
            .name_setting
            .as_ref()
            .and_then(|name| self.situation.setting(self.pack, name));
        Ok(match setting {
            Some(setting) => match &setting.value.value {
                Ok(name) => {
                    let name = name.trim_end_matches('.').to_ascii_lowercase();
                    let known = FlowName::Known(name.into());
                    (known, "site file".into(), setting.written.clone())
                }
                Err(_) => (FlowName::Unknown, "nothing".into(), setting.written.clone()),
            },
            None => (FlowName::Unknown, "nothing".into(), Written::default()),
        })
    }
}

/// Exact addresses of several spots are one destination; what is known within bounds stands alone,
/// meant for its node.
fn targets_of(spots: &[Spot]) -> Vec<(Target, bool)> {
    let whole = |spot: &&Spot| spot.sure && spot.addresses.is_exact();
    let (exact, bounded): (Vec<&Spot>, Vec<&Spot>) = spots.iter().partition(whole);
    let mut targets = Vec::new();
    if !exact.is_empty() {
        let all = Addresses::union_all(exact.iter().map(|spot| &spot.addresses.upper));
        targets.push((plain(Bounded::exactly(all)), true));
    }
    for spot in bounded {
        let target = Target {
            to: Some(spot.node),
            ..plain(spot.addresses.clone())
        };
        targets.push((target, spot.sure));
    }
    targets
}

/// Why it is not known on which of its spots a role is.
fn unsure(source: &Placed, there: &Placed) -> Vec<Doubt> {
    let spots = source.spots.iter().chain(&there.spots);
    let unsure = spots.filter(|spot| !spot.sure);
    let mut doubts: Vec<Doubt> = unsure
        .flat_map(|spot| spot.addresses.doubts.iter().cloned())
        .collect();
    doubts.sort();
    doubts.dedup();
    doubts
}

/// A target that no name leads to.
#[must_use]
pub fn plain(addresses: Bounded<Addresses>) -> Target {
    Target {
        addresses,
        to: None,
        name: None,
        destination: Destination::Every,
        hops: Vec::new(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
        unresolved: false,
    }
}

/// Inside a data centre nothing is known but what the site file says.
fn within_data_centre(site: &SiteView) -> Decided {
    let allowed = site.entry.is_some_and(|entry| entry.internal_traffic_allowed);
    if allowed {
        let because = "the site file says that traffic inside the site is allowed";
        return Decided::by(Verdict::Satisfied, &site.label, because, &site.written);
    }
    let open = Doubt {
        at: site.written.at,
        ..doubt(
            format!("what filters inside site `{}`", site.label),
            "`internal_traffic = \"allowed\"` in its block, once it is true",
        )
    };
    let because = "what filters inside the site is not in Terraform";
    Decided::unknown_at(&site.label, because, open, &site.written)
}
