//! Which private cloud something belongs to, and which NSX gateway a reference means.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Fabric;
use crate::network::catalogue::{Catalogue, Handle};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::{Avs, Owner};
use crate::network::join::Reference;
use crate::network::model::{Assumption, Doubt};
use crate::traffic::Addresses;

/// Clouds by handle and by ARM key.
#[derive(Debug)]
pub struct Owners<'a> {
    catalogue: &'a Catalogue<'a>,
    avs: &'a Avs,
    by_handle: HashMap<Handle, usize>,
    by_key: HashMap<Arc<str>, usize>,
    count: usize,
    /// The blocks of management networks: a manager may be named by its address.
    blocks: Vec<Addresses>,
    /// Only one NSX Manager is spoken to, and no provider configuration says whose it is.
    only_manager: bool,
}

/// A gateway of one private cloud.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gateway {
    Tier0,
    /// The tier-1 that the private cloud comes with.
    Default,
    Tier1(Handle),
    /// One that no input defines, by the path or the symbol it is referred to.
    Outside(Arc<str>),
}

impl<'a> Owners<'a> {
    #[must_use]
    pub fn new(fabric: &Fabric<'a>) -> Owners<'a> {
        let (catalogue, avs) = (fabric.catalogue, &fabric.inventory.avs);
        let clouds = || avs.clouds.iter().enumerate();
        Owners {
            catalogue,
            avs,
            by_handle: clouds()
                .map(|(index, cloud)| (cloud.origin.handle, index))
                .collect(),
            by_key: clouds()
                .filter_map(|(index, cloud)| Some((catalogue.key(cloud.origin.handle)?.clone(), index)))
                .collect(),
            count: avs.clouds.len(),
            blocks: clouds().map(|(_, cloud)| cloud.block.lower.clone()).collect(),
            only_manager: false,
        }
        .with_managers()
    }

    /// One NSX Manager for one private cloud is that cloud's, whatever it is called. Several, or one
    /// beside that of the cloud, are not.
    fn with_managers(mut self) -> Owners<'a> {
        let avs = self.avs;
        let owners = (avs.segments.iter().map(|segment| &segment.owner))
            .chain(avs.tier1s.iter().map(|tier1| &tier1.owner))
            .chain(avs.policies.iter().map(|policy| &policy.owner))
            .chain(avs.rules.iter().map(|lone| &lone.owner))
            .chain(avs.nat_rules.iter().map(|rule| &rule.owner));
        let mut names = BTreeSet::new();
        for owner in owners {
            if let Owner::Manager(reference) = owner {
                let name = match self.named(reference) {
                    Some(_) => Arc::from(""),
                    None => reference
                        .doubt()
                        .map_or_else(|| Arc::from("-"), |doubt| doubt.what.clone()),
                };
                names.insert(name);
            }
        }
        self.only_manager = names.len() <= 1;
        self
    }

    /// Whether something belongs to an NSX Manager that is certainly none of the private clouds'.
    #[must_use]
    pub fn is_elsewhere(&self, owner: &Owner) -> bool {
        matches!(owner, Owner::Manager(Reference::Outside(_, doubt)) if doubt.what.starts_with('`'))
            && self.cloud(owner).is_none()
            && self.count == 1
    }

    /// The index of the private cloud, and the doubt that it is that one.
    #[must_use]
    pub fn cloud(&self, owner: &Owner) -> Option<(usize, Option<Doubt>)> {
        let reference = owner.reference();
        if let Some(index) = self.named(reference) {
            return Some((index, None));
        }
        let by_manager = matches!(owner, Owner::Manager(_));
        if by_manager && self.count == 1 && self.only_manager {
            return Some((0, None));
        }
        if self.only_one_created(owner).is_some() {
            return Some((0, None));
        }
        let unknown = matches!(
            reference,
            Reference::Unknown(_) | Reference::Either(..) | Reference::None
        );
        (self.count == 1 && unknown && !by_manager).then(|| (0, reference.doubt().cloned()))
    }

