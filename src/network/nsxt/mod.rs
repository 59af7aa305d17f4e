//! The nsxt provider's policy resources.

use super::inventory::{Inventory, Reader};

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(_reader: &Reader<'_>, _inventory: &mut Inventory) -> bool {
    false
}
