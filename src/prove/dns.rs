//! Rows towards DNS servers: those inside the private cloud, those outside it, and those that a
//! forwarding service asks on the appliances' behalf.

use std::sync::Arc;

use super::decided::Decided;
use super::finding::{End, Verdict};
use super::flow::{Question, decide};
use super::names::{Resolvers, no_resolvers, resolvers};
use super::pack::{Flow, Role, Servers};
use super::roles::{Placed, Spot};
use super::rows::plain;
use super::situation::{SiteView, Situation};
use crate::network::doubt::doubt;
use crate::network::model::{Bounded, Cloud, Doubt, ForwardZone, NameServer, NodeId};
use crate::traffic::Addresses;

/// From the clients at `source` to the servers they ask, on the side that the row is about.
#[must_use]
pub fn flow(situation: &Situation, site: &SiteView, source: &Placed, to: &Role, flow: &Flow) -> Decided {
    let mut parts = Vec::new();
    if source.spots.is_empty() {
        parts.push(Decided::unknown(source.doubts.clone()));
    }
    for spot in &source.spots {
        let Some(servers) = resolvers(situation, site, &source.role, Some(spot)) else {
            parts.push(Decided::unknown([no_resolvers(site)]));
            continue;
        };
        parts.push(from_spot(situation, site, source, spot, &servers, to, flow));
    }
    if !source.doubts.is_empty() && !source.spots.is_empty() {
        let applies = parts.iter().any(|part| part.verdict != Verdict::NotApplicable);
        if applies {
            parts.push(Decided::unknown(source.doubts.clone()));
        }
    }
    Decided::all(parts)
}

fn from_spot(
    situation: &Situation,
    site: &SiteView,
    source: &Placed,
    spot: &Spot,
    servers: &Resolvers,
    to: &Role,
    flow: &Flow,
) -> Decided {
    let cloud = situation.cloud(site).ok();
    let split = Split::new(&servers.addresses, cloud);
    let asked = match flow.servers {
        None => servers.addresses.clone(),
        Some(Servers::Inside) => split.inside.clone(),
        Some(Servers::Outside) => split.outside.clone(),
    };
    let mut parts = Vec::new();
    if asked.lower.is_empty() && !asked.upper.is_empty() {
        // No server is certainly on this side: that all of it can be reached proves nothing about them.
        parts.push(Decided::unknown(asked.doubts.iter().cloned()));
    } else if !asked.upper.is_empty() {
        let end = End {
            role: to.name.clone(),
            name: None,
            addresses: asked.upper.clone(),
            known_from: servers.known_from.clone(),
            written: servers.written.clone(),
        };
        let target = plain(asked.clone());
        for protocol in &flow.protocols {
            let question = Question {
                from: source,
                spot,
                to: end.clone(),
                target: &target,
                protocol: *protocol,
                ports: &flow.ports,
                source_ports: &flow.source_ports,
            };
            parts.push(Decided::flow(decide(situation, &question)));
        }
    }
    if flow.servers == Some(Servers::Outside) {
        parts.extend(forwarded(situation, cloud, &split, to, flow));
    }
    if flow.servers.is_some() && !split.open.is_empty() {
        parts.push(Decided::unknown(split.open));
    }
    if parts.is_empty() {
        return not_applicable(site, servers, flow.servers);
    }
    Decided::all(parts)
}

fn not_applicable(site: &SiteView, servers: &Resolvers, side: Option<Servers>) -> Decided {
    let because = match side {
        Some(Servers::Inside) => format!(
            "every DNS server of the site, {}, is outside the private cloud",
            servers.addresses.upper
        ),
        _ => format!(
            "every DNS server of the site, {}, is inside the private cloud and forwards to none outside",
            servers.addresses.upper
        ),
    };
    Decided::by(Verdict::NotApplicable, &site.label, because, &servers.written)
}

/// Servers on the two sides of the private cloud's border.
struct Split {
    inside: Bounded<Addresses>,
    outside: Bounded<Addresses>,
    /// Why the side of some is not known.
    open: Vec<Doubt>,
}

