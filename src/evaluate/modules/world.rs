//! The module instances of one root module, and what has been evaluated of each so far.
//!
//! Everything is evaluated when it is first asked for, once, and remembered. A thing that asks for
//! itself again is a cycle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::repetition::Expansion;
use super::resource::ResourceNode;
use crate::config::Given;
use crate::config::files::Files;
use crate::config::module::{Module, ModuleCall, ResourceName};
use crate::evaluate::address::ModulePath;
use crate::evaluate::blocks::schema::Schemas;
use crate::evaluate::language::scope::{Problem, Scope, Sink};
use crate::evaluate::values::symbol::failed;
use crate::evaluate::values::types::Constraint;
use crate::evaluate::values::value::{Symbol, Value};
use crate::source::{Diagnostic, Place};

/// One root module under evaluation.
pub(crate) struct World {
    pub schemas: Arc<dyn Schemas>,
    pub workspace: Arc<str>,
    pub files: Option<Files>,
    /// Values for root variables; the last one for a name.
    pub given: HashMap<Arc<str>, Given>,
    modules: Mutex<Vec<Arc<ModuleInstance>>>,
    diagnostics: Mutex<Vec<Diagnostic>>,
    /// What is being evaluated now, outermost first.
    stack: Mutex<Vec<Node>>,
    constraints: Mutex<HashMap<Place, Arc<Constraint>>>,
}

/// A module in one of its instances.
pub(crate) struct ModuleInstance {
    pub id: ModuleId,
    pub module: Arc<Module>,
    pub path: ModulePath,
    /// The calls that led here, outermost first.
    pub calls: Arc<[Place]>,
    pub parent: Option<Parent>,
    /// Why it is not certain that the instance exists.
    pub uncertain: Option<Symbol>,
    memo: Mutex<Memo>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ModuleId(usize);

/// Where a module instance was called.
pub(crate) struct Parent {
    pub id: ModuleId,
    pub call: Arc<str>,
    pub each: Binding,
}

/// What `each` or `count` stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding(pub Option<(&'static str, Value)>);

#[derive(Default)]
struct Memo {
    values: HashMap<(Kind, Arc<str>), State, RandomState>,
    resources: HashMap<ResourceName, Arc<ResourceNode>, RandomState>,
    children: HashMap<Arc<str>, Arc<Children>, RandomState>,
}

/// The instances that a module call makes.
#[derive(Default)]
pub(crate) struct Children {
    pub state: Mutex<ChildrenState>,
}

#[derive(Default)]
pub(crate) struct ChildrenState {
    pub running: bool,
    pub expansion: Option<Arc<Expansion>>,
    /// By position in the expansion; none for a module that could not be loaded.
    pub instances: Vec<Arc<ModuleInstance>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Variable,
    Local,
    Output,
}

enum State {
    Running,
    Done(Value),
}

/// Something that is evaluated as a whole, as far as cycles go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Value(ModuleId, Kind, Arc<str>),
    Resource(ModuleId, ResourceName),
    Call(ModuleId, Arc<str>),
}

impl World {
    pub fn new(
        root: Arc<Module>,
        schemas: Arc<dyn Schemas>,
        files: Option<Files>,
        workspace: Arc<str>,
        given: HashMap<Arc<str>, Given>,
    ) -> (World, Arc<ModuleInstance>) {
        let world = World {
            schemas,
            workspace,
            files,
            given,
            modules: Mutex::default(),
            diagnostics: Mutex::default(),
            stack: Mutex::default(),
            constraints: Mutex::default(),
        };
        let root = world.add(|id| ModuleInstance {
            id,
            module: root,
            path: [].into(),
            calls: [].into(),
            parent: None,
            uncertain: None,
            memo: Mutex::default(),
        });
        (world, root)
    }

    fn add(&self, make: impl FnOnce(ModuleId) -> ModuleInstance) -> Arc<ModuleInstance> {
        let mut modules = lock(&self.modules);
        let instance = Arc::new(make(ModuleId(modules.len())));
        modules.push(instance.clone());
        instance
    }

    /// A new instance of a module below `parent`.
    pub fn add_child(
        &self,
        parent: &ModuleInstance,
        call: &ModuleCall,
        module: Arc<Module>,
        path: ModulePath,
        each: Binding,
        uncertain: Option<Symbol>,
    ) -> Arc<ModuleInstance> {
        self.add(|id| ModuleInstance {
            id,
            module,
            path,
            calls: parent.calls.iter().copied().chain([call.header]).collect(),
            parent: Some(Parent {
                id: parent.id,
                call: call.name.text.clone(),
                each,
            }),
            uncertain,
            memo: Mutex::default(),
        })
    }

