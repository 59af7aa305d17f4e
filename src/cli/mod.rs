//! The doors: one file per subcommand, each turning arguments into calls of the library and a report
//! into an exit status.
//!
//! Only this room reads the environment, the working directory and the terminal.

pub mod check;
pub mod explain;
pub mod inputs;
pub mod output;
pub mod packaging;
pub mod rules;
pub mod show;
pub mod trace;

use clap::{Parser, Subcommand};

/// Decides, before `terraform apply`, whether JetStream DR will be able to talk.
///
/// Reads Terraform for Azure VMware Solution and Azure networking (a directory, a plan, a state), and
/// decides every port requirement of JetStream DR on every hop: satisfied, violated (the blocked
/// packets, the line that blocks them, the fix) or undetermined (the unknown, by name). Works offline;
/// needs neither credentials nor a terraform binary.
#[derive(Debug, Parser)]
#[command(name = "clearway", version, max_term_width = 100, after_help = EXIT_STATUS)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide every requirement
    Check(check::CheckArguments),
    /// Follow one flow through the network, hop by hop
    Trace(trace::TraceArguments),
    /// Show every resource instance as evaluated: what is unknown and why, and where it is written
    Show(show::ShowArguments),
    /// Explain a requirement: what it asks, why, and how it is usually broken
    Explain(explain::ExplainArguments),
    /// List or validate the packs of requirements
    Rules(rules::RulesArguments),
    /// Print the completions of a shell
    Completions(packaging::CompletionsArguments),
    /// Print the manual page, in roff
    Man,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  nothing at or above --fail-on is violated or undetermined
  1  something at or above it is violated
  2  the input, an option, the site file or a pack is wrong or unreadable
  3  nothing at or above it is violated, something is undetermined (--undetermined ok makes this 0)";

/// How a run ended; the number is the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Clear = 0,
    Violated = 1,
    Unusable = 2,
    Undetermined = 3,
}

/// Runs the command line and says how it ended.
#[must_use]
pub fn run(arguments: &Arguments) -> Status {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Trace(arguments) => trace::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Completions(arguments) => packaging::completions(arguments),
        Command::Man => packaging::man(),
    }
}
