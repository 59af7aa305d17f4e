//! `azurerm_netapp_volume` and its attachment to clusters: stores for the replication log.

use crate::network::attributes::{Field, View};
use crate::network::inventory::avs::Volume;
use crate::network::inventory::{Inventory, Reader};
use crate::network::model::Bounded;
use crate::traffic::Addresses;

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    match &*reader.view.instance.address.kind {
        "azurerm_netapp_volume" => inventory.avs.volumes.push(Volume {
            origin: reader.origin(),
            subnet: reader.reference(&["subnet_id"]),
            addresses: mount_target(&reader.view),
        }),
        "azurerm_vmware_netapp_volume_attachment" | "azurerm_netapp_account" | "azurerm_netapp_pool" => {}
        _ => return false,
    }
    true
}

/// Known once the volume exists.
fn mount_target(view: &View<'_>) -> Option<Bounded<Addresses>> {
    let target = view.block("mount_target")?;
    match target.text("ip_address") {
        Field::Known(text, _) => Addresses::parse(&text).map(Bounded::exactly),
        Field::Unset | Field::Unknown(_) => None,
    }
}
