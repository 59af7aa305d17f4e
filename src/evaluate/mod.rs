//! EVALUATE: the Terraform language. Values, functions, expansion.
//!
//! This stage knows Terraform; it does not know Azure, and reaches files only through the reader
//! that `config` hands it.

pub mod address;
mod body;
mod builtin;
mod call;
mod calls;
mod check;
mod conditional;
mod configuration;
pub mod constant;
pub mod convert;
pub mod decimal;
pub mod door;
mod dynamic;
pub mod equality;
pub mod evaluated;
pub mod evaluation;
pub mod expression;
pub mod functions;
mod iterate;
mod json_blocks;
mod library;
pub mod number;
pub mod operate;
pub mod plan;
mod planned;
pub mod provider_schemas;
pub mod references;
mod remote_state;
mod repetition;
mod resolve;
mod resource;
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
mod variable;
mod whole;
mod world;

pub use evaluated::{Evaluated, evaluate, evaluate_with};
