fact   = "the security group of a private endpoint's subnet is ignored while its network policies are Disabled"
source = "Manage network policies for private endpoints, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/private-link/disable-private-endpoint-network-policy.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "azurerm_private_endpoint.blob"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  past     = "azurerm_network_security_group.this"
}
