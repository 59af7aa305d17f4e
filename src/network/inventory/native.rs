//! Private clouds that live in a virtual network (generation 2): the subnets that the platform makes
//! there are in no input, but inputs refer to them, by a data source or by the network's id and a name.
//!
//! Workloads leave through the subnets `avs-nsx-gw…`; `avs-network-infra-gw…` takes in what is meant for
//! them (Microsoft Learn, "Design considerations for Azure VMware Solution Generation 2 private clouds").

use std::sync::Arc;

use super::azure::{Association, Subnet};
use super::{Inventory, Origin};
use crate::network::catalogue::Handle;
use crate::network::join::{Reference, Target};
use crate::network::model::{Bounded, Doubt, Written};
use crate::traffic::Addresses;

/// What the names of the subnets begin with that workloads leave through.
pub const UPLINK: &str = "avs-nsx-gw";
/// What the name of the subnet begins with that takes in what is meant for workloads.
pub const INWARD: &str = "avs-network-infra-gw";

/// Whether the platform makes a subnet of this name.
#[must_use]
pub fn is_delivered(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [UPLINK, INWARD, "avs-mgmt"]
        .iter()
        .any(|known| name.starts_with(known))
}

/// Adds the subnets that associations name in the networks of generation 2 clouds.
pub fn complete(inventory: &mut Inventory) {
    let clouds = inventory.avs.clouds.iter();
    let homes: Vec<Handle> = clouds
        .filter_map(|cloud| cloud.virtual_network.handle())
        .collect();
    for home in homes {
        let azure = &inventory.azure;
        let associations = azure
            .security_associations
            .iter()
            .chain(&azure.route_associations);
        let named: Vec<(Arc<str>, Origin)> = associations
            .filter_map(|association| Some((named_in(association, home)?, association.origin.clone())))
            .collect();
        for (name, origin) in named {
            let known = inventory.azure.subnets.iter().any(|subnet| {
                subnet.network.handle() == Some(home) && subnet.name.as_deref() == Some(&*name)
            });
            if !known {
                let number = 1_000_000 + inventory.azure.subnets.len();
                inventory
                    .azure
                    .subnets
                    .push(subnet(home, number, &name, origin.written));
            }
        }
    }
}

/// The delivered subnet that an association names in this network: `…/subnets/avs-nsx-gw-1`.
fn named_in(association: &Association, home: Handle) -> Option<Arc<str>> {
    let Reference::To(target) = &association.to else {
        return None;
    };
    let suffix = target.suffix.to_ascii_lowercase();
    let name = suffix.strip_prefix("/subnets/")?;
    (target.handle == home && is_delivered(name)).then(|| name.into())
}

fn subnet(home: Handle, number: usize, name: &str, written: Written) -> Subnet {
    let doubt = Doubt {
        what: format!("the prefix of the subnet `{name}`").into(),
        decided_by: "nothing: the platform chooses it".into(),
        at: written.at,
    };
    Subnet {
        origin: Origin {
            handle: home,
            name: format!("subnet `{name}`").into(),
            written: written.clone(),
            presence: Vec::new(),
        },
        inline: Some(number),
        network: Reference::To(Target {
            handle: home,
            path: Arc::from([]),
            suffix: "".into(),
            assumptions: Vec::new(),
        }),
        name: Some(name.into()),
        prefixes: Bounded::between(Addresses::none(), Addresses::none(), [doubt]),
        prefixes_written: written,
        security_group: Reference::None,
        route_table: Reference::None,
        endpoint_security: Ok(false),
        endpoint_routes: Ok(false),
        default_outbound: Ok(true),
        storage_endpoint: Ok(None),
        endpoint_policies: Vec::new(),
    }
}
