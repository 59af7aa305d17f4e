//! The network as a graph that packets can be sent through: petgraph holds its shape, and each node's
//! forwarding table and each filter's index are compiled when the first packet meets them.

use std::sync::OnceLock;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::filter::CompiledFilter;
use super::table::Table;
use crate::network::model::{FilterId, LinkId, Network, Node, NodeId};

/// A network, ready for walks. Building costs a pass over nodes and links; a walk pays for the tables
/// and filters it meets, once.
#[derive(Debug)]
pub struct Graph<'n> {
    network: &'n Network,
    shape: DiGraph<NodeId, LinkId>,
    tables: Vec<OnceLock<Table>>,
    filters: Vec<OnceLock<CompiledFilter>>,
}

impl<'n> Graph<'n> {
    #[must_use]
    pub fn new(network: &'n Network) -> Graph<'n> {
        let mut shape = DiGraph::with_capacity(network.nodes.len(), network.links.len());
        for id in (0..).map(NodeId).take(network.nodes.len()) {
            shape.add_node(id);
        }
        for (id, link) in (0..).map(LinkId).zip(&network.links) {
            // A link whose end is not in the network leads nowhere: walks treat it as unknown.
            if network.node(link.from).is_some() && network.node(link.to).is_some() {
                shape.add_edge(index(link.from), index(link.to), id);
            }
        }
        Graph {
            network,
            shape,
            tables: network.nodes.iter().map(|_| OnceLock::new()).collect(),
            filters: network.filters.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    #[must_use]
    pub fn network(&self) -> &'n Network {
        self.network
    }

    /// The shape alone: node weights are the network's node ids in order, edge weights its link ids.
    #[must_use]
    pub fn shape(&self) -> &DiGraph<NodeId, LinkId> {
        &self.shape
    }

    /// Whether a link leads from one of the two to the other.
    #[must_use]
    pub fn adjacent(&self, one: NodeId, other: NodeId) -> bool {
        let (one, other) = (index(one), index(other));
        self.shape.contains_edge(one, other) || self.shape.contains_edge(other, one)
    }

    /// The node, if nothing leads to it and something about it is not known: where it is, then. What
    /// is meant for it may be delivered, and the way there says nothing about it.
    pub(super) fn adrift(&self, id: NodeId) -> Option<&'n Node> {
        let node = self.network.node(id).filter(|node| !node.obscured.is_empty())?;
        let mut ways = self.shape.neighbors_directed(index(id), Direction::Incoming);
        let hosted = |node: &Node| node.hosts.iter().any(|hosted| hosted.node == id);
        (ways.next().is_none() && !self.network.nodes.iter().any(hosted)).then_some(node)
    }

    /// Compiles every table and filter now, not when a packet meets it.
    pub fn compile(&self) {
        for (id, _) in (0..).zip(&self.network.nodes) {
            self.table(NodeId(id));
        }
        for (id, _) in (0..).zip(&self.network.filters) {
            self.filter(FilterId(id));
        }
    }

    pub(super) fn table(&self, id: NodeId) -> Option<&Table> {
        let node = self.network.node(id)?;
        let cell = self.tables.get(id.0 as usize)?;
        Some(cell.get_or_init(|| Table::new(&node.routes)))
    }

    pub(super) fn filter(&self, id: FilterId) -> Option<&CompiledFilter> {
        let filter = self.network.filter(id)?;
        let cell = self.filters.get(id.0 as usize)?;
        Some(cell.get_or_init(|| CompiledFilter::new(filter)))
    }
}

fn index(id: NodeId) -> NodeIndex {
    NodeIndex::new(id.0 as usize)
}
