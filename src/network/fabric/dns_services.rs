//! The DNS service of each private cloud: its zones, whether attached by name or by id.
//!
//! A zone that is only created does nothing; the service must name it (Microsoft Learn, "Configure a
//! DNS forwarder for Azure VMware Solution").

use std::sync::Arc;

use super::clouds::Site;
use super::naming::servers;
use super::owners::{Gateway, Owners};
use super::{Edge, Fabric};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{DnsService, DnsZone};
use crate::network::join::Reference;
use crate::network::model::{Assumption, Bounded, Doubt, Fact, ForwardZone, NameServer, NodeId, Written};
use crate::traffic::Addresses;

/// The public resolvers that the default zone asks as delivered (Cloudflare, 1.1.1.1 and 1.0.0.1).
const DELIVERED: [(u32, u32); 2] = [(0x0100_0001, 0x0100_0001), (0x0101_0101, 0x0101_0101)];

/// The services of a cloud that change the one it comes with.
fn own<'a>(fabric: &Fabric<'a>, owners: &Owners<'_>, cloud: usize) -> Vec<&'a DnsService> {
    let services = fabric.inventory.avs.dns_services.iter();
    services
        .filter(|service| {
            let here = matches!(owners.cloud(&service.owner), Some((index, _)) if index == cloud);
            here && (service.through_azure || owners.gateway(&service.gateway) == Some(Gateway::Default))
        })
        .collect()
}

/// Where the DNS service listens: as an input says, or where the layout has it.
pub fn listener(fabric: &Fabric<'_>, site: &Site<'_>) -> Bounded<Addresses> {
    let services = own(fabric, &site.owners, site.index);
    let said = services.into_iter().find_map(|service| service.listener.clone());
    said.unwrap_or_else(|| site.layout.dns_service.clone())
}

pub fn build(fabric: &mut Fabric<'_>) {
    let owners = Owners::new(fabric);
    for index in 0..fabric.edges.len() {
        let Some((node, name)) = fabric
            .edges
            .get(index)
            .map(|edge| (edge.dns, named(fabric, edge)))
        else {
            continue;
        };
        let services = own(fabric, &owners, index);
        let made = service(fabric, &owners, index, node, &name, &services);
        let position = fabric.network.naming.servers.len();
        fabric.network.naming.servers.push(made);
        if let Some(cloud) = fabric.network.clouds.get_mut(index) {
            cloud.dns_service = Some(position);
        }
    }
    forwarders(fabric, &owners);
}

fn named(fabric: &Fabric<'_>, edge: &Edge) -> Arc<str> {
    fabric.name(edge.cloud)
}

fn service(
    fabric: &Fabric<'_>,
    owners: &Owners<'_>,
    cloud: usize,
    node: Option<NodeId>,
    name: &str,
    services: &[&DnsService],
) -> NameServer {
    let delivered = fabric
        .network
        .clouds
        .get(cloud)
        .map(|cloud| cloud.written.clone())
        .unwrap_or_default();
    let written = services
        .first()
        .map_or(delivered.clone(), |service| service.origin.written.clone());
    let addresses = node.and_then(|node| fabric.network.node(node)).map_or_else(
        || Bounded::exactly(Addresses::none()),
        |node| node.addresses.clone(),
    );
    let mut forwards = Vec::new();
    let mut has_default = false;
    let mut doubts = Vec::new();
    for service in services {
        doubts.extend(service.origin.presence.iter().cloned());
        match &service.enabled.value {
            Ok(_) => {}
            Err(doubt) => doubts.push(doubt.clone()),
        }
        if !service.default_zone.is_none() {
            has_default = true;
            forwards.extend(default_zone(fabric, owners, cloud, service));
        }
        for reference in service.zones.iter().flatten() {
            forwards.extend(attached(
                fabric,
                owners,
                cloud,
                reference,
                &service.origin.written,
            ));
        }
    }
    // One that is switched off answers nothing.
    if services.iter().any(|service| service.enabled.value == Ok(false)) {
        forwards.clear();
    } else if !has_default {
        forwards.push(as_delivered(name, &delivered));
    }
    NameServer {
        name: format!("{name} DNS service").into(),
        written,
        addresses,
        node,
        zones: Vec::new(),
        forwards,
        public: false,
        doubts,
        assumptions: Vec::new(),
    }
}

fn as_delivered(name: &str, written: &Written) -> ForwardZone {
    ForwardZone {
        name: "default zone".into(),
        suffix: Fact::known("".into(), written.at),
        upstreams: Bounded::exactly(Addresses::from_ranges(DELIVERED)),
        from: None,
        written: written.clone(),
        doubts: Vec::new(),
        assumptions: vec![Assumption {
            code: "closed-world",
            text: format!("no input sets the default zone of the DNS service of `{name}`: it asks the public resolvers it is delivered with").into(),
        }],
    }
}

