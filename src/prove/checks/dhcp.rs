//! DHCP for what is created during a recovery: ranges, a server or relay that applies, a firewall that
//! lets it through, and enough addresses.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::network::doubt::doubt;
use crate::network::model::{Bounded, Doubt, FilterId, HopKind, Network, Node, Segment, Written};
use crate::paths::{Destination, Flow, Graph, Standing, judge, walk};
use crate::prove::decided::Decided;
use crate::prove::finding::Verdict;
use crate::prove::roles::{Placed, place};
use crate::prove::rows::Rows;
use crate::prove::situation::SiteView;
use crate::traffic::{Addresses, Cube, Ports, Protocols};

/// The segments of the roles, by index, with what the placing left open.
struct Segments<'a> {
    found: BTreeMap<usize, &'a Segment>,
    placed: Vec<Placed>,
}

impl<'a> Segments<'a> {
    fn of(rows: &Rows<'a>, site: &SiteView, roles: &[Arc<str>]) -> Segments<'a> {
        let placed: Vec<Placed> = roles
            .iter()
            .filter_map(|role| rows.pack.role(role))
            .map(|role| place(rows.situation, site, role))
            .collect();
        let indices = placed.iter().flat_map(|placed| &placed.spots);
        let found = indices.filter_map(|spot| {
            let index = spot.segment?;
            Some((index, rows.situation.network.segments.get(index)?))
        });
        Segments {
            found: found.collect(),
            placed,
        }
    }

    /// What is open beside the segments themselves: roles that are on none.
    fn open(&self) -> Vec<Decided> {
        let open = self.placed.iter().filter_map(|placed| {
            let lost = placed.spots.iter().all(|spot| spot.segment.is_none());
            if !placed.doubts.is_empty() {
                return Some(Decided::unknown(placed.doubts.clone()));
            }
            lost.then(|| {
                Decided::unknown([Doubt {
                    at: placed.written.at,
                    ..doubt(
                        format!("the segment of `{}`", placed.role),
                        format!("`segment` in `role \"{}\"` of the site file", placed.role),
                    )
                }])
            })
        });
        open.collect()
    }

    /// A role that may be on any of several segments needs one of them to be right, not all.
    fn assumed(&self) -> bool {
        self.placed.iter().any(|placed| !placed.assumptions.is_empty())
    }

    fn assumptions(&self) -> impl Iterator<Item = crate::network::model::Assumption> {
        self.placed.iter().flat_map(|placed| placed.assumptions.clone())
    }
}

pub fn working(rows: &Rows, site: &SiteView, roles: &[Arc<str>]) -> Decided {
    let segments = Segments::of(rows, site, roles);
    let drops = rows
        .situation
        .cloud(site)
        .map(|cloud| cloud.drops_by_default.clone())
        .ok();
    let each: Vec<Decided> = segments
        .found
        .values()
        .map(|segment| {
            let allowed = match drops.as_ref().map(|fact| &fact.value) {
                Some(Ok(false)) | None => None,
                _ => Some(admitted(rows.situation.network, segment)),
            };
            Decided::all([ranges(segment), service(segment)].into_iter().chain(allowed))
        })
        .collect();
    let together = if segments.assumed() {
        Decided::either(each, &[which_segment(site)])
    } else {
        Decided::all(each)
    };
    Decided::all(std::iter::once(together).chain(segments.open())).assuming(segments.assumptions())
}

fn which_segment(site: &SiteView) -> Doubt {
    Doubt {
        at: site.written.at,
        ..doubt(
            "on which segment the transient appliances are",
            "`segment` in their roles of the site file",
        )
    }
}

fn at(segment: &Segment, place: Option<crate::source::Place>) -> Written {
    Written {
        at: place.or(segment.written.at),
        ..segment.written.clone()
    }
}

fn ranges(segment: &Segment) -> Decided {
    let fact = &segment.dhcp_ranges;
    let written = at(segment, fact.at);
    match &fact.value {
        Ok(ranges) if !ranges.lower.is_empty() => Decided::by(
            Verdict::Satisfied,
            &segment.name,
            format!("the segment has the DHCP ranges {}", ranges.lower),
            &written,
        ),
        Ok(ranges) if ranges.upper.is_empty() => Decided::by(
            Verdict::Violated,
            &segment.name,
            "the segment has no DHCP ranges",
            &written,
        ),
        Ok(ranges) => Decided::unknown(ranges.doubts.iter().cloned()),
        Err(doubt) => {
            let because = "the DHCP ranges of the segment are not known";
            Decided::unknown_at(&segment.name, because, doubt.clone(), &written)
        }
    }
}

fn service(segment: &Segment) -> Decided {
    let fact = &segment.dhcp_service;
    let written = at(segment, fact.at);
    let because = &*segment.dhcp_because;
    match &fact.value {
        Ok(true) => Decided::by(Verdict::Satisfied, &segment.name, because, &written),
        Ok(false) => Decided::by(Verdict::Violated, &segment.name, because, &written),
        Err(doubt) => Decided::unknown_at(&segment.name, because, doubt.clone(), &written),
    }
}

/// Whether the ports' filters let DHCP through: questions to UDP 67 out, offers to UDP 68 in. A
/// network of nothing but a port with these filters is walked, because the way of a broadcast is no
/// way that routes know.
fn admitted(network: &Network, segment: &Segment) -> Decided {
    let Some(node) = network.node(segment.node) else {
        return Decided::unknown([]);
    };
    let clients = match &segment.dhcp_ranges.value {
        Ok(ranges) if !ranges.upper.is_empty() => ranges.upper.clone(),
        _ => segment.usable.upper.clone(),
    };
    let everywhere = Addresses::single(std::net::Ipv4Addr::BROADCAST);
    let servers = segment.addresses.upper.difference(&segment.usable.upper);
    let question = packet(clients.clone(), everywhere, 67);
    let offer = packet(
        if servers.is_empty() {
            Addresses::all()
        } else {
            servers
        },
        clients,
        68,
    );
    Decided::all([
        passes(network, segment, &node.sends, question, "UDP 67 from the segment"),
        passes(network, segment, &node.receives, offer, "UDP 68 to the segment"),
    ])
}

fn packet(source: Addresses, destination: Addresses, port: u16) -> Cube {
    Cube {
        source,
        destination,
        protocols: Protocols::udp(),
        source_ports: Ports::single(135 - port),
        destination_ports: Ports::single(port),
    }
}

fn passes(network: &Network, segment: &Segment, filters: &[FilterId], packets: Cube, what: &str) -> Decided {
    let mut port = Network {
        filters: network.filters.clone(),
        ..Network::default()
    };
    let node = port.add_node(wire(segment, filters));
    let graph = Graph::new(&port);
    let outcomes = walk(
        &graph,
        &Flow {
            from: node,
            packets: packets.into(),
            name: None,
            to: None,
        },
    );
    let judgement = judge(&outcomes, Destination::Every);
    let deciding = judgement.deciding.and_then(|outcome| {
        outcome
            .hops
            .iter()
            .rev()
            .find(|hop| hop.rule.is_some() || hop.kind == HopKind::NsxDistributedFirewall)
    });
    let (place, written, because) = match deciding {
        Some(hop) => (hop.place.clone(), hop.written.clone(), hop.because.clone()),
        None => (
            segment.name.clone(),
            segment.written.clone(),
            Arc::from("no filter stands there"),
        ),
    };
    let said = format!("{what}: {because}");
    match judgement.standing {
        Standing::Delivered => Decided::by(Verdict::Satisfied, &place, said, &written),
        Standing::Blocked => Decided::by(Verdict::Violated, &place, said, &written),
        Standing::Undecided => Decided::all([
            Decided::by(Verdict::Undetermined, &place, said, &written),
            Decided::unknown(judgement.doubts.clone()),
        ]),
    }
    .assuming(judgement.assumptions.iter().cloned())
}

/// A node at which everything that its filters let out has arrived.
fn wire(segment: &Segment, filters: &[FilterId]) -> Node {
    Node {
        name: segment.name.clone(),
        kind: HopKind::Segment,
        written: segment.written.clone(),
        addresses: Bounded::exactly(Addresses::all()),
        routes: Vec::new(),
        sends: filters.to_vec(),
        receives: Vec::new(),
        inspects: Vec::new(),
        hosts: Vec::new(),
        obscured: Vec::new(),
    }
}

pub fn pool_size(rows: &Rows, site: &SiteView, roles: &[Arc<str>], setting: &str, extra: u64) -> Decided {
    let segments = Segments::of(rows, site, roles);
    let said = rows.situation.setting(rows.pack, setting);
    let needed = match said.map(|said| &said.value.value) {
        Some(Ok(digits)) => digits.parse::<u64>().unwrap_or(0).saturating_add(extra),
        Some(Err(doubt)) => return Decided::unknown([doubt.clone()]),
        None => {
            let block = rows.pack.settings_block.as_deref().unwrap_or("settings");
            return Decided::unknown([Doubt {
                at: site.written.at,
                ..doubt(
                    "how many VMs are recovered at once",
                    format!("`{setting}` in the `{block}` block of the site file"),
                )
            }]);
        }
    };
    let (mut least, mut most) = (Addresses::none(), Addresses::none());
    let mut doubts = Vec::new();
    for segment in segments.found.values() {
        match &segment.dhcp_ranges.value {
            Ok(ranges) => {
                least = least.union(&ranges.lower);
                most = most.union(
                    &ranges
                        .upper
                        .intersection(&segment.usable.upper)
                        .union(&ranges.lower),
                );
                doubts.extend(ranges.doubts.iter().cloned());
            }
            Err(doubt) => {
                most = most.union(&segment.usable.upper);
                doubts.push(doubt.clone());
            }
        }
    }
    let first = segments.found.values().next();
    let (place, written) = match first {
        Some(segment) => (segment.name.clone(), at(segment, segment.dhcp_ranges.at)),
        None => (site.label.clone(), site.written.clone()),
    };
    let decided = if least.count() >= needed {
        let because = format!("the ranges hold {} addresses, {needed} are needed", least.count());
        Decided::by(Verdict::Satisfied, &place, because, &written)
    } else if most.count() < needed && segments.placed.iter().all(|placed| placed.doubts.is_empty()) {
        let because = format!(
            "the ranges hold {} addresses, {needed} are needed: {} too few",
            most.count(),
            needed - most.count()
        );
        Decided::by(Verdict::Violated, &place, because, &written)
    } else {
        Decided::unknown(doubts)
    };
    if segments.found.is_empty() {
        return Decided::all(segments.open());
    }
    decided.assuming(segments.assumptions())
}
