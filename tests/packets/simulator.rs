//! One packet through a network in which every unknown has been tossed for: no sets, no forks.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;
use std::sync::Arc;

use clearway::network::model::{
    Action, Bounded, Disposition, Filter, FilterId, Forward, Line, Network, Node, NodeId, Rewrite,
};
use clearway::paths::{Flow, FlowName};
use clearway::traffic::{Addresses, Packet};

/// Names that nobody has told are none of those that a node hosts.
const UNTOLD: [&str; 2] = ["q.x", "r.y"];

pub struct World<'n> {
    pub network: &'n Network,
    pub flow: &'n Flow,
    pub seed: u64,
}

/// A field of the packet as it was before a rewriting at `node`.
struct Rewritten {
    node: NodeId,
    point: Arc<str>,
    before: Packet,
    source: bool,
    destination: bool,
    ports: bool,
    passed: usize,
}

struct Passed {
    point: Arc<str>,
    transit: bool,
    stateful: bool,
}

struct Traveller<'w, 'n> {
    world: &'w World<'n>,
    packet: Packet,
    stack: Vec<Rewritten>,
    passes: Vec<Passed>,
    returned: Vec<Arc<str>>,
    stamps: Vec<Arc<str>>,
    back: bool,
}

type End = Result<(), Disposition>;

impl World<'_> {
    pub fn send(&self, packet: Packet) -> Disposition {
        let mut traveller = Traveller {
            world: self,
            packet,
            stack: Vec::new(),
            passes: Vec::new(),
            returned: Vec::new(),
            stamps: Vec::new(),
            back: false,
        };
        match traveller.out() {
            Ok(()) => Disposition::Delivered,
            Err(disposition) => disposition,
        }
    }

    fn toss(&self, key: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, key).hash(&mut hasher);
        hasher.finish() >> 7
    }

    /// Whether what is in doubt holds.
    fn holds<T>(&self, doubts: &[T], key: impl Hash) -> bool {
        doubts.is_empty() || self.toss(key).is_multiple_of(2)
    }

    fn within(&self, set: &Bounded<Addresses>, address: Ipv4Addr, key: impl Hash) -> bool {
        set.lower.contains(address)
            || set.upper.contains(address) && self.toss((key, address)).is_multiple_of(2)
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.network.nodes[id.0 as usize]
    }

    fn name(&self) -> Option<&str> {
        match self.flow.name.as_ref()? {
            FlowName::Known(name) => Some(name),
            FlowName::Unknown => Some(UNTOLD[usize::try_from(self.toss("name") % 2).unwrap()]),
        }
    }
}

fn any_of(set: &Addresses, number: u64) -> Ipv4Addr {
    let all: Vec<u32> = set.ranges().iter().flat_map(|(low, high)| *low..=*high).collect();
    Ipv4Addr::from_bits(all[usize::try_from(number).unwrap() % all.len()])
}

fn swapped(packet: Packet) -> Packet {
    Packet {
        source: packet.destination,
        destination: packet.source,
        source_port: packet.destination_port,
        destination_port: packet.source_port,
        ..packet
    }
}

impl Traveller<'_, '_> {
    /// As it is addressed on its present way; `packet` itself always looks in the flow's direction.
    fn header(&self) -> Packet {
        if self.back {
            swapped(self.packet)
        } else {
            self.packet
        }
    }

    fn out(&mut self) -> End {
        let mut at = self.world.flow.from;
        if !self.world.node(at).obscured.is_empty() {
            return Err(Disposition::Unknown);
        }
        let mut seen = vec![(at, self.packet)];
        self.pass_all(&self.world.node(at).sends, at)?;
        loop {
            if self.is_here(at) {
                return self.delivered(at);
            }
            match self.pick_route(at, self.world.flow.to)? {
                Forward::Link(link) => at = self.over(link.0)?,
                Forward::Deliver if self.world.flow.to.is_none_or(|to| to == at) => {
                    return self.delivered(at);
                }
                Forward::Deliver | Forward::Unknown => return Err(Disposition::Unknown),
                Forward::Drop(disposition) => return Err(disposition),
            }
            if !self.world.node(at).obscured.is_empty() {
                return Err(Disposition::Unknown);
            }
            if seen.contains(&(at, self.packet)) {
                return Err(Disposition::Loop);
            }
            seen.push((at, self.packet));
            self.pass_all(&self.world.node(at).inspects, at)?;
        }
    }

    fn is_here(&self, at: NodeId) -> bool {
        let node = self.world.node(at);
        let destination = self.packet.destination;
        match self.world.flow.to {
            Some(to) if to == at || node.hosts.iter().any(|hosted| hosted.node == to) => {
                node.addresses.upper.contains(destination)
            }
            Some(_) => false,
            None => self.world.within(&node.addresses, destination, ("here", at.0)),
        }
    }

