//! Which nodes hold given addresses.

use std::sync::Arc;

use super::Spot;
use crate::network::doubt::doubt;
use crate::network::model::{Bounded, Cloud, Doubt, HopKind, Network, Node, NodeId, Segment};
use crate::prove::site::SiteKind;
use crate::prove::situation::{SiteView, Situation};
use crate::source::Place;
use crate::traffic::Addresses;

/// The segments of a site's private cloud, with their indices; without one, every segment there is.
#[must_use]
pub fn segments_of<'a>(situation: &Situation<'a>, site: &SiteView) -> Vec<(usize, &'a Segment)> {
    let network = situation.network;
    match situation.cloud(site) {
        Ok(cloud) => cloud
            .segments
            .iter()
            .filter_map(|index| Some((*index, network.segments.get(*index)?)))
            .collect(),
        Err(_) => network.segments.iter().enumerate().collect(),
    }
}

/// Splits addresses over the nodes that hold them: the site's segments, its management network, then
/// any other node. `fallback` takes what nobody holds; without it that is a doubt. A data centre holds
/// its address space, and whatever is held by nobody else.
pub fn spots(
    situation: &Situation,
    site: &SiteView,
    addresses: &Bounded<Addresses>,
    network: Option<&Arc<str>>,
    fallback: Option<NodeId>,
    at: Option<Place>,
) -> (Vec<Spot>, Vec<Doubt>) {
    if site.kind == SiteKind::OnPremises {
        let unknown = site.node.as_ref().err().cloned();
        if let Some(unknown) = unknown {
            return (Vec::new(), vec![unknown]);
        }
    }
    let mut split = Split {
        rest: addresses.upper.clone(),
        of: addresses,
        network,
        spots: Vec::new(),
    };
    if let Ok(node) = site.node {
        let space = site.entry.and_then(|entry| entry.address_space.as_ref());
        split.take(node, None, space.map_or(&Addresses::all(), |space| &space.upper));
        if !split.rest.is_empty() {
            elsewhere(situation.network, &mut split);
        }
        split.take(node, None, &Addresses::all());
        return (split.spots, Vec::new());
    }
    for (index, segment) in segments_of(situation, site) {
        split.take(segment.node, Some(index), &segment.addresses.lower);
    }
    if let Ok(cloud) = situation.cloud(site) {
        split.take(cloud.management, None, &management(cloud));
    }
    if !split.rest.is_empty() {
        elsewhere(situation.network, &mut split);
    }
    if let (Some(node), false) = (fallback, split.rest.is_empty()) {
        split.take(node, None, &Addresses::all());
    }
    if split.rest.is_empty() {
        return (split.spots, Vec::new());
    }
    let lost = Doubt {
        at,
        ..doubt(
            format!("on which network {} is", split.rest),
            "`segment` beside the addresses, or the input that defines the network",
        )
    };
    (split.spots, vec![lost])
}

/// Splits addresses over whatever holds them, wherever it is: workload segments, management networks,
/// data centres, other nodes, the internet. With it what may be held by something whose addresses are
/// not known, and the addresses that nothing holds.
#[must_use]
pub fn everywhere(situation: &Situation, addresses: &Addresses) -> (Vec<Spot>, Vec<Doubt>, Addresses) {
    let network = situation.network;
    let of = Bounded::exactly(addresses.clone());
    let mut split = Split {
        rest: addresses.clone(),
        of: &of,
        network: None,
        spots: Vec::new(),
    };
    for (index, segment) in network.segments.iter().enumerate() {
        split.take(segment.node, Some(index), &segment.addresses.lower);
    }
    for cloud in &network.clouds {
        split.take(cloud.management, None, &management(cloud));
    }
    for place in &network.on_premises {
        split.take(place.node, None, &place.addresses.lower);
    }
    // A public endpoint answers at the addresses of its service, and sends from none of them.
    let sends = |node: &Node| node.kind != HopKind::StorageFirewall;
    let inside = (0..)
        .zip(&network.nodes)
        .filter(|(index, node)| Some(NodeId(*index)) != network.internet && sends(node));
    for (index, node) in inside.clone() {
        split.take(NodeId(index), None, &node.addresses.lower);
    }
    if let Some(internet) = network.internet {
        split.take(internet, None, &Addresses::public());
    }
    let mut doubts = Vec::new();
    for (_, node) in inside {
        if node.addresses.upper.intersects(&split.rest) {
            doubts.extend(node.addresses.doubts.iter().cloned());
        }
    }
    doubts.sort();
    doubts.dedup();
    (split.spots, doubts, split.rest)
}

fn management(cloud: &Cloud) -> Addresses {
    Addresses::union_all([
        &cloud.management_network.upper,
        &cloud.esxi.upper,
        &cloud.vcenter.upper,
    ])
}

fn elsewhere(network: &Network, split: &mut Split) {
    for (index, node) in (0..).zip(&network.nodes) {
        if Some(NodeId(index)) != network.internet && node.addresses.lower.intersects(&split.rest) {
            split.take(NodeId(index), None, &node.addresses.lower);
        }
    }
    if let Some(internet) = network.internet {
        split.take(internet, None, &Addresses::public());
    }
}

struct Split<'s> {
    rest: Addresses,
    of: &'s Bounded<Addresses>,
    network: Option<&'s Arc<str>>,
    spots: Vec<Spot>,
}

impl Split<'_> {
    fn take(&mut self, node: NodeId, segment: Option<usize>, held: &Addresses) {
        let here = self.rest.intersection(held);
        if here.is_empty() {
            return;
        }
        self.rest = self.rest.difference(&here);
        let lower = self.of.lower.intersection(&here);
        self.spots.push(Spot {
            network: self.network.cloned(),
            node,
            segment,
            sure: !lower.is_empty() || here == self.of.upper,
            addresses: Bounded::between(lower, here, self.of.doubts.clone()),
        });
    }
}
