//! Destinations that go by name: which servers a client asks, what they answer, and where that leads.

use std::sync::Arc;

use super::roles::Spot;
use super::site::SiteKind;
use super::situation::{SiteView, Situation};
use crate::network::doubt::doubt;
use crate::network::model::{Assumption, Bounded, Doubt, NodeId, Service, Written};
use crate::network::sets::union;
use crate::paths::{Answer, Destination, FlowName, Hop, Resolved, resolve};
use crate::traffic::Addresses;

/// Where a flow may lead: one of several where the answer is not known.
#[derive(Clone, Debug)]
pub struct Target {
    pub addresses: Bounded<Addresses>,
    /// The node it is meant for, where addresses alone do not tell.
    pub to: Option<NodeId>,
    pub name: Option<FlowName>,
    pub destination: Destination,
    /// Of the name resolution.
    pub hops: Vec<Hop>,
    /// Why this is only one of several possible targets.
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
    /// The chain of servers answers nothing.
    pub unresolved: bool,
}

/// Something that is reached by name.
pub struct Named<'a> {
    pub name: FlowName,
    /// What the network knows of it.
    pub service: Option<&'a Service>,
}

/// The DNS servers a client asks, and what says so.
#[derive(Clone, Debug)]
pub struct Resolvers {
    pub addresses: Bounded<Addresses>,
    pub known_from: Arc<str>,
    pub written: Written,
}

/// From the role of DNS servers in the client's site; else what Terraform shows for the client, an
/// installation command or its segment's DHCP.
#[must_use]
pub fn resolvers(
    situation: &Situation,
    site: &SiteView,
    role: &str,
    spot: Option<&Spot>,
) -> Option<Resolvers> {
    let declared = declared_resolvers(situation, site);
    if declared.is_some() || site.kind == SiteKind::OnPremises {
        return declared;
    }
    let cloud = site.cloud.as_ref().ok().copied();
    let hinted = situation.network.hints.iter().find_map(|hint| {
        let own = hint.role == role && (hint.cloud.is_none() || hint.cloud == cloud);
        Some(Resolvers {
            addresses: hint.dns.clone().filter(|_| own)?,
            known_from: hint.because.clone(),
            written: hint.written.clone(),
        })
    });
    hinted.or_else(|| {
        let segment = situation.network.segments.get(spot?.segment?)?;
        Some(Resolvers {
            addresses: segment.dns_servers.clone()?,
            known_from: format!("DHCP of `{}`", segment.name).into(),
            written: segment.written.clone(),
        })
    })
}

fn declared_resolvers(situation: &Situation, site: &SiteView) -> Option<Resolvers> {
    let role = site
        .entry?
        .roles
        .iter()
        .find(|role| situation.is_dns(&role.name))?;
    let mut said = role
        .attachments
        .iter()
        .filter_map(|found| found.addresses.as_ref());
    let first = said.next()?.clone();
    Some(Resolvers {
        addresses: said.fold(first, |all, more| union(&all, more)),
        known_from: Arc::from("site file"),
        written: role.written.clone(),
    })
}

/// The doubt of a site whose DNS servers nobody names.
#[must_use]
pub fn no_resolvers(site: &SiteView) -> Doubt {
    Doubt {
        at: site.written.at,
        ..doubt(
            format!("the DNS servers that the appliances of site `{}` ask", site.label),
            "`role \"dns\"` with `addresses` in the site file",
        )
    }
}

/// The same of a client that is no role of a site.
fn unnamed_resolvers(client: &str) -> Doubt {
    doubt(
        format!("the DNS servers that `{client}` asks"),
        "the address that the name leads to, given as the destination",
    )
}

/// Where a client's packets to a name go. Several targets: it is not known which.
#[must_use]
pub fn targets(
    situation: &Situation,
    site: Option<&SiteView>,
    role: &str,
    spot: &Spot,
    named: &Named,
) -> Vec<Target> {
    if named.name == FlowName::Unknown && named.service.is_none() {
        // A public host whose name nobody has told is judged by all public addresses, whatever the
        // servers would answer.
        return vec![public(situation, named)];
    }
    match site.and_then(|site| resolvers(situation, site, role, Some(spot))) {
        Some(servers) if !servers.addresses.upper.is_empty() => {
            let answers = resolve(situation.graph, &servers.addresses, &named.name, spot.node);
            let mut targets = endpoints_left_open(situation, named, &answers);
            targets.extend(
                answers
                    .into_iter()
                    .map(|answer| answered(situation, named, answer)),
            );
            targets
        }
        _ => {
            let nobody = site.map_or_else(|| unnamed_resolvers(role), no_resolvers);
            without_resolvers(situation, &nobody, named)
        }
    }
}

