//! Expressions that stand for themselves: no references, no function calls. Operators, templates and
//! `for` are allowed, as Terraform allows them in variable files.

use super::syntax::{Expression, ExpressionKind};
use super::walk::{self, Visitor};
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

struct Check<'e> {
    bound: Vec<&'e str>,
    problems: Vec<Diagnostic>,
}

impl<'e> Visitor<'e> for Check<'e> {
    fn bound(&mut self) -> &mut Vec<&'e str> {
        &mut self.bound
    }

    fn expression(&mut self, expression: &'e Expression) {
        match &expression.kind {
            ExpressionKind::Variable(name) if !self.bound.contains(&&**name) => self.problems.push(
                Diagnostic::error(
                    "reference-not-allowed",
                    format!("`{name}` cannot be referred to here"),
                )
                .at(Some(expression.place))
                .help("a variable file holds literal values only; text goes in quotes"),
            ),
            ExpressionKind::Call(call) => self.problems.push(
                Diagnostic::error(
                    "call-not-allowed",
                    format!("the function `{}` cannot be called here", call.function.text),
                )
                .at(Some(expression.place))
                .help("a variable file holds literal values only; compute this in `locals`"),
            ),
            _ => walk::parts(expression, self),
        }
    }
}
