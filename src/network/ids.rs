//! Identities that do not need an apply: ARM ids without their subscription, put together from names,
//! and NSX paths.
//!
//! ARM ids compare case-insensitively. A key is `resource group/provider/type/name/…` in lower case.
//! A name that is itself unknown stands in the key by its symbol, so that two resources whose names
//! come from one variable still meet.

use std::sync::Arc;

use crate::evaluate::address::Address;
use crate::evaluate::values::value::{Symbol, Value};

use super::attributes::{View, text_of};
use super::catalogue::Catalogue;

/// How an azurerm resource's id is made: its ARM type, with the attributes that hold the name of each
/// step; the last is usually `name`.
type Shape = (&'static str, &'static [(&'static str, &'static [&'static str])]);

/// Types that others refer to by name or by a literal id.
const SHAPES: &[Shape] = &[
    (
        "azurerm_virtual_network",
        &[("microsoft.network/virtualnetworks", &["name"])],
    ),
    (
        "azurerm_subnet",
        &[
            ("microsoft.network/virtualnetworks", &["virtual_network_name"]),
            ("subnets", &["name"]),
        ],
    ),
    (
        "azurerm_virtual_network_peering",
        &[
            ("microsoft.network/virtualnetworks", &["virtual_network_name"]),
            ("virtualnetworkpeerings", &["name"]),
        ],
    ),
    (
        "azurerm_network_security_group",
        &[("microsoft.network/networksecuritygroups", &["name"])],
    ),
    (
        "azurerm_application_security_group",
        &[("microsoft.network/applicationsecuritygroups", &["name"])],
    ),
    (
        "azurerm_route_table",
        &[("microsoft.network/routetables", &["name"])],
    ),
    (
        "azurerm_network_interface",
        &[("microsoft.network/networkinterfaces", &["name"])],
    ),
    (
        "azurerm_public_ip",
        &[("microsoft.network/publicipaddresses", &["name"])],
    ),
    (
        "azurerm_nat_gateway",
        &[("microsoft.network/natgateways", &["name"])],
    ),
    (
        "azurerm_firewall",
        &[("microsoft.network/azurefirewalls", &["name"])],
    ),
    (
        "azurerm_firewall_policy",
        &[("microsoft.network/firewallpolicies", &["name"])],
    ),
    ("azurerm_ip_group", &[("microsoft.network/ipgroups", &["name"])]),
    (
        "azurerm_virtual_network_gateway",
        &[("microsoft.network/virtualnetworkgateways", &["name"])],
    ),
    (
        "azurerm_local_network_gateway",
        &[("microsoft.network/localnetworkgateways", &["name"])],
    ),
    (
        "azurerm_virtual_network_gateway_connection",
        &[("microsoft.network/connections", &["name"])],
    ),
    (
        "azurerm_express_route_circuit",
        &[("microsoft.network/expressroutecircuits", &["name"])],
    ),
    (
        "azurerm_express_route_circuit_peering",
        &[
            (
                "microsoft.network/expressroutecircuits",
                &["express_route_circuit_name"],
            ),
            ("peerings", &["peering_type"]),
        ],
    ),
    (
        "azurerm_virtual_wan",
        &[("microsoft.network/virtualwans", &["name"])],
    ),
    (
        "azurerm_virtual_hub",
        &[("microsoft.network/virtualhubs", &["name"])],
    ),
    (
        "azurerm_express_route_gateway",
        &[("microsoft.network/expressroutegateways", &["name"])],
    ),
    (
        "azurerm_vpn_gateway",
        &[("microsoft.network/vpngateways", &["name"])],
    ),
    ("azurerm_vpn_site", &[("microsoft.network/vpnsites", &["name"])]),
    (
        "azurerm_route_server",
        &[("microsoft.network/virtualhubs", &["name"])],
    ),
    (
        "azurerm_private_endpoint",
        &[("microsoft.network/privateendpoints", &["name"])],
    ),
    (
        "azurerm_private_dns_zone",
        &[("microsoft.network/privatednszones", &["name"])],
    ),
    (
        "azurerm_private_dns_resolver",
        &[("microsoft.network/dnsresolvers", &["name"])],
    ),
    (
        "azurerm_private_dns_resolver_dns_forwarding_ruleset",
        &[("microsoft.network/dnsforwardingrulesets", &["name"])],
    ),
    (
        "azurerm_storage_account",
        &[("microsoft.storage/storageaccounts", &["name"])],
    ),
    (
        "azurerm_vmware_private_cloud",
        &[("microsoft.avs/privateclouds", &["name"])],
    ),
    ("azurerm_lb", &[("microsoft.network/loadbalancers", &["name"])]),
    (
        "azurerm_netapp_volume",
        &[
            ("microsoft.netapp/netappaccounts", &["account_name"]),
            ("capacitypools", &["pool_name"]),
            ("volumes", &["name"]),
        ],
    ),
];

/// The parent that an azapi resource names, whose key is needed first.
#[must_use]
pub fn parent<'a>(view: &View<'a>) -> Option<&'a Value> {
    view.instance
        .address
        .kind
        .starts_with("azapi_")
        .then(|| view.any_of(&["parent_id", "resource_id"]))
        .flatten()
}

/// The id, where a plan or a state knows it.
#[must_use]
pub fn own_id(view: &View<'_>) -> Option<Arc<str>> {
    let id = view.get("id").or_else(|| {
        view.instance
            .address
            .kind
            .starts_with("azapi_")
            .then(|| view.get("resource_id"))
            .flatten()
    })?;
    text_of(id).filter(|id| id.starts_with("/subscriptions/"))
}

/// The key of a literal ARM id, and its subscription.
#[must_use]
pub fn key_of_id(id: &str) -> (Option<Arc<str>>, Option<Arc<str>>) {
    let lower = id.trim().trim_end_matches('/').to_ascii_lowercase();
    let mut steps = lower.trim_start_matches('/').split('/');
    let mut subscription = None;
    let mut group = None;
    while let Some(step) = steps.next() {
        match step {
            "subscriptions" => subscription = steps.next().map(Arc::from),
            "resourcegroups" => group = steps.next(),
            "providers" => {
                let rest = steps.collect::<Vec<_>>().join("/");
                let group = group.unwrap_or("");
                return (Some(format!("{group}/{rest}").into()), subscription);
            }
            _ => return (None, subscription),
        }
    }
    (group.map(Arc::from), subscription)
}

/// The key an instance will have, from its names.
#[must_use]
pub fn synthesised(catalogue: &Catalogue<'_>, view: &View<'_>) -> Option<Arc<str>> {
    let kind = &*view.instance.address.kind;
    if kind.starts_with("azapi_") {
        return azapi(catalogue, view);
    }
    if kind == "azurerm_resource_group" {
        return Some(name(view.get("name")?).into());
    }
    let (_, shape) = SHAPES.iter().find(|(of, _)| *of == kind)?;
    let mut key = match view.get("resource_group_name") {
        Some(group) => name(group),
        None => name(view.get("resource_group")?),
    };
    for (step, attributes) in *shape {
        key.push('/');
        key.push_str(step);
        key.push('/');
        key.push_str(&name(view.any_of(attributes)?));
    }
    Some(key.into())
}

/// `type` gives the last step, `parent_id` what stands before it; `azapi_resource_action` and
/// `azapi_update_resource` may name the object itself in `resource_id`.
fn azapi(catalogue: &Catalogue<'_>, view: &View<'_>) -> Option<Arc<str>> {
    if let Some(id) = view.get("resource_id") {
        return prefix(catalogue, view, id);
    }
    let kind = arm_type(view)?;
    let parent = prefix(catalogue, view, view.get("parent_id")?)?;
    let own = name(view.get("name")?);
    let (provider, rest) = kind.split_once('/')?;
    // A child's parent has the provider in its key already.
    let step = match rest.rsplit_once('/') {
        Some((_, last)) => last.to_string(),
        None => format!("{provider}/{rest}"),
    };
    Some(format!("{parent}/{step}/{own}").into())
}

/// The key that a value holding an id stands for: of the instance it is the id of, with a literal
/// suffix (`"${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"`).
#[must_use]
pub fn prefix(catalogue: &Catalogue<'_>, view: &View<'_>, value: &Value) -> Option<Arc<str>> {
    if let Some(id) = value.as_str() {
        return key_of_id(id).0;
    }
    let handle = catalogue.pointed(view.input, value)?;
    let key = catalogue.key(handle)?;
    match suffix(value.symbol()?) {
        Some(suffix) => Some(format!("{key}{}", suffix.to_ascii_lowercase()).into()),
        None => Some(key.clone()),
    }
}

/// The literal end of a template that begins with a symbol.
#[must_use]
pub fn suffix(symbol: &Symbol) -> Option<&str> {
    use crate::evaluate::values::value::Part;
    match symbol {
        Symbol::Template(parts) => match &**parts {
            [Part::Symbol(_), Part::Literal(suffix)] => Some(suffix),
            _ => None,
        },
        _ => None,
    }
}

/// The ARM type of an azapi resource, without its version, lower case.
#[must_use]
pub fn arm_type(view: &View<'_>) -> Option<String> {
    let kind = text_of(view.get("type")?)?;
    let kind = kind.split('@').next().unwrap_or(&kind);
    Some(kind.to_ascii_lowercase())
}

/// A name in a key: known text in lower case, or the symbol it is, marked as such.
fn name(value: &Value) -> String {
    match text_of(value) {
        Some(text) => text.to_ascii_lowercase(),
        None => {
            let symbol = value.symbol().map(ToString::to_string).unwrap_or_default();
            format!("{UNKNOWN}{}", symbol.replace('/', "|"))
        }
    }
}

/// Begins a name in a key that is not known: no name of Azure has it.
const UNKNOWN: char = '\u{0}';

/// Whether a name in the key is not known.
#[must_use]
pub fn is_vague(key: &str) -> bool {
    key.contains(UNKNOWN)
}

/// What two keys that may be one have in common, however little is known of them: the last type, and
/// the name where it is known.
#[must_use]
pub fn tail(key: &str) -> (&str, Option<&str>) {
    let (rest, name) = key.rsplit_once('/').unwrap_or(("", key));
    let kind = rest.rsplit_once('/').map_or(rest, |(_, kind)| kind);
    (kind, Some(name).filter(|name| !is_vague(name)))
}

/// Whether two keys may be of one object, given that names in them are unknown.
#[must_use]
pub fn may_be_one(one: &str, two: &str) -> bool {
    let (mut one, mut two) = (one.split('/'), two.split('/'));
    loop {
        match (one.next(), two.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || is_vague(a) || is_vague(b) => {}
            _ => return false,
        }
    }
}

/// The key of a resource group's name and of ARM types and names by turns; `None` where one is left
/// out.
#[must_use]
pub fn key_of_names(group: Option<&Value>, steps: &[(&str, Option<&Value>)]) -> Option<Arc<str>> {
    let mut key = name(group?);
    for (step, value) in steps {
        key.push('/');
        key.push_str(step);
        key.push('/');
        key.push_str(&name((*value)?));
    }
    Some(key.into())
}

/// The instance a symbol is an attribute of.
#[must_use]
pub fn address_of(symbol: &Symbol) -> Option<&Arc<Address>> {
    match symbol {
        Symbol::Attribute { of, .. } | Symbol::Instance(of) => Some(of),
        _ => None,
    }
}

/// The NSX policy path: `path` where it is known, otherwise from `nsx_id`.
#[must_use]
pub fn nsx_path(view: &View<'_>) -> Option<Arc<str>> {
    let kind = view.instance.address.kind.strip_prefix("nsxt_policy_")?;
    if let Some(path) = view.get("path").and_then(text_of) {
        return Some(path);
    }
    let folder = match kind {
        "segment" => "/infra/segments/",
        "tier1_gateway" => "/infra/tier-1s/",
        "tier0_gateway" => "/infra/tier-0s/",
        "group" => "/infra/domains/default/groups/",
        "service" => "/infra/services/",
        "dhcp_server" => "/infra/dhcp-server-configs/",
        "dhcp_relay" => "/infra/dhcp-relay-configs/",
        "dns_forwarder_zone" => "/infra/dns-forwarder-zones/",
        "security_policy" | "parent_security_policy" => "/infra/domains/default/security-policies/",
        "gateway_policy" => "/infra/domains/default/gateway-policies/",
        _ => return None,
    };
    let id = view.get("nsx_id").and_then(text_of)?;
    Some(format!("{folder}{id}").into())
}
