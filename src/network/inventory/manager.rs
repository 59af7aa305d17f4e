//! Virtual Network Manager: groups of networks, security admin rules for them, and where they are in
//! force.

use std::sync::Arc;

use super::Origin;
use super::azure::SecurityRule;
use crate::network::join::Reference;
use crate::network::model::{Doubt, Fact};

#[derive(Debug, Default)]
pub struct Manager {
    pub managers: Vec<NetworkManager>,
    pub groups: Vec<NetworkGroup>,
    pub members: Vec<StaticMember>,
    /// Security admin configurations, with their manager.
    pub configurations: Vec<(Origin, Reference)>,
    pub collections: Vec<AdminCollection>,
    pub rules: Vec<AdminRule>,
    pub deployments: Vec<Deployment>,
    /// Policies that put networks into groups.
    pub policies: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct NetworkManager {
    pub origin: Origin,
    /// Whether its scope has management groups, whose rules come before those of subscriptions.
    pub wide: Result<bool, Doubt>,
}

#[derive(Clone, Debug)]
pub struct NetworkGroup {
    pub origin: Origin,
    /// Its members are virtual networks, and not subnets.
    pub of_networks: Result<bool, Doubt>,
}

#[derive(Clone, Debug)]
pub struct StaticMember {
    pub origin: Origin,
    pub group: Reference,
    pub network: Reference,
}

#[derive(Clone, Debug)]
pub struct AdminCollection {
    pub origin: Origin,
    pub configuration: Reference,
    pub groups: Vec<Reference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminAction {
    /// Security groups are asked next.
    Allow,
    /// Security groups are not asked.
    AlwaysAllow,
    Deny,
}

#[derive(Clone, Debug)]
pub struct AdminRule {
    pub collection: Reference,
    pub action: Result<AdminAction, Doubt>,
    /// All but the action, which a security group's rule does not have three of.
    pub rule: SecurityRule,
}

#[derive(Clone, Debug)]
pub struct Deployment {
    pub origin: Origin,
    pub location: Fact<Arc<str>>,
    /// Of security admin configurations, and not of connectivity or routing.
    pub security: Result<bool, Doubt>,
    pub configurations: Vec<Reference>,
}
