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

resource "azurerm_virtual_wan" "this" {
  name                = "vwan"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azurerm_virtual_hub" "this" {
  name                = "hub"
  resource_group_name = "rg"
  location            = "westeurope"
  virtual_wan_id      = azurerm_virtual_wan.this.id
  address_prefix      = "10.50.0.0/23"
}

resource "azurerm_firewall" "hub" {
  name                = "afw"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_Hub"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.this.id

  virtual_hub {
    virtual_hub_id = azurerm_virtual_hub.this.id
  }
}

resource "azurerm_firewall_policy" "this" {
  name                = "policy"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azurerm_firewall_policy_rule_collection_group" "this" {
  name               = "rcg"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 100

  network_rule_collection {
    name     = "network"
    priority = 300
    action   = "Allow"

    rule {
      name                  = "https"
      protocols             = ["TCP"]
      source_addresses      = ["10.0.0.0/8"]
      destination_addresses = ["*"]
      destination_ports     = ["443"]
    }
  }
}

resource "azurerm_virtual_hub_routing_intent" "this" {
  name           = "intent"
  virtual_hub_id = azurerm_virtual_hub.this.id

  routing_policy {
    name         = "InternetTrafficPolicy"
    destinations = ["Internet"]
    next_hop     = azurerm_firewall.hub.id
  }
}

resource "azurerm_express_route_gateway" "this" {
  name                = "ergw"
  resource_group_name = "rg"
  location            = "westeurope"
  virtual_hub_id      = azurerm_virtual_hub.this.id
  scale_units         = 1
}

resource "azurerm_vmware_express_route_authorization" "this" {
  name             = "auth"
  private_cloud_id = azurerm_vmware_private_cloud.this.id
}

resource "azurerm_express_route_connection" "avs" {
  name                             = "avs"
  express_route_gateway_id         = azurerm_express_route_gateway.this.id
  express_route_circuit_peering_id = azurerm_vmware_private_cloud.this.circuit[0].express_route_private_peering_id
  authorization_key                = azurerm_vmware_express_route_authorization.this.express_route_authorization_key
  internet_security_enabled        = false
}
