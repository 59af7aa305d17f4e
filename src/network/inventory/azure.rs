//! Azure's own networking: virtual networks, filters, routes, gateways, circuits, endpoints.
//! Firewalls and virtual WAN are in [`super::firewall`] and [`super::wan`].

use std::collections::HashMap;
use std::sync::Arc;

use super::Origin;
use super::balancer::Balancing;
use super::firewall::Firewalls;
use super::manager::Manager;
use super::wan::Wan;
use crate::evaluate::values::value::Step;
use crate::network::catalogue::Handle;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact, Written};
use crate::traffic::{Addresses, Ports, Protocols};

#[derive(Debug, Default)]
pub struct Azure {
    pub networks: Vec<VirtualNetwork>,
    pub subnets: Vec<Subnet>,
    pub security_groups: Vec<SecurityGroup>,
    /// Rules that are resources of their own, with the group they name.
    pub security_rules: Vec<(Reference, SecurityRule)>,
    pub security_associations: Vec<Association>,
    pub route_tables: Vec<RouteTable>,
    /// Routes that are resources of their own, with the table they name.
    pub routes: Vec<(Reference, UserRoute)>,
    pub route_associations: Vec<Association>,
    pub peerings: Vec<Peering>,
    pub gateways: Vec<Gateway>,
    pub local_gateways: Vec<LocalGateway>,
    pub connections: Vec<Connection>,
    pub circuits: Vec<Circuit>,
    /// Circuit peerings, by the circuit they belong to.
    pub circuit_peerings: Vec<(Origin, Reference)>,
    pub reaches: Vec<GlobalReach>,
    pub route_servers: Vec<RouteServer>,
    pub bgp_connections: Vec<BgpConnection>,
    pub interfaces: Vec<Interface>,
    /// Members of application security groups: the interface or endpoint, and the group.
    pub group_members: Vec<Association>,
    pub private_endpoints: Vec<PrivateEndpoint>,
    /// Zones of private endpoints that are resources of their own.
    pub zone_groups: Vec<ZoneGroup>,
    /// Subnets with a NAT gateway.
    pub egresses: Vec<Association>,
    pub public_addresses: Vec<PublicAddress>,
    pub endpoint_policies: Vec<EndpointPolicy>,
    pub firewalls: Firewalls,
    pub wan: Wan,
    pub balancing: Balancing,
    pub manager: Manager,
}

impl Azure {
    /// The number of the subnet that a reference means: of its own, or written inside its network and
    /// named by number or by id.
    #[must_use]
    pub fn subnet_of(&self, reference: &Reference) -> Option<usize> {
        let Reference::To(target) = reference else {
            return None;
        };
        let number = target.path.iter().find_map(|step| match step {
            Step::Index(index) => usize::try_from(*index).ok(),
            Step::Attribute(_) => None,
        });
        let suffix = target.suffix.to_ascii_lowercase();
        let name = suffix.strip_prefix("/subnets/");
        self.subnets.iter().position(|subnet| {
            subnet.origin.handle == target.handle
                && match subnet.inline {
                    None => true,
                    Some(inline) => match number {
                        Some(number) => number == inline,
                        None => name.is_some() && subnet.name.as_deref() == name,
                    },
                }
        })
    }
}

impl Azure {
    /// Gives private endpoints the zones that stand apart from them. Of an endpoint that is not known
    /// it may be any's.
    pub(super) fn join_zone_groups(&mut self) {
        let by_handle: HashMap<Handle, usize> = (self.private_endpoints.iter().enumerate())
            .map(|(number, endpoint)| (endpoint.origin.handle, number))
            .collect();
        for group in std::mem::take(&mut self.zone_groups) {
            let unsure = group.origin.presence.first().or(match &group.endpoint {
                Reference::Unknown(doubt) | Reference::Either(_, doubt) => Some(doubt),
                _ => None,
            });
            let any = matches!(group.endpoint, Reference::Unknown(_));
            let numbers: Vec<usize> = if any {
                (0..self.private_endpoints.len()).collect()
            } else {
                let of = group.endpoint.candidates().into_iter();
                of.filter_map(|(handle, _)| by_handle.get(&handle).copied())
                    .collect()
            };
            for number in numbers {
                if let Some(endpoint) = self.private_endpoints.get_mut(number) {
                    let zones = group.zones.iter().cloned();
                    endpoint.zones.extend(zones.map(|zone| doubted(zone, unsure)));
                    endpoint.zones_written = group.written.clone();
                }
            }
        }
    }
}

