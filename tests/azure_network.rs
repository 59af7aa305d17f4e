//! Azure's networking, from HCL text to the fate of single flows: the rules of effective routes, of
//! network security groups, peerings, gateways, hubs and firewalls, each with the case that shows it.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

#[path = "support/flows.rs"]
mod flows;

use clearway::network::model::{Disposition, Network};
use clearway::paths::FlowName;
use flows::{build, ends, fate_of_all, flow, node};

const SUBNET: &str = r#"
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "a" {
  name                 = "a"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_subnet" "b" {
  name                 = "b"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.2.0/24"]
}
"#;

const GROUP: &str = r#"
resource "azurerm_network_security_group" "g" {
  name                = "g"
  resource_group_name = "rg"
  location            = "westeurope"
  RULES
}
resource "azurerm_subnet_network_security_group_association" "g" {
  subnet_id                 = azurerm_subnet.a.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"#;

fn rule(name: &str, priority: u16, direction: &str, access: &str, destination: &str) -> String {
    format!(
        r#"security_rule {{
            name = "{name}"
            priority = {priority}
            direction = "{direction}"
            access = "{access}"
            protocol = "*"
            source_address_prefix = "*"
            source_port_range = "*"
            destination_address_prefix = "{destination}"
            destination_port_range = "*"
        }}
        "#
    )
}

fn table(routes: &str, propagates: bool, subnet: &str) -> String {
    format!(
        r#"resource "azurerm_route_table" "t" {{
            name = "t"
            resource_group_name = "rg"
            location = "westeurope"
            bgp_route_propagation_enabled = {propagates}
            {routes}
        }}
        resource "azurerm_subnet_route_table_association" "t" {{
            subnet_id = azurerm_subnet.{subnet}.id
            route_table_id = azurerm_route_table.t.id
        }}
        "#
    )
}

fn user_route(name: &str, prefix: &str, kind: &str) -> String {
    format!("route {{\n name = \"{name}\"\n address_prefix = \"{prefix}\"\n {kind}\n }}\n")
}

const TO_NVA: &str = "next_hop_type = \"VirtualAppliance\"\n next_hop_in_ip_address = \"10.1.2.9\"";

#[test]
fn the_first_rule_by_priority_decides_whatever_the_tag_virtual_network_holds() {
    let routes = table(&user_route("all", "0.0.0.0/0", TO_NVA), true, "a");
    let text = |rules: &str| format!("{SUBNET}{routes}{}", GROUP.replace("RULES", rules));
    let public = |network: &Network| flow(network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);

    let network = build(&text(&rule("no-internet", 100, "Outbound", "Deny", "Internet")));
    ends(&network, &public(&network), Disposition::Denied, "no-internet");

    let network = build(&text(&rule("no-storage", 4000, "Outbound", "Deny", "Storage")));
    ends(&network, &public(&network), Disposition::Denied, "no-storage");

    // With a default route to an appliance the tag holds the internet too: 65000 decides, not 65001.
    let network = build(&text(""));
    let (disposition, _, shown) = fate_of_all(&network, &public(&network));
    assert!(disposition.contains(&Disposition::Unknown), "{shown}");
    assert!(shown.contains("AllowVnetOutBound"), "{shown}");
    assert!(!shown.contains("AllowInternetOutBound"), "{shown}");
}

#[test]
fn without_a_default_route_the_internet_rule_lets_out_and_the_default_denies_in() {
    let network = build(&format!("{SUBNET}{}", GROUP.replace("RULES", "")));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    ends(&network, &out, Disposition::Delivered, "AllowInternetOutBound");
    let within = flow(&network, "azurerm_subnet.b", "10.1.2.4", "10.1.1.4", 443);
    ends(&network, &within, Disposition::Delivered, "AllowVnetInBound");
}

#[test]
fn tags_in_lists_shared_priorities_and_impossible_values_are_found() {
    let rules = r#"
      security_rule {
        name = "tag"
        priority = 100
        direction = "Inbound"
        access = "Allow"
        protocol = "Tcp"
        source_address_prefixes = ["VirtualNetwork", "10.0.0.0/33"]
        source_port_range = "*"
        destination_address_prefix = "*"
        destination_port_range = "70000"
      }
    "#;
    let again = rule("same", 100, "Inbound", "Deny", "*");
    let network = build(&format!(
        "{SUBNET}{}",
        GROUP.replace("RULES", &format!("{rules}{again}"))
    ));
    let mut found: Vec<_> = network.findings.iter().map(|finding| finding.id).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "duplicate-priority",
            "impossible-port",
            "impossible-prefix",
            "tag-in-list"
        ]
    );
}

