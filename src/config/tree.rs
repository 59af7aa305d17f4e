//! A root module with everything it calls: local directories, and what `terraform init` installed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::files::{self, Files, Refusal};
use super::module::{Child, Module, ModuleCall};
use super::syntax::ExpressionKind;
use super::{build, directory, merge};
use crate::source::{Diagnostic, Place, Sources};

/// Calls within calls.
const MAX_DEPTH: usize = 64;
/// Modules in one tree, counting one that is called from two places twice.
const MAX_MODULES: usize = 20_000;

/// Loads the module in `files.base` and its children. Paths are shown relative to
/// `working_directory`.
///
/// # Errors
/// The root directory itself cannot be listed.
pub(super) fn load(
    files: &Files,
    working_directory: &Path,
    shown: &Path,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Arc<Module>, Refusal> {
    let mut loader = Loader {
        files,
        working_directory,
        shown,
        installed: installed(files, diagnostics),
        sources,
        diagnostics,
        read: HashMap::new(),
        finished: HashMap::new(),
        warned: HashSet::new(),
        chain: Vec::new(),
        count: 0,
    };
    loader.module(".", "").map(|(module, _)| module)
}

struct Loader<'a> {
    files: &'a Files,
    working_directory: &'a Path,
    /// The root module's directory as the user named it.
    shown: &'a Path,
    /// Where `terraform init` put each module, by the path of its calls: `hub.spoke`.
    installed: BTreeMap<String, String>,
    sources: &'a mut Sources,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Modules whose calls are not followed, by directory.
    read: HashMap<String, Module>,
    /// Whole modules that are the same wherever they are called, by directory.
    finished: HashMap<String, Arc<Module>>,
    /// Calls of which was said already that their module is not there.
    warned: HashSet<Place>,
    /// The directories that led here, canonical and as shown.
    chain: Vec<(PathBuf, String)>,
    count: usize,
}

