//! Flows between random ends of a network: what the engine says of the whole set of packets against
//! what becomes of single ones.

use std::collections::BTreeMap;
use std::fmt::Write;

use clearway::network::model::Network;
use clearway::paths::{Flow, FlowName, Graph, Outcome, blocked_certainly, delivered_certainly, sent, walk};
use clearway::traffic::{Addresses, Cube, Packets, Ports, Protocols};

use crate::engine;
use crate::entropy::Entropy;
use crate::simulate::prefix::Span;
use crate::simulate::{End, Packet, Place, Reason, World};

/// What is asked: every packet of a product of ranges, from one end.
#[derive(Clone, Debug)]
pub struct Demand {
    pub from: End,
    pub source: Span,
    pub destination: Span,
    pub protocol: u8,
    pub ports: (u16, u16),
    pub name: Option<&'static str>,
}

/// How dull the networks are.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub networks: usize,
    pub flows: usize,
    pub delivered: usize,
    pub blocked: usize,
    pub split: usize,
    pub open: usize,
    pub packets: usize,
    pub features: BTreeMap<&'static str, usize>,
}

const FLOWS: usize = 8;

/// Random demands between the ends of a world.
pub fn demands(world: &World, entropy: &mut Entropy) -> Vec<Demand> {
    let ends = world.ends();
    if ends.is_empty() {
        return Vec::new();
    }
    (0..FLOWS)
        .filter_map(|_| {
            let from = entropy.pick(&ends);
            let to_store = entropy.chance(12) && !world.accounts.is_empty();
            let near_store: Vec<&End> = ends
                .iter()
                .filter(|end| world.has_service_endpoint(end))
                .collect();
            let from = match to_store && !near_store.is_empty() {
                true => entropy.pick(&near_store).clone(),
                false => from,
            };
            let mut source = narrowed(entropy.pick(&from.spans), entropy);
            // What an endpoint has nobody else sends from.
            if let Some(taken) = world.endpoints.iter().find(|own| source.holds(own.ip)) {
                source.low = taken.ip + 1;
            }
            if source.low > source.high {
                return None;
            }
            let mut name = None;
            let destination = if to_store {
                let (host, its_name) = entropy.pick(&crate::generate::HOSTS[..2]);
                name = Some(its_name);
                Span::parse(host).unwrap()
            } else if entropy.chance(20) {
                let (host, its_name) = entropy.pick(crate::generate::HOSTS);
                if entropy.chance(65) {
                    name = Some(its_name);
                }
                Span::parse(host).unwrap()
            } else if entropy.chance(25) && !world.endpoints.is_empty() {
                let ip = world.endpoints[0].ip;
                if from.spans.iter().any(|span| span.holds(ip)) {
                    return None;
                }
                Span { low: ip, high: ip }
            } else {
                let to = entropy.pick(&ends);
                if to.name == from.name && matches!(from.place, Place::Far(_) | Place::Management) {
                    return None;
                }
                narrowed(entropy.pick(&to.spans), entropy)
            };
            Some(Demand {
                from,
                source,
                destination,
                protocol: entropy.pick(&[6, 6, 17]),
                ports: entropy.pick(&[(443, 443), (53, 53), (902, 902), (8000, 8443), (22, 3389)]),
                name,
            })
        })
        .collect()
}

/// The whole, its upper half, a few addresses, or one.
fn narrowed(span: Span, entropy: &mut Entropy) -> Span {
    let size = u32::try_from(span.size().min(1 << 30)).unwrap();
    let start = |offset: u32, length: u32| Span {
        low: span.low + offset,
        high: span.low + offset + length.max(1) - 1,
    };
    match entropy.below(4) {
        0 => span,
        1 => start(size / 2, size / 2),
        2 => start(size / 4 + 4 % size, 8.min(size / 2)),
        _ => start(size / 3, 1),
    }
}

impl Demand {
    pub fn flow(&self, network: &Network) -> Flow {
        let addresses = |span: Span| Addresses::range(span.low.into(), span.high.into());
        let cube = Cube {
            source: addresses(self.source),
            destination: addresses(self.destination),
            protocols: Protocols::number(self.protocol),
            source_ports: Ports::range(1024, u16::MAX),
            destination_ports: Ports::range(self.ports.0, self.ports.1),
        };
        Flow {
            from: engine::node(network, &self.from.name),
            packets: cube.into(),
            name: self.name.map(|name| FlowName::Known(name.into())),
            to: None,
        }
    }
}

