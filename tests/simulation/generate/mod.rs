//! Random but plausible configurations: a hub, spokes, what filters and routes between them.

mod cloud;
mod storage;
mod walls;
mod wan;

use crate::configuration::{Block, Configuration, refers, text, texts};
use crate::entropy::Entropy;

/// What the parts of a configuration are made with.
pub struct Maker<'e, 'n> {
    pub entropy: &'e mut Entropy<'n>,
    pub configuration: Configuration,
    /// Prefixes that rules and routes like to name.
    pub prefixes: Vec<String>,
    pub nets: Vec<Net>,
    /// Whether there is a gateway in the hub, a site behind it, a firewall.
    pub gateway: Option<Far>,
    pub firewall: bool,
    pub wan: bool,
    /// Labels of segments.
    pub segments: Vec<String>,
    pub subnets_with_endpoint: Vec<String>,
    /// The address of a private endpoint.
    pub endpoint: Option<String>,
}

/// What the hub's gateway is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Far {
    Tunnel,
    Circuit,
}

pub struct Net {
    pub label: String,
    pub space: Vec<String>,
    /// Labels and prefixes of workload subnets.
    pub subnets: Vec<(String, String)>,
}

pub const PORTS: &[&str] = &["443", "53", "902", "3260", "8000-9000", "1-1023"];
pub const NAMES: &[&str] = &[
    "acct.blob.core.windows.net",
    "login.microsoftonline.com",
    "www.example.com",
];
/// Public prefixes that rules and routes like to name.
pub const PUBLIC: &[&str] = &["20.60.4.0/24", "20.60.8.0/22", "8.8.8.8", "203.0.113.0/24"];
/// Public destinations, each with a name that leads there.
pub const HOSTS: &[(&str, &str)] = &[
    ("20.60.0.0/18", NAMES[0]),
    ("20.60.4.0/23", NAMES[0]),
    ("20.190.130.0/24", NAMES[1]),
    ("8.8.8.8", NAMES[2]),
    ("203.0.113.0/24", NAMES[2]),
];

/// A configuration, from a list of random numbers.
pub fn configuration(numbers: &[u16]) -> Configuration {
    let mut entropy = Entropy::new(numbers);
    let mut maker = Maker {
        entropy: &mut entropy,
        configuration: Configuration::default(),
        prefixes: Vec::new(),
        nets: Vec::new(),
        gateway: None,
        firewall: false,
        wan: false,
        segments: Vec::new(),
        subnets_with_endpoint: Vec::new(),
        endpoint: None,
    };
    maker.networks();
    maker.far_sides();
    maker.firewall();
    if !maker.wan {
        maker.peerings();
    }
    maker.storage();
    maker.filters();
    maker.routes();
    maker.nsx();
    maker.configuration
}

impl Block {
    fn added(self, maker: &mut Maker) {
        maker.configuration.add(self);
    }
}

impl Maker<'_, '_> {
    fn networks(&mut self) {
        for number in 0..self.entropy.below(3) + 1 {
            let label = format!("v{number}");
            let mut space = vec![format!("10.{}.0.0/16", number + 1)];
            if self.entropy.chance(20) {
                space.push(format!("172.{}.0.0/20", number + 16));
            }
            self.configuration.add(
                Block::azurerm("virtual_network", &label)
                    .with("location", text("westeurope"))
                    .with("address_space", texts(&space)),
            );
            self.prefixes.extend(space.iter().cloned());
            let mut subnets = Vec::new();
            for part in 0..self.entropy.below(2) + 1 {
                let name = format!("s{number}{part}");
                let prefix = format!("10.{}.{}.0/24", number + 1, part + 1);
                self.subnet(&label, &name, &name, &prefix);
                self.prefixes.push(prefix.clone());
                self.prefixes
                    .push(format!("10.{}.{}.128/25", number + 1, part + 1));
                subnets.push((name, prefix));
            }
            self.nets.push(Net {
                label,
                space,
                subnets,
            });
        }
    }

