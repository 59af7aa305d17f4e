//! ARM bodies of networking types, said in azurerm's attribute names, so that one adapter reads both.
//!
//! A table per type maps ARM properties to attributes; lists of objects are mapped element by element.

use std::sync::Arc;

use super::collections::collection_group;
use crate::evaluate::values::value::{Kind, Value};
use crate::network::attributes::View;

/// Where an attribute comes from.
pub(super) enum From {
    /// A property at a path below the body: `properties.addressSpace.addressPrefixes`.
    At(&'static str),
    /// The object at a path holds a list of objects: each becomes a block.
    Each(&'static str, &'static [(&'static str, From)]),
    /// The same, where the path holds one object.
    Block(&'static str, &'static [(&'static str, From)]),
    /// Every element's own `id` (`[{ id = … }]`).
    Ids(&'static str),
    /// One property of every element (`[{ ipv4Address = … }]`).
    Pluck(&'static str, &'static str),
    /// A word that says `Enabled` or `Disabled`.
    Enabled(&'static str),
    Always(bool),
    /// The resource's `parent_id`.
    Parent,
}

use From::{Always, At, Block, Each, Enabled, Ids, Parent, Pluck};

/// An attribute of azurerm, and where it comes from.
pub(super) type Fields = &'static [(&'static str, From)];

const RULE: Fields = &[
    ("priority", At("properties.priority")),
    ("direction", At("properties.direction")),
    ("access", At("properties.access")),
    ("protocol", At("properties.protocol")),
    ("source_address_prefix", At("properties.sourceAddressPrefix")),
    ("source_address_prefixes", At("properties.sourceAddressPrefixes")),
    (
        "destination_address_prefix",
        At("properties.destinationAddressPrefix"),
    ),
    (
        "destination_address_prefixes",
        At("properties.destinationAddressPrefixes"),
    ),
    ("source_port_range", At("properties.sourcePortRange")),
    ("source_port_ranges", At("properties.sourcePortRanges")),
    ("destination_port_range", At("properties.destinationPortRange")),
    ("destination_port_ranges", At("properties.destinationPortRanges")),
    (
        "source_application_security_group_ids",
        Ids("properties.sourceApplicationSecurityGroups"),
    ),
    (
        "destination_application_security_group_ids",
        Ids("properties.destinationApplicationSecurityGroups"),
    ),
];

const ROUTE: Fields = &[
    ("address_prefix", At("properties.addressPrefix")),
    ("next_hop_type", At("properties.nextHopType")),
    ("next_hop_in_ip_address", At("properties.nextHopIpAddress")),
];

const SUBNET: Fields = &[
    ("address_prefix", At("properties.addressPrefix")),
    ("address_prefixes", At("properties.addressPrefixes")),
    ("security_group", At("properties.networkSecurityGroup.id")),
    ("route_table_id", At("properties.routeTable.id")),
    (
        "private_endpoint_network_policies",
        At("properties.privateEndpointNetworkPolicies"),
    ),
    (
        "default_outbound_access_enabled",
        At("properties.defaultOutboundAccess"),
    ),
    (
        "service_endpoint",
        Each("properties.serviceEndpoints", &[("service", At("service"))]),
    ),
];

const LINK: Fields = &[
    (
        "private_connection_resource_id",
        At("properties.privateLinkServiceId"),
    ),
    ("subresource_names", At("properties.groupIds")),
];

/// A connection that waits for somebody's approval.
const MANUAL_LINK: Fields = &[
    (
        "private_connection_resource_id",
        At("properties.privateLinkServiceId"),
    ),
    ("subresource_names", At("properties.groupIds")),
    ("is_manual_connection", Always(true)),
];

/// Name resolution, as [`TYPES`].
const NAMES: &[(&str, &str, Fields)] = &[
    (
        "microsoft.network/privatednszones",
        "azurerm_private_dns_zone",
        &[],
    ),
    (
        "microsoft.network/privatednszones/virtualnetworklinks",
        "azurerm_private_dns_zone_virtual_network_link",
        &[
            ("private_dns_zone_id", Parent),
            ("virtual_network_id", At("properties.virtualNetwork.id")),
            ("resolution_policy", At("properties.resolutionPolicy")),
        ],
    ),
    (
        "microsoft.network/privatednszones/a",
        "azurerm_private_dns_a_record",
        &[
            ("private_dns_zone_id", Parent),
            ("records", Pluck("properties.aRecords", "ipv4Address")),
        ],
    ),
    (
        "microsoft.network/privatednszones/cname",
        "azurerm_private_dns_cname_record",
        &[
            ("private_dns_zone_id", Parent),
            ("record", At("properties.cnameRecord.cname")),
        ],
    ),
    (
        "microsoft.network/privatednszones/ptr",
        "azurerm_private_dns_ptr_record",
        &[
            ("private_dns_zone_id", Parent),
            ("records", Pluck("properties.ptrRecords", "ptrdname")),
        ],
    ),
    (
        "microsoft.network/dnsresolvers",
        "azurerm_private_dns_resolver",
        &[("virtual_network_id", At("properties.virtualNetwork.id"))],
    ),
    (
        "microsoft.network/dnsresolvers/inboundendpoints",
        "azurerm_private_dns_resolver_inbound_endpoint",
        &[
            ("private_dns_resolver_id", Parent),
            (
                "ip_configurations",
                Each(
                    "properties.ipConfigurations",
                    &[
                        ("subnet_id", At("subnet.id")),
                        ("private_ip_address", At("privateIpAddress")),
                    ],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/dnsresolvers/outboundendpoints",
        "azurerm_private_dns_resolver_outbound_endpoint",
        &[
            ("private_dns_resolver_id", Parent),
            ("subnet_id", At("properties.subnet.id")),
        ],
    ),
    (
        "microsoft.network/dnsforwardingrulesets",
        "azurerm_private_dns_resolver_dns_forwarding_ruleset",
        &[(
            "private_dns_resolver_outbound_endpoint_ids",
            Ids("properties.dnsResolverOutboundEndpoints"),
        )],
    ),
    (
        "microsoft.network/dnsforwardingrulesets/forwardingrules",
        "azurerm_private_dns_resolver_forwarding_rule",
        &[
            ("dns_forwarding_ruleset_id", Parent),
            ("domain_name", At("properties.domainName")),
            ("enabled", Enabled("properties.forwardingRuleState")),
            (
                "target_dns_servers",
                Each("properties.targetDnsServers", &[("ip_address", At("ipAddress"))]),
            ),
        ],
    ),
    (
        "microsoft.network/dnsforwardingrulesets/virtualnetworklinks",
        "azurerm_private_dns_resolver_virtual_network_link",
        &[
            ("dns_forwarding_ruleset_id", Parent),
            ("virtual_network_id", At("properties.virtualNetwork.id")),
        ],
    ),
];

/// An ARM type with the azurerm type whose attributes it is said in.
const TYPES: &[(&str, &str, Fields)] = &[
    (
        "microsoft.network/virtualnetworks",
        "azurerm_virtual_network",
        &[
            ("address_space", At("properties.addressSpace.addressPrefixes")),
            ("dns_servers", At("properties.dhcpOptions.dnsServers")),
            ("location", At("location")),
            ("subnet", Each("properties.subnets", SUBNET)),
        ],
    ),
    (
        "microsoft.network/virtualnetworks/subnets",
        "azurerm_subnet",
        SUBNET,
    ),
    (
        "microsoft.network/virtualnetworks/virtualnetworkpeerings",
        "azurerm_virtual_network_peering",
        &[
            ("virtual_network_id", Parent),
            (
                "remote_virtual_network_id",
                At("properties.remoteVirtualNetwork.id"),
            ),
            (
                "allow_virtual_network_access",
                At("properties.allowVirtualNetworkAccess"),
            ),
            ("allow_forwarded_traffic", At("properties.allowForwardedTraffic")),
            ("allow_gateway_transit", At("properties.allowGatewayTransit")),
            ("use_remote_gateways", At("properties.useRemoteGateways")),
            (
                "peer_complete_virtual_networks_enabled",
                At("properties.peerCompleteVnets"),
            ),
        ],
    ),
    (
        "microsoft.network/networksecuritygroups",
        "azurerm_network_security_group",
        &[("security_rule", Each("properties.securityRules", RULE))],
    ),
    (
        "microsoft.network/networksecuritygroups/securityrules",
        "azurerm_network_security_rule",
        RULE,
    ),
    (
        "microsoft.network/routetables",
        "azurerm_route_table",
        &[
            (
                "disable_bgp_route_propagation",
                At("properties.disableBgpRoutePropagation"),
            ),
            ("route", Each("properties.routes", ROUTE)),
        ],
    ),
    ("microsoft.network/routetables/routes", "azurerm_route", ROUTE),
    (
        "microsoft.network/virtualnetworkgateways",
        "azurerm_virtual_network_gateway",
        &[
            ("type", At("properties.gatewayType")),
            (
                "ip_configuration",
                Each(
                    "properties.ipConfigurations",
                    &[("subnet_id", At("properties.subnet.id"))],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/localnetworkgateways",
        "azurerm_local_network_gateway",
        &[
            (
                "address_space",
                At("properties.localNetworkAddressSpace.addressPrefixes"),
            ),
            (
                "bgp_settings",
                Block("properties.bgpSettings", &[("asn", At("asn"))]),
            ),
        ],
    ),
    (
        "microsoft.network/connections",
        "azurerm_virtual_network_gateway_connection",
        &[
            ("type", At("properties.connectionType")),
            (
                "virtual_network_gateway_id",
                At("properties.virtualNetworkGateway1.id"),
            ),
            (
                "local_network_gateway_id",
                At("properties.localNetworkGateway2.id"),
            ),
            ("express_route_circuit_id", At("properties.peer.id")),
            (
                "express_route_gateway_bypass",
                At("properties.expressRouteGatewayBypass"),
            ),
            ("bgp_enabled", At("properties.enableBgp")),
            (
                "traffic_selector_policy",
                Each(
                    "properties.trafficSelectorPolicies",
                    &[
                        ("local_address_cidrs", At("localAddressRanges")),
                        ("remote_address_cidrs", At("remoteAddressRanges")),
                    ],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/expressroutecircuits",
        "azurerm_express_route_circuit",
        &[],
    ),
    (
        "microsoft.network/expressroutecircuits/peerings",
        "azurerm_express_route_circuit_peering",
        &[("express_route_circuit_id", Parent)],
    ),
    (
        "microsoft.network/expressroutecircuits/peerings/connections",
        "azurerm_express_route_circuit_connection",
        &[
            ("peering_id", At("properties.expressRouteCircuitPeering.id")),
            (
                "peer_peering_id",
                At("properties.peerExpressRouteCircuitPeering.id"),
            ),
        ],
    ),
    (
        "microsoft.network/virtualhubs",
        "azurerm_virtual_hub",
        &[
            ("virtual_wan_id", At("properties.virtualWan.id")),
            ("address_prefix", At("properties.addressPrefix")),
        ],
    ),
    (
        "microsoft.network/virtualhubs/hubvirtualnetworkconnections",
        "azurerm_virtual_hub_connection",
        &[
            ("virtual_hub_id", Parent),
            (
                "remote_virtual_network_id",
                At("properties.remoteVirtualNetwork.id"),
            ),
            (
                "internet_security_enabled",
                At("properties.enableInternetSecurity"),
            ),
            (
                "routing",
                Block(
                    "properties.routingConfiguration",
                    &[
                        ("associated_route_table_id", At("associatedRouteTable.id")),
                        (
                            "propagated_route_table",
                            Block(
                                "propagatedRouteTables",
                                &[("labels", At("labels")), ("route_table_ids", Ids("ids"))],
                            ),
                        ),
                        (
                            "static_vnet_route",
                            Each(
                                "vnetRoutes.staticRoutes",
                                &[("address_prefixes", At("addressPrefixes"))],
                            ),
                        ),
                    ],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/virtualhubs/routingintent",
        "azurerm_virtual_hub_routing_intent",
        &[
            ("virtual_hub_id", Parent),
            (
                "routing_policy",
                Each(
                    "properties.routingPolicies",
                    &[
                        ("name", At("name")),
                        ("destinations", At("destinations")),
                        ("next_hop", At("nextHop")),
                    ],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/virtualhubs/hubroutetables",
        "azurerm_virtual_hub_route_table",
        &[
            ("virtual_hub_id", Parent),
            ("labels", At("properties.labels")),
            (
                "route",
                Each(
                    "properties.routes",
                    &[
                        ("name", At("name")),
                        ("destinations", At("destinations")),
                        ("next_hop", At("nextHop")),
                    ],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/expressroutegateways",
        "azurerm_express_route_gateway",
        &[("virtual_hub_id", At("properties.virtualHub.id"))],
    ),
    (
        "microsoft.network/expressroutegateways/expressrouteconnections",
        "azurerm_express_route_connection",
        &[
            ("express_route_gateway_id", Parent),
            (
                "express_route_circuit_peering_id",
                At("properties.expressRouteCircuitPeering.id"),
            ),
            (
                "internet_security_enabled",
                At("properties.enableInternetSecurity"),
            ),
        ],
    ),
    (
        "microsoft.network/vpngateways",
        "azurerm_vpn_gateway",
        &[("virtual_hub_id", At("properties.virtualHub.id"))],
    ),
    (
        "microsoft.network/azurefirewalls",
        "azurerm_firewall",
        &[
            ("firewall_policy_id", At("properties.firewallPolicy.id")),
            (
                "virtual_hub",
                Block("properties.virtualHub", &[("virtual_hub_id", At("id"))]),
            ),
            (
                "ip_configuration",
                Each(
                    "properties.ipConfigurations",
                    &[
                        ("subnet_id", At("properties.subnet.id")),
                        ("public_ip_address_id", At("properties.publicIPAddress.id")),
                        ("private_ip_address", At("properties.privateIPAddress")),
                    ],
                ),
            ),
            ("threat_intel_mode", At("properties.threatIntelMode")),
        ],
    ),
    (
        "microsoft.network/firewallpolicies",
        "azurerm_firewall_policy",
        &[
            ("base_policy_id", At("properties.basePolicy.id")),
            ("private_ip_ranges", At("properties.snat.privateRanges")),
            ("threat_intelligence_mode", At("properties.threatIntelMode")),
            (
                "dns",
                Block(
                    "properties.dnsSettings",
                    &[("proxy_enabled", At("enableProxy")), ("servers", At("servers"))],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/ipgroups",
        "azurerm_ip_group",
        &[("cidrs", At("properties.ipAddresses"))],
    ),
    (
        "microsoft.network/privateendpoints",
        "azurerm_private_endpoint",
        &[
            ("subnet_id", At("properties.subnet.id")),
            (
                "private_service_connection",
                Each("properties.privateLinkServiceConnections", LINK),
            ),
            (
                "ip_configuration",
                Each(
                    "properties.ipConfigurations",
                    &[("private_ip_address", At("properties.privateIPAddress"))],
                ),
            ),
        ],
    ),
    (
        "microsoft.network/networkinterfaces",
        "azurerm_network_interface",
        &[
            ("ip_forwarding_enabled", At("properties.enableIPForwarding")),
            (
                "ip_configuration",
                Each(
                    "properties.ipConfigurations",
                    &[
                        ("subnet_id", At("properties.subnet.id")),
                        ("private_ip_address", At("properties.privateIPAddress")),
                    ],
                ),
            ),
        ],
    ),
    (
        "microsoft.netapp/netappaccounts/capacitypools/volumes",
        "azurerm_netapp_volume",
        &[
            ("subnet_id", At("properties.subnetId")),
            ("protocols", At("properties.protocolTypes")),
            (
                "export_policy_rule",
                Each(
                    "properties.exportPolicy.rules",
                    &[
                        ("rule_index", At("ruleIndex")),
                        ("allowed_clients", At("allowedClients")),
                        ("unix_read_write", At("unixReadWrite")),
                    ],
                ),
            ),
            (
                "mount_target",
                Each("properties.mountTargets", &[("ip_address", At("ipAddress"))]),
            ),
        ],
    ),
];

const COLLECTION_GROUP: &str = "microsoft.network/firewallpolicies/rulecollectiongroups";

/// The azurerm type and attributes that an ARM resource amounts to.
#[must_use]
pub(super) fn translate(
    kind: &str,
    view: &View<'_>,
    body: Option<View<'_>>,
) -> Option<(&'static str, Value)> {
    let body = body
        .map(|body| body.value.clone())
        .unwrap_or_else(|| Value::object(Vec::new()));
    if kind == COLLECTION_GROUP {
        return Some((
            "azurerm_firewall_policy_rule_collection_group",
            collection_group(view, &body),
        ));
    }
    let (_, to, fields) = TYPES.iter().chain(NAMES).find(|(from, ..)| *from == kind)?;
    let mut entries = resource(view, kind);
    entries.extend(mapped(&body, fields, view));
    if kind == "microsoft.network/privateendpoints" {
        by_hand(&body, view, &mut entries);
    }
    Some((to, placed(Value::object(entries), &body)))
}

/// A private endpoint has its connection in one of two lists.
fn by_hand(body: &Value, view: &View<'_>, entries: &mut Vec<(Arc<str>, Value)>) {
    let name = "private_service_connection";
    let none = |value: &Value| value.elements().is_some_and(<[Value]>::is_empty);
    let given = entries.iter().any(|(key, value)| &**key == name && !none(value));
    let manual = at(body, "properties.manualPrivateLinkServiceConnections").filter(|list| !none(list));
    if let Some(manual) = manual.filter(|_| !given) {
        entries.retain(|(key, _)| &**key != name);
        entries.push((name.into(), each(manual, MANUAL_LINK, view)));
    }
}

/// What stands beside the body: names and parents.
fn resource(view: &View<'_>, kind: &str) -> Vec<(Arc<str>, Value)> {
    let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
    let mut take = |to: &str, from: &str| {
        if let Some(value) = view.get(from) {
            entries.push((to.into(), value.clone()));
        }
    };
    take("name", "name");
    take("location", "location");
    let parent = match kind {
        "microsoft.network/virtualnetworks/subnets" => "virtual_network_id",
        "microsoft.network/networksecuritygroups/securityrules" => "network_security_group_id",
        "microsoft.network/routetables/routes" => "route_table_id",
        _ => return entries,
    };
    take(parent, "parent_id");
    entries
}

pub(super) fn mapped(body: &Value, fields: Fields, view: &View<'_>) -> Vec<(Arc<str>, Value)> {
    let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
    if let Some(name) = child(body, "name") {
        entries.push(("name".into(), name.clone()));
    }
    for (to, from) in fields {
        let value = match from {
            At(path) => at(body, path).cloned(),
            Each(path, fields) => at(body, path).map(|list| each(list, fields, view)),
            Block(path, fields) => at(body, path).map(|object| {
                if object.is_known() {
                    placed(Value::object(mapped(object, fields, view)), object)
                } else {
                    object.clone()
                }
            }),
            Ids(path) => at(body, path).map(|list| plucked(list, "id")),
            Pluck(path, name) => at(body, path).map(|list| plucked(list, name)),
            Enabled(path) => at(body, path).map(enabled),
            Always(value) => Some(Value::bool(*value)),
            Parent => view.get("parent_id").cloned(),
        };
        entries.extend(value.map(|value| ((*to).into(), value)));
    }
    entries
}

pub(super) fn each(list: &Value, fields: Fields, view: &View<'_>) -> Value {
    let Some(elements) = list.elements() else {
        return list.clone();
    };
    let made = elements.iter().map(|element| {
        if element.is_known() {
            placed(Value::object(mapped(element, fields, view)), element)
        } else {
            element.clone()
        }
    });
    placed(Value::tuple(made.collect::<Vec<_>>()), list)
}

/// An element that is no object, or has no such property, stands for itself.
fn plucked(list: &Value, name: &str) -> Value {
    let Some(elements) = list.elements() else {
        return list.clone();
    };
    let made = elements
        .iter()
        .map(|element| child(element, name).unwrap_or(element).clone());
    placed(Value::tuple(made.collect::<Vec<_>>()), list)
}

/// A word that is neither stands for itself, and so for no known truth.
fn enabled(word: &Value) -> Value {
    match word.as_str() {
        Some(text) if text.eq_ignore_ascii_case("Enabled") => placed(Value::bool(true), word),
        Some(text) if text.eq_ignore_ascii_case("Disabled") => placed(Value::bool(false), word),
        _ => word.clone(),
    }
}

/// A made value has the place of what it was made from.
pub(super) fn placed(mut value: Value, from: &Value) -> Value {
    value.at = from.at.or(from.origin);
    value.origin = from.origin;
    value.marks = from.marks;
    value
}

/// The value at a path of property names; an unknown on the way stands for all that is below it.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let found = path.split('.').try_fold(value, |value, name| {
        if value.is_known() {
            child(value, name)
        } else {
            Some(value)
        }
    });
    found.filter(|value| !value.is_null())
}

/// ARM property names are found in any case.
fn child<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match &value.kind {
        Kind::Object(entries) | Kind::Map(_, entries) => value.get(name).or_else(|| {
            entries
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        }),
        Kind::Unknown(_) => Some(value),
        _ => None,
    }
}
