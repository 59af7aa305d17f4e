//! The rules of the syntax, one by one.

use std::fmt::Write;

use super::*;
use crate::config::syntax::{ObjectKey, Template, TemplatePart};
use crate::source::{Sources, Syntax};

fn read(text: &str) -> (Body, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let source = sources.add("main.tf", text, Syntax::Hcl);
    let (body, diagnostics) = parse_body(source, text);
    (body, diagnostics, sources)
}

/// The expression of `x = …`, which must be without errors.
fn expression(text: &str) -> String {
    let text = format!("x = {text}\n");
    let (body, diagnostics, _) = read(&text);
    assert_eq!(diagnostics, [], "{text}");
    show(&body.attributes[0].expression)
}

/// The errors of a body: code, and the text that is underlined.
fn problems(text: &str) -> Vec<(&'static str, String)> {
    let (_, diagnostics, sources) = read(text);
    diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.code, sources.text(diagnostic.at.unwrap()).to_owned()))
        .collect()
}

/// One line that shows the structure of an expression.
fn show(expression: &Expression) -> String {
    let list = |items: &[Expression]| items.iter().map(show).collect::<Vec<_>>().join(" ");
    match &expression.kind {
        ExpressionKind::Null => "null".to_owned(),
        ExpressionKind::Bool(value) => value.to_string(),
        ExpressionKind::Number(digits) => digits.to_string(),
        ExpressionKind::String(text) => format!("{text:?}"),
        ExpressionKind::Template(template) => format!("<{}>", show_template(template)),
        ExpressionKind::Tuple(elements) => format!("[{}]", list(elements)),
        ExpressionKind::Object(items) => {
            let mut text = String::from("{");
            for item in items {
                let key = match &item.key {
                    ObjectKey::Name(word) => word.text.to_string(),
                    ObjectKey::Expression(key) => format!("({})", show(key)),
                };
                write!(text, "{key}={};", show(&item.value)).unwrap();
            }
            text + "}"
        }
        ExpressionKind::Variable(name) => name.to_string(),
        ExpressionKind::Attribute { source, name } => format!("{}.{}", show(source), name.text),
        ExpressionKind::Index { source, key } => format!("{}[{}]", show(source), show(key)),
        ExpressionKind::Splat { source, each, full } => {
            format!(
                "({} {} {})",
                show(source),
                if *full { "[*]" } else { ".*" },
                show(each)
            )
        }
        ExpressionKind::SplatItem => "@".to_owned(),
        ExpressionKind::Call(call) => {
            let dots = if call.expand_last { "..." } else { "" };
            format!("{}({}{dots})", call.function.text, list(&call.arguments))
        }
        ExpressionKind::Not(inner) => format!("!{}", show(inner)),
        ExpressionKind::Negative(inner) => format!("-{}", show(inner)),
        ExpressionKind::Binary {
            operator,
            left,
            right,
        } => {
            format!("({:?} {} {})", operator, show(left), show(right))
        }
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => format!("(if {} {} {})", show(condition), show(then), show(otherwise)),
        ExpressionKind::Parentheses(inner) => format!("({})", show(inner)),
        ExpressionKind::For(value) => {
            let key = value
                .key
                .as_ref()
                .map_or(String::new(), |key| format!("{},", key.text));
            let result_key = value
                .result_key
                .as_ref()
                .map_or(String::new(), |key| show(key) + "=>");
            let condition = value
                .condition
                .as_ref()
                .map_or(String::new(), |condition| format!(" if {}", show(condition)));
            let dots = if value.grouped { "..." } else { "" };
            format!(
                "(for {key}{} in {}: {result_key}{}{dots}{condition})",
                value.value.text,
                show(&value.collection),
                show(&value.result)
            )
        }
    }
}

