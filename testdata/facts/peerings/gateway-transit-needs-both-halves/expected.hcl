fact   = "a spoke uses the gateway of its hub only where the hub allows gateway transit and the spoke uses remote gateways"
source = "Virtual network peering, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/virtual-network-peering-overview.md"

flow {
  from     = "10.20.0.0/24"
  to       = "azurerm_subnet.spoke"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  ends     = "no_route"
}
