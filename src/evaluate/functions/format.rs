//! `format` and `formatlist`: verbs as in Go, with JSON for what is not a primitive value.
//!
//! Where an argument is unknown, the text around it is known all the same: as long as the verbs only
//! paste strings, the result keeps its parts.

use super::FunctionError;
use super::arguments::{Call, Outcome};
use super::json::encoded;
use super::strings::graphemes;
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::number::Number;
use crate::evaluate::values::unknown::{concatenated, derived_with, safe_prefix};
use crate::evaluate::values::value::{Kind, Type, Value};

/// Wider results are refused.
const WIDEST: usize = 1_000_000;

pub(super) fn format(call: &Call<'_>) -> Outcome {
    let arguments = call.arguments.get(1..).unwrap_or(&[]);
    formatted(call.by, call.argument(0), arguments)
}

/// Lists are gone through side by side, single values repeat.
pub(super) fn formatlist(call: &Call<'_>) -> Outcome {
    let of = Type::List(std::sync::Arc::new(Type::String));
    let arguments = call.arguments.get(1..).unwrap_or(&[]);
    let mut length: Option<usize> = None;
    let mut open = false;
    for (index, argument) in arguments.iter().enumerate() {
        let this = match &argument.kind {
            Kind::Set(_, elements) if elements.len() > 1 && !argument.is_wholly_known() => None,
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Some(elements.len()),
            Kind::Unknown(unknown) => match &unknown.of {
                Type::Tuple(elements) => {
                    open = true;
                    Some(elements.len())
                }
                Type::List(_) | Type::Set(_) | Type::Any => None,
                _ => continue,
            },
            _ => continue,
        };
        match (this, length) {
            (None, _) => open = true,
            (Some(this), None) => length = Some(this),
            (Some(this), Some(length)) if this != length => {
                return Err(FunctionError::at(
                    index + 1,
                    format!("it has {this} elements, but an argument before it has {length}"),
                ));
            }
            _ => {}
        }
    }
    if open {
        return Ok(call.unknown(of));
    }
    let mut results = Vec::new();
    for position in 0..length.unwrap_or(1) {
        let row: Vec<Value> = arguments
            .iter()
            .map(|argument| match argument.elements() {
                Some(elements) => elements
                    .get(position)
                    .cloned()
                    .unwrap_or_else(|| argument.clone()),
                None => argument.clone(),
            })
            .collect();
        results.push(formatted(call.by, call.argument(0), &row)?);
    }
    Ok(Value::new(Kind::List(Type::String, results.into())))
}

fn formatted(by: &str, format: &Value, arguments: &[Value]) -> Outcome {
    let source = format.as_str().unwrap_or("");
    let mut parts: Vec<Value> = Vec::new();
    let mut text = String::new();
    let mut verbs = Verbs::new(source);
    let mut highest = 0;
    // A part whose text cannot be told ends what is known of the beginning.
    let mut blurred = false;
    while let Some(piece) = verbs.next_piece()? {
        match piece {
            Piece::Literal(character) => text.push(character),
            Piece::Verb(verb) => {
                highest = highest.max(verb.argument);
                let argument = arguments.get(verb.argument - 1).ok_or_else(|| {
                    FunctionError::new(format!(
                        "not enough arguments for `{}`: it needs number {} of {}",
                        verb.raw,
                        verb.argument,
                        arguments.len()
                    ))
                })?;
                // A bare `null` has no type yet, so that Terraform leaves the result open.
                let bare_null = verb.letter != 'v' && matches!(argument.kind, Kind::Null(Type::Any));
                if argument.is_wholly_known() && !bare_null {
                    verb.append(&mut text, argument)?;
                    continue;
                }
                parts.push(Value::string(std::mem::take(&mut text)));
                match verb.pasted(argument) {
                    Some(part) => parts.push(part),
                    None => {
                        blurred = true;
                        parts.push(Value::unknown(
                            Type::Bool,
                            crate::evaluate::values::unknown::derived_symbol(by, &[argument]),
                        ));
                    }
                }
            }
        }
    }
    if highest < arguments.len() {
        return Err(FunctionError::at(
            highest + 1,
            format!("too many arguments: the format uses {highest}"),
        ));
    }
    parts.push(Value::string(text));
    // An unknown argument that is not used makes the result unknown all the same, as in Terraform.
    let unused = parts.len() == 1 && !arguments.iter().all(Value::is_wholly_known);
    if blurred || unused {
        return Ok(blurred_result(by, format, arguments, &parts));
    }
    Ok(concatenated(by, &parts).unwrap_or_else(|| blurred_result(by, format, arguments, &parts)))
}

