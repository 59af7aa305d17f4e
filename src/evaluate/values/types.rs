//! Type constraints: `map(object({ name = string, size = optional(number, 24) }))`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::convert;
use super::value::{Field, Kind, Type, Value};
use crate::config::syntax::{Call, Expression, ExpressionKind, ObjectItem, ObjectKey};
use crate::evaluate::language::constant::constant;
use crate::source::Diagnostic;

/// A type, and the defaults of its optional attributes.
#[derive(Clone, Debug)]
pub struct Constraint {
    pub of: Type,
    pub defaults: Defaults,
}

/// Defaults of optional attributes, and of what lies deeper.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    attributes: BTreeMap<Arc<str>, Value>,
    below: BTreeMap<Below, Defaults>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Below {
    Attribute(Arc<str>),
    Position(usize),
    EveryElement,
}

/// A value of the type, as it might be written.
#[must_use]
pub fn example(of: &Type) -> String {
    written(of, 0)
}

fn written(of: &Type, depth: usize) -> String {
    const DEEPEST: usize = 4;
    const MOST_FIELDS: usize = 6;
    let inner = |of: &Type| written(of, depth + 1);
    match of {
        _ if depth > DEEPEST => "…".to_owned(),
        Type::Any => "…".to_owned(),
        Type::Bool => "true".to_owned(),
        Type::Number => "1".to_owned(),
        Type::String => "\"text\"".to_owned(),
        Type::List(of) | Type::Set(of) => format!("[{}]", inner(of)),
        Type::Map(of) => format!("{{ key = {} }}", inner(of)),
        Type::Tuple(elements) => {
            let elements: Vec<String> = elements.iter().take(MOST_FIELDS).map(inner).collect();
            format!("[{}]", elements.join(", "))
        }
        Type::Object(fields) => {
            let needed = fields.iter().filter(|field| !field.optional);
            let written: Vec<String> = needed
                .take(MOST_FIELDS)
                .map(|field| format!("{} = {}", field.name, inner(&field.of)))
                .collect();
            format!("{{ {} }}", written.join(", "))
        }
    }
}

/// The constraint an expression writes.
pub fn parse(expression: &Expression) -> Result<Constraint, Box<Diagnostic>> {
    match &expression.kind {
        ExpressionKind::Variable(name) => match &**name {
            "any" => Ok(plain(Type::Any)),
            "string" => Ok(plain(Type::String)),
            "number" => Ok(plain(Type::Number)),
            "bool" => Ok(plain(Type::Bool)),
            "list" => Ok(plain(Type::List(Arc::new(Type::Any)))),
            "map" => Ok(plain(Type::Map(Arc::new(Type::Any)))),
            "set" | "object" | "tuple" => Err(invalid(
                expression,
                format!("`{name}` needs an argument that says what is in it"),
            )),
            _ => Err(invalid(expression, format!("`{name}` is no type"))),
        },
        ExpressionKind::Call(call) => constructed(expression, call),
        ExpressionKind::Parentheses(inner) => parse(inner),
        ExpressionKind::String(_) => Err(Box::new(
            invalid(expression, "a type stands without quotes").help("remove the quotes"),
        )),
        _ => Err(invalid(
            expression,
            "a type is a keyword or a call such as `list(string)`",
        )),
    }
}

fn plain(of: Type) -> Constraint {
    Constraint {
        of,
        defaults: Defaults::default(),
    }
}

fn constructed(expression: &Expression, call: &Call) -> Result<Constraint, Box<Diagnostic>> {
    let name = &*call.function.text;
    let [argument] = call.arguments.as_slice() else {
        return Err(invalid(expression, format!("`{name}` takes one argument here")));
    };
    if call.expand_last {
        return Err(invalid(expression, "`...` has no meaning in a type"));
    }
    match name {
        "list" => collection(argument, Type::List),
        "set" => collection(argument, Type::Set),
        "map" => collection(argument, Type::Map),
        "tuple" => tuple(argument),
        "object" => object(argument),
        "optional" => Err(invalid(
            expression,
            "`optional` stands only at an attribute of `object`",
        )),
        _ => Err(invalid(expression, format!("`{name}` is no type"))),
    }
}

fn collection(argument: &Expression, make: fn(Arc<Type>) -> Type) -> Result<Constraint, Box<Diagnostic>> {
    let element = parse(argument)?;
    let mut defaults = Defaults::default();
    defaults.below(Below::EveryElement, element.defaults);
    Ok(Constraint {
        of: make(Arc::new(element.of)),
        defaults,
    })
}

fn tuple(argument: &Expression) -> Result<Constraint, Box<Diagnostic>> {
    let ExpressionKind::Tuple(elements) = &argument.kind else {
        return Err(invalid(argument, "`tuple` takes a list of types in brackets"));
    };
    let mut types = Vec::with_capacity(elements.len());
    let mut defaults = Defaults::default();
    for (position, element) in elements.iter().enumerate() {
        let element = parse(element)?;
        types.push(element.of);
        defaults.below(Below::Position(position), element.defaults);
    }
    Ok(Constraint {
        of: Type::Tuple(types.into()),
        defaults,
    })
}

