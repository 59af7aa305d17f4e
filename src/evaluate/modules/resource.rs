//! Resources: their instances, each evaluated when it is first asked for.

use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use super::builtin;
use super::remote_state::{self, Remote};
use super::repetition::Expansion;
use super::resolve::InModule;
use super::whole;
use super::world::{Binding, ModuleInstance, Node, World, lock};
use crate::config::module::{Mode, Resource};
use crate::evaluate::address::{Address, Key};
use crate::evaluate::blocks::body::{self, Shape};
use crate::evaluate::language::scope::{Frame, Problem, Scope, Sink};
use crate::evaluate::values::symbol::{derived, failed};
use crate::evaluate::values::value::{BlockOf, Kind, Step, Symbol, Type, Unknown, Value};
use crate::source::{Diagnostic, Place};

/// What has been evaluated of a resource in a module instance.
#[derive(Default)]
pub(crate) struct ResourceNode {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The repetition or an instance is being evaluated: whoever asks now asks for itself.
    running: bool,
    expansion: Option<Arc<Expansion>>,
    instances: Vec<Option<Arc<InstanceNode>>>,
    whole: Option<Value>,
}

/// A resource instance.
pub(crate) struct InstanceNode {
    pub address: Arc<Address>,
    /// What the configuration sets, and the id.
    pub values: Value,
    whole: OnceLock<Value>,
}

static ID: LazyLock<Arc<str>> = LazyLock::new(|| "id".into());
static ID_PATH: LazyLock<Arc<[Step]>> = LazyLock::new(|| [Step::Attribute(ID.clone())].into());

/// A resource in a module instance, and where the evaluator stands with it.
pub(crate) struct Resources<'w> {
    pub world: &'w World,
    pub module: &'w Arc<ModuleInstance>,
    pub resource: &'w Resource,
    pub node: Arc<ResourceNode>,
}

