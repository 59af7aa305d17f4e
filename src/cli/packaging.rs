//! `clearway completions SHELL` and `clearway man`: for those who package it.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::{complain, finish};
use super::{Arguments, Status};

/// Print the completions of a shell
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    #[arg(value_enum)]
    pub shell: Shell,
}

#[must_use]
pub fn completions(arguments: &CompletionsArguments) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "clearway",
        &mut script,
    );
    finish(&String::from_utf8_lossy(&script))
}

/// The manual page of every command, one after the other, in roff.
#[must_use]
pub fn man() -> Status {
    let mut pages = Vec::new();
    let mut command = Arguments::command();
    command.build();
    let rendered = clap_mangen::Man::new(command.clone())
        .render(&mut pages)
        .and_then(|()| {
            command.get_subcommands().try_for_each(|subcommand| {
                let name = format!("clearway-{}", subcommand.get_name());
                clap_mangen::Man::new(subcommand.clone())
                    .title(name)
                    .render(&mut pages)
            })
        });
    match rendered {
        Ok(()) => finish(&String::from_utf8_lossy(&pages)),
        Err(error) => {
            complain(&format!("the manual cannot be written: {error}\n"));
            Status::Unusable
        }
    }
}