    fn delivered(&mut self, at: NodeId) -> End {
        let node = self.world.node(at);
        self.pass_all(&node.receives, at)?;
        let hosted = node.hosts.iter().find(|hosted| {
            self.world.flow.to == Some(hosted.node)
                || matches!(&self.world.flow.name, Some(FlowName::Known(name)) if *name == hosted.name)
        });
        let Some(hosted) = hosted else {
            return self.reply(at, None);
        };
        let service = self.world.node(hosted.node);
        if !service.obscured.is_empty() {
            return Err(Disposition::Unknown);
        }
        self.pass_all(&service.inspects, hosted.node)?;
        self.pass_all(&service.receives, hosted.node)?;
        self.reply(hosted.node, Some(at))
    }

    fn over(&mut self, link: u32) -> Result<NodeId, Disposition> {
        let found = &self.world.network.links[link as usize];
        if !self.world.holds(&found.doubts, ("link", link)) {
            return Err(Disposition::NoRoute);
        }
        self.pass_all(&found.filters, found.from)?;
        self.stamps.extend(found.stamps.iter().cloned());
        Ok(found.to)
    }

    /// The longest prefix, then the lowest rank; any of those left.
    fn pick_route(&self, at: NodeId, to: Option<NodeId>) -> Result<Forward, Disposition> {
        let destination = self.header().destination;
        let routes = self.world.node(at).routes.iter().enumerate();
        let matching: Vec<_> = routes
            .filter(|(_, route)| route.only_to.is_none() || route.only_to == to)
            .filter(|(index, route)| self.world.holds(&route.doubts, ("route", at.0, index)))
            .filter(|(index, route)| {
                self.world
                    .within(&route.destinations, destination, ("prefix", at.0, index))
            })
            .map(|(_, route)| route)
            .collect();
        let order = |route: &&clearway::network::model::Route| (std::cmp::Reverse(route.length), route.rank);
        let best = matching
            .iter()
            .copied()
            .min_by_key(order)
            .ok_or(Disposition::NoRoute)?;
        let equal: Vec<_> = matching
            .into_iter()
            .filter(|route| order(route) == order(&best))
            .collect();
        let chosen = usize::try_from(self.world.toss(("equal", at.0, self.packet))).unwrap() % equal.len();
        Ok(equal[chosen].forward)
    }

    fn pass_all(&mut self, filters: &[FilterId], at: NodeId) -> End {
        if self.back {
            filters.iter().rev().try_for_each(|id| self.pass_back(*id))
        } else {
            filters.iter().try_for_each(|id| self.pass_out(*id, at))
        }
    }

