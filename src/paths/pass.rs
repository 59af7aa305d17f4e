//! Parts of a flow pass filters: they are split by the lines that decide, go both ways where it is
//! unknown which line does, are rewritten, or end.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::filter::{Asked, Unclear};
use super::part::{Parcel, Part, Pass};
use super::walk::{Walk, brief, too_many};
use super::{Decision, Hop};
use crate::network::model::{Action, Disposition, Doubt, Filter, FilterId, Line, NodeId, Rewrite, Written};

/// How a line is read: on the way out, by replies whose flow the filter has admitted or which it does
/// not need to know, and by replies that a filter on the way has never seen the beginning of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Out,
    Back,
    Unseen,
}

#[derive(Clone, Copy, PartialEq)]
enum Effect<'f> {
    Pass { stateful: bool },
    Rewrite(&'f Rewrite),
    Lost(Disposition),
}

/// An effect that some of the possible lines have.
struct Choice<'f> {
    effect: Effect<'f>,
    line: &'f Line,
    /// Whether only this effect is possible.
    certain: bool,
    /// Whether the line is reached only if no earlier one matches.
    last: bool,
}

/// What tells parcels apart: the lines that may decide, those that were or may be jumped from, and
/// whether these are all the packets that were sent so.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Fate {
    lines: Vec<usize>,
    jumps: Vec<usize>,
    may_jump: Vec<usize>,
    whole: bool,
}

#[derive(Default)]
struct Group {
    parcels: Vec<Parcel>,
    doubts: Vec<Doubt>,
}

struct Place<'f> {
    filter: &'f Filter,
    id: FilterId,
    node: NodeId,
}

impl Walk<'_, '_> {
    /// What comes through filters that stand at `node`, in order; on the way back in reverse.
    pub(super) fn through(&mut self, part: Part, filters: &[FilterId], node: NodeId) -> Vec<Part> {
        let back = part.back.is_some();
        let mut parts = vec![part];
        for step in 0..filters.len() {
            let step = if back { filters.len() - 1 - step } else { step };
            let Some(&id) = filters.get(step) else {
                break;
            };
            parts = parts
                .into_iter()
                .flat_map(|part| self.pass(part, id, node))
                .collect();
        }
        parts
    }

    fn pass(&mut self, mut part: Part, id: FilterId, node: NodeId) -> Vec<Part> {
        let (Some(filter), Some(compiled)) = (self.graph.network().filter(id), self.graph.filter(id)) else {
            self.unknown(part, [too_many("filters that are not in the network")]);
            return Vec::new();
        };
        let mut reading = Reading::Out;
        if let Some(back) = part.back.clone() {
            part.undo_while(|undo| undo.point == filter.point);
            let seen = back.passes.iter().filter(|pass| pass.point == filter.point);
            let states: Vec<bool> = seen.map(|pass| pass.stateful).collect();
            part.returned.push(Arc::clone(&filter.point));
            if states.contains(&true) {
                part.hop(by_state(filter));
                return vec![part];
            }
            reading = if filter.transit && states.is_empty() {
                Reading::Unseen
            } else {
                Reading::Back
            };
        }
        // A reply has no name that a rule could see.
        let name = self.flow.name.as_ref().filter(|_| part.back.is_none());
        let stamps = part.stamps.clone();
        let asked = Asked {
            name,
            stamps: &stamps,
        };
        let mut groups: BTreeMap<Fate, Group> = BTreeMap::new();
        for parcel in &part.parcels {
            let decided = match compiled.decide(filter, asked, &part.header(parcel)) {
                Ok(decided) => decided,
                Err(unclear) => {
                    self.unknown(part, [unclear_doubt(filter, unclear)]);
                    return Vec::new();
                }
            };
            for piece in decided {
                let (parcel, doubts) = part.narrow(parcel, piece.packets);
                let fate = Fate {
                    lines: piece.lines,
                    jumps: piece.jumps,
                    may_jump: piece.may_jump,
                    whole: doubts.is_empty(),
                };
                let group = groups.entry(fate).or_default();
                group.parcels.push(parcel);
                group.doubts.extend(doubts);
            }
        }
        let place = Place { filter, id, node };
        groups
            .into_iter()
            .flat_map(|(fate, group)| self.decide(&part, &place, reading, asked, &fate, group))
            .collect()
    }

