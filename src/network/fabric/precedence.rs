//! Puts blocks of lines into one list where the order of some blocks is not known.
//!
//! NSX gives no order to policies with one sequence number. It matters only where such policies
//! disagree about a packet: there the first one decides under a doubt, and a packet it does not decide
//! goes on at the next one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::network::model::{Action, Bounded, Doubt, Doubts, Line, Match};
use crate::traffic::{Cube, Packets};

/// A line whose jumps are not numbers yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub line: Line,
    pub labels: Vec<Label>,
    /// Where to go on instead of the line's action.
    pub jump: Option<Label>,
}

/// A position in the list that is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(u32);

/// Gives out labels.
#[derive(Debug, Default)]
pub struct Labels(u32);

/// Comparing more pairs of lines than this is given up: every line of the tie is in doubt then.
const PAIRS: usize = 200_000;
/// More pieces than this of one overlap are taken as the whole overlap.
const PIECES: usize = 24;

impl Labels {
    pub fn fresh(&mut self) -> Label {
        self.0 += 1;
        Label(self.0)
    }
}

impl Draft {
    #[must_use]
    pub fn new(line: Line) -> Draft {
        Draft {
            line,
            labels: Vec::new(),
            jump: None,
        }
    }

    #[must_use]
    pub fn jumping(line: Line, to: Label) -> Draft {
        Draft {
            jump: Some(to),
            ..Draft::new(line)
        }
    }

    fn decides_as(&self, other: &Draft) -> bool {
        self.jump == other.jump && self.line.action == other.line.action
    }

    /// Whether it certainly decides every packet it certainly matches.
    fn is_certain(&self) -> bool {
        let line = &self.line;
        line.doubts.is_empty() && line.names.is_none() && line.requires.is_empty() && line.unless.is_empty()
    }
}

/// The lines of blocks that stand in an unknown order; `order` says what would decide it.
#[must_use]
pub fn unordered(mut blocks: Vec<Vec<Draft>>, order: &Doubt, labels: &mut Labels) -> Vec<Draft> {
    blocks.retain(|block| !block.is_empty());
    if agree(&blocks) {
        return blocks.into_iter().flatten().collect();
    }
    let mut budget = PAIRS;
    let mut list: Vec<Draft> = Vec::new();
    for index in 0..blocks.len() {
        let Some((block, later)) = blocks.get_mut(index..).and_then(<[Vec<Draft>]>::split_first_mut) else {
            break;
        };
        let next = labels.fresh();
        if let Some(first) = later.first_mut().and_then(|block| block.first_mut()) {
            first.labels.push(next);
        }
        for draft in std::mem::take(block) {
            disputed(draft, later, order, next, &mut budget, &mut list);
        }
    }
    list
}

/// Whether all lines decide alike, so that no order matters.
fn agree(blocks: &[Vec<Draft>]) -> bool {
    let mut drafts = blocks.iter().flatten();
    drafts
        .next()
        .is_none_or(|first| blocks.len() < 2 || drafts.all(|draft| draft.decides_as(first)))
}

/// Appends a draft, preceded by what later blocks may decide otherwise: under a doubt as the draft
/// says, and failing that at the next block.
fn disputed(
    mut draft: Draft,
    later: &[Vec<Draft>],
    order: &Doubt,
    next: Label,
    budget: &mut usize,
    list: &mut Vec<Draft>,
) {
    let matches = conflicts(&draft, later, budget);
    if !matches.is_empty() {
        let mut doubtful = draft.clone();
        doubtful.line.matches.clone_from(&matches);
        doubtful.line.doubts.push(order.clone());
        // Whoever jumps to this draft must meet the disputed part first.
        draft.labels.clear();
        let mut onward = draft.clone();
        onward.line.matches = matches;
        onward.jump = Some(next);
        list.push(doubtful);
        list.push(onward);
    }
    list.push(draft);
}

/// The packets that the draft matches and some later block may decide otherwise.
fn conflicts(draft: &Draft, later: &[Vec<Draft>], budget: &mut usize) -> Vec<Match> {
    let mut found = Vec::new();
    for block in later {
        for (index, other) in block.iter().enumerate() {
            if other.decides_as(draft) {
                continue;
            }
            let cost = draft.line.matches.len().saturating_mul(other.line.matches.len());
            *budget = budget.saturating_sub(cost.max(1));
            if *budget == 0 {
                return draft.line.matches.clone();
            }
            for common in overlaps(&draft.line, &other.line) {
                let before = block.get(..index).unwrap_or_default();
                found.extend(undecided(common, before, draft, budget));
            }
        }
    }
    found
}

