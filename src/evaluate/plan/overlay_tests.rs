use super::tests::{at, block, change, document, instance, plan, symbol};
use super::*;
use crate::evaluate::values::value::{Kind, Step, Symbol, Type};
use crate::source::{Severity, Sources, Syntax};

/// A source as the evaluator would give it: values with places of their own text.
struct Written {
    source: SourceId,
    evaluation: Evaluation,
}

impl Written {
    fn new() -> Written {
        let mut sources = Sources::default();
        sources.add("plan.json", "", Syntax::Json);
        Written {
            source: sources.add("main.tf", "", Syntax::Hcl),
            evaluation: Evaluation::default(),
        }
    }

    fn place(&self, line: u32) -> Place {
        Place {
            source: self.source,
            start: line,
            end: line + 1,
        }
    }

    fn text(&self, text: &str, line: u32) -> Value {
        self.placed(Value::string(text), line)
    }

    fn placed(&self, mut value: Value, line: u32) -> Value {
        value.at = Some(self.place(line));
        value.origin = value.at;
        value
    }

    fn id_of(&self, address: &str, line: u32) -> Value {
        let symbol = Symbol::Attribute {
            of: Arc::new(Shared::default().address(address).unwrap()),
            path: Arc::new([Step::Attribute("id".into())]),
        };
        self.placed(Value::unknown(Type::String, symbol), line)
    }

    fn object(&self, entries: &[(&str, Value)], line: u32) -> Value {
        let entries = entries
            .iter()
            .map(|(name, value)| (Arc::from(*name), value.clone()));
        self.placed(Value::object(entries.collect()), line)
    }

    fn list(&self, elements: Vec<Value>, line: u32) -> Value {
        self.placed(Value::new(Kind::List(Type::Any, elements.into())), line)
    }

    fn add(&mut self, address: &str, values: &[(&str, Value)], line: u32) {
        let instance = Instance {
            address: Arc::new(Shared::default().address(address).unwrap()),
            provider: "azurerm.hub".into(),
            provider_source: None,
            provider_version: None,
            values: self.object(values, line),
            at: Some(self.place(line)),
            calls: Arc::new([]),
            depends_on: None,
        };
        self.evaluation.instances.push(instance);
        self.evaluation
            .instances
            .sort_by(|a, b| a.address.cmp(&b.address));
    }
}

fn line(value: &Value) -> u32 {
    value.at.unwrap().start
}