fn blurred_result(by: &str, format: &Value, arguments: &[Value], parts: &[Value]) -> Value {
    let beginning = parts.first().and_then(Value::as_str).unwrap_or("");
    let prefix = safe_prefix(beginning);
    let sources: Vec<&Value> = std::iter::once(format).chain(arguments).collect();
    derived_with(Type::String, by, &sources, |unknown| {
        unknown.not_null = true;
        unknown.prefix = prefix;
    })
}

enum Piece<'a> {
    Literal(char),
    Verb(Verb<'a>),
}

/// `%`, flags, width, precision, `[argument]`, letter.
struct Verb<'a> {
    raw: &'a str,
    letter: char,
    /// Counted from one.
    argument: usize,
    zero: bool,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

struct Verbs<'a> {
    rest: &'a str,
    next: usize,
}

impl<'a> Verbs<'a> {
    fn new(source: &'a str) -> Verbs<'a> {
        Verbs {
            rest: source,
            next: 1,
        }
    }

    fn next_piece(&mut self) -> Result<Option<Piece<'a>>, FunctionError> {
        let mut characters = self.rest.chars();
        let Some(first) = characters.next() else {
            return Ok(None);
        };
        if first != '%' {
            self.rest = characters.as_str();
            return Ok(Some(Piece::Literal(first)));
        }
        if let Some(after) = self.rest.strip_prefix("%%") {
            self.rest = after;
            return Ok(Some(Piece::Literal('%')));
        }
        self.verb().map(|verb| Some(Piece::Verb(verb)))
    }

    fn verb(&mut self) -> Result<Verb<'a>, FunctionError> {
        let start = self.rest;
        let mut verb = Verb {
            raw: "",
            letter: ' ',
            argument: self.next,
            zero: false,
            sharp: false,
            plus: false,
            minus: false,
            space: false,
            width: None,
            precision: None,
        };
        self.skip();
        while let Some(flag) = self.rest.chars().next().filter(|next| "0#-+ ".contains(*next)) {
            match flag {
                '0' => verb.zero = true,
                '#' => verb.sharp = true,
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                _ => verb.space = true,
            }
            self.skip();
        }
        verb.width = self.number()?;
        if self.rest.starts_with('.') {
            self.skip();
            verb.precision = Some(self.number()?.unwrap_or(0));
        }
        if self.rest.starts_with('[') {
            self.skip();
            verb.argument = self
                .number()?
                .filter(|argument| *argument > 0 && self.rest.starts_with(']'))
                .ok_or_else(|| self.unexpected())?;
            self.skip();
        }
        let letter = self.rest.chars().next().filter(char::is_ascii_alphabetic);
        verb.letter = letter.ok_or_else(|| self.unexpected())?;
        self.skip();
        let length = start.len() - self.rest.len();
        verb.raw = start.get(..length).unwrap_or(start);
        self.next = verb.argument + 1;
        Ok(verb)
    }

    fn skip(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }

    fn number(&mut self) -> Result<Option<usize>, FunctionError> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(count).unwrap_or(("", self.rest));
        self.rest = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        digits
            .parse()
            .ok()
            .filter(|number| *number <= WIDEST)
            .map(Some)
            .ok_or_else(|| FunctionError::about(0, "a number in the format is too large"))
    }

    fn unexpected(&self) -> FunctionError {
        match self.rest.chars().next() {
            Some(character) => {
                FunctionError::about(0, format!("`{character}` is not possible in a format verb"))
            }
            None => FunctionError::about(0, "the format ends within a verb"),
        }
    }
}

