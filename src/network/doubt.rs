//! From an unknown value to its name and to what would decide it.

use std::sync::Arc;

use crate::config::module::Mode;
use crate::evaluate::value::{Kind, Part, Symbol, Value};

use super::model::Doubt;

/// The doubt that an unknown value leaves; a known value of an unexpected shape is named as such.
#[must_use]
pub fn doubt_of(value: &Value) -> Doubt {
    let at = value.at.or(value.origin);
    match &value.kind {
        Kind::Unknown(unknown) => Doubt {
            what: unknown.symbol.to_string().into(),
            decided_by: decided_by(&unknown.symbol).into(),
            at,
        },
        _ => Doubt {
            what: "a value that is not of the expected type".into(),
            decided_by: "a value of the type the argument takes".into(),
            at,
        },
    }
}

/// What the user can do to make a symbol known.
#[must_use]
pub fn decided_by(symbol: &Symbol) -> &'static str {
    match leaf(symbol) {
        Symbol::Variable { .. } => "a value with --var or --var-file, or a plan",
        Symbol::Attribute { of, .. } if of.mode == Mode::Data => "a plan or a state that has read it",
        Symbol::Instance(_) => "a plan or a state that has read it",
        Symbol::Attribute { .. } => "a plan made after it is created, or an explicit value",
        Symbol::Output { .. } => "`terraform init`, which installs the module",
        Symbol::Planned { .. } => "the configuration of the plan, with --source",
        _ => "an explicit value",
    }
}

/// The first nameable source of a symbol.
fn leaf(symbol: &Symbol) -> &Symbol {
    match symbol {
        Symbol::Template(parts) => parts
            .iter()
            .find_map(|part| match part {
                Part::Symbol(symbol) => Some(leaf(symbol)),
                Part::Literal(_) => None,
            })
            .unwrap_or(symbol),
        Symbol::Derived { from, .. } | Symbol::OneOf(from) => from.first().map_or(symbol, leaf),
        _ => symbol,
    }
}

/// A doubt about something that no attribute names.
#[must_use]
pub fn doubt(what: impl Into<Arc<str>>, decided_by: impl Into<Arc<str>>) -> Doubt {
    Doubt {
        what: what.into(),
        decided_by: decided_by.into(),
        at: None,
    }
}
