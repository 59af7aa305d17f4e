//! The verdict and its cause in one sentence.

use super::decided::Decided;
use super::finding::{FlowProof, Verdict};
use super::flow::{end_name, stops};
use crate::network::model::Disposition;
use crate::paths::Decision;
use crate::traffic::Addresses;

#[must_use]
pub fn sentence(title: &str, decided: &Decided) -> String {
    match decided.verdict {
        Verdict::Satisfied => satisfied(title, decided),
        Verdict::Violated => violated(decided),
        Verdict::Undetermined => undetermined(decided),
        Verdict::NotApplicable => because(decided, Decision::Forwarded),
    }
}

/// What to do: what the row says where it is violated, what would decide it where it is open.
#[must_use]
pub fn help(advice: &str, decided: &Decided) -> String {
    match decided.verdict {
        Verdict::Violated => match decided
            .flows
            .iter()
            .find(|flow| flow.verdict == Verdict::Violated)
        {
            // The row's own advice is to open a way, and the way there is open.
            Some(flow) if flow.disposition == Disposition::AsymmetricReturn => {
                "send the replies back through the same firewall, translate the source there (an application \
                 rule always does), or take the firewall out of the way there"
                    .to_owned()
            }
            _ => advice.to_owned(),
        },
        Verdict::Undetermined => {
            let ways = decided.unknowns.iter().map(|doubt| &*doubt.decided_by);
            let (mut hopeless, mut ways): (Vec<&str>, Vec<&str>) =
                ways.partition(|way| way.starts_with("nothing"));
            for ways in [&mut hopeless, &mut ways] {
                ways.sort_unstable();
                ways.dedup();
            }
            match (ways.is_empty(), hopeless.first()) {
                (true, Some(_)) => format!("decided by {}", hopeless.join("; ")),
                (true, None) => String::new(),
                (false, _) => format!("decided by {}", ways.join("; and by ")),
            }
        }
        Verdict::Satisfied | Verdict::NotApplicable => String::new(),
    }
}

fn satisfied(title: &str, decided: &Decided) -> String {
    if decided.flows.is_empty() {
        return because(decided, Decision::Allowed);
    }
    let assuming = match decided.assumptions.len() {
        0 => String::new(),
        1 => ", under one assumption".to_owned(),
        count => format!(", under {count} assumptions"),
    };
    format!("{}: every packet is delivered{assuming}", title)
}

fn violated(decided: &Decided) -> String {
    let flow = decided
        .flows
        .iter()
        .find(|flow| flow.verdict == Verdict::Violated);
    match flow {
        Some(flow) => blocked(flow),
        None => because(decided, Decision::Denied),
    }
}

fn blocked(flow: &FlowProof) -> String {
    let sources = Addresses::union_all(flow.blocked.iter().map(|cube| &cube.source));
    let from = match few(&sources) {
        sources if *sources == *flow.from.role => sources,
        sources => format!("{} ({sources})", flow.from.role),
    };
    let what = format!(
        "{} {} from {from} to {}",
        flow.protocol,
        flow.ports,
        end_name(&flow.to)
    );
    if flow.disposition == Disposition::NameUnresolved {
        return format!(
            "{} cannot reach {}: its DNS servers answer nothing for the name",
            flow.from.role,
            end_name(&flow.to)
        );
    }
    let hop = flow.hops.iter().rev().find(|hop| stops(hop)).or(flow.hops.last());
    let verb = match flow.disposition {
        Disposition::Denied => "is denied",
        Disposition::NoRoute => "has no route",
        Disposition::NullRoute => "is dropped by a route",
        Disposition::NotAttached => "ends where nothing is attached",
        Disposition::Loop => "goes in a circle",
        Disposition::AsymmetricReturn => "gets no reply: it comes back another way",
        Disposition::Delivered => "is translated on the way",
        Disposition::NameUnresolved | Disposition::Unknown => "is not delivered",
    };
    match hop {
        Some(hop) => {
            let rule = hop
                .rule
                .as_ref()
                .map(|rule| format!(", `{rule}`"))
                .unwrap_or_default();
            format!("{what} {verb} at `{}`{rule}: {}", hop.place, hop.because)
        }
        None => format!("{what} {verb}"),
    }
}

/// Some ranges are said one by one; of many the rest is counted, and stands in the blocked packets.
fn few(addresses: &Addresses) -> String {
    const MOST: usize = 8;
    const SHOWN: usize = 3;
    let ranges = addresses.ranges();
    if ranges.len() <= MOST {
        return addresses.to_string();
    }
    let first = Addresses::from_ranges(ranges.iter().take(SHOWN).copied());
    format!("{first} and {} more ranges", ranges.len() - SHOWN)
}

fn undetermined(decided: &Decided) -> String {
    match decided.unknowns.as_slice() {
        [] => "it cannot be decided".to_owned(),
        [only] => format!("not known: {}", only.what),
        [first, rest @ ..] => format!("not known: {}, and {} more", first.what, rest.len()),
    }
}

/// The reasons that bear the verdict, joined.
fn because(decided: &Decided, decision: Decision) -> String {
    let mut said: Vec<&str> = decided
        .reasons
        .iter()
        .filter(|reason| reason.decision == decision)
        .map(|reason| &*reason.because)
        .collect();
    said.dedup();
    said.truncate(3);
    said.join("; ")
}
