//! Broken and incomplete configurations: what is wrong is said with a code, a place and a way out, and
//! the rest is had all the same.
//!
//! A file in `testdata/broken` holds the files of a directory and, under `expected`, each diagnostic as
//! `severity code file:line:column summary | detail | help` and each instance that is evaluated.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::path::{Path, PathBuf};

use clearway::config::{Environment, Options, VariableOption};
use clearway::source::Severity;

#[test]
fn broken_trees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/broken");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the test data")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a case");
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let (directory, expected) = unpacked(&name, &text);
        let said = said(&directory, Vec::new());
        if said != expected {
            wrong.push(format!("== {name}\n{said}"));
        }
    }
    assert!(files.len() >= 20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of every error somebody can know where it is and what to do.
#[test]
fn every_error_has_a_place_and_a_way_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/broken");
    let mut errors = 0;
    for entry in std::fs::read_dir(folder).expect("the test data") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a case");
        let (_, expected) = text.split_once("-- expected --\n").expect("what is expected");
        for line in expected.lines().filter(|line| line.starts_with("error ")) {
            errors += 1;
            assert!(!line.ends_with(" | -"), "{}: {line}", path.display());
            assert!(!line.contains(" - "), "{}: {line}", path.display());
        }
    }
    assert!(errors > 30);
}

/// A value on the command line is told in the words of the variable.
#[test]
fn a_word_is_no_map() {
    let directory = scratch("a-word-is-no-map");
    write(
        &directory.join("main.tf"),
        b"variable \"spokes\" {\n  type = map(object({ prefix = string, size = optional(number) }))\n}\n",
    );
    let given = |text: &str| {
        let option = VariableOption::Value {
            name: "spokes".into(),
            text: text.into(),
        };
        said(&directory, vec![option])
    };
    assert_eq!(
        given("oops"),
        "error invalid-variable-value --var spokes:1:1 `oops` is no value for `spokes`, which takes a map of object \
         | `oops` has no value here | write it as in Terraform, such as `{ key = { prefix = \"text\" } }`; text within \
         it stands in double quotes\n"
    );
    assert_eq!(given("{ a = { prefix = \"10.0.0.0/16\" } }"), "");
}

/// What the file system can be like.
#[cfg(unix)]
#[test]
fn files_that_are_none() {
    use std::os::unix::fs::symlink;
    let directory = scratch("files-that-are-none");
    write(
        &directory.join("main.tf"),
        b"resource \"azurerm_resource_group\" \"a\" {\n  name = \"a\"\n}\n",
    );
    write(&directory.join("latin.tf"), b"locals {\n  a = \"caf\xe9\"\n}\n");
    std::fs::create_dir(directory.join("folder.tf")).expect("a folder");
    symlink("loop.tf", directory.join("loop.tf")).expect("a link");
    symlink("nowhere.tf", directory.join("dangling.tf")).expect("a link");
    symlink("/etc/hostname", directory.join("outside.tf")).expect("a link");
    write(
        &directory.join("calls.tf"),
        b"module \"up\" {\n  source = \"./circle/circle/child\"\n}\n",
    );
    std::fs::create_dir(directory.join("circle")).expect("a folder");
    symlink(".", directory.join("circle/circle")).expect("a link");
    write(
        &directory.join("circle/child/main.tf"),
        b"resource \"azurerm_subnet\" \"s\" {\n  name = \"s\"\n}\n",
    );
    assert_eq!(said(&directory, Vec::new()), FILES_THAT_ARE_NONE);
}

const FILES_THAT_ARE_NONE: &str = "\
error unreadable-file - `dangling.tf` cannot be read: there is no such file |  | make it a file that can be read, or remove it
error invalid-encoding latin.tf:2:11 this is not text in UTF-8 |  | save the file as UTF-8
error unreadable-file - `loop.tf` cannot be read: filesystem loop or indirection limit (e.g. symlink loop) |  | make it a file that can be read, or remove it
error unreadable-file - `outside.tf` cannot be read: it lies outside the directory that may be read |  | `--root DIR` allows reading anywhere inside DIR
azurerm_resource_group.a
module.up.azurerm_subnet.s
";

/// Writes the files of a case, and gives what is expected of it.
fn unpacked(name: &str, text: &str) -> (PathBuf, String) {
    let directory = scratch(name);
    let mut expected = String::new();
    let mut path: Option<PathBuf> = None;
    for line in text.split_inclusive('\n') {
        let header = line.trim_end().strip_prefix("-- ");
        if let Some(header) = header.and_then(|header| header.strip_suffix(" --")) {
            path = (header != "expected").then(|| directory.join(header));
            if let Some(path) = &path {
                write(path, b"");
            }
            continue;
        }
        match &path {
            Some(path) => {
                let mut content = std::fs::read(path).expect("a file of the case");
                content.extend_from_slice(line.as_bytes());
                write(path, &content);
            }
            None => expected.push_str(line),
        }
    }
    (directory, expected)
}

fn scratch(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken").join(name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).expect("a directory of this test");
    }
    std::fs::create_dir_all(&directory).expect("a new directory");
    directory
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
    std::fs::write(path, content).expect("a new file");
}

/// Every diagnostic and every instance, a line each.
fn said(directory: &Path, variables: Vec<VariableOption>) -> String {
    let options = Options {
        root: Some(directory.to_owned()),
        variables,
        ..Options::default()
    };
    let environment = Environment {
        working_directory: directory.to_owned(),
        ..Environment::default()
    };
    let sight = clearway::see(&[PathBuf::from(".")], &options, &environment);
    let evaluations = || sight.evaluated.iter().map(|evaluated| &evaluated.evaluation);
    let mut lines = Vec::new();
    let evaluated = evaluations().flat_map(|evaluation| &evaluation.diagnostics);
    for problem in sight.diagnostics.iter().chain(evaluated) {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let at = problem.at.map_or_else(
            || "-".to_owned(),
            |at| {
                let (start, _) = sight.sources.positions(at);
                format!("{}:{}:{}", sight.sources.path(at), start.line, start.column)
            },
        );
        let help = problem.help.as_deref().unwrap_or("-");
        lines.push(format!(
            "{severity} {} {at} {} | {} | {help}\n",
            problem.code, problem.summary, problem.detail
        ));
    }
    for instance in evaluations().flat_map(|evaluation| &evaluation.instances) {
        lines.push(format!("{}\n", instance.address));
    }
    lines.concat()
}
