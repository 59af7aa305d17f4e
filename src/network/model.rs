//! The vendor-independent network: what every provider's vocabulary is turned into, and all that the
//! stages above ever see.
//!
//! A [`Node`] is a place where a packet can be. It has addresses, a forwarding table ([`Route`]) and
//! filters. A [`Link`] leads from one node to the next. A [`Filter`] is an ordered list of [`Line`]s.
//! Whatever is not certain carries a [`Doubt`]; whatever rests on an assumption carries an
//! [`Assumption`]. Absence of doubts means certain.

use std::sync::Arc;

use crate::source::{Diagnostic, Place};
use crate::traffic::{Addresses, Ports, Protocols};

/// Something that is not known, by name, and what would decide it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doubt {
    /// The unknown itself: `var.firewall_rules`, `azurerm_linux_virtual_machine.nva`.
    pub what: Arc<str>,
    /// What the user can do to decide it: "a value with --var or --var-file, or a plan".
    pub decided_by: Arc<str>,
    pub at: Option<Place>,
}

pub type Doubts = Arc<[Doubt]>;

/// A set of which only bounds are known: everything in `lower` is certainly in it, nothing outside
/// `upper` is. With `lower == upper` it is exact and `doubts` is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounded<T> {
    pub lower: T,
    pub upper: T,
    pub doubts: Doubts,
}

/// A fact about a resource that is no set: known, or unknown for a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<T> {
    pub value: Result<T, Doubt>,
    /// The attribute that says so, or the block that leaves it out.
    pub at: Option<Place>,
}

/// An assumption of docs/reference.md, by code, with what exactly is assumed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption {
    /// `closed-world`, `nsx-default-allow`, `management-layout`, …
    pub code: &'static str,
    pub text: Arc<str>,
}

/// Where something was written: its place, the module calls, and further places worth showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub at: Option<Place>,
    /// The module calls that led there, outermost first.
    pub calls: Arc<[Place]>,
    /// Elements of variables or locals that values came from.
    pub related: Arc<[Place]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u32);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterId(pub u32);

/// What a hop is, in the words of the report (docs/reference.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HopKind {
    NetworkSecurityGroup,
    RouteTable,
    VirtualNetwork,
    Peering,
    AzureFirewall,
    VirtualHub,
    ExpressRoute,
    Vpn,
    PrivateEndpoint,
    StorageFirewall,
    NsxDistributedFirewall,
    NsxGatewayFirewall,
    Nat,
    InternetEgress,
    Dns,
    NetworkVirtualAppliance,
    LoadBalancer,
    Segment,
    ManagementNetwork,
    OnPremises,
}

/// How a packet ends when it is not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    Delivered,
    Denied,
    NoRoute,
    NullRoute,
    NotAttached,
    NameUnresolved,
    Loop,
    AsymmetricReturn,
    Unknown,
}

/// Everything the inputs build, as one network.
#[derive(Debug, Default)]
pub struct Network {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    pub filters: Vec<Filter>,
    pub naming: Naming,
    pub clouds: Vec<Cloud>,
    pub segments: Vec<Segment>,
    pub stores: Vec<Store>,
    pub datastores: Vec<Datastore>,
    pub on_premises: Vec<OnPremises>,
    pub hints: Vec<Hint>,
    /// The node of the public internet, where everything public is delivered.
    pub internet: Option<NodeId>,
    /// Addresses in any service tag that a rule or route names, other than the internet's and the whole
    /// cloud's: a public host of which only its name is known is outside all tags.
    pub tagged: Addresses,
    /// Resources that are not modelled.
    pub not_understood: Vec<NotUnderstood>,
    /// What is wrong apart from any requirement: duplicate priorities, two owners of an association.
    pub findings: Vec<NetworkFinding>,
    pub diagnostics: Vec<Diagnostic>,
    /// The date of the service-tag data used, where any was.
    pub service_tags: Option<Arc<str>>,
    /// Finds what a value of the site file means (see `locate`).
    pub index: super::join::Index,
}

