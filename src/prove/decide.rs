//! Every requirement of every pack, for every site that asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::checks;
use super::decided::Decided;
use super::finding::{Proof, Verdict};
use super::fingerprint::fingerprint;
use super::joined;
use super::pack::{Asks, Condition, Flow, Pack, Requirement, RoleKind, Scope};
use super::rows::Rows;
use super::site::SiteFile;
use super::situation::{SiteView, Situation};
use super::{store, suggest, summary};
use crate::network::doubt::doubt;
use crate::network::model::Written;
use crate::paths::Graph;
use crate::source::{Diagnostic, Severity};

/// What of all requirements is decided; by default everything.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Ids, with or without the pack's name.
    pub only: Vec<String>,
    /// Labels of sites.
    pub sites: Vec<String>,
}

impl Options {
    fn wants(&self, requirement: &Requirement) -> bool {
        let short = |id: &str| id.rsplit('/').next() == requirement.id.rsplit('/').next();
        self.only.is_empty()
            || self
                .only
                .iter()
                .any(|id| **id == *requirement.id || (!id.contains('/') && short(id)))
    }

    fn wants_site(&self, label: &str) -> bool {
        self.sites.is_empty() || self.sites.iter().any(|wanted| wanted == label)
    }

    /// Ids and sites that do not exist.
    #[must_use]
    pub fn problems(&self, packs: &[Pack], situation: &Situation) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let ids: Vec<&str> = packs
            .iter()
            .flat_map(|pack| &pack.requirements)
            .map(|requirement| &*requirement.id)
            .collect();
        for id in &self.only {
            let known = ids
                .iter()
                .any(|known| known == id || known.rsplit('/').next() == Some(id.as_str()));
            if !known {
                let near = suggest::nearest(id, ids.iter().copied().chain(short(&ids)));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`clearway rules list` shows the ids".to_owned(),
                };
                let summary = format!("there is no requirement `{id}`");
                problems.push(Diagnostic::error("unknown-id", summary).help(help));
            }
        }
        let labels: Vec<&str> = situation.sites.iter().map(|site| &*site.label).collect();
        for site in self.sites.iter().filter(|site| !labels.contains(&site.as_str())) {
            let summary = format!("there is no site `{site}`");
            problems.push(Diagnostic::error("unknown-site", summary).help(suggest::help(site, &labels)));
        }
        problems
    }
}

fn short<'a>(ids: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    ids.iter().filter_map(|id| id.rsplit('/').next())
}

/// Decides every requirement, in pack order, then in the order of the sites.
#[must_use]
pub fn decide(graph: &Graph, file: &SiteFile, packs: &[Pack], options: &Options) -> Vec<Proof> {
    let situation = Situation::new(graph, file, packs);
    packs
        .iter()
        .flat_map(|pack| decide_pack(&situation, pack, options))
        .collect()
}

fn decide_pack(situation: &Situation, pack: &Pack, options: &Options) -> Vec<Proof> {
    let (rows, names) = rows_and_names(situation, pack);
    let mut proofs = Vec::new();
    for requirement in pack.requirements.iter().filter(|row| options.wants(row)) {
        for (label, decided) in each_site(&rows, requirement, &names) {
            if label.as_deref().is_none_or(|label| options.wants_site(label)) {
                let site = situation
                    .sites
                    .iter()
                    .find(|site| Some(&site.label) == label.as_ref());
                proofs.push(proof(&rows, requirement, label.clone(), site, decided));
            }
        }
    }
    proofs
}

/// What deciding flows of a pack needs, the fate of its DNS rows included.
#[must_use]
pub fn rows<'a>(situation: &'a Situation<'a>, pack: &'a Pack) -> Rows<'a> {
    rows_and_names(situation, pack).0
}

