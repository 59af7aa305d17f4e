//! A packet's way, step by step, and its reply's.

use super::firewall::Passed;
use super::prefix::{any_holds, is_private_or_shared, shown};
use super::security::Direction;
use super::vnets::NextHop;
use super::{Packet, Place, Reason, Trip, World};

/// What a stateful point on the way remembers of a packet.
#[derive(Clone, Debug)]
pub struct Session {
    pub at: Place,
    pub before: Packet,
    pub after: Packet,
    pub answered: bool,
}

/// A packet on its way.
pub struct Journey<'t> {
    pub packet: Packet,
    /// The name the client asks for, where it does.
    pub name: Option<&'t str>,
    pub reply: bool,
    pub sessions: Vec<Session>,
    /// The subnet whose service endpoint it left by.
    pub identity: Option<String>,
    pub trip: &'t mut Trip,
}

/// More steps than any way has: a loop.
const MOST_STEPS: usize = 40;

impl Packet {
    pub fn reversed(&self) -> Packet {
        Packet {
            source: self.destination,
            destination: self.source,
            protocol: self.protocol,
            source_port: self.destination_port,
            destination_port: self.source_port,
        }
    }

    pub fn shown(&self) -> String {
        format!(
            "{}:{} -> {}:{} ({})",
            shown(self.source),
            self.source_port,
            shown(self.destination),
            self.destination_port,
            self.protocol
        )
    }
}

impl Journey<'_> {
    pub fn meet(&mut self, feature: &'static str, step: impl Into<String>) {
        self.trip.features.insert(feature);
        self.trip.steps.push(step.into());
    }
}

impl Journey<'_> {
    pub fn remember(&mut self, at: Place, before: Packet) {
        self.sessions.push(Session {
            at,
            before,
            after: self.packet.clone(),
            answered: false,
        });
    }

    /// Undoes on the way back what was done at a place; what it has never seen it drops.
    pub fn take_back(&mut self, at: Place) -> Result<(), Reason> {
        let packet = self.packet.reversed();
        let mut sessions = self.sessions.iter_mut();
        match sessions.find(|session| session.at == at && session.after == packet) {
            Some(session) => {
                session.answered = true;
                self.packet = session.before.reversed();
                Ok(())
            }
            None => lost(format!("{at:?} has not seen the packet that this answers")),
        }
    }
}

/// The public address that things leave by.
pub const PUBLIC: u32 = 0xC633_6401;

pub fn lost<T>(why: impl Into<String>) -> Result<T, Reason> {
    Err(Reason::Lost(why.into()))
}

impl World {
    /// Sends a packet from a place, and its reply back.
    pub fn send(&self, from: Place, packet: &Packet, name: Option<&str>) -> Trip {
        let mut trip = Trip {
            fate: Ok(()),
            features: Default::default(),
            steps: Vec::new(),
        };
        trip.fate = self.there_and_back(from, packet, name, &mut trip);
        trip
    }

    fn there_and_back(
        &self,
        from: Place,
        packet: &Packet,
        name: Option<&str>,
        trip: &mut Trip,
    ) -> Result<(), Reason> {
        let mut journey = Journey {
            packet: packet.clone(),
            name,
            reply: false,
            sessions: Vec::new(),
            identity: None,
            trip,
        };
        let there = self.carry(from, &mut journey)?;
        journey.trip.steps.push("reply".into());
        journey.packet = journey.packet.reversed();
        journey.reply = true;
        let back = if there == Place::Internet {
            // The internet answers to the public address that the packet left by.
            let mut translated = journey.sessions.iter().rev();
            match translated.find(|session| session.before.source != session.after.source) {
                Some(session) => self.carry(session.at, &mut journey)?,
                None => from,
            }
        } else {
            self.carry(there, &mut journey)?
        };
        if back != from || (there != Place::Internet && journey.packet != packet.reversed()) {
            return lost(format!(
                "the reply ends at {back:?} as {}",
                journey.packet.shown()
            ));
        }
        match journey.sessions.iter().find(|session| !session.answered) {
            Some(session) => lost(format!("the reply does not pass {:?}", session.at)),
            None => Ok(()),
        }
    }

