site "recovery" {
  kind          = "avs"
  private_cloud = azurerm_vmware_private_cloud.dr

  role "msa" {
    network "management" {
      segment   = nsxt_policy_segment.this["management"]
      addresses = ["10.111.1.10"]
    }
    network "object_store" {
      segment   = nsxt_policy_segment.this["store"]
      addresses = ["10.111.2.10"]
    }
  }
  role "drva" {
    network "management" {
      segment   = nsxt_policy_segment.this["management"]
      addresses = ["10.111.1.16/29"]
    }
    network "object_store" {
      segment   = nsxt_policy_segment.this["store"]
      addresses = ["10.111.2.16/29"]
    }
    network "replication_log" {
      segment   = nsxt_policy_segment.this["log"]
      addresses = ["10.111.3.16/29"]
    }
  }
  role "rocva" {
    network "management" {
      segment = nsxt_policy_segment.this["management"]
    }
    network "object_store" {
      segment = nsxt_policy_segment.this["store"] # of the RocVA
    }
    network "replication_log" {
      segment = nsxt_policy_segment.this["log"] # of the RocVA
    }
  }
  role "rvm" {
    segment = nsxt_policy_segment.this["management"]
  }
  role "dns" {
    addresses = ["10.110.0.192"]
  }
  role "storage_account" {
    resource = azurerm_storage_account.jetstream
  }
  role "replication_log" {
    resource = azurerm_netapp_volume.log
  }
}

jetstream {
  metering_fqdn     = "metering.example.com"
  max_recovered_vms = 63
}
