//! Reads every Terraform directory of the sibling folder `../shared`, where Terraform's own answer is
//! known: what it accepts must be read without an error, what it refuses while reading must be refused
//! at the same place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clearway::config::{self, Content, Environment, Options, Reading, VariableOption};
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
