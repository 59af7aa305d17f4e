//! What the tool sees (`clearway-show/1`): every instance with its values, what is unknown and which
//! attribute it is, what is sensitive, where it is written, and what it is joined with.

mod human;
mod json;

pub use human::render_human;
pub use json::write_json;

use crate::evaluate::address::Address;
use crate::evaluate::evaluation::is_unknown_blocks;
use crate::evaluate::values::value::{Kind, Value};
use crate::network::joins::Join;

/// Whether Terraform would show the value as known: not a list of blocks of which some come from a
/// collection that is unknown, although the others are known here.
fn shows(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(_) => false,
        Kind::List(_, elements) => !elements.iter().any(is_unknown_blocks),
        _ => true,
    }
}

/// Of joins in order, those of one instance.
fn joins_of<'j>(joins: &'j [Join], input: usize, address: &Address) -> &'j [Join] {
    let key = |join: &Join| (join.input, &*join.from).cmp(&(input, address));
    let start = joins.partition_point(|join| key(join).is_lt());
    let end = joins.partition_point(|join| key(join).is_le());
    joins.get(start..end).unwrap_or_default()
}
