//! Files named on the command line that are no inputs: packs, service tags.

use std::path::{Path, PathBuf};

use super::Environment;
use super::files;
use crate::source::{Diagnostic, SourceId, Sources, Syntax};

/// Reads a file that the user named himself; such a file may lie anywhere.
///
/// # Errors
/// The file is missing, too large, no regular file, or no text.
pub fn read_named(
    path: &Path,
    syntax: Syntax,
    environment: &Environment,
    sources: &mut Sources,
) -> Result<SourceId, Box<Diagnostic>> {
    let whole = environment.working_directory.join(path);
    let shown = files::display(&whole, &environment.working_directory);
    let text = files::read_regular(&whole, files::MAX_INPUT).and_then(files::decode);
    text.map(|text| sources.add(shown.clone(), text, syntax))
        .map_err(|refusal| {
            let problem = Diagnostic::error("unreadable-file", format!("`{shown}` cannot be read"));
            Box::new(problem.detail(refusal.to_string()))
        })
}

/// A file itself, or the `.hcl` files of a directory in the order of their names.
#[must_use]
pub fn hcl_files(path: &Path, environment: &Environment) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(environment.working_directory.join(path)) else {
        return vec![path.to_owned()];
    };
    let names = entries.filter_map(|entry| entry.ok().map(|entry| entry.file_name()));
    let mut files: Vec<PathBuf> = names
        .map(|name| path.join(name))
        .filter(|file| file.extension().is_some_and(|end| end == "hcl"))
        .collect();
    files.sort();
    files
}
