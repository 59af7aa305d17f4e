//! What is not known never satisfies, and what is known never leaves open: small edits of the cases,
//! each with the verdict of one requirement before and after it.
//!
//! Every attack begins at a case whose requirement is satisfied, so that an edit is all that can have
//! changed the verdict.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod soundness {
    pub mod azure;
    pub mod datastores;
    pub mod harmless;
    pub mod naming;
    pub mod nsx;
    pub mod run;
    pub mod storage;
    pub mod unknowns;
    pub mod wan;
}

use soundness::run::Attack;

#[test]
fn nothing_is_satisfied_by_ignorance() {
    let attacks: Vec<&Attack> = [
        soundness::azure::ATTACKS,
        soundness::datastores::ATTACKS,
        soundness::naming::ATTACKS,
        soundness::nsx::ATTACKS,
        soundness::storage::ATTACKS,
        soundness::wan::ATTACKS,
    ]
    .into_iter()
    .flatten()
    .collect();
    soundness::run::all(&attacks);
}

#[test]
fn what_cannot_matter_leaves_nothing_open() {
    let attacks: Vec<&Attack> = soundness::harmless::ATTACKS.iter().collect();
    soundness::run::all(&attacks);
}

#[test]
fn an_unknown_turns_no_verdict_round() {
    soundness::unknowns::no_verdict_turns_round(32);
}

#[test]
#[ignore = "every edit: minutes"]
fn no_unknown_turns_a_verdict_round() {
    soundness::unknowns::no_verdict_turns_round(1);
}
