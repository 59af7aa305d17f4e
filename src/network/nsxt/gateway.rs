//! `nsxt_policy_tier1_gateway`.

use crate::network::attributes::View;
use crate::network::doubt::doubt;
use crate::network::inventory::Reader;
use crate::network::inventory::avs::{AdvertisementRule, Owner, Tier1};
use crate::network::inventory::terms;
use crate::network::model::{Doubt, Fact};

pub fn tier1(reader: &Reader<'_>, owner: Owner) -> Tier1 {
    let view = &reader.view;
    let rules = view.blocks("route_advertisement_rule");
    Tier1 {
        origin: reader.origin(),
        owner,
        display_name: terms::text(view, "display_name", ""),
        tier0: reader.reference(&["tier0_path"]),
        advertises: advertises(view, "TIER1_CONNECTED"),
        advertises_dns: advertises(view, "TIER1_DNS_FORWARDER_IP"),
        advertises_static: advertises(view, "TIER1_STATIC_ROUTES"),
        dhcp_config: reader.reference(&["dhcp_config_path"]),
        firewall_enabled: view.bool("enable_firewall").fact(true, view.written().at),
        only_allowed: view.bool("force_whitelisting").fact(false, view.written().at),
        advertisement: rules.iter().map(advertisement).collect(),
        doubts: rules.iter().filter_map(View::perhaps).collect(),
    }
}

/// Left out, a rule permits, is about prefixes inside its subnets, and (the provider does not say) about
/// routes of every type.
fn advertisement(view: &View<'_>) -> AdvertisementRule {
    let actions = [("PERMIT", true), ("DENY", false)];
    let operators = [("GE", true), ("EQ", false)];
    let types = view.strings("route_advertisement_types");
    let named = types
        .known
        .iter()
        .any(|(text, _)| text.eq_ignore_ascii_case("TIER1_CONNECTED"));
    AdvertisementRule {
        written: view.written(),
        permits: terms::word(view, "action", &actions, true),
        subnets: terms::addresses(view, "subnets"),
        within: terms::word(view, "prefix_operator", &operators, true),
        connected: match types.doubts().first() {
            Some(doubt) if !named => Fact::unknown(doubt.clone()),
            _ => Fact::known(named || types.is_empty(), view.written().at),
        },
    }
}

/// NSX announces routes of a type only where it is among the types (connected segments:
/// `TIER1_CONNECTED`); left out, the manager decides.
fn advertises(view: &View<'_>, word: &str) -> Fact<bool> {
    let name = "route_advertisement_types";
    let strings = view.strings(name);
    let at = view.written_of(&[name]).at;
    if strings
        .known
        .iter()
        .any(|(text, _)| text.eq_ignore_ascii_case(word))
    {
        return Fact::known(true, at);
    }
    if let Some(doubt) = strings.doubts().first() {
        return Fact::unknown(doubt.clone());
    }
    if !strings.is_empty() {
        return Fact::known(false, at);
    }
    Fact::unknown(Doubt {
        at,
        ..doubt(
            format!(
                "`{}.{name}`, which the configuration leaves to NSX",
                view.address()
            ),
            format!("`route_advertisement_types = [\"{word}\"]`"),
        )
    })
}
