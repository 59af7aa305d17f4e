//! Terraform's JSON syntax, rule by rule.

use super::*;
use crate::config::syntax::TemplatePart;
use crate::source::{Sources, Syntax};

fn read(text: &str) -> (Body, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let source = sources.add("main.tf.json", text, Syntax::Json);
    let (body, diagnostics) = parse_module(source, text);
    (body, diagnostics, sources)
}

fn accepted(text: &str) -> (Body, Sources) {
    let (body, diagnostics, sources) = read(text);
    assert_eq!(diagnostics, []);
    (body, sources)
}

fn attribute<'a>(body: &'a Body, name: &str) -> &'a ExpressionKind {
    &body.attribute(name).unwrap().expression.kind
}

#[test]
fn labels_are_levels_and_any_level_may_be_an_array() {
    let (body, sources) = accepted(
        r#"{"//": "no block", "resource": [{"a": {"b": {"x": 1}, "//": 1}}, {"a": [{"c": [{"x": 2}]}], "d": null}]}"#,
    );
    let named: Vec<String> = body
        .blocks
        .iter()
        .map(|block| format!("{}.{}", block.labels[0].text, block.labels[1].text))
        .collect();
    assert_eq!(named, ["a.b", "a.c"]);
    assert_eq!(sources.text(body.blocks[0].header), "\"b\"");
    assert_eq!(sources.text(body.blocks[0].place), r#""b": {"x": 1}"#);
    assert_eq!(&*body.blocks[0].keyword.text, "resource");
}

#[test]
fn a_string_is_a_template_with_its_places() {
    let (body, sources) =
        accepted(r#"{"locals": {"a": "é\n${ x.y }\u00e9 $${no}", "b": "plain", "c": "${d}"}}"#);
    let locals = &body.blocks[0].body;
    let ExpressionKind::Template(template) = attribute(locals, "a") else {
        panic!("a template")
    };
    let [
        TemplatePart::Literal(before),
        TemplatePart::Interpolation(inner),
        TemplatePart::Literal(after),
    ] = template.parts.as_slice()
    else {
        panic!("{template:?}")
    };
    assert_eq!((&**before, &**after), ("é\n", "é ${no}"));
    assert_eq!(sources.text(inner.place), "x.y");
    assert!(matches!(attribute(locals, "b"), ExpressionKind::String(text) if &**text == "plain"));
    assert!(matches!(attribute(locals, "c"), ExpressionKind::Template(_)));
}

#[test]
fn an_escaped_quote_does_not_move_a_place() {
    let text = r#"{"locals": {"a": "${f(\"b\", c)}"}}"#;
    let (body, sources) = accepted(text);
    let ExpressionKind::Template(template) = attribute(&body.blocks[0].body, "a") else {
        panic!("a template")
    };
    let [
        TemplatePart::Interpolation(Expression {
            kind: ExpressionKind::Call(call),
            ..
        }),
    ] = template.parts.as_slice()
    else {
        panic!("a call")
    };
    assert_eq!(sources.text(call.arguments[0].place), r#"\"b\""#);
    assert_eq!(sources.text(call.arguments[1].place), "c");
}

#[test]
fn some_strings_are_no_templates() {
    let (body, _) = accepted(
        r#"{"variable": {"v": {"type": "list(string)", "default": ["${no}"]}},
            "resource": {"a": {"b": {"depends_on": ["c.d"], "provider": "azurerm.x", "lifecycle": {"ignore_changes": ["tags"]}}}},
            "module": {"m": {"source": "./m", "providers": {"azurerm.y": "azurerm.x"}}}}"#,
    );
    let [variable, resource, module] = body.blocks.as_slice() else {
        panic!("three blocks")
    };
    assert!(matches!(
        attribute(&variable.body, "type"),
        ExpressionKind::Call(_)
    ));
    let ExpressionKind::Tuple(default) = attribute(&variable.body, "default") else {
        panic!("a tuple")
    };
    assert!(matches!(&default[0].kind, ExpressionKind::String(text) if &**text == "${no}"));
    let ExpressionKind::Tuple(depends) = attribute(&resource.body, "depends_on") else {
        panic!("a tuple")
    };
    assert!(matches!(depends[0].kind, ExpressionKind::Attribute { .. }));
    assert!(matches!(
        attribute(&resource.body, "provider"),
        ExpressionKind::Attribute { .. }
    ));
    assert_eq!(resource.body.blocks[0].keyword.text.as_ref(), "lifecycle");
    let ExpressionKind::Object(providers) = attribute(&module.body, "providers") else {
        panic!("an object")
    };
    assert!(matches!(&providers[0].key, ObjectKey::Name(name) if &*name.text == "azurerm.y"));
    assert!(matches!(
        providers[0].value.kind,
        ExpressionKind::Attribute { .. }
    ));
}

#[test]
fn dynamic_makes_blocks_at_any_depth() {
    let (body, _) = accepted(
        r#"{"resource": {"a": {"b": {
            "plain": [{"x": 1}],
            "outer": {"y": 2, "dynamic": {"inner": {"for_each": "${z}", "iterator": "it", "content": {"w": "${it.value}"}}}},
            "dynamic": [{"rule": {"for_each": [1], "content": {"v": 1}}}]}}}}"#,
    );
    let resource = &body.blocks[0].body;
    assert!(matches!(attribute(resource, "plain"), ExpressionKind::Tuple(_)));
    let outer = resource.blocks_of("outer").next().unwrap();
    let inner = outer.body.blocks_of("dynamic").next().unwrap();
    assert_eq!(&*inner.labels[0].text, "inner");
    assert!(matches!(attribute(&inner.body, "iterator"), ExpressionKind::Variable(name) if &**name == "it"));
    let content = inner.body.blocks_of("content").next().unwrap();
    assert!(matches!(
        attribute(&content.body, "w"),
        ExpressionKind::Template(_)
    ));
    let rule = resource.blocks_of("dynamic").next().unwrap();
    assert_eq!(&*rule.labels[0].text, "rule");
}

