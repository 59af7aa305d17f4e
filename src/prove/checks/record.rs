//! A role's own name in DNS: an A record that holds its address, seen by its resolvers, and a PTR
//! record back.

use std::sync::Arc;

use crate::network::doubt::doubt;
use crate::network::model::{Doubt, Fact, Record, RecordData, Written, Zone};
use crate::paths::{Answer, Decision, FlowName, Resolved, resolve};
use crate::prove::decided::Decided;
use crate::prove::finding::Verdict;
use crate::prove::names::{no_resolvers, resolvers};
use crate::prove::pack::Role;
use crate::prove::roles::{Placed, place};
use crate::prove::rows::Rows;
use crate::prove::situation::SiteView;
use crate::traffic::Addresses;

pub fn name_in_dns(rows: &Rows, site: &SiteView, role: &Arc<str>) -> Decided {
    let Some(role) = rows.pack.role(role) else {
        return Decided::unknown([]);
    };
    let name = match name_of(rows, site, role) {
        Ok(name) => name,
        Err(doubt) => return Decided::unknown([doubt]),
    };
    let placed = place(rows.situation, site, role);
    let zones = &rows.situation.network.naming.zones;
    let Some(zone) = zone_of(zones, &name) else {
        return Decided::unknown([doubt(
            format!("the zone of `{name}`: no input has it"),
            "the input that defines the zone",
        )]);
    };
    let forward = forward(zone, &name, &placed);
    let seen = seen(rows, site, role, &placed, &name);
    let back = Decided::all(single(&placed).map(|address| back(zones, &name, address)));
    Decided::all([forward, seen, back]).assuming(placed.assumptions)
}

/// The name that the site file or an installation command gives.
fn name_of(rows: &Rows, site: &SiteView, role: &Role) -> Result<Arc<str>, Doubt> {
    let own = rows
        .situation
        .entry(site, &role.name, false)
        .and_then(|entry| entry.fqdn.as_ref());
    let cloud = site.cloud.as_ref().ok().copied();
    let hinted = rows
        .situation
        .network
        .hints
        .iter()
        .filter(|hint| hint.role == &*role.name && (hint.cloud.is_none() || hint.cloud == cloud))
        .find_map(|hint| hint.fqdn.as_ref());
    match own.or(hinted) {
        Some(Fact { value, .. }) => {
            let lower = |name: Arc<str>| Arc::from(name.trim_end_matches('.').to_ascii_lowercase());
            value.clone().map(lower)
        }
        None => Err(Doubt {
            at: site.written.at,
            ..doubt(
                format!("the name of `{}`", role.name),
                format!("`fqdn` in `role \"{}\"` of the site file", role.name),
            )
        }),
    }
}

/// The zone with the longest suffix that the name falls under.
fn zone_of<'z>(zones: &'z [Zone], name: &str) -> Option<&'z Zone> {
    let covers = |zone: &&Zone| match &zone.suffix.value {
        Ok(suffix) => name
            .strip_suffix(&**suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
        Err(_) => false,
    };
    zones
        .iter()
        .filter(covers)
        .max_by_key(|zone| zone.suffix.value.as_ref().map_or(0, |suffix| suffix.len()))
}

fn records<'z>(zone: &'z Zone, name: &'z str) -> impl Iterator<Item = &'z Record> {
    zone.records
        .iter()
        .filter(move |record| matches!(&record.name.value, Ok(own) if &**own == name))
}

/// What a zone leaves open about a name: records that are not seen, or whose name is not known.
fn open(zone: &Zone) -> Vec<Doubt> {
    let unnamed = zone
        .records
        .iter()
        .filter_map(|record| record.name.value.clone().err());
    zone.doubts.iter().cloned().chain(unnamed).collect()
}

fn forward(zone: &Zone, name: &str, placed: &Placed) -> Decided {
    let wanted = placed.addresses();
    let mut found = records(zone, name).peekable();
    if found.peek().is_none() {
        let open = open(zone);
        if !open.is_empty() {
            return Decided::unknown(open);
        }
        let because = format!("the zone has no record for `{name}`");
        return Decided::by(Verdict::Violated, &zone.name, because, &zone.written);
    }
    Decided::all(found.map(|record| match &record.data {
        RecordData::Addresses(addresses) if addresses.lower.intersects(&wanted) => {
            let because = format!("`{name}` is {}", addresses.lower);
            Decided::by(Verdict::Satisfied, &zone.name, because, &record.written)
        }
        RecordData::Addresses(addresses) if addresses.upper.intersects(&wanted) => {
            Decided::unknown(addresses.doubts.iter().cloned())
        }
        RecordData::Addresses(addresses) => {
            let because = format!("`{name}` is {} and not {wanted}", addresses.upper);
            Decided::by(Verdict::Violated, &zone.name, because, &record.written)
        }
        RecordData::Endpoint(_) => {
            let because = format!("`{name}` is a private endpoint");
            Decided::by(Verdict::Violated, &zone.name, because, &record.written)
        }
        RecordData::Name(_) => Decided::unknown([doubt(
            format!("where the alias `{name}` leads"),
            "an A record for the name",
        )]),
    }))
}

