//! A private cloud: segments, tier-1s, groups, distributed and gateway firewalls.

use super::{Maker, PORTS};
use crate::configuration::{Block, Term, refers, text, texts};
use crate::simulate::cloud::DEFAULT_TIER1;

impl Maker<'_, '_> {
    pub(super) fn private_cloud(&mut self, internet: bool) {
        self.configuration.add(
            Block::azurerm("vmware_private_cloud", "dr")
                .with("location", text("westeurope"))
                .with("sku_name", text("av36p"))
                .with("network_subnet_cidr", text("10.20.0.0/22"))
                .flag("internet_connection_enabled", internet)
                .holding(Block::new("management_cluster").number("size", 3)),
        );
        for prefix in ["10.20.0.0/22", "10.20.0.0/26", "10.20.1.0/25", "10.21.0.0/16"] {
            self.prefixes.push(prefix.into());
        }
        let own_tier1 = self.entropy.chance(40);
        if own_tier1 {
            let mut tier1 =
                Block::resource("nsxt_policy_tier1_gateway", "own").with("display_name", text("own"));
            if self.entropy.chance(90) {
                tier1 = tier1.with("tier0_path", text("/infra/tier-0s/TNT20-T0"));
            }
            let advertised = self.entropy.pick(&[
                &["TIER1_CONNECTED"][..],
                &["TIER1_CONNECTED", "TIER1_NAT"],
                &["TIER1_STATIC_ROUTES"],
            ]);
            tier1
                .with("route_advertisement_types", texts(advertised))
                .added(self);
        }
        for number in 0..self.entropy.below(3) + 2 {
            let label = format!("n{number}");
            let mut segment = Block::resource("nsxt_policy_segment", &label)
                .with("display_name", text(&label))
                .holding(Block::new("subnet").with("cidr", text(format!("10.21.{}.1/24", number + 1))));
            segment = if own_tier1 && number > 0 {
                segment.with("connectivity_path", refers("nsxt_policy_tier1_gateway.own.path"))
            } else {
                segment.with("connectivity_path", text(DEFAULT_TIER1))
            };
            if number > 0 && self.entropy.chance(6) {
                segment = segment.holding(Block::new("advanced_config").with("connectivity", text("OFF")));
            }
            segment.added(self);
            self.segments.push(label);
            self.prefixes.push(format!("10.21.{}.0/24", number + 1));
            self.prefixes.push(format!("10.21.{}.128/25", number + 1));
        }
    }

    /// Firewalls of the private cloud, where there is one.
    pub(super) fn nsx(&mut self) {
        if self.segments.is_empty() {
            return;
        }
        let groups = self.groups();
        Block::resource("nsxt_policy_service", "own")
            .with("display_name", text("own"))
            .holding(entry("TCP", &["443", "902"]))
            .holding(entry("UDP", &["53"]))
            .added(self);
        if self.entropy.chance(35) {
            Block::resource("nsxt_policy_predefined_security_policy", "default")
                .with(
                    "path",
                    text("/infra/domains/default/security-policies/default-layer3-section"),
                )
                .holding(Block::new("default_rule").with("action", text("DROP")))
                .added(self);
        }
        for number in 0..self.entropy.below(4) {
            let category = self.entropy.pick(&[
                "Application",
                "Application",
                "Environment",
                "Infrastructure",
                "Emergency",
            ]);
            let mut policy = Block::resource("nsxt_policy_security_policy", &format!("p{number}"))
                .with("display_name", text(format!("p{number}")))
                .with("category", text(category))
                .number("sequence_number", 10 * number + self.entropy.below(9));
            if self.entropy.chance(15) {
                policy = policy.with("scope", self.segment_group(&groups));
            }
            for rule in 0..self.entropy.below(3) + 1 {
                policy = policy.holding(self.distributed_rule(rule, category, &groups));
            }
            policy.added(self);
        }
        if self.entropy.chance(65) {
            let mut policy = Block::resource("nsxt_policy_gateway_policy", "edge")
                .with("display_name", text("edge"))
                .with("category", text("LocalGatewayRules"))
                .number("sequence_number", 10);
            for rule in 0..self.entropy.below(3) + 1 {
                policy = policy.holding(self.gateway_rule(rule, &groups));
            }
            policy.added(self);
        }
    }

