use super::*;
use crate::config::plan::{json, read_plan, read_state};
use crate::evaluate::values::value::{Kind, Symbol};
use crate::source::{SharedText, Sources, Syntax};

/// A plan read and evaluated, with everything that was said about it.
pub(super) fn plan(text: &str) -> (Plan, Evaluation, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let text = SharedText::from(text);
    let source = sources.add("plan.json", text.clone(), Syntax::Json);
    let mut diagnostics = Vec::new();
    let plan = read_plan(source, &text, &mut diagnostics).expect("a plan");
    let evaluation = from_plan(&plan);
    diagnostics.extend(evaluation.diagnostics.iter().cloned());
    (plan, evaluation, diagnostics)
}

/// A plan of these changes and this root module's configuration.
pub(super) fn document(changes: &[String], resources: &str) -> String {
    format!(
        r#"{{"format_version":"1.2","resource_changes":[{}],"configuration":{{"root_module":{{"resources":[{resources}]}}}}}}"#,
        changes.join(",")
    )
}

pub(super) fn change(address: &str, after: &str, unknown: &str, sensitive: &str) -> String {
    let address = address.replace('"', "\\\"");
    format!(
        r#"{{"address":"{address}","provider_name":"registry.terraform.io/hashicorp/azurerm","change":{{"actions":["create"],"before":null,"after":{after},"after_unknown":{unknown},"after_sensitive":{sensitive}}}}}"#
    )
}

pub(super) fn block(kind: &str, name: &str, expressions: &str, more: &str) -> String {
    format!(
        r#"{{"mode":"managed","type":"{kind}","name":"{name}","provider_config_key":"azurerm","expressions":{expressions}{more}}}"#
    )
}

pub(super) fn instance<'e>(evaluation: &'e Evaluation, address: &str) -> &'e Instance {
    let address = Shared::default().address(address).expect("an address");
    evaluation
        .instance(&address)
        .unwrap_or_else(|| panic!("{address}"))
}

/// The value at `a.0.b` of an instance.
pub(super) fn at<'e>(evaluation: &'e Evaluation, address: &str, path: &str) -> &'e Value {
    path.split('.').filter(|step| !step.is_empty()).fold(
        &instance(evaluation, address).values,
        |value, step| {
            let found = match step.parse::<usize>() {
                Ok(index) => value.elements().and_then(|elements| elements.get(index)),
                Err(_) => value.get(step),
            };
            found.unwrap_or_else(|| panic!("{address} has no {path}"))
        },
    )
}

pub(super) fn symbol(evaluation: &Evaluation, address: &str, path: &str) -> String {
    let value = at(evaluation, address, path);
    value.symbol().expect("an unknown value").to_string()
}

const SUBNETS: &str = r#"{"name":"s"}"#;

/// Two subnets under `for_each`, whose ids are unknown.
fn two_subnets() -> Vec<String> {
    ["a", "b"]
        .iter()
        .map(|key| {
            change(
                &format!("azurerm_subnet.this[\"{key}\"]"),
                SUBNETS,
                r#"{"id":true}"#,
                "{}",
            )
        })
        .collect()
}

fn subnets_block() -> String {
    block(
        "azurerm_subnet",
        "this",
        "{}",
        r#","for_each_expression":{"references":["var.subnets"]}"#,
    )
}

