//! The vocabulary of the `nsxt` provider (policy API), as far as packets are concerned.

mod dns;
mod gateway;
mod group;
mod nat;
mod policy;
pub mod predefined;
mod segment;
mod service;

pub use dns::domains;
pub use segment::{Subnets, dhcp_ranges};

use crate::config::module::Mode;
use crate::network::inventory::avs::{LoneRule, Opaque, Owner, StaticRoute};
use crate::network::inventory::nsx::Exclusion;
use crate::network::inventory::{Inventory, Reader, terms};

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let kind = &*reader.view.instance.address.kind;
    // A data source looks an object up by its name and shows nothing of it.
    if reader.view.instance.address.mode == Mode::Data {
        return reader.is_alias();
    }
    let owner = manager(reader);
    let avs = &mut inventory.avs;
    if in_project(reader) {
        // Groups and services by themselves let nothing through and hold nothing back.
        if !matches!(kind, "nsxt_policy_group" | "nsxt_policy_service") && !is_harmless(kind) {
            avs.opaque.push(Opaque {
                origin: reader.origin(),
                owner,
                gateway: reader.reference(GATEWAYS),
                at_segments: true,
                why: "what is inside an NSX project is not modelled",
            });
        }
        return true;
    }
    match kind {
        "nsxt_policy_segment" | "nsxt_policy_fixed_segment" => {
            avs.segments.push(segment::segment(reader, owner))
        }
        "nsxt_policy_vlan_segment" => avs.segments.push(segment::vlan(reader, owner)),
        "nsxt_policy_static_route" => avs.static_routes.push(StaticRoute {
            origin: reader.origin(),
            owner,
            gateway: reader.reference(&["gateway_path"]),
            destinations: terms::addresses(&reader.view, "network"),
        }),
        "nsxt_policy_tier1_gateway" => avs.tier1s.push(gateway::tier1(reader, owner)),
        "nsxt_policy_dhcp_server" => avs.dhcp.push(segment::dhcp(reader, owner, false)),
        "nsxt_policy_dhcp_relay" => avs.dhcp.push(segment::dhcp(reader, owner, true)),
        "nsxt_policy_dns_forwarder_zone" => avs.dns_zones.push(dns::zone(reader, owner)),
        "nsxt_policy_gateway_dns_forwarder" => avs.dns_services.push(dns::forwarder(reader, owner)),
        "nsxt_policy_group" => avs.groups.push(group::group(reader, owner)),
        "nsxt_policy_service" => avs.services.push(service::service(reader, owner)),
        "nsxt_policy_nat_rule" => avs.nat_rules.push(nat::nat_rule(reader, owner)),
        "nsxt_policy_firewall_exclude_list_member" => avs.exclusions.push(Exclusion {
            origin: reader.origin(),
            owner,
            member: reader.reference(&["member"]),
        }),
        "nsxt_policy_security_policy_rule" | "nsxt_policy_gateway_policy_rule" => {
            let parent = reader.reference(&["policy_path"]);
            avs.rules.push(LoneRule {
                owner,
                rule: (parent, policy::lone_rule(reader)),
            });
        }
        kind => match policy::kind_of(kind) {
            Some(of) => avs.policies.push(policy::policy(reader, owner, of)),
            None if is_harmless(kind) => {}
            None => avs.opaque.push(Opaque {
                origin: reader.origin(),
                owner,
                gateway: reader.reference(GATEWAYS),
                at_segments: ["firewall", "security", "distributed"]
                    .iter()
                    .any(|part| kind.contains(part)),
                why: opaque(kind),
            }),
        },
    }
    true
}

/// Whether an object belongs to a project of its own (multitenancy), whose rules apply to the
/// project's machines only.
fn in_project(reader: &Reader<'_>) -> bool {
    reader
        .view
        .blocks("context")
        .iter()
        .any(|context| context.get("project_id").is_some() || context.perhaps().is_some())
}

/// The NSX Manager that the provider configuration talks to.
fn manager(reader: &Reader<'_>) -> Owner {
    let evaluations = reader.catalogue.evaluations();
    let configured = evaluations
        .get(reader.view.input)
        .and_then(|evaluation| evaluation.providers.get(&reader.view.instance.provider));
    let host = configured.and_then(|configured| configured.get("host"));
    Owner::Manager(reader.catalogue.resolve(reader.view.input, host))
}

/// Resources that change what becomes of packets at a gateway, in ways that are not modelled.
fn opaque(kind: &str) -> &'static str {
    match kind {
        _ if kind.contains("vpn") => "VPN services of NSX gateways are not modelled",
        _ if kind.contains("intrusion") => "what intrusion prevention drops is not in Terraform",
        _ if kind.contains("redirection") => "service insertion is not modelled",
        _ => "an NSX object of a type that is not modelled",
    }
}

/// What names the gateway that an object is on, directly or by something below it.
const GATEWAYS: &[&str] = &[
    "gateway_path",
    "tier0_path",
    "tier1_path",
    "locale_service_path",
    "bgp_path",
    "connectivity_path",
];

/// Names, pools, profiles and accounts: nothing that forwards or filters by itself.
fn is_harmless(kind: &str) -> bool {
    const PARTS: &[&str] = &[
        "_profile",
        "_ip_block",
        "_folder",
        "_backup",
        "manager_",
        "cluster_virtual_ip",
        "compute_",
        "_ip_pool",
        "_ip_address_allocation",
        "_dhcp_v4_static_binding",
        "_dhcp_v6_static_binding",
        "_vm_tags",
        "_role",
        "_user",
        "_certificate",
        "_ldap_identity_source",
        "_lb_",
        "_tag",
    ];
    PARTS.iter().any(|part| kind.contains(part))
}
