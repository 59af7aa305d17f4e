//! The JSON report, format `clearway-report/1`: what pipelines script against. Fields may be added;
//! those that stand here keep their meaning.

use serde::Serialize;

use super::place::{At, at};
use crate::network::model::{Assumption, Disposition, Doubt, HopKind, NotUnderstood, Written};
use crate::paths::{Decision, Hop};
use crate::prove::finding::{
    End, Finding, FlowProof, InputKind, Proof, Reason, Report, ReportInput, Suppression,
};
use crate::source::{Diagnostic, Place, Severity, Sources};
use crate::traffic::{Cube, Packet, range_text};

/// The report as JSON text, indented, with a final newline. Same report, same bytes.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let document = document(report, sources);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Debug, Serialize)]
struct Document {
    format: &'static str,
    tool: Tool,
    inputs: Vec<InputEntry>,
    sites: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tags: Option<String>,
    summary: SummaryEntry,
    requirements: Vec<RequirementEntry>,
    findings: Vec<FindingEntry>,
    not_understood: Vec<NotUnderstoodEntry>,
    diagnostics: Vec<DiagnosticEntry>,
}

#[derive(Debug, Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct InputEntry {
    path: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct SummaryEntry {
    satisfied: usize,
    violated: usize,
    undetermined: usize,
    not_applicable: usize,
    suppressed: usize,
}

#[derive(Debug, Serialize)]
struct RequirementEntry {
    id: String,
    site: Option<String>,
    severity: &'static str,
    verdict: &'static str,
    title: String,
    summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    help: String,
    source: SourceEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<String>,
    assumptions: Vec<AssumptionEntry>,
    unknowns: Vec<UnknownEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flows: Vec<FlowEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decided_by: Vec<ReasonEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressedEntry>,
    fingerprint: String,
}

#[derive(Debug, Serialize)]
struct SourceEntry {
    document: String,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    lines: Vec<u32>,
}

#[derive(Debug, Serialize)]
pub(super) struct AssumptionEntry {
    code: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct UnknownEntry {
    what: String,
    decided_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
}

#[derive(Debug, Serialize)]
pub(super) struct FlowEntry {
    from: EndEntry,
    to: EndEntry,
    protocol: String,
    ports: String,
    verdict: &'static str,
    disposition: &'static str,
    blocked: Vec<BlockedEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<PacketEntry>,
    hops: Vec<HopEntry>,
}

#[derive(Debug, Serialize)]
pub(super) struct EndEntry {
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    addresses: Vec<String>,
    known_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
}

/// One range of blocked sources, with all destinations blocked for it.
#[derive(Debug, Serialize)]
pub(super) struct BlockedEntry {
    source: String,
    destination: String,
    protocol: String,
    ports: String,
}

#[derive(Debug, Serialize)]
pub(super) struct PacketEntry {
    source: String,
    destination: String,
    protocol: String,
    source_port: u16,
    destination_port: u16,
}

#[derive(Debug, Serialize)]
pub(super) struct HopEntry {
    place: String,
    kind: &'static str,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    because: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reply: bool,
    #[serde(flatten)]
    written: WrittenEntry,
}

#[derive(Debug, Serialize)]
pub(super) struct WrittenEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<At>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<At>,
}

#[derive(Debug, Serialize)]
pub(super) struct ReasonEntry {
    place: String,
    decision: &'static str,
    because: String,
    #[serde(flatten)]
    written: WrittenEntry,
}

#[derive(Debug, Serialize)]
struct SuppressedEntry {
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
}

#[derive(Debug, Serialize)]
struct FindingEntry {
    id: String,
    severity: &'static str,
    summary: String,
    help: String,
    #[serde(flatten)]
    written: WrittenEntry,
}

#[derive(Debug, Serialize)]
pub(super) struct NotUnderstoodEntry {
    address: String,
    on_path: bool,
    why: String,
    #[serde(flatten)]
    written: WrittenEntry,
}

#[derive(Debug, Serialize)]
pub(super) struct DiagnosticEntry {
    severity: &'static str,
    code: &'static str,
    summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
}

