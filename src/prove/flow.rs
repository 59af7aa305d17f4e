//! One flow: the packets of one end to one target, walked and judged.

use std::sync::Arc;

use super::finding::{End, FlowProof, Part, Verdict};
use super::names::Target;
use super::pack::Protocol;
use super::roles::{Placed, Spot};
use super::situation::Situation;
use crate::network::doubt::doubt;
use crate::network::model::{Bounded, Disposition, Doubt, HopKind};
use crate::paths::{Decision, Destination, Flow, Hop, Judgement, Outcome, Standing, judge, walk};
use crate::traffic::{Addresses, Cube, Packets, Ports};

/// What is asked of the packet engine.
pub struct Question<'q> {
    pub from: &'q Placed,
    pub spot: &'q Spot,
    pub to: End,
    pub target: &'q Target,
    pub protocol: Protocol,
    pub ports: &'q Ports,
    pub source_ports: &'q Ports,
}

/// Walks a flow and says how it fares.
#[must_use]
pub fn decide(situation: &Situation, question: &Question) -> FlowProof {
    if question.target.unresolved {
        return unresolved(question);
    }
    let outcomes = walk(situation.graph, &flow(question));
    let judgement = judge(&outcomes, question.target.destination);
    let (verdict, mut unknowns) = verdict(question, &judgement);
    let mut verdict = verdict;
    if verdict == Verdict::Satisfied {
        let inside = inside_on_premises(situation, &outcomes);
        if !inside.is_empty() {
            verdict = Verdict::Undetermined;
            unknowns.extend(inside);
        }
    }
    let mut proof = blank(question);
    proof.verdict = verdict;
    proof.unknowns = unknowns;
    proof.assumptions.extend(judgement.assumptions.iter().cloned());
    if verdict == Verdict::Violated {
        proof.blocked = judgement.blocked.cubes().to_vec();
        proof.witness = witness(&judgement);
    }
    let shown = shown(&outcomes, &judgement);
    proof.disposition = match (verdict, shown.first()) {
        (Verdict::Satisfied, _) => Disposition::Delivered,
        (Verdict::Violated, Some(outcome)) => outcome.disposition,
        _ => Disposition::Unknown,
    };
    proof.parts = shown.iter().map(|outcome| part(question, outcome)).collect();
    proof.hops = proof
        .parts
        .first()
        .map(|part| part.hops.clone())
        .unwrap_or_default();
    proof
}

fn flow(question: &Question) -> Flow {
    let cube = Cube {
        source: question.spot.addresses.upper.clone(),
        destination: question.target.addresses.upper.clone(),
        protocols: question.protocol.set(),
        source_ports: question.source_ports.clone(),
        destination_ports: question.ports.clone(),
    };
    Flow {
        from: question.spot.node,
        packets: cube.into(),
        name: question.target.name.clone(),
        to: question.target.to,
    }
}

/// The verdict, with the unknowns of an open one. Where an end is known only within bounds, a blocked
/// packet counts when it is certainly among those sent, or when every choice is blocked.
fn verdict(question: &Question, judgement: &Judgement) -> (Verdict, Vec<Doubt>) {
    let (source, target) = (&question.spot.addresses, &question.target.addresses);
    let open = |more: &[&Bounded<Addresses>]| {
        let mut doubts = judgement.doubts.clone();
        doubts.extend(more.iter().flat_map(|set| set.doubts.iter().cloned()));
        if doubts.is_empty() {
            doubts.push(what_address(question));
        }
        (Verdict::Undetermined, doubts)
    };
    match judgement.standing {
        Standing::Delivered => (Verdict::Satisfied, Vec::new()),
        Standing::Undecided => open(&[source, target]),
        Standing::Blocked if source.is_exact() && target.is_exact() => (Verdict::Violated, Vec::new()),
        Standing::Blocked => {
            let certain = Cube {
                source: source.lower.clone(),
                destination: target.lower.clone(),
                ..Cube::all()
            };
            let whole = every_choice_is_blocked(source, target, &judgement.blocked);
            if whole || judgement.blocked.intersects_cube(&certain) {
                (Verdict::Violated, Vec::new())
            } else {
                open(&[source, target])
            }
        }
    }
}