    pub fn module(&self, id: ModuleId) -> Option<Arc<ModuleInstance>> {
        lock(&self.modules).get(id.0).cloned()
    }

    pub fn report(&self, module: &ModuleInstance, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        let with_calls = |mut diagnostic: Diagnostic| {
            if diagnostic.calls.is_empty() {
                diagnostic.calls = module.calls.to_vec();
            }
            diagnostic
        };
        lock(&self.diagnostics).extend(diagnostics.into_iter().map(with_calls));
    }

    pub fn take_diagnostics(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut lock(&self.diagnostics))
    }

    /// The value of a variable, local or output of a module instance, made by `make` the first time.
    pub fn value(
        &self,
        module: &Arc<ModuleInstance>,
        kind: Kind,
        name: &Arc<str>,
        scope: &Scope<'_>,
        at: Place,
        make: impl FnOnce(&Sink) -> Value,
    ) -> Value {
        let key = (kind, name.clone());
        let running = match lock(&module.memo).values.entry(key.clone()) {
            std::collections::hash_map::Entry::Occupied(entry) => match entry.get() {
                State::Done(value) => return value.clone(),
                State::Running => true,
            },
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(State::Running);
                false
            }
        };
        let node = Node::Value(module.id, kind, name.clone());
        if running {
            return self.cycle(module, &node, at);
        }
        let value = self.run(module, node, scope.sink, make);
        lock(&module.memo).values.insert(key, State::Done(value.clone()));
        value
    }

    /// Runs `make` as the evaluation of `node`; its problems are the module's.
    pub fn run<T>(
        &self,
        module: &ModuleInstance,
        node: Node,
        sink: &Sink,
        make: impl FnOnce(&Sink) -> T,
    ) -> T {
        let inner = sink.inside();
        lock(&self.stack).push(node);
        let made = make(&inner);
        lock(&self.stack).pop();
        let diagnostics = inner.into_diagnostics();
        if !diagnostics.is_empty() {
            self.report(module, diagnostics);
        }
        made
    }

    /// Reports that `node` depends on itself.
    pub fn cycle(&self, module: &ModuleInstance, node: &Node, at: Place) -> Value {
        let names: Vec<String> = {
            let stack = lock(&self.stack);
            let first = stack.iter().rposition(|running| running == node).unwrap_or(0);
            stack.iter().skip(first).map(|node| self.name(node)).collect()
        };
        let problem = Problem::new(
            "cycle",
            format!("these depend on each other: {}", names.join(", ")),
        )
        .help("one of them must get its value without the others");
        self.report(module, [problem.at(at)]);
        failed()
    }

    fn name(&self, node: &Node) -> String {
        let (id, name) = match node {
            Node::Value(id, Kind::Variable, name) => (id, format!("var.{name}")),
            Node::Value(id, Kind::Local, name) => (id, format!("local.{name}")),
            Node::Value(id, Kind::Output, name) => (id, format!("output.{name}")),
            Node::Resource(id, name) => (id, name.to_string()),
            Node::Call(id, name) => (id, format!("module.{name}")),
        };
        let path = self.module(*id).map_or_else(String::new, |module| {
            module.path.iter().map(|step| format!("{step}.")).collect()
        });
        format!("`{path}{name}`")
    }

    /// The constraint of a variable, parsed once for all instances of its module.
    pub fn constraint(&self, at: Place, parse: impl FnOnce() -> Constraint) -> Arc<Constraint> {
        if let Some(known) = lock(&self.constraints).get(&at) {
            return known.clone();
        }
        let constraint = Arc::new(parse());
        lock(&self.constraints).insert(at, constraint.clone());
        constraint
    }
}

impl ModuleInstance {
    pub fn resource_node(&self, name: &ResourceName) -> Arc<ResourceNode> {
        let mut memo = lock(&self.memo);
        if let Some(node) = memo.resources.get(name) {
            return node.clone();
        }
        let node = Arc::new(ResourceNode::default());
        memo.resources.insert(name.clone(), node.clone());
        node
    }

    pub fn children(&self, call: &Arc<str>) -> Arc<Children> {
        lock(&self.memo).children.entry(call.clone()).or_default().clone()
    }
}

/// Nothing that can fail happens under a lock, so a poisoned one still guards good data.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