/// Whether the role's own resolvers answer from that zone.
fn seen(rows: &Rows, site: &SiteView, role: &Role, placed: &Placed, name: &Arc<str>) -> Decided {
    let Some(spot) = placed.spots.first() else {
        return Decided::unknown(placed.doubts.clone());
    };
    let Some(servers) = resolvers(rows.situation, site, &role.name, Some(spot)) else {
        return Decided::unknown([no_resolvers(site)]);
    };
    let question = FlowName::Known(name.clone());
    let answers = resolve(rows.situation.graph, &servers.addresses, &question, spot.node);
    let doubts: Vec<Doubt> = answers.iter().flat_map(|answer| answer.doubts.clone()).collect();
    // Where it is not known who answers, the record's address is a possible answer too.
    let anybody = |answer: &Answer| {
        let last = answer.hops.last();
        !answer.certain && last.is_some_and(|hop| hop.decision == Decision::Unknown)
    };
    if answers.iter().any(anybody) {
        return Decided::unknown(doubts);
    }
    let each = answers.into_iter().map(|answer| {
        let (place, written): (Arc<str>, Written) = match answer.hops.last() {
            Some(hop) => (hop.place.clone(), hop.written.clone()),
            None => (site.label.clone(), servers.written.clone()),
        };
        if !answer.certain && !matches!(answer.resolved, Resolved::Private(_)) {
            // A record that no input shows may stand where none is seen.
            return Decided::unknown(answer.doubts);
        }
        let (verdict, because) = match answer.resolved {
            Resolved::Private(_) => (Verdict::Satisfied, format!("the DNS servers answer `{name}`")),
            _ => (
                Verdict::Violated,
                format!(
                    "the DNS servers {} do not see the zone of `{name}`",
                    servers.addresses.upper
                ),
            ),
        };
        Decided::by(verdict, &place, because, &written).assuming(answer.assumptions)
    });
    Decided::either(each.collect(), &doubts)
}

/// Addresses that are written one by one; a range has no one record to look for.
fn single(placed: &Placed) -> impl Iterator<Item = std::net::Ipv4Addr> {
    let all = placed.addresses();
    let few = if all.count() <= 16 { all } else { Addresses::none() };
    let numbers: Vec<u32> = few.ranges().iter().flat_map(|(low, high)| *low..=*high).collect();
    numbers.into_iter().map(std::net::Ipv4Addr::from_bits)
}

fn back(zones: &[Zone], name: &str, address: std::net::Ipv4Addr) -> Decided {
    let [a, b, c, d] = address.octets();
    let reverse = format!("{d}.{c}.{b}.{a}.in-addr.arpa");
    let Some(zone) = zone_of(zones, &reverse) else {
        return Decided::unknown([doubt(
            format!("the reverse zone of {address}: no input has it"),
            "the input that defines the zone",
        )]);
    };
    let mut found = records(zone, &reverse).peekable();
    if found.peek().is_none() {
        let open = open(zone);
        if !open.is_empty() {
            return Decided::unknown(open);
        }
        let because = format!("the reverse zone has no record for {address}");
        return Decided::by(Verdict::Violated, &zone.name, because, &zone.written);
    }
    Decided::all(found.map(|record| match &record.data {
        RecordData::Name(Fact { value: Ok(to), .. })
            if to.trim_end_matches('.').eq_ignore_ascii_case(name) =>
        {
            let because = format!("{address} leads back to `{name}`");
            Decided::by(Verdict::Satisfied, &zone.name, because, &record.written)
        }
        RecordData::Name(Fact {
            value: Err(doubt), ..
        }) => Decided::unknown([doubt.clone()]),
        _ => {
            let because = format!("{address} leads back to another name than `{name}`");
            Decided::by(Verdict::Violated, &zone.name, because, &record.written)
        }
    }))
}
