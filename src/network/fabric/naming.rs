//! Who answers which name in Azure: private zones with their records, and the resolvers that see them.

use std::collections::HashMap;
use std::sync::Arc;

use super::Fabric;
use crate::network::catalogue::Handle;
use crate::network::doubt::doubt;
use crate::network::inventory::azure::PrivateEndpoint;
use crate::network::inventory::names::{Data, Inbound, Record as Item};
use crate::network::join::Reference;
use crate::network::model::{
    Bounded, Doubt, Fact, ForwardZone, NameServer, NodeId, Record, RecordData, Written, Zone, ZoneLink,
};
use crate::network::sets::{self, AddressText, address_text};
use crate::traffic::Addresses;

/// The address at which Azure answers inside every virtual network
/// (Microsoft Learn, "What is IP address 168.63.129.16?").
const PLATFORM: u32 = 0xA83F_8110;

/// More doubts about where endpoints write say no more than these.
const MOST_ANYWHERE: usize = 4;

/// What resolvers of one virtual network see.
#[derive(Clone, Debug, Default)]
struct Sight {
    zones: Vec<ZoneLink>,
    forwards: Vec<ForwardZone>,
}

pub fn build(fabric: &mut Fabric<'_>) {
    let zones = zones(fabric);
    records(fabric, &zones);
    let outside = endpoint_records(fabric, &zones);
    let sights = sights(fabric, &zones, &outside);
    platform_resolvers(fabric, &sights, &outside);
    inbound_endpoints(fabric, &sights, &outside);
    firewall_proxies(fabric);
}

/// Zones by their handle.
fn zones(fabric: &mut Fabric<'_>) -> HashMap<Handle, usize> {
    let mut by_handle = HashMap::new();
    for zone in &fabric.inventory.names.zones {
        let unseen = doubt(
            format!(
                "the records of `{}` that other configurations write",
                zone.origin.name
            ),
            "the input (directory, plan or state) that manages the zone",
        );
        by_handle.insert(zone.origin.handle, fabric.network.naming.zones.len());
        let mut doubts = zone.origin.presence.clone();
        if !zone.managed {
            doubts.push(unseen);
        }
        fabric.network.naming.zones.push(Zone {
            name: zone.origin.name.clone(),
            suffix: zone.name.clone(),
            records: Vec::new(),
            written: zone.origin.written.clone(),
            doubts,
        });
    }
    by_handle
}

/// The zones that a reference may mean, each with the doubt that it is that one. One of which nothing
/// is known may be any.
fn possible(zones: &HashMap<Handle, usize>, reference: &Reference) -> Vec<(usize, Option<Doubt>)> {
    if let Reference::Unknown(doubt) = reference {
        let mut all: Vec<usize> = zones.values().copied().collect();
        all.sort_unstable();
        return all
            .into_iter()
            .map(|index| (index, Some(doubt.clone())))
            .collect();
    }
    let candidates = reference.candidates().into_iter();
    candidates
        .filter_map(|(handle, doubt)| Some((*zones.get(&handle)?, doubt)))
        .collect()
}

fn records(fabric: &mut Fabric<'_>, zones: &HashMap<Handle, usize>) {
    for item in &fabric.inventory.names.records {
        for (index, unsure) in possible(zones, &item.zone) {
            let Some(suffix) = fabric
                .network
                .naming
                .zones
                .get(index)
                .map(|zone| zone.suffix.clone())
            else {
                continue;
            };
            let mut doubts = item.origin.presence.clone();
            doubts.extend(unsure);
            for data in data(fabric, item) {
                let record = Record {
                    name: full_name(&item.name, &suffix),
                    data,
                    written: item.origin.written.clone(),
                    doubts: doubts.clone(),
                };
                if let Some(zone) = fabric.network.naming.zones.get_mut(index) {
                    zone.records.push(record);
                }
            }
        }
    }
}

