//! NSX: the distributed firewall at each virtual NIC, and gateway firewalls at the tier-1s' uplinks.

use super::Packet;
use super::prefix::{Span, any_holds};
use super::resources::{Body, Item, Resource, Resources};
use super::security::{in_any, port_range};

/// Rules in the order they are looked at.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    /// What happens to what no rule matches.
    pub denies: bool,
}

#[derive(Debug)]
struct Rule {
    name: String,
    action: Action,
    source: Operand,
    destination: Operand,
    /// Protocol and ports; empty: any.
    services: Vec<(u8, Vec<(u16, u16)>)>,
    at_source: bool,
    at_destination: bool,
    /// Where it is applied: a segment by address, or a gateway; empty: everywhere.
    scope: Vec<String>,
    jumps_over: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Allow,
    Deny,
    Jump,
}

#[derive(Debug, Default)]
struct Operand {
    any: bool,
    excluded: bool,
    spans: Vec<Span>,
}

const CATEGORIES: &[&str] = &[
    "Ethernet",
    "Emergency",
    "Infrastructure",
    "Environment",
    "Application",
];
const GATEWAY_CATEGORIES: &[&str] = &[
    "Emergency",
    "SystemRules",
    "SharedPreRules",
    "LocalGatewayRules",
    "AutoServiceRules",
    "Default",
];

impl Rules {
    pub fn distributed(resources: &Resources) -> Rules {
        let mut rules = Rules::read(resources, "nsxt_policy_security_policy", CATEGORIES);
        let default = resources.of("nsxt_policy_predefined_security_policy").next();
        let default = default.and_then(|policy| policy.body.block("default_rule"));
        rules.denies = default.is_some_and(|rule| rule.text("action") != Some("ALLOW"));
        rules
    }

    pub fn gateway(resources: &Resources) -> Rules {
        Rules::read(resources, "nsxt_policy_gateway_policy", GATEWAY_CATEGORIES)
    }

    fn read(resources: &Resources, kind: &str, categories: &[&str]) -> Rules {
        let category = |policy: &Resource| {
            let own = policy.body.text("category").unwrap();
            categories.iter().position(|category| *category == own).unwrap()
        };
        let mut policies: Vec<&Resource> = resources.of(kind).collect();
        policies.sort_by_key(|policy| {
            (
                category(policy),
                policy.body.number("sequence_number").unwrap_or(0),
            )
        });
        let mut rules = Vec::new();
        for policy in policies {
            for rule in policy.body.blocks("rule") {
                if !rule.flag("disabled", false) {
                    let mut read = read_rule(resources, policy.body, rule);
                    read.jumps_over = category(policy);
                    rules.push(read);
                }
            }
        }
        Rules { rules, denies: false }
    }

    /// At the virtual NIC of a segment, on the way out of it or into it: the rule that decides, and how.
    pub fn at_segment(&self, segment: &str, out: bool, packet: &Packet) -> (&str, bool) {
        self.decides(packet, |rule| {
            (if out { rule.at_source } else { rule.at_destination }) && rule.applies_to(segment)
        })
    }

    /// At the uplink of a gateway.
    pub fn at_gateway(&self, gateway: &str, packet: &Packet) -> (&str, bool) {
        self.decides(packet, |rule| rule.scope.iter().any(|own| own == gateway))
    }

    fn decides(&self, packet: &Packet, enforced: impl Fn(&Rule) -> bool) -> (&str, bool) {
        let mut skipped = None;
        for rule in &self.rules {
            if skipped == Some(rule.jumps_over) || !enforced(rule) || !rule.matches(packet) {
                continue;
            }
            match rule.action {
                Action::Allow => return (&rule.name, true),
                Action::Deny => return (&rule.name, false),
                Action::Jump => skipped = Some(rule.jumps_over),
            }
        }
        ("default", !self.denies)
    }
}

impl Rule {
    fn applies_to(&self, segment: &str) -> bool {
        self.scope.is_empty() || self.scope.iter().any(|own| own == segment)
    }

    fn matches(&self, packet: &Packet) -> bool {
        let service = |(protocol, ports): &(u8, Vec<(u16, u16)>)| {
            *protocol == packet.protocol && (ports.is_empty() || in_any(ports, packet.destination_port))
        };
        self.source.holds(packet.source)
            && self.destination.holds(packet.destination)
            && (self.services.is_empty() || self.services.iter().any(service))
    }
}

