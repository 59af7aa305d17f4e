//! Peerings: a pair of halves that both exist, or none. A half of which an end is not known is perhaps
//! a half of every network that it may be of.

use std::collections::HashMap;

use super::{Azure, Peer};
use crate::network::inventory::azure::Peering;
use crate::network::join::Reference;
use crate::network::model::{Doubt, NetworkFinding};
use crate::source::Severity;

/// So many possible halves are told apart; beyond that whatever crosses their networks is unknown.
const MOST_POSSIBLE: usize = 20_000;

/// What an end of a peering is among the networks of the inputs.
struct End {
    nets: Vec<usize>,
    /// Why it is not certain that it is one of them, and which.
    doubt: Option<Doubt>,
}

/// By the networks it leads from and to: a half, with why it may not be one of theirs.
type Halves<'a> = HashMap<(usize, usize), (&'a Peering, Vec<Doubt>)>;

impl<'a> Azure<'_, 'a> {
    pub(super) fn find_peers(&mut self) {
        let inventory = self.fabric.inventory;
        let mut halves = Halves::new();
        let mut possible = 0;
        for peering in &inventory.azure.peerings {
            let (own, remote) = (self.end(&peering.network), self.end(&peering.remote));
            possible += own.nets.len() * remote.nets.len();
            if possible > MOST_POSSIBLE {
                self.lost_among(&own, &remote);
                continue;
            }
            let doubts: Vec<Doubt> = own.doubt.iter().chain(&remote.doubt).cloned().collect();
            add(&mut halves, peering, &own, &remote, &doubts);
            // Unknown, it may as well be a network that no input defines.
            let leads_out = remote.nets.is_empty() || remote.doubt.is_some();
            let ends = if leads_out {
                &own.nets
            } else if own.nets.is_empty() {
                &remote.nets
            } else {
                continue;
            };
            ends.iter().for_each(|net| self.beyond(*net, peering));
        }
        self.pair(&halves);
    }

    fn pair(&mut self, halves: &Halves<'_>) {
        let mut pairs: Vec<_> = halves.iter().map(|(pair, half)| (*pair, half)).collect();
        pairs.sort_by_key(|(pair, _)| *pair);
        for ((own, remote), (half, doubts)) in pairs {
            match halves.get(&(remote, own)) {
                Some((other, more)) => {
                    let doubts = doubts.iter().chain(more).cloned().collect();
                    self.peer(own, remote, half, other, doubts);
                }
                None if doubts.is_empty() => self.one_sided(half),
                None => {}
            }
        }
    }

    /// Which networks of the inputs an end may be. One that nothing is known of may be any.
    fn end(&self, reference: &Reference) -> End {
        let net = |handle| self.by_network.get(&handle).copied();
        match reference {
            Reference::Unknown(doubt) => End {
                nets: (0..self.networks.len()).collect(),
                doubt: Some(doubt.clone()),
            },
            reference => End {
                nets: reference
                    .candidates()
                    .into_iter()
                    .filter_map(|(handle, _)| net(handle))
                    .collect(),
                doubt: match reference {
                    Reference::Either(_, doubt) => Some(doubt.clone()),
                    _ => None,
                },
            },
        }
    }

    /// Too many networks that it may be of: what crosses any of them is unknown.
    fn lost_among(&mut self, own: &End, remote: &End) {
        let doubts: Vec<Doubt> = own.doubt.iter().chain(&remote.doubt).cloned().collect();
        for net in own.nets.iter().chain(&remote.nets) {
            let node = self.networks.get(*net).map(|net| net.node);
            if let Some(node) = node.and_then(|node| self.fabric.node_mut(node)) {
                node.obscured.extend(doubts.iter().cloned());
            }
        }
    }

    fn peer(&mut self, own: usize, remote: usize, half: &Peering, other: &Peering, mut doubts: Vec<Doubt>) {
        let unsure = doubts.first().cloned();
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
            // Another half may be the one that is meant.
            _ if unsure.is_some() => unsure.clone().map_or(Ok(false), Err),
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
            takes_forwarded: unsure.map_or_else(|| other.forwarded.clone(), Err),
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

/// A certain half takes the place of one that only may be.
fn add<'a>(halves: &mut Halves<'a>, peering: &'a Peering, own: &End, remote: &End, doubts: &[Doubt]) {
    for own in &own.nets {
        for remote in remote.nets.iter().filter(|remote| *remote != own) {
            let half = (peering, doubts.to_vec());
            if doubts.is_empty() {
                halves.insert((*own, *remote), half);
            } else {
                halves.entry((*own, *remote)).or_insert(half);
            }
        }
    }
}
