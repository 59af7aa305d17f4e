//! Private clouds from Terraform to packets: what NSX rules, gateways, translation, the ways to the
//! internet and name resolution do to single packets. The vectors follow the documented behaviour of
//! NSX and of Azure VMware Solution.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::path::PathBuf;

use clearway::config::{Environment, Options};
use clearway::network::model::{Bounded, Disposition, Network, NodeId};
use clearway::network::service_tags::ServiceTags;
use clearway::network::{Declarations, build};
use clearway::paths::{Flow, FlowName, Graph, Outcome, Resolved, resolve, walk};
use clearway::traffic::{Addresses, Cube, Ports, Protocols};

mod private_clouds {
    pub mod firewalls;
    pub mod gateways;
    pub mod names;
    pub mod native;
}

fn network_of(directory: PathBuf) -> Network {
    let environment = Environment {
        working_directory: directory.clone(),
        ..Environment::default()
    };
    let options = Options {
        root: Some(directory.clone()),
        ..Options::default()
    };
    let sight = clearway::see(&[directory], &options, &environment);
    let evaluations: Vec<_> = sight
        .evaluated
        .into_iter()
        .map(|evaluated| evaluated.evaluation)
        .collect();
    assert!(!evaluations.is_empty(), "nothing was read");
    build(&evaluations, &Declarations::default(), &ServiceTags::default())
}

fn network(name: &str, hcl: &str) -> Network {
    let directory =
        std::env::temp_dir().join(format!("clearway-private-clouds-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("main.tf"), hcl).unwrap();
    let network = network_of(directory.clone());
    std::fs::remove_dir_all(directory).unwrap();
    network
}

/// A private cloud with two segments on the default tier-1.
fn with(more: &str) -> String {
    format!(
        r#"
resource "azurerm_vmware_private_cloud" "dr" {{
  name                        = "avs"
  location                    = "westeurope"
  network_subnet_cidr         = "10.20.0.0/22"
  internet_connection_enabled = false
  management_cluster {{
    size = 3
  }}
}}
resource "nsxt_policy_segment" "a" {{
  display_name      = "a"
  connectivity_path = "/infra/tier-1s/TNT20-T1"
  subnet {{
    cidr = "10.21.1.1/24"
  }}
  tag {{
    scope = "jetstream"
    tag   = "a"
  }}
}}
resource "nsxt_policy_segment" "b" {{
  display_name      = "b"
  connectivity_path = "/infra/tier-1s/TNT20-T1"
  subnet {{
    cidr        = "10.21.2.1/24"
    dhcp_ranges = ["10.21.2.128/25"]
  }}
}}
{more}
"#
    )
}

const DROP: &str = r#"
resource "nsxt_policy_predefined_security_policy" "default" {
  path = "/infra/domains/default/security-policies/default-layer3-section"
  default_rule {
    action = "DROP"
  }
}
"#;

fn node_at(network: &Network, address: &str) -> NodeId {
    let address = address.parse().unwrap();
    let index = network
        .nodes
        .iter()
        .position(|node| node.addresses.lower.contains(address));
    NodeId(u32::try_from(index.unwrap()).unwrap())
}

fn send(network: &Network, from: &str, to: &str, port: u16) -> Vec<Outcome> {
    let graph = Graph::new(network);
    let cube = Cube {
        source: Addresses::parse(from).unwrap(),
        destination: Addresses::parse(to).unwrap(),
        protocols: Protocols::tcp(),
        source_ports: Ports::range(49_152, 65_535),
        destination_ports: Ports::single(port),
    };
    let flow = Flow {
        from: node_at(network, from.split('/').next().unwrap()),
        packets: cube.into(),
        name: None,
        to: None,
    };
    walk(&graph, &flow)
}

/// The one certain end of a flow; `None` where several are possible.
fn end(network: &Network, from: &str, to: &str, port: u16) -> Option<Disposition> {
    let outcomes = send(network, from, to, port);
    match &*outcomes {
        [only] if only.certain => Some(only.disposition),
        [first, rest @ ..] if rest.iter().all(|other| other.disposition == first.disposition) => {
            Some(first.disposition)
        }
        _ => None,
    }
}

const OK: Option<Disposition> = Some(Disposition::Delivered);
const DENIED: Option<Disposition> = Some(Disposition::Denied);

const A: &str = "10.21.1.10";
const B: &str = "10.21.2.10";
const VCENTER: &str = "10.20.0.2";

#[test]
fn a_private_cloud_as_delivered_lets_its_own_traffic_through() {
    let network = network("delivered", &with(""));
    assert_eq!(end(&network, A, B, 443), OK);
    assert_eq!(end(&network, A, "10.21.1.20", 443), OK, "inside one segment");
    assert_eq!(end(&network, A, VCENTER, 443), OK);
    assert_eq!(end(&network, VCENTER, A, 443), OK);
    let outcomes = send(&network, A, B, 443);
    let assumed: Vec<&str> = outcomes[0]
        .assumptions
        .iter()
        .map(|assumption| assumption.code)
        .collect();
    assert_eq!(assumed, ["nsx-default-allow"], "nothing north-south on the way");
}

#[test]
fn internet_off_is_no_route_at_the_attribute() {
    let network = network("off", &with(""));
    let outcomes = send(&network, A, "20.60.0.1", 443);
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].disposition, Disposition::NoRoute);
    let last = outcomes[0].hops.last().unwrap();
    assert_eq!(&*last.place, "azurerm_vmware_private_cloud.dr");
    assert_ne!(
        last.written.at, network.clouds[0].written.at,
        "the attribute, not the block"
    );
    assert_eq!(
        end(&network, VCENTER, "20.60.0.1", 443),
        OK,
        "management has its own breakout"
    );
    assert_eq!(
        end(&network, VCENTER, "192.168.1.1", 443),
        Some(Disposition::NoRoute)
    );
}

