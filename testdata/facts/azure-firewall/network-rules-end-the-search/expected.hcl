fact   = "network rules are processed before application rules, and a match of one ends the processing"
source = "Azure Firewall rule processing logic, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/firewall/rule-processing.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "stacct.blob.core.windows.net"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azurerm_firewall.this"
  rule     = "rcg/network/https"
}
