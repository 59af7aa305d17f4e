//! The site file: what Terraform cannot say. Read before the network is built, because some of it
//! shapes the network; what its values refer to is looked up afterwards.

mod comments;
mod read;
mod suppress;
mod values;

use std::sync::Arc;

pub use comments::comments;
pub use read::read;
pub use suppress::suppress;

use crate::evaluate::values::value::Value;
use crate::network::model::{Bounded, Fact, Written};
use crate::network::{Declarations, OnPremisesDeclaration, RouteServerDeclaration};
use crate::source::Place;
use crate::traffic::Addresses;

/// A site file, read. Without one this is empty.
#[derive(Clone, Debug, Default)]
pub struct SiteFile {
    pub sites: Vec<Site>,
    pub settings: Vec<SettingValue>,
    pub assume: Assume,
    pub suppressions: Vec<SuppressBlock>,
    /// The input in whose scope it was evaluated.
    pub input: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Site {
    pub label: Arc<str>,
    pub kind: SiteKind,
    pub purpose: Option<Purpose>,
    pub private_cloud: Option<Value>,
    pub address_space: Option<Bounded<Addresses>>,
    pub connected_by: Vec<Value>,
    pub internal_traffic_allowed: bool,
    pub roles: Vec<RoleEntry>,
    pub written: Written,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    Avs,
    OnPremises,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Recovery,
    Protected,
    Both,
}

/// `role "msa" { … }`
#[derive(Clone, Debug)]
pub struct RoleEntry {
    pub name: Arc<str>,
    /// One per network; a single one without purpose where segment and addresses stand in the role
    /// itself. Empty where neither is said.
    pub attachments: Vec<AttachmentEntry>,
    pub fqdn: Option<Fact<Arc<str>>>,
    pub resource: Option<Value>,
    pub datastore: Option<Fact<Arc<str>>>,
    pub written: Written,
}

/// A network of a role.
#[derive(Clone, Debug)]
pub struct AttachmentEntry {
    /// `management`, `object_store`, …; `None` where the role says segment and addresses directly.
    pub network: Option<Arc<str>>,
    pub segment: Option<Value>,
    pub addresses: Option<Bounded<Addresses>>,
    pub written: Written,
}

/// A setting of a pack, as the site file gives it.
#[derive(Clone, Debug)]
pub struct SettingValue {
    /// The block's keyword: `jetstream`.
    pub block: Arc<str>,
    pub name: Arc<str>,
    /// Numbers in decimal digits.
    pub value: Fact<Arc<str>>,
    pub written: Written,
}

#[derive(Clone, Debug, Default)]
pub struct Assume {
    pub nsx_default_allows: Option<(bool, Place)>,
    pub express_route_transit: Option<(bool, Place)>,
    pub route_server_advertises: Vec<RouteServerDeclaration>,
}

/// `suppress "pack/id" { … }`
#[derive(Clone, Debug)]
pub struct SuppressBlock {
    pub id: Arc<str>,
    pub reason: Option<Arc<str>>,
    pub expires: Option<Arc<str>>,
    pub at: Place,
    /// The block that a comment stands on: it holds for what is decided inside it, or through it if it
    /// is a module call. `None`: everywhere.
    pub scope: Option<Place>,
}

impl SiteFile {
    /// What the network's builder must know of it.
    #[must_use]
    pub fn declarations(&self) -> Declarations {
        let on_premises = self
            .sites
            .iter()
            .filter(|site| site.kind == SiteKind::OnPremises)
            .map(|site| OnPremisesDeclaration {
                site: site.label.clone(),
                address_space: site
                    .address_space
                    .clone()
                    .unwrap_or_else(|| Bounded::exactly(Addresses::none())),
                connected_by: site.connected_by.clone(),
                internal_traffic_allowed: site.internal_traffic_allowed,
                written: site.written.clone(),
            });
        Declarations {
            on_premises: on_premises.collect(),
            nsx_default_allows: self.assume.nsx_default_allows,
            express_route_transit: self.assume.express_route_transit,
            route_server_advertises: self.assume.route_server_advertises.clone(),
        }
    }

    /// A pack's setting.
    #[must_use]
    pub fn setting(&self, block: Option<&str>, name: &str) -> Option<&SettingValue> {
        self.settings
            .iter()
            .find(|setting| Some(&*setting.block) == block && &*setting.name == name)
    }
}

impl SiteKind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            SiteKind::Avs => "avs",
            SiteKind::OnPremises => "on_premises",
        }
    }
}

impl Site {
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&RoleEntry> {
        self.roles.iter().find(|role| &*role.name == name)
    }
}
