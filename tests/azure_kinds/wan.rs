//! Virtual WAN: branches, static routes, tables, preference, and hubs that tell each other.

use clearway::network::model::Disposition::*;
use clearway::network::model::Network;

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
"#
    )
}

fn connection(name: &str, hub: &str, routing: &str) -> String {
    format!(
        r#"
resource "azurerm_virtual_hub_connection" "{name}" {{
  name                      = "{name}"
  virtual_hub_id            = azurerm_virtual_hub.{hub}.id
  remote_virtual_network_id = azurerm_virtual_network.{name}.id
  {routing}
}}
"#
    )
}

fn hub(name: &str, third: u8, more: &str) -> String {
    format!(
        r#"
resource "azurerm_virtual_hub" "{name}" {{
  name                = "{name}"
  resource_group_name = "rg"
  location            = "westeurope"
  virtual_wan_id      = azurerm_virtual_wan.w.id
  address_prefix      = "10.250.{third}.0/24"
  {more}
}}
"#
    )
}

fn wan(more: &str) -> String {
    format!(
        r#"
resource "azurerm_virtual_wan" "w" {{
  name                = "w"
  resource_group_name = "rg"
  location            = "westeurope"
  {more}
}}
"#
    )
}

/// A tunnel from a hub to a site with 192.168.N.0/24.
fn site(name: &str, third: u8, hub: &str, more: &str) -> String {
    format!(
        r#"
resource "azurerm_vpn_site" "{name}" {{
  name                = "{name}"
  resource_group_name = "rg"
  location            = "westeurope"
  virtual_wan_id      = azurerm_virtual_wan.w.id
  address_cidrs       = ["192.168.{third}.0/24"]
  link {{
    name       = "l"
    ip_address = "203.0.113.{third}"
  }}
}}
resource "azurerm_vpn_gateway_connection" "{name}" {{
  name               = "{name}"
  vpn_gateway_id     = azurerm_vpn_gateway.{hub}.id
  remote_vpn_site_id = azurerm_vpn_site.{name}.id
  vpn_link {{
    name             = "l"
    vpn_site_link_id = azurerm_vpn_site.{name}.link[0].id
  }}
  {more}
}}
"#
    )
}

fn gateway(hub: &str) -> String {
    format!(
        r#"
resource "azurerm_vpn_gateway" "{hub}" {{
  name                = "{hub}"
  resource_group_name = "rg"
  location            = "westeurope"
  virtual_hub_id      = azurerm_virtual_hub.{hub}.id
}}
"#
    )
}

/// What filters inside a site is not known: that a packet gets there is.
fn arrives(network: &Network, from: &str, source: &str, destination: &str, name: &str) {
    let meant = flow(network, from, source, destination, 443);
    let (_, _, shown) = fate_of_all(network, &meant);
    assert!(shown.contains("inside the site"), "{shown}");
    assert!(shown.contains(name), "{shown}");
    assert!(!shown.contains("NoRoute"), "{shown}");
}

/// Microsoft Learn, "Tutorial: Create a site-to-site connection using Azure Virtual WAN".
#[test]
fn a_network_reaches_the_sites_of_its_hubs_tunnels() {
    let text = format!(
        "{}{}{}{}{}{}",
        wan(""),
        hub("h", 1, ""),
        network("a", 1),
        connection("a", "h", ""),
        gateway("h"),
        site("s", 1, "h", "")
    );
    let built = build(&text);
    arrives(
        &built,
        "azurerm_subnet.a",
        "10.1.1.4",
        "192.168.1.4",
        "azurerm_vpn_gateway_connection.s",
    );
    let other = flow(&built, "azurerm_subnet.a", "10.1.1.4", "192.168.2.4", 443);
    ends(&built, &other, NoRoute, "");
}

#[test]
fn selectors_let_their_pairs_through_a_hubs_tunnel() {
    let selectors = |local: &str| {
        format!(
            "traffic_selector_policy {{\n local_address_ranges = [\"{local}\"]\n remote_address_ranges = [\"192.168.1.0/24\"]\n }}"
        )
    };
    let base = format!(
        "{}{}{}{}{}",
        wan(""),
        hub("h", 1, ""),
        network("a", 1),
        connection("a", "h", ""),
        gateway("h")
    );
    let built = build(&format!("{base}{}", site("s", 1, "h", &selectors("10.1.0.0/16"))));
    arrives(
        &built,
        "azurerm_subnet.a",
        "10.1.1.4",
        "192.168.1.4",
        "azurerm_vpn_gateway_connection.s",
    );
    let built = build(&format!("{base}{}", site("s", 1, "h", &selectors("10.9.0.0/16"))));
    let lost = flow(&built, "azurerm_subnet.a", "10.1.1.4", "192.168.1.4", 443);
    ends(&built, &lost, Denied, "no traffic selector holds the pair");
}

