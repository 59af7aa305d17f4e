//! Virtual WAN: hubs, their connections and their routing.

use std::sync::Arc;

use super::Origin;
use super::azure::{Prefix, RoutePrefix};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact, Written};
use crate::traffic::Addresses;

#[derive(Debug, Default)]
pub struct Wan {
    pub hubs: Vec<Hub>,
    pub connections: Vec<HubConnection>,
    /// ExpressRoute gateways, with their hub.
    pub gateways: Vec<(Origin, Reference)>,
    pub circuit_connections: Vec<CircuitConnection>,
    /// Virtual WANs, and whether branches reach each other.
    pub wans: Vec<(Origin, Result<bool, Doubt>)>,
    pub intents: Vec<RoutingIntent>,
    pub tables: Vec<HubTable>,
    /// Routes that are resources of their own, with the table they name.
    pub routes: Vec<(Reference, HubRoute)>,
    /// Site-to-site gateways, with their hub.
    pub vpn_gateways: Vec<(Origin, Reference)>,
    pub sites: Vec<VpnSite>,
    pub site_connections: Vec<SiteConnection>,
    pub clients: Vec<Clients>,
}

/// What lies behind a site-to-site connection of a hub.
#[derive(Clone, Debug)]
pub struct VpnSite {
    pub origin: Origin,
    pub prefixes: Vec<Prefix>,
    pub bgp: Result<bool, Doubt>,
}

#[derive(Clone, Debug)]
pub struct SiteConnection {
    pub origin: Origin,
    pub gateway: Reference,
    pub site: Reference,
    pub internet: Result<bool, Doubt>,
    pub internet_written: Written,
    pub routing: Routing,
    /// Pairs of (Azure side, far side); empty: everything passes.
    pub selectors: Vec<(Bounded<Addresses>, Bounded<Addresses>)>,
    /// Translations on its links, which are not modelled.
    pub translated: Vec<Doubt>,
}

/// The addresses of a point-to-site gateway's clients.
#[derive(Clone, Debug)]
pub struct Clients {
    pub origin: Origin,
    pub hub: Reference,
    pub prefixes: Vec<Prefix>,
}

/// Which of equal routes of a hub is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    ExpressRoute,
    Vpn,
    AsPath,
}

#[derive(Clone, Debug)]
pub struct Hub {
    pub origin: Origin,
    pub wan: Reference,
    pub prefix: Option<Prefix>,
    pub location: Fact<Arc<str>>,
    pub preference: Result<Preference, Doubt>,
    /// Routes written inside the hub.
    pub statics: Vec<StaticRoute>,
}

/// How a connection takes part in a hub's routing; everything empty: the default route table.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    pub associated: Option<Reference>,
    pub propagated: Vec<Reference>,
    pub labels: Vec<Arc<str>>,
    /// Whether a `routing` or `propagated_route_table` block says so at all.
    pub propagation_given: bool,
    /// Labels that are not known.
    pub unknown_labels: Vec<Doubt>,
    /// Static routes to an appliance in the connected network.
    pub statics: Vec<StaticRoute>,
    /// Whether the static routes hold for addresses of the connected network too.
    pub statics_override: Option<Result<bool, Doubt>>,
    /// Whether the tables that the connection propagates to get its static routes.
    pub statics_propagate: Option<Result<bool, Doubt>>,
    /// Route maps that may change what is told over the connection.
    pub maps: Vec<Doubt>,
}

/// A route to an address in a connected network.
#[derive(Clone, Debug)]
pub struct StaticRoute {
    pub name: Arc<str>,
    pub prefixes: Vec<Prefix>,
    pub next: Reference,
    pub next_address: Bounded<Addresses>,
    pub written: Written,
    pub doubts: Vec<Doubt>,
}

/// A virtual network's connection to a hub.
#[derive(Clone, Debug)]
pub struct HubConnection {
    pub origin: Origin,
    pub hub: Reference,
    pub network: Reference,
    pub internet: Result<bool, Doubt>,
    pub internet_written: Written,
    pub routing: Routing,
}

/// A circuit's connection to an ExpressRoute gateway in a hub.
#[derive(Clone, Debug)]
pub struct CircuitConnection {
    pub origin: Origin,
    pub gateway: Reference,
    pub circuit: Reference,
    pub internet: Result<bool, Doubt>,
    pub internet_written: Written,
    pub routing: Routing,
}

#[derive(Clone, Debug)]
pub struct RoutingIntent {
    pub origin: Origin,
    pub hub: Reference,
    pub policies: Vec<RoutingPolicy>,
}

#[derive(Clone, Debug)]
pub struct RoutingPolicy {
    pub name: Arc<str>,
    pub written: Written,
    pub internet: bool,
    pub private: bool,
    pub next: Reference,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct HubTable {
    pub origin: Origin,
    pub name: Option<Arc<str>>,
    pub hub: Reference,
    pub labels: Vec<Arc<str>>,
    pub routes: Vec<HubRoute>,
}

#[derive(Clone, Debug)]
pub struct HubRoute {
    pub name: Arc<str>,
    pub written: Written,
    pub to: Vec<RoutePrefix>,
    pub next: Reference,
    pub doubts: Vec<Doubt>,
}
