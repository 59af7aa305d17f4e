//! Ways out to the internet and to storage.

use clearway::network::model::Disposition::*;
use clearway::paths::FlowName;

use crate::NETWORK;
use crate::flows::{build, ends, fate_of_all, flow};

fn private(text: &str) -> String {
    let shut = "[\"10.1.1.0/24\"]\n default_outbound_access_enabled = false";
    format!("{}{text}", NETWORK.replace("[\"10.1.1.0/24\"]", shut))
}

const NAT: &str = r#"
resource "azurerm_nat_gateway" "n" {
  name                = "n"
  resource_group_name = "rg"
  location            = "westeurope"
}
resource "azurerm_subnet_nat_gateway_association" "n" {
  subnet_id      = azurerm_subnet.a.id
  nat_gateway_id = azurerm_nat_gateway.n.id
}
"#;

const ADDRESS: &str = r#"
resource "azurerm_public_ip" "n" {
  name                = "n"
  resource_group_name = "rg"
  location            = "westeurope"
  allocation_method   = "Static"
}
resource "azurerm_nat_gateway_public_ip_association" "n" {
  nat_gateway_id       = azurerm_nat_gateway.n.id
  public_ip_address_id = azurerm_public_ip.n.id
}
"#;

/// Microsoft Learn, "Default outbound access in Azure" and "What is Azure NAT Gateway?".
#[test]
fn a_private_subnet_leaves_by_a_nat_gateway_with_an_address_or_not_at_all() {
    let network = build(&private(""));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    ends(&network, &out, NoRoute, "default outbound access is off");

    let network = build(&private(&format!("{NAT}{ADDRESS}")));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    ends(&network, &out, Delivered, "the source becomes a public address");

    let network = build(&private(NAT));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    let (_, _, shown) = fate_of_all(&network, &out);
    assert!(shown.contains("certain=false"), "{shown}");
    assert!(
        shown.contains("the public address of `azurerm_nat_gateway.n`"),
        "{shown}"
    );
}

#[test]
fn a_user_route_to_the_internet_opens_no_private_subnet() {
    let table = r#"
resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"
  route {
    name           = "out"
    address_prefix = "0.0.0.0/0"
    next_hop_type  = "Internet"
  }
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.a.id
  route_table_id = azurerm_route_table.t.id
}
"#;
    let network = build(&private(table));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    ends(&network, &out, NoRoute, "default outbound access is off");
}

#[test]
fn an_interface_with_a_public_address_leaves_where_its_neighbours_do_not() {
    let machine = r#"
resource "azurerm_network_interface" "m" {
  name                = "m"
  resource_group_name = "rg"
  location            = "westeurope"
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.a.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.1.1.10"
    public_ip_address_id          = "p"
  }
}
"#;
    let network = build(&private(machine));
    let own = flow(&network, "azurerm_subnet.a", "10.1.1.10", "20.60.0.1", 443);
    ends(&network, &own, Delivered, "");
    let other = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    ends(&network, &other, Denied, "default outbound access is off");
}

/// An account, and a subnet with a service endpoint.
fn with_endpoint(region: &str, subnet: &str, account: &str) -> String {
    let endpoint = format!("[\"10.1.1.0/24\"]\n service_endpoints = [\"Microsoft.Storage\"]\n {subnet}");
    format!(
        r#"{}
resource "azurerm_storage_account" "s" {{
  name                     = "stdr"
  resource_group_name      = "rg"
  location                 = "{region}"
  account_tier             = "Standard"
  account_replication_type = "LRS"
  network_rules {{
    default_action = "Deny"
    {account}
  }}
}}
"#,
        NETWORK.replace("[\"10.1.1.0/24\"]", &endpoint)
    )
}

fn to_account(text: &str) -> (Vec<clearway::network::model::Disposition>, String) {
    let network = build(text);
    let own = |service: &&clearway::network::model::Service| {
        service
            .name
            .value
            .as_ref()
            .is_ok_and(|name| name.starts_with("stdr."))
    };
    let service = network.naming.services.iter().find(own).expect("the account");
    let mut meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "0.0.0.0/0", 443);
    let cube = clearway::traffic::Cube {
        source: clearway::traffic::Addresses::parse("10.1.1.4").unwrap(),
        destination: service.addresses.lower.clone(),
        protocols: clearway::traffic::Protocols::tcp(),
        source_ports: clearway::traffic::Ports::range(49152, 65535),
        destination_ports: clearway::traffic::Ports::single(443),
    };
    meant.packets = cube.into();
    meant.name = Some(FlowName::Known("stdr.blob.core.windows.net".into()));
    meant.to = service.node;
    let (fates, _, shown) = fate_of_all(&network, &meant);
    (fates, shown)
}

const ADMITTED: &str = "virtual_network_subnet_ids = [azurerm_subnet.a.id]";

/// Microsoft Learn, "Azure Storage firewall and virtual network rules": an endpoint of its own region;
/// and the source is private, so that rules for public addresses admit nothing.
#[test]
fn a_service_endpoint_is_admitted_by_its_subnet_and_not_by_an_address() {
    let (fates, shown) = to_account(&with_endpoint("westeurope", "", ADMITTED));
    assert_eq!(fates, [Delivered], "{shown}");
    assert!(!shown.contains("certain=false"), "{shown}");
    // The account is elsewhere, where an address would do: but the packets go over the endpoint.
    let global = with_endpoint("eastus", "", "ip_rules = [\"0.0.0.0/1\", \"128.0.0.0/1\"]")
        .replace("Microsoft.Storage", "Microsoft.Storage.Global");
    let (fates, shown) = to_account(&global);
    assert_eq!(fates, [Denied], "{shown}");
}

#[test]
fn whether_an_endpoint_leads_to_another_region_is_not_known_unless_it_is_global() {
    let (_, shown) = to_account(&with_endpoint("eastus", "", ADMITTED));
    assert!(
        shown.contains("certain=false") && shown.contains("paired region"),
        "{shown}"
    );
    let global =
        with_endpoint("eastus", "", ADMITTED).replace("Microsoft.Storage", "Microsoft.Storage.Global");
    let (fates, shown) = to_account(&global);
    assert_eq!(fates, [Delivered], "{shown}");
}

/// Microsoft Learn, "Virtual network service endpoint policies for Azure Storage".
#[test]
fn an_endpoint_policy_admits_the_accounts_that_it_names() {
    let policy = |account: &str| {
        format!(
            r#"
resource "azurerm_subnet_service_endpoint_storage_policy" "p" {{
  name                = "p"
  resource_group_name = "rg"
  location            = "westeurope"
  definition {{
    name              = "d"
    service_resources = [{account}]
  }}
}}
resource "azurerm_storage_account" "other" {{
  name                     = "stother"
  resource_group_name      = "rg"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}}
"#
        )
    };
    let subnet = "service_endpoint_policy_ids = [azurerm_subnet_service_endpoint_storage_policy.p.id]";
    let text = with_endpoint("westeurope", subnet, ADMITTED);
    let group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg";
    for (account, wanted) in [("stdr", Delivered), ("stother", Denied)] {
        let id = format!("{group}/providers/Microsoft.Storage/storageAccounts/{account}");
        let (fates, shown) = to_account(&format!("{text}{}", policy(&format!("\"{id}\""))));
        assert_eq!(fates, [wanted], "{shown}");
        assert!(!shown.contains("certain=false"), "{shown}");
    }
    let (_, shown) = to_account(&format!("{text}{}", policy(&format!("\"{group}\""))));
    assert!(shown.contains("certain=false"), "{shown}");
}
