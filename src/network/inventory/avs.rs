//! What the inputs say about private clouds: Azure VMware Solution itself (through azurerm and azapi)
//! and the NSX objects inside it (through azapi and nsxt), before anything is joined.
//!
//! References are joined: which of the resources here one means is looked up by its handle.

use std::sync::Arc;

use super::Origin;
use super::nsx::{Exclusion, Group, NatRule, Policy, Rule, Service};
use crate::evaluate::values::value::Value;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact, Mount, Written};
use crate::traffic::Addresses;

/// Everything about private clouds, in the order of the inputs.
#[derive(Debug, Default)]
pub struct Avs {
    pub clouds: Vec<PrivateCloud>,
    pub updates: Vec<CloudUpdate>,
    pub clusters: Vec<Cluster>,
    pub authorizations: Vec<Authorization>,
    pub global_reach: Vec<GlobalReach>,
    pub cloud_links: Vec<CloudLink>,
    pub public_ips: Vec<PublicIp>,
    pub accounts: Vec<StorageAccount>,
    /// `azurerm_storage_account_network_rules`: the account they are of.
    pub account_rules: Vec<(Reference, NetworkRules, Origin)>,
    pub segments: Vec<Segment>,
    pub tier1s: Vec<Tier1>,
    pub dhcp: Vec<Dhcp>,
    pub dns_zones: Vec<DnsZone>,
    pub dns_services: Vec<DnsService>,
    pub nat_rules: Vec<NatRule>,
    pub groups: Vec<Group>,
    pub services: Vec<Service>,
    pub policies: Vec<Policy>,
    /// Rules that are resources of their own.
    pub rules: Vec<LoneRule>,
    pub exclusions: Vec<Exclusion>,
    pub scripts: Vec<Script>,
    pub machines: Vec<Machine>,
    pub opaque: Vec<Opaque>,
    pub static_routes: Vec<StaticRoute>,
    pub volumes: Vec<Volume>,
    pub block_stores: Vec<BlockStore>,
}

/// Which private cloud something belongs to.
#[derive(Clone, Debug)]
pub enum Owner {
    /// A value that names the cloud or something in it.
    Parent(Reference),
    /// A value that a plan alone does not name and that is unknown until the apply: it is made from
    /// something that the plan creates.
    Planned(Reference),
    /// The NSX Manager that the provider configuration talks to, where it says so.
    Manager(Reference),
}

impl Owner {
    #[must_use]
    pub fn reference(&self) -> &Reference {
        match self {
            Owner::Parent(reference) | Owner::Planned(reference) | Owner::Manager(reference) => reference,
        }
    }
}

