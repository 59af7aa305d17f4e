//! Branches of a virtual hub beside circuits: site-to-site connections and point-to-site clients.

use super::{Attachment, Azure, Far};
use crate::network::doubt::doubt;
use crate::network::fabric::{Announced, node};
use crate::network::inventory::wan::{Routing, SiteConnection};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, HopKind, Written};
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    /// Whether branches of a virtual WAN reach each other; of one that no input has this is not known.
    pub(super) fn branches(&self, wan: &Reference) -> Result<bool, Doubt> {
        let wans = &self.fabric.inventory.azure.wan.wans;
        let own = wans
            .iter()
            .find(|(origin, _)| Some(origin.handle) == wan.handle());
        match own {
            Some((_, branches)) => branches.clone(),
            None if wan.is_none() => Ok(true),
            None => Err(self.why_unknown(wan).unwrap_or_else(|| {
                doubt(
                    "whether branches of the virtual WAN reach each other",
                    "the input (directory, plan or state) that defines it",
                )
            })),
        }
    }

    pub(super) fn hub_sites(&mut self) {
        let inventory = self.fabric.inventory;
        for connection in &inventory.azure.wan.site_connections {
            let gateway = connection.gateway.handle();
            let mut gateways = inventory.azure.wan.vpn_gateways.iter();
            let gateway = gateways.find(|(origin, _)| Some(origin.handle) == gateway);
            let hub = gateway.and_then(|(_, hub)| self.hub(hub));
            let far = self.far_end(&connection.site);
            match (hub, far) {
                (Some(hub), Some(far)) => {
                    let presence = gateway.map(|(origin, _)| origin.presence.clone());
                    self.attach_site(hub, far, connection, presence.unwrap_or_default());
                }
                (None, Some(far)) => {
                    let doubt = self
                        .why_unknown(&connection.gateway)
                        .or_else(|| gateway.and_then(|(_, hub)| self.why_unknown(hub)));
                    let node = self.far.get(far).map(|far| far.node);
                    let of_hub = gateway.and_then(|(_, hub)| hub.unknown());
                    if let Some(doubt) = connection.gateway.unknown().or(of_hub) {
                        self.hubs_may_lead_on(doubt, "a site may be connected to the hub");
                    }
                    if let (Some(node), Some(doubt)) = (node, doubt) {
                        let because = "a hub that is in no input may lead there";
                        self.add_route(node, super::perhaps_anywhere(vec![doubt], because));
                    }
                }
                (Some(hub), None) => {
                    let node = self.hubs.get(hub).map(|hub| hub.node);
                    if let (Some(node), Some(doubt)) = (node, self.why_unknown(&connection.site)) {
                        let because = "a connected site is in no input";
                        self.add_route(node, super::perhaps_anywhere(vec![doubt.clone()], because));
                        if matches!(connection.site, Reference::Unknown(_) | Reference::Either(..)) {
                            self.perhaps_connected(&doubt);
                        }
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn attach_site(&mut self, hub: usize, far: usize, connection: &SiteConnection, presence: Vec<Doubt>) {
        let origin = &connection.origin;
        let (outward, inward) = self.selectors(origin, &connection.selectors);
        let mut doubts = origin.presence.clone();
        doubts.extend(presence);
        doubts.extend(connection.translated.iter().cloned());
        let mut assumptions = connection.site.assumptions().to_vec();
        assumptions.extend(connection.gateway.assumptions().iter().cloned());
        let attachment = Attachment {
            far,
            name: origin.name.clone(),
            written: origin.written.clone(),
            doubts,
            assumptions,
            vpn: true,
            outward,
            inward,
            internet: connection.internet.clone(),
            internet_written: connection.internet_written.clone(),
            routing: connection.routing.clone(),
        };
        if let Some(hub) = self.hubs.get_mut(hub) {
            hub.attachments.push(attachment);
        }
    }

    /// Clients that dial in have addresses of the gateway's pools; what they are is not in Terraform.
    pub(super) fn hub_clients(&mut self) {
        let inventory = self.fabric.inventory;
        for clients in &inventory.azure.wan.clients {
            let Some(hub) = self.hub(&clients.hub) else {
                continue;
            };
            let origin = &clients.origin;
            let mut own = node(origin.name.clone(), HopKind::Vpn, origin.written.clone());
            own.obscured.push(doubt(
                format!("who has dialled in at `{}`", origin.name),
                "nothing: point-to-site clients are not in Terraform",
            ));
            let lower =
                Addresses::union_all(clients.prefixes.iter().map(|prefix| &prefix.destinations.lower));
            own.addresses = Bounded::exactly(lower);
            let id = self.fabric.add(origin.handle, own);
            let announces = clients.prefixes.iter().map(|prefix| Announced {
                destinations: prefix.destinations.clone(),
                length: prefix.length,
                because: format!(
                    "{} is a pool of the clients of `{}`",
                    prefix.destinations.upper, origin.name
                )
                .into(),
                written: origin.written.clone(),
                doubts: prefix.destinations.doubts.to_vec(),
                assumptions: Vec::new(),
            });
            let far = self.far.len();
            self.far.push(Far {
                node: id,
                edge: None,
                announces: announces.collect(),
                told: Vec::new(),
            });
            if let Some(hub) = self.hubs.get_mut(hub) {
                hub.attachments.push(Attachment {
                    far,
                    name: origin.name.clone(),
                    written: origin.written.clone(),
                    doubts: origin.presence.clone(),
                    assumptions: Vec::new(),
                    vpn: true,
                    outward: Vec::new(),
                    inward: Vec::new(),
                    internet: Ok(false),
                    internet_written: Written::default(),
                    routing: Routing::default(),
                });
            }
        }
    }
}