    /// Sends the parcels of one fate on, once for each effect that is possible.
    fn decide(
        &mut self,
        part: &Part,
        place: &Place<'_>,
        reading: Reading,
        asked: Asked<'_>,
        fate: &Fate,
        group: Group,
    ) -> Vec<Part> {
        let mut part = part.with(group.parcels);
        let filter = place.filter;
        if !fate.whole || !fate.may_jump.is_empty() {
            let jumps = fate.may_jump.iter().filter_map(|jump| filter.lines.get(*jump));
            let jumps: Vec<Doubt> = jumps
                .flat_map(|line| possible(line, filter, &part, asked))
                .collect();
            part.doubt(group.doubts.into_iter().chain(jumps));
        }
        for line in fate.jumps.iter().filter_map(|jump| filter.lines.get(*jump)) {
            part.hop(line_hop(filter, line, Decision::Allowed, &line.because));
            part.assume(&line.assumptions);
        }
        let choices = choices(filter, &fate.lines, reading);
        let doubts: Vec<Doubt> = match choices.as_slice() {
            [_] => Vec::new(),
            _ => {
                let (_, before) = fate.lines.split_last().unwrap_or((&0, &[]));
                let lines = before.iter().filter_map(|line| filter.lines.get(*line));
                lines
                    .flat_map(|line| possible(line, filter, &part, asked))
                    .collect()
            }
        };
        let mut parts = Vec::new();
        for choice in choices {
            let mut part = part.clone();
            if !self.spend() {
                self.unknown(part, [too_many("ways of this flow")]);
                continue;
            }
            if !choice.certain {
                part.doubt(doubts.iter().cloned());
            }
            for line in fate.lines.iter().map(|line| line_at(filter, *line)) {
                if choice.effect == effect(line, reading) {
                    part.assume(&line.assumptions);
                }
            }
            parts.extend(self.take(part, place, &choice));
        }
        parts
    }

    fn take(&mut self, mut part: Part, place: &Place<'_>, choice: &Choice<'_>) -> Vec<Part> {
        let filter = place.filter;
        match choice.effect {
            Effect::Lost(disposition) => {
                part.hop(choice.hop(filter, Decision::Denied));
                self.end(&part, disposition);
                Vec::new()
            }
            Effect::Pass { stateful } => {
                part.hop(choice.hop(filter, Decision::Allowed));
                part.note(place, stateful);
                vec![part]
            }
            Effect::Rewrite(rewrite) => self.rewrite(part, place, choice, rewrite),
        }
    }

    fn rewrite(
        &mut self,
        part: Part,
        place: &Place<'_>,
        choice: &Choice<'_>,
        rewrite: &Rewrite,
    ) -> Vec<Part> {
        let filter = place.filter;
        let sets = [&rewrite.source, &rewrite.destination];
        if let Some(nothing) = sets.into_iter().flatten().find(|set| set.upper.is_empty()) {
            let doubts = nothing.doubts.to_vec();
            self.unknown(part, doubts);
            return Vec::new();
        }
        let exempt = match &rewrite.source {
            Some(_) => part.addressed(&rewrite.source_unless_destination),
            None => None,
        };
        let exempted = exempt.is_some();
        let mut parts = Vec::new();
        if let Some(mut exempt) = exempt
            && rewrite.destination.is_none()
            && rewrite.destination_ports.is_none()
        {
            exempt.hop(choice.hop(filter, Decision::Allowed));
            exempt.note(place, true);
            parts.push(exempt);
        }
        let rest = match (&rewrite.destination, &rewrite.destination_ports) {
            (None, None) if exempted => part.addressed(&rewrite.source_unless_destination.complement()),
            _ => Some(part),
        };
        let Some(mut part) = rest else {
            return parts;
        };
        let doubt = chosen(filter, rewrite);
        let passed = part.passes.len();
        let by = (&filter.point, place.node);
        let rewritten = |parcel: &Parcel| parcel.rewritten(rewrite, by, passed, &doubt);
        part.parcels = part.parcels.iter().map(rewritten).collect();
        part.hop(choice.hop(filter, Decision::Rewritten));
        part.note(place, true);
        parts.push(part);
        parts
    }
}

impl Part {
    fn note(&mut self, place: &Place<'_>, stateful: bool) {
        if self.back.is_none() {
            self.passes.push(Pass {
                filter: place.id,
                point: Arc::clone(&place.filter.point),
                transit: place.filter.transit,
                stateful,
            });
        }
    }
}

impl Choice<'_> {
    fn hop(&self, filter: &Filter, decision: Decision) -> Hop {
        let because = &self.line.because;
        if self.certain {
            line_hop(filter, self.line, decision, because)
        } else if self.last {
            let because = format!("decides unless an earlier rule does: {because}").into();
            line_hop(filter, self.line, Decision::Unknown, &because)
        } else {
            let because = format!("may decide: {because}").into();
            line_hop(filter, self.line, Decision::Unknown, &because)
        }
    }
}

