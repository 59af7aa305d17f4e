fact   = "workloads of a private cloud in a virtual network reach the internet by a default route on the subnets avs-nsx-gw"
source = "Connect to Internet (Azure VMware Solution Generation 2), https://learn.microsoft.com/azure/azure-vmware/native-internet-connectivity-design-considerations"

flow {
  from     = "10.21.1.10"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azurerm_firewall.this"
}

flow {
  from     = "10.21.1.10"
  to       = "8.8.8.8"
  protocol = "tcp"
  port     = "80"
  verdict  = "violated"
  at       = "azurerm_firewall.this"
}
