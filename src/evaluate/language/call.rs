//! Function calls: arguments, the functions that see expressions rather than values, and where a
//! function's problem is reported.

use super::expression::{attempt, chain, evaluate as value_of};
use super::library;
use super::scope::{Link, Problem, Scope};
use super::suggest;
use super::templates;
use crate::config::syntax::{Call, Expression, ExpressionKind};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::symbol::{derived, failed};
use crate::evaluate::values::types;
use crate::evaluate::values::value::{Marks, Type, Value};
use crate::source::Place;

pub fn evaluate(scope: &Scope<'_>, call: &Call, at: Place) -> Value {
    let name = plain_name(&call.function.text);
    if !scope.names.allows_calls() {
        let problem = Problem::new("function-calls-not-allowed", "functions cannot be called here");
        return scope.fail(problem, at);
    }
    match name {
        "try" => attempts(scope, call, at),
        "can" => can(scope, call, at),
        "templatestring" => templates::string(scope, call, at),
        "convert" => conversion(scope, call, at),
        _ => plain(scope, call, name, at),
    }
}

/// The name of a function without Terraform's own namespace.
#[must_use]
pub fn plain_name(name: &str) -> &str {
    name.strip_prefix("core::").unwrap_or(name)
}

/// Whether there is such a function at all.
#[must_use]
pub fn exists(name: &str) -> bool {
    matches!(
        name,
        "try" | "can" | "templatefile" | "templatestring" | "convert"
    ) || library::exists(name)
}

/// What is said of a function that does not exist.
#[must_use]
pub fn unknown(name: &str) -> Problem {
    let problem = Problem::new("unknown-function", format!("there is no function `{name}`"));
    let of_expressions = ["try", "can", "templatefile", "templatestring", "convert"];
    match suggest::nearest(name, library::names().chain(of_expressions)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if name.starts_with("provider::") => {
            problem.help("declare the provider in this module's `required_providers`")
        }
        None => problem.help("Terraform has no functions but its own and those of providers"),
    }
}

fn plain(scope: &Scope<'_>, call: &Call, name: &str, at: Place) -> Value {
    let mut arguments = Arguments::default();
    if let Some(unknown) = arguments.evaluate(scope, call) {
        return unknown;
    }
    if arguments.failed {
        return failed();
    }
    let marks = arguments.marks;
    if name == "templatefile" {
        return templates::file(scope, call, &arguments.values, at).with_marks(marks);
    }
    if let Some(problem) = missing_provider(scope, name) {
        return scope.fail(problem, at);
    }
    if !name.starts_with("provider::") && !library::exists(name) {
        return scope.fail(unknown(name), call.function.place);
    }
    match library::call(name, arguments.values, scope.names.files()) {
        Ok(value) => value.with_marks(marks),
        Err(refusal) => {
            let (code, place) = match refusal.argument {
                Some(argument) => ("invalid-function-argument", place_of(argument, call, at)),
                None => ("error-in-function-call", at),
            };
            let problem = Problem::new(code, format!("`{name}`: {}", refusal.message));
            scope.fail(problem, place).with_marks(marks)
        }
    }
}

/// A provider's function needs the provider to be declared.
fn missing_provider(scope: &Scope<'_>, name: &str) -> Option<Problem> {
    let (provider, _) = name.strip_prefix("provider::")?.split_once("::")?;
    if scope.names.has_provider(provider) {
        return None;
    }
    Some(
        Problem::new(
            "unknown-provider-function",
            format!("there is no function `{name}`"),
        )
        .help(format!(
            "declare the provider `{provider}` in this module's `required_providers`"
        )),
    )
}

/// What a call passes on.
#[derive(Default)]
struct Arguments {
    values: Vec<Value>,
    marks: Marks,
    failed: bool,
}

impl Arguments {
    /// Evaluates the arguments; an unknown list in place of the last ones makes the result unknown.
    fn evaluate(&mut self, scope: &Scope<'_>, call: &Call) -> Option<Value> {
        let last = call.arguments.len().saturating_sub(1);
        let mut unknown = None;
        for (position, argument) in call.arguments.iter().enumerate() {
            let sink = scope.sink.inside();
            let value = value_of(&scope.reporting_to(&sink), argument);
            self.failed |= sink.has_errors();
            scope.sink.take_from(sink);
            if call.expand_last && position == last {
                unknown = self.expand(scope, value, argument.place);
            } else {
                self.values.push(value);
            }
        }
        unknown
    }

