//! What the tests share: the library called as the command line calls it.

use std::path::Path;

use clearway::config::Environment;

/// The environment of a run in `directory`, without variables.
pub fn environment(directory: &Path) -> Environment {
    Environment {
        variables: Vec::new(),
        workspace: None,
        working_directory: std::fs::canonicalize(directory).unwrap(),
    }
}
