//! `Microsoft.AVS/privateClouds/workloadNetworks/…`: segments, DHCP and DNS through Azure.

use crate::network::attributes::View;
use crate::network::inventory::avs::{Avs, Dhcp, DnsService, DnsZone, Owner, Segment, Several};
use crate::network::inventory::terms;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::network::nsxt::{Subnets, dhcp_ranges, domains};
use crate::traffic::Addresses;

use super::avs::Properties;

/// `below` is what follows `privateclouds` in the ARM type.
pub(super) fn read(body: &Properties<'_>, below: &str, owner: Owner, avs: &mut Avs) -> bool {
    match below {
        "/workloadnetworks/segments" => avs.segments.push(segment(body, owner)),
        "/workloadnetworks/dhcpconfigurations" => avs.dhcp.push(dhcp(body, owner)),
        "/workloadnetworks/dnszones" => avs.dns_zones.push(zone(body, owner)),
        "/workloadnetworks/dnsservices" => avs.dns_services.push(service(body, owner)),
        "/workloadnetworks/portmirroringprofiles" | "/workloadnetworks/vmgroups" | "/workloadnetworks" => {}
        _ => return false,
    }
    true
}

fn segment(body: &Properties<'_>, owner: Owner) -> Segment {
    let view = body.view();
    let subnet = view.block("subnet");
    let mut set = Subnets::default();
    let mut ranges = Bounded::exactly(Addresses::none());
    let mut ranges_at = body.reader.view.written().at;
    if let Some(subnet) = &subnet {
        set.add(subnet, "gatewayAddress");
        ranges = dhcp_ranges(subnet, "dhcpRanges", &set.gateways);
        ranges_at = subnet.written_of(&["dhcpRanges"]).at.or(ranges_at);
    } else if set.addresses.upper.is_empty() {
        set.addresses = unknown_subnet(&body.reader.view);
    }
    Segment {
        origin: body.reader.origin(),
        owner,
        display_name: display_name(body),
        gateway: body.reference("connectedGateway"),
        switched_off: Fact::known(false, body.reader.view.written().at),
        gateway_addresses: set.gateways,
        subnet: set.addresses,
        dhcp_ranges: Fact::known(ranges, ranges_at),
        dhcp_config: Reference::None,
        dns_servers: None,
        tags: Several::default(),
        doubts: Vec::new(),
    }
}

fn unknown_subnet(view: &View<'_>) -> Bounded<Addresses> {
    let doubt = Doubt {
        what: format!("the subnet of {}", view.address()).into(),
        decided_by: "`subnet.gatewayAddress` in its body".into(),
        at: view.written().at,
    };
    Bounded::between(Addresses::none(), Addresses::all(), [doubt])
}

/// `displayName`, or the resource's own name.
fn display_name(body: &Properties<'_>) -> Fact<std::sync::Arc<str>> {
    if body.has("displayName") {
        terms::text(body.view(), "displayName", "")
    } else {
        terms::text(&body.reader.view, "name", "")
    }
}

fn dhcp(body: &Properties<'_>, owner: Owner) -> Dhcp {
    let kinds = [("SERVER", false), ("RELAY", true)];
    Dhcp {
        origin: body.reader.origin(),
        owner,
        relay: terms::word(body.view(), "dhcpType", &kinds, false),
        through_azure: true,
    }
}

fn zone(body: &Properties<'_>, owner: Owner) -> DnsZone {
    let view = body.view();
    DnsZone {
        origin: body.reader.origin(),
        owner,
        name: terms::text(&body.reader.view, "name", ""),
        domains: domains(view, "domain"),
        upstreams: terms::references(&body.inner(), "dnsServerIps"),
        source_ip: terms::addresses_if_set(view, "sourceIp"),
    }
}

fn service(body: &Properties<'_>, owner: Owner) -> DnsService {
    let view = body.view();
    // An empty list detaches every zone; a list that is left out leaves them alone.
    let lists_zones = view.value.get("fqdnZones").is_some_and(|value| !value.is_null());
    DnsService {
        origin: body.reader.origin(),
        owner,
        through_azure: true,
        listener: terms::addresses_if_set(view, "dnsServiceIp"),
        default_zone: body.reference("defaultDnsZone"),
        zones: lists_zones.then(|| terms::references(&body.inner(), "fqdnZones")),
        gateway: Reference::None,
        enabled: Fact::known(true, body.reader.view.written().at),
    }
}
