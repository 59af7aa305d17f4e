fact   = "a list of prefixes in a rule holds addresses only: a service tag stands alone in the singular attribute"
source = "hashicorp/azurerm provider, azurerm_network_security_group, https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/network_security_group"

finding "tag-in-list" {
  about = "VirtualNetwork"
}
