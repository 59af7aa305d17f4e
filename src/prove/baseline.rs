//! A baseline: what was wrong when somebody began to look, so that only what is new fails.
//!
//! It holds fingerprints, which survive moved lines and unrelated edits.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Proof, Report, Suppression, Verdict};
use crate::network::model::Written;
use crate::source::Severity;

const FORMAT: &str = "clearway-baseline/1";

/// The requirements that are known not to be satisfied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    format: String,
    known: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    id: String,
    site: Option<String>,
    verdict: String,
    fingerprint: String,
}

impl Baseline {
    /// What a report finds violated or undetermined, and nobody has suppressed for another reason.
    #[must_use]
    pub fn of(report: &Report) -> Baseline {
        let known = report.proofs.iter().filter(|proof| {
            let inherited = proof
                .suppressed
                .as_ref()
                .is_none_or(|suppression| suppression.at.is_none());
            asks_for_attention(proof) && inherited
        });
        Baseline {
            format: FORMAT.to_owned(),
            known: known
                .map(|proof| Entry {
                    id: proof.id.to_string(),
                    site: proof.site.as_ref().map(ToString::to_string),
                    verdict: proof.verdict.word().to_owned(),
                    fingerprint: proof.fingerprint.clone(),
                })
                .collect(),
        }
    }

    /// # Errors
    /// What is wrong with the text, in words for the user.
    pub fn from_json(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if baseline.format == FORMAT {
            Ok(baseline)
        } else {
            Err(format!("its format is `{}`, not `{FORMAT}`", baseline.format))
        }
    }

    /// JSON text with a final newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Suppresses what is known: the same requirement, failing at the same places by the same rules. What is no longer found is told,
    /// so that the baseline shrinks. `shown` is how messages name the baseline's file.
    pub fn apply(&self, report: &mut Report, shown: &str) {
        let known: BTreeSet<(&str, &str)> = self
            .known
            .iter()
            .map(|entry| (&*entry.fingerprint, &*entry.verdict))
            .collect();
        let mut met: BTreeSet<String> = BTreeSet::new();
        let reason: Arc<str> = format!("known in the baseline `{shown}`").into();
        for proof in report.proofs.iter_mut().filter(|proof| asks_for_attention(proof)) {
            if !known.contains(&(&*proof.fingerprint, proof.verdict.word())) {
                continue;
            }
            met.insert(proof.fingerprint.clone());
            if proof.suppressed.is_none() {
                proof.suppressed = Some(Suppression {
                    reason: reason.clone(),
                    expires: None,
                    at: None,
                });
            }
        }
        let gone: Vec<&Entry> = self
            .known
            .iter()
            .filter(|entry| !met.contains(&entry.fingerprint))
            .collect();
        report.findings.extend(stale(&gone, shown));
    }
}

fn asks_for_attention(proof: &Proof) -> bool {
    matches!(proof.verdict, Verdict::Violated | Verdict::Undetermined)
}

fn stale(gone: &[&Entry], shown: &str) -> Option<Finding> {
    let first = gone.first()?;
    let more = match gone.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Some(Finding {
        id: "stale-baseline".into(),
        severity: Severity::Warning,
        summary: format!(
            "the baseline `{shown}` knows of `{}`{more}, which is no longer found",
            first.id
        ),
        help: format!("write it anew with `--write-baseline {shown}`"),
        written: Written::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_survives_being_written_and_refuses_another_format() {
        let baseline = Baseline {
            format: FORMAT.to_owned(),
            known: vec![Entry {
                id: "p/row".to_owned(),
                site: None,
                verdict: "violated".to_owned(),
                fingerprint: "0123456789abcdef".to_owned(),
            }],
        };
        assert_eq!(Baseline::from_json(&baseline.to_json()), Ok(baseline));
        assert!(Baseline::from_json(r#"{"format":"x/1","known":[]}"#).is_err());
    }

    #[test]
    fn what_is_gone_is_told() {
        let baseline = Baseline {
            format: FORMAT.to_owned(),
            known: vec![Entry {
                id: "p/row".to_owned(),
                site: None,
                verdict: "violated".to_owned(),
                fingerprint: "0123456789abcdef".to_owned(),
            }],
        };
        let mut report = Report::default();
        baseline.apply(&mut report, "known.json");
        assert_eq!(&*report.findings[0].id, "stale-baseline");
    }
}
