//! What a tier-1 tells the tier-0 of its segments: by the types of routes it advertises, and by its
//! advertisement rules (documentation of `nsxt_policy_tier1_gateway`).
//!
//! A rule that denies keeps its prefixes back. What becomes of prefixes beside a rule that permits, and
//! which of two rules about one prefix wins, is not documented: there the outcome is not known.

use super::clouds::Site;
use super::owners::Gateway;
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{AdvertisementRule, Tier1};
use crate::network::model::{Bounded, Doubt};
use crate::traffic::Addresses;

/// The doubts that a segment of a gateway is announced; `None`: it certainly is not.
pub fn advertised(site: &Site<'_>, gateway: &Gateway, subnet: &Bounded<Addresses>) -> Option<Vec<Doubt>> {
    let own = site
        .tier1s
        .iter()
        .find(|tier1| *gateway == Gateway::Tier1(tier1.of.origin.handle));
    let Some(tier1) = own.map(|tier1| tier1.of) else {
        return Some(Vec::new());
    };
    let mut doubts = tier1.doubts.clone();
    match &tier1.advertises.value {
        Ok(true) => {}
        Ok(false) => return None,
        Err(doubt) => doubts.push(doubt.clone()),
    }
    if tier1.tier0.is_none() {
        return None;
    }
    let touching: Vec<(&AdvertisementRule, Match)> = tier1
        .advertisement
        .iter()
        .map(|rule| (rule, matches(rule, subnet)))
        .collect();
    let denied = |(rule, found): &&(&AdvertisementRule, Match)| {
        *found == Match::All && rule.permits.value == Ok(false)
    };
    let permits = |(rule, found): &&(&AdvertisementRule, Match)| {
        *found != Match::None && rule.permits.value != Ok(false)
    };
    let open = touching.iter().any(|(rule, found)| {
        *found == Match::Perhaps || (*found == Match::All && rule.permits.value.is_err())
    });
    let denying = touching.iter().find(denied);
    let permitting = touching.iter().find(permits);
    // Rules that permit other prefixes only.
    let beside = permitting.is_none()
        && tier1
            .advertisement
            .iter()
            .any(|rule| rule.permits.value != Ok(false));
    match (denying, permitting) {
        (Some(_), None) => return None,
        (Some((rule, _)), Some(_)) => doubts.push(unknown(tier1, rule)),
        _ => {}
    }
    if open || (beside && denying.is_none()) {
        let rule = tier1.advertisement.first();
        doubts.extend(rule.map(|rule| unknown(tier1, rule)));
    }
    Some(doubts)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    None,
    All,
    Perhaps,
}

fn matches(rule: &AdvertisementRule, subnet: &Bounded<Addresses>) -> Match {
    if rule.connected.value == Ok(false) || !rule.subnets.upper.intersects(&subnet.upper) {
        return Match::None;
    }
    let exact = rule.connected.value.is_ok() && rule.subnets.is_exact() && subnet.is_exact();
    let all = match rule.within.value {
        Ok(true) => subnet.lower.is_subset(&rule.subnets.lower),
        Ok(false) => subnet.lower == rule.subnets.lower,
        Err(_) => false,
    };
    if exact && all { Match::All } else { Match::Perhaps }
}

fn unknown(tier1: &Tier1, rule: &AdvertisementRule) -> Doubt {
    Doubt {
        at: rule.written.at,
        ..doubt(
            format!(
                "which prefixes the advertisement rules of `{}` leave over",
                tier1.origin.name
            ),
            "a `route_advertisement_rule` that denies prefixes of no segment here, or none at all",
        )
    }
}
