//! Roles that come with the site: hosts, vCenter, the platform's own systems.

use std::sync::Arc;

use super::spots::spots;
use super::{Placed, Spot};
use crate::network::doubt::doubt;
use crate::network::model::{Assumption, Bounded, Cloud, Doubt, Written};
use crate::prove::pack::{Role, RoleKind};
use crate::prove::site::{RoleEntry, SiteKind};
use crate::prove::situation::{SiteView, Situation};
use crate::traffic::Addresses;

pub fn place(situation: &Situation, site: &SiteView, role: &Role) -> Placed {
    let shared = role.kind == RoleKind::ManagementSystems;
    let entry = situation.entry(site, &role.name, shared);
    if let Some(placed) = entry.and_then(|entry| declared(situation, site, role, entry)) {
        return placed;
    }
    if site.kind == SiteKind::OnPremises {
        return on_premises(site, role);
    }
    match situation.cloud(site) {
        Ok(cloud) => in_cloud(cloud, role),
        Err(doubt) => Placed::nowhere(role, doubt),
    }
}

fn declared(situation: &Situation, site: &SiteView, role: &Role, entry: &RoleEntry) -> Option<Placed> {
    let said: Vec<(&Bounded<Addresses>, Option<&Arc<str>>)> = entry
        .attachments
        .iter()
        .filter_map(|attachment| Some((attachment.addresses.as_ref()?, attachment.network.as_ref())))
        .collect();
    if said.is_empty() {
        return None;
    }
    let management = situation.cloud(site).ok().map(|cloud| cloud.management);
    let mut placed = Placed {
        role: role.name.clone(),
        spots: Vec::new(),
        known_from: Arc::from("site file"),
        assumptions: Vec::new(),
        doubts: Vec::new(),
        written: entry.written.clone(),
    };
    for (addresses, network) in said {
        let addresses = &within_cloud(situation, site, role, addresses);
        let (found, doubts) = spots(situation, site, addresses, network, management, entry.written.at);
        placed.spots.extend(found);
        placed.doubts.extend(doubts);
    }
    Some(placed)
}

/// Hosts and vCenter are in the management networks of the private cloud, wherever else they could be.
fn within_cloud(
    situation: &Situation,
    site: &SiteView,
    role: &Role,
    said: &Bounded<Addresses>,
) -> Bounded<Addresses> {
    let block = match (situation.cloud(site), role.kind) {
        (Ok(cloud), RoleKind::Hosts) => &cloud.esxi.upper,
        (Ok(cloud), RoleKind::VCenter) => &cloud.vcenter.upper,
        _ => return said.clone(),
    };
    let within = said.upper.intersection(block);
    if said.is_exact() || within.is_empty() {
        return said.clone();
    }
    Bounded::between(said.lower.clone(), within.union(&said.lower), said.doubts.clone())
}

fn in_cloud(cloud: &Cloud, role: &Role) -> Placed {
    let (addresses, known_from) = match role.kind {
        RoleKind::Hosts => (&cloud.esxi, "management layout"),
        RoleKind::VCenter => (&cloud.vcenter, "management layout"),
        _ => (&cloud.management_network, "assumption run-command-source"),
    };
    let mut assumptions = cloud.layout.clone();
    if role.kind == RoleKind::ManagementSystems {
        assumptions.push(Assumption {
            code: "run-command-source",
            text: format!(
                "`{}` comes from the private cloud's management network, {}",
                role.name, addresses.upper
            )
            .into(),
        });
    }
    Placed {
        role: role.name.clone(),
        spots: vec![Spot {
            network: None,
            node: cloud.management,
            segment: None,
            addresses: addresses.clone(),
            sure: true,
        }],
        known_from: Arc::from(known_from),
        assumptions,
        doubts: Vec::new(),
        written: cloud.written.clone(),
    }
}

/// Hosts and vCenter of a data centre are somewhere in its address space.
fn on_premises(site: &SiteView, role: &Role) -> Placed {
    let unknown = Doubt {
        at: site.written.at,
        ..doubt(
            format!("the addresses of `{}` at site `{}`", role.name, site.label),
            format!("`role \"{}\"` with `addresses` in the site file", role.name),
        )
    };
    let space = site.entry.and_then(|entry| entry.address_space.as_ref());
    let (Some(space), Ok(node)) = (space, &site.node) else {
        return Placed::nowhere(role, unknown);
    };
    Placed {
        role: role.name.clone(),
        spots: vec![Spot {
            network: None,
            node: *node,
            segment: None,
            addresses: Bounded::between(Addresses::none(), space.upper.clone(), [unknown]),
            sure: true,
        }],
        known_from: Arc::from("address space of the site"),
        assumptions: Vec::new(),
        doubts: Vec::new(),
        written: Written::default(),
    }
}
