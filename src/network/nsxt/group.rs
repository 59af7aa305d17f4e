//! `nsxt_policy_group`: addresses, members by path, and conditions.

use crate::network::attributes::View;
use crate::network::doubt::{doubt, doubt_of};
use crate::network::inventory::Reader;
use crate::network::inventory::avs::Owner;
use crate::network::inventory::nsx::{Condition, Criterion, Expression, Group};
use crate::network::inventory::terms;
use crate::network::model::{Doubt, Fact};

pub fn group(reader: &Reader<'_>, owner: Owner) -> Group {
    let view = &reader.view;
    let criteria = view.blocks("criteria");
    let mut doubts: Vec<Doubt> = criteria.iter().filter_map(View::perhaps).collect();
    let conjunctions = view.blocks("conjunction");
    doubts.extend(conjunctions.iter().filter_map(View::perhaps));
    let words = [("AND", true), ("OR", false)];
    let identity = view.block("extended_criteria").map(|block| Doubt {
        at: block.written().at,
        ..doubt(
            format!("which users `{}` means", view.address()),
            "a group without `extended_criteria`",
        )
    });
    Group {
        origin: reader.origin(),
        owner,
        display_name: terms::text(view, "display_name", ""),
        criteria: criteria.iter().map(|block| criterion(reader, block)).collect(),
        conjunctions: conjunctions
            .iter()
            .map(|block| terms::word(block, "operator", &words, false))
            .collect(),
        narrowed: identity.into_iter().collect(),
        doubts,
    }
}

fn criterion(group: &Reader<'_>, view: &View<'_>) -> Criterion {
    let mut expressions = Vec::new();
    for block in view.blocks("ipaddress_expression") {
        expressions.push(Expression::Addresses(terms::addresses(&block, "ip_addresses")));
    }
    for block in view.blocks("path_expression") {
        expressions.push(Expression::Members(terms::references(
            &group.inside(block),
            "member_paths",
        )));
    }
    for block in view.blocks("condition") {
        expressions.push(Expression::Condition(Box::new(condition(&block))));
    }
    for name in ["external_id_expression", "macaddress_expression"] {
        for block in view.blocks(name) {
            expressions.push(Expression::Unseen(Doubt {
                at: block.written().at,
                ..doubt(
                    format!(
                        "the addresses of the machines that `{}` names",
                        group.view.address()
                    ),
                    "a group by addresses or segments",
                )
            }));
        }
    }
    if let Some(value) = view.perhaps().map(|_| view.value) {
        expressions = vec![Expression::Unseen(doubt_of(value))];
    }
    Criterion { expressions }
}

fn condition(view: &View<'_>) -> Condition {
    let required = |name| -> Fact<_> { terms::text(view, name, "") };
    Condition {
        member: required("member_type"),
        key: required("key"),
        operator: required("operator"),
        value: required("value"),
        written: view.written(),
    }
}
