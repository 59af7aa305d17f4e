//! Readings that the vocabularies of private clouds share.

use std::sync::Arc;

use super::Reader;
use crate::evaluate::values::value::Value;
use crate::network::attributes::{Field, View};
use crate::network::doubt::doubt_of;
use crate::network::join::Reference;
use crate::network::model::{Bounded, Doubt, Fact};
use crate::network::sets;
use crate::traffic::{Addresses, Ports};

/// What the elements of a list or set refer to, unknown ones included.
#[must_use]
pub fn references(reader: &Reader<'_>, name: &str) -> Vec<Reference> {
    reader.resolve_all(reader.view.get(name))
}

/// A list of addresses, networks or ranges. A text that is none of these is in doubt.
#[must_use]
pub fn addresses(view: &View<'_>, name: &str) -> Bounded<Addresses> {
    let mut odd: Vec<Doubt> = Vec::new();
    let set = sets::addresses(&view.strings(name), |text, value| {
        odd.push(not_an_address(text, value))
    });
    if odd.is_empty() {
        set
    } else {
        let doubts = sets::together(&set.doubts, &odd);
        Bounded::between(set.lower, Addresses::all(), doubts)
    }
}

/// Like [`addresses`]; `None` where it is left out.
#[must_use]
pub fn addresses_if_set(view: &View<'_>, name: &str) -> Option<Bounded<Addresses>> {
    view.get(name).map(|_| addresses(view, name))
}

fn not_an_address(text: &str, value: &Value) -> Doubt {
    let shown = if value.marks.any() {
        "a sensitive value"
    } else {
        text
    };
    Doubt {
        what: format!("`{shown}`, which is no address").into(),
        decided_by: "an address, a network or a range".into(),
        at: value.at.or(value.origin),
    }
}

/// A list of ports and port ranges; left out it is every port.
#[must_use]
pub fn ports(view: &View<'_>, name: &str) -> Bounded<Ports> {
    let strings = view.strings(name);
    if strings.is_empty() {
        return Bounded::exactly(Ports::all());
    }
    let mut odd = Vec::new();
    let set = sets::ports(&strings, |_, value| odd.push(doubt_of(value)));
    if odd.is_empty() {
        set
    } else {
        let doubts = sets::together(&set.doubts, &odd);
        Bounded::between(set.lower, Ports::all(), doubts)
    }
}

/// A known word as one of a few, in any case; what it is where it is left out.
pub fn word<T: Copy>(view: &View<'_>, name: &str, words: &[(&str, T)], default: T) -> Fact<T> {
    let place = view.written().at;
    match view.text(name) {
        Field::Unset => Fact::known(default, place),
        Field::Unknown(doubt) => Fact::unknown(doubt),
        Field::Known(text, at) => match words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)) {
            Some((_, meaning)) => Fact::known(*meaning, at),
            None => Fact::unknown(Doubt {
                what: format!("`{name} = \"{text}\"`").into(),
                decided_by: "one of the values that the provider documents".into(),
                at,
            }),
        },
    }
}

/// A text as a fact; left out it is the given one.
#[must_use]
pub fn text(view: &View<'_>, name: &str, default: &str) -> Fact<Arc<str>> {
    view.text(name).fact(default.into(), view.written().at)
}

/// A display name, or the last word of the address where it is not known.
#[must_use]
pub fn label(view: &View<'_>, names: &[&str]) -> Arc<str> {
    let named = view.any_of(names).and_then(Value::as_str);
    named.map_or_else(|| view.address(), Arc::from)
}
