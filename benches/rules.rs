//! How building the flow graph and walking one requirement's flow grow with the number of rules.
//!
//! Four shapes of network, each at 2,000, 20,000 and 200,000 rules. The rules stand in filters of 50, one in
//! front of every subnet; or half of them stand in one filter that the flow has to pass: of other ports than
//! the flow's, or of its own addresses, where every hundredth is of its port too and decides a part of it.
//! The figures in docs/measured.md are of
//!
//! ```sh
//! cargo bench --bench rules --profile profiling
//! ```

use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clearway::network::model::{
    Action, Bounded, Disposition, Filter, FilterId, Forward, HopKind, Line, Link, Match, Network, Node,
    NodeId, Route, Written,
};
use clearway::paths::{Destination, Flow, Graph, Standing, judge, walk};
use clearway::traffic::{Addresses, Cube, Ports, Protocols};

/// As in the tool itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [u32; 3] = [2_000, 20_000, 200_000];
/// Rules of a filter in front of a subnet.
const SMALL: u32 = 50;
const ROUNDS: usize = 9;

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Small,
    /// The rules of the large filter overlap each other, and are of other ports.
    OtherPorts,
    /// The rules of the large filter overlap the packets in question, and some decide a part of them.
    Overlapping,
    /// So that each of some hundred rules decides a small part.
    Scattering,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| rules | filters | graph and filters | first walk | walk | parts |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for (shape, name) in [
        (Shape::Small, "of 50"),
        (Shape::OtherPorts, "one of half the rules, on other ports"),
        (Shape::Overlapping, "one of half the rules, overlapping the flow"),
        (Shape::Scattering, "the same, each deciding a small part"),
    ] {
        for size in SIZES {
            let network = network(size, shape);
            let row = measured(&network, size)?;
            writeln!(out, "| {size} | {name} | {row} |")?;
        }
    }
    Ok(())
}

fn measured(network: &Network, size: u32) -> Result<String, Box<dyn Error>> {
    let flow = flow(size);
    let (mut build, mut first, mut again) = (Vec::new(), Vec::new(), Vec::new());
    let mut parts = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let graph = Graph::new(network);
        graph.compile();
        build.push(start.elapsed());
        let lazy = Graph::new(network);
        let start = Instant::now();
        black_box(judge(&walk(&lazy, &flow), Destination::Every).standing);
        first.push(start.elapsed());
        let start = Instant::now();
        let outcomes = walk(&graph, &flow);
        let standing = judge(&outcomes, Destination::Every).standing;
        again.push(start.elapsed());
        parts = outcomes.len();
        if standing == Standing::Undecided || outcomes.iter().any(|one| one.disposition == Disposition::Loop)
        {
            return Err("the flow must be decided".into());
        }
    }
    let (build, first, again) = (least(build), least(first), least(again));
    Ok(format!("{build:?} | {first:?} | {again:?} | {parts}"))
}

/// Of several rounds the one that was disturbed least.
fn least(times: Vec<Duration>) -> Duration {
    times.into_iter().min().unwrap_or_default()
}

/// From the first subnet to the last.
fn flow(size: u32) -> Flow {
    let cube = Cube {
        source: subnet(0),
        destination: subnet(size / SMALL - 1),
        protocols: Protocols::tcp(),
        source_ports: Ports::range(1024, u16::MAX),
        destination_ports: Ports::single(443),
    };
    Flow {
        from: NodeId(1),
        packets: cube.into(),
        name: None,
        to: None,
    }
}

/// Subnets of 64 addresses each behind one hub, every one with a filter of its own; the flow passes the
/// large filter, where there is one, at the hub.
fn network(size: u32, shape: Shape) -> Network {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut network = Network::default();
    let hub = network.add_node(node("hub"));
    for number in 0..size / SMALL {
        let mut own = node(&format!("subnet-{number}"));
        own.addresses = Bounded::exactly(subnet(number));
        let rules = match shape {
            Shape::Small => SMALL,
            _ => SMALL / 2,
        };
        let mut lines: Vec<Line> = (1..rules).map(|rule| closed(rule, &mut random)).collect();
        lines.push(line(
            "https",
            Action::Allow,
            one(Addresses::all(), Addresses::all(), 443),
        ));
        let filter = network.add_filter(filter(&format!("nsg-{number}"), lines));
        own.sends = vec![filter];
        own.receives = vec![filter];
        let id = network.add_node(own);
        let inward = network.add_link(link(hub, id));
        let outward = network.add_link(link(id, hub));
        let here = route(subnet(number), 26, Forward::Deliver);
        let all = route(Addresses::all(), 0, Forward::Link(outward));
        if let Some(own) = network.nodes.get_mut(id.0 as usize) {
            own.routes = vec![here, all];
        }
        if let Some(hub) = network.nodes.first_mut() {
            hub.routes.push(route(subnet(number), 26, Forward::Link(inward)));
        }
    }
    if shape != Shape::Small {
        let large = large(&mut network, size / 2, shape, &mut random);
        if let Some(hub) = network.nodes.first_mut() {
            hub.inspects.push(large);
        }
    }
    network
}

