//! Gateways that join networks: tunnels from network to network, networks on one circuit, and the site
//! that everything else is sent to.

use std::sync::Arc;

use super::exchange::{aggregate, learned_route};
use super::{Attachment, Azure, Learned};
use crate::network::fabric::Announced;
use crate::network::inventory::azure::{Connection, GatewayKind};
use crate::network::join::Reference;
use crate::network::model::{Doubt, Forward, HopKind, NetworkFinding, Written};
use crate::source::Severity;
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    pub(super) fn exchange_networks(&mut self) {
        let inventory = self.fabric.inventory;
        for connection in &inventory.azure.connections {
            if connection.kind == Ok(GatewayKind::Networks) {
                self.between(connection);
            }
        }
        self.on_one_circuit();
    }

    /// A tunnel between two networks is up when each gateway has a connection to the other (Microsoft
    /// Learn, "Configure a VNet-to-VNet VPN gateway connection"): then each knows the other's address
    /// space. What else they tell each other by BGP may be anything.
    fn between(&mut self, connection: &Connection) {
        let gate = |reference: &Reference| {
            let handle = reference.handle()?;
            self.gateways.iter().position(|gate| gate.handle == handle)
        };
        let (own, peer) = (gate(&connection.gateway), gate(&connection.peer));
        let (Some(own), Some(peer)) = (own, peer) else {
            return self.network_unknown(connection, own.or(peer));
        };
        let connections = &self.fabric.inventory.azure.connections;
        let (one, other) = (connection.gateway.handle(), connection.peer.handle());
        let back = connections.iter().find(|back| {
            back.kind == Ok(GatewayKind::Networks)
                && back.gateway.handle() == other
                && back.peer.handle() == one
        });
        let name = &connection.origin.name;
        let Some(back) = back else {
            self.fabric.network.findings.push(NetworkFinding {
                id: "one-sided-connection",
                severity: Severity::Warning,
                summary: format!("`{name}` has no counterpart at the gateway it leads to"),
                help: "a tunnel between two networks needs a connection of each gateway to the other".into(),
                written: connection.origin.written.clone(),
            });
            return;
        };
        let mut doubts: Vec<Doubt> = connection.origin.presence.clone();
        doubts.extend(back.origin.presence.iter().cloned());
        let (outward, inward) = self.selectors(&connection.origin, &connection.selectors);
        let attachment = (outward, inward, &connection.origin.written, doubts);
        self.lead_between(own, peer, name, &attachment);
        let told_more = [connection, back].map(|half| match &half.bgp {
            Ok(false) => None,
            Ok(true) => Some(Doubt {
                what: format!(
                    "what the gateways of `{}` tell each other by BGP",
                    half.origin.name
                )
                .into(),
                decided_by: "`bgp_enabled = false`: what passes from network to network is not modelled"
                    .into(),
                at: half.origin.written.at,
            }),
            Err(doubt) => Some(doubt.clone()),
        });
        if let [Some(doubt), Some(_)] = told_more {
            let net = self.gateways.get(own).map(|gate| gate.net);
            if let Some(net) = net.and_then(|net| self.networks.get_mut(net)) {
                net.beyond.push(doubt);
            }
        }
    }

    /// The gateway, its network and the spokes that use it learn the other network's prefixes.
    fn lead_between(
        &mut self,
        own: usize,
        peer: usize,
        name: &Arc<str>,
        attachment: &(
            Vec<crate::network::model::FilterId>,
            Vec<crate::network::model::FilterId>,
            &Written,
            Vec<Doubt>,
        ),
    ) {
        let (Some(own), Some(peer)) = (self.gateways.get(own), self.gateways.get(peer)) else {
            return;
        };
        let (node, net, vpn) = (own.node, own.net, own.vpn);
        let (to, there) = (peer.node, peer.net);
        let (outward, _, written, doubts) = attachment;
        let kind = if vpn { HopKind::Vpn } else { HopKind::ExpressRoute };
        let because = "the connection joins the two networks";
        let link = self.link(node, to, name, kind, written, because);
        if let Some(made) = self.link_mut(link)
            && made.filters.is_empty()
        {
            made.filters.extend(outward.iter().copied());
            made.doubts.extend(doubts.iter().cloned());
        }
        let via = self.name_of(node);
        let spokes = self.spokes(net);
        for announced in self.prefixes_of(there, "the network at the other end") {
            self.add_route(node, learned_route(&announced, Forward::Link(link)));
            let learned = Learned {
                announced,
                via: node,
                name: via.clone(),
                kind,
            };
            for (spoke, doubts) in &spokes {
                self.learn(*spoke, learned.clone(), doubts);
            }
            self.learn(net, learned, &[]);
        }
    }

    fn network_unknown(&mut self, connection: &Connection, own: Option<usize>) {
        let reference = if connection.peer.handle().is_some() {
            &connection.gateway
        } else {
            &connection.peer
        };
        let missing = || Doubt {
            what: format!("the network that `{}` leads to", connection.origin.name).into(),
            decided_by: "the input (directory, plan or state) that defines it".into(),
            at: connection.origin.written.at,
        };
        let doubt = self.why_unknown(reference).unwrap_or_else(missing);
        let gates: Vec<usize> = match (own, reference) {
            (Some(own), _) => vec![own],
            (None, Reference::Unknown(_)) => (0..self.gateways.len()).collect(),
            (None, _) => Vec::new(),
        };
        for gate in gates {
            let Some((net, node)) = self.gateways.get(gate).map(|gate| (gate.net, gate.node)) else {
                continue;
            };
            if let Some(net) = self.networks.get_mut(net) {
                net.beyond.push(doubt.clone());
            }
            let because = "the network at the other end is not known";
            self.add_route(node, super::perhaps_anywhere(vec![doubt.clone()], because));
        }
    }

    /// Networks whose ExpressRoute gateways share a circuit reach each other through it where both
    /// gateways take traffic of remote networks (azurerm documentation of
    /// `azurerm_virtual_network_gateway`, `remote_vnet_traffic_enabled`).
    fn on_one_circuit(&mut self) {
        let takes: Vec<Result<bool, Doubt>> = self
            .gateways
            .iter()
            .map(|gate| self.takes_remote(gate.handle))
            .collect();
        let mut pairs = Vec::new();
        for (one, gate) in self.gateways.iter().enumerate() {
            for (other, peer) in self.gateways.iter().enumerate() {
                if one == other || gate.net == peer.net {
                    continue;
                }
                let mut doubts = Vec::new();
                let mut closed = false;
                for takes in [takes.get(one), takes.get(other)].into_iter().flatten() {
                    match takes {
                        Ok(true) => {}
                        Ok(false) => closed = true,
                        Err(doubt) => doubts.push(doubt.clone()),
                    }
                }
                let shared = |link: &&Attachment| {
                    !link.vpn && peer.links.iter().any(|other| !other.vpn && other.far == link.far)
                };
                if let (false, Some(link)) = (closed, gate.links.iter().find(shared)) {
                    doubts.extend(link.doubts.iter().cloned());
                    pairs.push((one, other, link.name.clone(), link.written.clone(), doubts));
                }
            }
        }
        for (one, other, name, written, doubts) in pairs {
            let attachment = (Vec::new(), Vec::new(), &written, doubts);
            self.lead_between(one, other, &name, &attachment);
        }
    }

    fn takes_remote(&self, handle: crate::network::catalogue::Handle) -> Result<bool, Doubt> {
        let gateways = &self.fabric.inventory.azure.gateways;
        let own = gateways.iter().find(|gateway| gateway.origin.handle == handle);
        own.map_or(Ok(false), |own| own.remote_networks.clone())
    }

    /// A gateway with a default site sends there what has no other route, and its network and spokes
    /// learn so (Microsoft Learn, "Configure forced tunneling using default site").
    pub(super) fn default_sites(&mut self) {
        let inventory = self.fabric.inventory;
        for gateway in &inventory.azure.gateways {
            let own = self
                .gateways
                .iter()
                .find(|gate| gate.handle == gateway.origin.handle)
                .map(|gate| (gate.node, gate.net, gate.links.clone()));
            let Some((node, net, links)) = own else { continue };
            self.dialled_in(gateway, node, net);
            if gateway.default_site.is_none() {
                continue;
            }
            let far = self.far_end(&gateway.default_site);
            let link = links.iter().find(|link| Some(link.far) == far);
            let because = format!(
                "everything else goes to the default site of `{}`",
                gateway.origin.name
            );
            let mut doubts: Vec<Doubt> = Vec::new();
            if link.is_none() {
                let missing = || Doubt {
                    what: format!("the way to the default site of `{}`", gateway.origin.name).into(),
                    decided_by: "the connection to it, and the input that has it".into(),
                    at: gateway.origin.written.at,
                };
                doubts.push(self.why_unknown(&gateway.default_site).unwrap_or_else(missing));
            }
            let default: Announced = aggregate(
                Addresses::all(),
                0,
                &because,
                &gateway.origin.written,
                doubts.clone(),
            );
            match link.and_then(|link| Some((link.clone(), self.far.get(link.far)?.node))) {
                Some((attachment, to)) => {
                    let kind = HopKind::Vpn;
                    let link = self.link(
                        node,
                        to,
                        &attachment.name,
                        kind,
                        &attachment.written,
                        "the connection leads there",
                    );
                    self.add_route(node, learned_route(&default, Forward::Link(link)));
                }
                None => self.add_route(node, super::perhaps_anywhere(doubts, &because)),
            }
            let learned = Learned {
                announced: default,
                via: node,
                name: self.name_of(node),
                kind: HopKind::Vpn,
            };
            for (spoke, doubts) in self.spokes(net) {
                self.learn(spoke, learned.clone(), &doubts);
            }
            self.learn(net, learned, &[]);
        }
    }

    /// The addresses of clients that dial in lead to the gateway.
    fn dialled_in(
        &mut self,
        gateway: &crate::network::inventory::azure::Gateway,
        node: crate::network::model::NodeId,
        net: usize,
    ) {
        let spokes = self.spokes(net);
        for prefix in &gateway.clients {
            let because = format!(
                "{} is the pool of the clients of `{}`",
                prefix.destinations.upper, gateway.origin.name
            );
            let doubts = prefix.destinations.doubts.to_vec();
            let written = &gateway.origin.written;
            let mut announced = aggregate(Addresses::none(), prefix.length, &because, written, doubts);
            announced.destinations = prefix.destinations.clone();
            let unknown = Doubt {
                what: format!("who has dialled in at `{}`", gateway.origin.name).into(),
                decided_by: "nothing: point-to-site clients are not in Terraform".into(),
                at: gateway.origin.written.at,
            };
            let mut own = learned_route(&announced, Forward::Unknown);
            own.doubts = vec![unknown];
            self.add_route(node, own);
            let learned = Learned {
                announced,
                via: node,
                name: self.name_of(node),
                kind: HopKind::Vpn,
            };
            for (spoke, doubts) in &spokes {
                self.learn(*spoke, learned.clone(), doubts);
            }
            self.learn(net, learned, &[]);
        }
    }
}
