//! Reading directories and inputs, each rule on files of its own.

mod bounds;
mod inputs;
mod modules;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::module::Module;
use super::syntax::ExpressionKind;
use super::*;
use crate::source::Severity;

/// A directory that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "clearway-config-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = Folder(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn environment(&self) -> Environment {
        Environment {
            working_directory: self.0.clone(),
            ..Environment::default()
        }
    }

    fn read(&self, input: &str) -> Read {
        self.read_with(input, &Options::default(), &self.environment())
    }

    fn read_with(&self, input: &str, options: &Options, environment: &Environment) -> Read {
        let mut sources = Sources::default();
        let reading = read(&[PathBuf::from(input)], options, environment, &mut sources);
        Read { reading, sources }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Read {
    reading: Reading,
    sources: Sources,
}

impl Read {
    fn tree(&self) -> &Tree {
        match &self.reading.inputs[0].content {
            Content::Directory(tree) => tree,
            other => panic!("{other:?}"),
        }
    }

    fn root(&self) -> &Module {
        assert_eq!(self.told(), Vec::<String>::new());
        &self.tree().root
    }

    /// `error code file:line text`, for each diagnostic.
    fn told(&self) -> Vec<String> {
        let line = |diagnostic: &Diagnostic| {
            let severity = if diagnostic.severity == Severity::Error {
                "error"
            } else {
                "warning"
            };
            let at = diagnostic.at.map_or(String::new(), |place| {
                let start = self.sources.positions(place).0;
                format!(
                    " {}:{} {}",
                    self.sources.path(place),
                    start.line,
                    self.sources.text(place)
                )
            });
            format!("{severity} {}{at}", diagnostic.code)
        };
        self.reading.diagnostics.iter().map(line).collect()
    }
}

fn text(expression: &Expression) -> &str {
    match &expression.kind {
        ExpressionKind::String(text) => text,
        other => panic!("{other:?}"),
    }
}