#[test]
fn numbers_keep_their_digits() {
    let (body, _) =
        accepted(r#"{"locals": {"a": 12345678901234567890123.50, "b": -1e400, "c": null, "d": true}}"#);
    let locals = &body.blocks[0].body;
    assert!(
        matches!(attribute(locals, "a"), ExpressionKind::Number(digits) if &**digits == "12345678901234567890123.50")
    );
    let ExpressionKind::Negative(inner) = attribute(locals, "b") else {
        panic!("a negation")
    };
    assert!(matches!(&inner.kind, ExpressionKind::Number(digits) if &**digits == "1e400"));
    assert!(matches!(attribute(locals, "c"), ExpressionKind::Null));
    assert!(matches!(attribute(locals, "d"), ExpressionKind::Bool(true)));
}

#[test]
fn errors_have_their_place() {
    for (text, code, place) in [
        ("{\"a\": 1,}", "json-syntax", "}"),
        ("{\n\"locals\": {\"a\": \"${b\"}}", "unclosed", "${"),
        (
            "{\"locals\": {\"a\": 1, \"a\": 2}}",
            "duplicate-argument",
            "\"a\"",
        ),
        ("{\"resource\": {\"a\": 1}}", "json-object-expected", "1"),
    ] {
        let (_, diagnostics, sources) = read(text);
        assert_eq!(diagnostics.len(), 1, "{text}: {diagnostics:?}");
        assert_eq!(diagnostics[0].code, code, "{text}");
        assert_eq!(sources.text(diagnostics[0].at.unwrap()), place, "{text}");
    }
}

#[test]
fn variable_files_are_literal() {
    let text = r#"{"a": "${no}", "b": {"c": ["%{no}"]}}"#;
    let mut sources = Sources::default();
    let source = sources.add("terraform.tfvars.json", text, Syntax::Json);
    let (body, diagnostics) = parse_variables(source, text);
    assert_eq!(diagnostics, []);
    assert!(matches!(attribute(&body, "a"), ExpressionKind::String(text) if &**text == "${no}"));
}

#[test]
fn depth_is_limited() {
    let text = format!(
        "{{\"locals\": {{\"a\": {}{}}}}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let (_, diagnostics, _) = read(&text);
    assert_eq!(diagnostics[0].code, "too-deep");
    let text = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let (_, diagnostics, _) = read(&text);
    assert_eq!(diagnostics[0].code, "too-deep");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\[\\]{}\",:$%\\\\a0é. \n-]{0,60}") {
        let _ = read(&text);
        let _ = read(&format!("{{\"locals\": {{\"a\": \"{text}\"}}}}"));
    }
}
