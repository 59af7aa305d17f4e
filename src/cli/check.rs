//! `clearway check`: decide every requirement.

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::Status;
use super::inputs::{InputArguments, environment};
use super::output::{complain, print, terminal, write_file};
use crate::Question;
use crate::prove::finding::{self, Report};
use crate::report::snippet::Style;
use crate::report::{human, json};
use crate::source::{Severity, Sources};

/// Decide every requirement
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub input: InputArguments,

    /// How to report: `human`, `json`; with `=FILE` into a file. Several at once
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
    };
    // The process ends with the report: the system takes its memory back faster than we could.
    let made = ManuallyDrop::new(crate::check_and_keep(
        &arguments.input.inputs,
        &arguments.input.options(),
        &environment(),
        &question,
    ));
    let (report, sources, _) = &*made;
    for format in &arguments.formats {
        if let Err(problem) = deliver(format, report, sources, arguments.verbose) {
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

fn deliver(format: &Format, report: &Report, sources: &Sources, verbose: bool) -> Result<(), String> {
    let terminal = terminal();
    let style = Style {
        color: terminal.color && format.file.is_none(),
        width: terminal.width,
    };
    let text = match format.kind {
        FormatKind::Human => human::render(report, sources, style, verbose),
        FormatKind::Json => json::render(report, sources),
    };
    match &format.file {
        Some(file) => write_file(file, &text)
            .map_err(|error| format!("{} cannot be written: {error}\n", file.display())),
        None => print(&text).map_err(|error| format!("standard output cannot be written: {error}\n")),
    }
}

/// The date by which suppressions run out; the one thing that the clock decides.
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}
