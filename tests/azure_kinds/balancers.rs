//! Load balancers and NAT gateways.

use clearway::network::model::Disposition::*;

use crate::NETWORK;
use crate::flows::{build, ends, fate_of_all, flow};

/// A balancer in subnet `b` with one machine behind its frontend 10.1.2.100.
const BALANCER: &str = r#"
resource "azurerm_lb" "l" {
  name                = "l"
  resource_group_name = "rg"
  location            = "westeurope"
  sku                 = "Standard"
  frontend_ip_configuration {
    name                          = "Front"
    subnet_id                     = azurerm_subnet.b.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.1.2.100"
  }
}
resource "azurerm_lb_backend_address_pool" "p" {
  name            = "p"
  loadbalancer_id = azurerm_lb.l.id
}
resource "azurerm_lb_probe" "p" {
  name            = "p"
  loadbalancer_id = azurerm_lb.l.id
  port            = 8080
}
resource "azurerm_network_interface" "m" {
  name                = "m"
  resource_group_name = "rg"
  location            = "westeurope"
  FORWARDING
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.b.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.1.2.10"
  }
}
resource "azurerm_network_interface_backend_address_pool_association" "m" {
  network_interface_id    = azurerm_network_interface.m.id
  ip_configuration_name   = "i"
  backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
}
"#;

const RULE: &str = r#"
resource "azurerm_lb_rule" "r" {
  name                           = "r"
  loadbalancer_id                = azurerm_lb.l.id
  frontend_ip_configuration_name = "front"
  protocol                       = "PROTOCOL"
  frontend_port                  = FRONT
  backend_port                   = BACK
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.p.id]
  probe_id                       = azurerm_lb_probe.p.id
}
"#;

fn rule(protocol: &str, front: u16, back: u16) -> String {
    RULE.replace("PROTOCOL", protocol)
        .replace("FRONT", &front.to_string())
        .replace("BACK", &back.to_string())
}

/// A security group on the machines' subnet.
fn group(rules: &str) -> String {
    format!(
        r#"
resource "azurerm_network_security_group" "g" {{
  name                = "g"
  resource_group_name = "rg"
  location            = "westeurope"
  {rules}
}}
resource "azurerm_subnet_network_security_group_association" "g" {{
  subnet_id                 = azurerm_subnet.b.id
  network_security_group_id = azurerm_network_security_group.g.id
}}
"#
    )
}

fn security_rule(name: &str, priority: u16, access: &str, source: &str, port: &str) -> String {
    format!(
        r#"security_rule {{
    name                       = "{name}"
    priority                   = {priority}
    direction                  = "Inbound"
    access                     = "{access}"
    protocol                   = "*"
    source_address_prefix      = "{source}"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "{port}"
  }}
"#
    )
}

/// A default route of subnet `a` to the frontend.
const TO_FRONTEND: &str = r#"
resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"
  route {
    name                   = "all"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = NEXT
  }
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.a.id
  route_table_id = azurerm_route_table.t.id
}
"#;

/// Microsoft Learn, "Load balancer components": a rule maps one frontend and port to a pool; nothing
/// listens at the frontend's other ports.
#[test]
fn a_frontend_passes_on_what_a_rule_names_and_drops_the_rest() {
    let network = build(&format!("{NETWORK}{BALANCER}{}", rule("Tcp", 443, 8443)).replace("FORWARDING", ""));
    let named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 443);
    ends(&network, &named, Delivered, "azurerm_lb_rule.r");
    ends(&network, &named, Delivered, "10.1.2.10 is here");
    let other = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 80);
    ends(&network, &other, Denied, "no rule of the load balancer");
    // A machine beside it is met as before.
    let beside = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.20", 80);
    ends(&network, &beside, Delivered, "");
}

/// Microsoft Learn, "High availability ports overview": protocol All and port 0 is every port.
#[test]
fn high_availability_ports_pass_every_port_on() {
    let network = build(&format!("{NETWORK}{BALANCER}{}", rule("All", 0, 0)).replace("FORWARDING", ""));
    let any = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 3260);
    ends(&network, &any, Delivered, "10.1.2.10 is here");
}

/// Microsoft Learn, "Network security groups": inbound rules see the machine's own address and port.
#[test]
fn the_machines_security_group_sees_the_translated_port() {
    let text = format!("{NETWORK}{BALANCER}{}", rule("Tcp", 443, 8443)).replace("FORWARDING", "");
    for (port, wanted) in [("443", Delivered), ("8443", Denied)] {
        let group = group(&security_rule("closed", 100, "Deny", "10.1.1.0/24", port));
        let network = build(&format!("{text}{group}"));
        let named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 443);
        ends(&network, &named, wanted, "");
    }
}