fn show_template(template: &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal(text) => format!("{text:?}"),
        TemplatePart::Interpolation(expression) => format!("${{{}}}", show(expression)),
        TemplatePart::If {
            condition,
            then,
            otherwise,
        } => format!(
            "if {} [{}] [{}]",
            show(condition),
            show_template(then),
            show_template(otherwise)
        ),
        TemplatePart::For {
            key,
            value,
            collection,
            body,
        } => format!(
            "for {}{} in {} [{}]",
            key.as_ref().map_or(String::new(), |key| format!("{},", key.text)),
            value.text,
            show(collection),
            show_template(body)
        ),
    };
    template.parts.iter().map(part).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_form_of_expression() {
    for (text, shown) in [
        ("null", "null"),
        ("true", "true"),
        ("1.50e3", "1.50e3"),
        (
            "12345678901234567890123456789.5",
            "12345678901234567890123456789.5",
        ),
        ("-5", "-5"),
        ("1 - -5", "(Subtract 1 -5)"),
        ("-a.b", "-a.b"),
        ("\"a\\n\\u00e9$${x}%%{y}\"", "\"a\\né${x}%{y}\""),
        ("[1, \"a\",\n]", "[1 \"a\"]"),
        (
            "{a = 1, \"b\" : 2, (c) = 3\n null = 4 }",
            "{a=1;(\"b\")=2;((c))=3;null=4;}",
        ),
        ("a.b[\"c\"].0", "a.b[\"c\"][0]"),
        ("a ? b : c ? d : e", "(if a b (if c d e))"),
        (
            "1 + 2 * 3 == 7 && !x",
            "(And (Equal (Add 1 (Multiply 2 3)) 7) !x)",
        ),
        ("core::merge({}, a...)", "core::merge({} a...)"),
        (
            "provider::azapi::parse_resource_id(x)",
            "provider::azapi::parse_resource_id(x)",
        ),
        ("[for k, v in m : k if v]", "(for k,v in m: k if v)"),
        (
            "{for v in m : v.a => v... if v.b}",
            "(for v in m: v.a=>v... if v.b)",
        ),
        ("(\n1\n+\n2)", "((Add 1 2))"),
    ] {
        assert_eq!(expression(text), shown, "{text}");
    }
}

#[test]
fn splats_take_what_follows_them() {
    // `[*]` applies all that follows to each element, `.*` the attributes only.
    assert_eq!(expression("a[*].b[0].c"), "(a [*] @.b[0].c)");
    assert_eq!(expression("a.*.b[0].c"), "(a .* @.b)[0].c");
    assert_eq!(expression("a[*].b[*].c"), "(a [*] (@.b [*] @.c))");
    assert_eq!(expression("a.*.b.0.c"), "(a .* @.b[0].c)");
    assert_eq!(expression("a[*]"), "(a [*] @)");
}

#[test]
fn a_heredoc_loses_the_indentation_of_its_lines() {
    assert_eq!(
        expression("<<-EOT\n    a\n      b\n\n    c\n  EOT"),
        "\"a\\n  b\\n\\nc\\n\""
    );
    assert_eq!(expression("<<EOT\n    a\n  EOT"), "\"    a\\n\"");
    assert_eq!(
        expression("<<-EOT\n  ${a}\n    b\nEOT"),
        "<\"\" ${a} \"\\n  b\\n\">"
    );
    assert_eq!(expression("<<EOT\r\na\r\nEOT\r"), "\"a\\r\\n\"");
    assert_eq!(expression("<<EOT\nEOT"), "\"\"");
}

#[test]
fn a_trim_stops_at_the_end_of_its_line() {
    // The newline behind `~}` goes; the indentation of the next line stays, and is not taken off
    // either, because no line starts there any more.
    let text = "<<-EOT\n    first\n    %{for r in rules~}\n    ${r}\n    %{endfor~}\n    last $${x}\n  EOT";
    assert_eq!(
        expression(text),
        "<\"first\\n\" for r in rules [\"    \" ${r} \"\\n\"] \"    last ${x}\\n\">"
    );
    assert_eq!(expression("\"a ${~ b ~} c\""), "<\"a\" ${b} \"c\">");
    assert_eq!(
        expression("\"%{ if a ~} x\\n %{~ else } y\\\" %{ endif }\""),
        "<if a [\"x\"] [\" y\\\" \"]>"
    );
}

#[test]
fn a_template_file_is_read_like_a_heredoc() {
    let mut sources = Sources::default();
    let text = "%{ for i, r in rules ~}\n${i}: ${r}\n%{ endfor ~}\nend";
    let source = sources.add("x.tftpl", text, Syntax::Hcl);
    let parsed = parse_template(source, text).0.unwrap();
    assert_eq!(
        show(&parsed),
        "<for i,r in rules [\"\" ${i} \": \" ${r} \"\\n\"] \"end\">"
    );
    let whole = parse_template(source, "${a}").0.unwrap();
    assert_eq!(show(&whole), "<${a}>");
}

