//! Azure's own networking, and the wiring of circuits to private clouds.
//!
//! Each virtual network has a node of its own: whatever is delivered into the network comes through it
//! to a subnet, a firewall or an endpoint. What a subnet, a firewall or a gateway does with a packet is
//! decided by its effective routes (Microsoft Learn, "Virtual network traffic routing").

mod admin_rules;
mod balancers;
mod between_networks;
mod dns_proxy;
mod egress;
mod endpoints;
mod exchange;
mod filters;
mod firewall;
mod gateways;
mod hub_branches;
mod hub_routes;
mod hub_statics;
mod hub_tables;
mod hub_tells;
mod interface_groups;
mod invalid;
mod layout;
mod management;
mod native_clouds;
mod next_hops;
mod on_premises;
mod peerings;
mod pools;
mod reach;
mod routes;
mod rules;
mod service_endpoints;
mod translation;
mod user_routes;
mod wan;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Announced, Fabric};
use crate::network::catalogue::Handle;
use crate::network::inventory::wan::{Preference, Routing};
use crate::network::model::{
    Assumption, Bounded, Disposition, Doubt, FilterId, Forward, HopKind, Link, LinkId, NodeId, Route, Stamp,
    Written,
};
use crate::traffic::Addresses;

/// Among routes of one length: explicit user routes, then those of tags, then learned ones, then the
/// system's.
pub(super) const USER: u8 = 0;
pub(super) const LEARNED: u8 = 5;
/// Up to this, learned routes in their order of preference.
pub(super) const SYSTEM: u8 = 12;
/// What may lead anywhere, behind everything that is known.
pub(super) use super::cloud_routes::LAST;

pub fn build(fabric: &mut Fabric<'_>) {
    let mut azure = layout::lay_out(fabric);
    azure.find_native_clouds();
    azure.find_peers();
    azure.place_endpoints();
    azure.place_balancers();
    azure.place_far_ends();
    azure.place_gateways();
    azure.place_hubs();
    azure.exchange();
    azure.reach();
    azure.route_native_clouds();
    azure.route_networks();
    azure.route_subnets();
    azure.place_dns_proxies();
    azure.route_endpoints();
    azure.route_balancers();
    azure.filter_subnets();
    azure.filter_native_clouds();
    azure.filter_balancers();
    azure.filter_firewalls();
    azure.find_invalid();
    azure.tell_management();
    azure.keep_management_off_default_routes();
}

/// What is known of Azure while its nodes are made. Networks and subnets have the numbers that they
/// have in the inventory.
struct Azure<'f, 'a> {
    fabric: &'f mut Fabric<'a>,
    networks: Vec<Net>,
    subnets: Vec<Sub>,
    by_network: HashMap<Handle, usize>,
    by_subnet: HashMap<(Handle, Option<usize>), usize>,
    /// Private clouds that live in a network.
    natives: Vec<native_clouds::Native>,
    firewalls: HashMap<Handle, Wall>,
    gateways: Vec<Gate>,
    hubs: Vec<HubState>,
    /// On-premises sites and whatever else a circuit or tunnel leads to.
    far: Vec<Far>,
    far_of: HashMap<Handle, usize>,
    endpoints: Vec<Endpoint>,
    balancers: Vec<BalancerState>,
    /// Appliances that are not modelled, by name.
    appliances: HashMap<Arc<str>, NodeId>,
    /// One link for each pair of nodes and name.
    links: HashMap<(NodeId, NodeId, Arc<str>), LinkId>,
}

#[derive(Debug)]
struct Net {
    node: NodeId,
    subnets: Vec<usize>,
    /// Peers that packets go to, with what they meet on the way.
    peers: Vec<Peer>,
    /// What its subnets learn from gateways and hubs.
    learned: Vec<Learned>,
    /// Prefixes that a private cloud living in it adds to its own.
    programmed: Vec<Announced>,
    /// A peering or the like leads to a network that no input defines.
    beyond: Vec<Doubt>,
}

