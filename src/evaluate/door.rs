//! The doors an input comes through: a directory, a plan, a plan with its source, a state. All give
//! the same kind of evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluated::{Evaluated, evaluate_with};
use super::plan;
use crate::config::module::{Child, Module};
use crate::config::plan::Plan;
use crate::config::{Content, GivenValue, Tree};
use crate::evaluate::blocks::provider_schemas::{AzurermVersion, ProviderSchemas};
use crate::evaluate::language::constant::constant;
use crate::evaluate::values::value::Value;

/// Evaluates what one input holds.
#[must_use]
pub fn evaluate_input(content: &Content) -> Evaluated {
    match content {
        Content::Directory(tree) => evaluate_tree(tree),
        Content::Plan(read, None) => Evaluated::from_evaluation(plan::from_plan(read), variables(read)),
        Content::Plan(read, Some(tree)) => {
            let mut evaluated = evaluate_tree(tree);
            evaluated.evaluation = plan::overlay(read, &evaluated.evaluation);
            evaluated
        }
        Content::State(state) => Evaluated::from_evaluation(plan::from_state(state), BTreeMap::new()),
    }
}

/// The root variables of a plan, for expressions in the site file.
fn variables(plan: &Plan) -> BTreeMap<Arc<str>, Value> {
    let given = plan.variables().into_iter();
    given
        .filter_map(|given| match given.value {
            GivenValue::Expression(expression) => Some((given.name, constant(&expression).0)),
            GivenValue::Text(_) => None,
        })
        .collect()
}

fn evaluate_tree(tree: &Tree) -> Evaluated {
    let constraint = azurerm_constraint(&tree.root);
    let version = constraint.map_or_else(AzurermVersion::default, |text| {
        AzurermVersion::of_constraint(&text)
    });
    evaluate_with(tree, Arc::new(ProviderSchemas::new(version)))
}

/// The version constraint on azurerm that decides: the root's, otherwise the first of a child in the
/// order of the calls. All modules of a configuration share one version of a provider.
fn azurerm_constraint(module: &Module) -> Option<Arc<str>> {
    let own = module.required_providers.iter().find(|(name, provider)| {
        let source = provider.source.as_deref().unwrap_or("hashicorp/azurerm");
        &***name == "azurerm" && source.ends_with("hashicorp/azurerm")
    });
    own.and_then(|(_, provider)| provider.version.clone())
        .or_else(|| {
            module.calls.values().find_map(|call| match &call.child {
                Child::Loaded(child) => azurerm_constraint(child),
                _ => None,
            })
        })
}
