//! Every requirement of the built-in pack has a case that satisfies it and a case, or an edit of one,
//! that violates it. `cargo test --test coverage -- --nocapture` prints which.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clearway::config::{Environment, Options};
use clearway::network::model::Doubt;
use clearway::prove::finding::Verdict;
use clearway::prove::pack::built_in;
use clearway::source::Sources;
use clearway::{Question, check};
use serde_json::Value;

/// Requirements that no case satisfies, or none violates, each with the reason.
const OPEN: &[(&str, &str, &str)] = &[];

/// Where a verdict is expected: `case`, or `case/edit`.
type Cases = BTreeMap<(String, String), BTreeSet<String>>;

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON")
}

/// What `expected.json` and `must_change` of `mutations.json` expect, by requirement and verdict.
/// `must_keep` counts for nothing: it holds of a tool that sees no difference at all.
fn expected() -> Cases {
    let mut cases = Cases::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    for entry in fs::read_dir(folder).expect("testdata/cases is there") {
        let path = entry.expect("an entry").path();
        let case = path.file_name().expect("a name").to_string_lossy().into_owned();
        let file = path.join("expected.json");
        if !file.is_file() {
            continue;
        }
        let mut note = |id: &str, verdict: &str, place: String| {
            let key = (id.to_owned(), verdict.to_owned());
            cases.entry(key).or_default().insert(place);
        };
        for row in json(&file)["requirements"].as_array().expect("rows") {
            let (id, verdict) = (row["id"].as_str(), row["verdict"].as_str());
            note(id.expect("an id"), verdict.expect("a verdict"), case.clone());
        }
        let file = path.join("mutations.json");
        if !file.is_file() {
            continue;
        }
        for edit in json(&file).as_array().expect("a list") {
            let name = edit["id"].as_str().expect("an id");
            for (id, verdict) in edit["must_change"].as_object().into_iter().flatten() {
                let verdict = verdict.as_str().expect("a verdict");
                note(id, verdict, format!("{case}/{name}"));
            }
        }
    }
    cases
}

fn ids() -> Vec<String> {
    let (pack, _) = built_in(&mut Sources::default());
    let rows = pack.expect("the built-in pack").requirements;
    rows.iter().map(|row| row.id.to_string()).collect()
}

#[test]
fn every_requirement_is_satisfied_and_violated_somewhere() {
    let (cases, ids) = (expected(), ids());
    let mut wrong = String::new();
    for id in &ids {
        for verdict in ["satisfied", "violated"] {
            let found = cases.get(&(id.clone(), verdict.to_owned()));
            let open = OPEN.iter().find(|(own, which, _)| id == own && verdict == *which);
            match (found, open) {
                (Some(found), None) => {
                    let shown: Vec<&str> = found.iter().map(String::as_str).collect();
                    println!("{id:<48} {verdict:<9} {:>2}  {}", found.len(), shown.join(", "));
                }
                (None, Some((.., reason))) => println!("{id:<48} {verdict:<9}  -  open: {reason}"),
                (None, None) => {
                    let _ = writeln!(wrong, "{id} is {verdict} in no case");
                }
                (Some(found), Some(_)) => {
                    let _ = writeln!(
                        wrong,
                        "{id} is {verdict} in {found:?}: take it off the list of open ones"
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_case_expects_anything_of_an_unknown_requirement() {
    let ids = ids();
    let cases = expected();
    let unknown: BTreeSet<&String> = cases
        .keys()
        .map(|(id, _)| id)
        .filter(|id| !ids.contains(id))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let verdicts = ["satisfied", "violated", "undetermined", "not_applicable"];
    let words: BTreeSet<&String> = cases.keys().map(|(_, verdict)| verdict).collect();
    assert!(
        words.iter().all(|word| verdicts.contains(&word.as_str())),
        "{words:?}"
    );
    let unneeded = OPEN.iter().filter(|(id, ..)| !ids.iter().any(|own| own == id));
    assert_eq!(
        unneeded.count(),
        0,
        "the list of open ones names what does not exist"
    );
}

/// What is left open says what would close it.
#[test]
fn everything_undetermined_can_be_acted_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("testdata/cases is there") {
        let case = entry.expect("an entry").path();
        if !case.join("expected.json").is_file() {
            continue;
        }
        let environment = Environment {
            working_directory: case.clone(),
            ..Environment::default()
        };
        let options = Options {
            root: Some(case.clone()),
            ..Options::default()
        };
        let (report, _) = check(
            &[PathBuf::from(".")],
            &options,
            &environment,
            &Question::default(),
        );
        for proof in report.proofs {
            if proof.verdict == Verdict::Undetermined {
                seen += 1;
                let acts =
                    |doubt: &Doubt| !doubt.decided_by.is_empty() && !doubt.decided_by.starts_with("nothing");
                assert!(
                    proof.unknowns.iter().any(acts),
                    "{} of {}",
                    proof.id,
                    case.display()
                );
            }
        }
    }
    assert!(
        seen > 20,
        "only {seen} are undetermined: is anything read at all?"
    );
}
