//! Bodies: arguments and nested blocks to one object, with the schema facts that shape it.

pub mod body;
pub mod dynamic;
pub mod json_blocks;
pub mod provider_schemas;
pub mod schema;
