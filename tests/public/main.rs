//! Reads a folder of files that Terraform has judged, one verdict per file: the part of `files.py`
//! that is clearway's. Ignored, because it needs that script's folder.

#![cfg(test)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clearway::config::{files, hcl, json};
use clearway::source::{Diagnostic, Severity, Sources, Syntax};

#[test]
#[ignore = "run by tests/public/files.py"]
fn reads_what_terraform_judged() {
    let folder = PathBuf::from(std::env::var_os("CLEARWAY_FILES").expect("CLEARWAY_FILES names a folder"));
    let answers = std::env::var_os("CLEARWAY_ANSWERS").expect("CLEARWAY_ANSWERS names a file");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let mut table = String::new();
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (verdict, line, code) = match std::panic::catch_unwind(|| first_error(&path)) {
            Ok(None) => ("read", 0, ""),
            Ok(Some((line, code))) => ("refused", line, code),
            Err(_) => ("panicked", 0, ""),
        };
        writeln!(table, "{name}\t{verdict}\t{line}\t{code}").expect("a string takes all");
    }
    std::fs::write(answers, table).expect("the answers are written");
}

/// Line and code of the first error of syntax.
fn first_error(path: &Path) -> Option<(u32, &'static str)> {
    let Ok(text) = files::decode(std::fs::read(path).expect("a file")) else {
        return Some((0, "unreadable-file"));
    };
    let mut sources = Sources::default();
    let name = path.to_string_lossy();
    let is_json = name.ends_with(".json");
    let syntax = if is_json { Syntax::Json } else { Syntax::Hcl };
    let source = sources.add("file", text.as_str(), syntax);
    let (_, diagnostics) = if name.ends_with(".tfvars.json") {
        json::parse_variables(source, &text)
    } else if is_json {
        json::parse_module(source, &text)
    } else {
        hcl::parse_body(source, &text)
    };
    let line = |diagnostic: &Diagnostic| diagnostic.at.map_or(0, |at| sources.positions(at).0.line);
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| (line(diagnostic), diagnostic.code))
        .min()
}
