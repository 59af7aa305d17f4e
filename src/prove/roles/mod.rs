//! Where the roles are: from the site file, from what Terraform shows, or by a stated assumption; in
//! this order, and the report says which.

mod appliance;
mod fixed;
mod spots;

use std::sync::Arc;

pub use spots::everywhere;

use super::pack::{Role, RoleKind};
use super::situation::{SiteView, Situation};
use crate::network::model::{Assumption, Bounded, Doubt, NodeId, Written};
use crate::traffic::Addresses;

/// A role, placed in the network.
#[derive(Clone, Debug)]
pub struct Placed {
    pub role: Arc<str>,
    pub spots: Vec<Spot>,
    /// What answered: `site file`, `management layout`, `Run Command`, an assumption.
    pub known_from: Arc<str>,
    pub assumptions: Vec<Assumption>,
    /// Non-empty: there may be more, or nothing is known at all.
    pub doubts: Vec<Doubt>,
    pub written: Written,
}

/// Addresses of a role on one node.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The network's purpose, where the site file says one.
    pub network: Option<Arc<str>>,
    pub node: NodeId,
    /// Index into the network's segments, where it is one.
    pub segment: Option<usize>,
    /// A role is at every address of `lower`; it may be at one of `upper`.
    pub addresses: Bounded<Addresses>,
    /// Whether it certainly is on this node; otherwise on this or on another of its unsure spots.
    pub sure: bool,
}

/// The purpose of a network that names none.
pub const MANAGEMENT: &str = "management";

/// Places a role that has addresses of its own at a site. Services that are reached by name are
/// found in `names`.
#[must_use]
pub fn place(situation: &Situation, site: &SiteView, role: &Role) -> Placed {
    match role.kind {
        RoleKind::Appliance => appliance::place(situation, site, role, false),
        RoleKind::TransientAppliance => appliance::place(situation, site, role, true),
        _ => fixed::place(situation, site, role),
    }
}

impl Placed {
    fn nowhere(role: &Role, doubt: Doubt) -> Placed {
        Placed {
            role: role.name.clone(),
            spots: Vec::new(),
            known_from: Arc::from("nothing"),
            assumptions: Vec::new(),
            doubts: vec![doubt],
            written: Written::default(),
        }
    }

    /// All addresses it may have.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        Addresses::union_all(self.spots.iter().map(|spot| &spot.addresses.upper))
    }

    /// Whether it has a network of this purpose.
    #[must_use]
    pub fn has(&self, purpose: &str) -> bool {
        self.spots.iter().any(|spot| spot.purpose() == purpose)
    }

    /// The part of it on the network of this purpose; without one the management network, and
    /// without that all.
    #[must_use]
    pub fn on(&self, purpose: &str) -> Placed {
        let wanted = [purpose, MANAGEMENT].into_iter().find(|wanted| self.has(wanted));
        let Some(wanted) = wanted else {
            return self.clone();
        };
        Placed {
            spots: self
                .spots
                .iter()
                .filter(|spot| spot.purpose() == wanted)
                .cloned()
                .collect(),
            ..self.clone()
        }
    }
}

impl Spot {
    #[must_use]
    pub fn purpose(&self) -> &str {
        self.network.as_deref().unwrap_or(MANAGEMENT)
    }
}
