//! Regular expressions in Go's syntax, translated to Rust's. Both find the same matches; they differ in
//! what `\d`, `\w`, `\s` and `\b` mean beyond ASCII, in what brackets may contain, and in a few escapes.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ::regex::{Captures, Regex};

use super::FunctionError;
use super::arguments::{Call, Outcome, list_type, text};
use crate::evaluate::values::value::{Field, Kind, Type, Value};

/// Compiled patterns are kept, because a `for` expression uses one for every element.
static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
const MOST_KEPT: usize = 256;
/// Go refuses to repeat more often.
const MOST_REPETITIONS: u32 = 1000;

/// The pattern, compiled; the error is a sentence for the user.
pub(super) fn compiled(pattern: &str) -> Result<Regex, String> {
    let mut kept = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = kept.get(pattern) {
        return Ok(regex.clone());
    }
    let translated = translate(pattern)?;
    let regex = Regex::new(&translated).map_err(|error| {
        // The last line of the error says what is wrong; the lines before draw the pattern.
        let text = error.to_string();
        let reason = text
            .lines()
            .last()
            .unwrap_or("")
            .trim_start_matches("error: ")
            .to_owned();
        format!("invalid regular expression: {reason}")
    })?;
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

pub(super) fn regex(call: &Call<'_>) -> Outcome {
    let regex = pattern(call)?;
    let captures = regex
        .captures(call.text(1))
        .ok_or_else(|| FunctionError::new("the pattern did not match any part of the string"))?;
    Ok(captured(&regex, &captures))
}

pub(super) fn regexall(call: &Call<'_>) -> Outcome {
    let regex = pattern(call)?;
    let of = match_type(&regex)?;
    let matches: Arc<[Value]> = regex
        .captures_iter(call.text(1))
        .map(|captures| captured(&regex, &captures))
        .collect();
    Ok(Value::new(Kind::List(of, matches)))
}

pub(super) fn regex_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    if call.argument(0).is_known() {
        match_type(&pattern(call)?)
    } else {
        Ok(Type::Any)
    }
}

pub(super) fn regexall_result(call: &Call<'_>) -> Result<Type, FunctionError> {
    regex_result(call).map(list_type)
}

fn pattern(call: &Call<'_>) -> Result<Regex, FunctionError> {
    let regex = compiled(call.text(0)).map_err(|message| FunctionError::at(0, message))?;
    match_type(&regex)?;
    Ok(regex)
}

/// A string without groups, a tuple of unnamed ones, an object of named ones.
fn match_type(regex: &Regex) -> Result<Type, FunctionError> {
    let groups: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if groups.is_empty() {
        return Ok(Type::String);
    }
    let mut names: Vec<&str> = groups.iter().filter_map(|name| *name).collect();
    if names.is_empty() {
        return Ok(Type::Tuple(groups.iter().map(|_| Type::String).collect()));
    }
    if names.len() != groups.len() {
        return Err(FunctionError::at(0, "named and unnamed groups cannot be mixed"));
    }
    names.sort_unstable();
    let fields = names.into_iter().map(|name| Field {
        name: name.into(),
        of: Type::String,
        optional: false,
    });
    Ok(Type::Object(fields.collect()))
}

fn captured(regex: &Regex, captures: &Captures<'_>) -> Value {
    let group = |found: Option<::regex::Match<'_>>| match found {
        Some(found) => text(found.as_str()),
        None => Value::null(Type::String),
    };
    if captures.len() == 1 {
        return group(captures.get(0));
    }
    let named: Vec<(Arc<str>, Value)> = regex
        .capture_names()
        .flatten()
        .map(|name| (name.into(), group(captures.name(name))))
        .collect();
    if named.is_empty() {
        Value::tuple(captures.iter().skip(1).map(group).collect::<Vec<_>>())
    } else {
        Value::object(named)
    }
}

/// A pattern of Go in Rust's syntax.
fn translate(pattern: &str) -> Result<String, String> {
    Translator {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 16),
        quantified: Quantified::No,
    }
    .run()
}

/// Whether the last thing written was a repetition, which may be made lazy but not repeated again.
#[derive(Clone, Copy, PartialEq)]
enum Quantified {
    No,
    Greedy,
    Lazy,
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    quantified: Quantified,
}

const NESTED: &str = "invalid regular expression: a repetition cannot be repeated";

