//! Terraform's own answers, and what the evaluator says instead.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod expressions;
mod functions;
mod modules;
mod shape;

use std::path::{Path, PathBuf};

use clearway::config::{self, Content, Environment, Options, Reading, VariableOption};
use clearway::evaluate::Evaluated;
use clearway::source::{Diagnostic, Severity, Sources};

/// What one directory gives.
pub struct Run {
    pub evaluated: Option<Evaluated>,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

impl Run {
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// File, line and column of a diagnostic.
    pub fn start(&self, diagnostic: &Diagnostic) -> Option<(String, u32, u32)> {
        let at = diagnostic.at?;
        let (start, _) = self.sources.positions(at);
        let file = self.sources.path(at).rsplit('/').next().unwrap_or("").to_owned();
        Some((file, start.line, start.column))
    }
}

/// Reads and evaluates a directory.
pub fn run(
    directory: &Path,
    variables: Vec<VariableOption>,
    environment: Vec<(String, String)>,
    schemas: Option<std::sync::Arc<dyn clearway::evaluate::blocks::schema::Schemas>>,
) -> Run {
    let mut sources = Sources::default();
    let options = Options {
        root: Some(directory.to_owned()),
        variables,
        ..Options::default()
    };
    let workspace = environment
        .iter()
        .find(|(name, _)| name == "TF_WORKSPACE")
        .map(|(_, value)| value.clone());
    let variables = environment
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("TF_VAR_")?.to_owned(), value.clone())))
        .collect();
    let environment = Environment {
        variables,
        workspace,
        working_directory: directory.to_owned(),
    };
    let Reading {
        inputs,
        mut diagnostics,
    } = config::read(&[PathBuf::from(".")], &options, &environment, &mut sources);
    let evaluated = inputs.into_iter().next().and_then(|input| match input.content {
        Content::Directory(tree) => Some(match schemas {
            Some(schemas) => clearway::evaluate::evaluate_with(&tree, schemas),
            None => clearway::evaluate::evaluate(&tree),
        }),
        _ => None,
    });
    if let Some(evaluated) = &evaluated {
        diagnostics.extend(evaluated.evaluation.diagnostics.iter().cloned());
    }
    Run {
        evaluated,
        diagnostics,
        sources,
    }
}

/// The project's own test data.
pub fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// The sibling folder with what may not be copied into the project; says so where it is not there.
pub fn shared() -> Option<PathBuf> {
    let found = ["../shared", "../../shared"]
        .iter()
        .map(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .find(|path| path.join("oracle").is_dir());
    if found.is_none() {
        println!("skipped: the folder `../shared` is not there");
    }
    found
}

/// A directory of its own for one test, empty.
pub fn scratch(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).expect("a directory of this test");
    }
    std::fs::create_dir_all(&directory).expect("a new directory");
    directory
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a new directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::write(&target, std::fs::read(&path).expect("a file")).expect("a copy");
        }
    }
}

pub fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
