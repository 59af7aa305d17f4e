//! What an adapter reads of an instance: attributes that are known, left out, or unknown for a reason.
//!
//! A plan writes an argument that is left out as `null`, `""` or `[]` where the configuration has
//! nothing at all; all four are [`Field::Unset`] here. An element of a block list that is itself
//! unknown (a `dynamic` block over an unknown collection) stands for any number of blocks: it comes
//! back as a [`View`] that says so in [`View::perhaps`].

use std::sync::Arc;

use crate::config::module::Mode;
use crate::evaluate::evaluation::Instance;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::value::{Kind, Symbol, Value};
use crate::source::Place;

use super::doubt::{decided_by, doubt_of};
use super::model::{Doubt, Doubts, Fact, Written};

/// An attribute as the configuration has it. Places are of the attribute.
#[derive(Clone, Debug)]
pub enum Field<T> {
    Known(T, Option<Place>),
    Unset,
    Unknown(Doubt),
}

/// An instance, or a block in one.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Which input the instance belongs to: symbols are looked up there first.
    pub input: usize,
    pub instance: &'a Instance,
    /// An object, or the unknown that stands for any number of blocks.
    pub value: &'a Value,
}

/// The elements of a list or set of strings: what is known, and what is not.
#[derive(Clone, Debug, Default)]
pub struct Strings<'a> {
    pub known: Vec<(&'a str, &'a Value)>,
    /// Elements (or the whole list) that are unknown.
    pub unknown: Vec<&'a Value>,
}

impl<'a> View<'a> {
    /// The value under `name`, unless it is left out. An unknown block answers every name with
    /// itself. ARM property names are found in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let found = match &self.value.kind {
            Kind::Unknown(_) => Some(self.value),
            Kind::Object(entries) | Kind::Map(_, entries) => self.value.get(name).or_else(|| {
                entries
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            }),
            _ => None,
        };
        found.filter(|value| !is_unset(value) && !self.is_left_to_the_provider(value))
    }

    /// A plan writes what a resource's configuration leaves to the provider as "known after apply":
    /// an unknown that is no more than itself. Through the directory's door it is not there at all.
    /// [`Symbol::Planned`] is no such thing: there the plan lost where the value comes from.
    fn is_left_to_the_provider(&self, value: &Value) -> bool {
        self.value.is_known()
            && self.instance.address.mode == Mode::Managed
            && matches!(value.symbol(), Some(Symbol::Attribute { of, .. }) if **of == *self.instance.address)
    }

    /// The first of several spellings that is set: an attribute's names across provider versions.
    #[must_use]
    pub fn any_of(&self, names: &[&str]) -> Option<&'a Value> {
        names.iter().find_map(|name| self.get(name))
    }

    #[must_use]
    pub fn text(&self, name: &str) -> Field<Arc<str>> {
        self.field(self.get(name), text_of)
    }

    #[must_use]
    pub fn bool(&self, name: &str) -> Field<bool> {
        self.field(self.get(name), bool_of)
    }

    #[must_use]
    pub fn bool_any(&self, names: &[&str]) -> Field<bool> {
        self.field(self.any_of(names), bool_of)
    }

    #[must_use]
    pub fn number(&self, name: &str) -> Field<i64> {
        self.field(self.get(name), integer_of)
    }

    /// The elements of a list, set or tuple of strings; a single string counts as a list of one.
    #[must_use]
    pub fn strings(&self, name: &str) -> Strings<'a> {
        let mut strings = Strings::default();
        if let Some(value) = self.get(name) {
            strings.take(value);
        }
        strings
    }

    /// The blocks called `name`: elements of a list of objects, or a single object.
    #[must_use]
    pub fn blocks(&self, name: &str) -> Vec<View<'a>> {
        let Some(value) = self.get(name) else {
            return Vec::new();
        };
        let view = |value| View { value, ..*self };
        match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements
                .iter()
                .filter(|value| !value.is_null())
                .map(view)
                .collect(),
            Kind::Object(_) | Kind::Map(..) | Kind::Unknown(_) => vec![view(value)],
            _ => Vec::new(),
        }
    }

    /// The only block called `name`, or the first.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<View<'a>> {
        self.blocks(name).into_iter().next()
    }

    /// The object at a path of property names; `None` where a step is missing.
    #[must_use]
    pub fn at_path(&self, path: &[&str]) -> Option<View<'a>> {
        path.iter().try_fold(*self, |view, name| view.block(name))
    }

    /// Non-empty where the block itself is only possible: it stands for any number of blocks.
    #[must_use]
    pub fn perhaps(&self) -> Option<Doubt> {
        self.value.symbol().map(|_| doubt_of(self.value))
    }

    /// The address of the instance, as reports name it.
    #[must_use]
    pub fn address(&self) -> Arc<str> {
        self.instance.address.to_string().into()
    }

    /// Where this block stands (for an instance: its header).
    #[must_use]
    pub fn written(&self) -> Written {
        let whole = std::ptr::eq(self.value, &raw const self.instance.values);
        let at = if whole {
            self.instance.at
        } else {
            self.value.at.or(self.instance.at)
        };
        self.written_at(at, self.value.origin)
    }

    /// Where one attribute stands; the block where it is left out.
    #[must_use]
    pub fn written_of(&self, names: &[&str]) -> Written {
        match self.any_of(names) {
            Some(value) => self.written_at(value.at.or(value.origin).or(self.instance.at), value.origin),
            None => self.written(),
        }
    }

    fn written_at(&self, at: Option<Place>, origin: Option<Place>) -> Written {
        let related = origin.filter(|origin| at.is_none_or(|at| !at.contains(*origin)));
        Written {
            at,
            calls: self.instance.calls.clone(),
            related: related.into_iter().collect(),
        }
    }

    /// A symbolic instance (unknown `count` or `for_each`) may exist or not: what decides that.
    #[must_use]
    pub fn presence(&self) -> Vec<Doubt> {
        let symbol = self.instance.depends_on.as_ref();
        symbol
            .map(|symbol| Doubt {
                what: symbol.to_string().into(),
                decided_by: decided_by(symbol).into(),
                at: self.instance.at,
            })
            .into_iter()
            .collect()
    }

    fn field<T>(&self, value: Option<&'a Value>, read: impl Fn(&Value) -> Option<T>) -> Field<T> {
        let Some(value) = value else {
            return Field::Unset;
        };
        match read(value) {
            Some(known) => Field::Known(known, value.at.or(value.origin)),
            None => Field::Unknown(doubt_of(value)),
        }
    }
}

