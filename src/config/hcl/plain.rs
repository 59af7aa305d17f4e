//! The plain part of a text, read without `hcl::edit`: blocks, and attributes made of literals,
//! references, calls, lists and objects. That is most of any configuration, and reading it here takes a
//! fraction of the time.
//!
//! Nothing is refused here. What is not plain goes to `hcl::edit`, an expression or an item at a time;
//! where that finds an error there is no result, and the text is read again by the reader that explains
//! errors.

use std::collections::HashSet;
use std::hash::Hash;

use hcl::edit::parser;

use super::lower::{Lower, Origin, Words};
use super::message::Form;
use super::parse::{self, Parsed};
use super::pieces::Pieces;
use super::scan;
use crate::config::syntax::{Attribute, Block, Body, Expression, Word};
use crate::source::{Diagnostic, Place, SourceId};

/// Blocks within blocks; deeper ones are left to `hcl::edit`, which has a bound of its own.
const MAX_DEPTH: usize = 16;
/// Up to this many names are compared with each other.
const FEW: usize = 16;

/// Reads a body of which nothing is wrong.
pub(super) fn body(text: &str, source: SourceId, origin: Origin) -> Option<(Body, Vec<Diagnostic>)> {
    if parse::has_open_comment(text) {
        return None;
    }
    let mut reader = Plain {
        text,
        at: 0,
        source,
        origin,
        words: Words::default(),
        diagnostics: Vec::new(),
        attributes: Vec::new(),
    };
    let body = reader.top()?;
    Some((body, reader.diagnostics))
}

/// A text and how far it is read. Every method that returns an `Option` moves past what it has read, or
/// returns `None` and leaves the position anywhere.
pub(super) struct Plain<'a> {
    pub text: &'a str,
    pub at: usize,
    source: SourceId,
    origin: Origin<'a>,
    pub words: Words,
    diagnostics: Vec<Diagnostic>,
    /// The attributes of the bodies that are open, so that each body is allocated once, in its size.
    attributes: Vec<Attribute>,
}

impl<'a> Plain<'a> {
    fn top(&mut self) -> Option<Body> {
        let mut blocks = Vec::new();
        loop {
            self.skip_lines();
            if self.at == self.text.len() {
                return self.finish(0, blocks);
            }
            let start = (self.at, self.attributes.len(), self.diagnostics.len());
            if self.item(0, &mut blocks).is_none() {
                self.at = start.0;
                self.attributes.truncate(start.1);
                self.diagnostics.truncate(start.2);
                self.item_by_parser(&mut blocks)?;
            }
        }
    }

    /// The body whose attributes start at `first`; none where one is set twice.
    fn finish(&mut self, first: usize, blocks: Vec<Block>) -> Option<Body> {
        let attributes: Vec<Attribute> = self.attributes.drain(first..).collect();
        // The same word is the same memory.
        let names = attributes.iter().map(|attribute| attribute.name.text.as_ptr());
        are_unique(names).then_some(Body { attributes, blocks })
    }

    /// An attribute or a block, with the end of its line.
    fn item(&mut self, depth: usize, blocks: &mut Vec<Block>) -> Option<()> {
        let name = self.word()?;
        self.skip_spaces();
        if self.byte() == b'=' {
            let attribute = self.attribute(name)?;
            self.attributes.push(attribute);
        } else {
            blocks.push(self.block(name, depth)?);
        }
        self.end_of_line()
    }

    fn attribute(&mut self, name: Word) -> Option<Attribute> {
        self.expect(b'=')?;
        self.skip_spaces();
        let start = (self.at, self.diagnostics.len());
        let plain = self.expression(0).filter(|_| self.is_at_value_end());
        let expression = plain.or_else(|| {
            self.at = start.0;
            self.diagnostics.truncate(start.1);
            self.expression_by_parser()
        })?;
        Some(Attribute {
            place: name.place.to(expression.place),
            name,
            expression,
        })
    }

    fn block(&mut self, keyword: Word, depth: usize) -> Option<Block> {
        let mut labels = Vec::new();
        while self.byte() != b'{' {
            labels.push(self.label()?);
            self.skip_spaces();
        }
        if depth == MAX_DEPTH {
            return None;
        }
        self.at += 1;
        let body = self.block_body(depth + 1)?;
        let header = labels
            .last()
            .map_or(keyword.place, |label: &Word| keyword.place.to(label.place));
        let place = Place {
            end: self.origin.offset(self.at),
            ..keyword.place
        };
        Some(Block {
            keyword,
            labels,
            body,
            header,
            place,
        })
    }

    fn label(&mut self) -> Option<Word> {
        if self.byte() != b'"' {
            return self.word();
        }
        let start = self.at;
        self.at += 1;
        let length = self.quoted_length()?;
        let text = self.rest().get(..length)?;
        self.at += length;
        self.expect(b'"')?;
        Some(Word {
            text: self.words.get(text),
            place: self.place(start),
        })
    }

