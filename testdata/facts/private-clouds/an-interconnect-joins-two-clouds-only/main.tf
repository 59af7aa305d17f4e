# Three private clouds of one region: the first linked to the second, the second to the third.

resource "azurerm_vmware_private_cloud" "one" {
  name                        = "avs-one"
  resource_group_name         = "rg-avs"
  location                    = "westeurope"
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.31.0.0/22"
  internet_connection_enabled = false

  management_cluster {
    size = 3
  }
}

resource "azapi_resource" "one" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-one"
  parent_id = "${azurerm_vmware_private_cloud.one.id}/workloadNetworks/default"

  body = {
    properties = {
      connectedGateway = "TNT31-T1"
      subnet           = { gatewayAddress = "10.31.9.1/24" }
    }
  }
}

resource "azurerm_vmware_private_cloud" "two" {
  name                        = "avs-two"
  resource_group_name         = "rg-avs"
  location                    = "westeurope"
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.32.0.0/22"
  internet_connection_enabled = false

  management_cluster {
    size = 3
  }
}

resource "azapi_resource" "two" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-two"
  parent_id = "${azurerm_vmware_private_cloud.two.id}/workloadNetworks/default"

  body = {
    properties = {
      connectedGateway = "TNT32-T1"
      subnet           = { gatewayAddress = "10.32.9.1/24" }
    }
  }
}

resource "azurerm_vmware_private_cloud" "three" {
  name                        = "avs-three"
  resource_group_name         = "rg-avs"
  location                    = "westeurope"
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.33.0.0/22"
  internet_connection_enabled = false

  management_cluster {
    size = 3
  }
}

resource "azapi_resource" "three" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-three"
  parent_id = "${azurerm_vmware_private_cloud.three.id}/workloadNetworks/default"

  body = {
    properties = {
      connectedGateway = "TNT33-T1"
      subnet           = { gatewayAddress = "10.33.9.1/24" }
    }
  }
}

resource "azapi_resource" "one_two" {
  type      = "Microsoft.AVS/privateClouds/cloudLinks@2023-09-01"
  name      = "one-two"
  parent_id = azurerm_vmware_private_cloud.one.id

  body = { properties = { linkedCloud = azurerm_vmware_private_cloud.two.id } }
}

resource "azapi_resource" "two_three" {
  type      = "Microsoft.AVS/privateClouds/cloudLinks@2023-09-01"
  name      = "two-three"
  parent_id = azurerm_vmware_private_cloud.two.id

  body = { properties = { linkedCloud = azurerm_vmware_private_cloud.three.id } }
}
