//! What the words for an end mean: a role, addresses, a resource, a name, a service tag.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::Answer;
use crate::network::join::Thing;
use crate::network::model::{Assumption, RecordData};
use crate::network::service_tags::ServiceTags;
use crate::prove::pack::{Pack, Role};
use crate::prove::situation::Situation;
use crate::prove::suggest;
use crate::source::Diagnostic;
use crate::traffic::Addresses;

/// Where ends are looked up.
pub struct Known<'s> {
    pub situation: &'s Situation<'s>,
    pub packs: &'s [Pack],
    pub tags: &'s ServiceTags,
}

/// An end, as far as its words tell.
pub enum End<'s> {
    Role {
        pack: &'s Pack,
        role: &'s Role,
        /// Index into the sites, where the words name one.
        site: Option<usize>,
    },
    Addresses(Named),
    /// Several where the resource has several instances.
    Things {
        text: Arc<str>,
        things: Vec<Thing>,
    },
    /// Lower case, without final dot.
    Name(Arc<str>),
}

/// Addresses, and how they are called.
pub struct Named {
    pub text: Arc<str>,
    pub addresses: Addresses,
    pub known_from: Arc<str>,
    pub assumptions: Vec<Assumption>,
}

impl<'s> End<'s> {
    pub fn is_role(&self) -> bool {
        matches!(self, End::Role { .. })
    }

    pub fn site(&self) -> Option<usize> {
        match self {
            End::Role { site, .. } => *site,
            _ => None,
        }
    }

    pub fn pack(&self) -> Option<&'s Pack> {
        match self {
            End::Role { pack, .. } => Some(pack),
            _ => None,
        }
    }
}

/// More known ends are not listed for one that is not known.
const MOST_LISTED: usize = 12;

impl<'s> Known<'s> {
    /// What an end's words mean.
    pub fn end(&self, text: &str) -> Answer<End<'s>> {
        let text = text.trim();
        let (word, site) = match text.rsplit_once('@') {
            Some((word, label)) => (word, Some(self.site(label)?)),
            None => (text, None),
        };
        if let Some(end) = self.role(word, site) {
            return Ok(end);
        }
        if site.is_some() {
            return Err(self.unknown(word));
        }
        let found = addresses(text)
            .map(End::Addresses)
            .or_else(|| self.tag(text).map(End::Addresses))
            .or_else(|| self.resource(text))
            .or_else(|| self.name(text));
        found.ok_or_else(|| self.unknown(text))
    }

    fn role(&self, word: &str, site: Option<usize>) -> Option<End<'s>> {
        self.packs.iter().find_map(|pack| {
            let role = pack.role(word)?;
            Some(End::Role { pack, role, site })
        })
    }

    /// `Internet`, or a tag of the list.
    fn tag(&self, text: &str) -> Option<Named> {
        let named = |name: &str, addresses, assumptions| Named {
            text: name.into(),
            addresses,
            known_from: "service tag".into(),
            assumptions,
        };
        if text.eq_ignore_ascii_case("internet") {
            return Some(named("Internet", Addresses::public(), Vec::new()));
        }
        let tag = self.tags.get(text)?;
        let dated = Assumption {
            code: "service-tags",
            text: format!(
                "`{}` is what it was in the list of {}",
                tag.name,
                self.tags.label()
            )
            .into(),
        };
        Some(named(&tag.name, tag.addresses, vec![dated]))
    }

    /// An instance, every instance of a resource, or a data centre by its site's label.
    fn resource(&self, text: &str) -> Option<End<'s>> {
        let network = self.situation.network;
        let mut things = network.index.named(text);
        if things.is_empty() {
            let mut places = network.on_premises.iter();
            let place = places.position(|place| place.site.as_deref() == Some(text));
            things.extend(place.map(Thing::OnPremises));
        }
        (!things.is_empty()).then(|| End::Things {
            text: text.into(),
            things,
        })
    }

    /// A name: of a role whose block has it, of a record with addresses, or any other.
    fn name(&self, text: &str) -> Option<End<'s>> {
        if !is_name(text) {
            return None;
        }
        let name = text.trim_end_matches('.').to_ascii_lowercase();
        let owner = self.situation.sites.iter().enumerate().find_map(|(index, site)| {
            let owns = |fqdn: &Arc<str>| fqdn.trim_end_matches('.').eq_ignore_ascii_case(&name);
            let mut roles = site.entry?.roles.iter();
            let role = roles.find(|role| {
                let fqdn = role.fqdn.as_ref().and_then(|fqdn| fqdn.value.as_ref().ok());
                fqdn.is_some_and(owns)
            })?;
            self.role(&role.name, Some(index))
        });
        Some(owner.unwrap_or(End::Name(name.into())))
    }

    /// The addresses that private zones give a name, where they are known.
    pub fn recorded(&self, name: &str) -> Option<Named> {
        let zones = self.situation.network.naming.zones.iter();
        let records = zones.flat_map(|zone| &zone.records);
        let of_it = records.filter(|record| record.name.value.as_deref() == Ok(name));
        let mut sets = of_it.filter_map(|record| match &record.data {
            RecordData::Addresses(set) if set.is_exact() => Some(&set.lower),
            _ => None,
        });
        let first = sets.next()?;
        Some(Named {
            text: name.into(),
            addresses: sets.fold(first.clone(), |all, more| all.union(more)),
            known_from: "its record".into(),
            assumptions: Vec::new(),
        })
    }

    fn unknown(&self, text: &str) -> Box<Diagnostic> {
        let roles: BTreeSet<&str> = self
            .packs
            .iter()
            .flat_map(|pack| &pack.roles)
            .map(|role| &*role.name)
            .collect();
        let addresses = self.situation.network.index.names();
        let labels = self.situation.network.on_premises.iter();
        let labels = labels.filter_map(|place| place.site.as_deref());
        let all = roles
            .iter()
            .copied()
            .chain(addresses.iter().map(String::as_str))
            .chain(labels);
        let help = match suggest::nearest(text, all) {
            Some(near) => format!("did you mean `{near}`?"),
            None => listing(&roles, &addresses),
        };
        let summary = format!("`{text}` is no end that the inputs show");
        Box::new(Diagnostic::error("unknown-end", summary).help(help))
    }
}

fn listing(roles: &BTreeSet<&str>, addresses: &[String]) -> String {
    let roles: Vec<&str> = roles.iter().copied().collect();
    let mut help = format!(
        "an end is a role ({}; `role@site` where there are several sites), an address, a range or a CIDR, a name, a service tag, or a resource",
        suggest::list(&roles)
    );
    let shown: Vec<&str> = addresses.iter().take(MOST_LISTED).map(String::as_str).collect();
    if !shown.is_empty() {
        let more = addresses.len() - shown.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        help.push_str(&format!("; resources are {}{more}", suggest::list(&shown)));
    }
    help
}

/// `10.0.0.0/24`, `10.0.0.4-10.0.0.9`, or several separated by commas.
fn addresses(text: &str) -> Option<Named> {
    let parts: Option<Vec<Addresses>> = text.split(',').map(Addresses::parse).collect();
    Some(Named {
        text: text.into(),
        addresses: Addresses::union_all(&parts?),
        known_from: "the command line".into(),
        assumptions: Vec::new(),
    })
}

/// A host name of at least two labels; an underscore stands in Terraform's addresses, not in these.
fn is_name(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
    };
    let terraform = text.starts_with("module.") || text.starts_with("data.");
    text.contains('.') && !terraform && text.parse::<Ipv4Addr>().is_err() && text.split('.').all(label)
}
