fact   = "which machines a group by their names holds is not in Terraform"
source = "vmware/nsxt provider, nsxt_policy_group, https://github.com/vmware/terraform-provider-nsxt/blob/master/docs/resources/policy_group.md"

flow {
  from     = "10.11.1.10"
  to       = "10.11.1.20"
  protocol = "tcp"
  port     = "32878"
  verdict  = "undetermined"
  unknown  = "VirtualMachine Name STARTSWITH"
}
