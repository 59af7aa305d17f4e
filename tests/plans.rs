//! `show` on HCL against Terraform's own plan of the same configuration: the same addresses, and the
//! same values for what the configuration determines.
//!
//! A leaf counts when the configuration sets its attribute and the plan knows its value: defaults and
//! what only a state or a provider knows are not the configuration's.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clearway::config::Options;
use serde_json::Value as Json;

#[derive(Default)]
struct Share {
    addresses: usize,
    missing: Vec<String>,
    extra: Vec<String>,
    leaves: usize,
    differing: Vec<String>,
}

#[test]
fn the_configuration_gives_what_terraform_planned() {
    let Some(folder) = shared("plans") else {
        return;
    };
    let mut whole = Share::default();
    for case in planned_directories(&folder) {
        let mut share = Share::default();
        compare(&case, &mut share);
        println!(
            "{:24} {:4} addresses, {} missing, {} extra; {:5} leaves, {} differ",
            case.file_name().unwrap().to_string_lossy(),
            share.addresses,
            share.missing.len(),
            share.extra.len(),
            share.leaves,
            share.differing.len()
        );
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let prefixed = |items: Vec<String>| {
            items
                .into_iter()
                .map(|item| format!("{name}: {item}"))
                .collect::<Vec<_>>()
        };
        whole.addresses += share.addresses;
        whole.leaves += share.leaves;
        whole.missing.extend(prefixed(share.missing));
        whole.extra.extend(prefixed(share.extra));
        whole.differing.extend(prefixed(share.differing));
    }
    for line in whole.missing.iter().chain(&whole.extra).chain(&whole.differing) {
        println!("  {line}");
    }
    let equal = whole.leaves - whole.differing.len();
    println!("{equal} of {} leaves are equal", whole.leaves);
    assert!(
        whole.addresses > 100 && whole.leaves > 1000,
        "too little was compared"
    );
    assert!(
        whole.missing.is_empty() && whole.extra.is_empty(),
        "addresses differ"
    );
    assert!(
        equal * 1000 >= whole.leaves * 995,
        "fewer than 99.5 % of the leaves are equal"
    );
}

/// Directories with a configuration and a plan of all of it.
fn planned_directories(folder: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("plan.json").exists())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn compare(case: &Path, share: &mut Share) {
    let plan: Json = serde_json::from_str(&std::fs::read_to_string(case.join("plan.json")).unwrap()).unwrap();
    let shown = show(case);
    let shown: BTreeMap<&str, &Json> = shown["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| (resource["address"].as_str().unwrap(), resource))
        .collect();
    let mut planned = BTreeSet::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        let address = change["address"].as_str().unwrap();
        if change["mode"] != "managed" || !stays(change) {
            continue;
        }
        planned.insert(address.to_owned());
        share.addresses += 1;
        let Some(resource) = shown.get(address) else {
            share.missing.push(format!("{address} is not evaluated"));
            continue;
        };
        if is_written(change) {
            leaves(address, resource, &change["change"], share);
        }
    }
    for (address, resource) in &shown {
        if resource["mode"] == "managed" && !planned.contains(*address) {
            share.extra.push(format!("{address} is not planned"));
        }
    }
}

/// Whether the configuration still holds the instance.
fn stays(change: &Json) -> bool {
    let actions: Vec<&str> = change["change"]["actions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_str)
        .collect();
    actions != ["delete"] && actions != ["forget"]
}

/// Whether the plan writes it as the configuration says (no-op entries hold the state's values).
fn is_written(change: &Json) -> bool {
    let actions = change["change"]["actions"].as_array().unwrap();
    actions
        .iter()
        .any(|action| action == "create" || action == "update")
}

fn leaves(address: &str, resource: &Json, change: &Json, share: &mut Share) {
    let (unknown, references) = (&resource["unknown"], &resource["references"]);
    for (name, value) in resource["values"].as_object().unwrap() {
        let path = format!("{address}.{name}");
        let sides = [
            value,
            &unknown[name.as_str()],
            &change["after"][name.as_str()],
            &change["after_unknown"][name.as_str()],
        ];
        leaf(&path, sides, &change["after_sensitive"][name.as_str()], share);
    }
    for (name, flag) in unknown.as_object().into_iter().flatten() {
        let planned = &change["after"][name.as_str()];
        // An attribute of a resource that the configuration does not set is what a state knows.
        let of_a_state = references.get(name).is_some();
        if *flag == Json::Bool(true)
            && !of_a_state
            && !planned.is_null()
            && change["after_unknown"][name.as_str()] != Json::Bool(true)
        {
            share.leaves += 1;
            share
                .differing
                .push(format!("{address}.{name}: unknown here, planned {planned}"));
        }
    }
}

/// `[ours, ours unknown, planned, planned unknown]`, walked in parallel.
fn leaf(
    path: &str,
    [ours, our_unknown, planned, planned_unknown]: [&Json; 4],
    sensitive: &Json,
    share: &mut Share,
) {
    if *planned_unknown == Json::Bool(true) || planned.is_null() || *sensitive == Json::Bool(true) {
        return;
    }
    let none = Json::Null;
    let child = |json: &Json, key: &str| json.get(key).cloned().unwrap_or(Json::Null);
    match (ours, planned) {
        (Json::Object(own), Json::Object(_)) => {
            for (name, value) in own {
                leaf(
                    &format!("{path}.{name}"),
                    [
                        value,
                        &child(our_unknown, name),
                        &child(planned, name),
                        &child(planned_unknown, name),
                    ],
                    &child(sensitive, name),
                    share,
                );
            }
        }
        (Json::Array(own), Json::Array(other)) => {
            if own.len() != other.len() {
                share.leaves += 1;
                share
                    .differing
                    .push(format!("{path}: {} elements, planned {}", own.len(), other.len()));
                return;
            }
            for (index, value) in own.iter().enumerate() {
                leaf(
                    &format!("{path}[{index}]"),
                    [
                        value,
                        our_unknown.get(index).unwrap_or(&none),
                        &other[index],
                        planned_unknown.get(index).unwrap_or(&none),
                    ],
                    sensitive.get(index).unwrap_or(&none),
                    share,
                );
            }
        }
        (Json::Null, _) if *our_unknown != Json::Bool(true) => {}
        _ => {
            share.leaves += 1;
            if ours != planned {
                share.differing.push(format!("{path}: {ours}, planned {planned}"));
            }
        }
    }
}

/// A folder of the collection that lies beside a checkout while clearway is developed; absent
/// elsewhere, and the test that asks says so and passes.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not here", folder.display());
    None
}

/// `clearway show --format json` of a directory.
fn show(directory: &Path) -> Json {
    let options = Options {
        root: Some(directory.to_path_buf()),
        ..Options::default()
    };
    let sight = clearway::see(
        &[directory.to_path_buf()],
        &options,
        &support::environment(directory),
    );
    let evaluations: Vec<_> = sight
        .evaluated
        .into_iter()
        .map(|evaluated| evaluated.evaluation)
        .collect();
    let joins = clearway::network::joins::joins(&evaluations);
    let mut text = Vec::new();
    clearway::report::show::write_json(
        &mut text,
        &evaluations,
        &joins,
        &sight.diagnostics,
        &sight.sources,
    )
    .unwrap();
    serde_json::from_slice(&text).unwrap()
}