/// Microsoft Learn, "Virtual WAN FAQ": branch-to-branch is on unless the virtual WAN turns it off.
#[test]
fn branches_reach_each_other_unless_the_virtual_wan_says_no() {
    let text = |more: &str| {
        format!(
            "{}{}{}{}{}",
            wan(more),
            hub("h", 1, ""),
            gateway("h"),
            site("one", 1, "h", ""),
            site("two", 2, "h", "")
        )
    };
    let to_other = |network: &Network| {
        let meant = flow(
            network,
            "azurerm_virtual_hub.h",
            "192.168.1.4",
            "192.168.2.4",
            443,
        );
        fate_of_all(network, &meant)
    };
    let (fates, _, shown) = to_other(&build(&text("allow_branch_to_branch_traffic = false")));
    assert_eq!(fates, [Denied], "{shown}");
    assert!(shown.contains("from branch to branch"), "{shown}");
    let (fates, _, shown) = to_other(&build(&text("")));
    assert!(
        !shown.contains("from branch to branch") && !fates.is_empty(),
        "{shown}"
    );
}

/// Microsoft Learn, "About virtual hub routing": labels and tables.
#[test]
fn a_table_holds_what_propagates_to_it() {
    let table = |labels: &str| {
        format!(
            r#"
resource "azurerm_virtual_hub_route_table" "t" {{
  name           = "t"
  virtual_hub_id = azurerm_virtual_hub.h.id
  labels         = [{labels}]
}}
"#
        )
    };
    let isolated = "routing {\n associated_route_table_id = azurerm_virtual_hub_route_table.t.id\n }";
    for (label, propagated, wanted) in [
        ("\"shared\"", "labels = [\"Shared\"]", Delivered),
        ("\"other\"", "labels = [\"shared\"]", NoRoute),
        (
            "",
            "route_table_ids = [azurerm_virtual_hub_route_table.t.id]",
            Delivered,
        ),
        (
            "",
            "route_table_ids = [azurerm_virtual_hub.h.default_route_table_id]",
            NoRoute,
        ),
    ] {
        let propagating = format!("routing {{\n propagated_route_table {{\n {propagated}\n }}\n }}");
        let back = isolated.replace(
            "\n }",
            "\n propagated_route_table {\n labels = [\"default\"]\n }\n }",
        );
        let built = build(&format!(
            "{}{}{}{}{}{}{}",
            wan(""),
            hub("h", 1, ""),
            table(label),
            network("a", 1),
            network("b", 2),
            connection("a", "h", &back),
            connection("b", "h", &propagating)
        ));
        let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
        ends(&built, &meant, wanted, "");
    }
}

#[test]
fn tables_and_labels_that_are_not_known_leave_it_open() {
    for routing in [
        "routing {\n propagated_route_table {\n labels = var.unknown\n }\n }",
        "routing {\n propagated_route_table {\n route_table_ids = [var.unknown]\n }\n }",
        "routing {\n associated_route_table_id = var.unknown\n }",
        "routing {\n outbound_route_map_id = azurerm_route_map.m.id\n }",
    ] {
        let map = r#"
variable "unknown" {}
resource "azurerm_route_map" "m" {
  name           = "m"
  virtual_hub_id = azurerm_virtual_hub.h.id
}
"#;
        let built = build(&format!(
            "{map}{}{}{}{}{}{}",
            wan(""),
            hub("h", 1, ""),
            network("a", 1),
            network("b", 2),
            connection("a", "h", ""),
            connection("b", "h", routing)
        ));
        let meant = flow(&built, "azurerm_subnet.b", "10.2.1.4", "10.1.1.4", 443);
        let (_, _, shown) = fate_of_all(&built, &meant);
        assert!(shown.contains("certain=false"), "{routing}: {shown}");
        // A route map that no connection names changes nothing.
        let built = build(&format!(
            "{map}{}{}{}{}{}{}",
            wan(""),
            hub("h", 1, ""),
            network("a", 1),
            network("b", 2),
            connection("a", "h", ""),
            connection("b", "h", "")
        ));
        let meant = flow(&built, "azurerm_subnet.b", "10.2.1.4", "10.1.1.4", 443);
        ends(&built, &meant, Delivered, "");
    }
}