fn rows_and_names<'a>(situation: &'a Situation<'a>, pack: &'a Pack) -> (Rows<'a>, DnsRows) {
    let mut rows = Rows {
        situation,
        pack,
        resolving: BTreeSet::new(),
    };
    let names = dns_rows(&rows);
    rows.resolving = resolving(&names, pack);
    (rows, names)
}

type DnsRows = BTreeMap<(Arc<str>, Arc<str>), Decided>;

/// The rows about DNS servers, by id and site: the others ask how they fared.
fn dns_rows(rows: &Rows) -> DnsRows {
    let mut decided = BTreeMap::new();
    for requirement in &rows.pack.requirements {
        let Some(flow) = dns_flow(requirement, rows.pack) else {
            continue;
        };
        for site in rows.situation.of_scope(requirement.scope) {
            let key = (requirement.id.clone(), site.label.clone());
            decided.insert(key, rows.flow(site, flow, None));
        }
    }
    decided
}

fn dns_flow<'r>(requirement: &'r Requirement, pack: &Pack) -> Option<&'r Flow> {
    let Asks::Flow(flow) = &requirement.asks else {
        return None;
    };
    let dns = |name: &Arc<str>| {
        pack.role(name)
            .is_some_and(|role| role.kind == RoleKind::DnsServer)
    };
    (requirement.scope != Scope::All && flow.to.iter().any(dns)).then_some(flow)
}

/// Sites and roles whose DNS rows hold: none of them is open or violated, and one is satisfied.
fn resolving(names: &DnsRows, pack: &Pack) -> BTreeSet<(Arc<str>, Arc<str>)> {
    let mut fares: BTreeMap<(Arc<str>, Arc<str>), (bool, bool)> = BTreeMap::new();
    for ((id, site), decided) in names {
        let flow = pack.requirement(id).and_then(|row| dns_flow(row, pack));
        for role in flow.iter().flat_map(|flow| &flow.from) {
            let (all, any) = fares.entry((site.clone(), role.clone())).or_insert((true, false));
            *all &= matches!(decided.verdict, Verdict::Satisfied | Verdict::NotApplicable);
            *any |= decided.verdict == Verdict::Satisfied;
        }
    }
    let holding = fares.into_iter().filter(|(_, (all, any))| *all && *any);
    holding.map(|(key, _)| key).collect()
}

/// A requirement's decisions, by site label; `None`: no site asks for it.
fn each_site(rows: &Rows, requirement: &Requirement, names: &DnsRows) -> Vec<(Option<Arc<str>>, Decided)> {
    if requirement.scope == Scope::All {
        return vec![(Some(Arc::from("all")), together(rows, requirement))];
    }
    let sites: Vec<&SiteView> = rows.situation.of_scope(requirement.scope).collect();
    if sites.is_empty() {
        let because = format!("no site of kind `{}` is in play", requirement.scope.word());
        let nobody = Decided::by(Verdict::NotApplicable, "sites", because, &Written::default());
        return vec![(None, nobody)];
    }
    let one = |site: &&SiteView| {
        let key = (requirement.id.clone(), site.label.clone());
        let known = names.get(&key).cloned();
        let decided = known.unwrap_or_else(|| at_site(rows, requirement, site));
        (Some(site.label.clone()), decided)
    };
    sites.iter().map(one).collect()
}

fn at_site(rows: &Rows, requirement: &Requirement, site: &SiteView) -> Decided {
    match &requirement.asks {
        Asks::Flow(flow) => rows.flow(site, flow, None),
        Asks::Check(check, flows) => checks::decide(rows, site, check, flows),
    }
}

/// A row about all sites at once: it holds at each, and with the same object store.
fn together(rows: &Rows, requirement: &Requirement) -> Decided {
    let sites = &rows.situation.sites;
    if sites.len() < 2 {
        let because = match sites.first() {
            Some(only) => format!("`{}` is the only site known", only.label),
            None => "no site is known".to_owned(),
        };
        return Decided::by(Verdict::NotApplicable, "sites", because, &Written::default());
    }
    let each = sites.iter().map(|site| at_site(rows, requirement, site));
    Decided::all(each.chain(same_store(rows, requirement)))
}

