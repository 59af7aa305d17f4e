//! Virtual hubs and Azure Firewall of which something is not known.

use super::run::Attack;
use super::run::Wanted::*;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "parent-policy-by-variable",
        case: "hub-firewall",
        edits: &[(
            "base_policy_id      = azurerm_firewall_policy.baseline.id",
            "base_policy_id      = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "denials-of-an-unknown-policy",
        case: "hub-firewall",
        edits: &[],
        add: r#"
resource "azurerm_firewall_policy_rule_collection_group" "more" {
  name               = "rcg-more"
  firewall_policy_id = var.unknown
  priority           = 100
  network_rule_collection {
    name     = "more"
    priority = 100
    action   = "Deny"
    rule {
      name                  = "all"
      protocols             = ["Any"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["*"]
    }
  }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "denials-at-unknown-priority",
        case: "hub-firewall",
        edits: &[],
        add: r#"
resource "azurerm_firewall_policy_rule_collection_group" "more" {
  name               = "rcg-more"
  firewall_policy_id = azurerm_firewall_policy.weu.id
  priority           = var.unknown
  network_rule_collection {
    name     = "more"
    priority = 100
    action   = "Deny"
    rule {
      name                  = "all"
      protocols             = ["Any"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["*"]
    }
  }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "denials-counted",
        case: "hub-firewall",
        edits: &[],
        add: r#"
resource "azurerm_firewall_policy_rule_collection_group" "more" {
  count = var.unknown ? 1 : 0
  name               = "rcg-more"
  firewall_policy_id = azurerm_firewall_policy.weu.id
  priority           = 100
  network_rule_collection {
    name     = "more"
    priority = 100
    action   = "Deny"
    rule {
      name                  = "all"
      protocols             = ["Any"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["*"]
    }
  }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "denials-from-an-unknown-collection",
        case: "hub-firewall",
        edits: &[(
            r#"  priority           = 200
"#,
            r#"  priority           = 200
  dynamic "network_rule_collection" {
    for_each = var.unknown
    content {
      name     = network_rule_collection.key
      priority = 100
      action   = network_rule_collection.value.action
      rule {
        name                  = "all"
        protocols             = ["Any"]
        source_addresses      = ["*"]
        destination_addresses = ["*"]
        destination_ports     = ["*"]
      }
    }
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "action-unknown",
        case: "hub-firewall",
        edits: &[(
            r#"    priority = 300
    action   = "Allow""#,
            r#"    priority = 300
    action   = var.unknown"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "destination-unknown",
        case: "hub-firewall",
        edits: &[(
            r#"      name                  = "appliances-to-storage"
      protocols             = ["TCP"]
      source_ip_groups      = [azurerm_ip_group.jetstream.id]
      destination_addresses = ["Storage.WestEurope"]"#,
            r#"      name                  = "appliances-to-storage"
      protocols             = ["TCP"]
      source_ip_groups      = [azurerm_ip_group.jetstream.id]
      destination_addresses = [var.unknown]"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "ip-group-unknown",
        case: "hub-firewall",
        edits: &[(
            "cidrs               = [local.msa, local.drva]",
            "cidrs               = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "ip-group-by-data-source",
        case: "hub-firewall",
        edits: &[(
            r#"      name                  = "appliances-to-storage"
      protocols             = ["TCP"]
      source_ip_groups      = [azurerm_ip_group.jetstream.id]"#,
            r#"      name                  = "appliances-to-storage"
      protocols             = ["TCP"]
      source_ip_groups      = [data.azurerm_ip_group.central.id]"#,
        )],
        add: r#"data "azurerm_ip_group" "central" {
  name                = "central"
  resource_group_name = "rg-central"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "intent-counted",
        case: "hub-firewall",
        edits: &[(
            r#"resource "azurerm_virtual_hub_routing_intent" "weu" {
"#,
            r#"resource "azurerm_virtual_hub_routing_intent" "weu" {
  count = var.unknown ? 1 : 0
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "policy-by-data-source",
        case: "hub-firewall",
        edits: &[(
            "firewall_policy_id  = azurerm_firewall_policy.weu.id",
            "firewall_policy_id  = data.azurerm_firewall_policy.central.id",
        )],
        add: r#"data "azurerm_firewall_policy" "central" {
  name                = "central"
  resource_group_name = "rg-central"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "hub-by-data-source",
        case: "hub-firewall",
        edits: &[(
            r#"resource "azurerm_express_route_gateway" "weu" {
  name                = "ergw-vhub-weu"
  resource_group_name = azurerm_resource_group.net.name
  location            = azurerm_resource_group.net.location
  virtual_hub_id      = azurerm_virtual_hub.weu.id"#,
            r#"resource "azurerm_express_route_gateway" "weu" {
  name                = "ergw-vhub-weu"
  resource_group_name = azurerm_resource_group.net.name
  location            = azurerm_resource_group.net.location
  virtual_hub_id      = data.azurerm_virtual_hub.central.id"#,
        )],
        add: r#"data "azurerm_virtual_hub" "central" {
  name                = "central"
  resource_group_name = "rg-central"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "circuit-connection-counted",
        case: "hub-firewall",
        edits: &[(
            r#"resource "azurerm_express_route_connection" "avs" {
"#,
            r#"resource "azurerm_express_route_connection" "avs" {
  count = var.unknown ? 1 : 0
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "internet-security-unknown",
        case: "hub-firewall",
        edits: &[(
            r#"authorization_key                = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key
  internet_security_enabled        = true"#,
            r#"authorization_key                = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key
  internet_security_enabled        = var.unknown"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "hub-peer-by-bgp",
        case: "hub-firewall",
        edits: &[],
        add: r#"resource "azurerm_virtual_hub_bgp_connection" "nva" {
  name           = "nva"
  virtual_hub_id = azurerm_virtual_hub.weu.id
  peer_asn       = 65010
  peer_ip        = "10.60.0.20"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "policy-changed-by-azapi",
        case: "hub-firewall",
        edits: &[],
        add: r#"resource "azapi_update_resource" "x" {
  type        = "Microsoft.Network/firewallPolicies@2024-05-01"
  resource_id = azurerm_firewall_policy.weu.id
  body        = { properties = { threatIntelMode = "Deny" } }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "a-type-nobody-knows-on-the-policy",
        case: "hub-firewall",
        edits: &[],
        add: r#"resource "azurerm_firewall_policy_gadget" "x" {
  firewall_policy_id = azurerm_firewall_policy.weu.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "firewall-counted",
        case: "hub-firewall",
        edits: &[
            (
                r#"resource "azurerm_firewall" "hub" {
"#,
                r#"resource "azurerm_firewall" "hub" {
  count = var.unknown ? 1 : 0
"#,
            ),
            (
                r#"    name         = "InternetTrafficPolicy"
    destinations = ["Internet"]
    next_hop     = azurerm_firewall.hub.id"#,
                r#"    name         = "InternetTrafficPolicy"
    destinations = ["Internet"]
    next_hop     = azurerm_firewall.hub[0].id"#,
            ),
            (
                r#"    name         = "PrivateTrafficPolicy"
    destinations = ["PrivateTraffic"]
    next_hop     = azurerm_firewall.hub.id"#,
                r#"    name         = "PrivateTrafficPolicy"
    destinations = ["PrivateTraffic"]
    next_hop     = azurerm_firewall.hub[0].id"#,
            ),
        ],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-for-addresses-in-the-accounts-own-region",
        case: "hub-firewall",
        edits: &[(
            "  shared_access_key_enabled = false",
            r#"  shared_access_key_enabled = false
  network_rules {
    default_action = "Deny"
    ip_rules       = ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"]
  }"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Violated,
    },
    Attack {
        name: "route-map-on-the-circuits-connection",
        case: "hub-firewall",
        edits: &[(
            r#"authorization_key                = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key
  internet_security_enabled        = true"#,
            r#"authorization_key                = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key
  internet_security_enabled        = true
  routing {
    outbound_route_map_id = azurerm_route_map.quiet.id
  }"#,
        )],
        add: r#"resource "azurerm_route_map" "quiet" {
  name           = "quiet"
  virtual_hub_id = azurerm_virtual_hub.weu.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "tied-denials",
        case: "hub-firewall",
        edits: &[],
        add: r#"
resource "azurerm_firewall_policy_rule_collection_group" "tied" {
  name               = "rcg-tied"
  firewall_policy_id = azurerm_firewall_policy.weu.id
  priority           = 200
  network_rule_collection {
    name     = "tied"
    priority = 300
    action   = "Deny"
    rule {
      name                  = "all"
      protocols             = ["Any"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["*"]
    }
  }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
];
