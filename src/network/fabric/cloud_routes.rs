//! The ways inside a private cloud: segment, tier-1, tier-0, management network.
//!
//! Management appliances do not follow a learned default route to private addresses (Microsoft Learn,
//! "Azure VMware Solution network design considerations").

use std::sync::Arc;

use super::advertisement::advertised;
use super::cloud_internet::{breakout, internet};
use super::clouds::Site;
use super::forwarders::forwarders;
use super::gateway_firewall::At;
use super::nsx_groups::Members;
use super::nsx_rules::Face;
use super::owners::Gateway;
use super::static_routes::static_routes;
use super::uplinks::{Uplink, firewall, uplink};
use super::{Announced, Fabric, node};
use crate::network::model::{
    Assumption, Bounded, Disposition, Doubt, Fact, FilterId, Forward, HopKind, Link, LinkId, NodeId, Route,
    Written,
};
use crate::traffic::Addresses;

/// Connected prefixes.
pub const CONNECTED: u8 = 0;
/// What the tier-0 learns, and the private cloud's own way to the internet: which of two default
/// routes wins is not documented, so they are alternatives.
pub const LEARNED: u8 = 10;
/// Where nothing else matches; whoever looks for a default route passes over this rank.
pub const LAST: u8 = 200;

/// A segment on its way into the network.
#[derive(Debug)]
pub struct Lan {
    pub node: NodeId,
    pub name: Arc<str>,
    pub written: Written,
    pub subnet: Bounded<Addresses>,
    /// `None`: connected to nothing.
    pub gateway: Option<Gateway>,
    /// Where its connectivity is switched off.
    pub off_at: Option<crate::source::Place>,
    /// Non-empty: it may not exist or not be connected.
    pub doubts: Vec<Doubt>,
}

/// What wiring yields.
#[derive(Debug)]
pub struct Routes {
    pub dns: Option<NodeId>,
    /// From the management network to the tier-0.
    pub inward: LinkId,
    pub announces: Vec<Announced>,
}

impl Routes {
    pub fn build<'a>(
        fabric: &mut Fabric<'a>,
        site: &Site<'a>,
        lans: &[Lan],
        members: &mut Members<'a>,
    ) -> Routes {
        // Whatever crosses the tier-0 passes its firewall, over whichever of its links.
        let firewall = tier0_firewall(fabric, site, members);
        if let Some(node) = fabric.node_mut(site.tier0) {
            node.inspects.extend(firewall);
        }
        let mut announces = Vec::new();
        let inward = management(fabric, site, &mut announces);
        let uplinks: Vec<(Gateway, NodeId, Uplink)> = site
            .gateways
            .iter()
            .map(|(gateway, id)| {
                (
                    gateway.clone(),
                    *id,
                    uplink(fabric, site, gateway, *id, inward, members),
                )
            })
            .collect();
        for lan in lans {
            let found = uplinks
                .iter()
                .find(|(gateway, ..)| Some(gateway) == lan.gateway.as_ref());
            let hidden = lan
                .gateway
                .as_ref()
                .map_or(Some(Vec::new()), |gateway| advertised(site, gateway, &lan.subnet));
            match (found, &lan.gateway) {
                (Some((_, id, uplink)), _) => {
                    connect(fabric, lan, *id);
                    if let Some((relay, inner)) = uplink.relay {
                        towards(fabric, lan, relay, inner);
                    }
                    reach(fabric, site, lan, uplink.down, inward, hidden, &mut announces);
                }
                (None, Some(Gateway::Tier0)) => {
                    let down = connect(fabric, lan, site.tier0);
                    reach(fabric, site, lan, down, inward, None, &mut announces);
                }
                (None, _) => isolate(fabric, site, lan),
            }
        }
        static_routes(fabric, site, &uplinks, &mut announces);
        forwarders(fabric, site, &uplinks, inward);
        let dns = uplinks
            .first()
            .and_then(|(_, id, uplink)| dns_service(fabric, site, *id, uplink, inward));
        internet(fabric, site);
        Routes {
            dns,
            inward,
            announces,
        }
    }
}

pub fn push(fabric: &mut Fabric<'_>, node: NodeId, route: Route) {
    if let Some(node) = fabric.node_mut(node) {
        node.routes.push(route);
    }
}

