//! Service endpoint policies: over the endpoint only the accounts that they name are reached (Microsoft
//! Learn, "Virtual network service endpoint policies for Azure Storage").

use super::Azure;
use super::gateways::{line, pair};
use crate::network::fabric::storage::blob_name;
use crate::network::join::Reference;
use crate::network::model::{Action, Bounded, Doubt, Filter, FilterId, HopKind, Line, Names};
use crate::traffic::Addresses;

impl Azure<'_, '_> {
    /// What the policies of a subnet let through over its service endpoint; several admit what any of
    /// them does.
    pub(super) fn service_policies(&mut self, subnet: usize) -> Option<FilterId> {
        let inventory = self.fabric.inventory;
        let state = inventory.azure.subnets.get(subnet)?;
        let policies = &state.endpoint_policies;
        if policies.is_empty() {
            return None;
        }
        let mut lines: Vec<Line> = Vec::new();
        let written = &state.origin.written;
        let mut admit = |names: Option<Names>, doubts: Vec<Doubt>| {
            let because = "a service endpoint policy names the account";
            let mut own = line("service endpoint policy", Action::Allow, all(), because, written);
            own.names = names;
            own.doubts = doubts;
            lines.push(own);
        };
        for reference in policies {
            if let Some(doubt) = reference.doubt() {
                admit(None, vec![doubt.clone()]);
            }
            for (handle, doubt) in reference.candidates() {
                let all = &inventory.azure.endpoint_policies;
                let Some(policy) = all.iter().find(|policy| policy.origin.handle == handle) else {
                    let name = self.fabric.name(handle);
                    let missing = crate::network::doubt::doubt(
                        format!("what `{name}` lets through"),
                        "the input (directory, plan or state) that defines it",
                    );
                    admit(None, vec![missing]);
                    continue;
                };
                let mut doubts: Vec<Doubt> = policy.origin.presence.clone();
                doubts.extend(doubt);
                for account in &policy.accounts {
                    let known = account.handle().and_then(|handle| {
                        inventory
                            .avs
                            .accounts
                            .iter()
                            .find(|own| own.origin.handle == handle)
                    });
                    match (known, account) {
                        (Some(account), _) => {
                            let name = blob_name(account);
                            let names = match &name.value {
                                Ok(name) => Names {
                                    patterns: vec![name.clone()],
                                    doubts: Vec::new(),
                                },
                                Err(doubt) => Names {
                                    patterns: Vec::new(),
                                    doubts: vec![doubt.clone()],
                                },
                            };
                            admit(Some(names), doubts.clone());
                        }
                        (None, Reference::To(target)) => {
                            let name = self.fabric.name(target.handle);
                            let below = crate::network::doubt::doubt(
                                format!("which accounts are in `{name}`"),
                                "the ids of accounts in the service endpoint policy",
                            );
                            admit(None, [doubts.clone(), vec![below]].concat());
                        }
                        (None, other) => {
                            let doubt = other.doubt().cloned();
                            admit(None, doubts.iter().cloned().chain(doubt).collect());
                        }
                    }
                }
            }
        }
        let because = "no service endpoint policy of the subnet names the account";
        let name = self.name_of(self.subnets.get(subnet)?.node);
        Some(self.fabric.network.add_filter(Filter {
            name: name.clone(),
            kind: HopKind::VirtualNetwork,
            written: written.clone(),
            lines,
            otherwise: line(
                "service endpoint policy",
                Action::Deny,
                Vec::new(),
                because,
                written,
            ),
            point: format!("service endpoint policies of {name}").into(),
            transit: false,
        }))
    }
}

fn all() -> Vec<crate::network::model::Match> {
    let everything = || Bounded::exactly(Addresses::all());
    vec![pair(everything(), everything())]
}
