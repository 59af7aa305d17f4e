//! Expressions that stand for themselves: no references, no function calls. Operators, templates and
//! `for` are allowed, as Terraform allows them in variable files.

use std::sync::Arc;

use super::syntax::{Expression, ExpressionKind, For, ObjectKey, Template, TemplatePart, Word};
use crate::source::Diagnostic;

/// What in an expression does not stand for itself.
pub(super) fn problems(expression: &Expression) -> Vec<Diagnostic> {
    let mut check = Check {
        bound: Vec::new(),
        problems: Vec::new(),
    };
    check.expression(expression);
    check.problems
}

struct Check {
    /// The names that an enclosing `for` defines.
    bound: Vec<Arc<str>>,
    problems: Vec<Diagnostic>,
}

impl Check {
    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Null
            | ExpressionKind::Bool(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::String(_)
            | ExpressionKind::SplatItem => {}
            ExpressionKind::Variable(name) => {
                if !self.bound.contains(name) {
                    self.problems.push(
                        Diagnostic::error(
                            "reference-not-allowed",
                            format!("`{name}` cannot be referred to here"),
                        )
                        .at(Some(expression.place))
                        .help("a variable file holds literal values only; text goes in quotes"),
                    );
                }
            }
            ExpressionKind::Call(call) => self.problems.push(
                Diagnostic::error(
                    "call-not-allowed",
                    format!("the function `{}` cannot be called here", call.function.text),
                )
                .at(Some(expression.place))
                .help("a variable file holds literal values only; compute this in `locals`"),
            ),
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
            ExpressionKind::Attribute { source, .. } => self.expression(source),
            ExpressionKind::Index { source, key: other }
            | ExpressionKind::Splat {
                source, each: other, ..
            }
            | ExpressionKind::Binary {
                left: source,
                right: other,
                ..
            } => {
                self.expression(source);
                self.expression(other);
            }
            ExpressionKind::Not(inner)
            | ExpressionKind::Negative(inner)
            | ExpressionKind::Parentheses(inner) => self.expression(inner),
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                self.expression(condition);
                self.expression(then);
                self.expression(otherwise);
            }
            ExpressionKind::For(expression) => self.for_expression(expression),
        }
    }

    fn for_expression(&mut self, expression: &For) {
        self.expression(&expression.collection);
        self.inside(expression.key.as_ref(), &expression.value, |check| {
            let results = [&expression.result_key, &expression.condition];
            results
                .into_iter()
                .flatten()
                .for_each(|result| check.expression(result));
            check.expression(&expression.result);
        });
    }

    fn template(&mut self, template: &Template) {
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
                    self.inside(key.as_ref(), value, |check| check.template(body));
                }
            }
        }
    }

    fn inside(&mut self, key: Option<&Word>, value: &Word, check: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        self.bound.extend(key.map(|key| key.text.clone()));
        self.bound.push(value.text.clone());
        check(self);
        self.bound.truncate(outer);
    }
}
