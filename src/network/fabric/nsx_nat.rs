//! Address translation on a tier-1: before or after its firewall, as each rule asks.

use std::sync::Arc;

use super::nsx_groups::Members;
use super::nsx_rules::{Face, everything, plain_line};
use crate::network::doubt::doubt;
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
    let own: Vec<&NatRule> = rules
        .iter()
        .copied()
        .filter(|rule| concerns(rule, face))
        .collect();
    let mut lines = Vec::new();
    for (rule, tie) in own.iter().zip(ties(&own)) {
        let mut made = line(rule, members, face, stage);
        if let Some(made) = &mut made {
            made.doubts.extend(tie);
        }
        lines.extend(made);
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

/// Lines before those of the firewall: packets whose translation rule says so pass it by. Only the
/// first rule that matches speaks, so a rule that does not bypass sends its packets on to the
/// firewall's own lines, which stand behind all of these.
#[must_use]
pub fn bypassed(rules: &[&NatRule], members: &Members<'_>, face: Face) -> Vec<Line> {
    let own: Vec<&NatRule> = rules
        .iter()
        .copied()
        .filter(|rule| concerns(rule, face))
        .collect();
    let bypasses = |rule: &NatRule| matches!(rule.firewall.value, Ok(NatFirewall::Bypass) | Err(_));
    if !own.iter().any(|rule| bypasses(rule)) {
        return Vec::new();
    }
    let mut lines: Vec<(Line, bool)> = Vec::new();
    for (rule, tie) in own.iter().zip(ties(&own)) {
        let Some(mut line) = base(rule, members, face) else {
            continue;
        };
        line.doubts.extend(tie);
        let unsure = rule
            .firewall
            .value
            .as_ref()
            .err()
            .cloned()
            .or_else(|| untranslated(rule));
        if bypasses(rule) {
            lines.push((bypassing(rule, line.clone(), unsure.clone()), true));
        }
        if !bypasses(rule) || unsure.is_some() {
            line.because = format!(
                "translation rule `{}` leaves the packet to the firewall",
                rule.name
            )
            .into();
            lines.push((line, false));
        }
    }
    let firewall = lines.len();
    let settled = lines.into_iter().map(|(mut line, bypasses)| {
        if !bypasses {
            line.action = Action::Jump(firewall);
        }
        line
    });
    settled.collect()
}

fn bypassing(rule: &NatRule, mut line: Line, unsure: Option<Doubt>) -> Line {
    line.action = Action::Allow;
    line.because = format!("translation rule `{}` bypasses the firewall", rule.name).into();
    line.doubts.extend(unsure);
    line
}

/// Whether a rule that translates nothing bypasses the firewall is not documented.
fn untranslated(rule: &NatRule) -> Option<Doubt> {
    let nothing = matches!(
        rule.action.value,
        Ok(NatAction::NoSource | NatAction::NoDestination)
    );
    nothing.then(|| Doubt {
        at: rule.firewall.at,
        ..doubt(
            format!(
                "whether what `{}` leaves alone bypasses the gateway firewall",
                rule.origin.name
            ),
            "`firewall_match = \"MATCH_INTERNAL_ADDRESS\"`",
        )
    })
}

/// More rules of one priority than this are not compared with each other.
const COMPARED: usize = 200;

/// NSX gives no order to translation rules of one priority; it matters where they differ. For each rule
/// (they are sorted by priority) the doubt that it comes when it should.
fn ties(rules: &[&NatRule]) -> Vec<Option<Doubt>> {
    let mut ties = Vec::with_capacity(rules.len());
    for class in rules.chunk_by(|one, other| one.priority.value == other.priority.value) {
        let uniform = class
            .iter()
            .all(|rule| class.first().is_none_or(|first| alike(rule, first)));
        ties.extend(class.iter().map(|rule| {
            let differs = |other: &&&NatRule| {
                other.origin.handle != rule.origin.handle
                    && !alike(rule, other)
                    && (class.len() > COMPARED || !apart(rule, other))
            };
            let other = class.iter().filter(|_| !uniform).find(differs)?;
            Some(tie(rule, other))
        }));
    }
    ties
}

fn tie(rule: &NatRule, other: &NatRule) -> Doubt {
    let (one, two) = (&rule.origin.name, &other.origin.name);
    Doubt {
        at: rule.priority.at,
        ..doubt(
            format!(
                "the order of `{}` and `{}`, which have one priority",
                one.min(two),
                one.max(two)
            ),
            "a `rule_priority` of its own for each",
        )
    }
}

fn alike(one: &NatRule, other: &NatRule) -> bool {
    one.action.value == other.action.value
        && one.translated == other.translated
        && one.firewall.value == other.firewall.value
}

/// Whether no packet matches both.
fn apart(one: &NatRule, other: &NatRule) -> bool {
    !one.source.upper.intersects(&other.source.upper)
        || !one.destination.upper.intersects(&other.destination.upper)
}

/// Source translation happens where packets leave through the uplink, destination translation where
/// they arrive; reflexive rules do both.
fn concerns(rule: &NatRule, face: Face) -> bool {
    match &rule.action.value {
        Ok(NatAction::Source | NatAction::NoSource) => face == Face::Out,
        Ok(NatAction::Destination | NatAction::NoDestination) => face == Face::In,
        Ok(NatAction::ToIpv6) => false,
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
    // Which uplink packets take is not modelled.
    if let Some(scope) = rule.scope.first() {
        doubts.push(Doubt {
            at: rule.origin.written.at,
            ..scope.doubt().cloned().unwrap_or_else(|| {
                doubt(
                    format!("the interfaces that `{}` is confined to", rule.origin.name),
                    "a translation rule without `scope`",
                )
            })
        });
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
        Ok(NatAction::NoSource | NatAction::NoDestination | NatAction::ToIpv6) | Err(_) => {
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

/// The firewall sees the internal address where packets leave before they are translated. What passes
/// it by is told by the addresses it came with, so it is translated behind it.
fn stage_of(rule: &NatRule, face: Face) -> Stage {
    match (face, &rule.firewall.value) {
        (_, Ok(NatFirewall::Bypass)) => Stage::AfterFirewall,
        (Face::In, Ok(NatFirewall::External)) => Stage::AfterFirewall,
        (Face::In, _) => Stage::BeforeFirewall,
        (_, Ok(NatFirewall::External)) => Stage::BeforeFirewall,
        _ => Stage::AfterFirewall,
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
            let doubt = doubt(
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
        Face::In | Face::Through => Rewrite {
            source: None,
            source_unless_destination: Addresses::none(),
            destination: Some(to),
            destination_ports: ports,
        },
    }
}

/// The managed translation of a private cloud: every packet leaves from an address that Azure chooses.
#[must_use]
pub fn managed(name: &Arc<str>, written: &Written, because: &str, unknown: Doubt) -> Filter {
    let source = Bounded::between(Addresses::none(), Addresses::public(), [unknown]);
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
