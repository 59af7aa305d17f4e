//! BUILD: the flow graph and packets travelling over it.
//!
//! This stage knows packets and the graph; it has heard neither of Azure nor of Terraform nor of
//! requirements. One walk follows a set of packets from a node through every route and filter it may
//! meet. The set is split where parts of it fare differently; each part keeps its hops. Where an
//! unknown decides, a part goes both ways and says so.

mod answer;
mod chain;
mod filter;
mod graph;
mod naming;
mod part;
mod pass;
mod reply;
mod route;
mod table;
mod verdict;
mod walk;
mod zones;

pub use graph::Graph;
pub use naming::resolve;
pub use verdict::{
    Destination, Judgement, Standing, blocked_certainly, delivered_certainly, delivered_possibly, judge,
    may_deliver, may_fail, sent,
};
pub use walk::walk;

use std::sync::Arc;

use crate::network::model::{Assumption, Disposition, Doubt, HopKind, NodeId, Written};
use crate::traffic::{Addresses, Packets};

/// What is sent: every packet of a set, from one node.
#[derive(Clone, Debug)]
pub struct Flow {
    pub from: NodeId,
    pub packets: Packets,
    /// The name the destination was resolved from, where there is one.
    pub name: Option<FlowName>,
    /// The node it is meant for: a private endpoint known only by its subnet, a role's node. Without
    /// it the flow is delivered wherever its destination address lives.
    pub to: Option<NodeId>,
}

/// The name a client asks for: rules on names match it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowName {
    /// Lower case, without final dot.
    Known(Arc<str>),
    /// Some name that nobody has told.
    Unknown,
}

/// How a part of the flow fares. The parts' packets cover the flow; the same packets stand in several
/// outcomes exactly where unknowns (or equal routes) leave several possible.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As sent, before any rewriting.
    pub packets: Packets,
    pub disposition: Disposition,
    /// Whether these packets certainly end so; otherwise `doubts` says what decides it.
    pub certain: bool,
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
    /// Everything passed, in order, the last one deciding.
    pub hops: Vec<Hop>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// The resource: a node's, a link's or a filter's name.
    pub place: Arc<str>,
    pub kind: HopKind,
    pub decision: Decision,
    /// The deciding rule or route, where one has a name.
    pub rule: Option<Arc<str>>,
    pub because: Arc<str>,
    pub written: Written,
    /// Whether this hop is on the way back.
    pub reply: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    Allowed,
    Denied,
    Forwarded,
    Rewritten,
    Unknown,
}

/// What a resolver answers to a client (see `naming`).
#[derive(Clone, Debug)]
pub struct Answer {
    pub resolved: Resolved,
    /// Whether this is certainly the answer; several uncertain answers stand beside each other.
    pub certain: bool,
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
    /// One `dns` hop per server asked, in order.
    pub hops: Vec<Hop>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// The private endpoint at this node.
    Endpoint(NodeId),
    /// A record of a private zone.
    Private(Addresses),
    /// The address that public DNS gives.
    Public,
    /// The chain answers nothing.
    Nothing,
}
