//! The DNS service of each private cloud, and forwarders on gateways of its own.

use super::Fabric;
use super::clouds::Site;
use crate::network::inventory::avs::DnsService;
use crate::network::model::Bounded;
use crate::traffic::Addresses;

/// The DNS services of this cloud, the one that comes with it included.
pub fn of_cloud<'a>(fabric: &Fabric<'a>, site: &Site<'_>) -> Vec<&'a DnsService> {
    let services = fabric.inventory.avs.dns_services.iter();
    services
        .filter(
            |service| matches!(site.owners.cloud(&service.owner), Some((index, _)) if index == site.index),
        )
        .collect()
}

/// Where the DNS service listens: as an input says, or where the layout has it.
pub fn listener(fabric: &Fabric<'_>, site: &Site<'_>) -> Bounded<Addresses> {
    let said = of_cloud(fabric, site)
        .into_iter()
        .find_map(|service| service.listener.clone());
    said.unwrap_or_else(|| site.layout.dns_service.clone())
}