/// A record of addresses may hold the address of a private endpoint, known or not.
fn data(fabric: &Fabric<'_>, item: &Item) -> Vec<RecordData> {
    match &item.data {
        Data::Names(names) => names.iter().cloned().map(RecordData::Name).collect(),
        Data::Addresses(addresses, references) => {
            let endpoints = references.iter().filter_map(|reference| {
                let handle = reference.handle()?;
                let mut endpoints = fabric.inventory.azure.private_endpoints.iter();
                endpoints.find(|endpoint| endpoint.origin.handle == handle)?;
                fabric.nodes.get(&handle).copied()
            });
            let mut data: Vec<RecordData> = endpoints.map(RecordData::Endpoint).collect();
            // What stands beside an endpoint's address may be the answer as well.
            if data.is_empty() || data.len() < references.len() {
                data.push(RecordData::Addresses(addresses.clone()));
            }
            data
        }
    }
}

fn full_name(name: &Fact<Arc<str>>, suffix: &Fact<Arc<str>>) -> Fact<Arc<str>> {
    let value = match (&name.value, &suffix.value) {
        (Ok(name), Ok(suffix)) if &**name == "@" || name.is_empty() => Ok(suffix.clone()),
        (Ok(name), Ok(suffix)) => Ok(format!("{name}.{suffix}").into()),
        (Err(doubt), _) | (_, Err(doubt)) => Err(doubt.clone()),
    };
    Fact { value, at: name.at }
}

/// The records that private endpoints write by their zone groups. Zones that no input defines come
/// back: whether a network is linked to them is not known.
fn endpoint_records(fabric: &mut Fabric<'_>, zones: &HashMap<Handle, usize>) -> Vec<ZoneLink> {
    let mut outside: Vec<(Arc<str>, usize, Doubt)> = Vec::new();
    let mut anywhere: Vec<Doubt> = Vec::new();
    for endpoint in &fabric.inventory.azure.private_endpoints {
        let Some(node) = fabric.nodes.get(&endpoint.origin.handle).copied() else {
            continue;
        };
        for reference in &endpoint.zones {
            for (index, unsure) in possible(zones, reference) {
                write_record(fabric, index, endpoint, node, unsure);
            }
            if let Reference::Unknown(doubt) = reference {
                if let Some(suffix) = own_zone(fabric, node) {
                    let id: Arc<str> = format!("another zone `{suffix}`").into();
                    let known = outside.iter().find(|(known, ..)| *known == id);
                    let known = known.map(|(_, index, _)| *index);
                    let index = known.unwrap_or_else(|| {
                        outside.push((id.clone(), fabric.network.naming.zones.len(), doubt.clone()));
                        unseen_zone(fabric, &id, Fact::known(suffix, doubt.at), doubt)
                    });
                    write_record(fabric, index, endpoint, node, Some(doubt.clone()));
                } else if !anywhere.contains(doubt) && anywhere.len() < MOST_ANYWHERE {
                    anywhere.push(doubt.clone());
                }
            }
            if let Reference::Outside(id, doubt) = reference {
                let known = outside
                    .iter()
                    .find(|(known, ..)| known == id)
                    .map(|(_, index, _)| *index);
                let index = known.unwrap_or_else(|| outside_zone(fabric, id, doubt));
                if known.is_none() {
                    outside.push((id.clone(), index, doubt.clone()));
                }
                write_record(fabric, index, endpoint, node, None);
            }
        }
    }
    // An endpoint that writes into a zone nobody can name may write into any of them.
    for zone in &mut fabric.network.naming.zones {
        zone.doubts.extend(anywhere.iter().cloned());
    }
    let link = |(id, zone, doubt): (Arc<str>, usize, Doubt)| ZoneLink {
        zone,
        written: Written {
            at: doubt.at,
            ..Written::default()
        },
        falls_back: false,
        doubts: vec![Doubt {
            what: format!("which networks are linked to `{id}`").into(),
            ..doubt
        }],
    };
    outside.into_iter().map(link).collect()
}

/// The name of the zone in which an endpoint's record makes a difference: what public DNS makes the
/// service an alias in. In a zone of another name the record is another name.
fn own_zone(fabric: &Fabric<'_>, node: NodeId) -> Option<Arc<str>> {
    let mut services = fabric.network.naming.services.iter();
    let service = services.find(|service| service.endpoints.contains(&node))?;
    let alias = service.alias.as_ref()?.value.as_ref().ok()?;
    alias.split_once('.').map(|(_, suffix)| suffix.into())
}

