//! Combinations that a plan lets pass and that applying refuses.

use crate::NETWORK;
use crate::flows::build;

fn found(text: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = build(text).findings.iter().map(|finding| finding.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[test]
fn a_plain_network_is_valid() {
    assert_eq!(found(NETWORK), [""; 0]);
}

#[test]
fn subnets_lie_inside_their_network_and_apart() {
    assert_eq!(
        found(&NETWORK.replace("10.1.2.0/24", "10.1.1.128/25")),
        ["overlapping-subnets"]
    );
    assert_eq!(
        found(&NETWORK.replace("10.1.2.0/24", "10.2.2.0/24")),
        ["subnet-outside-network"]
    );
}

#[test]
fn subnets_inside_a_network_and_as_resources_undo_each_other() {
    let both = NETWORK.replace(
        "[\"10.1.0.0/16\"]",
        "[\"10.1.0.0/16\"]\n subnet {\n name = \"inner\"\n address_prefixes = [\"10.1.9.0/24\"]\n }",
    );
    assert_eq!(found(&both), ["inline-beside-standalone"]);
}

fn peered(space: &str, half: &str) -> String {
    format!(
        r#"{NETWORK}
resource "azurerm_virtual_network" "w" {{
  name                = "w"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["{space}"]
}}
resource "azurerm_virtual_network_peering" "one" {{
  name                      = "one"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.v.name
  remote_virtual_network_id = azurerm_virtual_network.w.id
  {half}
}}
resource "azurerm_virtual_network_peering" "two" {{
  name                      = "two"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.w.name
  remote_virtual_network_id = azurerm_virtual_network.v.id
}}
"#
    )
}

#[test]
fn peered_networks_share_no_addresses() {
    assert_eq!(found(&peered("10.1.128.0/17", "")), ["overlapping-networks"]);
    assert_eq!(found(&peered("10.2.0.0/16", "")), [""; 0]);
}

#[test]
fn a_network_with_a_gateway_uses_no_other() {
    let gateway = r#"
resource "azurerm_subnet" "g" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.0.0/27"]
}
resource "azurerm_virtual_network_gateway" "g" {
  name                = "g"
  resource_group_name = "rg"
  location            = "westeurope"
  type                = "Vpn"
  sku                 = "VpnGw1AZ"
  ip_configuration {
    subnet_id            = azurerm_subnet.g.id
    public_ip_address_id = "p"
  }
}
"#;
    let both = format!("{}{gateway}", peered("10.2.0.0/16", "use_remote_gateways = true"));
    assert_eq!(found(&both), ["remote-gateways"]);
}

fn table(routes: &str, more: &str) -> String {
    format!(
        r#"
resource "azurerm_route_table" "t" {{
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"
  {routes}
}}
{more}"#
    )
}

#[test]
fn routes_of_one_prefix_and_routes_in_two_places() {
    let route = |name: &str| {
        format!(
            "route {{\n name = \"{name}\"\n address_prefix = \"10.9.0.0/16\"\n next_hop_type = \"None\"\n }}\n"
        )
    };
    assert_eq!(
        found(&table(&format!("{}{}", route("one"), route("two")), "")),
        ["duplicate-route"]
    );
    let standalone = r#"
resource "azurerm_route" "r" {
  name                = "r"
  resource_group_name = "rg"
  route_table_name    = azurerm_route_table.t.name
  address_prefix      = "10.8.0.0/16"
  next_hop_type       = "None"
}
"#;
    assert_eq!(
        found(&table(&route("one"), standalone)),
        ["inline-beside-standalone"]
    );
    assert_eq!(found(&table("", standalone)), [""; 0]);
}

#[test]
fn rules_need_ports_and_names_of_their_own() {
    let rule = |address: &str, name: &str, priority: u16, port: &str| {
        format!(
            r#"
resource "azurerm_network_security_rule" "{address}" {{
  name                        = "{name}"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.g.name
  priority                    = {priority}
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  {port}
}}
"#
        )
    };
    let group = r#"
resource "azurerm_network_security_group" "g" {
  name                = "g"
  resource_group_name = "rg"
  location            = "westeurope"
}
"#;
    let port = "destination_port_range = \"443\"";
    assert_eq!(
        found(&format!("{group}{}", rule("a", "a", 100, ""))),
        ["missing-port"]
    );
    let twice = format!(
        "{group}{}{}",
        rule("a", "same", 100, port),
        rule("b", "Same", 200, port)
    );
    assert_eq!(found(&twice), ["duplicate-name"]);
    let apart = format!(
        "{group}{}{}",
        rule("a", "one", 100, port),
        rule("b", "two", 200, port)
    );
    assert_eq!(found(&apart), [""; 0]);
}
