//! VPN gateways in virtual hubs: sites, their connections, and point-to-site clients.

use crate::network::doubt::doubt;
use crate::network::inventory::wan::{Clients, SiteConnection, VpnSite};
use crate::network::inventory::{Inventory, Reader};
use crate::network::model::Doubt;
use crate::network::sets;

use super::network::prefixes;
use super::wan::routing;

pub(super) fn gateway(reader: &Reader<'_>, inventory: &mut Inventory) {
    let hub = reader.reference(&["virtual_hub_id"]);
    inventory.azure.wan.vpn_gateways.push((reader.origin(), hub));
}

/// What a site announces by BGP is not in Terraform; its `address_cidrs` are.
pub(super) fn site(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let mut bgp = Ok(false);
    for link in view.blocks("link") {
        match link.perhaps() {
            Some(doubt) => bgp = Err(doubt),
            None if !link.blocks("bgp").is_empty() => bgp = Ok(true),
            None => {}
        }
    }
    inventory.azure.wan.sites.push(VpnSite {
        origin: reader.origin(),
        prefixes: prefixes(&view.strings("address_cidrs")),
        bgp,
    });
}

pub(super) fn connection(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let names = ["internet_security_enabled", "enable_internet_security"];
    let selectors = view.blocks("traffic_selector_policy").into_iter().map(|block| {
        let read = |name: &str| sets::addresses(&block.strings(name), |_, _| {});
        (read("local_address_ranges"), read("remote_address_ranges"))
    });
    let mut translated: Vec<Doubt> = Vec::new();
    for link in view.blocks("vpn_link") {
        for name in ["egress_nat_rule_ids", "ingress_nat_rule_ids"] {
            if link.get(name).is_some() {
                translated.push(Doubt {
                    at: link.written_of(&[name]).at,
                    ..doubt(
                        format!("what the NAT rules of {} translate", view.address()),
                        "nothing: NAT rules of VPN gateways are not modelled",
                    )
                });
            }
        }
    }
    inventory.azure.wan.site_connections.push(SiteConnection {
        origin: reader.origin(),
        gateway: reader.reference(&["vpn_gateway_id"]),
        site: reader.reference(&["remote_vpn_site_id"]),
        internet: view.bool_any(&names).or_default(false),
        internet_written: view.written_of(&names),
        routing: routing(reader, "routing"),
        selectors: selectors.collect(),
        translated,
    });
}

pub(super) fn clients(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let mut pools = Vec::new();
    for configuration in view.blocks("connection_configuration") {
        for pool in configuration.blocks("vpn_client_address_pool") {
            pools.extend(prefixes(&pool.strings("address_prefixes")));
        }
    }
    inventory.azure.wan.clients.push(Clients {
        origin: reader.origin(),
        hub: reader.reference(&["virtual_hub_id"]),
        prefixes: pools,
    });
}
