//! What the names in a module's expressions stand for.

use std::sync::Arc;

use super::calls::{self, Call};
use super::repetition::Expansion;
use super::resource::Resources;
use super::variable;
use super::world::{Kind, ModuleInstance, World};
use crate::config::files::Files;
use crate::config::module::{Mode, ResourceName};
use crate::evaluate::blocks::schema::Schemas;
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Link, Names, Problem, Resolved, Scope};
use crate::evaluate::language::suggest;
use crate::evaluate::values::symbol::{derived, failed};
use crate::evaluate::values::value::{Marks, Symbol, Type, Value};
use crate::source::Place;

/// The names of one module instance.
pub(crate) struct InModule<'w> {
    world: &'w World,
    module: &'w Arc<ModuleInstance>,
}

impl<'w> InModule<'w> {
    pub fn new(world: &'w World, module: &'w Arc<ModuleInstance>) -> InModule<'w> {
        InModule { world, module }
    }
}

impl Names for InModule<'_> {
    fn resolve(&self, scope: &Scope<'_>, root: &Arc<str>, at: Place, steps: &[Link<'_>]) -> Resolved {
        let name = match steps.first() {
            Some(Link::Attribute(word, _)) => Some(&word.text),
            _ => None,
        };
        match (&**root, name) {
            ("var", Some(name)) => self.variable(scope, name, at),
            ("local", Some(name)) => self.local(scope, name, at),
            ("module", Some(name)) => self.module_call(scope, name, at, steps),
            ("path", Some(name)) => Resolved::after(1, self.path(name)),
            ("terraform", Some(name)) if &**name == "workspace" => {
                Resolved::after(1, Value::string(self.world.workspace.clone()))
            }
            // `resource.` says what is meant even where a name could be taken for something else.
            ("data" | "resource", Some(kind)) => match steps.get(1) {
                Some(Link::Attribute(name, _)) => {
                    let mode = if &**root == "data" {
                        Mode::Data
                    } else {
                        Mode::Managed
                    };
                    self.resource(scope, mode, (kind, &name.text), at, steps, 2)
                }
                _ => undeclared(steps),
            },
            ("ephemeral", Some(kind)) => Resolved::after(steps.len(), ephemeral(kind)),
            ("each" | "count" | "self" | "terraform" | "template" | "lazy" | "arg", _) | (_, None) => {
                undeclared(steps)
            }
            (_, Some(name)) => self.resource(scope, Mode::Managed, (root, name), at, steps, 1),
        }
    }

    fn schemas(&self) -> &dyn Schemas {
        &*self.world.schemas
    }

    fn files(&self) -> Option<&Files> {
        self.world.files.as_ref()
    }

    fn has_provider(&self, name: &str) -> bool {
        self.module.module.required_providers.contains_key(name)
    }
}

impl Resolved {
    pub(crate) fn after(steps: usize, value: Value) -> Resolved {
        Resolved { value, steps }
    }
}

