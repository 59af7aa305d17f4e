# Two segments of one tier-1, of which one is translated to a public address of the NSX edge.

resource "azurerm_vmware_private_cloud" "dr" {
  name                        = "avs-dr"
  resource_group_name         = "rg-avs"
  location                    = "westeurope"
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.31.0.0/22"
  internet_connection_enabled = false

  management_cluster {
    size = 3
  }
}

resource "azapi_resource" "dr" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-dr"
  parent_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"

  body = {
    properties = {
      connectedGateway = "TNT31-T1"
      subnet           = { gatewayAddress = "10.31.9.1/24" }
    }
  }
}

resource "azapi_resource" "translated" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-translated"
  parent_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"

  body = {
    properties = {
      connectedGateway = "TNT31-T1"
      subnet           = { gatewayAddress = "10.31.10.1/24" }
    }
  }
}

resource "azapi_resource" "address" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/publicIPs@2023-09-01"
  name      = "pip"
  parent_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"

  body = { properties = { numberOfPublicIPs = 1 } }
}

resource "nsxt_policy_nat_rule" "out" {
  display_name        = "out"
  gateway_path        = "/infra/tier-1s/TNT31-T1"
  action              = "SNAT"
  source_networks     = ["10.31.10.0/24"]
  translated_networks = ["20.50.60.70"]
}
