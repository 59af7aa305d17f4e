//! Base64, URLs, CSV and other character encodings.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::FunctionError;
use super::arguments::{Call, Outcome, text};
use crate::evaluate::values::unknown::normalised;
use crate::evaluate::values::value::{Field, Kind, Type, Value};

pub(super) fn base64encode(call: &Call<'_>) -> Outcome {
    Ok(Value::string(STANDARD.encode(call.text(0))))
}

pub(super) fn base64decode(call: &Call<'_>) -> Outcome {
    let value = call.argument(0);
    if !value.is_known() {
        return Ok(call.unknown(Type::String).with_marks(value.marks));
    }
    let wrong = |what: &str| {
        let shown = if value.marks.sensitive { "" } else { call.text(0) };
        let name = if shown.is_empty() {
            "it".to_owned()
        } else {
            format!("`{shown}`")
        };
        FunctionError::about(0, format!("{name} is not {what}"))
    };
    let bytes = decoded(call.text(0)).ok_or_else(|| wrong("Base64"))?;
    let decoded = String::from_utf8(bytes).map_err(|_| wrong("text in UTF-8 once it is decoded"))?;
    Ok(text(&decoded).with_marks(value.marks))
}

/// Line breaks do not matter.
fn decoded(content: &str) -> Option<Vec<u8>> {
    STANDARD.decode(content.replace(['\r', '\n'], "")).ok()
}

/// Query escaping: everything but letters, digits, `-`, `_`, `.` and `~`; a space becomes `+`.
pub(super) fn urlencode(call: &Call<'_>) -> Outcome {
    let mut escaped = String::new();
    for byte in call.text(0).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::string(escaped))
}

/// Rows as objects of strings, by the names in the first line.
pub(super) fn csvdecode(call: &Call<'_>) -> Outcome {
    let wrong = |message: String| FunctionError::about(0, message);
    if has_bare_quote(call.text(0)) {
        return Err(wrong(
            "invalid CSV: a quote within a field that is not quoted".to_owned(),
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(true)
        .flexible(false)
        .from_reader(call.text(0).as_bytes());
    let headers: Vec<Arc<str>> = reader
        .headers()
        .map_err(|error| wrong(format!("invalid CSV: {error}")))?
        .iter()
        .map(normalised)
        .collect();
    if headers.is_empty() {
        return Err(wrong("the first line must name the columns".to_owned()));
    }
    let mut sorted = headers.clone();
    sorted.sort();
    if let Some([name, ..]) = sorted.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(wrong(format!("the column `{name}` is named twice")));
    }
    let of = Type::Object(
        sorted
            .iter()
            .map(|name| Field {
                name: name.clone(),
                of: Type::String,
                optional: false,
            })
            .collect(),
    );
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| wrong(format!("invalid CSV: {error}")))?;
        let cells = record.iter().map(|cell| text(&cell.replace("\r\n", "\n")));
        rows.push(Value::object(headers.iter().cloned().zip(cells).collect()));
    }
    Ok(Value::new(Kind::List(of, rows.into())))
}

/// Whether there is a quote that neither opens, doubles nor closes a quoted field.
fn has_bare_quote(content: &str) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    let mut characters = content.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quoted) {
            ('"', false) if at_start => quoted = true,
            ('"', false) => return true,
            ('"', true) if characters.peek() == Some(&'"') => {
                characters.next();
            }
            ('"', true) => {
                if !matches!(characters.peek(), None | Some(',' | '\n' | '\r')) {
                    return true;
                }
                quoted = false;
            }
            _ => {}
        }
        at_start = !quoted && matches!(character, ',' | '\n');
    }
    false
}

/// The encodings that are computed here; results in others are unknown.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
    Latin1 { most: u32 },
}

fn encoding(name: &str) -> Option<Encoding> {
    match name.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => Some(Encoding::Utf8),
        "UTF-16LE" => Some(Encoding::Utf16 { big_endian: false }),
        "UTF-16BE" => Some(Encoding::Utf16 { big_endian: true }),
        "ISO-8859-1" | "ISO_8859-1" | "LATIN1" | "L1" => Some(Encoding::Latin1 { most: 0xff }),
        "US-ASCII" | "ASCII" => Some(Encoding::Latin1 { most: 0x7f }),
        _ => None,
    }
}

pub(super) fn textencodebase64(call: &Call<'_>) -> Outcome {
    let Some(encoding) = encoding(call.text(1)) else {
        return Ok(call.unknown(Type::String));
    };
    let content = call.text(0);
    let bytes = match encoding {
        Encoding::Utf8 => content.as_bytes().to_vec(),
        Encoding::Utf16 { big_endian } => content
            .encode_utf16()
            .flat_map(|unit| {
                if big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect(),
        Encoding::Latin1 { most } => {
            let bytes: Option<Vec<u8>> = content
                .chars()
                .map(u32::from)
                .map(|code| u8::try_from(code).ok().filter(|_| code <= most))
                .collect();
            bytes.ok_or_else(|| {
                FunctionError::at(0, format!("it has characters that `{}` has not", call.text(1)))
            })?
        }
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

pub(super) fn textdecodebase64(call: &Call<'_>) -> Outcome {
    let Some(encoding) = encoding(call.text(1)) else {
        return Ok(call.unknown(Type::String));
    };
    let bytes = decoded(call.text(0)).ok_or_else(|| FunctionError::at(0, "it is not Base64"))?;
    let content = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
        Encoding::Utf16 { big_endian } => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [a, b] if big_endian => u16::from_be_bytes([*a, *b]),
                [a, b] => u16::from_le_bytes([*a, *b]),
                _ => 0xfffd,
            });
            char::decode_utf16(units)
                .map(|character| character.unwrap_or('\u{fffd}'))
                .collect()
        }
        Encoding::Latin1 { most } => bytes
            .iter()
            .map(|byte| {
                if u32::from(*byte) <= most {
                    char::from(*byte)
                } else {
                    '\u{fffd}'
                }
            })
            .collect(),
    };
    Ok(text(&content))
}
