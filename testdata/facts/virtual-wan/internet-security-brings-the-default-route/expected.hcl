fact   = "with internet security on, the default route of an internet routing policy leads a private cloud through the firewall of the hub"
source = "How to configure Virtual WAN hub routing policies, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-wan/how-to-routing-policies.md"

flow {
  from     = "azapi_resource.jetstream"
  to       = "Internet"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azurerm_firewall.hub"
  rule     = "rcg/network/https"
}
