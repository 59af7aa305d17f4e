//! What circuits and tunnels lead to: private clouds' edges and on-premises sites.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Azure, Far, LAST, route};
use crate::network::OnPremisesDeclaration;
use crate::network::catalogue::Handle;
use crate::network::fabric::{Announced, node};
use crate::network::inventory::azure::Prefix;
use crate::network::join::{Reference, Thing};
use crate::network::model::{
    Action, Assumption, Bounded, Disposition, Doubt, Filter, Forward, HopKind, Line, Match, NodeId,
    OnPremises, Route, Written,
};
use crate::traffic::{Addresses, Ports, Protocols};

impl Azure<'_, '_> {
    pub(super) fn place_far_ends(&mut self) {
        for (number, edge) in self.fabric.edges.iter().enumerate() {
            self.far_of.insert(edge.cloud, self.far.len());
            self.far.push(Far {
                node: edge.tier0,
                edge: Some(number),
                announces: edge.announces.clone(),
                told: Vec::new(),
            });
        }
        let ends = self.far_handles();
        let mut taken: HashSet<Handle> = HashSet::new();
        let declarations = self.fabric.declarations;
        for declaration in &declarations.on_premises {
            let own = self.ends_of(declaration, &ends);
            taken.extend(own.iter().copied());
            self.declared(declaration, &own);
        }
        for handle in ends {
            if !taken.contains(&handle) {
                self.undeclared(handle);
            }
        }
    }

    /// Circuits and local network gateways, in the order of the inputs.
    fn far_handles(&self) -> Vec<Handle> {
        let azure = &self.fabric.inventory.azure;
        let circuits = azure.circuits.iter().map(|circuit| circuit.origin.handle);
        circuits
            .chain(azure.local_gateways.iter().map(|gateway| gateway.origin.handle))
            .chain(azure.wan.sites.iter().map(|site| site.origin.handle))
            .collect()
    }

    /// The prefixes that a local network gateway or a site of a hub's gateway is written with, and whether
    /// it announces others by BGP.
    fn written_prefixes(&self, handle: Handle) -> Option<(&[Prefix], &Result<bool, Doubt>)> {
        let azure = &self.fabric.inventory.azure;
        let gateway = azure
            .local_gateways
            .iter()
            .find(|gateway| gateway.origin.handle == handle)
            .map(|gateway| (gateway.prefixes.as_slice(), &gateway.bgp));
        gateway.or_else(|| {
            let mut sites = azure.wan.sites.iter();
            let site = sites.find(|site| site.origin.handle == handle)?;
            Some((site.prefixes.as_slice(), &site.bgp))
        })
    }

    /// The circuits and gateways that lead to a declared site.
    fn ends_of(&self, declaration: &OnPremisesDeclaration, ends: &[Handle]) -> Vec<Handle> {
        if !declaration.connected_by.is_empty() {
            let mut own = Vec::new();
            for value in &declaration.connected_by {
                let inputs = 0..self.fabric.catalogue.evaluations().len();
                let found = inputs
                    .filter_map(|input| self.fabric.catalogue.resolve(input, Some(value)).handle())
                    .next();
                if let Some(handle) = found {
                    own.extend(self.ends_behind(handle, ends));
                }
            }
            return own;
        }
        let holds = |handle: &&Handle| {
            let written = self.written_prefixes(**handle);
            written.is_some_and(|(prefixes, _)| {
                prefixes.iter().any(|prefix| {
                    prefix
                        .destinations
                        .lower
                        .intersects(&declaration.address_space.upper)
                })
            })
        };
        let holding: Vec<Handle> = ends.iter().filter(holds).copied().collect();
        match ends {
            [only] if holding.is_empty() && self.fabric.declarations.on_premises.len() == 1 => vec![*only],
            _ => holding,
        }
    }

    /// The circuit or gateway that a connection, a Global Reach or the thing itself stands for.
    fn ends_behind(&self, handle: Handle, ends: &[Handle]) -> Vec<Handle> {
        if ends.contains(&handle) {
            return vec![handle];
        }
        let azure = &self.fabric.inventory.azure;
        let mut references: Vec<&Reference> = Vec::new();
        for connection in azure
            .connections
            .iter()
            .filter(|connection| connection.origin.handle == handle)
        {
            references.extend([&connection.circuit, &connection.local_gateway]);
        }
        for connection in azure
            .wan
            .circuit_connections
            .iter()
            .filter(|connection| connection.origin.handle == handle)
        {
            references.push(&connection.circuit);
        }
        for connection in azure
            .wan
            .site_connections
            .iter()
            .filter(|connection| connection.origin.handle == handle)
        {
            references.push(&connection.site);
        }
        for reach in azure.reaches.iter().filter(|reach| reach.origin.handle == handle) {
            references.extend([&reach.one, &reach.other]);
        }
        for reach in self
            .fabric
            .inventory
            .avs
            .global_reach
            .iter()
            .filter(|reach| reach.origin.handle == handle)
        {
            references.push(&reach.peer);
        }
        let circuits = references
            .iter()
            .filter_map(|reference| self.circuit_of(reference));
        circuits.filter(|handle| ends.contains(handle)).collect()
    }

