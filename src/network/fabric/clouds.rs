//! Private clouds: segments, tier-1 gateways, the tier-0, management, and the ways between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cloud_routes::{Lan, Routes};
use super::distributed_firewall::{self, Parts};
use super::management::{Layout, layout};
use super::nsx_groups::{Members, union_all};
use super::owners::{Gateway, Owners};
use super::{Edge, Fabric, node, segments, tier0_nat};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{
    Avs, Dhcp, DnsService, Opaque, Owner, PrivateCloud, PublicIp, Segment, StaticRoute, Tier1,
};
use crate::network::inventory::nsx::{NatRule, PolicyKind, Rule};
use crate::network::join::{Reference, Thing};
use crate::network::model::{
    Assumption, Bounded, Cloud, Cluster, Doubt, Fact, HopKind, NodeId, NotUnderstood, Written,
};
use crate::network::sets;
use crate::traffic::Addresses;

/// One private cloud while it is built, with everything that belongs to it.
pub struct Site<'a> {
    pub index: usize,
    pub cloud: &'a PrivateCloud,
    pub layout: Layout,
    pub internet: Fact<bool>,
    pub owners: Arc<Owners<'a>>,
    pub segments: Vec<Located<'a, Segment>>,
    pub tier1s: Vec<Located<'a, Tier1>>,
    pub dhcp: Vec<Located<'a, Dhcp>>,
    pub nat: Vec<Located<'a, NatRule>>,
    pub public_ips: Vec<Located<'a, PublicIp>>,
    pub opaque: Vec<Located<'a, Opaque>>,
    pub static_routes: Vec<Located<'a, StaticRoute>>,
    pub forwarders: Vec<Located<'a, DnsService>>,
    pub tier0: NodeId,
    pub management: NodeId,
    /// Tier-1 gateways, by which gateway they are.
    pub gateways: BTreeMap<Gateway, NodeId>,
}

/// Something of this cloud, and the doubt that it is of this one.
#[derive(Debug)]
pub struct Located<'a, T> {
    pub of: &'a T,
    pub doubt: Option<Doubt>,
}

pub fn build(fabric: &mut Fabric<'_>) {
    let owners = Arc::new(Owners::new(fabric));
    for index in 0..fabric.inventory.avs.clouds.len() {
        site(fabric, &owners, index);
    }
    homeless(fabric, &owners);
}

fn site<'a>(fabric: &mut Fabric<'a>, owners: &Arc<Owners<'a>>, index: usize) {
    let avs = &fabric.inventory.avs;
    let Some(cloud) = avs.clouds.get(index) else {
        return;
    };
    let name = &cloud.origin.name;
    let written = &cloud.origin.written;
    let label = |what: &str| -> Arc<str> { format!("{name} {what}").into() };
    let tier0 = fabric.network.add_node(node(
        label("tier-0"),
        HopKind::NsxGatewayFirewall,
        written.clone(),
    ));
    let management = fabric.network.add_node(node(
        label("management network"),
        HopKind::ManagementNetwork,
        written.clone(),
    ));
    let mut site = Site {
        index,
        cloud,
        layout: layout(cloud, &extended(owners, index, avs, cloud)),
        internet: cloud.internet.clone(),
        owners: owners.clone(),
        segments: located(owners, index, &avs.segments, |segment| &segment.owner),
        tier1s: located(owners, index, &avs.tier1s, |tier1| &tier1.owner),
        dhcp: located(owners, index, &avs.dhcp, |dhcp| &dhcp.owner),
        nat: located(owners, index, &avs.nat_rules, |rule| &rule.owner),
        public_ips: located(owners, index, &avs.public_ips, |address| &address.owner),
        opaque: located(owners, index, &avs.opaque, |opaque| &opaque.owner),
        static_routes: located(owners, index, &avs.static_routes, |route| &route.owner),
        forwarders: located(owners, index, &avs.dns_services, |service| &service.owner),
        tier0,
        management,
        gateways: BTreeMap::new(),
    };
    site.internet = changed_internet(owners, index, avs, cloud);
    add_gateways(fabric, &mut site);
    let known: Vec<&Segment> = site.segments.iter().map(|segment| segment.of).collect();
    let mut members = Members::new(fabric.catalogue, avs, &known);
    let lans = add_segments(fabric, &site);
    let routes = Routes::build(fabric, &site, &lans, &mut members);
    tier0_nat::build(fabric, &site, &members);
    let firewall = distributed(fabric, &site, &mut members);
    for lan in &lans {
        if let Some(node) = fabric.node_mut(lan.node) {
            node.sends.push(firewall.sends);
            node.receives.push(firewall.receives);
        }
    }
    let first = fabric.network.segments.len();
    for (segment, lan) in site.segments.iter().zip(&lans) {
        let fact = segments::fact(&site, segment.of, lan);
        let at = fabric.network.segments.len();
        fabric.network.segments.push(fact);
        fabric.register(segment.of.origin.handle, Thing::Segment(at));
        fabric.nodes.insert(segment.of.origin.handle, lan.node);
    }
    let inside = inside(&site);
    let fact = Cloud {
        segments: (first..fabric.network.segments.len()).collect(),
        dns_service: None,
        drops_by_default: firewall.drops_by_default,
        ..cloud_fact(fabric, &site, &inside)
    };
    fabric.network.clouds.push(fact);
    fabric.register(cloud.origin.handle, Thing::Cloud(index));
    fabric.edges.push(Edge {
        cloud: cloud.origin.handle,
        tier0,
        management,
        inward: routes.inward,
        dns: routes.dns,
        announces: routes.announces,
        inside,
    });
    obscure(fabric, &site);
}

