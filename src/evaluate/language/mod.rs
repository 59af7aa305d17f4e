//! Expressions: each kind of node to its value, in a scope of names.

pub mod call;
pub mod conditional;
pub mod constant;
pub mod expression;
pub mod help;
pub mod iterate;
pub mod library;
pub mod operate;
pub mod references;
pub mod scope;
pub mod suggest;
pub mod template;
pub mod templates;
pub mod traverse;
