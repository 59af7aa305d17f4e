//! Where an unknown value of a plan comes from: the references that the plan's `configuration` keeps,
//! followed through variables, module outputs and `each.value` to attributes of instances.
//!
//! The plan drops every index that is not a literal and everything that runs through locals and
//! dynamic blocks, so an answer may be several instances, or that the trail ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::addresses::{Shared, leading_key};
use super::instances::{Entry, Instances, Scope};
use super::known;
use crate::config::plan::{Expression, Reference, traversal};
use crate::evaluate::address::{Address, Key, ModulePath, ModuleStep};
use crate::evaluate::values::value::Step;

/// More candidates than this say nothing any more.
const MOST_CANDIDATES: usize = 64;
/// How many references are followed for one value before the trail counts as lost.
const MOST_REFERENCES: usize = 1000;
/// How far a trail is followed through variables and outputs.
const LONGEST_TRAIL: usize = 64;

/// One attribute (or, with an empty path, something unsaid) of one instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub of: Arc<Address>,
    pub path: Arc<[Step]>,
    pub same_key: bool,
}

#[derive(Debug, Default)]
pub(super) struct Found {
    pub candidates: BTreeSet<Candidate>,
    /// Something else may have a part in it: a local, a dynamic block, or too many candidates.
    pub lost: bool,
    /// The candidates may be alternatives, or more than references to elements: something known stands
    /// beside them (a condition, perhaps), or it is not certain which instance is meant.
    pub open: bool,
}

/// One search: it counts its steps, so that no configuration can make it run away.
pub(super) struct Search<'s, 'p> {
    instances: &'s Instances<'p>,
    shared: &'s mut Shared,
    followed: usize,
    /// References to keys and indexes, and how many of them were used to choose an instance.
    keys: usize,
    chosen: usize,
    found: Found,
}

/// What is asked of an expression: `rest` is the path into its value, `key` the key under which the
/// value was looked up where the plan does not say it.
#[derive(Clone)]
struct Demand {
    rest: Vec<Step>,
    key: Option<Key>,
    trail: usize,
}