/// What is not declared is reported when the module is checked, once and whatever `try` there is
/// around it.
fn undeclared(steps: &[Link<'_>]) -> Resolved {
    Resolved::after(steps.len(), failed())
}

fn ephemeral(kind: &str) -> Value {
    let marks = Marks {
        sensitive: false,
        ephemeral: true,
    };
    Value::unknown(Type::Any, Symbol::Impure(format!("ephemeral.{kind}").into())).with_marks(marks)
}

impl InModule<'_> {
    fn variable(&self, scope: &Scope<'_>, name: &Arc<str>, at: Place) -> Resolved {
        let value = match self.module.module.variables.get(name) {
            Some(variable) => variable::value(self.world, self.module, variable, scope, at),
            None => failed(),
        };
        Resolved::after(1, value)
    }

    pub fn local(&self, scope: &Scope<'_>, name: &Arc<str>, at: Place) -> Resolved {
        let Some(local) = self.module.module.locals.get(name) else {
            return Resolved::after(1, failed());
        };
        let value = self
            .world
            .value(self.module, Kind::Local, name, scope, at, |sink| {
                value_of(&Scope::new(self, sink), &local.expression)
            });
        Resolved::after(1, value)
    }

    fn path(&self, name: &str) -> Value {
        match name {
            "module" => Value::string(self.module.module.directory.clone()),
            "root" => Value::string("."),
            "cwd" => match &self.world.files {
                Some(files) => Value::string(files.base.to_string_lossy().replace('\\', "/")),
                None => failed(),
            },
            _ => failed(),
        }
    }

    fn resource(
        &self,
        scope: &Scope<'_>,
        mode: Mode,
        (kind, name): (&Arc<str>, &Arc<str>),
        at: Place,
        steps: &[Link<'_>],
        taken: usize,
    ) -> Resolved {
        let name = ResourceName {
            mode,
            kind: kind.clone(),
            name: name.clone(),
        };
        let Some(resource) = self.module.module.resources.get(&name) else {
            return undeclared(steps);
        };
        let resources = Resources::new(self.world, self.module, resource);
        let expansion = resources.expansion(scope.sink, at);
        let (position, taken) = match keyed(scope, &expansion, steps, taken) {
            Keyed::Instance(position, taken) => (position, taken),
            Keyed::Some(key, taken) => {
                return Resolved::after(taken, resources.some_instance(&expansion, &key));
            }
            Keyed::Missing(value) => return Resolved::after(steps.len(), value),
            Keyed::Whole => return Resolved::after(taken, resources.whole(scope.sink, at)),
        };
        let Some(instance) = resources.instance(&expansion, position, scope.sink, at) else {
            return Resolved::after(steps.len(), failed());
        };
        match steps.get(taken) {
            Some(Link::Attribute(attribute, place)) => {
                let value = resources
                    .attribute(&instance, &attribute.text)
                    .unwrap_or_else(|problem| scope.fail(problem, *place));
                Resolved::after(taken + 1, value)
            }
            _ => Resolved::after(taken, resources.whole_instance(&instance)),
        }
    }

    fn module_call(&self, scope: &Scope<'_>, name: &Arc<str>, at: Place, steps: &[Link<'_>]) -> Resolved {
        let Some(call) = self.module.module.calls.get(name) else {
            return undeclared(steps);
        };
        let call = Call::new(self.world, self.module, call);
        let expansion = call.expansion(scope.sink, at);
        let (position, taken) = match keyed(scope, &expansion, steps, 1) {
            Keyed::Instance(position, taken) => (position, taken),
            Keyed::Some(key, taken) => {
                let value = derived(Type::Any, &format!("module.{name}"), &[&key]);
                return Resolved::after(taken, value);
            }
            Keyed::Missing(value) => return Resolved::after(steps.len(), value),
            Keyed::Whole => return Resolved::after(1, call.whole(&expansion, scope, at)),
        };
        match steps.get(taken) {
            Some(Link::Attribute(output, place)) => {
                let value = call.output(&expansion, position, &output.text, scope, at);
                let value = value.unwrap_or_else(|| scope.fail(calls::no_output(name, &output.text), *place));
                Resolved::after(taken + 1, value)
            }
            _ => Resolved::after(taken, call.instance(&expansion, position, scope, at)),
        }
    }
}

/// Which instance the steps after a resource's or module's name select.
enum Keyed {
    /// This one, with so many steps taken.
    Instance(usize, usize),
    /// One of them, but the key is not known.
    Some(Value, usize),
    /// None: there is no such key.
    Missing(Value),
    /// All of them.
    Whole,
}

fn keyed(scope: &Scope<'_>, expansion: &Expansion, steps: &[Link<'_>], taken: usize) -> Keyed {
    if matches!(expansion, Expansion::Failed) {
        return Keyed::Missing(failed());
    }
    let next = steps.get(taken);
    let single = matches!(expansion, Expansion::Single);
    let (key, at) = match next {
        _ if single => return Keyed::Instance(0, taken),
        Some(Link::Index(key, at)) => (value_of(scope, key), *at),
        Some(Link::Attribute(name, at)) if matches!(expansion, Expansion::ForEach(_)) => {
            (Value::string(name.text.clone()), *at)
        }
        _ => return Keyed::Whole,
    };
    if let Some(position) = expansion.position(&key) {
        return Keyed::Instance(position, taken + 1);
    }
    if !key.is_known() {
        return Keyed::Some(key, taken + 1);
    }
    let problem = Problem::new(
        "invalid-index",
        match key.as_str() {
            Some(name) => format!("there is no instance `{name}`"),
            None => "there is no instance under this key".to_owned(),
        },
    );
    Keyed::Missing(scope.fail(problem.help(keys_there_are(expansion)), at))
}

/// What can be written instead of a key that does not exist.
fn keys_there_are(expansion: &Expansion) -> String {
    const MOST: usize = 6;
    match expansion {
        Expansion::ForEach(entries) if (1..=MOST).contains(&entries.len()) => {
            let keys: Vec<&str> = entries.iter().map(|(key, _)| &**key).collect();
            format!("its `for_each` makes {}", suggest::list(&keys))
        }
        Expansion::Count(0) => "its `count` is 0: ask for it only where it is not".to_owned(),
        Expansion::Count(count) => format!("its `count` is {count}, and indexes begin at 0"),
        _ => "look at its `for_each`".to_owned(),
    }
}
