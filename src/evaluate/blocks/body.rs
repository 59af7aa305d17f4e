//! The body of a resource, data source or provider block: its arguments, and its nested blocks with
//! `dynamic` ones expanded, as one object.
//!
//! An argument that is null counts as left out, and is. Nested blocks of one kind are a list of objects
//! in source order (a set, an object or a map where the schema says so). What the schema types, is
//! converted. Of a `dynamic` block over an unknown collection the list keeps one unknown element (see
//! [`crate::evaluate::evaluation::is_unknown_blocks`]), so that its static neighbours are not lost.

use std::sync::Arc;

use super::dynamic;
use super::json_blocks as json;
use super::schema::{BlockSchema, NestedBlock, Nesting};
use crate::config::syntax::{Attribute, Block, Body, Word};
use crate::evaluate::evaluation::UNKNOWN_BLOCKS;
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::scope::{Problem, Scope};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::sets::set_of;
use crate::evaluate::values::unknown::derived_symbol;
use crate::evaluate::values::value::{Field, Kind, Symbol, Type, Unknown, Value};
use crate::source::{Diagnostic, Place, Severity};

/// What the values of a block must look like, as far as anyone knows.
#[derive(Clone, Copy, Default)]
pub(crate) enum Shape<'s> {
    Block(&'s BlockSchema),
    /// An attribute of objects, written as blocks.
    Object {
        fields: &'s [Field],
        closed: bool,
    },
    #[default]
    Open,
}

/// Evaluates a body to an object; `opened` is where its block begins, for what is missing in it.
pub(crate) fn evaluate(scope: &Scope<'_>, body: &Body, shape: Shape<'_>, header: Place) -> Value {
    let mut entries: Vec<(Arc<str>, Value)> =
        Vec::with_capacity(body.attributes.len() + body.blocks.len() + 1);
    for attribute in &body.attributes {
        let below = shape.below(&attribute.name.text);
        let value = if matches!(below, Below::Nested(_)) && is_quoted(&attribute.name) {
            json::blocks(scope, attribute, below)
        } else {
            argument(scope, attribute, shape)
        };
        if let Some(value) = value {
            entries.push((attribute.name.text.clone(), value));
        }
    }
    for (name, elements) in nested(scope, body, shape) {
        entries.push((name.clone(), collected(elements, shape.below(&name))));
    }
    shape.check_missing(scope, body, header);
    Value::object(entries)
}

/// In JSON a name stands in quotes, and nothing else tells a block from an argument there.
fn is_quoted(name: &Word) -> bool {
    usize::try_from(name.place.end - name.place.start).is_ok_and(|length| length > name.text.len())
}

fn argument(scope: &Scope<'_>, attribute: &Attribute, shape: Shape<'_>) -> Option<Value> {
    let value = value_of(scope, &attribute.expression);
    let value = match shape.type_of(&attribute.name.text) {
        Known::Type(of) => shape.fitted(scope, value, of, &attribute.name.text, attribute.expression.place),
        Known::Not => {
            let summary = format!("there is no argument `{}` here", attribute.name.text);
            scope
                .sink
                .push(Problem::new("unsupported-argument", summary).at(attribute.name.place));
            value
        }
        Known::Nothing => value,
    };
    if value.is_null() {
        return None;
    }
    let origin = value.origin.or(Some(attribute.expression.place));
    Some(Value {
        at: Some(attribute.place),
        origin,
        ..value
    })
}

/// The nested blocks by name, in the order in which the names appear.
fn nested(scope: &Scope<'_>, body: &Body, shape: Shape<'_>) -> Vec<(Arc<str>, Vec<Element>)> {
    let mut groups: Vec<(Arc<str>, Vec<Element>)> = Vec::new();
    for block in &body.blocks {
        let (name, elements) = if &*block.keyword.text == "dynamic" {
            let Some(name) = block.labels.first() else {
                continue;
            };
            if !shape.allows(scope, name, body) {
                continue;
            }
            (&name.text, dynamic::expand(scope, block, shape.below(&name.text)))
        } else {
            if !shape.allows(scope, &block.keyword, body) {
                continue;
            }
            (&block.keyword.text, vec![element(scope, block, shape)])
        };
        match groups.iter_mut().find(|(group, _)| group == name) {
            Some((_, group)) => group.extend(elements),
            None => groups.push((name.clone(), elements)),
        }
    }
    groups
}

fn element(scope: &Scope<'_>, block: &Block, shape: Shape<'_>) -> Element {
    let inner = shape.below(&block.keyword.text);
    let value = evaluate(scope, &block.body, inner.shape(), block.header);
    Element {
        label: block.labels.first().map(|label| label.text.clone()),
        value: Value {
            at: Some(block.header),
            origin: Some(block.header),
            ..value
        },
    }
}

/// One nested block.
pub(crate) struct Element {
    pub label: Option<Arc<str>>,
    pub value: Value,
}

