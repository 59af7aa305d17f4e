//! EVALUATE: the Terraform language. Values, functions, expansion.
//!
//! This stage knows Terraform; it does not know Azure, and reaches files only through the reader
//! that `config` hands it.

pub mod address;
mod call;
mod conditional;
pub mod constant;
pub mod convert;
pub mod decimal;
pub mod equality;
pub mod evaluation;
pub mod expression;
mod iterate;
mod library;
pub mod number;
pub mod operate;
pub mod plan;
pub mod provider_schemas;
pub mod references;
pub mod schema;
pub mod scope;
pub mod sets;
mod symbol;
mod template;
mod templates;
mod traverse;
pub mod types;
pub mod unify;
pub mod unknown;
pub mod value;
