//! The expressions that are read without `hcl::edit`. After each, what encloses it looks for its own
//! delimiter, and gives up where an operator follows.

use std::sync::Arc;

use super::plain::{Plain, are_unique};
use crate::config::syntax::{
    Call, Expression, ExpressionKind, ObjectItem, ObjectKey, Template, TemplatePart, Word,
};

/// Expressions within expressions.
const MAX_DEPTH: usize = 24;
/// Steps of one traversal.
const MAX_STEPS: usize = 24;
/// Digits of a number that certainly fits a float.
const MAX_DIGITS: usize = 15;

impl Plain<'_> {
    pub(super) fn expression(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let kind = match self.byte() {
            b'"' => self.quoted(depth)?,
            b'[' => ExpressionKind::Tuple(self.tuple(depth)?),
            b'{' => ExpressionKind::Object(self.object(depth)?),
            b'-' => self.negative()?,
            byte if byte.is_ascii_digit() => self.number()?,
            _ => return self.reference(depth),
        };
        let place = self.place(start);
        Some(Expression { kind, place })
    }

    /// A literal that is a word, or a variable or call with its steps.
    fn reference(&mut self, depth: usize) -> Option<Expression> {
        let word = self.word()?;
        let place = word.place;
        let kind = match &*word.text {
            "for" => return None,
            "null" => ExpressionKind::Null,
            "true" => ExpressionKind::Bool(true),
            "false" => ExpressionKind::Bool(false),
            _ if self.byte() == b'(' => return self.call(word, depth),
            _ => {
                let kind = ExpressionKind::Variable(word.text);
                return self.steps(Expression { kind, place }, depth);
            }
        };
        Some(Expression { kind, place })
    }

    fn call(&mut self, function: Word, depth: usize) -> Option<Expression> {
        self.at += 1;
        self.skip_lines();
        let mut arguments = Vec::new();
        while self.byte() != b')' || !arguments.is_empty() {
            arguments.push(self.expression(depth + 1)?);
            self.skip_lines();
            if self.byte() == b')' {
                break;
            }
            self.expect(b',')?;
            self.skip_lines();
        }
        self.expect(b')')?;
        let mut place = function.place;
        place.end = self.place(self.at).end;
        let kind = ExpressionKind::Call(Call {
            function,
            arguments,
            expand_last: false,
        });
        self.steps(Expression { kind, place }, depth)
    }

    fn steps(&mut self, mut source: Expression, depth: usize) -> Option<Expression> {
        for _ in 0..MAX_STEPS {
            let (start, before) = (self.at, source.place);
            let kind = match self.byte() {
                b'.' => {
                    self.at += 1;
                    ExpressionKind::Attribute {
                        name: self.word()?,
                        source: Box::new(source),
                    }
                }
                b'[' => {
                    self.at += 1;
                    self.skip_lines();
                    let key = Box::new(self.expression(depth + 1)?);
                    self.skip_lines();
                    self.expect(b']')?;
                    ExpressionKind::Index {
                        key,
                        source: Box::new(source),
                    }
                }
                _ => return Some(source),
            };
            let place = before.to(self.place(start));
            source = Expression { kind, place };
        }
        None
    }

    fn tuple(&mut self, depth: usize) -> Option<Vec<Expression>> {
        self.at += 1;
        self.skip_lines();
        let mut elements = Vec::new();
        while self.byte() != b']' {
            elements.push(self.expression(depth + 1)?);
            self.skip_lines();
            if self.byte() != b']' {
                self.expect(b',')?;
                self.skip_lines();
            }
        }
        self.at += 1;
        Some(elements)
    }

    fn object(&mut self, depth: usize) -> Option<Vec<ObjectItem>> {
        self.at += 1;
        self.skip_lines();
        let mut items = Vec::new();
        while self.byte() != b'}' {
            let key = self.object_key()?;
            self.skip_spaces();
            if !matches!(self.byte(), b'=' | b':') {
                return None;
            }
            self.at += 1;
            self.skip_spaces();
            let value = self.expression(depth + 1)?;
            items.push(ObjectItem { key, value });
            self.skip_spaces();
            match self.byte() {
                b'}' => break,
                b',' => self.at += 1,
                _ => self.end_of_line()?,
            }
            self.skip_lines();
        }
        self.expect(b'}')?;
        are_unique(items.iter().map(key_text)).then_some(items)
    }

    /// A name or a string; the words that are literals are left to `hcl::edit`, as are templates.
    fn object_key(&mut self) -> Option<ObjectKey> {
        if self.byte() == b'"' {
            let key = self.expression(0)?;
            return matches!(key.kind, ExpressionKind::String(_)).then_some(ObjectKey::Expression(key));
        }
        let name = self.word()?;
        let is_special = matches!(&*name.text, "for" | "null" | "true" | "false");
        (!is_special).then_some(ObjectKey::Name(name))
    }

    fn negative(&mut self) -> Option<ExpressionKind> {
        self.at += 1;
        let start = self.at;
        let kind = self.number()?;
        let place = self.place(start);
        Some(ExpressionKind::Negative(Box::new(Expression { kind, place })))
    }

    fn number(&mut self) -> Option<ExpressionKind> {
        let rest = self.rest();
        let length = rest
            .bytes()
            .position(|byte| !byte.is_ascii_digit() && byte != b'.')
            .unwrap_or(rest.len());
        let digits = rest.get(..length)?;
        let parts = digits.split('.');
        let is_plain =
            length <= MAX_DIGITS && parts.clone().count() <= 2 && parts.clone().all(|part| !part.is_empty());
        let next = rest.get(length..)?.chars().next();
        if !is_plain || next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            return None;
        }
        self.at += length;
        Some(ExpressionKind::Number(Arc::from(digits)))
    }

    /// A string or a template between quotes, without escapes, trims and directives.
    fn quoted(&mut self, depth: usize) -> Option<ExpressionKind> {
        self.at += 1;
        let mut parts = Vec::new();
        let mut literal = self.at;
        loop {
            self.at += self.quoted_length()?;
            match self.byte() {
                b'"' => break,
                b'$' if self.rest().starts_with("${") => {
                    let before = self.text.get(literal..self.at)?;
                    if before.ends_with('$') {
                        return None;
                    }
                    if !before.is_empty() {
                        parts.push(TemplatePart::Literal(Arc::from(before)));
                    }
                    self.at += 2;
                    self.skip_spaces();
                    parts.push(TemplatePart::Interpolation(self.expression(depth + 1)?));
                    self.skip_spaces();
                    self.expect(b'}')?;
                    literal = self.at;
                }
                b'$' => self.at += 1,
                b'%' if !self.rest().starts_with("%{") => self.at += 1,
                _ => return None,
            }
        }
        let last = self.text.get(literal..self.at)?;
        self.at += 1;
        if parts.is_empty() {
            return Some(ExpressionKind::String(Arc::from(last)));
        }
        if !last.is_empty() {
            parts.push(TemplatePart::Literal(Arc::from(last)));
        }
        Some(ExpressionKind::Template(Template { parts }))
    }
}

fn key_text(item: &ObjectItem) -> &str {
    match &item.key {
        ObjectKey::Name(name) => &name.text,
        ObjectKey::Expression(key) => match &key.kind {
            ExpressionKind::String(text) => text,
            _ => "",
        },
    }
}
