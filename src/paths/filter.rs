//! Evaluation of a filter on a set of packets: the first match decides, between two bounds.
//!
//! Only the packets asked about are ever split. A line that does not touch them is turned down by the
//! hull of what it matches, so that a filter of ten thousand lines is read in one pass over its hulls.

use std::sync::Arc;

use super::FlowName;
use crate::network::model::{Action, Doubt, Filter, Line, Match, Names, Stamp};
use crate::traffic::{Cube, Packets};

/// A filter's hulls, one for each line.
#[derive(Debug)]
pub(super) struct CompiledFilter {
    hulls: Vec<Hull>,
}

/// The least and the greatest of every field: a box around what a line matches at most.
#[derive(Clone, Copy, Debug)]
struct Hull {
    source: (u32, u32),
    destination: (u32, u32),
    ports: (u32, u32),
}

/// What a packet carries beside its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) name: Option<&'a FlowName>,
    pub(super) stamps: &'a [Stamp],
}

/// Packets that a filter treats alike.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) packets: Cube,
    /// The lines that may decide, in order. The last one decides if none before it does; an index
    /// past the filter's lines is what happens otherwise.
    pub(super) lines: Vec<usize>,
    /// Lines that sent the packets on to a later one.
    pub(super) jumps: Vec<usize>,
    /// Lines that may send the packets on: then they stand in a result that jumped and in one that
    /// did not.
    pub(super) may_jump: Vec<usize>,
}

/// The question splits into more pieces than can be told apart, or the filter jumps backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    TooManyPieces,
    BackwardJump(usize),
}

/// Beyond this many pieces an evaluation gives up rather than grow without bound.
const MOST_PIECES: usize = 4096;
/// More possible lines of one effect are not listed for a piece.
const MOST_LINES: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Applies {
    No,
    Possibly,
    Certainly,
}

#[derive(Clone)]
struct Piece {
    packets: Cube,
    /// The line to go on at.
    at: usize,
    lines: Vec<usize>,
    jumps: Vec<usize>,
    may_jump: Vec<usize>,
}

impl CompiledFilter {
    pub(super) fn new(filter: &Filter) -> CompiledFilter {
        CompiledFilter {
            hulls: filter
                .lines
                .iter()
                .map(|line| Hull::of_line(&line.matches))
                .collect(),
        }
    }

    /// Pieces that cover `packets`, each with the lines that may decide it. Disjoint, but where a
    /// jump is uncertain.
    pub(super) fn decide(
        &self,
        filter: &Filter,
        asked: Asked<'_>,
        packets: &Cube,
    ) -> Result<Vec<Decided>, Unclear> {
        let hull = Hull::of_cube(packets);
        let mut open = vec![Piece {
            packets: packets.clone(),
            at: 0,
            lines: Vec::new(),
            jumps: Vec::new(),
            may_jump: Vec::new(),
        }];
        let mut done = Vec::new();
        for (index, line_hull) in self.hulls.iter().enumerate() {
            if !line_hull.meets(hull) {
                continue;
            }
            let Some(line) = filter.lines.get(index) else {
                break;
            };
            if !open
                .iter()
                .any(|piece| piece.at <= index && line.touches(&piece.packets))
            {
                continue;
            }
            let applies = line.applies(asked);
            if applies == Applies::No {
                continue;
            }
            let mut next = Vec::with_capacity(open.len() + 2);
            for piece in open {
                if piece.at > index {
                    next.push(piece);
                } else {
                    piece.meet(filter, index, line, applies, &mut next, &mut done)?;
                }
            }
            open = next;
            if open.is_empty() {
                break;
            }
            if open.len() + done.len() > MOST_PIECES {
                return Err(Unclear::TooManyPieces);
            }
        }
        done.extend(open.into_iter().map(|piece| piece.decided(filter.lines.len())));
        Ok(done)
    }
}

impl Hull {
    const NOTHING: Hull = Hull {
        source: (1, 0),
        destination: (1, 0),
        ports: (1, 0),
    };

    fn of_line(matches: &[Match]) -> Hull {
        matches.iter().fold(Hull::NOTHING, |hull, one| {
            let own = Hull::of(
                one.source.upper.ranges(),
                one.destination.upper.ranges(),
                one.destination_ports.upper.ranges(),
            );
            hull.around(own)
        })
    }

    fn of_cube(cube: &Cube) -> Hull {
        Hull::of(
            cube.source.ranges(),
            cube.destination.ranges(),
            cube.destination_ports.ranges(),
        )
    }

    fn of(source: &[(u32, u32)], destination: &[(u32, u32)], ports: &[(u32, u32)]) -> Hull {
        let ends = |ranges: &[(u32, u32)]| Some((ranges.first()?.0, ranges.last()?.1));
        match (ends(source), ends(destination), ends(ports)) {
            (Some(source), Some(destination), Some(ports)) => Hull {
                source,
                destination,
                ports,
            },
            _ => Hull::NOTHING,
        }
    }

