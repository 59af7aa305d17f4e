//! What a chain of resolvers answers to a client that asks for a name: which server holds the address
//! asked, the longest suffix that it forwards or answers from, its upstream servers, and the private
//! zones in which a public alias ends.

use std::cell::Cell;
use std::sync::Arc;

use super::answer::{agree, answered, dns_hop, said};
use super::filter::unknown_name;
use super::graph::Graph;
use super::walk::{brief, too_many};
use super::{Answer, Decision, FlowName, Hop, Resolved};
use crate::network::model::{
    Bounded, Doubt, Fact, ForwardZone, NameServer, Network, NodeId, Service, Written, Zone, ZoneLink,
};
use crate::traffic::Addresses;

/// What the resolvers at `servers` answer when `client` asks each of them for `name`. Servers that
/// disagree give several uncertain answers. Whether a server can be reached is not decided here. Without
/// a server there is no answer at all, not even [`Resolved::Nothing`].
#[must_use]
pub fn resolve(
    graph: &Graph<'_>,
    servers: &Bounded<Addresses>,
    name: &FlowName,
    client: NodeId,
) -> Vec<Answer> {
    if servers.upper.is_empty() {
        return Vec::new();
    }
    let question = Question {
        name: name.clone(),
        asker: Some(client),
        hops: Vec::new(),
        asked: Vec::new(),
    };
    let resolver = Resolver {
        graph,
        network: graph.network(),
        left: Cell::new(MOST_QUESTIONS),
    };
    resolver.ask(servers, &question)
}

/// The address at which the platform answers inside its virtual networks, and nowhere else
/// (Microsoft Learn, "What is IP address 168.63.129.16?").
const PLATFORM: u32 = 0xA83F_8110;
/// A longer chain is given up.
const LONGEST_CHAIN: usize = 16;
/// Beyond this many questions a resolution gives up.
const MOST_QUESTIONS: usize = 2048;

pub(super) struct Resolver<'g, 'n> {
    graph: &'g Graph<'n>,
    pub(super) network: &'n Network,
    /// How many questions may still be asked.
    left: Cell<usize>,
}

/// A name on its way through the chain.
#[derive(Clone)]
pub(super) struct Question {
    pub(super) name: FlowName,
    /// Where the question comes from, where that is modelled.
    asker: Option<NodeId>,
    pub(super) hops: Vec<Hop>,
    /// The servers asked so far, with the name they were asked for.
    pub(super) asked: Vec<(usize, FlowName)>,
}

/// One way that a server may treat a name.
enum Way<'n> {
    Zone(&'n ZoneLink, &'n Zone),
    Forward(&'n ForwardZone),
}

struct Treatment<'n> {
    way: Way<'n>,
    /// Length of the suffix that matches.
    length: usize,
    doubts: Vec<Doubt>,
}

