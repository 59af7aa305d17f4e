//! A hub of Virtual WAN: its connections, its firewall, its routing intent.

use super::cloud::Cloud;
use super::firewall::Firewall;
use super::prefix::{Span, any_holds, is_private_or_shared};
use super::resources::Resources;
use super::vnets::VirtualNetwork;
use super::walk::{Journey, lost};
use super::{Place, Reason, World};

#[derive(Debug)]
pub struct Hub {
    nets: Vec<usize>,
    /// Whether the private cloud's circuit is connected, and takes the hub's default route.
    cloud: Option<bool>,
    firewall: Option<usize>,
    private_policy: bool,
    internet_policy: bool,
}

pub fn read(
    resources: &Resources,
    addresses: &[String],
    nets: &mut [VirtualNetwork],
    firewalls: &[Firewall],
    cloud: Option<&Cloud>,
) -> Option<Hub> {
    let hub = resources.of("azurerm_virtual_hub").next()?;
    let mut own = Hub {
        nets: Vec::new(),
        cloud: None,
        firewall: firewalls
            .iter()
            .position(|firewall| firewall.hub.as_ref() == Some(&hub.address)),
        private_policy: false,
        internet_policy: false,
    };
    for intent in resources.of("azurerm_virtual_hub_routing_intent") {
        for policy in intent.body.blocks("routing_policy") {
            let destinations = policy.texts("destinations");
            own.private_policy |= destinations.contains(&"PrivateTraffic");
            own.internet_policy |= destinations.contains(&"Internet");
        }
    }
    let mut takes_default = Vec::new();
    for connection in resources.of("azurerm_virtual_hub_connection") {
        let address = connection.body.refers("remote_virtual_network_id").unwrap();
        own.nets
            .push(addresses.iter().position(|own| *own == address).unwrap());
        takes_default.push(connection.body.flag("internet_security_enabled", false));
    }
    for connection in resources.of("azurerm_express_route_connection") {
        own.cloud = Some(connection.body.flag("internet_security_enabled", false));
    }
    let mut told = vec![Span::parse(hub.body.text("address_prefix").unwrap()).unwrap()];
    if own.private_policy {
        let aggregates = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
        told.extend(aggregates.map(|text| Span::parse(text).unwrap()));
    }
    if own.cloud.is_some() {
        told.extend(cloud.unwrap().announces());
    }
    let spaces: Vec<(usize, Vec<Span>)> = own
        .nets
        .iter()
        .map(|net| (*net, nets[*net].space.clone()))
        .collect();
    for (net, default) in own.nets.iter().zip(takes_default) {
        let others = spaces.iter().filter(|(other, _)| other != net);
        let mut all: Vec<Span> = others.flat_map(|(_, space)| space.clone()).collect();
        all.extend(&told);
        if default && own.internet_policy {
            all.push(super::prefix::EVERYWHERE);
        }
        nets[*net]
            .learned
            .extend(all.into_iter().map(|prefix| (prefix, Place::Hub)));
    }
    Some(own)
}

impl World {
    fn the_hub(&self) -> &Hub {
        self.hub.as_ref().unwrap()
    }

    /// Whether the hub tells the private cloud of a way to a destination.
    pub fn hub_leads_to(&self, destination: u32) -> bool {
        let Some(hub) = self.hub.as_ref().filter(|hub| hub.cloud.is_some()) else {
            return false;
        };
        let known = hub
            .nets
            .iter()
            .any(|net| any_holds(&self.nets[*net].space, destination));
        known || (hub.internet_policy && hub.cloud == Some(true) && !is_private_or_shared(destination))
    }

    /// By the policies to the firewall, otherwise straight on.
    pub fn at_hub(&self, journey: &mut Journey) -> Result<Place, Reason> {
        let hub = self.the_hub();
        let private = is_private_or_shared(journey.packet.destination);
        journey.meet("virtual hub", "hub");
        if if private {
            hub.private_policy
        } else {
            hub.internet_policy
        } {
            journey.meet("routing intent", "to the hub's firewall");
            return Ok(Place::Firewall(hub.firewall.unwrap()));
        }
        self.beyond_hub(journey)
    }

    /// To the connection that has the destination.
    pub fn beyond_hub(&self, journey: &mut Journey) -> Result<Place, Reason> {
        let hub = self.the_hub();
        let destination = journey.packet.destination;
        for net in &hub.nets {
            if any_holds(&self.nets[*net].space, destination) {
                return self.deliver(*net, destination);
            }
        }
        if let (Some(cloud), Some(_)) = (&self.cloud, hub.cloud)
            && any_holds(&cloud.announces(), destination)
        {
            return Ok(Place::Tier0);
        }
        lost("the hub has no way there")
    }
}
