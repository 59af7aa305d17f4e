//! Steps into a value: attributes and indexes, of known and of unknown values.

use std::sync::Arc;

use super::scope::Problem;
use crate::evaluate::blocks::schema::{BlockSchema, Nesting, Schemas};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::symbol::derived;
use crate::evaluate::values::value::{BlockOf, Field, Kind, Step, Symbol, Type, Unknown, Value};

/// `value.name`
pub fn attribute(value: &Value, name: &str, schemas: &dyn Schemas) -> Result<Value, Problem> {
    let found =
        match &value.kind {
            Kind::Null(_) => {
                return Err(Problem::new(
                    "attribute-of-null",
                    format!("the value is null, so it has no attribute `{name}`"),
                ));
            }
            Kind::Object(_) => match (value.get(name), &value.block) {
                (Some(found), _) => found.clone(),
                (None, Some(block)) => unset(block, name, schemas)?,
                (None, None) => return Err(no_attribute(name)),
            },
            Kind::Map(_, _) => value.get(name).cloned().ok_or_else(|| {
                Problem::new("missing-map-element", format!("the map has no element `{name}`"))
            })?,
            Kind::Unknown(unknown) => attribute_of_unknown(unknown, name)?,
            Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => {
                return Err(no_attribute(name)
                    .help("use an index or a splat to reach the attributes of its elements"));
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => return Err(no_attribute(name)),
        };
    Ok(found.with_marks(value.marks))
}

/// `value[key]`
pub fn index(value: &Value, key: &Value, schemas: &dyn Schemas) -> Result<Value, Problem> {
    if value.is_null() {
        return Err(Problem::new(
            "invalid-index",
            "the value is null, so it has no elements",
        ));
    }
    if key.is_null() {
        return Err(Problem::new("invalid-index", "the key is null"));
    }
    let found = match &value.kind {
        Kind::Unknown(unknown) => index_of_unknown(unknown, key)?,
        Kind::List(..) | Kind::Tuple(_) => element(value, key)?,
        Kind::Map(..) | Kind::Object(_) => entry(value, key, schemas)?,
        Kind::Set(..) => return Err(set_index()),
        _ => {
            return Err(Problem::new(
                "invalid-index",
                "the value has no elements: only lists, maps, tuples and objects have",
            ));
        }
    };
    Ok(found.with_marks(value.marks.and(key.marks)))
}

fn element(value: &Value, key: &Value) -> Result<Value, Problem> {
    let elements = value.elements().unwrap_or(&[]);
    let key = convert(key.clone(), &Type::Number)
        .map_err(|_| Problem::new("invalid-index", "the key must be a number"))?;
    let Kind::Number(number) = &key.kind else {
        let of = match &value.kind {
            Kind::List(of, _) => of.clone(),
            _ => Type::Any,
        };
        return Ok(derived(of, "index", &[&key]));
    };
    let Some(position) = number.to_i64() else {
        return Err(Problem::new("invalid-index", "the index must be a whole number"));
    };
    let Ok(position) = usize::try_from(position) else {
        return Err(Problem::new(
            "invalid-index",
            "a negative number is no valid index",
        ));
    };
    elements.get(position).cloned().ok_or_else(|| {
        let count = elements.len();
        Problem::new(
            "invalid-index",
            format!("there is no element {position}: the collection has {count}"),
        )
    })
}

fn entry(value: &Value, key: &Value, schemas: &dyn Schemas) -> Result<Value, Problem> {
    if value.block.is_some() && matches!(key.kind, Kind::Number(_)) {
        return Err(Problem::new(
            "unexpected-instance-key",
            "the resource has neither `count` nor `for_each`, so it has no instance keys",
        ));
    }
    let key = convert(key.clone(), &Type::String)
        .map_err(|_| Problem::new("invalid-index", "the key must be a string"))?;
    let Kind::String(name) = &key.kind else {
        let of = match &value.kind {
            Kind::Map(of, _) => of.clone(),
            _ => Type::Any,
        };
        return Ok(derived(of, "index", &[&key]));
    };
    if let Some(found) = value.get(name) {
        return Ok(found.clone());
    }
    if let Some(block) = &value.block {
        return unset(block, name, schemas);
    }
    Err(Problem::new(
        "invalid-index",
        format!("there is no element `{name}`"),
    ))
}

fn attribute_of_unknown(unknown: &Unknown, name: &str) -> Result<Value, Problem> {
    let of = match &unknown.of {
        Type::Any => Type::Any,
        Type::Map(of) => (**of).clone(),
        Type::Object(fields) => field(fields, name).ok_or_else(|| no_attribute(name))?,
        _ => return Err(no_attribute(name)),
    };
    Ok(Value::unknown(
        of,
        unknown.symbol.under(Step::Attribute(name.into())),
    ))
}

fn index_of_unknown(unknown: &Unknown, key: &Value) -> Result<Value, Problem> {
    let number = || {
        convert(key.clone(), &Type::Number)
            .map_err(|_| Problem::new("invalid-index", "the key must be a number"))
    };
    let string = || {
        convert(key.clone(), &Type::String)
            .map_err(|_| Problem::new("invalid-index", "the key must be a string"))
    };
    let (of, key) = match &unknown.of {
        Type::Any => (Type::Any, key.clone()),
        Type::List(of) => ((**of).clone(), number()?),
        Type::Map(of) => ((**of).clone(), string()?),
        Type::Tuple(types) => {
            let key = number()?;
            (tuple_element(types, &key)?, key)
        }
        Type::Object(fields) => {
            let key = string()?;
            let of = match key.as_str() {
                Some(name) => field(fields, name).ok_or_else(|| no_attribute(name))?,
                None => Type::Any,
            };
            (of, key)
        }
        Type::Set(_) => return Err(set_index()),
        _ => return Err(Problem::new("invalid-index", "the value has no elements")),
    };
    Ok(match step(&key) {
        Some(step) => Value::unknown(of, unknown.symbol.under(step)),
        None => {
            let collection = Value::unknown(unknown.of.clone(), unknown.symbol.clone());
            derived(of, "index", &[&collection, &key])
        }
    })
}

fn tuple_element(types: &[Type], key: &Value) -> Result<Type, Problem> {
    let Kind::Number(number) = &key.kind else {
        return Ok(Type::Any);
    };
    number
        .to_i64()
        .and_then(|position| usize::try_from(position).ok())
        .and_then(|position| types.get(position).cloned())
        .ok_or_else(|| Problem::new("invalid-index", "the tuple has no such element"))
}

/// The step that a known key is.
#[must_use]
pub fn step(key: &Value) -> Option<Step> {
    match &key.kind {
        Kind::String(name) => Some(Step::Attribute(name.clone())),
        Kind::Number(number) => whole(number).map(Step::Index),
        _ => None,
    }
}

fn whole(number: &Number) -> Option<u64> {
    number.to_i64().and_then(|number| u64::try_from(number).ok())
}

fn field(fields: &[Field], name: &str) -> Option<Type> {
    fields
        .binary_search_by(|field| (*field.name).cmp(name))
        .ok()
        .and_then(|index| fields.get(index))
        .map(|field| field.of.clone())
}

/// An attribute or nested block that the configuration leaves out of a resource's block.
pub fn unset(block: &BlockOf, name: &str, schemas: &dyn Schemas) -> Result<Value, Problem> {
    let schema = schemas
        .lookup(block.of.mode, &block.of.kind)
        .and_then(|schema| within(schema, &block.path));
    if let Some(schema) = schema {
        if let Some(attribute) = schema.attribute(name) {
            return Ok(if attribute.computed {
                computed(block, name, attribute.of.clone())
            } else {
                Value::null(attribute.of.clone())
            });
        }
        if let Some(nested) = schema.block(name) {
            return Ok(match nested.nesting {
                _ if nested.computed => computed(block, name, Type::Any),
                Nesting::Single | Nesting::Group => Value::null(Type::Any),
                Nesting::List => Value::new(Kind::List(Type::Any, [].into())),
                Nesting::Set => Value::new(Kind::Set(Type::Any, [].into())),
                Nesting::Map => Value::map(Type::Any, Vec::new()),
            });
        }
        if schema.closed {
            return Err(Problem::new(
                "unsupported-attribute",
                format!("`{}` has no attribute or nested block `{name}`", block.of.kind),
            ));
        }
    }
    Ok(computed(block, name, Type::Any))
}

/// An attribute that the provider decides.
fn computed(block: &BlockOf, name: &str, of: Type) -> Value {
    let path: Arc<[Step]> = block
        .path
        .iter()
        .cloned()
        .chain([Step::Attribute(name.into())])
        .collect();
    // Every resource has an id that is a string once it exists.
    let id = name == "id" && block.path.is_empty();
    let of = if id { Type::String } else { of };
    let symbol = Symbol::Attribute {
        of: block.of.clone(),
        path,
    };
    let unknown = Unknown {
        not_null: id,
        ..Unknown::new(of, symbol)
    };
    Value::new(Kind::Unknown(Arc::new(unknown)))
}

/// The schema of the nested block at the end of `path`.
fn within<'s>(schema: &'s BlockSchema, path: &[Step]) -> Option<&'s BlockSchema> {
    let mut schema = schema;
    let mut key_follows = false;
    for step in path {
        if std::mem::take(&mut key_follows) {
            continue;
        }
        if let Step::Attribute(name) = step {
            let nested = schema.block(name)?;
            schema = &nested.block;
            key_follows = !matches!(nested.nesting, Nesting::Single | Nesting::Group);
        }
    }
    Some(schema)
}

fn no_attribute(name: &str) -> Problem {
    Problem::new(
        "unsupported-attribute",
        format!("the value has no attribute `{name}`"),
    )
}

fn set_index() -> Problem {
    Problem::new("invalid-index", "elements of a set have no index or key")
        .help("convert the set with `tolist`, or take its only element with `one`")
}

/// Whether it is certain that only applying tells this attribute.
pub fn is_computed(of: &crate::evaluate::address::Address, path: &[Step], schemas: &dyn Schemas) -> bool {
    let [Step::Attribute(name), ..] = path else {
        return false;
    };
    if &**name == "id" || &*of.kind == "terraform_data" {
        return true;
    }
    schemas
        .lookup(of.mode, &of.kind)
        .and_then(|schema| schema.attribute(name))
        .is_some_and(|attribute| attribute.computed)
}
