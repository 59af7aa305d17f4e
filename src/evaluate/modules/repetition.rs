//! `count` and `for_each`: how many instances there are, and under which keys.

use std::sync::Arc;

use super::world::Binding;
use crate::config::module::{Mode, Repetition};
use crate::config::syntax::Attribute;
use crate::evaluate::address::Key;
use crate::evaluate::blocks::schema::Schemas;
use crate::evaluate::language::expression::evaluate;
use crate::evaluate::language::scope::{Problem, Scope};
use crate::evaluate::language::traverse::is_computed;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::symbol::derived;
use crate::evaluate::values::unknown::derived_symbol;
use crate::evaluate::values::value::{Kind, Symbol, Type, Value};
use crate::source::Place;

/// The instances of a resource or module call.
#[derive(Clone, Debug)]
pub(crate) enum Expansion {
    Single,
    Count(u64),
    /// Sorted by key.
    ForEach(Vec<(Arc<str>, Value)>),
    /// Any number: one symbolic instance stands for all.
    Unknown {
        symbol: Symbol,
        each: Binding,
    },
    /// The repetition is wrong; there are no instances to speak of.
    Failed,
}

/// More instances than this are a mistake, not a network.
const MOST_INSTANCES: u64 = 1_000_000;

impl Expansion {
    pub fn evaluate(scope: &Scope<'_>, repetition: &Repetition) -> Expansion {
        match (&repetition.count, &repetition.for_each) {
            // The reader has said so.
            (Some(_), Some(_)) => Expansion::Failed,
            (Some(count), None) => counted(scope, count),
            (None, Some(for_each)) => keyed(scope, for_each),
            (None, None) => Expansion::Single,
        }
    }

    /// How many instances it makes.
    pub fn len(&self) -> usize {
        match self {
            Expansion::Single | Expansion::Unknown { .. } => 1,
            Expansion::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
            Expansion::ForEach(entries) => entries.len(),
            Expansion::Failed => 0,
        }
    }

    /// The key of the instance at `position`, and what its body sees.
    pub fn instance(&self, position: usize) -> (Option<Key>, Binding) {
        match self {
            Expansion::Single | Expansion::Failed => (None, Binding(None)),
            Expansion::Count(_) => {
                let index = u64::try_from(position).unwrap_or(u64::MAX);
                (Some(Key::Index(index)), counting(position))
            }
            Expansion::ForEach(entries) => match entries.get(position) {
                Some((key, value)) => (Some(Key::Name(key.clone())), each(key, value)),
                None => (None, Binding(None)),
            },
            Expansion::Unknown { each, .. } => (Some(Key::Any), each.clone()),
        }
    }

    /// The position of the instance under a known key.
    pub fn position(&self, key: &Value) -> Option<usize> {
        match self {
            Expansion::Single | Expansion::Failed => None,
            Expansion::Count(count) => {
                let key = convert(key.clone(), &Type::Number).ok()?;
                let Kind::Number(number) = &key.kind else {
                    return None;
                };
                let index = number.to_i64().and_then(|index| u64::try_from(index).ok())?;
                (index < *count).then(|| usize::try_from(index).ok()).flatten()
            }
            Expansion::ForEach(entries) => {
                let key = convert(key.clone(), &Type::String).ok()?;
                let name = key.as_str()?;
                entries.binary_search_by(|(key, _)| (**key).cmp(name)).ok()
            }
            Expansion::Unknown { .. } => Some(0),
        }
    }
}

fn counting(position: usize) -> Binding {
    let index = i64::try_from(position).unwrap_or(i64::MAX);
    Binding(Some((
        "count",
        Value::object(vec![("index".into(), Value::number(index))]),
    )))
}

fn each(key: &Arc<str>, value: &Value) -> Binding {
    let mut key = Value::string(key.clone());
    key.origin = value.origin;
    Binding(Some((
        "each",
        Value::object(vec![("key".into(), key), ("value".into(), value.clone())]),
    )))
}

fn counted(scope: &Scope<'_>, attribute: &Attribute) -> Expansion {
    let at = attribute.expression.place;
    let fail = |summary: &str| {
        let problem =
            Problem::new("invalid-count", summary).help("`count` takes 0 or a positive whole number");
        scope.fail(problem, at);
        Expansion::Failed
    };
    let given = evaluate(scope, &attribute.expression);
    if given.is_null() {
        return fail("`count` is null: it must be a whole number");
    }
    let Ok(value) = convert(given, &Type::Number) else {
        return fail("`count` must be a number");
    };
    let Kind::Number(number) = &value.kind else {
        let index = derived(Type::Number, "count.index", &[&value]);
        let each = Binding(Some(("count", Value::object(vec![("index".into(), index)]))));
        return unknown(scope, &value, each, "invalid-count", at);
    };
    match number.to_i64().filter(|_| number.is_whole()).map(u64::try_from) {
        None => fail("`count` must be a whole number"),
        Some(Err(_)) => fail("`count` must not be negative"),
        Some(Ok(count)) if count > MOST_INSTANCES => fail("`count` is larger than any real configuration"),
        Some(Ok(count)) => Expansion::Count(count),
    }
}

