# A private cloud of generation 2, and a default route on the subnet that takes in what is meant for its workloads.

resource "azurerm_virtual_network" "v" {
  name                = "vnet-avs"
  resource_group_name = "rg-avs"
  location            = "westeurope"
  address_space       = ["10.20.0.0/22", "10.30.0.0/24"]
}

resource "azurerm_subnet" "firewall" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg-avs"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.30.0.64/26"]
}

resource "azurerm_firewall_policy" "this" {
  name                = "fwp"
  resource_group_name = "rg-avs"
  location            = "westeurope"
}

resource "azurerm_firewall_policy_rule_collection_group" "this" {
  name               = "rcg"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 100

  network_rule_collection {
    name     = "out"
    priority = 100
    action   = "Allow"

    rule {
      name                  = "https"
      protocols             = ["TCP"]
      source_addresses      = ["10.21.1.0/24"]
      destination_addresses = ["*"]
      destination_ports     = ["443"]
    }
  }
}

resource "azurerm_firewall" "this" {
  name                = "fw"
  resource_group_name = "rg-avs"
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.this.id

  ip_configuration {
    name      = "configuration"
    subnet_id = azurerm_subnet.firewall.id
  }
}

resource "azapi_resource" "dr" {
  type      = "Microsoft.AVS/privateClouds@2024-09-01"
  name      = "avs-dr"
  parent_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-avs"
  location  = "westeurope"

  body = {
    sku = { name = "av64" }
    properties = {
      networkBlock      = "10.20.0.0/22"
      managementCluster = { clusterSize = 3 }
      virtualNetworkId  = azurerm_virtual_network.v.id
    }
  }
}

resource "nsxt_policy_segment" "jetstream" {
  display_name      = "jetstream"
  connectivity_path = "/infra/tier-1s/TNT20-T1"

  subnet {
    cidr = "10.21.1.1/24"
  }
}

resource "azurerm_route_table" "out" {
  name                = "rt-out"
  resource_group_name = "rg-avs"
  location            = "westeurope"

  route {
    name                   = "default"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.this.ip_configuration[0].private_ip_address
  }
}

resource "azurerm_subnet_route_table_association" "out" {
  for_each = toset(["avs-network-infra-gw"])

  subnet_id      = "${azurerm_virtual_network.v.id}/subnets/${each.key}"
  route_table_id = azurerm_route_table.out.id
}

resource "azurerm_route_table" "own" {
  name                = "rt-own"
  resource_group_name = "rg-avs"
  location            = "westeurope"
}

resource "azurerm_subnet_route_table_association" "own" {
  for_each = toset(["avs-nsx-gw", "avs-nsx-gw-1"])

  subnet_id      = "${azurerm_virtual_network.v.id}/subnets/${each.key}"
  route_table_id = azurerm_route_table.own.id
}
