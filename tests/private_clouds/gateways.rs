//! Gateways, segments and forwarders beside those that a private cloud comes with; machines.

use clearway::network::model::{Bounded, Disposition, Network};
use clearway::paths::{FlowName, Graph, Resolved, resolve};
use clearway::traffic::Addresses;

use crate::{A, B, OK, VCENTER, end, network, node_at, with};

fn tier1(types: &str, more: &str) -> String {
    let hcl = format!(
        r#"
resource "nsxt_policy_tier1_gateway" "own" {{
  display_name              = "own"
  tier0_path                = "/infra/tier-0s/TNT20-T0"
  route_advertisement_types = [{types}]
}}
{more}
"#
    );
    with(&hcl).replacen(
        "\"/infra/tier-1s/TNT20-T1\"",
        "nsxt_policy_tier1_gateway.own.path",
        1,
    )
}

const CONNECTED: &str = "\"TIER1_CONNECTED\"";

fn forwarder(more: &str) -> String {
    format!(
        r#"
resource "nsxt_policy_dns_forwarder_zone" "all" {{
  display_name     = "all"
  upstream_servers = ["10.21.2.53"]
}}
resource "nsxt_policy_gateway_dns_forwarder" "own" {{
  display_name                = "own"
  gateway_path                = nsxt_policy_tier1_gateway.own.path
  listener_ip                 = "10.21.9.53"
  default_forwarder_zone_path = nsxt_policy_dns_forwarder_zone.all.path
  {more}
}}
"#
    )
}

#[test]
fn a_forwarder_listens_on_its_own_tier_1() {
    let listener = "10.21.9.53";
    let hidden = network("forwarder-hidden", &tier1(CONNECTED, &forwarder("")));
    assert_eq!(end(&hidden, A, listener, 53), OK, "on the same tier-1");
    assert_eq!(
        end(&hidden, B, listener, 53),
        Some(Disposition::NoRoute),
        "another tier-1 does not hear of it"
    );
    assert_eq!(
        end(&hidden, listener, "10.21.2.53", 53),
        Some(Disposition::NoRoute),
        "and knows no way back to it"
    );
    let types = "\"TIER1_CONNECTED\", \"TIER1_DNS_FORWARDER_IP\"";
    let told = network("forwarder-told", &tier1(types, &forwarder("")));
    assert_eq!(end(&told, B, listener, 53), OK);
    assert_eq!(end(&told, VCENTER, listener, 53), OK);
    let server = |network: &Network| {
        let graph = Graph::new(network);
        let servers = Bounded::exactly(Addresses::parse("10.21.9.53").unwrap());
        let name = FlowName::Known("example.com".into());
        let answers = resolve(&graph, &servers, &name, node_at(network, A));
        answers
            .into_iter()
            .map(|answer| answer.resolved)
            .collect::<Vec<_>>()
    };
    let off = network("forwarder-off", &tier1(types, &forwarder("enabled = false")));
    assert_ne!(
        server(&off),
        server(&told),
        "one that is switched off answers nothing"
    );
    assert!(!server(&off).contains(&Resolved::Public));
}

#[test]
fn a_static_route_is_of_its_own_prefix_only() {
    let is_open =
        |network: &Network, to: &str| matches!(end(network, A, to, 443), None | Some(Disposition::Unknown));
    let route = |gateway: &str, prefix: &str| {
        format!(
            r#"
resource "nsxt_policy_static_route" "r" {{
  display_name = "r"
  gateway_path = "{gateway}"
  network      = "{prefix}"
  next_hop {{
    ip_address = "10.21.1.99"
  }}
}}
"#
        )
    };
    let at = |name: &str, gateway: &str, prefix: &str| network(name, &with(&route(gateway, prefix)));
    let own = "/infra/tier-1s/TNT20-T1";
    let beside = at("static-beside", own, "192.168.0.0/16");
    assert_eq!(end(&beside, A, VCENTER, 443), OK);
    assert!(is_open(&beside, "192.168.1.1"));
    let default = at("static-default", own, "0.0.0.0/0");
    assert_eq!(end(&default, A, B, 443), OK, "connected segments are nearer");
    assert!(is_open(&default, VCENTER));
    for (name, gateway) in [
        ("tier0", "/infra/tier-0s/TNT20-T0"),
        ("elsewhere", "/infra/tier-1s/not-here"),
    ] {
        let network = at(&format!("static-{name}"), gateway, "10.20.0.0/24");
        assert!(is_open(&network, VCENTER), "{name}");
    }
}

