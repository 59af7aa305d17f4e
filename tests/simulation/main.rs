//! The whole tower against single packets: random configurations as HCL text, and a simulator of one
//! packet at a time, written from the documentation, that reads the evaluated resources and shares no
//! code with the engine. `CLEARWAY_NETWORKS=100000` and `CLEARWAY_HIDDEN=10000`
//! make longer runs.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod compare;
mod configuration;
mod engine;
#[path = "../packets/entropy.rs"]
mod entropy;
mod generate;
mod hidden;
mod simulate;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use compare::Tally;
use engine::Desk;
use entropy::Entropy;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use simulate::World;

/// The numbers that make a network, and those that choose what is asked of it.
const NUMBERS: usize = 400;
const QUESTIONS: usize = 600;
/// Networks that one random seed makes.
const SHARD: usize = 100;

fn asked_for(variable: &str, default: usize) -> usize {
    let wanted = std::env::var(variable).ok();
    wanted.map_or(default, |text| text.parse().unwrap())
}

/// Runs shards of random cases on all processors; the first failure is made smaller and reported.
fn run(networks: usize, case: impl Fn(&Desk, &[u16], &[u16], &mut Tally) -> Option<String> + Sync) -> Tally {
    let shards = networks.div_ceil(SHARD);
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Tally::default());
    let failure: Mutex<Option<String>> = Mutex::new(None);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let desk = Desk::new();
                let mut tally = Tally::default();
                loop {
                    let shard = next.fetch_add(1, Ordering::Relaxed);
                    if shard >= shards || failure.lock().unwrap().is_some() {
                        break;
                    }
                    if let Err(words) = run_shard(shard, &desk, &case, &mut tally) {
                        *failure.lock().unwrap() = Some(words);
                    }
                }
                total.lock().unwrap().add(tally);
            });
        }
    });
    if let Some(words) = failure.into_inner().unwrap() {
        panic!("{words}");
    }
    total.into_inner().unwrap()
}

fn run_shard(
    shard: usize,
    desk: &Desk,
    case: &impl Fn(&Desk, &[u16], &[u16], &mut Tally) -> Option<String>,
    tally: &mut Tally,
) -> Result<(), String> {
    let config = ProptestConfig {
        cases: u32::try_from(SHARD).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 250,
        ..ProptestConfig::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&u64::try_from(shard).unwrap().to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let numbers = (
        proptest::collection::vec(any::<u16>(), NUMBERS),
        proptest::collection::vec(any::<u16>(), QUESTIONS),
    );
    let tally = std::cell::RefCell::new(tally);
    let ran = runner.run(&numbers, |(network, questions)| {
        match case(desk, &network, &questions, &mut tally.borrow_mut()) {
            None => Ok(()),
            Some(words) => Err(TestCaseError::fail(words)),
        }
    });
    ran.map_err(|error| {
        let text = error.to_string();
        let words = text.split("minimal failing input").next().unwrap_or_default();
        format!("shard {shard}: {words}")
    })
}

fn agrees(desk: &Desk, numbers: &[u16], questions: &[u16], tally: &mut Tally) -> Option<String> {
    let configuration = generate::configuration(numbers);
    let main = configuration.main(&BTreeSet::new());
    let site_file = configuration.site_file();
    let built = desk.build(&main, &site_file, &[]);
    let world = World::read(&built.evaluation, &built.sites);
    let words = compare::contradiction(&built.network, &world, &mut Entropy::new(questions), tally)?;
    Some(format!("{main}\n{site_file}\n{words}"))
}

#[test]
fn no_packet_fares_otherwise_than_the_engine_says() {
    let started = std::time::Instant::now();
    let tally = run(asked_for("CLEARWAY_NETWORKS", 2000), agrees);
    tally.print();
    println!("{:.1} s", started.elapsed().as_secs_f64());
    tally.assert_not_dull();
}

fn holds(desk: &Desk, numbers: &[u16], questions: &[u16], tally: &mut Tally) -> Option<String> {
    let configuration = generate::configuration(numbers);
    hidden::contradiction(desk, &configuration, &mut Entropy::new(questions), tally)
}

#[test]
fn what_is_said_without_some_values_holds_whatever_they_are() {
    let started = std::time::Instant::now();
    let tally = run(asked_for("CLEARWAY_HIDDEN", 200), holds);
    let agreeing = tally.delivered + tally.open;
    println!(
        "{} networks, {} flows, {} packets; of {agreeing} flows on which all completions agree {:.1} % are decided; {:.1} s",
        tally.networks,
        tally.flows,
        tally.packets,
        100.0 * tally.delivered as f64 / agreeing as f64,
        started.elapsed().as_secs_f64()
    );
    assert!(tally.delivered * 100 >= agreeing * 80, "too little is decided");
    assert!(
        tally.split * 100 >= tally.flows,
        "the hidden values decide nothing"
    );
}

/// Networks on which they once disagreed (`testdata/simulation`).
#[test]
fn what_once_was_wrong_stays_mended() {
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/simulation");
    let desk = Desk::new();
    let mut tally = Tally::default();
    for folder in std::fs::read_dir(kept).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(main) = std::fs::read_to_string(folder.join("main.tf")) else {
            continue;
        };
        let site_file = std::fs::read_to_string(folder.join("clearway.hcl")).unwrap_or_default();
        let built = desk.build(&main, &site_file, &[]);
        let world = World::read(&built.evaluation, &built.sites);
        for seed in 0..25_u16 {
            // Any numbers will do that differ from seed to seed.
            let questions: Vec<u16> = (0..600_u16)
                .map(|n| (n + 1).wrapping_mul(seed * 2 + 31_001) >> 3)
                .collect();
            let words =
                compare::contradiction(&built.network, &world, &mut Entropy::new(&questions), &mut tally);
            assert_eq!(words, None, "{}", folder.display());
        }
    }
    assert!(tally.packets > 100, "nothing was asked");
}
