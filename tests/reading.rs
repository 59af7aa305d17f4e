//! Reads every Terraform directory of the sibling folder `../shared`, where Terraform's own answer is
//! known: what it accepts must be read without an error, what it refuses while reading must be refused
//! at the same place.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clearway::config::syntax::{Expression, ExpressionKind};
use clearway::config::{self, Content, Environment, GivenValue, Options, Reading, VariableOption, hcl, json};
use clearway::source::{Severity, Sources, Syntax};

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

/// The expressions of the oracle: what has a value parses, what Terraform's parser refuses does not.
#[test]
fn expressions_parse_exactly_when_terraform_parses_them() {
    const SYNTAX: &[&str] = &[
        "Missing newline after argument",
        "Invalid multi-line string",
        "Invalid legacy index syntax",
        "Invalid 'for' expression",
        "Unbalanced parentheses",
        "Missing key/value separator",
        "Missing item separator",
        "Missing argument separator",
        "Nested splat expression not allowed",
    ];
    let Some(shared) = shared() else { return };
    let (mut accepted, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for name in [
        "hcl-expressions",
        "tf-network-expressions",
        "tf-functions",
        "tf-conversions",
    ] {
        let text = std::fs::read_to_string(shared.join(format!("oracle/{name}.json"))).unwrap();
        let suite: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in suite["cases"].as_array().unwrap() {
            let expression = case["expr"].as_str().unwrap();
            let text = format!("x = {expression}\n");
            let mut sources = Sources::default();
            let source = sources.add("case.tf", text.as_str(), Syntax::Hcl);
            let (_, diagnostics) = hcl::parse_body(source, &text);
            let has_error = diagnostics.iter().any(|one| one.severity == Severity::Error);
            let is_refused = SYNTAX.contains(&case["result"]["summary"].as_str().unwrap_or(""));
            // What Terraform refuses later may be refused here already.
            let may_be_refused = case["result"]["ok"] == false;
            if has_error == is_refused || has_error && may_be_refused {
                *(if has_error { &mut refused } else { &mut accepted }) += 1;
            } else {
                wrong.push(format!(
                    "{}: {expression:?} {:?}",
                    case["id"],
                    diagnostics.first().map(|one| &one.summary)
                ));
            }
        }
    }
    println!("{accepted} accepted, {refused} refused");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted > 2_000 && refused > 5);
}

/// Every text that reading meets, cut and spliced at random: a panic, an endless loop or a place
/// outside its text is a defect.
#[test]
fn spliced_files_never_panic() {
    let Some(shared) = shared() else { return };
    let mut texts = Vec::new();
    for top in ["plans", "cases", "oracle/modules", "oracle/modules-dynamic"] {
        for directory in configurations(&shared.join(top)) {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let name = path.to_string_lossy();
                if [".tf", ".tf.json", ".tfvars", ".hcl"]
                    .iter()
                    .any(|suffix| name.ends_with(suffix))
                {
                    texts.extend(std::fs::read_to_string(&path));
                }
            }
        }
    }
    // Multiplication by a large odd number: the same splices in every run.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for round in 0..3_000 {
        let mut text = texts[random(texts.len())].clone();
        for _ in 0..=random(3) {
            let other = &texts[random(texts.len())];
            let boundary =
                |text: &str, at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let from = boundary(other, random(other.len()));
            let to = boundary(other, (from + random(200)).min(other.len()));
            let start = boundary(&text, random(text.len()));
            let end = boundary(&text, (start + random(60)).min(text.len()));
            text.replace_range(start..end, &other[from.min(to)..to]);
        }
        let mut sources = Sources::default();
        let source = sources.add("spliced", text.as_str(), Syntax::Hcl);
        let (_, problems) = if round % 8 == 0 {
            json::parse_module(source, &text)
        } else {
            hcl::parse_body(source, &text)
        };
        for problem in problems {
            let place = problem.at.expect("a place");
            assert!(
                place.start <= place.end && place.end as usize <= text.len() + 1,
                "{problem:?}"
            );
            assert!(
                text.is_char_boundary(place.start as usize),
                "{problem:?} in {text}"
            );
            assert!(!problem.summary.contains('\n'), "{problem:?}");
        }
    }
}

/// Plans and states are recognised, and a plan finds its source in the working directory.
#[test]
fn plans_find_their_source() {
    let Some(shared) = shared() else { return };
    let mut joined = 0;
    for entry in std::fs::read_dir(shared.join("plans")).unwrap() {
        let directory = entry.unwrap().path();
        if !directory.join("plan.json").exists() {
            continue;
        }
        let mut sources = Sources::default();
        let environment = Environment {
            working_directory: directory.clone(),
            ..Environment::default()
        };
        let options = Options {
            root: Some(PathBuf::from(".")),
            ..Options::default()
        };
        let reading = config::read(
            &[PathBuf::from("plan.json")],
            &options,
            &environment,
            &mut sources,
        );
        let [input] = reading.inputs.as_slice() else {
            panic!("{}: {:?}", directory.display(), reading.diagnostics)
        };
        let Content::Plan(plan, tree) = &input.content else {
            panic!("{}: no plan", directory.display())
        };
        if let Some(tree) = tree {
            joined += 1;
            assert!(tree.given.len() >= plan.variables().len());
        } else {
            println!("{} is not joined with its source", directory.display());
        }
    }
    println!("{joined} plans joined with their source");
    assert!(joined >= 10);
    let states = shared.join("plans/04-updates");
    let mut sources = Sources::default();
    let environment = Environment {
        working_directory: states,
        ..Environment::default()
    };
    let paths = [PathBuf::from("state-show.json")];
    let reading = config::read(&paths, &Options::default(), &environment, &mut sources);
    assert!(matches!(reading.inputs[0].content, Content::State(_)));
}
