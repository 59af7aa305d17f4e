//! Virtual networks, their filters and routes, private endpoints, and types that nobody knows.

use super::run::Attack;
use super::run::Wanted::*;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "endpoint-counted",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_private_endpoint" "blob" {
"#,
            r#"resource "azurerm_private_endpoint" "blob" {
  count = var.unknown ? 1 : 0
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "endpoint-waits-for-approval",
        case: "private-endpoint-storage",
        edits: &[(
            "is_manual_connection           = false",
            r#"is_manual_connection           = true
    request_message = "please""#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "endpoint-perhaps-manual",
        case: "private-endpoint-storage",
        edits: &[(
            "is_manual_connection           = false",
            "is_manual_connection           = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "endpoint-of-unknown-target",
        case: "private-endpoint-storage",
        edits: &[(
            "private_connection_resource_id = azurerm_storage_account.jetstream.id",
            "private_connection_resource_id = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "endpoint-in-unknown-subnet",
        case: "private-endpoint-storage",
        edits: &[(
            "subnet_id           = azurerm_subnet.endpoints.id",
            "subnet_id           = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "connection-counted",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_virtual_network_gateway_connection" "avs" {
"#,
            r#"resource "azurerm_virtual_network_gateway_connection" "avs" {
  count = var.unknown ? 1 : 0
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "connection-of-unknown-circuit",
        case: "private-endpoint-storage",
        edits: &[(
            "express_route_circuit_id   = azurerm_vmware_private_cloud.dr.circuit[0].express_route_id",
            "express_route_circuit_id   = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "connection-to-unknown-gateway",
        case: "private-endpoint-storage",
        edits: &[(
            "virtual_network_gateway_id = azurerm_virtual_network_gateway.er.id",
            "virtual_network_gateway_id = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "connection-of-unknown-type",
        case: "private-endpoint-storage",
        edits: &[(
            r#"  type                       = "ExpressRoute""#,
            "  type                       = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "policies-unknown",
        case: "private-endpoint-storage",
        edits: &[(
            r#"address_prefixes     = ["10.62.1.0/26"]"#,
            r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = var.unknown"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "policies-unknown-default-rules-deny",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = var.unknown"#,
            ),
            (
                r#"source_address_prefix      = "*""#,
                r#"source_address_prefix      = "10.99.0.0/16""#,
            ),
        ],
        add: r#"
resource "azurerm_network_security_rule" "no-network" {
  name                        = "no-virtual-network"
  resource_group_name         = azurerm_resource_group.dr.name
  network_security_group_name = azurerm_network_security_group.endpoints.name
  priority                    = 4000
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "VirtualNetwork"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-from-unknown-source",
        case: "private-endpoint-storage",
        edits: &[(
            r#"address_prefixes     = ["10.62.1.0/26"]"#,
            r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
        )],
        add: r#"
resource "azurerm_network_security_rule" "allow" {
  name                        = "allow"
  resource_group_name         = azurerm_resource_group.dr.name
  network_security_group_name = azurerm_network_security_group.endpoints.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = var.unknown
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "allow-at-unknown-priority",
        case: "private-endpoint-storage",
        edits: &[(
            r#"address_prefixes     = ["10.62.1.0/26"]"#,
            r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
        )],
        add: r#"
resource "azurerm_network_security_rule" "allow" {
  name                        = "allow"
  resource_group_name         = azurerm_resource_group.dr.name
  network_security_group_name = azurerm_network_security_group.endpoints.name
  priority                    = var.unknown
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}
"#,
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "dynamic-rules",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
            (
                r#"  security_rule {
"#,
                r#"  dynamic "security_rule" {
    for_each = var.unknown
    content {
      name                       = security_rule.value.name
      priority                   = security_rule.value.priority
      direction                  = "Inbound"
      access                     = "Deny"
      protocol                   = "*"
      source_address_prefix      = "*"
      source_port_range          = "*"
      destination_address_prefix = "*"
      destination_port_range     = "*"
    }
  }
  security_rule {
"#,
            ),
        ],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rule-of-unknown-group",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
        ],
        add: r#"
resource "azurerm_network_security_rule" "deny" {
  name                        = "deny"
  resource_group_name         = azurerm_resource_group.dr.name
  network_security_group_name = var.unknown
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-for-each-unknown",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
        ],
        add: r#"
resource "azurerm_network_security_rule" "deny" {
  for_each                    = var.unknown
  name                        = each.key
  resource_group_name         = azurerm_resource_group.dr.name
  network_security_group_name = azurerm_network_security_group.endpoints.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "association-for-each-unknown",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"resource "azurerm_subnet_network_security_group_association" "endpoints" {
  subnet_id                 = azurerm_subnet.endpoints.id"#,
                r#"resource "azurerm_subnet_network_security_group_association" "endpoints" {
  for_each = var.unknown
  subnet_id                 = each.value"#,
            ),
        ],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "association-of-unknown-group",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
            (
                "network_security_group_id = azurerm_network_security_group.endpoints.id",
                "network_security_group_id = var.unknown",
            ),
        ],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "association-of-unknown-with-unknown",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
        ],
        add: r#"
resource "azurerm_subnet_network_security_group_association" "all" {
  for_each                  = var.unknown
  subnet_id                 = each.key
  network_security_group_id = each.value
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "group-by-data-source",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
            (
                "network_security_group_id = azurerm_network_security_group.endpoints.id",
                "network_security_group_id = data.azurerm_network_security_group.central.id",
            ),
        ],
        add: r#"
data "azurerm_network_security_group" "central" {
  name                = "nsg-central"
  resource_group_name = "rg-central"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "network-by-data-source",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"resource "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.62.0.0/23"]
"#,
                r#"data "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  resource_group_name = "rg-central"
"#,
            ),
            (
                r#"resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name"#,
                r#"resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg-central"
  virtual_network_name = data.azurerm_virtual_network.hub.name"#,
            ),
            (
                r#"name                 = "snet-dns-in"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name"#,
                r#"name                 = "snet-dns-in"
  resource_group_name  = "rg-central"
  virtual_network_name = data.azurerm_virtual_network.hub.name"#,
            ),
            (
                r#"name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name"#,
                r#"name                 = "snet-endpoints"
  resource_group_name  = "rg-central"
  virtual_network_name = data.azurerm_virtual_network.hub.name"#,
            ),
            (
                r#"  location            = azurerm_resource_group.dr.location
  virtual_network_id  = azurerm_virtual_network.hub.id"#,
                r#"  location            = azurerm_resource_group.dr.location
  virtual_network_id  = data.azurerm_virtual_network.hub.id"#,
            ),
            (
                r#"azurerm_private_dns_zone.blob.id
  virtual_network_id  = azurerm_virtual_network.hub.id"#,
                r#"azurerm_private_dns_zone.blob.id
  virtual_network_id  = data.azurerm_virtual_network.hub.id"#,
            ),
        ],
        add: "",
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "gateway-subnet-by-data-source",
        case: "private-endpoint-storage",
        edits: &[(
            "    subnet_id            = azurerm_subnet.gateway.id",
            "    subnet_id            = data.azurerm_subnet.gateway.id",
        )],
        add: r#"
data "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  virtual_network_name = "vnet-central"
  resource_group_name  = "rg-central"
}
"#,
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "route-table-by-data-source",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
data "azurerm_route_table" "central" {
  name                = "rt-central"
  resource_group_name = "rg-central"
}
resource "azurerm_subnet_route_table_association" "gateway" {
  subnet_id      = azurerm_subnet.gateway.id
  route_table_id = data.azurerm_route_table.central.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "route-to-an-unknown-appliance",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
        ],
        add: r#"
resource "azurerm_route_table" "gateway" {
  name                = "rt-gateway"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  route {
    name                   = "endpoints"
    address_prefix         = "10.62.1.0/26"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = var.unknown
  }
}
resource "azurerm_subnet_route_table_association" "gateway" {
  subnet_id      = azurerm_subnet.gateway.id
  route_table_id = azurerm_route_table.gateway.id
}
"#,
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "route-of-unknown-table",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
        ],
        add: r#"
resource "azurerm_route_table" "gateway" {
  name                = "rt-gateway"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
}
resource "azurerm_route" "nowhere" {
  name                = "nowhere"
  resource_group_name = azurerm_resource_group.dr.name
  route_table_name    = var.unknown
  address_prefix      = "10.62.1.0/26"
  next_hop_type       = "None"
}
resource "azurerm_subnet_route_table_association" "gateway" {
  subnet_id      = azurerm_subnet.gateway.id
  route_table_id = azurerm_route_table.gateway.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "routes-from-an-unknown-collection",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"address_prefixes     = ["10.62.1.0/26"]"#,
                r#"address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
            (
                r#"access                     = "Deny""#,
                r#"access                     = "Allow""#,
            ),
        ],
        add: r#"
resource "azurerm_route_table" "gateway" {
  name                = "rt-gateway"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  route               = var.unknown
}
resource "azurerm_subnet_route_table_association" "gateway" {
  subnet_id      = azurerm_subnet.gateway.id
  route_table_id = azurerm_route_table.gateway.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "a-type-nobody-knows",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_subnet_inspection_gadget" "x" {
  name      = "gadget"
  subnet_id = azurerm_subnet.gateway.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "a-type-nobody-knows-on-the-network",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_gadget" "x" {
  network = azurerm_virtual_network.hub.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "a-type-nobody-knows-on-the-circuit",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_express_route_gadget" "x" {
  gateway_id = azurerm_virtual_network_gateway.er.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "admin-rules-deployed",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_network_manager_admin_rule" "deny" {
  name                     = "deny"
  admin_rule_collection_id = "/subscriptions/0/x"
  action                   = "Deny"
  direction                = "Inbound"
  priority                 = 1
  protocol                 = "Any"
}
resource "azurerm_network_manager_deployment" "all" {
  network_manager_id = "/subscriptions/0/y"
  location           = "northeurope"
  scope_access       = "SecurityAdmin"
  configuration_ids  = ["/subscriptions/0/z"]
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "network-changed-by-azapi",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azapi_update_resource" "x" {
  type        = "Microsoft.Network/virtualNetworks@2024-05-01"
  resource_id = azurerm_virtual_network.hub.id
  body        = { properties = { encryption = { enabled = true, enforcement = "DropUnencrypted" } } }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "peering-half-of-two",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "to-spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_gateway_transit     = true
}
"#,
        row: "msa-to-storage",
        wanted: Violated,
    },
    Attack {
        name: "peering-half-counted",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "to-spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_gateway_transit     = true
}
resource "azurerm_virtual_network_peering" "spoke" {
  count                     = var.unknown ? 1 : 0
  name                      = "to-hub"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  use_remote_gateways       = true
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "peering-half-to-an-unknown-network",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "hub"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = var.unknown
  allow_gateway_transit = true
}
resource "azurerm_virtual_network_peering" "spoke" {
  name                      = "spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  use_remote_gateways = true
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "peering-half-of-an-unknown-network",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "hub"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_gateway_transit = true
}
resource "azurerm_virtual_network_peering" "spoke" {
  name                      = "spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = var.unknown
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  use_remote_gateways = true
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "peering-of-which-nothing-is-known",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "hub"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
  allow_gateway_transit = true
}
resource "azurerm_virtual_network_peering" "spoke" {
  name                      = "spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = var.unknown
  remote_virtual_network_id = var.unknown
  use_remote_gateways = true
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "peerings-of-which-nothing-is-known",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.62.1.0/26"]"#,
            r#"resource "azurerm_subnet" "endpoints" {
  name                 = "snet-endpoints"
  resource_group_name  = azurerm_resource_group.dr.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.66.1.0/26"]"#,
        )],
        add: r#"
resource "azurerm_virtual_network" "spoke" {
  name                = "vnet-spoke"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  address_space       = ["10.66.0.0/23"]
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "hub"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = var.unknown
  remote_virtual_network_id = var.unknown
  allow_gateway_transit = true
}
resource "azurerm_virtual_network_peering" "spoke" {
  name                      = "spoke"
  resource_group_name       = azurerm_resource_group.dr.name
  virtual_network_name      = var.unknown
  remote_virtual_network_id = var.unknown
  use_remote_gateways = true
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "addresses-of-a-group-nobody-knows",
        case: "hub-firewall",
        edits: &[],
        add: r#"
resource "azurerm_ip_group" "blocked" {
  name                = "ipg-blocked"
  resource_group_name = azurerm_resource_group.net.name
  location            = azurerm_resource_group.net.location
}
resource "azurerm_ip_group_cidr" "appliances" {
  ip_group_id = var.unknown
  cidr        = "10.41.1.0/24"
}
resource "azurerm_firewall_policy_rule_collection_group" "blocked" {
  name               = "rcg-blocked"
  firewall_policy_id = azurerm_firewall_policy.weu.id
  priority           = 100
  network_rule_collection {
    name     = "deny"
    priority = 100
    action   = "Deny"
    rule {
      name                  = "blocked"
      protocols             = ["TCP"]
      source_ip_groups      = [azurerm_ip_group.blocked.id]
      destination_addresses = ["*"]
      destination_ports     = ["443"]
    }
  }
}
"#,
        row: "msa-to-entra-id",
        wanted: Undetermined,
    },
    Attack {
        name: "member-of-a-group-nobody-knows",
        case: "private-endpoint-storage",
        edits: &[
            (
                r#"    destination_address_prefix = "*""#,
                "    destination_application_security_group_ids = [azurerm_application_security_group.blocked.id]",
            ),
            (
                r#"  address_prefixes     = ["10.62.1.0/26"]"#,
                r#"  address_prefixes     = ["10.62.1.0/26"]
  private_endpoint_network_policies = "Enabled""#,
            ),
        ],
        add: r#"
resource "azurerm_application_security_group" "blocked" {
  name                = "asg-blocked"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
}
resource "azurerm_private_endpoint_application_security_group_association" "blob" {
  private_endpoint_id           = azurerm_private_endpoint.blob.id
  application_security_group_id = var.unknown
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
];