#[test]
fn what_hcl_edit_refuses_wrongly_is_repaired() {
    // Newlines around operators inside an object `for`.
    assert_eq!(
        expression(
            "{ # why\n for k, v in merge(a,\n b) # then\n : k =>\n v.x &&\n v.y ?\n {\n a = 1\n } : null\n if true }"
        ),
        "(for k,v in merge(a b): k=>(if (And v.x v.y) {a=1;} null) if true)"
    );
    assert_eq!(expression("{for\r\n k, v in a : k => v}"), "(for k,v in a: k=>v)");
    // A condition whose parts stand on lines of their own, inside brackets.
    assert_eq!(expression("(a ?\n b :\n c)"), "((if a b c))");
    assert_eq!(expression("1e400"), "1e400");
    let digits = "9".repeat(400);
    assert_eq!(expression(&digits), digits);
    let (body, diagnostics, sources) = read("\u{feff}a = b\n");
    assert_eq!(diagnostics, []);
    assert_eq!(sources.text(body.attributes[0].place), "a = b");
}

/// `providers = { azurerm.hub = azurerm }`: what such a key means is for whoever takes the object.
#[test]
fn a_key_may_be_a_reference() {
    assert_eq!(
        expression("{ azurerm.hub = azurerm, a.b[\"c\"] = 1 }"),
        "{(azurerm.hub)=azurerm;(a.b[\"c\"])=1;}"
    );
}

#[test]
fn of_two_equal_keys_the_last_one_stands() {
    let text = "x = {\n  a = 1\n  b = { c = 1, c = 2 }\n  \"a\" = [\n    3,\n  ] # last\n  a = 4\n}\n";
    let (body, diagnostics, sources) = read(text);
    assert_eq!(show(&body.attributes[0].expression), "{b={c=2;};a=4;}");
    let told: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            (
                diagnostic.severity,
                sources.positions(diagnostic.at.unwrap()).0.line,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Severity::Warning, 3),
            (Severity::Warning, 2),
            (Severity::Warning, 4)
        ]
    );
}

#[test]
fn a_lone_expression_is_warned_about_too() {
    let source = Sources::default().add("value", "{ a = 1, a = 2 }", Syntax::Hcl);
    let (expression, diagnostics) = parse_expression(source, "{ a = 1, a = 2 }");
    assert_eq!(
        expression.map(|expression| show(&expression)).as_deref(),
        Some("{a=2;}")
    );
    let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["duplicate-key"]);
}

/// A comma may follow the last of them, but only one.
#[test]
fn items_that_repeat_a_key_are_separated_like_others() {
    for text in ["x = {\n  a = 1,\n  a = 2,\n}\n", "x = { a = 1, a = 2, # b\n}\n"] {
        let told: Vec<_> = problems(text).into_iter().map(|(code, _)| code).collect();
        assert_eq!(told, ["duplicate-key"], "{text}");
    }
    for text in ["x = { a = 1,, a = 2 }\n", "x = { a = 1, a = 2,, }\n"] {
        assert!(problems(text).iter().any(|(code, _)| *code == "syntax"), "{text}");
    }
}

/// What `hcl::edit` reads and Terraform does not.
#[test]
fn what_hcl_edit_accepts_wrongly_is_refused() {
    for text in [
        "a = [for]\n",
        "a = [for, b]\n",
        "a = { for = 1 }\n",
        "a = b ?\n  c : d\n",
        "a = b ? c :\n  d\n",
        "a = <<EOT\nb\nEOT",
        "a = [<<EOT\nb\nEOT, 2]\n",
        "/* b\n",
        "a = 1\n/* b\n",
    ] {
        assert!(!problems(text).is_empty(), "{text:?}");
    }
}

