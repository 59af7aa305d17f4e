site "branch" {
  kind             = "on_premises"
  address_space    = ["192.168.0.0/16"]
  connected_by     = [azurerm_virtual_network_gateway_connection.branch]
  internal_traffic = "allowed"
}