fn same_store(rows: &Rows, requirement: &Requirement) -> Option<Decided> {
    let Asks::Flow(flow) = &requirement.asks else {
        return None;
    };
    let role = flow
        .to
        .iter()
        .filter_map(|name| rows.pack.role(name))
        .find(|role| role.kind == RoleKind::ObjectStore)?;
    let found: Vec<_> = rows
        .situation
        .sites
        .iter()
        .filter_map(|site| Some((site, store::find(rows.situation, site, role).ok()?)))
        .collect();
    let (first, own) = found.first()?;
    let (other, theirs) = found.iter().find(|(_, found)| found.index != own.index)?;
    let because = format!(
        "site `{}` uses `{}`, site `{}` uses `{}`",
        first.label, own.store.name, other.label, theirs.store.name
    );
    Some(Decided::by(
        Verdict::Violated,
        &theirs.store.name,
        because,
        &other.written,
    ))
}

/// What is decided in order, with the assumptions by which it was joined; without a site, of all.
#[must_use]
pub fn settle(situation: &Situation, site: Option<&SiteView>, decided: Decided) -> Decided {
    let decided = decided.settled();
    if !matches!(decided.verdict, Verdict::Satisfied | Verdict::Violated) {
        return decided;
    }
    let all = situation.sites.iter();
    let sites = all.filter(|other| site.is_none_or(|site| site.label == other.label));
    let assumptions = joined::assumptions(situation.network, sites, &decided);
    decided.assuming(assumptions).in_order()
}

fn proof(
    rows: &Rows,
    requirement: &Requirement,
    label: Option<Arc<str>>,
    site: Option<&SiteView>,
    decided: Decided,
) -> Proof {
    let mut decided = settle(rows.situation, site, decided);
    if decided.verdict == Verdict::Undetermined && decided.unknowns.is_empty() {
        decided.unknowns.push(doubt(
            format!("what `{}` needs to know", requirement.id),
            "a role in the site file, or the input that shows it",
        ));
    }
    Proof {
        id: requirement.id.clone(),
        severity: severity(rows, requirement, site),
        verdict: decided.verdict,
        title: requirement.title.clone(),
        summary: summary::sentence(&requirement.title, &decided),
        help: summary::help(&requirement.help, &decided),
        citation: requirement.citation.clone(),
        row: Some(requirement.header),
        reading: requirement.reading.clone(),
        fingerprint: fingerprint(&requirement.id, label.as_deref(), &decided),
        site: label,
        assumptions: decided.assumptions,
        unknowns: decided.unknowns,
        flows: decided.flows,
        decided_by: decided.reasons,
        suppressed: None,
    }
}

/// The first condition that holds decides; one whose fact is not known counts as holding, so that
/// nothing is played down by ignorance.
fn severity(rows: &Rows, requirement: &Requirement, site: Option<&SiteView>) -> Severity {
    let holds = |condition: &Condition| match condition {
        Condition::Setting { name, equals } => {
            rows.situation
                .setting(rows.pack, name)
                .is_some_and(|setting| match &setting.value.value {
                    Ok(value) => value == equals,
                    Err(_) => true,
                })
        }
        Condition::ObjectStoreRefusesKeys => site.is_some_and(|site| refuses_keys(rows, site)),
    };
    requirement
        .severity_if
        .iter()
        .find(|other| holds(&other.condition))
        .map_or(requirement.severity, |other| other.severity)
}

fn refuses_keys(rows: &Rows, site: &SiteView) -> bool {
    let stores = rows
        .pack
        .roles
        .iter()
        .filter(|role| role.kind == RoleKind::ObjectStore);
    let mut found = stores.filter_map(|role| store::find(rows.situation, site, role).ok());
    found.any(|found| !matches!(found.store.shared_key.value, Ok(true)))
}