#[test]
fn private_addresses_that_nothing_announces_are_dropped() {
    let network = build(SUBNET);
    let lost = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.20.0.5", 443);
    ends(&network, &lost, Disposition::NoRoute, "nothing announces");
}

const GATEWAY: &str = r#"
resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.0.0/27"]
}
resource "azurerm_virtual_network_gateway" "vpn" {
  name                = "vpn"
  resource_group_name = "rg"
  location            = "westeurope"
  type                = "Vpn"
  sku                 = "VpnGw1AZ"
  ip_configuration {
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = "p"
  }
}
resource "azurerm_local_network_gateway" "site" {
  name                = "site"
  resource_group_name = "rg"
  location            = "westeurope"
  gateway_address     = "203.0.113.1"
  address_space       = ["10.20.0.0/24", "10.30.1.0/24"]
}
resource "azurerm_virtual_network_gateway_connection" "site" {
  name                       = "site"
  resource_group_name        = "rg"
  location                   = "westeurope"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.vpn.id
  local_network_gateway_id   = azurerm_local_network_gateway.site.id
}
"#;

#[test]
fn the_longest_prefix_wins_over_a_shorter_user_route() {
    let routes = table(
        &user_route("none", "10.0.0.0/8", "next_hop_type = \"None\""),
        true,
        "a",
    );
    let network = build(&format!("{SUBNET}{GATEWAY}{routes}"));
    let learned = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.20.0.5", 443);
    let (_, _, shown) = fate_of_all(&network, &learned);
    assert!(
        shown.contains("azurerm_virtual_network_gateway_connection.site"),
        "{shown}"
    );
    let dropped = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.99.0.5", 443);
    ends(
        &network,
        &dropped,
        Disposition::NullRoute,
        "azurerm_route_table.t",
    );
}

#[test]
fn without_propagation_nothing_is_learned() {
    let network = build(&format!("{SUBNET}{GATEWAY}{}", table("", false, "a")));
    let lost = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.20.0.5", 443);
    ends(&network, &lost, Disposition::NoRoute, "nothing announces");
}

#[test]
fn propagation_off_on_the_gateways_subnet_is_an_error() {
    let network = build(&format!("{SUBNET}{GATEWAY}{}", table("", false, "gateway")));
    assert!(
        network
            .findings
            .iter()
            .any(|finding| finding.id == "gateway-propagation-off")
    );
}

fn peered(spoke: &str, hub_half: &str, spoke_half: &str) -> String {
    format!(
        r#"{SUBNET}{GATEWAY}
        resource "azurerm_virtual_network" "s" {{
          name                = "s"
          resource_group_name = "rg"
          location            = "westeurope"
          address_space       = ["10.30.0.0/16"]
        }}
        resource "azurerm_subnet" "s" {{
          name                 = "s"
          resource_group_name  = "rg"
          virtual_network_name = azurerm_virtual_network.s.name
          address_prefixes     = ["10.30.1.0/24"]
        }}
        resource "azurerm_virtual_network_peering" "to_spoke" {{
          name                      = "to-spoke"
          resource_group_name       = "rg"
          virtual_network_name      = azurerm_virtual_network.v.name
          remote_virtual_network_id = azurerm_virtual_network.s.id
          {hub_half}
        }}
        resource "azurerm_virtual_network_peering" "to_hub" {{
          name                      = "to-hub"
          resource_group_name       = "rg"
          virtual_network_name      = azurerm_virtual_network.s.name
          remote_virtual_network_id = azurerm_virtual_network.v.id
          {spoke_half}
        }}
        {spoke}"#
    )
}

