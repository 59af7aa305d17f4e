//! Chains of resolvers: what a client gets for a name, and how certainly.

use std::sync::Arc;

use clearway::network::model::{
    Bounded, Doubt, Fact, ForwardZone, HopKind, NameServer, Network, Node, NodeId, Record, RecordData,
    Service, Written, Zone, ZoneLink,
};
use clearway::paths::{Answer, FlowName, Graph, Resolved, resolve};
use clearway::traffic::Addresses;

const NAME: &str = "acct.blob.example.net";
const CLIENT: NodeId = NodeId(0);
const ENDPOINT: NodeId = NodeId(1);

fn set(text: &str) -> Bounded<Addresses> {
    Bounded::exactly(Addresses::parse(text).unwrap())
}

fn known(text: &str) -> Fact<Arc<str>> {
    Fact::known(Arc::from(text), None)
}

fn doubt(what: &str) -> Doubt {
    Doubt {
        what: what.into(),
        decided_by: Arc::from("somebody"),
        at: None,
    }
}

fn server(address: &str, node: NodeId) -> NameServer {
    NameServer {
        name: format!("server {address}").into(),
        written: Written::default(),
        addresses: set(address),
        node: Some(node),
        zones: Vec::new(),
        forwards: Vec::new(),
        public: false,
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn forward(suffix: &str, upstreams: Bounded<Addresses>) -> ForwardZone {
    ForwardZone {
        name: format!("zone {suffix}").into(),
        suffix: known(suffix),
        upstreams,
        from: None,
        written: Written::default(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn link(falls_back: bool) -> ZoneLink {
    ZoneLink {
        zone: 0,
        written: Written::default(),
        falls_back,
        doubts: Vec::new(),
    }
}

/// A client, a forwarder at 10.0.0.192 that sends the blob zone to 10.1.0.4 and the rest to a public
/// resolver, and at 10.1.0.4 a resolver that sees the private zone with the endpoint's record.
fn network() -> Network {
    let mut network = Network::default();
    for name in ["client", "endpoint", "resolver"] {
        network.add_node(Node {
            name: name.into(),
            kind: HopKind::Segment,
            written: Written::default(),
            addresses: Bounded::exactly(Addresses::none()),
            routes: Vec::new(),
            sends: Vec::new(),
            receives: Vec::new(),
            inspects: Vec::new(),
            hosts: Vec::new(),
            obscured: Vec::new(),
        });
    }
    let mut forwarder = server("10.0.0.192", CLIENT);
    forwarder.forwards = vec![
        forward("", set("1.1.1.1")),
        forward("blob.example.net", set("10.1.0.4")),
    ];
    let mut resolver = server("10.1.0.4", NodeId(2));
    resolver.zones = vec![link(false)];
    resolver.public = true;
    network.naming.servers = vec![forwarder, resolver];
    network.naming.zones = vec![Zone {
        name: Arc::from("the zone"),
        suffix: known("privatelink.blob.example.net"),
        records: vec![Record {
            name: known("acct.privatelink.blob.example.net"),
            data: RecordData::Endpoint(ENDPOINT),
            written: Written::default(),
            doubts: Vec::new(),
        }],
        written: Written::default(),
        doubts: Vec::new(),
    }];
    network.naming.services = vec![Service {
        name: known(NAME),
        addresses: set("20.60.0.0/16"),
        node: None,
        alias: Some(known("acct.privatelink.blob.example.net")),
        endpoints: vec![ENDPOINT],
        assumptions: Vec::new(),
    }];
    network
}

fn ask(network: &Network, server: &str, name: &str) -> Vec<Answer> {
    resolve(
        &Graph::new(network),
        &set(server),
        &FlowName::Known(name.into()),
        CLIENT,
    )
}

/// The one certain answer.
fn certain(answers: &[Answer]) -> &Resolved {
    match answers {
        [answer] if answer.certain && answer.doubts.is_empty() => &answer.resolved,
        _ => panic!("{answers:#?}"),
    }
}

fn possible(answers: &[Answer]) -> Vec<&Resolved> {
    assert!(
        answers
            .iter()
            .all(|answer| !answer.certain && !answer.doubts.is_empty()),
        "{answers:#?}"
    );
    answers.iter().map(|answer| &answer.resolved).collect()
}

#[test]
fn the_longest_suffix_leads_to_the_private_endpoint() {
    let network = network();
    let answers = ask(&network, "10.0.0.192", NAME);
    assert_eq!(certain(&answers), &Resolved::Endpoint(ENDPOINT));
    let places: Vec<&str> = answers[0].hops.iter().map(|hop| &*hop.place).collect();
    assert_eq!(places, ["server 10.0.0.192", "server 10.1.0.4"]);
    assert_eq!(
        &*answers[0].hops[0].because,
        "`acct.blob.example.net` falls under the zone `blob.example.net`, which asks 10.1.0.4"
    );
}

#[test]
fn other_names_go_to_the_default_zone() {
    let network = network();
    assert_eq!(
        certain(&ask(&network, "10.0.0.192", "login.example.org")),
        &Resolved::Public
    );
    // A suffix covers whole labels only.
    assert_eq!(
        certain(&ask(&network, "10.0.0.192", "notblob.example.net")),
        &Resolved::Public
    );
}

#[test]
fn forwarding_the_alias_instead_of_the_public_zone_stays_public() {
    let mut network = network();
    network.naming.servers[0].forwards[1].suffix = known("privatelink.blob.example.net");
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Public);
}

#[test]
fn a_linked_zone_without_the_record_answers_nothing_unless_it_falls_back() {
    let mut network = network();
    network.naming.zones[0].records.clear();
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Nothing);
    network.naming.servers[1].zones = vec![link(true)];
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Public);
}

#[test]
fn an_unlinked_zone_leaves_the_public_address_and_no_default_zone_nothing() {
    let mut network = network();
    network.naming.servers[1].zones.clear();
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Public);
    network.naming.servers[0].forwards.clear();
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Nothing);
}

