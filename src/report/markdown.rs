//! Markdown for a comment on a pull request, or the summary page of a run: the count, a table of
//! what fails, and each root cause to fold out.

use std::fmt::Write as _;

use super::diagnostics::clean;
use super::github::by_cause;
use super::notice::{Level, Notice};
use super::place::At;
use super::snippet::{can_show, lines_of};
use super::wording::short_id;
use crate::prove::finding::{Proof, Report, Verdict};
use crate::source::{Place, Sources};

/// A comment that holds this line is ours: a pipeline finds it again and replaces it.
const MARK: &str = "<!-- clearway -->";

/// More lines of source than this are not quoted.
const MOST_LINES: usize = 12;

/// The comment. Whatever comes from the configuration is escaped: it can neither close a block nor
/// notify anybody.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let mut text = format!("{MARK}\n## {}\n\n{}\n\n", headline(report), count(report));
    if report.sites.is_empty() && report.diagnostics.is_empty() {
        text.push_str(
            "No site is in play: there is no private cloud and no site file, so nothing is proved.\n",
        );
        return text;
    }
    text.push_str(&table(report));
    for notice in by_cause(report, sources) {
        text.push_str(&section(&notice, sources));
    }
    text.push_str(&not_understood(report));
    text
}

fn headline(report: &Report) -> &'static str {
    let summary = report.summary();
    if report
        .diagnostics
        .iter()
        .any(|problem| problem.severity == crate::source::Severity::Error)
    {
        "JetStream DR: the configuration cannot be read whole"
    } else if summary.violated > 0 {
        "❌ JetStream DR will not be able to talk"
    } else if report.sites.is_empty() || summary.undetermined > 0 {
        "❔ JetStream DR: not everything is decided"
    } else {
        "✅ JetStream DR will be able to talk"
    }
}

fn count(report: &Report) -> String {
    let summary = report.summary();
    let mut text = format!(
        "**{}** satisfied, **{}** violated, **{}** undetermined, {} not applicable",
        summary.satisfied, summary.violated, summary.undetermined, summary.not_applicable
    );
    if summary.suppressed > 0 {
        let _ = write!(text, ", {} suppressed", summary.suppressed);
    }
    text
}

/// What is not satisfied: a row per requirement, in the order of the report.
fn table(report: &Report) -> String {
    let open: Vec<&Proof> = report
        .proofs
        .iter()
        .filter(|proof| matches!(proof.verdict, Verdict::Violated | Verdict::Undetermined))
        .collect();
    if open.is_empty() {
        return String::new();
    }
    let mut text = "| | requirement | site | what happens |\n|---|---|---|---|\n".to_owned();
    for proof in open {
        let sign = match (&proof.suppressed, proof.verdict) {
            (Some(_), _) => "suppressed",
            (None, Verdict::Violated) => "❌",
            (None, _) => "❔",
        };
        let _ = writeln!(
            text,
            "| {sign} | {} | {} | {} |",
            code(short_id(proof)),
            code(proof.site.as_deref().unwrap_or("–")),
            inline(&proof.summary)
        );
    }
    text.push('\n');
    text
}

fn section(notice: &Notice, sources: &Sources) -> String {
    let open = if notice.level == Level::Error { " open" } else { "" };
    let mut text = format!(
        "<details{open}><summary>{}</summary>\n\n{}\n\n",
        html(&notice.title),
        inline(&notice.message)
    );
    if let Some(at) = &notice.at {
        let _ = writeln!(text, "{}\n", code(&position(at)));
    }
    if let Some(quoted) = notice.place.and_then(|place| quote(place, sources)) {
        text.push_str(&quoted);
    }
    for call in &notice.calls {
        let _ = writeln!(text, "- called at {}", code(&position(call)));
    }
    for (name, fact) in &notice.facts {
        let _ = writeln!(text, "- {name}: {}", inline(fact));
    }
    if !notice.help.is_empty() {
        let _ = writeln!(text, "- **what to do**: {}", inline(&notice.help));
    }
    text.push_str("\n</details>\n\n");
    text
}

fn not_understood(report: &Report) -> String {
    let mut text = String::new();
    for entry in report.not_understood.iter().filter(|entry| entry.on_path) {
        let _ = writeln!(
            text,
            "- not read: {}: {}",
            code(&entry.address),
            inline(&entry.why)
        );
    }
    text
}

fn position(at: &At) -> String {
    match &at.pointer {
        Some(pointer) => format!("{}#{pointer}", at.file),
        None => format!("{}:{}", at.file, at.line),
    }
}

/// The lines of a place in a fence that they cannot close.
fn quote(place: Place, sources: &Sources) -> Option<String> {
    if !can_show(place, sources) {
        return None;
    }
    let quoted = lines_of(place, sources, MOST_LINES);
    let longest = quoted.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    Some(format!("{fence}hcl\n{}\n{fence}\n\n", clean(&quoted)))
}

/// Text of one line that Markdown and HTML take for text; what stands between backticks stays code.
fn inline(text: &str) -> String {
    let text = clean(text).replace('\n', " ");
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks: a name from the configuration holds one, and nothing is code.
    if parts.len().is_multiple_of(2) {
        return escape(&text);
    }
    let is_code = |index: usize| index % 2 == 1;
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| if is_code(index) { code(part) } else { escape(part) })
        .collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // Neither a mention nor a reference to an issue.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '`' | '*' | '_' | '[' | ']' | '|' | '\\' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Text inside an HTML element, where Markdown means nothing.
fn html(text: &str) -> String {
    clean(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('@', "&#64;")
        .replace('\n', " ")
}

/// A name as code. What could end it, or be taken for markup where code is not
/// understood, makes it plain text.
fn code(text: &str) -> String {
    if text.contains(['`', '|', '\n', '<', '>']) || text.trim().is_empty() {
        escape(&clean(text).replace('\n', " "))
    } else {
        format!("`{}`", clean(text))
    }
}