fn object(argument: &Expression) -> Result<Constraint, Box<Diagnostic>> {
    let ExpressionKind::Object(items) = &argument.kind else {
        return Err(invalid(argument, "`object` takes its attributes in braces"));
    };
    let mut fields: Vec<Field> = Vec::with_capacity(items.len());
    let mut defaults = Defaults::default();
    for item in items {
        let name = attribute_name(item)?;
        if fields.iter().any(|field| field.name == name) {
            return Err(invalid(
                &item.value,
                format!("the attribute `{name}` is there twice"),
            ));
        }
        let (constraint, optional, default) = attribute(&item.value)?;
        if let Some(default) = default {
            defaults.attributes.insert(name.clone(), default);
        }
        defaults.below(Below::Attribute(name.clone()), constraint.defaults);
        fields.push(Field {
            name,
            of: constraint.of,
            optional,
        });
    }
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Constraint {
        of: Type::Object(fields.into()),
        defaults,
    })
}

fn attribute_name(item: &ObjectItem) -> Result<Arc<str>, Box<Diagnostic>> {
    match &item.key {
        ObjectKey::Name(word) => Ok(word.text.clone()),
        ObjectKey::Expression(Expression {
            kind: ExpressionKind::String(name) | ExpressionKind::Variable(name),
            ..
        }) => Ok(name.clone()),
        ObjectKey::Expression(expression) => {
            Err(invalid(expression, "an attribute's name must be a plain name"))
        }
    }
}

/// The type of an attribute, whether it is optional, and its default.
fn attribute(expression: &Expression) -> Result<(Constraint, bool, Option<Value>), Box<Diagnostic>> {
    let ExpressionKind::Call(call) = &expression.kind else {
        return Ok((parse(expression)?, false, None));
    };
    if &*call.function.text != "optional" {
        return Ok((parse(expression)?, false, None));
    }
    match call.arguments.as_slice() {
        [of] => Ok((parse(of)?, true, None)),
        [of, default] => {
            let constraint = parse(of)?;
            let value = default_value(default, &constraint)?;
            Ok((constraint, true, Some(value)))
        }
        _ => Err(invalid(
            expression,
            "`optional` takes a type and, if need be, a default",
        )),
    }
}

fn default_value(expression: &Expression, constraint: &Constraint) -> Result<Value, Box<Diagnostic>> {
    let (value, diagnostics) = constant(expression);
    if let Some(first) = diagnostics.into_iter().next() {
        return Err(Box::new(first));
    }
    convert(value, &constraint.of).map_err(|error| {
        invalid(
            expression,
            format!("the default does not fit the attribute's type: {error}"),
        )
    })
}

fn invalid(expression: &Expression, summary: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("invalid-type-constraint", summary).at(Some(expression.place)))
}

impl Defaults {
    fn below(&mut self, where_: Below, defaults: Defaults) {
        if !defaults.is_empty() {
            self.below.insert(where_, defaults);
        }
    }

    fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.below.is_empty()
    }

    /// Gives optional attributes that are absent or null their defaults, at every depth. Lists become
    /// tuples and maps objects where something changes: conversion to the type follows.
    #[must_use]
    pub fn apply(&self, value: &Value) -> Value {
        if self.is_empty() {
            return value.clone();
        }
        let kind = match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                if self.below.is_empty() {
                    return value.clone();
                }
                let elements = elements.iter().enumerate();
                Kind::Tuple(
                    elements
                        .map(|(position, element)| self.element(position, element))
                        .collect(),
                )
            }
            Kind::Map(_, entries) | Kind::Object(entries) => {
                return Value {
                    kind: Value::object(self.entries(entries)).kind,
                    ..value.clone()
                };
            }
            _ => return value.clone(),
        };
        Value {
            kind,
            ..value.clone()
        }
    }

    fn element(&self, position: usize, element: &Value) -> Value {
        self.below
            .get(&Below::EveryElement)
            .or_else(|| self.below.get(&Below::Position(position)))
            .map_or_else(|| element.clone(), |defaults| defaults.apply(element))
    }

    fn entries(&self, given: &[(Arc<str>, Value)]) -> Vec<(Arc<str>, Value)> {
        let mut entries: Vec<(Arc<str>, Value)> = given
            .iter()
            .map(|(name, value)| {
                let below = self
                    .below
                    .get(&Below::EveryElement)
                    .or_else(|| self.below.get(&Below::Attribute(name.clone())));
                let value = below.map_or_else(|| value.clone(), |defaults| defaults.apply(value));
                (name.clone(), value)
            })
            .collect();
        for (name, default) in &self.attributes {
            let below = self.below.get(&Below::Attribute(name.clone()));
            let default = || below.map_or_else(|| default.clone(), |defaults| defaults.apply(default));
            match entries.iter_mut().find(|(given, _)| given == name) {
                Some((_, value)) if value.is_null() => *value = default(),
                Some(_) => {}
                None => entries.push((name.clone(), default())),
            }
        }
        entries
    }
}
