//! Storage accounts, public services and name resolution.

use super::{Fabric, dns_services, hints, naming, storage};

pub fn build(fabric: &mut Fabric<'_>) {
    storage::build(fabric);
    naming::build(fabric);
    dns_services::build(fabric);
    hints::build(fabric);
}