    pub fn subnet(&mut self, net: &str, label: &str, name: &str, prefix: &str) {
        let storage = name != "GatewaySubnet" && self.entropy.chance(40);
        let mut block = Block::resource("azurerm_subnet", label)
            .with("name", text(name))
            .with("resource_group_name", text("rg"))
            .with(
                "virtual_network_name",
                refers(format!("azurerm_virtual_network.{net}.name")),
            )
            .with("address_prefixes", texts([prefix]));
        if storage {
            block = block.with("service_endpoints", texts(["Microsoft.Storage"]));
            self.subnets_with_endpoint.push(label.into());
        }
        if name != "GatewaySubnet" && self.entropy.chance(40) {
            let policies = [
                "Disabled",
                "Enabled",
                "NetworkSecurityGroupEnabled",
                "RouteTableEnabled",
            ];
            let policies = self.entropy.pick(&policies);
            block = block.with("private_endpoint_network_policies", text(policies));
        }
        self.configuration.add(block);
    }

    /// The first network is the hub of the others; some spokes are also peered with each other.
    fn peerings(&mut self) {
        let labels: Vec<String> = self.nets.iter().map(|net| net.label.clone()).collect();
        for (one, from) in labels.iter().enumerate() {
            for (other, to) in labels.iter().enumerate() {
                let hub = one == 0 || other == 0;
                if one == other || !self.entropy.chance(if hub { 95 } else { 25 }) {
                    continue;
                }
                let block = Block::azurerm("virtual_network_peering", &format!("{from}_{to}"))
                    .with(
                        "virtual_network_name",
                        refers(format!("azurerm_virtual_network.{from}.name")),
                    )
                    .with(
                        "remote_virtual_network_id",
                        refers(format!("azurerm_virtual_network.{to}.id")),
                    )
                    .flag("allow_forwarded_traffic", self.entropy.chance(80));
                let block = if self.gateway.is_some() && one == 0 {
                    block.flag("allow_gateway_transit", self.entropy.chance(90))
                } else if self.gateway.is_some() && other == 0 {
                    block.flag("use_remote_gateways", self.entropy.chance(85))
                } else {
                    block
                };
                self.configuration.add(block);
            }
        }
    }

    fn filters(&mut self) {
        for (name, prefix) in self.workload_subnets() {
            if !self.entropy.chance(60) {
                continue;
            }
            let mut rules = Vec::new();
            for number in 0..self.entropy.below(5) {
                rules.push(self.security_rule(number, &prefix));
            }
            let label = format!("g_{name}");
            self.configuration.add(
                Block::azurerm("network_security_group", &label)
                    .with("location", text("westeurope"))
                    .holding_all(rules),
            );
            self.configuration.add(
                Block::resource("azurerm_subnet_network_security_group_association", &label)
                    .with("subnet_id", refers(format!("azurerm_subnet.{name}.id")))
                    .with(
                        "network_security_group_id",
                        refers(format!("azurerm_network_security_group.{label}.id")),
                    ),
            );
        }
    }

    pub fn workload_subnets(&self) -> Vec<(String, String)> {
        self.nets.iter().flat_map(|net| net.subnets.clone()).collect()
    }

    fn security_rule(&mut self, number: usize, own: &str) -> Block {
        let inbound = self.entropy.chance(50);
        let allows = self.entropy.chance(55);
        let mut block = Block::new("security_rule")
            .with("name", text(format!("r{number}")))
            .number("priority", 100 + number * 10 + self.entropy.below(9))
            .with("direction", text(if inbound { "Inbound" } else { "Outbound" }))
            .with("access", text(if allows { "Allow" } else { "Deny" }))
            .with("protocol", text(self.entropy.pick(&["*", "Tcp", "Udp"])))
            .with("source_port_range", text("*"));
        for (side, here) in [("source", !inbound), ("destination", inbound)] {
            block = if here && self.entropy.chance(70) {
                let whole = if self.entropy.chance(50) { "*" } else { own };
                block.with(&format!("{side}_address_prefix"), text(whole))
            } else {
                self.operand(block, side)
            };
        }
        match self.entropy.below(3) {
            0 => block.with("destination_port_range", text("*")),
            1 => {
                let port = self.entropy.pick(PORTS);
                block.with("destination_port_range", text(port))
            }
            _ => {
                let ports = [self.entropy.pick(PORTS), self.entropy.pick(PORTS)];
                block.with("destination_port_ranges", texts(ports))
            }
        }
    }

