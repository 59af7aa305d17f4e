//! What the inputs say about name resolution in Azure: private zones with their links and records,
//! private resolvers and forwarding rulesets.

use std::sync::Arc;

use super::Origin;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Fact};
use crate::traffic::Addresses;

#[derive(Debug, Default)]
pub struct Names {
    pub zones: Vec<PrivateZone>,
    pub links: Vec<ZoneLink>,
    pub records: Vec<Record>,
    pub resolvers: Vec<Resolver>,
    pub inbound: Vec<Inbound>,
    pub outbound: Vec<Outbound>,
    pub rulesets: Vec<Ruleset>,
    pub rules: Vec<ForwardingRule>,
    pub ruleset_links: Vec<RulesetLink>,
}

#[derive(Clone, Debug)]
pub struct PrivateZone {
    pub origin: Origin,
    /// Lower case.
    pub name: Fact<Arc<str>>,
    /// Whether an input manages it, and not only reads it.
    pub managed: bool,
}

#[derive(Clone, Debug)]
pub struct ZoneLink {
    pub origin: Origin,
    pub zone: Reference,
    pub network: Reference,
    /// A name missing in the zone is asked for publicly.
    pub falls_back: Fact<bool>,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub origin: Origin,
    pub zone: Reference,
    /// Relative to the zone; `@` is the zone itself.
    pub name: Fact<Arc<str>>,
    pub data: Data,
}

#[derive(Clone, Debug)]
pub enum Data {
    /// With what the elements refer to: the address of a private endpoint.
    Addresses(Bounded<Addresses>, Vec<Reference>),
    /// CNAME and PTR: one record per name.
    Names(Vec<Fact<Arc<str>>>),
}

#[derive(Clone, Debug)]
pub struct Resolver {
    pub origin: Origin,
    pub network: Reference,
}

#[derive(Clone, Debug)]
pub struct Inbound {
    pub origin: Origin,
    pub resolver: Reference,
    pub subnet: Reference,
    /// Where it is static; a dynamic one is known by its subnet only.
    pub address: Option<Bounded<Addresses>>,
}

#[derive(Clone, Debug)]
pub struct Outbound {
    pub origin: Origin,
    pub resolver: Reference,
    pub subnet: Reference,
}

#[derive(Clone, Debug)]
pub struct Ruleset {
    pub origin: Origin,
    pub outbound: Vec<Reference>,
}

#[derive(Clone, Debug)]
pub struct ForwardingRule {
    pub origin: Origin,
    pub ruleset: Reference,
    /// Lower case, without final dot; empty is every name.
    pub suffix: Fact<Arc<str>>,
    pub enabled: Fact<bool>,
    pub targets: Vec<Reference>,
}

#[derive(Clone, Debug)]
pub struct RulesetLink {
    pub origin: Origin,
    pub ruleset: Reference,
    pub network: Reference,
}
