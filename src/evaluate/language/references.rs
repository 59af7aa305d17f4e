//! The references an expression makes, found without evaluating it.

use super::expression::chain;
use super::scope::Link;
use crate::config::syntax::{Body, Expression, ExpressionKind, ObjectKey, Template, TemplatePart, Word};

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
    fn dynamic(&mut self, block: &'e crate::config::syntax::Block) {
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
                "labels" => self.within(iterator, |walker| walker.expression(&attribute.expression)),
                _ => self.expression(&attribute.expression),
            }
        }
        self.within(iterator, |walker| {
            for block in &block.body.blocks {
                walker.body(&block.body);
            }
        });
    }

    fn within(&mut self, names: impl IntoIterator<Item = &'e str>, work: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names);
        work(self);
        self.bound.truncate(before);
    }

    fn expression(&mut self, expression: &'e Expression) {
        match &expression.kind {
            ExpressionKind::Null
            | ExpressionKind::Bool(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::String(_)
            | ExpressionKind::SplatItem => {}
            ExpressionKind::Variable(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Index { .. } => {
                self.traversal(expression);
            }
            ExpressionKind::Template(template) => self.template(template),
            ExpressionKind::Tuple(elements) => elements.iter().for_each(|element| self.expression(element)),
            ExpressionKind::Object(items) => {
                for item in items {
                    if let ObjectKey::Expression(key) = &item.key {
                        self.expression(key);
                    }
                    self.expression(&item.value);
                }
            }
            ExpressionKind::Splat { source, each, .. } => {
                self.expression(source);
                self.expression(each);
            }
            ExpressionKind::Call(call) => {
                (self.called)(&call.function);
                call.arguments
                    .iter()
                    .for_each(|argument| self.expression(argument));
            }
            ExpressionKind::Not(inner)
            | ExpressionKind::Negative(inner)
            | ExpressionKind::Parentheses(inner) => self.expression(inner),
            ExpressionKind::Binary { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                self.expression(condition);
                self.expression(then);
                self.expression(otherwise);
            }
            ExpressionKind::For(each) => {
                self.expression(&each.collection);
                let names = each.key.iter().chain([&each.value]).map(|word| &*word.text);
                self.within(names, |walker| {
                    let parts = each
                        .result_key
                        .iter()
                        .chain([&each.result])
                        .chain(&each.condition);
                    parts.for_each(|part| walker.expression(part));
                });
            }
        }
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

    fn template(&mut self, template: &'e Template) {
        for part in &template.parts {
            match part {
                TemplatePart::Literal(_) => {}
                TemplatePart::Interpolation(expression) => self.expression(expression),
                TemplatePart::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    self.expression(condition);
                    self.template(then);
                    self.template(otherwise);
                }
                TemplatePart::For {
                    key,
                    value,
                    collection,
                    body,
                } => {
                    self.expression(collection);
                    let names = key.iter().chain([value]).map(|word| &*word.text);
                    self.within(names, |walker| walker.template(body));
                }
            }
        }
    }
}
