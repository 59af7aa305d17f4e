fact   = "with a default route to an appliance the tag VirtualNetwork holds every address, so that AllowVnetOutBound lets internet traffic out where no custom rule stands before it"
source = "Virtual network service tags, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/service-tags-overview.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "20.60.26.1"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_network_security_group.this"
  rule     = "deny-storage"
}

flow {
  from     = "azurerm_subnet.app"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azurerm_network_security_group.this"
  rule     = "AllowVnetOutBound"
}
