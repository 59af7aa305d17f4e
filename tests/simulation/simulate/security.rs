//! Network security groups.

use super::prefix::{EVERYWHERE, Span, is_private_or_shared};
use super::resources::{Body, Resources};
use super::{Packet, World};

#[derive(Clone, Debug)]
pub struct SecurityGroup {
    pub address: String,
    /// By priority.
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    name: String,
    priority: i64,
    inbound: bool,
    allows: bool,
    protocol: Option<u8>,
    source: Vec<Operand>,
    destination: Vec<Operand>,
    source_ports: Vec<(u16, u16)>,
    ports: Vec<(u16, u16)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Span(Span),
    VirtualNetwork,
    Internet,
    LoadBalancer,
    Tag(Vec<Span>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
}

impl SecurityGroup {
    pub fn of_subnet(resources: &Resources, subnet: &str) -> Option<SecurityGroup> {
        let association = resources
            .of("azurerm_subnet_network_security_group_association")
            .find(|association| association.body.refers("subnet_id").as_deref() == Some(subnet))?;
        let group = resources.meant(
            "azurerm_network_security_group",
            association.body,
            "network_security_group_id",
        )?;
        let inline = group.body.blocks("security_rule");
        let alone = resources
            .of("azurerm_network_security_rule")
            .filter(|rule| rule.body.text("network_security_group_name") == group.body.text("name"))
            .map(|rule| rule.body);
        let mut rules: Vec<Rule> = inline.into_iter().chain(alone).map(read).collect();
        for (priority, inbound, allows, source, destination) in [
            (
                65000,
                true,
                true,
                Operand::VirtualNetwork,
                Operand::VirtualNetwork,
            ),
            (
                65001,
                true,
                true,
                Operand::LoadBalancer,
                Operand::Span(EVERYWHERE),
            ),
            (
                65500,
                true,
                false,
                Operand::Span(EVERYWHERE),
                Operand::Span(EVERYWHERE),
            ),
            (
                65000,
                false,
                true,
                Operand::VirtualNetwork,
                Operand::VirtualNetwork,
            ),
            (65001, false, true, Operand::Span(EVERYWHERE), Operand::Internet),
            (
                65500,
                false,
                false,
                Operand::Span(EVERYWHERE),
                Operand::Span(EVERYWHERE),
            ),
        ] {
            rules.push(Rule {
                name: format!("default {priority}"),
                priority,
                inbound,
                allows,
                protocol: None,
                source: vec![source],
                destination: vec![destination],
                source_ports: vec![(0, u16::MAX)],
                ports: vec![(0, u16::MAX)],
            });
        }
        rules.sort_by_key(|rule| rule.priority);
        Some(SecurityGroup {
            address: group.address.clone(),
            rules,
        })
    }

    /// The name of the rule that decides, and how.
    pub fn decides(
        &self,
        world: &World,
        subnet: usize,
        packet: &Packet,
        direction: Direction,
    ) -> (&str, bool) {
        let rule = self.rules.iter().find(|rule| {
            rule.inbound == (direction == Direction::In)
                && rule.protocol.is_none_or(|protocol| protocol == packet.protocol)
                && in_any(&rule.ports, packet.destination_port)
                && in_any(&rule.source_ports, packet.source_port)
                && rule
                    .source
                    .iter()
                    .any(|own| own.holds(world, subnet, packet.source))
                && rule
                    .destination
                    .iter()
                    .any(|own| own.holds(world, subnet, packet.destination))
        });
        let rule = rule.unwrap();
        (&rule.name, rule.allows)
    }
}

impl Operand {
    fn read(text: &str) -> Operand {
        match text {
            "*" | "Any" => Operand::Span(EVERYWHERE),
            "VirtualNetwork" => Operand::VirtualNetwork,
            "Internet" => Operand::Internet,
            "AzureLoadBalancer" => Operand::LoadBalancer,
            _ => match Span::parse(text) {
                Some(span) => Operand::Span(span),
                None => Operand::Tag(super::tags::prefixes(text)),
            },
        }
    }

    fn holds(&self, world: &World, subnet: usize, address: u32) -> bool {
        match self {
            Operand::Span(span) => span.holds(address),
            Operand::VirtualNetwork => world.is_virtual_network(subnet, address),
            Operand::Internet => !is_private_or_shared(address),
            Operand::LoadBalancer => false,
            Operand::Tag(spans) => spans.iter().any(|span| span.holds(address)),
        }
    }
}

fn read(rule: Body) -> Rule {
    let side = |side: &str| -> Vec<Operand> {
        let one = rule.text(&format!("{side}_address_prefix"));
        let many = rule.texts(&format!("{side}_address_prefixes"));
        one.into_iter().chain(many).map(Operand::read).collect()
    };
    let ports = |side: &str| -> Vec<(u16, u16)> {
        let one = rule.text(&format!("{side}_port_range"));
        let many = rule.texts(&format!("{side}_port_ranges"));
        one.into_iter().chain(many).map(port_range).collect()
    };
    Rule {
        name: rule.text("name").unwrap().into(),
        priority: rule.number("priority").unwrap(),
        inbound: rule.text("direction") == Some("Inbound"),
        allows: rule.text("access") == Some("Allow"),
        protocol: match rule.text("protocol").unwrap() {
            "Tcp" => Some(6),
            "Udp" => Some(17),
            "Icmp" => Some(1),
            _ => None,
        },
        source: side("source"),
        destination: side("destination"),
        source_ports: ports("source"),
        ports: ports("destination"),
    }
}

pub fn port_range(text: &str) -> (u16, u16) {
    if text == "*" {
        return (0, u16::MAX);
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    (low.parse().unwrap(), high.parse().unwrap())
}

pub fn in_any(ranges: &[(u16, u16)], port: u16) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&port))
}
