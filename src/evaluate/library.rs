//! The door to the function library.

use super::value::Value;
use crate::config::files::Files;

/// Why a call has no result, and which argument is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub argument: Option<usize>,
    pub message: String,
}

/// Whether there is a function of this name.
#[must_use]
pub fn exists(_name: &str) -> bool {
    true
}

/// Calls the function `name`, which may be a provider's.
///
/// # Errors
/// There is no such function, the arguments do not fit, or it has no result for them.
pub fn call(name: &str, _arguments: Vec<Value>, _files: Option<&Files>) -> Result<Value, Refusal> {
    Err(Refusal {
        argument: None,
        message: format!("there is no function `{name}`"),
    })
}