    fn expand(&mut self, scope: &Scope<'_>, value: Value, at: Place) -> Option<Value> {
        self.marks = self.marks.and(value.marks);
        if let Some(elements) = value.elements() {
            self.values.extend(elements.iter().cloned());
            return None;
        }
        if value.is_known() {
            let problem = Problem::new(
                "invalid-expanding-argument",
                "the argument before `...` must be a list, a set or a tuple",
            );
            scope.fail(problem, at);
            self.failed = true;
            return None;
        }
        Some(derived(Type::Any, "call", &[&value]).with_marks(self.marks))
    }
}

/// Where Terraform reports a wrong argument: at it, and where one is missing at the parenthesis.
fn place_of(argument: usize, call: &Call, at: Place) -> Place {
    match call.arguments.get(argument) {
        Some(argument) => inside_quotes(argument),
        None if call.expand_last => call.arguments.last().map_or(at, |last| last.place),
        None => Place {
            start: at.end.saturating_sub(1).max(at.start),
            ..at
        },
    }
}

/// Terraform points at a quoted string's text, not at its quotes.
fn inside_quotes(argument: &Expression) -> Place {
    let quotes = match &argument.kind {
        ExpressionKind::String(text) if text.is_empty() => 2,
        ExpressionKind::String(_) => 1,
        _ => 0,
    };
    Place {
        start: argument
            .place
            .start
            .saturating_add(quotes)
            .min(argument.place.end),
        ..argument.place
    }
}

/// `try(…)`: the first argument that can be evaluated. Where that is not known yet, the result is not.
fn attempts(scope: &Scope<'_>, call: &Call, at: Place) -> Value {
    let mut problems = Vec::new();
    for argument in &call.arguments {
        match settle(scope, argument) {
            Settled::Value(value) => return value,
            Settled::Unknown(value) => return value,
            Settled::Failed(first) => problems.extend(first),
        }
    }
    let detail = problems.join("; ");
    scope.sink.push(
        Problem::new(
            "no-attempt-succeeded",
            "none of the expressions of `try` can be evaluated",
        )
        .at(at)
        .detail(detail),
    );
    failed()
}

/// `can(…)`: whether the argument can be evaluated.
fn can(scope: &Scope<'_>, call: &Call, at: Place) -> Value {
    let [argument] = call.arguments.as_slice() else {
        let problem = Problem::new("invalid-function-argument", "`can` takes one expression");
        return scope.fail(problem, at);
    };
    match settle(scope, argument) {
        Settled::Value(_) => Value::bool(true),
        Settled::Failed(_) => Value::bool(false),
        Settled::Unknown(value) => derived(Type::Bool, "can", &[&value]),
    }
}

enum Settled {
    /// It can be evaluated, whatever the unknown things in it turn out to be.
    Value(Value),
    /// It may turn out otherwise once what is unknown is known.
    Unknown(Value),
    /// It cannot, and nothing that becomes known will change that; the first reason.
    Failed(Option<String>),
}

fn settle(scope: &Scope<'_>, argument: &Expression) -> Settled {
    let (value, sink) = attempt(scope, argument);
    if sink.has_errors() {
        let first = sink.into_diagnostics().into_iter().next();
        return Settled::Failed(first.map(|diagnostic| diagnostic.summary));
    }
    // A reference that has reached a value through known things only will always reach it, even where
    // there are unknown things inside. Terraform gives up on those too.
    if value.is_wholly_known() || value.is_known() && is_traversal(argument) {
        return Settled::Value(value);
    }
    if value.is_known() {
        return Settled::Unknown(derived(Type::Any, "try", &[&value]).with_marks(value.deep_marks()));
    }
    Settled::Unknown(value)
}

fn is_traversal(expression: &Expression) -> bool {
    let (root, links) = chain(expression);
    let constant = |link: &Link<'_>| match link {
        Link::Attribute(..) => true,
        Link::Index(key, _) => is_constant(key),
    };
    match &root.kind {
        ExpressionKind::Variable(_) => links.iter().all(constant),
        ExpressionKind::Parentheses(inner) if links.is_empty() => is_traversal(inner),
        _ => false,
    }
}

fn is_constant(expression: &Expression) -> bool {
    matches!(
        expression.kind,
        ExpressionKind::Null
            | ExpressionKind::Bool(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::String(_)
    )
}

/// `convert(value, type)`: the second argument is a type expression.
fn conversion(scope: &Scope<'_>, call: &Call, at: Place) -> Value {
    let [value, of] = call.arguments.as_slice() else {
        let problem = Problem::new("invalid-function-argument", "`convert` takes a value and a type");
        return scope.fail(problem, at);
    };
    let given = value_of(scope, value);
    match types::parse(of) {
        Err(diagnostic) => {
            scope.sink.push(*diagnostic);
            failed()
        }
        Ok(constraint) => convert(given, &constraint.of).unwrap_or_else(|error| {
            let problem = Problem::new("invalid-function-argument", format!("`convert`: {error}"));
            scope.fail(problem, value.place)
        }),
    }
}