impl Split {
    fn new(servers: &Bounded<Addresses>, cloud: Option<&Cloud>) -> Split {
        let nothing = Bounded::exactly(Addresses::none());
        let border = cloud.map_or(&nothing, |cloud| &cloud.inside);
        let part = |within: &dyn Fn(&Addresses) -> Addresses| {
            let (lower, upper) = (within(&servers.lower), within(&servers.upper));
            Bounded::between(lower, upper, servers.doubts.clone())
        };
        let maybe = servers
            .upper
            .intersection(&border.upper)
            .difference(&border.lower);
        let mut open = Vec::new();
        if !maybe.is_empty() {
            open.extend(border.doubts.iter().cloned());
            if open.is_empty() {
                open.push(doubt(
                    format!("whether {maybe} is inside the private cloud"),
                    "the subnets of its segments",
                ));
            }
        }
        Split {
            inside: part(&|set| set.intersection(&border.lower)),
            outside: part(&|set| set.difference(&border.upper)),
            open,
        }
    }
}

/// From a server inside that forwards, to each of its upstream servers outside.
fn forwarded(
    situation: &Situation,
    cloud: Option<&Cloud>,
    split: &Split,
    to: &Role,
    flow: &Flow,
) -> Vec<Decided> {
    let mut parts = Vec::new();
    for server in &situation.network.naming.servers {
        if !server.addresses.upper.intersects(&split.inside.upper) {
            continue;
        }
        if !server.addresses.upper.intersects(&split.inside.lower) {
            // Whether the appliances ask this server at all is not known.
            parts.push(Decided::unknown(split.inside.doubts.iter().cloned()));
            continue;
        }
        if !server.doubts.is_empty() {
            parts.push(Decided::unknown(server.doubts.iter().cloned()));
        }
        for zone in &server.forwards {
            let outside = Split::new(&zone.upstreams, cloud).outside;
            match server.node {
                _ if outside.upper.is_empty() => {}
                Some(node) => parts.push(upstream(situation, server, zone, node, &outside, to, flow)),
                None => parts.push(Decided::unknown([doubt(
                    format!("where `{}` asks from", server.name),
                    "an input that defines it",
                )])),
            }
        }
    }
    parts
}

fn upstream(
    situation: &Situation,
    server: &NameServer,
    zone: &ForwardZone,
    node: NodeId,
    upstreams: &Bounded<Addresses>,
    to: &Role,
    flow: &Flow,
) -> Decided {
    let addresses = zone.from.clone().unwrap_or_else(|| server.addresses.clone());
    let from = Placed {
        role: to.name.clone(),
        spots: Vec::new(),
        known_from: format!("`{}`", server.name).into(),
        assumptions: server
            .assumptions
            .iter()
            .chain(&zone.assumptions)
            .cloned()
            .collect(),
        doubts: Vec::new(),
        written: server.written.clone(),
    };
    let spot = Spot {
        network: None,
        node,
        segment: None,
        addresses,
        sure: true,
    };
    let end = End {
        role: to.name.clone(),
        name: None,
        addresses: upstreams.upper.clone(),
        known_from: Arc::from(format!("zone `{}`", zone.name)),
        written: zone.written.clone(),
    };
    let target = plain(upstreams.clone());
    let walked = Decided::all(flow.protocols.iter().map(|protocol| {
        let question = Question {
            from: &from,
            spot: &spot,
            to: end.clone(),
            target: &target,
            protocol: *protocol,
            ports: &flow.ports,
            source_ports: &flow.source_ports,
        };
        Decided::flow(decide(situation, &question))
    }));
    if zone.doubts.is_empty() {
        return walked;
    }
    // A zone that may not be in force asks nobody anything.
    let unused = Decided::by(
        Verdict::Satisfied,
        &zone.name,
        "the zone may not be in force",
        &zone.written,
    );
    Decided::either(vec![walked, unused], &zone.doubts)
}
