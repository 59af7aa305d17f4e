//! Virtual networks, subnets and peerings.

use std::sync::Arc;

use crate::network::attributes::{Field, Strings, View, text_of};
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::azure::{Peering, Prefix, Subnet, VirtualNetwork};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::network::sets::{self, AddressText};
use crate::traffic::Addresses;

pub(super) fn network(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let dns = view.strings("dns_servers");
    // Left out, the provider answers "unknown" on create: then there are none.
    let custom_dns = !dns.known.is_empty();
    inventory.azure.networks.push(VirtualNetwork {
        origin: reader.origin(),
        location: location(&view),
        prefixes: {
            let mut own = prefixes(&view.strings("address_space"));
            own.extend(pooled(&view, own.is_empty()).map(|doubt| Prefix {
                destinations: Bounded::between(Addresses::none(), Addresses::all(), [doubt]),
                length: 8,
            }));
            own
        },
        dns_servers: sets::addresses(&dns, |_, _| {}),
        custom_dns,
    });
    for (number, block) in view.blocks("subnet").into_iter().enumerate() {
        let mut origin = reader.origin();
        origin.written = block.written();
        origin.presence.extend(block.perhaps());
        let inner = Reader {
            view: block,
            ..*reader
        };
        let mut subnet = subnet_of(&inner, Reference::None);
        origin.name = match &subnet.name {
            Some(name) => format!("{}.subnet[\"{name}\"]", view.address()).into(),
            None => format!("{}.subnet[{number}]", view.address()).into(),
        };
        subnet.origin = origin;
        subnet.inline = Some(number);
        subnet.network = Reference::To(crate::network::join::Target {
            handle: reader.handle,
            path: Arc::from([]),
            suffix: "".into(),
            assumptions: Vec::new(),
        });
        inventory.azure.subnets.push(subnet);
    }
}

pub(super) fn location(view: &View<'_>) -> Fact<Arc<str>> {
    match view.text("location") {
        Field::Known(location, at) => Fact::known(location, at),
        Field::Unknown(doubt) => Fact::unknown(doubt),
        Field::Unset => Fact::unknown(doubt(
            format!("the location of {}", view.address()),
            "an explicit value",
        )),
    }
}

pub(super) fn subnet(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let network = match view.get("virtual_network_id") {
        Some(id) => reader.resolve(Some(id)),
        None => network_named(reader, view.get("virtual_network_name")),
    };
    inventory.azure.subnets.push(subnet_of(reader, network));
}

fn subnet_of(reader: &Reader<'_>, network: Reference) -> Subnet {
    let view = reader.view;
    let prefixes = view
        .strings("address_prefixes")
        .and(view.strings("address_prefix"));
    let (endpoint_security, endpoint_routes) = endpoint_policies(&view);
    Subnet {
        origin: reader.origin(),
        inline: None,
        network,
        name: view
            .get("name")
            .and_then(text_of)
            .map(|name| name.to_ascii_lowercase().into()),
        prefixes: match pooled(&view, prefixes.is_empty()) {
            Some(doubt) => Bounded::between(Addresses::none(), Addresses::all(), [doubt]),
            None => sets::addresses(&prefixes, |_, _| {}),
        },
        prefixes_written: view.written_of(&["address_prefixes", "address_prefix"]),
        // The ids without `_wo` are computed; a state has them.
        security_group: reader.reference(&[
            "network_security_group_id_wo",
            "security_group",
            "network_security_group_id",
        ]),
        route_table: reader.reference(&["route_table_id_wo", "route_table_id"]),
        endpoint_security,
        endpoint_routes,
        default_outbound: view.bool("default_outbound_access_enabled").or_default(true),
        storage_endpoint: storage_endpoint(&view),
        endpoint_policies: terms::references(reader, "service_endpoint_policy_ids"),
    }
}

/// Addresses out of a pool are not known before the pool has given them.
fn pooled(view: &View<'_>, none_written: bool) -> Option<Doubt> {
    let taken = none_written && view.get("ip_address_pool").is_some();
    taken.then(|| {
        doubt(
            format!("the addresses that {} gets from its pool", view.address()),
            "a plan or a state made after it is created, or explicit addresses",
        )
    })
}

