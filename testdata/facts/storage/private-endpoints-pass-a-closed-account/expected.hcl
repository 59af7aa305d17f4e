fact   = "with public network access disabled a private endpoint still reaches the account, and the public endpoint refuses"
source = "Set the default public network access rule of a storage account, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/storage/common/storage-network-security-public-access-configuration.md"

flow {
  from     = "azurerm_subnet.app"
  to       = "azurerm_private_endpoint.blob"
  protocol = "tcp"
  port     = "443"
  verdict  = "satisfied"
}