fn large(network: &mut Network, rules: u32, shape: Shape, random: &mut Random) -> FilterId {
    let mut lines: Vec<Line> = (1..rules)
        .map(|rule| match shape {
            Shape::Overlapping => overlapping(rule, network, (27, 24), random),
            Shape::Scattering => overlapping(rule, network, (29, 29), random),
            Shape::Small | Shape::OtherPorts => closed(rule, random),
        })
        .collect();
    lines.push(line(
        "https",
        Action::Allow,
        one(Addresses::all(), Addresses::all(), 443),
    ));
    network.add_filter(filter("firewall", lines))
}

/// A rule about some or all of the flow's addresses; every hundredth is of its port and of a part of it.
fn overlapping(rule: u32, network: &Network, (source, destination): (u8, u8), random: &mut Random) -> Line {
    let last = u32::try_from(network.nodes.len()).unwrap_or(2).saturating_sub(2);
    let mut around = |number: u32, shortest: u8, longest: u8| {
        let address = subnet_start(number) + random.below(64);
        let length = u32::from(shortest) + random.below(u32::from(longest - shortest) + 1);
        Addresses::network(address.into(), u8::try_from(length).unwrap_or(longest))
    };
    if rule.is_multiple_of(100) {
        let one = one(around(0, source, 30), around(last, destination, 30), 443);
        return line(&format!("rule-{rule}"), Action::Allow, one);
    }
    let addresses = (around(0, 8, 30), around(last, 8, 30));
    let mut rule = closed(rule, random);
    for one in &mut rule.matches {
        one.source = Bounded::exactly(addresses.0.clone());
        one.destination = Bounded::exactly(addresses.1.clone());
    }
    rule
}

/// A rule with overlapping prefixes, and of ports of its own.
fn closed(rule: u32, random: &mut Random) -> Line {
    let first = u16::try_from(1000 + random.below(60_000)).unwrap_or(1000);
    let ports = Ports::range(first, first.saturating_add(500));
    let mut one = one(random.prefix(8, 24), random.prefix(8, 24), 0);
    one.destination_ports = Bounded::exactly(ports);
    let action = if random.below(2) == 0 {
        Action::Allow
    } else {
        Action::Deny
    };
    line(&format!("rule-{rule}"), action, one)
}

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    /// A prefix within 10.0.0.0/8.
    fn prefix(&mut self, shortest: u8, longest: u8) -> Addresses {
        let address = 0x0A00_0000 | self.below(1 << 24);
        let length = u32::from(shortest) + self.below(u32::from(longest - shortest) + 1);
        Addresses::network(address.into(), u8::try_from(length).unwrap_or(longest))
    }
}

fn subnet_start(number: u32) -> u32 {
    0x0A00_0000 + number * 64
}

fn subnet(number: u32) -> Addresses {
    Addresses::network(subnet_start(number).into(), 26)
}

fn one(source: Addresses, destination: Addresses, port: u16) -> Match {
    Match {
        source: Bounded::exactly(source),
        destination: Bounded::exactly(destination),
        protocols: Bounded::exactly(Protocols::tcp()),
        source_ports: Bounded::exactly(Ports::all()),
        destination_ports: Bounded::exactly(Ports::single(port)),
    }
}

fn line(name: &str, action: Action, one: Match) -> Line {
    Line {
        name: name.into(),
        action,
        matches: vec![one],
        names: None,
        requires: Vec::new(),
        unless: Vec::new(),
        stateful: true,
        place: None,
        because: Arc::from("it says so"),
        written: Written::default(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn filter(name: &str, lines: Vec<Line>) -> Filter {
    Filter {
        name: name.into(),
        kind: HopKind::NetworkSecurityGroup,
        written: Written::default(),
        lines,
        otherwise: line(
            "default",
            Action::Deny,
            one(Addresses::all(), Addresses::all(), 0),
        ),
        point: name.into(),
        transit: false,
    }
}

fn node(name: &str) -> Node {
    Node {
        name: name.into(),
        kind: HopKind::VirtualNetwork,
        written: Written::default(),
        addresses: Bounded::exactly(Addresses::none()),
        routes: Vec::new(),
        sends: Vec::new(),
        receives: Vec::new(),
        inspects: Vec::new(),
        hosts: Vec::new(),
        obscured: Vec::new(),
    }
}

fn link(from: NodeId, to: NodeId) -> Link {
    Link {
        from,
        to,
        name: Arc::from("peering"),
        kind: HopKind::Peering,
        because: Arc::from("it leads there"),
        written: Written::default(),
        filters: Vec::new(),
        stamps: Vec::new(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn route(destinations: Addresses, length: u8, forward: Forward) -> Route {
    Route {
        destinations: Bounded::exactly(destinations),
        length,
        rank: 0,
        only_to: None,
        forward,
        name: Arc::from("route"),
        kind: None,
        place: None,
        because: Arc::from("a prefix"),
        written: Written::default(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}
