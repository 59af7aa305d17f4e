//! Input variables: what was given, what is declared, and the value between them.

use std::sync::Arc;

use super::resolve::InModule;
use super::world::{Kind as NodeKind, ModuleInstance, Parent, World};
use crate::config::GivenValue;
use crate::config::hcl::parse_expression;
use crate::config::module::Variable;
use crate::config::syntax::Expression;
use crate::evaluate::language::constant::constant;
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Frame, Problem, Scope, Sink};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::symbol::failed;
use crate::evaluate::values::types::{self, Constraint, Defaults};
use crate::evaluate::values::value::{Kind, Marks, Symbol, Type, Unknown, Value};
use crate::source::{Diagnostic, Place};

/// The value of a variable in a module instance.
pub(crate) fn value(
    world: &World,
    module: &Arc<ModuleInstance>,
    variable: &Variable,
    scope: &Scope<'_>,
    at: Place,
) -> Value {
    world.value(
        module,
        NodeKind::Variable,
        &variable.name.text,
        scope,
        at,
        |sink| {
            let constraint = world.constraint(variable.name.place, || constraint(world, module, variable));
            let declared = Declared {
                variable,
                constraint: &constraint,
                root: module.parent.is_none(),
            };
            let given = match &module.parent {
                None => from_outside(world, variable, &constraint, sink),
                Some(parent) => from_call(world, parent, variable, sink),
            };
            declared.settle(given, sink)
        },
    )
}

fn constraint(world: &World, module: &ModuleInstance, variable: &Variable) -> Constraint {
    let anything = || Constraint {
        of: Type::Any,
        defaults: Defaults::default(),
    };
    match &variable.constraint {
        None => anything(),
        Some(expression) => types::parse(expression).unwrap_or_else(|diagnostic| {
            world.report(module, [*diagnostic]);
            anything()
        }),
    }
}

/// A value from outside the module, and where it is written.
type Given = Option<(Value, Option<Place>)>;

/// What the environment, the variable files and the command line say.
fn from_outside(world: &World, variable: &Variable, constraint: &Constraint, sink: &Sink) -> Given {
    let given = world.given.get(&variable.name.text)?;
    let expression;
    let (value, diagnostics) = match &given.value {
        GivenValue::Expression(written) => constant(written),
        GivenValue::Text(text) => {
            // Without a type, and for strings, numbers and bools, the text is the value.
            let literal = variable.constraint.is_none() || constraint.of.is_primitive();
            let parsed = given
                .place
                .filter(|_| !literal)
                .map(|place| parse_expression(place.source, text));
            match parsed {
                None => (Value::string(text.clone()), Vec::new()),
                Some((Some(parsed), warnings)) => {
                    warnings.into_iter().for_each(|warning| sink.push(warning));
                    expression = parsed;
                    constant(&expression)
                }
                Some((None, diagnostics)) => (failed(), diagnostics),
            }
        }
    };
    let place = match &given.value {
        GivenValue::Expression(written) => Some(written.place),
        GivenValue::Text(_) => given.place,
    };
    let failed = !diagnostics.is_empty();
    for diagnostic in diagnostics {
        sink.push(match &given.value {
            GivenValue::Text(text) => not_an_expression(variable, constraint, text, diagnostic),
            GivenValue::Expression(_) => diagnostic,
        });
    }
    if failed {
        return Some((crate::evaluate::values::symbol::failed(), place));
    }
    Some((
        value
            .clone()
            .with_origin(value.origin.or(place).unwrap_or(variable.header)),
        place,
    ))
}

/// A text on the command line or in the environment that should be an expression: often a word that
/// was meant as a string.
fn not_an_expression(
    variable: &Variable,
    constraint: &Constraint,
    text: &str,
    problem: Diagnostic,
) -> Diagnostic {
    const MOST: usize = 60;
    let name = &variable.name.text;
    let shown = match text.chars().count() {
        0 => "the empty text".to_owned(),
        1..=MOST => format!("`{text}`"),
        _ => "the text".to_owned(),
    };
    let takes = constraint.of.friendly_name();
    let summary = format!("{shown} is no value for `{name}`, which takes a {takes}");
    Diagnostic {
        code: "invalid-variable-value",
        summary,
        detail: problem.summary,
        ..problem
    }
    .help(format!(
        "write it as in Terraform, such as `{}`; text within it stands in double quotes",
        types::example(&constraint.of)
    ))
}