#[test]
fn managed_snat_leads_out() {
    let hcl = with("").replace(
        "internet_connection_enabled = false",
        "internet_connection_enabled = true",
    );
    assert_eq!(end(&network("snat", &hcl), A, "20.60.0.1", 443), OK);
    assert_eq!(
        end(&network("snat-private", &hcl), A, "192.168.1.1", 443),
        Some(Disposition::NoRoute)
    );
}

fn policy(category: &str, more: &str, rule: &str) -> String {
    format!(
        r#"
resource "nsxt_policy_security_policy" "p{category}{unique}" {{
  display_name = "p"
  category     = "{category}"
  {more}
  rule {{
    display_name = "r"
    {rule}
  }}
}}
"#,
        unique = rule.len() + more.len() * 1000
    )
}

const A_TO_B: &str = "source_groups = [\"10.21.1.10\"]\n destination_groups = [\"10.21.2.0/24\"]";

#[test]
fn two_vnics_and_directions() {
    let allow = |direction: &str| {
        let rule = format!("action = \"ALLOW\"\n direction = \"{direction}\"\n {A_TO_B}");
        network(
            &format!("direction-{direction}"),
            &with(&format!("{DROP}{}", policy("Application", "", &rule))),
        )
    };
    assert_eq!(end(&allow("IN_OUT"), A, B, 443), OK);
    assert_eq!(end(&allow("IN"), A, B, 443), DENIED);
    assert_eq!(end(&allow("OUT"), A, B, 443), DENIED);
    let to_vcenter = "action = \"ALLOW\"\n direction = \"OUT\"\n destination_groups = [\"10.20.0.2\"]";
    let network = network(
        "direction-vcenter",
        &with(&format!("{DROP}{}", policy("Application", "", to_vcenter))),
    );
    assert_eq!(end(&network, A, VCENTER, 443), OK, "vCenter has no vNIC");
    assert_eq!(end(&network, VCENTER, A, 443), DENIED);
}

