//! What a firewall makes of source addresses: network rules leave private destinations alone,
//! application rules always translate (Microsoft Learn, "Azure Firewall SNAT private IP address
//! ranges").

use std::sync::Arc;

use super::{Azure, Wall};
use crate::network::azurerm::firewall::default_private_ranges;
use crate::network::inventory::firewall::{Firewall, Settings, Stage};
use crate::network::model::{Action, Bounded, Doubt, Forward, Rewrite};
use crate::traffic::Addresses;

/// How a firewall translates sources.
pub(super) struct Translation {
    /// Destinations that are not translated.
    untouched: Bounded<Addresses>,
    pub(super) inside: Bounded<Addresses>,
    public: Bounded<Addresses>,
}

impl Azure<'_, '_> {
    pub(super) fn translation_of(
        &self,
        firewall: &Firewall,
        settings: &[&Settings],
        wall: &Wall,
    ) -> Translation {
        let untouched = settings
            .iter()
            .find_map(|settings| settings.private_ranges.clone());
        let mut untouched = untouched.unwrap_or_else(|| Bounded::exactly(default_private_ranges()));
        if let Some(doubt) = settings
            .iter()
            .find_map(|settings| settings.learns_ranges.clone())
        {
            untouched = Bounded::between(untouched.lower, Addresses::all(), [doubt]);
        }
        Translation {
            untouched,
            inside: wall.inside.clone(),
            public: self.public_source(firewall, wall),
        }
    }

    /// What public destinations see: the addresses of a NAT gateway on the firewall's subnet, else those
    /// of the firewall; and its private ones where its default route leads elsewhere than to the internet
    /// (Microsoft Learn, "Azure Firewall forced tunneling", "Scale SNAT ports with Azure NAT Gateway").
    fn public_source(&self, firewall: &Firewall, wall: &Wall) -> Bounded<Addresses> {
        if self.is_tunnelled(wall) && firewall.hub.is_none() {
            return wall.inside.clone();
        }
        let unknown = || {
            let doubt = Doubt {
                what: format!("the public addresses of `{}`", firewall.origin.name).into(),
                decided_by: "a plan made after they are created".into(),
                at: firewall.origin.written.at,
            };
            Bounded::between(Addresses::none(), Addresses::public(), [doubt])
        };
        match wall.subnet.and_then(|subnet| self.nat_addresses(subnet)) {
            Some(Some(known)) => return Bounded::exactly(known),
            Some(None) => return unknown(),
            None => {}
        }
        let inventory = &self.fabric.inventory.azure.public_addresses;
        let known = firewall.public_addresses.iter().map(|reference| {
            let own = inventory
                .iter()
                .find(|public| Some(public.origin.handle) == reference.handle());
            own.and_then(|public| public.address.clone())
        });
        let known: Option<Vec<Bounded<Addresses>>> = known.collect();
        match known {
            Some(known) if !known.is_empty() => {
                Bounded::exactly(Addresses::union_all(known.iter().map(|set| &set.lower)))
            }
            _ => unknown(),
        }
    }

    /// Whether a firewall's default route certainly leads elsewhere than to the internet.
    fn is_tunnelled(&self, wall: &Wall) -> bool {
        let node = self.fabric.network.node(wall.node);
        let routes = node.map(|node| node.routes.as_slice()).unwrap_or_default();
        let defaults = routes.iter().filter(|route| {
            route.length == 0 && route.doubts.is_empty() && route.destinations.lower.is_all()
        });
        let first = defaults.min_by_key(|route| route.rank);
        first.is_some_and(|route| match route.forward {
            Forward::Link(link) => {
                let link = self.fabric.network.link(link);
                link.is_some_and(|link| link.to != self.fabric.internet)
            }
            _ => false,
        })
    }
}

impl Translation {
    /// What allowing means for parts of the destinations: network rules leave private ones alone,
    /// application rules always translate (Microsoft Learn, "Azure Firewall SNAT private IP address
    /// ranges").
    pub(super) fn actions(
        &self,
        stage: Stage,
        destination: &Bounded<Addresses>,
    ) -> Vec<(Action, Bounded<Addresses>)> {
        let public = Addresses::public();
        let untouched = if stage == Stage::Application {
            Addresses::none()
        } else {
            self.untouched.lower.clone()
        };
        let rest = untouched.complement();
        let perhaps = if stage == Stage::Application {
            Addresses::none()
        } else {
            self.untouched.upper.difference(&self.untouched.lower)
        };
        let perhaps = destination.upper.intersection(&perhaps);
        let perhaps = Bounded::between(Addresses::none(), perhaps, self.untouched.doubts.clone());
        let rewrite = |source: &Bounded<Addresses>| {
            Action::Rewrite(Arc::new(Rewrite {
                source: Some(source.clone()),
                source_unless_destination: Addresses::none(),
                destination: None,
                destination_ports: None,
            }))
        };
        vec![
            (Action::Allow, within(destination, &untouched)),
            (Action::Allow, perhaps),
            (
                rewrite(&self.inside),
                within(destination, &rest.difference(&public)),
            ),
            (
                rewrite(&self.public),
                within(destination, &rest.intersection(&public)),
            ),
        ]
    }
}

fn within(set: &Bounded<Addresses>, limit: &Addresses) -> Bounded<Addresses> {
    Bounded::between(
        set.lower.intersection(limit),
        set.upper.intersection(limit),
        set.doubts.clone(),
    )
}
