//! Configuration that cannot change a verdict, however little is known of it.

use super::run::Attack;
use super::run::Wanted::*;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "things-beside-a-network",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_public_ip" "bastion" {
  name                = "pip-bastion"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  allocation_method   = "Static"
}
resource "azurerm_bastion_host" "hub" {
  name                = "bas-hub"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  ip_configuration {
    name                 = "x"
    subnet_id            = azurerm_subnet.endpoints.id
    public_ip_address_id = azurerm_public_ip.bastion.id
  }
}
resource "azurerm_network_ddos_protection_plan" "x" {
  name                = "ddos"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
}
resource "azurerm_network_watcher_flow_log" "x" {
  name               = "log"
  target_resource_id = azurerm_virtual_network.hub.id
  storage_account_id = azurerm_storage_account.jetstream.id
}
resource "azurerm_management_lock" "x" {
  name       = "lock"
  scope      = azurerm_virtual_network.hub.id
  lock_level = "CanNotDelete"
}
resource "azurerm_role_assignment" "x" {
  scope                = azurerm_subnet.endpoints.id
  role_definition_name = "Network Contributor"
  principal_id         = var.unknown
}
resource "azurerm_monitor_diagnostic_setting" "x" {
  name               = "logs"
  target_resource_id = azurerm_virtual_network_gateway.er.id
  storage_account_id = azurerm_storage_account.jetstream.id
}
resource "azurerm_network_interface" "jump" {
  name                = "nic-jump"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  ip_configuration {
    name                          = "x"
    subnet_id                     = azurerm_subnet.endpoints.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "jump" {
  name                  = "jump"
  resource_group_name   = azurerm_resource_group.dr.name
  location              = azurerm_resource_group.dr.location
  size                  = "Standard_B1s"
  network_interface_ids = [azurerm_network_interface.jump.id]
}
resource "azurerm_kubernetes_cluster" "x" {
  name                = "aks"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  default_node_pool {
    name           = "x"
    vnet_subnet_id = azurerm_subnet.endpoints.id
  }
}
resource "azurerm_storage_container" "x" {
  name               = "jetstream"
  storage_account_id = azurerm_storage_account.jetstream.id
}
resource "azurerm_storage_management_policy" "x" {
  storage_account_id = azurerm_storage_account.jetstream.id
}
resource "azurerm_vmware_express_route_authorization" "other" {
  name             = "auth-other"
  private_cloud_id = azurerm_vmware_private_cloud.dr.id
}
resource "azurerm_resource_policy_assignment" "x" {
  name                 = "p"
  resource_id          = azurerm_virtual_network.hub.id
  policy_definition_id = var.unknown
}
resource "azurerm_consumption_budget_resource_group" "x" {
  name              = "b"
  resource_group_id = azurerm_resource_group.dr.id
}
resource "azurerm_private_dns_txt_record" "x" {
  name                = "x"
  private_dns_zone_id = azurerm_private_dns_zone.blob.id
  ttl                 = 300
}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "unknown-names-and-tags",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"name                = "vnet-hub""#,
                r#"name                = "vnet-hub"
  tags                = var.unknown
  dns_servers         = []"#,
            ),
            (
                r#"  sku                 = "ErGw1AZ""#,
                "  sku                 = var.unknown",
            ),
        ],
        add: "",
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "unknown-authorization-key",
        case: "private-endpoint-storage",
        edits: &[(
            "authorization_key          = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key",
            "authorization_key          = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "unread-data-source-that-nothing-uses",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"data "azurerm_virtual_network" "other" {
  name                = "vnet-other"
  resource_group_name = "rg-other"
}
data "azurerm_client_config" "me" {}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "a-network-apart",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_virtual_network" "apart" {
  name                = "vnet-apart"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = [var.unknown]
}
resource "azurerm_subnet" "apart" {
  name                 = "snet-apart"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.apart.name
  address_prefixes     = [var.unknown]
}
resource "azurerm_subnet_network_security_group_association" "apart" {
  subnet_id                 = azurerm_subnet.apart.id
  network_security_group_id = var.unknown
}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "denials-behind-the-allowance",
        case: "hub-firewall",
        edits: &[],
        add: r#"
resource "azurerm_firewall_policy_rule_collection_group" "more" {
  name               = "rcg-more"
  firewall_policy_id = azurerm_firewall_policy.weu.id
  priority           = 60000
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
        wanted: Satisfied,
    },
    Attack {
        name: "denials-of-another-policy",
        case: "hub-firewall",
        edits: &[],
        add: r#"resource "azurerm_firewall_policy" "other" {
  name                = "other"
  resource_group_name = azurerm_resource_group.net.name
  location            = azurerm_resource_group.net.location
}

resource "azurerm_firewall_policy_rule_collection_group" "more" {
  name               = "rcg-more"
  firewall_policy_id = azurerm_firewall_policy.other.id
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
        wanted: Satisfied,
    },
    Attack {
        name: "allowances-counted",
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
    action   = "Allow"
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
        wanted: Satisfied,
    },
    Attack {
        name: "an-allowance-with-profile-beside",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_security_policy" "more" {
  display_name    = "more"
  category        = "Emergency"
  sequence_number = 10
  rule {
    display_name = "drop"
    action       = "ALLOW"
    profiles     = ["/infra/context-profiles/SSL"]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Satisfied,
    },
    Attack {
        name: "a-drop-of-others",
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
    source_groups = ["10.99.0.0/16"]
    profiles     = ["/infra/context-profiles/SSL"]
  }
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Satisfied,
    },
    Attack {
        name: "nsx-objects-that-carry-nothing",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_ip_pool" "x" {
  display_name = "x"
}
resource "nsxt_policy_context_profile" "x" {
  display_name = "x"
}
resource "nsxt_policy_vm_tags" "x" {
  instance_id = "x"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Satisfied,
    },
    Attack {
        name: "translation-of-others-on-the-tier-0",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"
resource "nsxt_policy_nat_rule" "hide" {
  display_name        = "hide"
  action              = "SNAT"
  gateway_path        = "/infra/tier-0s/TNT90-T0"
  source_networks     = ["10.99.0.0/16"]
  translated_networks = ["10.98.0.1"]
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Satisfied,
    },
    Attack {
        name: "rules-of-another-account",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azurerm_storage_account" "other" {
  name                     = "stother"
  resource_group_name      = azurerm_resource_group.dr.name
  location                 = azurerm_resource_group.dr.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
resource "azurerm_storage_account_network_rules" "x" {
  storage_account_id = azurerm_storage_account.other.id
  default_action     = "Deny"
}
"#,
        row: "msa-to-vcenter-https",
        wanted: Satisfied,
    },
    Attack {
        name: "open-rules-with-unknown-exceptions",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  network_rules {
    default_action = "Allow"
    ip_rules       = var.unknown
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "rules-of-another-cloud",
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

resource "nsxt_policy_security_policy" "more" {
  provider = nsxt.second
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
        wanted: Satisfied,
    },
    Attack {
        name: "rules-of-a-manager-elsewhere",
        case: "nsx-segments-and-dfw",
        edits: &[],
        add: r#"provider "nsxt" {
  alias = "branch"
  host  = "nsx.branch.example.com"
}

resource "nsxt_policy_security_policy" "more" {
  provider = nsxt.branch
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
        wanted: Satisfied,
    },
    Attack {
        name: "peering-of-both-halves",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "to-spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_gateway_transit     = true
  allow_forwarded_traffic   = var.unknown
}
resource "azurerm_virtual_network_peering" "spoke" {
  name                      = "to-hub"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  use_remote_gateways       = true
}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "admin-rules-of-another-region",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_network_manager" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
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
resource "azurerm_network_manager_admin_rule" "deny" {
  name                     = "deny"
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.c.id
  action                   = "Deny"
  direction                = "Inbound"
  priority                 = 1
  protocol                 = "Any"
}
resource "azurerm_network_manager_deployment" "d" {
  network_manager_id = azurerm_network_manager.m.id
  location           = "westus3"
  scope_access       = "SecurityAdmin"
  configuration_ids  = [azurerm_network_manager_security_admin_configuration.c.id]
}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "balancer-beside-the-endpoint",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_lb" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  sku                 = "Standard"
  frontend_ip_configuration {
    name                          = "front"
    subnet_id                     = azurerm_subnet.endpoints.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.62.1.60"
  }
}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
    Attack {
        name: "resolvers-of-a-networks-machines",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_virtual_network_dns_servers" "hub" {
  virtual_network_id = azurerm_virtual_network.hub.id
  dns_servers        = ["10.62.1.5"]
}
"#,
        row: "msa-to-storage",
        wanted: Satisfied,
    },
];
