//! Places as reports show them: file, lines and columns; in a JSON file bytes and a pointer as well.

use serde::Serialize;

use crate::config::plan::json::pointer_in;
use crate::source::{Place, Sources, Syntax};

/// `at` of the JSON report. Lines and columns count from 1, the end is exclusive.
#[derive(Debug, Serialize)]
pub struct At {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_start: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_end: Option<u32>,
    /// JSON pointer (RFC 6901) of the value in a plan or state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

#[must_use]
pub fn at(place: Place, sources: &Sources) -> At {
    let (start, end) = sources.positions(place);
    let json = sources
        .get(place.source)
        .filter(|source| source.syntax == Syntax::Json);
    At {
        file: sources.path(place).to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        byte_start: json.map(|_| place.start),
        byte_end: json.map(|_| place.end),
        pointer: json.map(|source| pointer_in(source, place)),
    }
}

/// `main.tf:20:3`, or `plan.json#/resource_changes/3/change/after/name`.
#[must_use]
pub fn place_text(place: Place, sources: &Sources) -> String {
    let at = at(place, sources);
    match at.pointer {
        // What is not even JSON has lines, but nothing to point into.
        Some(pointer) if pointer.is_empty() && at.byte_start != Some(0) => {
            format!("{}:{}:{}", at.file, at.line, at.column)
        }
        Some(pointer) if pointer.is_empty() => at.file,
        Some(pointer) => format!("{}#{pointer}", at.file),
        None => format!("{}:{}:{}", at.file, at.line, at.column),
    }
}
