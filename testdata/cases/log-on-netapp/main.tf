terraform {
  required_version = ">= 1.6"
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 5.0" }
    azapi   = { source = "azure/azapi", version = "~> 2.0" }
    nsxt    = { source = "vmware/nsxt", version = "~> 3.8" }
  }
}

provider "azurerm" {
  features {}
}

provider "nsxt" {
  host     = trimsuffix(trimprefix(azurerm_vmware_private_cloud.dr.nsxt_manager_endpoint, "https://"), "/")
  username = "cloudadmin"
  password = azurerm_vmware_private_cloud.dr.nsxt_password
}

locals {
  tier1 = "/infra/tier-1s/TNT110-T1"

  segments = {
    management = { gateway = "10.111.1.1/24", ranges = ["10.111.1.128-10.111.1.191"], server = "10.111.1.2/24" }
    store      = { gateway = "10.111.2.1/24", ranges = ["10.111.2.128-10.111.2.191"], server = "10.111.2.2/24" }
    log        = { gateway = "10.111.3.1/24", ranges = ["10.111.3.128-10.111.3.191"], server = "10.111.3.2/24" }
  }
}

resource "azurerm_resource_group" "dr" {
  name     = "rg-dr"
  location = "uksouth"
}

resource "azurerm_vmware_private_cloud" "dr" {
  name                        = "avs-dr"
  resource_group_name         = azurerm_resource_group.dr.name
  location                    = azurerm_resource_group.dr.location
  sku_name                    = "av36p"
  network_subnet_cidr         = "10.110.0.0/22"
  internet_connection_enabled = true

  management_cluster {
    size = 4
  }
}

# --- one segment for each purpose ------------------------------------------------

resource "nsxt_policy_dhcp_server" "this" {
  display_name     = "dhcp-jetstream"
  server_addresses = ["10.111.255.1/24"]
}

resource "nsxt_policy_segment" "this" {
  for_each = local.segments

  display_name        = "seg-jetstream-${each.key}"
  connectivity_path   = local.tier1
  transport_zone_path = "/infra/sites/default/enforcement-points/default/transport-zones/TNT110-OVERLAY-TZ"
  dhcp_config_path    = nsxt_policy_dhcp_server.this.path

  subnet {
    cidr        = each.value.gateway
    dhcp_ranges = each.value.ranges
    dhcp_v4_config {
      server_address = each.value.server
      dns_servers    = ["10.110.0.192"]
    }
  }
}

# What leaves for the partner's network is translated; the rest keeps its address.
resource "nsxt_policy_nat_rule" "partner" {
  display_name         = "partner"
  gateway_path         = local.tier1
  action               = "SNAT"
  source_networks      = ["10.111.0.0/16"]
  destination_networks = ["172.20.0.0/16"]
  translated_networks  = ["10.119.0.10"]
}

# --- the volume of the replication log --------------------------------------------

resource "azurerm_virtual_network" "storage" {
  name                = "vnet-storage"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.112.0.0/24"]
}

# Not connected yet.
resource "azurerm_virtual_network" "next" {
  name                = "vnet-next"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.112.1.0/24"]
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.storage.name
  address_prefixes     = ["10.112.0.0/26"]
}

resource "azurerm_subnet" "volumes" {
  name                 = "snet-volumes"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.storage.name # the volumes' network
  address_prefixes     = [cidrsubnet(one(azurerm_virtual_network.storage.address_space), 2, 1)]

  delegation {
    name = "netapp"
    service_delegation {
      name    = "Microsoft.Netapp/volumes"
      actions = ["Microsoft.Network/networkinterfaces/*", "Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_public_ip" "er" {
  name                = "pip-er"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_virtual_network_gateway" "er" {
  name                = "gw-er"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  type                = "ExpressRoute"
  sku                 = "ErGw1AZ"

  ip_configuration {
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = azurerm_public_ip.er.id
  }
}

resource "azurerm_vmware_express_route_authorization" "storage" {
  name             = "auth-storage"
  private_cloud_id = azurerm_vmware_private_cloud.dr.id
}

resource "azurerm_virtual_network_gateway_connection" "avs" {
  name                       = "cn-avs"
  resource_group_name        = azurerm_resource_group.dr.name
  location                   = azurerm_resource_group.dr.location
  type                       = "ExpressRoute"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.er.id
  express_route_circuit_id   = azurerm_vmware_private_cloud.dr.circuit[0].express_route_id
  authorization_key          = azurerm_vmware_express_route_authorization.storage.express_route_authorization_key
}

resource "azurerm_netapp_account" "log" {
  name                = "anf-dr"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
}

resource "azurerm_netapp_pool" "log" {
  name                = "pool-log"
  account_name        = azurerm_netapp_account.log.name
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  service_level       = "Ultra"
  size_in_tb          = 4
}

resource "azurerm_netapp_volume" "log" {
  name                            = "vol-log"
  account_name                    = azurerm_netapp_account.log.name
  pool_name                       = azurerm_netapp_pool.log.name
  resource_group_name             = azurerm_resource_group.dr.name
  location                        = azurerm_resource_group.dr.location
  service_level                   = "Ultra"
  volume_path                     = "jetstream-log"
  subnet_id                       = azurerm_subnet.volumes.id
  protocols                       = ["NFSv3"]
  storage_quota_in_gb             = 2048
  network_features                = "Standard"
  azure_vmware_data_store_enabled = true

  export_policy_rule {
    rule_index          = 1
    allowed_clients     = ["10.110.0.0/22", "10.111.1.0/24", "10.111.3.0/24"]
    protocol            = ["NFSv3"]
    unix_read_write     = true
    root_access_enabled = true
  }
}

# --- object store ---------------------------------------------------------------

resource "azurerm_storage_account" "jetstream" {
  name                     = "stjetstreamnetapp01"
  resource_group_name      = azurerm_resource_group.dr.name
  location                 = azurerm_resource_group.dr.location
  account_tier             = "Standard"
  account_replication_type = "ZRS"
}
