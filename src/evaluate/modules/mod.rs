//! Modules: variables, calls and resources, each evaluated when it is first asked for.

pub mod builtin;
pub mod calls;
pub mod check;
pub mod conditions;
pub mod configuration;
pub mod refactoring;
pub mod remote_state;
pub mod repetition;
pub mod resolve;
pub mod resource;
pub mod settings;
pub mod variable;
pub mod whole;
pub mod world;
