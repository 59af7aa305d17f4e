//! Terraform's JSON syntax to the same tree as HCL, with places.
//!
//! In JSON a block and an argument look alike, so the names of blocks must be known: those of the
//! language are. Inside a provider's resource they are not, and every nested value is lowered as an
//! argument (an object, or a tuple of objects), save where `dynamic` shows that it is a block.

#[cfg(test)]
mod tests;
mod text;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::hcl;
use super::syntax::{Attribute, Block, Body, Expression, ExpressionKind, ObjectItem, ObjectKey, Word};
use crate::source::{Diagnostic, Place, SourceId};
use text::{Raw, Shape};

/// Objects within objects; HCL's limit is the same.
const MAX_DEPTH: usize = 64;

/// Reads a `.tf.json` file.
#[must_use]
pub fn parse_module(source: SourceId, text: &str) -> (Body, Vec<Diagnostic>) {
    let mut reader = Reader::new(source, text);
    let body = match reader.document() {
        Some(raw) => reader.body(raw, FILE),
        None => Body::default(),
    };
    (body, reader.diagnostics)
}

/// Reads a `.tfvars.json` file: an object of literal values.
#[must_use]
pub fn parse_variables(source: SourceId, text: &str) -> (Body, Vec<Diagnostic>) {
    let mut reader = Reader::new(source, text);
    let body = match reader.document() {
        Some(raw) => reader.body(raw, VARIABLES),
        None => Body::default(),
    };
    (body, reader.diagnostics)
}

/// How the string values of an argument are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strings {
    Templates,
    Literal,
    /// Source text of an expression: types, references.
    Expressions,
}

/// What Terraform knows of a body: which names are blocks in it.
#[derive(Clone, Copy)]
struct Schema {
    /// A block's name, its number of labels, and what its body knows.
    blocks: &'static [(&'static str, usize, Schema)],
    /// Arguments whose strings are no templates.
    special: &'static [(&'static str, Strings)],
    /// How all others are read.
    strings: Strings,
}

const PLAIN: Schema = Schema {
    blocks: &[],
    special: &[],
    strings: Strings::Templates,
};
const VARIABLES: Schema = Schema {
    strings: Strings::Literal,
    ..PLAIN
};
const CHECKED: Schema = Schema {
    blocks: &[
        ("precondition", 0, PLAIN),
        ("postcondition", 0, PLAIN),
        ("validation", 0, PLAIN),
    ],
    special: &[
        ("ignore_changes", Strings::Expressions),
        ("replace_triggered_by", Strings::Expressions),
        ("depends_on", Strings::Expressions),
    ],
    ..PLAIN
};
const VARIABLE: Schema = Schema {
    special: &[("type", Strings::Expressions), ("default", Strings::Literal)],
    ..CHECKED
};
const DYNAMIC: Schema = Schema {
    blocks: &[("content", 0, PLAIN)],
    special: &[("iterator", Strings::Expressions)],
    ..PLAIN
};
const PROVISIONER: Schema = Schema {
    blocks: &[("connection", 0, PLAIN)],
    special: &[
        ("when", Strings::Expressions),
        ("on_failure", Strings::Expressions),
    ],
    ..PLAIN
};
const RESOURCE: Schema = Schema {
    blocks: &[
        ("lifecycle", 0, CHECKED),
        ("provisioner", 1, PROVISIONER),
        ("connection", 0, PLAIN),
        ("_", 0, PLAIN),
    ],
    special: &[
        ("depends_on", Strings::Expressions),
        ("provider", Strings::Expressions),
    ],
    ..PLAIN
};
const MODULE: Schema = Schema {
    blocks: &[("_", 0, PLAIN)],
    special: &[
        ("depends_on", Strings::Expressions),
        ("providers", Strings::Expressions),
    ],
    ..PLAIN
};
const TERRAFORM: Schema = Schema {
    blocks: &[
        ("required_providers", 0, PLAIN),
        ("backend", 1, PLAIN),
        ("cloud", 0, PLAIN),
        ("provider_meta", 1, PLAIN),
    ],
    ..PLAIN
};
const MOVES: Schema = Schema {
    special: &[
        ("from", Strings::Expressions),
        ("to", Strings::Expressions),
        ("provider", Strings::Expressions),
    ],
    blocks: &[("lifecycle", 0, PLAIN)],
    ..PLAIN
};
const CHECK: Schema = Schema {
    blocks: &[("data", 2, RESOURCE), ("assert", 0, PLAIN)],
    ..PLAIN
};
const FILE: Schema = Schema {
    blocks: &[
        ("terraform", 0, TERRAFORM),
        ("provider", 1, PLAIN),
        ("variable", 1, VARIABLE),
        ("locals", 0, PLAIN),
        ("output", 1, CHECKED),
        ("module", 1, MODULE),
        ("resource", 2, RESOURCE),
        ("data", 2, RESOURCE),
        ("ephemeral", 2, RESOURCE),
        ("action", 2, RESOURCE),
        ("moved", 0, MOVES),
        ("import", 0, MOVES),
        ("removed", 0, MOVES),
        ("check", 1, CHECK),
    ],
    ..PLAIN
};

