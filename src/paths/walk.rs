//! One walk of a flow: the set of packets travels from its node through every route and filter it may
//! meet, is split where parts of it fare differently, and each part keeps its hops.

use std::sync::Arc;

use super::graph::Graph;
use super::part::Part;
use super::{Decision, Flow, FlowName, Hop, Outcome};
use crate::network::model::{Disposition, Doubt, Node, NodeId};
use crate::traffic::{Addresses, range_text};

/// Sends the flow. The outcomes' packets cover those of the flow: every packet is in at least one
/// outcome, and in several where unknowns or equal routes leave several possible. What is delivered
/// has been answered too: replies that do not come back are outcomes of their own.
#[must_use]
pub fn walk(graph: &Graph<'_>, flow: &Flow) -> Vec<Outcome> {
    let mut walk = Walk {
        graph,
        flow,
        outcomes: Vec::new(),
        queue: Vec::new(),
        budget: MOST_PARTS,
    };
    walk.run();
    walk.outcomes
}

/// Beyond this many parts a walk gives up rather than grow without bound.
const MOST_PARTS: usize = 6_000;

pub(super) struct Walk<'g, 'n> {
    pub(super) graph: &'g Graph<'n>,
    pub(super) flow: &'g Flow,
    outcomes: Vec<Outcome>,
    /// Parts that arrive at a node next.
    pub(super) queue: Vec<(NodeId, Part)>,
    budget: usize,
}

impl Walk<'_, '_> {
    fn run(&mut self) {
        if self.flow.packets.is_empty() {
            return;
        }
        let part = Part::start(&self.flow.packets);
        if let Some(adrift) = self.flow.to.and_then(|to| self.graph.adrift(to)) {
            return self.obscured(part, adrift);
        }
        self.begin(part);
        while let Some((id, part)) = self.queue.pop() {
            if self.spend() {
                self.arrive(id, part);
            } else {
                self.unknown(part, [too_many("ways of this flow")]);
            }
        }
    }

    fn begin(&mut self, mut part: Part) {
        let id = self.flow.from;
        let Some(node) = self.graph.network().node(id) else {
            self.unknown(part, [too_many("nodes that are not in the network")]);
            return;
        };
        part.visit(id);
        if !node.obscured.is_empty() {
            return self.obscured(part, node);
        }
        for part in self.through(part, &node.sends, id) {
            self.settle(id, node, part);
        }
    }

    fn arrive(&mut self, id: NodeId, mut part: Part) {
        let Some(node) = self.graph.network().node(id) else {
            self.unknown(part, [too_many("nodes that are not in the network")]);
            return;
        };
        if !node.obscured.is_empty() {
            return self.obscured(part, node);
        }
        if part.back.is_some() {
            part.undo_while(|undo| undo.node == id);
        }
        if !part.visit(id) {
            part.hop(node_hop(
                node,
                Decision::Denied,
                "the packets have been here before: the routes lead in a circle".into(),
            ));
            return self.end(&part, Disposition::Loop);
        }
        for part in self.through(part, &node.inspects, id) {
            if part.back.is_some() {
                self.onward(id, node, part);
            } else {
                self.settle(id, node, part);
            }
        }
    }

    /// What crosses a node that is not understood may fare in any way.
    pub(super) fn obscured(&mut self, mut part: Part, node: &Node) {
        part.hop(node_hop(
            node,
            Decision::Unknown,
            "what it does with the packets is not modelled".into(),
        ));
        self.unknown(part, node.obscured.iter().cloned());
    }

