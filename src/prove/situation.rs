//! The sites in play and what in the network each of them is.

use std::sync::Arc;

use super::pack::{Pack, RoleKind, Scope};
use super::site::{Purpose, RoleEntry, Site, SiteFile, SiteKind};
use crate::evaluate::values::value::Value;
use crate::network::doubt::{doubt, doubt_of};
use crate::network::join::Thing;
use crate::network::model::{Cloud, Doubt, Network, NodeId, Written};
use crate::paths::Graph;

/// Everything that deciding looks at.
pub struct Situation<'a> {
    pub network: &'a Network,
    pub graph: &'a Graph<'a>,
    pub file: &'a SiteFile,
    pub sites: Vec<SiteView<'a>>,
    /// The roles that are DNS servers, in any pack.
    dns: Vec<Arc<str>>,
}

/// A site, joined with the network.
#[derive(Clone, Debug)]
pub struct SiteView<'a> {
    pub label: Arc<str>,
    pub kind: SiteKind,
    pub purpose: Purpose,
    /// Its block in the site file, where there is one.
    pub entry: Option<&'a Site>,
    /// Index into [`Network::clouds`], or why it is not known.
    pub cloud: Result<usize, Doubt>,
    /// Of an on-premises site: where it lies in the network.
    pub node: Result<NodeId, Doubt>,
    pub written: Written,
}

impl<'a> Situation<'a> {
    #[must_use]
    pub fn new(graph: &'a Graph<'a>, file: &'a SiteFile, packs: &[Pack]) -> Situation<'a> {
        let network = graph.network();
        let sites = if file.sites.is_empty() {
            clouds_as_sites(network)
        } else {
            file.sites.iter().map(|site| view(network, file, site)).collect()
        };
        Situation {
            network,
            graph,
            file,
            sites,
            dns: packs
                .iter()
                .flat_map(|pack| &pack.roles)
                .filter(|role| role.kind == RoleKind::DnsServer)
                .map(|role| role.name.clone())
                .collect(),
        }
    }

    /// Whether a role is one of DNS servers.
    #[must_use]
    pub fn is_dns(&self, role: &str) -> bool {
        self.dns.iter().any(|name| &**name == role)
    }

    /// The sites for which a row of this scope is decided one by one.
    pub fn of_scope(&self, scope: Scope) -> impl Iterator<Item = &SiteView<'a>> {
        self.sites.iter().filter(move |site| match scope {
            Scope::Avs => site.kind == SiteKind::Avs,
            Scope::OnPremises => site.kind == SiteKind::OnPremises,
            Scope::All => true,
        })
    }

    /// A site's private cloud.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn cloud(&self, site: &SiteView) -> Result<&'a Cloud, Doubt> {
        let index = site.cloud.clone()?;
        let missing = || {
            doubt(
                format!("the private cloud of site `{}`", site.label),
                "`private_cloud`",
            )
        };
        self.network.clouds.get(index).ok_or_else(missing)
    }

    /// What a value of the site file means.
    #[must_use]
    pub fn locate(&self, value: &Value) -> Option<Thing> {
        self.network.locate(self.file.input, value)
    }

    /// The block of a role: the site's own, or that of the one other site that declares it where the
    /// role is of a kind that sites share.
    #[must_use]
    pub fn entry(&self, site: &SiteView<'a>, role: &str, shared: bool) -> Option<&'a RoleEntry> {
        let own = site.entry.and_then(|entry| entry.role(role));
        if own.is_some() || !shared {
            return own;
        }
        self.file.sites.iter().find_map(|other| other.role(role))
    }

    /// A setting of the pack.
    #[must_use]
    pub fn setting(&self, pack: &Pack, name: &str) -> Option<&'a super::site::SettingValue> {
        self.file.setting(pack.settings_block.as_deref(), name)
    }
}

fn clouds_as_sites(network: &Network) -> Vec<SiteView<'static>> {
    let purpose = Purpose::Both;
    let only = network.clouds.len() == 1;
    network
        .clouds
        .iter()
        .enumerate()
        .map(|(index, cloud)| SiteView {
            label: cloud.name.clone(),
            kind: SiteKind::Avs,
            purpose: if only { purpose } else { Purpose::Recovery },
            entry: None,
            cloud: Ok(index),
            node: Err(doubt("an on-premises network", "a `site` block")),
            written: cloud.written.clone(),
        })
        .collect()
}

fn view<'a>(network: &Network, file: &SiteFile, site: &'a Site) -> SiteView<'a> {
    let purpose = site.purpose.unwrap_or(match site.kind {
        SiteKind::OnPremises => Purpose::Protected,
        SiteKind::Avs if file.sites.len() == 1 => Purpose::Both,
        SiteKind::Avs => Purpose::Recovery,
    });
    SiteView {
        label: site.label.clone(),
        kind: site.kind,
        purpose,
        entry: Some(site),
        cloud: cloud_of(network, file, site),
        node: node_of(network, site),
        written: site.written.clone(),
    }
}

fn cloud_of(network: &Network, file: &SiteFile, site: &Site) -> Result<usize, Doubt> {
    let unknown = |what: String| Doubt {
        at: site.written.at,
        ..doubt(what, format!("`private_cloud` of site `{}`", site.label))
    };
    if site.kind != SiteKind::Avs {
        return Err(unknown(format!(
            "a private cloud of site `{}`, which is none",
            site.label
        )));
    }
    match &site.private_cloud {
        Some(value) => match network.locate(file.input, value) {
            Some(Thing::Cloud(index)) => Ok(index),
            _ if !value.is_known() => Err(doubt_of(value)),
            _ => Err(unknown(format!(
                "the private cloud of site `{}`, which no input defines",
                site.label
            ))),
        },
        None => match network.clouds.len() {
            1 => Ok(0),
            0 => Err(unknown(format!(
                "the private cloud of site `{}`: no input has one",
                site.label
            ))),
            _ => Err(unknown(format!("which private cloud site `{}` is", site.label))),
        },
    }
}

fn node_of(network: &Network, site: &Site) -> Result<NodeId, Doubt> {
    let found = network
        .on_premises
        .iter()
        .find(|place| place.site.as_ref() == Some(&site.label));
    let missing = || Doubt {
        at: site.written.at,
        ..doubt(
            format!("how site `{}` is connected", site.label),
            "`connected_by` and `address_space` in its block",
        )
    };
    found.map(|place| place.node).ok_or_else(missing)
}
