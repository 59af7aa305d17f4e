//! Direct access to a datastore: by construction, or over a routed path without address translation.

use std::sync::Arc;

use crate::network::doubt::{doubt, doubt_of};
use crate::network::join::Thing;
use crate::network::model::{Assumption, Bounded, Doubt, HopKind, NodeId};
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

/// iSCSI and NFS: one of them is how a store outside vSAN is mounted. Neither is in the requirement,
/// so either of them is taken as access.
const PORTS: [u16; 2] = [3260, 2049];

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
    match entry.datastore.as_ref().map(|fact| &fact.value) {
        Some(Ok(kind)) if kind.eq_ignore_ascii_case("vsan") => {
            let because = "it is on vSAN, the hosts' own disks, which need no network path";
            return Decided::by(Verdict::Satisfied, &role.name, because, &entry.written);
        }
        Some(Err(doubt)) => return Decided::unknown([doubt.clone()]),
        Some(Ok(_)) | None => {}
    }
    match target(rows, role, entry) {
        Ok(target) => Decided::all(
            from.iter()
                .filter_map(|name| rows.pack.role(name))
                .map(|client| from_role(rows, site, client, role, entry, &target)),
        ),
        Err(doubt) => Decided::unknown([doubt]),
    }
}

fn target(rows: &Rows, role: &Role, entry: &RoleEntry) -> Result<Target, Doubt> {
    if let Some(value) = &entry.resource {
        return match rows.situation.locate(value) {
            Some(Thing::Node(node)) => Ok(on_node(rows, node)),
            _ if !value.is_known() => Err(doubt_of(value)),
            _ => Err(nowhere(role, entry)),
        };
    }
    let addresses = entry
        .attachments
        .iter()
        .find_map(|attachment| attachment.addresses.clone());
    addresses.map(plain).ok_or_else(|| nowhere(role, entry))
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
    target: &Target,
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
            let ways: Vec<FlowProof> = PORTS
                .iter()
                .map(|port| {
                    untranslated(decide(
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
                    ))
                })
                .collect();
            best(ways)
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

/// One way in is enough.
fn best(ways: Vec<FlowProof>) -> Decided {
    let order = |flow: &FlowProof| match flow.verdict {
        Verdict::Satisfied => 0,
        Verdict::Undetermined => 1,
        Verdict::Violated | Verdict::NotApplicable => 2,
    };
    ways.into_iter()
        .min_by_key(order)
        .map_or_else(|| Decided::unknown([]), Decided::flow)
}