#[test]
fn scopes() {
    let rule = |scope: &str| format!("action = \"ALLOW\"\n scope = {scope}");
    let at = |name: &str, more: &str, scope: &str| {
        network(
            name,
            &with(&format!("{DROP}{}", policy("Application", more, &rule(scope)))),
        )
    };
    let both = "[nsxt_policy_segment.a.path, nsxt_policy_segment.b.path]";
    assert_eq!(end(&at("scope-both", "", both), A, B, 443), OK);
    assert_eq!(
        end(&at("scope-one", "", "[nsxt_policy_segment.a.path]"), A, B, 443),
        DENIED
    );
    // A group of addresses is enforced at the vNICs it names or nowhere.
    assert_eq!(
        end(&at("scope-ip", "", "[\"10.21.1.10\", \"10.21.2.10\"]"), A, B, 443),
        None
    );
    assert_eq!(
        end(&at("scope-elsewhere", "", "[\"10.99.0.1\"]"), A, B, 443),
        DENIED
    );
    // The policy's scope takes precedence.
    let policy = "scope = [nsxt_policy_segment.a.path]";
    assert_eq!(end(&at("scope-policy", policy, both), A, B, 443), DENIED);
}

#[test]
fn ties_matter_only_where_policies_disagree() {
    let allow = policy("Application", "", &format!("action = \"ALLOW\"\n {A_TO_B}"));
    let drop = policy(
        "Application",
        "",
        "action = \"DROP\"\n destination_groups = [\"10.21.2.10\"]",
    );
    let tied = network("tied", &with(&format!("{allow}{drop}")));
    assert_eq!(end(&tied, A, B, 443), None);
    assert_eq!(end(&tied, A, "10.21.2.11", 443), OK);
    assert_eq!(end(&tied, "10.21.1.11", B, 443), DENIED);
    let first = policy(
        "Application",
        "sequence_number = 1",
        &format!("action = \"ALLOW\"\n {A_TO_B}"),
    );
    let second = policy("Application", "sequence_number = 2", "action = \"DROP\"");
    let ordered = network("ordered", &with(&format!("{second}{first}")));
    assert_eq!(end(&ordered, A, B, 443), OK);
    assert_eq!(end(&ordered, B, A, 443), DENIED);
}

#[test]
fn categories_and_jumps() {
    let environment = policy(
        "Environment",
        "",
        "action = \"JUMP_TO_APPLICATION\"\n source_groups = [\"10.21.1.10\"]",
    );
    let rest = policy("Environment", "sequence_number = 5", "action = \"DROP\"");
    let jumped = network("jump", &with(&format!("{environment}{rest}")));
    assert_eq!(end(&jumped, A, VCENTER, 443), OK);
    assert_eq!(end(&jumped, "10.21.1.11", VCENTER, 443), DENIED);
    let emergency = policy(
        "Emergency",
        "sequence_number = 99",
        "action = \"DROP\"\n destination_groups = [\"10.21.2.10\"]",
    );
    let early = network(
        "emergency",
        &with(&format!(
            "{}{emergency}",
            policy("Application", "", "action = \"ALLOW\"")
        )),
    );
    assert_eq!(end(&early, A, B, 443), DENIED);
}

#[test]
fn groups_by_tag_are_evaluated_and_by_machine_are_not() {
    let group = |member: &str, key: &str, operator: &str, value: &str| {
        format!(
            r#"
resource "nsxt_policy_group" "g" {{
  display_name = "g"
  criteria {{
    condition {{
      member_type = "{member}"
      key         = "{key}"
      operator    = "{operator}"
      value       = "{value}"
    }}
  }}
}}
"#
        )
    };
    let rule = policy(
        "Application",
        "",
        "action = \"DROP\"\n source_groups = [nsxt_policy_group.g.path]",
    );
    let tagged = network(
        "tag",
        &with(&format!(
            "{}{rule}",
            group("Segment", "Tag", "EQUALS", "jetstream|a")
        )),
    );
    assert_eq!(end(&tagged, A, VCENTER, 443), DENIED);
    assert_eq!(end(&tagged, B, VCENTER, 443), OK);
    let machines = network(
        "machines",
        &with(&format!(
            "{}{rule}",
            group("VirtualMachine", "Name", "STARTSWITH", "jet")
        )),
    );
    assert_eq!(end(&machines, A, VCENTER, 443), None);
    assert_eq!(
        end(&machines, VCENTER, A, 443),
        OK,
        "vCenter is no workload, and replies pass by state"
    );
}