#[test]
fn the_platforms_resolver_answers_only_beside_its_network() {
    let mut network = network();
    network.naming.servers[0].forwards[1].upstreams = set("168.63.129.16");
    let mut platform = server("168.63.129.16", NodeId(2));
    platform.zones = vec![link(false)];
    platform.public = true;
    network.naming.servers.push(platform);
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Nothing);
    network.naming.servers[0].node = Some(NodeId(2));
    assert_eq!(
        certain(&ask(&network, "10.0.0.192", NAME)),
        &Resolved::Endpoint(ENDPOINT)
    );
}

#[test]
fn upstreams_that_disagree_are_several_possible_answers() {
    let mut network = network();
    let both = Addresses::parse("10.1.0.4")
        .unwrap()
        .union(&Addresses::parse("1.1.1.1").unwrap());
    network.naming.servers[0].forwards[1].upstreams = Bounded::exactly(both);
    let answers = ask(&network, "10.0.0.192", NAME);
    assert_eq!(
        possible(&answers),
        [&Resolved::Endpoint(ENDPOINT), &Resolved::Public]
    );
}

#[test]
fn an_unknown_matters_only_where_it_changes_the_answer() {
    let mut network = network();
    network.naming.servers[1].zones[0].doubts = vec![doubt("count of the link")];
    let answers = ask(&network, "10.0.0.192", NAME);
    assert_eq!(
        possible(&answers),
        [&Resolved::Endpoint(ENDPOINT), &Resolved::Public]
    );
    assert_eq!(&*answers[0].doubts[0].what, "count of the link");
    // A forward whose suffix is unknown, to a server that answers all the same.
    let mut unknown = forward("", set("8.8.8.8"));
    unknown.suffix = Fact::unknown(doubt("suffix"));
    network.naming.servers[0].forwards = vec![forward("", set("1.1.1.1")), unknown];
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Public);
}

#[test]
fn a_private_server_that_no_input_defines_may_answer_anything() {
    let network = network();
    let answers = ask(&network, "10.9.9.9", NAME);
    assert_eq!(
        possible(&answers),
        [
            &Resolved::Endpoint(ENDPOINT),
            &Resolved::Public,
            &Resolved::Nothing
        ]
    );
    let nowhere = Bounded::exactly(Addresses::none());
    assert!(
        resolve(
            &Graph::new(&network),
            &nowhere,
            &FlowName::Known(NAME.into()),
            CLIENT
        )
        .is_empty()
    );
}

#[test]
fn resolvers_that_ask_each_other_answer_nothing() {
    let mut network = network();
    network.naming.servers[1].zones.clear();
    network.naming.servers[1].forwards = vec![forward("", set("10.0.0.192"))];
    assert_eq!(certain(&ask(&network, "10.0.0.192", NAME)), &Resolved::Nothing);
}

#[test]
fn records_are_followed_and_wildcards_stand_in() {
    let mut network = network();
    let record = |name: &str, data| Record {
        name: known(name),
        data,
        written: Written::default(),
        doubts: Vec::new(),
    };
    network.naming.zones[0].suffix = known("dr.example.com");
    network.naming.zones[0].records = vec![
        record(
            "msa.dr.example.com",
            RecordData::Name(known("host.dr.example.com")),
        ),
        record("*.dr.example.com", RecordData::Addresses(set("10.2.0.5"))),
        record("host.dr.example.com", RecordData::Addresses(set("10.2.0.4"))),
    ];
    let private = |text: &str| Resolved::Private(Addresses::parse(text).unwrap());
    assert_eq!(
        certain(&ask(&network, "10.1.0.4", "msa.dr.example.com")),
        &private("10.2.0.4")
    );
    assert_eq!(
        certain(&ask(&network, "10.1.0.4", "other.dr.example.com")),
        &private("10.2.0.5")
    );
}
