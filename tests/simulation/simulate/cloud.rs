//! A private cloud: segments behind tier-1s, the tier-0, the management network, and the ways out.

use super::nsx::Rules;
use super::prefix::{Span, any_holds, is_private_or_shared};
use super::resources::{Item, Resources};
use super::walk::{Journey, PUBLIC, lost};
use super::{Place, Reason, World};

#[derive(Debug)]
pub struct Cloud {
    pub address: String,
    pub block: Span,
    pub internet: bool,
    pub segments: Vec<Segment>,
    pub tier1s: Vec<Tier1>,
    pub distributed: Rules,
    pub at_gateways: Rules,
    /// Gateways of virtual networks that its circuit is connected to.
    pub gateways: Vec<usize>,
    /// Sites it reaches circuit to circuit.
    pub reaches: Vec<usize>,
}

#[derive(Debug)]
pub struct Segment {
    pub address: String,
    pub subnet: Span,
    pub tier1: Option<usize>,
}

/// A tier-1; the default one comes with the cloud.
#[derive(Debug)]
pub struct Tier1 {
    /// Its resource's address, or its path.
    pub name: String,
    pub has_tier0: bool,
    pub advertises: bool,
}

pub const DEFAULT_TIER1: &str = "/infra/tier-1s/TNT20-T1";

pub fn read(resources: &Resources) -> Option<Cloud> {
    let cloud = resources.of("azurerm_vmware_private_cloud").next()?;
    let mut tier1s = vec![Tier1 {
        name: DEFAULT_TIER1.into(),
        has_tier0: true,
        advertises: true,
    }];
    tier1s.extend(resources.of("nsxt_policy_tier1_gateway").map(|tier1| {
        Tier1 {
            name: tier1.address.clone(),
            has_tier0: tier1.body.has("tier0_path"),
            advertises: tier1
                .body
                .texts("route_advertisement_types")
                .contains(&"TIER1_CONNECTED"),
        }
    }));
    let segments = resources.of("nsxt_policy_segment").map(|segment| {
        let path = segment.body.item("connectivity_path").map(|item| match item {
            Item::Text(text) => text,
            Item::Refers(address) => address,
        });
        let off = segment.body.block("advanced_config");
        let off = off.is_some_and(|config| config.text("connectivity") == Some("OFF"));
        Segment {
            address: segment.address.clone(),
            subnet: Span::parse(segment.body.block("subnet").unwrap().text("cidr").unwrap()).unwrap(),
            tier1: path
                .filter(|_| !off)
                .map(|path| tier1s.iter().position(|tier1| tier1.name == path).unwrap()),
        }
    });
    let segments = segments.collect();
    Some(Cloud {
        address: cloud.address.clone(),
        block: Span::parse(cloud.body.text("network_subnet_cidr").unwrap()).unwrap(),
        internet: cloud.body.flag("internet_connection_enabled", false),
        segments,
        tier1s,
        distributed: Rules::distributed(resources),
        at_gateways: Rules::gateway(resources),
        gateways: Vec::new(),
        reaches: Vec::new(),
    })
}

impl Cloud {
    /// What it announces: its block, and the segments that are advertised.
    pub fn announces(&self) -> Vec<Span> {
        let advertised = self.segments.iter().filter(|segment| {
            let mut tier1 = segment.tier1.map(|tier1| &self.tier1s[tier1]).into_iter();
            tier1.any(|tier1| tier1.has_tier0 && tier1.advertises)
        });
        [self.block]
            .into_iter()
            .chain(advertised.map(|segment| segment.subnet))
            .collect()
    }
}

impl World {
    fn the_cloud(&self) -> &Cloud {
        self.cloud.as_ref().unwrap()
    }

