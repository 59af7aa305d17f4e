//! Expressions in a scope that needs no module: constants, and names with given values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scope::{Link, Names, Problem, Resolved, Scope, Sink};
use crate::config::files::Files;
use crate::config::syntax::Expression;
use crate::evaluate::blocks::schema::{NoSchemas, Schemas};
use crate::evaluate::values::value::Value;
use crate::source::{Diagnostic, Place};

/// The value of an expression without references and function calls: a default, or an entry of a
/// variable file.
pub fn constant(expression: &Expression) -> (Value, Vec<Diagnostic>) {
    evaluate_in(&Nothing, expression)
}

/// The value of an expression over given variables and locals.
pub fn evaluate_expression(expression: &Expression, names: &Given) -> (Value, Vec<Diagnostic>) {
    evaluate_in(names, expression)
}

fn evaluate_in(names: &dyn Names, expression: &Expression) -> (Value, Vec<Diagnostic>) {
    let sink = Sink::default();
    let value = super::expression::evaluate(&Scope::new(names, &sink), expression);
    (value, sink.into_diagnostics())
}

/// Variables and locals with their values, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub variables: BTreeMap<Arc<str>, Value>,
    pub locals: BTreeMap<Arc<str>, Value>,
    pub files: Option<Files>,
}

impl Names for Given {
    fn resolve(&self, scope: &Scope<'_>, root: &Arc<str>, at: Place, steps: &[Link<'_>]) -> Resolved {
        let values = match &**root {
            "var" => &self.variables,
            "local" => &self.locals,
            _ => return refused(scope, root, at, steps),
        };
        match steps.first() {
            Some(Link::Attribute(name, _)) if values.contains_key(&name.text) => Resolved {
                value: values
                    .get(&name.text)
                    .cloned()
                    .unwrap_or_else(crate::evaluate::values::symbol::failed),
                steps: 1,
            },
            _ => refused(scope, root, at, steps),
        }
    }

    fn schemas(&self) -> &dyn Schemas {
        &NoSchemas
    }

    fn files(&self) -> Option<&Files> {
        self.files.as_ref()
    }
}

struct Nothing;

impl Names for Nothing {
    fn resolve(&self, scope: &Scope<'_>, root: &Arc<str>, at: Place, steps: &[Link<'_>]) -> Resolved {
        refused(scope, root, at, steps)
    }

    fn schemas(&self) -> &dyn Schemas {
        &NoSchemas
    }

    fn files(&self) -> Option<&Files> {
        None
    }

    fn allows_calls(&self) -> bool {
        false
    }
}

fn refused(scope: &Scope<'_>, root: &str, at: Place, steps: &[Link<'_>]) -> Resolved {
    let whole = steps.last().map_or(at, |step| at.to(step.place()));
    let problem = Problem::new("variables-not-allowed", format!("`{root}` has no value here"));
    Resolved {
        value: scope.fail(problem, whole),
        steps: steps.len(),
    }
}
