//! Decides, before `terraform apply`, whether JetStream DR will be able to talk.
//!
//! This page is the programme: read, evaluate, model, build, decide; the sixth step, to report, is the
//! caller's. docs/architecture.md says what each stage may know.

pub mod cli;
pub mod config;
pub mod evaluate;
pub mod network;
pub mod paths;
pub mod prove;
pub mod report;
pub mod source;
pub mod traffic;

use std::path::PathBuf;

use config::{Environment, Input, Options};
use evaluate::door::evaluate_input;
use evaluate::evaluated::Evaluated;

use source::{Diagnostic, Sources};

/// What is asked of `check` beyond its inputs.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Requirement ids; empty: all.
    pub only: Vec<String>,
    /// Site labels; empty: all.
    pub sites: Vec<String>,
    /// Packs beside the built-in one: files or directories of files.
    pub packs: Vec<PathBuf>,
    /// Service tags in Microsoft's published format, instead of the built-in ones.
    pub service_tags: Option<PathBuf>,
}

/// What the inputs say, before anything is modelled.
pub struct Sight {
    pub inputs: Vec<Input>,
    /// One per input.
    pub evaluated: Vec<Evaluated>,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

/// Reads and evaluates.
#[must_use]
pub fn see(paths: &[PathBuf], options: &Options, environment: &Environment) -> Sight {
    let mut sources = Sources::default();
    let reading = config::read(paths, options, environment, &mut sources);
    let evaluated = reading
        .inputs
        .iter()
        .map(|input| evaluate_input(&input.content))
        .collect();
    Sight {
        inputs: reading.inputs,
        evaluated,
        diagnostics: reading.diagnostics,
        sources,
    }
}
