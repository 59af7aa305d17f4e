//! Private clouds, storage and name resolution of azurerm.

use crate::network::inventory::{Inventory, Reader};

pub(super) fn read(_reader: &Reader<'_>, _inventory: &mut Inventory) -> bool {
    false
}
