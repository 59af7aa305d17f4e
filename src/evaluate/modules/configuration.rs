//! Which provider configuration is in force for a resource, through the `providers` of module calls.

use std::sync::Arc;

use super::world::{ModuleInstance, World};
use crate::config::module::{Module, ModuleCall, Resource};
use crate::config::syntax::{Expression, ExpressionKind, ObjectKey, Word};
use crate::evaluate::language::expression::chain;
use crate::evaluate::language::scope::Link;

/// A provider configuration as a module names it: `azurerm`, `azurerm.hub`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LocalName {
    pub provider: Arc<str>,
    pub alias: Option<Arc<str>>,
}

/// What is in force for a resource.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    /// `azurerm.hub`, with the path of the module that configures it.
    pub configuration: Arc<str>,
    pub source: Option<Arc<str>>,
    pub version: Option<Arc<str>>,
}

/// The configuration that a resource uses, as its module names it.
pub(crate) fn local_name(resource: &Resource) -> LocalName {
    if let Some(named) = resource.provider.as_ref().and_then(named) {
        return named;
    }
    let kind = &resource.name.kind;
    let provider = match kind.split_once('_') {
        Some((provider, _)) => provider.into(),
        None => kind.clone(),
    };
    LocalName {
        provider,
        alias: None,
    }
}

/// Follows a name up through module calls to the module that configures it.
pub(crate) fn in_force(world: &World, module: &Arc<ModuleInstance>, name: &LocalName) -> InForce {
    let required = module.module.required_providers.get(&name.provider);
    let mut source = required.and_then(|required| required.source.clone());
    let version = required.and_then(|required| required.version.clone());
    let mut name = name.clone();
    let mut module = module.clone();
    while !module.module.providers.contains_key(&*name.to_string()) {
        let Some(parent) = &module.parent else { break };
        let Some(caller) = world.module(parent.id) else {
            break;
        };
        let Some(call) = caller.module.calls.get(&parent.call) else {
            break;
        };
        match passed(call, &name) {
            Some(outer) => name = outer,
            None if name.alias.is_some() => break,
            // A default configuration is inherited by the provider's source, whatever its local name.
            None => name.provider = inherited(&module.module, &caller.module, &name.provider),
        }
        module = caller;
        if source.is_none() {
            let required = module.module.required_providers.get(&name.provider);
            source = required.and_then(|required| required.source.clone());
        }
    }
    let path: String = module.path.iter().map(|step| format!("{step}.")).collect();
    InForce {
        configuration: format!("{path}{name}").into(),
        source: Some(qualified(source, &name.provider)),
        version,
    }
}

/// The name under which the caller's modules know a provider.
fn inherited(module: &Module, caller: &Module, provider: &Arc<str>) -> Arc<str> {
    let source = |module: &Module, name: &str| {
        let required = module.required_providers.get(name);
        qualified(required.and_then(|required| required.source.clone()), name)
    };
    let wanted = source(module, provider);
    if source(caller, provider) == wanted {
        return provider.clone();
    }
    caller
        .required_providers
        .keys()
        .find(|name| source(caller, name) == wanted)
        .unwrap_or(provider)
        .clone()
}

/// A source address in full: `registry.terraform.io/hashicorp/azurerm`.
fn qualified(source: Option<Arc<str>>, provider: &str) -> Arc<str> {
    match source {
        None if provider == "terraform" => "terraform.io/builtin/terraform".into(),
        None => format!("registry.terraform.io/hashicorp/{provider}").into(),
        Some(source) => match source.matches('/').count() {
            0 => format!("registry.terraform.io/hashicorp/{source}").into(),
            1 => format!("registry.terraform.io/{source}").into(),
            _ => source,
        },
    }
}

/// What a call's `providers` passes under a name.
fn passed(call: &ModuleCall, name: &LocalName) -> Option<LocalName> {
    let ExpressionKind::Object(items) = &call.providers.as_ref()?.kind else {
        return None;
    };
    let item = items.iter().find(|item| match &item.key {
        ObjectKey::Name(word) => named_word(word) == *name,
        ObjectKey::Expression(expression) => named(expression).as_ref() == Some(name),
    })?;
    named(&item.value)
}

fn named_word(word: &Word) -> LocalName {
    LocalName {
        provider: word.text.clone(),
        alias: None,
    }
}

/// `azurerm`, `azurerm.hub`, or the same in quotes.
fn named(expression: &Expression) -> Option<LocalName> {
    let (root, links) = chain(expression);
    match (&root.kind, links.as_slice()) {
        (ExpressionKind::Variable(provider), []) => Some(LocalName {
            provider: provider.clone(),
            alias: None,
        }),
        (ExpressionKind::Variable(provider), [Link::Attribute(alias, _)]) => Some(LocalName {
            provider: provider.clone(),
            alias: Some(alias.text.clone()),
        }),
        (ExpressionKind::String(text), []) => {
            let (provider, alias) = match text.split_once('.') {
                Some((provider, alias)) => (provider, Some(alias.into())),
                None => (&**text, None),
            };
            Some(LocalName {
                provider: provider.into(),
                alias,
            })
        }
        _ => None,
    }
}

impl std::fmt::Display for LocalName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.provider)?;
        match &self.alias {
            Some(alias) => write!(f, ".{alias}"),
            None => Ok(()),
        }
    }
}
