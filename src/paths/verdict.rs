//! What the outcomes of a flow say together: which packets certainly arrive, which certainly do not,
//! and which of the outcomes decides.

use std::collections::BTreeSet;

use super::Outcome;
use crate::network::model::{Assumption, Disposition, Doubt};
use crate::traffic::Packets;

/// What the destination addresses of a flow stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Each of them is meant: a role's addresses, a public service that answers from all of its tag.
    Every,
    /// One of them is meant, and nobody has told which: a public host known only by its name.
    OneUnknown,
}

/// How a flow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every packet certainly arrives, and its reply comes back.
    Delivered,
    /// Some packet certainly does not.
    Blocked,
    /// Neither; also where there was no packet to send.
    Undecided,
}

/// The outcomes of one flow, judged.
#[derive(Clone, Debug)]
pub struct Judgement<'o> {
    pub standing: Standing,
    /// Exactly the packets that are in no delivering outcome.
    pub blocked: Packets,
    /// The packets that are in delivering and in failing outcomes.
    pub undecided: Packets,
    /// The outcome to show first: a failing one of a blocked packet, an open one, a delivering one.
    pub deciding: Option<&'o Outcome>,
    /// Sorted and unique; what decides the undecided packets. Empty unless `standing` is `Undecided`.
    pub doubts: Vec<Doubt>,
    /// Sorted and unique; those of every outcome that the standing rests on.
    pub assumptions: Vec<Assumption>,
}

/// Whether packets of this outcome may arrive. An unknown end may be an arrival.
#[must_use]
pub fn may_deliver(outcome: &Outcome) -> bool {
    matches!(outcome.disposition, Disposition::Delivered | Disposition::Unknown)
}

/// Whether packets of this outcome may be lost. An unknown end may be a loss.
#[must_use]
pub fn may_fail(outcome: &Outcome) -> bool {
    outcome.disposition != Disposition::Delivered
}

/// All packets that were sent.
#[must_use]
pub fn sent(outcomes: &[Outcome]) -> Packets {
    packets(outcomes, |_| true)
}

/// The packets that are in no failing outcome: they arrive whatever the unknowns turn out to be.
#[must_use]
pub fn delivered_certainly(outcomes: &[Outcome]) -> Packets {
    packets(outcomes, |outcome| outcome.disposition == Disposition::Delivered)
        .difference(&packets(outcomes, may_fail))
}

/// The packets that are in no delivering outcome: they are lost whatever the unknowns turn out to be.
#[must_use]
pub fn blocked_certainly(outcomes: &[Outcome]) -> Packets {
    packets(outcomes, may_fail).difference(&packets(outcomes, may_deliver))
}

/// The packets that may arrive.
#[must_use]
pub fn delivered_possibly(outcomes: &[Outcome]) -> Packets {
    packets(outcomes, may_deliver)
}

/// The verdict on a flow. A blocked part is enough to block a flow to every address; a flow to one
/// unknown address is blocked only where every address has a blocked packet.
#[must_use]
pub fn judge(outcomes: &[Outcome], destination: Destination) -> Judgement<'_> {
    let nothing_sent = outcomes.iter().all(|outcome| outcome.packets.is_empty());
    let fails = packets(outcomes, may_fail);
    // Where nothing fails, what arrives need not be told apart.
    let arrives = match fails.is_empty() {
        true => Packets::none(),
        false => packets(outcomes, may_deliver),
    };
    let blocked = fails.difference(&arrives);
    let undecided = fails.intersection(&arrives);
    let blocks = match destination {
        Destination::Every => !blocked.is_empty(),
        Destination::OneUnknown => {
            !blocked.is_empty() && sent(outcomes).destinations().is_subset(&blocked.destinations())
        }
    };
    let standing = if blocks {
        Standing::Blocked
    } else if nothing_sent || !fails.is_empty() {
        Standing::Undecided
    } else {
        Standing::Delivered
    };
    let rests_on: Vec<&Outcome> = match standing {
        Standing::Blocked => meeting(outcomes, &blocked).collect(),
        Standing::Delivered => outcomes.iter().collect(),
        Standing::Undecided => meeting(outcomes, &fails).collect(),
    };
    let doubts: BTreeSet<&Doubt> = match standing {
        Standing::Undecided => rests_on.iter().flat_map(|outcome| &outcome.doubts).collect(),
        Standing::Blocked | Standing::Delivered => BTreeSet::new(),
    };
    let assumptions: BTreeSet<&Assumption> =
        rests_on.iter().flat_map(|outcome| &outcome.assumptions).collect();
    Judgement {
        standing,
        deciding: deciding(&rests_on, standing),
        doubts: doubts.into_iter().cloned().collect(),
        assumptions: assumptions.into_iter().cloned().collect(),
        blocked,
        undecided,
    }
}

/// Certain outcomes are shown before possible ones, failures before arrivals.
fn deciding<'o>(outcomes: &[&'o Outcome], standing: Standing) -> Option<&'o Outcome> {
    outcomes.iter().copied().min_by_key(|outcome| {
        let unknown = outcome.disposition == Disposition::Unknown;
        let arrives = outcome.disposition == Disposition::Delivered;
        match standing {
            // Where the address itself is not known, certain ends are no answer: open ones come first.
            Standing::Undecided => (arrives, outcome.certain, !unknown),
            Standing::Blocked | Standing::Delivered => (arrives, !outcome.certain, unknown),
        }
    })
}

fn meeting<'o>(outcomes: &'o [Outcome], packets: &Packets) -> impl Iterator<Item = &'o Outcome> {
    outcomes.iter().filter(move |outcome| {
        outcome
            .packets
            .cubes()
            .iter()
            .any(|cube| packets.intersects_cube(cube))
    })
}

fn packets(outcomes: &[Outcome], which: impl Fn(&Outcome) -> bool) -> Packets {
    let chosen = outcomes.iter().filter(|outcome| which(outcome));
    chosen.fold(Packets::none(), |mut all, outcome| {
        all.add(&outcome.packets);
        all
    })
}
