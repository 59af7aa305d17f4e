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
  name                = "vpn"
  resource_group_name = "rg"
  location            = "westeurope"
  type                = "Vpn"
  sku                 = "VpnGw1AZ"

  ip_configuration {
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = "pip"
  }
}

resource "azurerm_local_network_gateway" "branch" {
  name                = "branch"
  resource_group_name = "rg"
  location            = "westeurope"
  gateway_address     = "203.0.113.1"
  address_space       = ["10.20.0.0/24", "10.30.1.0/24"]
}

resource "azurerm_virtual_network_gateway_connection" "branch" {
  name                       = "branch"
  resource_group_name        = "rg"
  location                   = "westeurope"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.this.id
  local_network_gateway_id   = azurerm_local_network_gateway.branch.id
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
    action   = "Allow"

    rule {
      name                  = "in"
      protocols             = ["TCP"]
      source_addresses      = ["10.0.0.0/8"]
      destination_addresses = ["10.0.0.0/8"]
      destination_ports     = ["443"]
    }
  }
}

resource "azurerm_virtual_network" "spoke" {
  name                = "spoke"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.30.0.0/16"]
}

resource "azurerm_subnet" "spoke" {
  name                 = "spoke"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.30.1.0/24"]
}

resource "azurerm_virtual_network_peering" "to_spoke" {
  name                      = "to-spoke"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.this.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_gateway_transit     = true
  allow_forwarded_traffic   = true
}

resource "azurerm_virtual_network_peering" "to_hub" {
  name                      = "to-hub"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.this.id
  use_remote_gateways       = true
  allow_forwarded_traffic   = true
}

resource "azurerm_route_table" "inward" {
  name                          = "rt-inward"
  resource_group_name           = "rg"
  location                      = "westeurope"
  bgp_route_propagation_enabled = true

  route {
    name                   = "to-firewall"
    address_prefix         = "10.30.0.0/16"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.this.ip_configuration[0].private_ip_address
  }
}

resource "azurerm_subnet_route_table_association" "inward" {
  subnet_id      = azurerm_subnet.gateway.id
  route_table_id = azurerm_route_table.inward.id
}

resource "azurerm_route_table" "back" {
  name                          = "rt-back"
  resource_group_name           = "rg"
  location                      = "westeurope"
  bgp_route_propagation_enabled = false

  route {
    name                   = "to-firewall"
    address_prefix         = "10.20.0.0/24"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.this.ip_configuration[0].private_ip_address
  }
}

resource "azurerm_subnet_route_table_association" "back" {
  subnet_id      = azurerm_subnet.spoke.id
  route_table_id = azurerm_route_table.back.id
}