/// What stands for the blocks of a `dynamic` block whose collection is not known: any number of them.
pub(crate) fn unknown_blocks(collection: &Value, header: Place) -> Element {
    let symbol = Symbol::Derived {
        by: UNKNOWN_BLOCKS.into(),
        from: match derived_symbol(UNKNOWN_BLOCKS, &[collection]) {
            Symbol::Derived { from, .. } => from,
            symbol => [symbol].into(),
        },
    };
    Element {
        label: None,
        value: Value {
            at: Some(header),
            origin: collection.origin,
            ..Value::new(Kind::Unknown(Arc::new(Unknown {
                not_null: true,
                ..Unknown::new(Type::Any, symbol)
            })))
        },
    }
}

/// The blocks of one name as one value.
pub(crate) fn collected(elements: Vec<Element>, below: Below<'_>) -> Value {
    let at = elements.first().and_then(|element| element.value.at);
    let mut values: Vec<Value> = Vec::with_capacity(elements.len());
    let value = match below {
        Below::Nested(NestedBlock {
            nesting: Nesting::Single | Nesting::Group,
            ..
        }) => match elements.into_iter().next() {
            Some(element) => element.value,
            None => Value::null(Type::Any),
        },
        Below::Nested(NestedBlock {
            nesting: Nesting::Map,
            ..
        }) => Value::map(
            Type::Any,
            elements
                .into_iter()
                .map(|element| (element.label.unwrap_or_else(|| "".into()), element.value))
                .collect(),
        ),
        Below::Nested(NestedBlock {
            nesting: Nesting::Set,
            block,
            ..
        }) => {
            values.extend(elements.into_iter().map(|element| element.value));
            in_set_order(values, Shape::Block(block))
        }
        Below::Objects { set: true, .. } => {
            values.extend(elements.into_iter().map(|element| element.value));
            in_set_order(values, below.shape())
        }
        Below::Nested(_) | Below::Objects { .. } | Below::Open => {
            values.extend(elements.into_iter().map(|element| element.value));
            Value::new(Kind::List(Type::Any, values.into()))
        }
    };
    Value {
        at: value.at.or(at),
        origin: value.origin.or(at),
        ..value
    }
}

/// Terraform's order goes by all attributes, those that are null too.
fn in_set_order(values: Vec<Value>, shape: Shape<'_>) -> Value {
    if values.len() < 2 {
        return Value::new(Kind::Set(Type::Any, values.into()));
    }
    let filled = values.into_iter().map(|value| shape.filled(value)).collect();
    let ordered = set_of(Type::Any, filled);
    let stripped = ordered.elements().unwrap_or(&[]).iter().map(without_nulls);
    Value {
        kind: Kind::Set(Type::Any, stripped.collect()),
        ..ordered.clone()
    }
}

fn without_nulls(value: &Value) -> Value {
    let Kind::Object(entries) = &value.kind else {
        return value.clone();
    };
    let entries = entries.iter().filter(|(_, value)| !value.is_null()).cloned();
    Value {
        kind: Kind::Object(entries.collect()),
        ..value.clone()
    }
}

/// What is known about an argument's name.
pub(crate) enum Known<'s> {
    Type(&'s Type),
    /// It does not exist.
    Not,
    Nothing,
}

/// What is known about the blocks of one name.
#[derive(Clone, Copy)]
pub(crate) enum Below<'s> {
    Nested(&'s NestedBlock),
    Objects {
        fields: &'s [Field],
        set: bool,
        closed: bool,
    },
    Open,
}

impl<'s> Below<'s> {
    pub fn shape(self) -> Shape<'s> {
        match self {
            Below::Nested(nested) => Shape::Block(&nested.block),
            Below::Objects { fields, closed, .. } => Shape::Object { fields, closed },
            Below::Open => Shape::Open,
        }
    }

    /// Whether its blocks have a label.
    pub fn is_map(self) -> bool {
        matches!(self, Below::Nested(nested) if nested.nesting == Nesting::Map)
    }
}

impl<'s> Shape<'s> {
    pub fn of(schema: Option<&'s BlockSchema>) -> Shape<'s> {
        schema.map_or(Shape::Open, Shape::Block)
    }

    pub fn type_of(self, name: &str) -> Known<'s> {
        match self {
            Shape::Block(schema) => match schema.attribute(name) {
                Some(attribute) => Known::Type(&attribute.of),
                None if schema.closed => Known::Not,
                None => Known::Nothing,
            },
            Shape::Object { fields, closed } => match fields.iter().find(|field| &*field.name == name) {
                Some(field) => Known::Type(&field.of),
                None if closed => Known::Not,
                None => Known::Nothing,
            },
            Shape::Open => Known::Nothing,
        }
    }

