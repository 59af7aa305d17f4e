//! What a plan alone joined by an assumption: values of the site file to the instance with an equal key,
//! and what is in a private cloud to the only one there is.

use super::decided::Decided;
use super::situation::SiteView;
use crate::evaluate::values::value::{Kind, Value};
use crate::network::model::{Assumption, Network};

/// The assumptions that a decision of a site rests on: about the site itself, and about the roles that
/// its flows are between; a decision without flows may rest on any role.
pub fn assumptions<'s>(
    network: &Network,
    sites: impl Iterator<Item = &'s SiteView<'s>>,
    decided: &Decided,
) -> Vec<Assumption> {
    let mut assumptions = Vec::new();
    let involved = |role: &str| {
        let mut flows = decided.flows.iter();
        decided.flows.is_empty() || flows.any(|flow| &*flow.from.role == role || &*flow.to.role == role)
    };
    for site in sites {
        let cloud = site
            .cloud
            .as_ref()
            .ok()
            .and_then(|index| network.clouds.get(*index));
        assumptions.extend(cloud.iter().flat_map(|cloud| cloud.contents.iter().cloned()));
        let Some(entry) = site.entry else { continue };
        assumptions.extend(entry.private_cloud.iter().filter_map(assumed));
        for role in entry.roles.iter().filter(|role| involved(&role.name)) {
            let segments = role
                .attachments
                .iter()
                .filter_map(|attached| attached.segment.as_ref());
            assumptions.extend(segments.chain(&role.resource).filter_map(assumed));
        }
    }
    assumptions
}

fn assumed(value: &Value) -> Option<Assumption> {
    let Kind::Unknown(unknown) = &value.kind else {
        return None;
    };
    unknown.same_key.then(|| Assumption {
        code: "same-key",
        text: format!(
            "the key that the site file asks for is that of the instance ({})",
            unknown.symbol
        )
        .into(),
    })
}