/// A reference that may not be there.
fn doubted(reference: Reference, unsure: Option<&Doubt>) -> Reference {
    match (reference, unsure) {
        (Reference::To(target), Some(doubt)) => Reference::Either(vec![target], doubt.clone()),
        (reference, _) => reference,
    }
}

/// A network prefix as written, with its length.
#[derive(Clone, Debug)]
pub struct Prefix {
    pub destinations: Bounded<Addresses>,
    pub length: u8,
}

#[derive(Clone, Debug)]
pub struct VirtualNetwork {
    pub origin: Origin,
    pub location: Fact<Arc<str>>,
    pub prefixes: Vec<Prefix>,
    /// Custom DNS servers; empty: Azure's own resolution.
    pub dns_servers: Bounded<Addresses>,
    /// Whether something says that DNS servers are set at all.
    pub custom_dns: bool,
}

#[derive(Clone, Debug)]
pub struct Subnet {
    pub origin: Origin,
    /// Written inside its network, which the handle then is: its number there.
    pub inline: Option<usize>,
    pub network: Reference,
    /// The subnet's own name, lower case: `gatewaysubnet`.
    pub name: Option<Arc<str>>,
    pub prefixes: Bounded<Addresses>,
    pub prefixes_written: Written,
    /// Set on the subnet itself: inline, or write-only.
    pub security_group: Reference,
    pub route_table: Reference,
    pub endpoint_security: Result<bool, Doubt>,
    pub endpoint_routes: Result<bool, Doubt>,
    pub default_outbound: Result<bool, Doubt>,
    /// `Microsoft.Storage` or `Microsoft.Storage.Global` among its service endpoints.
    pub storage_endpoint: Result<Option<bool>, Doubt>,
    /// What limits its service endpoint to some accounts.
    pub endpoint_policies: Vec<Reference>,
}

