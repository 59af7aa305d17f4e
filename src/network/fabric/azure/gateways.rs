//! ExpressRoute and VPN gateways of virtual networks, and their connections.

use std::sync::Arc;

use super::{Attachment, Azure, Gate, Role};
use crate::network::doubt::doubt;
use crate::network::fabric::node;
use crate::network::inventory::Origin;
use crate::network::inventory::azure::{Connection, GatewayKind};
use crate::network::inventory::wan::Routing;
use crate::network::join::Reference;
use crate::network::model::{
    Action, Bounded, Doubt, Filter, FilterId, HopKind, Line, Match, NetworkFinding, NotUnderstood, Written,
};
use crate::source::Severity;
use crate::traffic::{Addresses, Ports, Protocols};

impl Azure<'_, '_> {
    pub(super) fn place_gateways(&mut self) {
        let inventory = self.fabric.inventory;
        for gateway in &inventory.azure.gateways {
            let origin = &gateway.origin;
            let vpn = matches!(gateway.kind, Ok(GatewayKind::Vpn));
            let kind = if vpn { HopKind::Vpn } else { HopKind::ExpressRoute };
            let mut own = node(origin.name.clone(), kind, origin.written.clone());
            own.obscured.extend(origin.presence.iter().cloned());
            own.obscured.extend(gateway.kind.as_ref().err().cloned());
            let subnet = self.subnet_of(&gateway.subnet);
            let net = subnet
                .and_then(|subnet| self.subnets.get(subnet))
                .and_then(|sub| sub.net);
            // The routes of the gateway's subnet are the gateway's.
            let home = subnet.and_then(|subnet| self.subnets.get(subnet));
            let home = home.and_then(|home| self.fabric.network.node(home.node));
            own.obscured
                .extend(home.into_iter().flat_map(|home| home.obscured.iter().cloned()));
            if net.is_none() {
                own.obscured.extend(self.why_unknown(&gateway.subnet));
            }
            let id = self.fabric.add(origin.handle, own);
            if let (Some(subnet), Some(net)) = (subnet, net) {
                if let Some(sub) = self.subnets.get_mut(subnet) {
                    sub.role = Role::Gateway;
                }
                self.gateways.push(Gate {
                    handle: origin.handle,
                    node: id,
                    vpn,
                    net,
                    subnet,
                    links: Vec::new(),
                    bypassed: Vec::new(),
                });
                self.propagation_off(subnet, id);
            }
        }
        for connection in &inventory.azure.connections {
            if connection.kind == Ok(GatewayKind::Networks) {
                continue;
            }
            self.connect(connection);
        }
        self.connected_anywhere();
    }

    /// A connection to a circuit that is not known may lead to any that is: those ends may have a way
    /// too. One doubt says that for all such connections.
    fn connected_anywhere(&mut self) {
        let connections = self.fabric.inventory.azure.connections.iter();
        let unknown = connections
            .filter(|connection| connection.kind != Ok(GatewayKind::Networks))
            .filter(|connection| connection.other.is_none() && connection.local_gateway.is_none())
            .find_map(|connection| match &connection.circuit {
                Reference::Unknown(doubt) | Reference::Either(_, doubt) => {
                    Some((doubt.clone(), connection.gateway.handle().is_none()))
                }
                _ => None,
            });
        let Some((doubt, any_gateway)) = unknown else {
            return;
        };
        let because = "a connection of which it is not known what it connects may lead there";
        let mut nodes: Vec<_> = self.far.iter().map(|far| far.node).collect();
        if any_gateway {
            nodes.extend(self.gateways.iter().map(|gate| gate.node));
        }
        for node in nodes {
            self.add_route(node, super::perhaps_anywhere(vec![doubt.clone()], because));
        }
    }