    fn around(self, other: Hull) -> Hull {
        if self.is_nothing() {
            return other;
        }
        if other.is_nothing() {
            return self;
        }
        let both = |one: (u32, u32), two: (u32, u32)| (one.0.min(two.0), one.1.max(two.1));
        Hull {
            source: both(self.source, other.source),
            destination: both(self.destination, other.destination),
            ports: both(self.ports, other.ports),
        }
    }

    fn is_nothing(self) -> bool {
        self.source.0 > self.source.1
    }

    /// Without short cuts, so that the test of a whole filter stays free of branches.
    fn meets(self, other: Hull) -> bool {
        (self.source.0 <= other.source.1)
            & (other.source.0 <= self.source.1)
            & (self.destination.0 <= other.destination.1)
            & (other.destination.0 <= self.destination.1)
            & (self.ports.0 <= other.ports.1)
            & (other.ports.0 <= self.ports.1)
    }
}

impl Piece {
    fn decided(self, by: usize) -> Decided {
        let mut lines = self.lines;
        lines.push(by);
        Decided {
            packets: self.packets,
            lines,
            jumps: self.jumps,
            may_jump: self.may_jump,
        }
    }

    fn with(&self, packets: Cube) -> Piece {
        Piece {
            packets,
            at: self.at,
            lines: self.lines.clone(),
            jumps: self.jumps.clone(),
            may_jump: self.may_jump.clone(),
        }
    }

    /// Splits the piece into what the line decides, what it may decide, and the rest.
    fn meet(
        self,
        filter: &Filter,
        index: usize,
        line: &Line,
        applies: Applies,
        open: &mut Vec<Piece>,
        done: &mut Vec<Decided>,
    ) -> Result<(), Unclear> {
        if !line.touches(&self.packets) {
            open.push(self);
            return Ok(());
        }
        let mut rest: Packets = self.packets.clone().into();
        if applies == Applies::Certainly {
            for one in &line.matches {
                let lower = one.lower();
                let certain = rest.intersection_cube(&lower);
                if certain.is_empty() {
                    continue;
                }
                rest = rest.difference_cube(&lower);
                for packets in certain.cubes() {
                    self.with(packets.clone())
                        .match_certainly(index, line, open, done)?;
                }
            }
        }
        self.match_possibly(filter, index, line, applies, rest, open)
    }

    fn match_certainly(
        mut self,
        index: usize,
        line: &Line,
        open: &mut Vec<Piece>,
        done: &mut Vec<Decided>,
    ) -> Result<(), Unclear> {
        let Action::Jump(target) = line.action else {
            done.push(self.decided(index));
            return Ok(());
        };
        if target <= index {
            return Err(Unclear::BackwardJump(index));
        }
        self.at = target;
        self.jumps.push(index);
        open.push(self);
        Ok(())
    }

    /// `rest` is what the line does not match for certain.
    fn match_possibly(
        self,
        filter: &Filter,
        index: usize,
        line: &Line,
        applies: Applies,
        mut rest: Packets,
        open: &mut Vec<Piece>,
    ) -> Result<(), Unclear> {
        // Where a line before it may have the same effect already, telling the packets apart decides
        // nothing: the line is only remembered.
        let known = self.lines.iter().filter_map(|other| filter.lines.get(*other));
        if known.into_iter().any(|other| line.has_effect_of(other)) {
            for packets in rest.cubes() {
                let mut piece = self.with(packets.clone());
                if line.touches(packets) && piece.lines.len() < MOST_LINES {
                    piece.lines.push(index);
                }
                open.push(piece);
            }
            return Ok(());
        }
        for one in &line.matches {
            if applies == Applies::Certainly && one.is_exact() {
                continue;
            }
            let upper = one.upper();
            let possible = rest.intersection_cube(&upper);
            if possible.is_empty() {
                continue;
            }
            rest = rest.difference_cube(&upper);
            for packets in possible.cubes() {
                let mut piece = self.with(packets.clone());
                if let Action::Jump(target) = line.action {
                    if target <= index {
                        return Err(Unclear::BackwardJump(index));
                    }
                    piece.may_jump.push(index);
                    let mut jumped = piece.clone();
                    jumped.at = target;
                    jumped.jumps.push(index);
                    open.push(jumped);
                } else {
                    piece.lines.push(index);
                }
                open.push(piece);
            }
        }
        open.extend(rest.cubes().iter().map(|packets| self.with(packets.clone())));
        Ok(())
    }
}

impl Line {
    /// Whether some of the packets may match it by their header.
    fn touches(&self, packets: &Cube) -> bool {
        self.matches.iter().any(|one| one.touches(packets))
    }

