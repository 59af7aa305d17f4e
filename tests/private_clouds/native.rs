//! Private clouds of generation 2, which live in a virtual network: workloads leave through the subnets
//! `avs-nsx-gw…` with their routes and security groups (Microsoft Learn, "Design considerations for
//! Azure VMware Solution Generation 2 private clouds").

use clearway::network::model::{Disposition, Network};

use crate::{A, DENIED, OK, end, network, send};

const VM: &str = "10.30.0.10";
const PUBLIC: &str = "20.60.0.1";

/// A cloud in a network with a firewall; `GW` stands for the subnets that workloads leave through.
fn cloud(more: &str) -> String {
    format!(
        r#"
variable "unknown" {{}}
resource "azurerm_virtual_network" "v" {{
  name                = "v"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space = ["10.20.0.0/22", "10.30.0.0/24"]
}}
resource "azurerm_subnet" "vm" {{
  name                 = "vm"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.30.0.0/26"]
}}
resource "azurerm_subnet" "firewall" {{
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.30.0.64/26"]
}}
resource "azurerm_firewall_policy" "p" {{
  name = "p"
}}
resource "azurerm_firewall_policy_rule_collection_group" "g" {{
  name               = "g"
  firewall_policy_id = azurerm_firewall_policy.p.id
  priority           = 100
  network_rule_collection {{
    name     = "out"
    priority = 100
    action   = "Allow"
    rule {{
      name                  = "https"
      protocols             = ["TCP"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["443"]
    }}
  }}
}}
resource "azurerm_firewall" "f" {{
  name               = "f"
  sku_name           = "AZFW_VNet"
  sku_tier           = "Standard"
  firewall_policy_id = azurerm_firewall_policy.p.id
  ip_configuration {{
    name      = "c"
    subnet_id = azurerm_subnet.firewall.id
  }}
}}
resource "azapi_resource" "dr" {{
  type      = "Microsoft.AVS/privateClouds@2024-09-01"
  name      = "avs"
  parent_id = "/subscriptions/s/resourceGroups/rg"
  location  = "westeurope"
  body = {{
    sku = {{ name = "av64" }}
    properties = {{
      networkBlock      = "10.20.0.0/22"
      managementCluster = {{ clusterSize = 3 }}
      virtualNetworkId  = azurerm_virtual_network.v.id
    }}
  }}
}}
resource "nsxt_policy_segment" "a" {{
  display_name      = "a"
  connectivity_path = "/infra/tier-1s/TNT20-T1"
  subnet {{
    cidr = "10.21.1.1/24"
  }}
}}
resource "azurerm_route_table" "out" {{
  name = "out"
  route {{
    name                   = "default"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.f.ip_configuration[0].private_ip_address
  }}
}}
resource "azurerm_route_table" "bare" {{
  name = "bare"
}}
{more}
"#
    )
}

fn associated(subnet: &str, table: &str) -> String {
    let label: String = subnet
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .chain(table.chars())
        .collect();
    format!(
        r#"
resource "azurerm_subnet_route_table_association" "{label}" {{
  subnet_id      = "${{azurerm_virtual_network.v.id}}/subnets/{subnet}"
  route_table_id = azurerm_route_table.{table}.id
}}
"#
    )
}

fn both(table: &str) -> String {
    associated("avs-nsx-gw", table) + &associated("avs-nsx-gw-1", table)
}

fn group(subnets: &[&str], direction: &str, to: &str) -> String {
    let mut text = format!(
        r#"
resource "azurerm_network_security_group" "n" {{
  name = "n"
  security_rule {{
    name                       = "no"
    priority                   = 100
    direction                  = "{direction}"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "{to}"
    destination_port_range     = "*"
  }}
}}
"#
    );
    for (number, subnet) in subnets.iter().enumerate() {
        text += &format!(
            r#"
resource "azurerm_subnet_network_security_group_association" "n{number}" {{
  subnet_id                 = "${{azurerm_virtual_network.v.id}}/subnets/{subnet}"
  network_security_group_id = azurerm_network_security_group.n.id
}}
"#
        );
    }
    text
}

fn is_open(network: &Network, from: &str, to: &str) -> bool {
    matches!(end(network, from, to, 443), None | Some(Disposition::Unknown))
}

#[test]
fn workloads_and_the_network_reach_each_other() {
    let network = network("native", &cloud(&both("out")));
    assert_eq!(end(&network, A, VM, 443), OK);
    assert_eq!(end(&network, VM, A, 443), OK);
    let outcomes = send(&network, A, VM, 443);
    assert!(
        outcomes[0]
            .assumptions
            .iter()
            .any(|assumption| assumption.text.contains("avs-nsx-gw")),
        "no security group in the inputs: {:?}",
        outcomes[0].assumptions
    );
}

/// A default route belongs on the subnets that workloads leave through.
#[test]
fn a_default_route_belongs_on_the_subnets_that_workloads_leave_through() {
    let routed = network("native-routed", &cloud(&both("out")));
    assert_eq!(end(&routed, A, PUBLIC, 443), OK, "through the firewall");
    assert_eq!(end(&routed, A, PUBLIC, 80), DENIED, "which asks its rules");
    assert!(routed.findings.is_empty());
    let bare = network("native-bare", &cloud(&both("bare")));
    assert_eq!(end(&bare, A, PUBLIC, 443), Some(Disposition::NoRoute));
    let infra = both("bare") + &associated("avs-network-infra-gw", "out");
    let infra = network("native-infra", &cloud(&infra));
    assert_eq!(end(&infra, A, PUBLIC, 443), Some(Disposition::NoRoute));
    let found: Vec<&str> = infra.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(found, ["route-table-on-infra-gateway"]);
}

#[test]
fn security_groups_stand_where_workloads_leave() {
    let gateways = ["avs-nsx-gw", "avs-nsx-gw-1"];
    let out = both("out") + &group(&gateways, "Outbound", "10.30.0.0/26");
    assert_eq!(end(&network("native-out", &cloud(&out)), A, VM, 443), DENIED);
    let one = both("out") + &group(&gateways[..1], "Outbound", "10.30.0.0/26");
    assert!(
        is_open(&network("native-one", &cloud(&one)), A, VM),
        "packets take either subnet"
    );
    // Where it comes in depends on when the cloud was made.
    let inward = both("out") + &group(&["avs-network-infra-gw"], "Inbound", "*");
    assert!(is_open(&network("native-in", &cloud(&inward)), VM, A));
}

#[test]
fn what_the_inputs_do_not_show_of_it_is_not_known() {
    let none = network("native-none", &cloud(""));
    assert!(is_open(&none, A, VM));
    assert!(is_open(&none, A, PUBLIC));
    let one = network("native-half", &cloud(&associated("avs-nsx-gw", "out")));
    assert!(is_open(&one, A, VM));
    let known = network("native-management", &cloud(&both("out")));
    let vcenter = send(&known, A, "10.20.0.36", 443);
    assert!(
        vcenter
            .iter()
            .all(|outcome| outcome.disposition == Disposition::Unknown),
        "security groups that nobody sees: {vcenter:#?}"
    );
    let enabled =
        cloud(&both("bare")).replace("networkBlock ", "internet = \"Enabled\"\n      networkBlock ");
    assert!(is_open(&network("native-enabled", &enabled), A, PUBLIC));
    let straight = cloud(&both("out")).replace(
        "next_hop_type          = \"VirtualAppliance\"\n    next_hop_in_ip_address = azurerm_firewall.f.ip_configuration[0].private_ip_address",
        "next_hop_type = \"Internet\"",
    );
    assert!(is_open(&network("native-straight", &straight), A, PUBLIC));
}

#[test]
fn the_subnets_are_known_by_data_sources_and_changes_too() {
    let looked_up = |table: &str| {
        let one = |label: &str, name: &str| {
            format!(
                r#"
data "azurerm_subnet" "{label}" {{
  name                 = "{name}"
  virtual_network_name = azurerm_virtual_network.v.name
  resource_group_name  = "rg"
}}
resource "azurerm_subnet_route_table_association" "{label}" {{
  subnet_id      = data.azurerm_subnet.{label}.id
  route_table_id = azurerm_route_table.{table}.id
}}
"#
            )
        };
        cloud(&(one("one", "avs-nsx-gw-1") + &one("two", "avs-nsx-gw-2")))
    };
    let data = network("native-data", &looked_up("out"));
    assert_eq!(end(&data, A, PUBLIC, 443), OK);
    let data = network("native-data-bare", &looked_up("bare"));
    assert_eq!(end(&data, A, PUBLIC, 443), Some(Disposition::NoRoute));
    let changed = |subnet: &str| {
        let one = |label: &str, id: &str| {
            format!(
                r#"
resource "azapi_update_resource" "{label}" {{
  type        = "Microsoft.Network/virtualNetworks/subnets@2024-05-01"
  resource_id = {id}
  body = {{ properties = {{ routeTable = {{ id = azurerm_route_table.out.id }} }} }}
}}
"#
            )
        };
        cloud(&(one("one", "\"${azurerm_virtual_network.v.id}/subnets/avs-nsx-gw\"") + &one("two", subnet)))
    };
    let two = "\"${azurerm_virtual_network.v.id}/subnets/avs-nsx-gw-1\"";
    assert_eq!(end(&network("native-change", &changed(two)), A, PUBLIC, 443), OK);
    assert!(is_open(
        &network("native-change-unknown", &changed("var.unknown")),
        A,
        PUBLIC
    ));
}
