//! The parts of an expression, for whoever looks through it without evaluating it.

use super::syntax::{Expression, ExpressionKind, ObjectKey, Template, TemplatePart, Word};

/// Somebody who looks at expressions. It decides for each whether [`parts`] are looked at as well.
pub trait Visitor<'e> {
    fn expression(&mut self, expression: &'e Expression);

    /// The names that the `for`s around bind, innermost last; [`parts`] keeps them.
    fn bound(&mut self) -> &mut Vec<&'e str>;
}

/// Shows a visitor every expression directly inside this one, in source order.
pub fn parts<'e>(expression: &'e Expression, visitor: &mut impl Visitor<'e>) {
    match &expression.kind {
        ExpressionKind::Null
        | ExpressionKind::Bool(_)
        | ExpressionKind::Number(_)
        | ExpressionKind::String(_)
        | ExpressionKind::Variable(_)
        | ExpressionKind::SplatItem => {}
        ExpressionKind::Template(template) => in_template(template, visitor),
        ExpressionKind::Tuple(elements) => {
            elements.iter().for_each(|element| visitor.expression(element));
        }
        ExpressionKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expression(key) = &item.key {
                    visitor.expression(key);
                }
                visitor.expression(&item.value);
            }
        }
        ExpressionKind::Call(call) => call
            .arguments
            .iter()
            .for_each(|argument| visitor.expression(argument)),
        ExpressionKind::Attribute { source: inner, .. }
        | ExpressionKind::Not(inner)
        | ExpressionKind::Negative(inner)
        | ExpressionKind::Parentheses(inner) => visitor.expression(inner),
        ExpressionKind::Index {
            source: left,
            key: right,
        }
        | ExpressionKind::Splat {
            source: left,
            each: right,
            ..
        }
        | ExpressionKind::Binary { left, right, .. } => {
            visitor.expression(left);
            visitor.expression(right);
        }
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            visitor.expression(condition);
            visitor.expression(then);
            visitor.expression(otherwise);
        }
        ExpressionKind::For(each) => {
            visitor.expression(&each.collection);
            within(visitor, names(each.key.as_ref(), &each.value), |visitor| {
                let results = each.result_key.iter().chain([&each.result]);
                results
                    .chain(&each.condition)
                    .for_each(|part| visitor.expression(part));
            });
        }
    }
}

/// Lets `work` be done where these names are bound.
pub fn within<'e, V: Visitor<'e>>(
    visitor: &mut V,
    names: impl IntoIterator<Item = &'e str>,
    work: impl FnOnce(&mut V),
) {
    let outside = visitor.bound().len();
    visitor.bound().extend(names);
    work(visitor);
    visitor.bound().truncate(outside);
}

fn names<'e>(key: Option<&'e Word>, value: &'e Word) -> impl Iterator<Item = &'e str> {
    key.into_iter().chain([value]).map(|word| &*word.text)
}

fn in_template<'e>(template: &'e Template, visitor: &mut impl Visitor<'e>) {
    for part in &template.parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expression) => visitor.expression(expression),
            TemplatePart::If {
                condition,
                then,
                otherwise,
            } => {
                visitor.expression(condition);
                in_template(then, visitor);
                in_template(otherwise, visitor);
            }
            TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => {
                visitor.expression(collection);
                within(visitor, names(key.as_ref(), value), |visitor| {
                    in_template(body, visitor)
                });
            }
        }
    }
}