/// A zone known only by its id: the last step is its name.
fn outside_zone(fabric: &mut Fabric<'_>, id: &Arc<str>, doubt: &Doubt) -> usize {
    let name = id.rsplit('/').next().unwrap_or(id).to_ascii_lowercase();
    let suffix = if id.starts_with('/') {
        Fact::known(name.into(), doubt.at)
    } else {
        Fact::unknown(doubt.clone())
    };
    unseen_zone(fabric, id, suffix, doubt)
}

fn unseen_zone(fabric: &mut Fabric<'_>, name: &Arc<str>, suffix: Fact<Arc<str>>, doubt: &Doubt) -> usize {
    fabric.network.naming.zones.push(Zone {
        name: name.clone(),
        suffix,
        records: Vec::new(),
        written: Written::default(),
        doubts: vec![doubt.clone()],
    });
    fabric.network.naming.zones.len().saturating_sub(1)
}

fn write_record(
    fabric: &mut Fabric<'_>,
    index: usize,
    endpoint: &PrivateEndpoint,
    node: NodeId,
    unsure: Option<Doubt>,
) {
    let accounts = &fabric.inventory.avs.accounts;
    let name = match endpoint.target.handle() {
        // A record for something that is no storage account leads no flow of interest anywhere.
        Some(target) => accounts
            .iter()
            .find(|account| account.origin.handle == target)
            .map(|account| account.name.clone()),
        None => endpoint.target.doubt().cloned().map(Fact::unknown),
    };
    let Some(name) = name else { return };
    let lower = Fact {
        value: name.value.map(|name| name.to_ascii_lowercase().into()),
        at: name.at,
    };
    let Some(zone) = fabric.network.naming.zones.get_mut(index) else {
        return;
    };
    let mut doubts = endpoint.origin.presence.clone();
    doubts.extend(unsure);
    zone.records.push(Record {
        name: full_name(&lower, &zone.suffix),
        data: RecordData::Endpoint(node),
        written: endpoint.zones_written.clone(),
        doubts,
    });
}

/// What each virtual network's resolvers see: linked zones, and linked forwarding rulesets.
fn sights(
    fabric: &Fabric<'_>,
    zones: &HashMap<Handle, usize>,
    outside: &[ZoneLink],
) -> HashMap<Handle, Sight> {
    let names = &fabric.inventory.names;
    let mut sights: HashMap<Handle, Sight> = HashMap::new();
    for link in &names.links {
        for (network, unsure) in networks(fabric, &link.network) {
            for (index, doubtful) in possible(zones, &link.zone) {
                let mut doubts = link.origin.presence.clone();
                doubts.extend(unsure.iter().chain(&doubtful).cloned());
                doubts.extend(link.falls_back.value.as_ref().err().cloned());
                sights.entry(network).or_default().zones.push(ZoneLink {
                    zone: index,
                    written: link.origin.written.clone(),
                    falls_back: link.falls_back.value.clone().unwrap_or(false),
                    doubts,
                });
            }
        }
    }
    for link in &names.ruleset_links {
        for (network, unsure) in networks(fabric, &link.network) {
            let mut doubts = link.origin.presence.clone();
            doubts.extend(unsure);
            let forwards = ruleset(fabric, &link.ruleset, &doubts);
            sights.entry(network).or_default().forwards.extend(forwards);
        }
    }
    for sight in sights.values_mut() {
        sight.zones.extend(outside.iter().cloned());
    }
    sights
}

/// The virtual networks that a reference may mean.
fn networks(fabric: &Fabric<'_>, reference: &Reference) -> Vec<(Handle, Option<Doubt>)> {
    let Reference::Unknown(doubt) = reference else {
        return reference.candidates();
    };
    let all = fabric.inventory.azure.networks.iter();
    all.map(|network| (network.origin.handle, Some(doubt.clone())))
        .collect()
}

