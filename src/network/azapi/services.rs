//! `Microsoft.AVS/…` and storage as ARM bodies.

use super::{avs, storage};
use crate::network::inventory::{Inventory, Reader};

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    avs::read(reader, kind, inventory) || storage::read(reader, kind, inventory)
}
