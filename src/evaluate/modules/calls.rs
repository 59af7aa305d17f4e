//! Module calls: the instances of a child module, and its outputs as seen from outside.

use std::sync::Arc;

use super::repetition::Expansion;
use super::resolve::InModule;
use super::variable::is_true;
use super::world::{Children, Kind, ModuleInstance, Node, World, lock};
use crate::config::module::{Child, ModuleCall, Output};
use crate::evaluate::address::{Key, ModulePath, ModuleStep};
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Problem, Scope, Sink};
use crate::evaluate::values::symbol::failed;
use crate::evaluate::values::unknown::derived_symbol;
use crate::evaluate::values::value::{Marks, Symbol, Type, Value};
use crate::source::Place;

/// A module call in a module instance.
pub(crate) struct Call<'w> {
    world: &'w World,
    module: &'w Arc<ModuleInstance>,
    call: &'w ModuleCall,
    children: Arc<Children>,
}

impl<'w> Call<'w> {
    pub fn new(world: &'w World, module: &'w Arc<ModuleInstance>, call: &'w ModuleCall) -> Call<'w> {
        Call {
            world,
            module,
            call,
            children: module.children(&call.name.text),
        }
    }

    /// The keys of its instances; evaluated once, and with them the instances are made.
    pub fn expansion(&self, sink: &Sink, at: Place) -> Arc<Expansion> {
        {
            let mut state = lock(&self.children.state);
            if let Some(known) = &state.expansion {
                return known.clone();
            }
            if std::mem::replace(&mut state.running, true) {
                drop(state);
                let node = Node::Call(self.module.id, self.call.name.text.clone());
                self.world.cycle(self.module, &node, at);
                return Arc::new(Expansion::Failed);
            }
        }
        let node = Node::Call(self.module.id, self.call.name.text.clone());
        let names = InModule::new(self.world, self.module);
        let expansion = self.world.run(self.module, node, sink, |sink| {
            Expansion::evaluate(&Scope::new(&names, sink), &self.call.repetition)
        });
        let instances = self.make(&expansion);
        let mut state = lock(&self.children.state);
        let expansion = Arc::new(expansion);
        state.expansion = Some(expansion.clone());
        state.instances = instances;
        expansion
    }

    fn make(&self, expansion: &Expansion) -> Vec<Arc<ModuleInstance>> {
        let Child::Loaded(module) = &self.call.child else {
            return Vec::new();
        };
        let uncertain = match expansion {
            Expansion::Unknown { symbol, .. } => Some(symbol),
            _ => self.module.uncertain.as_ref(),
        };
        (0..expansion.len())
            .map(|position| {
                let (key, each) = expansion.instance(position);
                let path = self.path(key);
                self.world.add_child(
                    self.module,
                    self.call,
                    module.clone(),
                    path,
                    each,
                    uncertain.cloned(),
                )
            })
            .collect()
    }

    fn path(&self, key: Option<Key>) -> ModulePath {
        let step = ModuleStep {
            name: self.call.name.text.clone(),
            key,
        };
        self.module.path.iter().cloned().chain([step]).collect()
    }

    /// The module instances it makes, in order of their keys.
    pub fn instances(&self) -> Vec<Arc<ModuleInstance>> {
        lock(&self.children.state).instances.clone()
    }

    /// An output of one instance; `None` where the module has no such output.
    pub fn output(
        &self,
        expansion: &Expansion,
        position: usize,
        name: &Arc<str>,
        scope: &Scope<'_>,
        at: Place,
    ) -> Option<Value> {
        let Some(child) = self.instances().get(position).cloned() else {
            return Some(self.not_loaded(expansion, position, name));
        };
        let output = child.module.outputs.get(name)?;
        Some(value(self.world, &child, output, scope, at))
    }

    /// What an output of a module that is not there may be.
    fn not_loaded(&self, expansion: &Expansion, position: usize, name: &Arc<str>) -> Value {
        let source = match &self.call.child {
            Child::NotInstalled { source } => source.clone(),
            Child::Loaded(_) | Child::Unreadable => "".into(),
        };
        let symbol = Symbol::Output {
            module: self.path(expansion.instance(position).0),
            name: name.clone(),
            source,
        };
        Value::unknown(Type::Any, symbol).with_origin(self.call.header)
    }

    /// One instance as the object of its outputs.
    pub fn instance(&self, expansion: &Expansion, position: usize, scope: &Scope<'_>, at: Place) -> Value {
        let Some(child) = self.instances().get(position).cloned() else {
            return self.not_loaded(expansion, position, &"".into());
        };
        let outputs = child.module.outputs.iter();
        let entries =
            outputs.map(|(name, output)| (name.clone(), value(self.world, &child, output, scope, at)));
        Value::object(entries.collect())
    }

    /// All instances: an object, a tuple under `count`, an object of objects under `for_each`.
    pub fn whole(&self, expansion: &Expansion, scope: &Scope<'_>, at: Place) -> Value {
        let each = |position| self.instance(expansion, position, scope, at);
        let all = (0..expansion.len()).map(each);
        match expansion {
            Expansion::Single => each(0),
            Expansion::Count(_) => Value::tuple(all.collect::<Vec<_>>()),
            Expansion::ForEach(entries) => {
                let keys = entries.iter().map(|(key, _)| key.clone());
                Value::object(keys.zip(all).collect())
            }
            Expansion::Unknown { symbol, .. } => {
                let repeated = Value::unknown(Type::Any, symbol.clone());
                let by = format!("module.{}", self.call.name.text);
                Value::unknown(Type::Any, derived_symbol(&by, &[&repeated]))
            }
            Expansion::Failed => failed(),
        }
    }
}

/// The value of an output in its module instance.
pub(crate) fn value(
    world: &World,
    module: &Arc<ModuleInstance>,
    output: &Output,
    scope: &Scope<'_>,
    at: Place,
) -> Value {
    world.value(module, Kind::Output, &output.name.text, scope, at, |sink| {
        let Some(expression) = &output.value else {
            return failed();
        };
        let names = InModule::new(world, module);
        let marks = Marks {
            sensitive: is_true(output.sensitive.as_ref()),
            ephemeral: is_true(output.ephemeral.as_ref()),
        };
        value_of(&Scope::new(&names, sink), expression).with_marks(marks)
    })
}

pub(crate) fn no_output(call: &str, name: &str) -> Problem {
    Problem::new(
        "unsupported-attribute",
        format!("the module `{call}` has no output `{name}`"),
    )
}
