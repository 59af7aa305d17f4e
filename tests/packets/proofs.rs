//! What an outcome shows: the deciding rule, the way it came, what is not known, and the verdict on all.

use std::sync::Arc;

use clearway::network::model::{
    Action, Bounded, Disposition, Doubt, Filter, FilterId, Forward, HopKind, Line, Link, LinkId, Match,
    Network, Node, NodeId, Rewrite, Route, Written,
};
use clearway::paths::{Decision, Destination, Flow, Graph, Outcome, Standing, judge, walk};
use clearway::traffic::{Addresses, Cube, Ports, Protocols};

fn addresses(text: &str) -> Addresses {
    Addresses::parse(text).unwrap()
}

fn doubt(what: &str) -> Doubt {
    Doubt {
        what: what.into(),
        decided_by: Arc::from("somebody"),
        at: None,
    }
}

fn line(name: &str, action: Action, source: &str, ports: Ports) -> Line {
    Line {
        name: name.into(),
        action,
        matches: vec![Match {
            source: Bounded::exactly(addresses(source)),
            destination: Bounded::exactly(Addresses::all()),
            protocols: Bounded::exactly(Protocols::all()),
            source_ports: Bounded::exactly(Ports::all()),
            destination_ports: Bounded::exactly(ports),
        }],
        names: None,
        requires: Vec::new(),
        unless: Vec::new(),
        stateful: true,
        place: None,
        because: format!("{name} says so").into(),
        written: Written::default(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn filter(lines: Vec<Line>, transit: bool) -> Filter {
    Filter {
        name: Arc::from("firewall"),
        kind: HopKind::AzureFirewall,
        written: Written::default(),
        lines,
        otherwise: line("default", Action::Deny, "0.0.0.0/0", Ports::all()),
        point: Arc::from("firewall"),
        transit,
    }
}

fn route(prefix: &str, length: u8, link: u32, name: &str) -> Route {
    Route {
        destinations: Bounded::exactly(addresses(prefix)),
        length,
        rank: 0,
        only_to: None,
        forward: Forward::Link(LinkId(link)),
        name: name.into(),
        kind: None,
        place: None,
        because: Arc::from("it is there"),
        written: Written::default(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

/// A client network 10.0.0.0/24, a firewall in between, a server network 10.1.0.0/24, and a second way
/// back that does not pass the firewall. Links: 0 and 1 out, 2 and 3 back, 4 past the firewall.
fn network(lines: Vec<Line>, transit: bool) -> Network {
    let mut network = Network::default();
    for (name, own) in [
        ("client", "10.0.0.0/24"),
        ("firewall", "10.9.0.4"),
        ("server", "10.1.0.0/24"),
    ] {
        network.add_node(Node {
            name: name.into(),
            kind: HopKind::VirtualNetwork,
            written: Written::default(),
            addresses: Bounded::exactly(addresses(own)),
            routes: Vec::new(),
            sends: Vec::new(),
            receives: Vec::new(),
            inspects: Vec::new(),
            hosts: Vec::new(),
            obscured: Vec::new(),
        });
    }
    for (from, to) in [(0, 1), (1, 2), (2, 1), (1, 0), (2, 0)] {
        network.add_link(Link {
            from: NodeId(from),
            to: NodeId(to),
            name: format!("link {from} to {to}").into(),
            kind: HopKind::Peering,
            because: Arc::from("peered"),
            written: Written::default(),
            filters: Vec::new(),
            stamps: Vec::new(),
            doubts: Vec::new(),
            assumptions: Vec::new(),
        });
    }
    network.nodes[0].routes = vec![route("0.0.0.0/0", 0, 0, "default")];
    network.nodes[1].routes = vec![
        route("10.1.0.0/24", 24, 1, "to server"),
        route("10.0.0.0/24", 24, 3, "to client"),
    ];
    network.nodes[2].routes = vec![route("0.0.0.0/0", 0, 2, "default")];
    let id = network.add_filter(filter(lines, transit));
    network.nodes[1].inspects = vec![id];
    network
}

fn https() -> Line {
    line("https", Action::Allow, "10.0.0.0/24", Ports::single(443))
}

fn send(network: &Network) -> Vec<Outcome> {
    let cube = Cube {
        source: addresses("10.0.0.0/28"),
        destination: addresses("10.1.0.8/29"),
        protocols: Protocols::tcp(),
        source_ports: Ports::range(49_152, u16::MAX),
        destination_ports: Ports::single(443),
    };
    let flow = Flow {
        from: NodeId(0),
        packets: cube.into(),
        name: None,
        to: None,
    };
    walk(&Graph::new(network), &flow)
}

fn single(outcomes: &[Outcome]) -> &Outcome {
    match outcomes {
        [outcome] => outcome,
        _ => panic!("{outcomes:#?}"),
    }
}

fn told(outcome: &Outcome) -> Vec<(&str, Decision, Option<&str>, bool)> {
    let hops = outcome.hops.iter();
    hops.map(|hop| (&*hop.place, hop.decision, hop.rule.as_deref(), hop.reply))
        .collect()
}

#[test]
fn every_step_is_told_with_the_rule_that_decided() {
    let outcomes = send(&network(vec![https()], true));
    let outcome = single(&outcomes);
    assert!(outcome.certain && outcome.disposition == Disposition::Delivered);
    assert_eq!(
        told(outcome),
        [
            ("client", Decision::Forwarded, Some("default"), false),
            ("link 0 to 1", Decision::Forwarded, None, false),
            ("firewall", Decision::Allowed, Some("https"), false),
            ("firewall", Decision::Forwarded, Some("to server"), false),
            ("link 1 to 2", Decision::Forwarded, None, false),
            ("server", Decision::Forwarded, None, false),
        ]
    );
}

#[test]
fn a_part_is_denied_by_the_line_that_matches_it_first() {
    let deny = line("some", Action::Deny, "10.0.0.8/29", Ports::all());
    let outcomes = send(&network(vec![deny, https()], true));
    let judgement = judge(&outcomes, Destination::Every);
    assert_eq!(judgement.standing, Standing::Blocked);
    assert_eq!(judgement.blocked.sources(), addresses("10.0.0.8/29"));
    let deciding = judgement.deciding.unwrap();
    assert_eq!(
        told(deciding).last(),
        Some(&("firewall", Decision::Denied, Some("some"), false))
    );
    assert!(judgement.doubts.is_empty());
}

#[test]
fn an_unknown_line_before_one_that_agrees_decides_nothing() {
    let mut unsure = https();
    unsure.doubts = vec![doubt("var.rules")];
    let agreeing = send(&network(vec![unsure.clone(), https()], true));
    assert!(single(&agreeing).certain);
    let open = send(&network(vec![unsure], true));
    let judgement = judge(&open, Destination::Every);
    assert_eq!(judgement.standing, Standing::Undecided);
    assert_eq!(judgement.doubts, [doubt("var.rules")]);
    assert!(judgement.blocked.is_empty());
    let denied = open
        .iter()
        .find(|outcome| outcome.disposition == Disposition::Denied)
        .unwrap();
    let last = denied.hops.last().unwrap();
    assert_eq!(
        (last.decision, last.rule.as_deref()),
        (Decision::Unknown, Some("default"))
    );
    assert_eq!(
        &*last.because,
        "decides unless an earlier rule does: default says so"
    );
}

#[test]
fn a_reply_past_the_firewall_is_asymmetric_and_told() {
    let mut network = network(vec![https()], true);
    network.nodes[2]
        .routes
        .push(route("10.0.0.0/24", 24, 4, "short cut"));
    let outcomes = send(&network);
    let outcome = single(&outcomes);
    assert_eq!(outcome.disposition, Disposition::AsymmetricReturn);
    let back: Vec<_> = told(outcome).into_iter().filter(|hop| hop.3).collect();
    assert_eq!(
        back,
        [
            ("server", Decision::Forwarded, Some("short cut"), true),
            ("link 2 to 0", Decision::Forwarded, None, true),
            ("firewall", Decision::Denied, Some("https"), true),
        ]
    );
    // The same way back is no harm where nothing keeps state for what passes.
    network.filters[0].transit = false;
    assert_eq!(single(&send(&network)).disposition, Disposition::Delivered);
}

#[test]
fn translation_brings_the_reply_back_to_the_firewall() {
    let mut network = network(vec![https()], true);
    network.nodes[2]
        .routes
        .push(route("10.0.0.0/24", 24, 4, "short cut"));
    network.filters[0].lines[0].action = Action::Rewrite(Arc::new(Rewrite {
        source: Some(Bounded::exactly(addresses("10.9.0.4"))),
        source_unless_destination: Addresses::none(),
        destination: None,
        destination_ports: None,
    }));
    let outcomes = send(&network);
    let outcome = single(&outcomes);
    assert!(outcome.certain && outcome.disposition == Disposition::Delivered);
    assert!(told(outcome).contains(&("firewall", Decision::Rewritten, Some("https"), false)));
    network.nodes[2].routes.remove(0);
    let outcomes = send(&network);
    assert_eq!(single(&outcomes).disposition, Disposition::NoRoute);
    assert_eq!(single(&outcomes).packets.sources(), addresses("10.0.0.0/28"));
}

#[test]
fn a_translated_address_that_is_one_of_several_may_or_may_not_match() {
    let mut network = network(vec![https()], false);
    network.filters[0].lines[0].action = Action::Rewrite(Arc::new(Rewrite {
        source: Some(Bounded::exactly(addresses("10.9.0.4/30"))),
        source_unless_destination: Addresses::none(),
        destination: None,
        destination_ports: None,
    }));
    let mut inner = filter(
        vec![line("half", Action::Allow, "10.9.0.4/31", Ports::all())],
        false,
    );
    inner.point = Arc::from("server");
    network.filters.push(inner);
    network.nodes[2].receives = vec![FilterId(1)];
    network.nodes[2].sends = vec![FilterId(1)];
    let outcomes = send(&network);
    let judgement = judge(&outcomes, Destination::Every);
    assert_eq!(judgement.standing, Standing::Undecided);
    assert_eq!(
        &*judgement.doubts[0].what,
        "which of 10.9.0.4/30 `firewall` translates to"
    );
}

#[test]
fn equal_routes_are_named_where_they_fare_differently() {
    let mut network = network(vec![https()], false);
    network.nodes[1]
        .routes
        .push(route("10.1.0.0/24", 24, 3, "astray"));
    let outcomes = send(&network);
    let judgement = judge(&outcomes, Destination::Every);
    assert_eq!(judgement.standing, Standing::Undecided);
    assert_eq!(
        &*judgement.doubts[0].what,
        "which of the equal routes `to server` and `astray` of `firewall` is taken"
    );
}

#[test]
fn one_unknown_address_is_blocked_only_where_every_address_is() {
    let mut network = network(vec![https()], true);
    let mut deny = line("some", Action::Deny, "0.0.0.0/0", Ports::all());
    deny.matches[0].destination = Bounded::exactly(addresses("10.1.0.8/30"));
    network.filters[0].lines.insert(0, deny.clone());
    let outcomes = send(&network);
    assert_eq!(judge(&outcomes, Destination::Every).standing, Standing::Blocked);
    assert_eq!(
        judge(&outcomes, Destination::OneUnknown).standing,
        Standing::Undecided
    );
    deny.matches[0].source = Bounded::exactly(addresses("10.0.0.1"));
    deny.matches[0].destination = Bounded::exactly(Addresses::all());
    network.filters[0].lines[0] = deny;
    assert_eq!(
        judge(&send(&network), Destination::OneUnknown).standing,
        Standing::Blocked
    );
}

#[test]
fn what_is_not_modelled_is_neither_delivered_nor_blocked() {
    let mut network = network(vec![https()], true);
    network.nodes[1].obscured = vec![doubt("an appliance")];
    let outcomes = send(&network);
    let judgement = judge(&outcomes, Destination::Every);
    assert_eq!(judgement.standing, Standing::Undecided);
    assert_eq!(judgement.doubts, [doubt("an appliance")]);
    assert_eq!(judge(&[], Destination::Every).standing, Standing::Undecided);
}

#[test]
fn too_many_ways_are_unknown_and_never_delivered() {
    // Every node of a ladder has two uncertain ways to the next: more ways than anybody can follow.
    let mut network = network(vec![https()], false);
    let rungs = 40;
    let first = u32::try_from(network.nodes.len()).unwrap();
    for rung in 0..rungs {
        let mut node = network.nodes[0].clone();
        node.addresses = Bounded::exactly(Addresses::none());
        let next = if rung + 1 == rungs { 2 } else { first + rung + 1 };
        let links: Vec<u32> = (0..2)
            .map(|_| {
                let mut link = network.links[0].clone();
                (link.from, link.to) = (NodeId(first + rung), NodeId(next));
                network.add_link(link).0
            })
            .collect();
        node.routes = links
            .iter()
            .map(|link| route("0.0.0.0/0", 0, *link, &format!("way {link}")))
            .collect();
        network.add_node(node);
    }
    network.links[0].to = NodeId(first);
    let outcomes = send(&network);
    let judgement = judge(&outcomes, Destination::Every);
    assert_eq!(judgement.standing, Standing::Undecided);
    assert!(
        judgement
            .doubts
            .iter()
            .any(|doubt| &*doubt.what == "ways of this flow")
    );
}