#[test]
fn a_user_route_beats_a_peering_and_a_peering_beats_a_longer_learned_route() {
    let network = build(&peered("", "", ""));
    let peering = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.30.1.4", 443);
    ends(
        &network,
        &peering,
        Disposition::Delivered,
        "azurerm_virtual_network_peering.to_spoke",
    );

    let routes = table(&user_route("nva", "10.30.1.0/24", TO_NVA), true, "a");
    let network = build(&peered(&routes, "", ""));
    let appliance = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.30.1.4", 443);
    let (_, _, shown) = fate_of_all(&network, &appliance);
    assert!(shown.contains("the appliance at 10.1.2.9"), "{shown}");
}

#[test]
fn a_spoke_uses_the_hubs_gateway_only_when_both_halves_say_so() {
    let to_site = |network: &Network| flow(network, "azurerm_subnet.s", "10.30.1.4", "10.20.0.5", 443);
    let network = build(&peered(
        "",
        "allow_gateway_transit = true",
        "use_remote_gateways = true",
    ));
    let (_, _, shown) = fate_of_all(&network, &to_site(&network));
    assert!(shown.contains("azurerm_virtual_network_gateway.vpn"), "{shown}");
    for (hub, spoke) in [
        ("", "use_remote_gateways = true"),
        ("allow_gateway_transit = true", ""),
    ] {
        let network = build(&peered("", hub, spoke));
        ends(
            &network,
            &to_site(&network),
            Disposition::NoRoute,
            "nothing announces",
        );
    }
}

const FIREWALL: &str = r#"
resource "azurerm_subnet" "firewall" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.3.0/26"]
}
resource "azurerm_firewall" "f" {
  name                = "f"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.p.id
  ip_configuration {
    name      = "i"
    subnet_id = azurerm_subnet.firewall.id
  }
}
resource "azurerm_firewall_policy" "p" {
  name                = "p"
  resource_group_name = "rg"
  location            = "westeurope"
  POLICY
}
resource "azurerm_firewall_policy_rule_collection_group" "g" {
  name               = "rcg"
  firewall_policy_id = azurerm_firewall_policy.p.id
  priority           = 100
  COLLECTIONS
}
"#;

fn firewall(policy: &str, collections: &str) -> String {
    let to = "next_hop_type = \"VirtualAppliance\"\n next_hop_in_ip_address = azurerm_firewall.f.ip_configuration[0].private_ip_address";
    let routes = table(&user_route("all", "0.0.0.0/0", to), true, "a");
    let firewall = FIREWALL
        .replace("POLICY", policy)
        .replace("COLLECTIONS", collections);
    format!("{SUBNET}{firewall}{routes}")
}

fn network_rule(action: &str, destination: &str, protocols: &str, port: u16) -> String {
    format!(
        r#"network_rule_collection {{
            name = "network"
            priority = 300
            action = "{action}"
            rule {{
                name = "r"
                protocols = {protocols}
                source_addresses = ["10.1.1.0/24"]
                {destination}
                destination_ports = ["{port}"]
            }}
        }}
        "#
    )
}

#[test]
fn a_network_rule_ends_the_search_before_application_rules() {
    let deny = r#"application_rule_collection {
        name = "application"
        priority = 100
        action = "Deny"
        rule {
            name = "deny"
            source_addresses = ["*"]
            destination_fqdns = ["acct.blob.core.windows.net"]
            protocols {
                type = "Https"
                port = 443
            }
        }
    }
    "#;
    let allow = network_rule("Allow", r#"destination_addresses = ["*"]"#, r#"["TCP"]"#, 443);
    let network = build(&firewall("", &format!("{deny}{allow}")));
    let mut named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    named.name = Some(FlowName::Known("acct.blob.core.windows.net".into()));
    ends(&network, &named, Disposition::Delivered, "rcg/network/r");

    let network = build(&firewall("", deny));
    let mut named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    named.name = Some(FlowName::Known("acct.blob.core.windows.net".into()));
    ends(&network, &named, Disposition::Denied, "rcg/application/deny");
    named.name = Some(FlowName::Known("other.example.com".into()));
    ends(&network, &named, Disposition::Denied, "denies by default");
}

#[test]
fn a_network_rule_on_names_needs_the_dns_proxy() {
    let rule = network_rule(
        "Allow",
        r#"destination_fqdns = ["acct.blob.core.windows.net"]"#,
        r#"["TCP"]"#,
        443,
    );
    for (policy, wanted) in [
        ("", Disposition::Denied),
        ("dns {\n proxy_enabled = true\n }", Disposition::Delivered),
    ] {
        let network = build(&firewall(policy, &rule));
        let mut named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        named.name = Some(FlowName::Known("acct.blob.core.windows.net".into()));
        ends(&network, &named, wanted, "azurerm_firewall.f");
        let warned = network
            .findings
            .iter()
            .any(|finding| finding.id == "names-without-dns-proxy");
        assert_eq!(warned, policy.is_empty());
    }
}

