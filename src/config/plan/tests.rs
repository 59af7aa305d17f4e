use super::*;
use crate::source::{Diagnostic, Severity, SharedText, Sources, Syntax};

fn read(text: &str) -> (Option<Plan>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let text = SharedText::from(text);
    let source = sources.add("plan.json", text.clone(), Syntax::Json);
    let mut diagnostics = Vec::new();
    let plan = read_plan(source, &text, &mut diagnostics);
    (plan, diagnostics)
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<(&'static str, Severity)> {
    diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.severity))
        .collect()
}

#[test]
fn what_is_wrong_with_a_plan_is_said() {
    let cases = [
        (r#"{"format_version":"1.99"}"#, true, None),
        (r#"{"format_version":"0.2"}"#, true, None),
        (
            r#"{"format_version":"2.0"}"#,
            false,
            Some(("unknown-format-version", Severity::Error)),
        ),
        (r#"{}"#, false, Some(("unknown-format-version", Severity::Error))),
        (
            r#"{"format_version":"1.2","errored":true,"complete":false}"#,
            true,
            Some(("errored-plan", Severity::Error)),
        ),
        (
            r#"{"format_version":"1.2","errored":false,"complete":false}"#,
            true,
            Some(("incomplete-plan", Severity::Warning)),
        ),
        (
            "{\"format_version\":\"1.2\"}\n{\"format_version\":\"1.2\"}",
            true,
            Some(("several-documents", Severity::Error)),
        ),
        (
            r#"{"format_version":"1.2","resource_changes":["#,
            false,
            Some(("malformed-json", Severity::Error)),
        ),
        (
            r#"{"format_version":"1.2","resource_changes":[1]}"#,
            false,
            Some(("malformed-json", Severity::Error)),
        ),
        ("7", false, Some(("malformed-json", Severity::Error))),
        ("", false, Some(("malformed-json", Severity::Error))),
    ];
    for (text, usable, said) in cases {
        let (plan, diagnostics) = read(text);
        assert_eq!(plan.is_some(), usable, "{text}");
        assert_eq!(
            codes(&diagnostics),
            said.into_iter().collect::<Vec<_>>(),
            "{text}"
        );
    }
}

#[test]
fn the_place_of_a_mistake_is_where_the_reader_stopped() {
    let text = "{\n  \"format_version\": \"1.2\",\n  \"errored\": maybe }";
    let (_, diagnostics) = read(text);
    let place = diagnostics[0].at.unwrap();
    assert_eq!(place.start as usize, text.find("maybe").unwrap());
}

#[test]
fn variables_become_literal_expressions() {
    use crate::config::syntax::ExpressionKind;
    let (plan, _) = read(
        r#"{"format_version":"1.2","variables":{"a":{"value":{"x":[1,-2.5,null,true,"t"]}},"unset":{}}}"#,
    );
    let given = plan.unwrap().variables();
    assert_eq!(given.len(), 1);
    assert_eq!(&*given[0].name, "a");
    let crate::config::GivenValue::Expression(expression) = &given[0].value else {
        panic!("an expression")
    };
    let ExpressionKind::Object(items) = &expression.kind else {
        panic!("an object")
    };
    let ExpressionKind::Tuple(elements) = &items[0].value.kind else {
        panic!("a tuple")
    };
    assert!(matches!(&elements[0].kind, ExpressionKind::Number(digits) if &**digits == "1"));
    assert!(matches!(&elements[1].kind, ExpressionKind::Negative(_)));
    assert!(matches!(&elements[4].kind, ExpressionKind::String(text) if &**text == "t"));
}

#[test]
fn blocks_are_named_without_keys() {
    let configured = r#"{"format_version":"1.2","configuration":{"root_module":{
        "resources":[{"mode":"data","type":"azurerm_subnet","name":"s"}],
        "module_calls":{"hub":{"module":{"resources":[{"mode":"managed","type":"azurerm_subnet","name":"this"}]}}}}}}"#;
    let bare = r#"{"format_version":"1.2","resource_changes":[
        {"address":"data.azurerm_subnet.s","change":{"actions":["read"]}},
        {"address":"module.hub[\"a.b\"].azurerm_subnet.this[0]","change":{"actions":["create"]}},
        {"address":"module.hub[\"a.b\"].azurerm_subnet.this[1]","change":{"actions":["create"]}}]}"#;
    for text in [configured, bare] {
        let (plan, _) = read(text);
        let blocks: Vec<String> = plan
            .unwrap()
            .block_addresses()
            .map(|address| address.to_string())
            .collect();
        assert_eq!(
            blocks,
            ["data.azurerm_subnet.s", "module.hub.azurerm_subnet.this"]
        );
    }
}