impl<'a> Strings<'a> {
    fn take(&mut self, value: &'a Value) {
        match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                for element in elements.iter() {
                    self.take(element);
                }
            }
            Kind::String(text) if !text.is_empty() => self.known.push((text, value)),
            Kind::Null(_) | Kind::String(_) => {}
            _ => self.unknown.push(value),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty()
    }

    /// Takes in the elements of another attribute (`prefix` beside `prefixes`).
    #[must_use]
    pub fn and(mut self, other: Strings<'a>) -> Strings<'a> {
        self.known.extend(other.known);
        self.unknown.extend(other.unknown);
        self
    }

    #[must_use]
    pub fn doubts(&self) -> Doubts {
        self.unknown.iter().map(|value| doubt_of(value)).collect()
    }
}

impl<T> Field<T> {
    /// The known value, or the provider's default where it is left out.
    pub fn or_default(self, default: T) -> Result<T, Doubt> {
        match self {
            Field::Known(value, _) => Ok(value),
            Field::Unset => Ok(default),
            Field::Unknown(doubt) => Err(doubt),
        }
    }

    pub fn known(self) -> Option<T> {
        match self {
            Field::Known(value, _) => Some(value),
            Field::Unset | Field::Unknown(_) => None,
        }
    }

    #[must_use]
    pub fn is_unset(&self) -> bool {
        matches!(self, Field::Unset)
    }

    /// As a fact; `place` is where it says so when it is left out and `default` holds.
    pub fn fact(self, default: T, place: Option<Place>) -> Fact<T> {
        match self {
            Field::Known(value, at) => Fact::known(value, at.or(place)),
            Field::Unset => Fact::known(default, place),
            Field::Unknown(doubt) => Fact::unknown(doubt),
        }
    }
}

/// Null, empty text and empty collections are how plans write an argument that is left out.
#[must_use]
pub fn is_unset(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(_) => true,
        Kind::String(text) => text.is_empty(),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements.is_empty(),
        _ => false,
    }
}

/// Text; numbers and booleans as Terraform converts them.
#[must_use]
pub fn text_of(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(Number::Integer(number)) => Some(number.to_string().into()),
        Kind::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        _ => None,
    }
}

fn bool_of(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Bool(value) => Some(*value),
        Kind::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Kind::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn integer_of(value: &Value) -> Option<i64> {
    match &value.kind {
        Kind::Number(Number::Integer(number)) => Some(*number),
        Kind::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
