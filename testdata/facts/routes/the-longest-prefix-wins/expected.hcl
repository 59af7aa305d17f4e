fact   = "the longest matching prefix decides, before user routes come before learned ones"
source = "Virtual network traffic routing, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/virtual-networks-udr-overview.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "10.20.0.5"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azurerm_virtual_network_gateway_connection.branch"
}

flow {
  from     = "azurerm_subnet.app"
  to       = "10.99.0.5"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_route_table.this"
  rule     = "none"
}
