//! Storage accounts: their names, their public endpoint with its firewall, their private endpoints.

use std::sync::Arc;

use super::nsx_rules::{everything, plain_line};
use super::{Fabric, UNKNOWN_REGION, node, region_stamp, subnet_stamp};
use crate::network::catalogue::Handle;
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{NetworkRules, StorageAccount};
use crate::network::inventory::{Inventory, Origin};
use crate::network::join::{Reference, Thing};
use crate::network::model::{
    Action, Assumption, Bounded, Doubt, Fact, Filter, HopKind, Hosted, Line, Match, NetworkFinding, NodeId,
    Service, Store, Written,
};
use crate::traffic::Addresses;

/// The suffix of blob endpoints in the public cloud.
const BLOB: &str = "blob.core.windows.net";
/// What public DNS makes a name with a private endpoint an alias in.
const PRIVATE_LINK: &str = "privatelink.blob.core.windows.net";

/// The name that people and applications sign in at (Microsoft Learn, Azure Site Recovery, "About
/// networking": required for authorization and authentication to Entra ID).
const SIGN_IN: &str = "login.microsoftonline.com";

pub fn build(fabric: &mut Fabric<'_>) {
    for account in &fabric.inventory.avs.accounts {
        store(fabric, account);
    }
    sign_in(fabric);
}

fn store(fabric: &mut Fabric<'_>, account: &StorageAccount) {
    let origin = &account.origin;
    let (addresses, assumptions) = public_addresses(fabric, account);
    let name = blob_name(account);
    let (mut endpoints, perhaps) = private_endpoints(fabric, origin.handle);
    let firewall = firewall(fabric, account);
    let firewall = fabric.network.add_filter(firewall);
    let mut made = node(
        origin.name.clone(),
        HopKind::StorageFirewall,
        origin.written.clone(),
    );
    made.addresses = addresses.clone();
    made.receives.push(firewall);
    let public = fabric.network.add_node(made);
    let hosted = match &name.value {
        Ok(name) => name.clone(),
        Err(_) => format!("the blob endpoint of {}", origin.name).into(),
    };
    let internet = fabric.internet;
    if let Some(internet) = fabric.node_mut(internet) {
        internet.hosts.push(Hosted {
            name: hosted,
            node: public,
        });
    }
    let alias = if endpoints.is_empty() {
        perhaps.first().map(|(_, doubt)| Fact::unknown(doubt.clone()))
    } else {
        Some(Fact {
            value: account
                .name
                .value
                .clone()
                .map(|name| format!("{}.{PRIVATE_LINK}", name.to_ascii_lowercase()).into()),
            at: account.name.at,
        })
    };
    endpoints.extend(perhaps.iter().map(|(node, _)| *node));
    fabric.network.naming.services.push(Service {
        name,
        addresses,
        node: Some(public),
        alias,
        endpoints,
        assumptions,
    });
    let index = fabric.network.stores.len();
    fabric.network.stores.push(Store {
        name: origin.name.clone(),
        written: origin.written.clone(),
        service: fabric.network.naming.services.len().saturating_sub(1),
        region: account.region.clone(),
        hierarchical_namespace: account.hierarchical_namespace.clone(),
        shared_key: account.shared_key.clone(),
    });
    fabric.register(origin.handle, Thing::Store(index));
    fabric.nodes.insert(origin.handle, public);
}

/// `dns_endpoint_type = "AzureDnsZone"` puts a zone into the name that Azure chooses.
pub(super) fn blob_name(account: &StorageAccount) -> Fact<Arc<str>> {
    match (&account.zoned_name.value, &account.name.value) {
        (Ok(false), Ok(name)) => Fact::known(
            format!("{}.{BLOB}", name.to_ascii_lowercase()).into(),
            account.name.at,
        ),
        (Ok(false), Err(doubt)) | (Err(doubt), _) => Fact::unknown(doubt.clone()),
        (Ok(true), _) => Fact::unknown(Doubt {
            at: account.zoned_name.at,
            ..doubt(
                format!("{}.primary_blob_host", account.origin.name),
                "a plan or a state made after the account is created",
            )
        }),
    }
}

/// An account answers from any address of its region's tag, and moves among them.
fn public_addresses(fabric: &Fabric<'_>, account: &StorageAccount) -> (Bounded<Addresses>, Vec<Assumption>) {
    let tags = fabric.tags;
    let all = || {
        tags.get("Storage")
            .map_or_else(Addresses::public, |tag| tag.addresses)
    };
    let set = match &account.region.value {
        Ok(region) => match tags.regional("Storage", region) {
            Some(tag) => Bounded::exactly(tag.addresses),
            None => Bounded::exactly(all()),
        },
        Err(doubt) => Bounded::between(Addresses::none(), all(), [doubt.clone()]),
    };
    (set, vec![dated(fabric, "Storage")])
}

