//! `clearway trace`: a flow asked for by hand is decided as a requirement's flow is, and every kind of
//! end is understood.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clearway::config::Options;
use clearway::prove::finding::{Report, Verdict};
use clearway::prove::pack::Protocol;
use clearway::prove::trace::Asked;
use clearway::traffic::Ports;
use clearway::{Question, check, trace};

#[path = "support/mod.rs"]
mod support;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn ask(case: &str, from: &str, to: &str, port: u16) -> Report {
    let asked = Asked {
        from: from.to_owned(),
        to: to.to_owned(),
        ways: vec![(Protocol::Tcp, Ports::single(port))],
        source_ports: None,
        site: None,
    };
    let paths = [PathBuf::from(format!("testdata/cases/{case}"))];
    let environment = support::environment(root());
    trace(
        &paths,
        &Options::default(),
        &environment,
        &Question::default(),
        &asked,
    )
    .0
}

fn verdict(case: &str, from: &str, to: &str, port: u16) -> Verdict {
    let report = ask(case, from, to, port);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let [proof] = &*report.proofs else {
        panic!("{} answers", report.proofs.len());
    };
    proof.verdict
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clearway"))
        .arg("trace")
        .args(arguments)
        .current_dir(root())
        .env("COLUMNS", "96")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

fn printed(arguments: &[&str]) -> String {
    String::from_utf8(run(arguments).stdout).unwrap()
}

/// Every row of the built-in pack that is one flow from one role to another, asked by hand.
#[test]
fn a_flow_asked_by_hand_fares_as_in_its_requirement() {
    let mut compared = 0;
    for case in [
        "hub-firewall",
        "modules-and-for-each",
        "smallest-avs",
        "conforming",
    ] {
        let paths = [PathBuf::from(format!("testdata/cases/{case}"))];
        let environment = support::environment(root());
        let (report, _) = check(&paths, &Options::default(), &environment, &Question::default());
        for proof in &report.proofs {
            let [first, rest @ ..] = &*proof.flows else {
                continue;
            };
            let same = |other: &clearway::prove::finding::FlowProof| {
                other.from.role == first.from.role
                    && other.to.role == first.to.role
                    && other.ports == first.ports
                    && other.protocol == first.protocol
            };
            if !rest.iter().all(same) || proof.id.contains("network") || &*first.protocol != "tcp" {
                continue;
            }
            // A check of its own (a datastore, a name) is more than its flows.
            if !proof.decided_by.is_empty() || &*first.to.role == "dns" || &*first.from.role == "dns" {
                continue;
            }
            let asked = Asked {
                from: first.from.role.to_string(),
                to: first.to.role.to_string(),
                ways: vec![(Protocol::Tcp, first.ports.clone())],
                source_ports: None,
                site: proof
                    .site
                    .as_deref()
                    .filter(|site| *site != "all")
                    .map(str::to_owned),
            };
            let (traced, _) = trace(
                &paths,
                &Options::default(),
                &environment,
                &Question::default(),
                &asked,
            );
            if !traced.diagnostics.is_empty() {
                continue;
            }
            let answer = &traced.proofs[0];
            assert_eq!(answer.verdict, proof.verdict, "{case}: {}", proof.id);
            assert_eq!(answer.flows, proof.flows, "{case}: {}", proof.id);
            assert_eq!(answer.unknowns, proof.unknowns, "{case}: {}", proof.id);
            compared += 1;
        }
    }
    assert!(compared > 30, "only {compared} rows were compared");
}

#[test]
fn every_kind_of_end_is_understood() {
    let case = "smallest-avs-internet-on";
    let subnet = "10.21.1.0/24";
    assert_eq!(verdict(case, subnet, "Internet", 443), Verdict::Satisfied);
    assert_eq!(
        verdict(case, "azapi_resource.workload", "8.8.8.8", 443),
        Verdict::Satisfied
    );
    let store = "azurerm_storage_account.jetstream";
    assert_eq!(
        verdict(case, "10.21.1.100-10.21.1.120", store, 443),
        Verdict::Satisfied
    );
    let name = "stjetstreamdr01.blob.core.windows.net";
    assert_eq!(verdict(case, "drva", name, 443), Verdict::Satisfied);
    assert_eq!(
        verdict(
            case,
            "drva@azurerm_vmware_private_cloud.dr",
            "Storage.WestEurope",
            443
        ),
        Verdict::Satisfied
    );
    assert_eq!(verdict(case, "msa", "vcenter", 443), Verdict::Satisfied);
    assert_eq!(
        verdict("smallest-avs", subnet, "Internet", 443),
        Verdict::Violated
    );
}

#[test]
fn a_blocked_flow_shows_the_rule_and_the_packets() {
    let report = ask("modules-and-for-each", "10.111.1.0/24", "10.101.1.4", 443);
    let proof = &report.proofs[0];
    assert_eq!(proof.verdict, Verdict::Violated);
    let flow = &proof.flows[0];
    let last = flow.hops.last().unwrap();
    assert_eq!(last.rule.as_deref(), Some("deny-the-rest"));
    assert!(
        flow.blocked
            .iter()
            .all(|cube| !cube.source.contains("10.111.1.1".parse().unwrap()))
    );
    let text = printed(&[
        "--from",
        "10.111.1.0/24",
        "--to",
        "10.101.1.4",
        "--port",
        "443",
        "testdata/cases/modules-and-for-each",
    ]);
    assert!(
        text.contains("✗ denied module.hub[\"weu\"].azurerm_network_security_group.this[\"endpoints\"]"),
        "{text}"
    );
    assert!(text.contains("  parts    "), "{text}");
}

#[test]
fn an_end_that_names_nothing_is_said_so() {
    let help = |from: &str| {
        let report = ask("smallest-avs", from, "Internet", 443);
        assert!(report.proofs.is_empty());
        let [problem] = &*report.diagnostics else {
            panic!("{:?}", report.diagnostics);
        };
        assert_eq!(problem.code, "unknown-end");
        problem.help.clone().unwrap_or_default()
    };
    assert_eq!(help("drvaa"), "did you mean `drva`?");
    assert_eq!(
        help("azurerm_subnet.gatewai"),
        "did you mean `azurerm_subnet.gateway`?"
    );
    assert!(help("nothing-like-it").contains("`azurerm_vmware_private_cloud.dr`"));
    assert!(help("10.99.0.1").contains("input that defines it"));
    assert!(help("storage_account").contains("replies"));
    assert!(help("azurerm_storage_account.jetstream").contains("replies"));
}

#[test]
fn the_status_is_the_verdict() {
    let case = "testdata/cases/smallest-avs";
    let open = "testdata/cases/private-endpoint-storage";
    let status = |arguments: &[&str]| run(arguments).status.code();
    assert_eq!(
        status(&["--from", "msa", "--to", "vcenter", "--port", "443", case]),
        Some(0)
    );
    assert_eq!(
        status(&["--from", "msa", "--to", "8.8.8.8", "--port", "tcp/443", case]),
        Some(1)
    );
    assert_eq!(status(&["--from", "nobody", "--to", "8.8.8.8", case]), Some(2));
    assert_eq!(
        status(&["--from", "msa", "--to", "8.8.8.8", "--port", "99999", case]),
        Some(2)
    );
    assert_eq!(
        status(&["--from", "drva", "--to", "replication_log", open]),
        Some(2)
    );
    assert_eq!(
        status(&["--from", "drva", "--to", "dns", "--port", "udp/53", case]),
        Some(3)
    );
}

#[test]
fn the_json_names_every_hop_and_part() {
    let arguments = [
        "--from",
        "drva",
        "--to",
        "storage_account",
        "--protocol",
        "tcp,icmp",
        "--port",
        "443,8000-8010",
        "--format",
        "json",
        "testdata/cases/hub-firewall",
    ];
    let text = printed(&arguments);
    assert_eq!(text, printed(&arguments), "same question, same bytes");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["format"], "clearway-trace/1");
    assert_eq!(document["asked"]["ways"][0]["ports"], "443,8000-8010");
    assert_eq!(document["asked"]["ways"][1]["protocol"], "icmp");
    assert_eq!(document["verdict"], "violated");
    let flows = document["answers"][0]["flows"].as_array().unwrap();
    assert_eq!(flows.len(), 2);
    for flow in flows {
        let parts = flow["parts"].as_array().unwrap();
        assert!(!parts.is_empty());
        for part in parts {
            assert!(!part["hops"].as_array().unwrap().is_empty());
        }
    }
}
