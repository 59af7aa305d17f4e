//! What evaluation yields: every resource instance with its values, whichever door it came through.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::{Address, Key, ModuleStep};
use crate::config::syntax::Word;
use crate::evaluate::values::value::{Symbol, Value};
use crate::source::{Diagnostic, Place};

/// One input, evaluated: a root module, a plan, or a state.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// Sorted by address; addresses are unique.
    pub instances: Vec<Instance>,
    /// The arguments of each provider configuration that instances name in `provider`, as an object:
    /// which NSX Manager a `nsxt` configuration talks to says which private cloud its resources are in.
    pub providers: BTreeMap<Arc<str>, Value>,
    pub outputs: BTreeMap<Arc<str>, Value>,
    pub locals: BTreeMap<Arc<str>, Value>,
    /// Of a plan alone: what the outputs of the root module's calls refer to.
    pub calls: BTreeMap<ModuleStep, BTreeMap<Arc<str>, CallOutput>>,
    pub diagnostics: Vec<Diagnostic>,
}

/// What a plan alone says of an output of a module.
#[derive(Clone, Debug)]
pub enum CallOutput {
    /// An unknown value made from one attribute, by an expression that the plan does not keep.
    Of(Value),
    /// It refers to all instances of a repeated block. What stands under a key is taken for that of the
    /// instance with the same key: the assumption `same-key`.
    Each(BTreeMap<Key, Value>),
}

/// A resource or data instance.
#[derive(Clone, Debug)]
pub struct Instance {
    pub address: Arc<Address>,
    /// The provider configuration in force: `azurerm`, `azurerm.connectivity`, with the module path
    /// of the block that configures it. Tells subscriptions apart.
    pub provider: Arc<str>,
    /// The provider's source address where known: `registry.terraform.io/hashicorp/azurerm`.
    pub provider_source: Option<Arc<str>>,
    /// The version constraint as written, where there is one: `~> 4.0`.
    pub provider_version: Option<Arc<str>>,
    /// An object: every argument set in the configuration (nested blocks as lists of objects, source
    /// order), every computed attribute that is known, and unknowns with their symbols. What the
    /// configuration leaves out is absent.
    pub values: Value,
    /// The block's header.
    pub at: Option<Place>,
    /// The module calls that led there, outermost first.
    pub calls: Arc<[Place]>,
    /// Whether the instance certainly exists. A repetition that is unknown makes one instance with
    /// the key `Any`, and its symbol stands here.
    pub depends_on: Option<Symbol>,
}

impl Evaluation {
    #[must_use]
    pub fn instance(&self, address: &Address) -> Option<&Instance> {
        let index = self
            .instances
            .binary_search_by(|instance| (*instance.address).cmp(address))
            .ok()?;
        self.instances.get(index)
    }
}

/// The name under which the symbol of unknown blocks is derived from that of their collection.
pub(super) const UNKNOWN_BLOCKS: &str = "dynamic";

/// Whether an element in a list of nested blocks stands for the blocks of a `dynamic` block whose
/// collection is not known: any number of them, none included. Its static neighbours are in the list as
/// usual. Terraform itself shows such a list as unknown altogether.
///
/// The element's place is the `dynamic` header, its origin the collection, and its symbol names what the
/// collection comes from.
#[must_use]
pub fn is_unknown_blocks(element: &Value) -> bool {
    matches!(element.symbol(), Some(Symbol::Derived { by, .. }) if &**by == UNKNOWN_BLOCKS)
}

/// A body evaluated in the scope of a root module: what a site file is read from.
#[derive(Clone, Debug, Default)]
pub struct EvaluatedBody {
    pub attributes: Vec<EvaluatedAttribute>,
    pub blocks: Vec<EvaluatedBlock>,
}

#[derive(Clone, Debug)]
pub struct EvaluatedAttribute {
    pub name: Word,
    /// A reference to a resource instance keeps its symbol or its block (see [`Value::block`]).
    pub value: Value,
    /// Name and expression.
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct EvaluatedBlock {
    pub keyword: Word,
    pub labels: Vec<Word>,
    /// Keyword and labels.
    pub header: Place,
    pub body: EvaluatedBody,
}

impl EvaluatedBody {
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&EvaluatedAttribute> {
        self.attributes
            .iter()
            .find(|attribute| &*attribute.name.text == name)
    }

    /// The blocks of one keyword, in source order.
    pub fn blocks_of<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a EvaluatedBlock> {
        self.blocks
            .iter()
            .filter(move |block| &*block.keyword.text == keyword)
    }
}
