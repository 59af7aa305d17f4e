//! `nsxt_policy_dns_forwarder_zone` and `nsxt_policy_gateway_dns_forwarder`.

use std::sync::Arc;

use crate::network::attributes::View;
use crate::network::doubt::doubt_of;
use crate::network::inventory::Reader;
use crate::network::inventory::avs::{DnsService, DnsZone, Owner, Several};
use crate::network::inventory::terms;
use crate::network::model::Fact;

pub fn zone(reader: &Reader<'_>, owner: Owner) -> DnsZone {
    let view = &reader.view;
    DnsZone {
        origin: reader.origin(),
        owner,
        name: terms::text(view, "display_name", ""),
        domains: domains(view, "dns_domain_names"),
        upstreams: terms::references(reader, "upstream_servers"),
        source_ip: terms::addresses_if_set(view, "source_ip"),
    }
}

/// Domain names, lower case without final dot.
pub fn domains(view: &View<'_>, name: &str) -> Several<Arc<str>> {
    let strings = view.strings(name);
    Several {
        known: strings
            .known
            .iter()
            .map(|(text, _)| text.trim_end_matches('.').to_ascii_lowercase().into())
            .collect(),
        doubts: strings.unknown.iter().map(|value| doubt_of(value)).collect(),
    }
}

pub fn forwarder(reader: &Reader<'_>, owner: Owner) -> DnsService {
    let view = &reader.view;
    let enabled: Fact<bool> = view.bool("enabled").fact(true, view.written().at);
    DnsService {
        origin: reader.origin(),
        owner,
        through_azure: false,
        listener: terms::addresses_if_set(view, "listener_ip"),
        default_zone: reader.reference(&["default_forwarder_zone_path"]),
        zones: Some(terms::references(reader, "conditional_forwarder_zone_paths")),
        gateway: reader.reference(&["gateway_path"]),
        enabled,
    }
}
