//! From a directory's merged blocks to a [`Module`] whose calls are not followed yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::merge::{Merged, provider_name};
use super::module::{
    Child, Mode, Module, ModuleCall, Output, Repetition, RequiredProvider, Resource, ResourceName, Variable,
};
use super::syntax::{Attribute, Block, Body, Expression, ExpressionKind, ObjectKey, Word};
use crate::source::Diagnostic;

/// Sorts the blocks into a module.
pub(super) fn module(directory: Arc<str>, merged: Merged, diagnostics: &mut Vec<Diagnostic>) -> Module {
    let mut module = Module {
        directory,
        locals: merged.locals,
        ..Module::default()
    };
    for block in merged.blocks {
        let name = block.labels.last().cloned();
        match (&*block.keyword.text, name) {
            ("variable", Some(name)) => {
                let variable = variable(block, name.clone(), diagnostics);
                module.variables.insert(name.text, variable);
            }
            ("output", Some(name)) => {
                let output = output(block, name.clone(), diagnostics);
                module.outputs.insert(name.text, output);
            }
            ("resource" | "data", Some(_)) => {
                if let Some(resource) = resource(block, diagnostics) {
                    module.resources.insert(resource.name.clone(), resource);
                }
            }
            ("module", Some(name)) => {
                let call = call(block, name.clone(), diagnostics);
                module.calls.insert(name.text, call);
            }
            ("provider", _) => {
                if let Some(name) = provider_name(&block) {
                    module.providers.insert(Arc::from(name), block);
                }
            }
            (keyword, _) => {
                if keyword == "terraform" {
                    required_providers(&block.body, &mut module.required_providers);
                }
                // A data source of a check is one of the module's, under a name that is unique there.
                if keyword == "check" {
                    let data = block.body.blocks_of("data").cloned();
                    for resource in data.filter_map(|data| resource(data, diagnostics)) {
                        module.resources.entry(resource.name.clone()).or_insert(resource);
                    }
                }
                module.other.push(block);
            }
        }
    }
    module
}

/// Takes an argument out of a body.
fn take(body: &mut Body, name: &str) -> Option<Attribute> {
    let index = body
        .attributes
        .iter()
        .position(|attribute| &*attribute.name.text == name)?;
    Some(body.attributes.remove(index))
}

fn take_expression(body: &mut Body, name: &str) -> Option<Expression> {
    take(body, name).map(|attribute| attribute.expression)
}

fn take_blocks(body: &mut Body, keywords: &[&str]) -> Vec<Block> {
    let (taken, left) = std::mem::take(&mut body.blocks)
        .into_iter()
        .partition(|block| keywords.contains(&&*block.keyword.text));
    body.blocks = left;
    taken
}

/// Says what is left in a block whose arguments are all known.
fn leftovers(body: &Body, keyword: &str, ignored: &[&str], diagnostics: &mut Vec<Diagnostic>) {
    let attributes = body.attributes.iter().map(|attribute| &attribute.name);
    let blocks = body.blocks.iter().map(|block| &block.keyword);
    for name in attributes.chain(blocks) {
        if !ignored.contains(&&*name.text) {
            diagnostics.push(
                Diagnostic::warning(
                    "unknown-argument",
                    format!(
                        "`{}` is not known in a `{keyword}` block and has no effect here",
                        name.text
                    ),
                )
                .at(Some(name.place)),
            );
        }
    }
}

fn variable(mut block: Block, name: Word, diagnostics: &mut Vec<Diagnostic>) -> Variable {
    let body = &mut block.body;
    let variable = Variable {
        name,
        constraint: take_expression(body, "type"),
        default: take_expression(body, "default"),
        nullable: take_expression(body, "nullable"),
        sensitive: take_expression(body, "sensitive"),
        ephemeral: take_expression(body, "ephemeral"),
        validations: take_blocks(body, &["validation"]),
        header: block.header,
        place: block.place,
    };
    leftovers(
        &block.body,
        "variable",
        &["description", "deprecated", "const"],
        diagnostics,
    );
    variable
}

