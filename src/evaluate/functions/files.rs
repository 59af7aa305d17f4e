//! Functions that read files, through the bounded reader only, and functions of paths.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use super::hashing::{base64_of, hex_of};
use crate::config::files::{Files, Refusal, clean};
use crate::evaluate::values::sets::set_of;
use crate::evaluate::values::value::{Symbol, Type, Value};

fn files<'a>(call: &Call<'a>) -> Result<&'a Files, FunctionError> {
    call.context
        .files
        .ok_or_else(|| FunctionError::new("files cannot be read here"))
}

fn refused(call: &Call<'_>, refusal: &Refusal) -> FunctionError {
    if call.argument(0).marks.sensitive {
        return blamed(call, refusal.to_string());
    }
    blamed(call, format!("cannot read `{}`: {refusal}", call.text(0)))
}

/// Digests and `fileexists` report at the call, the others at the path.
fn blamed(call: &Call<'_>, message: String) -> FunctionError {
    if matches!(call.by, "file" | "filebase64") {
        FunctionError::at(0, message)
    } else {
        FunctionError::new(message)
    }
}

/// A file's bytes; `None` while its path is unknown.
fn bytes(call: &Call<'_>) -> Result<Option<Vec<u8>>, FunctionError> {
    if !call.argument(0).is_known() || is_at_home(call.text(0)) {
        return Ok(None);
    }
    match files(call)?.read(call.text(0)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(refusal) => Err(refused(call, &refusal)),
    }
}

/// Whether a path begins with `~`: the home directory belongs to whoever runs Terraform.
fn is_at_home(path: &str) -> bool {
    path == "~" || path.starts_with("~/")
}

/// What depends on a file in somebody's home directory.
fn of_home(call: &Call<'_>, of: Type) -> Value {
    let by = format!("{}(\"{}\")", call.by, call.text(0));
    crate::evaluate::language::operate::certainly_not_null(Value::unknown(of, Symbol::Impure(by.into())))
}

/// Applies `read` to a file's bytes.
fn read(call: &Call<'_>, read: impl FnOnce(&[u8]) -> Outcome) -> Outcome {
    let marks = call.argument(0).marks;
    match bytes(call)? {
        Some(bytes) => Ok(read(&bytes)?.with_marks(marks)),
        None if call.argument(0).is_known() => Ok(of_home(call, Type::String).with_marks(marks)),
        None => Ok(call.unknown(Type::String).with_marks(marks)),
    }
}

pub(super) fn file(call: &Call<'_>) -> Outcome {
    read(call, |bytes| match std::str::from_utf8(bytes) {
        Ok(content) => Ok(text(content)),
        Err(_) => Err(FunctionError::new(
            "the file is not text in UTF-8; `filebase64` reads any file",
        )),
    })
}

pub(super) fn filebase64(call: &Call<'_>) -> Outcome {
    read(call, |bytes| Ok(Value::string(STANDARD.encode(bytes))))
}

fn digest<D: Digest>(call: &Call<'_>) -> Outcome {
    read(call, |bytes| Ok(hex_of::<D>(bytes)))
}

pub(super) fn filemd5(call: &Call<'_>) -> Outcome {
    digest::<Md5>(call)
}

pub(super) fn filesha1(call: &Call<'_>) -> Outcome {
    digest::<Sha1>(call)
}

pub(super) fn filesha256(call: &Call<'_>) -> Outcome {
    digest::<Sha256>(call)
}

pub(super) fn filesha512(call: &Call<'_>) -> Outcome {
    digest::<Sha512>(call)
}

pub(super) fn filebase64sha256(call: &Call<'_>) -> Outcome {
    read(call, |bytes| Ok(base64_of::<Sha256>(bytes)))
}

pub(super) fn filebase64sha512(call: &Call<'_>) -> Outcome {
    read(call, |bytes| Ok(base64_of::<Sha512>(bytes)))
}

pub(super) fn fileexists(call: &Call<'_>) -> Outcome {
    let marks = call.argument(0).marks;
    if !call.argument(0).is_known() {
        return Ok(call.unknown(Type::Bool).with_marks(marks));
    }
    if is_at_home(call.text(0)) {
        return Ok(of_home(call, Type::Bool).with_marks(marks));
    }
    match files(call)?.exists(call.text(0)) {
        Ok(exists) => Ok(Value::bool(exists).with_marks(marks)),
        Err(refusal) => Err(refused(call, &refusal)),
    }
}

