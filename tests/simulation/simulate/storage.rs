//! Storage accounts: who may use the public endpoint, and private endpoints.

use super::prefix::{Span, any_holds};
use super::resources::Resources;
use super::vnets::{NextHop, Subnet};
use super::walk::{Journey, lost};
use super::{End, Place, Reason, World};

#[derive(Debug)]
pub struct Account {
    /// Of its blobs.
    pub host: String,
    public: bool,
    /// Admitted subnets, where the default is to deny.
    admitted: Option<Vec<String>>,
}

#[derive(Debug)]
pub struct PrivateEndpoint {
    pub address: String,
    pub subnet: usize,
    pub ip: u32,
}

pub fn accounts(resources: &Resources) -> Vec<Account> {
    let all = resources.of("azurerm_storage_account").map(|account| {
        let inline = account.body.block("network_rules");
        let alone = resources
            .of("azurerm_storage_account_network_rules")
            .find(|rules| rules.body.refers("storage_account_id").as_deref() == Some(&account.address))
            .map(|rules| rules.body);
        let rules = inline.or(alone);
        Account {
            host: format!("{}.blob.core.windows.net", account.body.text("name").unwrap()),
            public: account.body.flag("public_network_access_enabled", true),
            admitted: rules
                .filter(|rules| rules.text("default_action") == Some("Deny"))
                // IP rules do not concern callers in the account's own region, and there are no others.
                .map(|rules| rules.all_refer("virtual_network_subnet_ids")),
        }
    });
    all.collect()
}

pub fn endpoints(resources: &Resources, subnets: &[Subnet]) -> Vec<PrivateEndpoint> {
    let all = resources.of("azurerm_private_endpoint").map(|endpoint| {
        let subnet = endpoint.body.refers("subnet_id").unwrap();
        let ip = endpoint.body.block("ip_configuration").unwrap();
        PrivateEndpoint {
            address: endpoint.address.clone(),
            subnet: subnets.iter().position(|own| own.address == subnet).unwrap(),
            ip: Span::parse(ip.text("private_ip_address").unwrap()).unwrap().low,
        }
    });
    all.collect()
}

impl World {
    /// What an account's public endpoint does with a packet that has come to it from the internet.
    pub fn storage_filter(&self, journey: &mut Journey) -> Result<(), Reason> {
        let named = |account: &&Account| journey.name == Some(&*account.host);
        let Some(account) = self.accounts.iter().find(named) else {
            return Ok(());
        };
        journey.meet("storage firewall", account.host.clone());
        if !account.public {
            return lost("no public access");
        }
        match &account.admitted {
            None => Ok(()),
            Some(subnets) => match &journey.identity {
                Some(own) if subnets.contains(own) => {
                    journey.meet("storage subnet rule", own.clone());
                    Ok(())
                }
                _ => lost("the account's rules admit others"),
            },
        }
    }

    /// Private endpoints that a network sees: its own and its peers'.
    pub fn endpoints_seen_by(&self, subnet: usize) -> Vec<(Span, usize)> {
        let net = self.subnets[subnet].net;
        let mut seen = Vec::new();
        for (number, endpoint) in self.endpoints.iter().enumerate() {
            let home = &self.subnets[endpoint.subnet];
            let near = home.net == net || self.nets[net].peers.iter().any(|peer| peer.to == home.net);
            // With route policies a user-defined route as long as the network's own prefix, or longer,
            // makes the endpoint's route invalid.
            let policies = matches!(&*home.policies, "Enabled" | "RouteTableEnabled");
            let own = self.nets[home.net]
                .space
                .iter()
                .find(|space| space.holds(endpoint.ip))
                .unwrap();
            let overridden = policies
                && self.subnets[subnet]
                    .routes
                    .iter()
                    .any(|(prefix, _)| prefix.holds(endpoint.ip) && prefix.size() <= own.size());
            if near && !overridden {
                let ip = Span {
                    low: endpoint.ip,
                    high: endpoint.ip,
                };
                seen.push((ip, number));
            }
        }
        seen
    }

    /// The private endpoint at an address of a network.
    pub fn endpoint_at(&self, net: usize, address: u32) -> Option<usize> {
        self.endpoints
            .iter()
            .position(|endpoint| endpoint.ip == address && self.subnets[endpoint.subnet].net == net)
    }

    /// The reply of a private endpoint follows no user-defined route.
    pub fn out_of_endpoint(&self, endpoint: usize, journey: &mut Journey) -> Result<Place, Reason> {
        let subnet = self.endpoints[endpoint].subnet;
        let net = self.subnets[subnet].net;
        let destination = journey.packet.destination;
        if any_holds(&self.nets[net].space, destination) {
            return self.deliver(net, destination);
        }
        for peer in &self.nets[net].peers {
            if any_holds(&self.nets[peer.to].space, destination) {
                return self.deliver(peer.to, destination);
            }
        }
        let gateway = self.nets[net]
            .gateway
            .map(|_| net)
            .or_else(|| self.gateway_used_by(net));
        if let Some(hub) = gateway
            && self.nets[hub]
                .learned
                .iter()
                .any(|(prefix, _)| prefix.holds(destination))
        {
            return Ok(Place::Gateway(self.nets[hub].gateway.unwrap()));
        }
        if self.nets[net]
            .learned
            .iter()
            .any(|(prefix, place)| *place == Place::Hub && prefix.holds(destination))
        {
            return Ok(Place::Hub);
        }
        lost("the endpoint has no way back")
    }

    pub fn has_service_endpoint(&self, end: &End) -> bool {
        matches!(end.place, Place::Subnet(subnet) if self.service_endpoint(subnet).is_some())
    }

    /// Whether a route leads to the internet past everything else, by a service endpoint.
    pub fn service_endpoint(&self, subnet: usize) -> Option<(Span, NextHop)> {
        let has = self.subnets[subnet]
            .endpoints
            .iter()
            .any(|own| own == "Microsoft.Storage");
        has.then(|| (super::tags::prefixes("Storage.WestEurope")[0], NextHop::Internet))
    }
}
