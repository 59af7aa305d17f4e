//! The root scope of a plan or state without its source: what the plan holds, and nothing it does not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::address::{Address, Key};
use super::evaluation::Evaluation;
use super::schema::{NoSchemas, Schemas};
use super::scope::{Link, Names, Problem, Resolved, Scope};
use super::value::{BlockOf, Symbol, Type, Value};
use crate::config::files::Files;
use crate::config::module::{Mode, ResourceName};
use crate::source::Place;

/// Names that a plan gives values to.
pub(super) struct Planned {
    variables: BTreeMap<Arc<str>, Value>,
    resources: HashMap<ResourceName, Value>,
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
        Planned { variables, resources }
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
        let unknown = |symbol| Value::unknown(Type::Any, symbol);
        let (value, taken) = match (&**root, name(0), name(1)) {
            ("var", Some(name), _) => (self.variables.get(name).cloned(), 1),
            ("local", Some(name), _) => {
                let symbol = Symbol::Derived {
                    by: format!("local.{name}").into(),
                    from: [].into(),
                };
                (Some(unknown(symbol)), 1)
            }
            ("module", Some(name), _) => {
                let symbol = Symbol::Derived {
                    by: format!("module.{name}").into(),
                    from: [].into(),
                };
                (Some(unknown(symbol)), 1)
            }
            ("data", Some(kind), Some(name)) => (self.resource(Mode::Data, kind, name), 2),
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

impl Planned {
    fn resource(&self, mode: Mode, kind: &Arc<str>, name: &Arc<str>) -> Option<Value> {
        let name = ResourceName {
            mode,
            kind: kind.clone(),
            name: name.clone(),
        };
        self.resources.get(&name).cloned()
    }
}
