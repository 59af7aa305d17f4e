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

resource "nsxt_policy_security_policy" "first" {
  display_name = "first"
  category     = "Application"

  rule {
    display_name       = "first"
    action             = "ALLOW"
    source_groups      = ["10.11.1.10"]
    destination_groups = ["10.11.1.20"]
  }
}

resource "nsxt_policy_security_policy" "second" {
  display_name = "second"
  category     = "Application"

  rule {
    display_name       = "second"
    action             = "DROP"
    source_groups      = ["10.11.1.10"]
    destination_groups = ["10.11.1.20"]
  }
}