impl Loader<'_> {
    /// The module in a directory (relative to the root module), called by the path `key`; and
    /// whether it is the same wherever it is called from.
    fn module(&mut self, directory: &str, key: &str) -> Result<(Arc<Module>, bool), Refusal> {
        if let Some(finished) = self.finished.get(directory) {
            return Ok((Arc::clone(finished), true));
        }
        let canonical = self.files.resolve(Path::new(directory))?;
        let mut module = self.unfollowed(directory, &canonical)?;
        self.count += 1;
        self.chain.push((canonical, directory.to_owned()));
        let mut portable = true;
        for call in module.calls.values_mut() {
            let (child, child_is_portable) = self.child(call, directory, key);
            call.child = child;
            portable &= child_is_portable;
        }
        self.chain.pop();
        let module = Arc::new(module);
        if portable {
            self.finished.insert(directory.to_owned(), Arc::clone(&module));
        }
        Ok((module, portable))
    }

    fn unfollowed(&mut self, directory: &str, canonical: &Path) -> Result<Module, Refusal> {
        if let Some(known) = self.read.get(directory) {
            return Ok(known.clone());
        }
        let shown = files::display(&self.shown.join(directory), self.working_directory);
        let files = directory::read(canonical, &shown, self.files, self.sources, self.diagnostics)?;
        if files.is_empty() {
            return Err(Refusal::Missing);
        }
        let merged = merge::merge(files, self.sources, self.diagnostics);
        let module = build::module(Arc::from(directory), merged, self.diagnostics);
        // Only a module that is not the same everywhere is read again; a copy is kept for those.
        if module.calls.values().any(|call| local_source(call).is_none()) {
            self.read.insert(directory.to_owned(), module.clone());
        }
        Ok(module)
    }

    fn child(&mut self, call: &mut ModuleCall, directory: &str, key: &str) -> (Child, bool) {
        let Some(source) = build::take_source(call) else {
            self.diagnostics.push(
                Diagnostic::error(
                    "missing-source",
                    format!("the module call `{}` has no `source`", call.name.text),
                )
                .at(Some(call.header))
                .help("add `source = \"./path\"`, or the address of a published module"),
            );
            return (Child::Unreadable, true);
        };
        let key = if key.is_empty() {
            call.name.text.to_string()
        } else {
            format!("{key}.{}", call.name.text)
        };
        let place = source.expression.place;
        let written = match &source.expression.kind {
            ExpressionKind::String(text) => Arc::clone(text),
            _ => Arc::from(self.sources.text(place)),
        };
        let is_local = written.starts_with("./") || written.starts_with("../");
        let child_directory = if is_local {
            child_directory(directory, &written)
        } else if let Some(installed) = self.installed.get(&key) {
            installed.clone()
        } else {
            return (self.not_installed(written, place), false);
        };
        match self.follow(&child_directory, &key, call, place) {
            Some((module, portable)) => (Child::Loaded(module), portable && is_local),
            None => (Child::Unreadable, is_local),
        }
    }

    fn follow(
        &mut self,
        directory: &str,
        key: &str,
        call: &ModuleCall,
        place: Place,
    ) -> Option<(Arc<Module>, bool)> {
        if self.is_cycle(directory, call) || self.is_too_much(call) {
            return None;
        }
        match self.module(directory, key) {
            Ok(loaded) => Some(loaded),
            Err(refusal) => {
                let shown = files::display(&self.shown.join(directory), self.working_directory);
                let diagnostic = match refusal {
                    Refusal::Missing => Diagnostic::error(
                        "missing-module",
                        format!(
                            "there is no module in `{shown}`, which `{}` calls",
                            call.name.text
                        ),
                    )
                    .at(Some(call.header))
                    .help("correct the `source`, or create the directory with at least one `.tf` file"),
                    refusal => directory::unreadable(&shown, &refusal).at(Some(place)),
                };
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    fn is_cycle(&mut self, directory: &str, call: &ModuleCall) -> bool {
        let Ok(canonical) = self.files.resolve(Path::new(directory)) else {
            return false;
        };
        let Some(start) = self.chain.iter().position(|(known, _)| *known == canonical) else {
            return false;
        };
        let mut chain: Vec<String> = self
            .chain
            .iter()
            .skip(start)
            .map(|(_, shown)| format!("`{shown}`"))
            .collect();
        chain.push(format!("`{directory}`"));
        self.diagnostics.push(
            Diagnostic::error(
                "module-cycle",
                format!(
                    "the module `{}` calls itself: {}",
                    call.name.text,
                    chain.join(" calls ")
                ),
            )
            .at(Some(call.header))
            .help("a module can call only modules that do not lead back to it"),
        );
        true
    }

    fn is_too_much(&mut self, call: &ModuleCall) -> bool {
        let too_deep = self.chain.len() >= MAX_DEPTH;
        if !too_deep && self.count < MAX_MODULES {
            return false;
        }
        let summary = if too_deep {
            format!("modules that call modules more than {MAX_DEPTH} deep are not read")
        } else {
            format!("more than {MAX_MODULES} modules in one configuration are not read")
        };
        self.diagnostics
            .push(Diagnostic::error("too-many-modules", summary).at(Some(call.header)));
        true
    }

    fn not_installed(&mut self, source: Arc<str>, place: Place) -> Child {
        if self.warned.insert(place) {
            self.diagnostics.push(
                Diagnostic::warning(
                    "module-not-installed",
                    format!("the module `{source}` is not installed, so nothing is known of what it builds"),
                )
                .at(Some(place))
                .help("`terraform init` (or `terraform get`) installs it"),
            );
        }
        Child::NotInstalled { source }
    }
}

fn local_source(call: &ModuleCall) -> Option<&str> {
    match &call.arguments.attribute("source")?.expression.kind {
        ExpressionKind::String(text) if text.starts_with("./") || text.starts_with("../") => Some(text),
        _ => None,
    }
}

/// The directory of a local source, relative to the root module, as `path.module` prints it.
fn child_directory(directory: &str, source: &str) -> String {
    let path = files::clean(&Path::new(directory).join(source));
    let text = path.to_string_lossy().replace('\\', "/");
    if text.is_empty() { ".".to_owned() } else { text }
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir")]
    dir: String,
}

/// What `.terraform/modules/modules.json` says, where there is one.
fn installed(files: &Files, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let path = ".terraform/modules/modules.json";
    let text = match files.read_text(path) {
        Ok(text) => text,
        Err(Refusal::Missing) => return BTreeMap::new(),
        Err(refusal) => {
            diagnostics.push(directory::unreadable(path, &refusal));
            return BTreeMap::new();
        }
    };
    match serde_json::from_str::<Manifest>(&text) {
        Ok(manifest) => manifest
            .modules
            .into_iter()
            .map(|record| (record.key, child_directory(".", &record.dir.replace('\\', "/"))))
            .collect(),
        Err(error) => {
            diagnostics.push(
                Diagnostic::warning("unreadable-manifest", format!("`{path}` is not understood"))
                    .detail(format!("line {}, column {}", error.line(), error.column()))
                    .help("`terraform init` writes it anew"),
            );
            BTreeMap::new()
        }
    }
}
