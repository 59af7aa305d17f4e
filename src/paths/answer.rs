//! Answers of resolvers: how one is made, and what several say together.

use std::sync::Arc;

use super::{Answer, Decision, FlowName, Hop, Resolved};
use crate::network::model::{Doubt, HopKind, Written};

/// The answer that the last of these hops gives, for certain.
pub(super) fn answered(mut hops: Vec<Hop>, hop: Hop, resolved: Resolved) -> Answer {
    hops.push(hop);
    Answer {
        resolved,
        certain: true,
        doubts: Vec::new(),
        assumptions: Vec::new(),
        hops,
    }
}

pub(super) fn dns_hop(
    place: &str,
    decision: Decision,
    rule: Option<&Arc<str>>,
    because: String,
    written: &Written,
) -> Hop {
    Hop {
        place: place.into(),
        kind: HopKind::Dns,
        decision,
        rule: rule.filter(|name| !name.is_empty()).map(Arc::clone),
        because: because.into(),
        written: written.clone(),
        reply: false,
    }
}

/// A name in a sentence.
pub(super) fn said(name: &FlowName) -> String {
    match name {
        FlowName::Known(name) => format!("`{name}`"),
        FlowName::Unknown => String::from("the name"),
    }
}

/// What several answers say together: alike, they are one; different, each is only possible.
pub(super) fn agree(name: &FlowName, answers: Vec<Answer>) -> Vec<Answer> {
    let mut distinct: Vec<Answer> = Vec::new();
    for answer in answers {
        match distinct
            .iter_mut()
            .find(|other| other.resolved == answer.resolved)
        {
            Some(other) => {
                other.certain &= answer.certain;
                merge(&mut other.doubts, answer.doubts);
                merge(&mut other.assumptions, answer.assumptions);
            }
            None => distinct.push(answer),
        }
    }
    if let [answer] = distinct.as_mut_slice() {
        if answer.certain {
            answer.doubts.clear();
        }
        return distinct;
    }
    // What decides for one decides against the others.
    let mut doubts = Vec::new();
    for answer in &distinct {
        merge(&mut doubts, answer.doubts.clone());
    }
    if doubts.is_empty() {
        doubts.push(Doubt {
            what: format!("which answer for {} is used: there are several", said(name)).into(),
            decided_by: Arc::from("resolvers and records that answer alike"),
            at: None,
        });
    }
    for answer in &mut distinct {
        answer.certain = false;
        answer.doubts.clone_from(&doubts);
    }
    distinct
}

fn merge<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !all.contains(&item) {
            all.push(item);
        }
    }
}
