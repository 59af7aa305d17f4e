//! JUnit XML, for the test view of a pipeline: a suite per site, a test per requirement.

use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus, TestSuite};

use super::notice::{Level, Notice, of_diagnostic, of_finding, of_proof};
use crate::prove::finding::{Proof, Report, Verdict};
use crate::source::Sources;

/// The report as XML text. What is violated fails; what is undetermined is in error, because the test
/// could not be made; what is not applicable or suppressed is skipped.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let mut junit = JUnit::new("clearway");
    let mut sites: Vec<Option<&str>> = Vec::new();
    for proof in &report.proofs {
        if !sites.contains(&proof.site.as_deref()) {
            sites.push(proof.site.as_deref());
        }
    }
    for site in sites {
        let mut suite = TestSuite::new(site.unwrap_or("no site"));
        let proofs = report.proofs.iter().filter(|proof| proof.site.as_deref() == site);
        suite.add_test_cases(proofs.map(|proof| of_requirement(proof, sources)));
        junit.add_test_suite(suite);
    }
    let diagnostics = report.diagnostics.iter().map(|one| of_diagnostic(one, sources));
    let findings = report.findings.iter().map(|one| of_finding(one, sources));
    let apart: Vec<Notice> = diagnostics.chain(findings).collect();
    if !apart.is_empty() {
        let mut suite = TestSuite::new("configuration");
        suite.add_test_cases(apart.iter().map(of_notice));
        junit.add_test_suite(suite);
    }
    without_skipped_count(&junit.to_string().unwrap_or_default())
}

/// The schema that Jenkins reads by knows no count of skipped tests on the outermost element.
fn without_skipped_count(xml: &str) -> String {
    let Some((head, tail)) = xml.split_once("<testsuites ") else {
        return xml.to_owned();
    };
    let Some((element, rest)) = tail.split_once('>') else {
        return xml.to_owned();
    };
    let attributes: Vec<&str> = element
        .split(' ')
        .filter(|attribute| !attribute.starts_with("skipped="))
        .collect();
    format!("{head}<testsuites {}>{rest}", attributes.join(" "))
}

fn of_requirement(proof: &Proof, sources: &Sources) -> TestCase {
    let notice = of_proof(proof, sources);
    let status = match (&notice.suppressed, proof.verdict) {
        (Some(suppressed), _) => skipped(&format!("suppressed: {}", suppressed.reason)),
        (None, Verdict::NotApplicable) => skipped(&proof.summary),
        (None, Verdict::Satisfied) => TestCaseStatus::success(),
        (None, Verdict::Violated) => failed(NonSuccessKind::Failure, &notice),
        (None, Verdict::Undetermined) => failed(NonSuccessKind::Error, &notice),
    };
    case(&proof.id, status)
}

/// A warning is a test that succeeds and has something to say.
fn of_notice(notice: &Notice) -> TestCase {
    let status = match notice.level {
        Level::Error => failed(NonSuccessKind::Failure, notice),
        Level::Warning | Level::Note => TestCaseStatus::success(),
    };
    let mut case = case(&notice.rule.id, status);
    if notice.level != Level::Error {
        case.set_system_out(notice.lines().join("\n"));
    }
    case
}

fn case(id: &str, status: TestCaseStatus) -> TestCase {
    let (group, name) = id.split_once('/').unwrap_or(("clearway", id));
    let mut case = TestCase::new(name, status);
    case.set_classname(group);
    case
}

fn failed(kind: NonSuccessKind, notice: &Notice) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(&*notice.message);
    let mut lines = notice.lines();
    if let Some(at) = &notice.at {
        lines.insert(0, format!("{}:{}:{}", at.file, at.line, at.column));
    }
    status.set_description(lines.join("\n"));
    status
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}