/// A side of a rule: every one of these.
#[derive(Clone, Debug, Default)]
pub struct Operand {
    pub any: bool,
    pub set: Addresses,
    /// Service tags, as written.
    pub tags: Vec<Arc<str>>,
    pub groups: Vec<Reference>,
    /// Elements that are not known.
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct SecurityRule {
    pub name: Arc<str>,
    /// The resource that carries it, where it is one of its own.
    pub place: Option<Arc<str>>,
    pub written: Written,
    pub priority: Result<i64, Doubt>,
    pub inbound: Result<bool, Doubt>,
    pub allow: Result<bool, Doubt>,
    pub protocols: Bounded<Protocols>,
    pub source: Operand,
    pub destination: Operand,
    pub source_ports: Bounded<Ports>,
    pub destination_ports: Bounded<Ports>,
    /// Some text among its ports is no port.
    pub odd_ports: bool,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct SecurityGroup {
    pub origin: Origin,
    pub rules: Vec<SecurityRule>,
}

/// Two resources tied together by a third.
#[derive(Clone, Debug)]
pub struct Association {
    pub origin: Origin,
    /// The subnet or interface.
    pub to: Reference,
    pub what: Reference,
}

#[derive(Clone, Debug)]
pub struct RouteTable {
    pub origin: Origin,
    pub propagates: Result<bool, Doubt>,
    pub propagates_written: Written,
    pub routes: Vec<UserRoute>,
}

#[derive(Clone, Debug)]
pub struct UserRoute {
    pub name: Arc<str>,
    pub place: Option<Arc<str>>,
    pub written: Written,
    pub to: RoutePrefix,
    pub next: Result<NextHop, Doubt>,
    /// The address of an appliance: what it refers to, and the literal address.
    pub appliance: Reference,
    pub appliance_address: Bounded<Addresses>,
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub enum RoutePrefix {
    Network(Addresses, u8),
    Tag(Arc<str>),
    Unknown(Doubt),
    Invalid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextHop {
    Gateway,
    Local,
    Internet,
    Appliance,
    None,
}

/// One half: from a network to its peer.
#[derive(Clone, Debug)]
pub struct Peering {
    pub origin: Origin,
    pub network: Reference,
    pub remote: Reference,
    pub access: Result<bool, Doubt>,
    pub forwarded: Result<bool, Doubt>,
    pub forwarded_written: Written,
    pub gateway_transit: Result<bool, Doubt>,
    pub transit_written: Written,
    pub remote_gateways: Result<bool, Doubt>,
    /// Only some subnets are peered.
    pub partial: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayKind {
    ExpressRoute,
    Vpn,
    /// A connection between the gateways of two networks.
    Networks,
}

#[derive(Clone, Debug)]
pub struct Gateway {
    pub origin: Origin,
    pub kind: Result<GatewayKind, Doubt>,
    pub subnet: Reference,
    /// The site that everything without another route is sent to.
    pub default_site: Reference,
    /// Addresses of clients that dial in.
    pub clients: Vec<Prefix>,
    /// Whether it takes traffic of other networks through a circuit that they share.
    pub remote_networks: Result<bool, Doubt>,
}

/// The far end of an IPsec connection.
#[derive(Clone, Debug)]
pub struct LocalGateway {
    pub origin: Origin,
    pub prefixes: Vec<Prefix>,
    pub bgp: Result<bool, Doubt>,
}

#[derive(Clone, Debug)]
pub struct Connection {
    pub origin: Origin,
    pub kind: Result<GatewayKind, Doubt>,
    pub gateway: Reference,
    /// A customer's circuit, or a private cloud's.
    pub circuit: Reference,
    pub local_gateway: Reference,
    /// Pairs of (Azure side, far side); empty: everything passes.
    pub selectors: Vec<(Bounded<Addresses>, Bounded<Addresses>)>,
    pub bgp: Result<bool, Doubt>,
    pub fast_path: Result<bool, Doubt>,
    /// The other gateway of a connection between networks.
    pub peer: Reference,
    /// Kinds that are not modelled.
    pub other: Option<Doubt>,
}

#[derive(Clone, Debug)]
pub struct Circuit {
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct GlobalReach {
    pub origin: Origin,
    pub one: Reference,
    pub other: Reference,
}

#[derive(Clone, Debug)]
pub struct RouteServer {
    pub origin: Origin,
    pub subnet: Reference,
    pub branch_to_branch: Result<bool, Doubt>,
}

#[derive(Clone, Debug)]
pub struct BgpConnection {
    pub origin: Origin,
    pub server: Reference,
}

#[derive(Clone, Debug)]
pub struct Interface {
    pub origin: Origin,
    pub subnet: Reference,
    pub addresses: Bounded<Addresses>,
    pub forwards: Result<bool, Doubt>,
    /// A public address of its own, which it leaves by.
    pub public: Option<Reference>,
}

#[derive(Clone, Debug)]
pub struct PrivateEndpoint {
    pub origin: Origin,
    pub subnet: Reference,
    /// Known only when it is set by hand or after apply; otherwise bounded by the subnet.
    pub address: Option<Bounded<Addresses>>,
    pub target: Reference,
    pub subresources: Vec<Arc<str>>,
    /// Waits for approval.
    pub manual: Result<bool, Doubt>,
    /// The zones that the endpoint writes its record to.
    pub zones: Vec<Reference>,
    pub zones_written: Written,
}

/// A service endpoint policy: the accounts that it lets through.
#[derive(Clone, Debug)]
pub struct EndpointPolicy {
    pub origin: Origin,
    pub accounts: Vec<Reference>,
}

/// The zones that an endpoint writes its record to, apart from the endpoint.
#[derive(Clone, Debug)]
pub struct ZoneGroup {
    pub origin: Origin,
    pub endpoint: Reference,
    pub zones: Vec<Reference>,
    pub written: Written,
}

#[derive(Clone, Debug)]
pub struct PublicAddress {
    pub origin: Origin,
    pub address: Option<Bounded<Addresses>>,
}