#[test]
fn a_rule_for_udp_lets_no_tcp_through() {
    let rule = network_rule(
        "Allow",
        r#"destination_addresses = ["8.8.8.8"]"#,
        r#"["UDP"]"#,
        53,
    );
    let network = build(&firewall("", &rule));
    let tcp = flow(&network, "azurerm_subnet.a", "10.1.1.4", "8.8.8.8", 53);
    ends(&network, &tcp, Disposition::Denied, "denies by default");
}

#[test]
fn a_peer_that_takes_no_forwarded_traffic_drops_what_a_firewall_forwards() {
    for (half, wanted) in [
        ("allow_forwarded_traffic = false", Disposition::Denied),
        ("allow_forwarded_traffic = true", Disposition::Delivered),
    ] {
        let rule = network_rule(
            "Allow",
            r#"destination_addresses = ["10.30.0.0/16"]"#,
            r#"["TCP"]"#,
            443,
        )
        .replace("10.1.1.0/24", "10.0.0.0/8");
        let walls = FIREWALL.replace("POLICY", "").replace("COLLECTIONS", &rule);
        let to = "next_hop_type = \"VirtualAppliance\"\n next_hop_in_ip_address = azurerm_firewall.f.ip_configuration[0].private_ip_address";
        // Both directions go through the firewall, in a network between the site and the spoke.
        let routes = table(&user_route("spoke", "10.30.0.0/16", to), true, "gateway");
        let back = table(&user_route("back", "10.20.0.0/24", to), false, "s")
            .replace("\"t\"", "\"back\"")
            .replace("table.t.", "table.back.");
        let text = peered(
            &format!("{walls}{routes}{back}"),
            "allow_gateway_transit = true\n allow_forwarded_traffic = true",
            &format!("use_remote_gateways = true\n {half}"),
        );
        let network = build(&text);
        let inward = flow(
            &network,
            "azurerm_virtual_network_gateway.vpn",
            "10.20.0.5",
            "10.30.1.4",
            443,
        );
        let (found, _, shown) = fate_of_all(&network, &inward);
        if wanted == Disposition::Denied {
            assert_eq!(found, [Disposition::Denied], "{shown}");
            assert!(
                shown.contains("does not take traffic that is forwarded"),
                "{shown}"
            );
        } else {
            assert!(!found.contains(&Disposition::Denied), "{shown}");
        }
    }
}

const ENDPOINT: &str = r#"
resource "azurerm_private_endpoint" "e" {
  name                = "e"
  resource_group_name = "rg"
  location            = "westeurope"
  subnet_id           = azurerm_subnet.a.id
  private_service_connection {
    name                           = "e"
    private_connection_resource_id = "x"
    is_manual_connection           = false
    subresource_names              = ["blob"]
  }
}
"#;

#[test]
fn a_group_counts_for_a_private_endpoint_only_with_network_policies() {
    for (policies, wanted) in [
        ("Disabled", Disposition::Delivered),
        ("Enabled", Disposition::Denied),
        ("NetworkSecurityGroupEnabled", Disposition::Denied),
        ("RouteTableEnabled", Disposition::Delivered),
    ] {
        let subnet = SUBNET.replace(
            "[\"10.1.1.0/24\"]",
            &format!("[\"10.1.1.0/24\"]\n private_endpoint_network_policies = \"{policies}\""),
        );
        let group = GROUP.replace("RULES", &rule("closed", 100, "Inbound", "Deny", "*"));
        let network = build(&format!("{subnet}{group}{ENDPOINT}"));
        let mut meant = flow(&network, "azurerm_subnet.b", "10.1.2.4", "10.1.1.0/24", 443);
        meant.to = Some(node(&network, "azurerm_private_endpoint.e"));
        ends(&network, &meant, wanted, "");
    }
}

