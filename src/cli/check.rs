//! `clearway check`: decide every requirement.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::Status;
use super::inputs::{InputArguments, environment};
use super::output::{append_file, complain, print, terminal, write_file};
use crate::Question;
use crate::prove::baseline::Baseline;
use crate::prove::finding::{self, Report};
use crate::report::snippet::Style;
use crate::report::{azure_devops, github, gitlab, human, json, junit, markdown, sarif, secrets};
use crate::source::{Severity, Sources};

/// Decide every requirement
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub input: InputArguments,

    /// How to report: human, json, sarif, junit, github, gitlab, azure-devops, markdown; with `=FILE`
    /// into a file. Several at once
    #[arg(long = "format", value_name = "FORMAT[=FILE]", default_value = "human")]
    pub formats: Vec<Format>,

    /// The lowest severity that counts for the exit status
    #[arg(long, value_enum, default_value = "error")]
    pub fail_on: FailOn,

    /// Whether what is undetermined counts for the exit status
    #[arg(long, value_enum, default_value = "fail")]
    pub undetermined: UndeterminedIs,

    /// Decide only this requirement. Repeatable
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,

    /// Decide only for this site. Repeatable
    #[arg(long, value_name = "NAME")]
    pub site: Vec<String>,

    /// A pack of requirements beside the built-in one. Repeatable
    #[arg(long = "pack", value_name = "FILE|DIR")]
    pub packs: Vec<PathBuf>,

    /// Service tags in Microsoft's published JSON format, instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub service_tags: Option<PathBuf>,

    /// Decide as if nothing were suppressed
    #[arg(long)]
    pub no_suppressions: bool,

    /// Let pass what this baseline knows; only what is new fails
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write what is violated or undetermined now as a baseline
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// List what is satisfied and not applicable too
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub kind: FormatKind,
    /// Standard output without one.
    pub file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatKind {
    Human,
    Json,
    Sarif,
    Junit,
    Github,
    Gitlab,
    AzureDevops,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UndeterminedIs {
    Fail,
    Ok,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let (kind, file) = match text.split_once('=') {
            Some((kind, file)) => (kind, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let names = FormatKind::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
        FormatKind::from_str(kind, false)
            .map(|kind| Format { kind, file })
            .map_err(|_| format!("there is no format `{kind}`; there are {}", names.join(", ")))
    }
}

#[must_use]
pub fn run(arguments: &CheckArguments) -> Status {
    let question = Question {
        only: arguments.only.clone(),
        sites: arguments.site.clone(),
        packs: arguments.packs.clone(),
        service_tags: arguments.service_tags.clone(),
        today: Some(today()),
        no_suppressions: arguments.no_suppressions,
    };
    // The process ends with the report: the system takes its memory back faster than we could.
    let mut made = ManuallyDrop::new(crate::check_and_keep(
        &arguments.input.inputs,
        &arguments.input.options(),
        &environment(),
        &question,
    ));
    let (report, sources, _) = &mut *made;
    if let Err(problem) = baseline(arguments, report) {
        complain(&problem);
        return Status::Unusable;
    }
    let quotable = secrets::covered(report, sources);
    for format in &arguments.formats {
        let delivered = deliver(format, report, &quotable, arguments.verbose)
            .and_then(|()| summarize(format, report, &quotable));
        if let Err(problem) = delivered {
            complain(&problem);
            return Status::Unusable;
        }
    }
    let fail_on = match arguments.fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
    };
    match report.status(fail_on, arguments.undetermined == UndeterminedIs::Ok) {
        finding::Status::Clear => Status::Clear,
        finding::Status::Violated => Status::Violated,
        finding::Status::Wrong => Status::Unusable,
        finding::Status::Undetermined => Status::Undetermined,
    }
}

/// Applies the baseline that is given, and writes the one that is asked for.
fn baseline(arguments: &CheckArguments, report: &mut Report) -> Result<(), String> {
    // What is written is what is found, whatever an older baseline lets pass.
    let found = Baseline::of(report);
    if let Some(path) = &arguments.baseline {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the baseline `{shown}` cannot be read: {error}\n"))?;
        let known =
            Baseline::from_json(&text).map_err(|problem| format!("`{shown}` is no baseline: {problem}\n"))?;
        known.apply(report, &shown);
    }
    match &arguments.write_baseline {
        Some(path) => write(Some(path), &found.to_json()),
        None => Ok(()),
    }
}

fn deliver(format: &Format, report: &Report, sources: &Sources, verbose: bool) -> Result<(), String> {
    let terminal = terminal();
    let style = Style {
        color: terminal.color && format.file.is_none(),
        width: terminal.width,
    };
    let text = match format.kind {
        FormatKind::Human => human::render(report, sources, style, verbose),
        FormatKind::Json => json::render(report, sources),
        FormatKind::Sarif => sarif::render(report, sources),
        FormatKind::Junit => junit::render(report, sources),
        FormatKind::Github => github::render(report, sources),
        FormatKind::Gitlab => gitlab::render(report, sources),
        FormatKind::AzureDevops => azure_devops::render(report, sources),
        FormatKind::Markdown => markdown::render(report, sources),
    };
    write(format.file.as_deref(), &text)
}

/// The formats of a pipeline put the Markdown report on the page of the run as well, where the
/// pipeline says how.
fn summarize(format: &Format, report: &Report, sources: &Sources) -> Result<(), String> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match format.kind {
        FormatKind::Github => match variable("GITHUB_STEP_SUMMARY") {
            Some(path) => append_file(Path::new(&path), &markdown::render(report, sources))
                .map_err(|error| format!("GITHUB_STEP_SUMMARY cannot be written: {error}\n")),
            None => Ok(()),
        },
        FormatKind::AzureDevops => match variable("AGENT_TEMPDIRECTORY") {
            Some(directory) => {
                let path = Path::new(&directory).join("clearway.md");
                write(Some(&path), &markdown::render(report, sources))?;
                let command = azure_devops::upload_summary(&path.to_string_lossy());
                write(None, &command)
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Writes a report whole: to its file, or to standard output.
///
/// # Errors
/// A sentence for the user, with its line end.
pub fn write(file: Option<&Path>, text: &str) -> Result<(), String> {
    match file {
        Some(file) => {
            write_file(file, text).map_err(|error| format!("{} cannot be written: {error}\n", file.display()))
        }
        None => print(text).map_err(|error| format!("standard output cannot be written: {error}\n")),
    }
}

/// The date by which suppressions run out; the one thing that the clock decides.
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}
