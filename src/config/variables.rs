//! Values given to root variables from outside: environment, variable files, command line.
//!
//! Weakest first, as in Terraform's page "Input Variables": `TF_VAR_*`, `terraform.tfvars`,
//! `terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by name, then `--var` and
//! `--var-file` in the order of the command line. A value replaces a weaker one whole.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use super::files::{self, Files, Refusal};
use super::literal;
use super::module::Module;
use super::syntax::Body;
use super::{Environment, Given, GivenFrom, GivenValue, VariableOption, directory, hcl, json};
use crate::source::{Diagnostic, Place, Sources, Syntax};

/// How many undeclared names of one directory's files are told one by one.
const TOLD: usize = 2;

/// What the command line and the environment give, the same for every root module.
#[derive(Debug, Default)]
pub(super) struct FromOutside {
    environment: Vec<Given>,
    command_line: Vec<Given>,
}

impl FromOutside {
    pub(super) fn read(
        options: &[VariableOption],
        environment: &Environment,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> FromOutside {
        let mut outside = FromOutside::default();
        for (name, text) in &environment.variables {
            let given = text_given(
                &format!("TF_VAR_{name}"),
                name,
                text,
                GivenFrom::Environment,
                sources,
            );
            outside.environment.push(given);
        }
        for option in options {
            match option {
                VariableOption::Value { name, text } => {
                    let shown = format!("--var {name}");
                    let given = text_given(&shown, name, text, GivenFrom::CommandLine, sources);
                    outside.command_line.push(given);
                }
                VariableOption::File(path) => {
                    let path = environment.working_directory.join(path);
                    let shown = files::display(&path, &environment.working_directory);
                    let text = files::read_regular(&path, files::MAX_FILE).and_then(files::decode);
                    let given = file(&shown, text, sources, diagnostics);
                    outside.command_line.extend(given);
                }
            }
        }
        outside
    }

    /// Everything given to one root module, weakest first. What its files give without need is
    /// warned about.
    pub(super) fn for_module(
        &self,
        module: &Module,
        files: &Files,
        shown: &str,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Given> {
        let mut given = self.environment.clone();
        let in_files = from_files(files, shown, sources, diagnostics);
        undeclared_in_files(&in_files, module, diagnostics);
        given.extend(in_files);
        given.extend(self.command_line.iter().cloned());
        given.retain(|given| module.variables.contains_key(&given.name));
        given
    }

    /// Says which values of the command line no root module declares.
    pub(super) fn undeclared(&self, modules: &[Arc<Module>], diagnostics: &mut Vec<Diagnostic>) {
        let mut told = BTreeSet::new();
        for given in &self.command_line {
            let declared = modules
                .iter()
                .any(|module| module.variables.contains_key(&given.name));
            if declared || !told.insert(&given.name) {
                continue;
            }
            let diagnostic = if modules.is_empty() {
                Diagnostic::warning(
                    "unused-variable",
                    format!(
                        "the value of `{}` has no effect: no input has Terraform source",
                        given.name
                    ),
                )
            } else if given.from == GivenFrom::CommandLine {
                undeclared(given, Diagnostic::error)
            } else {
                undeclared(given, Diagnostic::warning)
            };
            diagnostics.push(diagnostic.at(given.place));
        }
    }
}

fn text_given(shown: &str, name: &str, text: &str, from: GivenFrom, sources: &mut Sources) -> Given {
    let text: Arc<str> = Arc::from(text);
    let source = sources.add(shown, &*text, Syntax::Hcl);
    Given {
        name: Arc::from(name),
        place: Some(Place {
            source,
            start: 0,
            end: u32::try_from(text.len()).unwrap_or(u32::MAX),
        }),
        value: GivenValue::Text(text),
        from,
    }
}

/// The variable files that are read without being named, of the root module's directory.
fn from_files(
    files: &Files,
    shown: &str,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Given> {
    let mut automatic: Vec<String> = fs::read_dir(&*files.base)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"))
        .collect();
    automatic.sort_unstable();
    let named = ["terraform.tfvars", "terraform.tfvars.json"].map(str::to_owned);
    let mut given = Vec::new();
    for name in named.into_iter().chain(automatic) {
        let path = if shown == "." {
            name.clone()
        } else {
            format!("{shown}/{name}")
        };
        match files.read_text(&name) {
            Err(Refusal::Missing) => {}
            text => given.extend(file(&path, text, sources, diagnostics)),
        }
    }
    given
}

/// The values of one variable file.
fn file(
    shown: &str,
    text: Result<String, Refusal>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Given> {
    let text = match text {
        Ok(text) => text,
        Err(refusal) => {
            diagnostics.push(directory::unreadable(shown, &refusal));
            return Vec::new();
        }
    };
    let is_json = shown.ends_with(".json");
    let source = sources.add(
        shown,
        text.as_str(),
        if is_json { Syntax::Json } else { Syntax::Hcl },
    );
    let (body, problems) = if is_json {
        json::parse_variables(source, &text)
    } else {
        hcl::parse_body(source, &text)
    };
    diagnostics.extend(problems);
    values(body, diagnostics)
}

fn values(body: Body, diagnostics: &mut Vec<Diagnostic>) -> Vec<Given> {
    for block in &body.blocks {
        diagnostics.push(
            Diagnostic::error(
                "block-in-variable-file",
                "a variable file holds values, not blocks",
            )
            .at(Some(block.header))
            .help("write `name = value`; declarations belong in a `.tf` file"),
        );
    }
    let mut given = Vec::new();
    for attribute in body.attributes {
        let problems = literal::problems(&attribute.expression);
        if problems.is_empty() {
            given.push(Given {
                name: attribute.name.text,
                value: GivenValue::Expression(attribute.expression),
                from: GivenFrom::File,
                place: Some(attribute.name.place),
            });
        } else {
            diagnostics.extend(problems);
        }
    }
    given
}

fn undeclared_in_files(given: &[Given], module: &Module, diagnostics: &mut Vec<Diagnostic>) {
    let undeclared_names: Vec<&Given> = given
        .iter()
        .filter(|given| !module.variables.contains_key(&given.name))
        .collect();
    for given in undeclared_names.iter().take(TOLD) {
        diagnostics.push(undeclared(given, Diagnostic::warning).at(given.place));
    }
    if let Some(next) = undeclared_names.get(TOLD) {
        let more = undeclared_names.len() - TOLD;
        diagnostics.push(
            Diagnostic::warning(
                "undeclared-variable",
                format!("{more} more values are given to variables that the root module does not declare"),
            )
            .at(next.place),
        );
    }
}

fn undeclared(given: &Given, diagnostic: fn(&'static str, String) -> Diagnostic) -> Diagnostic {
    diagnostic(
        "undeclared-variable",
        format!(
            "a value is given to `{}`, which the root module does not declare",
            given.name
        ),
    )
    .help(format!(
        "remove it, or declare `variable \"{}\" {{}}`",
        given.name
    ))
}
