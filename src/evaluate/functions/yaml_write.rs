//! `yamlencode`: the layout that Terraform's encoder writes, to the byte. Keys and strings are always
//! quoted, texts of several lines are literal blocks, and long quoted texts are folded at spaces.

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::evaluate::values::value::{Kind, Type, Value};

/// A quoted text is folded at the first space beyond this column.
const WIDTH: usize = 80;
/// A longer key is marked with `?`.
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) fn yamlencode(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if !value.is_wholly_known() || super::json::has_open_block(value) {
        return Ok(call.unknown(Type::String));
    }
    let mut writer = Writer::default();
    writer.node(value, -1, Place::Root);
    writer.end_line();
    if writer.open_ended {
        writer.out.push_str("...\n");
    }
    if writer.out.len() > 64 << 20 {
        return Err(FunctionError::new("the result is too large"));
    }
    Ok(text(&writer.out))
}

/// Where a node stands: this decides how it is indented and whether it needs a new line.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    /// After `- `: the first key or element may follow on the same line.
    InSequence,
    /// After `key:`.
    InMapping,
    /// After `?` and `:` of a long key.
    Explicit,
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Whether the end of the document must be marked, because what stands last could go on.
    open_ended: bool,
}

impl Writer {
    fn node(&mut self, value: &Value, indent: i64, place: Place) {
        match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                self.sequence(elements, indent, place);
            }
            Kind::Map(_, entries) | Kind::Object(entries) => self.mapping(entries, indent, place),
            Kind::String(content) => {
                self.separate(place);
                self.string(content, deeper(indent));
            }
            Kind::Number(number) => self.plain(&number.to_string(), place),
            Kind::Bool(value) => self.plain(if *value { "true" } else { "false" }, place),
            Kind::Null(_) | Kind::Unknown(_) => self.plain("null", place),
        }
    }

    fn separate(&mut self, place: Place) {
        if place == Place::InMapping {
            self.out.push(' ');
        }
        self.open_ended = false;
    }

    fn plain(&mut self, content: &str, place: Place) {
        self.separate(place);
        self.out.push_str(content);
        self.open_ended = place == Place::Root;
    }

    fn sequence(&mut self, elements: &[Value], indent: i64, place: Place) {
        if elements.is_empty() {
            self.separate(place);
            self.out.push_str("[]");
            return;
        }
        // A sequence under a key is not indented any further.
        let indent = if place == Place::InMapping {
            indent
        } else {
            next(indent)
        };
        let mut first = true;
        for element in elements {
            self.start_item(indent, first, place);
            first = false;
            self.out.push_str("- ");
            self.open_ended = false;
            self.node(element, indent, Place::InSequence);
        }
    }

    fn mapping(&mut self, entries: &[(std::sync::Arc<str>, Value)], indent: i64, place: Place) {
        if entries.is_empty() {
            self.separate(place);
            self.out.push_str("{}");
            return;
        }
        let indent = next(indent);
        let mut first = true;
        for (key, value) in entries {
            self.start_item(indent, first, place);
            first = false;
            self.open_ended = false;
            if key.len() <= LONGEST_SIMPLE_KEY && !key.contains(is_break) {
                self.quoted(key, None);
                self.out.push(':');
                self.node(value, indent, Place::InMapping);
            } else {
                self.out.push_str("? ");
                self.string(key, deeper(indent));
                self.new_line(indent);
                self.out.push_str(": ");
                self.node(value, indent, Place::Explicit);
            }
        }
    }

    /// The first item after `- ` stays on its line, every other one starts a new line.
    fn start_item(&mut self, indent: i64, first: bool, place: Place) {
        let same_line = first && matches!(place, Place::InSequence | Place::Root | Place::Explicit);
        if !same_line {
            self.new_line(indent);
        }
    }

    fn new_line(&mut self, indent: i64) {
        self.end_line();
        self.out
            .extend(std::iter::repeat_n(' ', usize::try_from(indent).unwrap_or(0)));
    }

    fn end_line(&mut self) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn string(&mut self, content: &str, indent: i64) {
        if content.contains('\n') && block_allowed(content) {
            self.literal(content, indent);
        } else {
            self.quoted(content, Some(indent));
        }
    }

    fn literal(&mut self, content: &str, indent: i64) {
        self.out.push('|');
        if content.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.out.push('2');
        }
        let breaks = content
            .chars()
            .rev()
            .take_while(|character| is_break(*character))
            .count();
        if breaks == 0 {
            self.out.push('-');
        } else if breaks > 1 || content.chars().count() == 1 {
            self.out.push('+');
            self.open_ended = true;
        }
        self.out.push('\n');
        let mut at_start = true;
        for character in content.chars() {
            if is_break(character) {
                self.out.push(character);
                at_start = true;
            } else {
                if at_start {
                    self.out
                        .extend(std::iter::repeat_n(' ', usize::try_from(indent).unwrap_or(0)));
                }
                self.out.push(character);
                at_start = false;
            }
        }
    }

    /// Between double quotes; with `fold` lines that grow long are broken at spaces.
    fn quoted(&mut self, content: &str, fold: Option<i64>) {
        self.out.push('"');
        let mut column = self.column();
        let mut after_space = false;
        let mut characters = content.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let before = self.out.len();
            let inner = offset > 0 && offset + character.len_utf8() < content.len();
            match fold {
                Some(indent) if character == ' ' && !after_space && column > WIDTH && inner => {
                    self.out.push('\n');
                    let spaces = usize::try_from(indent).unwrap_or(0);
                    self.out.extend(std::iter::repeat_n(' ', spaces));
                    column = spaces;
                    if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.out.push('\\');
                        column += 1;
                    }
                }
                _ => {
                    self.push_quoted(character);
                    let written = self.out.get(before..).unwrap_or("");
                    column += written.chars().count();
                }
            }
            after_space = character == ' ';
        }
        self.out.push('"');
    }

    fn column(&self) -> usize {
        let start = self.out.rfind('\n').map_or(0, |newline| newline + 1);
        self.out.get(start..).unwrap_or("").chars().count()
    }

    fn push_quoted(&mut self, character: char) {
        let escape = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ if is_printable(character) => {
                self.out.push(character);
                return;
            }
            _ => {
                let code = u32::from(character);
                let text = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                self.out.push_str(&text);
                return;
            }
        };
        self.out.push('\\');
        self.out.push(escape);
    }
}

fn next(indent: i64) -> i64 {
    if indent < 0 { 0 } else { indent + 2 }
}

/// Where the lines of a text start.
fn deeper(indent: i64) -> i64 {
    if indent < 0 { 2 } else { indent + 2 }
}

fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a text can be a literal block: no space before the end of a line or of the text, and
/// nothing that must be escaped.
fn block_allowed(content: &str) -> bool {
    let mut before = 'x';
    for character in content.chars() {
        if !is_printable(character) && !is_break(character) || character == '\r' && !is_printable(character) {
            return false;
        }
        if is_break(character) && before == ' ' {
            return false;
        }
        before = character;
    }
    before != ' '
}