fn document(report: &Report, sources: &Sources) -> Document {
    let summary = report.summary();
    Document {
        format: "clearway-report/1",
        tool: tool(),
        inputs: report.inputs.iter().map(input).collect(),
        sites: report.sites.iter().map(ToString::to_string).collect(),
        service_tags: report.service_tags.as_ref().map(ToString::to_string),
        summary: SummaryEntry {
            satisfied: summary.satisfied,
            violated: summary.violated,
            undetermined: summary.undetermined,
            not_applicable: summary.not_applicable,
            suppressed: summary.suppressed,
        },
        requirements: report
            .proofs
            .iter()
            .map(|proof| requirement(proof, sources))
            .collect(),
        findings: report
            .findings
            .iter()
            .map(|entry| finding(entry, sources))
            .collect(),
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
    }
}

pub(super) fn tool() -> Tool {
    Tool {
        name: "clearway",
        version: env!("CARGO_PKG_VERSION"),
    }
}

pub(super) fn input(input: &ReportInput) -> InputEntry {
    InputEntry {
        path: input.path.to_string(),
        kind: match input.kind {
            InputKind::Directory => "directory",
            InputKind::Plan => "plan",
            InputKind::State => "state",
        },
    }
}

fn requirement(proof: &Proof, sources: &Sources) -> RequirementEntry {
    RequirementEntry {
        id: proof.id.to_string(),
        site: proof.site.as_ref().map(ToString::to_string),
        severity: severity_word(proof.severity),
        verdict: proof.verdict.word(),
        title: proof.title.to_string(),
        summary: proof.summary.clone(),
        help: proof.help.clone(),
        source: SourceEntry {
            document: proof.citation.document.to_string(),
            address: proof.citation.address.to_string(),
            line: proof.citation.lines.first().copied(),
            lines: proof.citation.lines.clone(),
        },
        reading: proof.reading.as_ref().map(ToString::to_string),
        assumptions: proof.assumptions.iter().map(assumption).collect(),
        unknowns: proof
            .unknowns
            .iter()
            .map(|doubt| unknown(doubt, sources))
            .collect(),
        flows: proof.flows.iter().map(|entry| flow(entry, sources)).collect(),
        decided_by: proof
            .decided_by
            .iter()
            .map(|entry| reason(entry, sources))
            .collect(),
        suppressed: proof.suppressed.as_ref().map(|entry| suppressed(entry, sources)),
        fingerprint: proof.fingerprint.clone(),
    }
}

pub(super) fn assumption(assumption: &Assumption) -> AssumptionEntry {
    AssumptionEntry {
        code: assumption.code,
        text: assumption.text.to_string(),
    }
}

pub(super) fn unknown(doubt: &Doubt, sources: &Sources) -> UnknownEntry {
    UnknownEntry {
        what: doubt.what.to_string(),
        decided_by: doubt.decided_by.to_string(),
        at: optional(doubt.at, sources),
    }
}

pub(super) fn flow(flow: &FlowProof, sources: &Sources) -> FlowEntry {
    FlowEntry {
        from: end(&flow.from, sources),
        to: end(&flow.to, sources),
        protocol: flow.protocol.to_string(),
        ports: flow.ports.to_string(),
        verdict: flow.verdict.word(),
        disposition: disposition_word(flow.disposition),
        blocked: flow.blocked.iter().flat_map(blocked).collect(),
        witness: flow.witness.map(packet),
        hops: flow.hops.iter().map(|entry| hop(entry, sources)).collect(),
    }
}

fn end(end: &End, sources: &Sources) -> EndEntry {
    EndEntry {
        role: end.role.to_string(),
        name: end.name.as_ref().map(ToString::to_string),
        addresses: end
            .addresses
            .ranges()
            .iter()
            .map(|(low, high)| range_text(*low, *high))
            .collect(),
        known_from: end.known_from.to_string(),
        at: optional(end.written.at, sources),
    }
}

pub(super) fn blocked(cube: &Cube) -> Vec<BlockedEntry> {
    cube.source
        .ranges()
        .iter()
        .map(|(low, high)| BlockedEntry {
            source: range_text(*low, *high),
            destination: cube.destination.to_string(),
            protocol: cube.protocols.to_string(),
            ports: cube.destination_ports.to_string(),
        })
        .collect()
}

fn packet(packet: Packet) -> PacketEntry {
    PacketEntry {
        source: packet.source.to_string(),
        destination: packet.destination.to_string(),
        protocol: crate::traffic::Protocols::number(packet.protocol).to_string(),
        source_port: packet.source_port,
        destination_port: packet.destination_port,
    }
}

