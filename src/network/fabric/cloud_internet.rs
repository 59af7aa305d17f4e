//! How a private cloud reaches the internet: management by a breakout of its own, workloads by managed
//! SNAT, by a public address at the NSX edge, or by a default route that the tier-0 learns
//! (Microsoft Learn, "Internet connectivity design considerations").

use super::cloud_routes::{LAST, LEARNED, link, push, route};
use super::clouds::Site;
use super::nsx_rules::plain_line;
use super::{Fabric, UNKNOWN_REGION, nsx_nat, region_stamp};
use crate::network::doubt::doubt;
use crate::network::model::{
    Action, Assumption, Bounded, Disposition, Doubt, Filter, FilterId, Forward, HopKind, Match, Route, Stamp,
    Written,
};
use crate::traffic::Addresses;

/// The workloads' own ways to the internet, and where they end without one.
pub fn internet(fabric: &mut Fabric<'_>, site: &Site<'_>) {
    let written = Written {
        at: site.internet.at.or(site.cloud.origin.written.at),
        ..site.cloud.origin.written.clone()
    };
    if !site.public_ips.is_empty() {
        public_addresses(fabric, site);
    } else if !matches!(site.internet.value, Ok(false)) {
        managed_snat(fabric, site, &written);
    }
    let name = &site.cloud.origin.name;
    let ends = |because: &str, written: &Written, destinations| Route {
        rank: LAST,
        kind: Some(HopKind::InternetEgress),
        place: Some(name.clone()),
        name: "no default route".into(),
        assumptions: vec![nothing_else(name)],
        ..route(
            destinations,
            0,
            Forward::Drop(Disposition::NoRoute),
            because,
            written,
        )
    };
    let public = Addresses::public();
    let private = Bounded::exactly(public.complement());
    let no_internet =
        "managed SNAT is off, there is no public address at the NSX edge, and no default route is learned";
    push(
        fabric,
        site.tier0,
        ends(no_internet, &written, Bounded::exactly(public)),
    );
    let unknown = ends("no route to it is learned", &site.cloud.origin.written, private);
    push(
        fabric,
        site.tier0,
        Route {
            kind: None,
            name: "no route".into(),
            ..unknown
        },
    );
}

fn managed_snat(fabric: &mut Fabric<'_>, site: &Site<'_>, written: &Written) {
    let name = &site.cloud.origin.name;
    let because = "managed SNAT gives every workload segment a way to the internet";
    let addresses = doubt(
        format!("the public addresses of managed SNAT of `{name}`"),
        "nothing: Azure does not publish them",
    );
    let nat = fabric
        .network
        .add_filter(nsx_nat::managed(name, written, because, addresses));
    egress(
        fabric,
        site,
        nat,
        because,
        written,
        site.internet
            .value
            .as_ref()
            .err()
            .cloned()
            .or_else(|| in_network(site)),
    );
}

/// A cloud in a virtual network has the network's ways to the internet: neither managed SNAT nor public
/// addresses at the NSX edge are known to work there.
fn in_network(site: &Site<'_>) -> Option<Doubt> {
    (!site.cloud.virtual_network.is_none()).then(|| Doubt {
        at: site.internet.at,
        ..doubt(
            format!(
                "whether `{}`, which lives in a virtual network, has a way to the internet of its own",
                site.cloud.origin.name
            ),
            "a default route of its virtual network to a firewall or an appliance",
        )
    })
}

/// A public address at the NSX edge: what leaves must have been translated to one.
fn public_addresses(fabric: &mut Fabric<'_>, site: &Site<'_>) {
    let Some(first) = site.public_ips.first() else {
        return;
    };
    let origin = &first.of.origin;
    let mut allow = plain_line(
        "public address",
        Action::Allow,
        "its source is a public address of the NSX edge",
        origin.written.clone(),
    );
    for product in &mut allow.matches {
        *product = Match {
            source: Bounded::exactly(Addresses::public()),
            ..product.clone()
        };
    }
    let otherwise = plain_line(
        "no translation",
        Action::Deny,
        "no SNAT rule gives it a public source address",
        origin.written.clone(),
    );
    let filter = fabric.network.add_filter(Filter {
        name: origin.name.clone(),
        kind: HopKind::InternetEgress,
        written: origin.written.clone(),
        lines: vec![allow],
        otherwise,
        point: format!("{} egress", origin.name).into(),
        transit: false,
    });
    let unsure = origin.presence.first().or(first.doubt.as_ref()).cloned();
    let unsure = unsure.or_else(|| in_network(site));
    let because = "a public address at the NSX edge leads to the internet";
    egress(fabric, site, filter, because, &origin.written, unsure);
}

fn egress(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    last: FilterId,
    because: &str,
    written: &Written,
    unsure: Option<Doubt>,
) {
    let name = site.cloud.origin.name.clone();
    let mut out = link(
        site.tier0,
        fabric.internet,
        name.clone(),
        HopKind::InternetEgress,
        because,
        written,
    );
    out.filters.push(last);
    out.stamps = egress_stamps(site);
    let out = fabric.network.add_link(out);
    push(
        fabric,
        site.tier0,
        Route {
            rank: LEARNED,
            name: "default route".into(),
            kind: Some(HopKind::InternetEgress),
            place: Some(name),
            doubts: unsure.into_iter().collect(),
            ..route(
                Bounded::exactly(Addresses::public()),
                0,
                Forward::Link(out),
                because,
                written,
            )
        },
    );
}

/// The internet breakout of management, which nobody can switch off, and the end of all other ways.
pub fn breakout(fabric: &mut Fabric<'_>, site: &Site<'_>) {
    let written = &site.cloud.origin.written;
    let name = &site.cloud.origin.name;
    let addresses = doubt(
        format!("the public addresses that management of `{name}` leaves from"),
        "nothing: Azure does not publish them",
    );
    let because = "management has an internet breakout of its own";
    let nat = fabric
        .network
        .add_filter(nsx_nat::managed(name, written, because, addresses));
    let mut out = link(
        site.management,
        fabric.internet,
        name.clone(),
        HopKind::InternetEgress,
        because,
        written,
    );
    out.filters.push(nat);
    out.stamps = egress_stamps(site);
    let out = fabric.network.add_link(out);
    let public = Bounded::exactly(Addresses::public());
    push(
        fabric,
        site.management,
        Route {
            rank: LEARNED,
            ..route(public, 0, Forward::Link(out), because, written)
        },
    );
    let because = "management appliances do not follow a default route to private addresses, and no other route leads there";
    let nowhere = route(
        Bounded::exactly(Addresses::all()),
        0,
        Forward::Drop(Disposition::NoRoute),
        because,
        written,
    );
    push(
        fabric,
        site.management,
        Route {
            rank: LAST,
            place: Some(name.clone()),
            assumptions: vec![nothing_else(name)],
            ..nowhere
        },
    );
}

/// A private cloud may be connected to more than the inputs show.
fn nothing_else(name: &str) -> Assumption {
    Assumption {
        code: "closed-world",
        text: format!("nothing announces routes to `{name}` but the connections in the inputs").into(),
    }
}

fn egress_stamps(site: &Site<'_>) -> Vec<Stamp> {
    let region = site.cloud.region.value.as_ref();
    vec![region.map_or_else(|_| UNKNOWN_REGION.into(), |region| region_stamp(region))]
}
