//! The `configuration` of a plan: one entry per block, with the names its expressions refer to. It
//! has no locals, no dynamic blocks and no shape of expressions; what it has, wires a first plan.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::json::{self, Json};
use super::traversal::{self, Step};
use crate::config::module::{Mode, ResourceName};

#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// By key: `azurerm`, `azurerm.connectivity`, `module.legacy:azurerm.inner`.
    pub providers: BTreeMap<Arc<str>, Provider>,
    pub root: Module,
}

#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// `registry.terraform.io/hashicorp/azurerm`.
    pub source: Option<Arc<str>>,
    pub version: Option<Arc<str>>,
    /// The module that configures it, as names of calls; empty for the root.
    pub module: Vec<Arc<str>>,
    pub expressions: BTreeMap<Arc<str>, Expression>,
}

#[derive(Clone, Debug, Default)]
pub struct Module {
    pub resources: BTreeMap<ResourceName, Block>,
    pub calls: BTreeMap<Arc<str>, Call>,
    pub outputs: BTreeMap<Arc<str>, Expression>,
}

/// A resource or data block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The key of its provider configuration, resolved through the `providers` of module calls.
    pub provider: Arc<str>,
    pub expressions: BTreeMap<Arc<str>, Expression>,
    pub count: Option<Expression>,
    pub for_each: Option<Expression>,
}

#[derive(Clone, Debug, Default)]
pub struct Call {
    pub expressions: BTreeMap<Arc<str>, Expression>,
    pub count: Option<Expression>,
    pub for_each: Option<Expression>,
    pub module: Module,
}

/// What a plan keeps of an argument or of nested blocks.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A constant: its JSON text as a byte range of the plan.
    Constant(super::Span),
    /// The names it refers to, each once, most specific form only: `x.y.id` but not `x.y` beside it.
    References(Vec<Reference>),
    /// Nested blocks of one type in source order, those of `dynamic` left out.
    Blocks(Vec<BTreeMap<Arc<str>, Expression>>),
}

/// `azurerm_subnet.hub["x"].id`, `each.value.region`, `module.net[0].subnets`, taken apart.
pub type Reference = Arc<[Step]>;

/// Reads the `configuration` object. What has another shape than Terraform writes is left out.
#[must_use]
pub(super) fn read(text: &str, slice: &str) -> Configuration {
    let mut configuration = Configuration::default();
    let reader = Reader { text };
    for (key, value) in members(slice) {
        match &*key {
            "provider_config" => {
                for (key, value) in members(value) {
                    configuration.providers.insert(key.into(), reader.provider(value));
                }
            }
            "root_module" => configuration.root = reader.module(value, 0),
            _ => {}
        }
    }
    configuration
}

fn members(slice: &str) -> Vec<(Cow<'_, str>, &str)> {
    json::entries(slice).unwrap_or_default()
}

fn elements(slice: &str) -> Vec<&str> {
    match json::read(slice) {
        Some(Json::Array(elements)) => elements,
        _ => Vec::new(),
    }
}

