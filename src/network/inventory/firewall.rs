//! Azure Firewall: firewalls, policies and their collections, IP groups.

use std::sync::Arc;

use super::Origin;
use super::azure::Operand;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Names, Written};
use crate::traffic::{Addresses, Ports, Protocols};

#[derive(Debug, Default)]
pub struct Firewalls {
    pub firewalls: Vec<Firewall>,
    pub policies: Vec<Policy>,
    /// Rule collection groups, by the policy they name.
    pub groups: Vec<CollectionGroup>,
    /// Collections of a firewall without a policy.
    pub classic: Vec<(Reference, Collection)>,
    pub ip_groups: Vec<IpGroup>,
}

#[derive(Clone, Debug)]
pub struct Firewall {
    pub origin: Origin,
    pub policy: Reference,
    /// `AzureFirewallSubnet`, for a firewall in a virtual network.
    pub subnet: Reference,
    pub public_addresses: Vec<Reference>,
    /// For a firewall in a virtual hub.
    pub hub: Reference,
    /// Private address, where it is known.
    pub address: Option<Bounded<Addresses>>,
    /// The tier `Basic`.
    pub basic: Result<bool, Doubt>,
    /// It has an interface of its own for its management: its default route may lead elsewhere than to
    /// the internet.
    pub managed_apart: bool,
    pub settings: Settings,
}

/// What a firewall and a policy can both set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Destinations that are not translated; `None`: left out.
    pub private_ranges: Option<Bounded<Addresses>>,
    /// Further ranges are learned.
    pub learns_ranges: Option<Doubt>,
    pub dns_proxy: Option<Result<bool, Doubt>>,
    pub dns_servers: Option<Bounded<Addresses>>,
    /// Threat intelligence in mode Deny.
    pub threat_deny: Option<Result<bool, Doubt>>,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct Policy {
    pub origin: Origin,
    pub base: Reference,
    pub settings: Settings,
}

#[derive(Clone, Debug)]
pub struct CollectionGroup {
    pub origin: Origin,
    pub name: Arc<str>,
    pub policy: Reference,
    pub priority: Result<i64, Doubt>,
    pub collections: Vec<Collection>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Nat,
    Network,
    Application,
}

#[derive(Clone, Debug)]
pub struct Collection {
    pub stage: Stage,
    /// For reports; with the group's name before it.
    pub name: Arc<str>,
    /// The resource that carries it.
    pub place: Arc<str>,
    pub written: Written,
    pub priority: Result<i64, Doubt>,
    pub allow: Result<bool, Doubt>,
    pub rules: Vec<Rule>,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: Arc<str>,
    pub written: Written,
    pub source: Operand,
    pub destination: Operand,
    pub protocols: Bounded<Protocols>,
    pub ports: Bounded<Ports>,
    /// Texts among the ports that are no ports.
    pub impossible_ports: Vec<Arc<str>>,
    /// Names of the destination; for application rules always present.
    pub names: Option<Names>,
    /// Address and port that a NAT rule translates to.
    pub translated: Option<(Bounded<Addresses>, Option<Ports>)>,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct IpGroup {
    /// The group; of addresses that extend one of which it is not known which, the extension.
    pub origin: Origin,
    /// Why it is not known which group it is, or whether it is the one of its origin.
    pub unsure: Option<Doubt>,
    pub addresses: Bounded<Addresses>,
}
