//! `clearway show`: what the tool sees.

use std::mem::ManuallyDrop;

use clap::{Args, ValueEnum};

use super::Status;
use super::inputs::{InputArguments, environment};
use super::output::{complain, print, stream, terminal};
use crate::evaluate::evaluation::Evaluation;
use crate::network::Declarations;
use crate::network::joins::joins;
use crate::network::service_tags::ServiceTags;
use crate::report::snippet::Style;
use crate::report::{diagnostics, secrets, show, summary};
use crate::source::{Diagnostic, Severity};

/// Show every resource instance as evaluated: what is unknown and why, and where it is written
#[derive(Debug, Args)]
pub struct ShowArguments {
    #[command(flatten)]
    pub input: InputArguments,

    /// For people or for machines (`clearway-show/1`)
    #[arg(long, value_enum, default_value = "human")]
    pub format: ShowFormat,

    /// Only how much there is, what is unknown and why, and what is not understood
    #[arg(long)]
    pub summary: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    Human,
    Json,
}

/// Errors in the input make the status [`Status::Unusable`]; what could be read is shown all the same.
#[must_use]
pub fn run(arguments: &ShowArguments) -> Status {
    // The process ends with what it shows: the system takes its memory back faster than we could.
    let mut sight = ManuallyDrop::new(crate::see(
        &arguments.input.inputs,
        &arguments.input.options(),
        &environment(),
    ));
    let terminal = terminal();
    let style = Style {
        color: terminal.color,
        width: terminal.width,
    };
    let evaluations: ManuallyDrop<Vec<Evaluation>> = ManuallyDrop::new(
        sight
            .evaluated
            .iter_mut()
            .map(|evaluated| std::mem::take(&mut evaluated.evaluation))
            .collect(),
    );
    let joins = joins(&evaluations);
    let written = match arguments.format {
        _ if arguments.summary => print(&summarised(&evaluations, &sight.diagnostics, arguments.format)),
        ShowFormat::Json => {
            stream(|out| show::write_json(out, &evaluations, &joins, &sight.diagnostics, &sight.sources))
        }
        ShowFormat::Human => {
            let told = evaluations.iter().flat_map(|evaluation| &evaluation.diagnostics);
            let quotable = secrets::covered_in(sight.diagnostics.iter().chain(told), &sight.sources);
            let problems = sight
                .diagnostics
                .iter()
                .map(|problem| diagnostics::draw(problem, &quotable, style));
            complain(&problems.collect::<String>());
            print(&show::render_human(&evaluations, &joins, &quotable, style))
        }
    };
    if let Err(error) = written {
        complain(&format!("standard output cannot be written: {error}\n"));
        return Status::Unusable;
    }
    let wrong = sight
        .diagnostics
        .iter()
        .chain(evaluations.iter().flat_map(|evaluation| &evaluation.diagnostics));
    if wrong
        .into_iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Status::Unusable;
    }
    Status::Clear
}

fn summarised(evaluations: &[Evaluation], reading: &[Diagnostic], format: ShowFormat) -> String {
    let network = crate::network::build(evaluations, &Declarations::default(), &ServiceTags::default());
    let summary = summary::of(evaluations, reading, &network.not_understood);
    match format {
        ShowFormat::Json => summary.json(),
        ShowFormat::Human => summary.human(),
    }
}
