//! What a machine is to be told, one notice for each thing that asks for attention: the common ground
//! of the formats that pipelines read. A notice is made here once; a format only translates it.

use super::place::{At, at};
use super::root_cause::{RootCause, cause_of, deciding_flow};
use super::wording::{asked_by, blocked_line, name, names_line, path_line, step};
use crate::network::model::{Doubt, Written};
use crate::paths::Hop;
use crate::prove::finding::{Finding, Proof, Report, Suppression, Verdict};
use crate::source::{Diagnostic, Place, Severity, Sources};

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not decided, and of no weight for the exit status.
    Note,
    Warning,
    Error,
}

/// One thing to be told.
#[derive(Debug)]
pub struct Notice {
    pub rule: Rule,
    pub level: Level,
    /// `None` for what is no requirement.
    pub verdict: Option<Verdict>,
    /// The site of a requirement.
    pub site: Option<String>,
    /// A heading: `violated: drva-to-storage (recovery)`.
    pub title: String,
    /// One sentence.
    pub message: String,
    /// Named facts under it, in order: the path, what is blocked, what is not known.
    pub facts: Vec<(&'static str, String)>,
    pub help: String,
    /// Where it is decided.
    pub at: Option<At>,
    /// The bytes of that place, for formats that quote them.
    pub place: Option<Place>,
    /// The module calls that lead to it, outermost first.
    pub calls: Vec<At>,
    /// Further places that have a part in it.
    pub related: Vec<At>,
    /// The hops of the deciding flow.
    pub steps: Vec<Step>,
    pub fingerprint: String,
    pub suppressed: Option<Suppressed>,
}

/// What a notice is an instance of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `jetstream-dr/drva-to-storage`, `clearway/duplicate-priority`.
    pub id: String,
    pub title: String,
    /// The page that asks for it; empty where nobody but Terraform or Azure does.
    pub address: String,
}

/// A hop of a flow.
#[derive(Debug)]
pub struct Step {
    pub text: String,
    pub at: Option<At>,
}

/// Somebody has decided to live without it.
#[derive(Debug)]
pub struct Suppressed {
    pub reason: String,
    pub at: Option<At>,
}

/// Everything that asks for attention: problems of the input first, then findings, then violated and
/// undetermined requirements in the order of the report. Suppressed ones are among them.
#[must_use]
pub fn notices(report: &Report, sources: &Sources) -> Vec<Notice> {
    let diagnostics = report.diagnostics.iter().map(|one| of_diagnostic(one, sources));
    let findings = report.findings.iter().map(|one| of_finding(one, sources));
    let proofs = [Verdict::Violated, Verdict::Undetermined]
        .into_iter()
        .flat_map(|verdict| {
            report
                .proofs
                .iter()
                .filter(move |proof| proof.verdict == verdict)
                .map(|proof| of_proof(proof, sources))
        });
    diagnostics.chain(findings).chain(proofs).collect()
}

/// The notice of one root cause: that of its first requirement, which names the others.
#[must_use]
pub fn of_cause(cause: &RootCause<'_>, sources: &Sources) -> Option<Notice> {
    let (first, others) = cause.proofs.split_first()?;
    let mut notice = of_proof(first, sources);
    if !others.is_empty() {
        notice.title = format!("{} and {} more", notice.title, others.len());
        let names: Vec<String> = others.iter().map(|proof| name(proof)).collect();
        notice.facts.push(("likewise", names.join(", ")));
    }
    Some(notice)
}

#[must_use]
pub fn of_diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Notice {
    let written = Written {
        at: diagnostic.at,
        calls: diagnostic.calls.clone().into(),
        ..Written::default()
    };
    let mut notice = apart(
        diagnostic.code,
        diagnostic.severity,
        &diagnostic.summary,
        &written,
        sources,
    );
    if !diagnostic.detail.is_empty() {
        notice.facts.push(("why", diagnostic.detail.clone()));
    }
    notice.help = diagnostic.help.clone().unwrap_or_default();
    notice
}