    /// An id that is unknown until the apply is made from something that the plan creates; where that can
    /// be one private cloud only, it is that one's, as far as the inputs show every one.
    #[must_use]
    pub fn only_one_created(&self, owner: &Owner) -> Option<Assumption> {
        let (Owner::Planned(Reference::Unknown(_)), [cloud]) = (owner, &*self.avs.clouds) else {
            return None;
        };
        let view = self.catalogue.view(cloud.origin.handle)?;
        let created = self.catalogue.managed(cloud.origin.handle) && view.get("id").is_none();
        created.then(|| Assumption {
            code: "closed-world",
            text: format!(
                "what the plan creates below a private cloud is below `{}`: no input has another",
                cloud.origin.name
            )
            .into(),
        })
    }

    /// The doubt of something that belongs to a private cloud, and nothing says to which.
    #[must_use]
    pub fn homeless(&self, owner: &Owner, name: &str) -> Doubt {
        let reference = owner.reference();
        reference.doubt().cloned().unwrap_or_else(|| {
            doubt(
                format!("the private cloud that `{name}` belongs to"),
                "a provider configuration whose `host` refers to the private cloud's `nsxt_manager_endpoint`",
            )
        })
    }

    fn named(&self, reference: &Reference) -> Option<usize> {
        if let Reference::Outside(text, _) = reference {
            let host = text.trim_start_matches("https://").trim_end_matches('/');
            let address = host.parse().ok()?;
            return self.blocks.iter().position(|block| block.contains(address));
        }
        let Reference::To(target) = reference else {
            return None;
        };
        if let Some(index) = self.by_handle.get(&target.handle) {
            return Some(*index);
        }
        // Something below the cloud: its key begins with the cloud's.
        let key = self.catalogue.key(target.handle)?;
        let marker = "microsoft.avs/privateclouds/";
        let name = key.find(marker)? + marker.len();
        let end = key.get(name..)?.find('/').map_or(key.len(), |slash| name + slash);
        self.by_key.get(key.get(..end)?).copied()
    }

    /// Which gateway a reference means; `None` where it is left out.
    #[must_use]
    pub fn gateway(&self, reference: &Reference) -> Option<Gateway> {
        Some(match reference {
            Reference::None => return None,
            Reference::To(target) => self.gateway_at(target.handle),
            Reference::Outside(text, _) => self.gateway_named(text),
            Reference::Unknown(doubt) | Reference::Either(_, doubt) => Gateway::Outside(doubt.what.clone()),
        })
    }

    fn gateway_at(&self, handle: Handle) -> Gateway {
        if self.avs.tier1s.iter().any(|tier1| tier1.origin.handle == handle) {
            return Gateway::Tier1(handle);
        }
        let Some(view) = self.catalogue.view(handle) else {
            return Gateway::Outside("".into());
        };
        if view.instance.address.kind.contains("tier0_gateway") {
            return Gateway::Tier0;
        }
        // A data source: by the name it looks for.
        match view
            .any_of(&["display_name", "path", "id"])
            .and_then(|value| value.as_str().map(Arc::from))
        {
            Some(name) => match self.gateway_named(&name) {
                Gateway::Outside(_) => Gateway::Outside(view.address()),
                known => known,
            },
            None => Gateway::Outside(view.address()),
        }
    }

    fn gateway_named(&self, text: &str) -> Gateway {
        let mut steps = text
            .split('/')
            .skip_while(|step| !matches!(*step, "tier-1s" | "tier-0s"));
        let (folder, name) = (steps.next(), steps.next());
        let name = name.unwrap_or_else(|| text.rsplit('/').next().unwrap_or(text));
        if folder == Some("tier-0s") || is_delivered(name, "-T0") {
            return Gateway::Tier0;
        }
        if is_delivered(name, "-T1") {
            return Gateway::Default;
        }
        let called = |known: &str| known.eq_ignore_ascii_case(name);
        let own = self.avs.tier1s.iter().find(|tier1| {
            let path = self.catalogue.path(tier1.origin.handle);
            tier1.display_name.value.as_deref().is_ok_and(called)
                || path.is_some_and(|path| path.rsplit('/').next().is_some_and(called))
        });
        own.map_or_else(
            || Gateway::Outside(text.into()),
            |tier1| Gateway::Tier1(tier1.origin.handle),
        )
    }
}

/// `TNT86-T1`, as Azure VMware Solution names the gateways it delivers
/// (Microsoft Learn, "Configure NSX network components using Azure VMware Solution").
fn is_delivered(name: &str, suffix: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("TNT")
        .and_then(|rest| rest.strip_suffix(suffix))
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
