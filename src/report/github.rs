//! Workflow commands of GitHub Actions: an annotation per root cause, at its line.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions".

use std::fmt::Write as _;

use super::notice::{Level, Notice, of_cause, of_diagnostic, of_finding};
use super::root_cause::root_causes;
use crate::prove::finding::{Report, Verdict};
use crate::source::Sources;

/// The commands, a line each. Nothing a configuration says can begin a command of its own: line ends
/// are encoded everywhere.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let mut text = String::new();
    for notice in by_cause(report, sources) {
        let command = match notice.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(at) = &notice.at {
            properties.push(format!("file={}", property(&at.file)));
            properties.push(format!("line={}", at.line));
            properties.push(format!("endLine={}", at.end_line));
            // Columns mean something to GitHub only within one line.
            if at.line == at.end_line {
                properties.push(format!("col={}", at.column));
                properties.push(format!("endColumn={}", at.end_column));
            }
        }
        properties.push(format!("title={}", property(&notice.title)));
        let _ = writeln!(
            text,
            "::{command} {}::{}",
            properties.join(","),
            data(&notice.lines().join("\n"))
        );
    }
    text
}

/// What pipelines are told a line each: root causes instead of requirements, and what is suppressed
/// not at all.
#[must_use]
pub fn by_cause(report: &Report, sources: &Sources) -> Vec<Notice> {
    let diagnostics = report.diagnostics.iter().map(|one| of_diagnostic(one, sources));
    let findings = report.findings.iter().map(|one| of_finding(one, sources));
    let causes = [Verdict::Violated, Verdict::Undetermined]
        .into_iter()
        .flat_map(|verdict| root_causes(&report.proofs, verdict))
        .filter_map(|cause| of_cause(&cause, sources));
    diagnostics.chain(findings).chain(causes).collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
