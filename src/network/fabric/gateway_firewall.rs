//! The firewall of one NSX gateway, in force at its uplink: north-south traffic only.

use std::sync::Arc;

use super::nsx_groups::Members;
use super::nsx_rules::{Enforcement, Face, GATEWAY, Policies, plain_line};
use super::owners::{Gateway, Owners};
use crate::network::inventory::nsx::{Policy, PolicyKind, Rule, RuleAction};
use crate::network::join::Reference;
use crate::network::model::{Action, Assumption, Bounded, Doubt, Fact, Filter, HopKind, Line, Written};
use crate::traffic::Addresses;

/// A gateway whose firewall is to be built.
pub struct At<'a> {
    pub owners: Arc<Owners<'a>>,
    pub gateway: Gateway,
    /// As reports name it.
    pub name: Arc<str>,
    pub written: Written,
    /// Whether the gateway's firewall is switched on may not be known.
    pub doubts: Vec<Doubt>,
    /// Whether the gateway itself says that what no rule allows is dropped.
    pub only_allowed: Fact<bool>,
}

impl Enforcement for At<'_> {
    /// A rule is enforced on the gateways in its scope.
    fn applies(
        &self,
        _: &mut Members<'_>,
        _: &Policy,
        rule: &Rule,
    ) -> Option<(Bounded<Addresses>, Vec<Doubt>)> {
        let everywhere = Bounded::exactly(Addresses::all());
        let mut unknown = self.doubts.clone();
        let mut named = rule.scope.is_empty();
        for reference in &rule.scope {
            let scope = self.owners.gateway(reference);
            if scope.as_ref() == Some(&self.gateway) {
                return Some((everywhere, self.doubts.clone()));
            }
            // A scope that nothing here names may be this gateway all the same.
            let another = matches!(reference, Reference::To(_) | Reference::None)
                || matches!(reference, Reference::Outside(text, _) if text.contains("/tier-"))
                || !matches!(scope, Some(Gateway::Outside(_)));
            if !another {
                unknown.extend(reference.doubt().cloned());
                named = true;
            }
        }
        named.then_some((everywhere, unknown))
    }
}

/// The filter for packets that leave through the uplink, or arrive there.
#[must_use]
pub fn filter(
    at: &At<'_>,
    policies: &[&Policy],
    rules: &[&(Reference, Rule)],
    members: &mut Members<'_>,
    face: Face,
    bypassed: Vec<Line>,
) -> Filter {
    let compiled = Policies::new(policies.to_vec(), rules.iter().copied(), GATEWAY);
    let before = bypassed.len();
    let mut lines = bypassed;
    lines.extend(compiled.lines(members, face, at).into_iter().map(|mut line| {
        if let Action::Jump(to) = &mut line.action {
            *to += before;
        }
        line
    }));
    let (undecided, otherwise) = default_line(at, policies);
    lines.extend(undecided);
    Filter {
        name: at.name.clone(),
        kind: HopKind::NsxGatewayFirewall,
        written: at.written.clone(),
        lines,
        otherwise,
        point: format!("{} firewall", at.name).into(),
        // The tier-0 is active on every edge at once: it keeps no state that replies would miss.
        transit: at.gateway != Gateway::Tier0,
    }
}

/// The default rule of this gateway: as a predefined policy sets it, as the gateway's own
/// `force_whitelisting` does, or as it is delivered. One whose gateway is not known may be this one's.
fn default_line(at: &At<'_>, policies: &[&Policy]) -> (Option<Line>, Line) {
    let predefined = policies
        .iter()
        .filter(|policy| policy.of == PolicyKind::PredefinedGateway);
    let mut undecided = None;
    for policy in predefined {
        let line = |action, because: &str| {
            let mut line = plain_line("default rule", action, because, policy.origin.written.clone());
            line.place = Some(policy.origin.name.clone());
            line
        };
        let drop = || {
            line(
                Action::Deny,
                "no rule matches, and the gateway's default rule drops",
            )
        };
        for rule in &policy.defaults {
            let scope = at.owners.gateway(&rule.scope);
            let perhaps = match (&scope, rule.scope.doubt()) {
                (Some(Gateway::Outside(_)), Some(doubt)) if !is_another(&rule.scope) => Some(doubt.clone()),
                _ => None,
            };
            if scope.as_ref() != Some(&at.gateway) && perhaps.is_none() {
                continue;
            }
            let mut unknown = policy.origin.presence.clone();
            unknown.extend(policy.doubts.iter().chain(&at.doubts).cloned());
            unknown.extend(rule.action.value.as_ref().err().cloned());
            unknown.extend(perhaps.clone());
            let drops = rule.action.value != Ok(RuleAction::Allow);
            if !unknown.is_empty() {
                undecided = undecided.or_else(|| {
                    drops.then(|| Line {
                        doubts: unknown,
                        ..drop()
                    })
                });
                continue;
            }
            let otherwise = if drops {
                drop()
            } else {
                line(
                    Action::Allow,
                    "no rule matches, and the gateway's default rule allows",
                )
            };
            return (undecided, otherwise);
        }
    }
    as_delivered(at, undecided)
}

/// Whether a reference certainly names a gateway that is none of those here.
fn is_another(reference: &Reference) -> bool {
    matches!(reference, Reference::Outside(text, _) if text.contains("/tier-"))
}

fn as_delivered(at: &At<'_>, undecided: Option<Line>) -> (Option<Line>, Line) {
    let because = "no rule matches, and the gateway takes only what its rules allow (`force_whitelisting`)";
    let mut drop = plain_line("default rule", Action::Deny, because, at.written.clone());
    drop.written.at = at.only_allowed.at.or(drop.written.at);
    match &at.only_allowed.value {
        Ok(true) if at.doubts.is_empty() => return (undecided, drop),
        Ok(false) => {}
        unknown => {
            drop.doubts.extend(unknown.as_ref().err().cloned());
            drop.doubts.extend(at.doubts.iter().cloned());
            return (undecided.or(Some(drop)), allowed(at));
        }
    }
    (undecided, allowed(at))
}

fn allowed(at: &At<'_>) -> Line {
    let mut otherwise = plain_line(
        "default rule",
        Action::Allow,
        "no rule matches, and the gateway's default rule is taken to allow",
        at.written.clone(),
    );
    otherwise.assumptions.push(Assumption {
        code: "gateway-firewall-default-allow",
        text: format!(
            "the firewall of {} allows by default: no input sets its default rule",
            at.name
        )
        .into(),
    });
    otherwise
}
