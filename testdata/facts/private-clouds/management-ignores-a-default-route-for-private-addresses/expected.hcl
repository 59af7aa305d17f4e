fact   = "management appliances do not use a learned default route for private destinations: replies to a data centre that announces nothing else are lost"
source = "Azure VMware Solution network design considerations, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/azure-vmware/architecture-network-design-considerations.md"

flow {
  from     = "azurerm_vmware_private_cloud.this"
  to       = "10.99.0.5"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  ends     = "no_route"
}
