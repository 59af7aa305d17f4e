site "recovery" {
  kind          = "avs"
  private_cloud = azurerm_vmware_private_cloud.this

  role "rocva" {
    segment = azapi_resource.jetstream
  }
  role "rvm" {
    segment = azapi_resource.jetstream
  }
}
