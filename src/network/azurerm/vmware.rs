//! `azurerm_vmware_…`: the private cloud, its clusters and its circuit's authorizations.

use std::sync::Arc;

use crate::network::attributes::{Field, View};
use crate::network::inventory::avs::{Authorization, Avs, Cluster, Owner, PrivateCloud};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::traffic::Addresses;

pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let avs: &mut Avs = &mut inventory.avs;
    match &*reader.view.instance.address.kind {
        "azurerm_vmware_private_cloud" => avs.clouds.extend(private_cloud(reader)),
        "azurerm_vmware_cluster" => avs.clusters.push(cluster(reader)),
        "azurerm_vmware_express_route_authorization" => avs.authorizations.push(Authorization {
            origin: reader.origin(),
            owner: Owner::Parent(reader.reference(&["private_cloud_id"])),
        }),
        _ => return false,
    }
    true
}

fn private_cloud(reader: &Reader<'_>) -> Option<PrivateCloud> {
    if reader.is_alias() {
        return None;
    }
    let view = &reader.view;
    let at = view.written().at;
    let management = view.block("management_cluster");
    let hosts = management
        .as_ref()
        .map_or(Field::Unset, |block| block.number("size"));
    let internet = view.bool("internet_connection_enabled");
    Some(PrivateCloud {
        origin: reader.origin(),
        name: terms::text(view, "name", ""),
        region: terms::text(view, "location", ""),
        block: terms::addresses(view, "network_subnet_cidr"),
        extended: Bounded::exactly(Addresses::none()),
        internet: if reader.catalogue.managed(reader.handle) {
            internet.fact(false, at)
        } else {
            read_elsewhere(internet, view, "internet_connection_enabled")
        },
        // The resource has no argument for the virtual network of a second-generation cloud.
        generation: Fact::known(1, at),
        virtual_network: Reference::None,
        management_hosts: hosts_of(hosts, view, "management_cluster"),
        management_at: management.map_or_else(|| view.written(), |block| block.written_of(&["size"])),
        management_subnet: known_addresses(view, "management_subnet_cidr"),
        vcenter: view
            .text("vcsa_endpoint")
            .known()
            .and_then(|text| host_of(&text))
            .map(Bounded::exactly),
    })
}

/// An attribute of a data source that nobody has read yet.
fn read_elsewhere(field: Field<bool>, view: &View<'_>, name: &str) -> Fact<bool> {
    match field {
        Field::Unset => Fact::unknown(unread(view, name)),
        field => field.fact(false, view.written().at),
    }
}

fn unread(view: &View<'_>, name: &str) -> Doubt {
    Doubt {
        what: format!("{}.{name}", view.address()).into(),
        decided_by: "the input that manages it, or a plan or a state that has read it".into(),
        at: view.written().at,
    }
}

fn hosts_of(field: Field<i64>, view: &View<'_>, name: &str) -> Fact<u64> {
    match field {
        Field::Known(number, at) => Fact::known(u64::try_from(number).unwrap_or(0), at),
        Field::Unset => Fact::unknown(unread(view, name)),
        Field::Unknown(doubt) => Fact::unknown(doubt),
    }
}

fn cluster(reader: &Reader<'_>) -> Cluster {
    let view = &reader.view;
    Cluster {
        origin: reader.origin(),
        owner: Owner::Parent(reader.reference(&["vmware_cloud_id"])),
        hosts: hosts_of(view.number("cluster_node_count"), view, "cluster_node_count"),
        written: view.written_of(&["cluster_node_count"]),
    }
}

/// What an applied state knows; before that the attribute says nothing.
fn known_addresses(view: &View<'_>, name: &str) -> Option<Bounded<Addresses>> {
    let text: Arc<str> = view.text(name).known()?;
    Addresses::parse(&text).map(Bounded::exactly)
}

/// The address in `https://10.10.0.2/`.
fn host_of(url: &str) -> Option<Addresses> {
    let rest = url.split("//").last().unwrap_or(url);
    Addresses::parse(rest.split('/').next().unwrap_or(rest))
}