/// Both halves of a peering exist, seen from one side.
#[derive(Clone, Debug)]
struct Peer {
    net: usize,
    name: Arc<str>,
    written: Written,
    doubts: Vec<Doubt>,
    assumptions: Vec<Assumption>,
    /// Whether the peer takes packets that did not begin in this network, and where it says so.
    takes_forwarded: Result<bool, Doubt>,
    takes_forwarded_written: Written,
    /// This side gives its gateway to the peer.
    gives_gateway: Result<bool, Doubt>,
}

#[derive(Clone, Debug)]
struct Learned {
    announced: Announced,
    /// The gateway or hub that the packets go to, and what leads there.
    via: NodeId,
    name: Arc<str>,
    kind: HopKind,
}

#[derive(Debug)]
struct Sub {
    net: Option<usize>,
    /// Where its packets begin: its own node, a firewall's.
    node: NodeId,
    role: Role,
    groups: Vec<(Handle, Vec<Doubt>)>,
    tables: Vec<(Handle, Vec<Doubt>)>,
    /// A group that is not known applies, or may apply.
    unknown_groups: Vec<Doubt>,
    /// Prefixes whose next hop makes them part of the tag `VirtualNetwork`.
    virtual_network: Bounded<Addresses>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Plain,
    Firewall(Handle),
    Gateway,
    /// Workloads of a private cloud leave through it.
    Uplink,
}

/// A firewall's node.
#[derive(Clone, Debug)]
struct Wall {
    node: NodeId,
    /// Its subnet, or none in a virtual hub.
    subnet: Option<usize>,
    hub: Option<usize>,
    /// Why it is not known where it is.
    home: Option<Doubt>,
    /// What its translated packets come from when they stay private.
    inside: Bounded<Addresses>,
}

#[derive(Debug)]
struct Gate {
    handle: Handle,
    node: NodeId,
    vpn: bool,
    net: usize,
    subnet: usize,
    /// Far ends connected to it.
    links: Vec<Attachment>,
    /// User routes may be passed by: FastPath is on.
    bypassed: Vec<Doubt>,
}

/// A connection of a gateway or hub to a far end.
#[derive(Clone, Debug)]
struct Attachment {
    far: usize,
    name: Arc<str>,
    written: Written,
    doubts: Vec<Doubt>,
    assumptions: Vec<Assumption>,
    vpn: bool,
    /// Filters by direction: to the far end, and from it.
    outward: Vec<FilterId>,
    inward: Vec<FilterId>,
    /// A hub's connection: whether the default route is given to it, and where it says so.
    internet: Result<bool, Doubt>,
    internet_written: Written,
    /// How a hub's connection takes part in the hub's routing.
    routing: Routing,
}

#[derive(Debug)]
struct HubState {
    handle: Handle,
    node: NodeId,
    name: Arc<str>,
    wan: Option<Handle>,
    /// Why it is not known which.
    wan_unknown: Option<Doubt>,
    prefix: Option<Announced>,
    /// Where its packets leave for the internet, as storage firewalls see it.
    region: Stamp,
    firewall: Option<Handle>,
    /// Why a firewall may be in it, or routing intent.
    perhaps_secured: Vec<Doubt>,
    private_policy: Option<(Arc<str>, Written, Vec<Doubt>)>,
    internet_policy: Option<(Arc<str>, Written, Vec<Doubt>)>,
    /// Connected networks: number of the connection in the inventory, and the network.
    networks: Vec<(usize, usize, Vec<Doubt>)>,
    attachments: Vec<Attachment>,
    /// Custom route tables and their nodes.
    tables: HashMap<Handle, NodeId>,
    /// Static routes of connections: number of the connection, and where their packets go.
    statics: Vec<(usize, Static)>,
    preference: Result<Preference, Doubt>,
    /// Whether branches reach each other through the hub.
    branches: Result<bool, Doubt>,
}

/// A static route to an appliance in a network that is connected to a hub.
#[derive(Clone, Debug)]
struct Static {
    name: Arc<str>,
    destinations: Bounded<Addresses>,
    length: u8,
    hop: StaticHop,
    written: Written,
    doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug)]
enum StaticHop {
    To(NodeId),
    Drop(Disposition),
}