#[test]
fn values_come_from_the_plan_and_places_from_the_source() {
    let after = r#"{"name":"n","port":"443","default":"set by the provider"}"#;
    let (plan, _, _) = plan(&document(
        &[change("azurerm_x.p", after, r#"{"id":true}"#, "{}")],
        "",
    ));
    let mut written = Written::new();
    let port = written.placed(Value::number(443), 12);
    written.add(
        "azurerm_x.p",
        &[("name", written.text("n", 11)), ("port", port)],
        10,
    );
    let both = overlay(&plan, &written.evaluation);
    assert!(both.diagnostics.is_empty(), "{:?}", both.diagnostics);
    assert_eq!(at(&both, "azurerm_x.p", "port").as_str(), Some("443"));
    assert_eq!(line(at(&both, "azurerm_x.p", "port")), 12);
    let default = at(&both, "azurerm_x.p", "default");
    assert_eq!(default.as_str(), Some("set by the provider"));
    assert_eq!(line(default), 10, "what nobody wrote stands at the block");
    assert_eq!(symbol(&both, "azurerm_x.p", "id"), "azurerm_x.p.id");
    assert_eq!(&*instance(&both, "azurerm_x.p").provider, "azurerm.hub");
}

#[test]
fn symbols_and_lost_members_come_from_the_source() {
    let after = r#"{"wo_wo":null,"unset":null,"rule":[{"name":"dynamic"},{"name":"static"}]}"#;
    let unknown = r#"{"subnet_id":true,"addresses":true,"rule":[{"group":true},{}]}"#;
    let (plan, alone, _) = plan(&document(
        &[change("azurerm_x.p", after, unknown, "{}")],
        &block(
            "azurerm_x",
            "p",
            r#"{"subnet_id":{"references":["local.subnet"]}}"#,
            "",
        ),
    ));
    let own = at(&alone, "azurerm_x.p", "subnet_id").symbol();
    assert!(matches!(own, Some(Symbol::Planned { .. })));
    let mut written = Written::new();
    let addresses = vec![written.text("10.0.0.0/8", 3), written.id_of("azurerm_y.z", 4)];
    let rules = vec![
        written.object(&[("name", written.text("static", 6))], 6),
        written.object(
            &[
                ("name", written.text("dynamic", 7)),
                ("group", written.id_of("azurerm_g.g", 8)),
            ],
            7,
        ),
    ];
    let values = [
        ("subnet_id", written.id_of("azurerm_subnet.s", 2)),
        ("addresses", written.list(addresses, 3)),
        ("rule", written.list(rules, 5)),
        ("wo_wo", written.text("written", 9)),
        ("unset", written.text("never", 10)),
    ];
    written.add("azurerm_x.p", &values, 1);
    let both = overlay(&plan, &written.evaluation);
    assert_eq!(symbol(&both, "azurerm_x.p", "subnet_id"), "azurerm_subnet.s.id");
    assert_eq!(
        at(&both, "azurerm_x.p", "addresses.0").as_str(),
        Some("10.0.0.0/8")
    );
    assert_eq!(symbol(&both, "azurerm_x.p", "rule.0.group"), "azurerm_g.g.id");
    assert_eq!(line(at(&both, "azurerm_x.p", "rule.1")), 6);
    assert_eq!(at(&both, "azurerm_x.p", "wo_wo").as_str(), Some("written"));
    assert!(at(&both, "azurerm_x.p", "unset").is_null());
}

#[test]
fn another_configurations_source_is_said_once_each_way() {
    let changes: Vec<String> = (0..7)
        .map(|index| change(&format!("azurerm_x.p[{index}]"), "{}", "{}", "{}"))
        .collect();
    let (plan, _, _) = plan(&document(&changes, ""));
    let mut written = Written::new();
    written.add("azurerm_x.other", &[], 1);
    written.add("data.azurerm_x.data", &[], 2);
    let both = overlay(&plan, &written.evaluation);
    let details: Vec<&str> = both
        .diagnostics
        .iter()
        .map(|diagnostic| &*diagnostic.detail)
        .collect();
    assert_eq!(
        details,
        [
            "in the plan and not in the source: `azurerm_x.p[0]`, `azurerm_x.p[1]`, `azurerm_x.p[2]`, `azurerm_x.p[3]`, `azurerm_x.p[4]` and 2 more",
            "in the source and not in the plan: `azurerm_x.other`"
        ]
    );
    assert!(
        both.diagnostics
            .iter()
            .all(|diagnostic| diagnostic.severity == Severity::Warning)
    );
    // What the plan does not make is not there; a data source it has not read is.
    assert_eq!(both.instances.len(), 8);
    assert!(at(&both, "data.azurerm_x.data", "").entries().is_some());
}

#[test]
fn a_block_of_unknown_repetition_gives_places_only() {
    let unknown = r#"{"subnet_id":true}"#;
    let (plan, _, _) = plan(&document(
        &[change("azurerm_x.p[\"k\"]", r#"{"name":"k"}"#, unknown, "{}")],
        "",
    ));
    let mut written = Written::new();
    let values = [
        ("name", written.text("template", 2)),
        ("subnet_id", written.id_of("azurerm_subnet.s", 3)),
    ];
    written.add("azurerm_x.p[0]", &values, 1);
    let mut any = (*written.evaluation.instances[0].address).clone();
    any.key = Some(crate::evaluate::address::Key::Any);
    written.evaluation.instances[0].address = Arc::new(any);
    let both = overlay(&plan, &written.evaluation);
    assert_eq!(both.instances.len(), 1);
    let address = "azurerm_x.p[\"k\"]";
    assert_eq!(at(&both, address, "name").as_str(), Some("k"));
    assert_eq!(line(at(&both, address, "name")), 2);
    let subnet = at(&both, address, "subnet_id").symbol();
    assert!(matches!(subnet, Some(Symbol::Planned { .. })), "{subnet:?}");
}
