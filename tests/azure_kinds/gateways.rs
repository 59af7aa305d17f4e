//! Gateways between networks, and what they send where.

use clearway::network::model::Disposition::*;

use crate::flows::{build, ends, fate_of_all, flow};

fn network(name: &str, second: u8) -> String {
    format!(
        r#"
resource "azurerm_virtual_network" "{name}" {{
  name                = "{name}"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.{second}.0.0/16"]
}}
resource "azurerm_subnet" "{name}" {{
  name                 = "{name}"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.{name}.name
  address_prefixes     = ["10.{second}.1.0/24"]
}}
resource "azurerm_subnet" "{name}_gateway" {{
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.{name}.name
  address_prefixes     = ["10.{second}.0.0/27"]
}}
"#
    )
}

fn gateway(name: &str, kind: &str, more: &str) -> String {
    format!(
        r#"
resource "azurerm_virtual_network_gateway" "{name}" {{
  name                = "{name}"
  resource_group_name = "rg"
  location            = "westeurope"
  type                = "{kind}"
  sku                 = "VpnGw1AZ"
  {more}
  ip_configuration {{
    subnet_id            = azurerm_subnet.{name}_gateway.id
    public_ip_address_id = "p"
  }}
}}
"#
    )
}

fn tunnel(name: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        r#"
resource "azurerm_virtual_network_gateway_connection" "{name}" {{
  name                            = "{name}"
  resource_group_name             = "rg"
  location                        = "westeurope"
  type                            = "Vnet2Vnet"
  virtual_network_gateway_id      = azurerm_virtual_network_gateway.{from}.id
  peer_virtual_network_gateway_id = {to}
  shared_key                      = "k"
  {more}
}}
"#
    )
}

fn two(kind: &str, more: &str) -> String {
    format!(
        "{}{}{}{}",
        network("a", 1),
        network("b", 2),
        gateway("a", kind, more),
        gateway("b", kind, more)
    )
}

/// Microsoft Learn, "Configure a VNet-to-VNet VPN gateway connection": a connection each way.
#[test]
fn a_tunnel_joins_two_networks_when_both_gateways_have_it() {
    let one = tunnel("ab", "a", "azurerm_virtual_network_gateway.b.id", "");
    let other = tunnel("ba", "b", "azurerm_virtual_network_gateway.a.id", "");
    let built = build(&format!("{}{one}{other}", two("Vpn", "")));
    let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
    ends(
        &built,
        &meant,
        Delivered,
        "azurerm_virtual_network_gateway_connection.ab",
    );

    let built = build(&format!("{}{one}", two("Vpn", "")));
    let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
    ends(&built, &meant, NoRoute, "");
    assert!(
        built
            .findings
            .iter()
            .any(|finding| finding.id == "one-sided-connection")
    );
}

#[test]
fn selectors_and_unknown_peers_of_a_tunnel_count() {
    let selectors = "traffic_selector_policy {\n local_address_cidrs = [\"10.9.0.0/16\"]\n remote_address_cidrs = [\"10.2.0.0/16\"]\n }";
    let one = tunnel("ab", "a", "azurerm_virtual_network_gateway.b.id", selectors);
    let other = tunnel("ba", "b", "azurerm_virtual_network_gateway.a.id", "");
    let built = build(&format!("{}{one}{other}", two("Vpn", "")));
    let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
    ends(&built, &meant, Denied, "no traffic selector holds the pair");

    let one = tunnel("ab", "a", "var.unknown", "");
    let built = build(&format!("variable \"unknown\" {{}}\n{}{one}", two("Vpn", "")));
    let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
    let (_, _, shown) = fate_of_all(&built, &meant);
    assert!(
        shown.contains("certain=false") && shown.contains("var.unknown"),
        "{shown}"
    );
}

/// azurerm documentation of `azurerm_virtual_network_gateway`: both gateways on a circuit must take
/// traffic of remote networks.
#[test]
fn networks_on_one_circuit_reach_each_other_when_both_gateways_say_so() {
    let circuit = |name: &str| {
        format!(
            r#"
resource "azurerm_virtual_network_gateway_connection" "{name}" {{
  name                       = "{name}"
  resource_group_name        = "rg"
  location                   = "westeurope"
  type                       = "ExpressRoute"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.{name}.id
  express_route_circuit_id   = azurerm_express_route_circuit.c.id
}}
"#
        )
    };
    let common = r#"
resource "azurerm_express_route_circuit" "c" {
  name                = "c"
  resource_group_name = "rg"
  location            = "westeurope"
}
"#;
    for (flag, wanted) in [("true", true), ("false", false)] {
        let more = format!("remote_vnet_traffic_enabled = {flag}");
        let built = build(&format!(
            "{}{common}{}{}",
            two("ExpressRoute", &more),
            circuit("a"),
            circuit("b")
        ));
        let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
        let (_, _, shown) = fate_of_all(&built, &meant);
        assert_eq!(shown.contains("Delivered certain=true"), wanted, "{shown}");
    }
}

const SITE: &str = r#"
resource "azurerm_local_network_gateway" "site" {
  name                = "site"
  resource_group_name = "rg"
  location            = "westeurope"
  gateway_address     = "203.0.113.1"
  address_space       = ["192.168.1.0/24"]
}
resource "azurerm_virtual_network_gateway_connection" "site" {
  name                       = "site"
  resource_group_name        = "rg"
  location                   = "westeurope"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.a.id
  local_network_gateway_id   = azurerm_local_network_gateway.site.id
}
"#;

/// Microsoft Learn, "Configure forced tunneling using default site".
#[test]
fn a_default_site_takes_what_has_no_other_route() {
    let text = |more: &str| format!("{}{}{SITE}", network("a", 1), gateway("a", "Vpn", more));
    let built = build(&text(""));
    let out = flow(&built, "azurerm_subnet.a", "10.1.1.4", "8.8.8.8", 443);
    ends(&built, &out, Delivered, "the system's default route");

    let built = build(&text(
        "default_local_network_gateway_id = azurerm_local_network_gateway.site.id",
    ));
    let out = flow(&built, "azurerm_subnet.a", "10.1.1.4", "8.8.8.8", 443);
    let (_, _, shown) = fate_of_all(&built, &out);
    assert!(
        shown.contains("default site") && !shown.contains("the system's default route"),
        "{shown}"
    );
    assert!(!shown.contains("Delivered certain=true"), "{shown}");
}

#[test]
fn clients_that_dial_in_are_behind_the_gateway_and_not_known() {
    let more = "vpn_client_configuration {\n address_space = [\"172.27.0.0/24\"]\n }";
    let built = build(&format!("{}{}", network("a", 1), gateway("a", "Vpn", more)));
    let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "172.27.0.9", 443);
    let (fates, _, shown) = fate_of_all(&built, &meant);
    assert!(
        fates.contains(&Unknown) && !shown.contains("certain=true"),
        "{shown}"
    );
    assert!(shown.contains("who has dialled in"), "{shown}");
}