fn line_at(filter: &Filter, index: usize) -> &Line {
    filter.lines.get(index).unwrap_or(&filter.otherwise)
}

fn effect(line: &Line, reading: Reading) -> Effect<'_> {
    match (&line.action, reading) {
        (Action::Allow, Reading::Out) => Effect::Pass {
            stateful: line.stateful,
        },
        (Action::Allow, Reading::Back) => Effect::Pass { stateful: false },
        (Action::Allow, Reading::Unseen) if !line.stateful => Effect::Pass { stateful: false },
        (Action::Deny, Reading::Out | Reading::Back) => Effect::Lost(Disposition::Denied),
        (Action::Rewrite(rewrite), Reading::Out) => Effect::Rewrite(rewrite),
        // Only as the last resort of a filter, where there is no line to go on at.
        (Action::Jump(_), _) => Effect::Lost(Disposition::Unknown),
        // The answer would come from an address that was never asked, or opens nothing at a firewall
        // that has not seen the beginning.
        (Action::Rewrite(_), _) | (_, Reading::Unseen) => Effect::Lost(Disposition::AsymmetricReturn),
    }
}

/// Each effect that the possible lines have, shown by the first line that has it, or by the deciding
/// line where all agree.
fn choices<'f>(filter: &'f Filter, lines: &[usize], reading: Reading) -> Vec<Choice<'f>> {
    let mut choices: Vec<Choice<'f>> = Vec::new();
    for (position, index) in lines.iter().enumerate() {
        let line = line_at(filter, *index);
        let effect = effect(line, reading);
        let last = position + 1 == lines.len();
        if choices.iter().all(|choice| choice.effect != effect) {
            choices.push(Choice {
                effect,
                line,
                certain: false,
                last,
            });
        } else if let ([choice], true) = (choices.as_mut_slice(), last) {
            choice.line = line;
        }
    }
    if let [choice] = choices.as_mut_slice() {
        choice.certain = true;
    }
    choices
}

/// What decides whether a line matches some of the part's packets.
fn possible(line: &Line, filter: &Filter, part: &Part, asked: Asked<'_>) -> Vec<Doubt> {
    // The parcels of one fate meet the same lines: a few of them name all doubts.
    let headers = part.parcels.iter().take(8).map(|parcel| part.header(parcel));
    headers
        .flat_map(|header| line.doubts_about(filter, &header, asked))
        .collect()
}

fn line_hop(filter: &Filter, line: &Line, decision: Decision, because: &Arc<str>) -> Hop {
    Hop {
        place: Arc::clone(line.place.as_ref().unwrap_or(&filter.name)),
        kind: filter.kind,
        decision,
        rule: Some(Arc::clone(&line.name)).filter(|name| !name.is_empty()),
        because: Arc::clone(because),
        written: written(&line.written, &filter.written),
        reply: false,
    }
}

fn by_state(filter: &Filter) -> Hop {
    Hop {
        place: Arc::clone(&filter.name),
        kind: filter.kind,
        decision: Decision::Allowed,
        rule: None,
        because: Arc::from("replies to what it admitted pass by state"),
        written: filter.written.clone(),
        reply: true,
    }
}

/// A rule without a place of its own is shown where its carrier is written.
pub(super) fn written(own: &Written, carrier: &Written) -> Written {
    if own.at.is_some() {
        own.clone()
    } else {
        carrier.clone()
    }
}

fn chosen(filter: &Filter, rewrite: &Rewrite) -> Doubt {
    let sets = [&rewrite.source, &rewrite.destination];
    let sets: Vec<String> = sets.into_iter().flatten().map(|set| brief(&set.upper)).collect();
    Doubt {
        what: format!("which of {} `{}` translates to", sets.join(" and "), filter.name).into(),
        decided_by: Arc::from("rules further on that treat all of them alike"),
        at: filter.written.at,
    }
}

fn unclear_doubt(filter: &Filter, unclear: Unclear) -> Doubt {
    match unclear {
        Unclear::TooManyPieces => too_many(&format!("possible matches in `{}`", filter.name)),
        Unclear::BackwardJump(index) => Doubt {
            what: format!(
                "where `{}` of `{}` jumps to",
                line_at(filter, index).name,
                filter.name
            )
            .into(),
            decided_by: Arc::from("a jump to a later rule"),
            at: filter.written.at,
        },
    }
}
