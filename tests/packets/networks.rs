//! Random small networks and flows in them.

use std::net::Ipv4Addr;
use std::sync::Arc;

use clearway::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, FilterId, Forward, HopKind, Hosted, Line, Link, LinkId,
    Match, Names, Network, Node, NodeId, Rewrite, Route, Written,
};
use clearway::paths::{Flow, FlowName};
use clearway::traffic::{Addresses, Cube, Ports, Protocols};

use super::entropy::Entropy;

pub const PER_NODE: u32 = 3;
const PRIVATE: u32 = 0x0A00_0000;
const PUBLIC: u32 = 0x0808_0800;

pub struct Case {
    pub network: Network,
    pub flow: Flow,
}

/// `doubtful`: with unknowns, equal routes and translations to one of several addresses.
pub fn case(numbers: &[u16], doubtful: bool) -> Case {
    let mut maker = Maker {
        entropy: Entropy::new(numbers),
        doubtful,
        doubts: 0,
        nodes: 0,
        network: Network::default(),
    };
    maker.nodes();
    maker.links();
    maker.routes();
    maker.filters();
    let flow = maker.flow();
    Case {
        network: maker.network,
        flow,
    }
}

struct Maker<'a> {
    entropy: Entropy<'a>,
    doubtful: bool,
    doubts: usize,
    nodes: u32,
    network: Network,
}

fn own(node: u32) -> Addresses {
    let first = PRIVATE + node * PER_NODE;
    Addresses::from_ranges([(first, first + PER_NODE - 1)])
}

fn public() -> Addresses {
    Addresses::from_ranges([(PUBLIC, PUBLIC + 3)])
}

