//! ARM resources by their own type and body, as the azapi provider writes them.

mod avs;
mod scripts;
mod services;
mod storage;
mod workload;

use super::ids;
use super::inventory::{Inventory, Reader};

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let Some(kind) = ids::arm_type(&reader.view) else {
        return false;
    };
    match &*kind {
        _ => services::read(reader, &kind, inventory),
    }
}
