//! A configuration of any size whose network is really built and walked: a private cloud, its circuit
//! into a hub, and spokes that are peered with the hub and filtered subnet by subnet. JetStream's
//! appliances ask a name server in the hub and write to a private endpoint in the last spoke, so that
//! every stage has something to do that grows with the number of spokes.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// The subnets of a spoke, each with a security group, a route table association and rules.
const SUBNETS: usize = 4;
/// The rules of each security group, the ones that decide last.
const PORTS: [u16; 6] = [22, 3389, 1433, 8080, 445, 443];
/// Above this many the spokes would not have addresses of their own.
pub const MOST_SPOKES: usize = 200;

/// Writes the configuration and its site file; how many resources there are.
///
/// # Errors
/// What the system says when a file cannot be written.
pub fn write(directory: &Path, spokes: usize) -> io::Result<usize> {
    let spokes = spokes.clamp(1, MOST_SPOKES);
    std::fs::create_dir_all(directory)?;
    let mut files = vec![
        ("main.tf".to_owned(), hub(spokes)),
        ("clearway.hcl".to_owned(), SITE.to_owned()),
    ];
    files.extend((0..spokes).map(|spoke| (format!("spoke_{spoke:03}.tf"), spoke_text(spoke))));
    let mut resources = 0;
    for (name, text) in files {
        resources += text.matches("\nresource ").count();
        std::fs::write(directory.join(name), text)?;
    }
    Ok(resources)
}

fn hub(spokes: usize) -> String {
    let last = spokes - 1;
    let endpoint = format!(
        r#"
resource "azurerm_private_endpoint" "storage" {{
  name                = "pe-storage"
  location            = local.location
  resource_group_name = azurerm_resource_group.net.name
  subnet_id           = azurerm_subnet.s{last:03}_3.id

  private_service_connection {{
    name                           = "storage"
    private_connection_resource_id = azurerm_storage_account.jetstream.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }}
}}
"#
    );
    HUB.to_owned() + &endpoint
}

fn spoke_text(spoke: usize) -> String {
    let mut text = format!(
        r#"
resource "azurerm_virtual_network" "s{spoke:03}" {{
  name                = "vnet-spoke-{spoke:03}"
  location            = azurerm_resource_group.net.location
  resource_group_name = azurerm_resource_group.net.name
  address_space       = ["10.{spoke}.0.0/16"]
  dns_servers         = ["172.20.1.4"]
}}

resource "azurerm_virtual_network_peering" "hub_to_s{spoke:03}" {{
  name                      = "hub-to-{spoke:03}"
  resource_group_name       = azurerm_resource_group.net.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.s{spoke:03}.id
  allow_gateway_transit     = true
}}

resource "azurerm_virtual_network_peering" "s{spoke:03}_to_hub" {{
  name                      = "${{azurerm_virtual_network.s{spoke:03}.name}}-to-hub"
  resource_group_name       = azurerm_resource_group.net.name
  virtual_network_name      = azurerm_virtual_network.s{spoke:03}.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  allow_forwarded_traffic   = true
  use_remote_gateways       = true
}}

resource "azurerm_route_table" "s{spoke:03}" {{
  name                = "rt-{spoke:03}"
  location            = local.location
  resource_group_name = azurerm_resource_group.net.name

  route {{
    name           = "no-internet"
    address_prefix = "0.0.0.0/0"
    next_hop_type  = "None"
  }}
}}
"#
    );
    for subnet in 0..SUBNETS {
        text += &subnet_text(spoke, subnet);
    }
    text
}

fn subnet_text(spoke: usize, subnet: usize) -> String {
    let name = format!("s{spoke:03}_{subnet}");
    let mut text = format!(
        r#"
resource "azurerm_subnet" "{name}" {{
  name                              = "snet-{subnet}"
  resource_group_name               = azurerm_resource_group.net.name
  virtual_network_name              = azurerm_virtual_network.s{spoke:03}.name
  address_prefixes                  = [cidrsubnet("10.{spoke}.0.0/16", 8, {subnet})]
  private_endpoint_network_policies = "Enabled"
}}

resource "azurerm_network_security_group" "{name}" {{
  name                = "nsg-{name}"
  location            = local.location
  resource_group_name = azurerm_resource_group.net.name
}}

resource "azurerm_subnet_network_security_group_association" "{name}" {{
  subnet_id                 = azurerm_subnet.{name}.id
  network_security_group_id = azurerm_network_security_group.{name}.id
}}

resource "azurerm_subnet_route_table_association" "{name}" {{
  subnet_id      = azurerm_subnet.{name}.id
  route_table_id = azurerm_route_table.s{spoke:03}.id
}}
"#
    );
    for (index, port) in PORTS.iter().enumerate() {
        let access = if *port == 443 { "Allow" } else { "Deny" };
        let priority = 100 + 10 * index;
        // Writing to a `String` cannot fail.
        let _ = write!(
            text,
            r#"
resource "azurerm_network_security_rule" "{name}_{port}" {{
  name                        = "{access}-{port}"
  priority                    = {priority}
  direction                   = "Inbound"
  access                      = "{access}"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "{port}"
  source_address_prefixes     = ["172.16.0.0/22", "172.17.{spoke}.0/24"]
  destination_address_prefix  = "10.{spoke}.{subnet}.0/24"
  resource_group_name         = azurerm_resource_group.net.name
  network_security_group_name = azurerm_network_security_group.{name}.name
}}
"#
        );
    }
    text
}

