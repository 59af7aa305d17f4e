//! A storage account with its rules, and a private endpoint for it.

use super::Maker;
use crate::configuration::{Block, refers, text, texts};

impl Maker<'_, '_> {
    pub(super) fn storage(&mut self) {
        if self.entropy.chance(65) {
            self.account();
        }
        if self.entropy.chance(35) {
            self.private_endpoint();
        }
    }

    fn account(&mut self) {
        let mut account = Block::azurerm("storage_account", "acct")
            .with("location", text("westeurope"))
            .with("account_tier", text("Standard"))
            .with("account_replication_type", text("LRS"));
        if self.entropy.chance(10) {
            account = account.flag("public_network_access_enabled", self.entropy.chance(30));
        }
        let rules = self.entropy.chance(55).then(|| {
            let mut admitted: Vec<String> = Vec::new();
            for name in self.subnets_with_endpoint.clone() {
                if self.entropy.chance(75) {
                    admitted.push(format!("azurerm_subnet.{name}.id"));
                }
            }
            let action = if self.entropy.chance(75) { "Deny" } else { "Allow" };
            move |block: Block| {
                block
                    .with("default_action", text(action))
                    .with("ip_rules", texts(["198.51.100.0/24"]))
                    .with(
                        "virtual_network_subnet_ids",
                        refers(format!("[{}]", admitted.join(", "))),
                    )
            }
        });
        match rules {
            None => account.added(self),
            Some(rules) if self.entropy.chance(50) => {
                account.holding(rules(Block::new("network_rules"))).added(self);
            }
            Some(rules) => {
                account.added(self);
                let alone = Block::resource("azurerm_storage_account_network_rules", "acct")
                    .with("storage_account_id", refers("azurerm_storage_account.acct.id"));
                rules(alone).added(self);
            }
        }
    }

    /// At the tenth address of some workload subnet.
    fn private_endpoint(&mut self) {
        let (subnet, prefix) = self.entropy.pick(&self.workload_subnets());
        let ip = prefix.replace(".0/24", ".10");
        Block::azurerm("private_endpoint", "store")
            .with("location", text("westeurope"))
            .with("subnet_id", refers(format!("azurerm_subnet.{subnet}.id")))
            .holding(
                Block::new("private_service_connection")
                    .with("name", text("store"))
                    .with("private_connection_resource_id", text("x"))
                    .with("is_manual_connection", crate::configuration::Term::Flag(false))
                    .with("subresource_names", texts(["blob"])),
            )
            .holding(
                Block::new("ip_configuration")
                    .with("name", text("ip"))
                    .with("subresource_name", text("blob"))
                    .with("private_ip_address", text(&ip)),
            )
            .added(self);
        self.endpoint = Some(ip.clone());
        self.prefixes.push(format!("{ip}/32"));
    }
}
