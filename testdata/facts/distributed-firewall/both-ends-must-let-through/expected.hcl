fact   = "packets between two workloads pass the distributed firewall at both of them: a rule in direction IN counts at the destination only"
source = "Distributed Firewall (NSX-T Data Center 3.2), https://docs.vmware.com/en/VMware-NSX-T-Data-Center/3.2/administration/GUID-6AB240DB-949C-4E95-A9A7-4AC6EF5E3036.html"

flow {
  from     = "10.11.1.10"
  to       = "10.11.1.20"
  protocol = "tcp"
  port     = "32878"
  verdict  = "violated"
  at       = "nsxt_policy_predefined_security_policy.default"
}
