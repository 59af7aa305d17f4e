//! Uplinks of tier-1 gateways: firewall and translation between a tier-1 and the tier-0.
//!
//! What translates has to be the node that replies come back to, so a tier-1 with translation rules
//! gets a second node at its uplink: translation that the firewall sees the inside of stands beyond it.

use super::cloud_routes::{link, prefixes, push, route};
use super::clouds::{Site, lone_rules};
use super::gateway_firewall::{self, At};
use super::nsx_groups::Members;
use super::nsx_nat::{self, Stage};
use super::nsx_rules::Face;
use super::owners::Gateway;
use super::{Fabric, node};
use crate::network::inventory::nsx::{NatAction, NatRule, Policy, PolicyKind};
use crate::network::model::{
    Bounded, Disposition, Doubt, Fact, FilterId, Forward, HopKind, LinkId, NodeId, Route, Written,
};
use crate::traffic::Addresses;

/// A tier-1's way to the tier-0 and back.
pub struct Uplink {
    /// From the tier-0.
    pub down: LinkId,
    /// The node at the uplink and the step from it to the tier-1, where translation needs one.
    pub relay: Option<(NodeId, LinkId)>,
}

/// The filters around a tier-1's uplink, in the order packets pass them.
#[derive(Default)]
struct Chain {
    before: Option<FilterId>,
    firewall: Option<FilterId>,
    after: Option<FilterId>,
}

pub fn uplink<'a>(
    fabric: &mut Fabric<'a>,
    site: &Site<'a>,
    gateway: &Gateway,
    id: NodeId,
    inward: LinkId,
    members: &mut Members<'a>,
) -> Uplink {
    let (name, written) = fabric.network.node(id).map_or_else(
        || (site.cloud.origin.name.clone(), site.cloud.origin.written.clone()),
        |node| (node.name.clone(), node.written.clone()),
    );
    let rules = rules(site, gateway);
    let [out, back] = chains(fabric, site, gateway, (&name, &written), members, &rules);
    let doubts = doubts(site, gateway);
    if rules.is_empty() {
        let mut step = |from, to, chain: Chain| {
            let because = "the tier-1 is linked to the tier-0";
            let mut step = link(
                from,
                to,
                name.clone(),
                HopKind::NsxGatewayFirewall,
                because,
                &written,
            );
            step.filters = chain
                .before
                .into_iter()
                .chain(chain.firewall)
                .chain(chain.after)
                .collect();
            step.doubts.clone_from(&doubts);
            fabric.network.add_link(step)
        };
        let up = step(id, site.tier0, out);
        let down = step(site.tier0, id, back);
        default_route(fabric, site, gateway, id, up);
        return Uplink { down, relay: None };
    }
    let made = node(
        format!("{name} uplink"),
        HopKind::NsxGatewayFirewall,
        written.clone(),
    );
    let relay = fabric.network.add_node(made);
    let mut step = |from, to, filters: [Option<FilterId>; 2]| {
        let because = "the tier-1 is linked to the tier-0";
        let mut step = link(
            from,
            to,
            name.clone(),
            HopKind::NsxGatewayFirewall,
            because,
            &written,
        );
        step.filters = filters.into_iter().flatten().collect();
        step.doubts.clone_from(&doubts);
        fabric.network.add_link(step)
    };
    let up = step(id, relay, [out.before, out.firewall]);
    let beyond = step(relay, site.tier0, [out.after, None]);
    let down = step(site.tier0, relay, [back.before, None]);
    let inner = step(relay, id, [back.firewall, back.after]);
    default_route(fabric, site, gateway, id, up);
    let all = Bounded::exactly(Addresses::all());
    let because = "everything else is behind the tier-0";
    push(
        fabric,
        relay,
        route(all, 0, Forward::Link(beyond), because, &written),
    );
    translated(fabric, site, &rules, (relay, inner), (down, inward));
    Uplink {
        down,
        relay: Some((relay, inner)),
    }
}

/// The translation rules of a gateway, first to last.
fn rules<'a>(site: &Site<'a>, gateway: &Gateway) -> Vec<&'a NatRule> {
    let mut rules: Vec<&NatRule> = site
        .nat
        .iter()
        .map(|rule| rule.of)
        .filter(|rule| site.owners.gateway(&rule.gateway).as_ref() == Some(gateway))
        .collect();
    rules.sort_by_key(|rule| {
        rule.priority
            .value
            .as_ref()
            .map_or(i64::MIN, |priority| *priority)
    });
    rules
}

