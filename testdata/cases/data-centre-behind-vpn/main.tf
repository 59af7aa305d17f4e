terraform {
  required_version = ">= 1.6"
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 5.0" }
    azapi   = { source = "azure/azapi", version = "~> 2.0" }
  }
}

provider "azurerm" {
  features {}
}

variable "vpn_shared_key" {
  type      = string
  sensitive = true
}

locals {
  onprem    = "192.168.0.0/16"
  hub       = "10.102.0.0/22"
  workloads = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"
}

resource "azurerm_resource_group" "dr" {
  name     = "rg-dr"
  location = "francecentral"
}

# --- private cloud: its own way to the internet, a second cluster ----------------

resource "azurerm_vmware_private_cloud" "dr" {
  name                        = "avs-dr"
  resource_group_name         = azurerm_resource_group.dr.name
  location                    = azurerm_resource_group.dr.location
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.100.0.0/22"
  internet_connection_enabled = true

  management_cluster {
    size = 3
  }
}

resource "azapi_resource" "recovery_cluster" {
  type      = "Microsoft.AVS/privateClouds/clusters@2023-09-01"
  name      = "recovery"
  parent_id = azurerm_vmware_private_cloud.dr.id
  body = {
    sku = { name = "av36p" }
    properties = {
      clusterSize = 3
    }
  }
}

resource "azapi_resource" "dhcp" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/dhcpConfigurations@2023-09-01"
  name      = "dhcp-recovery"
  parent_id = local.workloads
  body = {
    properties = {
      dhcpType      = "SERVER"
      displayName   = "dhcp-recovery"
      serverAddress = "10.101.255.1/24"
      leaseTime     = 86400
    }
  }
}

resource "azapi_resource" "jetstream" {
  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-jetstream"
  parent_id = local.workloads
  body = {
    properties = {
      displayName      = "seg-jetstream"
      connectedGateway = "TNT100-T1"
      subnet = {
        gatewayAddress = "10.101.1.1/24"
        dhcpRanges     = ["10.101.1.100-10.101.1.199"]
      }
    }
  }
  depends_on = [azapi_resource.dhcp]
}

# --- hub: both gateways, the endpoint, the resolver ------------------------------

resource "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = [local.hub]
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.102.0.0/26"]
}

resource "azurerm_subnet" "dns_in" {
  name                 = "snet-dns-in"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.102.1.0/28"]

  delegation {
    name = "resolver"
    service_delegation {
      name    = "Microsoft.Network/dnsResolvers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.102.2.0/26"]
}

resource "azurerm_public_ip" "gateway" {
  for_each            = toset(["er", "vpn"])
  name                = "pip-${each.key}"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_virtual_network_gateway" "this" {
  for_each = {
    er  = { type = "ExpressRoute", sku = "ErGw1AZ" }
    vpn = { type = "Vpn", sku = "VpnGw1AZ" }
  }
  name                = "gw-${each.key}"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  type                = each.value.type
  sku                 = each.value.sku

  ip_configuration {
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = azurerm_public_ip.gateway[each.key].id
  }
}

resource "azurerm_vmware_express_route_authorization" "hub" {
  name             = "auth-hub"
  private_cloud_id = azurerm_vmware_private_cloud.dr.id
}

resource "azurerm_virtual_network_gateway_connection" "avs" {
  name                       = "cn-avs"
  resource_group_name        = azurerm_resource_group.dr.name
  location                   = azurerm_resource_group.dr.location
  type                       = "ExpressRoute"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.this["er"].id
  express_route_circuit_id   = azurerm_vmware_private_cloud.dr.circuit[0].express_route_id
  authorization_key          = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key
}

resource "azurerm_local_network_gateway" "datacentre" {
  name                = "lgw-datacentre"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  gateway_address     = "203.0.113.10"
  address_space       = [local.onprem]
}

# The data centre's device is policy-based: it agrees on pairs of networks only.
resource "azurerm_virtual_network_gateway_connection" "datacentre" {
  name                               = "cn-datacentre"
  resource_group_name                = azurerm_resource_group.dr.name
  location                           = azurerm_resource_group.dr.location
  type                               = "IPsec"
  virtual_network_gateway_id         = azurerm_virtual_network_gateway.this["vpn"].id
  local_network_gateway_id           = azurerm_local_network_gateway.datacentre.id
  shared_key                         = var.vpn_shared_key
  use_policy_based_traffic_selectors = true

  ipsec_policy {
    dh_group         = "DHGroup14"
    ike_encryption   = "AES256"
    ike_integrity    = "SHA256"
    ipsec_encryption = "AES256"
    ipsec_integrity  = "SHA256"
    pfs_group        = "PFS14"
  }
  traffic_selector_policy {
    local_address_cidrs  = [local.hub]
    remote_address_cidrs = [local.onprem]
  }
}

resource "azurerm_private_dns_resolver" "hub" {
  name                = "dnspr-hub"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  virtual_network_id  = azurerm_virtual_network.hub.id
}

resource "azurerm_private_dns_resolver_inbound_endpoint" "in" {
  name                    = "in"
  private_dns_resolver_id = azurerm_private_dns_resolver.hub.id
  location                = azurerm_resource_group.dr.location

  ip_configurations {
    private_ip_allocation_method = "Static"
    private_ip_address           = "10.102.1.4"
    subnet_id                    = azurerm_subnet.dns_in.id
  }
}

# --- object store ---------------------------------------------------------------

resource "azurerm_storage_account" "jetstream" {
  name                          = "stjetstreamvpn01"
  resource_group_name           = azurerm_resource_group.dr.name
  location                      = azurerm_resource_group.dr.location
  account_tier                  = "Standard"
  account_replication_type      = "ZRS"
  public_network_access_enabled = false
}

resource "azurerm_private_dns_zone" "blob" {
  name                = "privatelink.blob.core.windows.net"
  resource_group_name = azurerm_resource_group.dr.name
}

resource "azurerm_private_dns_zone_virtual_network_link" "blob" {
  name                = "link-hub"
  private_dns_zone_id = azurerm_private_dns_zone.blob.id
  virtual_network_id  = azurerm_virtual_network.hub.id
}

resource "azurerm_private_endpoint" "blob" {
  name                = "pe-blob"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  subnet_id           = azurerm_subnet.endpoints.id

  private_service_connection {
    name                           = "blob"
    private_connection_resource_id = azurerm_storage_account.jetstream.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }
  private_dns_zone_group {
    name                 = "blob"
    private_dns_zone_ids = [azurerm_private_dns_zone.blob.id]
  }
}
