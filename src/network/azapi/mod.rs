//! ARM resources by their own type and body, as the azapi provider writes them.

mod avs;
mod changes;
mod collections;
mod scripts;
mod services;
mod storage;
mod translate;
mod workload;
mod zone_groups;

use super::attributes::View;
use super::inventory::{Inventory, Reader};
use super::{azurerm, ids};

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let Some(kind) = ids::arm_type(&reader.view) else {
        return false;
    };
    networking(reader, &kind, inventory)
        || changes::read(reader, &kind, inventory)
        || zone_groups::read(reader, &kind, inventory)
        || services::read(reader, &kind, inventory)
}

/// Networking types are read in azurerm's words. A change to a resource that exists
/// (`azapi_update_resource`) is no resource, and is left unread.
fn networking(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    if &*reader.view.instance.address.kind != "azapi_resource" {
        return false;
    }
    let body = reader.catalogue.body(reader.handle);
    let Some((kind, value)) = translate::translate(kind, &reader.view, body) else {
        return false;
    };
    let view = View {
        value: &value,
        ..reader.view
    };
    let inner = Reader {
        catalogue: reader.catalogue,
        handle: reader.handle,
        view,
        record: reader.record,
    };
    azurerm::read_networking(kind, &inner, inventory) || azurerm::read_names(kind, &inner, inventory)
}