    /// From past the opening brace to past the closing one.
    fn block_body(&mut self, depth: usize) -> Option<Body> {
        let first = self.attributes.len();
        let mut blocks = Vec::new();
        if self.end_of_line().is_some() {
            loop {
                self.skip_lines();
                if self.byte() == b'}' {
                    break;
                }
                self.item(depth, &mut blocks)?;
            }
        } else if self.byte() != b'}' {
            let name = self.word()?;
            self.skip_spaces();
            let attribute = self.attribute(name)?;
            self.attributes.push(attribute);
            self.skip_spaces();
        }
        self.expect(b'}')?;
        self.finish(first, blocks)
    }

    /// Whether the value of an attribute ends here, and no operator follows.
    fn is_at_value_end(&mut self) -> bool {
        self.skip_spaces();
        let rest = self.rest();
        rest.is_empty()
            || rest.starts_with(['\n', '#', '}'])
            || rest.starts_with("\r\n")
            || rest.starts_with("//")
    }

    fn expression_by_parser(&mut self) -> Option<Expression> {
        let rest = self.rest();
        let length = scan::first_item(rest)?;
        let Parsed { tree, pieces } = parse::expression(rest.get(..length)?).ok()?;
        let expression = self.lowered(rest, &pieces, |lower| lower.expression(&tree))?;
        self.at += length;
        Some(expression)
    }

    fn item_by_parser(&mut self, blocks: &mut Vec<Block>) -> Option<()> {
        let rest = self.rest();
        let length = scan::first_item(rest)?;
        let Parsed { tree, pieces } =
            parse::attempt(rest.get(..length)?, Form::Body, parser::parse_body).ok()?;
        let body = self.lowered(rest, &pieces, |lower| lower.body(&tree))?;
        self.attributes.extend(body.attributes);
        blocks.extend(body.blocks);
        self.at += length;
        self.end_of_line()
    }

    /// What `lower` makes of the text from here; nothing where Terraform may refuse it.
    fn lowered<T>(
        &mut self,
        rest: &str,
        pieces: &Pieces,
        work: impl FnOnce(&mut Lower<'_>) -> T,
    ) -> Option<T> {
        let mut lower = Lower {
            source: self.source,
            text: rest,
            origin: self.origin.shifted(self.at),
            pieces,
            words: &mut self.words,
            diagnostics: &mut self.diagnostics,
            doubtful: false,
        };
        let made = work(&mut lower);
        (!lower.doubtful).then_some(made)
    }

    /// An identifier. Those with letters beyond ASCII are left to `hcl::edit`.
    pub(super) fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let rest = self.rest();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.bytes().position(|byte| !is_name(byte)).unwrap_or(rest.len());
        let text = rest.get(..length)?;
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !starts || rest.as_bytes().get(length).is_some_and(|byte| !byte.is_ascii()) {
            return None;
        }
        self.at += length;
        Some(Word {
            text: self.words.get(text),
            place: self.place(start),
        })
    }

    /// How far the characters between quotes go that mean only themselves.
    pub(super) fn quoted_length(&self) -> Option<usize> {
        let special = |byte: u8| matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'$' | b'%');
        self.rest().bytes().position(special)
    }

    /// From `start` to here.
    pub(super) fn place(&self, start: usize) -> Place {
        Place {
            source: self.source,
            start: self.origin.offset(start),
            end: self.origin.offset(self.at),
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The next byte; zero at the end.
    pub(super) fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        (self.byte() == byte).then(|| self.at += 1)
    }

    /// Past spaces, but not past a comment.
    pub(super) fn skip_spaces(&mut self) {
        while matches!(self.byte(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Past spaces, newlines and comments.
    pub(super) fn skip_lines(&mut self) {
        loop {
            match self.byte() {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => self.skip_to_newline(),
                b'/' if self.rest().starts_with("//") => self.skip_to_newline(),
                b'/' if self.rest().starts_with("/*") => match self.rest().find("*/") {
                    Some(end) if end > 1 => self.at += end + 2,
                    _ => return,
                },
                _ => return,
            }
        }
    }

    fn skip_to_newline(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    /// Past the end of the line, where nothing but a comment stands before it.
    pub(super) fn end_of_line(&mut self) -> Option<()> {
        self.skip_spaces();
        let rest = self.rest();
        if rest.starts_with('#') || rest.starts_with("//") {
            self.skip_to_newline();
        }
        let rest = self.rest();
        if rest.starts_with("\r\n") {
            self.at += 1;
        }
        if !rest.is_empty() {
            return self.expect(b'\n');
        }
        Some(())
    }
}

/// Whether no name is there twice.
pub(super) fn are_unique<T: Eq + Hash>(names: impl ExactSizeIterator<Item = T> + Clone) -> bool {
    if names.len() > FEW {
        let mut seen = HashSet::with_capacity(names.len());
        return names.into_iter().all(|name| seen.insert(name));
    }
    let mut others = names.clone();
    names.into_iter().all(|name| {
        others.next();
        others.clone().all(|other| other != name)
    })
}
