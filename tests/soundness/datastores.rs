//! Stores for the replication log: how they are mounted, and who may.

use super::run::Attack;
use super::run::Wanted::*;

const ROW: &str = "replication-log-direct-access";

/// An NSG before the volumes, and private endpoints, are as much in the way as anything else.
macro_rules! guard {
    ($ports:literal) => {
        concat!(
            r#"
resource "azurerm_network_security_group" "volumes" {
  name                = "nsg-volumes"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  security_rule {
    name                       = "no"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
    destination_port_range     = ""#,
            $ports,
            r#""
  }
}
resource "azurerm_subnet_network_security_group_association" "volumes" {
  subnet_id                 = azurerm_subnet.volumes.id
  network_security_group_id = azurerm_network_security_group.volumes.id
}
"#
        )
    };
}

const PROTOCOLS: &str = "protocols                       = [\"NFSv3\"]";
const CLIENTS: &str = "allowed_clients     = [\"10.110.0.0/22\", \"10.111.1.0/24\", \"10.111.3.0/24\"]";
const WRITE: &str = "unix_read_write     = true";
const RESOURCE: &str = "resource = azurerm_netapp_volume.log";

/// A volume group with a private endpoint in the volumes' subnet.
const ELASTIC_SAN: &str = r#"
resource "azurerm_elastic_san" "log" {
  name                = "san-log"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  base_size_in_tib    = 1
  sku {
    name = "Premium_LRS"
  }
}
resource "azurerm_elastic_san_volume_group" "log" {
  name           = "group-log"
  elastic_san_id = azurerm_elastic_san.log.id
}
resource "azurerm_private_endpoint" "log" {
  name                = "pe-log"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  subnet_id           = azurerm_subnet.endpoints.id
  private_service_connection {
    name                           = "log"
    private_connection_resource_id = azurerm_elastic_san.log.id
    subresource_names              = ["group-log"]
    is_manual_connection           = false
  }
}
resource "azurerm_subnet" "endpoints" {
  name                              = "snet-endpoints"
  resource_group_name               = azurerm_resource_group.dr.name
  virtual_network_name              = azurerm_virtual_network.storage.name
  address_prefixes                  = ["10.112.0.128/27"]
  private_endpoint_network_policies = "Enabled"
}
resource "azurerm_subnet_network_security_group_association" "endpoints" {
  subnet_id                 = azurerm_subnet.endpoints.id
  network_security_group_id = azurerm_network_security_group.endpoints.id
}
resource "azurerm_network_security_group" "endpoints" {
  name                = "nsg-endpoints"
  resource_group_name = azurerm_resource_group.dr.name
  location            = azurerm_resource_group.dr.location
  security_rule {
    name                       = "no"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
    destination_port_range     = "2049"
  }
}
"#;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "iscsi-open-and-nfs-not",
        case: "log-on-netapp",
        edits: &[],
        add: guard!("2049"),
        row: ROW,
        wanted: Violated,
    },
    Attack {
        name: "nfs-3-without-its-port-mapper",
        case: "log-on-netapp",
        edits: &[],
        add: guard!("111"),
        row: ROW,
        wanted: Violated,
    },
    Attack {
        name: "nfs-4-needs-no-port-mapper",
        case: "log-on-netapp",
        edits: &[(PROTOCOLS, "protocols = [\"NFSv4.1\"]")],
        add: guard!("111"),
        row: ROW,
        wanted: Satisfied,
    },
    Attack {
        name: "nfs-needs-no-iscsi",
        case: "log-on-netapp",
        edits: &[],
        add: guard!("3260"),
        row: ROW,
        wanted: Satisfied,
    },
    Attack {
        name: "nfs-of-a-version-that-is-not-known",
        case: "log-on-netapp",
        edits: &[(PROTOCOLS, "protocols = [var.unknown]")],
        add: guard!("111"),
        row: ROW,
        wanted: Undetermined,
    },
    Attack {
        name: "exported-to-others",
        case: "log-on-netapp",
        edits: &[(CLIENTS, "allowed_clients = [\"10.111.3.0/24\"]")],
        add: "",
        row: ROW,
        wanted: Violated,
    },
    Attack {
        name: "exported-to-whom-is-not-known",
        case: "log-on-netapp",
        edits: &[(CLIENTS, "allowed_clients = [var.unknown]")],
        add: "",
        row: ROW,
        wanted: Undetermined,
    },
    Attack {
        name: "exported-to-be-read",
        case: "log-on-netapp",
        edits: &[(WRITE, "unix_read_write = false")],
        add: "",
        row: ROW,
        wanted: Violated,
    },
    Attack {
        name: "addresses-of-which-nobody-knows-the-protocol",
        case: "log-on-netapp",
        edits: &[(RESOURCE, "addresses = [\"10.112.0.70\"]")],
        add: guard!("2049"),
        row: ROW,
        wanted: Undetermined,
    },
    Attack {
        name: "addresses-mounted-by-iscsi",
        case: "log-on-netapp",
        edits: &[(
            RESOURCE,
            "addresses = [\"10.112.0.70\"]\n    datastore = \"iscsi\"",
        )],
        add: guard!("2049"),
        row: ROW,
        wanted: Satisfied,
    },
    Attack {
        name: "addresses-mounted-by-nfs",
        case: "log-on-netapp",
        edits: &[(
            RESOURCE,
            "addresses = [\"10.112.0.70\"]\n    datastore = \"nfs4\"",
        )],
        add: guard!("2049"),
        row: ROW,
        wanted: Violated,
    },
    Attack {
        name: "elastic-san-is-mounted-by-iscsi",
        case: "log-on-netapp",
        edits: &[(RESOURCE, "resource = azurerm_elastic_san_volume_group.log")],
        add: ELASTIC_SAN,
        row: ROW,
        wanted: Satisfied,
    },
    Attack {
        name: "elastic-san-without-endpoint",
        case: "log-on-netapp",
        edits: &[(RESOURCE, "resource = azurerm_elastic_san.other")],
        add: "resource \"azurerm_elastic_san\" \"other\" {\n  name = \"other\"\n}\n",
        row: ROW,
        wanted: Undetermined,
    },
];
