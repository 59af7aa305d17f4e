//! The values of the site file that a plan alone joined to a resource because instance keys are equal.

use super::decided::Decided;
use super::situation::SiteView;
use crate::evaluate::value::{Kind, Value};
use crate::network::model::Assumption;

/// The assumptions that a decision of a site rests on: about the site itself, and about the roles that
/// its flows are between; a decision without flows may rest on any role.
pub fn by_key<'s>(sites: impl Iterator<Item = &'s SiteView<'s>>, decided: &Decided) -> Vec<Assumption> {
    let mut assumptions = Vec::new();
    let involved = |role: &str| {
        let mut flows = decided.flows.iter();
        decided.flows.is_empty() || flows.any(|flow| &*flow.from.role == role || &*flow.to.role == role)
    };
    for entry in sites.filter_map(|site| site.entry) {
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
