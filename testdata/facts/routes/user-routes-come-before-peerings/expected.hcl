fact   = "of routes with one prefix the user-defined one wins, then the learned one; a longer user route beats the prefix of a peering"
source = "Virtual network traffic routing, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/virtual-networks-udr-overview.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "10.30.1.4"
  protocol = "tcp"
  port     = "443"
  verdict  = "undetermined"
  through  = "azurerm_route_table.this"
  unknown  = "10.1.2.9"
}
