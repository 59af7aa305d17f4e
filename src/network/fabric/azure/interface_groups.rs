//! Security groups of network interfaces, also where it is not known whose or which.

use std::collections::HashMap;

use super::Azure;
use crate::network::catalogue::Handle;
use crate::network::join::Reference;
use crate::network::model::Doubt;

/// So many groups are told apart of which it is not known whose they are.
const MOST_ANYWHERE: usize = 16;

/// Security groups of network interfaces, each with why it may not be one's.
#[derive(Default)]
pub(super) struct InterfaceGroups {
    own: HashMap<Handle, Vec<(Handle, Vec<Doubt>)>>,
    /// Of an interface of which it is not known which.
    anywhere: Vec<(Handle, Vec<Doubt>)>,
    /// Groups of an interface that no input defines; those of no known interface too.
    unknown: HashMap<Option<Handle>, Vec<Doubt>>,
}

impl InterfaceGroups {
    fn add(&mut self, to: Option<Handle>, group: Handle, doubts: Vec<Doubt>) {
        match to {
            Some(to) => self.own.entry(to).or_default().push((group, doubts)),
            None if self.anywhere.len() < MOST_ANYWHERE => self.anywhere.push((group, doubts)),
            None => doubts
                .into_iter()
                .take(1)
                .for_each(|doubt| self.note(None, doubt)),
        }
    }

    fn note(&mut self, to: Option<Handle>, doubt: Doubt) {
        let own = self.unknown.entry(to).or_default();
        if own.len() < MOST_ANYWHERE {
            own.push(doubt);
        }
    }

    pub(super) fn of(&self, interface: Option<Handle>) -> impl Iterator<Item = &(Handle, Vec<Doubt>)> {
        let own = interface.and_then(|handle| self.own.get(&handle));
        let anywhere = self.anywhere.iter().filter(move |_| interface.is_some());
        own.into_iter().flatten().chain(anywhere)
    }

    /// Why it is not known what an interface lets through.
    pub(super) fn unknown(&self, interface: Option<Handle>) -> impl Iterator<Item = &Doubt> {
        let own = [interface, None].into_iter().filter(move |_| interface.is_some());
        own.filter_map(|of| self.unknown.get(&of)).flatten()
    }
}

impl Azure<'_, '_> {
    /// Security groups of network interfaces.
    pub(super) fn interface_groups(&self) -> InterfaceGroups {
        let mut groups = InterfaceGroups::default();
        for association in &self.fabric.inventory.azure.security_associations {
            let presence = &association.origin.presence;
            let mut ends: Vec<(Option<Handle>, Vec<Doubt>)> = Vec::new();
            for (to, unsure) in association.to.candidates() {
                ends.push((Some(to), presence.iter().cloned().chain(unsure).collect()));
            }
            if let Reference::Unknown(doubt) = &association.to
                && self.is_of_interface(association.origin.handle)
            {
                ends.push((None, vec![doubt.clone()]));
            }
            for (to, doubts) in ends {
                for (group, unsure) in association.what.candidates() {
                    groups.add(to, group, doubts.iter().cloned().chain(unsure).collect());
                }
                if let Reference::Unknown(doubt) | Reference::Outside(_, doubt) = &association.what {
                    groups.note(to, doubt.clone());
                }
            }
        }
        groups
    }

    /// Whether an association is one of network interfaces, not of subnets.
    fn is_of_interface(&self, association: Handle) -> bool {
        let view = self.fabric.catalogue.view(association);
        view.is_some_and(|view| {
            view.instance
                .address
                .kind
                .starts_with("azurerm_network_interface")
        })
    }
}