/// Microsoft Learn, "Connect a virtual network to a Virtual WAN hub", bypass of the next hop: unless it
/// is on (`Equal`), a static route that holds the network's own addresses holds for them.
#[test]
fn a_static_route_of_a_connection_leads_to_its_appliance() {
    let statics = |criteria: &str, propagate: bool| {
        format!(
            r#"routing {{
    static_vnet_local_route_override_criteria  = "{criteria}"
    static_vnet_propagate_static_routes_enabled = {propagate}
    static_vnet_route {{
      name                = "through"
      address_prefixes    = ["10.0.0.0/12"]
      next_hop_ip_address = "10.2.1.9"
    }}
  }}"#
        )
    };
    let text = |criteria: &str, propagate: bool| {
        format!(
            "{}{}{}{}{}{}",
            wan(""),
            hub("h", 1, ""),
            network("a", 1),
            network("b", 2),
            connection("a", "h", ""),
            connection("b", "h", &statics(criteria, propagate))
        )
    };
    let fate = |network: &Network, destination: &str| {
        let meant = flow(network, "azurerm_subnet.a", "10.1.1.4", destination, 443);
        fate_of_all(network, &meant)
    };
    // Behind the appliance, with or without the bypass.
    for criteria in ["Contains", "Equal"] {
        let (fates, _, shown) = fate(&build(&text(criteria, true)), "10.9.1.4");
        assert_eq!(fates, [Unknown], "{shown}");
        assert!(shown.contains("the appliance at 10.2.1.9"), "{shown}");
    }
    let (fates, _, shown) = fate(&build(&text("Contains", true)), "10.2.1.4");
    assert_eq!(fates, [Unknown], "{shown}");
    let (fates, _, shown) = fate(&build(&text("Equal", true)), "10.2.1.4");
    assert_eq!(fates, [Delivered], "{shown}");
    // Nobody hears of routes that are not propagated.
    let (fates, _, shown) = fate(&build(&text("Equal", false)), "10.9.1.4");
    assert_eq!(fates, [NoRoute], "{shown}");
}

/// Microsoft Learn, "Connect a virtual network": static routes go to other hubs, but for 0/0.
#[test]
fn hubs_tell_each_other_all_but_default_routes() {
    let statics = |prefix: &str| {
        format!(
            "routing {{\n static_vnet_route {{\n name = \"through\"\n address_prefixes = [\"{prefix}\"]\n next_hop_ip_address = \"10.2.1.9\"\n }}\n }}"
        )
    };
    for (prefix, destination, heard) in [
        ("0.0.0.0/0", "8.8.8.8", false),
        ("172.20.0.0/16", "172.20.1.4", true),
    ] {
        let built = build(&format!(
            "{}{}{}{}{}{}{}",
            wan(""),
            hub("h", 1, ""),
            hub("far", 2, ""),
            network("a", 1),
            network("b", 2),
            connection("a", "far", "internet_security_enabled = true"),
            connection("b", "h", &statics(prefix))
        ));
        let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", destination, 443);
        let (_, _, shown) = fate_of_all(&built, &meant);
        assert_eq!(shown.contains("the appliance at 10.2.1.9"), heard, "{shown}");
        // The networks themselves are heard of in any case.
        let meant = flow(&built, "azurerm_subnet.a", "10.1.1.4", "10.2.1.4", 443);
        let (_, _, shown) = fate_of_all(&built, &meant);
        assert!(!shown.contains("NoRoute"), "{shown}");
    }
}

#[test]
fn routing_intent_beside_tables_or_static_routes_is_found() {
    let text = format!(
        r#"{}{}{}{}
resource "azurerm_virtual_hub_routing_intent" "i" {{
  name           = "i"
  virtual_hub_id = azurerm_virtual_hub.h.id
  routing_policy {{
    name         = "p"
    destinations = ["PrivateTraffic"]
    next_hop     = azurerm_firewall.f.id
  }}
}}
resource "azurerm_firewall" "f" {{
  name                = "f"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_Hub"
  sku_tier            = "Standard"
  virtual_hub {{
    virtual_hub_id = azurerm_virtual_hub.h.id
  }}
}}
resource "azurerm_virtual_hub_route_table" "t" {{
  name           = "t"
  virtual_hub_id = azurerm_virtual_hub.h.id
}}
"#,
        wan(""),
        hub("h", 1, ""),
        network("a", 1),
        connection("a", "h", "")
    );
    let found = |text: &str| {
        let network = build(text);
        network
            .findings
            .iter()
            .filter(|finding| finding.id == "beside-routing-intent")
            .count()
    };
    assert_eq!(found(&text), 1);
    assert_eq!(
        found(
            text.split("resource \"azurerm_virtual_hub_route_table\"")
                .next()
                .unwrap()
        ),
        0
    );
}