fn chains<'a>(
    fabric: &mut Fabric<'a>,
    site: &Site<'a>,
    gateway: &Gateway,
    (name, written): (&std::sync::Arc<str>, &Written),
    members: &mut Members<'a>,
    rules: &[&NatRule],
) -> [Chain; 2] {
    let own = site
        .tier1s
        .iter()
        .find(|tier1| *gateway == Gateway::Tier1(tier1.of.origin.handle));
    let enabled = own.map(|tier1| &tier1.of.firewall_enabled.value);
    let at = At {
        owners: site.owners.clone(),
        gateway: gateway.clone(),
        name: name.clone(),
        written: written.clone(),
        doubts: enabled
            .and_then(|enabled| enabled.as_ref().err().cloned())
            .into_iter()
            .collect(),
        only_allowed: own.map_or_else(|| Fact::known(false, None), |tier1| tier1.of.only_allowed.clone()),
    };
    let firewall = (enabled != Some(&Ok(false)))
        .then(|| [Face::Out, Face::In].map(|face| firewall(fabric, site, &at, members, rules, face)));
    let mut chain = |face, firewall| {
        let mut translate = |stage| {
            let filter = nsx_nat::filter(name, written, rules, members, face, stage);
            filter.map(|filter| fabric.network.add_filter(filter))
        };
        Chain {
            before: translate(Stage::BeforeFirewall),
            firewall,
            after: translate(Stage::AfterFirewall),
        }
    };
    let [leaving, arriving] = firewall.map_or([None, None], |[out, back]| [Some(out), Some(back)]);
    [chain(Face::Out, leaving), chain(Face::In, arriving)]
}

/// Why the link to the tier-0 may not be there.
fn doubts(site: &Site<'_>, gateway: &Gateway) -> Vec<Doubt> {
    let own = site
        .tier1s
        .iter()
        .find(|tier1| *gateway == Gateway::Tier1(tier1.of.origin.handle));
    let Some(tier1) = own else {
        return Vec::new();
    };
    let known = site.owners.gateway(&tier1.of.tier0) == Some(Gateway::Tier0);
    let unknown = tier1.of.tier0.doubt().filter(|_| !known);
    let all = tier1.doubt.iter().chain(&tier1.of.origin.presence).chain(unknown);
    all.cloned().collect()
}

fn default_route(fabric: &mut Fabric<'_>, site: &Site<'_>, gateway: &Gateway, id: NodeId, up: LinkId) {
    let own = site
        .tier1s
        .iter()
        .find(|tier1| *gateway == Gateway::Tier1(tier1.of.origin.handle));
    let (name, written) = fabric.network.node(id).map_or_else(
        || (site.cloud.origin.name.clone(), site.cloud.origin.written.clone()),
        |node| (node.name.clone(), node.written.clone()),
    );
    let all = Bounded::exactly(Addresses::all());
    let default = if own.is_none_or(|tier1| !tier1.of.tier0.is_none()) {
        route(
            all,
            0,
            Forward::Link(up),
            "everything else is behind the tier-0",
            &written,
        )
    } else {
        let nowhere = Forward::Drop(Disposition::NoRoute);
        Route {
            place: Some(name),
            ..route(all, 0, nowhere, "the tier-1 names no `tier0_path`", &written)
        }
    };
    push(fabric, id, default);
}

/// Addresses that translation gives away are reached through the tier-1 that gives them.
fn translated(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    rules: &[&NatRule],
    (relay, inner): (NodeId, LinkId),
    (down, inward): (LinkId, LinkId),
) {
    for rule in rules {
        let outside = match &rule.action.value {
            Ok(NatAction::Source | NatAction::Reflexive) => rule.translated.clone(),
            Ok(NatAction::Destination) => Some(rule.destination.clone()),
            Ok(NatAction::NoSource | NatAction::NoDestination | NatAction::ToIpv6) | Err(_) => None,
        };
        for (destinations, length) in outside
            .filter(|set| !set.upper.is_all())
            .iter()
            .flat_map(prefixes)
        {
            let because = "an address that the tier-1 translates";
            let to = |forward| {
                route(
                    destinations.clone(),
                    length,
                    forward,
                    because,
                    &rule.origin.written,
                )
            };
            push(fabric, site.tier0, to(Forward::Link(down)));
            push(fabric, relay, to(Forward::Link(inner)));
            // Public addresses are reached from the internet only.
            if !destinations.upper.intersects(&Addresses::public()) {
                push(fabric, site.management, to(Forward::Link(inward)));
            }
        }
    }
}

fn gateway_policies<'a>(fabric: &Fabric<'a>, site: &Site<'_>) -> Vec<&'a Policy> {
    let avs = &fabric.inventory.avs;
    let own = avs.policies.iter().filter(|policy| {
        matches!(policy.of, PolicyKind::Gateway | PolicyKind::PredefinedGateway)
            && matches!(site.owners.cloud(&policy.owner), Some((index, _)) if index == site.index)
    });
    own.collect()
}

/// The filter of a gateway's firewall for packets at one face.
pub fn firewall<'a>(
    fabric: &mut Fabric<'a>,
    site: &Site<'a>,
    at: &At<'a>,
    members: &mut Members<'a>,
    nat: &[&NatRule],
    face: Face,
) -> FilterId {
    let policies = gateway_policies(fabric, site);
    let rules = lone_rules(&fabric.inventory.avs, site, "gateway_policy_rule");
    let bypassed = nsx_nat::bypassed(nat, members, face);
    let filter = gateway_firewall::filter(at, &policies, &rules, members, face, bypassed);
    fabric.network.add_filter(filter)
}
