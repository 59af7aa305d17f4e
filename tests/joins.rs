//! What a configuration joins, from its text alone (every id is unknown), against lists written by hand
//! (testdata/joins): whatever is listed is joined, and whatever is joined is listed.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clearway::config::Options;
use clearway::network::joins::joins;

#[test]
fn a_configuration_alone_joins_what_the_lists_say() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (list, configuration) in listed() {
        let (expected, found) = (read(&list), joined(&configuration));
        let missing: Vec<&String> = expected.difference(&found).collect();
        let extra: Vec<&String> = found.difference(&expected).collect();
        let name = configuration.file_name().unwrap().to_string_lossy().into_owned();
        println!(
            "{name:40} {:4} listed, {:4} of them joined, {} more",
            expected.len(),
            expected.len() - missing.len(),
            extra.len()
        );
        count += expected.len();
        wrong.extend(missing.iter().map(|line| format!("{name}: not joined: {line}")));
        wrong.extend(extra.iter().map(|line| format!("{name}: not listed: {line}")));
    }
    println!("{count} associations in {} configurations", listed().len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_has_a_list() {
    let lists: BTreeSet<PathBuf> = listed()
        .into_iter()
        .map(|(_, configuration)| configuration)
        .collect();
    let cases = testdata().join("cases");
    for entry in fs::read_dir(cases).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            !path.is_dir() || lists.contains(&path),
            "no list for {}",
            path.display()
        );
    }
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// Every list, with the configuration it is of.
fn listed() -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for kind in ["plans", "cases"] {
        for entry in fs::read_dir(testdata().join("joins").join(kind)).unwrap() {
            let list = entry.unwrap().path();
            let configuration = testdata().join(kind).join(list.file_stem().unwrap());
            assert!(
                configuration.is_dir(),
                "{} is of no configuration",
                list.display()
            );
            found.push((list, configuration));
        }
    }
    found.sort();
    found
}

/// The lines of a list, each with every instance it stands below.
fn read(list: &Path) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut instances: Vec<&str> = Vec::new();
    let mut heading = false;
    let text = fs::read_to_string(list).unwrap();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let Some(join) = line.strip_prefix("  ") else {
            if !heading {
                instances.clear();
            }
            instances.push(line);
            heading = true;
            continue;
        };
        heading = false;
        for instance in &instances {
            let new = lines.insert(format!("{instance} {join}"));
            assert!(new, "{}: twice: {instance} {join}", list.display());
        }
    }
    lines
}

fn joined(configuration: &Path) -> BTreeSet<String> {
    let options = Options {
        root: Some(configuration.to_path_buf()),
        ..Options::default()
    };
    let inputs = [configuration.to_path_buf()];
    let sight = clearway::see(&inputs, &options, &support::environment(configuration));
    let evaluations: Vec<_> = sight
        .evaluated
        .into_iter()
        .map(|evaluated| evaluated.evaluation)
        .collect();
    joins(&evaluations)
        .iter()
        .map(|join| format!("{} {} -> {}", join.from, join.attribute, join.to))
        .collect()
}
