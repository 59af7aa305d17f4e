//! The vsphere provider: virtual machines, for what their names and addresses say about roles.

use crate::evaluate::values::value::Kind;
use crate::network::attributes::View;
use crate::network::inventory::avs::{Interface, Machine};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;

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
        interfaces: wired(reader, &interfaces, &configured),
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

/// The interfaces in order: customization tells their addresses one by one (documentation of
/// `vsphere_virtual_machine`). One that is deployed from a package has its networks in a map.
fn wired(reader: &Reader<'_>, interfaces: &[View<'_>], configured: &[View<'_>]) -> Vec<Interface> {
    let address = |number: usize| {
        let own = configured.get(number)?;
        terms::addresses_if_set(own, "ipv4_address")
    };
    if interfaces.is_empty() {
        let map = reader
            .view
            .block("ovf_deploy")
            .and_then(|deploy| deploy.get("ovf_network_map"));
        let entries = match map.map(|map| &map.kind) {
            Some(Kind::Map(_, entries) | Kind::Object(entries)) => entries.iter().collect(),
            _ => Vec::new(),
        };
        return entries
            .into_iter()
            .map(|(_, network)| Interface {
                network: reader.resolve(Some(network)),
                addresses: None,
            })
            .collect();
    }
    let count = interfaces.len().max(configured.len());
    (0..count)
        .map(|number| Interface {
            network: interfaces.get(number).map_or(Reference::None, |interface| {
                reader.inside(*interface).reference(&["network_id"])
            }),
            addresses: address(number),
        })
        .collect()
}
