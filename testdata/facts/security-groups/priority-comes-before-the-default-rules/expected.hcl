fact   = "a custom rule decides by its priority, even where a default rule matches the same packets because the tag VirtualNetwork holds a default route to an appliance"
source = "Virtual network service tags, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/service-tags-overview.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "20.60.0.1"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_network_security_group.this"
  rule     = "deny-internet"
}
