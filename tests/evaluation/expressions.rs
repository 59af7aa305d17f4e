//! Single expressions, each with Terraform's value, type, unknown and sensitive parts, or its error.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value as Json;

use crate::shape::{same, shapes, type_json};
use crate::{Run, copy, json, run, scratch, shared, testdata};

#[test]
fn network_expressions() {
    let oracle = json(&testdata().join("oracle/tf-network-expressions.json"));
    score("network-expressions", &oracle, None, 0.99);
}

#[test]
fn hcl_expressions() {
    let Some(shared) = shared() else { return };
    let oracle = json(&shared.join("oracle/hcl-expressions.json"));
    score(
        "hcl-expressions",
        &oracle,
        Some(&shared.join("oracle/fixtures")),
        1.0,
    );
}

#[test]
fn conversions() {
    let Some(shared) = shared() else { return };
    let oracle = json(&shared.join("oracle/tf-conversions.json"));
    score("conversions", &oracle, None, 1.0);
}

/// Where more is known here than in Terraform's plan: one unknown attribute is equal to itself, and a
/// reference through known values certainly succeeds.
const KNOWS_MORE: [&str; 4] = ["n0831", "n0832", "can0004", "try0006"];

/// Evaluates every case in one module and compares; at least `wanted` of them must agree.
pub fn score(name: &str, oracle: &Json, fixtures: Option<&Path>, wanted: f64) {
    let cases = oracle["cases"].as_array().expect("cases");
    let directory = prepared(name, oracle, fixtures);
    let single = prepared(&format!("{name}-single"), oracle, fixtures);
    // What cannot be parsed must not take other cases with it.
    let alone = |case: &&Json| case["result"]["ok"] != true;
    for case in cases.iter().filter(|case| !alone(case)) {
        write_case(&directory, case);
    }
    let together = run(&directory, Vec::new(), Vec::new(), None);
    let mut wrong = BTreeMap::new();
    for case in cases {
        let id = case["id"].as_str().expect("an id");
        let fault = if alone(&case) {
            let file = write_case(&single, case);
            let run = run(&single, Vec::new(), Vec::new(), None);
            for file in file {
                std::fs::remove_file(file).ok();
            }
            error_fault(case, &run, id)
        } else {
            value_fault(case, &together, id)
        };
        if let Some(fault) = fault.filter(|_| !KNOWS_MORE.contains(&id)) {
            wrong.insert(
                id.to_owned(),
                format!("{}\n      {fault}", case["expr"].as_str().unwrap_or("")),
            );
        }
    }
    let share = 1.0 - wrong.len() as f64 / cases.len() as f64;
    println!(
        "{name}: {} of {} ({:.2} %)",
        cases.len() - wrong.len(),
        cases.len(),
        share * 100.0
    );
    for (id, fault) in &wrong {
        println!("  {id}: {fault}");
    }
    assert!(share >= wanted, "{name}: only {:.2} %", share * 100.0);
}

/// A directory with what every case can use.
fn prepared(name: &str, oracle: &Json, fixtures: Option<&Path>) -> std::path::PathBuf {
    let directory = scratch(name);
    for folder in fixtures
        .into_iter()
        .flat_map(|fixtures| std::fs::read_dir(fixtures).expect("fixtures"))
    {
        copy(&folder.expect("a folder").path(), &directory);
    }
    let prelude = oracle["prelude"].as_str().unwrap_or("");
    std::fs::write(directory.join("prelude.tf"), prelude).expect("written");
    directory
}