/// An answer that is not certain may be another one: a record that no input shows can lead to any of
/// the service's private endpoints.
fn endpoints_left_open(situation: &Situation, named: &Named, answers: &[Answer]) -> Vec<Target> {
    let doubts: Vec<Doubt> = answers
        .iter()
        .filter(|answer| !answer.certain)
        .flat_map(|answer| answer.doubts.iter().cloned())
        .collect();
    let endpoints = named.service.map_or(&[][..], |service| &service.endpoints);
    let said = |node: &NodeId| {
        answers
            .iter()
            .any(|answer| answer.resolved == Resolved::Endpoint(*node))
    };
    if doubts.is_empty() {
        return Vec::new();
    }
    endpoints
        .iter()
        .filter(|node| !said(node))
        .map(|node| Target {
            doubts: doubts.clone(),
            ..endpoint(situation, named, *node)
        })
        .collect()
}

fn answered(situation: &Situation, named: &Named, answer: Answer) -> Target {
    let mut target = match answer.resolved {
        Resolved::Endpoint(node) => endpoint(situation, named, node),
        Resolved::Private(addresses) => Target {
            addresses: Bounded::exactly(addresses),
            ..empty(named)
        },
        Resolved::Public => public(situation, named),
        Resolved::Nothing => Target {
            unresolved: true,
            ..empty(named)
        },
    };
    target.hops = answer.hops;
    target.assumptions.extend(answer.assumptions);
    if !answer.certain {
        target.doubts = answer.doubts;
    }
    target
}

/// What every resolver would answer: the public address, unless there are private endpoints.
fn without_resolvers(situation: &Situation, nobody: &Doubt, named: &Named) -> Vec<Target> {
    let endpoints = named.service.map_or(&[][..], |service| &service.endpoints);
    let mut target = public(situation, named);
    if endpoints.is_empty() {
        if named.service.is_some() {
            let text = "no input has a private endpoint for it, so every resolver answers its public address";
            target.assumptions.push(Assumption {
                code: "closed-world",
                text: text.into(),
            });
        }
        return vec![target];
    }
    let mut targets = vec![target];
    targets.extend(endpoints.iter().map(|node| endpoint(situation, named, *node)));
    for target in &mut targets {
        target.doubts.push(nobody.clone());
    }
    targets
}

fn endpoint(situation: &Situation, named: &Named, node: NodeId) -> Target {
    let nothing = || Bounded::exactly(Addresses::none());
    let addresses = situation
        .network
        .node(node)
        .map_or_else(nothing, |node| node.addresses.clone());
    Target {
        destination: if addresses.is_exact() {
            Destination::Every
        } else {
            Destination::OneUnknown
        },
        addresses,
        to: Some(node),
        ..empty(named)
    }
}

/// A service answers from every address of its tag; of any other public host, one address is meant
/// that nobody has told.
fn public(situation: &Situation, named: &Named) -> Target {
    let tagged = named
        .service
        .filter(|service| !service.addresses.upper.is_empty());
    match tagged {
        Some(service) => Target {
            addresses: service.addresses.clone(),
            to: service.node,
            assumptions: service.assumptions.clone(),
            ..empty(named)
        },
        None => Target {
            addresses: Bounded::exactly(Addresses::public().difference(&situation.network.tagged)),
            to: named.service.and_then(|service| service.node),
            destination: Destination::OneUnknown,
            ..empty(named)
        },
    }
}

fn empty(named: &Named) -> Target {
    Target {
        addresses: Bounded::exactly(Addresses::none()),
        to: None,
        name: Some(named.name.clone()),
        destination: Destination::Every,
        hops: Vec::new(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
        unresolved: false,
    }
}
