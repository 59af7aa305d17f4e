fact   = "an interconnect joins management and workloads of two private clouds, and is not transitive"
source = "Connect multiple Azure VMware Solution private clouds in the same region, https://learn.microsoft.com/azure/azure-vmware/connect-multiple-private-clouds-same-region"

flow {
  from     = "azapi_resource.one"
  to       = "azapi_resource.two"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azapi_resource.one_two"
}

flow {
  from     = "azapi_resource.three"
  to       = "10.32.0.2"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
  through  = "azapi_resource.two_three"
}

flow {
  from     = "azapi_resource.one"
  to       = "azapi_resource.three"
  protocol = "tcp"
  port     = "443"
  verdict  = "violated"
  ends     = "no_route"
}