/// The files of one case.
fn write_case(directory: &Path, case: &Json) -> Vec<std::path::PathBuf> {
    let id = case["id"].as_str().expect("an id");
    let mut text = String::new();
    let triples = |field: &str| case[field].as_array().cloned().unwrap_or_default();
    let word = |json: &Json| json.as_str().unwrap_or("").to_owned();
    for variable in triples("vars") {
        let (name, of, default) = (word(&variable[0]), word(&variable[1]), word(&variable[2]));
        writeln!(
            text,
            "variable \"{name}\" {{\n  type = {of}\n  default = {default}\n}}"
        )
        .unwrap();
    }
    for unknown in triples("unknown") {
        let (name, of, exemplar) = (word(&unknown[0]), word(&unknown[1]), word(&unknown[2]));
        writeln!(
            text,
            "variable \"{name}\" {{\n  type = {of}\n  default = {exemplar}\n}}"
        )
        .unwrap();
        writeln!(
            text,
            "resource \"terraform_data\" \"{name}\" {{\n  input = var.{name}\n}}"
        )
        .unwrap();
    }
    writeln!(text, "locals {{").unwrap();
    for (name, value) in case["locals"].as_object().into_iter().flatten() {
        writeln!(text, "  {name} = {}", word(value)).unwrap();
    }
    writeln!(text, "}}").unwrap();
    let mut files = Vec::new();
    if case["module"].is_object() {
        let child = directory.join(format!("m_{id}"));
        std::fs::create_dir_all(&child).expect("a module directory");
        let decl = word(&case["module"]["decl"]);
        let main = format!("variable \"v\" {{\n{decl}\n}}\noutput \"v\" {{\n  value = var.v\n}}\n");
        std::fs::write(child.join("main.tf"), main).expect("written");
        let argument = case["module"]["arg"]
            .as_str()
            .map_or_else(String::new, |argument| format!("  v = {argument}\n"));
        writeln!(
            text,
            "module \"m_{id}\" {{\n  source = \"./m_{id}\"\n{argument}}}"
        )
        .unwrap();
    }
    std::fs::write(directory.join(format!("{id}_names.tf")), text).expect("written");
    files.push(directory.join(format!("{id}_names.tf")));
    let expression = format!("locals {{\n  {id} = {}\n}}\n", word(&case["expr"]));
    std::fs::write(directory.join(format!("{id}.tf")), expression).expect("written");
    files.push(directory.join(format!("{id}.tf")));
    files
}

fn value_fault(case: &Json, run: &Run, id: &str) -> Option<String> {
    let file = format!("{id}.tf");
    if let Some(error) = run.errors().find(|error| {
        run.start(error)
            .is_some_and(|(at, ..)| at == file || at == format!("{id}_names.tf"))
    }) {
        return Some(format!("an error: {} {}", error.summary, error.detail));
    }
    let Some(evaluated) = &run.evaluated else {
        return Some("nothing was evaluated".to_owned());
    };
    let Some(value) = evaluated.evaluation.locals.get(id) else {
        return Some("no value".to_owned());
    };
    let shapes = shapes(value);
    let result = &case["result"];
    let of = type_json(&value.type_of());
    let newer = case["newer_versions"].as_str().unwrap_or("");
    for expected in ["false", "true", "\"c\""] {
        if newer.contains(&format!("expect {expected}")) {
            let expected: Json = serde_json::from_str(expected).unwrap();
            return (shapes.value != expected).then(|| format!("{} and not {expected}", shapes.value));
        }
    }
    if !same(&shapes.value, &result["value"]) {
        return Some(format!("{} and not {}", shapes.value, result["value"]));
    }
    if !result["type"].is_null() && of != result["type"] {
        return Some(format!("type {of} and not {}", result["type"]));
    }
    let unknown = crate::shape::pruned(&result["unknown"]);
    if shapes.unknown != unknown {
        return Some(format!("unknown {} and not {unknown}", shapes.unknown));
    }
    let sensitive = crate::shape::pruned(&result["sensitive"]);
    if shapes.sensitive != sensitive {
        return Some(format!("sensitive {} and not {sensitive}", shapes.sensitive));
    }
    None
}

fn error_fault(case: &Json, run: &Run, id: &str) -> Option<String> {
    let result = &case["result"];
    if case["newer_versions"]
        .as_str()
        .is_some_and(|newer| newer.contains("expect"))
    {
        return value_fault(case, run, id);
    }
    let mine = |at: &str| at.starts_with(id) || at == "main.tf";
    let errors: Vec<_> = run
        .errors()
        .filter(|error| run.start(error).is_some_and(|(at, ..)| mine(&at)))
        .collect();
    if errors.is_empty() {
        let value = run
            .evaluated
            .as_ref()
            .and_then(|evaluated| evaluated.evaluation.locals.get(id))
            .map(|value| shapes(value).value);
        return Some(format!(
            "{value:?} and not the error {}: {}",
            result["summary"], result["detail"]
        ));
    }
    let range = result["range"].as_object()?;
    if case["module"].is_object() {
        return None;
    }
    let line = range["start"]["line"].as_u64().unwrap_or(0);
    let mut column = range["start"]["column"].as_u64().unwrap_or(0);
    if line == 1 {
        let offset = result["first_line_column_offset"].as_u64().unwrap_or(0);
        // In this test the expression begins after "  ID = ".
        column = column - offset + 5 + id.len() as u64;
    }
    let starts: Vec<(u64, u64)> = errors
        .iter()
        .filter_map(|error| run.start(error))
        .map(|(_, line, column)| (u64::from(line) - 1, u64::from(column)))
        .collect();
    if starts.contains(&(line, column)) {
        None
    } else {
        Some(format!(
            "reported at {starts:?} and not ({line}, {column}): {} ({})",
            errors[0].summary, result["summary"]
        ))
    }
}
