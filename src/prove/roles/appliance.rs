//! Virtual machines of a site: on the segments that the site file or Terraform itself shows, and
//! otherwise on every workload segment.

use std::sync::Arc;

use super::spots::{segments_of, spots};
use super::{Placed, Spot};
use crate::network::doubt::{doubt, doubt_of};
use crate::network::join::Thing;
use crate::network::model::{Assumption, Bounded, Doubt, Hint, Segment, Written};
use crate::prove::pack::Role;
use crate::prove::site::{AttachmentEntry, RoleEntry};
use crate::prove::situation::{SiteView, Situation};
use crate::traffic::Addresses;

pub fn place(situation: &Situation, site: &SiteView, role: &Role, transient: bool) -> Placed {
    let entry = situation.entry(site, &role.name, false);
    if let Some(entry) = entry.filter(|entry| !entry.attachments.is_empty()) {
        return declared(situation, site, role, entry, transient);
    }
    let shown = hints(situation, site, role);
    let mut placed = if site.node.is_ok() || site.entry.is_some_and(is_on_premises) {
        on_premises(situation, site, role)
    } else if shown.is_empty() {
        anywhere(situation, site, role)
    } else {
        hinted(situation, site, role, &shown)
    };
    if let Some(entry) = entry {
        placed.written = entry.written.clone();
    }
    placed
}

fn is_on_premises(site: &crate::prove::site::Site) -> bool {
    site.kind == crate::prove::site::SiteKind::OnPremises
}

fn declared(
    situation: &Situation,
    site: &SiteView,
    role: &Role,
    entry: &RoleEntry,
    transient: bool,
) -> Placed {
    let mut placed = Placed {
        role: role.name.clone(),
        spots: Vec::new(),
        known_from: Arc::from("site file"),
        assumptions: Vec::new(),
        doubts: Vec::new(),
        written: entry.written.clone(),
    };
    for attachment in &entry.attachments {
        let network = attachment.network.as_ref();
        match segment_of(situation, attachment) {
            Some(Ok(index)) => match situation.network.segments.get(index) {
                Some(segment) => {
                    let addresses = on_segment(segment, attachment.addresses.as_ref());
                    if let Some(stray) = stray(segment, attachment, role) {
                        placed.doubts.push(stray);
                    }
                    placed.spots.push(Spot {
                        network: network.cloned(),
                        node: segment.node,
                        segment: Some(index),
                        addresses,
                        sure: true,
                    });
                }
                None => placed.doubts.push(missing_segment(role, attachment)),
            },
            Some(Err(doubt)) => placed.doubts.push(doubt),
            None => {
                let nothing = Bounded::exactly(Addresses::none());
                let addresses = attachment.addresses.as_ref().unwrap_or(&nothing);
                let bounded = if addresses.upper.is_all() && !transient {
                    within_segments(situation, site, addresses)
                } else {
                    addresses.clone()
                };
                let (found, doubts) = spots(situation, site, &bounded, network, None, attachment.written.at);
                placed.spots.extend(found);
                placed.doubts.extend(doubts);
            }
        }
    }
    placed
}

/// The segment an attachment names, or why it cannot be told.
fn segment_of(situation: &Situation, attachment: &AttachmentEntry) -> Option<Result<usize, Doubt>> {
    let value = attachment.segment.as_ref()?;
    Some(match situation.locate(value) {
        Some(Thing::Segment(index)) => Ok(index),
        _ if !value.is_known() => Err(doubt_of(value)),
        _ => Err(Doubt {
            at: attachment.written.at,
            ..doubt(
                format!(
                    "`{}`, which is no segment of any input",
                    value.as_str().unwrap_or("segment")
                ),
                "the input that defines the segment",
            )
        }),
    })
}

fn missing_segment(role: &Role, attachment: &AttachmentEntry) -> Doubt {
    Doubt {
        at: attachment.written.at,
        ..doubt(
            format!("the segment of `{}`", role.name),
            "the input that defines it",
        )
    }
}

/// Addresses on a segment: those said; without them its DHCP ranges; without those its subnet.
fn on_segment(segment: &Segment, said: Option<&Bounded<Addresses>>) -> Bounded<Addresses> {
    match said {
        Some(said) if said.doubts.is_empty() => said.clone(),
        Some(said) => Bounded::between(
            said.lower.clone(),
            said.upper.intersection(&segment.usable.upper).union(&said.lower),
            said.doubts.clone(),
        ),
        None => match &segment.dhcp_ranges.value {
            Ok(ranges) if !ranges.upper.is_empty() => within(ranges, segment),
            Ok(_) => segment.usable.clone(),
            Err(doubt) => Bounded::between(Addresses::none(), segment.usable.upper.clone(), [doubt.clone()]),
        },
    }
}

/// Ranges that are not known lie in the subnet all the same.
fn within(ranges: &Bounded<Addresses>, segment: &Segment) -> Bounded<Addresses> {
    if ranges.doubts.is_empty() {
        return ranges.clone();
    }
    Bounded::between(
        ranges.lower.clone(),
        ranges
            .upper
            .intersection(&segment.usable.upper)
            .union(&ranges.lower),
        ranges.doubts.clone(),
    )
}