fn overlaps<'a>(one: &'a Line, other: &'a Line) -> impl Iterator<Item = Match> + 'a {
    let pairs = one
        .matches
        .iter()
        .flat_map(move |a| other.matches.iter().map(move |b| (a, b)));
    pairs.filter_map(|(a, b)| meet(a, b))
}

/// The common packets of two products; `None` where there certainly are none.
fn meet(a: &Match, b: &Match) -> Option<Match> {
    let upper = upper_cube(a).intersection(&upper_cube(b));
    (!upper.is_empty()).then(|| {
        let lower = lower_cube(a).intersection(&lower_cube(b));
        let doubts = [a, b].into_iter().flat_map(doubts_of).cloned().collect();
        bounded(lower, upper, &doubts)
    })
}

/// What is left of an overlap after the lines of the later block that stand before the opposing one
/// and decide as the draft does.
fn undecided(common: Match, before: &[Draft], draft: &Draft, budget: &mut usize) -> Vec<Match> {
    let mut rest = Packets::from(upper_cube(&common));
    for same in before
        .iter()
        .filter(|same| same.decides_as(draft) && same.is_certain())
    {
        *budget = budget.saturating_sub(same.line.matches.len());
        for product in &same.line.matches {
            rest = rest.difference_cube(&lower_cube(product));
        }
        if rest.is_empty() {
            return Vec::new();
        }
        if rest.cubes().len() > PIECES || *budget == 0 {
            return vec![common];
        }
    }
    let lower = lower_cube(&common);
    let doubts: Doubts = doubts_of(&common).cloned().collect();
    let pieces = rest.cubes().iter();
    pieces
        .map(|piece| bounded(lower.intersection(piece), piece.clone(), &doubts))
        .collect()
}

fn upper_cube(product: &Match) -> Cube {
    Cube {
        source: product.source.upper.clone(),
        destination: product.destination.upper.clone(),
        protocols: product.protocols.upper.clone(),
        source_ports: product.source_ports.upper.clone(),
        destination_ports: product.destination_ports.upper.clone(),
    }
}

fn lower_cube(product: &Match) -> Cube {
    Cube {
        source: product.source.lower.clone(),
        destination: product.destination.lower.clone(),
        protocols: product.protocols.lower.clone(),
        source_ports: product.source_ports.lower.clone(),
        destination_ports: product.destination_ports.lower.clone(),
    }
}

fn doubts_of(product: &Match) -> impl Iterator<Item = &Doubt> {
    let addresses = product
        .source
        .doubts
        .iter()
        .chain(product.destination.doubts.iter());
    let ports = product
        .source_ports
        .doubts
        .iter()
        .chain(product.destination_ports.doubts.iter());
    addresses.chain(product.protocols.doubts.iter()).chain(ports)
}

fn bounded(lower: Cube, upper: Cube, doubts: &Doubts) -> Match {
    Match {
        source: between(lower.source, upper.source, doubts),
        destination: between(lower.destination, upper.destination, doubts),
        protocols: between(lower.protocols, upper.protocols, doubts),
        source_ports: between(lower.source_ports, upper.source_ports, doubts),
        destination_ports: between(lower.destination_ports, upper.destination_ports, doubts),
    }
}

fn between<T: PartialEq + Clone>(lower: T, upper: T, doubts: &Doubts) -> Bounded<T> {
    if lower == upper {
        Bounded::exactly(upper)
    } else {
        Bounded::between(lower, upper, doubts.clone())
    }
}

/// The finished list: labels become positions, a label that nobody carries is the end.
#[must_use]
pub fn settle(drafts: Vec<Draft>) -> Vec<Line> {
    let end = drafts.len();
    let mut positions: BTreeMap<Label, usize> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        positions.extend(draft.labels.iter().map(|label| (*label, index)));
    }
    let settled = drafts.into_iter().map(|Draft { mut line, jump, .. }| {
        if let Some(label) = jump {
            line.action = Action::Jump(positions.get(&label).copied().unwrap_or(end));
        }
        line
    });
    settled.collect()
}

/// What decides an order that is not known.
#[must_use]
pub fn order_doubt(names: &[Arc<str>], decided_by: &str, at: Option<crate::source::Place>) -> Doubt {
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Doubt {
        what: format!("the order of {}", listed.join(", ")).into(),
        decided_by: decided_by.into(),
        at,
    }
}
