use super::*;
use crate::evaluate::values::value::{Kind, Part, Symbol};

fn run(name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
    call(name, arguments, &Context { files: None })
}

fn string(name: &str, arguments: Vec<Value>) -> String {
    run(name, arguments).unwrap().as_str().unwrap().to_owned()
}

fn unknown(name: &str) -> Value {
    let symbol = Symbol::Variable {
        name: name.into(),
        path: [].into(),
    };
    Value::unknown(Type::String, symbol)
}

fn texts(values: &[&str]) -> Value {
    Value::tuple(values.iter().map(|text| Value::string(*text)).collect::<Vec<_>>())
}

#[test]
fn the_table_is_sorted_and_complete() {
    let names: Vec<&str> = names().collect();
    assert!(names.is_sorted());
    // 118 functions, of which four are expressions; two that were removed; and seven of providers.
    assert_eq!(names.len(), 118 - 4 + 2 + 7);
    assert!(exists("core::merge") && !exists("nope"));
}

#[test]
fn prefixes() {
    let two = |a: &str, n: i64| vec![Value::string(a), Value::number(n)];
    assert_eq!(string("cidrhost", two("10.0.0.5/8", 2)), "10.0.0.2");
    assert_eq!(string("cidrhost", two("10.1.0.0/16", -1)), "10.1.255.255");
    assert_eq!(string("cidrhost", two("fd00::/64", 16)), "fd00::10");
    assert!(run("cidrhost", two("10.0.0.0/24", 256)).is_err());
    let three = vec![Value::string("10.0.0.0/22"), Value::number(3), Value::number(1)];
    assert_eq!(string("cidrsubnet", three), "10.0.0.128/25");
    assert_eq!(
        string("cidrnetmask", vec![Value::string("10.0.0.0/22")]),
        "255.255.252.0"
    );
}

#[test]
fn text_keeps_its_unknown_parts() {
    let formatted = run("format", vec![Value::string("%s/x"), unknown("id")]).unwrap();
    let Some(Symbol::Template(parts)) = formatted.symbol() else {
        panic!("not a template");
    };
    assert!(matches!(&parts[..], [Part::Symbol(_), Part::Literal(text)] if &**text == "/x"));
    let list = Value::tuple(vec![Value::string("a"), unknown("b")]);
    let joined = run("join", vec![Value::string("/"), list]).unwrap();
    assert_eq!(joined.symbol().unwrap().to_string(), "a/${var.b}");
}

#[test]
fn structures_keep_symbols() {
    let merged = run(
        "merge",
        vec![
            Value::object(vec![("a".into(), unknown("a")), ("b".into(), Value::bool(true))]),
            Value::object(vec![("b".into(), unknown("b"))]),
        ],
    )
    .unwrap();
    assert_eq!(merged.get("b").unwrap().symbol().unwrap().to_string(), "var.b");
    let found = run("lookup", vec![merged, Value::string("a")]).unwrap();
    assert_eq!(found.symbol().unwrap().to_string(), "var.a");
    let set = run(
        "toset",
        vec![Value::tuple(vec![unknown("a"), Value::string("x")])],
    )
    .unwrap();
    assert_eq!(set.elements().unwrap().len(), 2);
    let length = run("length", vec![set]).unwrap();
    assert!(!length.is_known());
}

#[test]
fn marks_move_to_the_result() {
    let secret = Value::string("x").with_marks(Marks::SENSITIVE);
    assert!(run("upper", vec![secret.clone()]).unwrap().marks.sensitive);
    let nested = Value::tuple(vec![secret]);
    assert!(
        run("join", vec![Value::string(","), nested.clone()])
            .unwrap()
            .marks
            .sensitive
    );
    let concat = run("concat", vec![nested, texts(&["y"])]).unwrap();
    assert!(!concat.marks.sensitive && concat.elements().unwrap()[0].marks.sensitive);
}

#[test]
fn regular_expressions_are_go_s() {
    let all = |pattern: &str, text: &str| run("regexall", vec![Value::string(pattern), Value::string(text)]);
    let count = |pattern: &str, text: &str| all(pattern, text).unwrap().elements().unwrap().len();
    assert_eq!(count(r"\d", "1\u{663}"), 1);
    assert_eq!(count(r"[a&&b]", "a&b"), 3);
    assert_eq!(count(r"[[a]", "[a"), 2);
    assert_eq!(count(r"\Qa.b\E", "a.b axb"), 1);
    assert_eq!(count(r"a{,2}", "a{,2}"), 1);
    assert!(all("x**", "x").is_err());
    assert!(all("a{1001}", "x").is_err());
    let named = run(
        "regex",
        vec![Value::string("(?P<a>.)(?P<b>z)?"), Value::string("x")],
    )
    .unwrap();
    assert!(named.get("b").unwrap().is_null());
}

#[test]
fn yaml_is_terraform_s() {
    let source = "a: 010\nb: 0o10\non: yes\nc: 1_000\nd: 2026-01-02\ne: &e {x: 1}\nf:\n  <<: *e\n  z: '1'\n";
    let decoded = run("yamldecode", vec![Value::string(source)]).unwrap();
    let json = string("jsonencode", vec![decoded]);
    assert_eq!(
        json,
        r#"{"a":10,"b":8,"c":"1_000","d":"2026-01-02T00:00:00Z","e":{"x":1},"f":{"x":1,"z":"1"},"true":true}"#
    );
    let value = Value::object(vec![
        ("a".into(), texts(&["x", "y\nz\n"])),
        (
            "b".into(),
            Value::object(vec![("c".into(), Value::tuple(vec![]))]),
        ),
    ]);
    let written = string("yamlencode", vec![value]);
    assert_eq!(written, "\"a\":\n- \"x\"\n- |\n  y\n  z\n\"b\":\n  \"c\": []\n");
}

#[test]
fn resource_ids_are_taken_apart_and_put_together() {
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
    let kind = Value::string("Microsoft.Network/virtualNetworks/subnets");
    let parsed = run(
        "provider::azapi::parse_resource_id",
        vec![kind.clone(), Value::string(id)],
    )
    .unwrap();
    let parent = parsed.get("parent_id").unwrap().as_str().unwrap().to_owned();
    assert!(parent.ends_with("/virtualNetworks/v"));
    let built = string(
        "provider::azapi::build_resource_id",
        vec![Value::string(parent.as_str()), kind, Value::string("n")],
    );
    assert_eq!(built, id);
    let lower = Value::string(id.to_lowercase());
    assert_eq!(
        string("provider::azurerm::normalise_resource_id", vec![lower]),
        id
    );
}

#[test]
fn a_call_must_fit_the_table() {
    assert!(run("upper", vec![]).is_err());
    assert!(run("upper", vec![Value::null(Type::String)]).is_err());
    assert_eq!(
        run("upper", vec![Value::tuple(vec![])]).unwrap_err().argument,
        Some(0)
    );
    assert!(run("upper", vec![Value::string("a"), Value::string("b")]).is_err());
    assert!(matches!(
        run("upper", vec![Value::bool(true)]).unwrap().kind,
        Kind::String(_)
    ));
}
