//! Load balancers and NAT gateways: what the inputs say about frontends, pools and ways out.

use std::sync::Arc;

use super::Origin;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact, Written};
use crate::traffic::{Addresses, Ports, Protocols};

#[derive(Debug, Default)]
pub struct Balancing {
    pub balancers: Vec<Balancer>,
    pub rules: Vec<BalancerRule>,
    /// Rules that translate to one machine, by the frontend they are of.
    pub nat_rules: Vec<NatRule>,
    pub probes: Vec<Probe>,
    pub pools: Vec<Origin>,
    pub members: Vec<PoolMember>,
    /// Pools whose members leave by a public frontend.
    pub outbound: Vec<(Origin, Reference)>,
    pub nat_gateways: Vec<Origin>,
    /// Public addresses or prefixes of NAT gateways.
    pub nat_addresses: Vec<NatAddress>,
}

#[derive(Clone, Debug)]
pub struct Balancer {
    pub origin: Origin,
    /// The SKU `Basic`.
    pub basic: Result<bool, Doubt>,
    pub frontends: Vec<Frontend>,
}

#[derive(Clone, Debug)]
pub struct Frontend {
    /// Lower case.
    pub name: Option<Arc<str>>,
    pub written: Written,
    /// Of an internal frontend; none where it has a public address.
    pub subnet: Reference,
    /// Where it is static or known after apply.
    pub address: Option<Bounded<Addresses>>,
    /// It may not exist, or its packets go to another balancer first.
    pub doubts: Vec<Doubt>,
}

#[derive(Clone, Debug)]
pub struct BalancerRule {
    pub origin: Origin,
    pub balancer: Reference,
    /// Lower case.
    pub frontend: Result<Arc<str>, Doubt>,
    pub protocols: Bounded<Protocols>,
    pub ports: Bounded<Ports>,
    /// Ports that the machines are asked at; `None`: those of the frontend.
    pub backend_ports: Result<Option<Ports>, Doubt>,
    pub pools: Vec<Reference>,
    /// The machines are asked at the frontend's own address.
    pub floating: Result<bool, Doubt>,
    pub probe: Reference,
}

#[derive(Clone, Debug)]
pub struct NatRule {
    pub origin: Origin,
    pub balancer: Reference,
    pub frontend: Result<Arc<str>, Doubt>,
    pub protocols: Bounded<Protocols>,
    pub ports: Bounded<Ports>,
}

#[derive(Clone, Debug)]
pub struct Probe {
    pub origin: Origin,
    pub port: Fact<u16>,
}

/// An interface or an address in a pool.
#[derive(Clone, Debug)]
pub struct PoolMember {
    pub origin: Origin,
    pub pool: Reference,
    pub interface: Reference,
    pub address: Option<Bounded<Addresses>>,
}

#[derive(Clone, Debug)]
pub struct NatAddress {
    pub origin: Origin,
    pub gateway: Reference,
    /// A single public address; a prefix is none.
    pub public: Reference,
}
