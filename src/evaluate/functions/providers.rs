//! Functions that the providers azapi and azurerm define: taking resource ids apart and putting them
//! together.
//!
//! Results have the attributes that the providers' documentation lists
//! (registry.terraform.io/providers/azure/azapi and hashicorp/azurerm, section Functions).

use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::evaluate::values::unknown::concatenated;
use crate::evaluate::values::value::{Type, Value};

/// The names and values of an id's segments, in order.
fn segments(call: &Call<'_>, index: usize) -> Result<Vec<(String, String)>, FunctionError> {
    let id = call.text(index);
    let wrong = || FunctionError::at(index, format!("`{id}` is not a resource id"));
    let parts: Vec<&str> = id.strip_prefix('/').ok_or_else(wrong)?.split('/').collect();
    if !parts.len().is_multiple_of(2) || parts.iter().any(|part| part.is_empty()) {
        return Err(wrong());
    }
    Ok(parts
        .chunks(2)
        .filter_map(|pair| match pair {
            [name, value] => Some(((*name).to_owned(), (*value).to_owned())),
            _ => None,
        })
        .collect())
}

fn value_of(segments: &[(String, String)], name: &str) -> String {
    segments
        .iter()
        .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.clone())
        .unwrap_or_default()
}

fn object(attributes: Vec<(&str, Value)>) -> Value {
    Value::object(
        attributes
            .into_iter()
            .map(|(name, value)| (Arc::from(name), value))
            .collect(),
    )
}

fn map(entries: impl IntoIterator<Item = (String, String)>) -> Value {
    let entries = entries
        .into_iter()
        .map(|(key, value)| (Arc::from(key), text(&value)))
        .collect();
    Value::map(Type::String, entries)
}

/// `provider::azapi::parse_resource_id(type, id)`.
pub(super) fn azapi_parse_resource_id(call: &Call<'_>) -> Outcome {
    let kind = call.text(0);
    let id = call.text(1);
    let parts = segments(call, 1)?;
    let (last_name, name) = parts
        .last()
        .ok_or_else(|| FunctionError::at(1, "a resource id is required"))?;
    let wanted = kind.rsplit('/').next().unwrap_or(kind);
    if !last_name.eq_ignore_ascii_case(wanted) {
        return Err(FunctionError::at(
            1,
            format!("`{id}` is not the id of a `{kind}`"),
        ));
    }
    let own = format!("/{last_name}/{name}");
    let parent = id.strip_suffix(&own).unwrap_or("");
    // A resource that is not within another one of its provider stands below the scope of the provider.
    let parent = match parent.rsplit_once("/providers/") {
        Some((scope, provider)) if !provider.contains('/') => scope,
        _ => parent,
    };
    Ok(object(vec![
        ("id", text(id)),
        ("type", text(kind)),
        ("name", text(name)),
        ("parent_id", text(parent)),
        ("resource_group_name", text(&value_of(&parts, "resourceGroups"))),
        ("subscription_id", text(&value_of(&parts, "subscriptions"))),
        ("provider_namespace", text(kind.split('/').next().unwrap_or(kind))),
        ("parts", map(parts.iter().cloned())),
    ]))
}

/// `provider::azapi::build_resource_id(parent_id, type, name)`; with an unknown parent or name the id
/// keeps its parts.
pub(super) fn azapi_build_resource_id(call: &Call<'_>) -> Outcome {
    let kind = call.text(1);
    let mut steps = kind.split('/');
    let (Some(provider), Some(first)) = (steps.next(), steps.next()) else {
        return Err(FunctionError::at(1, format!("`{kind}` is not a resource type")));
    };
    let own = match steps.next_back() {
        Some(last) => format!("/{last}/"),
        None if kind.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") => {
            "/resourceGroups/".to_owned()
        }
        None if kind.eq_ignore_ascii_case("Microsoft.Resources/subscriptions") => {
            "/subscriptions/".to_owned()
        }
        None => format!("/providers/{provider}/{first}/"),
    };
    let parent = match call.argument(0).as_str() {
        Some(parent) => text(parent.trim_end_matches('/')),
        None => call.argument(0).clone(),
    };
    let parts = [parent, text(&own), call.argument(2).clone()];
    Ok(concatenated(call.by, &parts).unwrap_or_else(|| call.unknown(Type::String)))
}

