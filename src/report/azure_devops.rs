//! Logging commands of Azure Pipelines: an issue per root cause, at its line.
//!
//! Source: Microsoft Learn, "Logging commands" of Azure Pipelines.

use std::fmt::Write as _;

use super::github::by_cause;
use super::notice::Level;
use crate::prove::finding::Report;
use crate::source::Sources;

/// The commands, a line each. The pipeline knows errors and warnings; what is undetermined is a warning.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let mut text = String::new();
    for notice in by_cause(report, sources) {
        let kind = match notice.level {
            Level::Error => "error",
            Level::Warning | Level::Note => "warning",
        };
        let mut properties = format!("type={kind};");
        if let Some(at) = &notice.at {
            let _ = write!(
                properties,
                "sourcepath={};linenumber={};columnnumber={};",
                escape(&at.file),
                at.line,
                at.column
            );
        }
        let _ = write!(properties, "code={};", escape(&notice.rule.id));
        let lines = notice.lines().join("\n");
        let _ = writeln!(
            text,
            "##vso[task.logissue {properties}]{}",
            escape(&format!("{}: {lines}", notice.title))
        );
    }
    text
}

/// The command that puts a Markdown file on the run's summary page.
#[must_use]
pub fn upload_summary(path: &str) -> String {
    format!("##vso[task.uploadsummary]{}\n", escape(path))
}

fn escape(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(']', "%5D")
        .replace(';', "%3B")
}
