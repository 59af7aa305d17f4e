//! Virtual networks, their subnets and peerings, and the routes in effect at a subnet.

use super::prefix::{Span, any_holds, shown};
use super::resources::Resources;
use super::security::SecurityGroup;
use super::{Place, Reason, World};

#[derive(Debug)]
pub struct VirtualNetwork {
    pub name: String,
    pub space: Vec<Span>,
    /// Only where both halves exist.
    pub peers: Vec<Peer>,
    /// What its own gateway learns: prefixes, and the number of the far end.
    pub learned: Vec<(Span, Place)>,
    pub gateway: Option<usize>,
}

#[derive(Debug)]
pub struct Peer {
    pub to: usize,
    pub takes_forwarded: bool,
    pub gives_gateway: bool,
    pub uses_gateway: bool,
}

#[derive(Debug)]
pub struct Subnet {
    pub address: String,
    pub name: String,
    pub net: usize,
    pub prefixes: Vec<Span>,
    pub group: Option<SecurityGroup>,
    pub routes: Vec<(Span, NextHop)>,
    pub propagates: bool,
    pub endpoints: Vec<String>,
    /// `private_endpoint_network_policies`.
    pub policies: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum NextHop {
    Local,
    Peering(usize),
    /// The gateway of a virtual network (its own or a peer's), and what lies behind it.
    Gateway(usize, Place),
    /// A user-defined route to whatever gateway there is.
    AnyGateway,
    Appliance(u32),
    Firewall(usize),
    PrivateEndpoint(usize),
    Hub,
    Internet,
    Nowhere,
}

/// Where a route comes from: on equal prefixes the first wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    User,
    Learned,
    System,
}

#[derive(Clone, Debug)]
pub struct Route {
    pub prefix: Span,
    pub origin: Origin,
    pub hop: NextHop,
}

pub fn read(resources: &Resources) -> (Vec<VirtualNetwork>, Vec<Subnet>) {
    let networks: Vec<_> = resources.of("azurerm_virtual_network").collect();
    let position = |address: &str| networks.iter().position(|network| network.address == address);
    let halves: Vec<_> = resources
        .of("azurerm_virtual_network_peering")
        .map(|half| {
            let from = resources.meant("azurerm_virtual_network", half.body, "virtual_network_name");
            let from = position(&from.unwrap().address).unwrap();
            let to = position(&half.body.refers("remote_virtual_network_id").unwrap()).unwrap();
            let peer = Peer {
                to,
                takes_forwarded: half.body.flag("allow_forwarded_traffic", false),
                gives_gateway: half.body.flag("allow_gateway_transit", false),
                uses_gateway: half.body.flag("use_remote_gateways", false),
            };
            (from, peer)
        })
        .collect();
    let connected =
        |one: usize, other: usize| halves.iter().any(|(from, peer)| (*from, peer.to) == (other, one));
    let mut all: Vec<VirtualNetwork> = networks
        .iter()
        .map(|network| VirtualNetwork {
            name: network.body.text("name").unwrap().into(),
            space: network.body.spans("address_space"),
            peers: Vec::new(),
            learned: Vec::new(),
            gateway: None,
        })
        .collect();
    let kept: Vec<bool> = halves
        .iter()
        .map(|(from, peer)| connected(*from, peer.to))
        .collect();
    for ((from, peer), kept) in halves.into_iter().zip(kept) {
        if kept {
            all[from].peers.push(peer);
        }
    }
    let subnets = resources
        .of("azurerm_subnet")
        .map(|subnet| {
            let network = resources.meant("azurerm_virtual_network", subnet.body, "virtual_network_name");
            let (routes, propagates) = user_routes(resources, &subnet.address);
            Subnet {
                address: subnet.address.clone(),
                name: subnet.body.text("name").unwrap().into(),
                net: position(&network.unwrap().address).unwrap(),
                prefixes: subnet.body.spans("address_prefixes"),
                group: SecurityGroup::of_subnet(resources, &subnet.address),
                routes,
                propagates,
                endpoints: subnet
                    .body
                    .texts("service_endpoints")
                    .into_iter()
                    .map(String::from)
                    .collect(),
                policies: subnet
                    .body
                    .text("private_endpoint_network_policies")
                    .unwrap_or("Disabled")
                    .into(),
            }
        })
        .collect();
    (all, subnets)
}

/// The routes of the table associated with a subnet, and whether it lets learned routes in.
fn user_routes(resources: &Resources, subnet: &str) -> (Vec<(Span, NextHop)>, bool) {
    let association = resources
        .of("azurerm_subnet_route_table_association")
        .find(|association| association.body.refers("subnet_id").as_deref() == Some(subnet));
    let Some(table) =
        association.and_then(|own| resources.meant("azurerm_route_table", own.body, "route_table_id"))
    else {
        return (Vec::new(), true);
    };
    let inline = table.body.blocks("route");
    let alone = resources
        .of("azurerm_route")
        .filter(|route| route.body.text("route_table_name") == table.body.text("name"))
        .map(|route| route.body);
    let routes = inline.into_iter().chain(alone).map(|route| {
        let prefix = Span::parse(route.text("address_prefix").unwrap()).unwrap();
        let hop = match route.text("next_hop_type").unwrap() {
            "VnetLocal" => NextHop::Local,
            "Internet" => NextHop::Internet,
            "VirtualNetworkGateway" => NextHop::AnyGateway,
            "VirtualAppliance" => match route.text("next_hop_in_ip_address") {
                Some(text) => NextHop::Appliance(Span::parse(text).unwrap().low),
                None => {
                    let firewall = route.refers("next_hop_in_ip_address").unwrap();
                    let firewalls: Vec<_> = resources.of("azurerm_firewall").collect();
                    NextHop::Firewall(firewalls.iter().position(|own| own.address == firewall).unwrap())
                }
            },
            _ => NextHop::Nowhere,
        };
        (prefix, hop)
    });
    (
        routes.collect(),
        table.body.flag("bgp_route_propagation_enabled", true),
    )
}

