site "branch" {
  kind             = "on_premises"
  address_space    = ["10.20.0.0/24"]
  connected_by     = [azurerm_virtual_network_gateway_connection.branch]
  internal_traffic = "allowed"
}
