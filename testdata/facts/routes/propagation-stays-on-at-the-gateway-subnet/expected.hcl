fact   = "with propagation of gateway routes off on the GatewaySubnet the gateway does not function"
source = "Virtual network traffic routing, https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/virtual-network/virtual-networks-udr-overview.md"

finding "gateway-propagation-off" {
  about = "azurerm_route_table.this"
}
