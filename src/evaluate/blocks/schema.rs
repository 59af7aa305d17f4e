//! What is known of a resource type beyond the configuration: the types that values are converted to
//! and what an attribute is that nobody set.
//!
//! A table need not be whole. Of an attribute that it does not list nothing is known: its value stays
//! as written, and unset it is unknown.

use std::sync::Arc;

use crate::config::module::Mode;
use crate::evaluate::values::value::{Field, Type};

/// A source of resource schemas.
pub trait Schemas: Send + Sync {
    fn lookup(&self, mode: Mode, kind: &str) -> Option<&BlockSchema>;
}

/// Attributes and nested blocks, each sorted by name.
#[derive(Clone, Debug, Default)]
pub struct BlockSchema {
    pub attributes: Vec<AttributeSchema>,
    pub blocks: Vec<NestedBlock>,
    /// Nothing else is allowed: what is not listed is an error, as Terraform has it.
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub struct AttributeSchema {
    pub name: Arc<str>,
    pub of: Type,
    pub required: bool,
    /// The provider gives it a value where the configuration does not: unset it is unknown.
    /// Otherwise unset it is null.
    pub computed: bool,
    pub sensitive: bool,
}

#[derive(Clone, Debug)]
pub struct NestedBlock {
    pub name: Arc<str>,
    pub nesting: Nesting,
    pub block: BlockSchema,
    pub min_items: u32,
    /// 0: no limit.
    pub max_items: u32,
    /// The provider may make blocks of its own: unset they are unknown, not none.
    pub computed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object, or null.
    Single,
    /// One object, with null attributes where the block is not written.
    Group,
    List,
    Set,
    Map,
}

/// No table at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSchemas;

impl Schemas for NoSchemas {
    fn lookup(&self, _: Mode, _: &str) -> Option<&BlockSchema> {
        None
    }
}

impl BlockSchema {
    #[must_use]
    pub fn new(mut attributes: Vec<AttributeSchema>, mut blocks: Vec<NestedBlock>) -> BlockSchema {
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        blocks.sort_by(|a, b| a.name.cmp(&b.name));
        BlockSchema {
            attributes,
            blocks,
            closed: false,
        }
    }

    /// The type of the whole block as an object.
    #[must_use]
    pub fn type_of(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (&attribute.name, attribute.of.clone()));
        let blocks = self.blocks.iter().map(|nested| {
            let of = Arc::new(nested.block.type_of());
            let of = match nested.nesting {
                Nesting::Single | Nesting::Group => (*of).clone(),
                Nesting::List => Type::List(of),
                Nesting::Set => Type::Set(of),
                Nesting::Map => Type::Map(of),
            };
            (&nested.name, of)
        });
        let mut fields: Vec<Field> = attributes
            .chain(blocks)
            .map(|(name, of)| Field {
                name: name.clone(),
                of,
                optional: false,
            })
            .collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Type::Object(fields.into())
    }

    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&AttributeSchema> {
        let index = self
            .attributes
            .binary_search_by(|attribute| (*attribute.name).cmp(name))
            .ok()?;
        self.attributes.get(index)
    }

    #[must_use]
    pub fn block(&self, name: &str) -> Option<&NestedBlock> {
        let index = self
            .blocks
            .binary_search_by(|block| (*block.name).cmp(name))
            .ok()?;
        self.blocks.get(index)
    }
}

impl AttributeSchema {
    #[must_use]
    pub fn optional(name: &str, of: Type) -> AttributeSchema {
        AttributeSchema {
            name: name.into(),
            of,
            required: false,
            computed: false,
            sensitive: false,
        }
    }

    #[must_use]
    pub fn computed(name: &str, of: Type) -> AttributeSchema {
        AttributeSchema {
            computed: true,
            ..AttributeSchema::optional(name, of)
        }
    }
}
