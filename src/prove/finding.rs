//! The one result that every report reads: a [`Proof`] per requirement and site, and beside the
//! proofs what is wrong apart from any requirement. Facts go in here; sentences and formats are made
//! of them in `report`.

use std::sync::Arc;

use crate::network::model::{Assumption, Disposition, Doubt, NotUnderstood, Written};
use crate::paths::Hop;
use crate::source::{Diagnostic, Place, Severity};
use crate::traffic::{Addresses, Cube, Packet, Ports};

/// How a requirement, or one flow of it, fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every packet it names is delivered, on every path it may take, and replies return.
    Satisfied,
    /// Some packet it names is certainly not.
    Violated,
    /// Neither can be proved; the unknowns are named.
    Undetermined,
    /// No site or feature in play asks for it.
    NotApplicable,
}

/// A requirement decided for a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Pack and row: `jetstream-dr/drva-to-storage`.
    pub id: Arc<str>,
    /// The site's label; `all` for a row about every site together; `None` when no site asks for it.
    pub site: Option<Arc<str>>,
    pub severity: Severity,
    pub verdict: Verdict,
    /// What the requirement asks, as the pack says it: a short line without verdict.
    pub title: Arc<str>,
    /// The verdict and its cause in one sentence.
    pub summary: String,
    /// What to write or to do about it; empty where nothing is to be done.
    pub help: String,
    pub citation: Citation,
    /// The row of the pack (its header), in its own source text.
    pub row: Option<Place>,
    /// How an ambiguous line of the vendor's page is read, where it is.
    pub reading: Option<Arc<str>>,
    /// Sorted and unique. A verdict that rests on none has an empty list.
    pub assumptions: Vec<Assumption>,
    /// Sorted and unique; non-empty where the verdict is undetermined.
    pub unknowns: Vec<Doubt>,
    pub flows: Vec<FlowProof>,
    /// For what is no flow, or is decided before one begins.
    pub decided_by: Vec<Reason>,
    /// 16 hexadecimal digits over id, site, verdict's places and rules; no lines, so that it survives
    /// unrelated edits.
    pub fingerprint: String,
    pub suppressed: Option<Suppression>,
}

/// Where the vendor says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Citation {
    pub document: Arc<str>,
    /// Of the page.
    pub address: Arc<str>,
    /// Line numbers in the page, the row's own first; empty where a whole page says so.
    pub lines: Vec<u32>,
}

/// One flow of a requirement: every source address to every destination address of its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowProof {
    pub from: End,
    pub to: End,
    /// `tcp`, `udp`.
    pub protocol: Arc<str>,
    pub ports: Ports,
    pub verdict: Verdict,
    /// How the deciding part ends: delivered where satisfied, the first certain failure where
    /// violated, unknown otherwise.
    pub disposition: Disposition,
    /// Exactly the packets that are certainly not delivered.
    pub blocked: Vec<Cube>,
    /// One of them.
    pub witness: Option<Packet>,
    /// Of the deciding part, name resolution first.
    pub hops: Vec<Hop>,
    /// Every part that fares differently, the deciding one first.
    pub parts: Vec<Part>,
    pub assumptions: Vec<Assumption>,
    pub unknowns: Vec<Doubt>,
}

/// The packets of a flow that share one fate and one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// As sent.
    pub packets: Vec<Cube>,
    pub disposition: Disposition,
    /// Otherwise this is only one of several possible ways.
    pub certain: bool,
    pub hops: Vec<Hop>,
}

/// One end of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// As the pack names it: `msa`, `storage_account`.
    pub role: Arc<str>,
    /// The name clients ask for, where it has one; the resource whose name is not known.
    pub name: Option<Arc<str>>,
    pub addresses: Addresses,
    /// `site file`, `management layout`, `Run Command`, `assumption appliance-addresses`, …
    pub known_from: Arc<str>,
    pub written: Written,
}

/// A fact that decides what is no flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The resource, or what stands for it.
    pub place: Arc<str>,
    pub decision: crate::paths::Decision,
    pub because: Arc<str>,
    pub written: Written,
}

/// A requirement somebody has decided to live without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    pub reason: Arc<str>,
    /// `2027-01-31`, inclusive.
    pub expires: Option<Arc<str>>,
    pub at: Option<Place>,
}

/// What is wrong apart from any requirement; counts for the exit status by its severity.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Kebab case: `duplicate-priority`, `unused-suppression`.
    pub id: Arc<str>,
    pub severity: Severity,
    pub summary: String,
    pub help: String,
    pub written: Written,
}

/// What was read, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportInput {
    /// Relative to the working directory, with `/`; `-` for standard input.
    pub path: Arc<str>,
    pub kind: InputKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    Directory,
    Plan,
    State,
}

/// Everything a report says.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub inputs: Vec<ReportInput>,
    /// In pack order, then in the order of the sites.
    pub proofs: Vec<Proof>,
    pub findings: Vec<Finding>,
    pub not_understood: Vec<NotUnderstood>,
    pub diagnostics: Vec<Diagnostic>,
    /// The labels of the sites in play; empty: nothing is proved.
    pub sites: Vec<Arc<str>>,
    /// The date of the service-tag data, where any was used.
    pub service_tags: Option<Arc<str>>,
}

/// Counts of the verdicts; a suppressed requirement is counted as such only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub satisfied: usize,
    pub violated: usize,
    pub undetermined: usize,
    pub not_applicable: usize,
    pub suppressed: usize,
}

/// The exit status, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 0
    Clear,
    /// 1
    Violated,
    /// 2: the input, the site file or a pack is wrong.
    Wrong,
    /// 3
    Undetermined,
}

impl Verdict {
    /// The word of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Satisfied => "satisfied",
            Verdict::Violated => "violated",
            Verdict::Undetermined => "undetermined",
            Verdict::NotApplicable => "not_applicable",
        }
    }
}

impl Status {
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Status::Clear => 0,
            Status::Violated => 1,
            Status::Wrong => 2,
            Status::Undetermined => 3,
        }
    }
}

impl Report {
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for proof in &self.proofs {
            let count = match proof.verdict {
                _ if proof.suppressed.is_some() => &mut summary.suppressed,
                Verdict::Satisfied => &mut summary.satisfied,
                Verdict::Violated => &mut summary.violated,
                Verdict::Undetermined => &mut summary.undetermined,
                Verdict::NotApplicable => &mut summary.not_applicable,
            };
            *count += 1;
        }
        summary
    }

    /// The status for what counts from `fail_on` upwards. Problems with the input come first: what is
    /// reported beside them proves nothing. `undetermined_ok` lets the undetermined pass.
    #[must_use]
    pub fn status(&self, fail_on: Severity, undetermined_ok: bool) -> Status {
        if self
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
        {
            return Status::Wrong;
        }
        let counts = |verdict: Verdict| {
            self.proofs.iter().any(|proof| {
                proof.suppressed.is_none() && proof.severity >= fail_on && proof.verdict == verdict
            })
        };
        if counts(Verdict::Violated) || self.findings.iter().any(|finding| finding.severity >= fail_on) {
            return Status::Violated;
        }
        if !undetermined_ok && (self.sites.is_empty() || counts(Verdict::Undetermined)) {
            return Status::Undetermined;
        }
        Status::Clear
    }
}
