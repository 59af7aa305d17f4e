# On-premises data centre (lines 1 to 10 of the page).

requirement "onprem-msa-to-vcenter" {
  title     = "the on-premises management server reaches vCenter on TCP 443"
  site      = "on_premises"
  lines     = [5]
  reading   = "the page asks for HTTPS without naming a source; the management server is taken to be it, since it is what talks to vCenter"
  severity  = "error"
  from      = ["msa"]
  to        = ["vcenter"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "At the protected site, the management server opens HTTPS connections to vCenter Server."
  why       = "Without it no VM can be put under protection: inventory, storage policies and tasks all go through vCenter."
  mistakes  = ["a firewall between the server network and the management network of the data centre that was opened for administrators only"]
  help      = "allow TCP 443 from the management server to vCenter at the protected site; what filters inside the site is not in Terraform, so say `internal_traffic = \"allowed\"` in the site block once it is true"
}

requirement "onprem-vcenter-to-msa" {
  title     = "the on-premises vCenter reaches the management server on TCP 443"
  site      = "on_premises"
  lines     = [5, 26]
  reading   = "not written for this site; implied by the plug-in, which vCenter fetches from the management server"
  severity  = "warning"
  from      = ["vcenter"]
  to        = ["msa"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "At the protected site, vCenter Server opens HTTPS connections back to the management server."
  why       = "The plug-in is registered with the management server's name; vCenter has to be able to load it from there."
  mistakes  = ["only the direction from the management server to vCenter was opened"]
  help      = "allow TCP 443 from vCenter to the management server at the protected site"
}

requirement "onprem-appliances-to-esxi" {
  title     = "the on-premises appliances reach the ESXi hosts on TCP 32873-32878"
  site      = "on_premises"
  lines     = [8, 9]
  reading   = "the page gives a port range on the source hosts, no protocol and no source: TCP, as in the table for AVS, and every appliance as source"
  severity  = "error"
  from      = ["msa", "drva", "rocva"]
  to        = ["esxi"]
  protocols = ["tcp"]
  ports     = ["32873-32878"]
  what      = "At the protected site, the appliances open connections to the hosts on the product's port range."
  why       = "The IO Filter on a host is configured and watched through these ports; the host's own firewall is opened by the installation, a firewall on the way is not."
  mistakes  = ["hosts behind a firewall of their own, opened only for the ports that vSphere itself uses"]
  help      = "allow TCP 32873-32878 from the appliances to every protected host"
}

requirement "onprem-esxi-to-drva" {
  title     = "the on-premises ESXi hosts reach the DRVA on TCP 32873-32878"
  site      = "on_premises"
  lines     = [8, 9, 29]
  reading   = "the range also holds the ports on which the appliances listen; the host is the one that sends replicated data"
  severity  = "error"
  from      = ["esxi"]
  to        = ["drva"]
  protocols = ["tcp"]
  ports     = ["32873-32878"]
  what      = "At the protected site, the hosts open connections to the DR appliance."
  why       = "Every write of a protected VM takes this way; when it is closed, replication does not start or falls behind."
  mistakes  = ["rules written from the appliances to the hosts only"]
  help      = "allow TCP 32873-32878 from every protected host to the DR appliances"
}
