//! `dynamic "rule" { for_each … content { … } }`: one block for each element.

use std::sync::Arc;

use super::body::{Below, Element, evaluate as body_value, opening, unknown_blocks};
use crate::config::syntax::{Block, Expression, ExpressionKind};
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::iterate::elements;
use crate::evaluate::language::scope::{Frame, Problem, Scope};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::value::{Kind, Type, Value};

/// The blocks that a dynamic block makes, in the order of its collection.
pub(crate) fn expand(scope: &Scope<'_>, block: &Block, below: Below<'_>) -> Vec<Element> {
    let say = |problem: Problem, at| scope.sink.push(problem.at(at));
    let missing = opening(block.header, &block.body);
    let Some(content) = content(scope, block) else {
        return Vec::new();
    };
    let Some(for_each) = block.body.attribute("for_each") else {
        let problem = Problem::new("missing-argument", "the argument `for_each` is required");
        say(problem, missing);
        return Vec::new();
    };
    if below.is_map() && block.body.attribute("labels").is_none() {
        let problem = Problem::new("missing-argument", "the argument `labels` is required");
        say(problem, missing);
        return Vec::new();
    }
    let collection = value_of(scope, &for_each.expression);
    let found = match elements(&collection) {
        Ok(Some(found)) => found,
        Ok(None) => return vec![unknown_blocks(&collection, block.header)],
        Err(problem) => {
            let problem = Problem::new("invalid-dynamic-for-each", problem.summary);
            say(problem, for_each.expression.place);
            return Vec::new();
        }
    };
    let iterator = iterator(block);
    found
        .iter()
        .map(|(key, value)| {
            let made = Made {
                block,
                content,
                below,
                iterator: &iterator,
                collection: &collection,
            };
            made.element(scope, key, value)
        })
        .collect()
}

/// The block's one `content`.
fn content<'b>(scope: &Scope<'_>, block: &'b Block) -> Option<&'b Block> {
    let mut contents = block.body.blocks_of("content");
    let Some(content) = contents.next() else {
        let problem = Problem::new(
            "missing-dynamic-content",
            "a dynamic block needs a `content` block",
        );
        scope.sink.push(problem.at(opening(block.header, &block.body)));
        return None;
    };
    if let Some(second) = contents.next() {
        let problem = Problem::new(
            "extraneous-dynamic-content",
            "a dynamic block has one `content` block only",
        );
        scope.sink.push(problem.at(second.header));
    }
    Some(content)
}

/// The name under which the content sees the element.
fn iterator(block: &Block) -> Arc<str> {
    let given = block.body.attribute("iterator");
    match given.map(|attribute| &attribute.expression.kind) {
        Some(ExpressionKind::Variable(name) | ExpressionKind::String(name)) => name.clone(),
        _ => block
            .labels
            .first()
            .map_or_else(|| "dynamic".into(), |label| label.text.clone()),
    }
}

/// What the blocks of one dynamic block are made of.
struct Made<'a> {
    block: &'a Block,
    content: &'a Block,
    below: Below<'a>,
    iterator: &'a str,
    collection: &'a Value,
}

impl Made<'_> {
    fn element(&self, scope: &Scope<'_>, key: Value, value: &Value) -> Element {
        let origin = value
            .origin
            .or(self.collection.origin)
            .or(Some(self.block.header));
        let marks = self.collection.marks;
        let item = Value::object(vec![
            ("key".into(), key.with_marks(marks)),
            ("value".into(), value.clone().with_marks(marks)),
        ]);
        let frame = Frame {
            name: self.iterator,
            value: &item,
            outer: scope.frame,
        };
        let inner = scope.with(&frame);
        let labels = self.block.body.attribute("labels");
        let made = body_value(
            &inner,
            &self.content.body,
            self.below.shape(),
            self.content.header,
        );
        Element {
            label: labels.and_then(|labels| label(&inner, &labels.expression)),
            value: Value {
                at: Some(self.block.header),
                origin,
                ..made
            },
        }
    }
}

/// The first of a dynamic block's labels; Terraform has no blocks with more.
fn label(scope: &Scope<'_>, labels: &Expression) -> Option<Arc<str>> {
    let labels = value_of(scope, labels);
    let first = labels.elements()?.first()?.clone();
    match convert(first, &Type::String).ok()?.kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}
