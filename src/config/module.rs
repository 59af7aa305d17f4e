//! A module as Terraform sees a directory: its files merged, overrides applied, children attached.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::syntax::{Attribute, Block, Body, Expression, Word};
use crate::source::Place;

/// One directory's configuration. Attributes are looked up by name, so maps; source order is in the
/// places.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The directory relative to the root module, as `path.module` prints it: `.` for the root,
    /// `modules/hub` for a child.
    pub directory: Arc<str>,
    pub variables: BTreeMap<Arc<str>, Variable>,
    pub locals: BTreeMap<Arc<str>, Attribute>,
    pub outputs: BTreeMap<Arc<str>, Output>,
    pub resources: BTreeMap<ResourceName, Resource>,
    pub calls: BTreeMap<Arc<str>, ModuleCall>,
    /// `provider` blocks, by `name` or `name.alias`.
    pub providers: BTreeMap<Arc<str>, Block>,
    /// `required_providers`: local name to source address and version constraint as written.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// `moved`, `import`, `removed`, `check` and `terraform` blocks, in source order.
    pub other: Vec<Block>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    Managed,
    Data,
}

/// `azurerm_subnet.hub`, `data.azurerm_subnet.hub`: what is unique in a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    pub mode: Mode,
    pub kind: Arc<str>,
    pub name: Arc<str>,
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub name: Word,
    /// The type constraint, still an expression; without one any value is taken as it is.
    pub constraint: Option<Expression>,
    pub default: Option<Expression>,
    pub nullable: Option<Expression>,
    pub sensitive: Option<Expression>,
    pub ephemeral: Option<Expression>,
    pub validations: Vec<Block>,
    pub header: Place,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct Output {
    pub name: Word,
    pub value: Option<Expression>,
    pub sensitive: Option<Expression>,
    pub ephemeral: Option<Expression>,
    pub depends_on: Option<Expression>,
    pub preconditions: Vec<Block>,
    pub header: Place,
    pub place: Place,
}

/// A `resource` or `data` block. `body` holds the provider's arguments only: the meta-arguments are
/// taken out of it, and `_ {}` escaping blocks are merged into it.
#[derive(Clone, Debug)]
pub struct Resource {
    pub name: ResourceName,
    pub repetition: Repetition,
    pub provider: Option<Expression>,
    pub depends_on: Option<Expression>,
    /// `lifecycle`, `provisioner` and `connection` blocks.
    pub meta: Vec<Block>,
    pub body: Body,
    pub header: Place,
    pub place: Place,
}

#[derive(Clone, Debug, Default)]
pub struct Repetition {
    pub count: Option<Attribute>,
    pub for_each: Option<Attribute>,
}

#[derive(Clone, Debug)]
pub struct ModuleCall {
    pub name: Word,
    pub repetition: Repetition,
    pub depends_on: Option<Expression>,
    pub providers: Option<Expression>,
    /// The arguments for the child's variables.
    pub arguments: Body,
    pub child: Child,
    pub header: Place,
    pub place: Place,
}

/// What a module call leads to.
#[derive(Clone, Debug)]
pub enum Child {
    Loaded(Arc<Module>),
    /// Neither a local path nor in `.terraform/modules`: its outputs are unknown, with this reason.
    NotInstalled {
        source: Arc<str>,
    },
    /// The reason why it could not be read is among the diagnostics.
    Unreadable,
}

#[derive(Clone, Debug, Default)]
pub struct RequiredProvider {
    pub source: Option<Arc<str>>,
    pub version: Option<Arc<str>>,
}
