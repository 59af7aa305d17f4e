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

resource "azurerm_virtual_network" "this" {
  name                = "vnet"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.1.0.0/27"]
}

resource "azurerm_virtual_network_gateway" "this" {
  name                = "ergw"
  resource_group_name = "rg"
  location            = "westeurope"
  type                = "ExpressRoute"
  sku                 = "ErGw1AZ"

  ip_configuration {
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = "pip"
  }
}

resource "azurerm_vmware_express_route_authorization" "this" {
  name             = "auth"
  private_cloud_id = azurerm_vmware_private_cloud.this.id
}

resource "azurerm_virtual_network_gateway_connection" "avs" {
  name                       = "avs"
  resource_group_name        = "rg"
  location                   = "westeurope"
  type                       = "ExpressRoute"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.this.id
  express_route_circuit_id   = azurerm_vmware_private_cloud.this.circuit[0].express_route_id
  authorization_key          = azurerm_vmware_express_route_authorization.this.express_route_authorization_key
}

resource "azurerm_express_route_circuit" "branch" {
  name                  = "branch"
  resource_group_name   = "rg"
  location              = "westeurope"
  service_provider_name = "provider"
  peering_location      = "Amsterdam"
  bandwidth_in_mbps     = 1000

  sku {
    tier   = "Premium"
    family = "MeteredData"
  }
}

resource "azapi_resource" "global_reach" {
  type      = "Microsoft.AVS/privateClouds/globalReachConnections@2023-09-01"
  name      = "branch"
  parent_id = azurerm_vmware_private_cloud.this.id
  body = {
    properties = {
      peerExpressRouteCircuit = azurerm_express_route_circuit.branch.id
      authorizationKey        = "key"
    }
  }
}

resource "azurerm_subnet" "firewall" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.1.3.0/26"]
}

resource "azurerm_firewall" "this" {
  name                = "afw"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.this.id

  ip_configuration {
    name      = "ip"
    subnet_id = azurerm_subnet.firewall.id
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
    action   = "Deny"

    rule {
      name                  = "deny"
      protocols             = ["TCP"]
      source_addresses      = ["10.0.0.0/8"]
      destination_addresses = ["*"]
      destination_ports     = ["32877"]
    }
  }
}

resource "azurerm_route_table" "inward" {
  name                          = "rt-inward"
  resource_group_name           = "rg"
  location                      = "westeurope"
  bgp_route_propagation_enabled = true

  route {
    name                   = "to-firewall"
    address_prefix         = "10.11.0.0/16"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.this.ip_configuration[0].private_ip_address
  }
}

resource "azurerm_subnet_route_table_association" "inward" {
  subnet_id      = azurerm_subnet.gateway.id
  route_table_id = azurerm_route_table.inward.id
}
