//! `azurerm_storage_account` and its network rules.

use crate::network::attributes::View;
use crate::network::inventory::avs::{NetworkRules, StorageAccount};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::model::Fact;

const ACTIONS: &[(&str, bool)] = &[("Allow", true), ("Deny", false)];

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    match &*reader.view.instance.address.kind {
        "azurerm_storage_account" => inventory.avs.accounts.extend(account(reader)),
        "azurerm_storage_account_network_rules" => inventory.avs.account_rules.push((
            reader.reference(&["storage_account_id"]),
            rules(reader),
            reader.origin(),
        )),
        _ => return false,
    }
    true
}

fn account(reader: &Reader<'_>) -> Option<StorageAccount> {
    if reader.is_alias() {
        return None;
    }
    let view = &reader.view;
    let flag =
        |name: &str, default: bool| managed(reader, name, view.bool(name).fact(default, view.written().at));
    let zoned = [("Standard", false), ("AzureDnsZone", true)];
    Some(StorageAccount {
        origin: reader.origin(),
        name: terms::text(view, "name", ""),
        region: terms::text(view, "location", ""),
        hierarchical_namespace: flag("is_hns_enabled", false),
        shared_key: flag("shared_access_key_enabled", true),
        public_access: flag("public_network_access_enabled", true),
        zoned_name: terms::word(view, "dns_endpoint_type", &zoned, false),
        rules: view
            .block("network_rules")
            .map(|block| rules(&reader.inside(block))),
    })
}

/// The default of an argument holds where the configuration manages the resource; a data source that
/// does not say it has not been read.
fn managed(reader: &Reader<'_>, name: &str, fact: Fact<bool>) -> Fact<bool> {
    let set = reader.view.get(name).is_some();
    if set || reader.catalogue.managed(reader.handle) {
        fact
    } else {
        Fact::unknown(crate::network::doubt::doubt(
            format!("{}.{name}", reader.view.address()),
            "the input that manages it, or a plan or a state that has read it",
        ))
    }
}

fn rules(reader: &Reader<'_>) -> NetworkRules {
    let view: &View<'_> = &reader.view;
    NetworkRules {
        written: view.written(),
        default_allows: terms::word(view, "default_action", ACTIONS, true),
        addresses: terms::addresses(view, "ip_rules"),
        addresses_at: view.written_of(&["ip_rules"]),
        subnets: terms::references(reader, "virtual_network_subnet_ids"),
        subnets_at: view.written_of(&["virtual_network_subnet_ids"]),
    }
}
