//! Who may import whom: the tower of docs/architecture.md, held by a test.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up. A room may import itself and the rooms named beside it.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("traffic", &[]),
    ("config", &["source"]),
    ("evaluate", &["source", "config"]),
    ("network", &["source", "traffic", "config", "evaluate"]),
    ("paths", &["source", "traffic", "network"]),
    (
        "prove",
        &["source", "traffic", "config", "evaluate", "network", "paths"],
    ),
    (
        "report",
        &[
            "source", "traffic", "config", "evaluate", "network", "paths", "prove",
        ],
    ),
];

/// Words that a room must not have heard of, outside its tests: crate names and vendors' vocabulary.
const MUST_NOT_SAY: &[(&str, &[&str])] = &[
    ("evaluate", &["hcl::edit", "petgraph", "miette", "clap::"]),
    ("network", &["hcl::", "petgraph", "miette", "clap::", "jetstream"]),
    (
        "paths",
        &[
            "azurerm",
            "azapi",
            "nsxt_",
            "hcl::",
            "miette",
            "clap::",
            "jetstream",
        ],
    ),
    (
        "prove",
        &[
            "azurerm", "azapi", "nsxt_", "petgraph", "miette", "clap::", "println!",
        ],
    ),
    ("report", &["petgraph", "clap::"]),
];

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src/ is readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.to_string_lossy().ends_with("tests.rs")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The first folder or file stem below `src/`.
fn room(path: &Path, src: &Path) -> String {
    let inside = path.strip_prefix(src).expect("a path below src/");
    let first = inside.components().next().expect("a component");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The code of a file without comments and without its test module.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms that a file names after `crate::`, in single and grouped imports.
fn imported_rooms(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in code.split("crate::").skip(1) {
        let names: Vec<&str> = match part.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![part],
        };
        for name in names {
            let word: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            rooms.push(word);
        }
    }
    rooms
}

#[test]
fn every_import_runs_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    let mut wrong = Vec::new();
    for path in source_files(&src) {
        let room = room(&path, &src);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            assert!(
                matches!(room.as_str(), "lib" | "main" | "cli"),
                "{} is in no room of the tower",
                path.display()
            );
            continue;
        };
        checked += 1;
        for imported in imported_rooms(&code(&path)) {
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == imported);
            if known && imported != room && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{} imports crate::{imported}", path.display()));
            }
        }
    }
    assert!(checked > 20, "the walk found only {checked} files");
    assert!(wrong.is_empty(), "imports that run up:\n{}", wrong.join("\n"));
}

#[test]
fn nobody_says_what_he_must_not_know() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for path in source_files(&src) {
        let room = room(&path, &src);
        let Some((_, words)) = MUST_NOT_SAY.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        let code = code(&path).to_lowercase();
        for word in *words {
            if code.contains(word) {
                wrong.push(format!("{} says {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "words out of place:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_a_sentence_and_stays_one_idea() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for path in source_files(&src) {
        let text = fs::read_to_string(&path).expect("a source file");
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not say what it is for", path.display()));
        }
        let lines = text.lines().count();
        if lines > 800 {
            wrong.push(format!("{} has {lines} lines", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
