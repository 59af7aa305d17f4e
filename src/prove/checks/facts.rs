//! Checks of single facts: an account's settings, a region, a number of hosts.

use std::sync::Arc;

use crate::network::model::{Cluster, Fact, Written};
use crate::prove::decided::Decided;
use crate::prove::finding::Verdict;
use crate::prove::rows::Rows;
use crate::prove::site::Purpose;
use crate::prove::situation::SiteView;
use crate::prove::store;

/// The place of a fact, or else of the thing it is about.
fn written(at: Option<crate::source::Place>, of: &Written) -> Written {
    Written {
        at: at.or(of.at),
        ..of.clone()
    }
}

pub fn flat_namespace(rows: &Rows, site: &SiteView, role: &Arc<str>) -> Decided {
    let Some(role) = rows.pack.role(role) else {
        return Decided::unknown([]);
    };
    let store = match store::find(rows.situation, site, role) {
        Ok(found) => found.store,
        Err(doubt) => return Decided::unknown([doubt]),
    };
    let fact = &store.hierarchical_namespace;
    let at = written(fact.at, &store.written);
    match &fact.value {
        Ok(false) => Decided::by(
            Verdict::Satisfied,
            &store.name,
            "the account has no hierarchical namespace",
            &at,
        ),
        Ok(true) => Decided::by(
            Verdict::Violated,
            &store.name,
            "the account has a hierarchical namespace",
            &at,
        ),
        Err(doubt) => {
            let because = "whether the account has a hierarchical namespace is not known";
            Decided::unknown_at(&store.name, because, doubt.clone(), &at)
        }
    }
}

pub fn same_region(rows: &Rows, site: &SiteView, role: &Arc<str>) -> Decided {
    if site.purpose == Purpose::Protected {
        let because = "the site is protected; nothing is recovered there";
        return Decided::by(Verdict::NotApplicable, &site.label, because, &site.written);
    }
    let Some(role) = rows.pack.role(role) else {
        return Decided::unknown([]);
    };
    let store = match store::find(rows.situation, site, role) {
        Ok(found) => found.store,
        Err(doubt) => return Decided::unknown([doubt]),
    };
    let cloud = match rows.situation.cloud(site) {
        Ok(cloud) => cloud,
        Err(doubt) => return Decided::unknown([doubt]),
    };
    let at = written(store.region.at, &store.written);
    match (&store.region.value, &cloud.region.value) {
        (Ok(own), Ok(clouds)) => {
            let same = region(own) == region(clouds);
            let (verdict, verb) = if same {
                (Verdict::Satisfied, "as does")
            } else {
                (Verdict::Violated, "and not in that of")
            };
            let because = if same {
                format!("the account lies in `{}`, {verb} `{}`", region(own), cloud.name)
            } else {
                format!(
                    "the account lies in `{}` {verb} `{}`, `{}`",
                    region(own),
                    cloud.name,
                    region(clouds)
                )
            };
            Decided::by(verdict, &store.name, because, &at)
        }
        (own, clouds) => {
            let doubts = [own, clouds]
                .into_iter()
                .filter_map(|region| region.as_ref().err());
            let open = Decided::by(
                Verdict::Undetermined,
                &store.name,
                "the region of the account or of the private cloud is not known",
                &at,
            );
            Decided::all([open, Decided::unknown(doubts.cloned())])
        }
    }
}

/// `North Europe` and `northeurope` are one region.
fn region(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

pub fn hosts(rows: &Rows, site: &SiteView, least: u64) -> Decided {
    let cloud = match rows.situation.cloud(site) {
        Ok(cloud) => cloud,
        Err(doubt) => return Decided::unknown([doubt]),
    };
    if cloud.clusters.is_empty() {
        let doubt = crate::network::doubt::doubt(
            format!("the clusters of `{}`", cloud.name),
            "an input that defines them",
        );
        return Decided::unknown([doubt]);
    }
    Decided::all(cloud.clusters.iter().map(|cluster| enough(cluster, least)))
}

fn enough(cluster: &Cluster, least: u64) -> Decided {
    let Fact { value, at } = &cluster.hosts;
    let at = written(*at, &cluster.written);
    match value {
        Ok(count) if *count >= least => Decided::by(
            Verdict::Satisfied,
            &cluster.name,
            format!("the cluster has {count} hosts"),
            &at,
        ),
        Ok(count) => Decided::by(
            Verdict::Violated,
            &cluster.name,
            format!("the cluster has {count} of {least} hosts"),
            &at,
        ),
        Err(doubt) => {
            let because = "the number of hosts is not known";
            Decided::unknown_at(&cluster.name, because, doubt.clone(), &at)
        }
    }
}
