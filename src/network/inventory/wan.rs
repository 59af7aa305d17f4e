//! Virtual WAN: hubs, their connections and their routing.

use std::sync::Arc;

use super::Origin;
use super::azure::{Prefix, RoutePrefix};
use crate::network::join::Reference;
use crate::network::model::{Doubt, Fact, Written};

#[derive(Debug, Default)]
pub struct Wan {
    pub hubs: Vec<Hub>,
    pub connections: Vec<HubConnection>,
    /// ExpressRoute gateways, with their hub.
    pub gateways: Vec<(Origin, Reference)>,
    pub circuit_connections: Vec<CircuitConnection>,
    pub intents: Vec<RoutingIntent>,
    pub tables: Vec<HubTable>,
    /// Routes that are resources of their own, with the table they name.
    pub routes: Vec<(Reference, HubRoute)>,
    /// Site-to-site gateways in hubs, which are not modelled.
    pub vpn_gateways: Vec<(Origin, Reference)>,
}

#[derive(Clone, Debug)]
pub struct Hub {
    pub origin: Origin,
    pub wan: Reference,
    pub prefix: Option<Prefix>,
    pub location: Fact<Arc<str>>,
}

/// How a connection takes part in a hub's routing; everything empty: the default route table.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    pub associated: Option<Reference>,
    pub propagated: Vec<Reference>,
    pub labels: Vec<Arc<str>>,
    /// Whether a `routing` or `propagated_route_table` block says so at all.
    pub propagation_given: bool,
    /// Static routes to an appliance in the connected network.
    pub statics: Vec<(Prefix, Written, Doubt)>,
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
