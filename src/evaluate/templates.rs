//! `templatefile` and `templatestring`.

use super::scope::Scope;
use super::symbol::failed;
use super::value::Value;
use crate::config::syntax::Call;
use crate::source::Place;

pub fn file(_scope: &Scope<'_>, _arguments: &[Value], _at: Place) -> Value {
    failed()
}

pub fn string(_scope: &Scope<'_>, _call: &Call, _at: Place) -> Value {
    failed()
}
