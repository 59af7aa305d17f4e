//! Facts about the platforms, each a folder of `testdata/facts/<topic>/<what-it-shows>/`: a configuration
//! as small as can be and what must follow from it, with the public page that says so. A folder more is a
//! fact more; nothing here is edited for it (testdata/facts/README.md).

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clearway::config::Options;
use clearway::prove::finding::{FlowProof, Proof, Report, Verdict};
use clearway::prove::pack::Protocol;
use clearway::prove::trace::Asked;
use clearway::report::json::disposition_word;
use clearway::report::root_cause::{deciding_flow, deciding_hop};
use clearway::source::Severity;
use clearway::traffic::Ports;
use clearway::{Question, check, trace};
use serde::Deserialize;

#[path = "support/mod.rs"]
mod support;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// What is true, in one sentence.
    fact: String,
    /// The public page that says so: title and address.
    source: String,
    #[serde(default, rename = "flow", deserialize_with = "hcl_blocks")]
    flows: Vec<Flow>,
    #[serde(default, rename = "finding")]
    findings: hcl::Map<String, Finding>,
    #[serde(default, rename = "requirement")]
    requirements: hcl::Map<String, Requirement>,
}

/// A flow asked of `clearway trace`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flow {
    from: String,
    to: String,
    protocol: String,
    #[serde(default)]
    port: Option<String>,
    verdict: String,
    /// The resource that decides.
    #[serde(default)]
    at: Option<String>,
    /// The rule that decides: at `at`, or at `through`.
    #[serde(default)]
    rule: Option<String>,
    /// The disposition.
    #[serde(default)]
    ends: Option<String>,
    /// A resource on the path.
    #[serde(default)]
    through: Option<String>,
    /// A resource that is not on the path.
    #[serde(default)]
    past: Option<String>,
    /// What one of the unknowns names.
    #[serde(default)]
    unknown: Option<String>,
}

/// A finding of `clearway check`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    /// Words of its summary.
    about: String,
}

/// A requirement of `clearway check`, at its only site.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    verdict: String,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    at: Option<String>,
}

/// One block is an object, several are a list.
fn hcl_blocks<'de, D: serde::Deserializer<'de>>(blocks: D) -> Result<Vec<Flow>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Blocks {
        One(Box<Flow>),
        Several(Vec<Flow>),
    }
    Ok(match Blocks::deserialize(blocks)? {
        Blocks::One(one) => vec![*one],
        Blocks::Several(several) => several,
    })
}

fn facts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/facts");
    let folders = |of: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut facts: Vec<PathBuf> = folders(&root).iter().flat_map(|topic| folders(topic)).collect();
    facts.sort();
    facts
}

#[test]
fn every_fact_holds() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    let facts = facts();
    for folder in &facts {
        let name = folder.iter().rev().take(2).map(|part| part.to_string_lossy());
        let name: Vec<_> = name.collect();
        let name = format!("{}/{}", name[1], name[0]);
        let text = fs::read_to_string(folder.join("expected.hcl")).unwrap();
        let expected: Expected = match hcl::from_str(&text) {
            Ok(expected) => expected,
            Err(error) => {
                wrong.push(format!("{name}: expected.hcl: {error}"));
                continue;
            }
        };
        let questions = expected.flows.len() + expected.findings.len() + expected.requirements.len();
        assert!(questions > 0, "{name} asks nothing");
        assert!(
            expected.source.contains("https://"),
            "{name} names no public page"
        );
        asked += questions;
        for problem in problems(folder, &expected) {
            wrong.push(format!("{name}: {problem}\n    {}", expected.fact));
        }
    }
    assert!(facts.len() >= 25, "the walk found only {} facts", facts.len());
    assert!(
        wrong.is_empty(),
        "{} of {asked} are otherwise:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn problems(folder: &Path, expected: &Expected) -> Vec<String> {
    let mut problems = Vec::new();
    for flow in &expected.flows {
        let report = ask(folder, flow);
        if let Err(problem) = flow_is(&report, flow) {
            problems.push(format!(
                "{} to {} {}: {problem}",
                flow.from, flow.to, flow.protocol
            ));
        }
    }
    if !expected.findings.is_empty() || !expected.requirements.is_empty() {
        let environment = support::environment(folder);
        let paths = [PathBuf::from(".")];
        let (report, _) = check(&paths, &options(folder), &environment, &Question::default());
        problems.extend(findings_are(&report, expected));
        for (id, requirement) in &expected.requirements {
            if let Err(problem) = requirement_is(&report, id, requirement) {
                problems.push(format!("{id}: {problem}"));
            }
        }
    }
    problems
}

fn options(folder: &Path) -> Options {
    Options {
        root: Some(folder.to_owned()),
        ..Options::default()
    }
}