#[test]
fn arm_bodies_build_what_azurerm_builds() {
    let group = GROUP.replace("RULES", &rule("no-internet", 100, "Outbound", "Deny", "Internet"));
    let azurerm = build(&format!("{SUBNET}{group}"));
    let azapi = build(
        r#"
        resource "azapi_resource" "g" {
          type      = "Microsoft.Network/networkSecurityGroups@2024-01-01"
          name      = "g"
          parent_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
          body = {
            properties = {
              securityRules = [{
                name = "no-internet"
                properties = {
                  priority = 100, direction = "Outbound", access = "Deny", protocol = "*"
                  sourceAddressPrefix = "*", sourcePortRange = "*"
                  destinationAddressPrefix = "Internet", destinationPortRange = "*"
                }
              }]
            }
          }
        }
        resource "azapi_resource" "v" {
          type      = "Microsoft.Network/virtualNetworks@2024-01-01"
          name      = "v"
          parent_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
          body = jsonencode({
            properties = { addressSpace = { addressPrefixes = ["10.1.0.0/16"] } }
          })
        }
        resource "azapi_resource" "a" {
          type      = "Microsoft.Network/virtualNetworks/subnets@2024-01-01"
          name      = "a"
          parent_id = azapi_resource.v.id
          body = {
            properties = {
              addressPrefix        = "10.1.1.0/24"
              networkSecurityGroup = { id = azapi_resource.g.id }
            }
          }
        }
        "#,
    );
    for (network, subnet) in [(&azurerm, "azurerm_subnet.a"), (&azapi, "azapi_resource.a")] {
        ends(
            network,
            &flow(network, subnet, "10.1.1.4", "20.60.0.1", 443),
            Disposition::Denied,
            "no-internet",
        );
        ends(
            network,
            &flow(network, subnet, "10.1.1.4", "10.99.0.1", 443),
            Disposition::Denied,
            "DenyAllOutBound",
        );
    }
}

#[test]
fn what_an_appliance_announces_through_route_server_is_not_lost_at_the_gateway() {
    let server = r#"
resource "azurerm_subnet" "rs" {
  name                 = "RouteServerSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.3.0/26"]
}
resource "azurerm_route_server" "rs" {
  name                             = "rs"
  resource_group_name              = "rg"
  location                         = "westeurope"
  subnet_id                        = azurerm_subnet.rs.id
  branch_to_branch_traffic_enabled = true
}
resource "azurerm_route_server_bgp_connection" "nva" {
  name            = "nva"
  route_server_id = azurerm_route_server.rs.id
  peer_asn        = 65010
  peer_ip         = "10.1.2.4"
}
"#;
    let network = build(&format!("{SUBNET}{GATEWAY}{server}"));
    for from in ["azurerm_subnet.a", "azurerm_virtual_network_gateway.vpn"] {
        let out = flow(&network, from, "10.1.1.4", "8.8.8.8", 443);
        let (fates, uncertain, shown) = fate_of_all(&network, &out);
        assert!(
            fates.contains(&Disposition::Unknown) || uncertain > 0,
            "from {from}:\n{shown}"
        );
        assert!(shown.contains("the appliance behind"), "from {from}:\n{shown}");
    }
}

#[test]
fn the_dns_proxy_answers_at_the_firewalls_own_address_without_a_rule() {
    let hub = |proxy: bool| {
        format!(
            r#"{SUBNET}
resource "azurerm_subnet" "fw" {{
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.4.0/26"]
}}
resource "azurerm_firewall_policy" "p" {{
  name                = "p"
  resource_group_name = "rg"
  location            = "westeurope"
  dns {{
    proxy_enabled = {proxy}
  }}
}}
resource "azurerm_firewall" "own" {{
  name                = "own"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.p.id
  ip_configuration {{
    name      = "c"
    subnet_id = azurerm_subnet.fw.id
  }}
}}
"#
        )
    };
    let on = build(&hub(true));
    let to = |network: &Network, port| flow(network, "azurerm_subnet.a", "10.1.1.4", "10.1.4.4", port);
    ends(&on, &to(&on, 53), Disposition::Delivered, "DNS proxy");
    ends(
        &on,
        &to(&on, 443),
        Disposition::Denied,
        "nothing but the DNS proxy",
    );
    let off = build(&hub(false));
    ends(&off, &to(&off, 53), Disposition::Denied, "denies by default");
}
