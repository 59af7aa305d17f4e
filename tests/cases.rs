//! Every folder of testdata/cases, through every door: the directory, its plan with the source, and
//! the plan alone; then every single edit of `mutations.json`. A folder without `plan.json` has one
//! door. `testdata/cases/README.md` says when a report agrees with `expected.json`.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

#[path = "support/agreement.rs"]
mod agreement;

use std::fs;
use std::path::{Path, PathBuf};

use agreement::{Door, disagreements};
use clearway::config::{Environment, Options, SourceOption};
use clearway::prove::finding::Report;
use clearway::source::Sources;
use clearway::{Question, check};
use serde_json::Value;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("testdata/cases is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    cases.sort();
    cases
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON")
}

fn run(folder: &Path, door: Door) -> (Report, Sources) {
    let environment = Environment {
        working_directory: folder.to_path_buf(),
        ..Environment::default()
    };
    let options = Options {
        root: Some(folder.to_path_buf()),
        source: match door {
            Door::PlanAlone => SourceOption::None,
            _ => SourceOption::Directory(folder.to_path_buf()),
        },
        ..Options::default()
    };
    let input = match door {
        Door::Directory => ".",
        _ => "plan.json",
    };
    check(
        &[PathBuf::from(input)],
        &options,
        &environment,
        &Question::default(),
    )
}

fn name(folder: &Path) -> String {
    folder.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn every_case_agrees_through_every_door() {
    let mut wrong = Vec::new();
    let (mut decided, mut rows) = (0, 0);
    println!(
        "{:<40} {:>12} {:>14} {:>12} {:>12}",
        "case", "directory", "plan + source", "plan alone", "it decides"
    );
    for folder in cases() {
        let mut share = (0, 0);
        let expected = json(&folder.join("expected.json"));
        let mut figures = Vec::new();
        for door in [Door::Directory, Door::PlanWithSource, Door::PlanAlone] {
            if door != Door::Directory && !folder.join("plan.json").is_file() {
                figures.push("no plan".to_owned());
                continue;
            }
            let (report, sources) = run(&folder, door);
            if door == Door::PlanAlone {
                share = agreement::decided(&expected, &report);
            }
            let (asked, found) = disagreements(&expected, &report, &sources, door);
            figures.push(format!("{}/{asked}", asked - found.len().min(asked)));
            wrong.extend(
                found
                    .iter()
                    .map(|what| format!("{} {door:?}: {what}", name(&folder))),
            );
        }
        decided += share.0;
        rows += share.1;
        println!(
            "{:<40} {:>12} {:>14} {:>12} {:>12}",
            name(&folder),
            figures[0],
            figures[1],
            figures[2],
            format!("{}/{}", share.0, share.1)
        );
    }
    println!("a plan alone (aim: 90 %) decides {decided} of {rows} rows, and contradicts none");
    assert!(
        wrong.is_empty(),
        "{} disagreements:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // What is left open runs through locals, dynamic blocks and lists beside whose references a plan
    // drops what is written.
    assert!(
        decided * 100 >= rows * LEAST_DECIDED,
        "a plan alone decides only {decided} of {rows} rows"
    );
}

/// Per cent of the listed rows that a plan alone decides, at least.
const LEAST_DECIDED: usize = 82;

#[test]
fn every_edit_changes_what_it_must_and_nothing_it_must_keep() {
    let mut wrong = Vec::new();
    for folder in cases() {
        let file = folder.join("mutations.json");
        if !file.is_file() {
            continue;
        }
        let (before, _) = run(&folder, Door::Directory);
        for mutation in json(&file).as_array().expect("a list") {
            let id = mutation["id"].as_str().expect("an id");
            let copy = Copied::edited(&folder, mutation);
            let (after, _) = run(&copy.0, Door::Directory);
            let said = |what: String| format!("{} {id}: {what}", name(&folder));
            for (key, must_move) in [("must_change", true), ("must_keep", false)] {
                for (row, verdict) in mutation[key].as_object().into_iter().flatten() {
                    let wanted = verdict.as_str().expect("a verdict");
                    let (was, is) = (agreement::verdict(&before, row), agreement::verdict(&after, row));
                    if is != wanted {
                        wrong.push(said(format!("{row} is {is}, not {wanted}")));
                    }
                    if must_move && was == wanted {
                        wrong.push(said(format!("{row} was {was} before the edit too")));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A copy of a case with one edit, removed when dropped.
struct Copied(PathBuf);

impl Copied {
    fn edited(folder: &Path, mutation: &Value) -> Copied {
        let label = format!(
            "clearway-{}-{}-{}",
            std::process::id(),
            name(folder),
            mutation["id"].as_str().expect("an id")
        );
        let copy = std::env::temp_dir().join(label);
        copy_folder(folder, &copy);
        let file = copy.join(mutation["file"].as_str().expect("a file"));
        let text = fs::read_to_string(&file).expect("the file to edit");
        let find = mutation["find"].as_str().expect("a text to find");
        assert_eq!(
            text.matches(find).count(),
            1,
            "{find:?} stands once in {}",
            file.display()
        );
        let replace = mutation["replace"].as_str().expect("a replacement");
        fs::write(&file, text.replace(find, replace)).expect("writable");
        Copied(copy)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}