#[must_use]
pub fn of_finding(finding: &Finding, sources: &Sources) -> Notice {
    let mut notice = apart(
        &finding.id,
        finding.severity,
        &finding.summary,
        &finding.written,
        sources,
    );
    notice.help.clone_from(&finding.help);
    notice
}

/// What is wrong apart from any requirement.
fn apart(code: &str, severity: Severity, summary: &str, written: &Written, sources: &Sources) -> Notice {
    let at = written.at.map(|place| at(place, sources));
    let id = format!("clearway/{code}");
    let file = at.as_ref().map(|at| at.file.as_str()).unwrap_or_default();
    Notice {
        fingerprint: crate::prove::fingerprint::of_words(&[&id, file, summary]),
        rule: Rule {
            title: code.replace('-', " "),
            id,
            address: String::new(),
        },
        level: level(severity),
        verdict: None,
        site: None,
        title: code.replace('-', " "),
        message: summary.to_owned(),
        facts: Vec::new(),
        help: String::new(),
        at,
        place: written.at,
        calls: places(&written.calls, sources),
        related: places(&written.related, sources),
        steps: Vec::new(),
        suppressed: None,
    }
}

#[must_use]
pub fn of_proof(proof: &Proof, sources: &Sources) -> Notice {
    let cause = cause_of(proof);
    let flow = deciding_flow(proof);
    let steps = flow.map_or(&[][..], |flow| &flow.hops);
    Notice {
        rule: Rule {
            id: proof.id.to_string(),
            title: proof.title.to_string(),
            address: proof.citation.address.to_string(),
        },
        level: match proof.verdict {
            Verdict::Violated => level(proof.severity),
            _ => Level::Note,
        },
        verdict: Some(proof.verdict),
        site: proof.site.as_ref().map(ToString::to_string),
        title: format!("{}: {}", proof.verdict.word(), name(proof)),
        message: proof.summary.clone(),
        facts: facts(proof),
        // What decides an unknown stands among the facts.
        help: match proof.verdict {
            Verdict::Violated => proof.help.clone(),
            _ => String::new(),
        },
        at: cause.written.at.map(|place| at(place, sources)),
        place: cause.written.at,
        calls: places(&cause.written.calls, sources),
        related: places(&cause.written.related, sources),
        steps: steps.iter().map(|hop| step_of(hop, sources)).collect(),
        fingerprint: proof.fingerprint.clone(),
        suppressed: proof.suppressed.as_ref().map(|one| suppressed(one, sources)),
    }
}

fn facts(proof: &Proof) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(flow) = deciding_flow(proof) {
        facts.extend(names_line(flow).map(|names| ("name", names)));
        facts.push(("path", path_line(flow)));
        if !flow.blocked.is_empty() {
            facts.push(("blocked", blocked_line(&flow.blocked)));
        }
    }
    if proof.verdict == Verdict::Undetermined {
        let unknown = |doubt: &Doubt| ("unknown", format!("{}: {}", doubt.what, doubt.decided_by));
        facts.extend(proof.unknowns.iter().map(unknown));
    }
    facts.push(("asked by", asked_by(proof)));
    facts
}

fn step_of(hop: &Hop, sources: &Sources) -> Step {
    Step {
        text: step(hop),
        at: hop.written.at.map(|place| at(place, sources)),
    }
}

fn suppressed(suppression: &Suppression, sources: &Sources) -> Suppressed {
    Suppressed {
        reason: suppression.reason.to_string(),
        at: suppression.at.map(|place| at(place, sources)),
    }
}

fn places(places: &[Place], sources: &Sources) -> Vec<At> {
    places.iter().map(|place| at(*place, sources)).collect()
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    }
}

impl Notice {
    /// The message and what stands under it, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.message.clone()];
        lines.extend(self.facts.iter().map(|(name, text)| format!("{name}: {text}")));
        if !self.help.is_empty() {
            lines.push(format!("help: {}", self.help));
        }
        lines
    }
}