const HUB: &str = r#"
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 4.0" }
    azapi   = { source = "azure/azapi", version = "~> 2.0" }
  }
}

locals {
  location = "westeurope"
}

resource "azurerm_resource_group" "net" {
  name     = "rg-net"
  location = local.location
}

resource "azurerm_vmware_private_cloud" "dr" {
  name                = "avs-dr"
  resource_group_name = azurerm_resource_group.net.name
  location            = local.location
  sku_name            = "av36p"
  network_subnet_cidr = "172.18.0.0/22"

  management_cluster {
    size = 3
  }
}

resource "azapi_resource" "segment" {
  for_each = {
    jetstream = "172.16.1.1/24"
    recovery  = "172.16.2.1/24"
  }

  type      = "Microsoft.AVS/privateClouds/workloadNetworks/segments@2023-09-01"
  name      = "seg-${each.key}"
  parent_id = "${azurerm_vmware_private_cloud.dr.id}/workloadNetworks/default"
  body = {
    properties = {
      displayName      = "seg-${each.key}"
      connectedGateway = "TNT40-T1"
      subnet           = { gatewayAddress = each.value, dhcpRanges = [] }
    }
  }
}

resource "azurerm_vmware_express_route_authorization" "hub" {
  name             = "auth-hub"
  private_cloud_id = azurerm_vmware_private_cloud.dr.id
}

resource "azurerm_virtual_network" "hub" {
  name                = "vnet-hub"
  location            = local.location
  resource_group_name = azurerm_resource_group.net.name
  address_space       = ["172.20.0.0/16"]
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = azurerm_resource_group.net.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["172.20.0.0/24"]
}

resource "azurerm_subnet" "dns" {
  name                 = "snet-dns"
  resource_group_name  = azurerm_resource_group.net.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["172.20.1.0/24"]
}

resource "azurerm_public_ip" "gateway" {
  name                = "pip-gateway"
  location            = local.location
  resource_group_name = azurerm_resource_group.net.name
  allocation_method   = "Static"
}

resource "azurerm_virtual_network_gateway" "hub" {
  name                = "ergw-hub"
  location            = local.location
  resource_group_name = azurerm_resource_group.net.name
  type                = "ExpressRoute"
  sku                 = "Standard"

  ip_configuration {
    name                 = "default"
    subnet_id            = azurerm_subnet.gateway.id
    public_ip_address_id = azurerm_public_ip.gateway.id
  }
}

resource "azurerm_virtual_network_gateway_connection" "avs" {
  name                       = "cn-avs"
  location                   = local.location
  resource_group_name        = azurerm_resource_group.net.name
  type                       = "ExpressRoute"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.hub.id
  express_route_circuit_id   = azurerm_vmware_private_cloud.dr.circuit[0].express_route_id
  authorization_key          = azurerm_vmware_express_route_authorization.hub.express_route_authorization_key
}

resource "azurerm_storage_account" "jetstream" {
  name                          = "stjetstream"
  resource_group_name           = azurerm_resource_group.net.name
  location                      = local.location
  account_tier                  = "Standard"
  account_replication_type      = "LRS"
  public_network_access_enabled = false
}
"#;

const SITE: &str = r#"
site "recovery" {
  kind          = "avs"
  private_cloud = azurerm_vmware_private_cloud.dr

  role "msa" {
    segment   = azapi_resource.segment["jetstream"]
    addresses = ["172.16.1.10"]
  }
  role "drva" {
    segment   = azapi_resource.segment["jetstream"]
    addresses = ["172.16.1.16/28"]
  }
  role "rocva" {
    segment   = azapi_resource.segment["recovery"]
    addresses = ["172.16.2.128/25"]
  }
  role "rvm" {
    segment = azapi_resource.segment["recovery"]
  }
  role "run_command" {
    addresses = ["172.18.0.0/26"]
  }
  role "dns" {
    addresses = ["172.20.1.4"]
  }
  role "storage_account" {
    resource = azurerm_storage_account.jetstream
  }
}

jetstream {
  metering_fqdn     = "emea.metering.example.com"
  max_recovered_vms = 80
}
"#;
