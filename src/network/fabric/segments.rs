//! Facts about segments: their addresses, and whether DHCP works on them.

use std::sync::Arc;

use super::cloud_routes::Lan;
use super::clouds::Site;
use super::owners::Gateway;
use crate::network::catalogue::Handle;
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{Dhcp, Segment as Item};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact, Segment};
use crate::traffic::Addresses;

pub fn fact(site: &Site<'_>, segment: &Item, lan: &Lan) -> Segment {
    let (dhcp_service, dhcp_because) = dhcp(site, segment, lan);
    let at = segment.origin.written.at;
    Segment {
        name: segment.origin.name.clone(),
        display_name: segment.display_name.clone(),
        written: segment.origin.written.clone(),
        node: lan.node,
        addresses: segment.subnet.clone(),
        usable: usable(segment),
        connected: match lan.doubts.first() {
            Some(doubt) => Fact::unknown(doubt.clone()),
            None => Fact::known(lan.gateway.is_some(), lan.off_at.or(at)),
        },
        dhcp_ranges: segment.dhcp_ranges.clone(),
        dhcp_service,
        dhcp_because,
        dns_servers: segment.dns_servers.clone(),
    }
}

/// The subnets without network, broadcast and gateway addresses.
fn usable(segment: &Item) -> Bounded<Addresses> {
    let networks = segment.subnet.lower.networks();
    let ends = networks.iter().flat_map(|(address, length)| {
        let whole = Addresses::network(*address, *length);
        whole
            .ranges()
            .first()
            .map(|(low, high)| [(*low, *low), (*high, *high)])
    });
    let taken = Addresses::from_ranges(ends.flatten()).union(&segment.gateway_addresses);
    Bounded::between(
        segment.subnet.lower.difference(&taken),
        segment.subnet.upper.difference(&taken),
        segment.subnet.doubts.clone(),
    )
}

/// A server or relay applies to a segment by itself, by its tier-1, or, configured through Azure, by
/// the default tier-1 (Microsoft Learn, "Configure DHCP for Azure VMware Solution").
fn dhcp(site: &Site<'_>, segment: &Item, lan: &Lan) -> (Fact<bool>, Arc<str>) {
    let at = segment.origin.written.at;
    if !segment.dhcp_config.is_none() {
        return referred(site, &segment.dhcp_config, at, "the segment's `dhcp_config_path`");
    }
    let own = site
        .tier1s
        .iter()
        .find(|tier1| lan.gateway == Some(Gateway::Tier1(tier1.of.origin.handle)));
    if let Some(tier1) = own.filter(|tier1| !tier1.of.dhcp_config.is_none()) {
        return referred(site, &tier1.of.dhcp_config, at, "its tier-1's `dhcp_config_path`");
    }
    let through_azure = site.dhcp.iter().find(|dhcp| dhcp.of.through_azure);
    match (through_azure, &lan.gateway) {
        (Some(dhcp), Some(Gateway::Default)) => {
            let name = &dhcp.of.origin.name;
            let because = format!("`{name}` serves the default tier-1").into();
            let relayed = relayed(dhcp.of);
            let unsure = dhcp.doubt.iter().chain(&dhcp.of.origin.presence).chain(&relayed);
            match unsure.into_iter().next() {
                Some(doubt) => (Fact::unknown(doubt.clone()), because),
                None => (Fact::known(true, dhcp.of.origin.written.at), because),
            }
        }
        (_, Some(Gateway::Outside(_))) => match segment.gateway.doubt() {
            Some(doubt) => (
                Fact::unknown(doubt.clone()),
                "what its gateway serves is not known".into(),
            ),
            None => (Fact::known(false, at), none()),
        },
        _ => (Fact::known(false, at), none()),
    }
}

/// A relay passes questions on from the gateway to servers: whether they are reached from there and
/// answer for the segment is not modelled (Microsoft Learn, "Configure DHCP for Azure VMware Solution").
fn relayed(dhcp: &Dhcp) -> Option<Doubt> {
    match &dhcp.relay.value {
        Ok(false) => None,
        Ok(true) => Some(Doubt {
            at: dhcp.origin.written.at,
            ..doubt(
                format!("whether the servers that `{}` relays to answer", dhcp.origin.name),
                "a DHCP server of the private cloud's own",
            )
        }),
        Err(doubt) => Some(doubt.clone()),
    }
}

fn none() -> Arc<str> {
    "no DHCP server or relay applies to the segment".into()
}

fn referred(
    site: &Site<'_>,
    reference: &Reference,
    at: Option<crate::source::Place>,
    by: &str,
) -> (Fact<bool>, Arc<str>) {
    let found = |handle: Handle| site.dhcp.iter().find(|dhcp| dhcp.of.origin.handle == handle);
    match (reference.handle().and_then(found), reference.doubt()) {
        (Some(dhcp), _) => {
            let name = &dhcp.of.origin.name;
            let because: Arc<str> = format!("`{name}`, by {by}").into();
            let relayed = relayed(dhcp.of);
            match dhcp.of.origin.presence.first().or(relayed.as_ref()) {
                Some(doubt) => (Fact::unknown(doubt.clone()), because),
                None => (Fact::known(true, dhcp.of.origin.written.at), because),
            }
        }
        (None, Some(doubt)) => (
            Fact::unknown(doubt.clone()),
            format!("what {by} names is not known").into(),
        ),
        (None, None) => (
            Fact::unknown(crate::network::doubt::doubt(
                format!("what {by} of `{}` names", site.cloud.origin.name),
                "the input (directory, plan or state) that defines it",
            )),
            format!("what {by} names is not known").into(),
        ),
    }
    .with_place(at)
}

/// A fact without a place of its own has the segment's.
trait Placed {
    fn with_place(self, at: Option<crate::source::Place>) -> Self;
}

impl Placed for (Fact<bool>, Arc<str>) {
    fn with_place(mut self, at: Option<crate::source::Place>) -> Self {
        self.0.at = self.0.at.or(at);
        self
    }
}
