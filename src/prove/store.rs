//! Which storage account is a site's object store.

use std::sync::Arc;

use super::pack::Role;
use super::situation::{SiteView, Situation};
use super::suggest;
use crate::network::doubt::{doubt, doubt_of};
use crate::network::join::Thing;
use crate::network::model::{Doubt, Store};

/// A storage account, and what says that it is the one.
#[derive(Clone)]
pub struct Found<'a> {
    pub index: usize,
    pub store: &'a Store,
    pub known_from: Arc<str>,
}

/// The account of the site file, or the only one in the inputs.
///
/// # Errors
/// What is not known: none is named and there is none, or more than one; the one named is in no input.
pub fn find<'a>(situation: &Situation<'a>, site: &SiteView<'a>, role: &Role) -> Result<Found<'a>, Doubt> {
    let network = situation.network;
    let found = |index: usize, known_from: &str| {
        let store = network.stores.get(index)?;
        Some(Found {
            index,
            store,
            known_from: known_from.into(),
        })
    };
    let entry = situation.entry(site, &role.name, true);
    if let Some((value, entry)) = entry.and_then(|entry| Some((entry.resource.as_ref()?, entry))) {
        let located = match situation.locate(value) {
            Some(Thing::Store(index)) => found(index, "site file"),
            _ => None,
        };
        return located.ok_or_else(|| {
            if !value.is_known() {
                return doubt_of(value);
            }
            Doubt {
                at: entry.written.at,
                ..doubt(
                    format!(
                        "the storage account that `role \"{}\"` names: no input defines it",
                        role.name
                    ),
                    "the input that defines it",
                )
            }
        });
    }
    let say = format!("`role \"{}\"` with `resource` in the site file", role.name);
    match network.stores.as_slice() {
        [_] => found(0, "the only one in the configuration").ok_or_else(|| doubt("the storage account", say)),
        [] => Err(doubt(
            "which storage account is the object store: no input has one".to_owned(),
            say,
        )),
        several => {
            let names: Vec<&str> = several.iter().map(|store| &*store.name).collect();
            Err(doubt(
                format!("which of {} is the object store", suggest::list(&names)),
                say,
            ))
        }
    }
}