    /// From a place to wherever the packet arrives.
    fn carry(&self, from: Place, journey: &mut Journey) -> Result<Place, Reason> {
        if !journey.reply {
            self.leaves(from, journey)?;
        }
        let mut at = from;
        for step in 0..MOST_STEPS {
            journey
                .trip
                .steps
                .push(format!("at {at:?}: {}", journey.packet.shown()));
            match self.step(at, step == 0, journey)? {
                Some(next) => at = next,
                None => {
                    if !journey.reply {
                        self.enters(at, journey)?;
                    }
                    return Ok(at);
                }
            }
        }
        lost("a loop")
    }

    /// Filters at the sender's own port.
    fn leaves(&self, from: Place, journey: &mut Journey) -> Result<(), Reason> {
        match from {
            Place::Subnet(subnet) => self.subnet_filter(subnet, Direction::Out, journey),
            Place::Segment(segment) => self.segment_filter(segment, true, journey),
            _ => Ok(()),
        }
    }

    /// Filters at the receiver's own port.
    fn enters(&self, at: Place, journey: &mut Journey) -> Result<(), Reason> {
        match at {
            Place::Subnet(subnet) => self.subnet_filter(subnet, Direction::In, journey),
            Place::Segment(segment) => self.segment_filter(segment, false, journey),
            Place::Internet => self.storage_filter(journey),
            Place::Endpoint(endpoint) => {
                journey.meet("private endpoint", self.endpoints[endpoint].address.clone());
                let subnet = self.endpoints[endpoint].subnet;
                match &*self.subnets[subnet].policies {
                    "Enabled" | "NetworkSecurityGroupEnabled" => {
                        self.subnet_filter(subnet, Direction::In, journey)
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn subnet_filter(
        &self,
        subnet: usize,
        direction: Direction,
        journey: &mut Journey,
    ) -> Result<(), Reason> {
        let Some(group) = &self.subnets[subnet].group else {
            return Ok(());
        };
        let (rule, allows) = group.decides(self, subnet, &journey.packet, direction);
        let step = format!("{} {direction:?} {rule}: {allows}", group.address);
        let custom = !rule.starts_with("default");
        journey.meet(if custom { "nsg rule" } else { "nsg default" }, step.clone());
        if allows { Ok(()) } else { lost(step) }
    }

    /// One step: where the packet goes next; nowhere where it has arrived.
    fn step(&self, at: Place, sent: bool, journey: &mut Journey) -> Result<Option<Place>, Reason> {
        match at {
            Place::Subnet(subnet) if sent => self.route(subnet, journey, false).map(Some),
            Place::Subnet(_) => Ok(None),
            Place::Firewall(firewall) => self.at_firewall(firewall, journey).map(Some),
            Place::Gateway(gateway) => self.at_gateway(gateway, journey).map(Some),
            Place::Far(far) if sent => self.out_of_far(far, journey).map(Some),
            Place::Far(far) => match any_holds(&self.fars[far].space, journey.packet.destination) {
                true => Ok(None),
                false => lost(format!("not at {}", self.fars[far].label)),
            },
            Place::Segment(segment) if sent => self.out_of_segment(segment, journey).map(Some),
            Place::Management if sent => self.at_tier0(true, journey).map(Some),
            Place::Hub => self.at_hub(journey).map(Some),
            Place::Tier0 => self.at_tier0(false, journey).map(Some),
            Place::Endpoint(endpoint) if sent => self.out_of_endpoint(endpoint, journey).map(Some),
            Place::Endpoint(_) | Place::Segment(_) | Place::Management | Place::Internet => Ok(None),
        }
    }

    /// Where the routes of a subnet send a packet.
    pub fn route(&self, subnet: usize, journey: &mut Journey, forwards: bool) -> Result<Place, Reason> {
        let destination = journey.packet.destination;
        let route = self.effective(subnet, destination);
        let net = self.subnets[subnet].net;
        if route.origin == super::vnets::Origin::User {
            journey.meet("user route", format!("{:?}", route));
        }
        let hop = match route.hop {
            NextHop::AnyGateway => self.any_gateway(net)?,
            hop => hop,
        };
        match hop {
            // How a packet comes back that leaves its own subnet on the way to a neighbour is not documented.
            NextHop::Local => self.deliver(net, destination),
            _ if any_holds(&self.subnets[subnet].prefixes, destination)
                && self.endpoint_at(net, destination).is_none() =>
            {
                let unreachable = matches!(hop, NextHop::Firewall(firewall) if !self.sees(net, firewall));
                if unreachable || hop == NextHop::Nowhere {
                    return lost("a user route to nowhere");
                }
                self.subnet_filter(subnet, Direction::In, journey)?;
                Err(Reason::Open("a user route out of the subnet".into()))
            }
            NextHop::Peering(other) => {
                journey.meet("peering", format!("peering to {}", self.nets[other].name));
                if forwards {
                    self.takes_forwarded(net, other, journey.packet.source)?;
                }
                self.deliver(other, destination)
            }
            NextHop::Gateway(other, _) => {
                if other != net {
                    journey.meet("gateway transit", "the peer's gateway");
                    if forwards {
                        self.takes_forwarded(net, other, journey.packet.source)?;
                    }
                }
                Ok(Place::Gateway(self.nets[other].gateway.unwrap()))
            }
            NextHop::Firewall(firewall) => {
                let there = self.subnets[self.firewalls[firewall].subnet.unwrap()].net;
                if there != net {
                    journey.meet("peering", format!("peering to {}", self.nets[there].name));
                    if !self.sees(net, firewall) {
                        return lost("the firewall's network is no peer");
                    }
                }
                Ok(Place::Firewall(firewall))
            }
            NextHop::Internet if is_private_or_shared(destination) => {
                lost("a private address on the internet")
            }
            NextHop::Hub => Ok(Place::Hub),
            NextHop::PrivateEndpoint(endpoint) => {
                let there = self.subnets[self.endpoints[endpoint].subnet].net;
                if forwards && there != net {
                    self.takes_forwarded(net, there, journey.packet.source)?;
                }
                Ok(Place::Endpoint(endpoint))
            }
            NextHop::Internet => {
                journey.meet("internet", "internet");
                if let Some((prefix, _)) = self.service_endpoint(subnet)
                    && prefix.holds(destination)
                {
                    journey.meet("service endpoint", self.subnets[subnet].address.clone());
                    journey.identity = Some(self.subnets[subnet].address.clone());
                }
                Ok(Place::Internet)
            }
            NextHop::Nowhere => lost(format!("no way to {}", shown(destination))),
            NextHop::Appliance(_) => Err(Reason::Open("an appliance that is not modelled".into())),
            other => Err(Reason::Open(format!("{other:?}"))),
        }
    }

    /// Whether a firewall is in a network or in a peer of it.
    fn sees(&self, net: usize, firewall: usize) -> bool {
        let there = self.firewalls[firewall]
            .subnet
            .map(|subnet| self.subnets[subnet].net);
        there == Some(net) || self.nets[net].peers.iter().any(|peer| Some(peer.to) == there)
    }

    /// Through a firewall in a virtual network, and on by the routes of its subnet.
    fn at_firewall(&self, number: usize, journey: &mut Journey) -> Result<Place, Reason> {
        let firewall = &self.firewalls[number];
        if journey.reply {
            journey.take_back(Place::Firewall(number))?;
        } else {
            let (rule, passed) = firewall.decides(&journey.packet, journey.name);
            journey.meet("firewall", format!("{} {rule}: {passed:?}", firewall.address));
            let before = journey.packet.clone();
            match passed {
                None => return lost(format!("{} denies by {rule}", firewall.address)),
                Some(Passed::AsItIs) => {}
                Some(Passed::FromPublicAddress) => journey.packet.source = PUBLIC,
                Some(Passed::FromPrivateAddress) => {
                    journey.meet("source translation", "by an application rule");
                    let subnet = firewall.subnet.map(|subnet| self.subnets[subnet].prefixes[0]);
                    journey.packet.source = subnet.map_or(0x0A3C_0005, |prefix| prefix.low + 5);
                }
            }
            journey.remember(Place::Firewall(number), before);
        }
        match firewall.subnet {
            Some(subnet) => self.route(subnet, journey, true),
            None if is_private_or_shared(journey.packet.destination) => self.beyond_hub(journey),
            None => Ok(Place::Internet),
        }
    }

    /// Into the subnet of a network that has the address.
    pub fn deliver(&self, net: usize, destination: u32) -> Result<Place, Reason> {
        if let Some(endpoint) = self.endpoint_at(net, destination) {
            return Ok(Place::Endpoint(endpoint));
        }
        match self.subnet_at(net, destination) {
            Some(subnet) => Ok(Place::Subnet(subnet)),
            None => lost(format!("no subnet holds {}", shown(destination))),
        }
    }
}
