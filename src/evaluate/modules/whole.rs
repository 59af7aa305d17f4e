//! A whole resource instance as a value: what the configuration sets, and for the rest what its schema
//! tells. Built only for instances that something refers to.

use std::sync::Arc;

use crate::config::syntax::Body;
use crate::evaluate::address::Address;
use crate::evaluate::blocks::schema::{BlockSchema, NestedBlock, Nesting};
use crate::evaluate::evaluation::is_unknown_blocks;
use crate::evaluate::values::unify::unify;
use crate::evaluate::values::value::{BlockOf, Kind, Step, Symbol, Type, Unknown, Value};

/// The value that a reference to the instance gives.
pub(crate) fn instance(
    values: &Value,
    body: &Body,
    address: &Arc<Address>,
    schema: Option<&BlockSchema>,
) -> Value {
    Builder { address }.block(values, &[body], &[], schema)
}

/// Whether a body writes this name as blocks.
#[must_use]
pub(crate) fn is_block(body: &Body, name: &str) -> bool {
    below(&[body], name).next().is_some()
}

/// The bodies of the blocks with this name, those of dynamic blocks too.
fn below<'b>(bodies: &[&'b Body], name: &str) -> impl Iterator<Item = &'b Body> {
    bodies
        .iter()
        .flat_map(|body| body.blocks.iter())
        .flat_map(move |block| {
            let dynamic = &*block.keyword.text == "dynamic";
            let label = block.labels.first().filter(|_| dynamic);
            let own = (!dynamic && &*block.keyword.text == name).then_some(&block.body);
            let contents = label.filter(|label| &*label.text == name).into_iter();
            let contents =
                contents.flat_map(|_| block.body.blocks_of("content").map(|content| &content.body));
            own.into_iter().chain(contents).collect::<Vec<_>>()
        })
}

struct Builder<'a> {
    address: &'a Arc<Address>,
}

