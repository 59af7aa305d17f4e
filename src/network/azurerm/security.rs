//! Network security groups, their rules, and what they are associated with.

use std::sync::Arc;

use crate::network::attributes::{Field, Strings, View, text_of};
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::azure::{Association, Operand, SecurityGroup, SecurityRule};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::model::{Bounded, Doubt, NetworkFinding, Written};
use crate::network::sets::{self, AddressText};
use crate::source::Severity;
use crate::traffic::{Addresses, Ports, Protocols};

pub(super) fn group(reader: &Reader<'_>, inventory: &mut Inventory) {
    let mut rules = Vec::new();
    for block in reader.view.blocks("security_rule") {
        let inner = Reader {
            view: block,
            ..*reader
        };
        rules.push(rule_of(&inner, None, &mut inventory.findings));
    }
    inventory.azure.security_groups.push(SecurityGroup {
        origin: reader.origin(),
        rules,
    });
}

pub(super) fn rule(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let group = match view.get("network_security_group_id") {
        Some(id) => reader.resolve(Some(id)),
        None => reader.named(
            "microsoft.network/networksecuritygroups",
            view.get("network_security_group_name"),
        ),
    };
    let rule = rule_of(reader, Some(view.address()), &mut inventory.findings);
    inventory.azure.security_rules.push((group, rule));
}

fn rule_of(reader: &Reader<'_>, place: Option<Arc<str>>, findings: &mut Vec<NetworkFinding>) -> SecurityRule {
    let view = reader.view;
    let written = view.written();
    let name: Arc<str> = view
        .get("name")
        .and_then(text_of)
        .unwrap_or_else(|| "a rule of unknown name".into());
    let mut doubts = view.presence();
    doubts.extend(view.perhaps());
    let mut checked = Checked {
        rule: &name,
        view: &view,
        findings,
    };
    let source = operand(reader, "source", &mut checked);
    let destination = operand(reader, "destination", &mut checked);
    let before = checked.findings.len();
    let source_ports = ports(&view, "source_port_range", &mut checked);
    let destination_ports = ports(&view, "destination_port_range", &mut checked);
    let odd_ports = checked.findings.len() > before;
    SecurityRule {
        place,
        written,
        priority: view.number("priority").or_default(0),
        inbound: word(&view, "direction", "Inbound"),
        allow: word(&view, "access", "Allow"),
        protocols: protocols(&view),
        source,
        destination,
        source_ports,
        destination_ports,
        odd_ports,
        doubts,
        name,
    }
}

/// Whether an attribute of two possible words is the first of them.
fn word(view: &View<'_>, name: &str, first: &str) -> Result<bool, Doubt> {
    match view.text(name) {
        Field::Known(text, _) => Ok(text.eq_ignore_ascii_case(first)),
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(doubt(
            format!("`{name}` of a rule in {}", view.address()),
            "an explicit value",
        )),
    }
}

fn protocols(view: &View<'_>) -> Bounded<Protocols> {
    match view.text("protocol") {
        Field::Known(text, _) => Bounded::exactly(protocol(&text)),
        Field::Unset => Bounded::exactly(Protocols::all()),
        Field::Unknown(doubt) => Bounded::between(Protocols::none(), Protocols::all(), [doubt]),
    }
}

pub(super) fn protocol(text: &str) -> Protocols {
    match text.trim().to_ascii_lowercase().as_str() {
        "tcp" => Protocols::tcp(),
        "udp" => Protocols::udp(),
        "icmp" => Protocols::icmp(),
        "esp" => Protocols::number(50),
        "ah" => Protocols::number(51),
        "*" | "any" => Protocols::all(),
        other => other
            .parse()
            .map_or_else(|_| Protocols::none(), Protocols::number),
    }
}

/// Where findings about one rule go.
struct Checked<'a, 'b> {
    rule: &'a str,
    view: &'a View<'b>,
    findings: &'a mut Vec<NetworkFinding>,
}

impl Checked<'_, '_> {
    fn say(&mut self, id: &'static str, attribute: &str, summary: String, help: &str) {
        self.findings.push(NetworkFinding {
            id,
            severity: Severity::Error,
            summary,
            help: help.into(),
            written: self.written(attribute),
        });
    }

    fn written(&self, attribute: &str) -> Written {
        self.view.written_of(&[attribute])
    }
}

fn operand(reader: &Reader<'_>, side: &str, checked: &mut Checked<'_, '_>) -> Operand {
    let view = reader.view;
    let one = format!("{side}_address_prefix");
    let many = format!("{side}_address_prefixes");
    let mut operand = Operand::default();
    take(&mut operand, &view.strings(&one), |_| {});
    let alone = operand.tags.clone();
    let rule = checked.rule.to_string();
    take(&mut operand, &view.strings(&many), |tag| {
        let (id, summary, help) = if tag.chars().next().is_some_and(|first| first.is_ascii_digit()) {
            (
                "impossible-prefix",
                format!("`{tag}` in `{many}` of rule `{rule}` is no address prefix"),
                "write an IPv4 or IPv6 address, or a network in CIDR form",
            )
        } else {
            (
                "tag-in-list",
                format!("`{many}` of rule `{rule}` holds `{tag}`, but a list may not hold tags"),
                "write the tag alone in the attribute for one prefix, in a rule of its own",
            )
        };
        checked.say(id, &many, summary, help);
    });
    operand.groups = terms::references(reader, &format!("{side}_application_security_group_ids"));
    for tag in &alone {
        if tag.chars().next().is_some_and(|first| first.is_ascii_digit()) {
            let summary = format!("`{tag}` in rule `{}` is no address prefix", checked.rule);
            checked.say(
                "impossible-prefix",
                &one,
                summary,
                "write an address or a network in CIDR form",
            );
        }
    }
    operand
}

fn take(operand: &mut Operand, strings: &Strings<'_>, mut not_allowed: impl FnMut(&str)) {
    let mut sets = vec![operand.set.clone()];
    for (text, _) in &strings.known {
        match sets::address_text(text) {
            AddressText::Addresses(set) => sets.push(set),
            AddressText::OtherFamily => {}
            AddressText::Other if *text == "*" || text.eq_ignore_ascii_case("any") => operand.any = true,
            AddressText::Other => {
                not_allowed(text);
                operand.tags.push((*text).into());
            }
        }
    }
    operand.set = Addresses::union_all(&sets);
    operand
        .doubts
        .extend(strings.unknown.iter().map(|value| doubt_of(value)));
}

fn ports(view: &View<'_>, name: &str, checked: &mut Checked<'_, '_>) -> Bounded<Ports> {
    let many = format!("{name}s");
    let strings = view.strings(name).and(view.strings(&many));
    let rule = checked.rule.to_string();

    sets::ports(&strings, |text, _| {
        let attribute = if view.get(name).is_some() { name } else { &many };
        checked.say(
            "impossible-port",
            attribute,
            format!("`{text}` in `{attribute}` of rule `{rule}` is no port or range of ports"),
            "ports are 0 to 65535, ranges `first-last`, everything `*`",
        );
    })
}

pub(super) fn subnet_association(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.security_associations.push(Association {
        origin: reader.origin(),
        to: reader.reference(&["subnet_id", "network_interface_id"]),
        what: reader.reference(&["network_security_group_id"]),
    });
}

/// An interface or endpoint that is a member of an application security group.
pub(super) fn group_member(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.group_members.push(Association {
        origin: reader.origin(),
        to: reader.reference(&["network_interface_id", "private_endpoint_id"]),
        what: reader.reference(&["application_security_group_id"]),
    });
}
