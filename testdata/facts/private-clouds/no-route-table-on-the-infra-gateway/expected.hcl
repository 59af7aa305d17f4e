fact   = "a route table belongs on the subnets avs-nsx-gw of a private cloud in a virtual network, never on avs-network-infra-gw"
source = "Design considerations for Azure VMware Solution Generation 2, https://learn.microsoft.com/azure/azure-vmware/native-network-design-consideration"

flow {
  from     = "10.21.1.10"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  ends     = "no_route"
}

finding "route-table-on-infra-gateway" {
  about = "azurerm_route_table.out"
}