#[test]
fn services_by_name_and_unknown_ones() {
    let rule = |service: &str| format!("action = \"ALLOW\"\n services = [\"/infra/services/{service}\"]");
    let at = |service: &str| {
        network(
            &format!("service-{service}"),
            &with(&format!("{DROP}{}", policy("Application", "", &rule(service)))),
        )
    };
    assert_eq!(end(&at("HTTPS"), A, B, 443), OK);
    assert_eq!(end(&at("HTTPS"), A, B, 80), DENIED);
    assert_eq!(end(&at("Somebody-Elses"), A, B, 443), None);
}

#[test]
fn excluded_groups_and_disabled_rules() {
    let excluded = "action = \"DROP\"\n destinations_excluded = true\n destination_groups = [\"10.21.2.10\"]";
    let network_a = network("excluded", &with(&policy("Application", "", excluded)));
    assert_eq!(end(&network_a, A, B, 443), OK);
    assert_eq!(end(&network_a, A, "10.21.2.11", 443), DENIED);
    let disabled = network(
        "disabled",
        &with(&policy("Application", "", "action = \"DROP\"\n disabled = true")),
    );
    assert_eq!(end(&disabled, A, B, 443), OK);
    let profiled = network(
        "profile",
        &with(&policy(
            "Application",
            "",
            "action = \"DROP\"\n profiles = [\"/infra/context-profiles/TLS\"]",
        )),
    );
    assert_eq!(end(&profiled, A, B, 443), None);
}

#[test]
fn gateway_firewalls_see_north_south_only() {
    let gateway = r#"
resource "nsxt_policy_gateway_policy" "g" {
  display_name = "g"
  category     = "LocalGatewayRules"
  rule {
    display_name = "no"
    action       = "DROP"
    scope        = ["/infra/tier-1s/TNT20-T1"]
  }
}
"#;
    let network = network("gateway", &with(gateway));
    assert_eq!(end(&network, A, B, 443), OK);
    assert_eq!(end(&network, A, VCENTER, 443), DENIED);
    assert_eq!(end(&network, VCENTER, A, 443), DENIED);
    let hop = send(&network, A, VCENTER, 443)[0].hops.last().unwrap().clone();
    assert_eq!(&*hop.place, "nsxt_policy_gateway_policy.g");
}

#[test]
fn dhcp_and_connectivity() {
    let off = with("").replace(
        "display_name      = \"a\"",
        "display_name      = \"a\"\n  advanced_config {\n    connectivity = \"OFF\"\n  }",
    );
    let network_off = network("connectivity", &off);
    assert_eq!(end(&network_off, A, B, 443), Some(Disposition::NotAttached));
    let plain = network("dhcp", &with(""));
    let b = plain
        .segments
        .iter()
        .find(|segment| &*segment.name == "nsxt_policy_segment.b")
        .unwrap();
    let ranges = b.dhcp_ranges.value.as_ref().unwrap();
    assert_eq!(ranges.lower.count(), 126, "without network and broadcast address");
    assert_eq!(b.dhcp_service.value, Ok(false));
    let through_azure = r#"
resource "azapi_resource" "dhcp" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/dhcpConfigurations@2023-09-01"
  name      = "dhcp"
  parent_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"
  body      = jsonencode({ properties = { dhcpType = "SERVER", serverAddress = "10.21.255.1/24" } })
}
"#;
    let served = network("dhcp-azure", &with(through_azure));
    assert!(
        served
            .segments
            .iter()
            .all(|segment| segment.dhcp_service.value == Ok(true))
    );
}

