//! A simulator of single packets, written from the documentation of Azure, Azure VMware Solution and
//! NSX. It reads the evaluated resources and shares no code with the engine: plain numbers instead of
//! sets, one packet instead of all, no unknowns.

pub mod cloud;
mod firewall;
pub mod gateways;
mod hub;
mod nsx;
pub mod prefix;
pub mod resources;
pub mod security;
mod storage;
pub mod tags;
pub mod vnets;
mod walk;

use std::collections::BTreeSet;

use clearway::evaluate::evaluation::Evaluation;
use cloud::Cloud;
use firewall::Firewall;
use gateways::{Far, Gateway, Site};
use hub::Hub;
use prefix::Span;
use resources::Resources;
use storage::{Account, PrivateEndpoint};
use vnets::{Subnet, VirtualNetwork};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub source: u32,
    pub destination: u32,
    pub protocol: u8,
    pub source_port: u16,
    pub destination_port: u16,
}

/// Where a packet can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Subnet(usize),
    Firewall(usize),
    Gateway(usize),
    Far(usize),
    Segment(usize),
    Tier0,
    Hub,
    Management,
    Endpoint(usize),
    Internet,
}

/// Why a packet did not arrive.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    Lost(String),
    /// The documentation does not say, or the thing is not modelled.
    Open(String),
}

/// How a packet fared, and what it met.
#[derive(Clone, Debug)]
pub struct Trip {
    pub fate: Result<(), Reason>,
    pub features: BTreeSet<&'static str>,
    pub steps: Vec<String>,
}

/// A place where packets begin and end.
#[derive(Clone, Debug)]
pub struct End {
    /// As the engine names its node.
    pub name: String,
    pub place: Place,
    pub spans: Vec<Span>,
}

#[derive(Debug)]
pub struct World {
    pub nets: Vec<VirtualNetwork>,
    pub subnets: Vec<Subnet>,
    pub firewalls: Vec<Firewall>,
    pub gateways: Vec<Gateway>,
    pub fars: Vec<Far>,
    pub cloud: Option<Cloud>,
    pub hub: Option<Hub>,
    pub accounts: Vec<Account>,
    pub endpoints: Vec<PrivateEndpoint>,
}

impl World {
    pub fn read(evaluation: &Evaluation, sites: &[Site]) -> World {
        let resources = Resources::new(evaluation);
        let (mut nets, subnets) = vnets::read(&resources);
        let firewalls = firewall::read(&resources, &subnets);
        let mut cloud = cloud::read(&resources);
        let (gateways, fars) = gateways::read(&resources, sites, &mut nets, &subnets, cloud.as_mut());
        let addresses: Vec<String> = resources
            .of("azurerm_virtual_network")
            .map(|network| network.address.clone())
            .collect();
        let hub = hub::read(&resources, &addresses, &mut nets, &firewalls, cloud.as_ref());
        World {
            hub,
            accounts: storage::accounts(&resources),
            endpoints: storage::endpoints(&resources, &subnets),
            nets,
            subnets,
            firewalls,
            gateways,
            fars,
            cloud,
        }
    }

    /// The places a flow may begin at.
    pub fn ends(&self) -> Vec<End> {
        let mut ends = Vec::new();
        for (number, subnet) in self.subnets.iter().enumerate() {
            if !subnet.name.contains("Subnet") {
                ends.push(End {
                    name: subnet.address.clone(),
                    place: Place::Subnet(number),
                    spans: subnet.prefixes.clone(),
                });
            }
        }
        for (number, far) in self.fars.iter().enumerate() {
            ends.push(End {
                name: format!("site {}", far.label),
                place: Place::Far(number),
                spans: far.space.clone(),
            });
        }
        if let Some(cloud) = &self.cloud {
            for (number, segment) in cloud.segments.iter().enumerate() {
                ends.push(End {
                    name: segment.address.clone(),
                    place: Place::Segment(number),
                    // Workloads have no network, broadcast or gateway address.
                    spans: vec![Span {
                        low: segment.subnet.low + 2,
                        high: segment.subnet.high - 1,
                    }],
                });
            }
            let low = cloud.block.low;
            ends.push(End {
                name: "management".into(),
                place: Place::Management,
                spans: [(2, 2), (256, 383)]
                    .map(|(first, last)| Span {
                        low: low + first,
                        high: low + last,
                    })
                    .to_vec(),
            });
        }
        ends
    }
}