impl<'n> Resolver<'_, 'n> {
    /// Asks every server of a set; whichever is asked must answer alike for the answer to be certain.
    fn ask(&self, servers: &Bounded<Addresses>, question: &Question) -> Vec<Answer> {
        if servers.upper.is_all() {
            let because = format!("which server is asked for {} is not known", said(&question.name));
            let hop = dns_hop(
                "a resolver",
                Decision::Unknown,
                None,
                because,
                &Written::default(),
            );
            return self.anything(question, hop, &servers.doubts);
        }
        let platform = Addresses::from_ranges([(PLATFORM, PLATFORM)]);
        let mut rest = servers.upper.clone();
        let mut answers = Vec::new();
        for (index, server) in self.network.naming.servers.iter().enumerate() {
            let shared = servers.upper.intersection(&server.addresses.upper);
            if shared.is_empty() || shared.is_subset(&platform) && !self.answers_here(server, question) {
                continue;
            }
            // An address that is only bounded is that of the server when it is bounded alike: both come
            // from one attribute.
            let same = *servers == server.addresses;
            rest = rest.difference(if same {
                &server.addresses.upper
            } else {
                &server.addresses.lower
            });
            let mut own = self.ask_server(index, server, question);
            if !same && !shared.is_subset(&server.addresses.lower) {
                doubt(&mut own, &server.addresses.doubts);
            }
            if !same && !shared.intersects(&servers.lower) {
                doubt(&mut own, &servers.doubts);
            }
            answers.extend(own);
        }
        answers.extend(self.ask_unmodelled(&rest, servers, question));
        agree(&question.name, answers)
    }

    /// Whether this is the platform's resolver that the question reaches: that of the network it comes
    /// from, or else of those beside it.
    fn answers_here(&self, server: &NameServer, question: &Question) -> bool {
        let (Some(node), Some(asker)) = (server.node, question.asker) else {
            return false;
        };
        let platform = Addresses::from_ranges([(PLATFORM, PLATFORM)]);
        let mut others = self.network.naming.servers.iter();
        let own =
            others.any(|other| other.node == Some(asker) && other.addresses.upper.intersects(&platform));
        node == asker || !own && self.graph.adjacent(node, asker)
    }

    /// Servers that no input defines: public ones answer publicly, the platform's answers only inside
    /// its networks, and what a private one answers is not known.
    fn ask_unmodelled(
        &self,
        rest: &Addresses,
        servers: &Bounded<Addresses>,
        question: &Question,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        let platform = Addresses::from_ranges([(PLATFORM, PLATFORM)]);
        let public = rest.intersection(&Addresses::public()).difference(&platform);
        let private = rest.difference(&Addresses::public()).difference(&platform);
        let name = said(&question.name);
        if rest.intersects(&platform) {
            let because = format!(
                "168.63.129.16 answers only inside a virtual network, and {name} is asked from outside"
            );
            let hop = dns_hop(
                "168.63.129.16",
                Decision::Denied,
                None,
                because,
                &Written::default(),
            );
            answers.push(answered(question.hops.clone(), hop, Resolved::Nothing));
        }
        if !public.is_empty() {
            let because = format!("a public resolver knows only the public address of {name}");
            let place = format!("public resolver {}", brief(&public));
            let hop = dns_hop(&place, Decision::Rewritten, None, because, &Written::default());
            answers.push(answered(question.hops.clone(), hop, Resolved::Public));
        }
        if !private.is_empty() {
            let server = brief(&private);
            let because = format!("no input shows what the resolver {server} answers for {name}");
            let hop = dns_hop(
                &format!("resolver {server}"),
                Decision::Unknown,
                None,
                because,
                &Written::default(),
            );
            let unseen = Doubt {
                what: format!("what the resolver {server} answers").into(),
                decided_by: Arc::from("an input that defines it, or another resolver"),
                at: None,
            };
            let doubts: Vec<Doubt> = [unseen]
                .into_iter()
                .chain(servers.doubts.iter().cloned())
                .collect();
            answers.extend(self.anything(question, hop, &doubts));
        }
        answers
    }

    pub(super) fn ask_server(
        &self,
        index: usize,
        server: &'n NameServer,
        question: &Question,
    ) -> Vec<Answer> {
        let name = said(&question.name);
        let mark = (index, question.name.clone());
        if question.asked.contains(&mark) {
            let because =
                format!("it is asked for {name} a second time: the resolvers ask each other in a circle");
            let hop = dns_hop(&server.name, Decision::Denied, None, because, &server.written);
            return vec![answered(question.hops.clone(), hop, Resolved::Nothing)];
        }
        let left = self.left.replace(self.left.get().saturating_sub(1));
        if !server.doubts.is_empty() || question.asked.len() >= LONGEST_CHAIN || left == 0 {
            let because = format!("how it answers {name} is not known");
            let hop = dns_hop(&server.name, Decision::Unknown, None, because, &server.written);
            let long = [too_many("resolvers that ask each other")];
            let doubts = if server.doubts.is_empty() {
                &long[..]
            } else {
                &server.doubts
            };
            return self.anything(question, hop, doubts);
        }
        let mut question = question.clone();
        question.asked.push(mark);
        question.asker = server.node;
        let mut answers = self.by_suffix(server, &question);
        for answer in &mut answers {
            answer.assumptions.extend_from_slice(&server.assumptions);
        }
        answers
    }

    /// The longest suffix that certainly covers the name decides, unless one that may cover it does.
    fn by_suffix(&self, server: &'n NameServer, question: &Question) -> Vec<Answer> {
        let mut options: Vec<Treatment<'n>> = Vec::new();
        for link in &server.zones {
            if let Some(zone) = self.network.naming.zones.get(link.zone)
                && let Some((length, doubts)) = covers(&zone.suffix, &question.name)
            {
                let doubts = link.doubts.iter().cloned().chain(doubts).collect();
                let way = Way::Zone(link, zone);
                options.push(Treatment { way, length, doubts });
            }
        }
        for forward in &server.forwards {
            if let Some((length, doubts)) = covers(&forward.suffix, &question.name) {
                let doubts = forward.doubts.iter().cloned().chain(doubts).collect();
                let way = Way::Forward(forward);
                options.push(Treatment { way, length, doubts });
            }
        }
        // A stable sort: of equal suffixes the server's own zone comes first.
        options.sort_by_key(|option| std::cmp::Reverse(option.length));
        let mut answers = Vec::new();
        for option in &options {
            let mut own = match option.way {
                Way::Zone(link, zone) => self.zone_answers(server, link, zone, question),
                Way::Forward(forward) => self.forwarded(server, forward, question),
            };
            doubt(&mut own, &option.doubts);
            answers.extend(own);
            if option.doubts.is_empty() {
                return agree(&question.name, answers);
            }
        }
        answers.extend(self.otherwise(server, question));
        agree(&question.name, answers)
    }

    /// What a server does with a name that none of its zones covers.
    fn otherwise(&self, server: &'n NameServer, question: &Question) -> Vec<Answer> {
        if server.public {
            return self.publicly(server, question);
        }
        let because = format!(
            "none of its zones covers {}, and it has no default zone",
            said(&question.name)
        );
        let hop = dns_hop(&server.name, Decision::Denied, None, because, &server.written);
        vec![answered(question.hops.clone(), hop, Resolved::Nothing)]
    }

    fn forwarded(&self, server: &NameServer, forward: &'n ForwardZone, question: &Question) -> Vec<Answer> {
        let name = said(&question.name);
        let upstreams = brief(&forward.upstreams.upper);
        let because = match &forward.suffix.value {
            _ if forward.upstreams.upper.is_empty() => format!("{name} goes to a zone without servers"),
            Ok(suffix) if suffix.is_empty() => {
                format!("no other zone covers {name}: the default zone asks {upstreams}")
            }
            Ok(suffix) => format!("{name} falls under the zone `{suffix}`, which asks {upstreams}"),
            Err(_) => format!("{name} may fall under this zone, which asks {upstreams}"),
        };
        let rule = Some(&forward.name);
        let mut answers = if forward.upstreams.upper.is_empty() {
            let hop = dns_hop(&server.name, Decision::Denied, rule, because, &forward.written);
            vec![answered(question.hops.clone(), hop, Resolved::Nothing)]
        } else {
            let mut question = question.clone();
            question.hops.push(dns_hop(
                &server.name,
                Decision::Forwarded,
                rule,
                because,
                &forward.written,
            ));
            self.ask(&forward.upstreams, &question)
        };
        for answer in &mut answers {
            answer.assumptions.extend_from_slice(&forward.assumptions);
        }
        answers
    }

    /// The services that the name is, or may be, that of: the certain one last.
    pub(super) fn services(&self, name: &FlowName) -> Vec<(&'n Service, Vec<Doubt>)> {
        let mut services = Vec::new();
        for service in &self.network.naming.services {
            match (&service.name.value, name) {
                (Ok(own), FlowName::Known(name)) if own == name => services.push((service, Vec::new())),
                (Ok(_), FlowName::Known(_)) => {}
                (Ok(_), FlowName::Unknown) => services.push((service, vec![unknown_name()])),
                (Err(unknown), _) => services.push((service, vec![unknown.clone()])),
            }
        }
        services.sort_by_key(|(_, doubts)| doubts.is_empty());
        services
    }

    /// Every answer that somebody might give.
    pub(super) fn anything(&self, question: &Question, hop: Hop, doubts: &[Doubt]) -> Vec<Answer> {
        let services = self.services(&question.name).into_iter();
        let endpoints = services.flat_map(|(service, _)| &service.endpoints);
        let mut answers: Vec<Answer> = endpoints
            .map(|node| Resolved::Endpoint(*node))
            .chain([Resolved::Public, Resolved::Nothing])
            .map(|resolved| answered(question.hops.clone(), hop.clone(), resolved))
            .collect();
        doubt(&mut answers, doubts);
        agree(&question.name, answers)
    }
}

/// Notes what these answers depend on. They stay certain until others stand beside them: where every
/// way leads to one answer, nothing depends on which is taken.
pub(super) fn doubt(answers: &mut [Answer], doubts: &[Doubt]) {
    for answer in answers {
        answer.doubts.extend_from_slice(doubts);
    }
}

/// How much of the name a suffix covers, and what leaves it open; `None` where it does not.
pub(super) fn covers(suffix: &Fact<Arc<str>>, name: &FlowName) -> Option<(usize, Vec<Doubt>)> {
    match (&suffix.value, name) {
        (Ok(suffix), _) if suffix.is_empty() => Some((0, Vec::new())),
        (Ok(suffix), FlowName::Known(name)) => {
            let before = name.strip_suffix(&**suffix)?;
            (before.is_empty() || before.ends_with('.')).then(|| (suffix.len(), Vec::new()))
        }
        (Ok(suffix), FlowName::Unknown) => Some((suffix.len(), vec![unknown_name()])),
        // It may cover the name with any length: before all that certainly do.
        (Err(unknown), _) => Some((usize::MAX, vec![unknown.clone()])),
    }
}