impl<'s, 'p> Search<'s, 'p> {
    /// Every unknown that `expressions` may come from.
    pub(super) fn run(
        instances: &'s Instances<'p>,
        shared: &'s mut Shared,
        expressions: &[&'p Expression],
        scope: &Scope<'p>,
    ) -> Found {
        let mut search = Search {
            instances,
            shared,
            followed: 0,
            keys: 0,
            chosen: 0,
            found: Found::default(),
        };
        let demand = Demand {
            rest: Vec::new(),
            key: None,
            trail: 0,
        };
        for expression in expressions {
            search.expression(expression, scope, &demand);
        }
        search.found.open |= search.keys != search.chosen;
        search.found
    }

    fn expression(&mut self, expression: &'p Expression, scope: &Scope<'p>, demand: &Demand) {
        match expression {
            Expression::Constant(_) => self.found.open = true,
            Expression::References(references) => {
                // `{}`: a call that refers to nothing, such as `timestamp()`.
                self.found.lost |= references.is_empty();
                for reference in references {
                    self.reference(reference, references, scope, demand);
                }
            }
            Expression::Blocks(blocks) => {
                if demand.trail >= LONGEST_TRAIL {
                    self.found.lost = true;
                    return;
                }
                let deeper = Demand {
                    trail: demand.trail + 1,
                    ..demand.clone()
                };
                for expression in blocks.iter().flat_map(|block| block.values()) {
                    self.expression(expression, scope, &deeper);
                }
            }
        }
    }

    fn reference(
        &mut self,
        reference: &Reference,
        beside: &'p [Reference],
        scope: &Scope<'p>,
        demand: &Demand,
    ) {
        self.followed += 1;
        if self.followed > MOST_REFERENCES
            || demand.trail > LONGEST_TRAIL
            || self.found.candidates.len() > MOST_CANDIDATES
        {
            self.found.lost = true;
            return;
        }
        let names: Vec<&str> = reference.iter().map_while(traversal::Step::name).collect();
        match names.as_slice() {
            // Keys, indexes, paths and the workspace are always known.
            ["each", "key", ..] | ["count" | "path" | "terraform", ..] => self.keys += 1,
            ["each", "value", ..] => {
                self.found.open = true;
                self.each_value(reference.get(2..), scope, demand);
            }
            ["var", name, ..] => self.variable(name, reference.get(2..), scope, demand),
            ["module", _, ..] => self.module(reference, beside, scope, demand),
            [_, _, ..] if !matches!(names.first(), Some(&("local" | "self" | "ephemeral"))) => {
                self.resource(reference, beside, scope, demand);
            }
            _ => self.found.lost = true,
        }
    }

    /// `each.value` is a member of the `for_each` of the block, under the block's own key.
    fn each_value(&mut self, path: Option<&[traversal::Step]>, scope: &Scope<'p>, demand: &Demand) {
        let Some(for_each) = scope.for_each else {
            self.found.lost = true;
            return;
        };
        let deeper = demand.into(path, scope.key.clone());
        self.expression(for_each, scope, &deeper);
    }

    fn variable(&mut self, name: &str, path: Option<&[traversal::Step]>, scope: &Scope<'p>, demand: &Demand) {
        // A plan has a value for every variable of the root module.
        if scope.path.is_empty() {
            self.keys += 1;
            return;
        }
        match self.instances.argument(&scope.path, name) {
            Some((Some(argument), outer)) => {
                let deeper = demand.into(path, demand.key.clone());
                self.expression(argument, &outer, &deeper);
            }
            // The variable has its default.
            Some((None, _)) => self.found.open = true,
            None => self.found.lost = true,
        }
    }

    fn module(&mut self, reference: &Reference, beside: &'p [Reference], scope: &Scope<'p>, demand: &Demand) {
        let Some((step, after)) = self.shared.module_step(reference) else {
            return;
        };
        let Some(call) = scope.module.calls.get(&step.name) else {
            self.found.lost = true;
            return;
        };
        let repeated = call.count.is_some() || call.for_each.is_some();
        let index = self.index(beside, scope);
        self.chosen += usize::from(index.is_some() && repeated && step.key.is_none());
        let wanted = index.or_else(|| demand.key.clone());
        let keys: Vec<Option<Key>> = match &step.key {
            Some(_) => vec![step.key.clone()],
            None if !repeated => vec![None],
            None => self.module_keys(scope, &step.name, wanted.as_ref()),
        };
        let outputs: Vec<&'p Expression> = match after.first().and_then(traversal::Step::name) {
            Some(name) => call.module.outputs.get(name).into_iter().collect(),
            None => call.module.outputs.values().collect(),
        };
        self.found.lost |= outputs.is_empty();
        self.found.open |= outputs.len() != 1 || keys.len() != 1;
        for key in keys {
            let path: ModulePath = scope
                .path
                .iter()
                .cloned()
                .chain([ModuleStep {
                    name: step.name.clone(),
                    key,
                }])
                .collect();
            let inside = Scope {
                path,
                module: &call.module,
                key: None,
                for_each: None,
            };
            let deeper = demand.into(after.get(1..), wanted.clone());
            for output in &outputs {
                self.expression(output, &inside, &deeper);
            }
        }
    }

    /// The keys of the instances of a repeated call: the wanted one where it exists, otherwise all.
    fn module_keys(&self, scope: &Scope<'p>, name: &Arc<str>, wanted: Option<&Key>) -> Vec<Option<Key>> {
        let Some(keys) = self.instances.calls.get(&(scope.path.clone(), name.clone())) else {
            return Vec::new();
        };
        match wanted {
            Some(key) if keys.contains(&Some(key.clone())) => vec![Some(key.clone())],
            _ => keys.iter().take(MOST_CANDIDATES + 1).cloned().collect(),
        }
    }

    fn resource(
        &mut self,
        reference: &Reference,
        beside: &'p [Reference],
        scope: &Scope<'p>,
        demand: &Demand,
    ) {
        let Some((mut block, after)) = self.shared.resource(scope.path.clone(), reference) else {
            self.found.lost = true;
            return;
        };
        let (key, path) = leading_key(after);
        let path = steps(path);
        if key.is_some() {
            block.key = key;
            return self.attribute(Arc::new(block), path, demand);
        }
        let instances = self.instances;
        match instances.instances_of(&block) {
            [only] if only.address.key.is_none() => self.attribute(only.address.clone(), path, demand),
            [] => {
                self.found.open = true;
                self.found.lost |= !self.is_repeated(&block);
            }
            all => self.one_of(all, beside, scope, demand),
        }
    }

