//! Where flows begin that are asked for by hand: the nodes that hold the addresses, or that a resource
//! became.

use std::sync::Arc;

use super::Answer;
use super::ends::{End, Known, Named};
use crate::network::doubt::doubt;
use crate::network::join::Thing;
use crate::network::model::{Assumption, Bounded, HopKind, NodeId, Written};
use crate::prove::pack::{Role, RoleKind};
use crate::prove::roles::{Placed, Spot, everywhere, place};
use crate::prove::situation::SiteView;
use crate::source::Diagnostic;
use crate::traffic::Addresses;

impl Known<'_> {
    /// Where a flow from this end begins.
    pub fn source(&self, end: &End, site: Option<&SiteView>, purpose: &str) -> Answer<Placed> {
        match end {
            End::Role { role, site: own, .. } => {
                let site = own.and_then(|index| self.situation.sites.get(index)).or(site);
                self.role_placed(role, site).map(|placed| placed.on(purpose))
            }
            End::Addresses(named) => self.addresses_placed(named),
            End::Things { text, things } => self.things_placed(text, things),
            End::Name(name) => self.name_placed(name),
        }
    }

    /// A role that has addresses of its own.
    pub fn role_placed(&self, role: &Role, site: Option<&SiteView>) -> Answer<Placed> {
        let nowhere = |why: &str, help: String| {
            let summary = format!("`{}` {why}", role.name);
            Box::new(Diagnostic::error("unknown-end", summary).help(help))
        };
        let say = format!("`role \"{}\"` with `addresses` in the site file", role.name);
        let Some(site) = site else {
            return Err(nowhere("is at no site", say));
        };
        let entry = self.situation.entry(site, &role.name, false);
        let declared = entry.is_some_and(|entry| entry.attachments.iter().any(|one| one.addresses.is_some()));
        match role.kind {
            RoleKind::ObjectStore | RoleKind::PublicService | RoleKind::PublicHost => Err(nowhere(
                "answers, and begins no flow",
                "ask for the way to it: replies are part of it".to_owned(),
            )),
            RoleKind::DnsServer | RoleKind::Datastore if !declared => {
                Err(nowhere("has no address that the inputs show", say))
            }
            _ => Ok(place(self.situation, site, role)),
        }
    }

    fn addresses_placed(&self, named: &Named) -> Answer<Placed> {
        let (spots, open, nobody) = everywhere(self.situation, &named.addresses);
        if spots.is_empty() && open.is_empty() {
            let summary = format!("no network of the inputs holds `{}`", named.text);
            let help = "give the input that defines it, or an address of one of its networks";
            return Err(Box::new(
                Diagnostic::error("unknown-end", summary).help(help.to_owned()),
            ));
        }
        let mut assumptions = named.assumptions.clone();
        if !nobody.is_empty() && !spots.is_empty() {
            assumptions.push(Assumption {
                code: "closed-world",
                text: format!("no input has a network that holds {nobody}: nothing is sent from there")
                    .into(),
            });
        }
        Ok(Placed {
            role: named.text.clone(),
            spots,
            known_from: named.known_from.clone(),
            assumptions,
            doubts: open,
            written: Written::default(),
        })
    }

    /// The instances of a resource, as places.
    pub fn things_placed(&self, text: &Arc<str>, things: &[Thing]) -> Answer<Placed> {
        let network = self.situation.network;
        let mut placed = Placed {
            role: text.clone(),
            spots: Vec::new(),
            known_from: "Terraform".into(),
            assumptions: Vec::new(),
            doubts: Vec::new(),
            written: Written::default(),
        };
        for thing in things {
            match *thing {
                Thing::Cloud(index) => {
                    if let Some(cloud) = network.clouds.get(index) {
                        placed.assumptions.extend(cloud.layout.iter().cloned());
                        let spot = spot(cloud.management, None, cloud.management_network.clone());
                        placed.add(spot, &cloud.written);
                    }
                }
                Thing::Segment(index) => {
                    if let Some(segment) = network.segments.get(index) {
                        let spot = spot(segment.node, Some(index), segment.usable.clone());
                        placed.add(spot, &segment.written);
                    }
                }
                Thing::OnPremises(index) => {
                    if let Some(far) = network.on_premises.get(index) {
                        placed.add(spot(far.node, None, far.addresses.clone()), &far.written);
                    }
                }
                Thing::Node(node) => {
                    for at in self.nodes_with_addresses(node) {
                        if let Some(own) = network.node(at) {
                            placed.add(spot(at, None, own.addresses.clone()), &own.written);
                        }
                    }
                }
                Thing::Datastore(index) => {
                    let store = network.datastores.get(index);
                    for at in store.map_or(&[][..], |store| &store.nodes) {
                        if let Some(own) = network.node(*at) {
                            placed.add(spot(*at, None, own.addresses.clone()), &own.written);
                        }
                    }
                }
                Thing::Store(_) => {}
            }
        }
        if placed.spots.is_empty() {
            let (why, help) = if things.iter().any(|thing| matches!(thing, Thing::Store(_))) {
                (
                    "answers, and begins no flow",
                    "ask for the way to it: replies are part of it",
                )
            } else {
                (
                    "has no address at which a flow begins or ends",
                    "name a subnet, a segment or an address",
                )
            };
            let summary = format!("`{text}` {why}");
            return Err(Box::new(
                Diagnostic::error("unknown-end", summary).help(help.to_owned()),
            ));
        }
        Ok(placed)
    }

    /// The node itself, or the parts of a network that has no address of its own: its subnets.
    fn nodes_with_addresses(&self, node: NodeId) -> Vec<NodeId> {
        let network = self.situation.network;
        let holds = |id: &NodeId| {
            let own = network.node(*id);
            own.is_some_and(|own| !own.addresses.upper.is_empty())
        };
        let kind = |id: NodeId| network.node(id).map(|node| node.kind);
        if holds(&node) || kind(node) != Some(HopKind::VirtualNetwork) {
            return Some(node).filter(holds).into_iter().collect();
        }
        let links = network.links.iter().filter(|link| link.from == node);
        let mut parts: Vec<NodeId> = links
            .map(|link| link.to)
            .filter(|to| kind(*to) == Some(HopKind::VirtualNetwork) && holds(to))
            .collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// A name that sends: by its record, or some host of the internet.
    fn name_placed(&self, name: &Arc<str>) -> Answer<Placed> {
        if let Some(named) = self.recorded(name) {
            return self.addresses_placed(&named);
        }
        let network = self.situation.network;
        let Some(internet) = network.internet else {
            let summary = format!("no input says where `{name}` is");
            return Err(Box::new(Diagnostic::error("unknown-end", summary)));
        };
        let public = Addresses::public().difference(&network.tagged);
        let which = doubt(format!("which public address `{name}` has"), "the address itself");
        Ok(Placed {
            role: name.clone(),
            spots: vec![spot(
                internet,
                None,
                Bounded::between(Addresses::none(), public, [which]),
            )],
            known_from: "public name".into(),
            assumptions: Vec::new(),
            doubts: Vec::new(),
            written: Written::default(),
        })
    }

    /// The site in which a client is, where one is: its DNS servers are asked.
    pub fn home(&self, spot: &Spot) -> Option<&SiteView<'_>> {
        self.situation.sites.iter().find(|site| {
            let cloud = self.situation.cloud(site).ok();
            let inside = cloud.is_some_and(|cloud| {
                let segment = spot.segment.is_some_and(|index| cloud.segments.contains(&index));
                segment || cloud.management == spot.node
            });
            inside || site.node.as_ref() == Ok(&spot.node)
        })
    }
}

impl Placed {
    fn add(&mut self, spot: Spot, written: &Written) {
        if self.spots.is_empty() {
            self.written = written.clone();
        }
        self.spots.push(spot);
    }
}

fn spot(node: NodeId, segment: Option<usize>, addresses: Bounded<Addresses>) -> Spot {
    Spot {
        network: None,
        node,
        segment,
        addresses,
        sure: true,
    }
}
