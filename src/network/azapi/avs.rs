//! `Microsoft.AVS/privateClouds` and what hangs below it.

use crate::evaluate::values::value::Symbol;
use crate::network::attributes::{Field, View};
use crate::network::inventory::avs::{
    Authorization, CloudLink, CloudUpdate, Cluster, GlobalReach, Owner, PrivateCloud, PublicIp,
};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Doubt, Fact};

use super::workload;

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    let Some(below) = kind.strip_prefix("microsoft.avs/privateclouds") else {
        return false;
    };
    let properties = Properties::of(reader);
    let avs = &mut inventory.avs;
    let origin = reader.origin();
    let owner = owner(reader);
    match below {
        "" if is_change(reader) => avs.updates.push(CloudUpdate {
            internet: properties.has("internet").then(|| internet(&properties)),
            extended: terms::addresses_if_set(properties.view(), "extendedNetworkBlocks"),
            origin,
            owner,
        }),
        "" => avs.clouds.extend(private_cloud(reader, &properties)),
        "/clusters" => avs.clusters.push(Cluster {
            origin,
            owner,
            hosts: hosts(properties.view(), "clusterSize"),
            written: properties.view().written_of(&["clusterSize"]),
        }),
        "/authorizations" => avs.authorizations.push(Authorization { origin, owner }),
        "/globalreachconnections" => avs.global_reach.push(GlobalReach {
            origin,
            owner,
            peer: properties.reference("peerExpressRouteCircuit"),
        }),
        "/cloudlinks" => avs.cloud_links.push(CloudLink {
            origin,
            owner,
            peer: properties.reference("linkedCloud"),
        }),
        "/scriptexecutions" => avs
            .scripts
            .push(super::scripts::script(&properties, origin, owner)),
        "/workloadnetworks/publicips" => avs.public_ips.push(PublicIp { origin, owner }),
        _ if below.starts_with("/workloadnetworks") => return workload::read(&properties, below, owner, avs),
        "/addons" | "/datastores" | "/hcxenterprisesites" | "/iscsipaths" | "/placementpolicies" => {}
        _ => return false,
    }
    true
}

/// The `properties` of a body, wherever it says something.
pub(super) struct Properties<'a> {
    pub reader: Reader<'a>,
    pub properties: Option<View<'a>>,
}

impl<'a> Properties<'a> {
    pub fn of(reader: &Reader<'a>) -> Properties<'a> {
        let body = reader.catalogue.body(reader.handle);
        Properties {
            reader: *reader,
            properties: body.and_then(|body| body.block("properties")),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.properties
            .is_some_and(|properties| properties.get(name).is_some())
    }

    /// The properties; an instance without any answers nothing.
    pub fn view(&self) -> &View<'a> {
        self.properties.as_ref().unwrap_or(&self.reader.view)
    }

    pub fn inner(&self) -> Reader<'a> {
        self.reader.inside(*self.view())
    }

    pub fn reference(&self, name: &str) -> Reference {
        self.inner().reference(&[name])
    }
}

/// Whether it changes an object that exists by itself or stands elsewhere.
pub(super) fn is_change(reader: &Reader<'_>) -> bool {
    matches!(
        &*reader.view.instance.address.kind,
        "azapi_update_resource" | "azapi_resource_action"
    )
}

fn owner(reader: &Reader<'_>) -> Owner {
    let names = ["parent_id", "resource_id"];
    let reference = reader.reference(&names);
    let planned = reader.view.any_of(&names).and_then(|value| value.symbol());
    match planned {
        Some(Symbol::Planned { .. }) => Owner::Planned(reference),
        _ => Owner::Parent(reference),
    }
}

fn private_cloud(reader: &Reader<'_>, body: &Properties<'_>) -> Option<PrivateCloud> {
    if reader.is_alias() {
        return None;
    }
    let view = &reader.view;
    let properties = body.view();
    let management = properties.block("managementCluster");
    let network = body.reference("virtualNetworkId");
    let at = view.written().at;
    Some(PrivateCloud {
        origin: reader.origin(),
        name: terms::text(view, "name", ""),
        region: terms::text(view, "location", ""),
        block: terms::addresses(properties, "networkBlock"),
        extended: terms::addresses(properties, "extendedNetworkBlocks"),
        internet: internet(body),
        generation: match properties.text("virtualNetworkId") {
            Field::Unset => Fact::known(1, at),
            // An id that is not known yet is an id all the same.
            Field::Known(..) | Field::Unknown(_) => {
                Fact::known(2, properties.written_of(&["virtualNetworkId"]).at)
            }
        },
        virtual_network: network,
        management_hosts: management.as_ref().map_or_else(
            || hosts(properties, "managementCluster"),
            |block| hosts(block, "clusterSize"),
        ),
        management_at: management.map_or_else(|| view.written(), |block| block.written_of(&["clusterSize"])),
        management_subnet: None,
        vcenter: None,
    })
}

fn internet(body: &Properties<'_>) -> Fact<bool> {
    let words = [("Enabled", true), ("Disabled", false)];
    let fact = terms::word(body.view(), "internet", &words, false);
    Fact {
        at: body.view().written_of(&["internet"]).at.or(fact.at),
        ..fact
    }
}

fn hosts(view: &View<'_>, name: &str) -> Fact<u64> {
    match view.number(name) {
        Field::Known(number, at) => Fact::known(u64::try_from(number).unwrap_or(0), at),
        Field::Unknown(doubt) => Fact::unknown(doubt),
        Field::Unset => Fact::unknown(Doubt {
            what: format!("{name} of {}", view.address()).into(),
            decided_by: "an explicit value".into(),
            at: view.written().at,
        }),
    }
}
