//! From the JSON of an instance to its value: what is known as it stands, exactly; what is unknown as
//! a symbol; what is sensitive marked.

use std::borrow::Cow;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::context::Context;
use super::instances::Scope;
use super::shape::{Outline, Shape};
use super::symbols::{Leaf, Symbols};
use crate::config::plan::Span;
use crate::config::plan::json::{self, Json};
use crate::evaluate::address::Address;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::value::{Kind, Marks, Step, Symbol, Type, Unknown, Value};
use crate::source::{Place, SourceId};

/// Texts up to this length are shared: `Allow`, `Inbound`, `Tcp`. Longer ones are mostly different.
const SHARED_LENGTH: usize = 8;

/// Builds the values of one instance.
pub(super) struct Builder<'b, 'p> {
    pub source: SourceId,
    pub text: &'p str,
    pub of: &'b Arc<Address>,
    pub scope: Option<Scope<'p>>,
    pub symbols: &'b mut Symbols<'p>,
    pub path: Vec<Step>,
    /// Parts that could not be read.
    pub broken: Vec<Place>,
}

/// What a plan says beside a value.
#[derive(Clone, Copy)]
pub(super) struct Beside<'b, 'p> {
    pub unknown: &'b Shape<'p>,
    pub sensitive: &'b Shape<'p>,
    pub context: &'b Context<'p>,
}

