//! JSON values as slices of their text: `serde_json` checks the syntax and finds the borders, the
//! address of a slice tells its place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One value (or one property name), as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    /// Where it starts.
    pub start: usize,
    pub text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    True,
    False,
    Number,
    String,
    Array,
    Object,
}

/// What a string says, and where each byte of it (and its end) was written.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    pub offsets: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct Problem {
    pub offset: usize,
    pub message: String,
}

/// The value that a text is.
pub(super) fn document(text: &str) -> Result<Raw<'_>, Problem> {
    // A byte order mark is no JSON; what stands before a value does not move its place.
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let value: &RawValue = serde_json::from_str(body).map_err(|error| {
        let line_start: usize = body
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let message = error.to_string();
        Problem {
            offset: (skipped + line_start + error.column().saturating_sub(1))
                .min(text.len().saturating_sub(1)),
            message: message.split(" at line ").next().unwrap_or("").to_owned(),
        }
    })?;
    Ok(Raw { start: 0, text }.inside(value))
}

impl<'a> Raw<'a> {
    /// A slice of this value's text.
    fn inside(self, value: &'a RawValue) -> Raw<'a> {
        let text = value.get();
        let distance = (text.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Raw {
            start: self.start + distance,
            text,
        }
    }

    pub(super) fn shape(self) -> Shape {
        match self.text.as_bytes().first() {
            Some(b'n') => Shape::Null,
            Some(b't') => Shape::True,
            Some(b'f') => Shape::False,
            Some(b'"') => Shape::String,
            Some(b'[') => Shape::Array,
            Some(b'{') => Shape::Object,
            _ => Shape::Number,
        }
    }

    /// The properties of an object, in source order, each with its name.
    pub(super) fn entries(self) -> Vec<(Raw<'a>, Raw<'a>)> {
        let entries: Entries = serde_json::from_str(self.text).unwrap_or_default();
        let place = |(name, value)| (self.inside(name), self.inside(value));
        entries.0.into_iter().map(place).collect()
    }

    pub(super) fn elements(self) -> Vec<Raw<'a>> {
        let elements: Elements = serde_json::from_str(self.text).unwrap_or_default();
        elements.0.into_iter().map(|value| self.inside(value)).collect()
    }

    /// Whether this is a block body, or several, in which a `dynamic` block stands at any depth.
    pub(super) fn holds_dynamic(self) -> bool {
        self.text.contains("\"dynamic\"") && self.find_dynamic(0)
    }

    fn find_dynamic(self, depth: usize) -> bool {
        if depth > super::MAX_DEPTH {
            return false;
        }
        match self.shape() {
            Shape::Object => self
                .entries()
                .into_iter()
                .any(|(name, value)| name.text == "\"dynamic\"" || value.find_dynamic(depth + 1)),
            Shape::Array => self
                .elements()
                .into_iter()
                .any(|value| value.find_dynamic(depth + 1)),
            _ => false,
        }
    }

    /// What a string says.
    pub(super) fn string(self) -> Decoded {
        let mut decoded = Decoded {
            text: String::new(),
            offsets: Vec::new(),
        };
        let inner = self.text.trim_start_matches('"');
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        let inner = if self.text == "\"\"" { "" } else { inner };
        let mut at = self.start + 1;
        let mut rest = inner;
        while let Some(first) = rest.chars().next() {
            let (character, length) = if first == '\\' {
                escape(rest)
            } else {
                (first, first.len_utf8())
            };
            decoded.push(character, at);
            at += length;
            rest = rest.get(length..).unwrap_or("");
        }
        decoded.offsets.push(u32::try_from(at).unwrap_or(u32::MAX));
        decoded
    }
}

impl Decoded {
    fn push(&mut self, character: char, at: usize) {
        self.text.push(character);
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.offsets.extend(std::iter::repeat_n(at, character.len_utf8()));
    }
}

/// The character that an escape stands for, and how long it is written.
fn escape(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => match (unit(0), unit(6)) {
            (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                let point = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
            }
            (Some(point), _) => (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            (None, _) => (char::REPLACEMENT_CHARACTER, 2),
        },
        Some(other) if other.is_ascii() => (char::from(*other), 2),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}

#[derive(Default)]
struct Entries<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Walk)
    }
}

#[derive(Default)]
struct Elements<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Elements<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Elements<'de>, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = sequence.next_element()? {
                    elements.push(element);
                }
                Ok(Elements(elements))
            }
        }
        deserializer.deserialize_seq(Walk)
    }
}
