//! What an input is, seen from its content, and reading it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{self, Files, Refusal};
use super::module::{Child, Module};
use super::plan::{self, BlockAddress, Plan};
use super::sniff::{self, Kind};
use super::variables::FromOutside;
use super::{Content, Environment, Input, Options, SiteFile, SourceOption, Tree, directory, hcl, tree};
use crate::source::{Diagnostic, Place, SharedText, SourceId, Sources, Syntax};

/// The file that says what Terraform cannot.
const SITE_FILE: &str = "clearway.hcl";

/// What all inputs of one run share.
pub(super) struct Reader<'a> {
    pub options: &'a Options,
    pub environment: &'a Environment,
    pub sources: &'a mut Sources,
    pub diagnostics: &'a mut Vec<Diagnostic>,
    pub outside: &'a FromOutside,
    /// The root modules read so far.
    pub modules: Vec<Arc<Module>>,
    /// The directory that each input is, or lies in.
    pub beside: Vec<PathBuf>,
}

impl Reader<'_> {
    /// Reads one input; `None` when nothing of it can be used.
    pub(super) fn input(&mut self, given: &Path) -> Option<Input> {
        if given == Path::new("-") {
            let bytes = files::read_up_to(io::stdin().lock(), files::MAX_INPUT);
            let beside = self.environment.working_directory.clone();
            return self.document("standard input", bytes, &beside);
        }
        let path = files::clean(&self.environment.working_directory.join(given));
        let shown = self.shown(&path);
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => self.directory(&path, shown),
            Ok(_) => {
                let bytes = files::read_regular(&path, files::MAX_INPUT);
                let beside = path.parent().unwrap_or(&path).to_owned();
                self.document(&shown, bytes, &beside)
            }
            Err(error) => {
                let refusal = Refusal::from(error);
                self.diagnostics.push(if refusal == Refusal::Missing {
                    Diagnostic::error("no-such-input", format!("there is no `{shown}`"))
                        .help("an input is a directory with Terraform files, a plan or state as JSON, or `-`")
                } else {
                    directory::unreadable(&shown, &refusal)
                });
                None
            }
        }
    }

    fn shown(&self, path: &Path) -> String {
        files::display(path, &self.environment.working_directory)
    }

    fn files(&self, base: &Path) -> Files {
        let root = files::root_for(
            base,
            self.options.root.as_deref(),
            &self.environment.working_directory,
        );
        Files {
            root: Arc::new(root),
            base: Arc::new(base.canonicalize().unwrap_or_else(|_| base.to_owned())),
        }
    }

    fn directory(&mut self, path: &Path, shown: String) -> Option<Input> {
        let files = self.files(path);
        let tree = self.tree(path, &files)?;
        self.beside.push(path.to_owned());
        Some(Input {
            path: Arc::from(shown),
            content: Content::Directory(tree),
            site_file: self.site_file(path, &files),
        })
    }

    fn tree(&mut self, path: &Path, files: &Files) -> Option<Tree> {
        let shown = self.shown(path);
        let root = tree::load(
            files,
            &self.environment.working_directory,
            path,
            self.sources,
            self.diagnostics,
        );
        let root = match root {
            Ok(root) => root,
            Err(refusal) => {
                self.diagnostics.push(if refusal == Refusal::Missing {
                    Diagnostic::error(
                        "no-configuration",
                        format!("there is no Terraform file in `{shown}`"),
                    )
                    .detail(
                        "a configuration is the `.tf`, `.tf.json` and `.tofu` files directly in a directory",
                    )
                    .help("name the directory of a root module, or a plan as JSON")
                } else {
                    directory::unreadable(&shown, &refusal)
                });
                return None;
            }
        };
        let given = self
            .outside
            .for_module(&root, files, &shown, self.sources, self.diagnostics);
        self.modules.push(Arc::clone(&root));
        Some(Tree {
            root,
            given,
            workspace: self.workspace(files),
            files: files.clone(),
        })
    }

    /// `TF_WORKSPACE`, else the workspace that was selected in the directory.
    fn workspace(&self, files: &Files) -> Arc<str> {
        let selected = || files.read_text(".terraform/environment").ok();
        let named = self
            .environment
            .workspace
            .clone()
            .or_else(selected)
            .unwrap_or_default();
        let name = named.trim();
        Arc::from(if name.is_empty() { "default" } else { name })
    }

    fn document(&mut self, shown: &str, bytes: Result<Vec<u8>, Refusal>, beside: &Path) -> Option<Input> {
        let text = match bytes {
            Ok(bytes) if sniff::is_archive(&bytes) => {
                let diagnostic = misfit(Kind::BinaryPlan, shown);
                self.diagnostics.extend(diagnostic);
                return None;
            }
            Ok(bytes) => files::decode(bytes),
            Err(refusal) => Err(refusal),
        };
        let text = match text {
            Ok(text) => SharedText::from(text),
            Err(Refusal::NotAFile) => {
                self.diagnostics.push(
                    directory::unreadable(shown, &Refusal::NotAFile)
                        .help("to read from a pipe, name `-` and redirect it to standard input"),
                );
                return None;
            }
            Err(refusal) => {
                self.diagnostics.push(directory::unreadable(shown, &refusal));
                return None;
            }
        };
        let kind = sniff::kind(&text, shown);
        let source = self.sources.add(shown, text.clone(), Syntax::Json);
        if let Some(diagnostic) = misfit(kind, shown) {
            let at = start_of(source);
            self.diagnostics.push(diagnostic.at(Some(at)));
            return None;
        }
        let content = if kind == Kind::State {
            Content::State(Box::new(plan::read_state(source, &text, self.diagnostics)?))
        } else {
            let plan = plan::read_plan(source, &text, self.diagnostics)?;
            let tree = self.source_of(&plan);
            Content::Plan(Box::new(plan), tree)
        };
        let files = self.files(beside);
        self.beside.push(beside.to_owned());
        Some(Input {
            path: Arc::from(shown),
            content,
            site_file: self.site_file(beside, &files),
        })
    }

    /// The source that a plan was made from, with the plan's own values for its variables.
    fn source_of(&mut self, plan: &Plan) -> Option<Tree> {
        let mut tree = match &self.options.source {
            SourceOption::None => return None,
            SourceOption::Directory(directory) => {
                let path = files::clean(&self.environment.working_directory.join(directory));
                let files = self.files(&path);
                let tree = self.tree(&path, &files)?;
                self.doubt_source(plan, &tree, &path);
                tree
            }
            SourceOption::Automatic => self.automatic_source(plan)?,
        };
        tree.given.extend(plan.variables());
        Some(tree)
    }

    /// Says so when the directory that the user names is not where the plan was made.
    fn doubt_source(&mut self, plan: &Plan, tree: &Tree, path: &Path) {
        let shown = self.shown(path);
        let summary = match Fit::of(plan, &tree.root) {
            Fit::Part { missing } => format!("`{shown}` has no `{missing}`, which is in the plan"),
            Fit::Nothing if plan.block_addresses().next().is_some() => {
                format!("`{shown}` has none of the plan's blocks")
            }
            _ => return,
        };
        self.diagnostics.push(
            Diagnostic::warning("source-mismatch", summary)
                .help("`--source` should name the directory in which the plan was made, as it was then"),
        );
    }

    /// The working directory, when it holds everything that the plan names. What is wrong with a
    /// directory that is not the plan's source is not the user's concern here.
    fn automatic_source(&mut self, plan: &Plan) -> Option<Tree> {
        let path = self.environment.working_directory.clone();
        if directory::module_files(&path).ok()?.is_empty() {
            return None;
        }
        let files = self.files(&path);
        let (problems, modules) = (self.diagnostics.len(), self.modules.len());
        let tree = self.tree(&path, &files);
        let fit = tree
            .as_ref()
            .map_or(Fit::Nothing, |tree| Fit::of(plan, &tree.root));
        if let Fit::Whole = fit {
            return tree;
        }
        self.diagnostics.truncate(problems);
        self.modules.truncate(modules);
        if let Fit::Part { missing } = fit {
            self.diagnostics.push(
                Diagnostic::warning(
                    "source-mismatch",
                    format!("the working directory has some of the plan's blocks, but not `{missing}`, and is not read"),
                )
                .help("`--source DIR` names the directory in which the plan was made"),
            );
        }
        None
    }

    /// The site file beside an input, unless the user names another.
    fn site_file(&mut self, beside: &Path, files: &Files) -> Option<SiteFile> {
        if self.options.site_file.is_some() {
            return None;
        }
        self.read_site_file(&beside.join(SITE_FILE), files, false)
    }

    fn read_site_file(&mut self, path: &Path, files: &Files, named: bool) -> Option<SiteFile> {
        let shown = self.shown(path);
        let text = files.resolve(path).and_then(|path| {
            let bytes = files::read_regular(&path, files::MAX_FILE)?;
            files::decode(bytes)
        });
        let text = match text {
            Ok(text) => text,
            Err(Refusal::Missing) if !named => return None,
            Err(refusal) => {
                self.diagnostics.push(directory::unreadable(&shown, &refusal));
                return None;
            }
        };
        let source = self.sources.add(shown.as_str(), text.as_str(), Syntax::Hcl);
        let (body, problems) = hcl::parse_body(source, &text);
        self.diagnostics.extend(problems);
        Some(SiteFile {
            body,
            path: Arc::from(shown),
        })
    }

    /// Reads the site file that the user names, for the input that it lies beside, else the first.
    fn named_site_file(&mut self, inputs: &mut [Input]) {
        let Some(path) = &self.options.site_file else {
            return;
        };
        let path = files::clean(&self.environment.working_directory.join(path));
        let index = self
            .beside
            .iter()
            .position(|beside| path.parent() == Some(beside));
        let index = index.unwrap_or(0);
        let Some(beside) = self.beside.get(index).cloned() else {
            return;
        };
        let files = self.files(&beside);
        let site_file = self.read_site_file(&path, &files, true);
        if let Some(input) = inputs.get_mut(index) {
            input.site_file = site_file;
        }
    }
}