#[test]
fn translation_without_exception_rewrites_private_flows_too() {
    let nat = |more: &str| {
        format!(
            r#"
resource "nsxt_policy_nat_rule" "snat" {{
  display_name        = "out"
  action              = "SNAT"
  gateway_path        = "/infra/tier-1s/TNT20-T1"
  source_networks     = ["10.21.0.0/16"]
  translated_networks = ["10.99.0.1"]
  rule_priority       = 200
}}
{more}
"#
        )
    };
    let except = r#"
resource "nsxt_policy_nat_rule" "none" {
  display_name         = "not-inside"
  action               = "NO_SNAT"
  gateway_path         = "/infra/tier-1s/TNT20-T1"
  destination_networks = ["10.0.0.0/8"]
  rule_priority        = 100
}
"#;
    let rewritten = |network: &Network| {
        let outcomes = send(network, A, VCENTER, 443);
        assert_eq!(end(network, A, VCENTER, 443), OK, "the reply is translated back");
        let hops = &outcomes[0].hops;
        hops.iter()
            .any(|hop| hop.decision == clearway::paths::Decision::Rewritten && !hop.reply)
    };
    assert!(rewritten(&network("nat", &with(&nat("")))));
    assert!(!rewritten(&network("no-nat", &with(&nat(except)))));
}