/// Trap 1: blocks of `dynamic` are missing from the configuration, so position says nothing.
#[test]
fn blocks_are_matched_by_a_constant_and_not_by_position() {
    let after = r#"{"rule":[{"name":"dynamic"},{"name":"static"}]}"#;
    let unknown = r#"{"rule":[{"gateway_id":true},{"gateway_id":true}]}"#;
    let mut changes = vec![change("azurerm_x.p", after, unknown, "{}")];
    changes.push(change("azurerm_gateway.g", "{}", r#"{"id":true}"#, "{}"));
    let rule = r#"{"rule":[{"name":{"constant_value":"static"},"gateway_id":{"references":["azurerm_gateway.g.id","azurerm_gateway.g"]}}]}"#;
    let resources = [
        block("azurerm_x", "p", rule, ""),
        block("azurerm_gateway", "g", "{}", ""),
    ]
    .join(",");
    let (_, evaluation, _) = plan(&document(&changes, &resources));
    assert_eq!(
        symbol(&evaluation, "azurerm_x.p", "rule.1.gateway_id"),
        "azurerm_gateway.g.id"
    );
    let dynamic = at(&evaluation, "azurerm_x.p", "rule.0.gateway_id").symbol();
    assert!(matches!(dynamic, Some(Symbol::Planned { .. })), "{dynamic:?}");
}

/// Trap 2: attributes written as blocks have merged references; what does not fit is not taken.
#[test]
fn merged_references_go_where_they_fit() {
    let after = r#"{"subnet":[{"name":"default"}]}"#;
    let unknown = r#"{"subnet":[{"id":true,"security_group":true}]}"#;
    let mut changes = vec![change("azurerm_virtual_network.v", after, unknown, "{}")];
    for kind in ["azurerm_network_security_group", "azurerm_route_table"] {
        changes.push(change(&format!("{kind}.x"), "{}", r#"{"id":true}"#, "{}"));
    }
    let subnet = r#"{"subnet":{"references":["azurerm_route_table.x.id","azurerm_route_table.x","azurerm_network_security_group.x.id","azurerm_network_security_group.x"]}}"#;
    let resources = [
        block("azurerm_virtual_network", "v", subnet, ""),
        block("azurerm_network_security_group", "x", "{}", ""),
        block("azurerm_route_table", "x", "{}", ""),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let network = "azurerm_virtual_network.v";
    let security_group = symbol(&evaluation, network, "subnet.0.security_group");
    assert_eq!(security_group, "azurerm_network_security_group.x.id");
    assert_eq!(
        symbol(&evaluation, network, "subnet.0.id"),
        "azurerm_virtual_network.v.subnet[0].id"
    );
}

/// Trap 3: sets are re-ordered; values stay in the order the plan has them.
#[test]
fn elements_keep_the_order_of_the_plan() {
    let after = r#"{"ports":["32873-32878","8443"]}"#;
    let (_, evaluation, _) = plan(&document(&[change("azurerm_x.p", after, "{}", "{}")], ""));
    let ports = at(&evaluation, "azurerm_x.p", "ports").elements().unwrap();
    assert_eq!(ports[0].as_str(), Some("32873-32878"));
    assert_eq!(ports[1].as_str(), Some("8443"));
}

/// Trap 4: unset is kept as the plan writes it.
#[test]
fn unset_is_null_or_empty_as_written() {
    let after = r#"{"a":null,"b":"","c":[]}"#;
    let (_, evaluation, _) = plan(&document(&[change("azurerm_x.p", after, "{}", "{}")], ""));
    assert!(at(&evaluation, "azurerm_x.p", "a").is_null());
    assert_eq!(at(&evaluation, "azurerm_x.p", "b").as_str(), Some(""));
    assert_eq!(at(&evaluation, "azurerm_x.p", "c").elements().unwrap().len(), 0);
}

/// Trap 5: what is left out and computed is the instance's own attribute; `[]` is known.
#[test]
fn an_attribute_left_out_is_the_instances_own() {
    let changes = [
        change(
            "azurerm_network_security_group.omitted",
            "{}",
            r#"{"security_rule":true}"#,
            "{}",
        ),
        change(
            "azurerm_network_security_group.empty",
            r#"{"security_rule":[]}"#,
            "{}",
            "{}",
        ),
        change(
            "azurerm_network_security_group.local",
            "{}",
            r#"{"security_rule":true}"#,
            "{}",
        ),
    ];
    let kind = "azurerm_network_security_group";
    let resources = [
        block(kind, "omitted", "{}", ""),
        block(kind, "empty", r#"{"security_rule":{"constant_value":[]}}"#, ""),
        block(
            kind,
            "local",
            r#"{"security_rule":{"references":["local.rules"]}}"#,
            "",
        ),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let omitted = at(
        &evaluation,
        "azurerm_network_security_group.omitted",
        "security_rule",
    );
    assert!(matches!(omitted.symbol(), Some(Symbol::Attribute { .. })));
    let empty = at(
        &evaluation,
        "azurerm_network_security_group.empty",
        "security_rule",
    );
    assert!(empty.elements().unwrap().is_empty());
    let local = at(
        &evaluation,
        "azurerm_network_security_group.local",
        "security_rule",
    );
    assert!(matches!(local.symbol(), Some(Symbol::Planned { .. })));
}

/// Trap 6: a list that is unknown as a whole may have had known members; it is not what it refers to.
#[test]
fn an_unknown_list_is_more_than_its_references() {
    let changes = [
        change(
            "azurerm_x.p",
            "{}",
            r#"{"source_ip_groups":true}"#,
            r#"{"source_ip_groups":[]}"#,
        ),
        change("azurerm_ip_group.g", "{}", r#"{"id":true}"#, "{}"),
    ];
    let groups = r#"{"source_ip_groups":{"references":["azurerm_ip_group.g.id","azurerm_ip_group.g"]}}"#;
    let resources = [
        block("azurerm_x", "p", groups, ""),
        block("azurerm_ip_group", "g", "{}", ""),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let value = at(&evaluation, "azurerm_x.p", "source_ip_groups");
    let Some(Symbol::Derived { from, .. }) = value.symbol() else {
        panic!("{value:?}")
    };
    assert_eq!(from.len(), 2);
    assert_eq!(value.symbol().unwrap().only_source(), None);
    assert!(
        matches!(&value.kind, Kind::Unknown(unknown) if matches!(unknown.of, crate::evaluate::values::value::Type::List(_)))
    );
}

/// Trap 7: a dynamic block over an unknown collection is an unknown list, or one nameless element.
#[test]
fn a_nameless_element_stands_for_any_number() {
    let after = r#"{"security_rule":[{"name":"known"},{"description":"","ports":[]}]}"#;
    let unknown = r#"{"security_rule":[{"ports":[]},{"access":true,"name":true,"ports":[]}]}"#;
    let changes = [change("azurerm_network_security_group.dyn", after, unknown, "{}")];
    let resources = block("azurerm_network_security_group", "dyn", "{}", "");
    let (_, evaluation, _) = plan(&document(&changes, &resources));
    let rules = at(&evaluation, "azurerm_network_security_group.dyn", "security_rule");
    let rules = rules.elements().unwrap();
    assert_eq!(rules[0].get("name").unwrap().as_str(), Some("known"));
    assert!(matches!(rules[1].symbol(), Some(Symbol::Planned { .. })));
}

/// Trap 8: ids of a first plan join through references.
#[test]
fn references_lead_to_instances() {
    let mut changes = two_subnets();
    let id = r#"{"subnet_id":true}"#;
    for address in ["literal", "own[\"b\"]", "other[\"c\"]", "local"] {
        changes.push(change(&format!("azurerm_assoc.{address}"), "{}", id, "{}"));
    }
    let references = |names: &str| format!(r#"{{"subnet_id":{{"references":[{names}]}}}}"#);
    let each = r#","for_each_expression":{"references":["var.x"]}"#;
    let resources = [
        subnets_block(),
        block(
            "azurerm_assoc",
            "literal",
            &references(
                r#""azurerm_subnet.this[\"a\"].id","azurerm_subnet.this[\"a\"]","azurerm_subnet.this""#,
            ),
            "",
        ),
        block(
            "azurerm_assoc",
            "own",
            &references(r#""azurerm_subnet.this","each.key""#),
            each,
        ),
        block(
            "azurerm_assoc",
            "other",
            &references(r#""azurerm_subnet.this","each.value""#),
            each,
        ),
        block("azurerm_assoc", "local", &references(r#""local.subnet_id""#), ""),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let subnet = |address: &str| symbol(&evaluation, address, "subnet_id");
    assert_eq!(subnet("azurerm_assoc.literal"), r#"azurerm_subnet.this["a"].id"#);
    assert_eq!(
        subnet(r#"azurerm_assoc.own["b"]"#),
        r#"azurerm_subnet.this["b"].id"#
    );
    let same_key = |address: &str| {
        let value = at(&evaluation, address, "subnet_id");
        matches!(&value.kind, Kind::Unknown(unknown) if unknown.same_key)
    };
    assert!(same_key(r#"azurerm_assoc.own["b"]"#));
    assert!(!same_key("azurerm_assoc.literal"));
    assert_eq!(
        subnet(r#"azurerm_assoc.other["c"]"#),
        r#"azurerm_subnet.this["a"].id or azurerm_subnet.this["b"].id"#
    );
    let local = at(&evaluation, "azurerm_assoc.local", "subnet_id").symbol();
    assert!(matches!(local, Some(Symbol::Planned { .. })));
}

/// Trap 8, through a module's variable and output, and `each.value` of its call.
#[test]
fn references_lead_through_modules() {
    let mut changes = two_subnets();
    for key in ["m", "n"] {
        let inside = |name: &str| format!("module.nsg[\"{key}\"].{name}");
        let id = r#"{"id":true}"#;
        changes.push(change(
            &inside("azurerm_network_security_group.this"),
            "{}",
            id,
            "{}",
        ));
        changes.push(change(
            &inside("azurerm_assoc.this"),
            "{}",
            r#"{"subnet_id":true}"#,
            "{}",
        ));
    }
    changes.push(change(
        "azurerm_outer.one",
        "{}",
        r#"{"network_security_group_id":true}"#,
        "{}",
    ));
    let outer = r#"{"network_security_group_id":{"references":["module.nsg[\"n\"].id","module.nsg[\"n\"]","module.nsg"]}}"#;
    let module = [
        block("azurerm_network_security_group", "this", "{}", ""),
        block(
            "azurerm_assoc",
            "this",
            r#"{"subnet_id":{"references":["var.subnet_id"]}}"#,
            "",
        ),
    ];
    let text = format!(
        r#"{{"format_version":"1.2","resource_changes":[{}],"configuration":{{"root_module":{{"resources":[{},{}],
            "module_calls":{{"nsg":{{"for_each_expression":{{"constant_value":{{"m":"a","n":"b"}}}},
                "expressions":{{"subnet_id":{{"references":["azurerm_subnet.this","each.value"]}}}},
                "module":{{"resources":[{}],"outputs":{{"id":{{"expression":{{"references":["azurerm_network_security_group.this.id","azurerm_network_security_group.this"]}}}}}}}}}}}}}}}}}}"#,
        changes.join(","),
        subnets_block(),
        block("azurerm_outer", "one", outer, ""),
        module.join(",")
    );
    let (_, evaluation, _) = plan(&text);
    assert_eq!(
        symbol(&evaluation, "azurerm_outer.one", "network_security_group_id"),
        r#"module.nsg["n"].azurerm_network_security_group.this.id"#
    );
    let subnet = symbol(&evaluation, r#"module.nsg["n"].azurerm_assoc.this"#, "subnet_id");
    assert_eq!(subnet, r#"azurerm_subnet.this["b"].id"#);
}

/// Trap 9: a write-only argument is null in the plan; the configuration has it.
#[test]
fn write_only_arguments_come_from_the_configuration() {
    let after = r#"{"network_security_group_id_wo":null}"#;
    let changes = [
        change("azurerm_subnet.literal", after, "{}", "{}"),
        change("azurerm_subnet.joined", after, "{}", "{}"),
        change("azurerm_network_security_group.n", "{}", r#"{"id":true}"#, "{}"),
    ];
    let literal = r#"{"network_security_group_id_wo":{"constant_value":"/subscriptions/x"}}"#;
    let joined = r#"{"network_security_group_id_wo":{"references":["azurerm_network_security_group.n.id","azurerm_network_security_group.n"]}}"#;
    let resources = [
        block("azurerm_subnet", "literal", literal, ""),
        block("azurerm_subnet", "joined", joined, ""),
        block("azurerm_network_security_group", "n", "{}", ""),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let value = at(
        &evaluation,
        "azurerm_subnet.literal",
        "network_security_group_id_wo",
    );
    assert_eq!(value.as_str(), Some("/subscriptions/x"));
    assert_eq!(
        symbol(
            &evaluation,
            "azurerm_subnet.joined",
            "network_security_group_id_wo"
        ),
        "azurerm_network_security_group.n.id"
    );
}

/// Trap 10: a sensitive member marks a whole set.
#[test]
fn sensitive_values_are_marked() {
    let after = r#"{"rules":[{"name":"s"}],"list":["a","b"]}"#;
    let sensitive = r#"{"rules":true,"list":[false,true]}"#;
    let (_, evaluation, _) = plan(&document(&[change("azurerm_x.p", after, "{}", sensitive)], ""));
    assert!(at(&evaluation, "azurerm_x.p", "rules").marks.sensitive);
    assert!(at(&evaluation, "azurerm_x.p", "rules.0.name").marks.sensitive);
    assert!(!at(&evaluation, "azurerm_x.p", "list.0").marks.sensitive);
    assert!(at(&evaluation, "azurerm_x.p", "list.1").marks.sensitive);
}

/// Traps 13 and 15: members of a dynamic value are known one by one, and numbers are exact.
#[test]
fn numbers_and_parts_of_bodies_are_exact() {
    let after = r#"{"body":{"properties":{"port":443,"big":12345678901234567890123,"nsg":{}}}}"#;
    let unknown = r#"{"body":{"properties":{"nsg":{"id":true}}}}"#;
    let changes = [
        change("azapi_resource.r", after, unknown, "{}"),
        change("azurerm_network_security_group.n", "{}", r#"{"id":true}"#, "{}"),
    ];
    let body = r#"{"body":{"references":["azurerm_network_security_group.n.id","azurerm_network_security_group.n"]}}"#;
    let resources = [
        block("azapi_resource", "r", body, ""),
        block("azurerm_network_security_group", "n", "{}", ""),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let number = |path: &str| match &at(&evaluation, "azapi_resource.r", path).kind {
        Kind::Number(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(number("body.properties.port"), "443");
    assert_eq!(number("body.properties.big"), "12345678901234567890123");
    let nsg = at(&evaluation, "azapi_resource.r", "body.properties.nsg.id");
    assert_eq!(
        nsg.symbol().unwrap().only_source().unwrap().to_string(),
        "azurerm_network_security_group.n.id"
    );
}

/// A template shows in a plan as the bare reference: its source is known, its text is not.
#[test]
fn a_parent_id_is_made_from_the_id_it_refers_to() {
    let changes = [
        change("azapi_resource.one", "{}", r#"{"parent_id":true}"#, "{}"),
        change("azapi_resource.two", "{}", r#"{"parent_id":true}"#, "{}"),
        change("azurerm_vmware_private_cloud.dr", "{}", r#"{"id":true}"#, "{}"),
    ];
    let parent = r#"{"parent_id":{"references":["azurerm_vmware_private_cloud.dr.id","azurerm_vmware_private_cloud.dr"]}}"#;
    let resources = [
        block("azapi_resource", "one", parent, ""),
        block("azapi_resource", "two", parent, ""),
        block("azurerm_vmware_private_cloud", "dr", "{}", ""),
    ];
    let (_, evaluation, _) = plan(&document(&changes, &resources.join(",")));
    let one = at(&evaluation, "azapi_resource.one", "parent_id")
        .symbol()
        .unwrap();
    let two = at(&evaluation, "azapi_resource.two", "parent_id")
        .symbol()
        .unwrap();
    assert_eq!(
        one.only_source().unwrap().to_string(),
        "azurerm_vmware_private_cloud.dr.id"
    );
    assert_eq!(one.only_source(), two.only_source());
    assert_ne!(one, two);
}

#[test]
fn deleted_deposed_and_forgotten_instances() {
    let row = |address: &str, extra: &str, actions: &str, values: &str| {
        format!(r#"{{"address":"{address}"{extra},"change":{{"actions":{actions},{values}}}}}"#)
    };
    let before = r#""before":{"name":"n","secret":"s"},"after":null,"after_unknown":{},"before_sensitive":{"secret":true},"after_sensitive":false"#;
    let after = r#""before":null,"after":{"name":"new"},"after_unknown":{},"after_sensitive":{}"#;
    let changes = [
        row("azurerm_x.deleted", "", r#"["delete"]"#, before),
        row("azurerm_x.forgotten", "", r#"["forget"]"#, before),
        row("azurerm_x.kept", r#","deposed":"abcd""#, r#"["delete"]"#, before),
        row("azurerm_x.kept", "", r#"["create","delete"]"#, after),
    ];
    let (_, evaluation, _) = plan(&document(&changes, ""));
    assert_eq!(evaluation.instances.len(), 2);
    assert_eq!(at(&evaluation, "azurerm_x.kept", "name").as_str(), Some("new"));
    assert_eq!(at(&evaluation, "azurerm_x.forgotten", "name").as_str(), Some("n"));
    assert!(at(&evaluation, "azurerm_x.forgotten", "secret").marks.sensitive);
}

#[test]
fn places_lead_to_the_value_in_the_plan() {
    let after = r#"{"rules":[{"name":"first"},{"name":"second"}]}"#;
    let text = document(&[change("azurerm_x.p", after, r#"{"id":true}"#, "{}")], "");
    let (_, evaluation, _) = plan(&text);
    let pointer = |path: &str| {
        let place = at(&evaluation, "azurerm_x.p", path).at.unwrap();
        json::pointer_at(&text, place.start as usize..place.end as usize)
    };
    assert_eq!(
        pointer("rules.1.name"),
        "/resource_changes/0/change/after/rules/1/name"
    );
    assert_eq!(pointer("id"), "/resource_changes/0/change/after_unknown/id");
    let place = instance(&evaluation, "azurerm_x.p").at.unwrap();
    assert_eq!(
        json::pointer_at(&text, place.start as usize..place.end as usize),
        "/resource_changes/0"
    );
}

#[test]
fn a_state_is_wholly_known() {
    let text = SharedText::from(
        r#"{"format_version":"1.0","values":{"outputs":{"key":{"sensitive":true,"value":"k"}},"root_module":{
            "resources":[{"address":"azurerm_x.a","mode":"managed","values":{"n":1},"sensitive_values":{"n":true}}],
            "child_modules":[{"resources":[{"address":"module.m.azurerm_x.b","mode":"managed","values":{}}],
                "child_modules":[{"resources":[{"address":"module.m.module.n[0].azurerm_x.c","mode":"managed","values":{}},
                    {"address":"azurerm_x.old","deposed_key":"00000000","mode":"managed","values":{}}]}]}]}}}"#,
    );
    let mut sources = Sources::default();
    let source = sources.add("state.json", text.clone(), Syntax::Json);
    let mut diagnostics = Vec::new();
    let evaluation = from_state(&read_state(source, &text, &mut diagnostics).unwrap());
    assert!(diagnostics.is_empty());
    let addresses: Vec<String> = evaluation
        .instances
        .iter()
        .map(|instance| instance.address.to_string())
        .collect();
    assert_eq!(
        addresses,
        [
            "azurerm_x.a",
            "module.m.azurerm_x.b",
            "module.m.module.n[0].azurerm_x.c"
        ]
    );
    assert!(at(&evaluation, "azurerm_x.a", "n").marks.sensitive);
    assert!(evaluation.outputs["key"].marks.sensitive);
}

#[test]
fn nesting_without_end_is_an_error_and_not_a_crash() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let after = format!(r#"{{"deep":{deep}}}"#);
    let (_, evaluation, diagnostics) = plan(&document(&[change("azurerm_x.p", &after, "{}", "{}")], ""));
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert_eq!(evaluation.instances.len(), 1);
}

/// A list of references has what they refer to, unless something beside them may be a condition.
#[test]
fn a_list_of_references_has_them_as_members_where_nothing_else_shapes_it() {
    let list = |name: &str, references: &str| {
        let expressions = format!(r#"{{"zone_ids":{{"references":[{references}]}}}}"#);
        let unknown = r#"{"id":true,"zone_ids":true}"#;
        (
            change(
                &format!("azurerm_group.{name}"),
                "{}",
                unknown,
                r#"{"zone_ids":[]}"#,
            ),
            block("azurerm_group", name, &expressions, ""),
        )
    };
    let zone = |name: &str| {
        (
            change(
                &format!("azurerm_zone.{name}"),
                r#"{"name":"z"}"#,
                r#"{"id":true}"#,
                "{}",
            ),
            block("azurerm_zone", name, "{}", ""),
        )
    };
    let (changes, blocks): (Vec<_>, Vec<_>) = [
        zone("a"),
        zone("b"),
        list(
            "both",
            r#""azurerm_zone.a.id","azurerm_zone.a","azurerm_zone.b.id","azurerm_zone.b""#,
        ),
        list("chosen", r#""var.strict","azurerm_zone.a.id","azurerm_zone.a""#),
        list(
            "tested",
            r#""azurerm_zone.b.name","azurerm_zone.b","azurerm_zone.a.id","azurerm_zone.a""#,
        ),
        list("lost", r#""local.more","azurerm_zone.a.id","azurerm_zone.a""#),
    ]
    .into_iter()
    .unzip();
    let (_, evaluation, _) = plan(&document(&changes, &blocks.join(",")));
    let members = |name: &str| -> Vec<String> {
        match &at(&evaluation, &format!("azurerm_group.{name}"), "zone_ids").kind {
            Kind::Unknown(unknown) => unknown.members.iter().map(ToString::to_string).collect(),
            _ => panic!("known"),
        }
    };
    assert_eq!(members("both"), ["azurerm_zone.a.id", "azurerm_zone.b.id"]);
    for open in ["chosen", "tested", "lost"] {
        assert!(members(open).is_empty(), "{open}");
    }
}