    /// A route table without propagation on the gateway's own subnet: the gateway does not function
    /// (azurerm documentation of `azurerm_route_table`, Microsoft Learn).
    fn propagation_off(&mut self, subnet: usize, gateway: crate::network::model::NodeId) {
        let tables = self
            .subnets
            .get(subnet)
            .map(|sub| sub.tables.clone())
            .unwrap_or_default();
        for (handle, doubts) in tables {
            let tables = &self.fabric.inventory.azure.route_tables;
            let Some(table) = tables.iter().find(|table| table.origin.handle == handle) else {
                continue;
            };
            if table.propagates == Ok(false) && doubts.is_empty() {
                self.fabric.network.findings.push(NetworkFinding {
                    id: "gateway-propagation-off",
                    severity: Severity::Error,
                    summary: format!("`{}` turns route propagation off on a gateway's subnet", table.origin.name),
                    help: "leave `bgp_route_propagation_enabled` on there: without it the gateway does not function".into(),
                    written: table.propagates_written.clone(),
                });
                let because = Doubt {
                    what: format!(
                        "`{}`, whose gateway does not function without route propagation",
                        table.origin.name
                    )
                    .into(),
                    decided_by: "route propagation on the gateway's subnet".into(),
                    at: table.propagates_written.at,
                };
                if let Some(node) = self.fabric.node_mut(gateway) {
                    node.obscured.push(because);
                }
            }
        }
    }

    fn connect(&mut self, connection: &Connection) {
        let origin = &connection.origin;
        if let Some(other) = &connection.other {
            self.not_understood(
                &origin.name,
                &origin.written,
                "a connection of a type that is not modelled",
            );
            if let Some(node) = connection
                .gateway
                .handle()
                .and_then(|handle| self.fabric.nodes.get(&handle).copied())
                && let Some(node) = self.fabric.node_mut(node)
            {
                node.obscured.push(other.clone());
            }
            return;
        }
        let reference = if connection.circuit.is_none() {
            &connection.local_gateway
        } else {
            &connection.circuit
        };
        let far = self.far_end(reference);
        for (handle, doubt) in connection.gateway.candidates() {
            let Some(gate) = self.gateways.iter().position(|gate| gate.handle == handle) else {
                continue;
            };
            let mut doubts = origin.presence.clone();
            doubts.extend(doubt);
            doubts.extend(connection.kind.as_ref().err().cloned());
            let Some(far) = far else {
                self.unknown_far(gate, reference, &origin.name);
                continue;
            };
            let (outward, inward) = self.selectors(origin, &connection.selectors);
            let vpn = connection.circuit.is_none();
            let attachment = Attachment {
                far,
                name: origin.name.clone(),
                written: origin.written.clone(),
                doubts,
                assumptions: reference.assumptions().to_vec(),
                vpn,
                outward,
                inward,
                internet: Ok(true),
                internet_written: Written::default(),
                routing: Routing::default(),
            };
            if let Some(gate) = self.gateways.get_mut(gate) {
                gate.links.push(attachment);
                match &connection.fast_path {
                    Ok(false) => {}
                    Ok(true) => gate.bypassed.push(doubt_of_bypass(origin)),
                    Err(doubt) => gate.bypassed.push(doubt.clone()),
                }
            }
        }
        // A gateway that no input defines: what it would tell the far side is not known.
        let wired = connection
            .gateway
            .candidates()
            .iter()
            .any(|(handle, _)| self.gateways.iter().any(|gate| gate.handle == *handle));
        if wired {
            return;
        }
        let missing = || {
            doubt(
                format!("the network of the gateway of `{}`", origin.name),
                "the input (directory, plan or state) that defines it",
            )
        };
        let doubt = self.why_unknown(&connection.gateway).unwrap_or_else(missing);
        if let Some(node) = far.and_then(|far| self.far.get(far)).map(|far| far.node) {
            let because = "a gateway that is not known may lead there";
            self.add_route(node, super::perhaps_anywhere(vec![doubt], because));
        }
    }

    /// The far end that a reference to a circuit, a private cloud or a local network gateway means.
    pub(super) fn far_end(&self, reference: &Reference) -> Option<usize> {
        let handle = self.circuit_of(reference)?;
        self.far_of.get(&handle).copied()
    }

    /// The far side of a connection is not known: what it announces to the network is not either.
    fn unknown_far(&mut self, gate: usize, reference: &Reference, name: &Arc<str>) {
        let missing = || {
            doubt(
                format!("what `{name}` leads to"),
                "the input (directory, plan or state) that defines it",
            )
        };
        let doubt = self.why_unknown(reference).unwrap_or_else(missing);
        let Some(gate) = self.gateways.get(gate) else {
            return;
        };
        let (net, node) = (gate.net, gate.node);
        if let Some(net) = self.networks.get_mut(net) {
            net.beyond.push(doubt.clone());
        }
        self.add_route(
            node,
            super::perhaps_anywhere(vec![doubt.clone()], "the far side of a connection is not known"),
        );
        if matches!(reference, Reference::Unknown(_) | Reference::Either(..)) {
            self.perhaps_connected(&doubt);
        }
    }

