# Between the private cloud and Azure or the internet (lines 35 to 46 of the page).

requirement "run-command-to-msa-https" {
  title     = "Run Command reaches the management server on TCP 443"
  site      = "avs"
  lines     = [36]
  severity  = "error"
  from      = ["run_command"]
  to        = ["msa"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The systems that execute Run Command packages open HTTPS connections to the management server."
  why       = "The product is installed, configured and removed that way, because it needs more rights than customers have."
  mistakes  = ["their addresses are not published, so no rule was written for them"]
  help      = "allow TCP 443 to the management server from where Run Command comes from; name its addresses with `role \"run_command\"` in the site file"
}

requirement "run-command-to-msa-8443" {
  title     = "Run Command reaches the management server on TCP 8443"
  site      = "avs"
  lines     = [37]
  severity  = "error"
  from      = ["run_command"]
  to        = ["msa"]
  protocols = ["tcp"]
  ports     = ["8443"]
  what      = "The systems that execute Run Command packages ask the management server for its state on a second port."
  why       = "An installation waits for the answer and fails without it."
  mistakes  = ["443 alone"]
  help      = "allow TCP 8443 beside 443 from Run Command to the management server"
}

requirement "msa-to-storage" {
  title     = "the management server reaches the object store on TCP 443"
  site      = "avs"
  lines     = [38]
  severity  = "error"
  from      = ["msa"]
  to        = ["storage_account"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The management server calls the storage account by name and reaches the address that its DNS chain answers."
  why       = "It creates and lists what the other appliances read and write there."
  mistakes  = ["no default route and no managed SNAT: nothing public is reachable", "a private endpoint that DNS never leads to, because the forwarder zone names `privatelink…` instead of the public suffix", "storage firewall rules by IP address, which have no effect for callers in the account's own region"]
  help      = "give AVS a way to the account: a private endpoint with its DNS chain, or a route to the public endpoint and rules on it"
}

requirement "drva-to-storage" {
  title     = "the DRVA reaches the object store on TCP 443"
  site      = "avs"
  lines     = [39]
  severity  = "error"
  from      = ["drva"]
  to        = ["storage_account"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The DR appliance writes replicated data to the storage account."
  why       = "It is the replication itself."
  mistakes  = ["an older deny rule in a parent firewall policy, which comes before every rule of its children", "a private endpoint that DNS never leads to"]
  help      = "let TCP 443 from every DR appliance through on every hop to the account, in the parent policy too"
}

requirement "rocva-to-storage" {
  title     = "the RocVA reaches the object store on TCP 443"
  site      = "avs"
  lines     = [40]
  severity  = "error"
  from      = ["rocva"]
  to        = ["storage_account"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The recovery appliance reads the data of the VMs that are recovered."
  why       = "Without it nothing is recovered, and since the appliance exists during a recovery only, nobody notices before."
  mistakes  = ["rules that list the addresses of the appliances that exist, and not the DHCP range"]
  help      = "put the whole DHCP range of the recovery segment into the rules that admit the other appliances"
}

requirement "msa-to-entra-id" {
  title     = "the management server reaches Entra ID on TCP 443"
  site      = "avs"
  lines     = [41, 42]
  reading   = "lines 41 to 44 are one cell: the port of line 42 belongs to all three appliances; how they sign in at the object store says whether it is needed"
  severity  = "warning"
  severity_if {
    severity = "error"
    setting  = "storage_authentication"
    equals   = "entra_id"
  }
  severity_if {
    severity = "error"
    fact     = "object_store_refuses_keys"
  }
  from      = ["msa"]
  to        = ["entra_id"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The management server asks Entra ID for a token before it calls the object store."
  why       = "Where access keys are off, no token means no object store."
  mistakes  = ["the object store was made private and internet access switched off, and nobody thought of the sign-in, which stays public"]
  help      = "allow TCP 443 to the service tag `AzureActiveDirectory` (or to the name) from the appliances, and give AVS a route to public addresses"
}

requirement "drva-to-entra-id" {
  title     = "the DRVA reaches Entra ID on TCP 443"
  site      = "avs"
  lines     = [43, 42]
  reading   = "lines 41 to 44 are one cell: the port of line 42 belongs to all three appliances; how they sign in at the object store says whether it is needed"
  severity  = "warning"
  severity_if {
    severity = "error"
    setting  = "storage_authentication"
    equals   = "entra_id"
  }
  severity_if {
    severity = "error"
    fact     = "object_store_refuses_keys"
  }
  from      = ["drva"]
  to        = ["entra_id"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The DR appliance asks Entra ID for a token before it writes to the object store."
  why       = "Where access keys are off, no token means no replication."
  mistakes  = ["an application rule of the firewall for the sign-in name beside a network rule that denies the address before it"]
  help      = "allow TCP 443 to the service tag `AzureActiveDirectory` (or to the name) from the DR appliances"
}

requirement "rocva-to-entra-id" {
  title     = "the RocVA reaches Entra ID on TCP 443"
  site      = "avs"
  lines     = [44, 42]
  reading   = "lines 41 to 44 are one cell: the port of line 42 belongs to all three appliances; how they sign in at the object store says whether it is needed"
  severity  = "warning"
  severity_if {
    severity = "error"
    setting  = "storage_authentication"
    equals   = "entra_id"
  }
  severity_if {
    severity = "error"
    fact     = "object_store_refuses_keys"
  }
  from      = ["rocva"]
  to        = ["entra_id"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The recovery appliance asks Entra ID for a token before it reads from the object store."
  why       = "Where access keys are off, no token means no recovery."
  mistakes  = ["an IP group with the fixed appliances, in which the DHCP range is missing"]
  help      = "allow TCP 443 to the service tag `AzureActiveDirectory` (or to the name) from the DHCP range of the recovery segment"
}

requirement "msa-to-metering" {
  title     = "the management server reaches the metering website on TCP 443"
  site      = "avs"
  lines     = [45]
  severity  = "error"
  from      = ["msa"]
  to        = ["metering"]
  protocols = ["tcp"]
  ports     = ["443"]
  what      = "The management server reports usage to the vendor's metering website."
  why       = "The subscription runs out of grace when usage is not reported, and protection stops."
  mistakes  = ["the name is not published; rules by name were written with a guess", "no route to public addresses at all"]
  help      = "ask the vendor for the name, write it as `metering_fqdn` in the site file's `jetstream` block, and allow TCP 443 to it from the management server"
}

requirement "appliances-to-external-dns" {
  title     = "management server and DRVA reach the DNS servers outside AVS on TCP and UDP 53"
  site      = "avs"
  lines     = [46]
  reading   = "the row of line 34 again, under the heading for traffic that leaves AVS: it is about the DNS servers that are outside, those that the private cloud's own DNS service forwards to included"
  severity  = "error"
  from      = ["msa", "drva"]
  to        = ["dns"]
  protocols = ["tcp", "udp"]
  ports     = ["53"]
  servers   = "outside"
  what      = "The DNS servers outside the private cloud are reached over UDP and TCP, by the appliances or by the DNS service that forwards for them."
  why       = "Everything is called by name, and an answer is as good as the last server of its chain."
  mistakes  = ["UDP 53 alone", "the default zone still points at public resolvers while internet access is off", "a forwarder that points at 168.63.129.16, which answers inside a virtual network only"]
  help      = "allow TCP 53 and UDP 53 to every server that is asked outside AVS, and take out of the zones those that cannot be reached"
}
