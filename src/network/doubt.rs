//! From an unknown value to its name and to what would decide it.

use std::sync::Arc;

use crate::config::module::Mode;
use crate::evaluate::values::value::{Kind, Part, Symbol, Value};

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

/// The doubt that a list leaves of which a plan says only some elements.
#[must_use]
pub fn doubt_of_list(value: &Value) -> Doubt {
    let doubt = doubt_of(value);
    let Kind::Unknown(unknown) = &value.kind else {
        return doubt;
    };
    let Symbol::Derived { by, .. } = &unknown.symbol else {
        return doubt;
    };
    match &*unknown.members {
        [] => doubt,
        members => {
            let members: Vec<String> = members.iter().map(|symbol| format!("`{symbol}`")).collect();
            Doubt {
                what: format!("what else than {} is in `{by}`", members.join(" and ")).into(),
                ..doubt
            }
        }
    }
}

/// What the user can do to make a symbol known.
#[must_use]
pub fn decided_by(symbol: &Symbol) -> &'static str {
    if is_of_a_plan(symbol) {
        return BY_SOURCE;
    }
    match leaf(symbol) {
        Symbol::Variable { .. } => "a value with --var or --var-file, or a plan",
        Symbol::Attribute { of, .. } if of.mode == Mode::Data => "a plan or a state that has read it",
        Symbol::Instance(_) => "a plan or a state that has read it",
        Symbol::Attribute { .. } => "a plan made after it is created, or an explicit value",
        Symbol::Output { .. } => "`terraform init`, which installs the module",
        _ => "an explicit value",
    }
}

const BY_SOURCE: &str = "the configuration of the plan, with `--source DIR`";

/// Whether the configuration that a plan alone lacks would tell.
fn is_of_a_plan(symbol: &Symbol) -> bool {
    match symbol {
        Symbol::Planned { .. } => true,
        // Which attribute of a resource is meant.
        Symbol::Instance(of) => of.mode == Mode::Managed,
        Symbol::Derived { from, .. } | Symbol::OneOf(from) => from.iter().any(is_of_a_plan),
        _ => false,
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
