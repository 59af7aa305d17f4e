//! What is wrong with a module whatever its values are: references to what is not declared, names used
//! where they mean nothing, arguments that a child module does not know. Terraform refuses these before
//! it evaluates anything, so no `try` hides them.

use std::sync::Arc;

use super::conditions;
use super::refactoring;
use super::settings;
use crate::config::module::{Child, Mode, Module, ModuleCall, Resource, ResourceName};
use crate::config::syntax::{Body, Expression, Word};
use crate::evaluate::blocks::body::opening;
use crate::evaluate::language::call;
use crate::evaluate::language::references::{self, Reference};
use crate::evaluate::language::scope::{Link, Problem};
use crate::evaluate::language::suggest;
use crate::source::{Diagnostic, Place};

/// The problems of one module, not of its children.
pub(crate) fn module(module: &Module) -> Vec<Diagnostic> {
    let mut check = Check::new(module);
    for local in module.locals.values() {
        check.expression(&local.expression);
    }
    for output in module.outputs.values() {
        output.value.iter().for_each(|value| check.expression(value));
    }
    for resource in module.resources.values() {
        check.resource(resource);
    }
    for call in module.calls.values() {
        check.call(call);
    }
    for provider in module.providers.values() {
        check.body(&provider.body);
    }
    check.conditions();
    check.found.extend(refactoring::problems(module));
    check.found.extend(settings::problems(module));
    check.found
}

/// The problems of a body outside the module's own files, a site file's.
pub(crate) fn body(module: &Module, body: &Body) -> Vec<Diagnostic> {
    let mut check = Check::new(module);
    check.body(body);
    check.found
}

/// The same for one expression.
pub(crate) fn expression(module: &Module, expression: &Expression) -> Vec<Diagnostic> {
    let mut check = Check::new(module);
    check.expression(expression);
    check.found
}

struct Check<'m> {
    module: &'m Module,
    around: Around<'m>,
    found: Vec<Diagnostic>,
}

/// Where in the module the expression stands.
#[derive(Clone, Copy, Default)]
struct Around<'m> {
    each: bool,
    count: bool,
    is_self: bool,
    resource: Option<&'m ResourceName>,
}

