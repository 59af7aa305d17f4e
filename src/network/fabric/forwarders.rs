//! DNS forwarders on tier-1 gateways of the inputs' own (documentation of
//! `nsxt_policy_gateway_dns_forwarder`): each listens at its own address on its gateway, and is known
//! beyond it only where the gateway announces that address.

use std::sync::Arc;

use super::cloud_routes::{link, prefixes, push, route};
use super::clouds::Site;
use super::owners::Gateway;
use super::uplinks::Uplink;
use super::{Fabric, node};
use crate::network::inventory::avs::DnsService;
use crate::network::model::{Assumption, Bounded, Doubt, Forward, HopKind, LinkId, NodeId, Route};
use crate::traffic::Addresses;

pub fn forwarders(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    uplinks: &[(Gateway, NodeId, Uplink)],
    inward: LinkId,
) {
    for located in &site.forwarders {
        let service = located.of;
        let gateway = site.owners.gateway(&service.gateway);
        let at = uplinks.iter().find(|(of, ..)| Some(of) == gateway.as_ref());
        let (Some((Gateway::Tier1(_), tier1, uplink)), Some(listener)) = (at, &service.listener) else {
            continue;
        };
        let mut doubts = service.origin.presence.clone();
        doubts.extend(located.doubt.clone());
        let told = announced(site, gateway.as_ref());
        place(
            fabric,
            site,
            (service, listener, &doubts),
            (*tier1, uplink),
            (inward, told),
        );
    }
}

/// The doubts that the tier-0 hears of the forwarder; `None`: it certainly does not.
fn announced(site: &Site<'_>, gateway: Option<&Gateway>) -> Option<Vec<Doubt>> {
    let own = site
        .tier1s
        .iter()
        .find(|tier1| gateway == Some(&Gateway::Tier1(tier1.of.origin.handle)))?;
    match &own.of.advertises_dns.value {
        Ok(true) => Some(Vec::new()),
        Ok(false) => None,
        Err(doubt) => Some(vec![doubt.clone()]),
    }
}

fn place(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    (service, listener, doubts): (&DnsService, &Bounded<Addresses>, &[Doubt]),
    (tier1, uplink): (NodeId, &Uplink),
    (inward, told): (LinkId, Option<Vec<Doubt>>),
) {
    let (name, written) = (&service.origin.name, &service.origin.written);
    let mut made = node(name.clone(), HopKind::Dns, written.clone());
    made.addresses = listener.clone();
    let id = fabric.network.add_node(made);
    fabric.nodes.insert(service.origin.handle, id);
    let because = "the DNS forwarder is on its tier-1";
    let mut step = |from, to| {
        let mut step = link(from, to, name.clone(), HopKind::Dns, because, written);
        step.doubts = doubts.to_vec();
        fabric.network.add_link(step)
    };
    let (up, down) = (step(id, tier1), step(tier1, id));
    let all = Bounded::exactly(Addresses::all());
    push(
        fabric,
        id,
        route(all, 0, Forward::Link(up), "its gateway", written),
    );
    if !matches!(site.internet.value, Ok(false)) {
        let public = Bounded::exactly(Addresses::public());
        let own = route(public, 1, Forward::Link(up), "its gateway", written);
        push(
            fabric,
            id,
            Route {
                assumptions: vec![egress(name)],
                ..own
            },
        );
    }
    for (destinations, length) in prefixes(listener) {
        let to = |forward, doubts: &[Doubt]| Route {
            doubts: doubts.to_vec(),
            ..route(
                destinations.clone(),
                length,
                forward,
                "the DNS forwarder",
                written,
            )
        };
        push(fabric, tier1, to(Forward::Link(down), &[]));
        if let Some((relay, inner)) = uplink.relay {
            push(fabric, relay, to(Forward::Link(inner), &[]));
        }
        if let Some(told) = &told {
            push(fabric, site.tier0, to(Forward::Link(uplink.down), told));
            push(fabric, site.management, to(Forward::Link(inward), told));
        }
    }
}

fn egress(name: &Arc<str>) -> Assumption {
    Assumption {
        code: "dns-service-egress",
        text: format!("questions of `{name}` leave by managed SNAT like those of workloads").into(),
    }
}
