//! Templates: escapes, `~` trims and heredoc indentation, as HCL's own parser applies them.
//!
//! HCL works on a flat list of tokens before it builds a tree, and a line of a heredoc or of a
//! template file is a token of its own. That is visible: a trim stops at the end of its line, and a
//! line whose newline was trimmed away no longer counts as a line when the indentation is taken off.

use std::ops::Range;
use std::sync::Arc;

use hcl::edit::Span;
use hcl::edit::template::{Directive, Element, HeredocTemplate, StringTemplate, Template as Edit};
use hcl::template::Strip;

use super::lower::Lower;
use crate::config::syntax::{Expression, ExpressionKind, Template, TemplatePart, Word};

/// How literals are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Between quotes: one token, with backslash escapes.
    Quoted,
    /// A heredoc or a template file: one token per line, no backslash escapes.
    Lines,
}

enum Token {
    Literal(String),
    Interpolation(Expression),
    If(Expression),
    Else,
    For {
        key: Option<Word>,
        value: Word,
        collection: Expression,
    },
    End,
}

impl Lower<'_> {
    pub(super) fn quoted_template(
        &mut self,
        template: &StringTemplate,
        range: Range<usize>,
    ) -> ExpressionKind {
        let tokens = self.flatten(template.iter(), Style::Quoted);
        if range.is_empty() {
            return kind(Template { parts: Vec::new() });
        }
        kind(tree(&mut join(tokens).into_iter(), &mut false))
    }

    pub(super) fn heredoc(&mut self, heredoc: &HeredocTemplate, range: Range<usize>) -> ExpressionKind {
        let mut tokens = self.flatten(heredoc.template.iter(), Style::Lines);
        let start = self.text.get(range.start..).unwrap_or("");
        if start.starts_with("<<-") {
            dedent(&mut tokens);
        }
        self.heredoc_end(range);
        kind(tree(&mut join(tokens).into_iter(), &mut false))
    }

    /// A whole text as a template, such as a file given to `templatefile`.
    pub(super) fn template(&mut self, template: &Edit) -> ExpressionKind {
        let tokens = self.flatten(template.iter(), Style::Lines);
        kind(tree(&mut join(tokens).into_iter(), &mut false))
    }

    /// Terraform ends a heredoc only where its marker is alone on a line that ends.
    fn heredoc_end(&mut self, range: Range<usize>) {
        let after = self.text.get(range.end..).unwrap_or("");
        let line = after.split_once('\n').map(|(line, _)| line.trim());
        self.doubtful |= line != Some("");
    }

    fn flatten<'e>(&mut self, elements: impl Iterator<Item = &'e Element>, style: Style) -> Vec<Token> {
        let mut flat = Flat {
            style,
            tokens: Vec::new(),
            trim_next: false,
        };
        self.elements(elements, &mut flat);
        flat.tokens
    }

    fn elements<'e>(&mut self, elements: impl Iterator<Item = &'e Element>, flat: &mut Flat) {
        for element in elements {
            match element {
                Element::Literal(literal) => self.literal(literal.span().unwrap_or(0..0), flat),
                Element::Interpolation(interpolation) => {
                    let expression = self.expression(&interpolation.expr);
                    flat.control(interpolation.strip, Token::Interpolation(expression));
                }
                Element::Directive(directive) => self.directive(directive, flat),
            }
        }
    }

    fn directive(&mut self, directive: &Directive, flat: &mut Flat) {
        match directive {
            Directive::If(directive) => {
                let condition = self.expression(&directive.if_expr.cond_expr);
                flat.control(directive.if_expr.strip, Token::If(condition));
                self.elements(directive.if_expr.template.iter(), flat);
                if let Some(otherwise) = &directive.else_expr {
                    flat.control(otherwise.strip, Token::Else);
                    self.elements(otherwise.template.iter(), flat);
                }
                flat.control(directive.endif_expr.strip, Token::End);
            }
            Directive::For(directive) => {
                let head = &directive.for_expr;
                let token = Token::For {
                    key: head.key_var.as_ref().map(|name| self.word(name)),
                    value: self.word(&head.value_var),
                    collection: self.expression(&head.collection_expr),
                };
                flat.control(head.strip, token);
                self.elements(head.template.iter(), flat);
                flat.control(directive.endfor_expr.strip, Token::End);
            }
        }
    }

    /// Literals are read from the source once more: inside a directive of a quoted string
    /// `hcl::edit` leaves escapes as they are written.
    fn literal(&mut self, range: Range<usize>, flat: &mut Flat) {
        let raw = self.text.get(range.clone()).unwrap_or("");
        match flat.style {
            Style::Lines => {
                for line in raw.split_inclusive('\n') {
                    flat.literal(line.replace("$${", "${").replace("%%{", "%{"));
                }
            }
            Style::Quoted => {
                self.quoted(range.clone());
                let (text, is_valid) = unescape(raw);
                self.doubtful |= !is_valid;
                flat.literal(text);
            }
        }
    }
}

/// The tokens so far, with the trims applied as they are met.
struct Flat {
    style: Style,
    tokens: Vec<Token>,
    /// Whether a `~}` stands directly before what comes next.
    trim_next: bool,
}

