//! Phrases that several formats share: a requirement's name, the way of a flow, what is blocked.

use std::fmt::Write as _;

use crate::network::model::{Disposition, HopKind};
use crate::paths::{Decision, Hop};
use crate::prove::finding::{FlowProof, Proof, Verdict};
use crate::traffic::{Addresses, Cube};

#[must_use]
pub fn short_id(proof: &Proof) -> &str {
    proof.id.rsplit('/').next().unwrap_or(&proof.id)
}

/// `drva-to-storage (recovery)`
#[must_use]
pub fn name(proof: &Proof) -> String {
    let id = short_id(proof);
    match &proof.site {
        Some(site) => format!("{id} ({site})"),
        None => id.to_owned(),
    }
}

/// Who was asked for the destination's name, where it has one that was asked for.
#[must_use]
pub fn names_line(flow: &FlowProof) -> Option<String> {
    let asked: Vec<&Hop> = flow.hops.iter().filter(|hop| hop.kind == HopKind::Dns).collect();
    let last = asked.last()?;
    let mut shortener = Shortener::default();
    let servers: Vec<String> = asked.iter().map(|hop| shortener.name(&hop.place)).collect();
    Some(format!("{}: {}", servers.join(" → "), last.because))
}

/// The way as one line; the hop that ends it is marked.
#[must_use]
pub fn path_line(flow: &FlowProof) -> String {
    let mut line = format!("{} {}", flow.from.role, short(&flow.from.addresses));
    let delivered = flow.disposition == Disposition::Delivered;
    let mut shortener = Shortener::default();
    let mut before: Option<&str> = None;
    for (index, hop) in flow.hops.iter().enumerate() {
        let ends = index + 1 == flow.hops.len() && !delivered;
        if !ends && (hop.kind == HopKind::Dns || before == Some(&*hop.place)) {
            continue;
        }
        before = Some(&hop.place);
        let _ = write!(line, " → {}{}", mark(hop, ends, flow), shortener.name(&hop.place));
    }
    if delivered {
        let _ = write!(line, " → {}", flow.to.name.as_ref().unwrap_or(&flow.to.role));
    }
    let _ = write!(line, " ({} {})", flow.protocol, flow.ports);
    line
}

/// One hop in words: `azurerm_firewall.hub, rule rcg/deny: network rule denies tcp 443`.
#[must_use]
pub fn step(hop: &Hop) -> String {
    let rule = hop
        .rule
        .as_ref()
        .map(|rule| format!(", {rule}"))
        .unwrap_or_default();
    let reply = if hop.reply { "(reply) " } else { "" };
    format!("{reply}{}{rule}: {}", hop.place, hop.because)
}

/// Names within one line: `ADDRESS tier-0` becomes `its tier-0` once the address has been said.
#[derive(Default)]
struct Shortener {
    said: Vec<String>,
}

impl Shortener {
    fn name(&mut self, place: &str) -> String {
        let (address, part) = match place.rfind(['.', ']']) {
            Some(end) => match place.get(end..).and_then(|tail| tail.find(' ')) {
                Some(space) => place.split_at_checked(end + space).unwrap_or((place, "")),
                None => (place, ""),
            },
            None => (place, ""),
        };
        let said = self.said.iter().any(|said| said == address);
        if !said {
            self.said.push(address.to_owned());
        }
        if said && !part.is_empty() {
            format!("its{part}")
        } else {
            place.to_owned()
        }
    }
}

fn mark(hop: &Hop, ends: bool, flow: &FlowProof) -> &'static str {
    match (ends, hop.decision, flow.verdict) {
        (true, _, Verdict::Violated) => "✗ ",
        (true, _, Verdict::Undetermined) | (_, Decision::Unknown, _) => "? ",
        _ if hop.reply => "(reply) ",
        _ => "",
    }
}

#[must_use]
pub fn blocked_line(blocked: &[Cube]) -> String {
    let sources = Addresses::union_all(blocked.iter().map(|cube| &cube.source));
    let destinations = Addresses::union_all(blocked.iter().map(|cube| &cube.destination));
    let ports: Vec<String> = blocked
        .iter()
        .map(|cube| cube.destination_ports.to_string())
        .collect();
    let mut ports = ports;
    ports.dedup();
    let protocol = blocked
        .first()
        .map(|cube| cube.protocols.to_string())
        .unwrap_or_default();
    format!(
        "{} → {}, {protocol} {}",
        short(&sources),
        short(&destinations),
        ports.join(",")
    )
}

/// The first ranges of a set and how many more there are.
#[must_use]
pub fn short(addresses: &Addresses) -> String {
    const SHOWN: usize = 3;
    if addresses.is_all() {
        return "any".to_owned();
    }
    let ranges = addresses.ranges();
    let mut text: Vec<String> = ranges
        .iter()
        .take(SHOWN)
        .map(|(low, high)| crate::traffic::range_text(*low, *high))
        .collect();
    if ranges.len() > SHOWN {
        text.push(format!("{} more ranges", ranges.len() - SHOWN));
    }
    text.join(", ")
}

#[must_use]
pub fn asked_by(proof: &Proof) -> String {
    let lines: Vec<String> = proof.citation.lines.iter().map(ToString::to_string).collect();
    let lines = match &*lines {
        [] => String::new(),
        [line] => format!(", line {line}"),
        _ => format!(", lines {}", lines.join(", ")),
    };
    format!(
        "{}{lines}: {} ({})",
        proof.citation.document, proof.title, proof.citation.address
    )
}
