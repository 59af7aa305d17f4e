//! Security admin rules of Virtual Network Manager (Microsoft Learn, "Security admin rules in Azure
//! Virtual Network Manager").

use clearway::network::model::Disposition::*;

use crate::NETWORK;
use crate::flows::{build, ends, fate_of_all, flow};

const MANAGER: &str = r#"
resource "azurerm_network_manager" "m" {
  name                = "m"
  resource_group_name = "rg"
  location            = "westeurope"
  scope {
    subscription_ids = ["/subscriptions/00000000-0000-0000-0000-000000000000"]
  }
}
resource "azurerm_network_manager_network_group" "g" {
  name               = "g"
  network_manager_id = azurerm_network_manager.m.id
}
resource "azurerm_network_manager_security_admin_configuration" "c" {
  name               = "c"
  network_manager_id = azurerm_network_manager.m.id
}
resource "azurerm_network_manager_admin_rule_collection" "c" {
  name                            = "c"
  security_admin_configuration_id = azurerm_network_manager_security_admin_configuration.c.id
  network_group_ids               = [azurerm_network_manager_network_group.g.id]
}
"#;

const MEMBER: &str = r#"
resource "azurerm_network_manager_static_member" "v" {
  name                      = "v"
  network_group_id          = azurerm_network_manager_network_group.g.id
  target_virtual_network_id = azurerm_virtual_network.v.id
}
"#;

fn deployed(region: &str) -> String {
    format!(
        r#"
resource "azurerm_network_manager_deployment" "d" {{
  network_manager_id = azurerm_network_manager.m.id
  location           = "{region}"
  scope_access       = "SecurityAdmin"
  configuration_ids  = [azurerm_network_manager_security_admin_configuration.c.id]
}}
"#
    )
}

fn rule(name: &str, priority: u16, action: &str, direction: &str, port: u16) -> String {
    format!(
        r#"
resource "azurerm_network_manager_admin_rule" "{name}" {{
  name                     = "{name}"
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.c.id
  action                   = "{action}"
  direction                = "{direction}"
  priority                 = {priority}
  protocol                 = "Tcp"
  destination_port_ranges  = ["{port}"]
  source {{
    address_prefix      = "10.1.1.0/24"
    address_prefix_type = "IPPrefix"
  }}
}}
"#
    )
}

/// A security group on subnet `b` that denies or allows everything from subnet `a`.
fn group(access: &str) -> String {
    format!(
        r#"
resource "azurerm_network_security_group" "g" {{
  name                = "g"
  resource_group_name = "rg"
  location            = "westeurope"
  security_rule {{
    name                       = "group-rule"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "{access}"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }}
}}
resource "azurerm_subnet_network_security_group_association" "g" {{
  subnet_id                 = azurerm_subnet.b.id
  network_security_group_id = azurerm_network_security_group.g.id
}}
"#
    )
}

#[test]
fn deny_ends_the_search_always_allow_skips_groups_and_allow_leaves_it_to_them() {
    let base = format!("{NETWORK}{MANAGER}{MEMBER}{}", deployed("westeurope"));
    for (action, access, wanted, words) in [
        ("Deny", "Allow", Denied, "security admin rule `r` denies"),
        (
            "AlwaysAllow",
            "Deny",
            Delivered,
            "security admin rule `r` always allows",
        ),
        ("Allow", "Deny", Denied, "group-rule"),
        ("Allow", "Allow", Delivered, "group-rule"),
    ] {
        let network = build(&format!(
            "{base}{}{}",
            rule("r", 10, action, "Inbound", 443),
            group(access)
        ));
        let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
        ends(&network, &meant, wanted, words);
    }
    // Without any security group, and outbound.
    let network = build(&format!("{base}{}", rule("r", 10, "Deny", "Outbound", 443)));
    let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
    ends(&network, &meant, Denied, "security admin rule `r` denies");
    let other = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 80);
    ends(&network, &other, Delivered, "");
}

#[test]
fn the_lower_number_decides_among_admin_rules() {
    let base = format!("{NETWORK}{MANAGER}{MEMBER}{}", deployed("westeurope"));
    for (allow, deny, wanted) in [(10, 20, Delivered), (30, 20, Denied)] {
        let network = build(&format!(
            "{base}{}{}",
            rule("allow", allow, "Allow", "Inbound", 443),
            rule("deny", deny, "Deny", "Inbound", 443)
        ));
        let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
        ends(&network, &meant, wanted, "");
    }
}

#[test]
fn rules_are_in_force_where_they_are_deployed_to_members() {
    let deny = rule("r", 10, "Deny", "Inbound", 443);
    for (deployment, member, wanted) in [
        (deployed("westeurope"), MEMBER, Denied),
        (deployed("northeurope"), MEMBER, Delivered),
        (String::new(), MEMBER, Delivered),
    ] {
        let network = build(&format!("{NETWORK}{MANAGER}{member}{deployment}{deny}"));
        let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
        ends(&network, &meant, wanted, "");
    }
}

#[test]
fn members_by_policy_are_not_known() {
    let deny = format!(
        "{}{}",
        rule("r", 10, "Deny", "Inbound", 443),
        deployed("westeurope")
    );
    let policy = r#"
resource "azurerm_policy_definition" "p" {
  name         = "p"
  display_name = "p"
  policy_type  = "Custom"
  mode         = "Microsoft.Network.Data"
  policy_rule  = "{}"
}
resource "azurerm_virtual_network" "other" {
  name                = "other"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.9.0.0/16"]
}
resource "azurerm_network_manager_static_member" "other" {
  name                      = "other"
  network_group_id          = azurerm_network_manager_network_group.g.id
  target_virtual_network_id = azurerm_virtual_network.other.id
}
"#;
    for (more, words) in [
        (
            "",
            "which networks are in `azurerm_network_manager_network_group.g`",
        ),
        (policy, "azurerm_policy_definition.p"),
    ] {
        let network = build(&format!("{NETWORK}{MANAGER}{deny}{more}"));
        let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
        let (_, _, shown) = fate_of_all(&network, &meant);
        assert!(
            shown.contains("certain=false") && shown.contains(words),
            "{shown}"
        );
    }
    // Members that are all named, and this network is none of them.
    let named = policy
        .split("resource \"azurerm_virtual_network\"")
        .nth(1)
        .unwrap();
    let network = build(&format!(
        "{NETWORK}{MANAGER}{deny}resource \"azurerm_virtual_network\"{named}"
    ));
    let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
    ends(&network, &meant, Delivered, "");
}

#[test]
fn unknown_actions_and_regions_leave_it_open() {
    let base = format!("{NETWORK}{MANAGER}{MEMBER}variable \"unknown\" {{}}\n");
    let deny = rule("r", 10, "Deny", "Inbound", 443);
    for text in [
        format!(
            "{}{}",
            deployed("westeurope"),
            deny.replace("\"Deny\"", "var.unknown")
        ),
        format!(
            "{}{deny}",
            deployed("westeurope").replace("\"westeurope\"", "var.unknown")
        ),
        format!(
            "{}{deny}",
            deployed("westeurope").replace("\"SecurityAdmin\"", "var.unknown")
        ),
    ] {
        let network = build(&format!("{base}{text}"));
        let meant = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.4", 443);
        let (_, _, shown) = fate_of_all(&network, &meant);
        assert!(
            shown.contains("certain=false") && shown.contains("var.unknown"),
            "{shown}"
        );
    }
}
