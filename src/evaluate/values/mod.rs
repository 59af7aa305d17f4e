//! Values as Terraform knows them: kinds, conversion, equality, order, and what is known of an unknown.

pub mod convert;
pub mod decimal;
pub mod equality;
pub mod number;
pub mod sets;
pub mod symbol;
pub mod types;
pub mod unify;
pub mod unknown;
pub mod value;
