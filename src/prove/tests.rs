use std::sync::Arc;

use super::decided::Decided;
use super::finding::Verdict::{self, NotApplicable, Satisfied, Undetermined, Violated};
use super::finding::{Finding, Proof, Report, Status};
use super::site::{SuppressBlock, suppress};
use crate::network::doubt::doubt;
use crate::network::model::Written;
use crate::source::{Place, Severity, Sources, Syntax};

fn by(verdict: Verdict) -> Decided {
    Decided::by(verdict, "x", "because", &Written::default())
}

fn all(verdicts: &[Verdict]) -> Verdict {
    Decided::all(verdicts.iter().map(|verdict| by(*verdict))).verdict
}

#[test]
fn one_violated_part_is_enough_and_one_open_part_leaves_the_rest_open() {
    assert_eq!(all(&[Satisfied, Undetermined, Violated]), Violated);
    assert_eq!(all(&[Satisfied, Undetermined]), Undetermined);
    assert_eq!(all(&[Satisfied, NotApplicable]), Satisfied);
    assert_eq!(all(&[NotApplicable, NotApplicable]), NotApplicable);
}

#[test]
fn alternatives_decide_only_where_they_agree() {
    let open = [doubt("which", "a value")];
    let either = |verdicts: &[Verdict]| {
        let parts = verdicts.iter().map(|verdict| by(*verdict)).collect();
        Decided::either(parts, &open)
    };
    assert_eq!(either(&[Violated, Violated]).verdict, Violated);
    assert_eq!(either(&[Satisfied, Satisfied]).verdict, Satisfied);
    let mixed = either(&[Satisfied, Violated]);
    assert_eq!(mixed.verdict, Undetermined);
    assert_eq!(mixed.unknowns, open);
    assert_eq!(either(&[]).verdict, Undetermined, "nothing known proves nothing");
}

fn place() -> Place {
    let source = Sources::default().add("clearway.hcl", "x", Syntax::Hcl);
    Place {
        source,
        start: 0,
        end: 1,
    }
}

fn proof(verdict: Verdict) -> Proof {
    Proof {
        id: Arc::from("p/row"),
        site: None,
        severity: Severity::Error,
        verdict,
        title: Arc::from(""),
        summary: String::new(),
        help: String::new(),
        citation: super::finding::Citation::default(),
        row: None,
        reading: None,
        assumptions: Vec::new(),
        unknowns: Vec::new(),
        flows: Vec::new(),
        decided_by: Vec::new(),
        fingerprint: String::new(),
        suppressed: None,
    }
}

fn suppressed(verdict: Verdict, id: &str, reason: Option<&str>, today: &str) -> (Proof, Vec<String>) {
    let mut proofs = [proof(verdict)];
    let block = SuppressBlock {
        id: id.into(),
        reason: reason.map(Arc::from),
        expires: Some(Arc::from("2027-01-31")),
        at: place(),
        scope: None,
    };
    let findings = suppress(&mut proofs, &[block], &[Arc::from("p/row")], Some(today));
    let [proof] = proofs;
    (
        proof,
        findings
            .into_iter()
            .map(|finding: Finding| finding.id.to_string())
            .collect(),
    )
}

#[test]
fn a_suppression_keeps_the_verdict_until_it_runs_out() {
    let (last_day, none) = suppressed(Violated, "p/row", Some("DR-112"), "2027-01-31");
    assert!(last_day.suppressed.is_some() && none.is_empty());
    assert_eq!(last_day.verdict, Violated);
    let (after, findings) = suppressed(Violated, "p/row", Some("DR-112"), "2027-02-01");
    assert!(after.suppressed.is_none());
    assert_eq!(findings, ["expired-suppression"]);
}

#[test]
fn a_suppression_that_does_nothing_is_a_finding() {
    let cases = [
        (Satisfied, "p/row", Some("x"), "unused-suppression"),
        (Violated, "p/row", None, "suppression-without-reason"),
        (Violated, "p/rwo", Some("x"), "unknown-suppression"),
    ];
    for (verdict, id, reason, finding) in cases {
        let (proof, findings) = suppressed(verdict, id, reason, "2026-01-01");
        assert!(proof.suppressed.is_none(), "{finding}");
        assert_eq!(findings, [finding]);
    }
}

#[test]
fn the_status_says_the_worst_that_counts() {
    let with = |verdicts: &[Verdict]| Report {
        proofs: verdicts.iter().map(|verdict| proof(*verdict)).collect(),
        sites: vec![Arc::from("recovery")],
        ..Report::default()
    };
    let status = |report: &Report| report.status(Severity::Error, false);
    assert_eq!(status(&with(&[Satisfied, NotApplicable])), Status::Clear);
    assert_eq!(status(&with(&[Satisfied, Undetermined])), Status::Undetermined);
    assert_eq!(status(&with(&[Undetermined, Violated])), Status::Violated);
    assert_eq!(
        status(&Report::default()),
        Status::Undetermined,
        "without a site nothing is proved"
    );
    assert_eq!(with(&[Undetermined]).status(Severity::Error, true), Status::Clear);
    let mut warning = with(&[Violated]);
    warning
        .proofs
        .iter_mut()
        .for_each(|proof| proof.severity = Severity::Warning);
    assert_eq!(status(&warning), Status::Clear);
    assert_eq!(warning.status(Severity::Warning, false), Status::Violated);
}
