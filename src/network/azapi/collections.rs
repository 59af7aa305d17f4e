//! Rule collection groups of firewall policies, as ARM writes them.

use std::sync::Arc;

use super::translate::From::At;
use super::translate::{Fields, at, each, mapped, placed};
use crate::evaluate::values::value::Value;
use crate::network::attributes::View;

const FIREWALL_RULE: Fields = &[
    ("name", At("name")),
    ("source_addresses", At("sourceAddresses")),
    ("source_ip_groups", At("sourceIpGroups")),
    ("destination_addresses", At("destinationAddresses")),
    ("destination_ip_groups", At("destinationIpGroups")),
    ("destination_fqdns", At("destinationFqdns")),
    ("destination_ports", At("destinationPorts")),
    ("translated_address", At("translatedAddress")),
    ("translated_port", At("translatedPort")),
    ("target_fqdns", At("targetFqdns")),
    ("destination_urls", At("targetUrls")),
    ("web_categories", At("webCategories")),
];

/// Rule collections of all kinds are one list in ARM, told apart by the rules' `ruleType`.
pub(super) fn collection_group(view: &View<'_>, body: &Value) -> Value {
    let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
    for (to, from) in [("name", "name"), ("firewall_policy_id", "parent_id")] {
        entries.extend(view.get(from).map(|value| (Arc::from(to), value.clone())));
    }
    entries.extend(at(body, "properties.priority").map(|value| (Arc::from("priority"), value.clone())));
    let list = at(body, "properties.ruleCollections");
    let mut sorted: [(&str, Vec<Value>); 3] = [
        ("nat_rule_collection", Vec::new()),
        ("network_rule_collection", Vec::new()),
        ("application_rule_collection", Vec::new()),
    ];
    let unknown = list.filter(|list| list.elements().is_none());
    for collection in list.and_then(Value::elements).unwrap_or_default() {
        let number = stage(collection);
        if let Some((_, own)) = sorted.get_mut(number) {
            own.push(rule_collection(collection, view));
        }
    }
    for (name, collections) in sorted {
        let value = match unknown {
            Some(unknown) if name == "network_rule_collection" => unknown.clone(),
            _ => Value::tuple(collections),
        };
        entries.push((name.into(), value));
    }
    Value::object(entries)
}

fn stage(collection: &Value) -> usize {
    let nat = at(collection, "ruleCollectionType").and_then(Value::as_str);
    if nat.is_some_and(|kind| kind.eq_ignore_ascii_case("FirewallPolicyNatRuleCollection")) {
        return 0;
    }
    let rules = at(collection, "rules")
        .and_then(Value::elements)
        .unwrap_or_default();
    let application = rules.iter().filter_map(|rule| at(rule, "ruleType")?.as_str());
    if application
        .into_iter()
        .any(|kind| kind.eq_ignore_ascii_case("ApplicationRule"))
    {
        2
    } else {
        1
    }
}

fn rule_collection(collection: &Value, view: &View<'_>) -> Value {
    if !collection.is_known() {
        return collection.clone();
    }
    let mut entries = mapped(
        collection,
        &[("priority", At("priority")), ("action", At("action.type"))],
        view,
    );
    if let Some(rules) = at(collection, "rules") {
        let value = match rules.elements() {
            None => rules.clone(),
            Some(elements) => Value::tuple(
                elements
                    .iter()
                    .map(|rule| firewall_rule(rule, view))
                    .collect::<Vec<_>>(),
            ),
        };
        entries.push(("rule".into(), value));
    }
    placed(Value::object(entries), collection)
}

fn firewall_rule(rule: &Value, view: &View<'_>) -> Value {
    if !rule.is_known() {
        return rule.clone();
    }
    let mut entries = mapped(rule, FIREWALL_RULE, view);
    let application = at(rule, "ruleType").and_then(Value::as_str) == Some("ApplicationRule");
    let protocols = if application {
        at(rule, "protocols")
            .map(|list| each(list, &[("type", At("protocolType")), ("port", At("port"))], view))
    } else {
        at(rule, "ipProtocols").cloned()
    };
    entries.extend(protocols.map(|protocols| (Arc::from("protocols"), protocols)));
    placed(Value::object(entries), rule)
}
