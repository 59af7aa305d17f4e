//! Address translation on a tier-1: before or after its firewall, as each rule asks.

use std::sync::Arc;

use super::nsx_groups::Members;
use super::nsx_rules::{Face, everything, plain_line};
use crate::network::inventory::nsx::{NatAction, NatFirewall, NatRule};
use crate::network::model::{Action, Bounded, Doubt, Filter, HopKind, Line, Match, Rewrite, Written};
use crate::traffic::{Addresses, Ports};

/// Which of the two translations around the firewall a filter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    BeforeFirewall,
    AfterFirewall,
}

/// The translation at one stage and face; `None` where no rule translates there. Rules are in order of
/// priority.
#[must_use]
pub fn filter(
    name: &Arc<str>,
    written: &Written,
    rules: &[&NatRule],
    members: &Members<'_>,
    face: Face,
    stage: Stage,
) -> Option<Filter> {
    if !rules.iter().any(|rule| concerns(rule, face)) {
        return None;
    }
    let mut lines = Vec::new();
    for rule in rules.iter().filter(|rule| concerns(rule, face)) {
        lines.extend(line(rule, members, face, stage));
    }
    let otherwise = plain_line(
        "no translation",
        Action::Allow,
        "no translation rule matches",
        written.clone(),
    );
    Some(Filter {
        name: name.clone(),
        kind: HopKind::Nat,
        written: written.clone(),
        lines,
        otherwise,
        point: format!("{name} translation").into(),
        // What it rewrites has to come back to be undone; what it leaves alone need not.
        transit: false,
    })
}

/// Lines that let packets past the firewall whose translation rule says so.
#[must_use]
pub fn bypassed(rules: &[&NatRule], members: &Members<'_>, face: Face) -> Vec<Line> {
    let bypass = rules.iter().filter(|rule| {
        concerns(rule, face) && matches!(rule.firewall.value, Ok(NatFirewall::Bypass) | Err(_))
    });
    let lines = bypass.filter_map(|rule| {
        let mut line = base(rule, members, face)?;
        line.action = Action::Allow;
        line.because = format!("translation rule `{}` bypasses the firewall", rule.name).into();
        line.doubts.extend(rule.firewall.value.as_ref().err().cloned());
        Some(line)
    });
    lines.collect()
}

/// Source translation happens where packets leave through the uplink, destination translation where
/// they arrive; reflexive rules do both.
fn concerns(rule: &NatRule, face: Face) -> bool {
    match &rule.action.value {
        Ok(NatAction::Source | NatAction::NoSource) => face == Face::Out,
        Ok(NatAction::Destination | NatAction::NoDestination) => face == Face::In,
        Ok(NatAction::Reflexive) | Err(_) => true,
    }
}

/// The addresses and services of a rule, without its action.
pub fn base(rule: &NatRule, members: &Members<'_>, face: Face) -> Option<Line> {
    let mut doubts = rule.origin.presence.clone();
    match &rule.enabled.value {
        Ok(true) => {}
        Ok(false) => return None,
        Err(doubt) => doubts.push(doubt.clone()),
    }
    for unknown in [
        rule.action.value.as_ref().err(),
        rule.priority.value.as_ref().err(),
    ] {
        doubts.extend(unknown.cloned());
    }
    let reflexive = matches!(rule.action.value, Ok(NatAction::Reflexive));
    let all = Bounded::exactly(Addresses::all());
    let (source, destination) = match face {
        // A reflexive rule names the inner address; from outside it is the translated one.
        Face::In if reflexive => (
            all.clone(),
            rule.translated.clone().unwrap_or_else(|| all.clone()),
        ),
        _ => (rule.source.clone(), rule.destination.clone()),
    };
    let services = members.services(std::slice::from_ref(&rule.service), &[], rule.service.is_none());
    let mut line = plain_line(&rule.name, Action::Allow, "", rule.origin.written.clone());
    line.matches = services
        .into_iter()
        .map(|entry| Match {
            source: source.clone(),
            destination: destination.clone(),
            protocols: entry.protocols,
            source_ports: entry.source_ports,
            destination_ports: entry.destination_ports,
        })
        .collect();
    line.place = Some(rule.origin.name.clone());
    line.doubts = doubts;
    Some(line)
}