    fn operand(&mut self, block: Block, side: &str) -> Block {
        let one = format!("{side}_address_prefix");
        match self.entropy.below(6) {
            0 => block.with(&one, text("*")),
            1 => block.with(&one, text("VirtualNetwork")),
            2 => {
                let tags = [
                    "Internet",
                    "Storage",
                    "Storage.WestEurope",
                    "AzureActiveDirectory",
                ];
                let tag = self.entropy.pick(&tags);
                block.with(&one, text(tag))
            }
            3 => block.with(&one, text(self.prefix())),
            _ => {
                let some: Vec<String> = (0..self.entropy.below(3) + 1).map(|_| self.prefix()).collect();
                block.with(&format!("{side}_address_prefixes"), texts(some))
            }
        }
    }

    pub fn prefix(&mut self) -> String {
        if self.entropy.chance(15) {
            self.entropy.pick(PUBLIC).into()
        } else {
            self.entropy.pick(&self.prefixes)
        }
    }

    fn routes(&mut self) {
        for index in 0..self.nets.len() {
            for (name, _) in self.nets[index].subnets.clone() {
                let percent = if self.firewall { 65 } else { 35 };
                if self.entropy.chance(percent) {
                    self.route_table(index, &name);
                }
            }
            if index == 0 && self.gateway.is_some() && self.firewall && self.entropy.chance(60) {
                self.route_table(index, "gateway");
            }
        }
    }

    /// A prefix and where it leads.
    fn route(&mut self, net: usize, subnet: &str) -> (String, &'static str) {
        if subnet == "gateway" {
            let spokes: Vec<String> = self.nets.iter().flat_map(|net| net.space.clone()).collect();
            return (self.entropy.pick(&spokes), "VirtualAppliance");
        }
        if self.firewall && self.entropy.chance(60) {
            let prefix = if self.entropy.chance(40) {
                "0.0.0.0/0".into()
            } else {
                self.prefix()
            };
            return (prefix, "VirtualAppliance");
        }
        match self.entropy.below(5) {
            0 => (self.prefix(), "None"),
            1 => (self.entropy.pick(&self.nets[net].space), "VnetLocal"),
            2 => ("0.0.0.0/0".into(), "Internet"),
            3 if self.gateway == Some(Far::Tunnel) && net == 0 => {
                ("192.168.0.0/16".into(), "VirtualNetworkGateway")
            }
            _ => (self.entropy.pick(PUBLIC).to_owned(), "None"),
        }
    }

    fn route_table(&mut self, net: usize, subnet: &str) {
        let mut routes: Vec<Block> = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        for number in 0..self.entropy.below(3) + 1 {
            let (prefix, kind) = self.route(net, subnet);
            let prefix = if prefix.contains('/') {
                prefix
            } else {
                format!("{prefix}/32")
            };
            if taken.contains(&prefix) {
                continue;
            }
            let block = Block::new("route")
                .with("name", text(format!("u{number}")))
                .with("address_prefix", text(&prefix))
                .with("next_hop_type", text(kind));
            routes.push(if kind == "VirtualAppliance" {
                let address = "azurerm_firewall.f.ip_configuration[0].private_ip_address";
                block.with("next_hop_in_ip_address", refers(address))
            } else {
                block
            });
            taken.push(prefix);
        }
        let label = format!("t_{subnet}");
        let propagates = subnet == "gateway" || self.entropy.chance(70);
        self.configuration.add(
            Block::azurerm("route_table", &label)
                .with("location", text("westeurope"))
                .flag("bgp_route_propagation_enabled", propagates)
                .holding_all(routes),
        );
        self.configuration.add(
            Block::resource("azurerm_subnet_route_table_association", &label)
                .with("subnet_id", refers(format!("azurerm_subnet.{subnet}.id")))
                .with(
                    "route_table_id",
                    refers(format!("azurerm_route_table.{label}.id")),
                ),
        );
    }
}