fn default_zone(
    fabric: &Fabric<'_>,
    owners: &Owners<'_>,
    cloud: usize,
    service: &DnsService,
) -> Vec<ForwardZone> {
    match zone(fabric, owners, cloud, &service.default_zone) {
        Ok(zone) => vec![forward(
            fabric,
            zone,
            Fact::known("".into(), zone.origin.written.at),
        )],
        Err(doubt) => vec![unknown(
            &doubt,
            &service.origin.written,
            Fact::known("".into(), doubt.at),
        )],
    }
}

/// The forwarding of an attached zone: one per domain.
fn attached(
    fabric: &Fabric<'_>,
    owners: &Owners<'_>,
    cloud: usize,
    reference: &Reference,
    written: &Written,
) -> Vec<ForwardZone> {
    let zone = match zone(fabric, owners, cloud, reference) {
        Ok(zone) => zone,
        Err(doubt) => return vec![unknown(&doubt, written, Fact::unknown(doubt.clone()))],
    };
    let known = zone
        .domains
        .known
        .iter()
        .map(|domain| Fact::known(domain.clone(), zone.origin.written.at));
    let doubted = zone.domains.doubts.iter().cloned().map(Fact::unknown);
    known
        .chain(doubted)
        .map(|suffix| forward(fabric, zone, suffix))
        .collect()
}

fn forward(fabric: &Fabric<'_>, zone: &DnsZone, suffix: Fact<Arc<str>>) -> ForwardZone {
    ForwardZone {
        name: zone.origin.name.clone(),
        suffix,
        upstreams: servers(fabric, &zone.upstreams),
        from: zone.source_ip.clone(),
        written: zone.origin.written.clone(),
        doubts: zone.origin.presence.clone(),
        assumptions: Vec::new(),
    }
}

fn unknown(doubt: &Doubt, written: &Written, suffix: Fact<Arc<str>>) -> ForwardZone {
    ForwardZone {
        name: "a zone that no input defines".into(),
        suffix,
        upstreams: Bounded::between(Addresses::none(), Addresses::all(), [doubt.clone()]),
        from: None,
        written: written.clone(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

/// A zone by reference, by id, or by its name in the same cloud.
pub fn zone<'a>(
    fabric: &Fabric<'a>,
    owners: &Owners<'_>,
    cloud: usize,
    reference: &Reference,
) -> Result<&'a DnsZone, Doubt> {
    let zones = &fabric.inventory.avs.dns_zones;
    let found = match reference {
        Reference::To(target) => zones.iter().find(|zone| zone.origin.handle == target.handle),
        Reference::Outside(text, _) => {
            let name = text.rsplit('/').next().unwrap_or(text);
            zones.iter().find(|zone| {
                let here = matches!(owners.cloud(&zone.owner), Some((index, _)) if index == cloud);
                here && zone
                    .name
                    .value
                    .as_ref()
                    .is_ok_and(|own| own.eq_ignore_ascii_case(name))
            })
        }
        _ => None,
    };
    found.ok_or_else(|| {
        reference.doubt().cloned().unwrap_or_else(|| {
            doubt(
                "a zone of the DNS service that no input defines",
                "the input (directory, plan or state) that defines it",
            )
        })
    })
}

/// Forwarders on gateways of the inputs' own; on a gateway that no input defines they answer, and where
/// they listen is not known.
fn forwarders(fabric: &mut Fabric<'_>, owners: &Owners<'_>) {
    for service in &fabric.inventory.avs.dns_services {
        let Some((cloud, _)) = owners.cloud(&service.owner) else {
            continue;
        };
        if service.through_azure || owners.gateway(&service.gateway) == Some(Gateway::Default) {
            continue;
        }
        let Some(listener) = service.listener.clone() else {
            continue;
        };
        let mut forwards = default_zone(fabric, owners, cloud, service);
        for reference in service.zones.iter().flatten() {
            forwards.extend(attached(
                fabric,
                owners,
                cloud,
                reference,
                &service.origin.written,
            ));
        }
        let mut doubts = service.origin.presence.clone();
        match &service.enabled.value {
            Ok(true) => {}
            Ok(false) => forwards.clear(),
            Err(doubt) => doubts.push(doubt.clone()),
        }
        let node = fabric.nodes.get(&service.origin.handle).copied();
        fabric.network.naming.servers.push(NameServer {
            name: service.origin.name.clone(),
            written: service.origin.written.clone(),
            addresses: listener,
            node,
            zones: Vec::new(),
            forwards,
            public: false,
            doubts,
            assumptions: Vec::new(),
        });
    }
}
