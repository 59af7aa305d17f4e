//! The variable values of a plan as literal expressions, to be given to its source.

use std::sync::Arc;

use super::json::{self, Json};
use super::{Plan, Span};
use crate::config::syntax::{Expression, ExpressionKind, ObjectItem, ObjectKey};
use crate::config::{Given, GivenFrom, GivenValue};
use crate::source::{Place, SourceId};

/// They stand above files and environment: the plan was made with them, whatever those say now.
pub(super) fn given(plan: &Plan) -> Vec<Given> {
    let literals = Literals {
        text: &plan.text,
        source: plan.source,
    };
    plan.variables
        .iter()
        .filter_map(|(name, span)| {
            Some(Given {
                name: name.clone(),
                value: GivenValue::Expression(literals.expression(span.text(&plan.text), 0)?),
                from: GivenFrom::CommandLine,
                place: Some(span.place(plan.source)),
            })
        })
        .collect()
}

struct Literals<'a> {
    text: &'a str,
    source: SourceId,
}

impl Literals<'_> {
    fn expression(&self, slice: &str, depth: usize) -> Option<Expression> {
        if depth > json::DEPTH {
            return None;
        }
        let kind = match json::read(slice)? {
            Json::Null => ExpressionKind::Null,
            Json::Bool(value) => ExpressionKind::Bool(value),
            Json::Number(digits) => self.number(digits, slice),
            Json::String(text) => ExpressionKind::String(text.into()),
            Json::Array(elements) => ExpressionKind::Tuple(
                elements
                    .into_iter()
                    .map(|element| self.expression(element, depth + 1))
                    .collect::<Option<_>>()?,
            ),
            Json::Object(entries) => ExpressionKind::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| self.item(&key, value, depth))
                    .collect::<Option<_>>()?,
            ),
        };
        Some(Expression {
            kind,
            place: self.place(slice),
        })
    }

    /// The language has no negative literals, only a minus before one.
    fn number(&self, digits: &str, slice: &str) -> ExpressionKind {
        match digits.strip_prefix('-') {
            None => ExpressionKind::Number(digits.into()),
            Some(digits) => ExpressionKind::Negative(Box::new(Expression {
                kind: ExpressionKind::Number(digits.into()),
                place: self.place(slice),
            })),
        }
    }

    fn item(&self, key: &str, value: &str, depth: usize) -> Option<ObjectItem> {
        let key = Expression {
            kind: ExpressionKind::String(Arc::from(key)),
            place: self.place(value),
        };
        Some(ObjectItem {
            key: ObjectKey::Expression(key),
            value: self.expression(value, depth + 1)?,
        })
    }

    fn place(&self, slice: &str) -> Place {
        Span::of(self.text, slice).place(self.source)
    }
}
