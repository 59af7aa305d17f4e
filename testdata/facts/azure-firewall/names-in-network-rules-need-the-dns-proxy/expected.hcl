fact   = "names in network rules have no effect while the DNS proxy is off"
source = "Use FQDN filtering in network rules, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/firewall/fqdn-filtering-network-rules.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "stacct.blob.core.windows.net"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azurerm_firewall.this"
}

finding "names-without-dns-proxy" {
  about = "rcg/network/store"
}
