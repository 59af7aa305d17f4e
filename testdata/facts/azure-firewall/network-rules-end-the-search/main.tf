resource "azurerm_virtual_network" "this" {
  name                = "vnet"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}

resource "azurerm_subnet" "app" {
  name                 = "app"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.1.1.0/24"]
}

resource "azurerm_subnet" "firewall" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.1.3.0/26"]
}

resource "azurerm_firewall" "this" {
  name                = "afw"
  resource_group_name = "rg"
  location            = "westeurope"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.this.id

  ip_configuration {
    name      = "ip"
    subnet_id = azurerm_subnet.firewall.id
  }
}

resource "azurerm_firewall_policy" "this" {
  name                = "policy"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azurerm_firewall_policy_rule_collection_group" "this" {
  name               = "rcg"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 100

  application_rule_collection {
    name     = "application"
    priority = 100
    action   = "Deny"

    rule {
      name              = "deny"
      source_addresses  = ["*"]
      destination_fqdns = ["stacct.blob.core.windows.net"]

      protocols {
        type = "Https"
        port = 443
      }
    }
  }

  network_rule_collection {
    name     = "network"
    priority = 300
    action   = "Allow"

    rule {
      name                  = "https"
      protocols             = ["TCP"]
      source_addresses      = ["10.0.0.0/8"]
      destination_addresses = ["*"]
      destination_ports     = ["443"]
    }
  }
}

resource "azurerm_route_table" "this" {
  name                          = "rt-this"
  resource_group_name           = "rg"
  location                      = "westeurope"
  bgp_route_propagation_enabled = true

  route {
    name                   = "to-firewall"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.this.ip_configuration[0].private_ip_address
  }
}

resource "azurerm_subnet_route_table_association" "this" {
  subnet_id      = azurerm_subnet.app.id
  route_table_id = azurerm_route_table.this.id
}

resource "azurerm_storage_account" "this" {
  name                     = "stacct"
  resource_group_name      = "rg"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