impl Flat {
    fn literal(&mut self, text: String) {
        let trim = std::mem::take(&mut self.trim_next);
        self.tokens.push(Token::Literal(if trim {
            text.trim_start().to_owned()
        } else {
            text
        }));
    }

    fn control(&mut self, strip: Strip, token: Token) {
        if strip.strip_start()
            && let Some(Token::Literal(before)) = self.tokens.last_mut()
        {
            before.truncate(before.trim_end().len());
        }
        self.tokens.push(token);
        self.trim_next = strip.strip_end();
    }
}

/// Takes the common indentation off the lines of a `<<-` heredoc.
fn dedent(tokens: &mut [Token]) {
    let mut at_line_start = true;
    let mut common = usize::MAX;
    let mut lines = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let literal = match token {
            Token::Literal(text) => Some(text),
            _ => None,
        };
        if at_line_start {
            at_line_start = false;
            let text = literal.map_or("", String::as_str);
            let content = text.trim_start();
            let blank = content.is_empty() && text.ends_with('\n');
            if !blank {
                let spaces = text.get(..text.len() - content.len()).unwrap_or("");
                common = common.min(spaces.chars().count());
                lines.push(index);
            }
        }
        at_line_start |= literal.is_some_and(|text| text.ends_with('\n'));
    }
    for index in lines {
        if let Some(Token::Literal(text)) = tokens.get_mut(index) {
            let cut = text.char_indices().nth(common).map_or(text.len(), |(cut, _)| cut);
            text.drain(..cut);
        }
    }
}

/// Consecutive literals become one.
fn join(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match (joined.last_mut(), token) {
            (Some(Token::Literal(before)), Token::Literal(text)) => before.push_str(&text),
            (_, token) => joined.push(token),
        }
    }
    joined
}

/// Builds the tree up to the end of a directive; `otherwise` tells that an `else` ended it.
fn tree(tokens: &mut impl Iterator<Item = Token>, otherwise: &mut bool) -> Template {
    let mut parts = Vec::new();
    while let Some(token) = tokens.next() {
        parts.push(match token {
            Token::Literal(text) => TemplatePart::Literal(Arc::from(text)),
            Token::Interpolation(expression) => TemplatePart::Interpolation(expression),
            Token::If(condition) => {
                let mut has_else = false;
                let then = branch(tokens, &mut has_else);
                let otherwise = if has_else {
                    branch(tokens, &mut false)
                } else {
                    Template { parts: Vec::new() }
                };
                TemplatePart::If {
                    condition,
                    then,
                    otherwise,
                }
            }
            Token::For {
                key,
                value,
                collection,
            } => TemplatePart::For {
                key,
                value,
                collection,
                body: branch(tokens, &mut false),
            },
            Token::Else => {
                *otherwise = true;
                break;
            }
            Token::End => break,
        });
    }
    Template { parts }
}

/// [`tree`] behind a pointer, so that its recursion does not make an endless type.
fn branch(tokens: &mut dyn Iterator<Item = Token>, otherwise: &mut bool) -> Template {
    tree(&mut { tokens }, otherwise)
}

/// A template without interpolation is a string.
fn kind(template: Template) -> ExpressionKind {
    match template.parts.as_slice() {
        [] => ExpressionKind::String(Arc::from("")),
        [TemplatePart::Literal(text)] => ExpressionKind::String(Arc::clone(text)),
        _ => ExpressionKind::Template(template),
    }
}

/// Decodes the escapes of a quoted literal; whether all of them exist.
fn unescape(raw: &str) -> (String, bool) {
    let mut text = String::with_capacity(raw.len());
    let mut is_valid = true;
    let mut rest = raw;
    while let Some(next) = rest.find(['\\', '$', '%']) {
        let (before, from) = rest.split_at(next);
        text.push_str(before);
        let (decoded, length) = match from.as_bytes() {
            [b'\\', b'n', ..] => (Some('\n'), 2),
            [b'\\', b'r', ..] => (Some('\r'), 2),
            [b'\\', b't', ..] => (Some('\t'), 2),
            [b'\\', b'"', ..] => (Some('"'), 2),
            [b'\\', b'\\', ..] => (Some('\\'), 2),
            [b'\\', b'u', ..] => (code_point(from, 4), 6),
            [b'\\', b'U', ..] => (code_point(from, 8), 10),
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => {
                text.push_str(from.get(1..3).unwrap_or(""));
                rest = from.get(3..).unwrap_or("");
                continue;
            }
            [b'\\', ..] => (None, 1),
            _ => (from.chars().next(), 1),
        };
        if let Some(decoded) = decoded {
            text.push(decoded);
            rest = from.get(length..).unwrap_or("");
        } else {
            is_valid = false;
            text.push('\\');
            rest = from.get(1..).unwrap_or("");
        }
    }
    text.push_str(rest);
    (text, is_valid)
}

fn code_point(escape: &str, digits: usize) -> Option<char> {
    let number = escape.get(2..2 + digits)?;
    char::from_u32(u32::from_str_radix(number, 16).ok()?)
}
