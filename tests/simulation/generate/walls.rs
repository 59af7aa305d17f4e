//! The hub's gateway with a site behind it, and its firewall.

use super::{Far, Maker, NAMES, PORTS};
use crate::configuration::{Block, refers, text, texts};

impl Maker<'_, '_> {
    /// What the hub is connected to: a site by VPN, a private cloud and a site by circuits, or nothing.
    pub(super) fn far_sides(&mut self) {
        match self.entropy.below(13) {
            0 | 1 => {}
            2..=4 => {
                self.gateway("Vpn", "VpnGw1AZ");
                self.branch();
            }
            10..=12 => self.virtual_wan(),
            _ => {
                let internet = self.entropy.chance(50);
                self.private_cloud(internet);
                if self.entropy.chance(85) {
                    self.gateway("ExpressRoute", "ErGw1AZ");
                }
                self.headquarters();
            }
        }
    }

    fn gateway(&mut self, kind: &str, sku: &str) {
        self.gateway = Some(if kind == "Vpn" { Far::Tunnel } else { Far::Circuit });
        self.subnet("v0", "gateway", "GatewaySubnet", "10.1.0.0/27");
        self.configuration.add(
            Block::azurerm("virtual_network_gateway", "g")
                .with("location", text("westeurope"))
                .with("type", text(kind))
                .with("sku", text(sku))
                .holding(
                    Block::new("ip_configuration")
                        .with("subnet_id", refers("azurerm_subnet.gateway.id"))
                        .with("public_ip_address_id", text("p")),
                ),
        );
        if kind == "ExpressRoute" {
            let authorization = "azurerm_vmware_express_route_authorization.hub";
            let key = format!("{authorization}.express_route_authorization_key");
            self.configuration.add(
                Block::resource("azurerm_vmware_express_route_authorization", "hub")
                    .with("name", text("hub"))
                    .with("private_cloud_id", refers("azurerm_vmware_private_cloud.dr.id")),
            );
            self.connection(
                "cloud",
                "azurerm_vmware_private_cloud.dr.circuit[0].express_route_id",
            )
            .with("authorization_key", refers(key))
            .added(self);
        }
    }

    fn connection(&self, label: &str, circuit: &str) -> Block {
        Block::azurerm("virtual_network_gateway_connection", label)
            .with("location", text("westeurope"))
            .with("type", text("ExpressRoute"))
            .with(
                "virtual_network_gateway_id",
                refers("azurerm_virtual_network_gateway.g.id"),
            )
            .with("express_route_circuit_id", refers(circuit))
    }

    /// A site with a circuit of its own: connected to the hub, to the private cloud, to both or neither.
    fn headquarters(&mut self) {
        if !self.entropy.chance(85) {
            return;
        }
        self.configuration.add(
            Block::azurerm("express_route_circuit", "hq")
                .with("location", text("westeurope"))
                .with("service_provider_name", text("Equinix"))
                .with("peering_location", text("Amsterdam"))
                .number("bandwidth_in_mbps", 1000)
                .holding(
                    Block::new("sku")
                        .with("tier", text("Standard"))
                        .with("family", text("MeteredData")),
                ),
        );
        if self.gateway.is_some() && self.entropy.chance(60) {
            self.connection("hq", "azurerm_express_route_circuit.hq.id")
                .added(self);
        }
        if self.entropy.chance(75) {
            let peer = "peerExpressRouteCircuit = azurerm_express_route_circuit.hq.id";
            self.configuration.add(
                Block::resource("azapi_resource", "reach")
                    .with(
                        "type",
                        text("Microsoft.AVS/privateClouds/globalReachConnections@2023-09-01"),
                    )
                    .with("name", text("reach"))
                    .with("parent_id", refers("azurerm_vmware_private_cloud.dr.id"))
                    .with("body", refers(format!("{{ properties = {{ {peer} }} }}"))),
            );
        }
        let space: &[&str] = self
            .entropy
            .pick(&[&["192.168.0.0/16"][..], &["192.168.10.0/24", "192.168.20.0/24"]]);
        self.site("hq", space, "azurerm_express_route_circuit.hq");
        self.prefixes
            .extend(space.iter().map(|prefix| prefix.to_string()));
    }

