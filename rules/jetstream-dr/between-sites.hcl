# Network between protected and recovery site, and what the appliances' own networks must offer
# (lines 7 and 11 to 20 of the page).

requirement "storage-from-both-sites" {
  title     = "the appliances of both sites reach the same object store on TCP 443"
  site      = "all"
  lines     = [17]
  severity  = "error"
  from      = ["msa", "drva", "rocva"]
  to        = ["storage_account"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "Every appliance of the protected site and of the recovery site reaches one and the same storage account."
  why       = "What one site writes, the other has to read: a recovery from a store that only the lost site could reach recovers nothing."
  mistakes  = ["rules on the way to the account that name AVS and not the data centre", "a private endpoint that the data centre's DNS servers do not know"]
  help      = "let TCP 443 from both sites' appliances through on every hop to the account"
}

requirement "transient-appliances-dhcp" {
  title    = "the segments of RocVA and RVMs have working DHCP"
  site     = "avs"
  lines    = [19]
  severity = "error"
  check "dhcp" {
    roles = ["rocva", "rvm"]
  }
  what     = "The segments on which recovery appliances and stand-in VMs appear have address ranges and a DHCP server or relay that applies to them, and no firewall that keeps DHCP out."
  why      = "What is created during a recovery gets its address from DHCP, or none."
  mistakes = ["ranges without a server, or a server without ranges", "a distributed firewall whose default is DROP: it drops DHCP as well"]
  help     = "give the segment DHCP ranges and attach a DHCP server or relay (segment or tier-1); with a default of DROP, allow UDP 67 and 68"
}

requirement "dhcp-pool-size" {
  title    = "the DHCP ranges hold every VM recovered at once, and RocVA"
  site     = "avs"
  lines    = [19]
  reading  = "the page asks for DHCP without a number; each VM that is being recovered needs an address, and RocVA one more"
  severity = "warning"
  check "pool_size" {
    roles   = ["rocva", "rvm"]
    setting = "max_recovered_vms"
    extra   = 1
  }
  what     = "The ranges have at least as many addresses as VMs are recovered at once, plus one for RocVA."
  why      = "A recovery stalls on the first VM without an address."
  mistakes = ["as many addresses as VMs, and none for RocVA"]
  help     = "widen the DHCP ranges, or say in the site file how many VMs are recovered at once (`max_recovered_vms`)"
}

requirement "msa-fqdn-in-dns" {
  title    = "the management server's name is in DNS"
  site     = "avs"
  lines    = [7]
  severity = "warning"
  check "name_in_dns" {
    role = "msa"
  }
  what     = "An A record for the management server's name holds its address, a PTR record leads back, and its resolvers see the zones."
  why      = "vCenter loads the plug-in by that name."
  mistakes = ["the record kept the address of an earlier installation", "no reverse zone"]
  help     = "write an A and a PTR record for the management server in zones that its resolvers see"
}

requirement "msa-management-network" {
  title    = "the management server has a connected management network"
  site     = "avs"
  lines    = [12, 13]
  severity = "error"
  check "connected_network" {
    role    = "msa"
    network = "management"
  }
  what     = "The segment of the management server exists and is connected to a gateway."
  why      = "Its interfaces and the calls between the appliances go over it."
  mistakes = ["a segment without gateway, or on an isolated transport zone"]
  help     = "connect the management server's segment to a tier-1 gateway"
}

requirement "object-store-network" {
  title    = "each appliance has a network that leads to the object store"
  site     = "avs"
  lines    = [12, 14, 15, 16]
  severity = "error"
  check "network_reaches" {
    roles   = ["msa", "drva", "rocva"]
    network = "object_store"
  }
  flow {
    to        = ["storage_account"]
    protocols = ["tcp"]
    ports     = ["443"]
  }
  what     = "Where a network of its own is declared for object-store traffic it leads to the store; without one, the management network does."
  why      = "A second network that leads nowhere takes the traffic away from the first, which would."
  mistakes = ["a private network declared for the store without a route to it"]
  help     = "route the network of the appliance to the object store, or leave the dedicated network out"
}

requirement "drva-every-network" {
  title    = "the DRVA is attached to every JetStream network of its site"
  site     = "avs"
  lines    = [15]
  reading  = "networks are those declared for the site by any role, by purpose: management, object store, replication log"
  severity = "error"
  check "every_network" {
    role = "drva"
  }
  flow {
    from      = ["drva"]
    to        = ["esxi"]
    protocols = ["tcp"]
    ports     = ["32873"]
  }
  flow {
    from      = ["esxi"]
    to        = ["drva"]
    protocols = ["tcp"]
    ports     = ["32877"]
  }
  flow {
    from      = ["drva"]
    to        = ["storage_account"]
    protocols = ["tcp"]
    ports     = ["443"]
  }
  what     = "The DR appliance has an attachment for every purpose that a network of the site serves; with the management network alone, that one reaches the IO Filter and the object store."
  why      = "It stands between the hosts and the object store and has to reach both."
  mistakes = ["a network for the replication log to which only the hosts are attached"]
  help     = "declare (and attach) a `network` of the DR appliance for each purpose, or let the management network reach hosts and object store"
}

requirement "rocva-every-network" {
  title    = "the RocVA is attached to every JetStream network of its site"
  site     = "avs"
  lines    = [16]
  reading  = "networks are those declared for the site by any role, by purpose: management, object store, replication log"
  severity = "error"
  check "every_network" {
    role = "rocva"
  }
  flow {
    from      = ["rocva"]
    to        = ["esxi"]
    protocols = ["tcp"]
    ports     = ["32873"]
  }
  flow {
    from      = ["rocva"]
    to        = ["storage_account"]
    protocols = ["tcp"]
    ports     = ["443"]
  }
  what     = "The recovery appliance has an attachment for every purpose that a network of the site serves; with the management network alone, that one reaches the hosts and the object store."
  why      = "It reads from the object store and hands VMs to the hosts."
  mistakes = ["the appliance is created on the management network, and the object store has another"]
  help     = "declare (and attach) a `network` of the recovery appliance for each purpose, or let the management network reach hosts and object store"
}

requirement "replication-log-direct-access" {
  title    = "DRVA and ESXi hosts reach the replication log store directly"
  site     = "avs"
  lines    = [18]
  reading  = "direct is taken as: on vSAN, or by a routed path without address translation"
  severity = "error"
  check "direct_access" {
    role = "replication_log"
    from = ["drva", "esxi"]
  }
  what     = "The store that holds the replication log is on the hosts' own vSAN, or is reached by DR appliance and hosts without address translation on the way."
  why      = "Every protected write waits for the log."
  mistakes = ["a volume in a network that only the hosts reach"]
  help     = "say with `role \"replication_log\"` where the log is, and route DR appliance and hosts to it without NAT"
}
