//! The report for people: what fails first, each cause once, with the line, the way there, and what
//! to write; then what is open, then the count.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use miette::Severity as Level;

use super::diagnostics::{self, clean, field};
use super::place::place_text;
use super::root_cause::{RootCause, deciding_flow, root_causes};
use super::snippet::{Snippet, Style, can_show};
use super::wording::{asked_by, blocked_line, name, names_line, path_line, short_id};
use crate::prove::finding::{Finding, Proof, Report, Verdict};
use crate::source::{Place, Severity, Sources};

/// Of more unknowns than this the rest is in the JSON report.
const MOST_UNKNOWNS: usize = 5;

const NO_SITE: &str =
    "no site is in play: there is no private cloud and no site file, so nothing is proved\n";

/// The whole report. `verbose` lists what is satisfied and not applicable too.
#[must_use]
pub fn render(report: &Report, sources: &Sources, style: Style, verbose: bool) -> String {
    let mut text = String::new();
    for diagnostic in &report.diagnostics {
        text.push_str(&diagnostics::draw(diagnostic, sources, style));
    }
    for finding in &report.findings {
        text.push_str(&draw_finding(finding, sources, style));
    }
    for verdict in [Verdict::Violated, Verdict::Undetermined] {
        let mut causes = root_causes(&report.proofs, verdict);
        causes.sort_by_key(|cause| {
            cause
                .proofs
                .first()
                .map(|proof| std::cmp::Reverse(proof.severity))
        });
        for cause in causes {
            text.push_str(&draw_cause(&cause, sources, style));
        }
    }
    text.push_str(&not_understood(report, sources, style));
    if verbose {
        text.push_str(&listing(report, style));
    }
    text.push_str(&closing(report, style));
    text
}

fn draw_cause(cause: &RootCause<'_>, sources: &Sources, style: Style) -> String {
    let Some(proof) = cause.proofs.first() else {
        return String::new();
    };
    let snippet = Snippet {
        severity: level(proof),
        code: Some(heading(cause, proof)),
        message: clean(&proof.summary),
        label: label(cause),
        at: cause.written.at,
        also: related(cause),
        sources,
    };
    let mut text = snippet.draw(style);
    if !cause.written.at.is_some_and(|place| can_show(place, sources)) {
        let place = cause
            .written
            .at
            .map(|place| format!(" at {}", place_text(place, sources)));
        text.push_str(&field(
            "where",
            &format!("{}{}", cause.place, place.unwrap_or_default()),
            style,
        ));
        text.push_str(&field("because", &cause.because, style));
    }
    if !cause.written.calls.is_empty() {
        text.push_str(&field("called", &calls_line(cause, sources), style));
    }
    if let Some(flow) = deciding_flow(proof) {
        if let Some(names) = names_line(flow) {
            text.push_str(&field("name", &names, style));
        }
        text.push_str(&field("path", &path_line(flow), style));
        if !flow.blocked.is_empty() {
            text.push_str(&field("blocked", &blocked_line(&flow.blocked), style));
        }
    }
    text.push_str(&unknowns(cause, proof, style));
    text.push_str(&field("asked by", &asked_by(proof), style));
    if let [_, others @ ..] = &*cause.proofs
        && !others.is_empty()
    {
        text.push_str(&field("likewise", &likewise(proof, others), style));
    }
    if !proof.assumptions.is_empty() {
        text.push_str(&field("assuming", &codes([*proof]).join(", "), style));
    }
    // What decides an unknown stands beside it already.
    if !proof.help.is_empty() && proof.verdict == Verdict::Violated {
        text.push_str(&field("help", &proof.help, style));
    }
    text.push('\n');
    text
}

fn level(proof: &Proof) -> Level {
    match (proof.verdict, proof.severity) {
        (Verdict::Violated, Severity::Error) => Level::Error,
        (Verdict::Violated, Severity::Warning) => Level::Warning,
        _ => Level::Advice,
    }
}

fn heading(cause: &RootCause<'_>, proof: &Proof) -> String {
    let word = proof.verdict.word();
    match cause.proofs.len() {
        1 => format!("{word}: {}", name(proof)),
        count => format!("{word}: {} and {} more", name(proof), count - 1),
    }
}

/// What the snippet says at its mark: the cause, unless it is long; the message has it whole.
fn label(cause: &RootCause<'_>) -> String {
    const LONGEST: usize = 72;
    if cause.because.chars().count() <= LONGEST {
        clean(&cause.because)
    } else {
        "here".to_owned()
    }
}

/// What is not known and what would decide it. A single unknown that the snippet's label names is not
/// said twice.
fn unknowns(cause: &RootCause<'_>, proof: &Proof, style: Style) -> String {
    let said = match &*proof.unknowns {
        [only] => proof.summary.contains(&*only.what) && label(cause).contains(&*only.decided_by),
        _ => false,
    };
    if said || proof.verdict != Verdict::Undetermined {
        return String::new();
    }
    let lines = proof.unknowns.iter().take(MOST_UNKNOWNS);
    let mut text: String = lines
        .map(|doubt| field("unknown", &format!("{}: {}", doubt.what, doubt.decided_by), style))
        .collect();
    if proof.unknowns.len() > MOST_UNKNOWNS {
        let more = format!("and {} more", proof.unknowns.len() - MOST_UNKNOWNS);
        text.push_str(&field("", &more, style));
    }
    text
}

