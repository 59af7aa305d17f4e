//! Parts of a flow leave a node: by the routes that their destinations may take, over links, or not.

use std::sync::Arc;

use super::part::Part;
use super::pass::written;
use super::table::Piece;
use super::walk::{Walk, brief, node_hop, too_many};
use super::{Decision, Hop};
use crate::network::model::{Assumption, Disposition, Doubt, Forward, Link, LinkId, Node, NodeId, Route};
use crate::traffic::Addresses;

/// Destinations, and the ways that they may leave by.
struct Fork<'r> {
    destinations: Addresses,
    ways: Vec<Way<'r>>,
    /// What decides between several ways.
    doubts: Vec<Doubt>,
    assumptions: Vec<&'r Assumption>,
    /// How many routes led the same way.
    routes: usize,
    /// The most addresses that a single one of them matched.
    most: u64,
}

/// One of the ways; without a route the packets are lost here.
struct Way<'r> {
    route: Option<&'r Route>,
}

impl Walk<'_, '_> {
    /// Sends a part on by the node's forwarding table.
    pub(super) fn route(&mut self, id: NodeId, node: &Node, part: &Part) {
        let to = self.target(part);
        let destinations = part.destinations();
        let pieces = self
            .graph
            .table(id)
            .and_then(|table| table.lookup(&node.routes, &destinations, to));
        let Some(pieces) = pieces else {
            let what = format!("possible routes of `{}`", node.name);
            return self.unknown(part.clone(), [too_many(&what)]);
        };
        for fork in merge(pieces.iter().map(|piece| Fork::new(node, piece))) {
            let Some(part) = part.addressed(&fork.destinations) else {
                continue;
            };
            let certain = fork.ways.len() == 1;
            for way in &fork.ways {
                let mut part = part.clone();
                if !self.spend() {
                    self.unknown(part, [too_many("ways of this flow")]);
                    continue;
                }
                if !certain {
                    part.doubt(fork.doubts.iter().cloned());
                }
                match way.route {
                    Some(route) => {
                        for assumption in fork.assumptions_of(route) {
                            part.assumptions.push(assumption.clone());
                        }
                        part.hop(fork.hop(node, route, certain));
                        self.take_route(id, node, part, route);
                    }
                    None => self.no_route(node, part),
                }
            }
        }
    }

    fn no_route(&mut self, node: &Node, mut part: Part) {
        if let Some((home, passed)) = part.returns_by_itself() {
            return self.return_to(home, passed, part);
        }
        let because = format!("`{}` has no route to {}", node.name, brief(&part.destinations()));
        let decision = if part.certain {
            Decision::Denied
        } else {
            Decision::Unknown
        };
        part.hop(node_hop(node, decision, because));
        self.end(&part, Disposition::NoRoute);
    }

    fn take_route(&mut self, id: NodeId, node: &Node, part: Part, route: &Route) {
        match route.forward {
            Forward::Link(link) => self.follow(link, part),
            Forward::Drop(Disposition::Unknown) | Forward::Unknown => {
                self.unknown(part, route.doubts.iter().cloned());
            }
            Forward::Drop(disposition) => self.end(&part, disposition),
            Forward::Deliver => match self.target(&part) {
                None => self.deliver(id, node, part),
                Some(to) if to == id && part.back.is_none() => self.deliver(id, node, part),
                Some(to) => {
                    let other = self.graph.network().node(to).map_or("", |node| &node.name);
                    let what = format!(
                        "whether {} is on `{}` or on `{other}`",
                        brief(&part.destinations()),
                        node.name
                    );
                    self.unknown(
                        part,
                        [Doubt {
                            what: what.into(),
                            decided_by: Arc::from("address ranges that do not overlap"),
                            at: node.written.at,
                        }],
                    );
                }
            },
        }
    }

    fn follow(&mut self, id: LinkId, mut part: Part) {
        let Some(link) = self.graph.network().link(id) else {
            return self.unknown(part, [too_many("links that are not in the network")]);
        };
        if link.doubts.is_empty() {
            part.hop(link_hop(link, Decision::Forwarded, Arc::clone(&link.because)));
        } else {
            part.doubt(link.doubts.iter().cloned());
            let mut lost = part.clone();
            lost.hop(link_hop(link, Decision::Unknown, "the way may not exist".into()));
            self.end(&lost, Disposition::NoRoute);
            part.hop(link_hop(link, Decision::Unknown, Arc::clone(&link.because)));
        }
        part.assume(&link.assumptions);
        for mut part in self.through(part, &link.filters, link.from) {
            part.stamps.extend_from_slice(&link.stamps);
            self.queue.push((link.to, part));
        }
    }
}