    fn site(&mut self, label: &str, space: &[&str], connected_by: &str) {
        self.configuration.sites.push(
            Block::new(&format!("site \"{label}\""))
                .with("kind", text("on_premises"))
                .with("address_space", texts(space))
                .with("connected_by", refers(format!("[{connected_by}]")))
                .with("internal_traffic", text("allowed")),
        );
    }

    fn branch(&mut self) {
        let space: &[&str] = match self.entropy.below(3) {
            0 => &["192.168.0.0/16"],
            1 => &["192.168.10.0/24", "192.168.20.0/24"],
            _ => &["192.168.0.0/17", "192.168.128.0/24"],
        };
        self.configuration.add(
            Block::azurerm("local_network_gateway", "branch")
                .with("location", text("westeurope"))
                .with("gateway_address", text("203.0.113.1"))
                .with("address_space", texts(space)),
        );
        self.configuration.add(
            Block::azurerm("virtual_network_gateway_connection", "branch")
                .with("location", text("westeurope"))
                .with("type", text("IPsec"))
                .with(
                    "virtual_network_gateway_id",
                    refers("azurerm_virtual_network_gateway.g.id"),
                )
                .with(
                    "local_network_gateway_id",
                    refers("azurerm_local_network_gateway.branch.id"),
                ),
        );
        let whole = ["192.168.0.0/16"];
        let own: &[&str] = if self.entropy.chance(20) { &whole } else { space };
        self.site("branch", own, "azurerm_virtual_network_gateway_connection.branch");
        self.prefixes
            .extend(space.iter().map(|prefix| prefix.to_string()));
        self.prefixes.push("192.168.0.0/16".into());
    }

    /// Azure Firewall in the hub: with a policy, a policy and its parent, or classic.
    pub(super) fn firewall(&mut self) {
        self.firewall = !self.wan && self.entropy.chance(60);
        if !self.firewall {
            return;
        }
        self.subnet("v0", "firewall", "AzureFirewallSubnet", "10.1.0.64/26");
        self.prefixes.push("10.0.0.0/8".into());
        let groups = self.entropy.chance(40);
        if groups {
            let some = [self.prefix(), self.prefix()];
            self.configuration.add(
                Block::azurerm("ip_group", "many")
                    .with("location", text("westeurope"))
                    .with("cidrs", texts(some)),
            );
        }
        let kind = self.entropy.below(3);
        let mut firewall = Block::azurerm("firewall", "f")
            .with("location", text("westeurope"))
            .with("sku_name", text("AZFW_VNet"))
            .with("sku_tier", text("Standard"))
            .holding(
                Block::new("ip_configuration")
                    .with("name", text("i"))
                    .with("subnet_id", refers("azurerm_subnet.firewall.id")),
            );
        if kind > 0 {
            firewall = firewall.with("firewall_policy_id", refers("azurerm_firewall_policy.own.id"));
        } else if self.entropy.chance(30) {
            firewall = firewall.flag("dns_proxy_enabled", true);
        }
        self.configuration.add(firewall);
        if kind == 0 {
            return self.classic(groups);
        }
        let mut own = Block::azurerm("firewall_policy", "own").with("location", text("westeurope"));
        if kind == 2 {
            own = own.with("base_policy_id", refers("azurerm_firewall_policy.base.id"));
            self.configuration
                .add(Block::azurerm("firewall_policy", "base").with("location", text("westeurope")));
            self.group("base", 0, groups);
        }
        if self.entropy.chance(40) {
            own = own.holding(Block::new("dns").flag("proxy_enabled", self.entropy.chance(70)));
        }
        self.configuration.add(own);
        for number in 0..self.entropy.below(2) + 1 {
            self.group("own", number, groups);
        }
    }

