//! One way of a flow asked for by hand: like a row's between two roles of a site, and by the same steps
//! between any other two ends.

use super::Answer;
use super::ends::{End, Known, Named};
use crate::network::join::Thing;
use crate::network::model::{Assumption, Bounded, Written};
use crate::paths::{Destination, FlowName};
use crate::prove::decided::Decided;
use crate::prove::dns;
use crate::prove::names::Target;
use crate::prove::pack::{Flow, Role, RoleKind};
use crate::prove::roles::{MANAGEMENT, Placed};
use crate::prove::rows::{Goal, Rows, plain};
use crate::prove::situation::SiteView;

pub fn between(
    known: &Known,
    rows: &Rows,
    site: Option<&SiteView>,
    (from, to): (&End, &End),
    flow: &Flow,
) -> Answer<Decided> {
    if let (End::Role { role: one, .. }, End::Role { role: other, .. }, Some(site)) = (from, to, site)
        && one_site(from, to)
        && other.kind != RoleKind::Datastore
    {
        // A role that begins no flow is said to be none before anything is decided about it.
        known.role_placed(one, Some(site))?;
        return Ok(rows.between(site, one, other, flow, None));
    }
    let source = known.source(from, site, purpose(to))?;
    if source.spots.is_empty() {
        return Ok(Decided::unknown(source.doubts));
    }
    let decided = match to {
        End::Role { role, site: own, .. } => {
            let there = own.and_then(|index| known.situation.sites.get(index)).or(site);
            to_role(known, rows, &source, role, there, flow)?
        }
        End::Addresses(named) => {
            let target = plain(Bounded::exactly(named.addresses.clone()));
            rows.to_targets(&source, &stands_for(named), &[(target, true)], flow)
        }
        End::Things { text, things } => {
            let stores = things.iter().filter_map(|thing| match thing {
                Thing::Store(index) => known.situation.network.stores.get(*index),
                _ => None,
            });
            let goals: Vec<Goal> = stores
                .map(|store| rows.goal_of_store(text, store, "Terraform".into()))
                .collect();
            if goals.is_empty() {
                let there = known.things_placed(text, things)?;
                rows.to_targets(&source, &there, &targets(&there), flow)
            } else {
                let each = goals.iter().map(|goal| to_goal(known, rows, &source, goal, flow));
                Decided::all(each)
            }
        }
        End::Name(name) => {
            let goal = Goal {
                role: name.clone(),
                named: rows.with_service(FlowName::Known(name.clone())),
                resource: None,
                known_from: "the command line".into(),
                written: Written::default(),
            };
            to_goal(known, rows, &source, &goal, flow)
        }
    };
    let open = (!source.doubts.is_empty()).then(|| Decided::unknown(source.doubts.clone()));
    Ok(Decided::all([decided].into_iter().chain(open)))
}

/// Whether both roles are meant at one site: one that says none is at the other's.
fn one_site(from: &End, to: &End) -> bool {
    match (from.site(), to.site()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Appliances have a network for some destinations.
fn purpose(to: &End) -> &'static str {
    let store = match to {
        End::Role { role, .. } => role.kind == RoleKind::ObjectStore,
        End::Things { things, .. } => things.iter().any(|thing| matches!(thing, Thing::Store(_))),
        _ => false,
    };
    if store { "object_store" } else { MANAGEMENT }
}

fn to_role(
    known: &Known,
    rows: &Rows,
    source: &Placed,
    role: &Role,
    site: Option<&SiteView>,
    flow: &Flow,
) -> Answer<Decided> {
    let Some(site) = site else {
        return known.role_placed(role, None).map(|_| Decided::unknown([]));
    };
    Ok(match role.kind {
        RoleKind::ObjectStore | RoleKind::PublicService | RoleKind::PublicHost => {
            match rows.named(site, role) {
                Ok(goal) => to_goal(known, rows, source, &goal, flow),
                Err(doubt) => Decided::unknown([doubt]),
            }
        }
        RoleKind::DnsServer => dns::flow(known.situation, site, source, role, flow),
        _ => {
            let there = known.role_placed(role, Some(site))?.on(MANAGEMENT);
            rows.to_addresses(source, &there, flow)
        }
    })
}

/// By name: each client asks the servers of the site that it is in.
fn to_goal(known: &Known, rows: &Rows, source: &Placed, goal: &Goal, flow: &Flow) -> Decided {
    let each = source.spots.iter().map(|spot| {
        let one = Placed {
            spots: vec![spot.clone()],
            ..source.clone()
        };
        rows.to_goal(known.home(spot), &one, goal, flow)
    });
    let resolves = match &goal.named.name {
        FlowName::Known(name) => name.clone(),
        FlowName::Unknown => goal.role.clone(),
    };
    Decided::all(each).assuming([Assumption {
        code: "name-resolves",
        text: format!("the name `{resolves}` is answered to `{}`", source.role).into(),
    }])
}

fn stands_for(named: &Named) -> Placed {
    Placed {
        role: named.text.clone(),
        spots: Vec::new(),
        known_from: named.known_from.clone(),
        assumptions: named.assumptions.clone(),
        doubts: Vec::new(),
        written: Written::default(),
    }
}

/// Every address of a place; of one that is known only within bounds, the one that it will have.
fn targets(there: &Placed) -> Vec<(Target, bool)> {
    let each = there.spots.iter().map(|spot| {
        let exact = spot.addresses.is_exact();
        let target = Target {
            to: (!exact).then_some(spot.node),
            destination: if exact {
                Destination::Every
            } else {
                Destination::OneUnknown
            },
            ..plain(spot.addresses.clone())
        };
        (target, spot.sure)
    });
    each.collect()
}
