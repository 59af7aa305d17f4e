fact   = "the system drops packets to private prefixes that nothing announces; they do not leave for the internet"
source = "Virtual network traffic routing, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/virtual-networks-udr-overview.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "10.20.0.5"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_subnet.app"
  ends     = "no_route"
}