impl World {
    /// Every route of a subnet, whether it wins or not.
    fn routes(&self, subnet: usize) -> Vec<Route> {
        let own = &self.subnets[subnet];
        let net = &self.nets[own.net];
        let mut routes = Vec::new();
        let mut add = |prefix: Span, origin: Origin, hop: NextHop| routes.push(Route { prefix, origin, hop });
        for (text, hop) in [
            ("0.0.0.0/0", NextHop::Internet),
            ("10.0.0.0/8", NextHop::Nowhere),
            ("172.16.0.0/12", NextHop::Nowhere),
            ("192.168.0.0/16", NextHop::Nowhere),
            ("100.64.0.0/10", NextHop::Nowhere),
        ] {
            add(Span::parse(text).unwrap(), Origin::System, hop);
        }
        for prefix in &net.space {
            add(*prefix, Origin::System, NextHop::Local);
        }
        for peer in &net.peers {
            for prefix in &self.nets[peer.to].space {
                add(*prefix, Origin::System, NextHop::Peering(peer.to));
            }
        }
        if own.propagates {
            for (prefix, behind) in &net.learned {
                let hop = match behind {
                    Place::Hub => NextHop::Hub,
                    _ => NextHop::Gateway(own.net, *behind),
                };
                add(*prefix, Origin::Learned, hop);
            }
            if let Some(hub) = self.gateway_used_by(own.net) {
                for (prefix, behind) in &self.nets[hub].learned {
                    add(*prefix, Origin::Learned, NextHop::Gateway(hub, *behind));
                }
            }
        }
        for (ip, endpoint) in self.endpoints_seen_by(subnet) {
            add(ip, Origin::System, NextHop::PrivateEndpoint(endpoint));
        }
        if let Some((prefix, hop)) = self.service_endpoint(subnet) {
            add(prefix, Origin::System, hop);
        }
        for (prefix, hop) in &own.routes {
            add(*prefix, Origin::User, hop.clone());
        }
        routes
    }

    /// The peer whose gateway a network uses: both halves have to say so.
    pub fn gateway_used_by(&self, net: usize) -> Option<usize> {
        let own = self.nets[net].peers.iter().filter(|peer| peer.uses_gateway);
        own.map(|peer| peer.to).find(|hub| {
            let mut other = self.nets[*hub].peers.iter();
            other.any(|peer| peer.to == net && peer.gives_gateway)
        })
    }

    /// The route that wins for a destination: the longest prefix, then user, learned, system; but routes
    /// to the network itself and its peers go before longer learned ones.
    pub fn effective(&self, subnet: usize, destination: u32) -> Route {
        let mut matching = self.routes(subnet);
        matching.retain(|route| route.prefix.holds(destination));
        let near = |route: &Route| {
            route.origin == Origin::System
                && matches!(
                    route.hop,
                    NextHop::Local | NextHop::Peering(_) | NextHop::PrivateEndpoint(_)
                )
        };
        if matching.iter().any(near) {
            matching.retain(|route| route.origin != Origin::Learned);
        }
        let best = matching
            .into_iter()
            .min_by_key(|route| (route.prefix.size(), route.origin));
        best.unwrap()
    }

    /// The tag `VirtualNetwork` as a subnet sees it: all that routes lead to inside, whichever of them wins.
    pub fn is_virtual_network(&self, subnet: usize, address: u32) -> bool {
        let routes = self.routes(subnet);
        let mut inside = routes.iter().filter(|route| {
            matches!(
                route.hop,
                NextHop::Local
                    | NextHop::Peering(_)
                    | NextHop::Gateway(..)
                    | NextHop::AnyGateway
                    | NextHop::Appliance(_)
                    | NextHop::Firewall(_)
                    | NextHop::Hub
            )
        });
        inside.any(|route| route.prefix.holds(address)) || shown(address) == "168.63.129.16"
    }

    /// The subnet of a network that an address lies in.
    pub fn subnet_at(&self, net: usize, address: u32) -> Option<usize> {
        self.subnets
            .iter()
            .position(|subnet| subnet.net == net && any_holds(&subnet.prefixes, address))
    }

    /// Whether a network takes a packet that a firewall in another one forwards.
    pub fn takes_forwarded(&self, from: usize, into: usize, source: u32) -> Result<(), Reason> {
        if any_holds(&self.nets[from].space, source) {
            return Ok(());
        }
        let half = self.nets[into].peers.iter().find(|peer| peer.to == from).unwrap();
        match half.takes_forwarded {
            true => Ok(()),
            false => Err(Reason::Lost(format!(
                "{} takes no forwarded traffic",
                self.nets[into].name
            ))),
        }
    }
}