impl<'p> Builder<'_, 'p> {
    /// The value of a slice; without one, of what `after_unknown` says alone.
    pub(super) fn value(&mut self, slice: Option<&'p str>, beside: Beside<'_, 'p>) -> Value {
        if let Shape::Marked(mark) = beside.unknown {
            return self.unknown(mark, beside);
        }
        let sensitive = beside.sensitive.is_marked();
        let slice = slice.unwrap_or(match beside.unknown {
            Shape::Elements(_) => "[]",
            Shape::Entries(_) => "{}",
            _ => "null",
        });
        let kind = self.known(slice, beside);
        let mut value = Value::new(kind);
        value.marks.sensitive = sensitive;
        value.at = self.place(slice);
        value
    }

    fn known(&mut self, slice: &'p str, beside: Beside<'_, 'p>) -> Kind {
        let json = if self.path.len() > json::DEPTH {
            None
        } else {
            json::read(slice)
        };
        match json {
            Some(Json::Null) => Kind::Null(Type::Any),
            Some(Json::Bool(value)) => Kind::Bool(value),
            Some(Json::Number(digits)) => match Number::parse(digits) {
                Some(number) => Kind::Number(number),
                None => self.unreadable(slice),
            },
            Some(Json::String(text)) => Kind::String(self.string(&text)),
            Some(Json::Array(elements)) => self.array(&elements, beside),
            Some(Json::Object(entries)) => self.object(entries, beside),
            None => self.unreadable(slice),
        }
    }

    fn string(&mut self, text: &str) -> Arc<str> {
        let normal: Cow<str> = if text.is_ascii() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.nfc().collect())
        };
        if normal.len() <= SHARED_LENGTH {
            self.symbols.shared.text(&normal)
        } else {
            normal.into()
        }
    }

    fn array(&mut self, elements: &[&'p str], beside: Beside<'_, 'p>) -> Kind {
        let marks = beside.unknown.elements();
        let length = elements.len().max(marks.len());
        let contexts = if beside.unknown.any() {
            beside.context.elements(self.text, elements)
        } else {
            Vec::new()
        };
        let mut values = Vec::with_capacity(length);
        for index in 0..length {
            let element = elements.get(index).copied();
            let inner = Beside {
                unknown: beside.unknown.element(index),
                sensitive: beside.sensitive.element(index),
                context: contexts.get(index).unwrap_or(&Context::Lost),
            };
            self.path
                .push(Step::Index(u64::try_from(index).unwrap_or(u64::MAX)));
            let value = match element {
                Some(element) if stands_for_many(element, inner) => self.unknown(element, inner),
                _ => self.value(element, inner),
            };
            self.path.pop();
            values.push(value);
        }
        Kind::Tuple(values.into())
    }

    fn object(&mut self, entries: Vec<(Cow<'p, str>, &'p str)>, beside: Beside<'_, 'p>) -> Kind {
        let mut built = Vec::with_capacity(entries.len() + beside.unknown.entries().len());
        for (key, slice) in entries {
            built.push(self.entry(&key, Some(slice), beside));
        }
        // Terraform writes keys in order; any other writer's are put in order first.
        if !built.is_sorted_by(|(a, _), (b, _)| a <= b) {
            built.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        let present = built.len();
        for (key, shape) in beside.unknown.entries() {
            let known = built.get(..present).unwrap_or(&[]);
            let missing = known.binary_search_by(|(name, _)| (**name).cmp(key)).is_err();
            if missing && shape.any() {
                built.push(self.entry(key, None, beside));
            }
        }
        Value::object(built).kind
    }

    fn entry(&mut self, key: &str, slice: Option<&'p str>, beside: Beside<'_, 'p>) -> (Arc<str>, Value) {
        let unknown = beside.unknown.entry(key);
        let write_only = key.ends_with("_wo") && slice == Some("null");
        let context = if write_only || unknown.any() {
            beside.context.entry(key)
        } else {
            Context::Lost
        };
        let name = self.symbols.shared.text(key);
        self.path.push(Step::Attribute(name.clone()));
        let inner = Beside {
            unknown,
            sensitive: beside.sensitive.entry(key),
            context: &context,
        };
        let value = match (write_only, &context) {
            (true, Context::Expressions { .. }) => self.write_only(slice, inner),
            _ => self.value(slice, inner),
        };
        self.path.pop();
        (name, value)
    }

    /// A write-only argument is null in every plan; what was written is in the configuration alone.
    fn write_only(&mut self, slice: Option<&'p str>, beside: Beside<'_, 'p>) -> Value {
        let Context::Expressions { expressions, .. } = beside.context else {
            return self.value(slice, beside);
        };
        match expressions.as_slice() {
            [only] => {
                let scope = self.scope.clone();
                match scope.and_then(|scope| self.symbols.known(only, &scope)) {
                    Some(constant) => self.value(Some(constant), beside),
                    None => self.unknown(slice.unwrap_or(""), beside),
                }
            }
            _ => self.unknown(slice.unwrap_or(""), beside),
        }
    }

    fn unknown(&mut self, mark: &str, beside: Beside<'_, 'p>) -> Value {
        let outline = beside.sensitive.outline();
        let leaf = Leaf {
            of: self.of,
            path: &self.path,
            context: beside.context,
            outline,
        };
        let named = self.symbols.name(&leaf, self.scope.as_ref());
        let of = match outline {
            Outline::Scalar => Type::Any,
            Outline::Sequence => Type::List(Arc::new(Type::Any)),
            Outline::Mapping => Type::Map(Arc::new(Type::Any)),
        };
        let mut unknown = Unknown::new(of, named.symbol);
        unknown.same_key = named.same_key;
        unknown.members = named.members.into();
        let mut value = Value::new(Kind::Unknown(Arc::new(unknown)));
        value.marks = Marks {
            sensitive: beside.sensitive.is_marked(),
            ephemeral: false,
        };
        value.at = self.place(mark);
        value
    }

    fn unreadable(&mut self, slice: &str) -> Kind {
        self.broken.extend(self.place(slice));
        let symbol = Symbol::Planned {
            of: self.of.clone(),
            path: self.path.as_slice().into(),
        };
        Kind::Unknown(Arc::new(Unknown::new(Type::Any, symbol)))
    }

    fn place(&self, slice: &str) -> Option<Place> {
        let within = self.text.as_bytes().as_ptr_range();
        within
            .contains(&slice.as_ptr())
            .then(|| Span::of(self.text, slice).place(self.source))
    }
}

/// A `dynamic` block over an unknown collection shows as one element of a set in which nothing that
/// could be set is known, its name neither. It stands for any number of elements.
fn stands_for_many(element: &str, beside: Beside) -> bool {
    let marks = beside.unknown.entries();
    let nameless = marks
        .iter()
        .any(|(key, shape)| key == "name" && shape.is_marked());
    let without_blocks = !matches!(beside.context, Context::Blocks { .. });
    nameless
        && without_blocks
        && json::entries(element).is_some_and(|entries| {
            entries
                .iter()
                .all(|(_, value)| matches!(*value, "null" | "\"\"" | "[]"))
        })
}
