//! Runs a table of edits over the cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clearway::config::{Environment, Options};
use clearway::prove::finding::{Report, Status, Verdict};
use clearway::source::Severity;
use clearway::{Question, check};

/// The verdict asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Anything that is no proof.
    Open,
    Satisfied,
    Violated,

    Undetermined,
}

/// One edit of a case.
pub struct Attack {
    pub name: &'static str,
    /// A folder of testdata/cases.
    pub case: &'static str,
    /// Each text stands once in the case's configuration, and is replaced.
    pub edits: &'static [(&'static str, &'static str)],
    /// Further configuration. `var.unknown` is declared, without a value, where it is used.
    pub add: &'static str,
    /// A requirement that the case as it is satisfies.
    pub row: &'static str,
    pub wanted: Wanted,
}

pub fn all(attacks: &[&Attack]) {
    let mut before: BTreeMap<&str, Report> = BTreeMap::new();
    let mut wrong = Vec::new();
    for attack in attacks {
        let report = before
            .entry(attack.case)
            .or_insert_with(|| run(&folder(attack.case)));
        if let Some(verdict) = verdict(report, attack.row).filter(|verdict| *verdict != Verdict::Satisfied) {
            wrong.push(format!(
                "{}: {} is {verdict:?} before the edit",
                attack.name, attack.row
            ));
        }
        let copy = Copied::edited(attack);
        let after = run(&copy.0);
        if after.status(Severity::Error, true) == Status::Wrong {
            wrong.push(format!("{}: {}", attack.name, errors(&after)));
            continue;
        }
        let found = verdict(&after, attack.row);
        let right = match attack.wanted {
            Wanted::Open => found.is_some_and(|found| found != Verdict::Satisfied),
            Wanted::Satisfied => found == Some(Verdict::Satisfied),

            Wanted::Violated => found == Some(Verdict::Violated),
            Wanted::Undetermined => found == Some(Verdict::Undetermined),
        };
        if !right {
            wrong.push(format!(
                "{}: {} is {found:?}, wanted {:?}{}",
                attack.name,
                attack.row,
                attack.wanted,
                unknowns(&after, attack.row)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} wrong:\n{}",
        wrong.len(),
        attacks.len(),
        wrong.join("\n")
    );
}

pub fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/cases")
        .join(case)
}

pub fn run(folder: &Path) -> Report {
    let environment = Environment {
        working_directory: folder.to_path_buf(),
        ..Environment::default()
    };
    let options = Options {
        root: Some(folder.to_path_buf()),
        ..Options::default()
    };
    check(
        &[PathBuf::from(".")],
        &options,
        &environment,
        &Question::default(),
    )
    .0
}

fn verdict(report: &Report, row: &str) -> Option<Verdict> {
    let id = format!("jetstream-dr/{row}");
    let own = report.proofs.iter().find(|proof| *proof.id == *id);
    own.map(|proof| proof.verdict)
}

fn unknowns(report: &Report, row: &str) -> String {
    let id = format!("jetstream-dr/{row}");
    let own = report.proofs.iter().find(|proof| *proof.id == *id);
    own.map_or_else(String::new, |proof| {
        let unknown: Vec<&str> = proof.unknowns.iter().map(|doubt| &*doubt.what).collect();
        format!("; {}; unknown: {}", proof.summary, unknown.join(", "))
    })
}

fn errors(report: &Report) -> String {
    let said: Vec<String> = report
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{diagnostic:?}"))
        .collect();
    said.join("; ")
}

/// A copy of a case with one edit, removed when dropped.
struct Copied(PathBuf);

impl Copied {
    fn edited(attack: &Attack) -> Copied {
        let label = format!("clearway-soundness-{}-{}", std::process::id(), attack.name);
        let copy = std::env::temp_dir().join(label);
        let from = folder(attack.case);
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(&from).expect("a case") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_file()
                && (name.ends_with(".tf") || name.ends_with(".tfvars") || name == "clearway.hcl")
            {
                texts.insert(name, fs::read_to_string(&path).expect("readable"));
            }
        }
        for (find, replace) in attack.edits {
            let found: usize = texts.values().map(|text| text.matches(find).count()).sum();
            assert_eq!(
                found, 1,
                "{}: {find:?} stands once in {}",
                attack.name, attack.case
            );
            for text in texts.values_mut() {
                *text = text.replace(find, replace);
            }
        }
        let mut added = attack.add.to_owned();
        if texts
            .values()
            .chain([&added])
            .any(|text| text.contains("var.unknown"))
        {
            added.push_str("\nvariable \"unknown\" {}\n");
        }
        texts.insert("added.tf".to_owned(), added);
        fs::create_dir_all(&copy).expect("a folder");
        for (name, text) in texts {
            fs::write(copy.join(name), text).expect("writable");
        }
        Copied(copy)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
