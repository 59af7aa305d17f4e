//! The references an expression makes, found without evaluating it.

use super::expression::chain;
use super::scope::Link;
use crate::config::syntax::{Block, Body, Expression, ExpressionKind, Word};
use crate::config::walk::{self, Visitor, within};

/// A traversal from a name: `var.x`, `azurerm_subnet.hub["a"].id`, or a name that a `for` binds.
pub struct Reference<'e> {
    /// The whole traversal.
    pub expression: &'e Expression,
    pub root: &'e str,
    pub links: Vec<Link<'e>>,
    /// Whether a `for` inside the expression binds the root.
    pub bound_inside: bool,
}

/// Calls `found` for every reference in `expression`, in source order.
pub fn each<'e>(expression: &'e Expression, found: &mut dyn FnMut(&Reference<'e>)) {
    Walker {
        found,
        called: &mut |_| {},
        bound: Vec::new(),
    }
    .expression(expression);
}

/// The same for a whole body, and every function name as well.
pub fn each_in_body<'e>(
    body: &'e Body,
    found: &mut dyn FnMut(&Reference<'e>),
    called: &mut dyn FnMut(&'e Word),
) {
    let mut walker = Walker {
        found,
        called,
        bound: Vec::new(),
    };
    walker.body(body);
}

/// The references and function names of one expression, where the names in `bound` are no references.
pub fn each_with_calls<'e>(
    expression: &'e Expression,
    found: &mut dyn FnMut(&Reference<'e>),
    called: &mut dyn FnMut(&'e Word),
) {
    Walker {
        found,
        called,
        bound: Vec::new(),
    }
    .expression(expression);
}

struct Walker<'e, 'f> {
    found: &'f mut dyn FnMut(&Reference<'e>),
    called: &'f mut dyn FnMut(&'e Word),
    bound: Vec<&'e str>,
}

impl<'e> Walker<'e, '_> {
    fn body(&mut self, body: &'e Body) {
        for attribute in &body.attributes {
            self.expression(&attribute.expression);
        }
        for block in &body.blocks {
            if &*block.keyword.text == "dynamic" {
                self.dynamic(block);
            } else {
                self.body(&block.body);
            }
        }
    }

    /// The iterator is bound in the content and the labels, not in the collection.
    fn dynamic(&mut self, block: &'e Block) {
        let iterator = match block
            .body
            .attribute("iterator")
            .map(|attribute| &attribute.expression.kind)
        {
            Some(ExpressionKind::Variable(name) | ExpressionKind::String(name)) => Some(&**name),
            _ => block.labels.first().map(|label| &*label.text),
        };
        for attribute in &block.body.attributes {
            match &*attribute.name.text {
                "iterator" => {}
                "labels" => within(self, iterator, |walker| walker.expression(&attribute.expression)),
                _ => self.expression(&attribute.expression),
            }
        }
        within(self, iterator, |walker| {
            for block in &block.body.blocks {
                walker.body(&block.body);
            }
        });
    }

    fn traversal(&mut self, expression: &'e Expression) {
        let (root, links) = chain(expression);
        let keys: Vec<&'e Expression> = links
            .iter()
            .filter_map(|link| match link {
                Link::Index(key, _) => Some(*key),
                Link::Attribute(..) => None,
            })
            .collect();
        match &root.kind {
            ExpressionKind::Variable(name) => {
                let bound_inside = self.bound.contains(&&**name);
                (self.found)(&Reference {
                    expression,
                    root: name,
                    links,
                    bound_inside,
                });
            }
            ExpressionKind::SplatItem => {}
            _ => self.expression(root),
        }
        keys.into_iter().for_each(|key| self.expression(key));
    }
}

impl<'e> Visitor<'e> for Walker<'e, '_> {
    fn bound(&mut self) -> &mut Vec<&'e str> {
        &mut self.bound
    }

    fn expression(&mut self, expression: &'e Expression) {
        match &expression.kind {
            ExpressionKind::Variable(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Index { .. } => {
                self.traversal(expression);
            }
            ExpressionKind::Call(call) => {
                (self.called)(&call.function);
                walk::parts(expression, self);
            }
            _ => walk::parts(expression, self),
        }
    }
}