    /// A block that is not repeated has an instance; where the plan shows none, it is not known.
    fn is_repeated(&self, block: &Address) -> bool {
        self.instances
            .block(block)
            .is_some_and(|(block, _)| block.count.is_some() || block.for_each.is_some())
    }

    fn attribute(&mut self, of: Arc<Address>, path: Vec<Step>, demand: &Demand) {
        self.found.open |= !demand.rest.is_empty();
        if path.is_empty() {
            return self.candidate(of, &demand.rest, false);
        }
        if self.instances.is_unknown(&of, &path) {
            self.found.candidates.insert(Candidate {
                of,
                path: path.into(),
                same_key: false,
            });
        } else {
            self.found.open = true;
        }
    }

    /// The index that a plan drops, where only one thing stands beside the reference:
    /// `azurerm_virtual_hub.this[each.key].id` is kept as these two names.
    fn index(&mut self, beside: &'p [Reference], scope: &Scope<'p>) -> Option<Key> {
        let is_index = |reference: &&Reference| {
            let first = reference.first().and_then(traversal::Step::name);
            matches!(first, Some("each" | "count" | "var"))
        };
        let mut indexes = beside.iter().filter(is_index);
        let (Some(index), None) = (indexes.next(), indexes.next()) else {
            return None;
        };
        if beside.len() != 2 {
            return None;
        }
        known::index(self.instances, self.shared, index, scope)
    }

    /// A repeated block named without a key: the instance with the key at hand, otherwise any.
    fn one_of(&mut self, all: &'s [Entry<'p>], beside: &'p [Reference], scope: &Scope<'p>, demand: &Demand) {
        let with = |key: &Key| {
            let index = all
                .binary_search_by(|entry| entry.address.key.as_ref().cmp(&Some(key)))
                .ok()?;
            all.get(index).map(|entry| entry.address.clone())
        };
        let (first, after) = match demand.rest.as_slice() {
            [Step::Attribute(name), after @ ..] => (with(&Key::Name(name.clone())), after),
            [Step::Index(index), after @ ..] => (with(&Key::Index(*index)), after),
            [] => (None, [].as_slice()),
        };
        if let Some(address) = first {
            self.found.open = true;
            return self.candidate(address, after, true);
        }
        let index = self.index(beside, scope);
        let indexed = index.is_some();
        let wanted = index.or_else(|| demand.key.clone());
        if let Some(address) = wanted.as_ref().and_then(with) {
            self.chosen += usize::from(indexed);
            self.found.open |= !indexed;
            return self.candidate(address, &demand.rest, true);
        }
        self.found.open = true;
        self.found.lost |= all.len() > MOST_CANDIDATES;
        for entry in all.iter().take(MOST_CANDIDATES) {
            self.candidate(entry.address.clone(), &demand.rest, false);
        }
    }

    /// A whole instance, of which `path` is asked. What the plan knows cannot be what makes a value
    /// unknown. The path may begin with the names of an object built around the instance.
    fn candidate(&mut self, of: Arc<Address>, mut path: &[Step], same_key: bool) {
        while !self.instances.is_unknown(&of, path) {
            match path {
                [_, inner @ ..] if !inner.is_empty() => path = inner,
                _ => {
                    self.found.open = true;
                    return;
                }
            }
        }
        self.found.candidates.insert(Candidate {
            of,
            path: path.into(),
            same_key,
        });
    }
}

impl Demand {
    /// The demand on what a name stands for, when `path` follows the name.
    fn into(&self, path: Option<&[traversal::Step]>, key: Option<Key>) -> Demand {
        let mut rest = steps(path.unwrap_or(&[]));
        rest.extend(self.rest.iter().cloned());
        Demand {
            rest,
            key,
            trail: self.trail + 1,
        }
    }
}

pub(super) fn steps(path: &[traversal::Step]) -> Vec<Step> {
    path.iter()
        .map(|step| match step {
            traversal::Step::Name(name) | traversal::Step::Key(name) => Step::Attribute(Arc::from(&**name)),
            traversal::Step::Index(index) => Step::Index(*index),
        })
        .collect()
}
