//! `yamldecode`: YAML 1.2 with the booleans of 1.1, merge keys, and times as strings.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::value::{Kind, Type, Value};

/// Deeper documents are refused.
const MOST_LEVELS: usize = 64;
/// Aliases let a short document stand for an endless one; this many nodes are read in all.
const MOST_NODES: usize = 1_000_000;

pub(super) fn yamldecode(call: &Call<'_>) -> Outcome {
    let wrong = |message: String| FunctionError::at(0, message);
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(call.text(0));
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            wrong(format!(
                "invalid YAML in line {}: {}",
                error.marker().line(),
                error.info()
            ))
        })?;
        builder
            .event(event)
            .map_err(|message| wrong(format!("in line {}: {message}", span.start.line())))?;
    }
    builder
        .done
        .map(|node| node.value)
        .ok_or_else(|| wrong("there is no document".to_owned()))
}

#[derive(Clone)]
struct Node {
    value: Value,
    /// How many nodes it has with all aliases written out.
    size: usize,
}

enum Open {
    Sequence {
        elements: Vec<Node>,
        anchor: usize,
    },
    Mapping {
        entries: Vec<(Arc<str>, Value)>,
        key: Option<Key>,
        size: usize,
        anchor: usize,
    },
}

enum Key {
    Name(Arc<str>),
    Merge,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    done: Option<Node>,
    nodes: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(content, style, anchor, tag) => {
                self.scalar(&content, style, anchor, tag.as_deref())
            }
            Event::SequenceStart(anchor, tag) => {
                self.expect_collection(tag.as_deref(), "seq")?;
                self.begin(Open::Sequence {
                    elements: Vec::new(),
                    anchor,
                })
            }
            Event::MappingStart(anchor, tag) => {
                self.expect_collection(tag.as_deref(), "map")?;
                self.begin(Open::Mapping {
                    entries: Vec::new(),
                    key: None,
                    size: 1,
                    anchor,
                })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let node = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .ok_or_else(|| "an alias cannot refer to what encloses it".to_owned())?;
                if self.awaits_key() {
                    return Err("only strings are allowed as keys".to_owned());
                }
                self.add(node)
            }
            Event::DocumentStart(_) if self.done.is_some() => {
                Err("only a single document is allowed".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Mapping { key: None, .. }))
    }

    fn expect_collection(&self, tag: Option<&Tag>, kind: &str) -> Result<(), String> {
        if self.awaits_key() {
            return Err("only strings are allowed as keys".to_owned());
        }
        match tag {
            Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == kind) => Err(format!(
                "the tag `{}{}` is not supported here",
                tag.handle, tag.suffix
            )),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), String> {
        if self.open.len() >= MOST_LEVELS {
            return Err(format!("it is nested deeper than {MOST_LEVELS} levels"));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let (node, anchor) = match self.open.pop() {
            Some(Open::Sequence { elements, anchor }) => {
                let size = elements.iter().map(|node| node.size).sum::<usize>() + 1;
                let elements: Arc<[Value]> = elements.into_iter().map(|node| node.value).collect();
                let value = Value::tuple(elements);
                (Node { value, size }, anchor)
            }
            Some(Open::Mapping {
                entries,
                size,
                anchor,
                ..
            }) => {
                let value = Value::object(entries);
                (Node { value, size }, anchor)
            }
            None => return Ok(()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.add(node)
    }

    fn scalar(
        &mut self,
        content: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), String> {
        let tag = tag.map(core_tag).transpose()?;
        if self.awaits_key() && ((tag.is_none() && content == "<<") || tag == Some("merge")) {
            self.set_key(Key::Merge);
            return Ok(());
        }
        let node = Node {
            value: resolve(content, style, tag)?,
            size: 1,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        if self.awaits_key() {
            let name = convert(node.value, &Type::String).map_err(|error| error.to_string())?;
            let Kind::String(name) = name.kind else {
                return Err("a key must not be null".to_owned());
            };
            self.set_key(Key::Name(name));
            return Ok(());
        }
        self.add(node)
    }

    fn set_key(&mut self, name: Key) {
        if let Some(Open::Mapping { key, .. }) = self.open.last_mut() {
            *key = Some(name);
        }
    }

    fn add(&mut self, node: Node) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes.max(node.size) > MOST_NODES {
            return Err("it is too large".to_owned());
        }
        match self.open.last_mut() {
            None => self.done = Some(node),
            Some(Open::Sequence { elements, .. }) => elements.push(node),
            Some(Open::Mapping {
                entries, key, size, ..
            }) => {
                *size += node.size;
                match key.take() {
                    Some(Key::Name(name)) => entries.push((name, node.value)),
                    Some(Key::Merge) => merge(entries, &node.value)?,
                    None => return Err("only strings are allowed as keys".to_owned()),
                }
            }
        }
        Ok(())
    }
}

/// `<<`: a mapping, or several in a sequence.
fn merge(entries: &mut Vec<(Arc<str>, Value)>, from: &Value) -> Result<(), String> {
    let parts = from.elements().unwrap_or(std::slice::from_ref(from));
    for part in parts {
        let inner = part
            .entries()
            .ok_or_else(|| "only mappings can be merged into a mapping".to_owned())?;
        entries.extend_from_slice(inner);
    }
    Ok(())
}

fn core_tag(tag: &Tag) -> Result<&str, String> {
    let known = [
        "str",
        "bool",
        "int",
        "float",
        "null",
        "timestamp",
        "binary",
        "merge",
    ];
    if tag.is_yaml_core_schema() && known.contains(&tag.suffix.as_str()) {
        return Ok(&tag.suffix);
    }
    if tag.handle.is_empty() && tag.suffix == "!" {
        return Ok("str");
    }
    Err(format!("the tag `{}{}` is not supported", tag.handle, tag.suffix))
}

fn resolve(content: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Value, String> {
    let wrong = || format!("`{content}` is not a value of its tag");
    match tag {
        None => plain(content, style),
        Some("str") => Ok(text(content)),
        Some("binary") => match STANDARD.decode(content) {
            Ok(_) => Ok(text(content)),
            Err(_) => Err(wrong()),
        },
        Some("null") => Ok(Value::null(Type::Any)),
        Some("bool") => boolean(content).map(Value::bool).ok_or_else(wrong),
        Some("timestamp") => timestamp(content).ok_or_else(wrong),
        Some(_) => number(&content.replace('_', "")).ok_or_else(wrong),
    }
}

fn plain(content: &str, style: ScalarStyle) -> Result<Value, String> {
    if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
        return Ok(text(content));
    }
    if let Some(value) = boolean(content) {
        return Ok(Value::bool(value));
    }
    match content {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::null(Type::Any)),
        ".nan" | ".NaN" | ".NAN" => return Err("a number must not be `.nan`".to_owned()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Err("a number must not be infinite".to_owned());
        }
        _ => {}
    }
    if let Some(value) = timestamp(content) {
        return Ok(value);
    }
    if is_number(content)
        && let Some(value) = number(content)
    {
        return Ok(value);
    }
    Ok(text(content))
}

fn boolean(content: &str) -> Option<bool> {
    match content {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Decimal with an optional exponent, `0o17` or `0x1f`; no underscores.
fn is_number(content: &str) -> bool {
    if let Some(digits) = content.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    }
    if let Some(digits) = content.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    content.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'))
        && Number::parse(content).is_some()
}

fn number(content: &str) -> Option<Value> {
    if let Some(number) = Number::parse(content) {
        return Some(Value::number(number));
    }
    let (radix, digits) = match content.get(..2)? {
        "0o" => (8, content.get(2..)?),
        "0x" => (16, content.get(2..)?),
        _ => return None,
    };
    let value = u64::from_str_radix(digits, radix).ok()?;
    Number::from_big(value.into()).ok().map(Value::number)
}

/// A date, or a date with a time, as an RFC 3339 string.
fn timestamp(content: &str) -> Option<Value> {
    super::dates::from_yaml(content).map(Value::string)
}