    /// The circuit, private cloud or gateway that a reference to it or to one of its peerings means.
    pub(super) fn circuit_of(&self, reference: &Reference) -> Option<Handle> {
        let handle = reference.handle()?;
        let peerings = &self.fabric.inventory.azure.circuit_peerings;
        let peering = peerings.iter().find(|(origin, _)| origin.handle == handle);
        peering.map_or(Some(handle), |(_, circuit)| circuit.handle())
    }

    fn declared(&mut self, declaration: &OnPremisesDeclaration, ends: &[Handle]) {
        let name: Arc<str> = match ends.first() {
            Some(handle) => self.fabric.name(*handle),
            None => format!("site `{}`", declaration.site).into(),
        };
        let announces = declaration
            .address_space
            .lower
            .networks()
            .into_iter()
            .map(|(address, length)| Announced {
                destinations: Bounded::exactly(Addresses::network(address, length)),
                length,
                because: format!(
                    "`{}` is in the address space of site `{}`",
                    Addresses::network(address, length),
                    declaration.site
                )
                .into(),
                written: declaration.written.clone(),
                doubts: Vec::new(),
                assumptions: Vec::new(),
            });
        let configured = self.configured_alone(ends);
        let announces_itself = configured.is_none();
        let mut announces: Vec<Announced> = configured.unwrap_or_else(|| announces.collect());
        if announces_itself && !declaration.address_space.is_exact() {
            announces.push(unknown_announcement(
                declaration.address_space.doubts.to_vec(),
                &declaration.written,
            ));
        }
        let id = self.site(
            &name,
            &declaration.written,
            declaration.address_space.clone(),
            Some(declaration),
        );
        self.known_as(
            id,
            &name,
            &declaration.written,
            Some(declaration.site.clone()),
            declaration.address_space.clone(),
            ends,
        );
        self.reach_of_site(id, announces, ends);
    }

    /// What the local network gateways of a site say that lies behind them, where nothing else can: only
    /// without BGP, and without a circuit to the same site. Whatever else the site holds, the gateways
    /// in Azure have no route to it.
    fn configured_alone(&self, ends: &[Handle]) -> Option<Vec<Announced>> {
        let mut prefixes = Vec::new();
        for end in ends {
            let (own, bgp) = self.written_prefixes(*end)?;
            if !matches!(bgp, Ok(false)) {
                return None;
            }
            let view = self.fabric.catalogue.view(*end)?;
            prefixes.extend(configured(own, &view.address(), &view.written()));
        }
        (!ends.is_empty()).then_some(prefixes)
    }

    fn undeclared(&mut self, handle: Handle) {
        let Some(view) = self.fabric.catalogue.view(handle) else {
            return;
        };
        let (name, written) = (view.address(), view.written());
        let doubt = Doubt {
            what: format!("what `{name}` announces").into(),
            decided_by: "a site of kind \"on_premises\" in the site file, with its `address_space`".into(),
            at: written.at,
        };
        let written_prefixes = self.written_prefixes(handle);
        let mut announces =
            written_prefixes.map_or_else(Vec::new, |(prefixes, _)| configured(prefixes, &name, &written));
        let unknown = written_prefixes.is_none_or(|(_, bgp)| !matches!(bgp, Ok(false)));
        let lower = Addresses::union_all(announces.iter().map(|announced| &announced.destinations.lower));
        let addresses = if unknown {
            Bounded::between(lower, Addresses::all(), [doubt.clone()])
        } else {
            Bounded::exactly(lower)
        };
        if unknown {
            announces.push(unknown_announcement(vec![doubt], &written));
        }
        let id = self.site(&name, &written, addresses.clone(), None);
        self.known_as(id, &name, &written, None, addresses, &[handle]);
        self.reach_of_site(id, announces, &[handle]);
    }

