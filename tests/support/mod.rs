//! What the tests share: where inputs lie, and the library called as the command line calls it.

#![expect(dead_code, reason = "each test binary uses its own part of what is shared")]

use std::path::{Path, PathBuf};

use clearway::config::{Environment, Options};
use serde_json::Value as Json;

/// A folder of the collection that lies beside a checkout while clearway is developed; absent
/// elsewhere, and the test that asks says so and passes.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not here", folder.display());
    None
}

/// The environment of a run in `directory`, without variables.
pub fn environment(directory: &Path) -> Environment {
    Environment {
        variables: Vec::new(),
        workspace: None,
        working_directory: std::fs::canonicalize(directory).unwrap(),
    }
}

/// `clearway show --format json` of a directory.
pub fn show(directory: &Path) -> Json {
    let options = Options {
        root: Some(directory.to_path_buf()),
        ..Options::default()
    };
    let sight = clearway::see(&[directory.to_path_buf()], &options, &environment(directory));
    let evaluations: Vec<_> = sight
        .evaluated
        .iter()
        .map(|evaluated| &evaluated.evaluation)
        .collect();
    let text = clearway::report::show::render_json(&evaluations, &sight.diagnostics, &sight.sources);
    serde_json::from_str(&text).unwrap()
}
