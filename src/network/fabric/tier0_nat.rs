//! Translation on the tier-0, or on a gateway that no input defines: what it does to the packets that
//! its rules match is not modelled, and so is not known.

use super::Fabric;
use super::clouds::Site;
use super::nsx_groups::Members;
use super::nsx_nat::base;
use super::nsx_rules::{Face, plain_line};
use super::owners::Gateway;
use crate::network::inventory::nsx::NatAction;
use crate::network::model::{Action, Doubt, Filter, HopKind, Line, NotUnderstood};

/// A private cloud's tier-0 is Microsoft's to configure (Microsoft Learn, "Azure VMware Solution
/// networking and interconnectivity concepts"); rules there are unusual, and whatever a tier-1 sends
/// beyond itself passes them.
pub fn build(fabric: &mut Fabric<'_>, site: &Site<'_>, members: &Members<'_>) {
    let mut lines = Vec::new();
    for located in &site.nat {
        let rule = located.of;
        let modelled = site
            .owners
            .gateway(&rule.gateway)
            .is_some_and(|gateway| gateway != Gateway::Tier0 && site.gateways.contains_key(&gateway));
        if modelled
            || matches!(
                rule.action.value,
                Ok(NatAction::NoSource | NatAction::NoDestination | NatAction::ToIpv6)
            )
        {
            continue;
        }
        let doubt = rule.gateway.doubt().cloned().unwrap_or_else(|| Doubt {
            what: format!("what `{}` translates on the tier-0", rule.origin.name).into(),
            decided_by: "nothing: translation on the tier-0 is not modelled".into(),
            at: rule.origin.written.at,
        });
        let reflexive = matches!(rule.action.value, Ok(NatAction::Reflexive) | Err(_));
        let faces = if reflexive {
            &[Face::Out, Face::In][..]
        } else {
            &[Face::Out]
        };
        for face in faces {
            lines.extend(base(rule, members, *face).map(|line| Line {
                action: Action::Deny,
                because: format!("translation rule `{}` may apply", rule.name).into(),
                doubts: line.doubts.iter().chain([&doubt]).cloned().collect(),
                ..line
            }));
        }
        fabric.network.not_understood.push(NotUnderstood {
            address: rule.origin.name.clone(),
            on_path: false,
            why: "translation on the tier-0, or on a gateway that no input defines, is not modelled".into(),
            written: rule.origin.written.clone(),
        });
    }
    if lines.is_empty() {
        return;
    }
    let origin = &site.cloud.origin;
    let filter = fabric.network.add_filter(Filter {
        name: origin.name.clone(),
        kind: HopKind::Nat,
        written: origin.written.clone(),
        lines,
        otherwise: plain_line(
            "no translation",
            Action::Allow,
            "no translation rule matches",
            origin.written.clone(),
        ),
        point: format!("{} tier-0 translation", origin.name).into(),
        transit: false,
    });
    if let Some(tier0) = fabric.node_mut(site.tier0) {
        tier0.inspects.push(filter);
    }
}
