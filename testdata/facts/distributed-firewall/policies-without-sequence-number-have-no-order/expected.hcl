fact   = "the order of policies of one category is their sequence number; with none set, which of two contrary policies comes first is not known"
source = "vmware/nsxt provider, nsxt_policy_security_policy, https://github.com/vmware/terraform-provider-nsxt/blob/master/docs/resources/policy_security_policy.md"

flow {
  from     = "10.11.1.10"
  to       = "10.11.1.20"
  protocol = "tcp"
  port     = "32878"
  verdict  = "undetermined"
  unknown  = "the order of"
}

flow {
  from     = "10.11.1.11"
  to       = "10.11.1.20"
  protocol = "tcp"
  port     = "32878"
  verdict  = "satisfied"
}
