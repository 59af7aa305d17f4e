//! `clearway rules`: the packs and their rows.

use clap::{Args, Subcommand, ValueEnum};

use super::Status;
use super::output::finish;
use crate::prove::pack::built_in;
use crate::report::explain;
use crate::source::Sources;

/// List or validate the packs of requirements
#[derive(Debug, Args)]
pub struct RulesArguments {
    #[command(subcommand)]
    pub command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the packs and their rows
    List {
        /// As lines, or as the page docs/requirements.md
        #[arg(long, value_enum, default_value = "human")]
        format: ListFormat,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Human,
    Markdown,
}

#[must_use]
pub fn run(arguments: &RulesArguments) -> Status {
    let (pack, _) = built_in(&mut Sources::default());
    let packs: Vec<_> = pack.into_iter().collect();
    let RulesCommand::List { format } = arguments.command;
    finish(&match format {
        ListFormat::Human => explain::list(&packs),
        ListFormat::Markdown => packs.iter().map(explain::page).collect(),
    })
}
