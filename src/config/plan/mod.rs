//! Plan and state JSON (`terraform show -json`, formats 0.x and 1.x), read by stream.
//!
//! Documented on Terraform's page "JSON Output Format". Only the outline is taken apart here: the
//! values of an instance stay byte ranges of the text until the next stage builds them, so that a
//! large plan costs one pass and every value keeps its place.

mod configuration;
mod document;
pub mod json;
pub mod traversal;
mod variables;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub use configuration::{Block, Call, Configuration, Expression, Module, Provider, Reference};
pub use document::{read_plan, read_state};

use super::Given;
use super::module::{Mode, ResourceName};
use crate::source::{Place, SharedText, SourceId};

/// A byte range of the text of a plan or state; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// What `terraform plan` found: the instances as they will be, and what the configuration refers to.
#[derive(Debug)]
pub struct Plan {
    pub source: SourceId,
    pub text: SharedText,
    pub terraform_version: Option<Arc<str>>,
    /// Terraform stopped with an error: what the plan shows is not what an apply would leave.
    pub errored: bool,
    /// Nothing was left out (`-target`, deferred changes).
    pub complete: bool,
    /// What will exist, from `resource_changes`.
    pub changes: Vec<Change>,
    /// The addresses that will not exist any more, or no longer under this name.
    pub gone: BTreeSet<Arc<str>>,
    /// What will exist, from `planned_values`: only in a plan without `resource_changes`.
    pub planned: Vec<StateInstance>,
    /// What existed before, from `prior_state`: data sources that were read, and, where the plan leaves
    /// instances out (`-target`, `-refresh-only`), everything.
    pub prior: Vec<StateInstance>,
    pub outputs: Vec<OutputChange>,
    /// The values of the root module's variables.
    pub variables: Vec<(Arc<str>, Span)>,
    pub configuration: Configuration,
}

/// A state: everything in it is known.
#[derive(Debug)]
pub struct State {
    pub source: SourceId,
    pub text: SharedText,
    pub terraform_version: Option<Arc<str>>,
    pub instances: Vec<StateInstance>,
    pub outputs: Vec<StateOutput>,
}

/// An instance that exists after the apply.
#[derive(Clone, Debug)]
pub struct Change {
    /// As the plan spells it; [`traversal::scan`] takes it apart.
    pub address: Arc<str>,
    pub provider: Arc<str>,
    pub action: Action,
    /// `change.after`; for a forgotten instance `change.before`.
    pub values: Option<Span>,
    /// `change.after_unknown`.
    pub unknown: Option<Span>,
    /// `change.after_sensitive`; for a forgotten instance `change.before_sensitive`.
    pub sensitive: Option<Span>,
    pub place: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Create,
    Update,
    /// Destroyed and created again, in either order.
    Replace,
    NoOp,
    /// A data source read during the apply.
    Read,
    /// Left to itself: it exists, Terraform no longer manages it.
    Forget,
}

/// An instance of a state, of `planned_values` or of `prior_state`.
#[derive(Clone, Debug)]
pub struct StateInstance {
    pub address: Arc<str>,
    pub mode: Mode,
    pub provider: Arc<str>,
    pub values: Option<Span>,
    pub sensitive: Option<Span>,
    pub place: Span,
}

#[derive(Clone, Debug)]
pub struct OutputChange {
    pub name: Arc<str>,
    pub after: Option<Span>,
    pub unknown: Option<Span>,
    pub sensitive: Option<Span>,
    pub place: Span,
}

#[derive(Clone, Debug)]
pub struct StateOutput {
    pub name: Arc<str>,
    pub value: Option<Span>,
    pub sensitive: bool,
}

/// A block's address: the names of the module calls that lead to it, and its own, without keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockAddress {
    pub module: Vec<Arc<str>>,
    pub resource: ResourceName,
}

impl Span {
    /// The range of `slice`, which is a part of `text`.
    #[must_use]
    pub fn of(text: &str, slice: &str) -> Span {
        let start = json::offset(text, slice);
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            start: clamp(start),
            end: clamp(start + slice.len()),
        }
    }

    #[must_use]
    pub fn place(self, source: SourceId) -> Place {
        Place {
            source,
            start: self.start,
            end: self.end,
        }
    }

    /// The text it covers; empty where it does not lie in `text`.
    #[must_use]
    pub fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

impl Plan {
    /// The blocks of the configuration the plan was made from, each once, in order. A plan that came
    /// without its configuration names the blocks of its instances.
    pub fn block_addresses(&self) -> impl Iterator<Item = BlockAddress> {
        let mut blocks = BTreeSet::new();
        collect_blocks(&self.configuration.root, &mut Vec::new(), &mut blocks);
        if blocks.is_empty() {
            blocks.extend(
                self.changes
                    .iter()
                    .filter_map(|change| BlockAddress::of(&change.address)),
            );
        }
        blocks.into_iter()
    }

    /// The values of the root module's variables, as the plan was made with them.
    #[must_use]
    pub fn variables(&self) -> Vec<Given> {
        variables::given(self)
    }
}

fn collect_blocks(module: &Module, path: &mut Vec<Arc<str>>, blocks: &mut BTreeSet<BlockAddress>) {
    blocks.extend(module.resources.keys().map(|resource| BlockAddress {
        module: path.clone(),
        resource: resource.clone(),
    }));
    for (name, call) in &module.calls {
        path.push(name.clone());
        collect_blocks(&call.module, path, blocks);
        path.pop();
    }
}

impl BlockAddress {
    /// The block of an instance's address.
    #[must_use]
    pub fn of(address: &str) -> Option<BlockAddress> {
        let steps = traversal::scan(address)?;
        let names: Vec<&str> = steps.iter().filter_map(traversal::Step::name).collect();
        let mut rest = names.as_slice();
        let mut module = Vec::new();
        while let ["module", name, after @ ..] = rest {
            module.push(Arc::from(*name));
            rest = after;
        }
        let (mode, kind, name) = match rest {
            ["data", kind, name] => (Mode::Data, kind, name),
            [kind, name] => (Mode::Managed, kind, name),
            _ => return None,
        };
        let resource = ResourceName {
            mode,
            kind: Arc::from(*kind),
            name: Arc::from(*name),
        };
        Some(BlockAddress { module, resource })
    }
}

impl fmt::Display for BlockAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.module {
            write!(f, "module.{name}.")?;
        }
        if self.resource.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.resource.kind, self.resource.name)
    }
}

#[cfg(test)]
mod tests;