fn string(slice: &str) -> Option<Arc<str>> {
    match json::read(slice)? {
        Json::String(text) => Some(text.into()),
        _ => None,
    }
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn provider(&self, slice: &str) -> Provider {
        let mut provider = Provider::default();
        for (key, value) in members(slice) {
            match &*key {
                "full_name" => provider.source = string(value),
                "version_constraint" => provider.version = string(value),
                "module_address" => provider.module = call_names(value),
                "expressions" => provider.expressions = self.expressions(value, 0),
                _ => {}
            }
        }
        provider
    }

    /// Modules nest as deep as calls do; past the bound of nesting nothing more is read.
    fn module(&self, slice: &str, depth: usize) -> Module {
        let mut module = Module::default();
        if depth > json::DEPTH {
            return module;
        }
        for (key, value) in members(slice) {
            match &*key {
                "resources" => {
                    for resource in elements(value) {
                        module.resources.extend(self.resource(resource));
                    }
                }
                "module_calls" => {
                    for (name, call) in members(value) {
                        module.calls.insert(name.into(), self.call(call, depth));
                    }
                }
                "outputs" => {
                    for (name, output) in members(value) {
                        let expression = members(output)
                            .into_iter()
                            .find(|(key, _)| key == "expression")
                            .and_then(|(_, expression)| self.expression(expression, 0));
                        module.outputs.insert(
                            name.into(),
                            expression.unwrap_or(Expression::References(Vec::new())),
                        );
                    }
                }
                _ => {}
            }
        }
        module
    }

    fn resource(&self, slice: &str) -> Option<(ResourceName, Block)> {
        let mut block = Block::default();
        let (mut mode, mut kind, mut name) = (Mode::Managed, None, None);
        for (key, value) in members(slice) {
            match &*key {
                "mode" if value == "\"data\"" => mode = Mode::Data,
                "type" => kind = string(value),
                "name" => name = string(value),
                "provider_config_key" => block.provider = string(value).unwrap_or_default(),
                "expressions" => block.expressions = self.expressions(value, 0),
                "count_expression" => block.count = self.expression(value, 0),
                "for_each_expression" => block.for_each = self.expression(value, 0),
                _ => {}
            }
        }
        let name = ResourceName {
            mode,
            kind: kind?,
            name: name?,
        };
        Some((name, block))
    }

    fn call(&self, slice: &str, depth: usize) -> Call {
        let mut call = Call::default();
        for (key, value) in members(slice) {
            match &*key {
                "expressions" => call.expressions = self.expressions(value, 0),
                "count_expression" => call.count = self.expression(value, 0),
                "for_each_expression" => call.for_each = self.expression(value, 0),
                "module" => call.module = self.module(value, depth + 1),
                _ => {}
            }
        }
        call
    }

    fn expressions(&self, slice: &str, depth: usize) -> BTreeMap<Arc<str>, Expression> {
        members(slice)
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), self.expression(value, depth)?)))
            .collect()
    }

    /// An expression has `references` or `constant_value` (in `.tf.json` a template has both, and its
    /// constant is the template's text); `{}` is a call without references; an array holds blocks, and
    /// so does any other object (blocks of which there is one).
    fn expression(&self, slice: &str, depth: usize) -> Option<Expression> {
        if depth > json::DEPTH {
            return None;
        }
        match json::read(slice)? {
            Json::Array(blocks) => Some(Expression::Blocks(
                blocks
                    .into_iter()
                    .map(|block| self.expressions(block, depth + 1))
                    .collect(),
            )),
            Json::Object(entries) => {
                let find = |name: &str| {
                    entries
                        .iter()
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| *value)
                };
                if let Some(names) = find("references").filter(|value| value.starts_with('[')) {
                    return Some(Expression::References(references(names)));
                }
                if let Some(constant) = find("constant_value") {
                    return Some(Expression::Constant(super::Span::of(self.text, constant)));
                }
                if entries.is_empty() {
                    return Some(Expression::References(Vec::new()));
                }
                Some(Expression::Blocks(vec![self.expressions(slice, depth + 1)]))
            }
            _ => None,
        }
    }
}

/// `["module.a.module.b"]` as `a`, `b`.
fn call_names(slice: &str) -> Vec<Arc<str>> {
    let steps = string(slice).and_then(|address| traversal::scan(&address));
    steps
        .unwrap_or_default()
        .iter()
        .filter_map(Step::name)
        .skip(1)
        .step_by(2)
        .map(Arc::from)
        .collect()
}

/// Each reference is followed by its own shortenings: `x.y["k"].id`, `x.y["k"]`, `x.y`. Only the
/// first says something.
fn references(slice: &str) -> Vec<Reference> {
    let mut kept: Vec<Reference> = Vec::new();
    let mut previous: Vec<Step> = Vec::new();
    for name in elements(slice).into_iter().filter_map(string) {
        let Some(steps) = traversal::scan(&name) else {
            continue;
        };
        let shortens = steps.len() < previous.len() && previous.starts_with(&steps);
        previous.clone_from(&steps);
        if !shortens && !kept.iter().any(|reference| **reference == *steps) {
            kept.push(steps.into());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(json: &str) -> Vec<usize> {
        references(json).iter().map(|reference| reference.len()).collect()
    }

    #[test]
    fn only_the_most_specific_form_of_a_reference_counts() {
        assert_eq!(kept(r#"["a.b[\"k\"].id","a.b[\"k\"]","a.b"]"#), [4]);
        assert_eq!(kept(r#"["a.b.id","a.b","a.b"]"#), [3, 2]);
        assert_eq!(kept(r#"["a.b","each.value.region","each.value"]"#), [2, 3]);
        assert_eq!(kept(r#"["each.value","each.value"]"#), [2]);
    }

    #[test]
    fn references_win_over_the_text_of_a_json_template() {
        let text = r#"{"constant_value":"${a.b.id}","references":["a.b.id","a.b"]}"#;
        let expression = Reader { text }.expression(text, 0);
        assert!(matches!(expression, Some(Expression::References(names)) if names.len() == 1));
    }
}