/// Managed SNAT as the cloud says, or as a change of it does. Of several changes nobody knows which
/// comes last.
fn changed_internet(owners: &Owners<'_>, index: usize, avs: &Avs, cloud: &PrivateCloud) -> Fact<bool> {
    let mut internet = cloud.internet.clone();
    let mut changes = 0;
    for update in located(owners, index, &avs.updates, |update| &update.owner) {
        let Some(changed) = &update.of.internet else {
            continue;
        };
        changes += 1;
        let unsure = update.doubt.iter().chain(&update.of.origin.presence).next();
        let several = (changes > 1).then(|| Doubt {
            at: update.of.origin.written.at,
            ..doubt(
                format!("which change of `internet` of `{}` comes last", cloud.origin.name),
                "a single change of it",
            )
        });
        internet = match unsure.or(several.as_ref()) {
            Some(doubt) if changed.value != internet.value => Fact::unknown(doubt.clone()),
            _ => changed.clone(),
        };
    }
    internet
}

/// The blocks for hosts of other clusters, those that a change adds among them.
fn extended(owners: &Owners<'_>, index: usize, avs: &Avs, cloud: &PrivateCloud) -> Bounded<Addresses> {
    let mut all = cloud.extended.clone();
    for update in located(owners, index, &avs.updates, |update| &update.owner) {
        let Some(more) = &update.of.extended else { continue };
        let unsure: Vec<Doubt> = update
            .doubt
            .iter()
            .chain(&update.of.origin.presence)
            .cloned()
            .collect();
        all = if unsure.is_empty() {
            sets::union(&all, more)
        } else {
            let doubts = sets::together(&all.doubts, &unsure);
            Bounded::between(all.lower.clone(), all.upper.union(&more.upper), doubts)
        };
    }
    all
}

/// What belongs to the cloud of this index.
fn located<'a, T>(
    owners: &Owners<'_>,
    index: usize,
    all: &'a [T],
    owner: impl Fn(&T) -> &Owner,
) -> Vec<Located<'a, T>> {
    let own = all.iter().filter_map(|of| match owners.cloud(owner(of)) {
        Some((cloud, doubt)) if cloud == index => Some(Located { of, doubt }),
        _ => None,
    });
    own.collect()
}

/// Things of private clouds of which nothing says which one they are in.
fn homeless(fabric: &mut Fabric<'_>, owners: &Owners<'_>) {
    let avs = &fabric.inventory.avs;
    // What filters at a vNIC may be in the way of packets that never leave their segment.
    let everywhere = (avs.policies.iter().map(|policy| (&policy.origin, &policy.owner)))
        .chain(
            avs.rules
                .iter()
                .filter_map(|lone| Some((lone.rule.1.origin.as_ref()?, &lone.owner))),
        )
        .chain(
            avs.exclusions
                .iter()
                .map(|exclusion| (&exclusion.origin, &exclusion.owner)),
        )
        .map(|(origin, owner)| (origin, owner, true));
    let beyond = (avs
        .segments
        .iter()
        .map(|segment| (&segment.origin, &segment.owner)))
    .chain(avs.tier1s.iter().map(|tier1| (&tier1.origin, &tier1.owner)))
    .chain(avs.nat_rules.iter().map(|rule| (&rule.origin, &rule.owner)))
    .chain(avs.dns_zones.iter().map(|zone| (&zone.origin, &zone.owner)))
    .chain(
        avs.dns_services
            .iter()
            .map(|service| (&service.origin, &service.owner)),
    )
    .chain(avs.dhcp.iter().map(|dhcp| (&dhcp.origin, &dhcp.owner)))
    .chain(avs.opaque.iter().map(|opaque| (&opaque.origin, &opaque.owner)))
    .chain(
        avs.static_routes
            .iter()
            .map(|route| (&route.origin, &route.owner)),
    )
    .chain(avs.updates.iter().map(|update| (&update.origin, &update.owner)))
    .map(|(origin, owner)| (origin, owner, false));
    let segments = fabric.network.segments.iter().map(|segment| segment.node);
    let segments: Vec<NodeId> = segments.collect();
    let tier0s: Vec<NodeId> = fabric.edges.iter().map(|edge| edge.tier0).collect();
    for (origin, owner, at_segments) in everywhere.chain(beyond) {
        if owners.cloud(owner).is_some() {
            continue;
        }
        let doubt = owners.homeless(owner, &origin.name);
        fabric.network.not_understood.push(NotUnderstood {
            address: origin.name.clone(),
            on_path: false,
            why: format!("its private cloud is not known: {}", doubt.what).into(),
            written: origin.written.clone(),
        });
        if owners.is_elsewhere(owner) {
            continue;
        }
        let nodes = tier0s.iter().chain(segments.iter().filter(|_| at_segments));
        for id in nodes {
            if let Some(node) = fabric.network.nodes.get_mut(id.0 as usize)
                && !node.obscured.contains(&doubt)
            {
                node.obscured.push(doubt.clone());
            }
        }
    }
}

