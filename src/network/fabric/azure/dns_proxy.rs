//! A firewall's DNS proxy: a listener at the firewall's own address, which no rule of it concerns
//! (Microsoft Learn, "Azure Firewall DNS settings").

use std::sync::Arc;

use super::gateways::{line, pair};
use super::{Azure, SYSTEM, Wall, route};
use crate::network::fabric::node;
use crate::network::inventory::firewall::{Firewall, Settings};
use crate::network::model::{Action, Bounded, Filter, Forward, HopKind, Match, Written};
use crate::traffic::{Addresses, Ports, Protocols};

impl Azure<'_, '_> {
    /// Once the firewalls have their routes: the listeners answer by the same ones.
    pub(super) fn place_dns_proxies(&mut self) {
        let inventory = self.fabric.inventory;
        for firewall in &inventory.azure.firewalls.firewalls {
            let wall = self.firewalls.get(&firewall.origin.handle).cloned();
            let Some(wall) = wall.filter(|_| {
                firewall.basic == Ok(false) && self.settings_of(firewall).dns_proxy == Some(Ok(true))
            }) else {
                continue;
            };
            if let Some(own) = firewall.address.clone().or_else(|| first_of(&wall.inside)) {
                self.place_dns_proxy(firewall, &wall, own);
            }
        }
    }

    fn place_dns_proxy(&mut self, firewall: &Firewall, wall: &Wall, own: Bounded<Addresses>) {
        let net = wall
            .subnet
            .and_then(|subnet| self.subnets.get(subnet))
            .and_then(|subnet| self.networks.get(subnet.net?));
        let Some(home) = net.map(|net| net.node).filter(|_| own.is_exact()) else {
            return;
        };
        let origin = &firewall.origin;
        let name: Arc<str> = format!("{} DNS proxy", origin.name).into();
        let mut listener = node(name.clone(), HopKind::AzureFirewall, origin.written.clone());
        if let Some(wall) = self.fabric.network.node(wall.node) {
            listener.routes.clone_from(&wall.routes);
            listener.obscured.clone_from(&wall.obscured);
        }
        listener.addresses = own.clone();
        listener
            .receives
            .push(self.fabric.network.add_filter(only_dns(&name, &origin.written)));
        // Whoever asks for the firewall's address means where it listens.
        let id = self.fabric.add(origin.handle, listener);
        let because = "the DNS proxy listens at the firewall's own address";
        let link = self.link(home, id, &name, HopKind::VirtualNetwork, &origin.written, because);
        self.add_route(home, route(own, 32, SYSTEM, Forward::Link(link), because));
    }

    /// The settings that count: those of the policy, where the firewall has one.
    fn settings_of<'s>(&'s self, firewall: &'s Firewall) -> &'s Settings {
        let policies = &self.fabric.inventory.azure.firewalls.policies;
        let own = policies
            .iter()
            .find(|policy| firewall.policy.handle() == Some(policy.origin.handle));
        own.map_or(&firewall.settings, |policy| &policy.settings)
    }
}

/// Nothing else listens at that address.
fn only_dns(name: &Arc<str>, written: &Written) -> Filter {
    let everything = || Bounded::exactly(Addresses::all());
    let dns = [Protocols::tcp(), Protocols::udp()].map(|protocols| Match {
        protocols: Bounded::exactly(protocols),
        destination_ports: Bounded::exactly(Ports::single(53)),
        ..pair(everything(), everything())
    });
    let listens = "the DNS proxy listens on port 53";
    let nothing = "nothing but the DNS proxy listens at the firewall's own address";
    Filter {
        name: name.clone(),
        kind: HopKind::AzureFirewall,
        written: written.clone(),
        lines: vec![line("DNS proxy", Action::Allow, dns.to_vec(), listens, written)],
        otherwise: line("DNS proxy", Action::Deny, Vec::new(), nothing, written),
        point: name.clone(),
        transit: false,
    }
}

/// Azure gives a firewall the first address of its subnet that it does not keep for itself.
fn first_of(subnet: &Bounded<Addresses>) -> Option<Bounded<Addresses>> {
    let first = subnet.lower.first().filter(|_| subnet.is_exact())?;
    let first = first.to_bits().saturating_add(4);
    Some(Bounded::exactly(Addresses::from_ranges([(first, first)])))
}
