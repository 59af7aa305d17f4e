//! Forwarding tables: which routes a set of destinations may take from a node.

use crate::network::model::{NodeId, Route};
use crate::traffic::Addresses;

/// A node's routes, longest prefix first, then lowest rank.
#[derive(Debug)]
pub(super) struct Table {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Index into the node's routes.
    route: usize,
    length: u8,
    rank: u8,
    only_to: Option<NodeId>,
    /// The least and the greatest destination it may match: most routes are turned down by these.
    hull: (u32, u32),
    /// Whether the route exists for certain.
    exists: bool,
}

/// Destinations that fare alike in a table.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) destinations: Addresses,
    /// Indices of the routes that it may take, in order of preference.
    pub(super) routes: Vec<usize>,
    /// How many of the last group certainly match: without any there may be no route at all, with
    /// more than one a packet may take either.
    pub(super) certain: usize,
}

/// Beyond this many pieces a lookup gives up rather than grow without bound.
const MOST_PIECES: usize = 2048;

impl Table {
    pub(super) fn new(routes: &[Route]) -> Table {
        let mut entries: Vec<Entry> = routes
            .iter()
            .enumerate()
            .filter_map(|(index, route)| {
                let upper = route.destinations.upper.ranges();
                Some(Entry {
                    route: index,
                    length: route.length,
                    rank: route.rank,
                    only_to: route.only_to,
                    hull: (upper.first()?.0, upper.last()?.1),
                    exists: route.doubts.is_empty(),
                })
            })
            .collect();
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.length), entry.rank, entry.route));
        Table { entries }
    }

    /// Disjoint pieces that cover `destinations`, each with the routes it may take; `None` where the
    /// uncertain routes make too many pieces to tell apart.
    pub(super) fn lookup(
        &self,
        routes: &[Route],
        destinations: &Addresses,
        to: Option<NodeId>,
    ) -> Option<Vec<Piece>> {
        let (Some(first), Some(last)) = (destinations.ranges().first(), destinations.ranges().last()) else {
            return Some(Vec::new());
        };
        let hull = (first.0, last.1);
        let mut open = vec![Piece {
            destinations: destinations.clone(),
            routes: Vec::new(),
            certain: 0,
        }];
        let mut done = Vec::new();
        let mut group = None;
        for entry in &self.entries {
            if entry.hull.1 < hull.0 || hull.1 < entry.hull.0 {
                continue;
            }
            if entry.only_to.is_some() && entry.only_to != to {
                continue;
            }
            if group != Some((entry.length, entry.rank)) {
                group = Some((entry.length, entry.rank));
                close(&mut open, &mut done);
                if open.is_empty() {
                    break;
                }
            }
            if let Some(route) = routes.get(entry.route) {
                open = open
                    .into_iter()
                    .flat_map(|piece| piece.meet(entry, route))
                    .collect();
            }
            if open.len() + done.len() > MOST_PIECES {
                return None;
            }
        }
        close(&mut open, &mut done);
        done.append(&mut open);
        Some(done)
    }
}

/// At the end of a group of equal routes, what one of them certainly matches goes no further.
fn close(open: &mut Vec<Piece>, done: &mut Vec<Piece>) {
    done.extend(open.extract_if(.., |piece| piece.certain > 0));
}

impl Piece {
    fn with(&self, destinations: Addresses, entry: &Entry, certain: bool) -> Piece {
        let mut routes = Vec::with_capacity(self.routes.len() + 1);
        routes.extend_from_slice(&self.routes);
        routes.push(entry.route);
        Piece {
            destinations,
            routes,
            certain: self.certain + usize::from(certain),
        }
    }

    /// Splits the piece where the route certainly matches, may match, and does not.
    fn meet(self, entry: &Entry, route: &Route) -> Vec<Piece> {
        if !self.destinations.intersects(&route.destinations.upper) {
            return vec![self];
        }
        let mut pieces = Vec::with_capacity(3);
        let rest = self.destinations.difference(&route.destinations.upper);
        let mut possible = self.destinations.intersection(&route.destinations.upper);
        if entry.exists {
            let certain = self.destinations.intersection(&route.destinations.lower);
            possible = possible.difference(&route.destinations.lower);
            if !certain.is_empty() {
                pieces.push(self.with(certain, entry, true));
            }
        }
        if !possible.is_empty() {
            pieces.push(self.with(possible, entry, false));
        }
        if !rest.is_empty() {
            pieces.push(Piece {
                destinations: rest,
                ..self
            });
        }
        pieces
    }
}
