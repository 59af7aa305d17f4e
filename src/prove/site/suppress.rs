//! Suppressions: a requirement keeps its verdict and is counted apart. One that does nothing, says no
//! reason or has run out is itself a finding.

use std::sync::Arc;

use super::SuppressBlock;
use crate::network::model::Written;
use crate::prove::finding::{Finding, Proof, Suppression, Verdict};
use crate::prove::flow::stops;
use crate::prove::suggest;
use crate::source::Severity;

/// Marks the suppressed proofs, and tells what is wrong with the suppressions. `today` is a date in
/// the form `2027-01-31`; without it nothing runs out.
pub fn suppress(
    proofs: &mut [Proof],
    blocks: &[SuppressBlock],
    known: &[Arc<str>],
    today: Option<&str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for block in blocks {
        if let Some(finding) = wrong(block, known, today) {
            findings.push(finding);
            continue;
        }
        let mut used = false;
        for proof in proofs.iter_mut().filter(|proof| proof.id == block.id) {
            if matches!(proof.verdict, Verdict::Violated | Verdict::Undetermined) && holds(block, proof) {
                used = true;
                proof.suppressed = Some(Suppression {
                    reason: block.reason.clone().unwrap_or_default(),
                    expires: block.expires.clone(),
                    at: Some(block.at),
                });
            }
        }
        let decided = proofs.iter().any(|proof| proof.id == block.id);
        if !used && decided {
            findings.push(finding(
                "unused-suppression",
                block,
                format!("the suppression of `{}` suppresses nothing", block.id),
                match block.scope {
                    None => "remove it: the requirement is neither violated nor undetermined",
                    Some(_) => "remove it: nothing in this block, or through it, decides the requirement",
                },
            ));
        }
    }
    findings
}

/// Whether all that decides a proof lies in the suppression's scope: a second cause elsewhere is not
/// what somebody has decided to live with.
fn holds(block: &SuppressBlock, proof: &Proof) -> bool {
    let Some(scope) = block.scope else {
        return true;
    };
    let inside = |written: &Written| {
        written.at.is_some_and(|at| scope.contains(at))
            || written.calls.iter().any(|call| scope.contains(*call))
            || written.related.iter().any(|place| scope.contains(*place))
    };
    let flows = proof
        .flows
        .iter()
        .filter(|flow| matches!(flow.verdict, Verdict::Violated | Verdict::Undetermined));
    let hops = flows.flat_map(|flow| flow.hops.iter().filter(|hop| stops(hop)));
    let reasons = proof.decided_by.iter().filter(|reason| {
        matches!(
            reason.decision,
            crate::paths::Decision::Denied | crate::paths::Decision::Unknown
        )
    });
    let deciding: Vec<&Written> = hops
        .map(|hop| &hop.written)
        .chain(reasons.map(|reason| &reason.written))
        .collect();
    !deciding.is_empty() && deciding.into_iter().all(inside)
}

fn wrong(block: &SuppressBlock, known: &[Arc<str>], today: Option<&str>) -> Option<Finding> {
    if !known.contains(&block.id) {
        let names: Vec<&str> = known.iter().map(|id| &**id).collect();
        let help = match suggest::nearest(&block.id, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`clearway rules list` shows the ids".to_owned(),
        };
        let summary = format!("there is no requirement `{}` to suppress", block.id);
        return Some(finding("unknown-suppression", block, summary, &help));
    }
    if block
        .reason
        .as_deref()
        .is_none_or(|reason| reason.trim().is_empty())
    {
        let summary = format!("the suppression of `{}` gives no reason", block.id);
        return Some(finding(
            "suppression-without-reason",
            block,
            summary,
            "say why with `reason = \"…\"`",
        ));
    }
    let expires = block.expires.as_deref()?;
    if expires.parse::<jiff::civil::Date>().is_err() || expires.len() != "2027-01-31".len() {
        let summary = format!("`{expires}` is no date");
        return Some(finding("bad-expiry", block, summary, "write it as `2027-01-31`"));
    }
    // Dates of one length in this form sort as texts do.
    if today.is_some_and(|today| today > expires) {
        let summary = format!("the suppression of `{}` ran out on {expires}", block.id);
        return Some(finding(
            "expired-suppression",
            block,
            summary,
            "repair what it suppresses, or renew it",
        ));
    }
    None
}

fn finding(id: &str, block: &SuppressBlock, summary: String, help: &str) -> Finding {
    Finding {
        id: id.into(),
        severity: Severity::Warning,
        summary,
        help: help.to_owned(),
        written: Written {
            at: Some(block.at),
            ..Written::default()
        },
    }
}
