//! Direct access to a datastore: by construction, or over a routed path without address translation.

use std::sync::Arc;

use crate::network::doubt::{doubt, doubt_of};
use crate::network::join::Thing;
use crate::network::model::{Assumption, Bounded, Datastore, Doubt, HopKind, Mount, NodeId};
use crate::paths::{Decision, Hop};
use crate::prove::decided::Decided;
use crate::prove::finding::{End, FlowProof, Verdict};
use crate::prove::flow::{Question, decide};
use crate::prove::names::Target;
use crate::prove::pack::{Protocol, Role, unprivileged};
use crate::prove::roles::{Placed, place};
use crate::prove::rows::{Rows, plain};
use crate::prove::site::RoleEntry;
use crate::prove::situation::SiteView;
use crate::traffic::{Addresses, Ports};

pub fn direct(rows: &Rows, site: &SiteView, role: &Arc<str>, from: &[Arc<str>]) -> Decided {
    let Some(role) = rows.pack.role(role) else {
        return Decided::unknown([]);
    };
    let Some(entry) = rows.situation.entry(site, &role.name, false) else {
        let because = "nothing says where the log is: on vSAN, the hosts' own disks, by default";
        return Decided::by(Verdict::Satisfied, &site.label, because, &site.written).assuming([Assumption {
            code: "replication-log-on-vsan",
            text: format!("`{}` of site `{}` is on vSAN", role.name, site.label).into(),
        }]);
    };
    let declared = match entry.datastore.as_ref().map(|fact| &fact.value) {
        Some(Ok(kind)) if kind.eq_ignore_ascii_case("vsan") => {
            let because = "it is on vSAN, the hosts' own disks, which need no network path";
            return Decided::by(Verdict::Satisfied, &role.name, because, &entry.written);
        }
        Some(Ok(kind)) => mount(kind),
        Some(Err(doubt)) => return Decided::unknown([doubt.clone()]),
        None => None,
    };
    let reached = match reached(rows, role, entry) {
        Ok(reached) => reached,
        Err(doubt) => return Decided::unknown([doubt]),
    };
    let mounts = declared.map_or(reached.mounts, |mount| vec![mount]);
    let ways: Vec<Decided> = reached
        .targets
        .iter()
        .flat_map(|target| mounts.iter().map(move |mount| (target, *mount)))
        .map(|(target, mount)| {
            Decided::all(
                from.iter()
                    .filter_map(|name| rows.pack.role(name))
                    .map(|client| from_role(rows, site, client, role, entry, (target, mount))),
            )
        })
        .collect();
    Decided::either(ways, &reached.doubts)
}

/// What the site file calls the ways to mount a store.
fn mount(kind: &str) -> Option<Mount> {
    match kind.to_ascii_lowercase().as_str() {
        "iscsi" => Some(Mount::Iscsi),
        "nfs3" => Some(Mount::Nfs3),
        "nfs4" => Some(Mount::Nfs4),
        _ => None,
    }
}

/// Where the store answers, and how it is mounted; of several places and ways one is used, and the
/// doubts say that it is not known which.
struct Reached {
    targets: Vec<Target>,
    mounts: Vec<Mount>,
    doubts: Vec<Doubt>,
}

const MOUNTS: [Mount; 3] = [Mount::Iscsi, Mount::Nfs3, Mount::Nfs4];