    /// The value as the type of its argument. A table that is not closed may be of another version
    /// than the provider in use, so that what does not fit it may still be right.
    pub fn fitted(self, scope: &Scope<'_>, value: Value, of: &Type, name: &str, at: Place) -> Value {
        let error = match convert(value.clone(), of) {
            Ok(fitted) => return fitted,
            Err(error) => error,
        };
        let summary = format!("`{name}` has the wrong type: {error}");
        let problem = Problem::new("incorrect-attribute-type", summary);
        if self.is_closed() {
            return scope.fail(problem, at);
        }
        scope.sink.push(Diagnostic {
            severity: Severity::Warning,
            ..problem.at(at)
        });
        value
    }

    fn is_closed(self) -> bool {
        match self {
            Shape::Block(schema) => schema.closed,
            Shape::Object { closed, .. } => closed,
            Shape::Open => false,
        }
    }

    pub fn below(self, name: &str) -> Below<'s> {
        let of = match self {
            Shape::Block(schema) => match (schema.block(name), schema.attribute(name)) {
                (Some(nested), _) => return Below::Nested(nested),
                (None, Some(attribute)) => &attribute.of,
                (None, None) => return Below::Open,
            },
            Shape::Object { fields, .. } => match fields.iter().find(|field| &*field.name == name) {
                Some(field) => &field.of,
                None => return Below::Open,
            },
            Shape::Open => return Below::Open,
        };
        let (element, set) = match of {
            Type::List(element) => (element, false),
            Type::Set(element) => (element, true),
            _ => return Below::Open,
        };
        match &**element {
            Type::Object(fields) => Below::Objects {
                fields,
                set,
                closed: self.is_closed(),
            },
            _ => Below::Open,
        }
    }

    /// Whether a block may have this name; where not, that is said.
    fn allows(self, scope: &Scope<'_>, name: &Word, body: &Body) -> bool {
        if !self.is_closed() {
            return true;
        }
        let allowed = match self.below(&name.text) {
            Below::Nested(_) => true,
            // An attribute may be written as blocks, but not both ways at once.
            Below::Objects { .. } => body.attribute(&name.text).is_none(),
            Below::Open => false,
        };
        if !allowed {
            let summary = format!("there is no block `{}` here", name.text);
            scope
                .sink
                .push(Problem::new("unsupported-block", summary).at(name.place));
        }
        allowed
    }

    /// Says which required arguments and blocks a closed schema misses.
    fn check_missing(self, scope: &Scope<'_>, body: &Body, header: Place) {
        let Shape::Block(schema) = self else { return };
        if !schema.closed {
            return;
        }
        let at = opening(header, body);
        for attribute in &schema.attributes {
            if attribute.required && body.attribute(&attribute.name).is_none() {
                let summary = format!("the argument `{}` is required", attribute.name);
                scope.sink.push(Problem::new("missing-argument", summary).at(at));
            }
        }
        for nested in &schema.blocks {
            self.check_count(scope, nested, body, at);
        }
    }

    fn check_count(self, scope: &Scope<'_>, nested: &NestedBlock, body: &Body, at: Place) {
        let written = body.blocks_of(&nested.name).count();
        let dynamic = body.blocks_of("dynamic").any(|block| {
            block
                .labels
                .first()
                .is_some_and(|label| label.text == nested.name)
        });
        let in_json = body.attribute(&nested.name).is_some();
        if !dynamic && !in_json && u32::try_from(written).unwrap_or(u32::MAX) < nested.min_items {
            let summary = format!(
                "at least {} `{}` blocks are required",
                nested.min_items, nested.name
            );
            scope
                .sink
                .push(Problem::new("insufficient-blocks", summary).at(at));
        }
    }

    /// The object with null for every attribute it leaves out.
    fn filled(self, value: Value) -> Value {
        let Kind::Object(entries) = &value.kind else {
            return value;
        };
        let missing = |name: &Arc<str>| !entries.iter().any(|(given, _)| given == name);
        let nulls: Vec<(Arc<str>, Value)> = match self {
            Shape::Block(schema) => schema
                .attributes
                .iter()
                .filter(|attribute| missing(&attribute.name))
                .map(|attribute| (attribute.name.clone(), Value::null(attribute.of.clone())))
                .collect(),
            Shape::Object { fields, .. } => fields
                .iter()
                .filter(|field| missing(&field.name))
                .map(|field| (field.name.clone(), Value::null(field.of.clone())))
                .collect(),
            Shape::Open => Vec::new(),
        };
        Value {
            kind: Value::object(entries.iter().cloned().chain(nulls).collect()).kind,
            ..value
        }
    }
}

/// Where a block's content begins, as it is usually written: at the brace, or in a block on one line at
/// its first argument.
pub(crate) fn opening(header: Place, body: &Body) -> Place {
    let on_one_line = header.end.saturating_add(3);
    if let Some(first) = body.attributes.first()
        && first.place.start == on_one_line
    {
        return first.name.place;
    }
    Place {
        start: header.end.saturating_add(1),
        end: header.end.saturating_add(2),
        ..header
    }
}
