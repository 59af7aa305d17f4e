//! The firewall of one NSX gateway, in force at its uplink: north-south traffic only.

use std::sync::Arc;

use super::nsx_groups::Members;
use super::nsx_rules::{Enforcement, Face, GATEWAY, Policies, plain_line};
use super::owners::{Gateway, Owners};
use crate::network::inventory::nsx::{Policy, PolicyKind, Rule, RuleAction};
use crate::network::join::Reference;
use crate::network::model::{Action, Assumption, Bounded, Doubt, Filter, HopKind, Line, Written};
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

/// The default rule of this gateway, where a predefined policy sets it.
fn default_line(at: &At<'_>, policies: &[&Policy]) -> (Option<Line>, Line) {
    let predefined = policies
        .iter()
        .filter(|policy| policy.of == PolicyKind::PredefinedGateway);
    for policy in predefined {
        for rule in &policy.defaults {
            if at.owners.gateway(&rule.scope).as_ref() != Some(&at.gateway) {
                continue;
            }
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
            let allow = line(
                Action::Allow,
                "no rule matches, and the gateway's default rule allows",
            );
            let mut unknown = policy.origin.presence.clone();
            unknown.extend(rule.action.value.as_ref().err().cloned());
            return match (&rule.action.value, unknown.is_empty()) {
                (Ok(RuleAction::Deny), true) => (None, drop()),
                (Ok(_), true) => (None, allow),
                _ => (
                    Some(Line {
                        doubts: unknown,
                        ..drop()
                    }),
                    allow,
                ),
            };
        }
    }
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
    (None, otherwise)
}
