//! What the engine says of a set must hold for each of its packets, however the unknowns turn out.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use clearway::network::model::Disposition;
use clearway::paths::{Graph, Outcome, blocked_certainly, delivered_certainly, walk};
use clearway::traffic::{Packet, Packets};
use proptest::prelude::*;

use super::networks::{Case, case};
use super::simulator::World;

const WORLDS: u64 = 12;

#[derive(Default, Debug)]
struct Tally {
    packets: usize,
    delivered: usize,
    blocked: usize,
    ends: BTreeMap<Disposition, usize>,
    possible: usize,
    witnessed: usize,
}

/// Some packets of a set, evenly spread.
fn some_of(packets: &Packets) -> Vec<Packet> {
    let mut all = Vec::new();
    for cube in packets.cubes() {
        for source in cube.source.ranges().iter().flat_map(|(low, high)| *low..=*high) {
            for destination in cube
                .destination
                .ranges()
                .iter()
                .flat_map(|(low, high)| *low..=*high)
            {
                for protocol in cube
                    .protocols
                    .ranges()
                    .iter()
                    .flat_map(|(low, high)| *low..=*high)
                {
                    for port in cube
                        .destination_ports
                        .ranges()
                        .iter()
                        .flat_map(|(low, high)| *low..=*high)
                    {
                        all.push(Packet {
                            source: source.into(),
                            destination: destination.into(),
                            protocol: u8::try_from(protocol).unwrap(),
                            source_port: cube.source_ports.first().unwrap(),
                            destination_port: u16::try_from(port).unwrap(),
                        });
                    }
                }
            }
        }
    }
    let step = all.len() / 12 + 1;
    all.into_iter().step_by(step).collect()
}

fn of(outcomes: &[Outcome], packet: Packet) -> Vec<&Outcome> {
    outcomes
        .iter()
        .filter(|outcome| outcome.packets.contains(packet))
        .collect()
}

fn agrees(case: &Case, doubtful: bool, tally: &mut Tally) -> Result<(), TestCaseError> {
    let graph = Graph::new(&case.network);
    let outcomes = walk(&graph, &case.flow);
    let (delivered, blocked) = (delivered_certainly(&outcomes), blocked_certainly(&outcomes));
    for packet in some_of(&case.flow.packets) {
        let own = of(&outcomes, packet);
        let said: BTreeSet<Disposition> = own.iter().map(|outcome| outcome.disposition).collect();
        prop_assert!(!said.is_empty(), "{packet:?} has no outcome");
        let certain = own.iter().any(|outcome| outcome.certain);
        prop_assert!(
            !certain || own.len() == 1,
            "{packet:?} is certain and has {} outcomes",
            own.len()
        );
        for outcome in &own {
            prop_assert!(
                outcome.certain || !outcome.doubts.is_empty(),
                "{packet:?}: uncertain without doubt"
            );
        }
        let mut ends = BTreeSet::new();
        for seed in 0..WORLDS {
            let world = World {
                network: &case.network,
                flow: &case.flow,
                seed,
            };
            let end = world.send(packet);
            prop_assert!(
                said.contains(&end) || said.contains(&Disposition::Unknown),
                "{packet:?} ends {end:?} in world {seed}; the engine says {said:?}"
            );
            prop_assert!(
                !delivered.contains(packet) || end == Disposition::Delivered,
                "{packet:?} delivered"
            );
            prop_assert!(
                !blocked.contains(packet) || end != Disposition::Delivered,
                "{packet:?} blocked"
            );
            ends.insert(end);
            *tally.ends.entry(end).or_default() += 1;
        }
        if !doubtful {
            // Only what is not modelled stays open then.
            let open = said.contains(&Disposition::Unknown);
            prop_assert!(
                certain || open,
                "{packet:?} is uncertain without unknowns: {said:?}"
            );
            prop_assert_eq!(&ends, &said);
        }
        tally.packets += 1;
        tally.delivered += usize::from(delivered.contains(packet));
        tally.blocked += usize::from(blocked.contains(packet));
        if !said.contains(&Disposition::Unknown) {
            tally.possible += said.len();
            tally.witnessed += ends.len();
        }
    }
    Ok(())
}

fn run(doubtful: bool, cases: u32) -> Tally {
    let tally = RefCell::new(Tally::default());
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..ProptestConfig::default()
    };
    let numbers = proptest::collection::vec(any::<u16>(), 300);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&numbers, |numbers| {
            agrees(&case(&numbers, doubtful), doubtful, &mut tally.borrow_mut())
        })
        .unwrap();
    tally.into_inner()
}

#[test]
fn without_unknowns_every_packet_fares_exactly_as_simulated() {
    let tally = run(false, 800);
    println!("{tally:?}");
    assert_eq!(tally.witnessed, tally.possible);
    assert!(
        tally.delivered * 5 > tally.packets,
        "the networks are dull: {tally:?}"
    );
    assert!(
        tally.blocked * 5 > tally.packets,
        "the networks are dull: {tally:?}"
    );
}

#[test]
fn whatever_the_unknowns_turn_out_to_be_no_packet_fares_otherwise() {
    let tally = run(true, 800);
    println!("{tally:?}");
    assert!(
        tally.delivered * 10 > tally.packets,
        "the networks are dull: {tally:?}"
    );
    assert!(
        tally.blocked * 10 > tally.packets,
        "the networks are dull: {tally:?}"
    );
    // The engine must not hide behind doubts: most of what it calls possible happens in some world.
    assert!(
        tally.witnessed * 4 > tally.possible * 3,
        "the bounds are loose: {tally:?}"
    );
}