    /// Labels of groups, and whether one is of segments.
    fn groups(&mut self) -> Vec<(String, bool)> {
        let mut groups = Vec::new();
        for number in 0..self.entropy.below(3) + 1 {
            let label = format!("g{number}");
            let of_segments = number == 0 || self.entropy.chance(30);
            let inner = if of_segments {
                let segment = self.entropy.pick(&self.segments);
                Block::new("path_expression").with(
                    "member_paths",
                    refers(format!("[nsxt_policy_segment.{segment}.path]")),
                )
            } else {
                let some = [self.prefix(), self.prefix()];
                Block::new("ipaddress_expression").with("ip_addresses", texts(some))
            };
            Block::resource("nsxt_policy_group", &label)
                .with("display_name", text(&label))
                .holding(Block::new("criteria").holding(inner))
                .added(self);
            groups.push((label, of_segments));
        }
        groups
    }

    fn segment_group(&mut self, groups: &[(String, bool)]) -> Term {
        let of_segments: Vec<&String> = groups
            .iter()
            .filter(|(_, own)| *own)
            .map(|(label, _)| label)
            .collect();
        let label = self.entropy.pick(&of_segments);
        refers(format!("[nsxt_policy_group.{label}.path]"))
    }

    fn distributed_rule(&mut self, number: usize, category: &str, groups: &[(String, bool)]) -> Block {
        let jump = category == "Environment" && self.entropy.chance(30);
        let action = if jump {
            "JUMP_TO_APPLICATION"
        } else if self.entropy.chance(65) {
            "ALLOW"
        } else {
            self.entropy.pick(&["DROP", "REJECT"])
        };
        let mut rule = self.rule_of(number, action, groups);
        if self.entropy.chance(20) {
            rule = rule.with("direction", text(self.entropy.pick(&["IN", "OUT"])));
        }
        if self.entropy.chance(15) {
            rule = rule.with("scope", self.segment_group(groups));
        }
        rule
    }

    fn gateway_rule(&mut self, number: usize, groups: &[(String, bool)]) -> Block {
        let action = if self.entropy.chance(55) { "ALLOW" } else { "DROP" };
        let rule = self.rule_of(number, action, groups);
        rule.with("scope", texts([DEFAULT_TIER1]))
    }

    fn rule_of(&mut self, number: usize, action: &str, groups: &[(String, bool)]) -> Block {
        let mut rule = Block::new("rule")
            .with("display_name", text(format!("r{number}")))
            .with("action", text(action));
        for side in ["source", "destination"] {
            rule = match self.entropy.below(4) {
                0 => continue,
                1 => {
                    let (label, _) = self.entropy.pick(groups);
                    rule.with(
                        &format!("{side}_groups"),
                        refers(format!("[nsxt_policy_group.{label}.path]")),
                    )
                }
                _ => {
                    let some = [self.prefix(), self.prefix()];
                    rule.with(&format!("{side}_groups"), texts(some))
                }
            };
            if self.entropy.chance(8) {
                rule = rule.flag(&format!("{side}s_excluded"), true);
            }
        }
        if self.entropy.chance(10) {
            rule = rule.flag("disabled", self.entropy.chance(50));
        }
        match self.entropy.below(5) {
            0 => rule.with(
                "services",
                texts([self
                    .entropy
                    .pick(&["/infra/services/HTTPS", "/infra/services/DNS-UDP"])]),
            ),
            1 => rule.with("services", refers("[nsxt_policy_service.own.path]")),
            2 => {
                let protocol = self.entropy.pick(&["TCP", "UDP"]);
                let port = self.entropy.pick(PORTS);
                rule.holding(Block::new("service_entries").holding(entry(protocol, &[port])))
            }
            _ => rule,
        }
    }
}

fn entry(protocol: &str, ports: &[&str]) -> Block {
    Block::new("l4_port_set_entry")
        .with("protocol", text(protocol))
        .with("destination_ports", texts(ports))
}
