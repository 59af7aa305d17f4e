//! Reads every Terraform directory of the sibling folder `../shared`, where Terraform's own answer is
//! known: what it accepts must be read without an error, what it refuses while reading must be refused
//! at the same place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clearway::config::syntax::{Expression, ExpressionKind};
use clearway::config::{self, Content, Environment, GivenValue, Options, Reading, VariableOption};
use clearway::source::{Severity, Sources};

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = ["../shared", "../../shared"]
        .iter()
        .map(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .find(|path| path.join("oracle/modules").is_dir());
    if found.is_none() {
        println!("skipped: {} is not there", shared.display());
    }
    found
}

fn read(directory: &Path, variables: Vec<VariableOption>) -> (Reading, Sources) {
    let mut sources = Sources::default();
    let options = Options {
        root: Some(directory.to_owned()),
        variables,
        ..Options::default()
    };
    let environment = Environment {
        working_directory: directory.to_owned(),
        ..Environment::default()
    };
    let reading = config::read(&[PathBuf::from(".")], &options, &environment, &mut sources);
    (reading, sources)
}

/// Every directory below `top` that holds Terraform files.
fn configurations(top: &Path) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tf") {
                found.insert(folder.clone());
            }
        }
    }
    found.into_iter().collect()
}

fn errors(reading: &Reading, sources: &Sources) -> Vec<String> {
    reading
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| {
            let at = diagnostic
                .at
                .map(|place| (sources.path(place), sources.positions(place).0));
            format!("{}: {} at {at:?}", diagnostic.code, diagnostic.summary)
        })
        .collect()
}

#[test]
fn what_terraform_accepts_is_read_without_errors() {
    let Some(shared) = shared() else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for top in [
        "plans",
        "cases",
        "oracle/modules",
        "oracle/modules-dynamic",
        "bench",
    ] {
        for directory in configurations(&shared.join(top)) {
            if directory.join("error.json").exists() {
                continue;
            }
            count += 1;
            let (reading, sources) = read(&directory, Vec::new());
            let is_read = matches!(reading.inputs.as_slice(), [input] if matches!(input.content, Content::Directory(_)));
            let errors = errors(&reading, &sources);
            if !is_read || !errors.is_empty() {
                wrong.push(format!("{}: {errors:#?}", directory.display()));
            }
        }
    }
    println!("{count} directories");
    assert!(count > 30, "only {count} directories were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The errors of the oracle that arise while reading: everything else needs values or a schema.
const READING_ERRORS: &[&str] = &[
    "Invalid combination of \"count\" and \"for_each\"",
    "Attribute redefined",
    "Duplicate local value definition",
    "Duplicate resource \"terraform_data\" configuration",
    "Argument or block definition required",
    "Missing name for resource",
    "Module not installed",
    "Missing base local value definition to override",
    "Missing base output definition to override",
    "Missing resource to override",
    "Function calls not allowed",
    "Variables not allowed",
    "Value for undeclared variable",
    "Missing newline after argument",
    "Invalid expression",
    "Invalid block definition",
];

/// The error of a top-level block that Terraform does not know; the same summary is used for blocks
/// that a provider's schema refuses, which nobody here can know.
fn is_reading_error(diagnostic: &serde_json::Value, name: &str) -> bool {
    let summary = diagnostic["summary"].as_str().unwrap();
    READING_ERRORS.contains(&summary) || name == "errors-unknown-block"
}

fn variables(case: &Path) -> Vec<VariableOption> {
    let Ok(text) = std::fs::read_to_string(case.join("case.json")) else {
        return Vec::new();
    };
    let case: serde_json::Value = serde_json::from_str(&text).unwrap();
    let arguments = case["args"].as_array().cloned().unwrap_or_default();
    let arguments: Vec<&str> = arguments
        .iter()
        .filter_map(|argument| argument.as_str())
        .collect();
    let mut variables = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        if let Some(file) = argument.strip_prefix("-var-file=") {
            variables.push(VariableOption::File(PathBuf::from(file)));
        } else if *argument == "-var" {
            let (name, text) = arguments[index + 1].split_once('=').unwrap();
            variables.push(VariableOption::Value {
                name: name.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    variables
}

#[test]
fn what_terraform_refuses_while_reading_is_refused_at_the_same_place() {
    let Some(shared) = shared() else { return };
    let (mut expected, mut found) = (0, 0);
    let mut missed = Vec::new();
    let mut surplus = Vec::new();
    for top in ["oracle/modules", "oracle/modules-dynamic"] {
        for directory in configurations(&shared.join(top)) {
            let Ok(answer) = std::fs::read_to_string(directory.join("error.json")) else {
                continue;
            };
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            let name = directory.file_name().unwrap().to_string_lossy().into_owned();
            let (reading, sources) = read(&directory, variables(&directory));
            let ours: Vec<Option<(String, u64)>> = reading
                .diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == Severity::Error)
                .map(|diagnostic| {
                    diagnostic
                        .at
                        .map(|at| (sources.path(at).to_owned(), u64::from(at.start)))
                })
                .collect();
            let mut theirs = Vec::new();
            for diagnostic in answer["diagnostics"].as_array().unwrap() {
                if diagnostic["severity"] != "error" || !is_reading_error(diagnostic, &name) {
                    continue;
                }
                let range = &diagnostic["range"];
                let start = range["start"]["byte"].as_u64();
                let place = start.map(|start| (range["filename"].as_str().unwrap().to_owned(), start));
                expected += 1;
                // An error without a place in Terraform is one about the command line, which has a
                // text here.
                if place.is_none() && !ours.is_empty() || ours.contains(&place) {
                    found += 1;
                } else {
                    missed.push(format!(
                        "{name}: {} at {place:?}; ours {ours:?}",
                        diagnostic["summary"]
                    ));
                }
                theirs.push(place);
            }
            if ours.len() > theirs.len() {
                surplus.push(format!("{name}: {:?}", errors(&reading, &sources)));
            }
        }
    }
    println!("{found} of {expected} errors at Terraform's place");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(surplus.is_empty(), "{}", surplus.join("\n"));
    assert!(expected >= 12, "only {expected} errors were found in the oracle");
}

/// The values of root variables that have no complicated type, as Terraform settled them.
#[test]
fn stronger_values_replace_weaker_ones() {
    let Some(shared) = shared() else { return };
    let directory = shared.join("oracle/modules/02-tfvars-precedence");
    let mut sources = Sources::default();
    let options = Options {
        root: Some(directory.clone()),
        variables: variables(&directory),
        ..Options::default()
    };
    let environment = Environment {
        variables: vec![
            ("a".to_owned(), "env".to_owned()),
            ("b".to_owned(), "env".to_owned()),
        ],
        working_directory: directory.clone(),
        ..Environment::default()
    };
    let reading = config::read(&[PathBuf::from(".")], &options, &environment, &mut sources);
    let [input] = reading.inputs.as_slice() else {
        panic!("one input")
    };
    let Content::Directory(tree) = &input.content else {
        panic!("a directory")
    };
    let plan: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(directory.join("plan.json")).unwrap()).unwrap();
    let settled = &plan["planned_values"]["outputs"]["all"]["value"];
    let mut compared = 0;
    for (name, value) in settled.as_object().unwrap() {
        let given = tree.given.iter().rev().find(|given| *given.name == **name);
        let text = match given.map(|given| &given.value) {
            Some(GivenValue::Text(text)) => text.to_string(),
            Some(GivenValue::Expression(Expression {
                kind: ExpressionKind::String(text),
                ..
            })) => text.to_string(),
            None => "default".to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(text, value.as_str().unwrap(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 8);
}