#[test]
fn a_large_object_costs_no_more_than_its_size() {
    let mut text = String::from("x = {\n");
    for index in 0..20_000 {
        writeln!(text, "  \"key{index}\" = {{ a = {index}, b = [1,\n 2] }}").unwrap();
    }
    text.push_str("}\ny = 1\n");
    let start = std::time::Instant::now();
    let (body, diagnostics, sources) = read(&text);
    assert_eq!(diagnostics, []);
    let ExpressionKind::Object(items) = &body.attributes[0].expression.kind else {
        panic!("an object")
    };
    assert_eq!(items.len(), 20_000);
    assert_eq!(
        sources.text(items[12_345].value.place),
        "{ a = 12345, b = [1,\n 2] }"
    );
    assert_eq!(&*body.attributes[1].name.text, "y");
    // Quadratic it would be more than 5 s with optimisation, and minutes without.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn every_node_has_its_place() {
    let text = "resource \"a\" b {\n  c = \"é${d.e[0]}\" # f\n  g { h = -1 }\n}\n";
    let (body, diagnostics, sources) = read(text);
    assert_eq!(diagnostics, []);
    let block = &body.blocks[0];
    assert_eq!(sources.text(block.header), "resource \"a\" b");
    assert_eq!(sources.text(block.place), text.trim_end());
    assert_eq!(sources.text(block.labels[0].place), "\"a\"");
    assert_eq!(&*block.labels[0].text, "a");
    assert_eq!(sources.text(block.body.attributes[0].place), "c = \"é${d.e[0]}\"");
    let ExpressionKind::Template(template) = &block.body.attributes[0].expression.kind else {
        panic!("a template")
    };
    let TemplatePart::Interpolation(inner) = &template.parts[1] else {
        panic!("an interpolation")
    };
    assert_eq!(sources.text(inner.place), "d.e[0]");
    let nested = &block.body.blocks[0];
    assert_eq!(sources.text(nested.place), "g { h = -1 }");
    assert_eq!(sources.text(nested.body.attributes[0].place), "h = -1");
}

#[test]
fn errors_say_what_to_do() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("a {\n  b = 1\n", "unclosed {"),
        ("a = [1, 2\nb = 3\n", "missing-comma b"),
        ("a = [1 2]\n", "missing-comma 2"),
        ("a = f(1 2)\n", "missing-comma 2"),
        ("a = { b = 1 c = 2 }\n", "missing-comma c"),
        ("a = [1, 2}\n", "unclosed }"),
        ("a = (1 + 2]\n", "unclosed ]"),
        ("a = \"b\nc = 1\n", "missing-quote \n"),
        ("a = \"b\nc\"\n", "missing-quote \n"),
        ("a = <<EOT\nb\n", "unclosed "),
        ("a: 1\n", "syntax a"),
        ("a = 'b'\n", "syntax '"),
        ("a =\nb = 1\n", "syntax \n"),
        ("a {\n  b =\n}\n", "syntax \n"),
        ("a = 1 +\nb = 1\n", "syntax \n"),
        ("a = b(\n", "unclosed "),
        ("a = b ? c\n", "syntax \n"),
        ("a = \"${b\"\n", "unclosed ${"),
        ("a = \"${b\nc = 1\n", "syntax c"),
        ("a \"b\"\n", "syntax "),
        ("<<<<<<< HEAD\n", "merge-conflict <<<<<<< HEAD"),
        (
            "a {\n<<<<<<< HEAD\n  b = 1\n=======\n  b = 2\n>>>>>>> x\n}\n",
            "merge-conflict <<<<<<< HEAD",
        ),
        ("a \"b\" = {\n c = 1\n}\n", "block-with-equals ="),
        ("a { b = 1, c = 2 }\n", "syntax ,"),
        ("a = 1 b = 2\n", "missing-newline b"),
        ("a {\n b = 1\n b = 2\n}\n", "duplicate-argument b"),
        ("a = 1\na = 2\n", "duplicate-argument a"),
        ("a = \"\\q\"\n", "invalid-escape \\q"),
        ("a = [for b in c : d => e]\n", "invalid-for d"),
        ("a = [for b in c : d...]\n", "invalid-for ..."),
        ("a = {for b in c : d}\n", "invalid-for d"),
        ("a = b.0.1\n", "legacy-index 0.1"),
        ("a = b.*.c.*.d\n", "nested-splat *"),
        ("a = 10.0.0.1\n", "invalid-number 10.0.0.1"),
        ("}\n", "syntax }"),
        ("a = [<<EOT\nb\nEOT, 2]\n", "unclosed "),
    ] {
        let found: Vec<String> = problems(text)
            .into_iter()
            .map(|(code, text)| format!("{code} {text}"))
            .collect();
        if found != [expected] {
            wrong.push(format!("{text:?}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_error_does_not_hide_the_rest_of_the_file() {
    let text = "variable \"a\" {\n  default = [1 2]\n}\nlocals {\n  b = 1\n}\nresource \"c\" \"d\" {\n  e = {\n\
                \nresource \"f\" \"g\" {\n  h = 1\n}\noutput \"i\" {\n  value = )\n}\nmodule \"j\" {\n}\n";
    let (body, _, _) = read(text);
    let read: Vec<&str> = body.blocks.iter().map(|block| &*block.keyword.text).collect();
    assert_eq!(read, ["locals", "resource", "module"]);
    let problems: Vec<_> = problems(text).into_iter().map(|(code, _)| code).collect();
    assert_eq!(problems, ["missing-comma", "unclosed", "syntax"]);
}

#[test]
fn depth_is_limited_and_never_overflows() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a=", "}"),
        ("!", ""),
        ("f(", ")"),
        ("\"${", "}\""),
    ] {
        let text = format!("x = {}1{}\n", open.repeat(5_000), close.repeat(5_000));
        assert_eq!(problems(&text)[0].0, "too-deep", "{open}");
    }
    let blocks = format!("{}{}", "a {\n".repeat(5_000), "}\n".repeat(5_000));
    assert_eq!(problems(&blocks)[0].0, "too-deep");
    let chain = format!("x = 1{}\n", " + 1".repeat(5_000));
    assert_eq!(problems(&chain)[0].0, "too-deep");
    let steps = format!("x = a{}\n", ".b".repeat(5_000));
    assert_eq!(problems(&steps)[0].0, "too-deep");
    let repeated = format!("x = {}1{}\n", "{a=0\na=".repeat(5_000), "}".repeat(5_000));
    assert_eq!(problems(&repeated)[0].0, "too-deep");
}

