//! Policies of the distributed firewall and of gateway firewalls, and their rules.

use crate::network::attributes::View;
use crate::network::doubt::doubt;
use crate::network::inventory::Reader;
use crate::network::inventory::avs::Owner;
use crate::network::inventory::nsx::{DefaultRule, Direction, Policy, PolicyKind, Rule, RuleAction};
use crate::network::inventory::terms;
use crate::network::model::{Doubt, Fact};

use super::service;

const ACTIONS: &[(&str, RuleAction)] = &[
    ("ALLOW", RuleAction::Allow),
    ("DROP", RuleAction::Deny),
    ("REJECT", RuleAction::Deny),
    ("JUMP_TO_APPLICATION", RuleAction::JumpToApplication),
];

const DIRECTIONS: &[(&str, Direction)] = &[
    ("IN_OUT", Direction::Both),
    ("IN", Direction::In),
    ("OUT", Direction::Out),
];

const IPV4: &[(&str, bool)] = &[
    ("IPV4_IPV6", true),
    ("IPV4", true),
    ("IPV6", false),
    ("NONE", true),
];

/// What kind of policy a resource type is.
pub fn kind_of(kind: &str) -> Option<PolicyKind> {
    match kind {
        "nsxt_policy_security_policy" | "nsxt_policy_parent_security_policy" => Some(PolicyKind::Distributed),
        "nsxt_policy_gateway_policy" | "nsxt_policy_parent_gateway_policy" => Some(PolicyKind::Gateway),
        "nsxt_policy_predefined_security_policy" => Some(PolicyKind::PredefinedDistributed),
        "nsxt_policy_predefined_gateway_policy" => Some(PolicyKind::PredefinedGateway),
        _ => None,
    }
}

pub fn policy(reader: &Reader<'_>, owner: Owner, of: PolicyKind) -> Policy {
    let view = &reader.view;
    let inside = |name| view.blocks(name).into_iter().map(|block| reader.inside(block));
    let at = view.written().at;
    Policy {
        origin: reader.origin(),
        owner,
        display_name: terms::text(view, "display_name", ""),
        of,
        category: terms::text(view, "category", ""),
        sequence: view.number("sequence_number").fact(0, at),
        scope: terms::references(reader, "scope"),
        stateful: view.bool("stateful").fact(true, at),
        rules: inside("rule").map(|block| rule(&block)).collect(),
        defaults: inside("default_rule").map(|block| default_rule(&block)).collect(),
        path: reader.reference(&["path"]),
        doubts: Vec::new(),
    }
}

fn default_rule(reader: &Reader<'_>) -> DefaultRule {
    let view = &reader.view;
    DefaultRule {
        action: terms::word(view, "action", ACTIONS, RuleAction::Allow),
        scope: reader.reference(&["scope"]),
        written: view.written(),
    }
}

/// A rule that is a resource of its own.
pub fn lone_rule(reader: &Reader<'_>) -> Rule {
    let view = &reader.view;
    let mut rule = rule(reader);
    rule.doubts.extend(view.presence());
    Rule {
        origin: Some(reader.origin()),
        sequence: Some(view.number("sequence_number").fact(0, view.written().at)),
        ..rule
    }
}

fn rule(reader: &Reader<'_>) -> Rule {
    let view = &reader.view;
    let at = view.written().at;
    let mut doubts: Vec<Doubt> = view.perhaps().into_iter().collect();
    doubts.extend(profiles(view));
    let (mut entries, mut any_service) = (Vec::new(), view.get("services").is_none());
    for block in view.blocks("service_entries") {
        let more = block.perhaps().map_or_else(
            || service::entries(&block),
            |doubt| vec![service::anything(doubt)],
        );
        any_service &= more.is_empty();
        entries.extend(more);
    }
    Rule {
        name: terms::label(view, &["display_name", "nsx_id"]),
        written: view.written(),
        origin: None,
        action: terms::word(view, "action", ACTIONS, RuleAction::Allow),
        direction: terms::word(view, "direction", DIRECTIONS, Direction::Both),
        scope: terms::references(reader, "scope"),
        sources: terms::references(reader, "source_groups"),
        sources_excluded: excluded(view, ["sources_excluded", "source_excluded"]),
        destinations: terms::references(reader, "destination_groups"),
        destinations_excluded: excluded(view, ["destinations_excluded", "destination_excluded"]),
        services: terms::references(reader, "services"),
        entries,
        any_service,
        disabled: view.bool("disabled").fact(false, at),
        sequence: None,
        ipv4: terms::word(view, "ip_version", IPV4, true),
        doubts,
    }
}

fn excluded(view: &View<'_>, names: [&str; 2]) -> Fact<bool> {
    view.bool_any(&names).fact(false, view.written().at)
}

/// Context profiles look into the connection: what they leave over is not decidable here.
fn profiles(view: &View<'_>) -> Option<Doubt> {
    view.get("profiles").map(|value| Doubt {
        at: value.at.or(view.written().at),
        ..doubt(
            format!(
                "what the context profiles of a rule of `{}` leave over",
                view.address()
            ),
            "a rule without profiles",
        )
    })
}
