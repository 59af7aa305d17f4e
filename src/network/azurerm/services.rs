//! Private clouds, storage and name resolution of azurerm.

use super::{dns, elastic_san, netapp, storage, vmware};
use crate::network::inventory::{Inventory, Reader};

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    vmware::read(reader, inventory)
        || storage::read(reader, inventory)
        || dns::read(reader, inventory)
        || netapp::read(reader, inventory)
        || elastic_san::read(reader, inventory)
}