pub(super) fn hop(hop: &Hop, sources: &Sources) -> HopEntry {
    HopEntry {
        place: hop.place.to_string(),
        kind: hop_kind_word(hop.kind),
        decision: decision_word(hop.decision),
        rule: hop.rule.as_ref().map(ToString::to_string),
        because: hop.because.to_string(),
        reply: hop.reply,
        written: written(&hop.written, sources),
    }
}

fn written(written: &Written, sources: &Sources) -> WrittenEntry {
    WrittenEntry {
        at: optional(written.at, sources),
        calls: written.calls.iter().map(|place| at(*place, sources)).collect(),
        related: written.related.iter().map(|place| at(*place, sources)).collect(),
    }
}

pub(super) fn reason(reason: &Reason, sources: &Sources) -> ReasonEntry {
    ReasonEntry {
        place: reason.place.to_string(),
        decision: decision_word(reason.decision),
        because: reason.because.to_string(),
        written: written(&reason.written, sources),
    }
}

fn suppressed(suppression: &Suppression, sources: &Sources) -> SuppressedEntry {
    SuppressedEntry {
        reason: suppression.reason.to_string(),
        expires: suppression.expires.as_ref().map(ToString::to_string),
        at: optional(suppression.at, sources),
    }
}

fn finding(finding: &Finding, sources: &Sources) -> FindingEntry {
    FindingEntry {
        id: finding.id.to_string(),
        severity: severity_word(finding.severity),
        summary: finding.summary.clone(),
        help: finding.help.clone(),
        written: written(&finding.written, sources),
    }
}

pub(super) fn not_understood(entry: &NotUnderstood, sources: &Sources) -> NotUnderstoodEntry {
    NotUnderstoodEntry {
        address: entry.address.to_string(),
        on_path: entry.on_path,
        why: entry.why.to_string(),
        written: written(&entry.written, sources),
    }
}

pub(super) fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> DiagnosticEntry {
    DiagnosticEntry {
        severity: severity_word(diagnostic.severity),
        code: diagnostic.code,
        summary: diagnostic.summary.clone(),
        detail: diagnostic.detail.clone(),
        help: diagnostic.help.clone(),
        at: optional(diagnostic.at, sources),
    }
}

fn optional(place: Option<Place>, sources: &Sources) -> Option<At> {
    place.map(|place| at(place, sources))
}

#[must_use]
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[must_use]
pub fn disposition_word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Delivered => "delivered",
        Disposition::Denied => "denied",
        Disposition::NoRoute => "no_route",
        Disposition::NullRoute => "null_route",
        Disposition::NotAttached => "not_attached",
        Disposition::NameUnresolved => "name_unresolved",
        Disposition::Loop => "loop",
        Disposition::AsymmetricReturn => "asymmetric_return",
        Disposition::Unknown => "unknown",
    }
}

#[must_use]
pub fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::Denied => "denied",
        Decision::Forwarded => "forwarded",
        Decision::Rewritten => "rewritten",
        Decision::Unknown => "unknown",
    }
}

#[must_use]
pub fn hop_kind_word(kind: HopKind) -> &'static str {
    match kind {
        HopKind::NetworkSecurityGroup => "network_security_group",
        HopKind::RouteTable => "route_table",
        HopKind::VirtualNetwork => "virtual_network",
        HopKind::Peering => "peering",
        HopKind::AzureFirewall => "azure_firewall",
        HopKind::VirtualHub => "virtual_hub",
        HopKind::ExpressRoute => "express_route",
        HopKind::Vpn => "vpn",
        HopKind::PrivateEndpoint => "private_endpoint",
        HopKind::StorageFirewall => "storage_firewall",
        HopKind::NsxDistributedFirewall => "nsx_distributed_firewall",
        HopKind::NsxGatewayFirewall => "nsx_gateway_firewall",
        HopKind::Nat => "nat",
        HopKind::InternetEgress => "internet_egress",
        HopKind::Dns => "dns",
        HopKind::NetworkVirtualAppliance => "network_virtual_appliance",
        HopKind::LoadBalancer => "load_balancer",
        HopKind::Segment => "segment",
        HopKind::ManagementNetwork => "management_network",
        HopKind::OnPremises => "on_premises",
    }
}
