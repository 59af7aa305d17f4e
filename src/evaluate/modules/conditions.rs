//! Conditions that a configuration sets itself: `validation` of variables, `precondition` and
//! `postcondition` of resources and outputs, `assert` of checks. One that is certainly false is a
//! problem; one that is not known holds until the contrary is known.

use std::sync::Arc;

use super::resolve::InModule;
use super::world::{Binding, ModuleInstance, World};
use crate::config::module::{Output, Resource, Variable};
use crate::config::syntax::Block;
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Frame, Problem, Scope, Sink};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::value::{Type, Value};
use crate::source::{Diagnostic, Place, Severity};

/// Evaluates the `validation` blocks of a variable.
pub(crate) fn validations(world: &World, module: &Arc<ModuleInstance>, variable: &Variable) {
    let rule = Rule {
        code: "validation-failed",
        summary: format!(
            "the value of `{}` breaks a rule of the variable",
            variable.name.text
        ),
        help: "give a value that keeps the rule",
        at: Some(given_at(world, module, variable)),
    };
    all(world, module, &variable.validations, &rule);
}

/// Where a wrong value is reported: at the module call's argument, or at the variable.
fn given_at(world: &World, module: &ModuleInstance, variable: &Variable) -> Place {
    let argument = module.parent.as_ref().and_then(|parent| {
        let caller = world.module(parent.id)?;
        let call = caller.module.calls.get(&parent.call)?;
        let argument = call.arguments.attribute(&variable.name.text)?;
        Some(argument.expression.place)
    });
    argument.unwrap_or(variable.header)
}

/// Evaluates the preconditions of an output.
pub(crate) fn output(world: &World, module: &Arc<ModuleInstance>, output: &Output) {
    let rule = Rule {
        code: "precondition-failed",
        summary: format!("a precondition of the output `{}` is not met", output.name.text),
        help: PRECONDITION,
        at: None,
    };
    all(world, module, &output.preconditions, &rule);
}

fn all(world: &World, module: &Arc<ModuleInstance>, blocks: &[Block], rule: &Rule) {
    if blocks.is_empty() || module.uncertain.is_some() {
        return;
    }
    let sink = Sink::default();
    let names = InModule::new(world, module);
    let scope = Scope::new(&names, &sink);
    for block in blocks {
        rule.check(&scope, block);
    }
    world.report(module, sink.into_diagnostics());
}

/// Evaluates the conditions of one instance of a resource; `whole` is the instance as `self` sees it.
pub(crate) fn instance(
    world: &World,
    module: &Arc<ModuleInstance>,
    resource: &Resource,
    binding: &Binding,
    whole: impl FnOnce() -> Value,
) {
    let preconditions = || of_resource(resource, "precondition");
    let postconditions = || of_resource(resource, "postcondition");
    if preconditions().next().is_none() && postconditions().next().is_none() {
        return;
    }
    let sink = Sink::default();
    let names = InModule::new(world, module);
    let scope = Scope::new(&names, &sink);
    let frame = binding.0.as_ref().map(|(name, value)| Frame {
        name,
        value,
        outer: None,
    });
    let scope = frame.as_ref().map_or(scope, |frame| scope.with(frame));
    let rule = |code, which: &str, help| Rule {
        code,
        summary: format!("a {which} of `{}` is not met", resource.name),
        help,
        at: None,
    };
    let before = rule("precondition-failed", "precondition", PRECONDITION);
    for block in preconditions() {
        before.check(&scope, block);
    }
    if postconditions().next().is_some() {
        let after = rule("postcondition-failed", "postcondition", POSTCONDITION);
        let whole = whole();
        let of_self = Frame {
            name: "self",
            value: &whole,
            outer: scope.frame,
        };
        for block in postconditions() {
            after.check(&scope.with(&of_self), block);
        }
    }
    world.report(module, sink.into_diagnostics());
}

const PRECONDITION: &str =
    "the plan fails here as well: change what the condition looks at, or the condition";
const POSTCONDITION: &str = "the resource as written breaks it: change the resource, or the condition";

/// The conditions of a resource that have this keyword.
pub(crate) fn of_resource<'r>(resource: &'r Resource, keyword: &'r str) -> impl Iterator<Item = &'r Block> {
    let lifecycles = resource
        .meta
        .iter()
        .filter(|block| &*block.keyword.text == "lifecycle");
    lifecycles.flat_map(move |lifecycle| lifecycle.body.blocks_of(keyword))
}

/// Evaluates the `check` blocks of a module. What goes wrong in them is never more than a warning.
pub(crate) fn checks(world: &World, module: &Arc<ModuleInstance>) {
    if module.uncertain.is_some() {
        return;
    }
    let checks = module.module.other.iter();
    for check in checks.filter(|block| &*block.keyword.text == "check") {
        let name = check.labels.first().map_or("", |label| &*label.text);
        let rule = Rule {
            code: "check-failed",
            summary: format!("an assertion of the check `{name}` does not hold"),
            help: "Terraform goes on with a warning",
            at: None,
        };
        let sink = Sink::default();
        let names = InModule::new(world, module);
        let scope = Scope::new(&names, &sink);
        for assertion in check.body.blocks_of("assert") {
            rule.check(&scope, assertion);
        }
        let warnings = sink.into_diagnostics().into_iter().map(|problem| Diagnostic {
            severity: Severity::Warning,
            ..problem
        });
        world.report(module, warnings);
    }
}

/// What is said of a condition that is false.
struct Rule {
    code: &'static str,
    summary: String,
    help: &'static str,
    /// `None`: at the condition itself.
    at: Option<Place>,
}

impl Rule {
    fn check(&self, scope: &Scope<'_>, block: &Block) {
        let Some(condition) = block.body.attribute("condition") else {
            return;
        };
        let at = condition.expression.place;
        let invalid = |summary: &str| {
            let problem = Problem::new("invalid-condition", summary)
                .help("a condition is an expression that gives true or false");
            scope.sink.push(problem.at(at));
        };
        let value = value_of(scope, &condition.expression);
        if value.is_null() {
            return invalid("the condition is null: it must be true or false");
        }
        let Ok(decision) = convert(value, &Type::Bool) else {
            return invalid("the condition must be a bool");
        };
        if decision.as_bool() != Some(false) {
            return;
        }
        let message = message(scope, block);
        let problem = Problem::new(self.code, self.summary.clone()).help(self.help);
        scope.sink.push(
            problem
                .at(self.at.unwrap_or(at))
                .detail(message.unwrap_or_default()),
        );
    }
}

/// The block's own words, on one line, where they are known and may be shown.
fn message(scope: &Scope<'_>, block: &Block) -> Option<String> {
    let message = value_of(scope, &block.body.attribute("error_message")?.expression);
    if message.deep_marks().any() {
        return None;
    }
    let words: Vec<&str> = message.as_str()?.split_whitespace().collect();
    Some(words.join(" "))
}
