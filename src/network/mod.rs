//! MODEL: what the resources build, as one vendor-independent network.
//!
//! One file per resource family in a folder per provider's vocabulary (`azurerm`, `azapi`, `nsxt`,
//! `vsphere`) turns instances into an inventory; `fabric` builds nodes, routes, filters and name
//! servers from it. The words of vendors end here: nothing above has heard of Azure.

pub mod attributes;
pub mod catalogue;
pub mod doubt;
pub mod fabric;
pub mod ids;
pub mod inventory;
pub mod join;
pub mod joins;
pub mod model;
pub mod service_tags;
pub mod sets;

mod azapi;
mod azurerm;
mod nsxt;
mod vsphere;

use std::sync::Arc;

use crate::evaluate::evaluation::Evaluation;
use crate::evaluate::values::value::Value;
use crate::source::Place;
use crate::traffic::Addresses;
use catalogue::Catalogue;
use fabric::Fabric;
use inventory::Inventory;
use model::{Bounded, Network, Written};
use service_tags::ServiceTags;

/// Builds the network of all inputs together.
#[must_use]
pub fn build(evaluations: &[Evaluation], declarations: &Declarations, tags: &ServiceTags) -> Network {
    let catalogue = Catalogue::new(evaluations);
    let inventory = Inventory::read(&catalogue);
    let mut fabric = Fabric::new(&catalogue, &inventory, declarations, tags);
    fabric::not_understood::find(&mut fabric);
    fabric::clouds::build(&mut fabric);
    fabric::azure::build(&mut fabric);
    fabric::datastores::build(&mut fabric);
    fabric::services::build(&mut fabric);
    fabric::not_understood::obscure(&mut fabric);
    let mut network = fabric.finish();
    network.tagged = tags.asked_for();
    network
}

/// What the site file says that shapes the network (docs/reference.md, Site file): facts that Terraform
/// cannot show.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    pub on_premises: Vec<OnPremisesDeclaration>,
    /// `assume { nsx_default_action }`: whether the distributed firewall's own default allows.
    pub nsx_default_allows: Option<(bool, Place)>,
    /// `assume { express_route_transit }`: circuit to circuit through a hub or gateway.
    pub express_route_transit: Option<(bool, Place)>,
    /// `assume { route_server_advertises }`: per BGP connection, what it announces.
    pub route_server_advertises: Vec<RouteServerDeclaration>,
}

#[derive(Clone, Debug)]
pub struct OnPremisesDeclaration {
    /// The site's label.
    pub site: Arc<str>,
    pub address_space: Bounded<Addresses>,
    /// Connections, circuits or Global Reach resources; empty: whatever carries its address space, or
    /// the only one there is.
    pub connected_by: Vec<Value>,
    /// `internal_traffic = "allowed"`: what filters inside the site lets everything through.
    pub internal_traffic_allowed: bool,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct RouteServerDeclaration {
    /// The address of the `azurerm_route_server_bgp_connection`.
    pub connection: Arc<str>,
    pub prefixes: Bounded<Addresses>,
    pub written: Written,
}
