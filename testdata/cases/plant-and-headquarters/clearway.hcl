site "plant" {
  kind             = "on_premises"
  address_space    = ["192.168.10.0/24"]
  connected_by     = [azurerm_virtual_network_gateway_connection.plant]
  internal_traffic = "allowed"

  role "vcenter" {
    addresses = ["192.168.10.5"]
  }
  role "esxi" {
    addresses = ["192.168.10.64/27"]
  }
  # There was room for the appliances at headquarters only.
  role "msa" {
    addresses = ["192.168.200.20"]
  }
  role "drva" {
    addresses = ["192.168.200.24/29"]
  }
  role "rocva" {
    addresses = ["192.168.200.32/28"]
  }
}

site "headquarters" {
  kind             = "on_premises"
  address_space    = ["192.168.200.0/24"]
  connected_by     = [azurerm_virtual_network_gateway_connection.headquarters]
  internal_traffic = "allowed"
}