/// What a circuit or tunnel leads to: a private cloud's edge or an on-premises site.
#[derive(Debug)]
struct Far {
    node: NodeId,
    /// The private cloud whose edge it is (index into the fabric's edges).
    edge: Option<usize>,
    announces: Vec<Announced>,
    /// What it has been told: checked for a default route.
    told: Vec<Announced>,
}

/// Something with an address of its own in a subnet.
#[derive(Debug)]
struct Endpoint {
    node: NodeId,
    subnet: usize,
    addresses: Bounded<Addresses>,
    /// A private endpoint, by its number in the inventory.
    private: Option<usize>,
    /// The network interface, for its own security groups.
    interface: Option<Handle>,
}

/// A frontend of an internal load balancer.
#[derive(Debug)]
struct BalancerState {
    handle: Handle,
    /// Its number among the balancer's.
    frontend: usize,
    node: NodeId,
    subnet: usize,
    addresses: Bounded<Addresses>,
}

impl Azure<'_, '_> {
    /// The link between two nodes under one name; made once.
    fn link(
        &mut self,
        from: NodeId,
        to: NodeId,
        name: &Arc<str>,
        kind: HopKind,
        written: &Written,
        because: &str,
    ) -> LinkId {
        let key = (from, to, name.clone());
        if let Some(link) = self.links.get(&key) {
            return *link;
        }
        let link = self.fabric.network.add_link(Link {
            from,
            to,
            name: name.clone(),
            kind,
            because: because.into(),
            written: written.clone(),
            filters: Vec::new(),
            stamps: Vec::new(),
            doubts: Vec::new(),
            assumptions: Vec::new(),
        });
        self.links.insert(key, link);
        link
    }

    fn link_mut(&mut self, link: LinkId) -> Option<&mut Link> {
        self.fabric.network.links.get_mut(link.0 as usize)
    }

    fn add_route(&mut self, node: NodeId, route: Route) {
        if let Some(node) = self.fabric.node_mut(node) {
            node.routes.push(route);
        }
    }

    fn name_of(&self, node: NodeId) -> Arc<str> {
        self.fabric
            .network
            .node(node)
            .map_or_else(|| "".into(), |node| node.name.clone())
    }

    fn written_of(&self, node: NodeId) -> Written {
        self.fabric
            .network
            .node(node)
            .map_or_else(Written::default, |node| node.written.clone())
    }

    /// The subnet that a reference means.
    fn subnet_of(&self, reference: &crate::network::join::Reference) -> Option<usize> {
        use crate::evaluate::values::value::Step;
        use crate::network::join::Reference;
        let Reference::To(target) = reference else {
            return None;
        };
        if let Some(subnet) = self.by_subnet.get(&(target.handle, None)) {
            return Some(*subnet);
        }
        // Written inside its network: by number in the path, or by name in the id.
        let number = target.path.iter().find_map(|step| match step {
            Step::Index(index) => usize::try_from(*index).ok(),
            Step::Attribute(_) => None,
        });
        if let Some(number) = number {
            return self.by_subnet.get(&(target.handle, Some(number))).copied();
        }
        let name = target.suffix.to_ascii_lowercase();
        let name = name.strip_prefix("/subnets/")?;
        let net = self.networks.get(*self.by_network.get(&target.handle)?)?;
        let inventory = &self.fabric.inventory.azure.subnets;
        net.subnets
            .iter()
            .copied()
            .find(|subnet| inventory.get(*subnet).and_then(|subnet| subnet.name.as_deref()) == Some(name))
    }
}

/// A route with what most routes have in common.
fn route(destinations: Bounded<Addresses>, length: u8, rank: u8, forward: Forward, because: &str) -> Route {
    Route {
        destinations,
        length,
        rank,
        only_to: None,
        forward,
        name: "system route".into(),
        kind: None,
        place: None,
        because: because.into(),
        written: Written::default(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

/// A route that may lead anywhere, for a reason.
fn perhaps_anywhere(doubts: Vec<Doubt>, because: &str) -> Route {
    let everything = Bounded::between(Addresses::none(), Addresses::all(), doubts.clone());
    Route {
        doubts,
        ..route(everything, 0, LAST, Forward::Unknown, because)
    }
}