fn reached(rows: &Rows, role: &Role, entry: &RoleEntry) -> Result<Reached, Doubt> {
    let anyhow = Doubt {
        at: entry.written.at,
        ..doubt(
            format!("how `{}` is mounted: by iSCSI, by NFS 3 or by NFS 4.1", role.name),
            "`datastore = \"iscsi\"`, `\"nfs3\"` or `\"nfs4\"` in its block",
        )
    };
    let on_its_own = |target| Reached {
        targets: vec![target],
        mounts: MOUNTS.to_vec(),
        doubts: vec![anyhow.clone()],
    };
    if let Some(value) = &entry.resource {
        let network = rows.situation.network;
        return match rows.situation.locate(value) {
            Some(Thing::Datastore(number)) => {
                let store = network.datastores.get(number);
                store.map_or_else(|| Err(nowhere(role, entry)), |store| mounted(rows, store))
            }
            Some(Thing::Node(node)) => {
                let mut stores = network.datastores.iter();
                match stores.find(|store| store.nodes.contains(&node)) {
                    Some(store) => mounted(rows, store),
                    None => Ok(on_its_own(on_node(rows, node))),
                }
            }
            _ if !value.is_known() => Err(doubt_of(value)),
            _ => Err(nowhere(role, entry)),
        };
    }
    let addresses = entry
        .attachments
        .iter()
        .find_map(|attachment| attachment.addresses.clone());
    addresses
        .map(|addresses| on_its_own(plain(addresses)))
        .ok_or_else(|| nowhere(role, entry))
}

/// A store that an input defines.
fn mounted(rows: &Rows, store: &Datastore) -> Result<Reached, Doubt> {
    if store.nodes.is_empty() {
        return Err(Doubt {
            at: store.written.at,
            ..doubt(
                format!("where `{}` answers", store.name),
                "the private endpoint or the subnet that it answers in",
            )
        });
    }
    let several = (store.nodes.len() > 1).then(|| Doubt {
        at: store.written.at,
        ..doubt(
            format!("through which of its endpoints `{}` is mounted", store.name),
            "a single endpoint",
        )
    });
    let (mounts, unknown) = match &store.mount.value {
        Ok(mount) => (vec![*mount], None),
        Err(doubt) => (MOUNTS.to_vec(), Some(doubt.clone())),
    };
    Ok(Reached {
        targets: store.nodes.iter().map(|node| on_node(rows, *node)).collect(),
        mounts,
        doubts: several.into_iter().chain(unknown).collect(),
    })
}

fn on_node(rows: &Rows, node: NodeId) -> Target {
    let nothing = || Bounded::exactly(Addresses::none());
    let addresses = rows
        .situation
        .network
        .node(node)
        .map_or_else(nothing, |node| node.addresses.clone());
    Target {
        to: Some(node),
        ..plain(addresses)
    }
}

fn nowhere(role: &Role, entry: &RoleEntry) -> Doubt {
    Doubt {
        at: entry.written.at,
        ..doubt(
            format!("where `{}` is", role.name),
            "`datastore = \"vsan\"`, `resource` or `addresses` in its block",
        )
    }
}

fn from_role(
    rows: &Rows,
    site: &SiteView,
    client: &Role,
    role: &Role,
    entry: &RoleEntry,
    (target, mount): (&Target, Mount),
) -> Decided {
    let placed = place(rows.situation, site, client).on("replication_log");
    if placed.spots.is_empty() {
        return Decided::unknown(placed.doubts);
    }
    let end = End {
        role: role.name.clone(),
        name: None,
        addresses: target.addresses.upper.clone(),
        known_from: Arc::from("site file"),
        written: entry.written.clone(),
    };
    let mut parts: Vec<Decided> = placed
        .spots
        .iter()
        .map(|spot| {
            Decided::all(mount.ports().iter().map(|port| {
                Decided::flow(untranslated(decide(
                    rows.situation,
                    &Question {
                        from: &placed,
                        spot,
                        to: end.clone(),
                        target,
                        protocol: Protocol::Tcp,
                        ports: &Ports::single(*port),
                        source_ports: &unprivileged(),
                    },
                )))
            }))
        })
        .collect();
    if !placed.doubts.is_empty() {
        parts.push(Decided::unknown(open(&placed)));
    }
    Decided::all(parts)
}

fn open(placed: &Placed) -> Vec<Doubt> {
    placed.doubts.clone()
}

/// A path on which addresses are translated is not direct.
fn untranslated(mut flow: FlowProof) -> FlowProof {
    let translated = |hop: &Hop| hop.decision == Decision::Rewritten && hop.kind != HopKind::Dns;
    if flow.verdict == Verdict::Satisfied && flow.parts.iter().any(|part| part.hops.iter().any(translated)) {
        flow.verdict = Verdict::Violated;
    }
    flow
}