/// Microsoft Learn, "Azure Load Balancer health probes": they come from 168.63.129.16, and a machine
/// that does not answer gets no new flows.
#[test]
fn a_denied_probe_leaves_a_pool_without_machines() {
    let text = format!("{NETWORK}{BALANCER}{}", rule("Tcp", 443, 443)).replace("FORWARDING", "");
    let open = security_rule("open", 100, "Allow", "10.1.1.0/24", "443");
    let closed = security_rule("closed", 4096, "Deny", "*", "*");
    let network = build(&format!("{text}{}", group(&format!("{open}{closed}"))));
    let named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 443);
    ends(&network, &named, Denied, "denies the probe");
    assert!(
        network
            .findings
            .iter()
            .any(|finding| finding.id == "probe-denied")
    );

    let probes = security_rule("probes", 200, "Allow", "AzureLoadBalancer", "*");
    let network = build(&format!("{text}{}", group(&format!("{open}{probes}{closed}"))));
    let named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 443);
    ends(&network, &named, Delivered, "");
}

#[test]
fn an_empty_pool_gets_nothing_and_a_pool_of_strangers_is_not_known() {
    let alone = BALANCER
        .replace("FORWARDING", "")
        .split("resource \"azurerm_network_interface_backend")
        .next()
        .unwrap()
        .to_owned();
    let text = format!("{NETWORK}{alone}{}", rule("Tcp", 443, 443));
    let network = build(&text);
    let named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 443);
    ends(&network, &named, Denied, "nobody is in the backend pool");

    let set = r#"
resource "azurerm_linux_virtual_machine_scale_set" "s" {
  name = "s"
  network_interface {
    name = "n"
    ip_configuration {
      name                                   = "i"
      load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.p.id]
    }
  }
}
"#;
    let network = build(&format!("{text}{set}"));
    let named = flow(&network, "azurerm_subnet.a", "10.1.1.4", "10.1.2.100", 443);
    let (_, _, shown) = fate_of_all(&network, &named);
    assert!(shown.contains("certain=false"), "{shown}");
    assert!(
        shown.contains("azurerm_linux_virtual_machine_scale_set.s"),
        "{shown}"
    );
}

/// Microsoft Learn, "Virtual network traffic routing": an internal balancer's frontend may be the next
/// hop; a machine without IP forwarding takes nothing that is not addressed to it.
#[test]
fn a_balancer_as_a_next_hop_leads_to_the_appliances_behind_it() {
    for next in [
        "\"10.1.2.100\"",
        "azurerm_lb.l.private_ip_address",
        "azurerm_lb.l.frontend_ip_configuration[0].private_ip_address",
    ] {
        let text = format!("{NETWORK}{BALANCER}{}", TO_FRONTEND.replace("NEXT", next));
        let forwarding = text.replace("FORWARDING", "ip_forwarding_enabled = true");
        let network = build(&format!("{forwarding}{}", rule("All", 0, 0)));
        let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        let (fates, _, shown) = fate_of_all(&network, &out);
        assert_eq!(fates, [Unknown], "{next}: {shown}");
        assert!(shown.contains("azurerm_network_interface.m"), "{next}: {shown}");

        let network = build(&format!("{forwarding}{}", rule("Tcp", 8080, 8080)));
        let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        ends(&network, &out, Denied, "no rule of the load balancer");

        let network = build(&format!(
            "{}{}",
            text.replace("FORWARDING", ""),
            rule("All", 0, 0)
        ));
        let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
        ends(&network, &out, Denied, "IP forwarding");
    }
}

#[test]
fn a_machine_without_ip_forwarding_is_no_next_hop() {
    let machine = BALANCER.replace("FORWARDING", "");
    let routes = TO_FRONTEND.replace("NEXT", "\"10.1.2.10\"");
    let network = build(&format!("{NETWORK}{machine}{routes}"));
    let out = flow(&network, "azurerm_subnet.a", "10.1.1.4", "20.60.0.1", 443);
    ends(&network, &out, Denied, "IP forwarding is off");
}

/// Microsoft Learn, "Virtual network peering", constraints for globally peered networks.
#[test]
fn a_basic_balancers_frontend_is_not_reached_over_global_peering() {
    let peer = r#"
resource "azurerm_virtual_network" "w" {
  name                = "w"
  resource_group_name = "rg"
  location            = "REGION"
  address_space       = ["10.2.0.0/16"]
}
resource "azurerm_subnet" "w" {
  name                 = "w"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.w.name
  address_prefixes     = ["10.2.1.0/24"]
}
resource "azurerm_virtual_network_peering" "one" {
  name                      = "one"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.v.name
  remote_virtual_network_id = azurerm_virtual_network.w.id
}
resource "azurerm_virtual_network_peering" "two" {
  name                      = "two"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.w.name
  remote_virtual_network_id = azurerm_virtual_network.v.id
}
"#;
    let balancer = BALANCER.replace("FORWARDING", "");
    for (sku, region, wanted) in [
        ("Basic", "northeurope", Denied),
        ("Standard", "northeurope", Delivered),
        ("Basic", "West Europe", Delivered),
    ] {
        let network = build(&format!(
            "{NETWORK}{}{}{}",
            balancer.replace("Standard", sku),
            rule("Tcp", 443, 443),
            peer.replace("REGION", region)
        ));
        let named = flow(&network, "azurerm_subnet.w", "10.2.1.4", "10.1.2.100", 443);
        ends(&network, &named, wanted, "azurerm_lb.l");
    }
}
