//! `Microsoft.AVS/…`, storage and name resolution as ARM bodies.

use crate::network::inventory::{Inventory, Reader};

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(_reader: &Reader<'_>, _kind: &str, _inventory: &mut Inventory) -> bool {
    false
}
