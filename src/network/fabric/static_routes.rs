//! Static routes of NSX gateways (documentation of `nsxt_policy_static_route`): what is at their next
//! hops is not in Terraform, so what is sent there may fare in any way. Everything else is as before.

use super::cloud_routes::{prefixes, push, route};
use super::clouds::Site;
use super::owners::Gateway;
use super::uplinks::Uplink;
use super::{Announced, Fabric};
use crate::network::doubt::doubt;
use crate::network::inventory::avs::StaticRoute;
use crate::network::model::{Doubt, Forward, NodeId, NotUnderstood, Route};

pub fn static_routes(
    fabric: &mut Fabric<'_>,
    site: &Site<'_>,
    uplinks: &[(Gateway, NodeId, Uplink)],
    announces: &mut Vec<Announced>,
) {
    for located in &site.static_routes {
        let own = located.of;
        let mut doubts: Vec<Doubt> = vec![beyond(own)];
        doubts.extend(located.doubt.clone());
        let gateway = site.owners.gateway(&own.gateway);
        let at = uplinks.iter().find(|(of, ..)| Some(of) == gateway.as_ref());
        let mut nodes: Vec<NodeId> = match (at, &gateway) {
            (Some((_, node, _)), _) => vec![*node],
            (None, Some(Gateway::Tier0)) => vec![site.tier0],
            // On a gateway that is not known it may be on any.
            _ => {
                doubts.extend(own.gateway.doubt().cloned());
                uplinks
                    .iter()
                    .map(|(_, node, _)| *node)
                    .chain([site.tier0])
                    .collect()
            }
        };
        if told(site, gateway.as_ref()) && !nodes.contains(&site.tier0) {
            nodes.push(site.tier0);
        }
        for (destinations, length) in prefixes(&own.destinations) {
            for node in &nodes {
                let because = "a static route leads to a next hop that is not modelled";
                let unknown = Route {
                    place: Some(own.origin.name.clone()),
                    name: "static route".into(),
                    doubts: doubts.clone(),
                    ..route(
                        destinations.clone(),
                        length,
                        Forward::Unknown,
                        because,
                        &own.origin.written,
                    )
                };
                push(fabric, *node, unknown);
            }
            if nodes.contains(&site.tier0) {
                announces.push(Announced {
                    destinations,
                    length,
                    because: format!("`{}` is a static route of the private cloud", own.origin.name).into(),
                    written: own.origin.written.clone(),
                    doubts: doubts.clone(),
                    assumptions: Vec::new(),
                });
            }
        }
        fabric.network.not_understood.push(NotUnderstood {
            address: own.origin.name.clone(),
            on_path: false,
            why: "what is at the next hop of a static route is not in Terraform".into(),
            written: own.origin.written.clone(),
        });
    }
}

fn beyond(own: &StaticRoute) -> Doubt {
    Doubt {
        at: own.origin.written.at,
        ..doubt(
            format!("what the next hop of `{}` does with packets", own.origin.name),
            "nothing: what is at a next hop is not in Terraform",
        )
    }
}

/// Whether the tier-0 may hear of a gateway's static routes.
fn told(site: &Site<'_>, gateway: Option<&Gateway>) -> bool {
    let Some(Gateway::Tier1(handle)) = gateway else {
        return true;
    };
    let own = site.tier1s.iter().find(|tier1| tier1.of.origin.handle == *handle);
    own.is_none_or(|tier1| tier1.of.advertises_static.value != Ok(false))
}