fn ask(folder: &Path, flow: &Flow) -> Report {
    let protocol = match &*flow.protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "icmp" => Protocol::Icmp,
        other => panic!("there is no protocol {other}"),
    };
    let ports = flow
        .port
        .as_deref()
        .map_or_else(Ports::all, |port| Ports::parse(port).unwrap());
    let asked = Asked {
        from: flow.from.clone(),
        to: flow.to.clone(),
        ways: vec![(protocol, ports)],
        source_ports: None,
        site: None,
    };
    let environment = support::environment(folder);
    let paths = [PathBuf::from(".")];
    trace(
        &paths,
        &options(folder),
        &environment,
        &Question::default(),
        &asked,
    )
    .0
}

fn flow_is(report: &Report, flow: &Flow) -> Result<(), String> {
    if let Some(problem) = report.diagnostics.first() {
        return Err(format!("{} ({:?})", problem.summary, problem.help));
    }
    let [proof] = &*report.proofs else {
        return Err(format!("{} answers", report.proofs.len()));
    };
    let shown = || format!("{}, {}\n{}", proof.verdict.word(), proof.summary, hops(proof));
    let unless = |holds: bool, wanted: &str| {
        if holds {
            Ok(())
        } else {
            Err(format!("wanted {wanted}, found {}", shown()))
        }
    };
    unless(proof.verdict.word() == flow.verdict, &flow.verdict)?;
    let deciding = deciding_flow(proof);
    let at = deciding.and_then(deciding_hop);
    if let Some(place) = &flow.at {
        unless(
            at.is_some_and(|hop| *hop.place == **place),
            &format!("at {place}"),
        )?;
    }
    if let Some(place) = &flow.through {
        unless(places(proof).contains(&**place), &format!("through {place}"))?;
    }
    if let Some(place) = &flow.past {
        unless(!places(proof).contains(&**place), &format!("past {place}"))?;
    }
    if let Some(rule) = &flow.rule {
        let rules = proof.flows.iter().flat_map(|flow| &flow.hops);
        let by = |hop: &clearway::paths::Hop| {
            hop.rule.as_deref() == Some(rule)
                && flow.through.as_deref().is_none_or(|place| *hop.place == *place)
        };
        let found = match &flow.at {
            Some(_) => at.is_some_and(by),
            None => rules.into_iter().any(by),
        };
        unless(found, &format!("rule {rule}"))?;
    }
    if let Some(ends) = &flow.ends {
        let found = deciding.map(|flow| disposition_word(flow.disposition));
        unless(found == Some(&**ends), &format!("that it ends {ends}"))?;
    }
    let named = |unknown: &String| proof.unknowns.iter().any(|doubt| doubt.what.contains(&**unknown));
    match &flow.unknown {
        Some(unknown) => unless(
            named(unknown),
            &format!("{unknown} unknown, of {:?}", proof.unknowns),
        ),
        None => unless(proof.verdict != Verdict::Undetermined, "an unknown, by name"),
    }
}

/// Everywhere that some part of the flow comes.
fn places(proof: &Proof) -> BTreeSet<&str> {
    let parts = proof.flows.iter().flat_map(|flow| &flow.parts);
    parts.flat_map(|part| &part.hops).map(|hop| &*hop.place).collect()
}

fn hops(proof: &Proof) -> String {
    let hop = |flow: &FlowProof| {
        let lines = flow.hops.iter().map(|hop| {
            let rule = hop.rule.as_deref().unwrap_or("");
            format!("    {:?} {} {rule}: {}", hop.decision, hop.place, hop.because)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    proof.flows.iter().map(hop).collect::<Vec<_>>().join("\n")
}

/// The findings are exactly those expected.
fn findings_are(report: &Report, expected: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, finding) in &expected.findings {
        let found = report.findings.iter().find(|found| *found.id == **id);
        match found {
            Some(found) if found.summary.contains(&finding.about) => {}
            Some(found) => wrong.push(format!("finding {id} is about: {}", found.summary)),
            None => wrong.push(format!("no finding {id}")),
        }
    }
    let unasked = report
        .findings
        .iter()
        .filter(|found| !expected.findings.contains_key(&*found.id));
    wrong.extend(unasked.map(|found| format!("finding {}: {}", found.id, found.summary)));
    wrong
}

fn requirement_is(report: &Report, id: &str, expected: &Requirement) -> Result<(), String> {
    let mut proofs = report.proofs.iter();
    let proof = proofs.find(|proof| proof.id.rsplit('/').next() == Some(id));
    let proof = proof.ok_or("there is no such requirement")?;
    if proof.verdict.word() != expected.verdict {
        return Err(format!("{}, {}", proof.verdict.word(), proof.summary));
    }
    let severity = match proof.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    if expected
        .severity
        .as_deref()
        .is_some_and(|wanted| wanted != severity)
    {
        return Err(format!("of severity {severity}"));
    }
    let places = proof.decided_by.iter().map(|reason| &*reason.place);
    let hop = deciding_flow(proof).and_then(deciding_hop).map(|hop| &*hop.place);
    match &expected.at {
        Some(at) if !places.chain(hop).any(|place| place == at) => {
            Err(format!("not at {at}: {}", proof.summary))
        }
        _ => Ok(()),
    }
}
