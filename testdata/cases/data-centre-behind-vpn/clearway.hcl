site "protected" {
  kind             = "on_premises"
  address_space    = [local.onprem]
  connected_by     = [azurerm_virtual_network_gateway_connection.datacentre]
  internal_traffic = "allowed" # appliances, hosts and vCenter share one unfiltered network

  role "vcenter" {
    addresses = ["192.168.10.5"]
  }
  role "esxi" {
    addresses = ["192.168.10.64/27"]
  }
  role "msa" {
    addresses = ["192.168.10.20"]
  }
  role "drva" {
    addresses = ["192.168.10.24/29"]
  }
  role "rocva" {
    addresses = ["192.168.10.32/28"]
  }
  role "dns" {
    addresses = ["10.102.1.4"] # the data centre forwards blob.core.windows.net there
  }
}

site "recovery" {
  kind          = "avs"
  private_cloud = azurerm_vmware_private_cloud.dr

  role "msa" {
    segment   = azapi_resource.jetstream
    addresses = ["10.101.1.10"]
  }
  role "drva" {
    segment   = azapi_resource.jetstream
    addresses = ["10.101.1.16/28"]
  }
  role "rocva" {
    segment = azapi_resource.jetstream
  }
  role "rvm" {
    segment = azapi_resource.jetstream
  }
  role "run_command" {
    addresses = ["10.100.0.0/26"]
  }
  role "dns" {
    addresses = ["10.102.1.4"]
  }
  role "storage_account" {
    resource = azurerm_storage_account.jetstream
  }
  role "replication_log" {
    datastore = "vsan"
  }
}

jetstream {
  storage_authentication = "access_key"
  metering_fqdn          = "metering.example.com"
  max_recovered_vms      = 99
}