/// What the module call says. Its problems are the caller's.
fn from_call(world: &World, parent: &Parent, variable: &Variable, sink: &Sink) -> Given {
    let caller = world.module(parent.id)?;
    let call = caller.module.calls.get(&parent.call)?;
    let argument = call.arguments.attribute(&variable.name.text)?;
    let inner = sink.inside();
    let names = InModule::new(world, &caller);
    let scope = Scope::new(&names, &inner);
    let value = match &parent.each.0 {
        Some((name, value)) => {
            let frame = Frame {
                name,
                value,
                outer: None,
            };
            value_of(&scope.with(&frame), &argument.expression)
        }
        None => value_of(&scope, &argument.expression),
    };
    world.report(&caller, inner.into_diagnostics());
    Some((value, Some(argument.expression.place)))
}

struct Declared<'a> {
    variable: &'a Variable,
    constraint: &'a Constraint,
    root: bool,
}

impl Declared<'_> {
    fn settle(&self, given: Given, sink: &Sink) -> Value {
        let value = match given {
            Some((value, at)) => self.fitted(value, at.unwrap_or(self.variable.header), sink),
            None => self.default(sink),
        };
        let marks = Marks {
            sensitive: is_true(self.variable.sensitive.as_ref()),
            ephemeral: is_true(self.variable.ephemeral.as_ref()),
        };
        value.with_marks(marks)
    }

    fn fitted(&self, value: Value, at: Place, sink: &Sink) -> Value {
        let origin = value.origin;
        let filled = self.constraint.defaults.apply(&value);
        let converted = convert(filled, &self.constraint.of).unwrap_or_else(|error| {
            let summary = format!("the value does not fit `{}`: {error}", self.variable.name.text);
            let help = format!(
                "a value it takes looks like `{}`",
                types::example(&self.constraint.of)
            );
            sink.push(Problem::new("invalid-variable-value", summary).help(help).at(at));
            Value::unknown(self.plain_type(), failed_symbol())
        });
        if !converted.is_null() || self.nullable() {
            return Value {
                origin: converted.origin.or(origin),
                ..converted
            };
        }
        if self.variable.default.is_some() {
            return self.default(sink);
        }
        let summary = format!("the variable `{}` must not be null", self.variable.name.text);
        sink.push(Problem::new("required-variable-null", summary).at(at));
        Value::unknown(self.plain_type(), failed_symbol())
    }

    fn default(&self, sink: &Sink) -> Value {
        let Some(expression) = &self.variable.default else {
            return self.missing();
        };
        let (value, diagnostics) = constant(expression);
        let failed = !diagnostics.is_empty();
        diagnostics
            .into_iter()
            .for_each(|diagnostic| sink.push(diagnostic));
        if failed {
            return Value::unknown(self.plain_type(), failed_symbol());
        }
        let origin = value.origin;
        let filled = self.constraint.defaults.apply(&value);
        match convert(filled, &self.constraint.of) {
            Ok(value) => Value {
                origin: value.origin.or(origin),
                ..value
            },
            Err(error) => {
                let summary = format!(
                    "the default of `{}` does not fit its type: {error}",
                    self.variable.name.text
                );
                sink.push(Problem::new("invalid-variable-default", summary).at(expression.place));
                Value::unknown(self.plain_type(), failed_symbol())
            }
        }
    }

    /// A variable of the root module without a value is unknown: somebody else will give it one. That a
    /// module call leaves one out is said when the call is checked.
    fn missing(&self) -> Value {
        if !self.root {
            return Value::unknown(self.plain_type(), failed_symbol());
        }
        let symbol = Symbol::Variable {
            name: self.variable.name.text.clone(),
            path: [].into(),
        };
        let unknown = Unknown {
            not_null: !self.nullable(),
            ..Unknown::new(self.plain_type(), symbol)
        };
        Value::new(Kind::Unknown(Arc::new(unknown))).with_origin(self.variable.header)
    }

    fn nullable(&self) -> bool {
        self.variable.nullable.is_none() || is_true(self.variable.nullable.as_ref())
    }

    fn plain_type(&self) -> Type {
        self.constraint.of.without_optional()
    }
}

fn failed_symbol() -> Symbol {
    failed()
        .symbol()
        .cloned()
        .unwrap_or_else(|| Symbol::Impure("error".into()))
}

/// Whether a constant bool is there and true.
pub(crate) fn is_true(expression: Option<&Expression>) -> bool {
    expression.is_some_and(|expression| {
        let (value, _) = constant(expression);
        convert(value, &Type::Bool).is_ok_and(|value| value.as_bool() == Some(true))
    })
}
