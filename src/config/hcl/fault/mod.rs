//! Where a text that does not parse first goes wrong, by the grammar of the language: one walk over its
//! words, in the order in which Terraform's parser takes them, so that the place is Terraform's. No tree
//! is built; `hcl::edit` does that for the texts that parse.

mod body;
mod collection;
mod expression;
mod template;

use std::ops::Range;

use super::tokens::{self, Kind, Token};

/// Deeper than anything that `hcl::edit` reads.
const MAX_DEPTH: usize = 80;
/// How many things are said of one text.
const MAX_FAULTS: usize = 50;
const OPERATORS: [&str; 13] = [
    "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||",
];

#[derive(Debug)]
pub(super) struct Fault {
    pub range: Range<usize>,
    pub code: &'static str,
    pub summary: String,
    pub help: String,
}

impl Fault {
    pub(super) fn new(
        range: Range<usize>,
        code: &'static str,
        summary: impl Into<String>,
        help: impl Into<String>,
    ) -> Fault {
        Fault {
            range,
            code,
            summary: summary.into(),
            help: help.into(),
        }
    }
}

/// What is wrong with a body; in its blocks more than one thing may be.
pub(super) fn in_body(text: &str) -> Vec<Fault> {
    let mut walk = Walk::new(text, tokens::of_code(text));
    walk.body(None);
    walk.faults
}

pub(super) fn in_expression(text: &str) -> Option<Fault> {
    let mut walk = Walk::new(text, tokens::of_code(text));
    let outcome = walk.expression().and_then(|()| {
        let behind = walk.peek();
        if behind.kind == Kind::End {
            return Ok(());
        }
        Err(fault(
            behind.range,
            "syntax",
            "the expression is complete before this",
            "remove it, or write the operator that is missing",
        ))
    });
    walk.pass(outcome);
    walk.faults.into_iter().next()
}

pub(super) fn in_template(text: &str) -> Option<Fault> {
    let mut walk = Walk::new(text, tokens::of_template(text));
    let outcome = walk.template(Kind::End);
    walk.pass(outcome);
    walk.faults.into_iter().next()
}

/// What a step is wrong with.
fn fault(
    range: Range<usize>,
    code: &'static str,
    summary: impl Into<String>,
    help: impl Into<String>,
) -> Option<Fault> {
    Some(Fault::new(range, code, summary, help))
}

/// Nothing, or why it goes no further; `None` where the walk itself gives up.
type Step<T = ()> = Result<T, Option<Fault>>;

struct Walk<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// Whether the end of a line is a word here, or a blank.
    lines_count: bool,
    depth: usize,
    faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, tokens: Vec<Token>) -> Walk<'a> {
        Walk {
            text,
            tokens,
            at: 0,
            lines_count: true,
            depth: 0,
            faults: Vec::new(),
        }
    }

    fn index(&self) -> usize {
        let mut at = self.at;
        if !self.lines_count {
            while self
                .tokens
                .get(at)
                .is_some_and(|token| token.kind == Kind::Newline)
            {
                at += 1;
            }
        }
        at.min(self.tokens.len().saturating_sub(1))
    }

    fn peek(&self) -> Token {
        self.tokens.get(self.index()).cloned().unwrap_or(Token {
            kind: Kind::End,
            range: self.text.len()..self.text.len(),
        })
    }

    fn read(&mut self) -> Token {
        let token = self.peek();
        self.at = self.index() + 1;
        token
    }

    fn word(&self, token: &Token) -> &'a str {
        self.text.get(token.range.clone()).unwrap_or("")
    }

    fn next_is(&self, word: &str) -> bool {
        let token = self.peek();
        matches!(token.kind, Kind::Sign | Kind::Name) && self.word(&token) == word
    }

    fn skip(&mut self, word: &str) -> bool {
        let is = self.next_is(word);
        if is {
            self.read();
        }
        is
    }

    /// Where the word before the next one ends.
    fn end_of_last(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |token| token.range.end)
    }

    /// Keeps the fault of a step that went wrong; whether it did not.
    fn pass(&mut self, step: Step) -> bool {
        match step {
            Ok(()) => true,
            Err(fault) => {
                self.faults.extend(fault);
                false
            }
        }
    }

    /// Whether the ends of lines are words while `step` is taken.
    fn with_lines<T>(&mut self, count: bool, step: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        let outside = std::mem::replace(&mut self.lines_count, count);
        self.depth += 1;
        let outcome = if self.depth > MAX_DEPTH {
            Err(None)
        } else {
            step(self)
        };
        self.depth -= 1;
        self.lines_count = outside;
        outcome
    }
}

pub(super) fn unclosed(range: Range<usize>, open: &str, close: &str) -> Fault {
    Fault::new(
        range,
        "unclosed",
        format!("this `{open}` is never closed"),
        format!("add {close} where it should end"),
    )
}

pub(super) fn unclosed_quote(range: Range<usize>) -> Fault {
    Fault::new(
        range,
        "missing-quote",
        "this string is not closed on its line",
        "add the missing `\"`; for text of several lines use a heredoc (`<<-EOT`) or `\\n`",
    )
}

pub(super) fn repeated(name: &str, range: Range<usize>) -> Fault {
    Fault::new(
        range,
        "duplicate-argument",
        format!("the argument `{name}` is already set in this block"),
        "an argument can be set once: remove one of the two",
    )
}
