//! NSX rules, gateways and translation of which something is not known.

use super::run::Attack;
use super::run::Wanted::*;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "sequence-unknown",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Application"
  sequence_number = var.unknown
  rule {
    display_name = "drop"
    action       = "DROP"
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "category-unknown",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "${var.unknown}"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Open,
    },
    Attack {
        name: "drop-with-profile",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
    profiles     = ["/infra/context-profiles/SSL"]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "drop-of-unknown-group",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
    source_groups = [var.unknown]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "drop-from-outside-group",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
    source_groups = ["/infra/domains/default/groups/not-here"]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "drop-of-service-outside",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
    services = ["/infra/services/not-here"]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "drop-perhaps-disabled",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
    disabled = var.unknown
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "drop-policy-counted",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  count = var.unknown ? 1 : 0
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "drop-by-data-source-group",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
    source_groups = [data.nsxt_policy_group.blocked.path]
  }
}
data "nsxt_policy_group" "blocked" {
  display_name = "blocked"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-with-profile",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            r#"services           = [nsxt_policy_service.web.path]
    profiles           = ["/infra/context-profiles/SSL"]"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-of-machines-by-name",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"resource "nsxt_policy_group" "msa" {
  display_name = "grp-msa"
  criteria {
    ipaddress_expression {
      ip_addresses = ["10.91.1.10"]
    }
  }"#,
            r#"resource "nsxt_policy_group" "msa" {
  display_name = "grp-msa"
  criteria {
    condition {
      member_type = "VirtualMachine"
      key         = "Name"
      operator    = "STARTSWITH"
      value       = "msa"
    }
  }"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-of-unknown-addresses",
        case: "nsx-segments-and-dfw",
        edits: &[(r#"ip_addresses = ["10.91.1.10"]"#, "ip_addresses = var.unknown")],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-perhaps-excluding",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            r#"services           = [nsxt_policy_service.web.path]
    sources_excluded   = var.unknown"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-perhaps-disabled",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            r#"services           = [nsxt_policy_service.web.path]
    disabled           = var.unknown"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-of-unknown-service",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            "services           = [var.unknown]",
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-in-unknown-direction",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            r#"services           = [nsxt_policy_service.web.path]
    direction          = var.unknown"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-in-unknown-scope",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            r#"services           = [nsxt_policy_service.web.path]
    scope              = [var.unknown]"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-of-ipv6-perhaps",
        case: "nsx-segments-and-dfw",
        edits: &[(
            "services           = [nsxt_policy_service.web.path]",
            r#"services           = [nsxt_policy_service.web.path]
    ip_version         = var.unknown"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-from-an-unknown-collection",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"  sequence_number = 10

  rule {
    display_name = "dhcp""#,
            r#"  sequence_number = 10

  dynamic "rule" {
    for_each = var.unknown
    content {
      display_name = rule.key
      action       = "DROP"
    }
  }
  rule {
    display_name = "dhcp""#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "segment-on-unknown-gateway",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"display_name        = "seg-jetstream-management"
  connectivity_path   = var.tier1_path"#,
            r#"display_name        = "seg-jetstream-management"
  connectivity_path   = var.unknown"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "segment-perhaps-off",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"display_name        = "seg-jetstream-management"
"#,
            r#"display_name        = "seg-jetstream-management"
  advanced_config {
    connectivity = var.unknown
  }
"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "translation-on-the-tier-0",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_nat_rule" "hide" {
  display_name        = "hide"
  action              = "SNAT"
  gateway_path        = "/infra/tier-0s/TNT90-T0"
  source_networks     = ["10.91.0.0/16"]
  translated_networks = ["10.99.0.1"]
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Open,
    },
    Attack {
        name: "translation-on-an-unknown-gateway",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_nat_rule" "hide" {
  display_name         = "hide"
  action               = "DNAT"
  gateway_path         = var.unknown
  destination_networks = ["10.90.0.2"]
  translated_networks  = ["10.99.0.1"]
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "neighbours-of-the-tier-0",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_bgp_neighbor" "x" {
  display_name     = "x"
  bgp_path         = "/infra/tier-0s/TNT90-T0/locale-services/default/bgp"
  neighbor_address = "10.90.3.2"
  remote_as_num    = "65000"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "an-nsx-type-nobody-knows",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"resource "nsxt_policy_gadget" "x" {
  display_name = "x"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "gateway-firewall-drop-of-unknown-scope",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_gateway_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 1
  rule {
    display_name = "drop"
    action       = "DROP"
    scope        = [var.unknown]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "lone-rule-of-unknown-policy",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy_rule" "drop" {
  display_name    = "drop"
  policy_path     = var.unknown
  sequence_number = 1
  action          = "DROP"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "second-cloud-and-no-host",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"  host     = trimsuffix(trimprefix(azurerm_vmware_private_cloud.dr.nsxt_manager_endpoint, "https://"), "/")
"#,
            "",
        )],
        add: r#"
resource "azurerm_vmware_private_cloud" "second" {
  name                = "avs-second"
  resource_group_name = azurerm_resource_group.dr.name
  location            = "germanywestcentral"
  sku_name            = "av36p"
  network_subnet_cidr = "10.95.0.0/22"
  management_cluster {
    size = 3
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Open,
    },
    Attack {
        name: "drop-through-an-alias-of-unknown-host",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"provider "nsxt" {
  alias = "other"
  host  = var.unknown
}

resource "nsxt_policy_security_policy" "more" {
  provider = nsxt.other
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "body-as-text-with-an-unknown-gateway",
        case: "private-endpoint-storage",
        edits: &[(
            r#"  body = {
    properties = {
      displayName      = "seg-jetstream"
      connectedGateway = "TNT60-T1"
      subnet = {
        gatewayAddress = "10.61.1.1/24"
        dhcpRanges     = ["10.61.1.128-10.61.1.250"]
      }
    }
  }"#,
            r#"  body = jsonencode({
    properties = {
      displayName      = "seg-jetstream"
      connectedGateway = var.unknown
      subnet = {
        gatewayAddress = "10.61.1.1/24"
        dhcpRanges     = ["10.61.1.128-10.61.1.250"]
      }
    }
  })"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-of-a-module-that-is-not-installed",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"    source_groups      = [nsxt_policy_group.msa.path]
    destination_groups = [local.management_cidr]"#,
            r#"    source_groups      = [module.groups.msa]
    destination_groups = [local.management_cidr]"#,
        )],
        add: r#"module "groups" {
  source = "example/groups/nsxt"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "policy-from-merged-unknowns",
        case: "nsx-segments-and-dfw",
        edits: &[(
            r#"    action             = "ALLOW"
    source_groups      = [nsxt_policy_group.msa.path]
    destination_groups = [local.management_cidr]"#,
            r#"    action             = lookup(merge({ action = "ALLOW" }, var.unknown), "action", "ALLOW")
    source_groups      = [nsxt_policy_group.msa.path]
    destination_groups = [local.management_cidr]"#,
        )],
        add: "",
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-of-this-cloud-through-an-alias",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "azurerm_vmware_private_cloud" "second" {
  name                = "avs-second"
  resource_group_name = azurerm_resource_group.dr.name
  location            = "germanywestcentral"
  sku_name            = "av36p"
  network_subnet_cidr = "10.95.0.0/22"
  management_cluster {
    size = 3
  }
}
provider "nsxt" {
  alias = "second"
  host  = azurerm_vmware_private_cloud.second.nsxt_manager_endpoint
}
provider "nsxt" {
  alias = "first"
  host  = "10.90.0.3"
}

resource "nsxt_policy_security_policy" "more" {
  provider = nsxt.first
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Violated,
    },
    Attack {
        name: "rules-of-an-unknown-one-of-two-clouds",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "azurerm_vmware_private_cloud" "second" {
  name                = "avs-second"
  resource_group_name = azurerm_resource_group.dr.name
  location            = "germanywestcentral"
  sku_name            = "av36p"
  network_subnet_cidr = "10.95.0.0/22"
  management_cluster {
    size = 3
  }
}
provider "nsxt" {
  alias = "second"
  host  = azurerm_vmware_private_cloud.second.nsxt_manager_endpoint
}
provider "nsxt" {
  alias = "third"
  host  = var.unknown
}

resource "nsxt_policy_security_policy" "more" {
  provider = nsxt.third
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "DROP"
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Undetermined,
    },
];