fn dated(fabric: &Fabric<'_>, tag: &str) -> Assumption {
    Assumption {
        code: "service-tags",
        text: format!(
            "the addresses of the service tag `{tag}` are those of the list {}",
            fabric.tags.label()
        )
        .into(),
    }
}

/// Nodes of the private endpoints for the account's blobs, and of those that may be for them: of which
/// it is not known what they lead to.
fn private_endpoints(fabric: &Fabric<'_>, account: Handle) -> (Vec<NodeId>, Vec<(NodeId, Doubt)>) {
    let (mut own, mut perhaps) = (Vec::new(), Vec::new());
    for endpoint in &fabric.inventory.azure.private_endpoints {
        let mut names = endpoint.subresources.iter();
        let blob = endpoint.subresources.is_empty() || names.any(|name| name.eq_ignore_ascii_case("blob"));
        let node = fabric.nodes.get(&endpoint.origin.handle).copied();
        let Some(node) = node.filter(|_| blob) else {
            continue;
        };
        match &endpoint.target {
            Reference::To(target) if target.handle == account => own.push(node),
            Reference::Unknown(doubt) => perhaps.push((node, doubt.clone())),
            Reference::Either(targets, doubt) if targets.iter().any(|target| target.handle == account) => {
                perhaps.push((node, doubt.clone()));
            }
            _ => {}
        }
    }
    (own, perhaps)
}

/// What stands at the public endpoint (Microsoft Learn, "Azure Storage firewall and virtual network
/// rules"); private endpoints never pass it.
fn firewall(fabric: &mut Fabric<'_>, account: &StorageAccount) -> Filter {
    let origin = &account.origin;
    let at_account = |fact_at: Option<crate::source::Place>| Written {
        at: fact_at.or(origin.written.at),
        ..origin.written.clone()
    };
    let closed = || {
        plain_line(
            "public network access",
            Action::Deny,
            "public network access is off",
            at_account(account.public_access.at),
        )
    };
    let mut lines = Vec::new();
    let mut otherwise = None;
    match &account.public_access.value {
        Ok(true) => {}
        Ok(false) => otherwise = Some(closed()),
        Err(doubt) => lines.push(Line {
            doubts: vec![doubt.clone()],
            ..closed()
        }),
    }
    let otherwise = otherwise.unwrap_or_else(|| match rules_of(fabric, account) {
        None => plain_line(
            "default action",
            Action::Allow,
            "no network rules: the public endpoint is open",
            origin.written.clone(),
        ),
        Some((rules, by)) => admitted(fabric.inventory, &rules, by.as_ref(), account, &mut lines),
    });
    lines.splice(0..0, perhaps_closed(fabric, account));
    Filter {
        name: origin.name.clone(),
        kind: HopKind::StorageFirewall,
        written: origin.written.clone(),
        lines,
        otherwise,
        point: format!("{} firewall", origin.name).into(),
        transit: false,
    }
}

/// The rules in force, and the resource that carries them where it is not the account.
fn rules_of(fabric: &mut Fabric<'_>, account: &StorageAccount) -> Option<(NetworkRules, Option<Origin>)> {
    let inventory = fabric.inventory;
    let mut standalone = inventory
        .avs
        .account_rules
        .iter()
        .filter(|(of, ..)| of.handle() == Some(account.origin.handle));
    let Some((_, rules, origin)) = standalone.next() else {
        return account.rules.clone().map(|rules| (rules, None));
    };
    if account.rules.is_some() {
        fabric.network.findings.push(NetworkFinding {
            id: "two-owners-of-network-rules",
            severity: crate::source::Severity::Warning,
            summary: format!(
                "`{}` has network rules of its own and those of `{}`",
                account.origin.name, origin.name
            ),
            help: "keep one of the two: each apply undoes the other".into(),
            written: origin.written.clone(),
        });
    }
    Some((rules.clone(), Some(origin.clone())))
}

/// Network rules whose account is not known may be this one's; those of an account that no input
/// manages are not seen at all.
fn perhaps_closed(fabric: &Fabric<'_>, account: &StorageAccount) -> Vec<Line> {
    let origin = &account.origin;
    let mut found: Vec<(Doubt, Written)> = Vec::new();
    for (of, rules, by) in &fabric.inventory.avs.account_rules {
        let possible = match of {
            Reference::Unknown(_) => true,
            Reference::Either(targets, _) => targets.iter().any(|target| target.handle == origin.handle),
            _ => false,
        };
        let open = rules.default_allows.value == Ok(true);
        if let Some(doubt) = of.doubt().filter(|_| possible && !open) {
            found.push((doubt.clone(), by.written.clone()));
        }
    }
    if account.rules.is_none() && !fabric.catalogue.managed(origin.handle) {
        let unseen = doubt(
            format!("the network rules of `{}`", origin.name),
            "the input (directory, plan or state) that manages the account",
        );
        found.push((unseen, origin.written.clone()));
    }
    let line = |(doubt, written): (Doubt, Written)| Line {
        doubts: vec![doubt],
        matches: vec![everything()],
        ..plain_line(
            "network rules",
            Action::Deny,
            "network rules that are not seen may deny it",
            written,
        )
    };
    found.into_iter().map(line).collect()
}

