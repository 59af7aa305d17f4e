//! `Microsoft.AVS/…` and storage as ARM bodies.

use super::{avs, storage};
use crate::network::azurerm::elastic_san;
use crate::network::inventory::{Inventory, Reader};

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    avs::read(reader, kind, inventory)
        || storage::read(reader, kind, inventory)
        || (!avs::is_change(reader) && elastic_san::by_arm_type(reader, kind, inventory))
}