impl<'w> Resources<'w> {
    pub fn new(world: &'w World, module: &'w Arc<ModuleInstance>, resource: &'w Resource) -> Resources<'w> {
        Resources {
            world,
            module,
            resource,
            node: module.resource_node(&resource.name),
        }
    }

    /// Its instances' keys, evaluated once.
    pub fn expansion(&self, sink: &Sink, at: Place) -> Arc<Expansion> {
        if let Some(known) = &lock(&self.node.state).expansion {
            return known.clone();
        }
        let repetition = &self.resource.repetition;
        let expansion = if repetition.count.is_none() && repetition.for_each.is_none() {
            Expansion::Single
        } else {
            let evaluated = self.exclusively(sink, at, |scope| Expansion::evaluate(scope, repetition));
            evaluated.unwrap_or(Expansion::Failed)
        };
        let expansion = Arc::new(expansion);
        let mut state = lock(&self.node.state);
        state.instances.resize(expansion.len(), None);
        state.expansion = Some(expansion.clone());
        expansion
    }

    /// Runs `work` unless something of this resource is running already: that is a cycle.
    fn exclusively<T>(&self, sink: &Sink, at: Place, work: impl FnOnce(&Scope<'_>) -> T) -> Option<T> {
        let node = Node::Resource(self.module.id, self.resource.name.clone());
        if std::mem::replace(&mut lock(&self.node.state).running, true) {
            self.world.cycle(self.module, &node, at);
            return None;
        }
        let names = InModule::new(self.world, self.module);
        let result = self
            .world
            .run(self.module, node, sink, |sink| work(&Scope::new(&names, sink)));
        lock(&self.node.state).running = false;
        Some(result)
    }

    /// The instance at a position of the expansion.
    pub fn instance(
        &self,
        expansion: &Expansion,
        position: usize,
        sink: &Sink,
        at: Place,
    ) -> Option<Arc<InstanceNode>> {
        if let Some(Some(known)) = lock(&self.node.state).instances.get(position) {
            return Some(known.clone());
        }
        let (key, binding) = expansion.instance(position);
        let address = Arc::new(self.address(key));
        let values = self.exclusively(sink, at, |scope| self.evaluate(scope, &binding, &address))?;
        let instance = Arc::new(InstanceNode {
            address,
            values,
            whole: OnceLock::new(),
        });
        if let Some(slot) = lock(&self.node.state).instances.get_mut(position) {
            *slot = Some(instance.clone());
        }
        Some(instance)
    }

    fn address(&self, key: Option<Key>) -> Address {
        let name = &self.resource.name;
        Address {
            module: self.module.path.clone(),
            mode: name.mode,
            kind: name.kind.clone(),
            name: name.name.clone(),
            key,
        }
    }

    fn evaluate(&self, scope: &Scope<'_>, binding: &Binding, address: &Arc<Address>) -> Value {
        let name = &self.resource.name;
        let shape = Shape::of(self.world.schemas.lookup(name.mode, &name.kind));
        let header = self.resource.header;
        let values = match &binding.0 {
            Some((name, value)) => {
                let frame = Frame {
                    name,
                    value,
                    outer: scope.frame,
                };
                body::evaluate(&scope.with(&frame), &self.resource.body, shape, header)
            }
            None => body::evaluate(scope, &self.resource.body, shape, header),
        };
        let values = builtin::completed(values, address);
        let values = self.with_remote_outputs(scope, values);
        with_id(values, address)
    }

    /// Terraform reads such a state while it plans, unless something has to be applied first.
    fn with_remote_outputs(&self, scope: &Scope<'_>, values: Value) -> Value {
        let name = &self.resource.name;
        let remote = name.mode == Mode::Data && &*name.kind == "terraform_remote_state";
        if !remote || self.resource.depends_on.is_some() {
            return values;
        }
        let remote = match scope.names.files() {
            Some(files) => remote_state::read(&values, files),
            None => Remote::Elsewhere,
        };
        if let Remote::Unreadable(path, why) = &remote {
            let at = values.get("config").and_then(|config| config.at);
            let unread = Diagnostic::warning(
                "state-not-read",
                format!("the state `{path}` cannot be read: {why}"),
            )
            .detail("what it holds is unknown here")
            .help("make the state there, or give it or its configuration as a further input");
            scope.sink.push(unread.at(at.or(Some(self.resource.header))));
        }
        let (Remote::Outputs(outputs), Kind::Object(entries)) = (remote, &values.kind) else {
            return values;
        };
        let outputs = ("outputs".into(), outputs);
        Value {
            kind: Value::object(entries.iter().cloned().chain([outputs]).collect()).kind,
            ..values
        }
    }

    /// The resource as a value: an object, a tuple of objects under `count`, an object of objects under
    /// `for_each`.
    pub fn whole(&self, sink: &Sink, at: Place) -> Value {
        if let Some(known) = &lock(&self.node.state).whole {
            return known.clone();
        }
        let expansion = self.expansion(sink, at);
        let each = |position: usize| {
            self.instance(&expansion, position, sink, at)
                .map_or_else(failed, |instance| self.whole_instance(&instance))
        };
        let value = match &*expansion {
            Expansion::Single => each(0),
            Expansion::Count(_) => Value::tuple((0..expansion.len()).map(each).collect::<Vec<_>>()),
            Expansion::ForEach(entries) => {
                let keys = entries.iter().map(|(key, _)| key.clone());
                Value::object(keys.zip((0..expansion.len()).map(each)).collect())
            }
            Expansion::Unknown { .. } => {
                let address = Arc::new(self.address(Some(Key::Any)));
                Value::unknown(Type::Any, Symbol::Instance(address))
            }
            Expansion::Failed => failed(),
        };
        lock(&self.node.state).whole = Some(value.clone());
        value
    }

    /// One instance as a value, with everything that is known of its unset attributes.
    pub fn whole_instance(&self, instance: &InstanceNode) -> Value {
        instance
            .whole
            .get_or_init(|| {
                let name = &self.resource.name;
                let schema = self.world.schemas.lookup(name.mode, &name.kind);
                whole::instance(&instance.values, &self.resource.body, &instance.address, schema)
            })
            .clone()
    }

    /// An attribute of an instance, without building the rest of it.
    pub fn attribute(&self, instance: &InstanceNode, name: &str) -> Result<Value, Problem> {
        if let Some(value) = instance.values.get(name)
            && !whole::is_block(&self.resource.body, name)
        {
            return Ok(value.clone());
        }
        let whole = self.whole_instance(instance);
        crate::evaluate::language::traverse::attribute(&whole, name, &*self.world.schemas)
    }

    /// An instance of which the key is not known: one of all there are.
    pub fn some_instance(&self, expansion: &Expansion, key: &Value) -> Value {
        const MOST: usize = 64;
        if expansion.len() > MOST || expansion.len() == 0 || !key.marks.any() && key.is_known() {
            return derived(Type::Any, "index", &[key]);
        }
        let candidates = (0..expansion.len())
            .map(|position| Symbol::Instance(Arc::new(self.address(expansion.instance(position).0))))
            .collect();
        Value::unknown(Type::Any, Symbol::one_of(candidates))
    }
}

/// Every resource of a provider has an id, and until it is applied nobody knows it.
fn with_id(values: Value, address: &Arc<Address>) -> Value {
    // Terraform's own data source has none.
    if values.get(&ID).is_some() || &*address.kind == "terraform_remote_state" {
        return values;
    }
    let Kind::Object(entries) = &values.kind else {
        return values;
    };
    let symbol = Symbol::Attribute {
        of: address.clone(),
        path: ID_PATH.clone(),
    };
    let unknown = Unknown {
        not_null: true,
        ..Unknown::new(Type::String, symbol)
    };
    let id = (ID.clone(), Value::new(Kind::Unknown(Arc::new(unknown))));
    let position = entries.partition_point(|(name, _)| *name < *ID);
    let (before, after) = entries.split_at(position);
    Value {
        kind: Kind::Object(
            before
                .iter()
                .cloned()
                .chain([id])
                .chain(after.iter().cloned())
                .collect(),
        ),
        block: Some(Arc::new(BlockOf {
            of: address.clone(),
            path: [].into(),
        })),
        ..values
    }
}
