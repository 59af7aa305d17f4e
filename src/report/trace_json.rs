//! The JSON of a traced flow, format `clearway-trace/1`: a requirement's entry of `clearway-report/1`
//! without the requirement, and with every part of each flow that fares differently.

use serde::Serialize;

use super::json::{
    AssumptionEntry, BlockedEntry, DiagnosticEntry, FlowEntry, HopEntry, InputEntry, NotUnderstoodEntry,
    ReasonEntry, Tool, UnknownEntry, assumption, blocked, diagnostic, disposition_word, flow, hop, input,
    not_understood, reason, tool, unknown,
};
use crate::prove::finding::{FlowProof, Part, Proof, Report, Verdict};
use crate::prove::trace::Asked;
use crate::source::Sources;

/// The report as JSON text, indented, with a final newline. Same report, same bytes.
#[must_use]
pub fn render(asked: &Asked, report: &Report, sources: &Sources) -> String {
    let document = Document {
        format: "clearway-trace/1",
        tool: tool(),
        inputs: report.inputs.iter().map(input).collect(),
        asked: AskedEntry {
            from: asked.from.clone(),
            to: asked.to.clone(),
            ways: asked
                .ways
                .iter()
                .map(|(protocol, ports)| WayEntry {
                    protocol: protocol.word(),
                    ports: ports.to_string(),
                })
                .collect(),
        },
        verdict: worst(report).map(Verdict::word),
        answers: report.proofs.iter().map(|proof| answer(proof, sources)).collect(),
        service_tags: report.service_tags.as_ref().map(ToString::to_string),
        not_understood: report
            .not_understood
            .iter()
            .map(|entry| not_understood(entry, sources))
            .collect(),
        diagnostics: report
            .diagnostics
            .iter()
            .map(|entry| diagnostic(entry, sources))
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One that is violated is enough, and then one that is open.
fn worst(report: &Report) -> Option<Verdict> {
    let has = |verdict: &Verdict| report.proofs.iter().any(|proof| proof.verdict == *verdict);
    let order = [
        Verdict::Violated,
        Verdict::Undetermined,
        Verdict::Satisfied,
        Verdict::NotApplicable,
    ];
    order.into_iter().find(has)
}

#[derive(Debug, Serialize)]
struct Document {
    format: &'static str,
    tool: Tool,
    inputs: Vec<InputEntry>,
    asked: AskedEntry,
    /// `null` where the question could not be asked: `diagnostics` says why.
    verdict: Option<&'static str>,
    answers: Vec<AnswerEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tags: Option<String>,
    not_understood: Vec<NotUnderstoodEntry>,
    diagnostics: Vec<DiagnosticEntry>,
}

#[derive(Debug, Serialize)]
struct AskedEntry {
    from: String,
    to: String,
    ways: Vec<WayEntry>,
}

#[derive(Debug, Serialize)]
struct WayEntry {
    protocol: &'static str,
    ports: String,
}

#[derive(Debug, Serialize)]
struct AnswerEntry {
    site: Option<String>,
    verdict: &'static str,
    summary: String,
    assumptions: Vec<AssumptionEntry>,
    unknowns: Vec<UnknownEntry>,
    flows: Vec<TracedEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decided_by: Vec<ReasonEntry>,
}

#[derive(Debug, Serialize)]
struct TracedEntry {
    #[serde(flatten)]
    flow: FlowEntry,
    parts: Vec<PartEntry>,
}

#[derive(Debug, Serialize)]
struct PartEntry {
    packets: Vec<BlockedEntry>,
    disposition: &'static str,
    /// Otherwise this is only one of several possible ways.
    certain: bool,
    hops: Vec<HopEntry>,
}

fn answer(proof: &Proof, sources: &Sources) -> AnswerEntry {
    AnswerEntry {
        site: proof.site.as_ref().map(ToString::to_string),
        verdict: proof.verdict.word(),
        summary: proof.summary.clone(),
        assumptions: proof.assumptions.iter().map(assumption).collect(),
        unknowns: proof
            .unknowns
            .iter()
            .map(|doubt| unknown(doubt, sources))
            .collect(),
        flows: proof.flows.iter().map(|entry| traced(entry, sources)).collect(),
        decided_by: proof
            .decided_by
            .iter()
            .map(|entry| reason(entry, sources))
            .collect(),
    }
}

fn traced(entry: &FlowProof, sources: &Sources) -> TracedEntry {
    TracedEntry {
        flow: flow(entry, sources),
        parts: entry.parts.iter().map(|entry| part(entry, sources)).collect(),
    }
}

fn part(part: &Part, sources: &Sources) -> PartEntry {
    PartEntry {
        packets: part.packets.iter().flat_map(blocked).collect(),
        disposition: disposition_word(part.disposition),
        certain: part.certain,
        hops: part.hops.iter().map(|entry| hop(entry, sources)).collect(),
    }
}