fn ruleset(fabric: &Fabric<'_>, ruleset: &Reference, doubts: &[Doubt]) -> Vec<ForwardZone> {
    let Some(handle) = ruleset.handle() else {
        let unknown = ruleset
            .doubt()
            .cloned()
            .unwrap_or_else(|| doubt("a forwarding ruleset", "its definition"));
        return vec![any_forward(unknown, doubts)];
    };
    let mut forwards = Vec::new();
    if !fabric.catalogue.managed(handle) {
        let unseen = doubt(
            format!("the rules of `{}`", fabric.name(handle)),
            "the input (directory, plan or state) that manages the ruleset",
        );
        forwards.push(any_forward(unseen, doubts));
    }
    for rule in &fabric.inventory.names.rules {
        let mut doubts = doubts.to_vec();
        match &rule.ruleset {
            Reference::Unknown(doubt) => doubts.push(doubt.clone()),
            of => match of.candidates().into_iter().find(|(own, _)| *own == handle) {
                Some((_, unsure)) => doubts.extend(unsure),
                None => continue,
            },
        }
        doubts.extend(rule.origin.presence.iter().cloned());
        match &rule.enabled.value {
            Ok(true) => {}
            Ok(false) => continue,
            Err(doubt) => doubts.push(doubt.clone()),
        }
        forwards.push(ForwardZone {
            name: rule.origin.name.clone(),
            suffix: rule.suffix.clone(),
            upstreams: servers(fabric, &rule.targets),
            from: None,
            written: rule.origin.written.clone(),
            doubts,
            assumptions: Vec::new(),
        });
    }
    forwards
}

/// A rule that may be for any name and lead anywhere.
fn any_forward(unknown: Doubt, doubts: &[Doubt]) -> ForwardZone {
    ForwardZone {
        name: "a forwarding ruleset".into(),
        suffix: Fact::unknown(unknown.clone()),
        upstreams: Bounded::between(Addresses::none(), Addresses::all(), [unknown]),
        from: None,
        written: Written::default(),
        doubts: doubts.to_vec(),
        assumptions: Vec::new(),
    }
}

/// The addresses that references to resolvers stand for: literal ones, and those of nodes.
#[must_use]
pub fn servers(fabric: &Fabric<'_>, references: &[Reference]) -> Bounded<Addresses> {
    let one = |reference: &Reference| -> Bounded<Addresses> {
        let unknown = |doubt: &Doubt| Bounded::between(Addresses::none(), Addresses::all(), [doubt.clone()]);
        match reference {
            Reference::None => Bounded::exactly(Addresses::none()),
            Reference::Outside(text, doubt) => match address_text(text) {
                AddressText::Addresses(set) => Bounded::exactly(set),
                AddressText::OtherFamily => Bounded::exactly(Addresses::none()),
                AddressText::Other => unknown(doubt),
            },
            Reference::To(target) => {
                let node = fabric
                    .nodes
                    .get(&target.handle)
                    .and_then(|node| fabric.network.node(*node));
                // What has an address that is not known yet is still a server.
                let addressed = node.filter(|node| !node.addresses.upper.is_empty());
                addressed.map_or_else(
                    || {
                        unknown(&doubt(
                            format!("an address of `{}`", fabric.name(target.handle)),
                            "a plan made after it is created, or an explicit address",
                        ))
                    },
                    |node| node.addresses.clone(),
                )
            }
            Reference::Unknown(doubt) | Reference::Either(_, doubt) => unknown(doubt),
        }
    };
    let mut parts = references.iter().map(one);
    let Some(first) = parts.next() else {
        return Bounded::exactly(Addresses::none());
    };
    parts.fold(first, |all, part| sets::union(&all, &part))
}

