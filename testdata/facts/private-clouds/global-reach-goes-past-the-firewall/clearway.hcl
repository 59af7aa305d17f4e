site "branch" {
  kind             = "on_premises"
  address_space    = ["10.20.0.0/24"]
  connected_by     = [azapi_resource.global_reach]
  internal_traffic = "allowed"
}

site "recovery" {
  kind          = "avs"
  private_cloud = azurerm_vmware_private_cloud.this
}