/// A plain route.
pub fn route(
    destinations: Bounded<Addresses>,
    length: u8,
    forward: Forward,
    because: &str,
    written: &Written,
) -> Route {
    Route {
        destinations,
        length,
        rank: CONNECTED,
        only_to: None,
        forward,
        name: "route".into(),
        kind: None,
        place: None,
        because: because.into(),
        written: written.clone(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

/// One route per network of a set. What is only possible has no known length: it is looked at first,
/// and decides nothing.
pub fn prefixes(set: &Bounded<Addresses>) -> Vec<(Bounded<Addresses>, u8)> {
    let known = set.lower.networks().into_iter();
    let mut found: Vec<_> = known
        .map(|(address, length)| (Bounded::exactly(Addresses::network(address, length)), length))
        .collect();
    let possible = set.upper.difference(&set.lower);
    if !possible.is_empty() {
        found.push((
            Bounded::between(Addresses::none(), possible, set.doubts.clone()),
            32,
        ));
    }
    found
}

pub fn link(
    from: NodeId,
    to: NodeId,
    name: Arc<str>,
    kind: HopKind,
    because: &str,
    written: &Written,
) -> Link {
    Link {
        from,
        to,
        name,
        kind,
        because: because.into(),
        written: written.clone(),
        filters: Vec::new(),
        stamps: Vec::new(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn tier0_firewall<'a>(fabric: &mut Fabric<'a>, site: &Site<'a>, members: &mut Members<'a>) -> Vec<FilterId> {
    let at = At {
        owners: site.owners.clone(),
        gateway: Gateway::Tier0,
        name: format!("{} tier-0", site.cloud.origin.name).into(),
        written: site.cloud.origin.written.clone(),
        doubts: Vec::new(),
        only_allowed: Fact::known(false, None),
    };
    vec![firewall(fabric, site, &at, members, &[], Face::Through)]
}

/// Wires the management network, and gives the tier-0 its prefixes.
fn management(fabric: &mut Fabric<'_>, site: &Site<'_>, announces: &mut Vec<Announced>) -> LinkId {
    let written = &site.cloud.origin.written;
    let name = || site.cloud.origin.name.clone();
    let mut way = |from, to, because| {
        let link = link(from, to, name(), HopKind::ManagementNetwork, because, written);
        fabric.network.add_link(link)
    };
    let down = way(
        site.tier0,
        site.management,
        "management is inside the private cloud",
    );
    let inward = way(site.management, site.tier0, "workloads are behind the tier-0");
    let block = &site.layout.everything;
    let dns = &site.layout.dns_service.lower;
    if let Some(node) = fabric.node_mut(site.management) {
        node.addresses = Bounded::between(
            block.lower.difference(dns),
            block.upper.difference(dns),
            block.doubts.clone(),
        );
    }
    let whole = prefixes(block);
    for (destinations, length) in whole {
        announces.push(Announced {
            destinations: destinations.clone(),
            length,
            because: "the private cloud's own block".into(),
            written: written.clone(),
            doubts: Vec::new(),
            assumptions: Vec::new(),
        });
        push(
            fabric,
            site.tier0,
            route(
                destinations,
                length,
                Forward::Link(down),
                "the private cloud's own block",
                written,
            ),
        );
    }
    breakout(fabric, site);
    inward
}

/// Links a segment to its gateway, both ways, and gives both their routes. The way down comes back.
fn connect(fabric: &mut Fabric<'_>, lan: &Lan, gateway: NodeId) -> LinkId {
    let mut up = link(
        lan.node,
        gateway,
        lan.name.clone(),
        HopKind::Segment,
        "the segment is connected",
        &lan.written,
    );
    up.doubts.clone_from(&lan.doubts);
    let mut down = link(
        gateway,
        lan.node,
        lan.name.clone(),
        HopKind::Segment,
        "the segment is connected",
        &lan.written,
    );
    down.doubts.clone_from(&lan.doubts);
    let (up, down) = (fabric.network.add_link(up), fabric.network.add_link(down));
    let all = Bounded::exactly(Addresses::all());
    push(
        fabric,
        lan.node,
        route(all, 0, Forward::Link(up), "the segment's gateway", &lan.written),
    );
    for (destinations, length) in prefixes(&lan.subnet) {
        push(
            fabric,
            gateway,
            route(
                destinations,
                length,
                Forward::Link(down),
                "a connected segment",
                &lan.written,
            ),
        );
    }
    down
}

/// Gives the tier-0 and management their routes to a segment.
fn reach(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    lan: &Lan,
    down: LinkId,
    inward: LinkId,
    hidden: Option<Vec<Doubt>>,
    announces: &mut Vec<Announced>,
) {
    let direct = lan.gateway == Some(Gateway::Tier0);
    let Some(doubts) = hidden.or(direct.then(Vec::new)) else {
        return;
    };
    for (destinations, length) in prefixes(&lan.subnet) {
        let to = |forward| Route {
            doubts: doubts.clone(),
            ..route(
                destinations.clone(),
                length,
                forward,
                "a segment that its gateway announces",
                &lan.written,
            )
        };
        if !direct {
            push(fabric, site.tier0, to(Forward::Link(down)));
        }
        push(fabric, site.management, to(Forward::Link(inward)));
        let mut unsure = doubts.clone();
        unsure.extend(lan.doubts.iter().cloned());
        announces.push(Announced {
            destinations: destinations.clone(),
            length,
            because: format!("`{}` is a segment of the private cloud", lan.name).into(),
            written: lan.written.clone(),
            doubts: unsure,
            assumptions: Vec::new(),
        });
    }
}

/// A route to a segment over one step.
fn towards(fabric: &mut Fabric<'_>, lan: &Lan, from: NodeId, over: LinkId) {
    for (destinations, length) in prefixes(&lan.subnet) {
        push(
            fabric,
            from,
            route(
                destinations,
                length,
                Forward::Link(over),
                "a segment of the tier-1",
                &lan.written,
            ),
        );
    }
}

fn isolate(fabric: &mut Fabric<'_>, site: &Site<'_>, lan: &Lan) {
    let because = if lan.off_at.is_some() {
        "the segment's connectivity is switched off"
    } else {
        "the segment is connected to no gateway"
    };
    let mut written = lan.written.clone();
    written.at = lan.off_at.or(written.at);
    let all = Bounded::exactly(Addresses::all());
    let mut nowhere = route(all, 0, Forward::Drop(Disposition::NotAttached), because, &written);
    nowhere.place = Some(lan.name.clone());
    nowhere.doubts.clone_from(&lan.doubts);
    push(fabric, lan.node, nowhere.clone());
    // Towards it there is no way either.
    for (destinations, length) in prefixes(&lan.subnet) {
        for id in [site.tier0, site.management] {
            let towards = Route {
                destinations: destinations.clone(),
                length,
                ..nowhere.clone()
            };
            push(fabric, id, towards);
        }
    }
}

/// The DNS service listens on the default tier-1.
fn dns_service(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    tier1: NodeId,
    uplink: &Uplink,
    inward: LinkId,
) -> Option<NodeId> {
    let written = site.cloud.origin.written.clone();
    let listener = super::dns_services::listener(fabric, site);
    if listener.upper.is_empty() {
        return None;
    }
    let name: Arc<str> = format!("{} DNS service", site.cloud.origin.name).into();
    let mut made = node(name.clone(), HopKind::Dns, written.clone());
    // Of an address that is only bounded, the rest of the bounds is management. One of which nothing is
    // known may be the one that the layout has for it: what is sent there is not lost for certain.
    let layout = &site.layout.dns_service.lower;
    let addresses = if listener.lower.is_empty() && !layout.is_empty() {
        made.obscured.extend(listener.doubts.iter().cloned());
        layout.clone()
    } else {
        listener.lower
    };
    made.addresses = Bounded::exactly(addresses.clone());
    let id = fabric.network.add_node(made);
    let up = link(
        id,
        tier1,
        name.clone(),
        HopKind::Dns,
        "the DNS service is on the default tier-1",
        &written,
    );
    let down = link(
        tier1,
        id,
        name,
        HopKind::Dns,
        "the DNS service is on the default tier-1",
        &written,
    );
    let (up, down) = (fabric.network.add_link(up), fabric.network.add_link(down));
    let everything = Bounded::exactly(Addresses::all());
    push(
        fabric,
        id,
        route(everything, 0, Forward::Link(up), "its gateway", &written),
    );
    let egress = route(
        Bounded::exactly(Addresses::public()),
        1,
        Forward::Link(up),
        "its gateway",
        &written,
    );
    if matches!(site.internet.value, Ok(true) | Err(_)) {
        push(
            fabric,
            id,
            Route {
                assumptions: vec![Assumption {
                    code: "dns-service-egress",
                    text: format!(
                        "questions of the DNS service of `{}` leave by managed SNAT like those of workloads",
                        site.cloud.origin.name
                    )
                    .into(),
                }],
                ..egress
            },
        );
    }
    for (destinations, length) in prefixes(&Bounded::exactly(addresses)) {
        let to = |forward| route(destinations.clone(), length, forward, "the DNS service", &written);
        push(fabric, tier1, to(Forward::Link(down)));
        if let Some((relay, inner)) = uplink.relay {
            push(fabric, relay, to(Forward::Link(inner)));
        }
        push(fabric, site.tier0, to(Forward::Link(uplink.down)));
        push(fabric, site.management, to(Forward::Link(inward)));
    }
    Some(id)
}
