//! Which files of a directory make a module, and reading them.

use std::fs;
use std::path::Path;

use super::files::{self, Files, Refusal};
use super::syntax::Body;
use super::{hcl, json};
use crate::source::{Diagnostic, Place, SharedText, SourceId, Sources, Syntax};

/// From this many bytes on files are parsed on two threads and more.
const PARALLEL: usize = 256 << 10;
/// Enough for the deepest nesting that is parsed.
const STACK: usize = 16 << 20;

/// One parsed file of a module.
#[derive(Debug)]
pub(super) struct ModuleFile {
    pub body: Body,
    pub is_override: bool,
}

/// The names of the files that make the module, primary files before overrides, each by name.
///
/// OpenTofu's `x.tofu` takes the place of `x.tf`, and `x.tofu.json` that of `x.tf.json`.
///
/// # Errors
/// The directory cannot be listed.
pub fn module_files(directory: &Path) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_module_file = stem(&name).is_some() && !is_ignored(&name);
        if is_module_file && !entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort_unstable();
    let shadowed = |name: &String| {
        let tofu = if let Some(stem) = name.strip_suffix(".tf") {
            format!("{stem}.tofu")
        } else if let Some(stem) = name.strip_suffix(".tf.json") {
            format!("{stem}.tofu.json")
        } else {
            return false;
        };
        names.binary_search(&tofu).is_ok()
    };
    let (overrides, mut files): (Vec<String>, Vec<String>) = names
        .iter()
        .filter(|name| !shadowed(name))
        .cloned()
        .partition(|name| is_override(name));
    files.extend(overrides);
    Ok(files)
}

/// Reads and parses the files of a module, adding what is wrong with them to `diagnostics`.
pub(super) fn read(
    directory: &Path,
    shown: &str,
    files: &Files,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<ModuleFile>, Refusal> {
    let mut texts = Vec::new();
    for name in module_files(directory)? {
        let path = if shown == "." {
            name.clone()
        } else {
            format!("{shown}/{name}")
        };
        let text = files.resolve(&directory.join(&name)).and_then(|file| {
            let bytes = files::read_regular(&file, files::MAX_FILE)?;
            files::decode_repaired(bytes)
        });
        match text {
            Ok((text, wrong)) => {
                let text = SharedText::from(text);
                let syntax = if name.ends_with(".json") {
                    Syntax::Json
                } else {
                    Syntax::Hcl
                };
                let source = sources.add(path, text.clone(), syntax);
                diagnostics.extend(wrong.map(|offset| not_utf8(source, offset)));
                texts.push(Text {
                    source,
                    text,
                    syntax,
                    is_override: is_override(&name),
                });
            }
            Err(refusal) => diagnostics.push(unreadable(&path, &refusal)),
        }
    }
    Ok(parse(&texts)
        .into_iter()
        .map(|(file, problems)| {
            diagnostics.extend(problems);
            file
        })
        .collect())
}

/// Terraform refuses such a file as well, and goes on behind the character.
fn not_utf8(source: SourceId, offset: usize) -> Diagnostic {
    let start = u32::try_from(offset).unwrap_or(u32::MAX);
    let end = start.saturating_add(1);
    Diagnostic::error("invalid-encoding", "this is not text in UTF-8")
        .at(Some(Place { source, start, end }))
        .help("save the file as UTF-8")
}

/// The problem of a file that was not read.
pub(super) fn unreadable(path: &str, refusal: &Refusal) -> Diagnostic {
    let help = refusal
        .help()
        .unwrap_or("make it a file that can be read, or remove it");
    Diagnostic::error("unreadable-file", format!("`{path}` cannot be read: {refusal}")).help(help)
}

struct Text {
    source: SourceId,
    text: SharedText,
    syntax: Syntax,
    is_override: bool,
}

type Outcome = (ModuleFile, Vec<Diagnostic>);

impl Text {
    fn parse(&self) -> Outcome {
        let (body, diagnostics) = match self.syntax {
            Syntax::Hcl => hcl::parse_body(self.source, &self.text),
            Syntax::Json => json::parse_module(self.source, &self.text),
        };
        let file = ModuleFile {
            body,
            is_override: self.is_override,
        };
        (file, diagnostics)
    }
}

/// Parses every text; large modules on several threads. The order is that of the texts.
fn parse(texts: &[Text]) -> Vec<Outcome> {
    let total: usize = texts.iter().map(|text| text.text.len()).sum();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if total < PARALLEL || threads < 2 {
        return texts.iter().map(Text::parse).collect();
    }
    let share = total / threads + 1;
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares(texts, share)
            .into_iter()
            .map(|texts| {
                let work = move || texts.iter().map(Text::parse).collect::<Vec<Outcome>>();
                let worker = std::thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, work);
                (texts, worker)
            })
            .collect();
        let mut outcomes = Vec::new();
        for (texts, worker) in workers {
            match worker.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(parsed)) => outcomes.extend(parsed),
                // Without a thread the work is done here.
                _ => outcomes.extend(texts.iter().map(Text::parse)),
            }
        }
        outcomes
    })
}

/// Consecutive texts of about `share` bytes each.
fn shares(texts: &[Text], share: usize) -> Vec<&[Text]> {
    let mut shares = Vec::new();
    let mut rest = texts;
    while !rest.is_empty() {
        let mut size = 0;
        let count = rest
            .iter()
            .take_while(|text| {
                let fits = size < share;
                size += text.text.len();
                fits
            })
            .count();
        let (first, behind) = rest.split_at_checked(count.max(1)).unwrap_or((rest, &[]));
        shares.push(first);
        rest = behind;
    }
    shares
}

/// A module file's name without what makes it one.
fn stem(name: &str) -> Option<&str> {
    [".tf", ".tf.json", ".tofu", ".tofu.json"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
}

/// Hidden files and editors' backups.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

fn is_override(name: &str) -> bool {
    stem(name).is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}
