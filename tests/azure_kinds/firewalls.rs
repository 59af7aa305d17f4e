//! Azure Firewall beyond its rules: tiers, tags of names, ties, ways out.

use clearway::network::model::Disposition::*;
use clearway::paths::FlowName;

use crate::NETWORK;
use crate::flows::{build, ends, fate_of_all, flow};

/// A firewall that subnet `a` sends everything to.
fn firewall(tier: &str, policy: &str, collections: &str, more: &str) -> String {
    format!(
        r#"{NETWORK}
resource "azurerm_subnet" "firewall" {{
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.3.0/26"]
}}
resource "azurerm_firewall" "f" {{
  name                = "f"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "{tier}"
  firewall_policy_id  = azurerm_firewall_policy.p.id
  ip_configuration {{
    name                 = "i"
    subnet_id            = azurerm_subnet.firewall.id
    public_ip_address_id = "p"
  }}
  {more}
}}
resource "azurerm_firewall_policy" "p" {{
  name                = "p"
  resource_group_name = "rg"
  location            = "westeurope"
  {policy}
}}
resource "azurerm_firewall_policy_rule_collection_group" "g" {{
  name               = "rcg"
  firewall_policy_id = azurerm_firewall_policy.p.id
  priority           = 100
  {collections}
}}
resource "azurerm_route_table" "t" {{
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"
  route {{
    name                   = "all"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.f.ip_configuration[0].private_ip_address
  }}
}}
resource "azurerm_subnet_route_table_association" "t" {{
  subnet_id      = azurerm_subnet.a.id
  route_table_id = azurerm_route_table.t.id
}}
"#
    )
}

fn network_rule(name: &str, priority: u16, action: &str, destination: &str) -> String {
    format!(
        r#"network_rule_collection {{
    name     = "{name}"
    priority = {priority}
    action   = "{action}"
    rule {{
      name              = "r"
      protocols         = ["TCP"]
      source_addresses  = ["10.1.1.0/24"]
      destination_ports = ["443"]
      {destination}
    }}
  }}
"#
    )
}

const ANYWHERE: &str = "destination_addresses = [\"*\"]";

/// Microsoft Learn, "Azure Firewall Basic features": no DNS proxy, no names in network rules, threat
/// intelligence in alert mode only.
#[test]
fn the_tier_basic_has_no_dns_proxy_and_denies_by_no_intelligence() {
    let names = network_rule(
        "n",
        300,
        "Allow",
        "destination_fqdns = [\"acct.blob.core.windows.net\"]",
    );
    for (tier, wanted) in [("Basic", Denied), ("Standard", Delivered)] {
        let network = build(&firewall(tier, "dns {\n proxy_enabled = true\n }", &names, ""));
        let mut named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        named.name = Some(FlowName::Known("acct.blob.core.windows.net".into()));
        ends(&network, &named, wanted, "azurerm_firewall.f");
    }
    let anywhere = network_rule("n", 300, "Allow", ANYWHERE);
    for (tier, certain) in [("Basic", true), ("Standard", false)] {
        let network = build(&firewall(
            tier,
            "threat_intelligence_mode = \"Deny\"",
            &anywhere,
            "",
        ));
        let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "8.8.8.8", 443);
        let (_, _, shown) = fate_of_all(&network, &out);
        assert_eq!(!shown.contains("certain=false"), certain, "{tier}: {shown}");
    }
}

#[test]
fn what_a_tag_of_names_or_a_category_holds_is_not_known() {
    for names in [
        "destination_fqdn_tags = [\"AzureBackup\"]",
        "web_categories = [\"business\"]",
    ] {
        let rule = format!(
            r#"application_rule_collection {{
    name     = "n"
    priority = 300
    action   = "Allow"
    rule {{
      name             = "r"
      source_addresses = ["*"]
      {names}
      protocols {{
        type = "Https"
        port = 443
      }}
    }}
  }}
"#
        );
        let network = build(&firewall("Premium", "", &rule, ""));
        let mut named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        named.name = Some(FlowName::Known("acct.blob.core.windows.net".into()));
        let (_, _, shown) = fate_of_all(&network, &named);
        assert!(shown.contains("certain=false"), "{names}: {shown}");
    }
}

#[test]
fn collections_of_one_priority_that_disagree_leave_it_open() {
    let deny = network_rule("deny", 300, "Deny", ANYWHERE);
    for (priority, certain) in [(300, false), (400, true)] {
        let allow = network_rule("allow", priority, "Allow", ANYWHERE);
        let network = build(&firewall("Standard", "", &format!("{deny}{allow}"), ""));
        let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        let (_, _, shown) = fate_of_all(&network, &out);
        assert_eq!(!shown.contains("certain=false"), certain, "{shown}");
    }
}

/// Microsoft Learn, "Azure Firewall forced tunneling".
#[test]
fn a_default_route_that_is_not_the_internets_needs_a_management_interface() {
    let tunnel = r#"
resource "azurerm_route_table" "f" {
  name                = "f"
  resource_group_name = "rg"
  location            = "westeurope"
  route {
    name                   = "onward"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = "10.1.2.9"
  }
}
resource "azurerm_subnet_route_table_association" "f" {
  subnet_id      = azurerm_subnet.firewall.id
  route_table_id = azurerm_route_table.f.id
}
"#;
    let rule = network_rule("n", 300, "Allow", ANYWHERE);
    let managed =
        "management_ip_configuration {\n name = \"m\"\n subnet_id = \"s\"\n public_ip_address_id = \"q\"\n }";
    for (more, found) in [("", true), (managed, false)] {
        let network = build(&format!("{}{tunnel}", firewall("Standard", "", &rule, more)));
        assert_eq!(
            network
                .findings
                .iter()
                .any(|finding| finding.id == "forced-tunnelling"),
            found
        );
        let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        let (fates, _, shown) = fate_of_all(&network, &out);
        assert_eq!(fates, [Unknown], "{shown}");
        assert!(shown.contains("the appliance at 10.1.2.9"), "{shown}");
    }
}

#[test]
fn ranges_that_a_firewall_learns_may_be_left_alone() {
    let rule = network_rule("n", 300, "Allow", ANYWHERE);
    let network = build(&firewall(
        "Standard",
        "auto_learn_private_ranges_enabled = true",
        &rule,
        "",
    ));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    let (_, _, shown) = fate_of_all(&network, &out);
    assert!(
        shown.contains("certain=false") && shown.contains("learns"),
        "{shown}"
    );
}