impl Builder<'_> {
    fn block(&self, values: &Value, bodies: &[&Body], path: &[Step], schema: Option<&BlockSchema>) -> Value {
        let Kind::Object(given) = &values.kind else {
            return values.clone();
        };
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(given.len());
        for (name, value) in given.iter() {
            let inner: Vec<&Body> = below(bodies, name).collect();
            let nested = schema.and_then(|schema| schema.block(name));
            // A `dynamic` block over nothing: as if it were not written, and the provider may make some.
            if nested.is_some_and(|nested| nested.computed)
                && value.elements().is_some_and(<[Value]>::is_empty)
            {
                continue;
            }
            let attribute = schema.and_then(|schema| schema.attribute(name));
            let value = if inner.is_empty() && nested.is_none() {
                value.clone()
            } else if let (None, Some(attribute)) = (nested, attribute) {
                self.objects(value, &with(path, Step::Attribute(name.clone())), &attribute.of)
            } else {
                self.nested(value, &inner, &with(path, Step::Attribute(name.clone())), nested)
            };
            entries.push((name.clone(), value));
        }
        if let Some(schema) = schema {
            self.fill(&mut entries, path, schema);
        }
        Value {
            kind: Value::object(entries).kind,
            block: Some(Arc::new(BlockOf {
                of: self.address.clone(),
                path: path.into(),
            })),
            ..values.clone()
        }
    }

    /// An attribute of objects that is written as blocks: what these leave out is null.
    fn objects(&self, value: &Value, path: &[Step], of: &Type) -> Value {
        let elements = value.elements().unwrap_or(&[]);
        if elements.iter().any(is_unknown_blocks) {
            return self.unknown(of.clone(), path);
        }
        let (Type::List(element) | Type::Set(element)) = of else {
            return value.clone();
        };
        let Type::Object(fields) = &**element else {
            return value.clone();
        };
        let filled = elements.iter().map(|element| {
            let attributes = fields.iter().map(|field| {
                let given = element.get(&field.name).cloned();
                (
                    field.name.clone(),
                    given.unwrap_or_else(|| Value::null(field.of.clone())),
                )
            });
            Value {
                kind: Value::object(attributes.collect()).kind,
                ..element.clone()
            }
        });
        let kind = match of {
            Type::Set(_) => Kind::Set((**element).clone(), filled.collect()),
            _ => Kind::List((**element).clone(), filled.collect()),
        };
        Value {
            kind,
            ..value.clone()
        }
    }

    /// The blocks of one name.
    fn nested(&self, value: &Value, bodies: &[&Body], path: &[Step], nested: Option<&NestedBlock>) -> Value {
        let schema = nested.map(|nested| &nested.block);
        let kind = match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) => {
                if elements.iter().any(is_unknown_blocks) {
                    return self.unknown(collection_type(&value.kind), path);
                }
                let blocks: Vec<Value> = elements
                    .iter()
                    .zip(0..)
                    .map(|(element, index)| {
                        self.block(element, bodies, &with(path, Step::Index(index)), schema)
                    })
                    .collect();
                let of = common_type(&blocks, schema.is_some());
                match &value.kind {
                    Kind::Set(..) => Kind::Set(of, blocks.into()),
                    _ => Kind::List(of, blocks.into()),
                }
            }
            Kind::Map(_, entries) => {
                let blocks = entries.iter().map(|(key, element)| {
                    let path = with(path, Step::Attribute(key.clone()));
                    (key.clone(), self.block(element, bodies, &path, schema))
                });
                Kind::Map(Type::Any, blocks.collect())
            }
            Kind::Object(_) => return self.block(value, bodies, path, schema),
            _ => return value.clone(),
        };
        Value {
            kind,
            ..value.clone()
        }
    }

    fn fill(&self, entries: &mut Vec<(Arc<str>, Value)>, path: &[Step], schema: &BlockSchema) {
        let mut missing = Vec::new();
        let present = |name: &Arc<str>| entries.iter().any(|(given, _)| given == name);
        for attribute in &schema.attributes {
            if !present(&attribute.name) {
                let value = if attribute.computed {
                    self.unknown(
                        attribute.of.clone(),
                        &with(path, Step::Attribute(attribute.name.clone())),
                    )
                } else {
                    Value::null(attribute.of.clone())
                };
                missing.push((attribute.name.clone(), value));
            }
        }
        for nested in &schema.blocks {
            if !present(&nested.name) {
                let path = with(path, Step::Attribute(nested.name.clone()));
                missing.push((nested.name.clone(), self.absent(nested, &path)));
            }
        }
        entries.extend(missing);
    }

    /// A nested block that is not written.
    fn absent(&self, nested: &NestedBlock, path: &[Step]) -> Value {
        let of = nested.block.type_of();
        match nested.nesting {
            _ if nested.computed => self.unknown(Type::List(Arc::new(of)), path),
            Nesting::Single => Value::null(of),
            Nesting::Group => self.block(&Value::object(Vec::new()), &[], path, Some(&nested.block)),
            Nesting::List => Value::new(Kind::List(of, [].into())),
            Nesting::Set => Value::new(Kind::Set(of, [].into())),
            Nesting::Map => Value::map(of, Vec::new()),
        }
    }

    fn unknown(&self, of: Type, path: &[Step]) -> Value {
        let symbol = Symbol::Attribute {
            of: self.address.clone(),
            path: path.into(),
        };
        let id = matches!(path, [Step::Attribute(name)] if &**name == "id");
        Value::new(Kind::Unknown(Arc::new(Unknown {
            not_null: id,
            ..Unknown::new(of, symbol)
        })))
    }
}

fn with(path: &[Step], step: Step) -> Vec<Step> {
    path.iter().cloned().chain([step]).collect()
}

fn collection_type(kind: &Kind) -> Type {
    match kind {
        Kind::Set(..) => Type::Set(Arc::new(Type::Any)),
        _ => Type::List(Arc::new(Type::Any)),
    }
}

/// Without a schema two blocks may have different attributes, and then no one type.
fn common_type(blocks: &[Value], complete: bool) -> Type {
    let mut types: Vec<Type> = blocks.iter().map(Value::type_of).collect();
    types.dedup();
    match types.as_slice() {
        [of] => of.clone(),
        types if complete => unify(types).unwrap_or(Type::Any),
        _ => Type::Any,
    }
}
