//! Virtual WAN instead of a hub network: a hub, its connections, a firewall and routing intent.

use super::Maker;
use crate::configuration::{Block, refers, text, texts};

impl Maker<'_, '_> {
    pub(super) fn virtual_wan(&mut self) {
        self.wan = true;
        let default = self.entropy.chance(60);
        // Which of two ways to the internet a private cloud takes is not documented.
        self.private_cloud(!default);
        Block::azurerm("virtual_wan", "w")
            .with("location", text("westeurope"))
            .added(self);
        Block::azurerm("virtual_hub", "h")
            .with("location", text("westeurope"))
            .with("sku", text("Standard"))
            .with("virtual_wan_id", refers("azurerm_virtual_wan.w.id"))
            .with("address_prefix", text("10.60.0.0/23"))
            .added(self);
        if self.entropy.chance(90) {
            self.circuit(default);
        }
        for net in self.nets.iter().map(|net| net.label.clone()).collect::<Vec<_>>() {
            if self.entropy.chance(90) {
                let default = self.entropy.chance(50);
                Block::resource("azurerm_virtual_hub_connection", &net)
                    .with("name", text(&net))
                    .with("virtual_hub_id", refers("azurerm_virtual_hub.h.id"))
                    .with(
                        "remote_virtual_network_id",
                        refers(format!("azurerm_virtual_network.{net}.id")),
                    )
                    .flag("internet_security_enabled", default)
                    .added(self);
            }
        }
        if self.entropy.chance(75) {
            self.secured();
        }
    }

    fn circuit(&mut self, default: bool) {
        Block::azurerm("express_route_gateway", "e")
            .with("location", text("westeurope"))
            .with("virtual_hub_id", refers("azurerm_virtual_hub.h.id"))
            .number("scale_units", 1)
            .added(self);
        let circuit = "azurerm_vmware_private_cloud.dr.circuit[0].express_route_private_peering_id";
        Block::resource("azurerm_vmware_express_route_authorization", "hub")
            .with("name", text("hub"))
            .with("private_cloud_id", refers("azurerm_vmware_private_cloud.dr.id"))
            .added(self);
        Block::resource("azurerm_express_route_connection", "cloud")
            .with("name", text("cloud"))
            .with(
                "express_route_gateway_id",
                refers("azurerm_express_route_gateway.e.id"),
            )
            .with("express_route_circuit_peering_id", refers(circuit))
            .with(
                "authorization_key",
                refers("azurerm_vmware_express_route_authorization.hub.express_route_authorization_key"),
            )
            .flag("internet_security_enabled", default)
            .added(self);
    }

    fn secured(&mut self) {
        self.prefixes.push("10.0.0.0/8".into());
        Block::azurerm("firewall", "f")
            .with("location", text("westeurope"))
            .with("sku_name", text("AZFW_Hub"))
            .with("sku_tier", text("Standard"))
            .with("firewall_policy_id", refers("azurerm_firewall_policy.own.id"))
            .holding(
                Block::new("virtual_hub")
                    .with("virtual_hub_id", refers("azurerm_virtual_hub.h.id"))
                    .with("public_ip_count", refers("1")),
            )
            .added(self);
        Block::azurerm("firewall_policy", "own")
            .with("location", text("westeurope"))
            .added(self);
        for number in 0..self.entropy.below(2) + 1 {
            self.group("own", number, false);
        }
        let kinds: &[&str] = match self.entropy.below(6) {
            0 => return,
            1 => &["Internet"],
            2 => &["PrivateTraffic"],
            _ => &["Internet", "PrivateTraffic"],
        };
        let policies = kinds.iter().map(|kind| {
            Block::new("routing_policy")
                .with("name", text(kind))
                .with("destinations", texts([kind]))
                .with("next_hop", refers("azurerm_firewall.f.id"))
        });
        Block::resource("azurerm_virtual_hub_routing_intent", "i")
            .with("name", text("i"))
            .with("virtual_hub_id", refers("azurerm_virtual_hub.h.id"))
            .holding_all(policies)
            .added(self);
    }
}
