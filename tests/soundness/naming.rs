//! Name resolution of which something is not known.

use super::run::Attack;
use super::run::Wanted::*;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "server-of-unknown-address-inside",
        case: "private-endpoint-storage",
        edits: &[(r#"addresses = ["10.60.0.192"]"#, "addresses = [var.unknown]")],
        add: "",
        row: "appliances-to-local-dns",
        wanted: Undetermined,
    },
    Attack {
        name: "server-of-unknown-address-outside",
        case: "private-endpoint-storage",
        edits: &[(r#"addresses = ["10.60.0.192"]"#, "addresses = [var.unknown]")],
        add: "",
        row: "appliances-to-external-dns",
        wanted: Undetermined,
    },
    Attack {
        name: "link-counted",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azurerm_private_dns_zone_virtual_network_link" "blob_hub" {
"#,
            r#"resource "azurerm_private_dns_zone_virtual_network_link" "blob_hub" {
  count = var.unknown ? 1 : 0
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "link-to-unknown-network",
        case: "private-endpoint-storage",
        edits: &[(
            r#"private_dns_zone_id = azurerm_private_dns_zone.blob.id
  virtual_network_id  = azurerm_virtual_network.hub.id"#,
            r#"private_dns_zone_id = azurerm_private_dns_zone.blob.id
  virtual_network_id  = var.unknown"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "zone-of-unknown-name",
        case: "private-endpoint-storage",
        edits: &[(
            r#"name                = "privatelink.blob.core.windows.net""#,
            "name                = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "zone-group-of-unknown-zone",
        case: "private-endpoint-storage",
        edits: &[(
            "private_dns_zone_ids = [azurerm_private_dns_zone.blob.id]",
            "private_dns_zone_ids = [var.unknown]",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "forwarder-zone-of-unknown-domain",
        case: "private-endpoint-storage",
        edits: &[(
            r#"domain       = ["blob.core.windows.net"]"#,
            "domain       = [var.unknown]",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "forwarder-zone-to-unknown-server",
        case: "private-endpoint-storage",
        edits: &[(
            "dnsServerIps = [azurerm_private_dns_resolver_inbound_endpoint.hub.ip_configurations[0].private_ip_address]",
            "dnsServerIps = [var.unknown]",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "forwarder-of-unknown-zones",
        case: "private-endpoint-storage",
        edits: &[(
            "fqdnZones      = [azapi_resource.zone_blob.name]",
            "fqdnZones      = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "forwarder-counted",
        case: "private-endpoint-storage",
        edits: &[(
            r#"resource "azapi_resource_action" "dns_service" {
"#,
            r#"resource "azapi_resource_action" "dns_service" {
  count = var.unknown ? 1 : 0
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "resolver-in-unknown-network",
        case: "private-endpoint-storage",
        edits: &[(
            r#"  location            = azurerm_resource_group.dr.location
  virtual_network_id  = azurerm_virtual_network.hub.id"#,
            r#"  location            = azurerm_resource_group.dr.location
  virtual_network_id  = var.unknown"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "account-of-unknown-name",
        case: "private-endpoint-storage",
        edits: &[(
            r#"name                          = "stjetstreamneu01""#,
            "name                          = var.unknown",
        )],
        add: "",
        row: "storage-flat-namespace",
        wanted: Satisfied,
    },
    Attack {
        name: "rules-of-an-unknown-ruleset",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_private_dns_resolver_virtual_network_link" "hub" {
  name                      = "rules"
  dns_forwarding_ruleset_id = var.unknown
  virtual_network_id        = azurerm_virtual_network.hub.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-read-by-data-source",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
data "azurerm_private_dns_resolver_dns_forwarding_ruleset" "central" {
  name                = "central"
  resource_group_name = "rg-central"
}
resource "azurerm_private_dns_resolver_virtual_network_link" "hub" {
  name                      = "rules"
  dns_forwarding_ruleset_id = data.azurerm_private_dns_resolver_dns_forwarding_ruleset.central.id
  virtual_network_id        = azurerm_virtual_network.hub.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rule-of-an-unknown-ruleset",
        case: "private-endpoint-storage",
        edits: &[],
        add: r#"
resource "azurerm_private_dns_resolver_dns_forwarding_ruleset" "hub" {
  name                                       = "hub"
  resource_group_name                        = azurerm_resource_group.dr.name
  location                                   = azurerm_resource_group.dr.location
  private_dns_resolver_outbound_endpoint_ids = []
}
resource "azurerm_private_dns_resolver_forwarding_rule" "blob" {
  name                      = "blob"
  dns_forwarding_ruleset_id = var.unknown
  domain_name               = "blob.core.windows.net."
  target_dns_servers {
    ip_address = "10.200.0.53"
  }
}
resource "azurerm_private_dns_resolver_virtual_network_link" "hub" {
  name                      = "rules"
  dns_forwarding_ruleset_id = azurerm_private_dns_resolver_dns_forwarding_ruleset.hub.id
  virtual_network_id        = azurerm_virtual_network.hub.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
];
