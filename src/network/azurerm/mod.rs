//! The azurerm provider's resources, one file per family; attribute names of versions 3, 4 and 5.

mod dns;
mod netapp;
mod services;
mod storage;
mod vmware;

use super::inventory::{Inventory, Reader};

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    match &*reader.view.instance.address.kind {
        _ => services::read(reader, inventory),
    }
}
