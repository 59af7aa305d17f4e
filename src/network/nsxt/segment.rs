//! `nsxt_policy_segment`, `nsxt_policy_fixed_segment` and what serves DHCP on them.

use std::net::Ipv4Addr;

use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt;
use crate::network::inventory::Reader;
use crate::network::inventory::avs::{Dhcp, Owner, Segment, Several, Tag};
use crate::network::inventory::terms;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::network::sets;
use crate::traffic::Addresses;

pub fn segment(reader: &Reader<'_>, owner: Owner) -> Segment {
    let view = &reader.view;
    let subnets = view.blocks("subnet");
    let mut set = Subnets::default();
    let mut ranges = Bounded::exactly(Addresses::none());
    let mut dns: Option<Bounded<Addresses>> = None;
    for subnet in &subnets {
        set.add(subnet, "cidr");
        ranges = sets::union(&ranges, &dhcp_ranges(subnet, "dhcp_ranges", &set.gateways));
        let config = subnet.block("dhcp_v4_config");
        let servers = config.and_then(|config| terms::addresses_if_set(&config, "dns_servers"));
        dns = match (dns, servers) {
            (Some(known), Some(more)) => Some(sets::union(&known, &more)),
            (known, more) => known.or(more),
        };
    }
    let ranges_at = subnets.iter().find_map(|subnet| {
        subnet
            .get("dhcp_ranges")
            .and(subnet.written_of(&["dhcp_ranges"]).at)
    });
    let advanced = view.block("advanced_config");
    let on_off = [("ON", false), ("OFF", true)];
    Segment {
        origin: reader.origin(),
        owner,
        display_name: terms::text(view, "display_name", ""),
        gateway: reader.reference(&["connectivity_path"]),
        switched_off: advanced.map_or_else(
            || Fact::known(false, view.written().at),
            |advanced| terms::word(&advanced, "connectivity", &on_off, false),
        ),
        gateway_addresses: set.gateways,
        subnet: set.addresses,
        dhcp_ranges: Fact::known(ranges, ranges_at.or(view.written().at)),
        dhcp_config: reader.reference(&["dhcp_config_path"]),
        dns_servers: dns,
        tags: tags(view),
        doubts: stretched(view).into_iter().collect(),
    }
}

/// A segment on a VLAN is bridged to whatever else is on it.
pub fn vlan(reader: &Reader<'_>, owner: Owner) -> Segment {
    let mut made = segment(reader, owner);
    made.doubts.push(Doubt {
        at: reader.view.written().at,
        ..doubt(
            format!("what else is on the VLAN of `{}`", reader.view.address()),
            "a segment on the overlay (`nsxt_policy_segment`)",
        )
    });
    made
}

/// Part of its subnet may be elsewhere.
fn stretched(view: &View<'_>) -> Option<Doubt> {
    let mut blocks = view.blocks("bridge_config");
    blocks.extend(
        view.blocks("l2_extension")
            .into_iter()
            .filter(|block| block.get("l2vpn_paths").is_some() || block.perhaps().is_some()),
    );
    let block = blocks.first()?;
    Some(Doubt {
        at: block.written().at,
        ..doubt(
            format!("what `{}` is stretched to", view.address()),
            "a segment without `l2_extension` and `bridge_config`",
        )
    })
}

/// Subnets by the address of the gateway in them: `10.20.0.1/24`.
pub struct Subnets {
    pub addresses: Bounded<Addresses>,
    pub gateways: Addresses,
}

impl Default for Subnets {
    fn default() -> Subnets {
        Subnets {
            addresses: Bounded::exactly(Addresses::none()),
            gateways: Addresses::none(),
        }
    }
}

impl Subnets {
    pub fn add(&mut self, view: &View<'_>, name: &str) {
        self.addresses = sets::union(&self.addresses, &terms::addresses(view, name));
        for (text, _) in view.strings(name).known {
            let address = text
                .split('/')
                .next()
                .and_then(|text| text.parse::<Ipv4Addr>().ok());
            if let Some(address) = address {
                self.gateways = self.gateways.union(&Addresses::single(address));
            }
        }
    }
}

/// Ranges of addresses to give out. One written as a network loses its network and broadcast address;
/// the gateway's address is given to nobody.
pub fn dhcp_ranges(view: &View<'_>, name: &str, gateways: &Addresses) -> Bounded<Addresses> {
    let ranges = terms::addresses(view, name);
    let mut kept = gateways.clone();
    for (text, _) in view.strings(name).known {
        let network = text.contains('/').then(|| Addresses::parse(text)).flatten();
        let ends = network.as_ref().map_or(&[][..], Addresses::ranges);
        kept = kept.union(&Addresses::from_ranges(
            ends.iter().flat_map(|(low, high)| [(*low, *low), (*high, *high)]),
        ));
    }
    Bounded::between(
        ranges.lower.difference(&kept),
        ranges.upper.difference(&kept),
        ranges.doubts,
    )
}

pub fn tags(view: &View<'_>) -> Several<Tag> {
    let mut tags = Several::default();
    for tag in view.blocks("tag") {
        let scope = tag.text("scope");
        match (scope, tag.text("tag")) {
            (Field::Unknown(doubt), _) | (_, Field::Unknown(doubt)) => tags.doubts.push(doubt),
            (scope, text) => tags.known.push(Tag {
                scope: scope.known().unwrap_or_else(|| "".into()),
                tag: text.known().unwrap_or_else(|| "".into()),
            }),
        }
    }
    tags
}

pub fn dhcp(reader: &Reader<'_>, owner: Owner, relay: bool) -> Dhcp {
    Dhcp {
        origin: reader.origin(),
        owner,
        relay: Fact::known(relay, reader.view.written().at),
        through_azure: false,
    }
}
