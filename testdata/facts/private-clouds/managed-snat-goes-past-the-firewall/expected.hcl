fact   = "with managed SNAT and no learned default route, workloads reach the internet directly: a firewall in the connected network is not on the path"
source = "Internet connectivity design considerations (Azure VMware Solution), https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/azure-vmware/architecture-design-public-internet-access.md"

flow {
  from     = "azapi_resource.jetstream"
  to       = "Internet"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  past     = "azurerm_firewall.this"
  through  = "azurerm_vmware_private_cloud.this"
  rule     = "managed SNAT"
}
