//! Typed access to the attributes of a pack's blocks: literals only, and every other word is said.

use std::sync::Arc;

use crate::config::syntax::{Block, Body, Expression, ExpressionKind, Word};
use crate::prove::suggest;
use crate::source::{Diagnostic, Place};

/// A block being read. Problems are collected, never thrown.
pub struct Fields<'a> {
    pub body: &'a Body,
    /// How messages name the block: ``requirement `x` ``.
    pub name: String,
    pub at: Place,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    pub fn of(block: &'a Block, diagnostics: &'a mut Vec<Diagnostic>) -> Fields<'a> {
        let name = match block.labels.first() {
            Some(label) => format!("{} `{}`", block.keyword.text, label.text),
            None => format!("`{}`", block.keyword.text),
        };
        Fields {
            body: &block.body,
            name,
            at: block.header,
            diagnostics,
        }
    }

    pub fn problem(&mut self, at: Place, summary: String, help: String) {
        self.diagnostics
            .push(Diagnostic::error("bad-pack", summary).at(Some(at)).help(help));
    }

    /// Says which attributes and blocks nobody knows.
    pub fn only(&mut self, attributes: &[&str], blocks: &[&str]) {
        let body = self.body;
        for attribute in &body.attributes {
            if !attributes.contains(&&*attribute.name.text) {
                let summary = format!("{} has no attribute `{}`", self.name, attribute.name.text);
                self.problem(
                    attribute.name.place,
                    summary,
                    suggest::help(&attribute.name.text, attributes),
                );
            }
        }
        for block in &body.blocks {
            if !blocks.contains(&&*block.keyword.text) {
                let summary = format!("{} has no block `{}`", self.name, block.keyword.text);
                self.problem(
                    block.keyword.place,
                    summary,
                    suggest::help(&block.keyword.text, blocks),
                );
            }
        }
    }

    pub fn word(&mut self, name: &str) -> Option<Word> {
        let expression = &self.body.attribute(name)?.expression;
        let word = string(expression);
        if word.is_none() {
            self.wrong(name, expression.place, "a string");
        }
        word
    }

    pub fn text(&mut self, name: &str) -> Option<Arc<str>> {
        self.word(name).map(|word| word.text)
    }

    /// Of an attribute that must be there; empty where it is not, which is said.
    pub fn required(&mut self, name: &str) -> Word {
        if self.body.attribute(name).is_none() {
            let summary = format!("{} has no `{name}`", self.name);
            self.problem(self.at, summary, format!("write `{name} = \"…\"`"));
        }
        self.word(name).unwrap_or(Word {
            text: Arc::from(""),
            place: self.at,
        })
    }

    pub fn words(&mut self, name: &str) -> Vec<Word> {
        let Some(attribute) = self.body.attribute(name) else {
            return Vec::new();
        };
        let ExpressionKind::Tuple(elements) = &attribute.expression.kind else {
            self.wrong(name, attribute.expression.place, "a list of strings");
            return Vec::new();
        };
        let mut words = Vec::with_capacity(elements.len());
        for element in elements {
            match string(element) {
                Some(word) => words.push(word),
                None => self.wrong(name, element.place, "a list of strings"),
            }
        }
        words
    }

    pub fn texts(&mut self, name: &str) -> Vec<Arc<str>> {
        self.words(name).into_iter().map(|word| word.text).collect()
    }

    pub fn numbers(&mut self, name: &str) -> Vec<u32> {
        let Some(attribute) = self.body.attribute(name) else {
            return Vec::new();
        };
        let ExpressionKind::Tuple(elements) = &attribute.expression.kind else {
            self.wrong(name, attribute.expression.place, "a list of whole numbers");
            return Vec::new();
        };
        let mut numbers = Vec::with_capacity(elements.len());
        for element in elements {
            match whole(element).and_then(|number| u32::try_from(number).ok()) {
                Some(number) => numbers.push(number),
                None => self.wrong(name, element.place, "a list of whole numbers"),
            }
        }
        numbers
    }

    pub fn number(&mut self, name: &str) -> Option<u64> {
        let expression = &self.body.attribute(name)?.expression;
        let number = whole(expression);
        if number.is_none() {
            self.wrong(name, expression.place, "a whole number");
        }
        number
    }

    fn wrong(&mut self, name: &str, at: Place, expected: &str) {
        let summary = format!("`{name}` of {} is not {expected}", self.name);
        self.problem(at, summary, format!("write {expected}, without references"));
    }
}

fn string(expression: &Expression) -> Option<Word> {
    match &expression.kind {
        ExpressionKind::String(text) => Some(Word {
            text: text.clone(),
            place: expression.place,
        }),
        _ => None,
    }
}

fn whole(expression: &Expression) -> Option<u64> {
    match &expression.kind {
        ExpressionKind::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}
