//! Load balancers: frontends, rules, probes, backend pools and who is in them.

use std::sync::Arc;

use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt;
use crate::network::inventory::balancer::{Balancer, BalancerRule, Frontend, NatRule, PoolMember, Probe};
use crate::network::inventory::{Inventory, Reader, terms};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::network::sets;
use crate::traffic::{Ports, Protocols};

use super::security::protocol;

pub(super) fn balancer(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let basic = match view.text("sku") {
        Field::Known(sku, _) => Ok(sku.eq_ignore_ascii_case("Basic")),
        Field::Unset => Ok(false),
        Field::Unknown(doubt) => Err(doubt),
    };
    let frontends = view.blocks("frontend_ip_configuration").into_iter();
    let frontends = frontends.map(|block| frontend(&reader.inside(block)));
    inventory.azure.balancing.balancers.push(Balancer {
        origin: reader.origin(),
        basic,
        frontends: frontends.collect(),
    });
}

fn frontend(reader: &Reader<'_>) -> Frontend {
    let view = reader.view;
    let mut doubts: Vec<Doubt> = view.perhaps().into_iter().collect();
    let chained = "gateway_load_balancer_frontend_ip_configuration_id";
    if view.get(chained).is_some() {
        doubts.push(Doubt {
            at: view.written_of(&[chained]).at,
            ..doubt(
                format!(
                    "what the gateway load balancer before `{}` lets through",
                    view.address()
                ),
                "nothing: its appliances are not in Terraform",
            )
        });
    }
    let address = view.get("private_ip_address").map(sets::address_of);
    Frontend {
        name: view.text("name").known().map(|name| lower(&name)),
        written: view.written(),
        subnet: reader.reference(&["subnet_id"]),
        address: address.filter(Bounded::is_exact),
        doubts,
    }
}

/// Protocol `All` with ports 0 is a rule for high availability ports: every flow of TCP and UDP
/// (Microsoft Learn, "High availability ports overview").
pub(super) fn rule(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let (ports, backend_ports) = match (view.number("frontend_port"), view.number("backend_port")) {
        (Field::Known(0, _), _) => (Bounded::exactly(Ports::all()), Ok(None)),
        (front, Field::Known(back, _)) => (port(front), Ok(single(back))),
        (front, Field::Unset) => (port(front), Ok(None)),
        (front, Field::Unknown(doubt)) => (port(front), Err(doubt)),
    };
    let mut pools = terms::references(reader, "backend_address_pool_ids");
    pools.extend(Some(reader.reference(&["backend_address_pool_id"])).filter(|pool| !pool.is_none()));
    inventory.azure.balancing.rules.push(BalancerRule {
        origin: reader.origin(),
        balancer: reader.reference(&["loadbalancer_id"]),
        frontend: frontend_name(&view),
        protocols: protocols(&view),
        ports,
        backend_ports,
        pools,
        floating: view
            .bool_any(&["floating_ip_enabled", "enable_floating_ip"])
            .or_default(false),
        probe: reader.reference(&["probe_id"]),
    });
}

pub(super) fn nat_rule(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let ports = match (
        view.number("frontend_port_start"),
        view.number("frontend_port_end"),
    ) {
        (Field::Known(first, _), Field::Known(last, _)) => {
            let range = u16::try_from(first).ok().zip(u16::try_from(last).ok());
            Bounded::exactly(range.map_or_else(Ports::none, |(first, last)| Ports::range(first, last)))
        }
        (Field::Unset, _) => port(view.number("frontend_port")),
        (Field::Unknown(doubt), _) | (_, Field::Unknown(doubt)) => any_port(doubt),
        _ => Bounded::exactly(Ports::none()),
    };
    inventory.azure.balancing.nat_rules.push(NatRule {
        origin: reader.origin(),
        balancer: reader.reference(&["loadbalancer_id"]),
        frontend: frontend_name(&view),
        protocols: protocols(&view),
        ports,
    });
}

pub(super) fn probe(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    let missing = || {
        doubt(
            format!("the port of probe {}", view.address()),
            "an explicit value",
        )
    };
    let port = match view.number("port") {
        Field::Known(port, at) => match u16::try_from(port) {
            Ok(port) => Fact::known(port, at),
            Err(_) => Fact::unknown(missing()),
        },
        Field::Unknown(doubt) => Fact::unknown(doubt),
        Field::Unset => Fact::unknown(missing()),
    };
    inventory.azure.balancing.probes.push(Probe {
        origin: reader.origin(),
        port,
    });
}

pub(super) fn pool(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.balancing.pools.push(reader.origin());
}

/// An address of a pool; by the frontend of another balancer, where that one is global.
pub(super) fn pool_address(reader: &Reader<'_>, inventory: &mut Inventory) {
    let view = reader.view;
    inventory.azure.balancing.members.push(PoolMember {
        origin: reader.origin(),
        pool: reader.reference(&["backend_address_pool_id"]),
        interface: Reference::None,
        address: view.get("ip_address").map(sets::address_of),
    });
}

pub(super) fn pool_association(reader: &Reader<'_>, inventory: &mut Inventory) {
    inventory.azure.balancing.members.push(PoolMember {
        origin: reader.origin(),
        pool: reader.reference(&["backend_address_pool_id"]),
        interface: reader.reference(&["network_interface_id"]),
        address: None,
    });
}

pub(super) fn outbound(reader: &Reader<'_>, inventory: &mut Inventory) {
    let pool = reader.reference(&["backend_address_pool_id"]);
    inventory.azure.balancing.outbound.push((reader.origin(), pool));
}

fn frontend_name(view: &View<'_>) -> Result<Arc<str>, Doubt> {
    match view.text("frontend_ip_configuration_name") {
        Field::Known(name, _) => Ok(lower(&name)),
        Field::Unknown(doubt) => Err(doubt),
        Field::Unset => Err(doubt(
            format!("the frontend of {}", view.address()),
            "an explicit value",
        )),
    }
}

fn protocols(view: &View<'_>) -> Bounded<Protocols> {
    match view.text("protocol") {
        Field::Known(text, _) if text.eq_ignore_ascii_case("All") => {
            Bounded::exactly(Protocols::tcp().union(&Protocols::udp()))
        }
        Field::Known(text, _) => Bounded::exactly(protocol(&text)),
        Field::Unknown(doubt) => Bounded::between(Protocols::none(), Protocols::all(), [doubt]),
        Field::Unset => Bounded::exactly(Protocols::none()),
    }
}

fn port(field: Field<i64>) -> Bounded<Ports> {
    match field {
        Field::Known(port, _) => Bounded::exactly(single(port).unwrap_or_default()),
        Field::Unknown(doubt) => any_port(doubt),
        Field::Unset => Bounded::exactly(Ports::none()),
    }
}

fn single(port: i64) -> Option<Ports> {
    u16::try_from(port).ok().map(Ports::single)
}

fn any_port(doubt: Doubt) -> Bounded<Ports> {
    Bounded::between(Ports::none(), Ports::all(), [doubt])
}

fn lower(name: &str) -> Arc<str> {
    name.to_ascii_lowercase().into()
}