/// Elements of which some may be unknown.
#[derive(Clone, Debug)]
pub struct Several<T> {
    pub known: Vec<T>,
    /// Non-empty: there may be more.
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct PrivateCloud {
    pub origin: Origin,
    pub name: Fact<Arc<str>>,
    pub region: Fact<Arc<str>>,
    /// `network_subnet_cidr`: the block that management lives in.
    pub block: Bounded<Addresses>,
    /// Blocks for hosts of other clusters.
    pub extended: Bounded<Addresses>,
    /// Managed SNAT; `at` is the attribute, or the block that leaves it out.
    pub internet: Fact<bool>,
    pub generation: Fact<u8>,
    /// The virtual network a generation 2 cloud lives in.
    pub virtual_network: Reference,
    pub management_hosts: Fact<u64>,
    pub management_at: Written,
    /// The subnet and the address of vCenter, where an applied state knows them.
    pub management_subnet: Option<Bounded<Addresses>>,
    pub vcenter: Option<Bounded<Addresses>>,
}

/// A change of a private cloud that stands elsewhere.
#[derive(Clone, Debug)]
pub struct CloudUpdate {
    pub origin: Origin,
    pub owner: Owner,
    pub internet: Option<Fact<bool>>,
    /// Blocks for hosts of other clusters, where it sets them.
    pub extended: Option<Bounded<Addresses>>,
}

#[derive(Clone, Debug)]
pub struct Cluster {
    pub origin: Origin,
    pub owner: Owner,
    pub hosts: Fact<u64>,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct Authorization {
    pub origin: Origin,
    pub owner: Owner,
}

/// `Microsoft.AVS/privateClouds/globalReachConnections`: the cloud's circuit to another circuit.
#[derive(Clone, Debug)]
pub struct GlobalReach {
    pub origin: Origin,
    pub owner: Owner,
    pub peer: Reference,
}

/// `Microsoft.AVS/privateClouds/cloudLinks`: to another private cloud of the region.
#[derive(Clone, Debug)]
pub struct CloudLink {
    pub origin: Origin,
    pub owner: Owner,
    pub peer: Reference,
}

/// A public address at the NSX edge.
#[derive(Clone, Debug)]
pub struct PublicIp {
    pub origin: Origin,
    pub owner: Owner,
}

#[derive(Clone, Debug)]
pub struct Segment {
    pub origin: Origin,
    pub owner: Owner,
    pub display_name: Fact<Arc<str>>,
    /// The gateway it is connected to; `None`: it names none.
    pub gateway: Reference,
    /// `advanced_config { connectivity = "OFF" }`.
    pub switched_off: Fact<bool>,
    /// The subnets, and the gateway addresses in them.
    pub subnet: Bounded<Addresses>,
    pub gateway_addresses: Addresses,
    pub dhcp_ranges: Fact<Bounded<Addresses>>,
    pub dhcp_config: Reference,
    pub dns_servers: Option<Bounded<Addresses>>,
    pub tags: Several<Tag>,
    /// Things on it that are not modelled.
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub scope: Arc<str>,
    pub tag: Arc<str>,
}

#[derive(Clone, Debug)]
pub struct Tier1 {
    pub origin: Origin,
    pub owner: Owner,
    pub display_name: Fact<Arc<str>>,
    pub tier0: Reference,
    /// Whether connected segments are announced to the tier-0.
    pub advertises: Fact<bool>,
    /// Whether the address of its DNS forwarder is, and whether its static routes are.
    pub advertises_dns: Fact<bool>,
    pub advertises_static: Fact<bool>,
    pub dhcp_config: Reference,
    pub firewall_enabled: Fact<bool>,
    /// `force_whitelisting`, which `nsxt_policy_predefined_gateway_policy` has replaced.
    pub only_allowed: Fact<bool>,
    /// Rules about what it announces, first to last.
    pub advertisement: Vec<AdvertisementRule>,
    pub doubts: Vec<Doubt>,
}

/// A rule of a tier-1 about which of its routes it announces to the tier-0.
#[derive(Clone, Debug)]
pub struct AdvertisementRule {
    pub written: Written,
    /// Whether it announces, or keeps back.
    pub permits: Fact<bool>,
    pub subnets: Bounded<Addresses>,
    /// Routes inside its subnets too, not only equal ones.
    pub within: Fact<bool>,
    /// Whether it is about connected segments.
    pub connected: Fact<bool>,
}

#[derive(Clone, Debug)]
pub struct Dhcp {
    pub origin: Origin,
    pub owner: Owner,
    pub relay: Fact<bool>,
    /// Configured through Azure: it applies to the default tier-1.
    pub through_azure: bool,
}

#[derive(Clone, Debug)]
pub struct DnsZone {
    pub origin: Origin,
    pub owner: Owner,
    /// The name that a DNS service through Azure may call it by.
    pub name: Fact<Arc<str>>,
    /// Empty: a default zone.
    pub domains: Several<Arc<str>>,
    pub upstreams: Vec<Reference>,
    pub source_ip: Option<Bounded<Addresses>>,
}

#[derive(Clone, Debug)]
pub struct DnsService {
    pub origin: Origin,
    pub owner: Owner,
    /// Through Azure: a change of the one that the cloud comes with.
    pub through_azure: bool,
    pub listener: Option<Bounded<Addresses>>,
    pub default_zone: Reference,
    /// `None`: the change does not touch them.
    pub zones: Option<Vec<Reference>>,
    pub gateway: Reference,
    pub enabled: Fact<bool>,
}

/// A rule that is a resource of its own, with the policy it names.
#[derive(Clone, Debug)]
pub struct LoneRule {
    pub owner: Owner,
    pub rule: (Reference, Rule),
}

/// A static route of a gateway.
#[derive(Clone, Debug)]
pub struct StaticRoute {
    pub origin: Origin,
    pub owner: Owner,
    pub gateway: Reference,
    pub destinations: Bounded<Addresses>,
}

/// Something at a gateway that is not modelled.
#[derive(Clone, Debug)]
pub struct Opaque {
    pub origin: Origin,
    pub owner: Owner,
    pub gateway: Reference,
    /// It may filter at vNICs.
    pub at_segments: bool,
    pub why: &'static str,
}

/// A storage account.
#[derive(Clone, Debug)]
pub struct StorageAccount {
    pub origin: Origin,
    pub name: Fact<Arc<str>>,
    pub region: Fact<Arc<str>>,
    pub hierarchical_namespace: Fact<bool>,
    pub shared_key: Fact<bool>,
    pub public_access: Fact<bool>,
    /// `dns_endpoint_type` is `AzureDnsZone`: the public name holds a zone that Azure chooses.
    pub zoned_name: Fact<bool>,
    pub rules: Option<NetworkRules>,
}

/// The firewall of a storage account.
#[derive(Clone, Debug)]
pub struct NetworkRules {
    pub written: Written,
    /// Whether what no rule admits is let in.
    pub default_allows: Fact<bool>,
    pub addresses: Bounded<Addresses>,
    pub addresses_at: Written,
    pub subnets: Vec<Reference>,
    pub subnets_at: Written,
}

/// A NetApp volume.
#[derive(Clone, Debug)]
pub struct Volume {
    pub origin: Origin,
    pub subnet: Reference,
    /// Known once it exists.
    pub addresses: Option<Bounded<Addresses>>,
    pub mount: Fact<Mount>,
    /// Which clients may mount it, in order of their index; empty: every one.
    pub exports: Vec<Export>,
}

/// A rule of a volume's export policy.
#[derive(Clone, Debug)]
pub struct Export {
    pub written: Written,
    pub index: Fact<i64>,
    pub clients: Bounded<Addresses>,
    pub writable: Fact<bool>,
    pub presence: Vec<Doubt>,
}

/// An Elastic SAN, a volume group of one, or a volume of a group.
#[derive(Clone, Debug)]
pub struct BlockStore {
    pub origin: Origin,
    /// What it is a part of.
    pub parent: Reference,
    /// Lower case, as private endpoints name a group.
    pub name: Option<Arc<str>>,
}

/// A Run Command execution.
#[derive(Clone, Debug)]
pub struct Script {
    pub origin: Origin,
    pub owner: Owner,
    /// The cmdlet's name, last part of its id.
    pub cmdlet: Fact<Arc<str>>,
    pub parameters: Vec<(Arc<str>, Value)>,
}

/// A network interface of a virtual machine.
#[derive(Clone, Debug)]
pub struct Interface {
    pub network: Reference,
    pub addresses: Option<Bounded<Addresses>>,
}

/// A virtual machine in vSphere.
#[derive(Clone, Debug)]
pub struct Machine {
    pub origin: Origin,
    pub name: Fact<Arc<str>>,
    pub interfaces: Vec<Interface>,
    pub host_name: Option<Fact<Arc<str>>>,
    pub dns: Option<Bounded<Addresses>>,
}

impl<T> Default for Several<T> {
    fn default() -> Several<T> {
        Several {
            known: Vec::new(),
            doubts: Vec::new(),
        }
    }
}

impl<T> Several<T> {
    /// Whether it certainly has no element.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.known.is_empty() && self.doubts.is_empty()
    }
}
