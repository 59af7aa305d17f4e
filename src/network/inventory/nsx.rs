//! What the inputs say about the firewalls and address translation of NSX.

use std::sync::Arc;

use super::Origin;
use super::avs::Owner;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact, Written};
use crate::traffic::{Addresses, Ports, Protocols};

#[derive(Clone, Debug)]
pub struct NatRule {
    pub origin: Origin,
    pub owner: Owner,
    pub name: Arc<str>,
    pub gateway: Reference,
    pub action: Fact<NatAction>,
    pub source: Bounded<Addresses>,
    pub destination: Bounded<Addresses>,
    pub translated: Option<Bounded<Addresses>>,
    pub translated_ports: Option<Fact<Ports>>,
    pub service: Reference,
    pub priority: Fact<i64>,
    pub enabled: Fact<bool>,
    pub firewall: Fact<NatFirewall>,
    /// Interfaces it is confined to; empty: every uplink of the gateway.
    pub scope: Vec<Reference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NatAction {
    Source,
    Destination,
    NoSource,
    NoDestination,
    Reflexive,
    /// Between IPv6 clients and IPv4 servers: no IPv4 packet enters it.
    ToIpv6,
}

/// Which address the gateway firewall sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NatFirewall {
    External,
    Internal,
    Bypass,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub origin: Origin,
    pub owner: Owner,
    pub display_name: Fact<Arc<str>>,
    pub criteria: Vec<Criterion>,
    /// Between one criterion and the next; true is AND.
    pub conjunctions: Vec<Fact<bool>>,
    /// Non-empty: membership is narrowed or widened in ways that are not modelled.
    pub narrowed: Vec<Doubt>,
    pub doubts: Vec<Doubt>,
}

/// Expressions of which all must hold.
#[derive(Clone, Debug, Default)]
pub struct Criterion {
    pub expressions: Vec<Expression>,
}

#[derive(Clone, Debug)]
pub enum Expression {
    Addresses(Bounded<Addresses>),
    Members(Vec<Reference>),
    Condition(Box<Condition>),
    /// Members that no input shows: machines by identity or MAC address.
    Unseen(Doubt),
}

#[derive(Clone, Debug)]
pub struct Condition {
    pub member: Fact<Arc<str>>,
    pub key: Fact<Arc<str>>,
    pub operator: Fact<Arc<str>>,
    pub value: Fact<Arc<str>>,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct Service {
    pub origin: Origin,
    pub owner: Owner,
    pub display_name: Fact<Arc<str>>,
    pub entries: Vec<ServiceEntry>,
    pub nested: Vec<Reference>,
}

/// Protocols and ports of which all must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    pub protocols: Bounded<Protocols>,
    pub source_ports: Bounded<Ports>,
    pub destination_ports: Bounded<Ports>,
}

/// A policy of the distributed or of a gateway firewall.
#[derive(Clone, Debug)]
pub struct Policy {
    pub origin: Origin,
    pub owner: Owner,
    pub display_name: Fact<Arc<str>>,
    pub of: PolicyKind,
    pub category: Fact<Arc<str>>,
    pub sequence: Fact<i64>,
    pub scope: Vec<Reference>,
    pub stateful: Fact<bool>,
    pub rules: Vec<Rule>,
    /// What a predefined policy says of its default rule.
    pub defaults: Vec<DefaultRule>,
    /// Which predefined policy it is.
    pub path: Reference,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    Distributed,
    Gateway,
    PredefinedDistributed,
    PredefinedGateway,
}

#[derive(Clone, Debug)]
pub struct DefaultRule {
    pub action: Fact<RuleAction>,
    /// The gateway it is for; the distributed firewall's has none.
    pub scope: Reference,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: Arc<str>,
    pub written: Written,
    /// A rule that is a resource of its own.
    pub origin: Option<Origin>,
    pub action: Fact<RuleAction>,
    pub direction: Fact<Direction>,
    pub scope: Vec<Reference>,
    pub sources: Vec<Reference>,
    pub sources_excluded: Fact<bool>,
    pub destinations: Vec<Reference>,
    pub destinations_excluded: Fact<bool>,
    pub services: Vec<Reference>,
    pub entries: Vec<ServiceEntry>,
    /// Whether it names services or entries at all.
    pub any_service: bool,
    pub disabled: Fact<bool>,
    /// Where it is a resource of its own.
    pub sequence: Option<Fact<i64>>,
    /// Whether it concerns IPv4.
    pub ipv4: Fact<bool>,
    /// Non-empty: it narrows its match in ways that are not modelled (context profiles), or may not
    /// exist.
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    Allow,
    Deny,
    JumpToApplication,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Both,
    In,
    Out,
}

/// A member of the distributed firewall's exclude list.
#[derive(Clone, Debug)]
pub struct Exclusion {
    pub origin: Origin,
    pub owner: Owner,
    pub member: Reference,
}
