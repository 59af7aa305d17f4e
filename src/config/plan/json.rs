//! JSON text with places: a value is a slice of the text, so where it lies is never lost and nothing
//! is copied before somebody asks for it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::{Place, Section, Source};

/// How deep values may nest. Terraform's own stay far below it.
pub const DEPTH: usize = 100;

/// A string of a JSON text, borrowed where it has no escapes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(pub Cow<'a, str>);

/// What a JSON value is; objects and arrays hold the slices of their members.
#[derive(Debug)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<&'a str>),
    Object(Vec<(Cow<'a, str>, &'a str)>),
}

/// Takes one JSON value apart, one level deep. `None` when the slice is not a JSON value.
#[must_use]
pub fn read(slice: &str) -> Option<Json<'_>> {
    match slice.as_bytes().first()? {
        b'n' => Some(Json::Null),
        b't' => Some(Json::Bool(true)),
        b'f' => Some(Json::Bool(false)),
        b'"' => string(slice).map(Json::String),
        b'[' => serde_json::from_str::<Elements>(slice)
            .ok()
            .map(|elements| Json::Array(elements.0)),
        b'{' => entries(slice).map(Json::Object),
        _ => Some(Json::Number(slice)),
    }
}

/// The members of a JSON object, in the order of the text.
#[must_use]
pub fn entries(slice: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    serde_json::from_str::<Entries>(slice)
        .ok()
        .map(|entries| entries.0)
}

fn string(slice: &str) -> Option<Cow<'_, str>> {
    let inner = slice.get(1..slice.len().checked_sub(1)?)?;
    if inner.contains('\\') {
        return serde_json::from_str(slice).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// Where `slice` begins in `text`, of which it is a part.
#[must_use]
pub fn offset(text: &str, slice: &str) -> usize {
    (slice.as_ptr() as usize)
        .saturating_sub(text.as_ptr() as usize)
        .min(text.len())
}

struct Elements<'a>(Vec<&'a str>);
struct Entries<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<&'de str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = sequence.next_element::<&'de RawValue>()? {
                    elements.push(element.get());
                }
                Ok(elements)
            }
        }
        deserializer.deserialize_seq(Reader).map(Elements)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(Cow<'de, str>, &'de str)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    entries.push((key.0, value.get()));
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Reader).map(Entries)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

/// The JSON pointer (RFC 6901) of the innermost value that holds the whole byte range; empty for the
/// document itself. Found by scanning down from the top, so call it for what is printed only.
#[must_use]
pub fn pointer_at(text: &str, range: Range<usize>) -> String {
    pointer_below(text, text.trim(), String::new(), range)
}

/// The same for a source, which keeps where its resources begin: a report asks for many pointers.
#[must_use]
pub fn pointer_in(source: &Source, place: Place) -> String {
    let range = place.start as usize..place.end as usize;
    match source.section(place.start, place.end, outline) {
        Some(section) => {
            let slice = source.text.get(section.start as usize..section.end as usize);
            pointer_below(&source.text, slice.unwrap_or(""), section.pointer.clone(), range)
        }
        None => pointer_at(&source.text, range),
    }
}

/// The elements of the document's own arrays (`/resource_changes/7`), in order.
fn outline(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let Some(Json::Object(entries)) = read(text.trim()) else {
        return sections;
    };
    for (key, member) in entries {
        let Some(Json::Array(elements)) = read(member) else {
            continue;
        };
        for (index, element) in elements.into_iter().enumerate() {
            let start = offset(text, element);
            let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            sections.push(Section {
                start: narrow(start),
                end: narrow(start + element.len()),
                pointer: format!("/{}/{index}", escaped(&key)),
            });
        }
    }
    sections.sort_by_key(|section| section.start);
    sections
}

/// Descends from `slice`, whose pointer is `pointer`, to the innermost value that holds the range.
fn pointer_below(text: &str, slice: &str, mut pointer: String, range: Range<usize>) -> String {
    let mut slice = slice;
    for _ in 0..DEPTH {
        let holds = |member: &&str| {
            let start = offset(text, member);
            start <= range.start && range.end <= start + member.len()
        };
        match read(slice) {
            Some(Json::Object(entries)) => {
                let Some((key, member)) = entries.into_iter().find(|(_, member)| holds(member)) else {
                    break;
                };
                pointer.push('/');
                pointer.push_str(&escaped(&key));
                slice = member;
            }
            Some(Json::Array(elements)) => {
                let Some(index) = elements.iter().position(holds) else {
                    break;
                };
                pointer.push_str(&format!("/{index}"));
                slice = elements.get(index).copied().unwrap_or("");
            }
            _ => break,
        }
    }
    pointer
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_slices_of_the_text() {
        let text = r#"{ "a" : [ 1.50, "x\ny" ], "k\"": null }"#;
        let entries = entries(text).unwrap();
        assert_eq!(entries[0].0, "a");
        assert_eq!(entries[1].0, "k\"");
        let Some(Json::Array(elements)) = read(entries[0].1) else {
            panic!("an array")
        };
        assert!(matches!(read(elements[0]), Some(Json::Number("1.50"))));
        let Some(Json::String(second)) = read(elements[1]) else {
            panic!("a string")
        };
        assert_eq!(second, "x\ny");
        assert_eq!(&text[offset(text, elements[1])..][..6], r#""x\ny""#);
    }

    #[test]
    fn pointer_names_the_innermost_value() {
        let text = r#"{"a/b":[{"x":1},{"y~":"deep"}],"c":2}"#;
        let start = text.find("\"deep\"").unwrap();
        assert_eq!(pointer_at(text, start..start + 6), "/a~1b/1/y~0");
        assert_eq!(pointer_at(text, start - 5..start + 6), "/a~1b/1");
        assert_eq!(pointer_at(text, 0..text.len()), "");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for broken in ["", "[1,", "{\"a\"}", "\"", "[1] 2"] {
            assert!(
                !matches!(
                    read(broken),
                    Some(Json::Array(_) | Json::Object(_) | Json::String(_))
                ),
                "{broken}"
            );
        }
    }
}