/// A contradiction, in words; none where they agree.
pub fn contradiction(
    network: &Network,
    world: &World,
    entropy: &mut Entropy,
    tally: &mut Tally,
) -> Option<String> {
    let graph = Graph::new(network);
    tally.networks += 1;
    for demand in demands(world, entropy) {
        let outcomes = walk(&graph, &demand.flow(network));
        let (delivered, blocked) = (delivered_certainly(&outcomes), blocked_certainly(&outcomes));
        let open = sent(&outcomes).difference(&delivered).difference(&blocked);
        tally.flows += 1;
        match (delivered.is_empty(), blocked.is_empty(), open.is_empty()) {
            (_, _, false) => tally.open += 1,
            (false, true, _) => tally.delivered += 1,
            (true, false, _) => tally.blocked += 1,
            _ => tally.split += 1,
        }
        for (said, set) in [("delivered", &delivered), ("blocked", &blocked), ("open", &open)] {
            for packet in samples(set, entropy) {
                let trip = world.send(demand.from.place, &packet, demand.name);
                let is = match &trip.fate {
                    Ok(()) => "delivered",
                    Err(Reason::Lost(_)) => "blocked",
                    Err(Reason::Open(_)) => "open",
                };
                tally.packets += 1;
                for feature in &trip.features {
                    *tally.features.entry(feature).or_default() += 1;
                }
                if is != said {
                    let mut words = format!(
                        "{} {:?} from {}: the engine says {said}, the simulator {is}: {:?}\n",
                        packet.shown(),
                        demand.name,
                        demand.from.name,
                        trip.fate
                    );
                    for step in &trip.steps {
                        writeln!(words, "  simulated: {step}").unwrap();
                    }
                    words.push_str(&shown(&outcomes, &packet));
                    return Some(words);
                }
            }
        }
    }
    None
}

/// The corners of each cube and a packet from inside.
pub fn samples(packets: &Packets, entropy: &mut Entropy) -> Vec<Packet> {
    let mut found = Vec::new();
    for cube in packets.cubes().iter().take(6) {
        for corner in [0, 1, 2] {
            let mut at = |ranges: &[(u32, u32)]| -> u32 {
                let (low, high) = match corner {
                    0 => ranges[0],
                    1 => ranges[ranges.len() - 1],
                    _ => ranges[entropy.below(ranges.len())],
                };
                match corner {
                    0 => low,
                    1 => high,
                    _ => low + u32::try_from(entropy.below((high - low).min(60000) as usize + 1)).unwrap(),
                }
            };
            found.push(Packet {
                source: at(cube.source.ranges()),
                destination: at(cube.destination.ranges()),
                protocol: u8::try_from(at(cube.protocols.ranges())).unwrap(),
                source_port: u16::try_from(at(cube.source_ports.ranges())).unwrap(),
                destination_port: u16::try_from(at(cube.destination_ports.ranges())).unwrap(),
            });
        }
    }
    found
}

/// What the engine says of one packet.
pub fn shown(outcomes: &[Outcome], packet: &Packet) -> String {
    let packet = clearway::traffic::Packet {
        source: packet.source.into(),
        destination: packet.destination.into(),
        protocol: packet.protocol,
        source_port: packet.source_port,
        destination_port: packet.destination_port,
    };
    let mut words = String::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.packets.contains(packet)) {
        let doubts: Vec<_> = outcome.doubts.iter().map(|doubt| &doubt.what).collect();
        writeln!(words, "  engine: {:?} {doubts:?}", outcome.disposition).unwrap();
        for hop in &outcome.hops {
            let reply = if hop.reply { " (reply)" } else { "" };
            writeln!(
                words,
                "    {} {:?} {:?} {}{reply}",
                hop.place, hop.decision, hop.rule, hop.because
            )
            .unwrap();
        }
    }
    words
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.networks += other.networks;
        self.flows += other.flows;
        self.delivered += other.delivered;
        self.blocked += other.blocked;
        self.split += other.split;
        self.open += other.open;
        self.packets += other.packets;
        for (feature, count) in other.features {
            *self.features.entry(feature).or_default() += count;
        }
    }

    pub fn print(&self) {
        let share = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
        println!(
            "{} networks, {} flows ({:.1} % delivered, {:.1} % blocked, {:.1} % in parts, {:.1} % open), {} packets",
            self.networks,
            self.flows,
            share(self.delivered, self.flows),
            share(self.blocked, self.flows),
            share(self.split, self.flows),
            share(self.open, self.flows),
            self.packets
        );
        for (feature, count) in &self.features {
            println!(
                "  {feature}: on {:.1} % of the paths",
                share(*count, self.packets)
            );
        }
    }

    /// At least 30 % of the flows are delivered, and every feature is on at least 1 % of the paths.
    pub fn assert_not_dull(&self) {
        assert!(
            self.delivered * 100 >= self.flows * 30,
            "too little is delivered: {self:?}"
        );
        for feature in FEATURES {
            let count = self.features.get(feature).copied().unwrap_or(0);
            assert!(
                count * 100 >= self.packets,
                "{feature} is on {count} of {} paths",
                self.packets
            );
        }
    }
}

/// What the simulator can meet.
pub const FEATURES: &[&str] = &[
    "circuit",
    "cloud internet",
    "dfw default",
    "dfw rule",
    "firewall",
    "gateway",
    "gateway firewall",
    "gateway transit",
    "global reach",
    "internet",
    "nsg default",
    "nsg rule",
    "peering",
    "private endpoint",
    "routing intent",
    "service endpoint",
    "site",
    "storage firewall",
    "storage subnet rule",
    "tier-0",
    "tier-1",
    "user route",
    "virtual hub",
];
