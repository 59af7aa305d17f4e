//! The algebra of verdicts: what parts decide together.

use super::finding::{FlowProof, Reason, Verdict};
use crate::network::model::{Assumption, Doubt, Written};
use crate::paths::Decision;

/// What is decided about a row, or about a part of it.
#[derive(Clone, Debug)]
pub struct Decided {
    pub verdict: Verdict,
    pub flows: Vec<FlowProof>,
    pub reasons: Vec<Reason>,
    pub unknowns: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

impl Decided {
    fn of(verdict: Verdict) -> Decided {
        Decided {
            verdict,
            flows: Vec::new(),
            reasons: Vec::new(),
            unknowns: Vec::new(),
            assumptions: Vec::new(),
        }
    }

    /// Decided by a fact.
    #[must_use]
    pub fn by(verdict: Verdict, place: &str, because: impl Into<String>, written: &Written) -> Decided {
        let decision = match verdict {
            Verdict::Satisfied => Decision::Allowed,
            Verdict::Violated => Decision::Denied,
            Verdict::NotApplicable => Decision::Forwarded,
            Verdict::Undetermined => Decision::Unknown,
        };
        let reason = Reason {
            place: place.into(),
            decision,
            because: because.into().into(),
            written: written.clone(),
        };
        Decided {
            reasons: vec![reason],
            ..Decided::of(verdict)
        }
    }

    #[must_use]
    pub fn unknown(doubts: impl IntoIterator<Item = Doubt>) -> Decided {
        Decided {
            unknowns: doubts.into_iter().collect(),
            ..Decided::of(Verdict::Undetermined)
        }
    }

    /// A fact that is not known, at the thing it is about.
    #[must_use]
    pub fn unknown_at(place: &str, because: &str, doubt: Doubt, written: &Written) -> Decided {
        Decided {
            unknowns: vec![doubt],
            ..Decided::by(Verdict::Undetermined, place, because, written)
        }
    }

    #[must_use]
    pub fn assuming(mut self, assumptions: impl IntoIterator<Item = Assumption>) -> Decided {
        self.assumptions.extend(assumptions);
        self
    }

    #[must_use]
    pub fn flow(flow: FlowProof) -> Decided {
        Decided {
            verdict: flow.verdict,
            unknowns: flow.unknowns.clone(),
            assumptions: flow.assumptions.clone(),
            flows: vec![flow],
            reasons: Vec::new(),
        }
    }

    /// Every part must hold: one that is certainly violated is enough, and one that is open leaves
    /// the rest open. What does not apply does not count.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Decided>) -> Decided {
        let parts: Vec<Decided> = parts.into_iter().collect();
        let has = |verdict| parts.iter().any(|part| part.verdict == verdict);
        let verdict = if has(Verdict::Violated) {
            Verdict::Violated
        } else if has(Verdict::Undetermined) {
            Verdict::Undetermined
        } else if has(Verdict::Satisfied) {
            Verdict::Satisfied
        } else {
            Verdict::NotApplicable
        };
        gather(verdict, parts)
    }

    /// One of these is the case, and `doubts` keep it open which: decided only where all agree.
    #[must_use]
    pub fn either(alternatives: Vec<Decided>, doubts: &[Doubt]) -> Decided {
        let first = alternatives.first().map(|first| first.verdict);
        let agreed = first.filter(|first| alternatives.iter().all(|other| other.verdict == *first));
        let open = agreed.is_none();
        let mut together = gather(agreed.unwrap_or(Verdict::Undetermined), alternatives);
        if open || together.verdict == Verdict::Undetermined {
            together.unknowns.extend(doubts.iter().cloned());
        }
        together
    }

    /// With its assumptions sorted, each once.
    #[must_use]
    pub fn in_order(mut self) -> Decided {
        self.assumptions.sort();
        self.assumptions.dedup();
        self
    }

    /// Sorted, each once; assumptions and unknowns of parts that do not bear the verdict are gone.
    #[must_use]
    pub fn settled(mut self) -> Decided {
        if self.verdict != Verdict::Undetermined {
            self.unknowns.clear();
        }
        if self.verdict == Verdict::Violated {
            let of_the_violated = self
                .flows
                .iter()
                .filter(|flow| flow.verdict == Verdict::Violated)
                .flat_map(|flow| flow.assumptions.iter().cloned());
            let bearing: Vec<Assumption> = of_the_violated.collect();
            if !bearing.is_empty() || self.flows.iter().any(|flow| flow.verdict == Verdict::Violated) {
                self.assumptions.retain(|assumption| bearing.contains(assumption));
            }
        }
        self.unknowns.sort();
        self.unknowns.dedup();
        self = self.in_order();
        // What decides comes first; the order among equals stays.
        self.flows.sort_by_key(|flow| rank(flow.verdict));
        self.reasons.sort_by_key(|reason| match reason.decision {
            Decision::Denied => 0,
            Decision::Unknown => 1,
            _ => 2,
        });
        self
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Violated => 0,
        Verdict::Undetermined => 1,
        Verdict::Satisfied => 2,
        Verdict::NotApplicable => 3,
    }
}

fn gather(verdict: Verdict, parts: Vec<Decided>) -> Decided {
    let mut all = Decided::of(verdict);
    for part in parts {
        all.flows.extend(part.flows);
        all.reasons.extend(part.reasons);
        all.unknowns.extend(part.unknowns);
        all.assumptions.extend(part.assumptions);
    }
    all
}