/// What stands in files, and what is likely to confuse a scanner.
const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "${",
    "%{",
    "$${",
    "~}",
    "<<EOT\n",
    "<<-A\n",
    "EOT\n",
    "\n",
    "\r\n",
    "=",
    "=>",
    ",",
    ":",
    "?",
    "...",
    ".",
    "*",
    "#",
    "/*",
    "*/",
    "//",
    "for ",
    "in",
    "if ",
    "else",
    "endif",
    "endfor",
    "a",
    "-b",
    "é",
    "\u{feff}",
    "0",
    "1e400",
    "9999999999",
    "null",
    "a = 1\n",
    "x {\n",
    "\"l\" ",
    "%{ for a in b ~}",
    "%{ if a }",
    "{ for k, v in m :\n k => v }",
    "{a=1\na=2}",
];

fn check_places(body: &Body, diagnostics: &[Diagnostic], text: &str) {
    let check = |place: Place| {
        let (start, end) = (place.start as usize, place.end as usize);
        assert!(start <= end && end <= text.len() + 1, "{place:?} in {text:?}");
        assert!(text.is_char_boundary(start), "{place:?} in {text:?}");
    };
    diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.at)
        .for_each(check);
    for attribute in &body.attributes {
        check(attribute.place);
        assert!(text[attribute.place.start as usize..].starts_with(&*attribute.name.text));
    }
    for block in &body.blocks {
        check(block.place);
        assert!(text[block.header.start as usize..].starts_with(&*block.keyword.text));
        check_places(&block.body, &[], text);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, ..Default::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(parts in proptest::collection::vec(0..FRAGMENTS.len(), 0..40)) {
        let text: String = parts.iter().map(|part| FRAGMENTS[*part]).collect();
        let (body, diagnostics, _) = read(&text);
        check_places(&body, &diagnostics, &text);
        let mut sources = Sources::default();
        let source = sources.add("x", text.as_str(), Syntax::Hcl);
        let _ = parse_expression(source, &text);
        let _ = parse_template(source, &text);
    }
}

/// The first error stands where Terraform says one is.
#[test]
fn errors_are_where_terraform_sees_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/oracle/syntax-errors.json");
    let oracle: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = oracle["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let text = case["text"].as_str().unwrap();
        let (_, diagnostics, sources) = read(text);
        let places: Vec<(u64, u64)> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|diagnostic| sources.positions(diagnostic.at.unwrap()).0)
            .map(|start| (u64::from(start.line), u64::from(start.column)))
            .collect();
        let theirs: Vec<(u64, u64)> = case["terraform"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (error[0].as_u64().unwrap(), error[1].as_u64().unwrap()))
            .collect();
        let agrees = places.first().is_none_or(|first| theirs.contains(first));
        if !agrees || places.is_empty() != theirs.is_empty() {
            wrong.push(format!(
                "{text:?}: {places:?} {:?}, Terraform {}",
                diagnostics.first().map(|first| &first.summary),
                case["terraform"]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert!(cases.len() > 100);
}