impl Operand {
    fn read(resources: &Resources, rule: Body, side: &str) -> Operand {
        let items = rule.items(&format!("{side}_groups"));
        let mut operand = Operand {
            any: items.is_empty(),
            excluded: rule.flag(&format!("{side}s_excluded"), false),
            spans: Vec::new(),
        };
        for item in items {
            match item {
                Item::Text(text) => operand.spans.push(Span::parse(&text).unwrap()),
                Item::Refers(address) => {
                    let group = resources
                        .of("nsxt_policy_group")
                        .find(|own| own.address == address);
                    operand.spans.extend(members(resources, group.unwrap()));
                }
            }
        }
        operand
    }

    fn holds(&self, address: u32) -> bool {
        self.any || any_holds(&self.spans, address) != self.excluded
    }
}

/// The addresses of a group's members.
fn members(resources: &Resources, group: &Resource) -> Vec<Span> {
    let mut spans = Vec::new();
    for criteria in group.body.blocks("criteria") {
        for expression in criteria.blocks("ipaddress_expression") {
            spans.extend(expression.spans("ip_addresses"));
        }
        for segment in segments_of(criteria) {
            let segment = resources
                .of("nsxt_policy_segment")
                .find(|own| own.address == segment);
            let subnet = segment.unwrap().body.block("subnet").unwrap();
            spans.push(Span::parse(subnet.text("cidr").unwrap()).unwrap());
        }
    }
    spans
}

fn segments_of(criteria: Body) -> Vec<String> {
    let paths = criteria.blocks("path_expression").into_iter();
    paths.flat_map(|path| path.all_refer("member_paths")).collect()
}

fn read_rule(resources: &Resources, policy: Body, rule: Body) -> Rule {
    let direction = rule.text("direction").unwrap_or("IN_OUT");
    let own = rule.items("scope");
    let outer = policy.items("scope");
    let mut scope = Vec::new();
    // The policy's scope goes before its rules'.
    for item in if outer.is_empty() { own } else { outer } {
        match item {
            Item::Text(text) => scope.push(text),
            Item::Refers(address) => {
                let group = resources
                    .of("nsxt_policy_group")
                    .find(|own| own.address == address);
                match group {
                    Some(group) => {
                        for criteria in group.body.blocks("criteria") {
                            scope.extend(segments_of(criteria));
                        }
                    }
                    None => scope.push(address),
                }
            }
        }
    }
    let mut services = Vec::new();
    for item in rule.items("services") {
        match item {
            Item::Text(text) => services.push(match &*text {
                "/infra/services/HTTPS" => (6, vec![(443, 443)]),
                "/infra/services/HTTP" => (6, vec![(80, 80)]),
                "/infra/services/DNS" => (6, vec![(53, 53)]),
                "/infra/services/DNS-UDP" => (17, vec![(53, 53)]),
                other => panic!("no service {other}"),
            }),
            Item::Refers(address) => {
                let service = resources
                    .of("nsxt_policy_service")
                    .find(|own| own.address == address);
                services.extend(entries(service.unwrap().body));
            }
        }
    }
    for inline in rule.blocks("service_entries") {
        services.extend(entries(inline));
    }
    Rule {
        name: rule.text("display_name").unwrap().into(),
        action: match rule.text("action") {
            Some("ALLOW") => Action::Allow,
            Some("JUMP_TO_APPLICATION") => Action::Jump,
            _ => Action::Deny,
        },
        source: Operand::read(resources, rule, "source"),
        destination: Operand::read(resources, rule, "destination"),
        services,
        at_source: direction != "IN",
        at_destination: direction != "OUT",
        scope,
        jumps_over: 0,
    }
}

fn entries(body: Body) -> Vec<(u8, Vec<(u16, u16)>)> {
    let entries = body.blocks("l4_port_set_entry").into_iter().map(|entry| {
        let protocol = if entry.text("protocol") == Some("TCP") {
            6
        } else {
            17
        };
        let ports = entry
            .texts("destination_ports")
            .into_iter()
            .map(port_range)
            .collect();
        (protocol, ports)
    });
    entries.collect()
}