/// A rule that translates at the other stage ends the search here without translating.
fn line(rule: &NatRule, members: &Members<'_>, face: Face, stage: Stage) -> Option<Line> {
    let mut line = base(rule, members, face)?;
    let own_stage = stage_of(rule, face);
    if own_stage != stage {
        line.because = format!(
            "translation rule `{}` translates on the other side of the firewall",
            rule.name
        )
        .into();
        return Some(line);
    }
    match &rule.action.value {
        Ok(NatAction::NoSource | NatAction::NoDestination) | Err(_) => {
            line.because = format!("translation rule `{}` leaves the packet alone", rule.name).into();
        }
        Ok(_) => {
            let (to, doubts) = translated(rule, face);
            line.because = format!("translation rule `{}` translates to {}", rule.name, to.upper).into();
            line.doubts.extend(doubts);
            line.action = Action::Rewrite(Arc::new(rewrite(rule, face, to)));
        }
    }
    Some(line)
}

/// The firewall sees the internal address where packets leave before they are translated.
fn stage_of(rule: &NatRule, face: Face) -> Stage {
    let external = matches!(rule.firewall.value, Ok(NatFirewall::External));
    match (face, external) {
        (Face::Out, true) | (Face::In, false) => Stage::BeforeFirewall,
        (Face::Out, false) | (Face::In, true) => Stage::AfterFirewall,
    }
}

fn translated(rule: &NatRule, face: Face) -> (Bounded<Addresses>, Vec<Doubt>) {
    let reflexive = matches!(rule.action.value, Ok(NatAction::Reflexive));
    let to = match face {
        Face::In if reflexive => Some(rule.source.clone()),
        _ => rule.translated.clone(),
    };
    match to {
        Some(set) => (set, Vec::new()),
        None => {
            let doubt = crate::network::doubt::doubt(
                format!("what `{}` translates to", rule.origin.name),
                "`translated_networks`",
            );
            let unknown = Bounded::between(Addresses::none(), Addresses::all(), [doubt]);
            (unknown, Vec::new())
        }
    }
}

fn rewrite(rule: &NatRule, face: Face, to: Bounded<Addresses>) -> Rewrite {
    let ports = rule
        .translated_ports
        .as_ref()
        .map(|fact| fact.value.clone().unwrap_or_else(|_| Ports::all()));
    match face {
        Face::Out => Rewrite {
            source: Some(to),
            source_unless_destination: Addresses::none(),
            destination: None,
            destination_ports: None,
        },
        Face::In => Rewrite {
            source: None,
            source_unless_destination: Addresses::none(),
            destination: Some(to),
            destination_ports: ports,
        },
    }
}

/// The managed translation of a private cloud: every packet leaves from an address that Azure chooses.
#[must_use]
pub fn managed(name: &Arc<str>, written: &Written, because: &str, doubt: Doubt) -> Filter {
    let source = Bounded::between(Addresses::none(), Addresses::public(), [doubt]);
    let rewrite = Rewrite {
        source: Some(source),
        source_unless_destination: Addresses::none(),
        destination: None,
        destination_ports: None,
    };
    let line = Line {
        matches: vec![everything()],
        ..plain_line(
            "managed SNAT",
            Action::Rewrite(Arc::new(rewrite)),
            because,
            written.clone(),
        )
    };
    Filter {
        name: name.clone(),
        kind: HopKind::Nat,
        written: written.clone(),
        lines: Vec::new(),
        otherwise: line,
        point: format!("{name} managed translation, {because}").into(),
        transit: true,
    }
}