fn output(mut block: Block, name: Word, diagnostics: &mut Vec<Diagnostic>) -> Output {
    let body = &mut block.body;
    let output = Output {
        name,
        value: take_expression(body, "value"),
        sensitive: take_expression(body, "sensitive"),
        ephemeral: take_expression(body, "ephemeral"),
        depends_on: take_expression(body, "depends_on"),
        preconditions: take_blocks(body, &["precondition"]),
        header: block.header,
        place: block.place,
    };
    leftovers(
        &block.body,
        "output",
        &["description", "deprecated", "type"],
        diagnostics,
    );
    output
}

fn repetition(body: &mut Body, diagnostics: &mut Vec<Diagnostic>) -> Repetition {
    let repetition = Repetition {
        count: take(body, "count"),
        for_each: take(body, "for_each"),
    };
    if let (Some(_), Some(for_each)) = (&repetition.count, &repetition.for_each) {
        diagnostics.push(
            Diagnostic::error("count-and-for-each", "`count` and `for_each` exclude each other")
                .at(Some(for_each.name.place))
                .help("keep one of the two"),
        );
    }
    repetition
}

/// `_ {}` blocks hold arguments even where they are named like a meta-argument.
fn unescape(body: &mut Body) {
    for block in take_blocks(body, &["_"]) {
        body.attributes.extend(block.body.attributes);
        body.blocks.extend(block.body.blocks);
    }
}

fn resource(mut block: Block, diagnostics: &mut Vec<Diagnostic>) -> Option<Resource> {
    let [kind, name] = block.labels.as_slice() else {
        return None;
    };
    let mode = if &*block.keyword.text == "data" {
        Mode::Data
    } else {
        Mode::Managed
    };
    let name = ResourceName {
        mode,
        kind: kind.text.clone(),
        name: name.text.clone(),
    };
    let body = &mut block.body;
    let repetition = repetition(body, diagnostics);
    let provider = take_expression(body, "provider");
    let depends_on = take_expression(body, "depends_on");
    let meta = take_blocks(body, &["lifecycle", "provisioner", "connection"]);
    unescape(body);
    Some(Resource {
        name,
        repetition,
        provider,
        depends_on,
        meta,
        body: block.body,
        header: block.header,
        place: block.place,
    })
}

/// The `source` stays among the arguments until the call is followed.
fn call(mut block: Block, name: Word, diagnostics: &mut Vec<Diagnostic>) -> ModuleCall {
    let body = &mut block.body;
    let repetition = repetition(body, diagnostics);
    let depends_on = take_expression(body, "depends_on");
    let providers = take_expression(body, "providers");
    take(body, "version");
    take_blocks(body, &["lifecycle"]);
    ModuleCall {
        name,
        repetition,
        depends_on,
        providers,
        arguments: block.body,
        child: Child::Unreadable,
        header: block.header,
        place: block.place,
    }
}

/// Takes the source out of a call's arguments, and merges its `_ {}` blocks.
pub(super) fn take_source(call: &mut ModuleCall) -> Option<Attribute> {
    let source = take(&mut call.arguments, "source");
    unescape(&mut call.arguments);
    source
}

fn required_providers(terraform: &Body, providers: &mut BTreeMap<Arc<str>, RequiredProvider>) {
    for block in terraform.blocks_of("required_providers") {
        for attribute in &block.body.attributes {
            let name = Arc::clone(&attribute.name.text);
            providers.insert(name, required_provider(&attribute.expression));
        }
    }
}

/// `{ source = "…", version = "…" }`, or the version alone as it was written up to Terraform 0.12.
fn required_provider(expression: &Expression) -> RequiredProvider {
    let text = |expression: &Expression| match &expression.kind {
        ExpressionKind::String(text) => Some(Arc::clone(text)),
        _ => None,
    };
    let ExpressionKind::Object(items) = &expression.kind else {
        return RequiredProvider {
            source: None,
            version: text(expression),
        };
    };
    let get = |wanted: &str| {
        items.iter().find_map(|item| {
            let name = match &item.key {
                ObjectKey::Name(word) => Arc::clone(&word.text),
                ObjectKey::Expression(key) => text(key)?,
            };
            (&*name == wanted).then(|| text(&item.value)).flatten()
        })
    };
    RequiredProvider {
        source: get("source"),
        version: get("version"),
    }
}
