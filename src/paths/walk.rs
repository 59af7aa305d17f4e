//! One walk of a flow: the set of packets travels from its node through every route and filter it may
//! meet, is split where parts of it fare differently, and each part keeps its hops.

use std::sync::Arc;

use super::graph::Graph;
use super::{Flow, Outcome};
use crate::network::model::{Disposition, Doubt};

/// Sends the flow. The outcomes' packets cover those of the flow: every packet is in at least one
/// outcome, and in several where unknowns or equal routes leave several possible.
#[must_use]
pub fn walk(_graph: &Graph<'_>, flow: &Flow) -> Vec<Outcome> {
    vec![Outcome {
        packets: flow.packets.clone(),
        disposition: Disposition::Unknown,
        certain: false,
        doubts: vec![Doubt {
            what: Arc::from("the way of this flow"),
            decided_by: Arc::from("a version of this tool that follows it"),
            at: None,
        }],
        assumptions: Vec::new(),
        hops: Vec::new(),
    }]
}
