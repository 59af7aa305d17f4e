//! Addresses of modules, resources and their instances, as Terraform writes them.

use std::fmt;
use std::sync::Arc;

use crate::config::module::{Mode, ResourceName};

/// The key of an instance under `count` or `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Index(u64),
    Name(Arc<str>),
    /// One symbolic instance that stands for any number of them: the repetition is unknown.
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    pub name: Arc<str>,
    pub key: Option<Key>,
}

/// The path of a module instance; empty for the root.
pub type ModulePath = Arc<[ModuleStep]>;

/// A resource instance: `module.hub["weu"].azurerm_subnet.this["GatewaySubnet"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub module: ModulePath,
    pub mode: Mode,
    pub kind: Arc<str>,
    pub name: Arc<str>,
    pub key: Option<Key>,
}

impl Address {
    /// Whether it stands for any number of instances: a repetition on the way is unknown.
    #[must_use]
    pub fn is_symbolic(&self) -> bool {
        self.key == Some(Key::Any) || self.module.iter().any(|step| step.key == Some(Key::Any))
    }

    /// The block's address: without any instance key, as `configuration` in a plan names it.
    #[must_use]
    pub fn without_keys(&self) -> Address {
        Address {
            module: self
                .module
                .iter()
                .map(|step| ModuleStep {
                    name: step.name.clone(),
                    key: None,
                })
                .collect(),
            key: None,
            ..self.clone()
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Index(index) => write!(f, "[{index}]"),
            Key::Name(name) => write!(f, "[\"{}\"]", escape(name)),
            Key::Any => f.write_str("[*]"),
        }
    }
}

impl fmt::Display for ModuleStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "module.{}", self.name)?;
        self.key.as_ref().map_or(Ok(()), |key| key.fmt(f))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.module.iter() {
            write!(f, "{step}.")?;
        }
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)?;
        self.key.as_ref().map_or(Ok(()), |key| key.fmt(f))
    }
}

/// A key between quotes as HCL writes it: escapes for quotes, backslashes and template openers.
fn escape(key: &str) -> String {
    let mut escaped = String::with_capacity(key.len());
    for (index, character) in key.char_indices() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '$' | '%' if key.get(index + 1..).is_some_and(|rest| rest.starts_with('{')) => {
                escaped.push(character);
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)
    }
}
