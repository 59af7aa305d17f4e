//! Circuit to circuit without a gateway: Global Reach and links between private clouds.

use super::Azure;
use super::exchange::{learned_route, with_doubts};
use crate::network::fabric::Announced;
use crate::network::inventory::Origin;
use crate::network::inventory::avs::Owner;
use crate::network::join::Reference;
use crate::network::model::{Forward, HopKind};

impl Azure<'_, '_> {
    pub(super) fn reach(&mut self) {
        let inventory = self.fabric.inventory;
        for reach in &inventory.azure.reaches {
            self.join_far(
                &reach.origin,
                &reach.one,
                &reach.other,
                "Global Reach joins the two circuits",
            );
        }
        for reach in &inventory.avs.global_reach {
            self.join_far(
                &reach.origin,
                owner(&reach.owner),
                &reach.peer,
                "Global Reach joins the two circuits",
            );
        }
        for link in &inventory.avs.cloud_links {
            self.join_far(
                &link.origin,
                owner(&link.owner),
                &link.peer,
                "a link joins the two private clouds",
            );
        }
    }

    fn join_far(&mut self, origin: &Origin, one: &Reference, other: &Reference, because: &str) {
        match (self.far_end(one), self.far_end(other)) {
            (Some(one), Some(other)) if one != other => {
                self.one_way(origin, one, other, because);
                self.one_way(origin, other, one, because);
            }
            (Some(far), None) => self.reach_beyond(origin, far, other),
            (None, Some(far)) => self.reach_beyond(origin, far, one),
            _ => {}
        }
    }

    /// `from` gets routes to what `to` announces.
    fn one_way(&mut self, origin: &Origin, from: usize, to: usize, because: &str) {
        let (Some(start), Some(end)) = (self.far.get(from).map(|far| far.node), self.far.get(to)) else {
            return;
        };
        let (node, announces) = (end.node, end.announces.clone());
        let link = self.link(
            start,
            node,
            &origin.name,
            HopKind::ExpressRoute,
            &origin.written,
            because,
        );
        let announces: Vec<Announced> = announces
            .into_iter()
            .map(|announced| with_doubts(announced, &origin.presence))
            .collect();
        for announced in &announces {
            self.add_route(start, learned_route(announced, Forward::Link(link)));
        }
        if let Some(far) = self.far.get_mut(from) {
            far.told.extend(announces);
        }
    }

    /// The other circuit is in no input: what it announces may be anything.
    fn reach_beyond(&mut self, origin: &Origin, far: usize, other: &Reference) {
        let doubt = other
            .doubt()
            .cloned()
            .unwrap_or_else(|| crate::network::model::Doubt {
                what: format!("the circuit that `{}` leads to", origin.name).into(),
                decided_by: "the input (directory, plan or state) that defines it".into(),
                at: origin.written.at,
            });
        // Whatever it may lead to may be led to.
        if matches!(other, Reference::Unknown(_) | Reference::Either(..)) {
            self.perhaps_connected(&doubt);
            return;
        }
        if let Some(node) = self.far.get(far).map(|far| far.node) {
            self.add_route(
                node,
                super::perhaps_anywhere(vec![doubt], "a circuit that is in no input may lead there"),
            );
        }
    }
}

fn owner(owner: &Owner) -> &Reference {
    owner.reference()
}
