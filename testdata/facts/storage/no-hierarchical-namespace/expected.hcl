fact   = "JetStream DR needs an account without hierarchical namespace"
source = "Interface JetStream DR with Blob Storage, https://jetstreamsoft.com/portal/?p=918"

requirement "storage-flat-namespace" {
  verdict = "violated"
  at      = "azurerm_storage_account.this"
}
