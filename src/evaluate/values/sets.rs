//! Sets: without duplicates, in the order in which Terraform iterates over them.
//!
//! Strings are ordered by bytes, numbers by value, `false` before `true`; everything else by the bytes
//! of a serialised form. Unknown elements follow the known ones and nulls follow both.

use std::collections::HashSet;
use std::sync::Arc;

use super::number::Number;
use super::value::{Kind, Type, Value};

/// A set of elements that all have the type `of`. The elements' marks become marks of the set, as
/// sets cannot keep them apart.
#[must_use]
pub fn set_of(of: Type, elements: Vec<Value>) -> Value {
    let mut marks = super::value::Marks::default();
    let mut seen = HashSet::new();
    let mut keyed: Vec<(Order, Value)> = Vec::with_capacity(elements.len());
    for element in elements {
        marks = marks.and(element.deep_marks());
        let element = unmarked(element);
        // Unknown values are never equal to anything for the sake of membership.
        if element.is_wholly_known() && !seen.insert(serialised(&element, true)) {
            continue;
        }
        keyed.push((Order::of(&element), element));
    }
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let elements: Arc<[Value]> = keyed.into_iter().map(|(_, element)| element).collect();
    Value::new(Kind::Set(of, elements)).with_marks(marks)
}

/// The value with every mark removed, inside it too.
#[must_use]
pub fn unmarked(mut value: Value) -> Value {
    if !value.deep_marks().any() {
        return value;
    }
    value.marks = super::value::Marks::default();
    let all = |elements: &[Value]| elements.iter().cloned().map(unmarked).collect();
    let each = |entries: &[(Arc<str>, Value)]| {
        entries
            .iter()
            .map(|(key, value)| (key.clone(), unmarked(value.clone())))
            .collect()
    };
    value.kind = match value.kind {
        Kind::List(of, elements) => Kind::List(of, all(&elements)),
        Kind::Set(of, elements) => Kind::Set(of, all(&elements)),
        Kind::Tuple(elements) => Kind::Tuple(all(&elements)),
        Kind::Map(of, entries) => Kind::Map(of, each(&entries)),
        Kind::Object(entries) => Kind::Object(each(&entries)),
        kind => kind,
    };
    value
}

/// Where an element stands in its set.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Bool(bool),
    Number(Number),
    Text(Vec<u8>),
    Unknown,
    Null,
}

impl Order {
    fn of(value: &Value) -> Order {
        match &value.kind {
            Kind::Bool(value) => Order::Bool(*value),
            Kind::Number(number) => Order::Number(number.clone()),
            Kind::String(text) => Order::Text(text.as_bytes().to_vec()),
            Kind::Unknown(_) => Order::Unknown,
            Kind::Null(_) => Order::Null,
            _ => Order::Text(serialised(value, false)),
        }
    }
}

/// A form that two wholly known values of one type share exactly when they are equal.
#[must_use]
pub fn identity(value: &Value) -> Vec<u8> {
    serialised(value, true)
}

/// The form that orders sets of structures. `exact` keeps all digits of numbers, of which the order
/// only regards ten.
fn serialised(value: &Value, exact: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    serialise(value, exact, &mut bytes);
    bytes
}

fn serialise(value: &Value, exact: bool, bytes: &mut Vec<u8>) {
    match &value.kind {
        Kind::Unknown(_) => bytes.push(b'?'),
        Kind::Null(_) => bytes.push(b'~'),
        Kind::Bool(value) => bytes.push(if *value { b'T' } else { b'F' }),
        Kind::Number(number) if exact => {
            // `-0` equals `0`.
            let text = if number.is_zero() {
                "0".to_owned()
            } else {
                number.exact_decimal().scientific(None, 'e')
            };
            bytes.extend_from_slice(text.as_bytes());
        }
        Kind::Number(number) => {
            bytes.extend_from_slice(number.exact_decimal().general(Some(10), 'e').as_bytes());
        }
        Kind::String(text) => bytes.extend_from_slice(quoted(text).as_bytes()),
        Kind::List(_, elements) | Kind::Set(_, elements) => {
            serialise_all(b'[', elements, b']', exact, bytes);
        }
        Kind::Tuple(elements) => serialise_all(b'<', elements, b'>', exact, bytes),
        Kind::Map(_, entries) => {
            bytes.push(b'{');
            for (key, value) in entries.iter() {
                bytes.extend_from_slice(quoted(key).as_bytes());
                bytes.push(b':');
                serialise(value, exact, bytes);
                bytes.push(b';');
            }
            bytes.push(b'}');
        }
        Kind::Object(entries) => {
            bytes.push(b'<');
            for (_, value) in entries.iter() {
                serialise(value, exact, bytes);
                bytes.push(b';');
            }
            bytes.push(b'>');
        }
    }
}

fn serialise_all(open: u8, elements: &[Value], close: u8, exact: bool, bytes: &mut Vec<u8>) {
    bytes.push(open);
    for element in elements {
        serialise(element, exact, bytes);
        bytes.push(b';');
    }
    bytes.push(close);
}

/// A string between quotes with Go's escapes, which `format`'s `%q` prints and set order follows.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            ' '..='~' => quoted.push(character),
            '\0'..='\u{7f}' => quoted.push_str(&format!("\\x{:02x}", u32::from(character))),
            _ if is_printable(character) => quoted.push(character),
            _ if u32::from(character) <= 0xffff => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => quoted.push_str(&format!("\\U{:08x}", u32::from(character))),
        }
    }
    quoted.push('"');
    quoted
}

/// Letters, marks, numbers, punctuation and symbols. The standard library's own test also escapes
/// combining marks, which follow a letter here.
fn is_printable(character: char) -> bool {
    let mut after_letter = String::from("a");
    after_letter.push(character);
    let escaped: String = after_letter.escape_debug().collect();
    escaped == after_letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primitives_are_ordered_by_value_and_kept_once() {
        let set = set_of(
            Type::Number,
            ["10", "9", "10", "-1", "9.5"]
                .map(|text| Value::number(Number::parse(text).unwrap()))
                .to_vec(),
        );
        let printed: Vec<String> = set
            .elements()
            .unwrap()
            .iter()
            .map(|element| match &element.kind {
                Kind::Number(number) => number.to_string(),
                _ => panic!("not a number"),
            })
            .collect();
        assert_eq!(printed, ["-1", "9", "9.5", "10"]);
    }

    #[test]
    fn structures_are_ordered_by_their_text() {
        let pair = |a: i64| Value::tuple(vec![Value::number(a), Value::string("x")]);
        let set = set_of(
            Type::Tuple([Type::Number, Type::String].into()),
            vec![pair(110), pair(20), pair(100)],
        );
        let firsts: Vec<i64> = set
            .elements()
            .unwrap()
            .iter()
            .map(|element| match &element.elements().unwrap()[0].kind {
                Kind::Number(number) => number.to_i64().unwrap(),
                _ => panic!("not a number"),
            })
            .collect();
        assert_eq!(firsts, [100, 110, 20]);
    }

    #[test]
    fn quotes_are_go_s() {
        assert_eq!(
            quoted("a\"b\n\u{1}é\u{a0}\u{301}"),
            "\"a\\\"b\\n\\x01é\\u00a0\u{301}\""
        );
    }
}
