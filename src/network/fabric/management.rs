//! Where vCenter, the hosts and the DNS service are inside a private cloud's block.
//!
//! Only for a /22 of the first generation Microsoft documents the division of the block (Microsoft
//! Learn, "Networking planning checklist for Azure VMware Solution").

use std::net::Ipv4Addr;

use crate::network::doubt::doubt;
use crate::network::inventory::avs::PrivateCloud;
use crate::network::model::{Assumption, Bounded, Doubt};
use crate::network::sets;
use crate::traffic::Addresses;

/// Addresses inside the block.
#[derive(Clone, Debug)]
pub struct Layout {
    pub vcenter: Bounded<Addresses>,
    pub esxi: Bounded<Addresses>,
    pub management: Bounded<Addresses>,
    pub dns_service: Bounded<Addresses>,
    /// The block and the extended blocks.
    pub everything: Bounded<Addresses>,
    pub assumptions: Vec<Assumption>,
}

#[must_use]
pub fn layout(cloud: &PrivateCloud, extended: &Bounded<Addresses>) -> Layout {
    let everything = sets::union(&cloud.block, extended);
    let mut layout = match documented(cloud) {
        Some(base) => as_documented(cloud, base, extended, everything),
        None => undocumented(cloud, everything),
    };
    // What an applied state says needs no assumption.
    if let Some(vcenter) = &cloud.vcenter {
        layout.vcenter = vcenter.clone();
    }
    if let Some(subnet) = &cloud.management_subnet {
        layout.management = subnet.clone();
    }
    layout
}

/// The first address of a block whose division is documented.
fn documented(cloud: &PrivateCloud) -> Option<u32> {
    let first_generation = matches!(cloud.generation.value, Ok(1));
    match cloud.block.lower.ranges() {
        [(low, high)]
            if first_generation && cloud.block.is_exact() && high - low == 1023 && low % 1024 == 0 =>
        {
            Some(*low)
        }
        _ => None,
    }
}

fn as_documented(
    cloud: &PrivateCloud,
    base: u32,
    extended: &Bounded<Addresses>,
    everything: Bounded<Addresses>,
) -> Layout {
    let part = |offset: u32, length: u8| Addresses::network(Ipv4Addr::from_bits(base + offset), length);
    let (vcenter, esxi, management, dns) = (part(2, 32), part(256, 25), part(0, 26), part(192, 32));
    let text = format!(
        "`{}` divides its block as documented for a /22: vCenter {vcenter}, management {management}, hosts {esxi}, DNS service {dns}",
        cloud.origin.name
    );
    let hosts = if extended.upper.is_empty() {
        Bounded::exactly(esxi)
    } else {
        let unknown = unknown(cloud, "the addresses of the hosts in the extended blocks of");
        Bounded::between(esxi.clone(), esxi.union(&extended.upper), [unknown])
    };
    Layout {
        vcenter: Bounded::exactly(vcenter),
        esxi: hosts,
        management: Bounded::exactly(management),
        dns_service: Bounded::exactly(dns),
        everything,
        assumptions: vec![Assumption {
            code: "management-layout",
            text: text.into(),
        }],
    }
}

fn undocumented(cloud: &PrivateCloud, everything: Bounded<Addresses>) -> Layout {
    let somewhere = |what: &str| {
        let mut doubts = cloud.block.doubts.to_vec();
        doubts.push(unknown(cloud, what));
        Bounded::between(Addresses::none(), everything.upper.clone(), doubts)
    };
    Layout {
        vcenter: somewhere("the address of vCenter in"),
        esxi: somewhere("the addresses of the hosts of"),
        management: somewhere("the management subnet of"),
        dns_service: somewhere("the address of the DNS service of"),
        everything: everything.clone(),
        assumptions: Vec::new(),
    }
}

fn unknown(cloud: &PrivateCloud, what: &str) -> Doubt {
    Doubt {
        at: cloud.origin.written.at,
        ..doubt(
            format!("{what} `{}`", cloud.origin.name),
            "`addresses` of the role in the site file",
        )
    }
}
