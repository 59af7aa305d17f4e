//! Replies: what has been delivered is answered, and the answer has to come back through every point
//! that keeps state, with every rewriting undone.

use std::sync::Arc;

use super::part::Part;
use super::walk::{Walk, node_hop, too_many};
use super::{Decision, Hop};
use crate::network::model::{Disposition, Filter, Node, NodeId};
use crate::traffic::Addresses;

impl Walk<'_, '_> {
    /// Answers a delivered part from the node it has reached; `parent` holds the address of a service
    /// that has no routes of its own.
    pub(super) fn reply(&mut self, id: NodeId, parent: Option<NodeId>, part: Part) {
        let Some(node) = self.graph.network().node(id) else {
            return self.unknown(part, [too_many("nodes that are not in the network")]);
        };
        let mut part = part.turned();
        part.undo_while(|undo| undo.node == id);
        part.visit(id);
        for part in self.through(part, &node.sends, id) {
            match parent {
                Some(parent) if node.routes.is_empty() => self.queue.push((parent, part)),
                _ => self.onward(id, node, part),
            }
        }
    }

    /// Where a part is bound for: on the way back the node that translated its source, or the sender.
    pub(super) fn target(&self, part: &Part) -> Option<NodeId> {
        if part.back.is_none() {
            return self.flow.to;
        }
        Some(part.translator().unwrap_or(self.flow.from))
    }

    /// A reply has arrived where it is bound for, or goes on.
    pub(super) fn onward(&mut self, id: NodeId, node: &Node, mut part: Part) {
        if self.target(&part) != Some(id) {
            if self.graph.network().internet == Some(id)
                && let Some((home, passed)) = part.returns_by_itself()
            {
                return self.return_to(home, passed, part);
            }
            return self.route(id, node, &part);
        }
        if part.translator().is_some() {
            // A later rewriting has not been undone: its point was not on the way back.
            let because = "the reply arrives without the rewriting undone that was done further on";
            part.hop(node_hop(node, Decision::Denied, because.into()));
            return self.end(&part, Disposition::AsymmetricReturn);
        }
        for part in self.through(part, &node.receives, id) {
            self.home(node, part);
        }
    }

    /// The reply is back at the sender, if it has passed all that it had to.
    fn home(&mut self, node: &Node, mut part: Part) {
        let network = self.graph.network();
        let missed = part.back.as_ref().and_then(|back| {
            let mut passes = back.passes.iter().filter(|pass| pass.transit && pass.stateful);
            passes
                .find(|pass| !part.has_returned(&pass.point))
                .map(|pass| pass.filter)
        });
        let unchanged = part.parcels.iter().all(|parcel| parcel.undo.is_none());
        let hop = match missed.and_then(|id| network.filter(id)) {
            Some(filter) => part.let_out_by(filter).unwrap_or_else(|| {
                let because = format!("the reply does not come back through `{}`", filter.name);
                node_hop(node, Decision::Denied, because)
            }),
            None if !unchanged => {
                let because = "the reply comes from an address that was never asked";
                node_hop(node, Decision::Denied, because.into())
            }
            None => return self.end(&part, Disposition::Delivered),
        };
        part.hop(hop);
        self.end(&part, Disposition::AsymmetricReturn);
    }

    /// What left by a public address comes back to it, the way it went.
    pub(super) fn return_to(&mut self, home: NodeId, passed: usize, mut part: Part) {
        if let Some(back) = part.back.clone() {
            for pass in back.passes.iter().skip(passed) {
                part.returned.push(Arc::clone(&pass.point));
            }
        }
        part.undo_while(|undo| undo.passed > passed);
        self.queue.push((home, part));
    }
}

impl Part {
    /// The rule of a filter that let the packets out with their own source: that is where a reply which
    /// does not come back through the filter can be helped.
    fn let_out_by(&self, filter: &Filter) -> Option<Hop> {
        let mut out = self.back.as_ref()?.newest_hops();
        let own = |hop: &&Hop| {
            let mut lines = filter.lines.iter();
            hop.decision == Decision::Allowed
                && lines.any(|line| line.written == hop.written && Some(&line.name) == hop.rule.as_ref())
        };
        let because = format!(
            "it lets the packets out with their own source, and the replies do not come back through `{}`",
            filter.name
        );
        Some(Hop {
            decision: Decision::Denied,
            because: because.into(),
            ..out.find(own)?.clone()
        })
    }

    /// The node that gave the packets the source address that a reply goes to now.
    fn translator(&self) -> Option<NodeId> {
        self.translation().map(|(node, _)| node)
    }

    fn translation(&self) -> Option<(NodeId, usize)> {
        // All parcels of a part have gone through the same rewritings.
        let parcel = self.parcels.first()?;
        let undo = parcel.rewritings().find(|undo| undo.rewrites_source())?;
        Some((undo.node, undo.passed))
    }

    /// Where a reply comes back to by construction: a public address that a node translated to.
    pub(super) fn returns_by_itself(&self) -> Option<(NodeId, usize)> {
        self.back.as_ref()?;
        let public = Addresses::public();
        let all = self
            .parcels
            .iter()
            .all(|parcel| parcel.view.source.is_subset(&public));
        self.translation().filter(|_| all)
    }
}
