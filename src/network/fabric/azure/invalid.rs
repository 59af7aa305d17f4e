//! Combinations that a plan lets pass and that applying it refuses, or that undo each other: found
//! apart from any requirement. Only what is certain is said.

use std::collections::HashMap;

use super::Azure;
use crate::network::catalogue::Handle;
use crate::network::inventory::azure::{RoutePrefix, SecurityRule, UserRoute};
use crate::network::model::{Bounded, Forward, NetworkFinding, Written};
use crate::source::Severity;
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    pub(super) fn find_invalid(&mut self) {
        self.subnets_of_networks();
        self.peered_spaces();
        self.gateways_of_others();
        self.routes_of_tables();
        self.rules_of_groups();
        self.firewall_subnets();
    }

    fn invalid(
        &mut self,
        id: &'static str,
        severity: Severity,
        summary: String,
        help: &str,
        written: &Written,
    ) {
        self.fabric.network.findings.push(NetworkFinding {
            id,
            severity,
            summary,
            help: help.into(),
            written: written.clone(),
        });
    }

    /// Subnets lie inside their network and do not overlap (Microsoft Learn, "Azure Virtual Network
    /// concepts"); a network's own `subnet` blocks and subnets that are resources undo each other
    /// (azurerm documentation of `azurerm_virtual_network`).
    fn subnets_of_networks(&mut self) {
        let inventory = self.fabric.inventory;
        let mut found = Vec::new();
        for (net, state) in self.networks.iter().enumerate() {
            let space = self.space(net);
            let known = |number: &usize| {
                let subnet = inventory.azure.subnets.get(*number)?;
                let certain = subnet.origin.presence.is_empty() && subnet.prefixes.is_exact();
                (certain && !subnet.prefixes.lower.is_empty()).then_some(subnet)
            };
            let mut own: Vec<_> = state.subnets.iter().filter_map(known).collect();
            for subnet in &own {
                if space.is_exact()
                    && !space.lower.is_empty()
                    && !subnet.prefixes.lower.is_subset(&space.lower)
                {
                    let network = self.name_of(state.node);
                    found.push((
                        "subnet-outside-network",
                        Severity::Error,
                        format!(
                            "`{}` is not inside the address space of `{network}`",
                            subnet.origin.name
                        ),
                        "give it a prefix of the network's address space, or the network a further prefix",
                        subnet.prefixes_written.clone(),
                    ));
                }
            }
            own.sort_by_key(|subnet| subnet.prefixes.lower.first());
            for pair in own.windows(2) {
                let [one, other] = pair else { continue };
                if one.prefixes.lower.intersects(&other.prefixes.lower) {
                    found.push((
                        "overlapping-subnets",
                        Severity::Error,
                        format!("`{}` and `{}` overlap", one.origin.name, other.origin.name),
                        "give each subnet of a network a prefix of its own",
                        other.prefixes_written.clone(),
                    ));
                }
            }
            let inline = own.iter().find(|subnet| subnet.inline.is_some());
            let standalone = own.iter().find(|subnet| subnet.inline.is_none());
            // A state lists subnets that are resources inside their network too.
            let names = |inline: bool| {
                own.iter()
                    .filter(move |subnet| subnet.inline.is_some() == inline)
                    .filter_map(|subnet| subnet.name.clone())
            };
            let repeated = names(true).all(|name| names(false).any(|other| other == name));
            if let (Some(_), Some(standalone), false) = (inline, standalone, repeated) {
                let network = self.name_of(state.node);
                found.push((
                    "inline-beside-standalone",
                    Severity::Warning,
                    format!(
                        "`{network}` has subnets of its own beside `{}`: each apply undoes the other's",
                        standalone.origin.name
                    ),
                    "write all subnets of a network inside it, or all as resources",
                    standalone.origin.written.clone(),
                ));
            }
        }
        for (id, severity, summary, help, written) in found {
            self.invalid(id, severity, summary, help, &written);
        }
    }

    /// Address spaces of peered networks do not overlap (Microsoft Learn, "Virtual network peering").
    fn peered_spaces(&mut self) {
        let mut found = Vec::new();
        for (net, state) in self.networks.iter().enumerate() {
            for peer in state
                .peers
                .iter()
                .filter(|peer| peer.net > net && peer.doubts.is_empty())
            {
                if self.space(net).lower.intersects(&self.space(peer.net).lower) {
                    let other = self.networks.get(peer.net).map_or(state.node, |net| net.node);
                    let (one, other) = (self.name_of(state.node), self.name_of(other));
                    let summary =
                        format!("`{one}` and `{other}` are peered, and their address spaces overlap");
                    found.push((summary, peer.written.clone()));
                }
            }
        }
        for (summary, written) in found {
            let help = "peered networks need address spaces without common addresses";
            self.invalid("overlapping-networks", Severity::Error, summary, help, &written);
        }
    }

    /// A network uses the gateway of one peer only, and none where it has one of its own (Microsoft
    /// Learn, "Virtual network peering").
    fn gateways_of_others(&mut self) {
        let inventory = self.fabric.inventory;
        let mut first: HashMap<Handle, &str> = HashMap::new();
        let mut found = Vec::new();
        for peering in &inventory.azure.peerings {
            let own = peering
                .network
                .handle()
                .filter(|_| peering.origin.presence.is_empty());
            let Some(own) = own.filter(|_| peering.remote_gateways == Ok(true)) else {
                continue;
            };
            let net = self.by_network.get(&own).copied();
            if let Some(gate) = self.gateways.iter().find(|gate| Some(gate.net) == net) {
                let gate = self.name_of(gate.node);
                found.push((
                    format!(
                        "`{}` uses a peer's gateway, but its network has `{gate}`",
                        peering.origin.name
                    ),
                    peering.origin.written.clone(),
                ));
            }
            if let Some(other) = first.insert(own, &peering.origin.name) {
                found.push((
                    format!(
                        "`{}` and `{other}` both use a peer's gateway",
                        peering.origin.name
                    ),
                    peering.origin.written.clone(),
                ));
            }
        }
        for (summary, written) in found {
            let help = "`use_remote_gateways` is for one peering of a network without a gateway";
            self.invalid("remote-gateways", Severity::Error, summary, help, &written);
        }
    }

    /// Two routes of one table for one prefix; routes inside a table beside routes that are resources.
    fn routes_of_tables(&mut self) {
        let inventory = self.fabric.inventory;
        let mut standalone: HashMap<Handle, Vec<&UserRoute>> = HashMap::new();
        for (table, route) in &inventory.azure.routes {
            if let Some(handle) = table.handle() {
                standalone.entry(handle).or_default().push(route);
            }
        }
        let mut found = Vec::new();
        for table in &inventory.azure.route_tables {
            let others = standalone.remove(&table.origin.handle).unwrap_or_default();
            let repeated = |route: &&UserRoute| others.iter().any(|other| other.name == route.name);
            let inline: Vec<&UserRoute> = table.routes.iter().filter(|route| !repeated(route)).collect();
            if let (false, Some(first)) = (inline.is_empty(), others.first()) {
                found.push((
                    "inline-beside-standalone",
                    Severity::Warning,
                    format!(
                        "`{}` has routes of its own beside route resources: each apply undoes the other's",
                        table.origin.name
                    ),
                    "write all routes of a table inside it, or all as resources",
                    first.written.clone(),
                ));
            }
            let mut seen: HashMap<(Addresses, u8), &UserRoute> = HashMap::new();
            let all = inline
                .into_iter()
                .chain(others)
                .filter(|route| route.doubts.is_empty());
            for route in all {
                let RoutePrefix::Network(set, length) = &route.to else {
                    continue;
                };
                if set.is_empty() {
                    continue;
                }
                if let Some(other) = seen.insert((set.clone(), *length), route) {
                    found.push((
                        "duplicate-route",
                        Severity::Error,
                        format!(
                            "routes `{}` and `{}` of `{}` have one prefix",
                            other.name, route.name, table.origin.name
                        ),
                        "give each route of a table a prefix of its own",
                        route.written.clone(),
                    ));
                }
            }
        }
        for (id, severity, summary, help, written) in found {
            self.invalid(id, severity, summary, help, &written);
        }
    }

    /// Rules without ports, and rules of one name in one group.
    fn rules_of_groups(&mut self) {
        let inventory = self.fabric.inventory;
        let mut found = Vec::new();
        let inline = inventory
            .azure
            .security_groups
            .iter()
            .flat_map(|group| &group.rules);
        let standalone = inventory.azure.security_rules.iter().map(|(_, rule)| rule);
        for rule in inline.chain(standalone).filter(|rule| rule.doubts.is_empty()) {
            if let Some(side) = without_ports(rule) {
                found.push((
                    "missing-port",
                    format!("rule `{}` has no {side} port", rule.name),
                    "name the ports, or write `*`",
                    rule.written.clone(),
                ));
            }
        }
        let mut names: HashMap<(Handle, String), &SecurityRule> = HashMap::new();
        for (group, rule) in &inventory.azure.security_rules {
            let Some(handle) = group.handle().filter(|_| rule.doubts.is_empty()) else {
                continue;
            };
            if let Some(other) = names.insert((handle, rule.name.to_ascii_lowercase()), rule) {
                let place = |rule: &SecurityRule| rule.place.clone().unwrap_or_else(|| rule.name.clone());
                found.push((
                    "duplicate-name",
                    format!(
                        "`{}` and `{}` are one rule of one group: they have one name",
                        place(other),
                        place(rule)
                    ),
                    "give each rule of a group a name of its own",
                    rule.written.clone(),
                ));
            }
        }
        for (id, summary, help, written) in found {
            self.invalid(id, Severity::Error, summary, help, &written);
        }
    }

    /// Azure Firewall needs `AzureFirewallSubnet` of at least a /26, and a default route to the internet
    /// unless its management has an interface of its own (azurerm documentation of `azurerm_firewall`;
    /// Microsoft Learn, "Azure Firewall forced tunneling").
    fn firewall_subnets(&mut self) {
        let inventory = self.fabric.inventory;
        let mut found = Vec::new();
        for firewall in &inventory.azure.firewalls.firewalls {
            let Some(wall) = self.firewalls.get(&firewall.origin.handle) else {
                continue;
            };
            let Some(subnet) = wall.subnet.and_then(|subnet| inventory.azure.subnets.get(subnet)) else {
                continue;
            };
            let name = &firewall.origin.name;
            if subnet
                .name
                .as_deref()
                .is_some_and(|name| name != "azurefirewallsubnet")
            {
                found.push((
                    "firewall-subnet",
                    format!("`{name}` is in `{}`", subnet.origin.name),
                    "a firewall's subnet is called `AzureFirewallSubnet`",
                    firewall.origin.written.clone(),
                ));
            }
            if subnet.prefixes.is_exact() && (1..64).contains(&subnet.prefixes.lower.count()) {
                found.push((
                    "firewall-subnet",
                    format!("the subnet of `{name}` is smaller than a /26"),
                    "give `AzureFirewallSubnet` a /26 or a shorter prefix",
                    subnet.prefixes_written.clone(),
                ));
            }
            let routes = self.fabric.network.node(wall.node);
            let routes = routes.map(|node| node.routes.as_slice()).unwrap_or_default();
            let tunnelled = routes.iter().find(|route| {
                let to_internet = match route.forward {
                    Forward::Link(link) => {
                        let link = self.fabric.network.link(link);
                        link.is_some_and(|link| link.to == self.fabric.internet)
                    }
                    _ => false,
                };
                route.place.is_some()
                    && route.length == 0
                    && route.doubts.is_empty()
                    && route.destinations == Bounded::exactly(Addresses::all())
                    && !to_internet
            });
            if let (Some(route), false) = (tunnelled, firewall.managed_apart) {
                found.push((
                    "forced-tunnelling",
                    format!("route `{}` keeps `{name}` from the internet, and its management with it", route.name),
                    "give the firewall a `management_ip_configuration`, or its default route the next hop `Internet`",
                    route.written.clone(),
                ));
            }
        }
        for (id, summary, help, written) in found {
            self.invalid(id, Severity::Error, summary, help, &written);
        }
    }
}

fn without_ports(rule: &SecurityRule) -> Option<&'static str> {
    let none = |ports: &Bounded<crate::traffic::Ports>| ports.is_exact() && ports.lower.is_empty();
    // A text that is no port has been found as such.
    match (none(&rule.source_ports), none(&rule.destination_ports)) {
        _ if rule.odd_ports => None,
        (true, _) => Some("source"),
        (_, true) => Some("destination"),
        _ => None,
    }
}
