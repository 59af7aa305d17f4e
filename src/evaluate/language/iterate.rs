//! `for` expressions and splats: one expression, once for each element.

use std::sync::Arc;

use super::expression::evaluate as value_of;
use super::scope::{Frame, Problem, SPLAT_ITEM, Scope};
use crate::config::syntax::{Expression, For, Word};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::symbol::derived;
use crate::evaluate::values::unify::unify;
use crate::evaluate::values::unknown::derived_symbol;
use crate::evaluate::values::value::{Kind, Marks, Step, Type, Unknown, Value};

/// The elements of a known collection with their keys, in Terraform's order.
pub enum Elements<'v> {
    Sequence(&'v [Value]),
    Set(&'v [Value]),
    Entries(&'v [(Arc<str>, Value)]),
}

impl<'v> Elements<'v> {
    pub fn iter(&self) -> impl Iterator<Item = (Value, &'v Value)> + '_ {
        let count = match self {
            Elements::Sequence(values) | Elements::Set(values) => values.len(),
            Elements::Entries(entries) => entries.len(),
        };
        (0..count).filter_map(|position| match self {
            Elements::Sequence(values) => {
                let key = Value::number(Number::from(i64::try_from(position).unwrap_or(i64::MAX)));
                Some((key, values.get(position)?))
            }
            Elements::Set(values) => {
                let value = values.get(position)?;
                Some((value.clone(), value))
            }
            Elements::Entries(entries) => {
                let (key, value) = entries.get(position)?;
                Some((Value::string(key.clone()), value))
            }
        })
    }
}

/// What a collection holds; `None` where it is not known.
pub fn elements(collection: &Value) -> Result<Option<Elements<'_>>, Problem> {
    match &collection.kind {
        Kind::Null(_) => Err(Problem::new(
            "iteration-over-null",
            "a null value cannot be iterated over",
        )),
        Kind::List(_, values) | Kind::Tuple(values) => Ok(Some(Elements::Sequence(values))),
        Kind::Set(_, values) => Ok(Some(Elements::Set(values))),
        Kind::Map(_, entries) | Kind::Object(entries) => Ok(Some(Elements::Entries(entries))),
        Kind::Unknown(unknown) if !is_primitive(&unknown.of) => Ok(None),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Unknown(_) => Err(Problem::new(
            "iteration-over-non-iterable",
            "only lists, sets, maps, tuples and objects can be iterated over",
        )),
    }
}

fn is_primitive(of: &Type) -> bool {
    matches!(of, Type::Bool | Type::Number | Type::String)
}

/// A `for` expression. Unknown elements stay elements; an unknown collection, condition or key makes
/// the whole result unknown.
pub fn for_each(scope: &Scope<'_>, each: &For) -> Value {
    let collection = value_of(scope, &each.collection);
    let elements = match elements(&collection) {
        Ok(Some(elements)) => elements,
        Ok(None) => return derived(Type::Any, "for", &[&collection]).with_marks(collection.marks),
        Err(problem) => {
            return scope
                .fail(problem, each.collection.place)
                .with_marks(collection.marks);
        }
    };
    let mut result = Results::default();
    for (key, value) in elements.iter() {
        bind(scope, each.key.as_ref(), &each.value, &key, value, |inner| {
            one(inner, each, &mut result);
        });
    }
    let marks = collection.marks.and(result.marks);
    result.finish(each).with_marks(marks)
}

/// Runs `work` where the two names stand for a key and a value.
fn bind(
    scope: &Scope<'_>,
    key_name: Option<&Word>,
    value_name: &Word,
    key: &Value,
    value: &Value,
    work: impl FnOnce(&Scope<'_>),
) {
    let outer = match key_name {
        Some(name) => &Frame {
            name: &name.text,
            value: key,
            outer: scope.frame,
        },
        None => {
            let frame = Frame {
                name: &value_name.text,
                value,
                outer: scope.frame,
            };
            return work(&scope.with(&frame));
        }
    };
    let frame = Frame {
        name: &value_name.text,
        value,
        outer: Some(outer),
    };
    work(&scope.with(&frame));
}

#[derive(Default)]
struct Results {
    values: Vec<Value>,
    entries: Vec<(Arc<str>, Value)>,
    marks: Marks,
    /// Why the whole result is unknown.
    unknown: Vec<Value>,
    seen: std::collections::HashSet<Arc<str>>,
}

impl Results {
    fn finish(self, each: &For) -> Value {
        if !self.unknown.is_empty() {
            return derived(
                Type::Any,
                "for",
                &self.unknown.iter().chain(&self.values).collect::<Vec<_>>(),
            );
        }
        if each.result_key.is_none() {
            return Value::tuple(self.values);
        }
        if each.grouped {
            return Value::object(grouped(self.entries));
        }
        Value::object(self.entries)
    }
}

fn grouped(mut entries: Vec<(Arc<str>, Value)>) -> Vec<(Arc<str>, Value)> {
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut groups: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
    for (key, value) in entries {
        match groups.last_mut() {
            Some((last, values)) if *last == key => values.push(value),
            _ => groups.push((key, vec![value])),
        }
    }
    groups
        .into_iter()
        .map(|(key, values)| (key, Value::tuple(values)))
        .collect()
}

/// One element of a `for` expression.
fn one(scope: &Scope<'_>, each: &For, result: &mut Results) {
    if let Some(condition) = &each.condition {
        match included(scope, condition, result) {
            Some(true) => {}
            Some(false) => return,
            None => {
                // Evaluated all the same, so that its problems and its symbols are known.
                let value = value_of(scope, &each.result);
                result.values.push(value);
                return;
            }
        }
    }
    let Some(key) = &each.result_key else {
        let value = value_of(scope, &each.result);
        result.values.push(value);
        return;
    };
    let name = result_key(scope, key, result);
    let value = value_of(scope, &each.result);
    let Some(name) = name else {
        result.values.push(value);
        return;
    };
    if !each.grouped && !result.seen.insert(name.clone()) {
        let problem = Problem::new(
            "duplicate-object-key",
            format!(
                "two elements give the key `{}`",
                super::expression::shortened(&name)
            ),
        )
        .help("write `...` after the value to group the values of each key");
        let failed = scope.fail(problem, key.place);
        result.unknown.push(failed);
        return;
    }
    result.entries.push((name, value));
}

fn included(scope: &Scope<'_>, condition: &Expression, result: &mut Results) -> Option<bool> {
    let given = value_of(scope, condition);
    result.marks = result.marks.and(given.marks);
    let fail = |problem| scope.fail(problem, condition.place);
    let decision = if given.is_null() {
        fail(Problem::new(
            "null-condition",
            "the condition of a `for` must not be null",
        ))
    } else {
        convert(given, &Type::Bool).unwrap_or_else(|_| {
            fail(Problem::new(
                "invalid-for-condition",
                "the condition of a `for` must be a bool",
            ))
        })
    };
    let known = decision.as_bool();
    if known.is_none() {
        result.unknown.push(decision);
    }
    known
}

fn result_key(scope: &Scope<'_>, key: &Expression, result: &mut Results) -> Option<Arc<str>> {
    let given = value_of(scope, key);
    let converted = if given.is_null() {
        scope.fail(
            Problem::new("invalid-object-key", "the key of an object must not be null"),
            key.place,
        )
    } else {
        convert(given, &Type::String).unwrap_or_else(|_| {
            let problem = Problem::new("invalid-object-key", "the key of an object must be a string");
            scope.fail(problem, key.place)
        })
    };
    result.marks = result.marks.and(converted.marks);
    match &converted.kind {
        Kind::String(name) => Some(name.clone()),
        _ => {
            result.unknown.push(converted);
            None
        }
    }
}

/// `source[*]…`: `each` for every element; a single value counts as a list of one, null as an empty
/// one.
pub fn splat(scope: &Scope<'_>, source: &Expression, each: &Expression) -> Value {
    let collection = value_of(scope, source);
    let marks = collection.marks;
    match &collection.kind {
        Kind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            let problem = Problem::new("splat-of-null", "a splat cannot be applied to a null list");
            scope.fail(problem, source.place).with_marks(marks)
        }
        Kind::Null(_) => Value::tuple([]).with_marks(marks),
        Kind::List(_, values) | Kind::Set(_, values) => {
            let results = values.iter().map(|value| item(scope, each, value)).collect();
            list_of(results).with_marks(marks)
        }
        Kind::Tuple(values) => {
            let results: Vec<Value> = values.iter().map(|value| item(scope, each, value)).collect();
            Value::tuple(results).with_marks(marks)
        }
        Kind::Unknown(unknown) => splat_unknown(scope, unknown, each).with_marks(marks),
        _ => Value::tuple([item(scope, each, &collection)]).with_marks(marks),
    }
}

fn item(scope: &Scope<'_>, each: &Expression, value: &Value) -> Value {
    let frame = Frame {
        name: SPLAT_ITEM,
        value,
        outer: scope.frame,
    };
    value_of(&scope.with(&frame), each)
}

/// A list whose elements are as alike as they can be made.
fn list_of(elements: Vec<Value>) -> Value {
    let mut types: Vec<Type> = elements.iter().map(Value::type_of).collect();
    types.dedup();
    let of = match types.as_slice() {
        [of] => of.clone(),
        [] => Type::Any,
        types => unify(types).unwrap_or(Type::Any),
    };
    Value::new(Kind::List(of, elements.into()))
}

fn splat_unknown(scope: &Scope<'_>, unknown: &Unknown, each: &Expression) -> Value {
    let (element, symbol) = match &unknown.of {
        Type::List(of) | Type::Set(of) => ((**of).clone(), unknown.symbol.under(Step::Attribute("*".into()))),
        Type::Tuple(types) => {
            let results: Vec<Value> = types
                .iter()
                .zip(0..)
                .map(|(of, index)| {
                    item(
                        scope,
                        each,
                        &Value::unknown(of.clone(), unknown.symbol.under(Step::Index(index))),
                    )
                })
                .collect();
            let of = Type::Tuple(results.iter().map(Value::type_of).collect());
            return derived(of, "splat", &results.iter().collect::<Vec<_>>());
        }
        _ => (unknown.of.clone(), unknown.symbol.clone()),
    };
    let result = item(scope, each, &Value::unknown(element, symbol));
    let of = match &unknown.of {
        Type::List(_) | Type::Set(_) => Type::List(Arc::new(result.type_of())),
        _ => Type::Any,
    };
    let known = Unknown {
        not_null: of != Type::Any,
        length: if of == Type::Any {
            (0, None)
        } else {
            unknown.length
        },
        ..Unknown::new(of, derived_symbol("splat", &[&result]))
    };
    Value::new(Kind::Unknown(Arc::new(known)))
}
