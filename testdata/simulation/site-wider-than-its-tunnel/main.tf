resource "azurerm_virtual_network" "v0" {
  name                = "v0"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "s00" {
  name                 = "s00"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v0.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v0.name
  address_prefixes     = ["10.1.0.0/27"]
}
resource "azurerm_virtual_network_gateway" "vpn" {
  name                = "vpn"
  resource_group_name = "rg"
  location            = "westeurope"
  type                = "Vpn"
  sku                 = "VpnGw1AZ"
  ip_configuration {
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = "p"
  }
}
resource "azurerm_local_network_gateway" "branch" {
  name                = "branch"
  resource_group_name = "rg"
  location            = "westeurope"
  gateway_address     = "203.0.113.1"
  address_space       = ["192.168.10.0/24", "192.168.20.0/24"]
}
resource "azurerm_virtual_network_gateway_connection" "branch" {
  name                       = "branch"
  resource_group_name        = "rg"
  location                   = "westeurope"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.vpn.id
  local_network_gateway_id   = azurerm_local_network_gateway.branch.id
}
