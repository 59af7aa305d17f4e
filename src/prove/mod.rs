//! DECIDE: packs of requirements, sites and roles, and the verdicts.
//!
//! This stage knows requirements and packets' fates; it has heard neither of Azure nor of printing.
//! What a requirement asks is data (a pack); where a role is comes from the site file, from what
//! Terraform shows, or from a stated assumption; the verdict is algebra over the walks.

pub mod baseline;
mod checks;
mod decide;
mod decided;
mod dns;
pub mod finding;
pub mod fingerprint;
mod flow;
mod joined;
mod names;
pub mod pack;
pub mod redact;
mod roles;
mod rows;
pub mod site;
mod situation;
mod store;
mod summary;
#[cfg(test)]
mod tests;
pub mod trace;

pub use crate::evaluate::language::suggest;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use decide::{Options, decide};
pub use situation::{SiteView, Situation};

use crate::network::model::Network;
use crate::paths::{Decision, Graph};
use finding::{Finding, Report};
use pack::Pack;
use site::SiteFile;

/// Decides everything about a network. The inputs and the diagnostics of reading are the caller's to
/// add. `today` is a date in the form `2027-01-31`, against which suppressions run out.
#[must_use]
pub fn prove(
    network: &Network,
    file: &SiteFile,
    packs: &[Pack],
    options: &Options,
    today: Option<&str>,
) -> Report {
    let graph = Graph::new(network);
    let situation = Situation::new(&graph, file, packs);
    let mut proofs = decide(&graph, file, packs, options);
    let known: Vec<Arc<str>> = packs
        .iter()
        .flat_map(|pack| &pack.requirements)
        .map(|requirement| requirement.id.clone())
        .collect();
    let mut findings: Vec<Finding> = network
        .findings
        .iter()
        .map(|found| Finding {
            id: found.id.into(),
            severity: found.severity,
            summary: found.summary.clone(),
            help: found.help.clone(),
            written: found.written.clone(),
        })
        .collect();
    findings.extend(site::suppress(&mut proofs, &file.suppressions, &known, today));
    let mut diagnostics = network.diagnostics.clone();
    diagnostics.extend(options.problems(packs, &situation));
    let mut report = Report {
        inputs: Vec::new(),
        not_understood: network.not_understood.clone(),
        proofs,
        findings,
        diagnostics,
        sites: situation.sites.iter().map(|site| site.label.clone()).collect(),
        service_tags: network.service_tags.clone(),
    };
    mark_on_path(&mut report);
    report
}

/// What is not understood and was met on the way of a flow is said so.
fn mark_on_path(report: &mut Report) {
    let met: BTreeSet<Arc<str>> = report
        .proofs
        .iter()
        .flat_map(|proof| &proof.flows)
        .flat_map(|flow| &flow.parts)
        .flat_map(|part| &part.hops)
        .filter(|hop| hop.decision == Decision::Unknown)
        .map(|hop| hop.place.clone())
        .collect();
    for thing in &mut report.not_understood {
        thing.on_path |= met.contains(&thing.address);
    }
}
