# The port requirements of JetStream DR on Azure VMware Solution, restated row by row.
#
# A requirement is one block. Fields stand in this order:
#   title, site, lines (or document and address), reading, severity, severity_if,
#   from, to, protocols, ports, servers (or check / flow blocks),
#   what, why, mistakes, help.

pack "jetstream-dr" {
  title    = "JetStream DR on Azure VMware Solution"
  document = "Port Requirements"
  address  = "https://jetstreamsoft.atlassian.net/wiki/spaces/JSKB1/pages/2957049950"
  settings = "jetstream"
}

# --- what the pack's own block of the site file may say -------------------------

setting "storage_authentication" {
  type   = "string"
  values = ["entra_id", "access_key"]
  what   = "how the appliances sign in at the object store"
}

setting "metering_fqdn" {
  type = "string"
  what = "the name of the metering website, which the vendor tells its customers and does not publish"
}

setting "max_recovered_vms" {
  type = "number"
  what = "how many VMs are recovered at once at most"
}

# --- who takes part ---------------------------------------------------------------

role "msa" {
  kind  = "appliance"
  title = "Management Server Appliance"
}

role "drva" {
  kind  = "appliance"
  title = "DR Virtual Appliance"
}

role "rocva" {
  kind  = "transient_appliance"
  title = "Recovery from Object Cloud Virtual Appliance"
}

role "rvm" {
  kind  = "transient_appliance"
  title = "Representation VM, which stands in for a VM while it is recovered"
}

role "esxi" {
  kind  = "hosts"
  title = "ESXi hosts with the IO Filter"
}

role "vcenter" {
  kind  = "vcenter"
  title = "vCenter Server"
}

role "dns" {
  kind  = "dns_server"
  title = "DNS servers that the appliances ask"
}

role "run_command" {
  kind  = "management_systems"
  title = "systems that execute AVS Run Command packages"
}

role "storage_account" {
  kind  = "object_store"
  title = "Azure storage account that holds the replicated data"
}

role "entra_id" {
  kind  = "public_service"
  names = ["login.microsoftonline.com"]
  title = "Microsoft Entra ID"
}

role "metering" {
  kind         = "public_host"
  name_setting = "metering_fqdn"
  title        = "JetStream's metering website"
}

role "replication_log" {
  kind  = "datastore"
  title = "replication log store"
}