/// A place where a packet can be.
#[derive(Clone, Debug)]
pub struct Node {
    /// The address of the resource that makes it, or a description that begins with one.
    pub name: Arc<str>,
    pub kind: HopKind,
    pub written: Written,
    /// A packet to one of these has arrived when it is here.
    pub addresses: Bounded<Addresses>,
    /// The forwarding table, in any order: the longest prefix wins, then the lowest rank.
    pub routes: Vec<Route>,
    /// Passed, in order, by a packet that begins here.
    pub sends: Vec<FilterId>,
    /// Passed, in order, by a packet that is delivered here.
    pub receives: Vec<FilterId>,
    /// Passed, in order, by every packet that arrives here on its way, before routing.
    pub inspects: Vec<FilterId>,
    /// Services delivered behind this node by name: a flow to that name goes on to that node.
    pub hosts: Vec<Hosted>,
    /// Something on this node that is not understood: what crosses it is unknown.
    pub obscured: Vec<Doubt>,
}

/// A service with a name of its own behind a node that holds its address (a storage account behind
/// the internet).
#[derive(Clone, Debug)]
pub struct Hosted {
    pub name: Arc<str>,
    pub node: NodeId,
}

#[derive(Clone, Debug)]
pub struct Route {
    /// The destinations it matches. Usually one prefix; a set where the prefix is only bounded.
    pub destinations: Bounded<Addresses>,
    /// Of the prefix, for the longest match.
    pub length: u8,
    /// Among routes of one length the lowest wins; equal ones are alternatives a packet may take.
    pub rank: u8,
    /// Matches only flows that are meant for this node (a private endpoint whose address is known
    /// only by its subnet).
    pub only_to: Option<NodeId>,
    pub forward: Forward,
    /// The rule's name in the report: `rt-hub/to-firewall`, `system route`.
    pub name: Arc<str>,
    /// A route table, where one decides; otherwise the node's own kind.
    pub kind: Option<HopKind>,
    /// The resource that carries the route, where it is not the node itself (a route table).
    pub place: Option<Arc<str>>,
    /// One clause: why it is there.
    pub because: Arc<str>,
    pub written: Written,
    /// Non-empty: the route may or may not exist.
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    Link(LinkId),
    /// The destination is on this node.
    Deliver,
    Drop(Disposition),
    /// Where it leads is not modelled; the route's doubts say what is not known.
    Unknown,
}

