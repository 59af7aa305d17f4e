//! Azure Firewall in a virtual network: classic collections or a policy with its parent.

use super::prefix::{EVERYWHERE, Span, any_holds, is_private_or_shared};
use super::resources::{Body, Resource, Resources};
use super::security::{in_any, port_range};
use super::{Packet, tags};

#[derive(Debug)]
pub struct Firewall {
    pub address: String,
    /// The virtual network's subnet it stands in; none in a hub.
    pub subnet: Option<usize>,
    pub hub: Option<String>,
    /// Network rules in the order they are looked at, then application rules.
    network: Vec<Rule>,
    application: Vec<Rule>,
    /// What it takes for private, where it says so.
    private: Option<Vec<Span>>,
    proxies_names: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    name: String,
    allows: bool,
    protocols: Vec<u8>,
    source: Vec<Span>,
    destination: Vec<Span>,
    names: Vec<String>,
    ports: Vec<(u16, u16)>,
}

/// What a firewall does with a packet that it lets through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Passed {
    AsItIs,
    FromPublicAddress,
    FromPrivateAddress,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Network,
    Application,
}

pub fn read(resources: &Resources, subnets: &[super::vnets::Subnet]) -> Vec<Firewall> {
    let all = resources.of("azurerm_firewall").map(|firewall| {
        let subnet = firewall.body.block("ip_configuration").map(|configuration| {
            let address = configuration.refers("subnet_id").unwrap();
            subnets
                .iter()
                .position(|subnet| subnet.address == address)
                .unwrap()
        });
        let hub = firewall.body.block("virtual_hub");
        let policy = firewall
            .body
            .refers("firewall_policy_id")
            .and_then(|address| policy_at(resources, &address));
        let mut own = Firewall {
            address: firewall.address.clone(),
            subnet,
            hub: hub.and_then(|hub| hub.refers("virtual_hub_id")),
            network: Vec::new(),
            application: Vec::new(),
            private: None,
            proxies_names: firewall.body.flag("dns_proxy_enabled", false),
        };
        if firewall.body.has("private_ip_ranges") {
            own.private = Some(firewall.body.spans("private_ip_ranges"));
        }
        match policy {
            Some(policy) => own.take_policy(resources, policy),
            None => own.take_classic(resources, firewall),
        }
        own
    });
    all.collect()
}

fn policy_at<'r, 'a>(resources: &'r Resources<'a>, address: &str) -> Option<&'r Resource<'a>> {
    resources
        .of("azurerm_firewall_policy")
        .find(|policy| policy.address == address)
}

impl Firewall {
    fn take_policy(&mut self, resources: &Resources, policy: &Resource) {
        let parent = policy
            .body
            .refers("base_policy_id")
            .and_then(|address| policy_at(resources, &address));
        for policy in parent.into_iter().chain([policy]) {
            let mut groups: Vec<&Resource> = resources
                .of("azurerm_firewall_policy_rule_collection_group")
                .filter(|group| group.body.refers("firewall_policy_id").as_deref() == Some(&policy.address))
                .collect();
            groups.sort_by_key(|group| group.body.number("priority"));
            for group in groups {
                for (keyword, stage) in [
                    ("network_rule_collection", Stage::Network),
                    ("application_rule_collection", Stage::Application),
                ] {
                    let mut collections = group.body.blocks(keyword);
                    collections.sort_by_key(|collection| collection.number("priority"));
                    for collection in collections {
                        self.take(resources, stage, collection);
                    }
                }
            }
            if let Some(dns) = policy.body.block("dns") {
                self.proxies_names = dns.flag("proxy_enabled", false);
            }
            if policy.body.has("private_ip_ranges") {
                self.private = Some(policy.body.spans("private_ip_ranges"));
            }
        }
    }

    fn take_classic(&mut self, resources: &Resources, firewall: &Resource) {
        for (kind, stage) in [
            ("azurerm_firewall_network_rule_collection", Stage::Network),
            ("azurerm_firewall_application_rule_collection", Stage::Application),
        ] {
            let mut collections: Vec<&Resource> = resources
                .of(kind)
                .filter(|own| own.body.text("azure_firewall_name") == firewall.body.text("name"))
                .collect();
            collections.sort_by_key(|collection| collection.body.number("priority"));
            for collection in collections {
                self.take(resources, stage, collection.body);
            }
        }
    }

