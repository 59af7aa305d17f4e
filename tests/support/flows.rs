//! Single flows through the network of one configuration.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clearway::config::{Environment, Options};
use clearway::network::model::{Disposition, Network, NodeId};
use clearway::network::service_tags::ServiceTags;
use clearway::network::{self, Declarations};
use clearway::paths::{Flow, Graph, Outcome, walk};
use clearway::see;
use clearway::traffic::{Addresses, Cube, Ports, Protocols};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The network of one configuration.
pub fn build(text: &str) -> Network {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("clearway-azure-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("main.tf"), text).unwrap();
    let network = build_directory(&directory);
    std::fs::remove_dir_all(&directory).unwrap();
    network
}

pub fn build_directory(directory: &Path) -> Network {
    let options = Options {
        root: Some(directory.to_owned()),
        ..Options::default()
    };
    let environment = Environment {
        working_directory: directory.to_owned(),
        ..Environment::default()
    };
    let sight = see(&[PathBuf::from(".")], &options, &environment);
    assert!(sight.diagnostics.is_empty(), "{:?}", sight.diagnostics);
    let evaluations: Vec<_> = sight
        .evaluated
        .into_iter()
        .map(|evaluated| evaluated.evaluation)
        .collect();
    network::build(&evaluations, &Declarations::default(), &ServiceTags::default())
}

pub fn node(network: &Network, name: &str) -> NodeId {
    let index = network.nodes.iter().position(|node| &*node.name == name);
    NodeId(u32::try_from(index.unwrap_or_else(|| panic!("no node {name}"))).unwrap())
}

pub fn flow(network: &Network, from: &str, source: &str, destination: &str, port: u16) -> Flow {
    let cube = Cube {
        source: Addresses::parse(source).unwrap(),
        destination: Addresses::parse(destination).unwrap(),
        protocols: Protocols::tcp(),
        source_ports: Ports::range(49152, 65535),
        destination_ports: Ports::single(port),
    };
    Flow {
        from: node(network, from),
        packets: cube.into(),
        name: None,
        to: None,
    }
}

pub fn show(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        text.push_str(&format!(
            "{:?} certain={} {:?}\n",
            outcome.disposition, outcome.certain, outcome.doubts
        ));
        for hop in &outcome.hops {
            text.push_str(&format!(
                "    {} {:?} {:?} {:?} {}{}\n",
                hop.place,
                hop.kind,
                hop.decision,
                hop.rule,
                hop.because,
                if hop.reply { " (reply)" } else { "" }
            ));
        }
    }
    text
}

pub fn fate(network: &Network, flow: &Flow) -> (Disposition, bool, String) {
    let graph = Graph::new(network);
    let outcomes = walk(&graph, flow);
    let shown = show(&outcomes);
    let [outcome] = outcomes.as_slice() else {
        panic!("several outcomes:\n{shown}");
    };
    (outcome.disposition, outcome.certain, shown)
}

/// Asserts how a flow ends, for certain, and that a hop of its way carries some words.
pub fn ends(network: &Network, flow: &Flow, wanted: Disposition, words: &str) {
    let (disposition, certain, shown) = fate(network, flow);
    assert!(certain && disposition == wanted, "wanted {wanted:?}:\n{shown}");
    assert!(shown.contains(words), "no `{words}` in:\n{shown}");
}

pub fn fate_of_all(network: &Network, flow: &Flow) -> (Vec<Disposition>, usize, String) {
    let graph = Graph::new(network);
    let outcomes = walk(&graph, flow);
    (
        outcomes.iter().map(|outcome| outcome.disposition).collect(),
        outcomes.len(),
        show(&outcomes),
    )
}