fn server(name: &str, written: &Written, addresses: Bounded<Addresses>, node: Option<NodeId>) -> NameServer {
    NameServer {
        name: name.into(),
        written: written.clone(),
        addresses,
        node,
        zones: Vec::new(),
        forwards: Vec::new(),
        public: true,
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn platform_resolvers(fabric: &mut Fabric<'_>, sights: &HashMap<Handle, Sight>, outside: &[ZoneLink]) {
    for network in &fabric.inventory.azure.networks {
        let handle = network.origin.handle;
        let platform = Bounded::exactly(Addresses::from_ranges([(PLATFORM, PLATFORM)]));
        let name = format!("{} Azure-provided DNS", network.origin.name);
        let node = fabric.nodes.get(&handle).copied();
        let mut own = server(&name, &network.origin.written, platform, node);
        let sight = seen(sights, handle, outside);
        own.zones = sight.zones;
        own.forwards = sight.forwards;
        fabric.network.naming.servers.push(own);
    }
}

fn seen(sights: &HashMap<Handle, Sight>, network: Handle, outside: &[ZoneLink]) -> Sight {
    sights.get(&network).cloned().unwrap_or_else(|| Sight {
        zones: outside.to_vec(),
        forwards: Vec::new(),
    })
}

/// Inbound endpoints answer what the resolver's virtual network sees.
fn inbound_endpoints(fabric: &mut Fabric<'_>, sights: &HashMap<Handle, Sight>, outside: &[ZoneLink]) {
    for inbound in &fabric.inventory.names.inbound {
        let origin = &inbound.origin;
        let node = fabric.nodes.get(&origin.handle).copied();
        let addresses = node
            .and_then(|node| fabric.network.node(node))
            .map(|node| node.addresses.clone())
            .or_else(|| inbound.address.clone());
        let addresses = addresses.unwrap_or_else(|| Bounded::exactly(Addresses::none()));
        let mut own = server(&origin.name, &origin.written, addresses, node);
        match network_of(fabric, inbound) {
            Ok(network) => {
                let sight = seen(sights, network, outside);
                own.zones = sight.zones;
                own.forwards = sight.forwards;
            }
            Err(doubt) => own.doubts.push(doubt),
        }
        own.doubts.extend(origin.presence.iter().cloned());
        fabric.network.naming.servers.push(own);
    }
}

/// The virtual network of an endpoint's resolver.
fn network_of(fabric: &Fabric<'_>, inbound: &Inbound) -> Result<Handle, Doubt> {
    let unknown = |reference: &Reference| {
        reference.doubt().cloned().unwrap_or_else(|| {
            doubt(
                format!("the virtual network of `{}`", inbound.origin.name),
                "the input (directory, plan or state) that defines its resolver",
            )
        })
    };
    let resolver = inbound
        .resolver
        .handle()
        .ok_or_else(|| unknown(&inbound.resolver))?;
    let mut resolvers = fabric.inventory.names.resolvers.iter();
    let found = resolvers.find(|candidate| candidate.origin.handle == resolver);
    let network = &found.ok_or_else(|| unknown(&inbound.resolver))?.network;
    network.handle().ok_or_else(|| unknown(network))
}

/// A firewall with DNS proxy asks the servers it is given, or Azure in its own network.
fn firewall_proxies(fabric: &mut Fabric<'_>) {
    let firewalls = &fabric.inventory.azure.firewalls;
    for firewall in &firewalls.firewalls {
        let policy = firewalls
            .policies
            .iter()
            .find(|policy| firewall.policy.handle() == Some(policy.origin.handle));
        let settings = policy.map_or(&firewall.settings, |policy| &policy.settings);
        let mut doubts = firewall.origin.presence.clone();
        doubts.extend(firewall.basic.as_ref().err().cloned());
        match &settings.dns_proxy {
            None | Some(Ok(false)) => continue,
            // The tier Basic has no proxy, whatever its settings say.
            Some(_) if firewall.basic == Ok(true) => continue,
            Some(Ok(true)) => {}
            Some(Err(doubt)) => doubts.push(doubt.clone()),
        }
        let node = fabric.nodes.get(&firewall.origin.handle).copied();
        let known = node
            .and_then(|node| fabric.network.node(node))
            .map(|node| node.addresses.clone());
        let Some(addresses) = firewall
            .address
            .clone()
            .or(known)
            .filter(|set| !set.upper.is_empty())
        else {
            continue;
        };
        let mut own = server(&firewall.origin.name, &settings.written, addresses, node);
        let upstreams = settings
            .dns_servers
            .clone()
            .unwrap_or_else(|| Bounded::exactly(Addresses::from_ranges([(PLATFORM, PLATFORM)])));
        own.public = false;
        own.doubts = doubts;
        own.forwards.push(ForwardZone {
            name: "DNS settings".into(),
            suffix: Fact::known("".into(), settings.written.at),
            upstreams,
            from: None,
            written: settings.written.clone(),
            doubts: Vec::new(),
            assumptions: Vec::new(),
        });
        fabric.network.naming.servers.push(own);
    }
}
