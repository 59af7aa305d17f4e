//! How symbols grow deeper: the symbol of a part of an unknown value.

use std::sync::Arc;

use super::unknown::derived_with;
use super::value::{Step, Symbol, Type, Value};

/// More candidates than this say no more to a reader than "many".
const MOST_CANDIDATES: usize = 64;

impl Symbol {
    /// The symbol of the part of this value under `step`.
    #[must_use]
    pub fn under(&self, step: Step) -> Symbol {
        let longer =
            |path: &Arc<[Step]>| -> Arc<[Step]> { path.iter().cloned().chain([step.clone()]).collect() };
        match self {
            Symbol::Attribute { of, path } => Symbol::Attribute {
                of: of.clone(),
                path: longer(path),
            },
            Symbol::Instance(of) => Symbol::Attribute {
                of: of.clone(),
                path: [step].into(),
            },
            Symbol::Variable { name, path } => Symbol::Variable {
                name: name.clone(),
                path: longer(path),
            },
            Symbol::Planned { of, path } => Symbol::Planned {
                of: of.clone(),
                path: longer(path),
            },
            Symbol::OneOf(symbols) => {
                Symbol::OneOf(symbols.iter().map(|symbol| symbol.under(step.clone())).collect())
            }
            // A whole module that is not there, and then one of its outputs.
            Symbol::Output { module, name, source } if name.is_empty() => match &step {
                Step::Attribute(name) => Symbol::Output {
                    module: module.clone(),
                    name: name.clone(),
                    source: source.clone(),
                },
                Step::Index(_) => self.clone(),
            },
            // Two parts of one value are not the same value, so the path goes into the name.
            Symbol::Output { .. } => Symbol::Derived {
                by: label(&step).into(),
                from: [self.clone()].into(),
            },
            Symbol::Derived { by, from } => Symbol::Derived {
                by: deeper(by, &step),
                from: from.clone(),
            },
            Symbol::Template(_) | Symbol::Impure(_) => self.clone(),
        }
    }

    /// One of several symbols; the symbol itself where they are all the same.
    #[must_use]
    pub fn one_of(mut symbols: Vec<Symbol>) -> Symbol {
        symbols.sort_by_cached_key(ToString::to_string);
        symbols.dedup();
        match symbols.as_slice() {
            [only] => only.clone(),
            many if many.len() > MOST_CANDIDATES => {
                symbols.truncate(MOST_CANDIDATES);
                Symbol::Derived {
                    by: "one of many".into(),
                    from: symbols.into(),
                }
            }
            _ => Symbol::OneOf(symbols.into()),
        }
    }

    /// Whether this stands for a value whose expression failed.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Symbol::Derived { by, .. } if &**by == FAILED)
    }
}

fn label(step: &Step) -> String {
    match step {
        Step::Attribute(name) => format!(".{name}"),
        Step::Index(index) => format!("[{index}]"),
    }
}

/// As far as it stays readable.
fn deeper(by: &Arc<str>, step: &Step) -> Arc<str> {
    if by.len() > 120 || &**by == FAILED {
        return by.clone();
    }
    format!("{by}{}", label(step)).into()
}

/// An unknown value that comes out of `by` over `sources`, and may be null.
#[must_use]
pub fn derived(of: Type, by: &str, sources: &[&Value]) -> Value {
    derived_with(of, by, sources, |_| {})
}

/// What stands for a value whose expression failed: the failure is already among the diagnostics.
#[must_use]
pub fn failed() -> Value {
    Value::unknown(
        Type::Any,
        Symbol::Derived {
            by: FAILED.into(),
            from: [].into(),
        },
    )
}

const FAILED: &str = "a value whose expression has an error";

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Symbol {
        Symbol::Variable {
            name: name.into(),
            path: [].into(),
        }
    }

    #[test]
    fn a_path_grows_into_an_unknown_variable() {
        let deeper = variable("spokes")
            .under(Step::Attribute("hub".into()))
            .under(Step::Index(0));
        assert_eq!(deeper.to_string(), "var.spokes.hub[0]");
    }

    #[test]
    fn two_parts_of_a_derived_value_differ() {
        let whole = Symbol::Derived {
            by: "jsondecode".into(),
            from: [variable("a")].into(),
        };
        let parts = ["x", "y"].map(|name| whole.under(Step::Attribute(name.into())));
        assert_ne!(parts[0], parts[1]);
        assert_eq!(parts[0].to_string(), "jsondecode(var.a).x");
    }

    #[test]
    fn one_of_one_is_itself() {
        assert_eq!(Symbol::one_of(vec![variable("a"), variable("a")]), variable("a"));
        assert_eq!(
            Symbol::one_of(vec![variable("b"), variable("a")]).to_string(),
            "var.a or var.b"
        );
    }
}