impl<'m> Check<'m> {
    fn new(module: &'m Module) -> Check<'m> {
        Check {
            module,
            around: Around::default(),
            found: Vec::new(),
        }
    }

    fn resource(&mut self, resource: &'m Resource) {
        let repetition = &resource.repetition;
        for attribute in repetition.count.iter().chain(&repetition.for_each) {
            self.expression(&attribute.expression);
        }
        self.around = Around {
            each: repetition.for_each.is_some(),
            count: repetition.count.is_some(),
            is_self: false,
            resource: Some(&resource.name),
        };
        self.body(&resource.body);
        for block in conditions::of_resource(resource, "precondition") {
            self.body(&block.body);
        }
        self.around.is_self = true;
        for block in conditions::of_resource(resource, "postcondition") {
            self.body(&block.body);
        }
        self.around = Around::default();
    }

    /// The conditions that stand in no resource.
    fn conditions(&mut self) {
        let module = self.module;
        for variable in module.variables.values() {
            variable
                .validations
                .iter()
                .for_each(|block| self.body(&block.body));
        }
        for output in module.outputs.values() {
            output
                .preconditions
                .iter()
                .for_each(|block| self.body(&block.body));
        }
        let checks = module
            .other
            .iter()
            .filter(|block| &*block.keyword.text == "check");
        for assertion in checks.flat_map(|check| check.body.blocks_of("assert")) {
            self.body(&assertion.body);
        }
    }

    fn call(&mut self, call: &ModuleCall) {
        let repetition = &call.repetition;
        for attribute in repetition.count.iter().chain(&repetition.for_each) {
            self.expression(&attribute.expression);
        }
        self.around.each = repetition.for_each.is_some();
        self.around.count = repetition.count.is_some();
        self.body(&call.arguments);
        self.around = Around::default();
        if let Child::Loaded(child) = &call.child {
            self.arguments(call, child);
        }
    }

    fn arguments(&mut self, call: &ModuleCall, child: &Module) {
        for argument in &call.arguments.attributes {
            if !child.variables.contains_key(&argument.name.text) {
                let summary = format!(
                    "the module `{}` has no variable `{}`",
                    call.name.text, argument.name.text
                );
                let known: Vec<&Arc<str>> = child.variables.keys().collect();
                let help = meant(
                    &argument.name.text,
                    &known,
                    "remove it, or declare the variable there",
                );
                self.say(
                    Problem::new("unsupported-argument", summary).help(help),
                    argument.name.place,
                );
            }
        }
        for variable in child.variables.values() {
            let name = &variable.name.text;
            if variable.default.is_none() && call.arguments.attribute(name).is_none() {
                let summary = format!("the module `{}` needs a value for `{name}`", call.name.text);
                self.say(
                    Problem::new("missing-argument", summary)
                        .help("give it in this call, or give the variable a default"),
                    opening(call.header, &call.arguments),
                );
            }
        }
    }

    fn body(&mut self, body: &Body) {
        let mut references = Vec::new();
        let mut calls = Vec::new();
        references::each_in_body(
            body,
            &mut |reference| self.problem(reference, &mut references),
            &mut |word| calls.push(word.clone()),
        );
        self.found.extend(references);
        self.functions(&calls);
    }

    fn expression(&mut self, expression: &Expression) {
        let mut references = Vec::new();
        let mut calls = Vec::new();
        references::each_with_calls(
            expression,
            &mut |reference| self.problem(reference, &mut references),
            &mut |word| calls.push(word.clone()),
        );
        self.found.extend(references);
        self.functions(&calls);
    }

    fn functions(&mut self, names: &[Word]) {
        for word in names {
            let name = call::plain_name(&word.text);
            let known = match name
                .strip_prefix("provider::")
                .and_then(|rest| rest.split_once("::"))
            {
                Some((provider, _)) => self.module.required_providers.contains_key(provider),
                None => call::exists(name),
            };
            if !known {
                let problem = call::unknown(name);
                self.say(problem, word.place);
            }
        }
    }

    fn say(&mut self, problem: Problem, at: Place) {
        self.found.push(problem.at(at));
    }

    fn problem(&self, reference: &Reference<'_>, found: &mut Vec<Diagnostic>) {
        if reference.bound_inside {
            return;
        }
        if let Some((problem, steps)) = self.wrong(reference) {
            let root = root_place(reference);
            let at = match steps.checked_sub(1).and_then(|last| reference.links.get(last)) {
                Some(last) => root.to(last.place()),
                None => root,
            };
            found.push(problem.at(at));
        } else if let Some((problem, at)) = self.missing_output(reference) {
            found.push(problem.at(at));
        }
    }

    /// What is wrong with a reference, and how many of its steps say so.
    fn wrong(&self, reference: &Reference<'_>) -> Option<(Problem, usize)> {
        let first = name(reference.links.first());
        let module = self.module;
        let undeclared = |what: &str, name: &Arc<str>, known: Vec<&Arc<str>>, otherwise: &str| {
            let summary = format!("the {what} `{name}` is not declared");
            let problem = Problem::new("undeclared-reference", summary);
            Some((problem.help(meant(name, &known, otherwise)), 1))
        };
        let invalid = |summary: &str, steps| Some((Problem::new("invalid-reference", summary), steps));
        match (reference.root, first) {
            ("var", Some(name)) if !self.module.variables.contains_key(name) => {
                let otherwise = format!("declare it with `variable \"{name}\" {{}}`");
                undeclared("variable", name, module.variables.keys().collect(), &otherwise)
            }
            ("local", Some(name)) if !module.locals.contains_key(name) => undeclared(
                "local value",
                name,
                module.locals.keys().collect(),
                "define it in a `locals` block",
            ),
            ("module", Some(name)) if !module.calls.contains_key(name) => undeclared(
                "module",
                name,
                module.calls.keys().collect(),
                "call it with a `module` block",
            ),
            ("each", Some(name)) if !matches!(&**name, "key" | "value") => {
                invalid("`each` has only `key` and `value`", 1)
            }
            ("each", Some(_)) if !self.around.each => {
                invalid("`each` means something only where `for_each` is set", 1)
            }
            ("count", Some(name)) if &**name != "index" => invalid("`count` has only `index`", 1),
            ("count", Some(_)) if !self.around.count => {
                invalid("`count` means something only where `count` is set", 1)
            }
            ("self", _) if self.around.is_self => None,
            ("self", _) => invalid(
                "`self` means something only in provisioners and postconditions",
                0,
            ),
            ("path", Some(name)) if !matches!(&**name, "module" | "root" | "cwd") => {
                invalid("`path` has only `module`, `root` and `cwd`", 1)
            }
            ("terraform", Some(name)) if &**name != "workspace" => {
                invalid("`terraform` has only `workspace`", 1)
            }
            ("var" | "local" | "module" | "each" | "count" | "path" | "terraform", Some(_)) => None,
            ("ephemeral", Some(_)) => None,
            ("data", Some(kind)) => match name(reference.links.get(1)) {
                Some(name) => self.resource_problem(Mode::Data, kind, name, 2),
                None => invalid("a data source is referred to by its type and its name", 1),
            },
            ("resource", Some(kind)) => match name(reference.links.get(1)) {
                Some(name) => self.resource_problem(Mode::Managed, kind, name, 2),
                None => invalid("a resource is referred to by its type and its name", 1),
            },
            (_, None) => invalid("a resource is referred to by its type and its name", 0),
            (kind, Some(name)) => self.resource_problem(Mode::Managed, &kind.into(), name, 1),
        }
    }

    fn resource_problem(
        &self,
        mode: Mode,
        kind: &Arc<str>,
        name: &Arc<str>,
        steps: usize,
    ) -> Option<(Problem, usize)> {
        let name = ResourceName {
            mode,
            kind: kind.clone(),
            name: name.clone(),
        };
        if !self.module.resources.contains_key(&name) {
            let summary = format!("the resource `{name}` is not declared");
            let problem = Problem::new("undeclared-reference", summary).help(self.meant_resource(&name));
            return Some((problem, steps));
        }
        if self.around.resource == Some(&name) {
            let summary = format!("`{name}` must not refer to itself");
            let problem =
                Problem::new("self-reference", summary).help("put what both places need into a local value");
            return Some((problem, steps));
        }
        None
    }

    fn meant_resource(&self, wanted: &ResourceName) -> String {
        if refactoring::is_removed(self.module, wanted) {
            return "a `removed` block says that it is gone: remove the reference as well".to_owned();
        }
        let shown: Vec<Arc<str>> = self
            .module
            .resources
            .keys()
            .filter(|name| name.mode == wanted.mode && (name.kind == wanted.kind || name.name == wanted.name))
            .map(|name| name.to_string().into())
            .collect();
        meant(
            &wanted.to_string(),
            &shown.iter().collect::<Vec<_>>(),
            "declare it, or correct the reference",
        )
    }

    /// An output that the module does not have.
    fn missing_output(&self, reference: &Reference<'_>) -> Option<(Problem, Place)> {
        if reference.root != "module" {
            return None;
        }
        let call = self.module.calls.get(name(reference.links.first())?)?;
        let Child::Loaded(child) = &call.child else {
            return None;
        };
        let repeated = call.repetition.count.is_some() || call.repetition.for_each.is_some();
        let output = match (repeated, reference.links.get(1)?) {
            (true, Link::Index(..)) => reference.links.get(2)?,
            (false, link) => link,
            (true, Link::Attribute(..)) => return None,
        };
        let Link::Attribute(word, at) = output else {
            return None;
        };
        if child.outputs.contains_key(&word.text) {
            return None;
        }
        let known: Vec<&Arc<str>> = child.outputs.keys().collect();
        let help = meant(
            &word.text,
            &known,
            "declare it in the module with an `output` block",
        );
        let problem = super::calls::no_output(&call.name.text, &word.text);
        Some((problem.help(help), *at))
    }
}

/// What a name was meant to be.
fn meant(name: &str, known: &[&Arc<str>], otherwise: &str) -> String {
    match suggest::nearest(name, known.iter().map(|known| &***known)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_owned(),
    }
}

fn name<'e>(link: Option<&Link<'e>>) -> Option<&'e Arc<str>> {
    match link {
        Some(Link::Attribute(word, _)) => Some(&word.text),
        _ => None,
    }
}

/// The place of the reference's first name.
fn root_place(reference: &Reference<'_>) -> Place {
    let whole = reference.expression.place;
    let end = reference
        .links
        .first()
        .map_or(whole.end, |link| link.place().start);
    Place { end, ..whole }
}
