terraform {
  required_version = ">= 1.6"
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 5.0" }
  }
}

provider "azurerm" {
  features {}
}

variable "vpn_shared_key" {
  type      = string
  sensitive = true
}

resource "azurerm_resource_group" "hub" {
  name     = "rg-hub"
  location = "swedencentral"
}

resource "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  resource_group_name = azurerm_resource_group.hub.name
  location            = azurerm_resource_group.hub.location
  address_space       = ["10.122.0.0/22"]
}

resource "azurerm_subnet" "this" {
  for_each = {
    GatewaySubnet     = "10.122.0.0/26"
    RouteServerSubnet = "10.122.0.64/26"
  }
  name                 = each.key
  resource_group_name  = azurerm_resource_group.hub.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = [each.value]
}

resource "azurerm_public_ip" "this" {
  for_each            = toset(["er", "vpn", "routeserver"])
  name                = "pip-${each.key}"
  resource_group_name = azurerm_resource_group.hub.name
  location            = azurerm_resource_group.hub.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_virtual_network_gateway" "er" {
  name                = "gw-er"
  resource_group_name = azurerm_resource_group.hub.name
  location            = azurerm_resource_group.hub.location
  type                = "ExpressRoute"
  sku                 = "ErGw1AZ"

  ip_configuration {
    subnet_id            = azurerm_subnet.this["GatewaySubnet"].id
    public_ip_address_id = azurerm_public_ip.this["er"].id
  }
}

resource "azurerm_virtual_network_gateway" "vpn" {
  name                = "gw-vpn"
  resource_group_name = azurerm_resource_group.hub.name
  location            = azurerm_resource_group.hub.location
  type                = "Vpn"
  sku                 = "VpnGw1AZ"
  active_active       = true
  bgp_enabled         = true

  bgp_settings {
    asn = 65515
  }
  ip_configuration {
    name                 = "one"
    subnet_id            = azurerm_subnet.this["GatewaySubnet"].id
    public_ip_address_id = azurerm_public_ip.this["vpn"].id
  }
  ip_configuration {
    name                 = "two"
    subnet_id            = azurerm_subnet.this["GatewaySubnet"].id
    public_ip_address_id = azurerm_public_ip.vpn_two.id
  }
}

resource "azurerm_public_ip" "vpn_two" {
  name                = "pip-vpn-two"
  resource_group_name = azurerm_resource_group.hub.name
  location            = azurerm_resource_group.hub.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_route_server" "hub" {
  name                             = "rs-hub"
  resource_group_name              = azurerm_resource_group.hub.name
  location                         = azurerm_resource_group.hub.location
  sku                              = "Standard"
  subnet_id                        = azurerm_subnet.this["RouteServerSubnet"].id
  public_ip_address_id             = azurerm_public_ip.this["routeserver"].id
  branch_to_branch_traffic_enabled = false
}

# The plant: a tunnel.
resource "azurerm_local_network_gateway" "plant" {
  name                = "lgw-plant"
  resource_group_name = azurerm_resource_group.hub.name
  location            = azurerm_resource_group.hub.location
  gateway_address     = "203.0.113.20"
  address_space       = ["192.168.10.0/24"]
}

resource "azurerm_virtual_network_gateway_connection" "plant" {
  name                       = "cn-plant"
  resource_group_name        = azurerm_resource_group.hub.name
  location                   = azurerm_resource_group.hub.location
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.vpn.id
  local_network_gateway_id   = azurerm_local_network_gateway.plant.id
  shared_key                 = var.vpn_shared_key
}

# Headquarters: a circuit.
resource "azurerm_express_route_circuit" "headquarters" {
  name                  = "erc-headquarters"
  resource_group_name   = azurerm_resource_group.hub.name
  location              = azurerm_resource_group.hub.location
  service_provider_name = "Equinix"
  peering_location      = "Stockholm"
  bandwidth_in_mbps     = 500

  sku {
    tier   = "Standard"
    family = "MeteredData"
  }
}

resource "azurerm_virtual_network_gateway_connection" "headquarters" {
  name                       = "cn-headquarters"
  resource_group_name        = azurerm_resource_group.hub.name
  location                   = azurerm_resource_group.hub.location
  type                       = "ExpressRoute"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.er.id
  express_route_circuit_id   = azurerm_express_route_circuit.headquarters.id
}
