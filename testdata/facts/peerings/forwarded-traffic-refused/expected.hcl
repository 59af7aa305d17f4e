fact   = "a peering takes packets that an appliance of its peer forwards only with allow_forwarded_traffic"
source = "Virtual network peering, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/virtual-network-peering-overview.md"

flow {
  from     = "10.20.0.0/24"
  to       = "azurerm_subnet.spoke"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_virtual_network_peering.to_spoke"
}
