//! The vsphere provider: virtual machines, for what their names and addresses say about roles.

use crate::network::attributes::View;
use crate::network::inventory::avs::Machine;
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::model::Bounded;
use crate::network::sets;
use crate::traffic::Addresses;

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let kind = &*reader.view.instance.address.kind;
    if kind == "vsphere_virtual_machine" {
        inventory.avs.machines.push(machine(reader));
    }
    // Folders, pools, datastores: nothing in vSphere forwards or filters packets of a private cloud.
    kind.starts_with("vsphere_")
}

fn machine(reader: &Reader<'_>) -> Machine {
    let view = &reader.view;
    let interfaces = view.blocks("network_interface");
    let customize = view.block("clone").and_then(|clone| clone.block("customize"));
    let configured: Vec<View<'_>> =
        customize.map_or_else(Vec::new, |block| block.blocks("network_interface"));
    let linux = customize.and_then(|block| block.block("linux_options"));
    Machine {
        origin: reader.origin(),
        name: terms::text(view, "name", ""),
        networks: interfaces
            .iter()
            .map(|interface| reader.inside(*interface).reference(&["network_id"]))
            .collect(),
        addresses: all(&configured, "ipv4_address"),
        host_name: linux
            .filter(|linux| linux.get("host_name").is_some())
            .map(|linux| {
                let domain = linux.text("domain").known().unwrap_or_else(|| "".into());
                let host = terms::text(&linux, "host_name", "");
                crate::network::model::Fact {
                    value: host.value.map(|host| {
                        let name = if domain.is_empty() {
                            host.to_string()
                        } else {
                            format!("{host}.{domain}")
                        };
                        name.to_ascii_lowercase().into()
                    }),
                    at: host.at,
                }
            }),
        dns: customize.and_then(|block| terms::addresses_if_set(&block, "dns_server_list")),
    }
}

/// The addresses of all interfaces; `None` where none is set.
fn all(interfaces: &[View<'_>], name: &str) -> Option<Bounded<Addresses>> {
    let sets = interfaces
        .iter()
        .filter_map(|interface| terms::addresses_if_set(interface, name));
    sets.reduce(|all, more| sets::union(&all, &more))
}