impl Translator<'_> {
    fn run(mut self) -> Result<String, String> {
        while let Some(character) = self.rest.next() {
            match character {
                '*' | '+' | '?' => self.repetition(character)?,
                '{' => self.counted()?,
                _ => {
                    self.quantified = Quantified::No;
                    match character {
                        '\\' => self.escape()?,
                        '[' => self.class()?,
                        _ => self.out.push(character),
                    }
                }
            }
        }
        Ok(self.out)
    }

    fn repetition(&mut self, operator: char) -> Result<(), String> {
        self.quantified = match self.quantified {
            Quantified::No => Quantified::Greedy,
            Quantified::Greedy if operator == '?' => Quantified::Lazy,
            _ => return Err(NESTED.to_owned()),
        };
        // `(?` starts a group's flags and repeats nothing.
        if operator == '?' && self.out.ends_with('(') && !self.out.ends_with("\\(") {
            self.quantified = Quantified::No;
        }
        self.out.push(operator);
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,5}`; any other brace is a character.
    fn counted(&mut self) -> Result<(), String> {
        let ahead: String = self
            .rest
            .clone()
            .take_while(|character| *character != '}')
            .collect();
        let closed = self.rest.clone().nth(ahead.chars().count()) == Some('}');
        let (least, most) = ahead.split_once(',').unwrap_or((&ahead, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !closed || least.is_empty() || !digits(least) || !digits(most) {
            self.quantified = Quantified::No;
            self.out.push_str("\\{");
            return Ok(());
        }
        if self.quantified != Quantified::No {
            return Err(NESTED.to_owned());
        }
        let fits =
            |text: &str| text.is_empty() || text.parse::<u32>().is_ok_and(|count| count <= MOST_REPETITIONS);
        if !fits(least) || !fits(most) {
            return Err(format!(
                "invalid regular expression: at most {MOST_REPETITIONS} repetitions are possible"
            ));
        }
        self.quantified = Quantified::Greedy;
        self.out.push('{');
        self.out.push_str(&ahead);
        self.out.push('}');
        for _ in 0..=ahead.chars().count() {
            self.rest.next();
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(character) = self.rest.next() else {
            return Err("invalid regular expression: a backslash at the end".to_owned());
        };
        match character {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            's' => self.out.push_str("[\\t\\n\\f\\r ]"),
            'S' => self.out.push_str("[^\\t\\n\\f\\r ]"),
            'b' => self.out.push_str("(?-u:\\b)"),
            'B' => self.out.push_str("\\B"),
            'A' | 'z' => {
                self.out.push('\\');
                self.out.push(character);
            }
            'p' | 'P' => self.property(character),
            'Q' => self.quoted(),
            _ => {
                let literal = self.escaped_character(character)?;
                self.push_literal(literal);
            }
        }
        Ok(())
    }

    /// `\pL` and `\p{Greek}` are the same in both.
    fn property(&mut self, letter: char) {
        self.out.push('\\');
        self.out.push(letter);
        if self.rest.peek() == Some(&'{') {
            for character in self.rest.by_ref() {
                self.out.push(character);
                if character == '}' {
                    break;
                }
            }
        } else if let Some(name) = self.rest.next() {
            self.out.push(name);
        }
    }

    /// `\Q…\E`: everything between is literal.
    fn quoted(&mut self) {
        while let Some(character) = self.rest.next() {
            if character == '\\' && self.rest.peek() == Some(&'E') {
                self.rest.next();
                return;
            }
            self.push_literal(character);
        }
    }

    fn push_literal(&mut self, character: char) {
        self.out
            .push_str(&::regex::escape(character.encode_utf8(&mut [0; 4])));
    }

    /// The character that an escape other than a class stands for.
    fn escaped_character(&mut self, character: char) -> Result<char, String> {
        let invalid = || format!("invalid regular expression: there is no escape `\\{character}`");
        match character {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            'x' => self.hexadecimal().ok_or_else(invalid),
            '0' => Ok(self.octal('0', 2)),
            // A single digit would be a reference back, which does not exist.
            '1'..='7' if matches!(self.rest.peek(), Some('0'..='7')) => Ok(self.octal(character, 2)),
            _ if character.is_ascii() && !character.is_ascii_alphanumeric() => Ok(character),
            _ => Err(invalid()),
        }
    }

    fn octal(&mut self, first: char, more: usize) -> char {
        let mut value = first.to_digit(8).unwrap_or(0);
        for _ in 0..more {
            let Some(digit) = self.rest.peek().and_then(|next| next.to_digit(8)) else {
                break;
            };
            self.rest.next();
            value = value * 8 + digit;
        }
        char::from_u32(value).unwrap_or('\u{fffd}')
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let digits: String = if self.rest.peek() == Some(&'{') {
            self.rest.next();
            self.rest
                .by_ref()
                .take_while(|character| *character != '}')
                .collect()
        } else {
            self.rest.by_ref().take(2).collect()
        };
        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
    }

    /// A bracketed class, item by item, so that nothing in it gets a meaning that Go does not know.
    fn class(&mut self) -> Result<(), String> {
        let unclosed = || "invalid regular expression: a bracket is not closed".to_owned();
        self.out.push('[');
        if self.rest.peek() == Some(&'^') {
            self.rest.next();
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let character = self.rest.next().ok_or_else(unclosed)?;
            match character {
                ']' if !first => break,
                '[' if self.rest.peek() == Some(&':') => self.posix()?,
                '\\' if matches!(self.rest.peek(), Some('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
                    self.escape()?
                }
                '\\' if matches!(self.rest.peek(), Some('p' | 'P')) => {
                    let letter = self.rest.next().ok_or_else(unclosed)?;
                    self.property(letter);
                }
                _ => self.range(character)?,
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// `[:alpha:]`.
    fn posix(&mut self) -> Result<(), String> {
        self.out.push('[');
        let mut before = '[';
        for character in self.rest.by_ref() {
            self.out.push(character);
            if before == ':' && character == ']' {
                return Ok(());
            }
            before = character;
        }
        Err("invalid regular expression: a bracket is not closed".to_owned())
    }

    /// One character, or two with a dash between them.
    fn range(&mut self, character: char) -> Result<(), String> {
        let low = self.class_character(character)?;
        self.push_in_class(low);
        let mut ahead = self.rest.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']') {
            self.rest.next();
            let next = self.rest.next().unwrap_or(']');
            let high = self.class_character(next)?;
            self.out.push('-');
            self.push_in_class(high);
        }
        Ok(())
    }

    fn class_character(&mut self, character: char) -> Result<char, String> {
        match (character, self.rest.peek().copied()) {
            ('\\', Some(next)) => {
                self.rest.next();
                self.escaped_character(next)
            }
            _ => Ok(character),
        }
    }

    fn push_in_class(&mut self, character: char) {
        if matches!(character, '[' | ']' | '\\' | '^' | '-' | '&' | '~') {
            self.out.push('\\');
        }
        self.out.push(character);
    }
}
