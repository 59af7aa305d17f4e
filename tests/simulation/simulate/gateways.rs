//! Gateways of virtual networks and what lies behind them: sites behind tunnels and circuits, private clouds.

use super::cloud::Cloud;
use super::prefix::{Span, any_holds};
use super::resources::Resources;
use super::vnets::{NextHop, Subnet, VirtualNetwork};
use super::walk::{Journey, lost};
use super::{Place, Reason, World};

/// A gateway in a virtual network's `GatewaySubnet`.
#[derive(Debug)]
pub struct Gateway {
    pub address: String,
    pub subnet: usize,
    pub net: usize,
    pub far: Vec<usize>,
}

/// A site outside Azure.
#[derive(Debug)]
pub struct Far {
    pub label: String,
    pub space: Vec<Span>,
    pub gateways: Vec<usize>,
}

/// A site of the site file: its label, its address space, the connections that lead there.
#[derive(Clone, Debug)]
pub struct Site {
    pub label: String,
    pub space: Vec<Span>,
    pub connected_by: Vec<String>,
}

pub fn read(
    resources: &Resources,
    sites: &[Site],
    nets: &mut [VirtualNetwork],
    subnets: &[Subnet],
    mut cloud: Option<&mut Cloud>,
) -> (Vec<Gateway>, Vec<Far>) {
    let mut gateways: Vec<Gateway> = resources
        .of("azurerm_virtual_network_gateway")
        .map(|gateway| {
            let subnet = gateway.body.block("ip_configuration").unwrap();
            let address = subnet.refers("subnet_id").unwrap();
            let subnet = subnets
                .iter()
                .position(|subnet| subnet.address == address)
                .unwrap();
            Gateway {
                address: gateway.address.clone(),
                subnet,
                net: subnets[subnet].net,
                far: Vec::new(),
            }
        })
        .collect();
    let mut fars: Vec<Far> = sites
        .iter()
        .map(|site| Far {
            label: site.label.clone(),
            space: site.space.clone(),
            gateways: Vec::new(),
        })
        .collect();
    for connection in resources.of("azurerm_virtual_network_gateway_connection") {
        let address = connection.body.refers("virtual_network_gateway_id").unwrap();
        let gateway = gateways.iter().position(|own| own.address == address).unwrap();
        let net = gateways[gateway].net;
        let circuit = connection.body.refers("express_route_circuit_id");
        if let Some(cloud) = cloud.as_deref_mut()
            && circuit.as_ref() == Some(&cloud.address)
        {
            cloud.gateways.push(gateway);
            let announced = cloud.announces().into_iter();
            nets[net]
                .learned
                .extend(announced.map(|prefix| (prefix, Place::Tier0)));
            continue;
        }
        let by = circuit.unwrap_or_else(|| connection.address.clone());
        let far = sites.iter().position(|site| site.connected_by.contains(&by));
        let Some(far) = far else { continue };
        if connection.body.text("type") == Some("ExpressRoute") {
            let announced = sites[far].space.iter();
            nets[net]
                .learned
                .extend(announced.map(|prefix| (*prefix, Place::Far(far))));
        }
        if connection.body.text("type") == Some("IPsec") {
            let local = resources
                .meant(
                    "azurerm_local_network_gateway",
                    connection.body,
                    "local_network_gateway_id",
                )
                .unwrap();
            for prefix in local.body.spans("address_space") {
                nets[gateways[gateway].net]
                    .learned
                    .push((prefix, Place::Far(far)));
            }
        }
        gateways[gateway].far.push(far);
        fars[far].gateways.push(gateway);
    }
    for reach in resources.of("azapi_resource") {
        let circuit = reach.body.block("body").and_then(|body| body.block("properties"));
        let circuit = circuit.and_then(|properties| properties.refers("peerExpressRouteCircuit"));
        let far = sites.iter().position(|site| {
            circuit
                .as_ref()
                .is_some_and(|own| site.connected_by.contains(own))
        });
        if let (Some(far), Some(cloud)) = (far, cloud.as_deref_mut()) {
            cloud.reaches.push(far);
        }
    }
    for (number, gateway) in gateways.iter().enumerate() {
        nets[gateway.net].gateway = Some(number);
    }
    (gateways, fars)
}

impl World {
    /// From a site into Azure: it knows the prefixes of the gateway's network and of the peers that use
    /// the gateway.
    pub fn out_of_far(&self, far: usize, journey: &mut Journey) -> Result<Place, Reason> {
        let destination = journey.packet.destination;
        for gateway in &self.fars[far].gateways {
            if any_holds(&self.announced_by(*gateway), destination) {
                journey.meet("site", format!("{} to its gateway", self.fars[far].label));
                return Ok(Place::Gateway(*gateway));
            }
        }
        if let Some(cloud) = self.cloud.as_ref().filter(|cloud| cloud.reaches.contains(&far))
            && any_holds(&cloud.announces(), destination)
        {
            journey.meet("global reach", "circuit to circuit");
            return Ok(Place::Tier0);
        }
        lost(format!("{} knows no way there", self.fars[far].label))
    }

    /// What a gateway tells the far side: the prefixes of its network and of the peers that use it.
    pub fn announced_by(&self, gateway: usize) -> Vec<Span> {
        let net = self.gateways[gateway].net;
        let spokes = (0..self.nets.len()).filter(|other| self.gateway_used_by(*other) == Some(net));
        spokes
            .chain([net])
            .flat_map(|known| self.nets[known].space.clone())
            .collect()
    }

    /// At a gateway: out to what lies behind it, or in by the routes of its subnet.
    pub fn at_gateway(&self, gateway: usize, journey: &mut Journey) -> Result<Place, Reason> {
        let own = &self.gateways[gateway];
        journey.meet("gateway", own.address.clone());
        let learned = self.nets[own.net].learned.iter();
        let behind = learned
            .filter(|(prefix, _)| prefix.holds(journey.packet.destination))
            .min_by_key(|(prefix, _)| prefix.size());
        match behind {
            Some((_, place)) => Ok(*place),
            None => self.route(own.subnet, journey, false),
        }
    }

    /// Where a user-defined route to "the gateway" leads.
    pub fn any_gateway(&self, net: usize) -> Result<NextHop, Reason> {
        let own = self.nets[net]
            .gateway
            .map(|_| net)
            .or_else(|| self.gateway_used_by(net));
        match own {
            Some(net) => Ok(NextHop::Gateway(net, Place::Internet)),
            None => lost("no gateway"),
        }
    }
}