    /// Delivers what is meant for this node; the rest goes on.
    fn settle(&mut self, id: NodeId, node: &Node, part: Part) {
        let (here, maybe) = match self.flow.to {
            Some(to) if to == id || node.hosts.iter().any(|hosted| hosted.node == to) => {
                (node.addresses.upper.clone(), Addresses::none())
            }
            Some(_) => (Addresses::none(), Addresses::none()),
            None => {
                let (lower, upper) = (&node.addresses.lower, &node.addresses.upper);
                (lower.clone(), upper.difference(lower))
            }
        };
        if let Some(part) = part.addressed(&here) {
            self.deliver(id, node, part);
        }
        if let Some(mut part) = part.addressed(&maybe) {
            part.doubt(node.addresses.doubts.iter().cloned());
            self.deliver(id, node, part.clone());
            self.route(id, node, &part);
        }
        if let Some(part) = part.addressed(&here.union(&maybe).complement()) {
            self.route(id, node, &part);
        }
    }

    pub(super) fn deliver(&mut self, id: NodeId, node: &Node, part: Part) {
        let hosted = node.hosts.iter().find(|hosted| {
            self.flow.to == Some(hosted.node)
                || matches!(&self.flow.name, Some(FlowName::Known(name)) if *name == hosted.name)
        });
        for mut part in self.through(part, &node.receives, id) {
            let destinations = part.destinations();
            part.hop(node_hop(
                node,
                Decision::Forwarded,
                format!("{} is here", brief(&destinations)),
            ));
            match hosted {
                Some(hosted) => self.deliver_behind(hosted.node, id, part),
                None => self.reply(id, None, part),
            }
        }
    }

    /// A service behind the node that holds its address has filters of its own.
    fn deliver_behind(&mut self, id: NodeId, parent: NodeId, part: Part) {
        let Some(node) = self.graph.network().node(id) else {
            return self.unknown(part, [too_many("nodes that are not in the network")]);
        };
        if !node.obscured.is_empty() {
            return self.obscured(part, node);
        }
        for part in self.through(part, &node.inspects, id) {
            for mut part in self.through(part, &node.receives, id) {
                part.hop(node_hop(node, Decision::Forwarded, "the name leads to it".into()));
                self.reply(id, Some(parent), part);
            }
        }
    }

    /// Takes one from the budget of parts; false when nothing is left.
    pub(super) fn spend(&mut self) -> bool {
        let left = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        left
    }

    pub(super) fn end(&mut self, part: &Part, disposition: Disposition) {
        let mut outcome = part.end(disposition);
        if disposition == Disposition::Unknown && outcome.doubts.is_empty() {
            let place = outcome.hops.last().map_or("the sender", |hop| &hop.place);
            outcome.doubts.push(Doubt {
                what: format!("how `{place}` treats these packets").into(),
                decided_by: Arc::from("a part of the network that is modelled"),
                at: outcome.hops.last().and_then(|hop| hop.written.at),
            });
        }
        self.outcomes.push(outcome);
    }

    pub(super) fn unknown(&mut self, mut part: Part, doubts: impl IntoIterator<Item = Doubt>) {
        part.doubt(doubts);
        self.end(&part, Disposition::Unknown);
    }
}

/// A hop that is decided at a node itself.
pub(super) fn node_hop(node: &Node, decision: Decision, because: String) -> Hop {
    Hop {
        place: Arc::clone(&node.name),
        kind: node.kind,
        decision,
        rule: None,
        because: because.into(),
        written: node.written.clone(),
        reply: false,
    }
}

/// What was given up, as a doubt.
pub(super) fn too_many(what: &str) -> Doubt {
    Doubt {
        what: what.into(),
        decided_by: Arc::from("fewer unknown rules and routes: these are too many to follow"),
        at: None,
    }
}

/// A set of addresses in a few words.
pub(super) fn brief(addresses: &Addresses) -> String {
    const SHOWN: usize = 3;
    if addresses.is_all() {
        return String::from("any address");
    }
    let ranges = addresses.ranges();
    let shown: Vec<String> = ranges
        .iter()
        .take(SHOWN)
        .map(|(low, high)| range_text(*low, *high))
        .collect();
    match ranges.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more ranges", shown.join(", ")),
    }
}
