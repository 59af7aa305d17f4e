//! EVALUATE: the Terraform language. Values, functions, expansion.
//!
//! This stage knows Terraform; it does not know Azure, and reaches files only through the reader
//! that `config` hands it.

pub mod address;
pub mod convert;
pub mod decimal;
pub mod equality;
pub mod evaluation;
pub mod number;
pub mod operate;
pub mod plan;
pub mod sets;
pub mod unify;
pub mod unknown;
pub mod value;
