//! The NSX distributed firewall of a private cloud: one filter where packets leave a workload's vNIC,
//! one where they arrive, in force on every segment, inside a segment too.

use super::Fabric;
use super::nsx_groups::Members;
use super::nsx_rules::{DISTRIBUTED, Enforcement, Face, Policies, everything, plain_line};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::PrivateCloud;
use crate::network::inventory::nsx::{Exclusion, Policy, PolicyKind, Rule, RuleAction};
use crate::network::join::Reference;
use crate::network::model::{
    Action, Assumption, Bounded, Doubt, Fact, Filter, FilterId, HopKind, Line, Match,
};
use crate::traffic::Addresses;

/// What the distributed firewall of one private cloud is made of.
pub struct Parts<'a> {
    pub cloud: &'a PrivateCloud,
    pub policies: Vec<&'a Policy>,
    pub rules: Vec<&'a (Reference, Rule)>,
    pub exclusions: Vec<&'a Exclusion>,
}

/// The filters at the two faces of every vNIC.
pub struct Filters {
    pub sends: FilterId,
    pub receives: FilterId,
    /// Whether what no rule matches is dropped.
    pub drops_by_default: Fact<bool>,
}

struct Scopes;

impl Enforcement for Scopes {
    /// A policy's scope takes precedence over its rules'.
    fn applies(
        &self,
        members: &mut Members<'_>,
        policy: &Policy,
        rule: &Rule,
    ) -> Option<(Bounded<Addresses>, Vec<Doubt>)> {
        let scope = if policy.scope.is_empty() {
            &rule.scope
        } else {
            &policy.scope
        };
        let applied = members.scope(scope);
        (!applied.upper.is_empty()).then(|| (applied, Vec::new()))
    }
}

pub fn build(fabric: &mut Fabric<'_>, parts: &Parts<'_>, members: &mut Members<'_>) -> Filters {
    let (default, drops_by_default) = default_line(fabric, parts);
    let policies = Policies::new(parts.policies.clone(), parts.rules.iter().copied(), DISTRIBUTED);
    let mut add = |face, name: &str, members: &mut Members<'_>| {
        let mut lines = excluded(parts, members, face);
        let excluded = lines.len();
        lines.extend(
            policies
                .lines(members, face, &Scopes)
                .into_iter()
                .map(|line| shifted(line, excluded)),
        );
        lines.extend(default.undecided.clone());
        fabric.network.add_filter(Filter {
            name: format!("{} distributed firewall, {name}", parts.cloud.origin.name).into(),
            kind: HopKind::NsxDistributedFirewall,
            written: parts.cloud.origin.written.clone(),
            lines,
            otherwise: default.otherwise.clone(),
            point: format!("{} distributed firewall", parts.cloud.origin.name).into(),
            transit: false,
        })
    };
    Filters {
        sends: add(Face::Out, "leaving", members),
        receives: add(Face::In, "arriving", members),
        drops_by_default,
    }
}

/// Jumps count from the first line.
fn shifted(mut line: Line, by: usize) -> Line {
    if let Action::Jump(to) = &mut line.action {
        *to += by;
    }
    line
}

/// Members of the exclude list have no firewall.
fn excluded(parts: &Parts<'_>, members: &mut Members<'_>, face: Face) -> Vec<Line> {
    let mut lines = Vec::new();
    for exclusion in &parts.exclusions {
        let set = members.scope(std::slice::from_ref(&exclusion.member));
        let (source, destination) = match face {
            Face::Out => (set, Bounded::exactly(Addresses::all())),
            Face::In | Face::Through => (Bounded::exactly(Addresses::all()), set),
        };
        let because = "a member of the firewall's exclude list";
        let mut line = plain_line(
            "exclude list",
            Action::Allow,
            because,
            exclusion.origin.written.clone(),
        );
        line.matches = vec![Match {
            source,
            destination,
            ..everything()
        }];
        line.place = Some(exclusion.origin.name.clone());
        line.doubts.clone_from(&exclusion.origin.presence);
        lines.push(line);
    }
    lines
}

struct Default {
    /// Before the last line, where it is not known what that is.
    undecided: Option<Line>,
    otherwise: Line,
}

/// The default rule: as an input sets it, as the site file declares it, or as NSX delivers it.
fn default_line(fabric: &Fabric<'_>, parts: &Parts<'_>) -> (Default, Fact<bool>) {
    let predefined = parts
        .policies
        .iter()
        .filter(|policy| policy.of == PolicyKind::PredefinedDistributed);
    let layer3 = |policy: &&&Policy| !names_layer2(&policy.path);
    let set = predefined
        .filter(layer3)
        .find_map(|policy| Some((*policy, policy.defaults.first()?)));
    if let Some((policy, rule)) = set {
        let line = |action, because: &str| {
            let mut line = plain_line("default rule", action, because, policy.origin.written.clone());
            line.place = Some(policy.origin.name.clone());
            line
        };
        let drop = || line(Action::Deny, "no rule matches, and the default rule drops");
        let allow = || line(Action::Allow, "no rule matches, and the default rule allows");
        let mut unknown = policy.origin.presence.clone();
        unknown.extend(rule.action.value.as_ref().err().cloned());
        let drops = rule.action.value == Ok(RuleAction::Deny);
        let fact = match unknown.first() {
            Some(doubt) => Fact::unknown(doubt.clone()),
            None => Fact::known(drops, rule.written.at),
        };
        let undecided = (!unknown.is_empty()).then(|| Line {
            doubts: unknown,
            ..drop()
        });
        let certainly_drops = drops && undecided.is_none();
        let otherwise = if certainly_drops { drop() } else { allow() };
        return (Default { undecided, otherwise }, fact);
    }
    as_delivered(fabric, parts)
}

fn names_layer2(path: &Reference) -> bool {
    matches!(path, Reference::Outside(text, _) if text.contains("layer2"))
}

fn as_delivered(fabric: &Fabric<'_>, parts: &Parts<'_>) -> (Default, Fact<bool>) {
    let written = parts.cloud.origin.written.clone();
    let name = &parts.cloud.origin.name;
    let (allows, at, text) = match fabric.declarations.nsx_default_allows {
        Some((true, place)) => (
            true,
            Some(place),
            format!("the distributed firewall of `{name}` allows by default, as the site file says"),
        ),
        Some((false, place)) => (
            false,
            Some(place),
            format!("the distributed firewall of `{name}` drops by default, as the site file says"),
        ),
        None => (
            true,
            written.at,
            format!("the distributed firewall of `{name}` allows by default: no input sets its default rule"),
        ),
    };
    let (action, because) = if allows {
        (
            Action::Allow,
            "no rule matches, and the default rule is taken to allow",
        )
    } else {
        (
            Action::Deny,
            "no rule matches, and the default rule drops, as the site file says",
        )
    };
    let mut otherwise = plain_line("default rule", action, because, written);
    otherwise.written.at = at;
    otherwise.place = Some(name.clone());
    otherwise.assumptions.push(Assumption {
        code: "nsx-default-allow",
        text: text.into(),
    });
    let default = Default {
        undecided: None,
        otherwise,
    };
    (default, Fact::known(!allows, at))
}

/// The doubt that something may filter in ways that are not modelled.
#[must_use]
pub fn opaque(name: &str, why: &str) -> Doubt {
    doubt(format!("`{name}`: {why}"), "a configuration without it")
}