/// A step to the next node.
#[derive(Clone, Debug)]
pub struct Link {
    pub from: NodeId,
    pub to: NodeId,
    /// The resource that makes the step possible: a peering, a connection. Its hop is reported.
    pub name: Arc<str>,
    pub kind: HopKind,
    pub because: Arc<str>,
    pub written: Written,
    /// Passed, in order, on the way.
    pub filters: Vec<FilterId>,
    /// Marks that packets carry from here on (see [`Line::requires`]).
    pub stamps: Vec<Stamp>,
    /// Non-empty: the step may or may not be possible.
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

/// A mark on a packet that a later filter asks for: the identity of a subnet with a service
/// endpoint, the region of an egress.
pub type Stamp = Arc<str>;

#[derive(Clone, Debug)]
pub struct Filter {
    /// The resource: `azurerm_firewall.hub`, `azurerm_network_security_group.x`.
    pub name: Arc<str>,
    pub kind: HopKind,
    pub written: Written,
    /// First match decides.
    pub lines: Vec<Line>,
    /// What happens to packets that no line matches; its matches are not looked at.
    pub otherwise: Line,
    /// Filters with one point share their connection state: a flow admitted by one of them is
    /// admitted back by all of them.
    pub point: Arc<str>,
    /// Whether the replies of what passed here must come back through this point, and replies that
    /// did not pass it are dropped (a firewall on the way; not a filter at an end's own port).
    pub transit: bool,
}

#[derive(Clone, Debug)]
pub struct Line {
    /// `rcg-avs/deny-internet/drva`
    pub name: Arc<str>,
    pub action: Action,
    /// The packets it matches: any of these products.
    pub matches: Vec<Match>,
    /// The flow's name must match one of these patterns too.
    pub names: Option<Names>,
    /// The packet must carry one of these stamps (empty: no such condition).
    pub requires: Vec<Stamp>,
    /// The packet must carry none of these stamps.
    pub unless: Vec<Stamp>,
    /// Whether replies of what it admits pass by state.
    pub stateful: bool,
    /// The resource that carries the line, where it is not the filter itself (one of the policies of a
    /// distributed firewall).
    pub place: Option<Arc<str>>,
    /// One clause: why it decides so.
    pub because: Arc<str>,
    pub written: Written,
    /// Non-empty: the line may or may not match what it matches (it may not exist, or narrows the
    /// match in ways that are not modelled).
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Allow,
    Deny,
    /// Let through, and rewrite.
    Rewrite(Arc<Rewrite>),
    /// Go on at the line of this index (NSX: jump to application).
    Jump(usize),
}

/// What happens to a packet's addresses. Replies are rewritten back where the same point sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewrite {
    /// The source becomes one of these, whichever it was.
    pub source: Option<Bounded<Addresses>>,
    /// Destinations for which the source is left alone.
    pub source_unless_destination: Addresses,
    pub destination: Option<Bounded<Addresses>>,
    pub destination_ports: Option<Ports>,
}

/// A product of bounded sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub source: Bounded<Addresses>,
    pub destination: Bounded<Addresses>,
    pub protocols: Bounded<Protocols>,
    pub source_ports: Bounded<Ports>,
    pub destination_ports: Bounded<Ports>,
}

/// Name patterns of a rule: exact names and `*.suffix`, lower case, without final dot; `*` is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub patterns: Vec<Arc<str>>,
    /// Patterns that are not known; non-empty: any name may match.
    pub doubts: Vec<Doubt>,
}

/// Who answers which name with what.
#[derive(Debug, Default)]
pub struct Naming {
    pub servers: Vec<NameServer>,
    pub zones: Vec<Zone>,
    pub services: Vec<Service>,
}

