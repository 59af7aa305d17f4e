//! `moved`, `removed` and `import` blocks: they tell Terraform what became of objects in the state. A
//! configuration alone is the same with or without them, but they can contradict it.

use std::sync::Arc;

use crate::config::module::{Child, Mode, Module, ResourceName};
use crate::config::syntax::{Block, Expression, ExpressionKind};
use crate::evaluate::language::expression::chain;
use crate::evaluate::language::scope::{Link, Problem};
use crate::source::Diagnostic;

/// What the blocks of a module say that its other blocks contradict.
pub(crate) fn problems(module: &Module) -> Vec<Diagnostic> {
    let said = module.other.iter().filter_map(|block| problem(module, block));
    said.collect()
}

fn problem(module: &Module, block: &Block) -> Option<Diagnostic> {
    let from = || block.body.attribute("from").map(|from| &from.expression);
    let to = || block.body.attribute("to").map(|to| &to.expression);
    let (expression, problem) = match &*block.keyword.text {
        "moved" => {
            let (old, new) = (Target::of(from()?)?, Target::of(to()?)?);
            if old.key || new.key || old == new || !old.is_declared(module)? {
                return None;
            }
            let summary = format!("`{}` has moved, and is still declared", old.text);
            let help = "remove the old block, or this `moved` block";
            (from()?, Problem::new("moved-still-declared", summary).help(help))
        }
        "removed" => {
            let old = Target::of(from()?)?;
            if !old.is_declared(module)? {
                return None;
            }
            let summary = format!("`{}` is removed, and is still declared", old.text);
            let help = "remove its block, or this `removed` block";
            (
                from()?,
                Problem::new("removed-still-declared", summary).help(help),
            )
        }
        "import" => {
            let new = Target::of(to()?)?;
            if new.is_declared(module)? {
                return None;
            }
            let summary = format!("`{}` is to be imported, and is not declared", new.text);
            let help = "declare it with the arguments it has";
            (to()?, Problem::new("import-not-declared", summary).help(help))
        }
        _ => return None,
    };
    Some(problem.at(expression.place))
}

/// Whether a `removed` block of the module names the resource.
pub(crate) fn is_removed(module: &Module, name: &ResourceName) -> bool {
    let removed = module.other.iter();
    removed
        .filter(|block| &*block.keyword.text == "removed")
        .filter_map(|block| Target::of(&block.body.attribute("from")?.expression))
        .any(|target| target.calls.is_empty() && target.resource.as_ref() == Some(name))
}

/// The address in such a block.
#[derive(PartialEq, Eq)]
struct Target {
    calls: Vec<Arc<str>>,
    /// `None`: a whole module.
    resource: Option<ResourceName>,
    /// Whether it names one instance.
    key: bool,
    text: String,
}

impl Target {
    fn of(expression: &Expression) -> Option<Target> {
        let (root, links) = chain(expression);
        let ExpressionKind::Variable(root) = &root.kind else {
            return None;
        };
        let key = links.iter().any(|link| matches!(link, Link::Index(..)));
        let named = links.iter().filter_map(|link| match link {
            Link::Attribute(word, _) => Some(&word.text),
            Link::Index(..) => None,
        });
        let words: Vec<&Arc<str>> = [root].into_iter().chain(named).collect();
        let mut left = words.as_slice();
        let mut calls = Vec::new();
        while let [module, name, rest @ ..] = left
            && &***module == "module"
        {
            calls.push((*name).clone());
            left = rest;
        }
        let resource = |mode, kind: &Arc<str>, name: &Arc<str>| ResourceName {
            mode,
            kind: kind.clone(),
            name: name.clone(),
        };
        let resource = match left {
            [] => None,
            [data, kind, name] if &***data == "data" => Some(resource(Mode::Data, kind, name)),
            [word, kind, name] if &***word == "resource" => Some(resource(Mode::Managed, kind, name)),
            [kind, name] => Some(resource(Mode::Managed, kind, name)),
            _ => return None,
        };
        let text: Vec<&str> = words.iter().map(|word| &***word).collect();
        Some(Target {
            calls,
            resource,
            key,
            text: text.join("."),
        })
    }

    /// `None` where a module on the way cannot be seen.
    fn is_declared(&self, module: &Module) -> Option<bool> {
        let mut inside = module;
        let mut calls = self.calls.iter().peekable();
        while let Some(name) = calls.next() {
            let Some(call) = inside.calls.get(name) else {
                return Some(false);
            };
            if calls.peek().is_none() && self.resource.is_none() {
                return Some(true);
            }
            let Child::Loaded(child) = &call.child else {
                return None;
            };
            inside = child;
        }
        let resource = self.resource.as_ref()?;
        Some(inside.resources.contains_key(resource))
    }
}
