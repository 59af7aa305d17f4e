fact   = "an internet routing policy announces the default route only to connections with internet security on; a private cloud behind one without it has no way to the internet"
source = "How to configure Virtual WAN hub routing policies, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-wan/how-to-routing-policies.md"

flow {
  from     = "azapi_resource.jetstream"
  to       = "Internet"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_vmware_private_cloud.this"
  ends     = "no_route"
}