/// `provider::azurerm::parse_resource_id(id)`.
pub(super) fn azurerm_parse_resource_id(call: &Call<'_>) -> Outcome {
    let id = call.text(0);
    let parts = segments(call, 0)?;
    let provider_at = parts
        .iter()
        .rposition(|(name, _)| name.eq_ignore_ascii_case("providers"));
    let (scope, own) = parts.split_at(provider_at.unwrap_or(0));
    let (provider, own) = match (provider_at, own) {
        (Some(_), [(_, provider), own @ ..]) => (provider.clone(), own),
        // A resource group or a subscription belongs to the provider that manages them.
        _ => ("Microsoft.Resources".to_owned(), own),
    };
    let Some(((kind, name), parents)) = own.split_last() else {
        return Err(FunctionError::at(0, format!("`{id}` is not a resource id")));
    };
    let kinds: Vec<&str> = own.iter().map(|(kind, _)| kind.as_str()).collect();
    // Everything before the provider, where it is more than a subscription and a resource group.
    let plain = scope.iter().all(|(name, _)| {
        ["subscriptions", "resourceGroups"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    });
    let above = if plain {
        String::new()
    } else {
        scope
            .iter()
            .map(|(name, value)| format!("/{name}/{value}"))
            .collect()
    };
    Ok(object(vec![
        ("resource_name", text(name)),
        ("resource_provider", text(&provider)),
        ("resource_type", text(kind)),
        (
            "full_resource_type",
            text(&format!("{provider}/{}", kinds.join("/"))),
        ),
        ("resource_group_name", text(&value_of(&parts, "resourceGroups"))),
        ("subscription_id", text(&value_of(&parts, "subscriptions"))),
        ("resource_scope", text(&above)),
        ("parent_resources", map(parents.iter().cloned())),
    ]))
}

/// How Azure writes the fixed segments of network ids; ids themselves compare without regard to case.
const SPELLINGS: &[&str] = &[
    "subscriptions",
    "resourceGroups",
    "providers",
    "Microsoft.Network",
    "Microsoft.AVS",
    "Microsoft.Compute",
    "Microsoft.Storage",
    "Microsoft.KeyVault",
    "Microsoft.NetApp",
    "Microsoft.Resources",
    "Microsoft.ManagedIdentity",
    "applicationGateways",
    "applicationSecurityGroups",
    "authorizations",
    "azureFirewalls",
    "backendAddressPools",
    "bastionHosts",
    "clusters",
    "connections",
    "dhcpConfigurations",
    "expressRouteCircuits",
    "expressRouteGateways",
    "firewallPolicies",
    "frontendIPConfigurations",
    "gatewayConnections",
    "globalReachConnections",
    "hubRouteTables",
    "hubVirtualNetworkConnections",
    "inboundNatRules",
    "ipConfigurations",
    "ipGroups",
    "loadBalancers",
    "localNetworkGateways",
    "natGateways",
    "networkInterfaces",
    "networkSecurityGroups",
    "peerings",
    "privateClouds",
    "privateDnsZones",
    "privateEndpoints",
    "probes",
    "publicIPAddresses",
    "publicIPPrefixes",
    "routeTables",
    "routes",
    "ruleCollectionGroups",
    "securityRules",
    "segments",
    "storageAccounts",
    "subnets",
    "vaults",
    "virtualHubs",
    "virtualMachines",
    "virtualNetworkGateways",
    "virtualNetworkLinks",
    "virtualNetworkPeerings",
    "virtualNetworks",
    "virtualWans",
    "vpnGateways",
    "vpnSites",
    "workloadNetworks",
];

/// `provider::azurerm::normalise_resource_id(id)`: fixed segments as Azure spells them.
pub(super) fn azurerm_normalise_resource_id(call: &Call<'_>) -> Outcome {
    let mut id = String::new();
    for (name, value) in segments(call, 0)? {
        let name = spelled(&name);
        let value = if name == "providers" {
            spelled(&value)
        } else {
            value
        };
        id.push_str(&format!("/{name}/{value}"));
    }
    Ok(text(&id))
}

fn spelled(segment: &str) -> String {
    SPELLINGS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(segment))
        .map_or_else(|| segment.to_owned(), |known| (*known).to_owned())
}
