//! The instances of a plan, found by address, by block and by module call, with what is unknown in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::known::Variables;
use super::shape::Shape;
use crate::config::module::ResourceName;
use crate::config::plan::{Block, Configuration, Expression, Module};
use crate::evaluate::address::{Address, Key, ModulePath, ModuleStep};
use crate::evaluate::values::value::Step;

/// An instance, with what is unknown in it.
pub(super) struct Entry<'p> {
    pub address: Arc<Address>,
    pub unknown: Arc<Shape<'p>>,
    /// Its values as JSON.
    pub values: Option<&'p str>,
}

/// The instances of a plan and what is unknown in them.
pub(super) struct Instances<'p> {
    /// Sorted by address.
    entries: Vec<Entry<'p>>,
    /// The keys of the instances of each module call, by the path of the calling module instance.
    pub calls: BTreeMap<(ModulePath, Arc<str>), BTreeSet<Option<Key>>>,
    configuration: &'p Configuration,
    pub text: &'p str,
    pub variables: Variables<'p>,
}

/// Where a block's expressions are evaluated.
#[derive(Clone)]
pub(super) struct Scope<'p> {
    pub path: ModulePath,
    pub module: &'p Module,
    /// The key of the block's instance, or of the module call's.
    pub key: Option<Key>,
    pub for_each: Option<&'p Expression>,
}

impl<'p> Scope<'p> {
    pub(super) fn root(module: &'p Module) -> Scope<'p> {
        Scope {
            path: Arc::new([]),
            module,
            key: None,
            for_each: None,
        }
    }
}

impl<'p> Instances<'p> {
    pub(super) fn new(
        mut entries: Vec<Entry<'p>>,
        configuration: &'p Configuration,
        text: &'p str,
        variables: Variables<'p>,
    ) -> Self {
        entries.sort_by(|a, b| a.address.cmp(&b.address));
        let mut calls: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let mut previous: Option<&ModulePath> = None;
        for Entry { address, .. } in &entries {
            if previous == Some(&address.module) {
                continue;
            }
            previous = Some(&address.module);
            let mut path = &*address.module;
            while let Some((step, parent)) = path.split_last() {
                let call = (ModulePath::from(parent), step.name.clone());
                if !calls.entry(call).or_default().insert(step.key.clone()) {
                    break;
                }
                path = parent;
            }
        }
        Instances {
            entries,
            calls,
            configuration,
            text,
            variables,
        }
    }

    pub(super) fn entry(&self, address: &Address) -> Option<&Entry<'p>> {
        let index = self
            .entries
            .binary_search_by(|entry| (*entry.address).cmp(address))
            .ok()?;
        self.entries.get(index)
    }

    /// The instances of one block in one module instance, in the order of their keys.
    pub(super) fn instances_of(&self, block: &Address) -> &[Entry<'p>] {
        let name = |address: &Address| {
            (&address.module, address.mode, &address.kind, &address.name).cmp(&(
                &block.module,
                block.mode,
                &block.kind,
                &block.name,
            ))
        };
        let start = self.entries.partition_point(|entry| name(&entry.address).is_lt());
        let end = self.entries.partition_point(|entry| name(&entry.address).is_le());
        self.entries.get(start..end).unwrap_or(&[])
    }

    pub(super) fn module(&self, path: &[ModuleStep]) -> Option<&'p Module> {
        path.iter().try_fold(&self.configuration.root, |module, step| {
            module.calls.get(&step.name).map(|call| &call.module)
        })
    }

    /// The block of an instance, and the scope its expressions are evaluated in.
    pub(super) fn block(&self, address: &Address) -> Option<(&'p Block, Scope<'p>)> {
        let module = self.module(&address.module)?;
        let block = module.resources.get(&ResourceName {
            mode: address.mode,
            kind: address.kind.clone(),
            name: address.name.clone(),
        })?;
        let scope = Scope {
            path: address.module.clone(),
            module,
            key: address.key.clone(),
            for_each: block.for_each.as_ref(),
        };
        Some((block, scope))
    }

    /// The scope in which the arguments of the call of a module instance are evaluated, and the
    /// argument for one of its variables.
    pub(super) fn argument(
        &self,
        path: &ModulePath,
        variable: &str,
    ) -> Option<(Option<&'p Expression>, Scope<'p>)> {
        let (step, parent) = path.split_last()?;
        let module = self.module(parent)?;
        let call = module.calls.get(&step.name)?;
        let scope = Scope {
            path: ModulePath::from(parent),
            module,
            key: step.key.clone(),
            for_each: call.for_each.as_ref(),
        };
        Some((call.expressions.get(variable), scope))
    }

    /// Whether anything at that path of an instance is unknown.
    pub(super) fn is_unknown(&self, of: &Address, path: &[Step]) -> bool {
        // An instance that the plan does not show is not known either.
        let Some(entry) = self.entry(of) else {
            return true;
        };
        let mut shape = &*entry.unknown;
        for step in path {
            shape = match step {
                Step::Attribute(name) => shape.entry(name),
                Step::Index(index) => shape.element(usize::try_from(*index).unwrap_or(usize::MAX)),
            };
        }
        shape.any()
    }
}