/// Whether something is blocked whichever addresses the ends turn out to have. Of an end that is
/// known, any address will do.
fn every_choice_is_blocked(
    source: &Bounded<Addresses>,
    target: &Bounded<Addresses>,
    blocked: &Packets,
) -> bool {
    let choice = |of: &Bounded<Addresses>, own: &Addresses| {
        if of.is_exact() {
            Addresses::all()
        } else {
            own.clone()
        }
    };
    let choices: Packets = Cube {
        source: choice(source, &source.upper),
        destination: choice(target, &target.upper),
        ..Cube::all()
    }
    .into();
    let left = blocked.cubes().iter().fold(choices, |left, cube| {
        left.difference_cube(&Cube {
            source: choice(source, &cube.source),
            destination: choice(target, &cube.destination),
            ..Cube::all()
        })
    });
    left.is_empty()
}

fn what_address(question: &Question) -> Doubt {
    let (what, help) = match question.target.destination {
        Destination::OneUnknown => (
            format!("which public address `{}` has", end_name(&question.to)),
            "its name or address in the site file",
        ),
        Destination::Every => (
            format!(
                "the addresses of `{}` or `{}`",
                question.from.role, question.to.role
            ),
            "`addresses` in the site file",
        ),
    };
    doubt(what, help)
}

/// The name or else the role of an end.
#[must_use]
pub fn end_name(end: &End) -> &str {
    end.name.as_deref().unwrap_or(&end.role)
}

/// What crosses a data centre passes filters that no Terraform shows, unless the site file says that
/// there are none.
fn inside_on_premises(situation: &Situation, outcomes: &[Outcome]) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = outcomes
        .iter()
        .flat_map(|outcome| &outcome.hops)
        .filter(|hop| hop.kind == HopKind::OnPremises)
        .filter(|hop| !internal_traffic_allowed(situation, hop))
        .map(|hop| Doubt {
            at: hop.written.at,
            ..doubt(
                format!("what filters inside `{}`", hop.place),
                "`internal_traffic = \"allowed\"` in the block of its site",
            )
        })
        .collect();
    doubts.sort();
    doubts.dedup();
    doubts
}

fn internal_traffic_allowed(situation: &Situation, hop: &Hop) -> bool {
    situation.network.on_premises.iter().any(|place| {
        let here = situation
            .network
            .node(place.node)
            .is_some_and(|node| node.name == hop.place);
        here && situation
            .file
            .sites
            .iter()
            .any(|site| Some(&site.label) == place.site.as_ref() && site.internal_traffic_allowed)
    })
}

/// The deciding outcome, then the others.
fn shown<'o>(outcomes: &'o [Outcome], judgement: &Judgement<'o>) -> Vec<&'o Outcome> {
    let first = judgement.deciding;
    let others = outcomes
        .iter()
        .filter(|outcome| !first.is_some_and(|first| std::ptr::eq(first, *outcome)));
    first.into_iter().chain(others).collect()
}

fn part(question: &Question, outcome: &Outcome) -> Part {
    Part {
        packets: outcome.packets.cubes().to_vec(),
        disposition: outcome.disposition,
        certain: outcome.certain,
        hops: question
            .target
            .hops
            .iter()
            .chain(&outcome.hops)
            .cloned()
            .collect(),
    }
}

fn witness(judgement: &Judgement) -> Option<crate::traffic::Packet> {
    let of_the_shown: Packets = judgement
        .deciding
        .map(|outcome| outcome.packets.intersection(&judgement.blocked))
        .unwrap_or_default();
    of_the_shown.sample().or_else(|| judgement.blocked.sample())
}

fn blank(question: &Question) -> FlowProof {
    let mut assumptions = question.from.assumptions.clone();
    assumptions.extend(question.target.assumptions.iter().cloned());
    FlowProof {
        from: End {
            role: question.from.role.clone(),
            name: None,
            addresses: question.spot.addresses.upper.clone(),
            known_from: question.from.known_from.clone(),
            written: question.from.written.clone(),
        },
        to: question.to.clone(),
        protocol: Arc::from(question.protocol.word()),
        ports: question.ports.clone(),
        verdict: Verdict::Undetermined,
        disposition: Disposition::Unknown,
        blocked: Vec::new(),
        witness: None,
        hops: question.target.hops.clone(),
        parts: Vec::new(),
        assumptions,
        unknowns: Vec::new(),
    }
}

/// The name leads nowhere: no packet is ever sent.
fn unresolved(question: &Question) -> FlowProof {
    FlowProof {
        verdict: Verdict::Violated,
        disposition: Disposition::NameUnresolved,
        ..blank(question)
    }
}

/// Whether a hop is the one that keeps packets from arriving, or leaves it open.
#[must_use]
pub fn stops(hop: &Hop) -> bool {
    matches!(hop.decision, Decision::Denied | Decision::Unknown)
}
