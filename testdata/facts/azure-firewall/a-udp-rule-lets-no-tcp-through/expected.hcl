fact   = "a network rule matches the protocols it names: DNS over TCP needs a rule of its own beside UDP"
source = "Azure Firewall rule processing logic, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/firewall/rule-processing.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "8.8.8.8"
  protocol = "udp"
  port     = "53"
  verdict  = "satisfied"
  through  = "azurerm_firewall.this"
  rule     = "rcg/network/dns"
}

flow {
  from     = "azurerm_subnet.app"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "53"
  verdict  = "violated"
  at       = "azurerm_firewall.this"
}
