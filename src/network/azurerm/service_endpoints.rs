//! Service endpoint policies.

use crate::network::inventory::azure::EndpointPolicy;
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;

pub(super) fn policy(reader: &Reader<'_>, inventory: &mut Inventory) {
    let mut accounts = Vec::new();
    for block in reader.view.blocks("definition") {
        if let Some(doubt) = block.perhaps() {
            accounts.push(Reference::Unknown(doubt));
            continue;
        }
        // Aliases of services of Azure's own name no account.
        let named = terms::references(&reader.inside(block), "service_resources").into_iter();
        accounts.extend(named.filter(
            |reference| !matches!(reference, Reference::Outside(id, _) if id.starts_with("/services/")),
        ));
    }
    inventory.azure.endpoint_policies.push(EndpointPolicy {
        origin: reader.origin(),
        accounts,
    });
}