const DNS: &str = r#"
resource "azapi_resource" "blob" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/dnsZones@2023-09-01"
  name      = "blob"
  parent_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"
  body = {
    properties = { displayName = "blob", dnsServerIps = ["10.62.0.68"], domain = ["blob.core.windows.net"] }
  }
}
resource "azapi_resource_action" "service" {
  type        = "Microsoft.AVS/privateClouds/workloadNetworks/dnsServices@2023-09-01"
  resource_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default/dnsServices/dns-forwarder"
  method      = "PATCH"
  body = {
    properties = { dnsServiceIp = "10.20.0.192", fqdnZones = ATTACHED }
  }
}
resource "azurerm_storage_account" "s" {
  name     = "stjet"
  location = "westeurope"
}
resource "azurerm_virtual_network" "hub" {
  name          = "hub"
  address_space = ["10.62.0.0/24"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.0.0/24"]
}
resource "azurerm_private_dns_resolver" "r" {
  name               = "r"
  virtual_network_id = azurerm_virtual_network.hub.id
}
resource "azurerm_private_dns_resolver_inbound_endpoint" "in" {
  name                    = "in"
  private_dns_resolver_id = azurerm_private_dns_resolver.r.id
  ip_configurations {
    private_ip_address = "10.62.0.68"
    subnet_id          = azurerm_subnet.s.id
  }
}
resource "azurerm_private_dns_zone" "z" {
  name = "privatelink.blob.core.windows.net"
}
resource "azurerm_private_dns_zone_virtual_network_link" "l" {
  name                = "l"
  private_dns_zone_id = azurerm_private_dns_zone.z.id
  virtual_network_id  = azurerm_virtual_network.hub.id
}
resource "azurerm_private_endpoint" "pe" {
  name      = "pe"
  subnet_id = azurerm_subnet.s.id
  private_service_connection {
    name                           = "blob"
    private_connection_resource_id = azurerm_storage_account.s.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }
  private_dns_zone_group {
    name                 = "blob"
    private_dns_zone_ids = [azurerm_private_dns_zone.z.id]
  }
}
"#;

fn answers(network: &Network, name: &str) -> Vec<Resolved> {
    let graph = Graph::new(network);
    let servers = Bounded::exactly(Addresses::parse("10.20.0.192").unwrap());
    let name = FlowName::Known(name.into());
    let answers = resolve(&graph, &servers, &name, node_at(network, A));
    answers.into_iter().map(|answer| answer.resolved).collect()
}

#[test]
fn the_dns_service_asks_the_zones_it_names() {
    let blob = "stjet.blob.core.windows.net";
    for (case, attached) in [
        ("name", "[azapi_resource.blob.name]"),
        ("id", "[azapi_resource.blob.id]"),
        ("literal", "[\"blob\"]"),
    ] {
        let network = network(&format!("dns-{case}"), &with(&DNS.replace("ATTACHED", attached)));
        let endpoint = network.naming.services[0].endpoints.clone();
        assert_eq!(endpoint.len(), 1);
        assert_eq!(
            answers(&network, blob),
            [Resolved::Endpoint(endpoint[0])],
            "attached by {case}"
        );
        assert_eq!(answers(&network, "login.microsoftonline.com"), [Resolved::Public]);
        assert!(network.clouds[0].dns_service.is_some());
    }
    let detached = network("dns-none", &with(&DNS.replace("ATTACHED", "[]")));
    assert_eq!(
        answers(&detached, blob),
        [Resolved::Public],
        "a zone that is only created does nothing"
    );
}

#[test]
fn storage_firewall_admits_what_its_rules_name() {
    let account = |more: &str| {
        let hcl = with(&format!(
            "resource \"azurerm_storage_account\" \"s\" {{\n  name = \"stjet\"\n  location = \"West Europe\"\n  {more}\n}}\n"
        ));
        hcl.replace(
            "internet_connection_enabled = false",
            "internet_connection_enabled = true",
        )
    };
    let reach = |name: &str, more: &str| {
        let network = network(name, &account(more));
        let service = &network.naming.services[0];
        let graph = Graph::new(&network);
        let cube = Cube {
            source: Addresses::parse(A).unwrap(),
            destination: service.addresses.lower.clone(),
            protocols: Protocols::tcp(),
            source_ports: Ports::range(49_152, 65_535),
            destination_ports: Ports::single(443),
        };
        assert!(!cube.is_empty(), "the region's tag has addresses");
        let flow = Flow {
            from: node_at(&network, A),
            packets: cube.into(),
            name: service.name.value.clone().ok().map(FlowName::Known),
            to: None,
        };
        let outcomes = walk(&graph, &flow);
        let first = outcomes[0].disposition;
        outcomes
            .iter()
            .all(|outcome| outcome.disposition == first)
            .then_some(first)
    };
    assert_eq!(reach("open", ""), OK);
    assert_eq!(reach("closed", "public_network_access_enabled = false"), DENIED);
    let deny = |more: &str| format!("network_rules {{\n default_action = \"Deny\"\n {more}\n }}");
    assert_eq!(reach("deny", &deny("")), DENIED);
    assert_eq!(
        reach(
            "same-region",
            &deny("ip_rules = [\"0.0.0.0/1\", \"128.0.0.0/1\"]")
        ),
        DENIED
    );
    assert_eq!(
        reach("allow", "network_rules {\n default_action = \"Allow\"\n }"),
        OK
    );
}

#[test]
fn run_command_shows_where_the_appliance_is() {
    let script = r#"
resource "azapi_resource" "install" {
  type      = "Microsoft.AVS/privateClouds/scriptExecutions@2023-09-01"
  name      = "install"
  parent_id = azurerm_vmware_private_cloud.dr.id
  body = {
    properties = {
      scriptCmdletId = "${azurerm_vmware_private_cloud.dr.id}/scriptPackages/JSDR.Configuration@*/scriptCmdlets/Install-JetDRWithStaticIP"
      parameters = [
        { name = "MSIp", type = "Value", value = "10.21.1.10" },
        { name = "HostName", type = "Value", value = "MSA.dr.example.com" },
        { name = "Network", type = "Value", value = "a" },
      ]
    }
  }
}
"#;
    let network = network("script", &with(script));
    let [hint] = &*network.hints else {
        panic!("one hint")
    };
    assert_eq!((hint.role, hint.cloud, hint.segment), ("msa", Some(0), Some(0)));
    assert_eq!(
        hint.addresses.as_ref().unwrap().lower,
        Addresses::parse(A).unwrap()
    );
    assert_eq!(
        hint.fqdn.as_ref().unwrap().value.as_deref(),
        Ok("msa.dr.example.com")
    );
}

#[test]
fn machines_are_recognised_by_name() {
    let machine = r#"
resource "vsphere_virtual_machine" "drva" {
  name = "jetstream-drva-01"
  network_interface {
    network_id = nsxt_policy_segment.b.id
  }
  clone {
    customize {
      network_interface {
        ipv4_address = "10.21.2.10"
      }
    }
  }
}
"#;
    let network = network("machine", &with(machine));
    let hint = network.hints.first().unwrap();
    assert_eq!((hint.role, hint.segment), ("drva", Some(1)));
    assert_eq!(
        hint.addresses.as_ref().unwrap().lower,
        Addresses::parse(B).unwrap()
    );
}

#[test]
fn a_gateway_that_is_looked_up_is_the_one_that_was_delivered() {
    let more = r#"
data "nsxt_policy_tier1_gateway" "delivered" {
  display_name = "TNT20-T1"
}
resource "nsxt_policy_segment" "c" {
  display_name      = "c"
  connectivity_path = data.nsxt_policy_tier1_gateway.delivered.path
  subnet {
    cidr = "10.21.3.1/24"
  }
}
"#;
    let network = network("looked-up", &with(more));
    assert_eq!(end(&network, "10.21.3.10", VCENTER, 443), OK);
    assert_eq!(end(&network, VCENTER, "10.21.3.10", 443), OK);
}

#[test]
fn a_group_that_is_looked_up_is_not_empty() {
    let rule = "source_groups = [data.nsxt_policy_group.jet.path]\n action = \"DROP\"";
    let more = format!(
        "{}data \"nsxt_policy_group\" \"jet\" {{\n  display_name = \"jet\"\n}}\n",
        policy("Application", "", rule)
    );
    let network = network("looked-up-group", &with(&more));
    assert_eq!(
        end(&network, A, B, 443),
        None,
        "whether the rule drops it is not known"
    );
}

#[test]
fn a_gateway_that_no_input_defines_may_announce_a_default_route() {
    let more = r#"
data "azurerm_virtual_network_gateway" "hub" {
  name                = "ergw"
  resource_group_name = "rg-hub"
}
resource "azurerm_virtual_network_gateway_connection" "avs" {
  name                       = "avs"
  type                       = "ExpressRoute"
  virtual_network_gateway_id = data.azurerm_virtual_network_gateway.hub.id
  express_route_circuit_id   = azurerm_vmware_private_cloud.dr.circuit[0].express_route_id
}
"#;
    let network = network("gateway-looked-up", &with(more));
    assert_eq!(end(&network, A, "20.60.0.1", 443), None);
}

#[test]
fn a_zone_whose_servers_are_not_known_is_not_without_servers() {
    let more = r#"
resource "azurerm_firewall" "hub" {
  name     = "hub"
  sku_name = "AZFW_VNet"
  sku_tier = "Standard"
}
"#;
    let unknown = "dnsServerIps = [azurerm_firewall.hub.ip_configuration[0].private_ip_address]";
    let zones = DNS
        .replace("ATTACHED", "[azapi_resource.blob.name]")
        .replace("dnsServerIps = [\"10.62.0.68\"]", unknown);
    let network = network("zone-servers", &with(&(zones + more)));
    let answers = answers(&network, "stjet.blob.core.windows.net");
    assert!(answers.len() > 1, "anything may be answered: {answers:?}");
}

#[test]
fn a_cloud_in_a_virtual_network_has_no_certain_way_out() {
    let hcl = r#"
resource "azapi_resource" "dr" {
  type      = "Microsoft.AVS/privateClouds@2024-09-01"
  name      = "avs"
  parent_id = "/subscriptions/s/resourceGroups/rg"
  location  = "westeurope"
  body = {
    sku = { name = "av64" }
    properties = {
      internet          = "Enabled"
      networkBlock      = "10.20.0.0/22"
      managementCluster = { clusterSize = 3 }
      virtualNetworkId  = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"
    }
  }
}
resource "nsxt_policy_segment" "a" {
  display_name      = "a"
  connectivity_path = "/infra/tier-1s/TNT20-T1"
  subnet {
    cidr = "10.21.1.1/24"
  }
}
"#;
    let network = network("second-generation", hcl);
    let outcomes = send(&network, "10.21.1.10", "20.60.0.1", 443);
    assert!(
        outcomes
            .iter()
            .all(|outcome| !outcome.certain || outcome.disposition == Disposition::Unknown),
        "{outcomes:#?}"
    );
    assert!(
        outcomes.iter().any(|outcome| outcome
            .doubts
            .iter()
            .any(|doubt| doubt.what.contains("virtual network"))),
        "{outcomes:#?}"
    );
}
