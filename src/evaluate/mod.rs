//! EVALUATE: the Terraform language. Values, functions, expansion.
//!
//! This stage knows Terraform; it does not know Azure, and reaches files only through the reader
//! that `config` hands it.

pub mod address;
pub mod blocks;
pub mod door;
pub mod evaluated;
pub mod evaluation;
pub mod functions;
pub mod language;
mod modules;
pub mod plan;
pub mod values;

pub use evaluated::{Evaluated, evaluate, evaluate_with};
