//! Real plans and states, read and evaluated without their source and with it.
//!
//! `testdata/plans` has our own configurations as Terraform 1.11 planned them; further plans are read
//! where they lie in `../shared`.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clearway::config::plan::{self, Plan};
use clearway::config::{Options, SourceOption};
use clearway::evaluate::evaluation::Evaluation;
use clearway::evaluate::plan::{from_plan, from_state};
use clearway::evaluate::values::value::{Step, Symbol, Value};
use clearway::source::{Diagnostic, SharedText, Sources, Syntax};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> (SharedText, Plan, Evaluation, Vec<Diagnostic>) {
    let text = SharedText::from(std::fs::read_to_string(file).unwrap());
    let mut sources = Sources::default();
    let source = sources.add("plan.json", text.clone(), Syntax::Json);
    let mut diagnostics = Vec::new();
    let plan = plan::read_plan(source, &text, &mut diagnostics).expect("a plan");
    let evaluation = from_plan(&plan);
    diagnostics.extend(evaluation.diagnostics.iter().cloned());
    (text, plan, evaluation, diagnostics)
}

/// Every `plan*.json` below a folder.
fn plans(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            plans(&path, found);
        } else if name.starts_with("plan") && name.ends_with(".json") {
            found.push(path);
        }
    }
    found.sort();
}

fn all_plans() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [
        "testdata",
        "../shared/plans",
        "../shared/cases",
        "../shared/oracle/modules",
    ] {
        plans(&root().join(folder), &mut found);
    }
    found
}

/// What a plan's text says of itself.
fn expected_codes(text: &serde_json::Value) -> Vec<&'static str> {
    if text["errored"] == true {
        return vec!["errored-plan"];
    }
    if text["complete"] == false {
        return vec!["incomplete-plan"];
    }
    Vec::new()
}

#[test]
fn every_plan_is_read_with_what_is_to_be_said_of_it() {
    let files = all_plans();
    assert!(files.len() > 15);
    for file in files {
        let (text, _, _, diagnostics) = read(&file);
        let text = serde_json::from_str(&text).unwrap();
        let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, expected_codes(&text), "{}", file.display());
    }
}

#[test]
fn instances_are_those_that_exist_after_the_apply() {
    for file in all_plans() {
        let (text, plan, evaluation, _) = read(&file);
        let text: serde_json::Value = serde_json::from_str(&text).unwrap();
        let Some(changes) = text["resource_changes"].as_array() else {
            continue;
        };
        let mut expected: BTreeSet<String> = changes
            .iter()
            .filter(|change| change["change"]["actions"] != serde_json::json!(["delete"]))
            .filter(|change| change["deposed"].is_null())
            .map(|change| change["address"].as_str().unwrap().to_owned())
            .collect();
        expected.extend(
            plan.prior
                .iter()
                .filter(|prior| !plan.gone.contains(&prior.address))
                .map(|prior| prior.address.to_string()),
        );
        let found: BTreeSet<String> = evaluation
            .instances
            .iter()
            .map(|instance| instance.address.to_string())
            .collect();
        assert_eq!(found, expected, "{}", file.display());
        assert!(evaluation.instances.is_sorted_by(|a, b| a.address < b.address));
    }
}

/// The value of an instance as JSON, with `null` where it is unknown or left out.
fn json(value: &Value) -> serde_json::Value {
    use clearway::evaluate::values::value::Kind;
    match &value.kind {
        Kind::Bool(value) => (*value).into(),
        Kind::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Kind::String(text) => (**text).into(),
        Kind::Tuple(elements) => elements.iter().map(json).collect(),
        Kind::Object(entries) => entries
            .iter()
            .map(|(name, value)| (name.to_string(), json(value)))
            .collect(),
        _ => serde_json::Value::Null,
    }
}

/// Removes what is null or holds nothing but nulls, which a plan writes in several ways.
fn known(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), known(value)))
            .filter(|(_, value)| !value.is_null())
            .collect(),
        serde_json::Value::Array(elements) => elements.iter().map(known).map(or_null).collect(),
        other => other.clone(),
    }
}

/// An element in which nothing is set may stand for any number of elements, and is then unknown.
fn or_null(element: serde_json::Value) -> serde_json::Value {
    let unset = |value: &serde_json::Value| *value == "" || value.as_array().is_some_and(Vec::is_empty);
    match &element {
        serde_json::Value::Object(entries) if entries.values().all(unset) => serde_json::Value::Null,
        _ => element,
    }
}

#[test]
fn known_values_are_those_of_the_plan() {
    let mut compared = 0;
    for file in all_plans() {
        let (text, _, evaluation, _) = read(&file);
        let text: serde_json::Value = serde_json::from_str(&text).unwrap();
        let values: BTreeMap<String, Value> = evaluation
            .instances
            .iter()
            .map(|instance| (instance.address.to_string(), instance.values.clone()))
            .collect();
        for change in text["resource_changes"].as_array().into_iter().flatten() {
            let after = &change["change"]["after"];
            let address = change["address"].as_str().unwrap();
            // `combo` has a write-only argument, which the plan has as null and the evaluation has not.
            if after.is_null() || address.ends_with("azurerm_subnet.combo") {
                continue;
            }
            assert_eq!(
                known(&json(&values[address])),
                known(after),
                "{} {address}",
                file.display()
            );
            compared += 1;
        }
    }
    assert!(compared > 200);
}

/// Whether an unknown value leads to one instance, to several, or nowhere.
#[derive(Debug, Default, PartialEq, Eq)]
struct Joins {
    exact: u32,
    several: u32,
    lost: u32,
}

