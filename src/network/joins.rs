//! What each instance is joined with, for whoever asks why two resources do or do not belong together.
//!
//! Adapters resolve references while they read: [`Record`] remembers, per instance and attribute, what
//! became of each. Some mean what a private cloud comes with (its tier-1 gateway, a predefined service),
//! some a DNS zone by its name, and which private cloud an NSX object is in follows from its provider
//! configuration: the fabric's own rules for these are asked here.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::evaluate::address::Address;
use crate::evaluate::evaluation::Evaluation;
use crate::evaluate::values::value::Value;

use super::Declarations;
use super::attributes::View;
use super::catalogue::{Catalogue, Handle};
use super::fabric::owners::{Gateway, Owners};
use super::fabric::{Fabric, dns_services};
use super::inventory::Inventory;
use super::inventory::avs::{Avs, Owner};
use super::join::Reference;
use super::nsxt::predefined::predefined;
use super::service_tags::ServiceTags;

/// One reference of an instance, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Join {
    /// The input that the instance is of, by number.
    pub input: usize,
    pub from: Arc<Address>,
    /// The attribute that refers, in the words of azurerm where an ARM body says the same, or
    /// `private cloud` where the provider configuration does.
    pub attribute: Arc<str>,
    pub to: Joined,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joined {
    To(Arc<Address>),
    /// Something that no input defines because a private cloud comes with it.
    Delivered(Arc<str>),
    /// One of these; it is not known which.
    Either(Vec<Arc<Address>>),
    /// An id or a path of something that no input defines.
    Outside(Arc<str>),
    /// Not known what: the name of what is unknown.
    Unknown(Arc<str>),
}

/// Every join of the inputs, in the order of inputs, addresses and attributes.
#[must_use]
pub fn joins(evaluations: &[Evaluation]) -> Vec<Join> {
    let catalogue = Catalogue::new(evaluations);
    let record = Record::default();
    let inventory = Inventory::read_and_record(&catalogue, Some(&record));
    let (declarations, tags) = (Declarations::default(), ServiceTags::default());
    let fabric = Fabric::new(&catalogue, &inventory, &declarations, &tags);
    let meanings = Meanings::new(&fabric);
    let found = record.found.borrow();
    let joins: BTreeSet<Join> = found
        .iter()
        .filter_map(|(from, attribute, reference)| meanings.join(*from, attribute, reference))
        .chain(meanings.homes())
        .collect();
    joins.into_iter().collect()
}

/// What references became while instances were read.
#[derive(Debug, Default)]
pub struct Record {
    found: RefCell<Vec<(Handle, Arc<str>, Reference)>>,
}

impl Record {
    /// Remembers what the value of an attribute of `view` became.
    pub(super) fn remember(&self, from: Handle, view: &View<'_>, value: &Value, reference: &Reference) {
        let entries = view.value.entries().unwrap_or_default();
        let own = entries.iter().find(|(_, entry)| std::ptr::eq(entry, value));
        let attribute = own.map_or_else(
            || Arc::from("a block of unknown number"),
            |(name, _)| name.clone(),
        );
        self.found.borrow_mut().push((from, attribute, reference.clone()));
    }
}

/// What references mean beyond ids and symbols.
struct Meanings<'a> {
    fabric: &'a Fabric<'a>,
    owners: Owners<'a>,
    /// What belongs to a private cloud.
    members: Vec<(Handle, &'a Owner)>,
    /// The private cloud of each of these that is in one.
    clouds: HashMap<Handle, usize>,
}