impl Verb<'_> {
    /// An unknown argument that is pasted as it is.
    fn pasted(&self, argument: &Value) -> Option<Value> {
        let Kind::Unknown(unknown) = &argument.kind else {
            return None;
        };
        let bare = self.width.is_none() && self.precision.is_none();
        let pastes = match self.letter {
            's' => true,
            'v' => !self.sharp && unknown.of == Type::String,
            'd' => !self.plus && !self.space,
            _ => false,
        };
        if !bare || !pastes {
            return None;
        }
        convert(argument.clone(), &Type::String).ok()
    }

    fn unsupported(&self, why: impl std::fmt::Display) -> FunctionError {
        FunctionError::about(
            self.argument,
            format!("unsuitable value for `{}`: {why}", self.raw),
        )
    }

    fn append(&self, out: &mut String, argument: &Value) -> Result<(), FunctionError> {
        if self.letter != 'v' && argument.is_null() {
            return Err(self.unsupported("it must not be null"));
        }
        match self.letter {
            'v' => {
                let content = match &argument.kind {
                    Kind::String(content) if !self.sharp => content.to_string(),
                    Kind::Number(number) if !self.sharp => number.shortest_decimal().general(None, 'e'),
                    _ => encoded(argument),
                };
                self.pad(out, &content);
            }
            't' => {
                let value = self.as_type(argument, &Type::Bool)?;
                out.push_str(if value.as_bool() == Some(true) {
                    "true"
                } else {
                    "false"
                });
            }
            's' | 'q' => {
                let value = self.as_type(argument, &Type::String)?;
                let content = value.as_str().unwrap_or("");
                let content: String = match self.precision {
                    Some(most) if most > 0 => graphemes(content).take(most).collect(),
                    _ => content.to_owned(),
                };
                if self.letter == 'q' {
                    self.pad(out, &encoded(&Value::string(content)));
                } else {
                    self.pad(out, &content);
                }
            }
            'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
                let value = self.as_type(argument, &Type::Number)?;
                let Kind::Number(number) = &value.kind else {
                    return Err(self.unsupported("a number is required"));
                };
                match self.letter {
                    'b' | 'd' | 'o' | 'x' | 'X' => self.append_whole(out, number)?,
                    _ => self.append_fraction(out, number),
                }
            }
            _ => {
                return Err(FunctionError::about(
                    0,
                    format!("there is no format verb `{}`", self.raw),
                ));
            }
        }
        Ok(())
    }

    fn as_type(&self, argument: &Value, of: &Type) -> Result<Value, FunctionError> {
        convert(argument.clone(), of).map_err(|error| self.unsupported(error))
    }

    /// To the width, in characters as people see them.
    fn pad(&self, out: &mut String, content: &str) {
        let missing = self.width.unwrap_or(0).saturating_sub(graphemes(content).count());
        let padding = (if self.zero { "0" } else { " " }).repeat(missing);
        if self.minus {
            out.push_str(content);
            out.push_str(&padding);
        } else {
            out.push_str(&padding);
            out.push_str(content);
        }
    }

    fn append_whole(&self, out: &mut String, number: &Number) -> Result<(), FunctionError> {
        let whole = number
            .to_big()
            .ok_or_else(|| self.unsupported("a whole number is required"))?;
        let negative = number.is_negative();
        let (_, magnitude) = whole.into_parts();
        let (radix, prefix) = match self.letter {
            'b' => (2, "0b"),
            'o' => (8, "0"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut digits = magnitude.in_radix(radix).to_string();
        if self.letter == 'X' {
            digits = digits.to_uppercase();
        }
        if let Some(least) = self.precision {
            if least == 0 && digits == "0" {
                digits.clear();
            }
            digits = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        }
        let prefix = if self.sharp { prefix } else { "" };
        let zero = self.zero && self.precision.is_none();
        self.append_signed(out, negative, prefix, &digits, zero);
        Ok(())
    }

    fn append_fraction(&self, out: &mut String, number: &Number) {
        let decimal = number.exact_decimal();
        let precision = self.precision;
        let exponent = if self.letter.is_ascii_uppercase() {
            'E'
        } else {
            'e'
        };
        let text = match self.letter {
            'f' => decimal.fixed(precision.unwrap_or(6)),
            'e' | 'E' => decimal.scientific(Some(precision.unwrap_or(6)), exponent),
            _ if precision.is_none() => number.shortest_decimal().general(None, exponent),
            _ => decimal.general(precision, exponent),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        self.append_signed(out, negative, "", digits, self.zero);
    }

    fn append_signed(&self, out: &mut String, negative: bool, prefix: &str, digits: &str, zero: bool) {
        let sign = match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let length = sign.len() + prefix.len() + digits.len();
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        let (left, zeros, right) = match (self.minus, zero) {
            (true, _) => (0, 0, missing),
            (false, true) => (0, missing, 0),
            (false, false) => (missing, 0, 0),
        };
        out.push_str(&" ".repeat(left));
        out.push_str(sign);
        out.push_str(prefix);
        out.push_str(&"0".repeat(zeros));
        out.push_str(digits);
        out.push_str(&" ".repeat(right));
    }
}