    fn deciding<'f>(&self, id: FilterId, filter: &'f Filter) -> &'f Line {
        let mut index = 0;
        while let Some(line) = filter.lines.get(index) {
            match line.action {
                Action::Jump(target) if self.matches(line, (id.0, index)) => index = target,
                _ if self.matches(line, (id.0, index)) => return line,
                _ => index += 1,
            }
        }
        &filter.otherwise
    }

    fn matches(&self, line: &Line, key: (u32, usize)) -> bool {
        let world = self.world;
        let packet = self.header();
        let named = match (&line.names, world.name().filter(|_| !self.back)) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(names), Some(name)) => {
                let known = names
                    .patterns
                    .iter()
                    .any(|pattern| match pattern.strip_prefix("*.") {
                        Some(zone) => name.ends_with(&format!(".{zone}")),
                        None => **pattern == *"*" || **pattern == *name,
                    });
                known || !names.doubts.is_empty() && world.toss(("pattern", key)).is_multiple_of(2)
            }
        };
        let carries = |stamps: &[Arc<str>]| stamps.iter().any(|stamp| self.stamps.contains(stamp));
        named
            && (line.requires.is_empty() || carries(&line.requires))
            && !carries(&line.unless)
            && world.holds(&line.doubts, ("line", key))
            && line.matches.iter().enumerate().any(|(index, one)| {
                let ports = &one.destination_ports;
                world.within(&one.source, packet.source, ("source", key, index))
                    && world.within(&one.destination, packet.destination, ("destination", key, index))
                    && one.protocols.lower.contains(packet.protocol)
                    && one.source_ports.lower.contains(packet.source_port)
                    && (ports.lower.contains(packet.destination_port)
                        || ports.upper.contains(packet.destination_port)
                            && world
                                .toss(("port", key, index, packet.destination_port))
                                .is_multiple_of(2))
            })
    }

    fn pass_out(&mut self, id: FilterId, at: NodeId) -> End {
        let filter = &self.world.network.filters[id.0 as usize];
        let line = self.deciding(id, filter);
        let mut stateful = line.stateful;
        match &line.action {
            Action::Deny => return Err(Disposition::Denied),
            Action::Rewrite(rewrite) => {
                self.rewrite(rewrite, filter, at);
                stateful = true;
            }
            Action::Allow | Action::Jump(_) => {}
        }
        self.passes.push(Passed {
            point: Arc::clone(&filter.point),
            transit: filter.transit,
            stateful,
        });
        Ok(())
    }

    fn rewrite(&mut self, rewrite: &Rewrite, filter: &Filter, at: NodeId) {
        let before = self.packet;
        let source = rewrite
            .source
            .as_ref()
            .filter(|_| !rewrite.source_unless_destination.contains(before.destination));
        if let Some(set) = source {
            self.packet.source = any_of(&set.upper, self.world.toss(("snat", before)));
        }
        if let Some(set) = &rewrite.destination {
            self.packet.destination = any_of(&set.upper, self.world.toss(("dnat", before)));
        }
        if let Some(ports) = &rewrite.destination_ports {
            self.packet.destination_port = ports.first().unwrap();
        }
        let rewritten = Rewritten {
            node: at,
            point: Arc::clone(&filter.point),
            before,
            source: source.is_some(),
            destination: rewrite.destination.is_some(),
            ports: rewrite.destination_ports.is_some(),
            passed: self.passes.len(),
        };
        if rewritten.source || rewritten.destination || rewritten.ports {
            self.stack.push(rewritten);
        }
    }

    fn undo_while(&mut self, at: impl Fn(&Rewritten) -> bool) {
        while self.stack.last().is_some_and(&at) {
            let undone = self.stack.pop().unwrap();
            if undone.source {
                self.packet.source = undone.before.source;
            }
            if undone.destination {
                self.packet.destination = undone.before.destination;
            }
            if undone.ports {
                self.packet.destination_port = undone.before.destination_port;
            }
            self.returned.push(undone.point);
        }
    }

    fn pass_back(&mut self, id: FilterId) -> End {
        let filter = &self.world.network.filters[id.0 as usize];
        self.undo_while(|undo| undo.point == filter.point);
        self.returned.push(Arc::clone(&filter.point));
        let passes = self.passes.iter().filter(|pass| pass.point == filter.point);
        let states: Vec<bool> = passes.map(|pass| pass.stateful).collect();
        if states.contains(&true) {
            return Ok(());
        }
        let line = self.deciding(id, filter);
        let allows = matches!(line.action, Action::Allow);
        if filter.transit && states.is_empty() {
            return if allows && !line.stateful {
                Ok(())
            } else {
                Err(Disposition::AsymmetricReturn)
            };
        }
        match line.action {
            Action::Allow => Ok(()),
            Action::Deny => Err(Disposition::Denied),
            Action::Rewrite(_) | Action::Jump(_) => Err(Disposition::AsymmetricReturn),
        }
    }

    fn reply(&mut self, start: NodeId, parent: Option<NodeId>) -> End {
        self.back = true;
        self.stamps.clear();
        let mut at = start;
        self.undo_while(|undo| undo.node == start);
        let mut seen = vec![(at, self.packet)];
        self.pass_all(&self.world.node(at).sends, at)?;
        let mut next = parent.filter(|_| self.world.node(start).routes.is_empty());
        loop {
            if let Some(arrived) = next {
                at = arrived;
                if !self.world.node(at).obscured.is_empty() {
                    return Err(Disposition::Unknown);
                }
                self.undo_while(|undo| undo.node == at);
                if seen.contains(&(at, self.packet)) {
                    return Err(Disposition::Loop);
                }
                seen.push((at, self.packet));
                self.pass_all(&self.world.node(at).inspects, at)?;
            }
            let translated = self.stack.iter().rev().find(|undo| undo.source);
            let translated = translated.map(|undo| (undo.node, undo.passed));
            let target = translated.map_or(self.world.flow.from, |(node, _)| node);
            if at == target {
                if translated.is_some() {
                    return Err(Disposition::AsymmetricReturn);
                }
                self.pass_all(&self.world.node(at).receives, at)?;
                return self.home();
            }
            let by_itself = translated.filter(|_| Addresses::public().contains(self.packet.source));
            let route = match by_itself {
                Some(_) if self.world.network.internet == Some(at) => Err(Disposition::NoRoute),
                _ => self.pick_route(at, Some(target)),
            };
            next = match (route, by_itself) {
                (Err(_), Some((home, passed))) => {
                    self.returned.extend(
                        self.passes
                            .iter()
                            .skip(passed)
                            .map(|pass| Arc::clone(&pass.point)),
                    );
                    self.undo_while(|undo| undo.passed > passed);
                    Some(home)
                }
                (Err(disposition), None) => return Err(disposition),
                (Ok(Forward::Link(link)), _) => Some(self.over(link.0)?),
                (Ok(Forward::Drop(disposition)), _) => return Err(disposition),
                (Ok(Forward::Deliver | Forward::Unknown), _) => return Err(Disposition::Unknown),
            };
        }
    }

    fn home(&self) -> End {
        let missed = self
            .passes
            .iter()
            .any(|pass| pass.transit && pass.stateful && !self.returned.contains(&pass.point));
        if missed || !self.stack.is_empty() {
            Err(Disposition::AsymmetricReturn)
        } else {
            Ok(())
        }
    }
}