/// Addresses outside the subnet of the segment they are said to be on cannot be right.
fn stray(segment: &Segment, attachment: &AttachmentEntry, role: &Role) -> Option<Doubt> {
    let said = attachment.addresses.as_ref()?;
    let outside = said.lower.difference(&segment.addresses.upper);
    (!outside.is_empty()).then(|| Doubt {
        at: attachment.written.at,
        ..doubt(
            format!(
                "{outside} of `{}`, which is not in the subnet of `{}`",
                role.name, segment.name
            ),
            "addresses of the segment, or the segment of the addresses",
        )
    })
}

fn hints<'a>(situation: &Situation<'a>, site: &SiteView, role: &Role) -> Vec<&'a Hint> {
    let cloud = site.cloud.as_ref().ok().copied();
    let mut hints = situation.network.hints.iter();
    if cloud.is_none() {
        return Vec::new();
    }
    let own = |hint: &&Hint| hint.role == &*role.name && (hint.cloud.is_none() || hint.cloud == cloud);
    hints
        .by_ref()
        .filter(own)
        .filter(|hint| hint.addresses.is_some() || hint.segment.is_some())
        .collect()
}

fn hinted(situation: &Situation, site: &SiteView, role: &Role, hints: &[&Hint]) -> Placed {
    let mut placed = Placed {
        role: role.name.clone(),
        spots: Vec::new(),
        known_from: hints
            .first()
            .map_or_else(|| Arc::from("Terraform"), |hint| hint.because.clone()),
        assumptions: Vec::new(),
        doubts: Vec::new(),
        written: hints
            .first()
            .map_or_else(Written::default, |hint| hint.written.clone()),
    };
    for hint in hints {
        let segment = hint
            .segment
            .and_then(|index| Some((index, situation.network.segments.get(index)?)));
        match (segment, &hint.addresses) {
            (Some((index, segment)), said) => placed.spots.push(Spot {
                network: None,
                node: segment.node,
                segment: Some(index),
                addresses: on_segment(segment, said.as_ref()),
                sure: hint.sure,
            }),
            (None, Some(said)) => {
                let bounded = if said.upper.is_all() {
                    within_segments(situation, site, said)
                } else {
                    said.clone()
                };
                let (found, doubts) = spots(situation, site, &bounded, None, None, hint.written.at);
                placed.spots.extend(found.into_iter().map(|found| Spot {
                    sure: found.sure && hint.sure,
                    ..found
                }));
                placed.doubts.extend(doubts);
            }
            (None, None) => {}
        }
    }
    placed
}

fn within_segments(situation: &Situation, site: &SiteView, said: &Bounded<Addresses>) -> Bounded<Addresses> {
    let segments = segments_of(situation, site);
    let usable = Addresses::union_all(segments.iter().map(|(_, segment)| &segment.usable.upper));
    if usable.is_empty() {
        return said.clone();
    }
    Bounded::between(said.lower.clone(), usable.union(&said.lower), said.doubts.clone())
}

/// Nothing says where it is: every address of the site's workload segments.
fn anywhere(situation: &Situation, site: &SiteView, role: &Role) -> Placed {
    let segments = segments_of(situation, site);
    if segments.is_empty() {
        let nobody = Doubt {
            at: site.written.at,
            ..doubt(
                format!("the workload segment of `{}`: no input has one", role.name),
                format!(
                    "`role \"{}\"` with `segment` or `addresses` in the site file",
                    role.name
                ),
            )
        };
        return Placed::nowhere(role, nobody);
    }
    let everywhere = Addresses::union_all(segments.iter().map(|(_, segment)| &segment.usable.upper));
    let spots = segments.iter().map(|(index, segment)| Spot {
        network: None,
        node: segment.node,
        segment: Some(*index),
        addresses: segment.usable.clone(),
        sure: true,
    });
    Placed {
        role: role.name.clone(),
        spots: spots.collect(),
        known_from: Arc::from("assumption appliance-addresses"),
        assumptions: vec![Assumption {
            code: "appliance-addresses",
            text: format!(
                "`{}` may have any address of the workload segments: {everywhere}",
                role.name
            )
            .into(),
        }],
        doubts: Vec::new(),
        written: Written::default(),
    }
}

/// Without addresses: every address of the data centre.
fn on_premises(situation: &Situation, site: &SiteView, role: &Role) -> Placed {
    let space = site.entry.and_then(|entry| entry.address_space.clone());
    let (Some(space), Ok(node)) = (space, &site.node) else {
        let unknown = site.node.as_ref().err().cloned().unwrap_or_else(|| Doubt {
            at: site.written.at,
            ..doubt(
                format!("where `{}` is at site `{}`", role.name, site.label),
                format!("`address_space`, or `role \"{}\"` with `addresses`", role.name),
            )
        });
        return Placed::nowhere(role, unknown);
    };
    let text = format!(
        "`{}` may have any address of site `{}`: {}",
        role.name, site.label, space.upper
    );
    let _ = situation;
    Placed {
        role: role.name.clone(),
        spots: vec![Spot {
            network: None,
            node: *node,
            segment: None,
            addresses: space,
            sure: true,
        }],
        known_from: Arc::from("assumption appliance-addresses"),
        assumptions: vec![Assumption {
            code: "appliance-addresses",
            text: text.into(),
        }],
        doubts: Vec::new(),
        written: site.written.clone(),
    }
}