/// A body as it is put together, perhaps from several objects.
#[derive(Default)]
struct Collected {
    body: Body,
    names: HashSet<Arc<str>>,
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(source: SourceId, text: &'a str) -> Reader<'a> {
        Reader {
            source,
            text,
            diagnostics: Vec::new(),
            depth: 0,
        }
    }

    fn place(&self, range: Range<usize>) -> Place {
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Place {
            source: self.source,
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    fn place_of(&self, raw: Raw) -> Place {
        self.place(raw.start..raw.start + raw.text.len())
    }

    fn error(&mut self, place: Place, code: &'static str, summary: impl Into<String>, help: &str) {
        self.diagnostics
            .push(Diagnostic::error(code, summary).at(Some(place)).help(help));
    }

    /// The whole text as one value.
    fn document(&mut self) -> Option<Raw<'a>> {
        match text::document(self.text) {
            Ok(raw) => Some(raw),
            Err(problem) => {
                let place = self.place(problem.offset..problem.offset + 1);
                let help = "Terraform's JSON files are strict JSON: no trailing commas, and comments only as \"//\" properties";
                self.error(
                    place,
                    "json-syntax",
                    format!("this is not valid JSON: {}", problem.message),
                    help,
                );
                None
            }
        }
    }

    /// Goes one level deeper, or says that it is too deep.
    fn nested<T: Default>(&mut self, raw: Raw, read: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            let place = self.place(raw.start..raw.start + 1);
            self.error(
                place,
                "too-deep",
                "values nested more than 64 deep are not read",
                "give parts of it names of their own in `locals`",
            );
            return T::default();
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// A body is an object, or an array of objects that count as one.
    fn body(&mut self, raw: Raw<'a>, schema: Schema) -> Body {
        let mut collected = Collected::default();
        self.nested(raw, |reader| reader.collect(raw, schema, &mut collected));
        collected.body
    }

    fn collect(&mut self, raw: Raw<'a>, schema: Schema, body: &mut Collected) {
        match raw.shape() {
            Shape::Object => {
                for (name, value) in raw.entries() {
                    self.property(name, value, schema, body);
                }
            }
            Shape::Array => {
                for element in raw.elements() {
                    self.nested(element, |reader| reader.collect(element, schema, body));
                }
            }
            _ => self.not_an_object(raw),
        }
    }

    fn not_an_object(&mut self, raw: Raw) {
        let place = self.place_of(raw);
        self.error(
            place,
            "json-object-expected",
            "an object is expected here",
            "a block is written as `{ … }`, several of a kind as `[{ … }, { … }]`",
        );
    }

    fn property(&mut self, name: Raw<'a>, value: Raw<'a>, schema: Schema, collected: &mut Collected) {
        let word = self.word(name);
        if &*word.text == "//" {
            return;
        }
        let known = schema.blocks.iter().find(|(block, ..)| *block == &*word.text);
        if let Some((_, labels, inner)) = known {
            self.blocks(
                &word,
                *labels,
                value,
                *inner,
                &mut Vec::new(),
                &mut collected.body.blocks,
            );
        } else if &*word.text == "dynamic" && schema.strings == Strings::Templates {
            self.blocks(
                &word,
                1,
                value,
                DYNAMIC,
                &mut Vec::new(),
                &mut collected.body.blocks,
            );
        } else if schema.strings == Strings::Templates && value.holds_dynamic() {
            self.blocks(
                &word,
                0,
                value,
                PLAIN,
                &mut Vec::new(),
                &mut collected.body.blocks,
            );
        } else {
            let special = schema.special.iter().find(|(special, _)| *special == &*word.text);
            let strings = special.map_or(schema.strings, |(_, strings)| *strings);
            self.attribute(word, value, strings, collected);
        }
    }

    fn attribute(&mut self, name: Word, value: Raw<'a>, strings: Strings, collected: &mut Collected) {
        if !collected.names.insert(Arc::clone(&name.text)) {
            self.error(
                name.place,
                "duplicate-argument",
                format!("the argument `{}` is already set in this block", name.text),
                "an argument can be set once: remove one of the two",
            );
            return;
        }
        let expression = self.expression(value, strings);
        collected.body.attributes.push(Attribute {
            place: name.place.to(expression.place),
            name,
            expression,
        });
    }

    /// Blocks of one keyword: objects within objects for the labels, an array anywhere for several.
    fn blocks(
        &mut self,
        keyword: &Word,
        labels_left: usize,
        value: Raw<'a>,
        schema: Schema,
        labels: &mut Vec<Word>,
        blocks: &mut Vec<Block>,
    ) {
        match value.shape() {
            Shape::Null => {}
            Shape::Array => {
                for element in value.elements() {
                    self.nested(element, |reader| {
                        reader.blocks(keyword, labels_left, element, schema, labels, blocks);
                    });
                }
            }
            Shape::Object if labels_left > 0 => {
                for (name, inner) in value.entries() {
                    let label = self.word(name);
                    if &*label.text != "//" {
                        labels.push(label);
                        self.blocks(keyword, labels_left - 1, inner, schema, labels, blocks);
                        labels.pop();
                    }
                }
            }
            Shape::Object => {
                let header = labels.last().map_or(keyword.place, |label| label.place);
                blocks.push(Block {
                    keyword: keyword.clone(),
                    labels: labels.clone(),
                    body: self.body(value, schema),
                    header,
                    place: header.to(self.place_of(value)),
                });
            }
            _ => self.not_an_object(value),
        }
    }

    fn word(&self, name: Raw) -> Word {
        Word {
            text: Arc::from(name.string().text),
            place: self.place_of(name),
        }
    }

    fn expression(&mut self, raw: Raw<'a>, strings: Strings) -> Expression {
        let place = self.place_of(raw);
        let kind = match raw.shape() {
            Shape::Null => ExpressionKind::Null,
            Shape::True => ExpressionKind::Bool(true),
            Shape::False => ExpressionKind::Bool(false),
            Shape::Number => return self.number(raw),
            Shape::String => return self.string(raw, strings),
            Shape::Array => ExpressionKind::Tuple(self.nested(raw, |reader| {
                raw.elements()
                    .into_iter()
                    .map(|element| reader.expression(element, strings))
                    .collect()
            })),
            Shape::Object => ExpressionKind::Object(self.nested(raw, |reader| reader.items(raw, strings))),
        };
        Expression { kind, place }
    }

    fn items(&mut self, raw: Raw<'a>, strings: Strings) -> Vec<ObjectItem> {
        let mut items = Vec::new();
        for (name, value) in raw.entries() {
            let word = self.word(name);
            if &*word.text == "//" {
                continue;
            }
            let key =
                if strings == Strings::Templates && (word.text.contains("${") || word.text.contains("%{")) {
                    ObjectKey::Expression(self.string(name, strings))
                } else {
                    ObjectKey::Name(word)
                };
            let value = self.expression(value, strings);
            items.push(ObjectItem { key, value });
        }
        items
    }

    fn number(&self, raw: Raw) -> Expression {
        let place = self.place_of(raw);
        let Some(digits) = raw.text.strip_prefix('-') else {
            let kind = ExpressionKind::Number(Arc::from(raw.text));
            return Expression { kind, place };
        };
        let literal = Expression {
            kind: ExpressionKind::Number(Arc::from(digits)),
            place: Place {
                start: place.start + 1,
                ..place
            },
        };
        Expression {
            kind: ExpressionKind::Negative(Box::new(literal)),
            place,
        }
    }

    fn string(&mut self, raw: Raw, strings: Strings) -> Expression {
        let place = self.place_of(raw);
        let decoded = raw.string();
        let text = hcl::Decoded {
            text: &decoded.text,
            offsets: &decoded.offsets,
        };
        let (parsed, problems) = match strings {
            Strings::Literal => (None, Vec::new()),
            Strings::Templates => hcl::parse_decoded_template(self.source, text),
            Strings::Expressions => hcl::parse_decoded_expression(self.source, text),
        };
        self.diagnostics.extend(problems);
        match (parsed, strings) {
            // The string as it stands in the file, quotes included.
            (Some(expression), Strings::Templates) => Expression { place, ..expression },
            (Some(expression), _) => expression,
            // A wrong one is kept as text, so that whatever else the block says is still read.
            (None, _) => Expression {
                kind: ExpressionKind::String(Arc::from(&*decoded.text)),
                place,
            },
        }
    }
}