    /// The distributed firewall at a segment's virtual NICs.
    pub fn segment_filter(&self, segment: usize, out: bool, journey: &mut Journey) -> Result<(), Reason> {
        let cloud = self.the_cloud();
        let name = &cloud.segments[segment].address;
        let (rule, allows) = cloud.distributed.at_segment(name, out, &journey.packet);
        let step = format!("{name} out {out} {rule}: {allows}");
        journey.meet(
            if rule == "default" {
                "dfw default"
            } else {
                "dfw rule"
            },
            step.clone(),
        );
        if allows { Ok(()) } else { lost(step) }
    }

    /// From a segment: to itself, to another on its tier-1, or up.
    pub fn out_of_segment(&self, segment: usize, journey: &mut Journey) -> Result<Place, Reason> {
        let cloud = self.the_cloud();
        let own = &cloud.segments[segment];
        let destination = journey.packet.destination;
        if own.subnet.holds(destination) {
            return Ok(Place::Segment(segment));
        }
        let Some(tier1) = own.tier1 else {
            return lost("a segment without gateway");
        };
        let near = |other: &Segment| other.tier1 == Some(tier1) && other.subnet.holds(destination);
        if let Some(other) = cloud.segments.iter().position(near) {
            journey.meet("tier-1", "between segments");
            return Ok(Place::Segment(other));
        }
        if !cloud.tier1s[tier1].has_tier0 {
            return lost("a tier-1 without tier-0");
        }
        self.gateway_filter(tier1, journey)?;
        Ok(Place::Tier0)
    }

    fn gateway_filter(&self, tier1: usize, journey: &mut Journey) -> Result<(), Reason> {
        if journey.reply {
            return Ok(());
        }
        let cloud = self.the_cloud();
        let name = &cloud.tier1s[tier1].name;
        let (rule, allows) = cloud.at_gateways.at_gateway(name, &journey.packet);
        let step = format!("gateway firewall of {name} {rule}: {allows}");
        if rule != "default" {
            journey.meet("gateway firewall", step.clone());
        }
        if allows { Ok(()) } else { lost(step) }
    }

    /// At the tier-0: down to segments and management, or out.
    pub fn at_tier0(&self, from_management: bool, journey: &mut Journey) -> Result<Place, Reason> {
        let cloud = self.the_cloud();
        journey.meet("tier-0", "tier-0");
        if journey.reply && journey.sessions.iter().any(|session| session.at == Place::Tier0) {
            journey.take_back(Place::Tier0)?;
        }
        let destination = journey.packet.destination;
        if cloud.block.holds(destination) {
            return Ok(Place::Management);
        }
        for (number, segment) in cloud.segments.iter().enumerate() {
            let Some(tier1) = segment.tier1.filter(|_| segment.subnet.holds(destination)) else {
                continue;
            };
            let own = &cloud.tier1s[tier1];
            if own.has_tier0 && own.advertises {
                self.gateway_filter(tier1, journey)?;
                return Ok(Place::Segment(number));
            }
        }
        for gateway in &cloud.gateways {
            if self
                .announced_by(*gateway)
                .iter()
                .any(|span| span.holds(destination))
            {
                journey.meet("circuit", "to a gateway");
                return Ok(Place::Gateway(*gateway));
            }
        }
        let private = is_private_or_shared(destination);
        // Management always leaves by the platform's own way.
        if (private || !from_management) && self.hub_leads_to(destination) {
            journey.meet("circuit", "to the hub");
            if cloud.internet && !private {
                return Err(Reason::Open("which of two ways to the internet it takes".into()));
            }
            return Ok(Place::Hub);
        }
        for far in &cloud.reaches {
            if any_holds(&self.fars[*far].space, destination) {
                journey.meet("global reach", "circuit to circuit");
                return Ok(Place::Far(*far));
            }
        }
        if is_private_or_shared(destination) {
            return lost("the tier-0 has no way there");
        }
        if from_management || cloud.internet {
            journey.meet("cloud internet", "the platform's own way out");
            let before = journey.packet.clone();
            journey.packet.source = PUBLIC;
            journey.remember(Place::Tier0, before);
            return Ok(Place::Internet);
        }
        lost("no internet")
    }
}