impl Joins {
    fn count(&mut self, symbol: &Symbol) {
        let sources: &[Symbol] = match symbol {
            Symbol::OneOf(sources) | Symbol::Derived { from: sources, .. } => sources,
            other => std::slice::from_ref(other),
        };
        let named = sources
            .iter()
            .filter(|source| !matches!(source, Symbol::Planned { .. }))
            .count();
        match named {
            0 => self.lost += 1,
            1 => self.exact += 1,
            _ => self.several += 1,
        }
    }
}

fn unknowns<'v>(value: &'v Value, path: &mut Vec<Step>, visit: &mut dyn FnMut(&[Step], &'v Symbol)) {
    if let Some(symbol) = value.symbol() {
        visit(path, symbol);
    }
    for (name, value) in value.entries().unwrap_or_default() {
        path.push(Step::Attribute(name.clone()));
        unknowns(value, path, visit);
        path.pop();
    }
    for (index, value) in value.elements().unwrap_or_default().iter().enumerate() {
        path.push(Step::Index(index as u64));
        unknowns(value, path, visit);
        path.pop();
    }
}

/// Attributes that associate one resource with another.
fn associates(path: &[Step]) -> bool {
    let Some(Step::Attribute(name)) = path.last() else {
        return false;
    };
    let ends = [
        "_id", "_ids", "_path", "_paths", "groups", "_group", "services", "scope", "next_hop",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

fn joins(evaluation: &Evaluation) -> Joins {
    let mut joins = Joins::default();
    for instance in &evaluation.instances {
        unknowns(&instance.values, &mut Vec::new(), &mut |path, symbol| {
            let own = matches!(symbol, Symbol::Attribute { of, path: own } if *of == instance.address && **own == *path);
            if !own && associates(path) {
                joins.count(symbol);
            }
        });
    }
    joins
}

#[test]
fn associations_of_first_plans_are_joined() {
    let expected = [
        ("avs-hub", (26, 0, 2)),
        ("vwan", (23, 6, 0)),
        ("spoke-nsg", (3, 3, 0)),
        ("spoke-v4", (3, 3, 0)),
        ("spoke-v3", (3, 3, 0)),
        ("nsxt", (11, 0, 0)),
    ];
    for (name, (exact, several, lost)) in expected {
        let file = root().join("testdata/plans").join(name).join("plan.json");
        let joins = joins(&read(&file).2);
        println!("{name}: {joins:?}");
        assert_eq!(joins, Joins { exact, several, lost }, "{name}");
    }
}

#[test]
fn the_source_settles_what_a_plan_leaves_open() {
    for name in ["avs-hub", "vwan", "spoke-nsg", "spoke-v4", "spoke-v3", "nsxt"] {
        let folder = root().join("testdata/plans").join(name);
        let options = Options {
            root: Some(folder.clone()),
            source: SourceOption::Directory(folder.clone()),
            ..Options::default()
        };
        let sight = clearway::see(
            &[folder.join("plan.json")],
            &options,
            &support::environment(&folder),
        );
        assert!(sight.diagnostics.is_empty(), "{name}: {:?}", sight.diagnostics);
        let evaluation = &sight.evaluated[0].evaluation;
        assert!(
            evaluation.diagnostics.is_empty(),
            "{name}: {:?}",
            evaluation.diagnostics
        );
        let joined = joins(evaluation);
        println!("{name}: {joined:?}");
        assert_eq!((joined.several, joined.lost), (0, 0), "{name}");
        for instance in &evaluation.instances {
            let at = instance.at.unwrap();
            assert!(
                sight.sources.path(at).ends_with(".tf"),
                "{name}: {}",
                instance.address
            );
        }
    }
}

/// Wherever two plans of one configuration both know an id, the later one has what the first one named.
#[test]
fn later_plans_confirm_what_first_plans_named() {
    let first = read(&root().join("testdata/plans/avs-hub/plan.json")).2;
    let later = read(&root().join("testdata/plans/updates/plan-nochange.json")).2;
    let mut confirmed = 0;
    for instance in &first.instances {
        let Some(after) = later.instance(&instance.address) else {
            continue;
        };
        unknowns(&instance.values, &mut Vec::new(), &mut |path, symbol| {
            let Symbol::Attribute { of, path: named } = symbol else {
                return;
            };
            let own = *of == instance.address && **named == *path;
            let found = follow(&after.values, path);
            let target = later
                .instance(of)
                .and_then(|target| follow(&target.values, named));
            let (Some(found), Some(target)) = (found.and_then(Value::as_str), target.and_then(Value::as_str))
            else {
                return;
            };
            if !own {
                let place = format!("{} {path:?}", instance.address);
                assert!(
                    found.eq_ignore_ascii_case(target),
                    "{place}: {found} is not {target}"
                );
                confirmed += 1;
            }
        });
    }
    println!("{confirmed} joins confirmed");
    assert!(confirmed > 10, "{confirmed}");
}

fn follow<'v>(value: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Attribute(name) => value.get(name),
        Step::Index(index) => value.elements()?.get(usize::try_from(*index).ok()?),
    })
}

#[test]
fn a_state_has_what_the_plan_before_it_planned() {
    let file = root().join("testdata/plans/updates/state-show.json");
    let text = SharedText::from(std::fs::read_to_string(file).unwrap());
    let mut sources = Sources::default();
    let source = sources.add("state.json", text.clone(), Syntax::Json);
    let mut diagnostics = Vec::new();
    let state = plan::read_state(source, &text, &mut diagnostics).expect("a state");
    let evaluation = from_state(&state);
    assert!(diagnostics.is_empty() && evaluation.diagnostics.is_empty());
    assert!(evaluation.instances.len() > 30);
    for instance in &evaluation.instances {
        assert!(instance.values.is_wholly_known(), "{}", instance.address);
    }
}