impl<'a> Meanings<'a> {
    fn new(fabric: &'a Fabric<'a>) -> Meanings<'a> {
        let owners = Owners::new(fabric);
        let members = members(&fabric.inventory.avs);
        let clouds = members
            .iter()
            .filter_map(|(handle, owner)| Some((*handle, owners.cloud(owner)?.0)))
            .collect();
        Meanings {
            fabric,
            owners,
            members,
            clouds,
        }
    }

    fn join(&self, from: Handle, attribute: &Arc<str>, reference: &Reference) -> Option<Join> {
        // An object that names its own path.
        if reference.handle() == Some(from) {
            return None;
        }
        let to = self
            .delivered(from, attribute, reference)
            .or_else(|| self.plain(reference))?;
        self.joined(from, attribute.clone(), to)
    }

    fn joined(&self, from: Handle, attribute: Arc<str>, to: Joined) -> Option<Join> {
        let view = self.fabric.catalogue.view(from)?;
        Some(Join {
            input: view.input,
            from: view.instance.address.clone(),
            attribute,
            to,
        })
    }

    /// What a path or a name means inside the private cloud that the instance is in.
    fn delivered(&self, from: Handle, attribute: &str, reference: &Reference) -> Option<Joined> {
        let Reference::Outside(text, _) = reference else {
            return None;
        };
        let cloud = *self.clouds.get(&from)?;
        if matches!(attribute, "defaultDnsZone" | "fqdnZones") {
            let zone = dns_services::zone(self.fabric, &self.owners, cloud, reference).ok()?;
            return Some(Joined::To(self.address(zone.origin.handle)?));
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        if attribute == "services" && predefined(name).is_some() {
            return Some(Joined::Delivered(format!("the predefined service {name}").into()));
        }
        if !text.contains("/tier-") && attribute != "connectedGateway" {
            return None;
        }
        let home = || self.address(self.fabric.inventory.avs.clouds.get(cloud)?.origin.handle);
        match self.owners.gateway(reference)? {
            Gateway::Tier1(handle) => Some(Joined::To(self.address(handle)?)),
            Gateway::Default => Some(Joined::Delivered(
                format!("the tier-1 gateway of {}", home()?).into(),
            )),
            Gateway::Tier0 => Some(Joined::Delivered(
                format!("the tier-0 gateway of {}", home()?).into(),
            )),
            Gateway::Outside(_) => None,
        }
    }

    fn plain(&self, reference: &Reference) -> Option<Joined> {
        Some(match reference {
            Reference::None => return None,
            Reference::To(target) => Joined::To(self.address(target.handle)?),
            Reference::Either(targets, _) => {
                let addresses = targets.iter().filter_map(|target| self.address(target.handle));
                Joined::Either(addresses.collect())
            }
            // An address among groups, or a word like `ANY`: nothing is referred to.
            Reference::Outside(text, doubt) if doubt.what.starts_with('`') && !text.contains('/') => {
                return None;
            }
            Reference::Outside(text, _) if text.starts_with(|first: char| first.is_ascii_digit()) => {
                return None;
            }
            Reference::Outside(text, _) => Joined::Outside(text.clone()),
            Reference::Unknown(doubt) => Joined::Unknown(doubt.what.clone()),
        })
    }

    /// Which private cloud each NSX object is in.
    fn homes(&self) -> impl Iterator<Item = Join> + '_ {
        let told = self
            .members
            .iter()
            .filter(|(_, owner)| matches!(owner, Owner::Manager(_)));
        told.filter_map(|(handle, owner)| {
            let cloud = self.clouds.get(handle);
            let cloud = cloud.and_then(|index| self.fabric.inventory.avs.clouds.get(*index));
            let to = match cloud {
                Some(cloud) => Joined::To(self.address(cloud.origin.handle)?),
                None => self.plain(owner.reference())?,
            };
            self.joined(*handle, "private cloud".into(), to)
        })
    }

    fn address(&self, handle: Handle) -> Option<Arc<Address>> {
        Some(self.fabric.catalogue.view(handle)?.instance.address.clone())
    }
}

/// What belongs to a private cloud, with what says to which.
fn members(avs: &Avs) -> Vec<(Handle, &Owner)> {
    let mut all: Vec<(Handle, &Owner)> = Vec::new();
    all.extend(avs.segments.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.tier1s.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.dhcp.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.dns_zones.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.dns_services.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.nat_rules.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.groups.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.services.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.policies.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.exclusions.iter().map(|one| (one.origin.handle, &one.owner)));
    all.extend(avs.opaque.iter().map(|one| (one.origin.handle, &one.owner)));
    let rules = avs.rules.iter();
    all.extend(rules.filter_map(|lone| Some((lone.rule.1.origin.as_ref()?.handle, &lone.owner))));
    all
}

impl fmt::Display for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Joined::To(address) => address.fmt(f),
            Joined::Delivered(what) => f.write_str(what),
            Joined::Either(addresses) => {
                let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                write!(f, "one of {}, not known which", addresses.join(", "))
            }
            Joined::Outside(text) => write!(f, "outside {text}"),
            Joined::Unknown(what) => write!(f, "unknown {what}"),
        }
    }
}