/// Nodes of the default tier-1, of the inputs' own, and of those that are only referred to.
fn add_gateways(fabric: &mut Fabric<'_>, site: &mut Site<'_>) {
    let written = site.cloud.origin.written.clone();
    let add = |fabric: &mut Fabric<'_>, name: String, written: Written| {
        fabric
            .network
            .add_node(node(name, HopKind::NsxGatewayFirewall, written))
    };
    let default = add(
        fabric,
        format!("{} default tier-1", site.cloud.origin.name),
        written.clone(),
    );
    site.gateways.insert(Gateway::Default, default);
    for tier1 in &site.tier1s {
        let origin = &tier1.of.origin;
        let id = add(fabric, origin.name.to_string(), origin.written.clone());
        site.gateways.insert(Gateway::Tier1(origin.handle), id);
    }
    let mut outside = Vec::new();
    for segment in &site.segments {
        let reference = &segment.of.gateway;
        if let Some(gateway @ Gateway::Outside(_)) = site.owners.gateway(reference) {
            outside.push((
                gateway,
                reference.doubt().cloned(),
                segment.of.origin.written.clone(),
            ));
        }
    }
    for (gateway, unknown, written) in outside {
        if site.gateways.contains_key(&gateway) {
            continue;
        }
        let Gateway::Outside(text) = &gateway else {
            continue;
        };
        let id = add(
            fabric,
            format!("{} tier-1 `{text}`", site.cloud.origin.name),
            written,
        );
        if let Some(node) = fabric.node_mut(id) {
            let doubt = unknown.unwrap_or_else(|| {
                doubt(
                    format!("the gateway `{text}`"),
                    "the input (directory, plan or state) that defines it",
                )
            });
            node.obscured.push(doubt);
        }
        site.gateways.insert(gateway, id);
    }
}

fn add_segments(fabric: &mut Fabric<'_>, site: &Site<'_>) -> Vec<Lan> {
    let mut lans = Vec::with_capacity(site.segments.len());
    for segment in &site.segments {
        let origin = &segment.of.origin;
        let mut made = node(origin.name.clone(), HopKind::Segment, origin.written.clone());
        made.addresses = segment.of.subnet.clone();
        made.obscured.clone_from(&segment.of.doubts);
        let mut doubts = origin.presence.clone();
        doubts.extend(segment.doubt.clone());
        doubts.extend(segment.of.switched_off.value.as_ref().err().cloned());
        doubts.extend(segment.of.doubts.iter().cloned());
        let off = matches!(segment.of.switched_off.value, Ok(true));
        let gateway = site.owners.gateway(&segment.of.gateway).filter(|_| !off);
        lans.push(Lan {
            node: fabric.network.add_node(made),
            name: origin.name.clone(),
            written: origin.written.clone(),
            subnet: segment.of.subnet.clone(),
            gateway,
            off_at: off.then_some(segment.of.switched_off.at).flatten(),
            doubts,
        });
    }
    lans
}

