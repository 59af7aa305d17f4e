//! Some values of a configuration hidden behind variables that nobody sets: what the engine says then
//! has to hold whatever the values are.

use std::collections::BTreeSet;
use std::fmt::Write;

use clearway::paths::{Destination, Graph, Standing, blocked_certainly, delivered_certainly, judge, walk};

use crate::compare::{Demand, Tally, demands, samples};
use crate::configuration::{Configuration, Leaf, Term, literal};
use crate::engine::{Built, Desk};
use crate::entropy::Entropy;
use crate::simulate::{Reason, World};

/// Values that are tried for what is hidden; the first are the original ones.
const COMPLETIONS: usize = 6;

/// What the configuration says once the hidden values are known.
struct Completion {
    words: String,
    built: Built,
    world: World,
}

/// A contradiction, in words; none where the verdict under unknowns holds in every completion.
pub fn contradiction(
    desk: &Desk,
    configuration: &Configuration,
    entropy: &mut Entropy,
    tally: &mut Tally,
) -> Option<String> {
    let leaves = configuration.leaves();
    if leaves.is_empty() {
        return None;
    }
    let hidden: BTreeSet<usize> = (0..entropy.below(3) + 1)
        .map(|_| entropy.below(leaves.len()))
        .collect();
    let main = configuration.main(&hidden);
    let site_file = configuration.site_file();
    let unknown = desk.build(&main, &site_file, &[]);
    let mut completions = Vec::new();
    for number in 0..COMPLETIONS {
        let values: Vec<(String, String)> = hidden
            .iter()
            .map(|leaf| {
                let own = &leaves[*leaf];
                let term = if number == 0 {
                    own.term.clone()
                } else {
                    another(own, &leaves, entropy)
                };
                (format!("h{leaf}"), given(&term))
            })
            .collect();
        let built = desk.build(&main, &site_file, &values);
        completions.push(Completion {
            words: format!("{values:?}"),
            world: World::read(&built.evaluation, &built.sites),
            built,
        });
    }
    tally.networks += 1;
    let graph = Graph::new(&unknown.network);
    for demand in demands(&completions[0].world, entropy) {
        let outcomes = walk(&graph, &demand.flow(&unknown.network));
        let (delivered, blocked) = (delivered_certainly(&outcomes), blocked_certainly(&outcomes));
        for (said, set) in [(true, &delivered), (false, &blocked)] {
            for packet in samples(set, entropy) {
                for completion in &completions {
                    let trip = completion.world.send(demand.from.place, &packet, demand.name);
                    tally.packets += 1;
                    let agrees = match &trip.fate {
                        Ok(()) => said,
                        Err(Reason::Lost(_)) => !said,
                        Err(Reason::Open(_)) => true,
                    };
                    if !agrees {
                        let mut words = format!("{main}\n{site_file}\n");
                        writeln!(
                            words,
                            "{} from {}: delivered whatever the values are: {said}; with {}: {:?}",
                            packet.shown(),
                            demand.from.name,
                            completion.words,
                            trip.fate
                        )
                        .unwrap();
                        for step in &trip.steps {
                            writeln!(words, "  simulated: {step}").unwrap();
                        }
                        words.push_str(&crate::compare::shown(&outcomes, &packet));
                        return Some(words);
                    }
                }
            }
        }
        let standing = judge(&outcomes, Destination::Every).standing;
        count(&demand, standing, &completions, tally);
    }
    None
}

/// Whether the completions agree, and if they do, whether that was said without knowing the values.
fn count(demand: &Demand, standing: Standing, completions: &[Completion], tally: &mut Tally) {
    tally.flows += 1;
    let mut verdicts = completions.iter().map(|completion| {
        let network = &completion.built.network;
        let graph = Graph::new(network);
        judge(&walk(&graph, &demand.flow(network)), Destination::Every).standing
    });
    let first = verdicts.next().unwrap();
    if first == Standing::Undecided || !verdicts.all(|verdict| verdict == first) {
        tally.split += 1;
        return;
    }
    match standing == first {
        true => tally.delivered += 1,
        false => tally.open += 1,
    }
}

/// Another value of the same kind: what others of the kind are, or what they could be.
fn another(leaf: &Leaf, all: &[Leaf], entropy: &mut Entropy) -> Term {
    let name = leaf.kind.rsplit('.').next().unwrap();
    let choices: &[&str] = match name {
        "access" | "action" => &["Allow", "Deny"],
        "direction" => &["Inbound", "Outbound"],
        "protocol" => &["*", "Tcp", "Udp"],
        "next_hop_type" => &["None", "Internet"],
        // No two routes of a table have one prefix.
        "address_prefix" => &[
            "10.250.0.0/16",
            "198.51.100.0/24",
            "203.0.113.0/25",
            "20.60.128.0/17",
        ],
        _ => &[],
    };
    if !choices.is_empty() {
        return Term::Text(entropy.pick(choices).to_owned());
    }
    match &leaf.term {
        // Subnets of a network do not overlap.
        Term::Texts(own) if leaf.kind == "azurerm_subnet.address_prefixes" => {
            let network: Vec<&str> = own[0].splitn(3, '.').take(2).collect();
            Term::Texts(vec![format!(
                "{}.{}.0/24",
                network.join("."),
                100 + entropy.below(100)
            )])
        }
        Term::Flag(_) => Term::Flag(entropy.chance(50)),
        Term::Number(_) if name == "priority" => {
            // No two rules of a group have one priority.
            let from = 100 + i64::try_from(entropy.below(3900)).unwrap();
            let free = |number: &Term| !all.iter().any(|other| other.term == *number);
            (from..).map(Term::Number).find(free).unwrap()
        }
        _ => {
            let same: Vec<&Leaf> = all.iter().filter(|other| other.kind == leaf.kind).collect();
            entropy.pick(&same).term.clone()
        }
    }
}

/// As it is given on the command line.
fn given(term: &Term) -> String {
    match term {
        Term::Text(text) => text.clone(),
        other => literal(other),
    }
}
