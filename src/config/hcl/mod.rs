//! HCL text to our tree. Nothing outside this folder names `hcl::edit`.

mod fault;
mod lower;
mod message;
mod parse;
mod pieces;
mod plain;
mod plain_expression;
#[cfg(test)]
mod plain_tests;
mod scan;
mod template;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;

use super::syntax::{Body, Expression, ExpressionKind};
use crate::source::{Diagnostic, Place, Severity, SourceId};
use lower::{Lower, Origin, Words};
use message::Form;

/// Reads a file's text. Where it has errors, the body holds every top-level item that has none.
#[must_use]
pub fn parse_body(source: SourceId, text: &str) -> (Body, Vec<Diagnostic>) {
    parse::body(text, source, Origin::Shift(0))
}

/// An expression on its own, with what is to be said of it; where one of that is an error, there is no
/// expression.
pub type Lone = (Option<Expression>, Vec<Diagnostic>);

/// Reads a lone expression, such as the value of `--var`. Newlines around it do not count.
#[must_use]
pub fn parse_expression(source: SourceId, text: &str) -> Lone {
    expression(source, text, Origin::Shift(0))
}

/// Reads a text that is a template as a whole, such as a file given to `templatefile`.
#[must_use]
pub fn parse_template(source: SourceId, text: &str) -> Lone {
    template(source, text, Origin::Shift(0))
}

/// A text that was decoded from a string of another: `offsets` says for each of its bytes, and for
/// its end, where in the source it was written.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    pub text: &'a str,
    pub offsets: &'a [u32],
}

/// [`parse_expression`] for a text inside a JSON string.
#[must_use]
pub fn parse_decoded_expression(source: SourceId, text: Decoded) -> Lone {
    expression(source, text.text, Origin::Table(text.offsets, 0))
}

/// [`parse_template`] for a text inside a JSON string.
#[must_use]
pub fn parse_decoded_template(source: SourceId, text: Decoded) -> Lone {
    template(source, text.text, Origin::Table(text.offsets, 0))
}

fn expression(source: SourceId, text: &str, origin: Origin) -> Lone {
    let code = text.trim();
    let start = text.len() - text.trim_start().len();
    let origin = origin.shifted(start);
    let parsed = match parse::expression(code) {
        Ok(parsed) => parsed,
        Err(failure) => return (None, failure.diagnostics(code, source, origin)),
    };
    let mut diagnostics = Vec::new();
    let mut lower = Lower {
        source,
        text: code,
        origin,
        pieces: &parsed.pieces,
        words: &mut Words::default(),
        diagnostics: &mut diagnostics,
        doubtful: false,
    };
    let expression = lower.expression(&parsed.tree);
    lower.settle(Form::Expression);
    unless_wrong(expression, diagnostics)
}

fn template(source: SourceId, text: &str, origin: Origin) -> Lone {
    let place = Place {
        source,
        start: origin.offset(0),
        end: origin.offset(text.len()),
    };
    if !text.contains("${") && !text.contains("%{") {
        let kind = ExpressionKind::String(Arc::from(text));
        return (Some(Expression { kind, place }), Vec::new());
    }
    let parsed = match parse::template(text) {
        Ok(parsed) => parsed,
        Err(failure) => return (None, failure.diagnostics(text, source, origin)),
    };
    let mut diagnostics = Vec::new();
    let mut lower = Lower {
        source,
        text,
        origin,
        pieces: &parsed.pieces,
        words: &mut Words::default(),
        diagnostics: &mut diagnostics,
        doubtful: false,
    };
    let kind = lower.template(&parsed.tree);
    lower.settle(Form::Template);
    unless_wrong(Expression { kind, place }, diagnostics)
}

fn unless_wrong(expression: Expression, diagnostics: Vec<Diagnostic>) -> Lone {
    let is_wrong = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    ((!is_wrong).then_some(expression), diagnostics)
}
