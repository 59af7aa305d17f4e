//! A short name for a finding that survives unrelated edits.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::decided::Decided;
use super::finding::Verdict;
use super::flow::stops;

/// 16 hexadecimal digits over the id, the site, and the places and rules that decide: no lines, no
/// addresses.
#[must_use]
pub fn fingerprint(id: &str, site: Option<&str>, decided: &Decided) -> String {
    let mut places: BTreeSet<(&str, &str)> = BTreeSet::new();
    for flow in decided
        .flows
        .iter()
        .filter(|flow| flow.verdict != Verdict::Satisfied)
    {
        for hop in flow.hops.iter().filter(|hop| stops(hop)) {
            places.insert((&hop.place, hop.rule.as_deref().unwrap_or("")));
        }
    }
    for reason in &decided.reasons {
        places.insert((&reason.place, ""));
    }
    let mut words = vec![id, site.unwrap_or("")];
    for (place, rule) in places {
        words.extend([place, rule]);
    }
    of_words(&words)
}

/// 16 hexadecimal digits over words; where one ends and the next begins matters.
#[must_use]
pub fn of_words(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