impl Maker<'_> {
    fn doubt(&mut self) -> Doubt {
        self.doubts += 1;
        Doubt {
            what: format!("unknown {}", self.doubts).into(),
            decided_by: Arc::from("the toss of a coin"),
            at: None,
        }
    }

    fn perhaps_doubts(&mut self, percent: usize) -> Vec<Doubt> {
        if self.doubtful && self.entropy.chance(percent) {
            vec![self.doubt()]
        } else {
            Vec::new()
        }
    }

    fn nodes(&mut self) {
        self.nodes = 2 + u32::try_from(self.entropy.below(4)).unwrap();
        for index in 0..self.nodes {
            let addresses = self.bounded(own(index), 12);
            let obscured = self.perhaps_doubts(3);
            self.node(index, addresses, obscured);
        }
        if self.entropy.chance(40) {
            let last = NodeId(self.nodes - 1);
            self.network.internet = Some(last);
            self.network.nodes[last.0 as usize].addresses = Bounded::exactly(public());
            if self.entropy.chance(30) {
                let node = self.node(self.nodes, Bounded::exactly(Addresses::none()), Vec::new());
                self.network.nodes[last.0 as usize].hosts = vec![Hosted {
                    name: Arc::from("a.x"),
                    node,
                }];
            }
        }
    }

    fn node(&mut self, index: u32, addresses: Bounded<Addresses>, obscured: Vec<Doubt>) -> NodeId {
        self.network.add_node(Node {
            name: format!("node{index}").into(),
            kind: HopKind::VirtualNetwork,
            written: Written::default(),
            addresses,
            routes: Vec::new(),
            sends: Vec::new(),
            receives: Vec::new(),
            inspects: Vec::new(),
            hosts: Vec::new(),
            obscured,
        })
    }

    /// Loosened bounds around a set, in some cases.
    fn bounded(&mut self, set: Addresses, percent: usize) -> Bounded<Addresses> {
        if !self.doubtful || !self.entropy.chance(percent) {
            return Bounded::exactly(set);
        }
        let lower = set.difference(&self.addresses());
        let upper = if self.entropy.chance(50) {
            set.union(&self.addresses())
        } else {
            set
        };
        Bounded::between(lower, upper, vec![self.doubt()])
    }

    fn addresses(&mut self) -> Addresses {
        match self.entropy.below(6) {
            0 | 1 => Addresses::all(),
            2 => own(u32::try_from(self.entropy.below(self.nodes as usize)).unwrap()),
            3 => public(),
            4 => {
                let first = PRIVATE + u32::try_from(self.entropy.below(12)).unwrap();
                Addresses::from_ranges([(first, first + u32::try_from(self.entropy.below(5)).unwrap())])
            }
            _ => Addresses::single(Ipv4Addr::from_bits(
                PRIVATE + u32::try_from(self.entropy.below(15)).unwrap(),
            )),
        }
    }

    /// A chain in both directions, and some short cuts.
    fn links(&mut self) {
        for index in 1..self.nodes {
            self.link(index - 1, index);
            self.link(index, index - 1);
        }
        for _ in 0..self.entropy.below(3) {
            let (one, other) = (
                self.entropy.below(self.nodes as usize),
                self.entropy.below(self.nodes as usize),
            );
            self.link(u32::try_from(one).unwrap(), u32::try_from(other).unwrap());
        }
    }

    fn link(&mut self, from: u32, to: u32) -> LinkId {
        let stamps = if self.entropy.chance(20) {
            vec![Arc::from("stamp")]
        } else {
            Vec::new()
        };
        let doubts = self.perhaps_doubts(6);
        self.network.add_link(Link {
            from: NodeId(from),
            to: NodeId(to),
            name: format!("link{from}-{to}").into(),
            kind: HopKind::Peering,
            because: Arc::from("linked"),
            written: Written::default(),
            filters: Vec::new(),
            stamps,
            doubts,
            assumptions: Vec::new(),
        })
    }

    /// Mostly the way along the chain; now and then something else.
    fn routes(&mut self) {
        for from in 0..self.nodes {
            for to in (0..self.nodes).filter(|to| *to != from) {
                let next = if to > from { from + 1 } else { from - 1 };
                let chained = self
                    .network
                    .links
                    .iter()
                    .position(|link| link.from.0 == from && link.to.0 == next);
                let chained = LinkId(u32::try_from(chained.unwrap()).unwrap());
                let internet = self.network.internet == Some(NodeId(to));
                let destinations = if internet { Addresses::all() } else { own(to) };
                if !self.entropy.chance(6) {
                    self.add_route(
                        from,
                        destinations,
                        if internet { 0 } else { 24 },
                        Forward::Link(chained),
                    );
                }
            }
            if self.entropy.chance(25) {
                let destinations = self.addresses();
                let length = if destinations.is_all() {
                    0
                } else {
                    20 + self.entropy.below(10)
                };
                let forward = self.forward(from);
                self.add_route(from, destinations, length, forward);
            }
        }
    }

    fn forward(&mut self, from: u32) -> Forward {
        let own = |(index, link): (usize, &Link)| (link.from.0 == from).then_some(index);
        let links: Vec<usize> = self.network.links.iter().enumerate().filter_map(own).collect();
        match self.entropy.below(8) {
            0 => Forward::Drop(Disposition::NullRoute),
            1 => Forward::Deliver,
            2 if self.doubtful => Forward::Unknown,
            _ => Forward::Link(LinkId(u32::try_from(self.entropy.pick(&links)).unwrap())),
        }
    }

    fn add_route(&mut self, from: u32, destinations: Addresses, length: usize, forward: Forward) {
        let destinations = self.bounded(destinations, 8);
        let doubts = self.perhaps_doubts(8);
        let ranks = self.network.nodes[from as usize].routes.len();
        // Without unknowns no two routes are equal.
        let rank = if self.doubtful {
            self.entropy.below(3)
        } else {
            ranks
        };
        let only_to = self.entropy.chance(5).then_some(NodeId(0));
        self.network.nodes[from as usize].routes.push(Route {
            destinations,
            length: u8::try_from(length).unwrap(),
            rank: u8::try_from(rank).unwrap(),
            only_to,
            forward,
            name: format!("route{ranks}").into(),
            kind: None,
            place: None,
            because: Arc::from("routed"),
            written: Written::default(),
            doubts,
            assumptions: Vec::new(),
        });
    }

    /// At ports both ways, on nodes, and on single links.
    fn filters(&mut self) {
        for index in 0..self.entropy.below(5) {
            let id = self.filter(index);
            let node = self.entropy.below(self.network.nodes.len());
            match self.entropy.below(6) {
                0 | 1 => {
                    self.network.nodes[node].sends.push(id);
                    self.network.nodes[node].receives.push(id);
                }
                2 | 3 => self.network.nodes[node].inspects.push(id),
                4 => self.network.nodes[node].receives.push(id),
                _ => {
                    let link = self.entropy.below(self.network.links.len());
                    self.network.links[link].filters.push(id);
                }
            }
        }
    }

    fn filter(&mut self, index: usize) -> FilterId {
        let count = self.entropy.below(5);
        let lines: Vec<Line> = (0..count).map(|index| self.line(index, count)).collect();
        let mut otherwise = self.line(count, 0);
        otherwise.action = if self.entropy.chance(25) {
            Action::Deny
        } else {
            Action::Allow
        };
        otherwise.doubts.clear();
        let point = format!("point{}", self.entropy.below(index + 1));
        let transit = self.entropy.chance(30);
        self.network.add_filter(Filter {
            name: format!("filter{index}").into(),
            kind: HopKind::NetworkSecurityGroup,
            written: Written::default(),
            lines,
            otherwise,
            point: point.into(),
            transit,
        })
    }

    fn line(&mut self, index: usize, count: usize) -> Line {
        let action = match self.entropy.below(12) {
            0..=5 => Action::Allow,
            6..=8 => Action::Deny,
            9 if index + 1 < count => Action::Jump(index + 1 + self.entropy.below(count - index - 1)),
            _ => Action::Rewrite(Arc::new(self.rewrite())),
        };
        let matches = (0..=self.entropy.below(2)).map(|_| self.one_match()).collect();
        let stamp = |chosen: bool| {
            if chosen {
                vec![Arc::from("stamp")]
            } else {
                Vec::new()
            }
        };
        let names = self.entropy.chance(15).then(|| Names {
            patterns: self.entropy.pick(&[
                vec![Arc::from("a.x")],
                vec![Arc::from("*.x"), Arc::from("r.y")],
                vec![Arc::from("*")],
            ]),
            doubts: Vec::new(),
        });
        let names = names.map(|names| Names {
            doubts: self.perhaps_doubts(20),
            ..names
        });
        Line {
            name: format!("line{index}").into(),
            action,
            matches,
            names,
            requires: stamp(self.entropy.chance(8)),
            unless: stamp(self.entropy.chance(8)),
            stateful: !self.entropy.chance(15),
            place: None,
            because: Arc::from("ruled"),
            written: Written::default(),
            doubts: self.perhaps_doubts(12),
            assumptions: Vec::new(),
        }
    }

    fn one_match(&mut self) -> Match {
        let (source, destination) = (self.addresses(), self.addresses());
        let protocols = self
            .entropy
            .pick(&[Protocols::all(), Protocols::tcp(), Protocols::udp()]);
        let ports = self
            .entropy
            .pick(&[Ports::all(), Ports::single(443), Ports::range(50, 100)]);
        let loose = self.doubtful && self.entropy.chance(8);
        let destination_ports = if loose {
            Bounded::between(Ports::none(), ports, vec![self.doubt()])
        } else {
            Bounded::exactly(ports)
        };
        Match {
            source: self.bounded(source, 10),
            destination: self.bounded(destination, 10),
            protocols: Bounded::exactly(protocols),
            source_ports: Bounded::exactly(Ports::all()),
            destination_ports,
        }
    }

    fn rewrite(&mut self) -> Rewrite {
        let one = |maker: &mut Self| {
            let base = if maker.entropy.chance(50) { PUBLIC } else { PRIVATE };
            let first = base + u32::try_from(maker.entropy.below(4)).unwrap();
            let more = if maker.doubtful {
                u32::try_from(maker.entropy.below(3)).unwrap()
            } else {
                0
            };
            Bounded::exactly(Addresses::from_ranges([(first, first + more)]))
        };
        let both = self.entropy.below(4);
        Rewrite {
            source: (both != 1).then(|| one(self)),
            source_unless_destination: if self.entropy.chance(30) {
                self.addresses()
            } else {
                Addresses::none()
            },
            destination: (both == 1 || both == 2).then(|| one(self)),
            destination_ports: (both == 2).then(|| Ports::single(443)),
        }
    }

    fn flow(&mut self) -> Flow {
        let from = u32::try_from(self.entropy.below(self.nodes as usize)).unwrap();
        let to = u32::try_from(self.entropy.below(self.nodes as usize)).unwrap();
        let destination = match self.entropy.below(3) {
            0 => own(to),
            1 => public(),
            _ => own(to).union(&self.addresses().intersection(&small_universe())),
        };
        let name = match self.entropy.below(4) {
            0 | 1 => None,
            2 => Some(FlowName::Known(Arc::from(
                self.entropy.pick(&["a.x", "q.x", "r.y"]),
            ))),
            _ if self.doubtful => Some(FlowName::Unknown),
            _ => None,
        };
        let cube = Cube {
            source: own(from),
            destination,
            protocols: self.entropy.pick(&[
                Protocols::tcp(),
                Protocols::udp(),
                Protocols::tcp().union(&Protocols::udp()),
            ]),
            source_ports: Ports::range(49_152, 49_153),
            destination_ports: self.entropy.pick(&[Ports::single(443), Ports::range(98, 102)]),
        };
        Flow {
            from: NodeId(from),
            packets: cube.into(),
            name,
            to: self.entropy.chance(15).then_some(NodeId(to)),
        }
    }
}

fn small_universe() -> Addresses {
    Addresses::from_ranges([(PRIVATE, PRIVATE + 16), (PUBLIC, PUBLIC + 3)])
}