fn distributed<'a>(
    fabric: &mut Fabric<'a>,
    site: &Site<'a>,
    members: &mut Members<'a>,
) -> distributed_firewall::Filters {
    let avs = &fabric.inventory.avs;
    let own = |owner: &Owner| matches!(site.owners.cloud(owner), Some((index, _)) if index == site.index);
    let parts = Parts {
        cloud: site.cloud,
        policies: avs
            .policies
            .iter()
            .filter(|policy| {
                own(&policy.owner)
                    && matches!(
                        policy.of,
                        PolicyKind::Distributed | PolicyKind::PredefinedDistributed
                    )
            })
            .collect(),
        rules: lone_rules(avs, site, "security_policy_rule"),
        exclusions: avs
            .exclusions
            .iter()
            .filter(|exclusion| own(&exclusion.owner))
            .collect(),
    };
    distributed_firewall::build(fabric, &parts, members)
}

/// The rules of one type that are resources of their own, of this cloud.
pub fn lone_rules<'a>(avs: &'a Avs, site: &Site<'_>, kind: &str) -> Vec<&'a (Reference, Rule)> {
    let own = avs.rules.iter().filter(|lone| {
        let of_kind = lone
            .rule
            .1
            .origin
            .as_ref()
            .is_some_and(|origin| origin.name.contains(kind));
        of_kind && matches!(site.owners.cloud(&lone.owner), Some((index, _)) if index == site.index)
    });
    own.map(|lone| &lone.rule).collect()
}

fn inside(site: &Site<'_>) -> Bounded<Addresses> {
    let mut sets = vec![site.layout.everything.clone()];
    sets.extend(site.segments.iter().map(|segment| segment.of.subnet.clone()));
    union_all(&sets)
}

fn cloud_fact(fabric: &Fabric<'_>, site: &Site<'_>, inside: &Bounded<Addresses>) -> Cloud {
    let cloud = site.cloud;
    let avs = &fabric.inventory.avs;
    let mut clusters = vec![Cluster {
        name: format!("{} management cluster", cloud.origin.name).into(),
        written: cloud.management_at.clone(),
        hosts: cloud.management_hosts.clone(),
    }];
    for cluster in located(&site.owners, site.index, &avs.clusters, |cluster| &cluster.owner) {
        clusters.push(Cluster {
            name: cluster.of.origin.name.clone(),
            written: cluster.of.written.clone(),
            hosts: cluster.of.hosts.clone(),
        });
    }
    Cloud {
        name: cloud.origin.name.clone(),
        written: cloud.origin.written.clone(),
        region: cloud.region.clone(),
        generation: cloud.generation.clone(),
        clusters,
        management: site.management,
        vcenter: site.layout.vcenter.clone(),
        esxi: site.layout.esxi.clone(),
        management_network: site.layout.management.clone(),
        layout: site.layout.assumptions.clone(),
        contents: contents(fabric, site),
        inside: inside.clone(),
        segments: Vec::new(),
        dns_service: None,
        drops_by_default: Fact::known(false, None),
    }
}

/// The assumption on which things are in this cloud that a plan alone does not place.
fn contents(fabric: &Fabric<'_>, site: &Site<'_>) -> Vec<Assumption> {
    let avs = &fabric.inventory.avs;
    let owners = site.segments.iter().map(|segment| &segment.of.owner);
    let owners = owners
        .chain(avs.dhcp.iter().map(|dhcp| &dhcp.owner))
        .chain(avs.dns_zones.iter().map(|zone| &zone.owner))
        .chain(avs.dns_services.iter().map(|service| &service.owner));
    let mut assumed = owners.filter_map(|owner| site.owners.only_one_created(owner));
    assumed.next().into_iter().collect()
}

/// Services at a gateway that are not modelled hide what crosses it.
fn obscure(fabric: &mut Fabric<'_>, site: &Site<'_>) {
    for located in &site.opaque {
        let opaque = located.of;
        let doubt = Doubt {
            at: opaque.origin.written.at,
            ..distributed_firewall::opaque(&opaque.origin.name, opaque.why)
        };
        let named = site.owners.gateway(&opaque.gateway);
        let known = named.and_then(|gateway| site.gateways.get(&gateway).copied());
        // On the tier-0, on a gateway that nothing defines, or on none at all: whatever leaves its
        // tier-1 may meet it.
        let mut nodes = vec![known.unwrap_or(site.tier0)];
        if opaque.at_segments {
            let own = site.segments.iter().map(|segment| segment.of.origin.handle);
            nodes.extend(own.filter_map(|handle| fabric.nodes.get(&handle).copied()));
        }
        for id in nodes {
            if let Some(node) = fabric.node_mut(id) {
                node.obscured.push(doubt.clone());
            }
        }
        fabric.network.not_understood.push(NotUnderstood {
            address: opaque.origin.name.clone(),
            on_path: false,
            why: opaque.why.into(),
            written: opaque.origin.written.clone(),
        });
    }
}
