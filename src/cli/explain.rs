//! `clearway explain ID`: a requirement in words.

use clap::Args;

use super::Status;
use super::output::{complain, finish, terminal};
use crate::prove::pack::built_in;
use crate::prove::suggest;
use crate::report::explain;
use crate::report::snippet::Style;
use crate::source::Sources;

/// Explain a requirement: what it asks, why, where the vendor says so, and how it is usually broken
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// `msa-to-storage`, or with its pack: `jetstream-dr/msa-to-storage`
    pub id: String,
}

#[must_use]
pub fn run(arguments: &ExplainArguments) -> Status {
    let (pack, _) = built_in(&mut Sources::default());
    let rows = pack.iter().flat_map(|pack| pack.requirements.iter());
    let wanted = arguments.id.as_str();
    let found = rows
        .clone()
        .find(|row| &*row.id == wanted || row.id.rsplit('/').next() == Some(wanted));
    let Some(row) = found else {
        let ids: Vec<&str> = rows.filter_map(|row| row.id.rsplit('/').next()).collect();
        complain(&format!(
            "there is no requirement `{wanted}`\n  help: {}\n",
            suggest::help(wanted, &ids)
        ));
        return Status::Unusable;
    };
    let terminal = terminal();
    finish(&explain::render(
        row,
        Style {
            color: terminal.color,
            width: terminal.width,
        },
    ))
}
