//! A flow that somebody asks for by hand, between any two ends, decided exactly as the flow of a
//! requirement is.

mod answer;
mod ends;
mod places;

use std::sync::Arc;

use super::decide::{rows, settle};
use super::decided::Decided;
use super::finding::{Citation, Proof, Report, Status, Verdict};
use super::mark_on_path;
use super::pack::{Flow, Pack, Protocol, unprivileged};
use super::site::SiteFile;
use super::situation::{SiteView, Situation};
use super::{fingerprint::fingerprint, suggest, summary};
use crate::network::doubt::doubt;
use crate::network::model::Network;
use crate::network::service_tags::ServiceTags;
use crate::paths::Graph;
use crate::source::{Diagnostic, Severity};
use crate::traffic::Ports;

use ends::{End, Known};

/// The id under which the answers stand in the report.
pub const ID: &str = "trace";

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// A role, addresses, a resource's address, a name or a service tag.
    pub from: String,
    pub to: String,
    /// Every protocol with its ports.
    pub ways: Vec<(Protocol, Ports)>,
    /// `None`: the unprivileged ports, as of every client.
    pub source_ports: Option<Ports>,
    /// The site whose roles are meant; `None`: a role without `@site` is asked about at every site.
    pub site: Option<String>,
}

/// The report of one question: a proof per site that it is asked about, all under [`ID`].
#[must_use]
pub fn trace(
    network: &Network,
    file: &SiteFile,
    packs: &[Pack],
    tags: &ServiceTags,
    asked: &Asked,
) -> Report {
    let graph = Graph::new(network);
    let situation = Situation::new(&graph, file, packs);
    let known = Known {
        situation: &situation,
        packs,
        tags,
    };
    let mut report = Report {
        not_understood: network.not_understood.clone(),
        diagnostics: network.diagnostics.clone(),
        sites: situation.sites.iter().map(|site| site.label.clone()).collect(),
        service_tags: network.service_tags.clone(),
        ..Report::default()
    };
    match answers(&known, asked) {
        Ok(proofs) => report.proofs = proofs,
        Err(problem) => report.diagnostics.push(*problem),
    }
    mark_on_path(&mut report);
    report
}

/// The exit status: of the verdicts alone, since what is wrong apart from the flow is no matter of it.
#[must_use]
pub fn status(report: &Report) -> Status {
    let has = |verdict| report.proofs.iter().any(|proof| proof.verdict == verdict);
    let mut problems = report.diagnostics.iter();
    if problems.any(|problem| problem.severity == Severity::Error) {
        Status::Wrong
    } else if has(Verdict::Violated) {
        Status::Violated
    } else if has(Verdict::Undetermined) {
        Status::Undetermined
    } else {
        Status::Clear
    }
}

type Answer<T> = Result<T, Box<Diagnostic>>;

fn answers(known: &Known, asked: &Asked) -> Answer<Vec<Proof>> {
    let (from, to) = (known.end(&asked.from)?, known.end(&asked.to)?);
    sites(known, asked, &from, &to)?
        .into_iter()
        .map(|site| {
            let decided = decide(known, asked, &from, &to, site)?;
            Ok(proof(known.situation, asked, site, decided))
        })
        .collect()
}

/// The sites that the question is about: of the ends, of the option, or every one where a role names
/// none.
fn sites<'s>(
    known: &Known<'s>,
    asked: &Asked,
    from: &End,
    to: &End,
) -> Answer<Vec<Option<&'s SiteView<'s>>>> {
    let all = &known.situation.sites;
    let named = match &asked.site {
        Some(label) => Some(known.site(label)?),
        None => None,
    };
    if let Some(index) = from.site().or(to.site()).or(named) {
        return Ok(vec![all.get(index)]);
    }
    if !from.is_role() && !to.is_role() {
        return Ok(vec![None]);
    }
    if all.is_empty() {
        let role = if from.is_role() { &asked.from } else { &asked.to };
        let summary = format!("no site is in play, so `{role}` is nowhere");
        let help = "give the input that holds the private cloud, write a clearway.hcl, or name an address";
        return Err(Box::new(
            Diagnostic::error("unknown-end", summary).help(help.to_owned()),
        ));
    }
    Ok(all.iter().map(Some).collect())
}

fn decide(known: &Known, asked: &Asked, from: &End, to: &End, site: Option<&SiteView>) -> Answer<Decided> {
    let pack = from.pack().or(to.pack()).or(known.packs.first());
    let Some(pack) = pack else {
        let summary = "no pack says which roles there are";
        return Err(Box::new(Diagnostic::error("unknown-end", summary)));
    };
    let rows = rows(known.situation, pack);
    let mut parts = Vec::new();
    for (protocol, ports) in &asked.ways {
        let flow = Flow {
            from: Vec::new(),
            to: Vec::new(),
            protocols: vec![*protocol],
            ports: ports.clone(),
            source_ports: match (&asked.source_ports, protocol) {
                (_, Protocol::Icmp) => Ports::all(),
                (Some(ports), _) => ports.clone(),
                (None, _) => unprivileged(),
            },
            servers: None,
        };
        parts.push(answer::between(known, &rows, site, (from, to), &flow)?);
    }
    Ok(Decided::all(parts))
}

fn title(asked: &Asked) -> String {
    let ways: Vec<String> = asked
        .ways
        .iter()
        .map(|(protocol, ports)| match protocol {
            Protocol::Icmp => protocol.word().to_owned(),
            _ => format!("{} {ports}", protocol.word()),
        })
        .collect();
    format!("{} from {} to {}", ways.join(" and "), asked.from, asked.to)
}

fn proof(situation: &Situation, asked: &Asked, site: Option<&SiteView>, decided: Decided) -> Proof {
    let mut decided = settle(situation, site, decided);
    if decided.verdict == Verdict::Undetermined && decided.unknowns.is_empty() {
        let what = format!("where `{}` or `{}` is", asked.from, asked.to);
        decided.unknowns.push(doubt(what, "the input that shows it"));
    }
    let title: Arc<str> = title(asked).into();
    let label = site.map(|site| site.label.clone());
    Proof {
        id: ID.into(),
        severity: Severity::Error,
        verdict: decided.verdict,
        summary: summary::sentence(&title, &decided),
        help: summary::help("", &decided),
        title,
        citation: Citation::default(),
        row: None,
        reading: None,
        fingerprint: fingerprint(ID, label.as_deref(), &decided),
        site: label,
        assumptions: decided.assumptions,
        unknowns: decided.unknowns,
        flows: decided.flows,
        decided_by: decided.reasons,
        suppressed: None,
    }
}

impl Known<'_> {
    /// A site by its label.
    fn site(&self, label: &str) -> Answer<usize> {
        let sites = &self.situation.sites;
        let found = sites.iter().position(|site| &*site.label == label);
        found.ok_or_else(|| {
            let labels: Vec<&str> = sites.iter().map(|site| &*site.label).collect();
            let summary = format!("there is no site `{label}`");
            Box::new(Diagnostic::error("unknown-site", summary).help(suggest::help(label, &labels)))
        })
    }
}
