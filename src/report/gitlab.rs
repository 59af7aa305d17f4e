//! The code quality report of GitLab: an entry per requirement that asks for attention.
//!
//! Source: GitLab Docs, "Code Quality", report format.

use serde::Serialize;

use super::notice::{Level, Notice, notices};
use crate::prove::finding::{Report, Verdict};
use crate::prove::fingerprint::of_words;
use crate::source::Sources;

/// The report as JSON text, with a final newline. What is suppressed is left out: the format has no
/// word for it.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let input = report.inputs.first().map_or(".", |input| &input.path);
    let entries: Vec<Entry> = notices(report, sources)
        .iter()
        .filter(|notice| notice.suppressed.is_none())
        .map(|notice| entry(notice, input))
        .collect();
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Debug, Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn entry(notice: &Notice, input: &str) -> Entry {
    Entry {
        description: format!("{}: {}", notice.title, notice.lines().join("; ")),
        check_name: notice.rule.id.clone(),
        // GitLab takes two entries with one fingerprint for one.
        fingerprint: of_words(&[&notice.fingerprint, &notice.title]),
        severity: match (notice.level, notice.verdict) {
            (Level::Error, Some(Verdict::Violated)) => "critical",
            (Level::Error, _) => "major",
            (Level::Warning, _) => "minor",
            (Level::Note, _) => "info",
        },
        location: match &notice.at {
            Some(at) => Location {
                path: at.file.clone(),
                lines: Lines {
                    begin: at.line,
                    end: at.end_line,
                },
            },
            None => Location {
                path: input.to_owned(),
                lines: Lines { begin: 1, end: 1 },
            },
        },
    }
}
