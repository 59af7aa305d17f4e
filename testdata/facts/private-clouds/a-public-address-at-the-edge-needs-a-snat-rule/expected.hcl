fact   = "with a public address at the NSX edge, only what a SNAT rule translates to it reaches the internet"
source = "Turn on public IP addresses to an NSX Edge node, https://learn.microsoft.com/azure/azure-vmware/enable-public-ip-nsx-edge"

flow {
  from     = "azapi_resource.translated"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
}

flow {
  from     = "azapi_resource.dr"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  at       = "azapi_resource.address"
}