    fn has_effect_of(&self, other: &Line) -> bool {
        self.action == other.action
            && self.stateful == other.stateful
            && !matches!(self.action, Action::Jump(_))
    }

    fn applies(&self, asked: Asked<'_>) -> Applies {
        let carries = |stamp: &Stamp| asked.stamps.contains(stamp);
        if !self.requires.is_empty() && !self.requires.iter().any(carries) || self.unless.iter().any(carries)
        {
            return Applies::No;
        }
        match self
            .names
            .as_ref()
            .map_or(Applies::Certainly, |names| names.apply(asked.name))
        {
            Applies::Certainly if !self.doubts.is_empty() => Applies::Possibly,
            applies => applies,
        }
    }

    /// What decides whether the line matches these packets, of which it matches some but for doubts.
    pub(super) fn doubts_about(&self, filter: &Filter, packets: &Cube, asked: Asked<'_>) -> Vec<Doubt> {
        let mut doubts = self.doubts.clone();
        if let Some(names) = &self.names
            && names.apply(asked.name) == Applies::Possibly
        {
            doubts.extend_from_slice(&names.doubts);
            if asked.name == Some(&FlowName::Unknown) {
                doubts.push(unknown_name());
            }
        }
        for one in self.matches.iter().filter(|one| one.touches(packets)) {
            one.doubts_about(packets, &mut doubts);
        }
        if doubts.is_empty() {
            doubts.push(Doubt {
                what: format!("what `{}` of `{}` matches", self.name, filter.name).into(),
                decided_by: Arc::from("known values in it"),
                at: self.written.at,
            });
        }
        doubts
    }
}

/// A name that nobody has told, as a doubt.
pub(super) fn unknown_name() -> Doubt {
    Doubt {
        what: Arc::from("the name of the destination"),
        decided_by: Arc::from("its name in the site file"),
        at: None,
    }
}

impl Match {
    fn touches(&self, packets: &Cube) -> bool {
        self.destination_ports
            .upper
            .intersects(&packets.destination_ports)
            && self.protocols.upper.intersects(&packets.protocols)
            && self.source.upper.intersects(&packets.source)
            && self.destination.upper.intersects(&packets.destination)
            && self.source_ports.upper.intersects(&packets.source_ports)
    }

    fn lower(&self) -> Cube {
        Cube {
            source: self.source.lower.clone(),
            destination: self.destination.lower.clone(),
            protocols: self.protocols.lower.clone(),
            source_ports: self.source_ports.lower.clone(),
            destination_ports: self.destination_ports.lower.clone(),
        }
    }

    fn upper(&self) -> Cube {
        Cube {
            source: self.source.upper.clone(),
            destination: self.destination.upper.clone(),
            protocols: self.protocols.upper.clone(),
            source_ports: self.source_ports.upper.clone(),
            destination_ports: self.destination_ports.upper.clone(),
        }
    }

    fn is_exact(&self) -> bool {
        self.source.is_exact()
            && self.destination.is_exact()
            && self.protocols.is_exact()
            && self.source_ports.is_exact()
            && self.destination_ports.is_exact()
    }

    /// The doubts of those fields that leave open whether the packets lie in them.
    fn doubts_about(&self, packets: &Cube, doubts: &mut Vec<Doubt>) {
        let (most, least) = (packets.intersection(&self.upper()), self.lower());
        let mut unless = |inside: bool, of: &[Doubt]| {
            if !inside {
                doubts.extend_from_slice(of);
            }
        };
        unless(most.source.is_subset(&least.source), &self.source.doubts);
        unless(
            most.destination.is_subset(&least.destination),
            &self.destination.doubts,
        );
        unless(most.protocols.is_subset(&least.protocols), &self.protocols.doubts);
        unless(
            most.source_ports.is_subset(&least.source_ports),
            &self.source_ports.doubts,
        );
        unless(
            most.destination_ports.is_subset(&least.destination_ports),
            &self.destination_ports.doubts,
        );
    }
}

impl Names {
    fn apply(&self, name: Option<&FlowName>) -> Applies {
        let certain = |name: &str| self.patterns.iter().any(|pattern| matches_name(pattern, name));
        match name {
            // Nobody asked for a name, so that none can match.
            None => Applies::No,
            Some(FlowName::Known(name)) if certain(name) => Applies::Certainly,
            Some(FlowName::Unknown) if self.patterns.iter().any(|pattern| &**pattern == "*") => {
                Applies::Certainly
            }
            Some(FlowName::Known(_)) if self.doubts.is_empty() => Applies::No,
            Some(FlowName::Unknown) if self.patterns.is_empty() && self.doubts.is_empty() => Applies::No,
            Some(_) => Applies::Possibly,
        }
    }
}

/// `*` is any name, `*.x` any name below `x` but not `x` itself, anything else that name.
fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
        None => pattern == name,
    }
}
