fact   = "Global Reach joins the two circuits directly: what filters between the virtual networks sees nothing of the traffic between the data centre and the private cloud"
source = "Networking architecture (Azure VMware Solution), https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/azure-vmware/architecture-networking.md"

flow {
  from     = "10.20.0.0/24"
  to       = "azapi_resource.jetstream"
  protocol = "tcp"
  port     = "32877"
  verdict  = "satisfied"
  past     = "azurerm_firewall.this"
  through  = "azapi_resource.global_reach"
}
