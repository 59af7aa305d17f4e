fact   = "a DHCP server hands out addresses of the ranges of a segment; without ranges it has none to hand out"
source = "Configure DHCP for Azure VMware Solution, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/azure-vmware/configure-dhcp-azure-vmware-solution.md"

requirement "transient-appliances-dhcp" {
  verdict = "violated"
}
