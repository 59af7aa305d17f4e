//! `azurerm_elastic_san`, its volume groups and volumes: stores that are mounted by iSCSI, through
//! private endpoints of a volume group (Microsoft Learn, "Use Azure VMware Solution with Azure Elastic
//! SAN").

use std::sync::Arc;

use crate::network::attributes::text_of;
use crate::network::inventory::avs::BlockStore;
use crate::network::inventory::{Inventory, Reader};
use crate::network::join::Reference;

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let parent = match &*reader.view.instance.address.kind {
        "azurerm_elastic_san" => Reference::None,
        "azurerm_elastic_san_volume_group" => reader.reference(&["elastic_san_id", "parent_id"]),
        "azurerm_elastic_san_volume" => reader.reference(&["volume_group_id", "parent_id"]),
        _ => return false,
    };
    inventory.avs.block_stores.push(block_store(reader, parent));
    true
}

/// ARM's own spelling: `microsoft.elasticsan/elasticsans/…`.
pub(in crate::network) fn by_arm_type(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    let parent = match kind {
        "microsoft.elasticsan/elasticsans" => Reference::None,
        "microsoft.elasticsan/elasticsans/volumegroups"
        | "microsoft.elasticsan/elasticsans/volumegroups/volumes" => reader.reference(&["parent_id"]),
        _ => return false,
    };
    inventory.avs.block_stores.push(block_store(reader, parent));
    true
}

fn block_store(reader: &Reader<'_>, parent: Reference) -> BlockStore {
    let name = reader.view.get("name").and_then(text_of);
    BlockStore {
        origin: reader.origin(),
        parent,
        name: name.map(|name| Arc::from(name.to_ascii_lowercase())),
    }
}