fn keyed(scope: &Scope<'_>, attribute: &Attribute) -> Expansion {
    let at = attribute.expression.place;
    let value = evaluate(scope, &attribute.expression);
    let fail = |summary: String| {
        let problem = Problem::new("invalid-for-each", summary);
        scope.fail(problem.help(keys_help(&value)), at);
        Expansion::Failed
    };
    if value.marks.any() {
        return fail(
            "`for_each` must not be sensitive or ephemeral: its keys become part of addresses".into(),
        );
    }
    match &value.kind {
        Kind::Null(_) => fail("`for_each` is null: it must be a map or a set of strings".into()),
        Kind::Map(_, entries) | Kind::Object(entries) => Expansion::ForEach(entries.to_vec()),
        Kind::Set(of, elements) => set(scope, of, elements, &value, at),
        Kind::Unknown(of) if may_repeat(&of.of) => {
            unknown(scope, &value, unknown_each(&value), "invalid-for-each", at)
        }
        _ => fail(format!(
            "`for_each` must be a map or a set of strings, not a {}",
            value.type_of().friendly_name()
        )),
    }
}

fn keys_help(value: &Value) -> &'static str {
    match &value.kind {
        _ if value.marks.any() => "`nonsensitive` says that the keys may be seen",
        Kind::Null(_) => "an empty map, `{}`, makes no instance",
        Kind::List(..) | Kind::Tuple(_) => "`toset` makes a set of a list of strings",
        _ => "write a map, or a set of strings made with `toset`",
    }
}

fn may_repeat(of: &Type) -> bool {
    match of {
        Type::Any | Type::Map(_) | Type::Object(_) => true,
        Type::Set(element) => matches!(**element, Type::Any | Type::String),
        _ => false,
    }
}

fn set(scope: &Scope<'_>, of: &Type, elements: &[Value], value: &Value, at: Place) -> Expansion {
    let fail = |summary: &str| {
        scope.fail(Problem::new("invalid-for-each-set", summary), at);
        Expansion::Failed
    };
    if *of != Type::String && !elements.is_empty() {
        return fail("a set in `for_each` must hold strings: convert its elements with `tostring`");
    }
    if elements.iter().any(Value::is_null) {
        return fail("a set in `for_each` must not hold null");
    }
    if elements.iter().any(|element| !element.is_known()) {
        return unknown(scope, value, unknown_each(value), "invalid-for-each", at);
    }
    let mut entries: Vec<(Arc<str>, Value)> = elements
        .iter()
        .filter_map(|element| match &element.kind {
            Kind::String(key) => Some((key.clone(), element.clone())),
            _ => None,
        })
        .collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Expansion::ForEach(entries)
}

/// `each` where nobody knows the elements.
fn unknown_each(collection: &Value) -> Binding {
    let element = match &collection.kind {
        Kind::Unknown(unknown) => match &unknown.of {
            Type::Map(of) | Type::Set(of) => (**of).clone(),
            _ => Type::Any,
        },
        _ => Type::String,
    };
    let key = derived(Type::String, "each.key", &[collection]);
    let value = if matches!(collection.type_of(), Type::Set(_)) {
        key.clone()
    } else {
        derived(element, "each.value", &[collection])
    };
    Binding(Some((
        "each",
        Value::object(vec![("key".into(), key), ("value".into(), value)]),
    )))
}

/// Terraform refuses a repetition that only applying can tell. Of a variable without a value, of a data
/// source and of what may be written elsewhere it would know.
fn unknown(scope: &Scope<'_>, value: &Value, each: Binding, code: &'static str, at: Place) -> Expansion {
    let symbol = value
        .symbol()
        .cloned()
        .unwrap_or_else(|| derived_symbol("for_each", &[value]));
    if certainly_computed(&symbol, scope.names.schemas()) {
        let problem = Problem::new(
            code,
            format!("the number of instances depends on what only applying can tell: {symbol}"),
        )
        .help("use keys that are written in the configuration, and unknown things only as values");
        scope.sink.push(problem.at(at));
    }
    Expansion::Unknown { symbol, each }
}

fn certainly_computed(symbol: &Symbol, schemas: &dyn Schemas) -> bool {
    match symbol {
        Symbol::Attribute { of, path } => of.mode == Mode::Managed && is_computed(of, path, schemas),
        Symbol::Derived { from, .. } | Symbol::OneOf(from) => {
            from.iter().any(|symbol| certainly_computed(symbol, schemas))
        }
        Symbol::Template(parts) => parts.iter().any(|part| match part {
            crate::evaluate::values::value::Part::Symbol(symbol) => certainly_computed(symbol, schemas),
            crate::evaluate::values::value::Part::Literal(_) => false,
        }),
        _ => false,
    }
}
