//! The networks that an appliance is on, by purpose.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::network::doubt::doubt;
use crate::network::model::{Doubt, Segment, Written};
use crate::prove::decided::Decided;
use crate::prove::finding::Verdict;
use crate::prove::pack::Flow;
use crate::prove::roles::{MANAGEMENT, place};
use crate::prove::rows::Rows;
use crate::prove::situation::SiteView;

/// The role's network of this purpose exists and is connected.
pub fn connected(rows: &Rows, site: &SiteView, role: &Arc<str>, network: &Arc<str>) -> Decided {
    let Some(role) = rows.pack.role(role) else {
        return Decided::unknown([]);
    };
    let placed = place(rows.situation, site, role).on(network);
    let mut seen = BTreeSet::new();
    let segments: Vec<&Segment> = placed
        .spots
        .iter()
        .filter_map(|spot| spot.segment)
        .filter(|index| seen.insert(*index))
        .filter_map(|index| rows.situation.network.segments.get(index))
        .collect();
    let each: Vec<Decided> = segments.iter().map(|segment| is_connected(segment)).collect();
    let mut parts = Vec::new();
    if each.is_empty() && placed.doubts.is_empty() {
        parts.push(Decided::unknown([Doubt {
            at: placed.written.at.or(site.written.at),
            ..doubt(
                format!("the {network} network of `{}`", role.name),
                format!("`segment` in `role \"{}\"` of the site file", role.name),
            )
        }]));
    } else if placed.assumptions.is_empty() {
        parts.extend(each);
    } else {
        let which = doubt(
            format!("on which segment `{}` is", role.name),
            format!("`segment` in `role \"{}\"` of the site file", role.name),
        );
        parts.push(Decided::either(each, &[which]));
    }
    if !placed.doubts.is_empty() {
        parts.push(Decided::unknown(placed.doubts.clone()));
    }
    Decided::all(parts).assuming(placed.assumptions)
}

fn is_connected(segment: &Segment) -> Decided {
    let fact = &segment.connected;
    let written = Written {
        at: fact.at.or(segment.written.at),
        ..segment.written.clone()
    };
    match &fact.value {
        Ok(true) => Decided::by(
            Verdict::Satisfied,
            &segment.name,
            "the segment is connected to a gateway",
            &written,
        ),
        Ok(false) => Decided::by(
            Verdict::Violated,
            &segment.name,
            "the segment is connected to no gateway",
            &written,
        ),
        Err(doubt) => {
            let because = "whether the segment is connected is not known";
            Decided::unknown_at(&segment.name, because, doubt.clone(), &written)
        }
    }
}

/// Each role's network of this purpose, or else its management network, carries the flows.
pub fn reaches(
    rows: &Rows,
    site: &SiteView,
    roles: &[Arc<str>],
    network: &Arc<str>,
    flows: &[Flow],
) -> Decided {
    Decided::all(roles.iter().flat_map(|role| {
        flows.iter().map(move |flow| {
            let flow = Flow {
                from: vec![role.clone()],
                ..flow.clone()
            };
            rows.flow(site, &flow, Some(network))
        })
    }))
}

/// An attachment for every purpose that any role of the site declares; with the management network
/// alone, that one carries the flows.
pub fn every(rows: &Rows, site: &SiteView, role: &Arc<str>, flows: &[Flow]) -> Decided {
    let declared = site.entry.map_or(&[][..], |entry| &entry.roles);
    let purposes: BTreeSet<&str> = declared
        .iter()
        .flat_map(|role| &role.attachments)
        .filter_map(|attachment| attachment.network.as_deref())
        .filter(|purpose| *purpose != MANAGEMENT)
        .collect();
    if purposes.is_empty() {
        return Decided::all(flows.iter().map(|flow| rows.flow(site, flow, None)));
    }
    let own = declared.iter().find(|entry| entry.name == *role);
    let written = own.map_or(&site.written, |entry| &entry.written);
    let attached: BTreeSet<&str> = own
        .iter()
        .flat_map(|entry| &entry.attachments)
        .map(|attachment| attachment.network.as_deref().unwrap_or(MANAGEMENT))
        .collect();
    let wanted = purposes.iter().copied().chain([MANAGEMENT]);
    Decided::all(wanted.map(|purpose| {
        if attached.contains(purpose) {
            let because = format!("`{role}` has a network for {purpose}");
            Decided::by(Verdict::Satisfied, role, because, written)
        } else {
            let because = format!("the site has a network for {purpose}, and `{role}` is not attached to it");
            Decided::by(Verdict::Violated, role, because, written)
        }
    }))
}
