//! Set operations against enumeration.

use std::collections::BTreeSet;

use clearway::traffic::{Addresses, Cube, Packet, Packets, Ports, Protocols};
use proptest::prelude::*;

/// Sets over the ends of the space and a little universe, where mistakes with borders show.
fn numbers() -> impl Strategy<Value = Vec<(u32, u32)>> {
    let number = prop_oneof![0_u32..12, (u32::MAX - 11)..=u32::MAX];
    proptest::collection::vec((number.clone(), number), 0..5)
}

fn universe() -> impl Iterator<Item = u32> {
    (0_u32..14).chain(u32::MAX - 13..=u32::MAX)
}

fn members(ranges: &[(u32, u32)]) -> BTreeSet<u32> {
    universe()
        .filter(|number| ranges.iter().any(|(low, high)| low <= number && number <= high))
        .collect()
}

fn of(set: &Addresses) -> BTreeSet<u32> {
    universe()
        .filter(|number| set.contains((*number).into()))
        .collect()
}

/// Sorted, disjoint and not adjacent.
fn is_canonical(set: &Addresses) -> bool {
    set.ranges().iter().all(|(low, high)| low <= high)
        && set
            .ranges()
            .windows(2)
            .all(|pair| u64::from(pair[0].1) + 1 < u64::from(pair[1].0))
}

fn cube() -> impl Strategy<Value = Cube> {
    let range = || (0_u32..5, 0_u32..5).prop_map(|(one, other)| (one.min(other), one.max(other)));
    (
        proptest::collection::vec(range(), 1..3),
        range(),
        0_u8..3,
        range(),
    )
        .prop_map(|(source, destination, protocols, ports)| Cube {
            source: Addresses::from_ranges(source),
            destination: Addresses::from_ranges([destination]),
            protocols: [Protocols::all(), Protocols::tcp(), Protocols::udp()][usize::from(protocols)].clone(),
            source_ports: Ports::all(),
            destination_ports: Ports::range(u16::try_from(ports.0).unwrap(), u16::try_from(ports.1).unwrap()),
        })
}

fn packets() -> impl Strategy<Value = (Packets, Vec<Cube>)> {
    proptest::collection::vec(cube(), 0..4).prop_map(|cubes| {
        let all = cubes
            .iter()
            .fold(Packets::none(), |all, cube| all.union(&cube.clone().into()));
        (all, cubes)
    })
}

fn small_packets() -> impl Iterator<Item = Packet> {
    let single = |source: u32, destination: u32, protocol: u8, port: u16| Packet {
        source: source.into(),
        destination: destination.into(),
        protocol,
        source_port: 49_152,
        destination_port: port,
    };
    (0..5).flat_map(move |source| {
        (0..5).flat_map(move |destination| {
            [6, 17, 1]
                .into_iter()
                .flat_map(move |protocol| (0..5).map(move |port| single(source, destination, protocol, port)))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_are_sets_of_numbers(one in numbers(), other in numbers()) {
        let (a, b) = (Addresses::from_ranges(one.clone()), Addresses::from_ranges(other.clone()));
        let (x, y) = (members(&one), members(&other));
        prop_assert_eq!(of(&a), x.clone());
        prop_assert_eq!(of(&a.union(&b)), &x | &y);
        prop_assert_eq!(of(&a.intersection(&b)), &x & &y);
        prop_assert_eq!(of(&a.difference(&b)), &x - &y);
        prop_assert_eq!(a.intersects(&b), !x.is_disjoint(&y) || a.intersection(&b).count() > 0);
        prop_assert_eq!(a.is_subset(&b), a.difference(&b).is_empty());
        prop_assert_eq!(a.is_empty(), a.count() == 0);
        for set in [&a, &a.union(&b), &a.intersection(&b), &a.difference(&b), &a.complement()] {
            prop_assert!(is_canonical(set), "{set}");
        }
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert_eq!(a.count() + a.complement().count(), 1 << 32);
        prop_assert_eq!(a.union(&b).count() + a.intersection(&b).count(), a.count() + b.count());
    }

    #[test]
    fn networks_make_up_the_set(ranges in numbers()) {
        let set = Addresses::from_ranges(ranges);
        let networks = set.networks();
        let again: Vec<Addresses> = networks.iter().map(|(first, length)| Addresses::network(*first, *length)).collect();
        prop_assert_eq!(Addresses::union_all(&again), set.clone());
        prop_assert_eq!(again.iter().map(Addresses::count).sum::<u64>(), set.count());
        for part in set.to_string().split(", ").filter(|_| !set.is_empty() && !set.is_all()) {
            prop_assert!(Addresses::parse(part).is_some_and(|parsed| parsed.is_subset(&set)), "{part}");
        }
    }

    #[test]
    fn packets_are_sets_of_packets((a, cubes) in packets(), (b, others) in packets()) {
        let has = |cubes: &[Cube], packet| cubes.iter().any(|cube: &Cube| cube.contains(packet));
        for packet in small_packets() {
            let (x, y) = (has(&cubes, packet), has(&others, packet));
            prop_assert_eq!(a.contains(packet), x);
            prop_assert_eq!(a.union(&b).contains(packet), x || y);
            prop_assert_eq!(a.intersection(&b).contains(packet), x && y);
            prop_assert_eq!(a.difference(&b).contains(packet), x && !y);
        }
        for set in [&a, &a.union(&b), &a.intersection(&b), &a.difference(&b)] {
            for (index, cube) in set.cubes().iter().enumerate() {
                prop_assert!(!cube.is_empty());
                prop_assert!(set.cubes()[..index].iter().all(|other| !other.intersects(cube)));
            }
            prop_assert!(set.sample().is_none_or(|packet| set.contains(packet)));
            prop_assert_eq!(set.sample().is_none(), set.is_empty());
        }
        prop_assert_eq!(a.is_subset(&b), a.difference(&b).is_empty());
        prop_assert!(a.difference(&b).union(&a.intersection(&b)).is_subset(&a));
    }
}