impl<'r> Fork<'r> {
    fn new(node: &'r Node, piece: &Piece) -> Fork<'r> {
        let routes: Vec<&'r Route> = piece
            .routes
            .iter()
            .filter_map(|route| node.routes.get(*route))
            .collect();
        let mut ways: Vec<Way<'r>> = Vec::new();
        for route in &routes {
            let same = ways
                .iter_mut()
                .find(|way| way.route.is_some_and(|other| other.forward == route.forward));
            match same {
                // The last of those that lead the same way is the one that certainly exists.
                Some(way) => way.route = Some(route),
                None => ways.push(Way { route: Some(route) }),
            }
        }
        if piece.certain == 0 {
            ways.push(Way { route: None });
        }
        Fork {
            doubts: if ways.len() > 1 {
                doubts(node, piece, &routes)
            } else {
                Vec::new()
            },
            assumptions: routes.iter().flat_map(|route| &route.assumptions).collect(),
            destinations: piece.destinations.clone(),
            ways,
            routes: routes.len(),
            most: piece.destinations.count(),
        }
    }

    /// The link that all its destinations certainly leave by.
    fn link(&self) -> Option<LinkId> {
        match self.ways.as_slice() {
            [Way { route: Some(route) }] => match route.forward {
                Forward::Link(link) => Some(link),
                Forward::Deliver | Forward::Drop(_) | Forward::Unknown => None,
            },
            _ => None,
        }
    }

    fn assumptions_of(&self, route: &'r Route) -> Vec<&'r Assumption> {
        if self.ways.len() == 1 {
            self.assumptions.clone()
        } else {
            route.assumptions.iter().collect()
        }
    }

    fn hop(&self, node: &Node, route: &Route, certain: bool) -> Hop {
        let decision = match route.forward {
            _ if !certain => Decision::Unknown,
            Forward::Link(_) | Forward::Deliver => Decision::Forwarded,
            Forward::Drop(Disposition::Unknown) | Forward::Unknown => Decision::Unknown,
            Forward::Drop(_) => Decision::Denied,
        };
        let because = match self.routes {
            0 | 1 => Arc::clone(&route.because),
            _ if !certain => Arc::clone(&route.because),
            2 => format!("{}; another route leads the same way", route.because).into(),
            more => format!("{}; {} other routes lead the same way", route.because, more - 1).into(),
        };
        Hop {
            place: Arc::clone(route.place.as_ref().unwrap_or(&node.name)),
            kind: route.kind.unwrap_or(node.kind),
            decision,
            rule: Some(Arc::clone(&route.name)).filter(|name| !name.is_empty()),
            because,
            written: written(&route.written, &node.written),
            reply: false,
        }
    }
}

/// Destinations that certainly leave by one link travel together, shown by the route that matches most
/// of them: a flow to a whole service would otherwise split at every learned prefix.
fn merge<'r>(forks: impl Iterator<Item = Fork<'r>>) -> Vec<Fork<'r>> {
    let mut merged: Vec<Fork<'r>> = Vec::new();
    let mut by_link: std::collections::BTreeMap<LinkId, Vec<Fork<'r>>> = std::collections::BTreeMap::new();
    for fork in forks {
        match fork.link() {
            Some(link) => by_link.entry(link).or_default().push(fork),
            None => merged.push(fork),
        }
    }
    for forks in by_link.into_values() {
        let destinations = Addresses::union_all(forks.iter().map(|fork| &fork.destinations));
        let routes = forks.iter().map(|fork| fork.routes).sum();
        let assumptions = forks
            .iter()
            .flat_map(|fork| fork.assumptions.iter().copied())
            .collect();
        let most = forks.into_iter().max_by_key(|fork| fork.most);
        merged.extend(most.map(|fork| Fork {
            destinations,
            routes,
            assumptions,
            ..fork
        }));
    }
    merged
}

/// What decides which of several routes is taken.
fn doubts(node: &Node, piece: &Piece, routes: &[&Route]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for route in routes {
        doubts.extend_from_slice(&route.doubts);
        if !piece.destinations.is_subset(&route.destinations.lower) {
            doubts.extend_from_slice(&route.destinations.doubts);
        }
    }
    if piece.certain > 1 {
        let first = routes.len().saturating_sub(piece.certain);
        let equal: Vec<String> = routes
            .iter()
            .skip(first)
            .map(|route| format!("`{}`", route.name))
            .collect();
        doubts.push(Doubt {
            what: format!(
                "which of the equal routes {} of `{}` is taken",
                equal.join(" and "),
                node.name
            )
            .into(),
            decided_by: Arc::from("routes of different length or preference, or ways that all deliver"),
            at: node.written.at,
        });
    }
    if doubts.is_empty() {
        doubts.push(Doubt {
            what: format!(
                "which route of `{}` matches {}",
                node.name,
                brief(&piece.destinations)
            )
            .into(),
            decided_by: Arc::from("known prefixes"),
            at: node.written.at,
        });
    }
    doubts
}

fn link_hop(link: &Link, decision: Decision, because: Arc<str>) -> Hop {
    Hop {
        place: Arc::clone(&link.name),
        kind: link.kind,
        decision,
        rule: None,
        because,
        written: link.written.clone(),
        reply: false,
    }
}
