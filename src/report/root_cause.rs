//! Findings grouped by what causes them: one route that blocks nine requirements is one finding.

use std::sync::Arc;

use crate::network::model::{Disposition, Written};
use crate::paths::{Decision, Hop};
use crate::prove::finding::{FlowProof, Proof, Verdict};

/// Requirements that fail (or stay open) at the same place for the same reason.
#[derive(Debug)]
pub struct RootCause<'a> {
    /// In the order of the report; never empty.
    pub proofs: Vec<&'a Proof>,
    /// The place that decides the first of them.
    pub place: Arc<str>,
    pub because: Arc<str>,
    pub rule: Option<Arc<str>>,
    pub written: Written,
}

/// Groups the proofs that have `verdict` and are not suppressed, in order of first appearance.
#[must_use]
pub fn root_causes<'a>(proofs: &'a [Proof], verdict: Verdict) -> Vec<RootCause<'a>> {
    let mut causes: Vec<RootCause<'a>> = Vec::new();
    for proof in proofs
        .iter()
        .filter(|proof| proof.verdict == verdict && proof.suppressed.is_none())
    {
        let cause = cause_of(proof);
        let known = causes.iter_mut().find(|known| {
            known.place == cause.place
                && known.rule == cause.rule
                && known.written == cause.written
                && known.because == cause.because
                && same_severity(known, proof)
        });
        match known {
            Some(known) => known.proofs.push(proof),
            None => causes.push(cause),
        }
    }
    causes
}

fn same_severity(cause: &RootCause<'_>, proof: &Proof) -> bool {
    cause
        .proofs
        .first()
        .is_some_and(|first| first.severity == proof.severity)
}

/// The flow that decides a proof: the first that has its verdict.
#[must_use]
pub fn deciding_flow(proof: &Proof) -> Option<&FlowProof> {
    proof
        .flows
        .iter()
        .find(|flow| flow.verdict == proof.verdict)
        .or_else(|| proof.flows.first())
}

/// The hop that decides a flow: the last that is not a plain step; the last one otherwise.
#[must_use]
pub fn deciding_hop(flow: &FlowProof) -> Option<&Hop> {
    if flow.disposition == Disposition::Delivered {
        return flow.hops.last();
    }
    flow.hops
        .iter()
        .rev()
        .find(|hop| matches!(hop.decision, Decision::Denied | Decision::Unknown))
        .or_else(|| flow.hops.last())
}

/// What decides one proof.
#[must_use]
pub fn cause_of(proof: &Proof) -> RootCause<'_> {
    if let Some(hop) = deciding_flow(proof).and_then(deciding_hop) {
        return RootCause {
            proofs: vec![proof],
            place: hop.place.clone(),
            because: hop.because.clone(),
            rule: hop.rule.clone(),
            written: hop.written.clone(),
        };
    }
    let reason = proof
        .decided_by
        .iter()
        .find(|reason| matches!(reason.decision, Decision::Denied | Decision::Unknown))
        .or_else(|| proof.decided_by.first());
    match reason {
        Some(reason) => RootCause {
            proofs: vec![proof],
            place: reason.place.clone(),
            because: reason.because.clone(),
            rule: None,
            written: reason.written.clone(),
        },
        // Nothing decided: what is not known stands for the cause.
        None => RootCause {
            proofs: vec![proof],
            place: proof
                .unknowns
                .first()
                .map_or_else(|| Arc::from(""), |doubt| doubt.what.clone()),
            because: proof
                .unknowns
                .first()
                .map_or_else(|| Arc::from(""), |doubt| doubt.decided_by.clone()),
            rule: None,
            written: Written {
                at: proof.unknowns.first().and_then(|doubt| doubt.at),
                ..Written::default()
            },
        },
    }
}