    /// A connection of which nothing says where it leads may be any far end's way into Azure.
    pub(super) fn perhaps_connected(&mut self, doubt: &Doubt) {
        for number in 0..self.far.len() {
            if let Some(node) = self.far.get(number).map(|far| far.node) {
                let because = "a connection that is not known may lead there";
                self.add_route(node, super::perhaps_anywhere(vec![doubt.clone()], because));
            }
        }
    }

    pub(super) fn not_understood(&mut self, name: &Arc<str>, written: &Written, why: &str) {
        self.fabric.network.not_understood.push(NotUnderstood {
            address: name.clone(),
            on_path: false,
            why: why.into(),
            written: written.clone(),
        });
    }

    /// Traffic selectors let only their pairs of networks through the tunnel.
    pub(super) fn selectors(
        &mut self,
        origin: &Origin,
        selectors: &[(Bounded<Addresses>, Bounded<Addresses>)],
    ) -> (Vec<FilterId>, Vec<FilterId>) {
        if selectors.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let mut filter = |outward: bool| {
            let matches = selectors.iter().map(|(local, remote)| {
                let (source, destination) = if outward { (local, remote) } else { (remote, local) };
                pair(source.clone(), destination.clone())
            });
            let lines = vec![line(
                "traffic selectors",
                Action::Allow,
                matches.collect(),
                "the pair is among the traffic selectors",
                &origin.written,
            )];
            self.fabric.network.add_filter(Filter {
                name: origin.name.clone(),
                kind: HopKind::Vpn,
                written: origin.written.clone(),
                lines,
                otherwise: line(
                    "traffic selectors",
                    Action::Deny,
                    Vec::new(),
                    "no traffic selector holds the pair",
                    &origin.written,
                ),
                point: format!("{} {outward}", origin.name).into(),
                transit: false,
            })
        };
        (vec![filter(true)], vec![filter(false)])
    }

    /// Packets of other circuits do not go through a gateway or hub from circuit to circuit.
    pub(super) fn no_transit(
        &mut self,
        name: &Arc<str>,
        written: &Written,
        others: Bounded<Addresses>,
    ) -> Option<FilterId> {
        let declared = self.fabric.declarations.express_route_transit;
        if others.upper.is_empty() || declared.is_some_and(|(transit, _)| transit) {
            return None;
        }
        let because = "a gateway does not pass traffic from one circuit to another";
        let matches = vec![pair(others, Bounded::exactly(Addresses::all()))];
        let mut written = written.clone();
        written.at = declared.map(|(_, place)| place).or(written.at);
        Some(self.fabric.network.add_filter(Filter {
            name: name.clone(),
            kind: HopKind::ExpressRoute,
            written: written.clone(),
            lines: vec![line(
                "circuit to circuit",
                Action::Deny,
                matches,
                because,
                &written,
            )],
            otherwise: line(
                "circuit",
                Action::Allow,
                Vec::new(),
                "it does not come from another circuit",
                &written,
            ),
            point: format!("transit at {name}").into(),
            transit: false,
        }))
    }
}

fn doubt_of_bypass(origin: &Origin) -> Doubt {
    Doubt {
        what: format!(
            "whether `{}` passes the routes of the gateway's subnet by: FastPath is on",
            origin.name
        )
        .into(),
        decided_by: "`express_route_gateway_bypass = false`".into(),
        at: origin.written.at,
    }
}

/// Everything from one set to another.
pub(super) fn pair(source: Bounded<Addresses>, destination: Bounded<Addresses>) -> Match {
    Match {
        source,
        destination,
        protocols: Bounded::exactly(Protocols::all()),
        source_ports: Bounded::exactly(Ports::all()),
        destination_ports: Bounded::exactly(Ports::all()),
    }
}

/// A line without conditions beyond its matches; replies are let back.
pub(super) fn line(
    name: &str,
    action: Action,
    matches: Vec<Match>,
    because: &str,
    written: &Written,
) -> Line {
    Line {
        name: name.into(),
        action,
        matches,
        names: None,
        requires: Vec::new(),
        unless: Vec::new(),
        stateful: true,
        place: None,
        because: because.into(),
        written: written.clone(),
        doubts: Vec::new(),
        assumptions: Vec::new(),
    }
}
