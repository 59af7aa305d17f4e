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

resource "azapi_resource" "jetstream" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "jetstream"
  parent_id = "${azurerm_vmware_private_cloud.this.id}/workloadNetworks/default"
  body = {
    properties = {
      connectedGateway = "TNT10-T1"
      subnet = {
        gatewayAddress = "10.11.1.1/24"
        dhcpRanges     = ["10.11.1.100-10.11.1.199"]
      }
    }
  }
}

resource "azurerm_storage_account" "this" {
  name                      = "stacct"
  resource_group_name       = "rg"
  location                  = "westeurope"
  account_tier              = "Standard"
  account_replication_type  = "LRS"
  shared_access_key_enabled = false
}
