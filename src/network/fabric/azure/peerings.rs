//! Peerings: a pair of halves that both exist, or none.

use super::{Azure, Peer};
use crate::network::inventory::azure::Peering;
use crate::network::model::{Doubt, NetworkFinding};
use crate::source::Severity;

impl Azure<'_, '_> {
    pub(super) fn find_peers(&mut self) {
        let peerings = &self.fabric.inventory.azure.peerings;
        let mut halves: std::collections::HashMap<(usize, usize), &Peering> =
            std::collections::HashMap::new();
        for peering in peerings {
            let net = |handle| self.by_network.get(&handle).copied();
            let own = peering.network.handle().and_then(net);
            let remote = peering.remote.handle().and_then(net);
            match (own, remote) {
                (Some(own), Some(remote)) => {
                    halves.insert((own, remote), peering);
                }
                (Some(own), None) => self.beyond(own, peering),
                (None, Some(remote)) => self.beyond(remote, peering),
                (None, None) => {}
            }
        }
        let mut pairs: Vec<_> = halves.iter().map(|(pair, peering)| (*pair, *peering)).collect();
        pairs.sort_by_key(|(pair, _)| *pair);
        for ((own, remote), half) in pairs {
            match halves.get(&(remote, own)) {
                Some(other) => self.peer(own, remote, half, other),
                None => self.one_sided(half),
            }
        }
    }

    fn peer(&mut self, own: usize, remote: usize, half: &Peering, other: &Peering) {
        let mut doubts: Vec<Doubt> = Vec::new();
        for half in [half, other] {
            doubts.extend(half.origin.presence.iter().cloned());
            doubts.extend(half.partial.iter().cloned());
            match &half.access {
                Ok(true) => {}
                Ok(false) => return,
                Err(doubt) => doubts.push(doubt.clone()),
            }
        }
        let mut assumptions = half.remote.assumptions().to_vec();
        assumptions.extend(other.remote.assumptions().iter().cloned());
        let gives_gateway = match (&half.gateway_transit, &other.remote_gateways) {
            (Ok(false), _) | (_, Ok(false)) => Ok(false),
            (Err(doubt), _) | (_, Err(doubt)) => Err(doubt.clone()),
            (Ok(true), Ok(true)) => Ok(true),
        };
        let peer = Peer {
            net: remote,
            name: half.origin.name.clone(),
            written: half.origin.written.clone(),
            doubts,
            assumptions,
            takes_forwarded: other.forwarded.clone(),
            takes_forwarded_written: other.forwarded_written.clone(),
            gives_gateway,
        };
        if let Some(net) = self.networks.get_mut(own) {
            net.peers.push(peer);
        }
    }

    /// Azure connects two networks only when both have a peering to the other.
    fn one_sided(&mut self, half: &Peering) {
        self.fabric.network.findings.push(NetworkFinding {
            id: "one-sided-peering",
            severity: Severity::Warning,
            summary: format!(
                "`{}` has no counterpart in the network it leads to",
                half.origin.name
            ),
            help: "a peering connects two networks only when each has one to the other".into(),
            written: half.origin.written.clone(),
        });
    }

    /// The far side of a peering is a network that no input defines: what it announces is not known.
    fn beyond(&mut self, net: usize, peering: &Peering) {
        let other = [&peering.remote, &peering.network]
            .into_iter()
            .find_map(|reference| self.why_unknown(reference));
        let doubt = other.unwrap_or_else(|| Doubt {
            what: format!("the network that `{}` leads to", peering.origin.name).into(),
            decided_by: "the input (directory, plan or state) that defines it".into(),
            at: peering.origin.written.at,
        });
        if let Some(net) = self.networks.get_mut(net) {
            net.beyond.push(doubt);
        }
    }
}
