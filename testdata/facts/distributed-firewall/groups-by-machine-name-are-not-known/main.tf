resource "azurerm_vmware_private_cloud" "this" {
  name                        = "avs"
  resource_group_name         = "rg"
  location                    = "westeurope"
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.10.0.0/22"
  internet_connection_enabled = false

  management_cluster {
    size = 3
  }
}

resource "nsxt_policy_segment" "jetstream" {
  display_name        = "jetstream"
  connectivity_path   = "/infra/tier-1s/TNT10-T1"
  transport_zone_path = "/infra/sites/default/enforcement-points/default/transport-zones/TNT10-OVERLAY-TZ"

  subnet {
    cidr = "10.11.1.1/24"
  }
}

resource "nsxt_policy_predefined_security_policy" "default" {
  path = "/infra/domains/default/security-policies/default-layer3-section"

  default_rule {
    action = "DROP"
  }
}

resource "nsxt_policy_group" "appliances" {
  display_name = "appliances"

  criteria {
    condition {
      key         = "Name"
      member_type = "VirtualMachine"
      operator    = "STARTSWITH"
      value       = "jet"
    }
  }
}

resource "nsxt_policy_security_policy" "appliances" {
  display_name = "appliances"
  category     = "Application"

  rule {
    display_name       = "appliances"
    action             = "ALLOW"
    source_groups      = [nsxt_policy_group.appliances.path]
    destination_groups = [nsxt_policy_group.appliances.path]
  }
}
