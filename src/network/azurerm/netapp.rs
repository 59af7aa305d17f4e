//! `azurerm_netapp_volume` and its attachment to clusters: stores for the replication log.

use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{Export, Volume};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::model::{Bounded, Doubt, Fact, Mount};
use crate::traffic::Addresses;

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    match &*reader.view.instance.address.kind {
        "azurerm_netapp_volume" => volume(reader, inventory),
        "azurerm_vmware_netapp_volume_attachment" | "azurerm_netapp_account" | "azurerm_netapp_pool" => {}
        _ => return false,
    }
    true
}

pub(super) fn volume(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.avs.volumes.push(Volume {
        origin: reader.origin(),
        subnet: reader.reference(&["subnet_id"]),
        addresses: mount_target(&reader.view),
        mount: protocol(&reader.view),
        exports: reader
            .view
            .blocks("export_policy_rule")
            .iter()
            .map(export)
            .collect(),
    });
}

/// Known once the volume exists.
fn mount_target(view: &View<'_>) -> Option<Bounded<Addresses>> {
    let target = view.block("mount_target")?;
    match target.text("ip_address") {
        Field::Known(text, _) => Addresses::parse(&text).map(Bounded::exactly),
        Field::Unset | Field::Unknown(_) => None,
    }
}

fn export(view: &View<'_>) -> Export {
    let index = view.number("rule_index").fact(1, view.written().at);
    Export {
        written: view.written(),
        index,
        clients: clients(view),
        writable: match view.bool("unix_read_write") {
            Field::Known(writable, at) => Fact::known(writable, at),
            Field::Unknown(doubt) => Fact::unknown(doubt),
            Field::Unset => Fact::unknown(Doubt {
                at: view.written().at,
                ..doubt(
                    format!(
                        "whether an export rule of `{}` lets its clients write",
                        view.address()
                    ),
                    "`unix_read_write = true`",
                )
            }),
        },
        presence: view.perhaps().into_iter().collect(),
    }
}

/// Addresses and networks; ARM writes them as one text with commas.
fn clients(view: &View<'_>) -> Bounded<Addresses> {
    let name = "allowed_clients";
    let whole = view.get(name).and_then(|value| value.as_str());
    let parts: Option<Vec<Addresses>> = whole.and_then(|text| {
        text.split(',')
            .map(|part| Addresses::parse(part.trim()))
            .collect()
    });
    match parts {
        Some(parts) => Bounded::exactly(Addresses::union_all(&parts)),
        None => terms::addresses(view, name),
    }
}

/// NFS 3 where nothing is said (documentation of `azurerm_netapp_volume`). What offers both versions is
/// mounted by either; a share for Windows holds no datastore.
fn protocol(view: &View<'_>) -> Fact<Mount> {
    let protocols = view.strings("protocols");
    let at = view.written_of(&["protocols"]).at;
    if let Some(doubt) = protocols.doubts().first() {
        return Fact::unknown(doubt.clone());
    }
    let offers = |name: &str| {
        let mut known = protocols.known.iter();
        known.any(|(text, _)| text.eq_ignore_ascii_case(name))
    };
    match (protocols.is_empty() || offers("NFSv3"), offers("NFSv4.1")) {
        (true, false) => Fact::known(Mount::Nfs3, at),
        (false, true) => Fact::known(Mount::Nfs4, at),
        _ => Fact::unknown(Doubt {
            at,
            ..doubt(
                format!("by which version of NFS `{}` is mounted", view.address()),
                "`protocols` with one version of NFS",
            )
        }),
    }
}
