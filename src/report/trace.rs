//! One flow for people: the verdict, then every hop with what is decided there and where that is
//! written, the one that stops it marked.

use std::fmt::Write as _;

use miette::Severity as Level;

use super::diagnostics::{self, clean, field};
use super::json::{decision_word, disposition_word};
use super::place::place_text;
use super::root_cause::{deciding_flow, deciding_hop};
use super::snippet::{Snippet, Style};
use super::wording::{blocked_line, short};
use crate::network::model::Disposition;
use crate::paths::{Decision, Hop};
use crate::prove::finding::{End, FlowProof, Part, Proof, Report, Verdict};
use crate::source::Sources;
use crate::traffic::Ports;

/// Of more unknowns than this the rest is in the JSON report.
const MOST_UNKNOWNS: usize = 8;

/// The whole report. `verbose` shows every part of the flow that fares differently, not the deciding one
/// alone.
#[must_use]
pub fn render(report: &Report, sources: &Sources, style: Style, verbose: bool) -> String {
    let mut text = String::new();
    for diagnostic in &report.diagnostics {
        text.push_str(&diagnostics::draw(diagnostic, sources, style));
    }
    for proof in &report.proofs {
        text.push_str(&draw(proof, sources, style, verbose));
    }
    for entry in report.not_understood.iter().filter(|entry| entry.on_path) {
        text.push_str(&field(
            "not read",
            &format!("{}: {}", entry.address, entry.why),
            style,
        ));
    }
    text
}

fn draw(proof: &Proof, sources: &Sources, style: Style, verbose: bool) -> String {
    let mut text = heading(proof, sources, style);
    for flow in &proof.flows {
        text.push_str(&draw_flow(flow, sources, style, verbose));
    }
    for reason in proof.decided_by.iter().filter(|_| proof.flows.is_empty()) {
        let at = reason
            .written
            .at
            .map(|place| format!(" ({})", place_text(place, sources)));
        let said = format!("{}: {}{}", reason.place, reason.because, at.unwrap_or_default());
        text.push_str(&field("because", &said, style));
    }
    if proof.verdict == Verdict::Undetermined {
        for doubt in proof.unknowns.iter().take(MOST_UNKNOWNS) {
            text.push_str(&field(
                "unknown",
                &format!("{}: {}", doubt.what, doubt.decided_by),
                style,
            ));
        }
        if proof.unknowns.len() > MOST_UNKNOWNS {
            let more = format!("and {} more", proof.unknowns.len() - MOST_UNKNOWNS);
            text.push_str(&field("", &more, style));
        }
    }
    for assumption in &proof.assumptions {
        text.push_str(&field(
            "assuming",
            &format!("{}: {}", assumption.code, assumption.text),
            style,
        ));
    }
    if !proof.help.is_empty() && proof.verdict == Verdict::Violated {
        text.push_str(&field("help", &proof.help, style));
    }
    text.push('\n');
    text
}

/// The verdict with its cause; with the line that stops the flow, where one does.
fn heading(proof: &Proof, sources: &Sources, style: Style) -> String {
    let site = proof.site.as_ref().map(|site| format!(" (site {site})"));
    let stops = deciding_flow(proof)
        .filter(|flow| flow.disposition != Disposition::Delivered)
        .and_then(deciding_hop);
    Snippet {
        severity: match proof.verdict {
            Verdict::Violated => Level::Error,
            _ => Level::Advice,
        },
        code: Some(format!("{}{}", proof.verdict.word(), site.unwrap_or_default())),
        message: clean(&proof.summary),
        label: "here".to_owned(),
        at: stops.and_then(|hop| hop.written.at),
        also: Vec::new(),
        sources,
    }
    .draw(style)
}

fn draw_flow(flow: &FlowProof, sources: &Sources, style: Style, verbose: bool) -> String {
    let mut text = String::new();
    let ports = match flow.ports == Ports::all() {
        true => flow.protocol.to_string(),
        false => format!("{} {}", flow.protocol, flow.ports),
    };
    text.push_str(&field(
        "flow",
        &format!("{ports}: {}", flow.verdict.word()),
        style,
    ));
    text.push_str(&field("from", &end(&flow.from), style));
    text.push_str(&field("to", &end(&flow.to), style));
    match &*flow.parts {
        [] => text.push_str(&hops(&flow.hops, flow.disposition, sources, style)),
        [first, others @ ..] => {
            if !others.is_empty() {
                text.push_str(&field("part", &packets(first), style));
            }
            text.push_str(&hops(&first.hops, first.disposition, sources, style));
            if verbose {
                for part in others {
                    text.push_str(&field("part", &packets(part), style));
                    text.push_str(&hops(&part.hops, part.disposition, sources, style));
                }
            } else if !others.is_empty() {
                let more = format!("{} more that fare differently (--verbose)", others.len());
                text.push_str(&field("parts", &more, style));
            }
        }
    }
    if !flow.blocked.is_empty() {
        text.push_str(&field("blocked", &blocked_line(&flow.blocked), style));
    }
    if let Some(packet) = flow.witness {
        let (from, to) = (packet.source, packet.destination);
        let said = format!("{from}:{} → {to}:{}", packet.source_port, packet.destination_port);
        text.push_str(&field("such as", &said, style));
    }
    text
}

fn end(end: &End) -> String {
    let mut text = end.role.to_string();
    if let Some(name) = end.name.as_ref().filter(|name| **name != end.role) {
        let _ = write!(text, " {name}");
    }
    let addresses = short(&end.addresses);
    if addresses != text && !addresses.is_empty() {
        let _ = write!(text, " {addresses}");
    }
    let _ = write!(text, " (known from {})", end.known_from);
    text
}

/// Which packets a part is, and whether this way is the only one.
fn packets(part: &Part) -> String {
    let sure = if part.certain {
        ""
    } else {
        ", on one of several possible ways"
    };
    format!("{}{sure}", blocked_line(&part.packets))
}

/// A hop on a line: its number, what is decided, where, by which rule; the reason and the place under it.
fn hops(hops: &[Hop], disposition: Disposition, sources: &Sources, style: Style) -> String {
    let mut text = String::new();
    for (index, hop) in hops.iter().enumerate() {
        let last = index + 1 == hops.len();
        let mark = match (hop.decision, last, disposition) {
            (Decision::Denied, ..) => "✗ ",
            (Decision::Unknown, ..) => "? ",
            (_, _, Disposition::Delivered | Disposition::Unknown) | (_, false, _) => "",
            (_, true, _) => "✗ ",
        };
        let back = if hop.reply { "reply " } else { "" };
        let rule = hop
            .rule
            .as_ref()
            .map(|rule| format!(", `{rule}`"))
            .unwrap_or_default();
        let at = hop
            .written
            .at
            .map(|place| format!(" ({})", place_text(place, sources)));
        let line = format!(
            "{mark}{back}{} {}{rule}: {}{}",
            decision_word(hop.decision),
            hop.place,
            hop.because,
            at.unwrap_or_default()
        );
        text.push_str(&field(&format!("{:>4}", index + 1), &line, style));
    }
    text.push_str(&field(
        "ends",
        &disposition_word(disposition).replace('_', " "),
        style,
    ));
    text
}