    fn take(&mut self, resources: &Resources, stage: Stage, collection: Body) {
        let allows = collection.text("action") == Some("Allow");
        for rule in collection.blocks("rule") {
            let read = read_rule(resources, stage, rule, allows);
            match stage {
                Stage::Network => self.network.push(read),
                Stage::Application => self.application.push(read),
            }
        }
    }

    /// The rule that decides, whether it lets through, and what becomes of the source.
    pub fn decides(&self, packet: &Packet, name: Option<&str>) -> (String, Option<Passed>) {
        let named =
            |rule: &&Rule| name.is_some_and(|name| rule.names.iter().any(|own| matches_name(own, name)));
        let network = self.network.iter().find(|rule| {
            let there = any_holds(&rule.destination, packet.destination);
            rule.concerns(packet) && (there || (self.proxies_names && named(rule)))
        });
        if let Some(rule) = network {
            let passed = if self.is_private(packet.destination) {
                Passed::AsItIs
            } else {
                Passed::FromPublicAddress
            };
            return (rule.name.clone(), rule.allows.then_some(passed));
        }
        let application = self
            .application
            .iter()
            .find(|rule| rule.concerns(packet) && named(rule));
        match application {
            Some(rule) => {
                let passed = if is_private_or_shared(packet.destination) {
                    Passed::FromPrivateAddress
                } else {
                    Passed::FromPublicAddress
                };
                (rule.name.clone(), rule.allows.then_some(passed))
            }
            None => ("default".into(), None),
        }
    }

    fn is_private(&self, address: u32) -> bool {
        match &self.private {
            Some(spans) => any_holds(spans, address),
            None => is_private_or_shared(address),
        }
    }
}

impl Rule {
    fn concerns(&self, packet: &Packet) -> bool {
        self.protocols.contains(&packet.protocol)
            && any_holds(&self.source, packet.source)
            && in_any(&self.ports, packet.destination_port)
    }
}

fn read_rule(resources: &Resources, stage: Stage, rule: Body, allows: bool) -> Rule {
    let side = |side: &str| -> Vec<Span> {
        let written = rule.texts(&format!("{side}_addresses")).into_iter();
        let mut spans: Vec<Span> = written.flat_map(address).collect();
        for group in rule.all_refer(&format!("{side}_ip_groups")) {
            let group = resources.of("azurerm_ip_group").find(|own| own.address == group);
            spans.extend(group.unwrap().body.spans("cidrs"));
        }
        spans
    };
    let names = rule.texts("destination_fqdns");
    let names = if names.is_empty() {
        rule.texts("target_fqdns")
    } else {
        names
    };
    let mut read = Rule {
        name: rule.text("name").unwrap().into(),
        allows,
        protocols: Vec::new(),
        source: side("source"),
        destination: side("destination"),
        names: names.into_iter().map(String::from).collect(),
        ports: Vec::new(),
    };
    if stage == Stage::Network {
        for protocol in rule.texts("protocols") {
            match protocol {
                "TCP" => read.protocols.push(6),
                "UDP" => read.protocols.push(17),
                "ICMP" => read.protocols.push(1),
                _ => read.protocols.extend(0..=255),
            }
        }
        read.ports = rule
            .texts("destination_ports")
            .into_iter()
            .map(port_range)
            .collect();
    } else {
        read.protocols.push(6);
        for key in ["protocols", "protocol"] {
            for protocol in rule.blocks(key) {
                let port = u16::try_from(protocol.number("port").unwrap()).unwrap();
                read.ports.push((port, port));
            }
        }
    }
    read
}

fn address(text: &str) -> Vec<Span> {
    match text {
        "*" => vec![EVERYWHERE],
        _ => Span::parse(text).map_or_else(|| tags::prefixes(text), |span| vec![span]),
    }
}

fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => name.ends_with(suffix),
        None => pattern == name,
    }
}
