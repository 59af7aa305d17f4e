//! Typed access to an evaluated block of the site file. What is unknown stays unknown, by name; what
//! is of the wrong kind is said with its place.

use std::sync::Arc;

use crate::evaluate::evaluation::{EvaluatedAttribute, EvaluatedBlock, EvaluatedBody};
use crate::evaluate::values::value::{Kind, Value};
use crate::network::doubt::doubt_of;
use crate::network::model::{Bounded, Doubt, Fact, Written};
use crate::prove::suggest;
use crate::source::{Diagnostic, Place};
use crate::traffic::Addresses;

/// A block being read.
pub struct Reader<'a> {
    pub body: &'a EvaluatedBody,
    /// How messages name it: ``site `recovery` ``.
    pub name: String,
    pub at: Place,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub fn of(block: &'a EvaluatedBlock, diagnostics: &'a mut Vec<Diagnostic>) -> Reader<'a> {
        let name = match block.labels.first() {
            Some(label) => format!("{} `{}`", block.keyword.text, label.text),
            None => format!("`{}`", block.keyword.text),
        };
        Reader {
            body: &block.body,
            name,
            at: block.header,
            diagnostics,
        }
    }

    pub fn problem(&mut self, at: Place, summary: impl Into<String>, help: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::error("site-file", summary).at(Some(at)).help(help));
    }

    /// Says which attributes and blocks nobody knows.
    pub fn only(&mut self, attributes: &[&str], blocks: &[&str]) {
        let body = self.body;
        for attribute in &body.attributes {
            if !attributes.contains(&&*attribute.name.text) {
                let summary = format!("{} has no attribute `{}`", self.name, attribute.name.text);
                let help = suggest::help(&attribute.name.text, attributes);
                self.problem(attribute.name.place, summary, help);
            }
        }
        for block in &body.blocks {
            if !blocks.contains(&&*block.keyword.text) {
                let summary = format!("{} has no block `{}`", self.name, block.keyword.text);
                let help = suggest::help(&block.keyword.text, blocks);
                self.problem(block.header, summary, help);
            }
        }
    }

    /// An attribute that is there and not null.
    pub fn attribute(&self, name: &str) -> Option<&'a EvaluatedAttribute> {
        self.body
            .attribute(name)
            .filter(|attribute| !attribute.value.is_null())
    }

    pub fn reference(&self, name: &str) -> Option<Value> {
        self.attribute(name).map(|attribute| attribute.value.clone())
    }

    pub fn references(&mut self, name: &str) -> Vec<Value> {
        let Some(attribute) = self.attribute(name) else {
            return Vec::new();
        };
        match attribute.value.elements() {
            Some(elements) => elements.to_vec(),
            None => vec![attribute.value.clone()],
        }
    }

    /// A word out of a few; it must be known, because it says what the rest means.
    pub fn choice<T: Copy>(&mut self, name: &str, table: &[(&str, T)]) -> Option<T> {
        let attribute = self.attribute(name)?;
        let words: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
        let Some(text) = attribute.value.as_str() else {
            let summary = format!("`{name}` of {} is not a known string", self.name);
            self.problem(
                attribute.place,
                summary,
                format!("write one of {}", suggest::list(&words)),
            );
            return None;
        };
        let found = table.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let summary = format!("{} knows no {name} `{text}`", self.name);
            self.problem(attribute.place, summary, suggest::help(text, &words));
        }
        found.map(|(_, meaning)| *meaning)
    }

    pub fn boolean(&mut self, name: &str) -> Option<(bool, Place)> {
        let attribute = self.attribute(name)?;
        let value = attribute.value.as_bool();
        if value.is_none() {
            let summary = format!("`{name}` of {} is not a known boolean", self.name);
            self.problem(attribute.place, summary, "write `true` or `false`");
        }
        value.map(|value| (value, attribute.place))
    }

    pub fn text(&mut self, name: &str) -> Option<Fact<Arc<str>>> {
        let attribute = self.attribute(name)?;
        match &attribute.value.kind {
            Kind::String(text) => Some(Fact::known(text.clone(), Some(attribute.place))),
            Kind::Unknown(_) => Some(Fact::unknown(doubt_at(&attribute.value, attribute.place))),
            _ => {
                let summary = format!("`{name}` of {} is not a string", self.name);
                self.problem(attribute.place, summary, "write a string");
                None
            }
        }
    }

    /// Addresses, networks in CIDR form and ranges `first-last`, as a list or alone.
    pub fn addresses(&mut self, name: &str) -> Option<Bounded<Addresses>> {
        let attribute = self.attribute(name)?;
        Some(self.addresses_of(&attribute.value, attribute.place, name))
    }

    pub fn addresses_of(&mut self, value: &Value, place: Place, name: &str) -> Bounded<Addresses> {
        if !value.is_known() {
            let doubt = doubt_at(value, place);
            return Bounded::between(Addresses::none(), Addresses::all(), [doubt]);
        }
        let alone = std::slice::from_ref(value);
        let elements = value.elements().unwrap_or(alone);
        let (mut known, mut doubts) = (Addresses::none(), Vec::new());
        for element in elements {
            if !element.is_known() {
                doubts.push(doubt_at(element, place));
                continue;
            }
            match element.as_str().map(|text| (text, Addresses::parse(text))) {
                Some((_, Some(addresses))) => known = known.union(&addresses),
                Some((text, None)) => {
                    let summary = format!("`{text}` in `{name}` of {} is no IPv4 address", self.name);
                    let help = "write `10.0.0.4`, `10.0.0.0/24` or `10.0.0.4-10.0.0.9`";
                    self.problem(element.origin.unwrap_or(place), summary, help);
                }
                None => {
                    let summary = format!("`{name}` of {} is not a list of addresses", self.name);
                    self.problem(place, summary, format!("write `{name} = [\"10.0.0.0/24\"]`"));
                }
            }
        }
        if doubts.is_empty() {
            Bounded::exactly(known)
        } else {
            Bounded::between(known, Addresses::all(), doubts)
        }
    }

    pub fn written(&self) -> Written {
        Written {
            at: Some(self.at),
            ..Written::default()
        }
    }
}

/// The doubt of an unknown value; where it does not know its place, that of the attribute.
fn doubt_at(value: &Value, place: Place) -> Doubt {
    let mut doubt = doubt_of(value);
    doubt.at = doubt.at.or(Some(place));
    doubt
}
