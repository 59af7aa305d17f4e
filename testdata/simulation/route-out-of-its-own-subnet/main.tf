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
resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
  location            = "westeurope"
  route {
    name           = "nowhere"
    address_prefix = "10.1.1.128/25"
    next_hop_type  = "None"
  }
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.s00.id
  route_table_id = azurerm_route_table.t.id
}