/// The other requirements of one cause; their site only where it is another.
fn likewise(first: &Proof, others: &[&Proof]) -> String {
    let short = |other: &&Proof| match other.site == first.site {
        true => short_id(other).to_owned(),
        false => name(other),
    };
    others.iter().map(short).collect::<Vec<_>>().join(", ")
}

/// The elements that the deciding value came from.
fn related(cause: &RootCause<'_>) -> Vec<(Place, String)> {
    cause
        .written
        .related
        .iter()
        .map(|place| (*place, "this has a part in it".to_owned()))
        .collect()
}

/// `main.tf:13:1 module "hub"`, outermost first.
fn calls_line(cause: &RootCause<'_>, sources: &Sources) -> String {
    let call = |place: &Place| {
        let header = sources
            .text(*place)
            .lines()
            .next()
            .unwrap_or("")
            .trim_end_matches('{')
            .trim();
        format!("{header} ({})", place_text(*place, sources))
    };
    cause
        .written
        .calls
        .iter()
        .map(call)
        .collect::<Vec<_>>()
        .join(" → ")
}

fn draw_finding(finding: &Finding, sources: &Sources, style: Style) -> String {
    let snippet = Snippet {
        severity: if finding.severity == Severity::Error {
            Level::Error
        } else {
            Level::Warning
        },
        code: Some(finding.id.to_string()),
        message: clean(&finding.summary),
        label: "here".to_owned(),
        at: finding.written.at,
        also: finding
            .written
            .related
            .iter()
            .map(|place| (*place, "and here".to_owned()))
            .collect(),
        sources,
    };
    let mut text = snippet.draw(style);
    text.push_str(&field("help", &finding.help, style));
    text.push('\n');
    text
}

fn not_understood(report: &Report, sources: &Sources, style: Style) -> String {
    let mut text = String::new();
    for entry in report.not_understood.iter().filter(|entry| entry.on_path) {
        let place = entry
            .written
            .at
            .map(|place| format!(" ({})", place_text(place, sources)));
        let line = format!("{}{}: {}", entry.address, place.unwrap_or_default(), entry.why);
        text.push_str(&field("not read", &line, style));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The codes of the assumptions that proofs rest on, each once.
fn codes<'a>(proofs: impl IntoIterator<Item = &'a Proof>) -> Vec<&'static str> {
    let assumptions = proofs.into_iter().flat_map(|proof| &proof.assumptions);
    let codes: BTreeSet<&'static str> = assumptions.map(|assumption| assumption.code).collect();
    codes.into_iter().collect()
}

/// Every requirement on a line.
fn listing(report: &Report, style: Style) -> String {
    let mut text = String::new();
    for proof in &report.proofs {
        let mut line = format!("{}: {}", name(proof), clean(&proof.summary));
        if !proof.assumptions.is_empty() {
            let _ = write!(line, " [assuming {}]", codes([proof]).join(", "));
        }
        let word = match proof.verdict {
            Verdict::Satisfied => "ok",
            Verdict::Violated => "FAILS",
            Verdict::Undetermined => "open",
            Verdict::NotApplicable => "-",
        };
        text.push_str(&field(word, &line, style));
    }
    text.push('\n');
    text
}

fn closing(report: &Report, style: Style) -> String {
    let mut text = String::new();
    let wrong = report
        .diagnostics
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    if report.sites.is_empty() {
        // Where the input is wrong, that no site is in it tells nothing more.
        if !wrong {
            text.push_str(NO_SITE);
            let help = "give the directory or plan that holds the private cloud, or write a clearway.hcl";
            text.push_str(&field("help", help, style));
        }
        return text;
    }
    if wrong && report.proofs.is_empty() {
        return text;
    }
    if wrong {
        text.push_str("the input has errors: what follows rests on the rest of it\n");
    }
    let summary = report.summary();
    let _ = write!(
        text,
        "{} satisfied, {} violated, {} undetermined, {} not applicable",
        summary.satisfied, summary.violated, summary.undetermined, summary.not_applicable
    );
    if summary.suppressed > 0 {
        let _ = write!(text, ", {} suppressed", summary.suppressed);
    }
    text.push('\n');
    let satisfied = report
        .proofs
        .iter()
        .filter(|proof| proof.verdict == Verdict::Satisfied);
    let assumed = codes(satisfied);
    if !assumed.is_empty() {
        text.push_str(&format!("satisfied under assumptions: {}\n", assumed.join(", ")));
        text.push_str(
            "(each has a line in clearway.hcl that confirms or changes it; --verbose says where it counts)\n",
        );
    }
    text
}
