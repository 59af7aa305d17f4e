//! Packs: requirements as data. A pack names its roles, its settings and its rows; the engine knows
//! kinds of roles and kinds of checks, and no product.

mod built_in;
mod fields;
mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use built_in::{FILES, built_in};
pub use read::read;

use super::finding::Citation;
use crate::source::{Place, Severity};
use crate::traffic::{Ports, Protocols};

/// The requirements of one product.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The first half of every id: `jetstream-dr`.
    pub name: Arc<str>,
    pub title: Arc<str>,
    /// The keyword of the site file's block that holds the settings.
    pub settings_block: Option<Arc<str>>,
    pub settings: Vec<Setting>,
    pub roles: Vec<Role>,
    /// In the order of the files, then of the rows.
    pub requirements: Vec<Requirement>,
}

/// Something that only the site file can tell.
#[derive(Clone, Debug)]
pub struct Setting {
    pub name: Arc<str>,
    pub kind: SettingKind,
    /// The only values there are; empty: any.
    pub values: Vec<Arc<str>>,
    pub what: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    Text,
    Number,
}

/// Who takes part, and how it is found.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: Arc<str>,
    pub kind: RoleKind,
    pub title: Arc<str>,
    /// The names that clients ask for.
    pub names: Vec<Arc<str>>,
    /// The setting that holds its name.
    pub name_setting: Option<Arc<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleKind {
    /// A virtual machine on one or more networks of the site.
    Appliance,
    /// The same, created when needed: it takes its address by DHCP.
    TransientAppliance,
    /// The hypervisor hosts.
    Hosts,
    /// The management server of the hypervisor.
    VCenter,
    /// The resolvers that the site's appliances ask.
    DnsServer,
    /// Systems of the platform whose addresses are not published.
    ManagementSystems,
    /// A storage account.
    ObjectStore,
    /// A public service with known names.
    PublicService,
    /// A public host of which at most the name is known.
    PublicHost,
    /// Where a datastore is.
    Datastore,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// `jetstream-dr/msa-to-vcenter-https`
    pub id: Arc<str>,
    pub title: Arc<str>,
    pub scope: Scope,
    pub citation: Citation,
    /// How an ambiguous line is read, where it is.
    pub reading: Option<Arc<str>>,
    pub severity: Severity,
    pub severity_if: Vec<SeverityIf>,
    pub asks: Asks,
    pub what: Arc<str>,
    pub why: Arc<str>,
    pub mistakes: Vec<Arc<str>>,
    pub help: Arc<str>,
    pub header: Place,
}

/// For which sites a row is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each private cloud.
    Avs,
    /// Each data centre.
    OnPremises,
    /// Once for all sites together.
    All,
}

/// Another severity under a condition.
#[derive(Clone, Debug)]
pub struct SeverityIf {
    pub severity: Severity,
    pub condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Setting {
        name: Arc<str>,
        equals: Arc<str>,
    },
    /// The object store takes no access keys.
    ObjectStoreRefusesKeys,
}

/// What a row asks for.
#[derive(Clone, Debug)]
pub enum Asks {
    Flow(Flow),
    /// A check of a kind, and the flows it needs.
    Check(Check, Vec<Flow>),
}

/// Every `from` to every `to`, by every protocol.
#[derive(Clone, Debug)]
pub struct Flow {
    pub from: Vec<Arc<str>>,
    pub to: Vec<Arc<str>>,
    pub protocols: Vec<Protocol>,
    pub ports: Ports,
    /// Clients send from unprivileged ports; a flow asked for by hand may say others.
    pub source_ports: Ports,
    /// Of DNS servers: only those on one side of the private cloud's border.
    pub servers: Option<Servers>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Tcp,
    Udp,
    /// Asked for by hand only: rows speak of ports, which it has not.
    Icmp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servers {
    Inside,
    Outside,
}

/// The kinds of check that are no flow, with their parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// The roles' segments have working DHCP.
    Dhcp { roles: Vec<Arc<str>> },
    /// Their ranges hold `setting` plus `extra` addresses.
    PoolSize {
        roles: Vec<Arc<str>>,
        setting: Arc<str>,
        extra: u64,
    },
    /// The role's name leads to its address, and back.
    NameInDns { role: Arc<str> },
    /// The role has a connected network of this purpose.
    ConnectedNetwork { role: Arc<str>, network: Arc<str> },
    /// Each role's network of this purpose, or else its management network, carries the flows.
    NetworkReaches { roles: Vec<Arc<str>>, network: Arc<str> },
    /// The role has an attachment for every purpose; with one network, that carries the flows.
    EveryNetwork { role: Arc<str> },
    /// Everybody in `from` reaches the datastore without address translation.
    DirectAccess { role: Arc<str>, from: Vec<Arc<str>> },
    /// The object store has no hierarchical namespace.
    FlatNamespace { role: Arc<str> },
    /// The object store lies in the recovery site's region.
    SameRegion { role: Arc<str> },
    /// Every cluster has so many hosts.
    HostsAtLeast { count: u64 },
}

impl Pack {
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| &*role.name == name)
    }

    #[must_use]
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| &*requirement.id == id)
    }
}

/// The ports that clients send from.
#[must_use]
pub fn unprivileged() -> Ports {
    Ports::range(1024, u16::MAX)
}

impl Protocol {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
        }
    }

    #[must_use]
    pub fn set(self) -> Protocols {
        match self {
            Protocol::Tcp => Protocols::tcp(),
            Protocol::Udp => Protocols::udp(),
            Protocol::Icmp => Protocols::icmp(),
        }
    }
}

impl Scope {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Scope::Avs => "avs",
            Scope::OnPremises => "on_premises",
            Scope::All => "all",
        }
    }
}
