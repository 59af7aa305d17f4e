//! The root scope of a plan or state without its source: what the plan holds, and nothing it does not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::config::files::Files;
use crate::config::module::{Mode, ResourceName};
use crate::evaluate::address::{Address, Key, ModuleStep};
use crate::evaluate::blocks::schema::{NoSchemas, Schemas};
use crate::evaluate::evaluation::{CallOutput, Evaluation};
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Link, Names, Problem, Resolved, Scope};
use crate::evaluate::values::number::Number;
use crate::evaluate::values::value::{BlockOf, Kind, Step, Symbol, Type, Value};
use crate::source::Place;

/// Names that a plan gives values to.
pub(crate) struct Planned {
    variables: BTreeMap<Arc<str>, Value>,
    resources: HashMap<ResourceName, Value>,
    calls: BTreeMap<ModuleStep, BTreeMap<Arc<str>, CallOutput>>,
}

impl Planned {
    pub fn new(evaluation: &Evaluation, variables: BTreeMap<Arc<str>, Value>) -> Planned {
        let mut instances: HashMap<ResourceName, Vec<(Arc<Address>, Value)>> = HashMap::new();
        for instance in &evaluation.instances {
            let address = &instance.address;
            if !address.module.is_empty() {
                continue;
            }
            let name = ResourceName {
                mode: address.mode,
                kind: address.kind.clone(),
                name: address.name.clone(),
            };
            let value = Value {
                block: Some(Arc::new(BlockOf {
                    of: address.clone(),
                    path: [].into(),
                })),
                ..instance.values.clone()
            };
            instances.entry(name).or_default().push((address.clone(), value));
        }
        let resources = instances
            .into_iter()
            .map(|(name, instances)| (name, together(instances)))
            .collect();
        Planned {
            variables,
            resources,
            calls: evaluation.calls.clone(),
        }
    }
}

/// The instances of one resource as its value; they come sorted by address.
fn together(instances: Vec<(Arc<Address>, Value)>) -> Value {
    if let [(address, value)] = instances.as_slice() {
        match &address.key {
            None => return value.clone(),
            Some(Key::Any) => {
                return Value::unknown(Type::Any, Symbol::Instance(address.clone()));
            }
            Some(_) => {}
        }
    }
    if instances
        .iter()
        .any(|(address, _)| matches!(address.key, Some(Key::Index(_))))
    {
        return Value::tuple(instances.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
    }
    Value::object(
        instances
            .into_iter()
            .filter_map(|(address, value)| match &address.key {
                Some(Key::Name(name)) => Some((name.clone(), value)),
                _ => None,
            })
            .collect(),
    )
}

impl Names for Planned {
    fn resolve(&self, scope: &Scope<'_>, root: &Arc<str>, at: Place, steps: &[Link<'_>]) -> Resolved {
        let name = |position: usize| match steps.get(position) {
            Some(Link::Attribute(word, _)) => Some(&word.text),
            _ => None,
        };
        let (value, taken) = match (&**root, name(0), name(1)) {
            ("var", Some(name), _) => (self.variables.get(name).cloned(), 1),
            ("local", Some(name), _) => {
                let local = ("local", name.clone(), None);
                (Some(unsaid(local, &[])), 1)
            }
            ("module", Some(name), _) => {
                let (value, taken) = self.module(scope, name, steps);
                (Some(value), taken)
            }
            ("data", Some(kind), Some(name)) => (self.resource(Mode::Data, kind, name), 2),
            ("resource", Some(kind), Some(name)) => (self.resource(Mode::Managed, kind, name), 2),
            ("path" | "terraform" | "each" | "count" | "self" | "ephemeral", _, _) => (None, 0),
            (_, Some(name), _) => (self.resource(Mode::Managed, root, name), 1),
            _ => (None, 0),
        };
        match value {
            Some(value) => Resolved::after(taken, value),
            None => {
                let whole = steps
                    .get(taken.saturating_sub(1))
                    .map_or(at, |step| at.to(step.place()));
                let problem = Problem::new("undeclared-reference", format!("the plan has no such `{root}`"))
                    .help("give the source of the plan with `--source`");
                Resolved::after(steps.len(), scope.fail(problem, whole))
            }
        }
    }

    fn schemas(&self) -> &dyn Schemas {
        &NoSchemas
    }

    fn files(&self) -> Option<&Files> {
        None
    }
}

/// The key that a step means, where it can be one of an instance.
fn key_of(scope: &Scope<'_>, step: Option<&Link<'_>>) -> Option<Key> {
    match step? {
        Link::Attribute(word, _) => Some(Key::Name(word.text.clone())),
        Link::Index(key, _) => match &value_of(scope, key).kind {
            Kind::String(text) => Some(Key::Name(text.clone())),
            Kind::Number(Number::Integer(index)) => u64::try_from(*index).ok().map(Key::Index),
            _ => None,
        },
    }
}

/// What the plan does not say: its source would.
fn unsaid((kind, name, key): (&str, Arc<str>, Option<Key>), path: &[Arc<str>]) -> Value {
    let of = Arc::new(Address {
        module: Arc::new([]),
        mode: Mode::Managed,
        kind: kind.into(),
        name,
        key,
    });
    let path = path.iter().cloned().map(Step::Attribute).collect();
    Value::unknown(Type::Any, Symbol::Planned { of, path })
}

impl Planned {
    /// An output of a module, or its element under a key; how many steps that takes.
    fn module(&self, scope: &Scope<'_>, name: &Arc<str>, steps: &[Link<'_>]) -> (Value, usize) {
        let mut taken = 1;
        let mut key = None;
        if let Some(step @ Link::Index(..)) = steps.get(1) {
            key = key_of(scope, Some(step));
            taken = 2;
            if key.is_none() {
                return (unsaid(("module", name.clone(), None), &[]), taken);
            }
        }
        let step = ModuleStep {
            name: name.clone(),
            key: key.clone(),
        };
        let Some(Link::Attribute(output, _)) = steps.get(taken) else {
            return (unsaid(("module", name.clone(), key), &[]), taken);
        };
        let found = self
            .calls
            .get(&step)
            .and_then(|outputs| outputs.get(&output.text));
        taken += 1;
        match found {
            Some(CallOutput::Of(value)) => (value.clone(), taken),
            Some(CallOutput::Each(each)) => {
                let element = key_of(scope, steps.get(taken)).and_then(|key| each.get(&key));
                match element {
                    Some(value) => (value.clone(), taken + 1),
                    None => (
                        unsaid(("module", name.clone(), key), std::slice::from_ref(&output.text)),
                        taken,
                    ),
                }
            }
            None => (
                unsaid(("module", name.clone(), key), std::slice::from_ref(&output.text)),
                taken,
            ),
        }
    }

    fn resource(&self, mode: Mode, kind: &Arc<str>, name: &Arc<str>) -> Option<Value> {
        let name = ResourceName {
            mode,
            kind: kind.clone(),
            name: name.clone(),
        };
        self.resources.get(&name).cloned()
    }
}
