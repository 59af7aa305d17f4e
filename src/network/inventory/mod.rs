//! What the inputs define, typed and provider-neutral: the same virtual network whether azurerm, azapi
//! or a data source says so. References between components are joined already.

pub mod avs;
pub mod azure;
pub mod balancer;
pub mod firewall;
pub mod manager;
pub mod names;
pub mod native;
pub mod nsx;
pub mod terms;
pub mod wan;

use std::sync::Arc;

use super::attributes::View;
use super::catalogue::{Catalogue, Handle};
use super::join::Reference;
use super::joins::Record;
use super::model::{Doubt, NetworkFinding, Written};
use super::{azapi, azurerm, nsxt, vsphere};
use crate::evaluate::values::value::Value;

#[derive(Debug, Default)]
pub struct Inventory {
    pub azure: azure::Azure,
    pub avs: avs::Avs,
    pub names: names::Names,
    /// Instances that no adapter reads.
    pub unread: Vec<Handle>,
    pub findings: Vec<NetworkFinding>,
}

/// What every component has: which instance it is, how reports name it, where it is written, and why
/// it may not exist.
#[derive(Clone, Debug)]
pub struct Origin {
    pub handle: Handle,
    pub name: Arc<str>,
    pub written: Written,
    pub presence: Vec<Doubt>,
}

/// An instance with what is needed to read it.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub catalogue: &'a Catalogue<'a>,
    pub handle: Handle,
    pub view: View<'a>,
    /// Where somebody asks what each reference became.
    pub record: Option<&'a Record>,
}

impl Inventory {
    #[must_use]
    pub fn read(catalogue: &Catalogue<'_>) -> Inventory {
        Inventory::read_and_record(catalogue, None)
    }

    /// The same, and remembers what each reference became.
    #[must_use]
    pub fn read_and_record(catalogue: &Catalogue<'_>, record: Option<&Record>) -> Inventory {
        let mut inventory = Inventory::default();
        for handle in catalogue.handles() {
            let Some(view) = catalogue.view(handle) else {
                continue;
            };
            let reader = Reader {
                catalogue,
                handle,
                view,
                record,
            };
            let kind = &*view.instance.address.kind;
            let read = match kind.split('_').next() {
                Some("azurerm") => azurerm::read(&reader, &mut inventory),
                Some("azapi") => azapi::read(&reader, &mut inventory),
                Some("nsxt") => nsxt::read(&reader, &mut inventory),
                Some("vsphere") => vsphere::read(&reader, &mut inventory),
                _ => false,
            };
            if !read {
                inventory.unread.push(handle);
            }
        }
        inventory.azure.join_zone_groups();
        native::complete(&mut inventory);
        inventory
    }
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin {
            handle: self.handle,
            name: self.view.address(),
            written: self.view.written(),
            presence: self.view.presence(),
        }
    }

    /// The same instance, seen at one of its blocks.
    #[must_use]
    pub fn inside(&self, view: View<'a>) -> Reader<'a> {
        Reader { view, ..*self }
    }

    /// What an attribute refers to.
    #[must_use]
    pub fn reference(&self, names: &[&str]) -> Reference {
        self.resolve(self.view.any_of(names))
    }

    #[must_use]
    pub fn resolve(&self, value: Option<&Value>) -> Reference {
        let reference = self.catalogue.resolve(self.view.input, value);
        self.remember(value, &reference);
        reference
    }

    /// What the elements of a list or set refer to, unknown ones included.
    #[must_use]
    pub fn resolve_all(&self, value: Option<&Value>) -> Vec<Reference> {
        let references = self.catalogue.resolve_all(self.view.input, value);
        for reference in &references {
            self.remember(value, reference);
        }
        references
    }

    /// The resource of this ARM type that an attribute names, in the resource group named beside it.
    #[must_use]
    pub fn named(&self, kind: &str, name: Option<&Value>) -> Reference {
        let group = self.view.get("resource_group_name");
        let reference = self.catalogue.by_names(self.handle, group, &[(kind, name)]);
        self.remember(name, &reference);
        reference
    }

    fn remember(&self, value: Option<&Value>, reference: &Reference) {
        if let (Some(record), Some(value)) = (self.record, value) {
            record.remember(self.handle, &self.view, value, reference);
        }
    }

    /// Whether this instance is another sight of one that is read by itself (a data source of what an
    /// input manages).
    #[must_use]
    pub fn is_alias(&self) -> bool {
        self.catalogue.canonical(self.handle).0 != self.handle
    }
}