    fn site(
        &mut self,
        name: &Arc<str>,
        written: &Written,
        addresses: Bounded<Addresses>,
        declaration: Option<&OnPremisesDeclaration>,
    ) -> NodeId {
        let mut own = node(name.clone(), HopKind::OnPremises, written.clone());
        own.addresses = addresses;
        let internal = declaration.is_some_and(|declaration| declaration.internal_traffic_allowed);
        if !internal {
            let filter = self.fabric.network.add_filter(unknown_inside(name, written));
            own.sends.push(filter);
            own.receives.push(filter);
        }
        let id = self.fabric.network.add_node(own);
        let link = self.link(
            id,
            self.fabric.internet,
            name,
            HopKind::InternetEgress,
            written,
            "the site's own way to the internet",
        );
        let doubt = Doubt {
            what: format!("how the site behind `{name}` reaches the internet").into(),
            decided_by: "nothing: the site's own network is not in Terraform".into(),
            at: written.at,
        };
        let mut own = route(
            Bounded::exactly(Addresses::public()),
            0,
            LAST,
            Forward::Link(link),
            "the site's own way to the internet",
        );
        own.doubts.push(doubt);
        self.add_route(id, own);
        let nothing_else = Assumption {
            code: "closed-world",
            text: format!("no other link leads from `{name}` to private addresses than those in the inputs")
                .into(),
        };
        let nowhere = route(
            Bounded::exactly(Addresses::public().complement()),
            0,
            LAST,
            Forward::Drop(Disposition::NoRoute),
            "no connection in the inputs leads there",
        );
        let nowhere = Route {
            name: "no route".into(),
            assumptions: vec![nothing_else],
            written: written.clone(),
            ..nowhere
        };
        self.add_route(id, nowhere);
        id
    }

    fn known_as(
        &mut self,
        node: NodeId,
        name: &Arc<str>,
        written: &Written,
        site: Option<Arc<str>>,
        addresses: Bounded<Addresses>,
        ends: &[Handle],
    ) {
        let number = self.fabric.network.on_premises.len();
        self.fabric.network.on_premises.push(OnPremises {
            name: name.clone(),
            site,
            written: written.clone(),
            node,
            addresses,
        });
        for handle in ends {
            self.fabric.register(*handle, Thing::OnPremises(number));
        }
    }

    fn reach_of_site(&mut self, node: NodeId, announces: Vec<Announced>, ends: &[Handle]) {
        for handle in ends {
            self.far_of.insert(*handle, self.far.len());
        }
        self.far.push(Far {
            node,
            edge: None,
            announces,
            told: Vec::new(),
        });
    }
}

/// The address space of a local network gateway, as what is known to lie behind it.
fn configured(prefixes: &[Prefix], name: &Arc<str>, written: &Written) -> Vec<Announced> {
    let prefixes = prefixes.iter().map(|prefix| Announced {
        destinations: prefix.destinations.clone(),
        length: prefix.length,
        because: format!(
            "`{}` is in the address space of `{name}`",
            prefix.destinations.upper
        )
        .into(),
        written: written.clone(),
        doubts: prefix.destinations.doubts.to_vec(),
        assumptions: Vec::new(),
    });
    prefixes.collect()
}

/// What a site announces that nobody has described: perhaps everything. Its prefixes are taken not to
/// be longer than those that are known.
fn unknown_announcement(doubts: Vec<Doubt>, written: &Written) -> Announced {
    Announced {
        destinations: Bounded::between(Addresses::none(), Addresses::all(), doubts.clone()),
        length: 0,
        because: "what the far side announces is not known".into(),
        written: written.clone(),
        doubts,
        assumptions: Vec::new(),
    }
}

/// What filters inside a site is not in Terraform.
fn unknown_inside(name: &Arc<str>, written: &Written) -> Filter {
    let everything = Match {
        source: Bounded::exactly(Addresses::all()),
        destination: Bounded::exactly(Addresses::all()),
        protocols: Bounded::exactly(Protocols::all()),
        source_ports: Bounded::exactly(Ports::all()),
        destination_ports: Bounded::exactly(Ports::all()),
    };
    let line = |action, because: &str, matches, doubts| Line {
        name: "inside the site".into(),
        action,
        matches,
        names: None,
        requires: Vec::new(),
        unless: Vec::new(),
        stateful: true,
        place: None,
        because: because.into(),
        written: written.clone(),
        doubts,
        assumptions: Vec::new(),
    };
    let doubt = Doubt {
        what: format!("what filters inside the site behind `{name}`").into(),
        decided_by: "`internal_traffic = \"allowed\"` in the site file, where nothing does".into(),
        at: written.at,
    };
    Filter {
        name: name.clone(),
        kind: HopKind::OnPremises,
        written: written.clone(),
        lines: vec![line(
            Action::Allow,
            "the site may let it through",
            vec![everything],
            vec![doubt.clone()],
        )],
        otherwise: line(Action::Deny, "the site may hold it back", Vec::new(), vec![doubt]),
        point: format!("inside {name}").into(),
        transit: false,
    }
}
