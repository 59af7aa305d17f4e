//! From the inventory to nodes, routes, filters and name servers.

pub mod advertisement;
pub mod azure;
pub mod cloud_internet;
pub mod cloud_routes;
pub mod clouds;
pub mod datastores;
pub mod distributed_firewall;
pub mod dns_services;
pub mod forwarders;
pub mod gateway_firewall;
pub mod hints;
pub mod management;
pub mod naming;
pub mod not_understood;
pub mod nsx_groups;
pub mod nsx_nat;
pub mod nsx_rules;
pub mod owners;
pub mod part;
pub mod precedence;
pub mod segments;
pub mod services;
pub mod static_routes;
pub mod storage;
pub mod tier0_nat;
pub mod uplinks;

use std::collections::HashMap;
use std::sync::Arc;

use super::Declarations;
use super::catalogue::{Catalogue, Handle};
use super::inventory::Inventory;
use super::join::Thing;
use super::model::{Assumption, Bounded, Doubt, HopKind, LinkId, Network, Node, NodeId, Stamp, Written};
use super::service_tags::ServiceTags;
use crate::traffic::Addresses;

/// The network while it is built, with what it is built from.
#[derive(Debug)]
pub struct Fabric<'a> {
    pub catalogue: &'a Catalogue<'a>,
    pub inventory: &'a Inventory,
    pub declarations: &'a Declarations,
    pub tags: &'a ServiceTags,
    pub network: Network,
    /// The node that an instance became: a subnet's, a private endpoint's, a resolver endpoint's, a
    /// firewall's, a network interface's.
    pub nodes: HashMap<Handle, NodeId>,
    pub internet: NodeId,
    /// What instances that are not modelled may change.
    pub changed: HashMap<Handle, Doubt>,
    /// The private clouds' outer edges, to be wired to circuits.
    pub edges: Vec<Edge>,
}

/// Where a private cloud meets the world: its tier-0 and what it announces there.
#[derive(Debug)]
pub struct Edge {
    /// The private cloud.
    pub cloud: Handle,
    pub tier0: NodeId,
    /// vCenter, NSX Manager and hosts: they ignore a learned default route for private addresses.
    pub management: NodeId,
    /// From management to the tier-0.
    pub inward: LinkId,
    /// The DNS service's node; its questions take the tier-0's ways.
    pub dns: Option<NodeId>,
    pub announces: Vec<Announced>,
    /// Everything inside the private cloud.
    pub inside: Bounded<Addresses>,
}

/// A prefix that one routing domain tells another.
#[derive(Clone, Debug)]
pub struct Announced {
    pub destinations: Bounded<Addresses>,
    /// Of the prefix, for the longest match.
    pub length: u8,
    /// One clause: whose prefix it is.
    pub because: Arc<str>,
    pub written: Written,
    /// Non-empty: it may or may not be announced.
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

impl<'a> Fabric<'a> {
    #[must_use]
    pub fn new(
        catalogue: &'a Catalogue<'a>,
        inventory: &'a Inventory,
        declarations: &'a Declarations,
        tags: &'a ServiceTags,
    ) -> Fabric<'a> {
        let mut network = Network::default();
        let internet = network.add_node(node("the internet", HopKind::InternetEgress, Written::default()));
        if let Some(node) = network.nodes.get_mut(internet.0 as usize) {
            node.addresses = Bounded::exactly(Addresses::public());
        }
        network.internet = Some(internet);
        network.findings.clone_from(&inventory.findings);
        Fabric {
            catalogue,
            inventory,
            declarations,
            tags,
            network,
            nodes: HashMap::new(),
            internet,
            changed: HashMap::new(),
            edges: Vec::new(),
        }
    }

    /// The name of an instance in reports.
    #[must_use]
    pub fn name(&self, handle: Handle) -> Arc<str> {
        self.catalogue
            .view(handle)
            .map_or_else(|| "".into(), |view| view.address())
    }

    /// Adds a node for an instance and remembers both ways.
    pub fn add(&mut self, handle: Handle, node: Node) -> NodeId {
        let id = self.network.add_node(node);
        self.nodes.insert(handle, id);
        self.register(handle, Thing::Node(id));
        id
    }

    /// Lets the site file find an instance.
    pub fn register(&mut self, handle: Handle, thing: Thing) {
        self.network.index.register(self.catalogue, handle, thing);
    }

    #[must_use]
    pub fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.network.nodes.get_mut(id.0 as usize)
    }

    #[must_use]
    pub fn finish(mut self) -> Network {
        self.network.index.register_aliases(self.catalogue);
        self.network
    }
}

/// A node without addresses, routes and filters yet.
#[must_use]
pub fn node(name: impl Into<Arc<str>>, kind: HopKind, written: Written) -> Node {
    Node {
        name: name.into(),
        kind,
        written,
        addresses: Bounded::exactly(Addresses::none()),
        routes: Vec::new(),
        sends: Vec::new(),
        receives: Vec::new(),
        inspects: Vec::new(),
        hosts: Vec::new(),
        obscured: Vec::new(),
    }
}

/// The mark on packets that leave a subnet with a storage service endpoint: what
/// `virtual_network_subnet_ids` of a storage account admits. Subnets by their number in the inventory.
#[must_use]
pub fn subnet_stamp(subnet: usize) -> Stamp {
    format!("subnet:{subnet}").into()
}

/// The mark on packets that leave for the internet from a region: IP rules of a storage account in
/// that region do not see them. Regions compare without spaces and case.
#[must_use]
pub fn region_stamp(region: &str) -> Stamp {
    format!("region:{}", region.replace(' ', "").to_ascii_lowercase()).into()
}

/// The mark on packets that leave from a region that is not known.
pub const UNKNOWN_REGION: &str = "region of which nothing is known";
