# Traffic inside the private cloud (lines 23 to 34 of the page).

requirement "msa-to-vcenter-https" {
  title     = "the management server reaches vCenter on TCP 443"
  site      = "avs"
  lines     = [24]
  severity  = "error"
  from      = ["msa"]
  to        = ["vcenter"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The management server opens HTTPS connections to the private cloud's vCenter Server."
  why       = "Installation, protection and recovery are all driven through vCenter's interfaces."
  mistakes  = ["a distributed firewall whose default is DROP without a rule towards the management network", "a rule with direction IN: vCenter has no port that the distributed firewall guards, so nothing lets the packet out of the appliance"]
  help      = "allow TCP 443 from the management server to vCenter, at the appliance's own port and at the tier-1 gateway"
}

requirement "msa-to-vcenter-http" {
  title     = "the management server reaches vCenter on TCP 80"
  site      = "avs"
  lines     = [25]
  severity  = "error"
  from      = ["msa"]
  to        = ["vcenter"]
  protocols = ["tcp"]
  ports     = ["80"]
  what      = "The management server opens plain HTTP connections to vCenter Server."
  why       = "The vendor lists the port; vCenter answers there with a redirect to HTTPS, and clients that start there fail when it is closed."
  mistakes  = ["port 80 left out because 443 is open"]
  help      = "allow TCP 80 beside TCP 443 from the management server to vCenter"
}

requirement "vcenter-to-msa" {
  title     = "vCenter reaches the management server on TCP 443"
  site      = "avs"
  lines     = [26]
  severity  = "error"
  from      = ["vcenter"]
  to        = ["msa"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "vCenter Server opens HTTPS connections to the management server."
  why       = "The plug-in is loaded from the management server; where it cannot be reached, registering the plug-in fails."
  mistakes  = ["only the other direction is open", "a distributed firewall rule with direction OUT: its source has no guarded port, so it is enforced nowhere"]
  help      = "allow TCP 443 from vCenter to the management server, inbound at the appliance's port"
}

requirement "msa-to-esxi-cim" {
  title     = "the management server reaches every ESXi host on TCP 5989"
  site      = "avs"
  lines     = [27]
  severity  = "error"
  from      = ["msa"]
  to        = ["esxi"]
  protocols = ["tcp"]
  ports     = ["5989"]
  what      = "The management server talks to the CIM service of every host of every protected cluster."
  why       = "The IO Filter is managed through it."
  mistakes  = ["the port is missing among those opened towards the hosts", "hosts of a cluster outside the management block are in no rule"]
  help      = "allow TCP 5989 from the management server to the network of the hosts"
}

requirement "appliances-to-esxi-io-filter" {
  title     = "the appliances reach the IO Filter on every ESXi host on TCP 32873"
  site      = "avs"
  lines     = [28, 15, 16]
  reading   = "the row names a listener and no source; management server, DRVA and RocVA are taken to be the sources, since lines 15 and 16 ask for access to IO Filter and hosts and no other row gives them a port there"
  severity  = "error"
  from      = ["msa", "drva", "rocva"]
  to        = ["esxi"]
  protocols = ["tcp"]
  ports     = ["32873"]
  what      = "The appliances open connections to the IO Filter's daemon on every host."
  why       = "Without it a host cannot be brought into protection, and recovered VMs cannot be handed to it."
  mistakes  = ["RocVA forgotten: it exists during a recovery only, and takes its address from DHCP", "only half of the hosts' network in the rule"]
  help      = "allow TCP 32873 from all three appliances (RocVA: its DHCP range) to the network of the hosts"
}

requirement "esxi-to-drva-data" {
  title     = "every ESXi host reaches the DRVA on TCP 32877"
  site      = "avs"
  lines     = [29]
  severity  = "error"
  from      = ["esxi"]
  to        = ["drva"]
  protocols = ["tcp"]
  ports     = ["32877"]
  what      = "The IO Filter on a host sends what protected VMs write to the DR appliance."
  why       = "It is the first step of replication and the one row that a host initiates."
  mistakes  = ["rules written from the appliances only", "the tier-1 gateway firewall lets nothing in from the hosts' network"]
  help      = "allow TCP 32877 from the network of the hosts to the DR appliances, inbound at their ports"
}

requirement "msa-to-drva-rest" {
  title     = "the management server reaches the DRVA on TCP 32878"
  site      = "avs"
  lines     = [30]
  severity  = "error"
  from      = ["msa"]
  to        = ["drva"]
  protocols = ["tcp"]
  ports     = ["32878"]
  what      = "The management server calls the DR appliance's REST interface."
  why       = "It is how protection is configured and watched."
  mistakes  = ["appliances on one segment are taken to be free to talk; the distributed firewall filters them all the same, at both ports", "a rule with direction IN opens the receiver's port and not the sender's"]
  help      = "allow TCP 32878 from the management server to the DR appliances in both directions of enforcement (IN_OUT)"
}

requirement "msa-to-rocva-rest" {
  title     = "the management server reaches the RocVA on TCP 32878"
  site      = "avs"
  lines     = [31]
  severity  = "error"
  from      = ["msa"]
  to        = ["rocva"]
  protocols = ["tcp"]
  ports     = ["32878"]
  what      = "The management server calls the REST interface of the recovery appliance."
  why       = "Recovery is steered through it; the appliance is created for the recovery and removed afterwards, so the failure shows on the day of the disaster."
  mistakes  = ["rules by fixed address: RocVA may have any address of the DHCP range"]
  help      = "allow TCP 32878 from the management server to the whole DHCP range of the recovery segment"
}

requirement "rocva-to-drva-data" {
  title     = "the RocVA reaches the DRVA on TCP 32877"
  site      = "avs"
  lines     = [32]
  severity  = "error"
  from      = ["rocva"]
  to        = ["drva"]
  protocols = ["tcp"]
  ports     = ["32877"]
  what      = "The recovery appliance sends data to the DR appliance."
  why       = "Recovered VMs are protected again from the first write on."
  mistakes  = ["the recovery segment is in no rule because nothing runs there before a recovery"]
  help      = "allow TCP 32877 from the DHCP range of the recovery segment to the DR appliances"
}

requirement "rocva-to-rvm-iscsi" {
  title     = "the RocVA reaches the RVMs on TCP 3260"
  site      = "avs"
  lines     = [33]
  reading   = "the page writes ReVM here and RVM in line 19; both are the Representation VM"
  severity  = "error"
  from      = ["rocva"]
  to        = ["rvm"]
  protocols = ["tcp"]
  ports     = ["3260"]
  what      = "The recovery appliance reaches the stand-in VMs by iSCSI."
  why       = "The disks of a recovered VM are filled over it."
  mistakes  = ["a rule whose scope names neither of the two: it is enforced nowhere", "the DHCP ranges of two segments, only one of which is in the rule"]
  help      = "allow TCP 3260 within the DHCP ranges of the recovery segments"
}

requirement "appliances-to-local-dns" {
  title     = "management server and DRVA reach the DNS servers inside AVS on TCP and UDP 53"
  site      = "avs"
  lines     = [34]
  reading   = "three names in one cell: two sources and one destination; management server and DRVA need no port 53 between each other"
  severity  = "error"
  from      = ["msa", "drva"]
  to        = ["dns"]
  protocols = ["tcp", "udp"]
  ports     = ["53"]
  servers   = "inside"
  what      = "The appliances ask the DNS servers that are inside the private cloud, over UDP and over TCP."
  why       = "Everything else is called by name. Answers that do not fit into a datagram come over TCP."
  mistakes  = ["UDP 53 alone"]
  help      = "allow TCP 53 and UDP 53 from the appliances to their DNS servers; name the servers with `role \"dns\"` in the site file"
}

requirement "rocva-to-dns" {
  title     = "the RocVA reaches its DNS servers on TCP and UDP 53"
  site      = "avs"
  lines     = [34, 40, 44]
  reading   = "the page does not list RocVA among those that ask DNS; it calls the object store and Entra ID by name, so it must"
  severity  = "warning"
  from      = ["rocva"]
  to        = ["dns"]
  protocols = ["tcp", "udp"]
  ports     = ["53"]
  what      = "The recovery appliance asks DNS servers, wherever they are, over UDP and over TCP."
  why       = "It cannot find the object store otherwise."
  mistakes  = ["rules by the fixed addresses of the other appliances; RocVA takes its own from DHCP"]
  help      = "allow TCP 53 and UDP 53 from the DHCP range of the recovery segment to the DNS servers"
}