    fn classic(&mut self, groups: bool) {
        for number in 0..self.entropy.below(3) + 1 {
            let network = self.entropy.chance(70);
            let (kind, fqdns, protocol) = if network {
                ("network", "destination_fqdns", "protocols")
            } else {
                ("application", "target_fqdns", "protocol")
            };
            let collection = Block::resource(
                &format!("azurerm_firewall_{kind}_rule_collection"),
                &format!("c{number}"),
            )
            .with("name", text(format!("c{number}")))
            .with("resource_group_name", text("rg"))
            .with("azure_firewall_name", refers("azurerm_firewall.f.name"))
            .number("priority", 100 + self.entropy.below(9) + 10 * number)
            .with("action", self.action());
            let rules: Vec<Block> = (0..self.entropy.below(2) + 1)
                .map(|rule| self.rule(network, fqdns, protocol, rule, groups))
                .collect();
            self.configuration.add(collection.holding_all(rules));
        }
    }

    pub(super) fn group(&mut self, policy: &str, number: usize, groups: bool) {
        let mut collections = Vec::new();
        for index in 0..self.entropy.below(3) + 1 {
            let network = self.entropy.chance(70);
            let kind = if network { "network" } else { "application" };
            let collection = Block::new(&format!("{kind}_rule_collection"))
                .with("name", text(format!("c{index}")))
                .number("priority", 100 + self.entropy.below(9) * 100 + index)
                .with("action", self.action());
            let rules: Vec<Block> = (0..self.entropy.below(2) + 1)
                .map(|rule| self.rule(network, "destination_fqdns", "protocols", rule, groups))
                .collect();
            collections.push(collection.holding_all(rules));
        }
        let label = format!("{policy}{number}");
        self.configuration.add(
            Block::resource("azurerm_firewall_policy_rule_collection_group", &label)
                .with("name", text(&label))
                .with(
                    "firewall_policy_id",
                    refers(format!("azurerm_firewall_policy.{policy}.id")),
                )
                .number("priority", 100 + self.entropy.below(9) * 10 + number)
                .holding_all(collections),
        );
    }

    fn action(&mut self) -> crate::configuration::Term {
        text(if self.entropy.chance(75) { "Allow" } else { "Deny" })
    }

    fn rule(&mut self, network: bool, fqdns: &str, protocol: &str, number: usize, groups: bool) -> Block {
        let mut rule = Block::new("rule").with("name", text(format!("r{number}")));
        rule = match self.entropy.below(3) {
            0 if groups => rule.with("source_ip_groups", refers("[azurerm_ip_group.many.id]")),
            1 => rule.with("source_addresses", texts([self.prefix(), self.prefix()])),
            _ => rule.with("source_addresses", texts(["*"])),
        };
        if !network {
            let port = self.entropy.pick(&[443, 443, 8080]);
            let protocol = Block::new(protocol)
                .with("type", text("Https"))
                .number("port", port);
            let names = [
                self.entropy.pick(NAMES),
                self.entropy.pick(&["*.blob.core.windows.net", "*"]),
            ];
            let many = self.entropy.below(2) + 1;
            return rule.with(fqdns, texts(&names[..many])).holding(protocol);
        }
        let protocols: &[&str] = self
            .entropy
            .pick(&[&["Any"][..], &["TCP"], &["TCP", "UDP"], &["UDP"]]);
        let ports = [self.entropy.pick(&["*", "1-65535"]), self.entropy.pick(PORTS)];
        let from = self.entropy.below(2);
        rule = rule
            .with("protocols", texts(protocols))
            .with("destination_ports", texts(&ports[from..=from]));
        match self.entropy.below(6) {
            0 => rule.with(fqdns, texts([self.entropy.pick(NAMES)])),
            1 if groups => rule.with("destination_ip_groups", refers("[azurerm_ip_group.many.id]")),
            2 => rule.with(
                "destination_addresses",
                texts([self.entropy.pick(&["Storage", "AzureActiveDirectory"])]),
            ),
            3 => rule.with("destination_addresses", texts([self.prefix(), self.prefix()])),
            _ => rule.with("destination_addresses", texts(["*"])),
        }
    }
}