fn start_of(source: SourceId) -> Place {
    Place {
        source,
        start: 0,
        end: 0,
    }
}

/// How much of a plan's configuration a source holds.
enum Fit {
    Whole,
    Part { missing: String },
    Nothing,
}

impl Fit {
    /// Of modules that are not there nothing is asked.
    fn of(plan: &Plan, root: &Arc<Module>) -> Fit {
        let (mut found, mut missing) = (0, None);
        for block in plan.block_addresses() {
            match holds(root, &block) {
                Some(true) => found += 1,
                Some(false) => missing = missing.or(Some(block.to_string())),
                None => {}
            }
        }
        match missing {
            _ if found == 0 => Fit::Nothing,
            None => Fit::Whole,
            Some(missing) => Fit::Part { missing },
        }
    }
}

/// Whether a block is in the source; `None` where the module that would hold it is not there.
fn holds(root: &Arc<Module>, block: &BlockAddress) -> Option<bool> {
    let mut module = root;
    for name in &block.module {
        match module.calls.get(name).map(|call| &call.child) {
            Some(Child::Loaded(child)) => module = child,
            Some(_) => return None,
            None => return Some(false),
        }
    }
    Some(module.resources.contains_key(&block.resource))
}

/// What is wrong with an input that is neither plan nor state.
fn misfit(kind: Kind, shown: &str) -> Option<Diagnostic> {
    let error =
        |code, what: &str, help: &str| Some(Diagnostic::error(code, format!("`{shown}` {what}")).help(help));
    match kind {
        Kind::Plan | Kind::State => None,
        Kind::BinaryPlan => error(
            "binary-plan",
            "is a plan in Terraform's own binary format",
            "give it as JSON: `terraform show -json PLANFILE > plan.json`",
        ),
        Kind::Log => error(
            "plan-log",
            "is the log of `terraform plan -json`, which does not hold the plan",
            "write the plan with `terraform plan -out=PLANFILE`, then `terraform show -json PLANFILE > plan.json`",
        ),
        Kind::RawState => error(
            "raw-state",
            "is a state file in Terraform's own format",
            "give it as JSON: `terraform show -json > state.json`",
        ),
        Kind::OtherJson => error(
            "unknown-json",
            "is JSON, but neither a plan nor a state",
            "give the output of `terraform show -json`",
        ),
        Kind::BrokenJson => error(
            "malformed-json",
            "is not valid JSON",
            "write it again with `terraform show -json`",
        ),
        Kind::Source => error(
            "single-file",
            "is one file of a configuration",
            "name its directory: Terraform reads all files of a directory together",
        ),
        Kind::Empty => error(
            "empty-input",
            "is empty",
            "see whether the command that should have written it failed",
        ),
        Kind::Unknown => error(
            "unknown-input",
            "is neither a directory nor a plan or state as JSON",
            "give a directory with Terraform files, or the output of `terraform show -json`",
        ),
    }
}

/// The inputs of a run, read one after the other.
pub(super) fn read_all(reader: &mut Reader, paths: &[PathBuf]) -> Vec<Input> {
    let mut inputs: Vec<Input> = paths.iter().filter_map(|path| reader.input(path)).collect();
    reader.named_site_file(&mut inputs);
    inputs
}