/// Whether network security groups, and route tables, apply to private endpoints in the subnet.
fn endpoint_policies(view: &View<'_>) -> (Result<bool, Doubt>, Result<bool, Doubt>) {
    match view.text("private_endpoint_network_policies") {
        Field::Known(policies, _) => {
            let is = |name: &str| policies.eq_ignore_ascii_case(name);
            (
                Ok(is("Enabled") || is("NetworkSecurityGroupEnabled")),
                Ok(is("Enabled") || is("RouteTableEnabled")),
            )
        }
        Field::Unknown(doubt) => (Err(doubt.clone()), Err(doubt)),
        Field::Unset => {
            let enabled = match view.bool("private_endpoint_network_policies_enabled") {
                Field::Unset => match view.bool("enforce_private_link_endpoint_network_policies") {
                    Field::Known(enforced, _) => Ok(!enforced),
                    Field::Unknown(doubt) => Err(doubt),
                    Field::Unset => Ok(false),
                },
                known => known.or_default(false),
            };
            (enabled.clone(), enabled)
        }
    }
}

/// Whether the subnet has a storage service endpoint, and then whether a global one.
fn storage_endpoint(view: &View<'_>) -> Result<Option<bool>, Doubt> {
    let mut names = view.strings("service_endpoints");
    let blocks = view.blocks("service_endpoint");
    for block in &blocks {
        names = names.and(block.strings("service"));
    }
    if let Some((name, _)) = names
        .known
        .iter()
        .find(|(name, _)| name.to_ascii_lowercase().starts_with("microsoft.storage"))
    {
        return Ok(Some(name.eq_ignore_ascii_case("Microsoft.Storage.Global")));
    }
    names
        .unknown
        .first()
        .map_or(Ok(None), |value| Err(doubt_of(value)))
}

pub(super) fn peering(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let network = match view.get("virtual_network_id") {
        Some(id) => reader.resolve(Some(id)),
        None => network_named(reader, view.get("virtual_network_name")),
    };
    let complete = view.bool("peer_complete_virtual_networks_enabled");
    let partial = match complete.or_default(true) {
        Ok(true) => Vec::new(),
        Ok(false) => vec![doubt(
            format!("{}: peers only some subnets", view.address()),
            "peering of complete virtual networks",
        )],
        Err(doubt) => vec![doubt],
    };
    inventory.azure.peerings.push(Peering {
        origin: reader.origin(),
        network,
        remote: reader.reference(&["remote_virtual_network_id"]),
        access: match view.bool("only_ipv6_peering_enabled").or_default(false) {
            Ok(true) => Ok(false),
            Ok(false) => view.bool("allow_virtual_network_access").or_default(true),
            Err(doubt) => Err(doubt),
        },
        forwarded: view.bool("allow_forwarded_traffic").or_default(false),
        forwarded_written: view.written_of(&["allow_forwarded_traffic"]),
        gateway_transit: view.bool("allow_gateway_transit").or_default(false),
        transit_written: view.written_of(&["allow_gateway_transit"]),
        remote_gateways: view.bool("use_remote_gateways").or_default(false),
        partial,
    });
}

/// The network that a `virtual_network_name` in a resource group means.
fn network_named(reader: &Reader<'_>, name: Option<&crate::evaluate::values::value::Value>) -> Reference {
    reader.named("microsoft.network/virtualnetworks", name)
}

/// The networks of a list, each with its length; an unknown list is one prefix of which only bounds
/// are known.
pub(super) fn prefixes(strings: &Strings<'_>) -> Vec<Prefix> {
    let mut prefixes = Vec::new();
    for (text, _) in &strings.known {
        if let AddressText::Addresses(set) = sets::address_text(text) {
            prefixes.push(Prefix {
                destinations: Bounded::exactly(set),
                length: sets::prefix_length(text).unwrap_or(32),
            });
        }
    }
    if !strings.unknown.is_empty() {
        prefixes.push(Prefix {
            destinations: Bounded::between(Addresses::none(), Addresses::all(), strings.doubts()),
            length: 8,
        });
    }
    prefixes
}