#[test]
fn what_a_vlan_or_an_extension_joins_is_not_known() {
    let vlan = r#"
resource "nsxt_policy_vlan_segment" "v" {
  display_name = "v"
  vlan_ids     = ["12"]
  subnet {
    cidr = "10.21.7.1/24"
  }
}
"#;
    let beside = network("vlan", &with(vlan));
    assert_eq!(end(&beside, A, B, 443), OK, "others are as before");
    assert!(matches!(
        end(&beside, VCENTER, "10.21.7.10", 443),
        None | Some(Disposition::Unknown)
    ));
    let stretched = with("").replacen(
        "display_name      = \"a\"",
        "display_name      = \"a\"\n  l2_extension {\n    l2vpn_paths = [\"/infra/x\"]\n    tunnel_id = 1\n  }",
        1,
    );
    assert!(matches!(
        end(&network("stretched", &stretched), A, B, 443),
        None | Some(Disposition::Unknown)
    ));
}

#[test]
fn machines_with_several_interfaces() {
    let machine = r#"
data "vsphere_network" "a" {
  name          = nsxt_policy_segment.a.display_name
  datacenter_id = "dc"
}
resource "vsphere_virtual_machine" "drva" {
  name = "jetstream-drva-01"
  network_interface {
    network_id = data.vsphere_network.a.id
  }
  network_interface {
    network_id = nsxt_policy_segment.b.id
  }
  clone {
    customize {
      network_interface {
        ipv4_address = "10.21.1.10"
      }
      network_interface {
        ipv4_address = "10.21.2.10"
      }
    }
  }
}
resource "vsphere_virtual_machine" "msa" {
  name = "msa"
  ovf_deploy {
    ovf_network_map = {
      "VM Network" = data.vsphere_network.a.id
    }
  }
}
"#;
    let network = network("interfaces", &with(machine));
    let found: Vec<_> = network
        .hints
        .iter()
        .map(|hint| {
            let addresses = hint.addresses.as_ref().map(|set| set.lower.to_string());
            (hint.role, hint.segment, addresses, hint.sure)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("drva", Some(0), Some("10.21.1.10".to_owned()), false),
            ("drva", Some(1), Some("10.21.2.10".to_owned()), false),
            ("msa", Some(0), None, true),
        ]
    );
}

#[test]
fn a_relay_is_as_good_as_the_servers_behind_it() {
    let served = |resource: &str| {
        let hcl = with(resource).replacen(
            "connectivity_path = \"/infra/tier-1s/TNT20-T1\"",
            "connectivity_path = \"/infra/tier-1s/TNT20-T1\"\n  dhcp_config_path = nsxt_policy_dhcp_X.d.path",
            1,
        );
        let kind = if resource.contains("relay") {
            "relay"
        } else {
            "server"
        };
        let network = network(
            &format!("dhcp-{kind}"),
            &hcl.replace("nsxt_policy_dhcp_X", &format!("nsxt_policy_dhcp_{kind}")),
        );
        network.segments[0].dhcp_service.value.clone()
    };
    let server = "resource \"nsxt_policy_dhcp_server\" \"d\" {\n  display_name = \"d\"\n}\n";
    assert_eq!(served(server), Ok(true));
    let relay = "resource \"nsxt_policy_dhcp_relay\" \"d\" {\n  display_name = \"d\"\n  server_addresses = [\"10.9.9.9\"]\n}\n";
    let open = served(relay);
    assert!(
        open.as_ref().is_err_and(|doubt| doubt.what.contains("relays to")),
        "{open:?}"
    );
}

#[test]
fn tags_that_differ_in_case_may_be_one() {
    let rule = |value: &str| {
        format!(
            r#"
resource "nsxt_policy_group" "g" {{
  display_name = "g"
  criteria {{
    condition {{
      member_type = "Segment"
      key         = "Tag"
      operator    = "EQUALS"
      value       = "{value}"
    }}
  }}
}}
resource "nsxt_policy_security_policy" "p" {{
  display_name = "p"
  category     = "Application"
  rule {{
    display_name  = "r"
    action        = "DROP"
    source_groups = [nsxt_policy_group.g.path]
  }}
}}
"#
        )
    };
    let at = |name: &str, value: &str| end(&network(name, &with(&rule(value))), A, VCENTER, 443);
    assert_eq!(at("tag-same", "jetstream|a"), Some(Disposition::Denied));
    assert_eq!(at("tag-case", "JetStream|A"), None);
    assert_eq!(at("tag-other", "jetstream|z"), OK);
}
