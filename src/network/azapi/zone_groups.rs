//! `Microsoft.Network/privateEndpoints/privateDnsZoneGroups`: the zones that a private endpoint writes
//! its record to, as a resource of its own.

use crate::network::inventory::azure::ZoneGroup;
use crate::network::inventory::{Inventory, Reader};

use super::avs::{Properties, is_change};

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    if kind != "microsoft.network/privateendpoints/privatednszonegroups" || is_change(reader) {
        return false;
    }
    let body = Properties::of(reader);
    let configured = body.view().blocks("privateDnsZoneConfigs").into_iter();
    let zones = configured.map(|block| match block.block("properties") {
        Some(properties) => reader.inside(properties).reference(&["privateDnsZoneId"]),
        None => reader.inside(block).reference(&["privateDnsZoneId"]),
    });
    let group = ZoneGroup {
        origin: reader.origin(),
        endpoint: reader.reference(&["parent_id"]),
        zones: zones.collect(),
        written: body.view().written_of(&["privateDnsZoneConfigs"]),
    };
    inventory.azure.zone_groups.push(group);
    true
}
