//! Requirements that are no flow: one function per kind of check.

mod access;
mod dhcp;
mod facts;
mod networks;
mod record;

use super::decided::Decided;
use super::pack::{Check, Flow};
use super::rows::Rows;
use super::situation::SiteView;

/// Decides a check for a site. `flows` are those that its row carries.
#[must_use]
pub fn decide(rows: &Rows, site: &SiteView, check: &Check, flows: &[Flow]) -> Decided {
    match check {
        Check::Dhcp { roles } => dhcp::working(rows, site, roles),
        Check::PoolSize {
            roles,
            setting,
            extra,
        } => dhcp::pool_size(rows, site, roles, setting, *extra),
        Check::NameInDns { role } => record::name_in_dns(rows, site, role),
        Check::ConnectedNetwork { role, network } => networks::connected(rows, site, role, network),
        Check::NetworkReaches { roles, network } => networks::reaches(rows, site, roles, network, flows),
        Check::EveryNetwork { role } => networks::every(rows, site, role, flows),
        Check::DirectAccess { role, from } => access::direct(rows, site, role, from),
        Check::FlatNamespace { role } => facts::flat_namespace(rows, site, role),
        Check::SameRegion { role } => facts::same_region(rows, site, role),
        Check::HostsAtLeast { count } => facts::hosts(rows, site, *count),
    }
}
