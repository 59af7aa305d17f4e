//! `Microsoft.Storage/storageAccounts`.

use crate::network::attributes::{Field, View};
use crate::network::inventory::avs::{NetworkRules, StorageAccount};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::model::{Bounded, Fact};
use crate::network::sets;
use crate::traffic::Addresses;

use super::avs::{Properties, is_change};

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    if kind != "microsoft.storage/storageaccounts" || is_change(reader) {
        return false;
    }
    if !reader.is_alias() {
        inventory.avs.accounts.push(account(reader));
    }
    true
}

fn account(reader: &Reader<'_>) -> StorageAccount {
    let body = Properties::of(reader);
    let view = body.view();
    let at = reader.view.written().at;
    let public = [
        ("Enabled", true),
        ("Disabled", false),
        ("SecuredByPerimeter", false),
    ];
    let zoned = [("Standard", false), ("AzureDnsZone", true)];
    let acls = view.block("networkAcls");
    StorageAccount {
        origin: reader.origin(),
        name: terms::text(&reader.view, "name", ""),
        region: terms::text(&reader.view, "location", ""),
        hierarchical_namespace: view.bool("isHnsEnabled").fact(false, at),
        shared_key: view.bool("allowSharedKeyAccess").fact(true, at),
        public_access: terms::word(view, "publicNetworkAccess", &public, true),
        zoned_name: terms::word(view, "dnsEndpointType", &zoned, false),
        rules: acls.map(|acls| rules(&reader.inside(acls))),
    }
}

fn rules(reader: &Reader<'_>) -> NetworkRules {
    let view: &View<'_> = &reader.view;
    let actions = [("Allow", true), ("Deny", false)];
    let mut addresses = Bounded::exactly(Addresses::none());
    for block in view.blocks("ipRules") {
        addresses = sets::union(&addresses, &terms::addresses(&block, "value"));
    }
    let subnets = view.blocks("virtualNetworkRules");
    let default: Field<_> = view.text("defaultAction");
    NetworkRules {
        written: view.written(),
        default_allows: if default.is_unset() {
            Fact::known(true, view.written().at)
        } else {
            terms::word(view, "defaultAction", &actions, true)
        },
        addresses,
        addresses_at: view.written_of(&["ipRules"]),
        subnets: subnets
            .iter()
            .map(|block| reader.inside(*block).reference(&["id"]))
            .collect(),
        subnets_at: view.written_of(&["virtualNetworkRules"]),
    }
}