/// The files below a directory whose relative path matches a pattern.
pub(super) fn fileset(call: &Call<'_>) -> Outcome {
    let marks = call.argument(0).marks.and(call.argument(1).marks);
    if !call.argument(0).is_known() || !call.argument(1).is_known() {
        let of = Type::Set(std::sync::Arc::new(Type::String));
        return Ok(call.unknown(of).with_marks(marks));
    }
    let pattern = glob(call.text(1)).ok_or_else(|| FunctionError::about(1, "the pattern is not valid"))?;
    let found = match files(call)?.list(call.text(0)) {
        Ok(found) => found,
        // Terraform finds nothing in a directory that does not exist.
        Err(Refusal::Missing) => Vec::new(),
        Err(refusal) => return Err(refused(call, &refusal)),
    };
    let matching = found
        .iter()
        .filter(|path| pattern.is_match(path))
        .map(|path| text(path))
        .collect();
    Ok(set_of(Type::String, matching).with_marks(marks))
}

/// A glob as a regular expression: `*`, `?`, `[…]`, `{a,b}` within a name, `**` across folders.
fn glob(pattern: &str) -> Option<regex::Regex> {
    let mut out = String::from("^(?s:");
    let mut characters = pattern.chars().peekable();
    let mut braces = 0;
    while let Some(character) = characters.next() {
        match character {
            '*' if characters.peek() == Some(&'*') => {
                characters.next();
                if characters.peek() == Some(&'/') {
                    characters.next();
                    out.push_str("(?:[^/]*/)*");
                } else {
                    out.push_str(".*");
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                braces += 1;
                out.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                out.push(')');
            }
            ',' if braces > 0 => out.push('|'),
            '[' => {
                out.push('[');
                if matches!(characters.peek(), Some('^' | '!')) {
                    characters.next();
                    out.push('^');
                }
                let mut closed = false;
                while let Some(inner) = characters.next() {
                    match inner {
                        ']' => {
                            closed = true;
                            break;
                        }
                        '\\' => out.push_str(&regex::escape(&characters.next()?.to_string())),
                        '-' => out.push('-'),
                        _ => out.push_str(&regex::escape(&inner.to_string())),
                    }
                }
                if !closed {
                    return None;
                }
                out.push(']');
            }
            '\\' => out.push_str(&regex::escape(&characters.next()?.to_string())),
            _ => out.push_str(&regex::escape(&character.to_string())),
        }
    }
    out.push_str(")$");
    regex::Regex::new(&out).ok().filter(|_| braces == 0)
}

/// Relative paths count from the working directory, which is where the root module is taken to be.
pub(super) fn abspath(call: &Call<'_>) -> Outcome {
    let path = std::path::Path::new(call.text(0));
    let absolute = match call.context.files {
        _ if path.is_absolute() => clean(path),
        Some(files) => clean(&files.base.join(path)),
        None => return Ok(call.unknown(Type::String)),
    };
    Ok(text(&absolute.to_string_lossy()))
}

/// The home directory belongs to whoever runs Terraform, so `~` leads to an unknown place.
pub(super) fn pathexpand(call: &Call<'_>) -> Outcome {
    if call.text(0).starts_with('~') {
        let unknown = Value::unknown(Type::String, Symbol::Impure(call.by.into()));
        return Ok(crate::evaluate::language::operate::certainly_not_null(unknown));
    }
    Ok(call.argument(0).clone())
}

pub(super) fn basename(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    let trimmed = path.trim_end_matches('/');
    let name = match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        (_, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    Ok(text(name))
}

pub(super) fn dirname(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    let Some(slash) = path.rfind('/') else {
        return Ok(Value::string("."));
    };
    let directory = path.get(..=slash).unwrap_or("");
    let cleaned: PathBuf = clean(std::path::Path::new(directory));
    let cleaned = cleaned.to_string_lossy();
    Ok(text(if cleaned.is_empty() { "." } else { &cleaned }))
}
