//! The way to the public endpoint of a storage account, of which something is not known.

use super::run::Attack;
use super::run::Wanted::*;

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "internet-unknown",
        case: "smallest-avs-internet-on",
        edits: &[(
            "internet_connection_enabled = true",
            "internet_connection_enabled = var.unknown",
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "default-action-unknown",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  network_rules {
    default_action = var.unknown
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "ip-rules-unknown",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  network_rules {
    default_action = "Deny"
    ip_rules       = var.unknown
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "subnets-unknown",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  network_rules {
    default_action             = "Deny"
    virtual_network_subnet_ids = var.unknown
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "rules-dynamic",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  dynamic "network_rules" {
    for_each = var.unknown
    content {
      default_action = "Deny"
    }
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-of-an-unknown-account",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azurerm_storage_account_network_rules" "x" {
  storage_account_id = var.unknown
  default_action     = "Deny"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "rules-counted",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azurerm_storage_account_network_rules" "x" {
  count = var.unknown ? 1 : 0
  storage_account_id = azurerm_storage_account.jetstream.id
  default_action     = "Deny"
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "public-access-unknown",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  public_network_access_enabled = var.unknown
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "account-changed-by-azapi",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azapi_update_resource" "x" {
  type        = "Microsoft.Storage/storageAccounts@2023-05-01"
  resource_id = azurerm_storage_account.jetstream.id
  body        = { properties = { publicNetworkAccess = "Disabled" } }
}
"#,
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "perimeter-around-the-account",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azurerm_network_security_perimeter_association" "x" {
  name                                  = "x"
  access_mode                           = "Enforced"
  network_security_perimeter_profile_id = "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network/networkSecurityPerimeters/p/profiles/q"
  resource_id                           = azurerm_storage_account.jetstream.id
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "cloud-changed-by-azapi",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azapi_update_resource" "x" {
  type        = "Microsoft.AVS/privateClouds@2023-09-01"
  resource_id = azurerm_vmware_private_cloud.dr.id
  body        = { properties = { internet = var.unknown } }
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "cloud-changed-by-an-unknown-body",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azapi_update_resource" "x" {
  type        = "Microsoft.AVS/privateClouds@2023-09-01"
  resource_id = azurerm_vmware_private_cloud.dr.id
  body        = var.unknown
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "unknown-cloud-changed",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azapi_update_resource" "x" {
  type        = "Microsoft.AVS/privateClouds@2023-09-01"
  resource_id = var.unknown
  body        = { properties = { internet = "Disabled" } }
}
"#,
        row: "msa-to-storage",
        wanted: Open,
    },
    Attack {
        name: "part-of-a-cloud-that-nobody-knows",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"resource "azapi_resource" "x" {
  type      = "Microsoft.AVS/privateClouds/gadgets@2024-09-01"
  parent_id = azurerm_vmware_private_cloud.dr.id
  body      = {}
}
"#,
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "account-shut-by-default",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"  account_replication_type = "LRS"
"#,
            r#"  account_replication_type = "LRS"
  network_rules {
    default_action = "Deny"
  }
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Violated,
    },
    Attack {
        name: "account-read-by-data-source",
        case: "smallest-avs-internet-on",
        edits: &[(
            r#"resource "azurerm_storage_account" "jetstream" {
  name                     = "stjetstreamdr01"
  resource_group_name      = azurerm_resource_group.dr.name
  location                 = azurerm_resource_group.dr.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
"#,
            r#"data "azurerm_storage_account" "jetstream" {
  name                = "stjetstreamdr01"
  resource_group_name = "rg-data"
"#,
        )],
        add: "",
        row: "msa-to-storage",
        wanted: Undetermined,
    },
    Attack {
        name: "cloud-read-by-data-source",
        case: "smallest-avs-internet-on",
        edits: &[],
        add: r#"data "azurerm_vmware_private_cloud" "other" {
  name                = "avs-other"
  resource_group_name = "rg-other"
}
"#,
        row: "storage-flat-namespace",
        wanted: Satisfied,
    },
];