/// The lines of what is admitted, and what happens to the rest.
fn admitted(
    inventory: &Inventory,
    rules: &NetworkRules,
    by: Option<&Origin>,
    account: &StorageAccount,
    lines: &mut Vec<Line>,
) -> Line {
    let place = by.map(|origin| origin.name.clone());
    let presence = by.map_or_else(Vec::new, |origin| origin.presence.clone());
    let line = |name: &str, action, because: &str, written: &Written| Line {
        place: place.clone(),
        ..plain_line(name, action, because, written.clone())
    };
    if matches!(rules.default_allows.value, Ok(true)) {
        let because = "the default action of its network rules is Allow";
        return line("default action", Action::Allow, because, &rules.written);
    }
    if !rules.subnets.is_empty() {
        let because = "the packet comes from a subnet that the rules name, over its service endpoint";
        let named = || {
            line(
                "virtual_network_subnet_ids",
                Action::Allow,
                because,
                &rules.subnets_at,
            )
        };
        let mut requires = Vec::new();
        let mut doubts = Vec::new();
        for reference in &rules.subnets {
            match inventory.azure.subnet_of(reference) {
                Some(subnet) => requires.push(subnet_stamp(subnet)),
                None => doubts.push(reference.doubt().cloned().unwrap_or_else(|| {
                    doubt(
                        format!(
                            "a subnet that the network rules of `{}` name",
                            account.origin.name
                        ),
                        "the input (directory, plan or state) that defines it",
                    )
                })),
            }
        }
        if !requires.is_empty() {
            lines.push(Line { requires, ..named() });
        }
        // An unknown subnet may be the one a packet comes from, if it comes from a subnet at all.
        let stamps: Vec<_> = (0..inventory.azure.subnets.len()).map(subnet_stamp).collect();
        if !doubts.is_empty() && !stamps.is_empty() {
            lines.push(Line {
                doubts,
                requires: stamps,
                ..named()
            });
        }
    }
    if !rules.addresses.upper.is_empty() {
        let allow = line(
            "ip_rules",
            Action::Allow,
            "its public source address is among the IP rules",
            &rules.addresses_at,
        );
        lines.extend(by_address(inventory, rules, account, allow));
    }
    let because = "no network rule admits it, and the default action is Deny";
    let deny = line("default action", Action::Deny, because, &rules.written);
    let mut unknown = presence;
    unknown.extend(rules.default_allows.value.as_ref().err().cloned());
    if unknown.is_empty() {
        return deny;
    }
    lines.push(Line {
        doubts: unknown,
        ..deny
    });
    line(
        "default action",
        Action::Allow,
        "the default action of its network rules is Allow",
        &rules.written,
    )
}

/// IP rules have no effect on requests from the account's own region, nor on those over a service
/// endpoint, whose source is private.
fn by_address(
    inventory: &Inventory,
    rules: &NetworkRules,
    account: &StorageAccount,
    mut line: Line,
) -> Vec<Line> {
    line.matches = vec![Match {
        source: rules.addresses.clone(),
        ..everything()
    }];
    line.unless = (0..inventory.azure.subnets.len()).map(subnet_stamp).collect();
    match &account.region.value {
        Ok(region) => line.unless.push(region_stamp(region)),
        Err(doubt) => {
            line.doubts.push(doubt.clone());
            return vec![line];
        }
    }
    let unknown = Line {
        requires: vec![UNKNOWN_REGION.into()],
        doubts: vec![doubt(
            "the region that the packets leave from",
            "the `location` of the network or private cloud",
        )],
        ..line.clone()
    };
    line.unless.push(UNKNOWN_REGION.into());
    vec![line, unknown]
}

fn sign_in(fabric: &mut Fabric<'_>) {
    let tag = "AzureActiveDirectory";
    let addresses = fabric
        .tags
        .get(tag)
        .map_or_else(Addresses::public, |tag| tag.addresses);
    let assumption = dated(fabric, tag);
    fabric.network.naming.services.push(Service {
        name: Fact::known(SIGN_IN.into(), None),
        addresses: Bounded::exactly(addresses),
        node: None,
        alias: None,
        endpoints: Vec::new(),
        assumptions: vec![assumption],
    });
    fabric.network.service_tags = Some(fabric.tags.label().clone());
}
