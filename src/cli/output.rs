//! Writing what a command says: standard output and files, whole or not at all.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::Path;

/// How much is written at once.
const BUFFER: usize = 64 << 10;

/// Writes to standard output. A reader that went away (`| head`) is no fault.
///
/// # Errors
/// What the system says when standard output cannot be written.
pub fn print(text: &str) -> io::Result<()> {
    stream(|out| out.write_all(text.as_bytes()))
}

/// [`print()`] for what is written while it is made.
///
/// # Errors
/// What `write` meets, or the system says, when standard output cannot be written.
pub fn stream(write: impl FnOnce(&mut BufWriter<StdoutLock>) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints what a command had to say, and ends it.
#[must_use]
pub fn finish(text: &str) -> super::Status {
    match print(text) {
        Ok(()) => super::Status::Clear,
        Err(error) => {
            complain(&format!("standard output cannot be written: {error}\n"));
            super::Status::Unusable
        }
    }
}

/// Writes to standard error; that nobody reads it is no fault.
pub fn complain(text: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a file whole: to a temporary name beside it first, so that an interrupted run leaves no
/// half-written report.
///
/// # Errors
/// What the system says when the file cannot be written.
pub fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(name);
    let written = fs::write(&partial, text).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Adds to the end of a file that others write to as well.
///
/// # Errors
/// What the system says when the file cannot be written.
pub fn append_file(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Whether to colour standard output, and how wide it is.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    pub color: bool,
    pub width: usize,
}

/// Colour and width of standard output, by `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `COLUMNS`.
#[must_use]
pub fn terminal() -> Terminal {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let refused = variable("NO_COLOR").is_some() || variable("CLICOLOR").is_some_and(|value| value == "0");
    let columns = variable("COLUMNS").and_then(|text| text.to_string_lossy().parse().ok());
    Terminal {
        color: forced || (io::stdout().is_terminal() && !refused),
        width: columns.unwrap_or(100).clamp(40, 200),
    }
}
