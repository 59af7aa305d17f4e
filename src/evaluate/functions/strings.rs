//! Functions of strings. Characters are grapheme clusters, as in Terraform.

use unicode_segmentation::UnicodeSegmentation;

use super::FunctionError;
use super::arguments::{Call, Outcome, list_of_text, text};
use super::regex;
use crate::evaluate::values::unknown::concatenated;
use crate::evaluate::values::value::{Kind, Type, Value};

/// A text longer than this is not made from a short one.
const LONGEST_PADDING: i64 = 1_000_000;

/// What a reader sees as one character each.
pub fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.graphemes(true)
}

pub(super) fn chomp(call: &Call<'_>) -> Outcome {
    Ok(text(call.text(0).trim_end_matches(['\r', '\n'])))
}

/// Decides from the known beginning of an unknown string where that is enough.
pub(super) fn startswith(call: &Call<'_>) -> Outcome {
    let prefix = call.text(1);
    let Kind::Unknown(unknown) = &call.argument(0).kind else {
        return Ok(Value::bool(call.text(0).starts_with(prefix)));
    };
    let known = unknown.prefix.as_deref().unwrap_or("");
    if known.starts_with(prefix) {
        return Ok(Value::bool(true));
    }
    if !prefix.starts_with(known) {
        return Ok(Value::bool(false));
    }
    Ok(call.unknown(Type::Bool))
}

pub(super) fn endswith(call: &Call<'_>) -> Outcome {
    Ok(Value::bool(call.text(0).ends_with(call.text(1))))
}

pub(super) fn strcontains(call: &Call<'_>) -> Outcome {
    Ok(Value::bool(call.text(0).contains(call.text(1))))
}

/// Every line but the first moves to the right.
pub(super) fn indent(call: &Call<'_>) -> Outcome {
    let spaces = call.whole(0)?;
    if !(0..=LONGEST_PADDING).contains(&spaces) {
        return Err(FunctionError::at(0, "the number of spaces is out of range"));
    }
    let padding = " ".repeat(usize::try_from(spaces).unwrap_or(0));
    Ok(text(&call.text(1).replace('\n', &format!("\n{padding}"))))
}

/// All elements of all lists, one after the other. With unknown elements the parts stay visible.
pub(super) fn join(call: &Call<'_>) -> Outcome {
    let separator = call.argument(0);
    let mut parts: Vec<Value> = Vec::new();
    if call.arguments.len() < 2 {
        return Err(FunctionError::new("at least one list is required"));
    }
    for (index, list) in call.arguments.iter().enumerate().skip(1) {
        for (position, element) in list.elements().unwrap_or(&[]).iter().enumerate() {
            if element.is_null() {
                return Err(FunctionError::at(
                    index,
                    format!("element {position} must not be null"),
                ));
            }
            if !parts.is_empty() {
                parts.push(separator.clone());
            }
            parts.push(element.clone());
        }
    }
    Ok(concatenated(call.by, &parts).unwrap_or_else(|| call.unknown(Type::String)))
}

pub(super) fn split(call: &Call<'_>) -> Outcome {
    let (separator, string) = (call.text(0), call.text(1));
    if separator.is_empty() {
        let characters = string
            .chars()
            .map(|character| text(character.encode_utf8(&mut [0; 4])));
        return Ok(list_of_text(characters));
    }
    Ok(list_of_text(string.split(separator).map(text)))
}

/// One character to one: a letter whose other case has several characters stays.
pub(super) fn upper(call: &Call<'_>) -> Outcome {
    Ok(text(&call.text(0).chars().map(to_upper).collect::<String>()))
}

pub(super) fn lower(call: &Call<'_>) -> Outcome {
    Ok(text(&call.text(0).chars().map(to_lower).collect::<String>()))
}

fn to_upper(character: char) -> char {
    let mut mapped = character.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

fn to_lower(character: char) -> char {
    let mut mapped = character.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        // The dotted capital I is the one letter whose simple mapping differs from its full one.
        _ if character == '\u{130}' => 'i',
        _ => character,
    }
}

/// The first letter of every word in upper case.
pub(super) fn title(call: &Call<'_>) -> Outcome {
    let mut before = ' ';
    let mut titled = String::with_capacity(call.text(0).len());
    for character in call.text(0).chars() {
        titled.push(if separates(before) {
            to_upper(character)
        } else {
            character
        });
        before = character;
    }
    Ok(text(&titled))
}

fn separates(character: char) -> bool {
    match character {
        '_' => false,
        _ if character.is_ascii() => !character.is_ascii_alphanumeric(),
        _ => !character.is_alphanumeric() && character.is_whitespace(),
    }
}

pub(super) fn strrev(call: &Call<'_>) -> Outcome {
    Ok(text(&graphemes(call.text(0)).rev().collect::<String>()))
}

/// `length` characters from `offset`, which counts from the end when negative; a negative length
/// means all the rest.
pub(super) fn substr(call: &Call<'_>) -> Outcome {
    let string = call.text(0);
    let (mut offset, length) = (call.whole(1)?, call.whole(2)?);
    if offset < 0 {
        offset += i64::try_from(graphemes(string).count()).unwrap_or(i64::MAX);
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let rest = graphemes(string).skip(usize::try_from(offset).unwrap_or(0));
    // A length of zero is only regarded with an offset from the start, as in Terraform.
    let part: String = match usize::try_from(length) {
        Ok(length) if length > 0 => rest.take(length).collect(),
        _ => rest.collect(),
    };
    Ok(text(&part))
}

pub(super) fn trim(call: &Call<'_>) -> Outcome {
    let cut: Vec<char> = call.text(1).chars().collect();
    Ok(text(call.text(0).trim_matches(cut.as_slice())))
}

pub(super) fn trimprefix(call: &Call<'_>) -> Outcome {
    let string = call.text(0);
    Ok(text(string.strip_prefix(call.text(1)).unwrap_or(string)))
}

pub(super) fn trimsuffix(call: &Call<'_>) -> Outcome {
    let string = call.text(0);
    Ok(text(string.strip_suffix(call.text(1)).unwrap_or(string)))
}

pub(super) fn trimspace(call: &Call<'_>) -> Outcome {
    Ok(text(call.text(0).trim()))
}

/// A pattern between slashes is a regular expression, and the replacement may name its groups.
pub(super) fn replace(call: &Call<'_>) -> Outcome {
    let (string, what, with) = (call.text(0), call.text(1), call.text(2));
    let pattern = what.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) => {
            let compiled = regex::compiled(pattern).map_err(|message| FunctionError::about(1, message))?;
            Ok(text(&compiled.replace_all(string, with)))
        }
        None => Ok(text(&string.replace(what, with))),
    }
}
