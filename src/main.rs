//! The binary: arguments in, exit status out.

use std::process::ExitCode;

use clap::Parser;

use clearway::cli::{self, Arguments};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let status = cli::run(&Arguments::parse());
    ExitCode::from(status as u8)
}
