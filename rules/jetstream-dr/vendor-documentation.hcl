# What the vendors' product documentation asks for beside ports.

requirement "storage-flat-namespace" {
  title    = "the storage account has no hierarchical namespace"
  site     = "avs"
  document = "Deploy disaster recovery using JetStream DR software"
  address  = "https://learn.microsoft.com/en-us/azure/azure-vmware/deploy-disaster-recovery-using-jetstream"
  severity = "error"
  check "flat_namespace" {
    role = "storage_account"
  }
  what     = "The storage account is a general-purpose account without hierarchical namespace (Data Lake Storage Gen2)."
  why      = "The product does not work on a hierarchical namespace, and the setting cannot be taken back."
  mistakes = ["an account made from a module for data lakes"]
  help     = "set `is_hns_enabled = false`; an account that has it must be made anew"
}

requirement "storage-in-recovery-region" {
  title    = "the storage account lies in the region of the recovery private cloud"
  site     = "avs"
  document = "Deploy disaster recovery using JetStream DR software"
  address  = "https://learn.microsoft.com/en-us/azure/azure-vmware/deploy-disaster-recovery-using-jetstream"
  severity = "warning"
  check "same_region" {
    role = "storage_account"
  }
  what     = "The account's region is the region of the private cloud into which VMs are recovered."
  why      = "A recovery reads everything from it: distance costs time and money, and the protected site's region may be the one that is lost."
  mistakes = ["the account in the region of the protected site"]
  help     = "put the account into the recovery private cloud's region"
}

requirement "private-cloud-three-hosts" {
  title    = "every private cloud in play has at least three hosts"
  site     = "avs"
  document = "Deploy disaster recovery using JetStream DR software"
  address  = "https://learn.microsoft.com/en-us/azure/azure-vmware/deploy-disaster-recovery-using-jetstream"
  severity = "warning"
  check "hosts_at_least" {
    count = 3
  }
  what     = "The management cluster and every further protected cluster have three hosts or more."
  why      = "Installation and maintenance of the IO Filter need room to move VMs between hosts."
  mistakes = ["a second cluster made with the smallest size that the interface takes"]
  help     = "raise the cluster's size to three"
}