/// A resolver inside the network: the NSX DNS service, a private resolver's inbound endpoint, a
/// firewall's DNS proxy, an unmodelled VM.
#[derive(Clone, Debug)]
pub struct NameServer {
    pub name: Arc<str>,
    pub written: Written,
    pub addresses: Bounded<Addresses>,
    /// Where questions to it are delivered and its own begin; `None` where that is not modelled.
    pub node: Option<NodeId>,
    /// Indices into [`Naming::zones`] it answers from itself (linked private zones).
    pub zones: Vec<ZoneLink>,
    /// Conditional forwarding: the longest suffix wins; a suffix of `""` is the default.
    pub forwards: Vec<ForwardZone>,
    /// Whether it resolves public names by itself (Azure-provided resolution) when nothing above does.
    pub public: bool,
    /// Non-empty: how it answers is not known.
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

#[derive(Clone, Debug)]
pub struct ZoneLink {
    pub zone: usize,
    pub written: Written,
    /// A name missing in the zone is asked for publicly (resolution policy `NxDomainRedirect`).
    pub falls_back: bool,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct ForwardZone {
    pub name: Arc<str>,
    /// Lower case without final dot; empty for the default zone.
    pub suffix: Fact<Arc<str>>,
    pub upstreams: Bounded<Addresses>,
    /// The address its own questions come from, where it is set.
    pub from: Option<Bounded<Addresses>>,
    pub written: Written,
    pub doubts: Vec<Doubt>,
    pub assumptions: Vec<Assumption>,
}

#[derive(Clone, Debug)]
pub struct Zone {
    pub name: Arc<str>,
    /// The zone's own name, lower case.
    pub suffix: Fact<Arc<str>>,
    pub records: Vec<Record>,
    pub written: Written,
    /// Non-empty: there may be records that are not seen.
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct Record {
    /// The full name, lower case.
    pub name: Fact<Arc<str>>,
    pub data: RecordData,
    pub written: Written,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub enum RecordData {
    Addresses(Bounded<Addresses>),
    /// The private endpoint at this node (its address may be known only by its subnet).
    Endpoint(NodeId),
    Name(Fact<Arc<str>>),
}

/// A public service with names of its own: a storage account's endpoint, the sign-in endpoint.
#[derive(Clone, Debug)]
pub struct Service {
    /// Lower case.
    pub name: Fact<Arc<str>>,
    /// Public addresses: the tag's prefixes.
    pub addresses: Bounded<Addresses>,
    /// Where the public endpoint's own filters are; `None`: behind the internet without filters.
    pub node: Option<NodeId>,
    /// The name that public DNS makes it an alias of once it has a private endpoint
    /// (`x.privatelink.blob.core.windows.net`).
    pub alias: Option<Fact<Arc<str>>>,
    /// Private endpoints of it.
    pub endpoints: Vec<NodeId>,
    pub assumptions: Vec<Assumption>,
}

/// A private cloud.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub name: Arc<str>,
    pub written: Written,
    pub region: Fact<Arc<str>>,
    /// 1 or 2.
    pub generation: Fact<u8>,
    /// Every cluster, the management cluster first.
    pub clusters: Vec<Cluster>,
    /// Where vCenter and the hosts are.
    pub management: NodeId,
    /// Addresses inside the block, where the layout says them.
    pub vcenter: Bounded<Addresses>,
    pub esxi: Bounded<Addresses>,
    pub management_network: Bounded<Addresses>,
    /// Why the addresses above are what they are (`management-layout`).
    pub layout: Vec<Assumption>,
    /// Why what is in it is taken to be in it, where no input says so outright.
    pub contents: Vec<Assumption>,
    /// All addresses that are inside the private cloud (block, segments).
    pub inside: Bounded<Addresses>,
    /// Indices into [`Network::segments`].
    pub segments: Vec<usize>,
    /// Index of the DNS service in [`Naming::servers`].
    pub dns_service: Option<usize>,
    /// A distributed-firewall default that drops: DHCP must be let through explicitly.
    pub drops_by_default: Fact<bool>,
}

#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: Arc<str>,
    pub written: Written,
    pub hosts: Fact<u64>,
}

/// A workload segment (an NSX segment).
#[derive(Clone, Debug)]
pub struct Segment {
    pub name: Arc<str>,
    pub display_name: Fact<Arc<str>>,
    pub written: Written,
    pub node: NodeId,
    /// Its subnet.
    pub addresses: Bounded<Addresses>,
    /// Addresses that workloads can have: the subnet without network, broadcast and gateway.
    pub usable: Bounded<Addresses>,
    pub connected: Fact<bool>,
    pub dhcp_ranges: Fact<Bounded<Addresses>>,
    /// Whether a server or relay applies to it; `because` in words.
    pub dhcp_service: Fact<bool>,
    pub dhcp_because: Arc<str>,
    /// The resolvers it hands out by DHCP, where it says so.
    pub dns_servers: Option<Bounded<Addresses>>,
}

/// A storage account.
#[derive(Clone, Debug)]
pub struct Store {
    pub name: Arc<str>,
    pub written: Written,
    /// Index of its blob endpoint in [`Naming::services`].
    pub service: usize,
    pub region: Fact<Arc<str>>,
    pub hierarchical_namespace: Fact<bool>,
    /// Whether access keys are allowed.
    pub shared_key: Fact<bool>,
}

/// A store outside the private cloud, mounted over the network.
#[derive(Clone, Debug)]
pub struct Datastore {
    pub name: Arc<str>,
    pub written: Written,
    /// Where it answers; of several, one is used.
    pub nodes: Vec<NodeId>,
    pub mount: Fact<Mount>,
}

/// How a store is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mount {
    Iscsi,
    /// NFS 3, which asks the port mapper first.
    Nfs3,
    Nfs4,
}

/// What lies at the far end of a connection out of Azure.
#[derive(Clone, Debug)]
pub struct OnPremises {
    /// The connection (or the circuit, or Global Reach) that leads there.
    pub name: Arc<str>,
    /// The label of the declared site that it is, where one is. A site that nothing connects has a
    /// node too.
    pub site: Option<Arc<str>>,
    pub written: Written,
    pub node: NodeId,
    /// What it is known to announce or to hold.
    pub addresses: Bounded<Addresses>,
}

/// What Terraform itself shows about a role: an installation command, a virtual machine.
#[derive(Clone, Debug)]
pub struct Hint {
    /// `msa`, `drva`, …
    pub role: &'static str,
    /// The private cloud it belongs to, where that is known (index into [`Network::clouds`]).
    pub cloud: Option<usize>,
    pub addresses: Option<Bounded<Addresses>>,
    pub fqdn: Option<Fact<Arc<str>>>,
    pub dns: Option<Bounded<Addresses>>,
    /// Index into [`Network::segments`].
    pub segment: Option<usize>,
    /// Whether it is certainly there; otherwise there or where another such hint says.
    pub sure: bool,
    pub because: Arc<str>,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct NotUnderstood {
    pub address: Arc<str>,
    /// Whether some flow that was decided crosses it; filled when flows are walked.
    pub on_path: bool,
    pub why: Arc<str>,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct NetworkFinding {
    /// Kebab case: `duplicate-priority`.
    pub id: &'static str,
    pub severity: crate::source::Severity,
    pub summary: String,
    pub help: String,
    pub written: Written,
}

impl Mount {
    /// The TCP ports that it needs, each of them (IANA: `iscsi-target`, `nfs`, `sunrpc`).
    #[must_use]
    pub fn ports(self) -> &'static [u16] {
        match self {
            Mount::Iscsi => &[3260],
            Mount::Nfs3 => &[2049, 111],
            Mount::Nfs4 => &[2049],
        }
    }
}

impl<T: Clone> Bounded<T> {
    #[must_use]
    pub fn exactly(set: T) -> Bounded<T> {
        Bounded {
            lower: set.clone(),
            upper: set,
            doubts: Arc::from([]),
        }
    }
}

impl<T> Bounded<T> {
    #[must_use]
    pub fn between(lower: T, upper: T, doubts: impl Into<Doubts>) -> Bounded<T> {
        Bounded {
            lower,
            upper,
            doubts: doubts.into(),
        }
    }
}

impl<T: PartialEq> Bounded<T> {
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.lower == self.upper
    }
}

impl<T> Fact<T> {
    #[must_use]
    pub fn known(value: T, at: Option<Place>) -> Fact<T> {
        Fact { value: Ok(value), at }
    }

    #[must_use]
    pub fn unknown(doubt: Doubt) -> Fact<T> {
        let at = doubt.at;
        Fact {
            value: Err(doubt),
            at,
        }
    }
}

impl Network {
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    #[must_use]
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.get(id.0 as usize)
    }

    #[must_use]
    pub fn filter(&self, id: FilterId) -> Option<&Filter> {
        self.filters.get(id.0 as usize)
    }

    pub fn add_node(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(index_of_last(self.nodes.len()))
    }

    pub fn add_link(&mut self, link: Link) -> LinkId {
        self.links.push(link);
        LinkId(index_of_last(self.links.len()))
    }

    pub fn add_filter(&mut self, filter: Filter) -> FilterId {
        self.filters.push(filter);
        FilterId(index_of_last(self.filters.len()))
    }
}

fn index_of_last(length: usize) -> u32 {
    u32::try_from(length.saturating_sub(1)).unwrap_or(u32::MAX)
}
