//! Unknown results: what is still known about them, and what they come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::{Kind, Marks, Part, Step, Symbol, Type, Unknown, Value};

/// A derived symbol names at most so many sources, so that expressions over thousands of unknowns
/// do not grow with every operation.
const MOST_SOURCES: usize = 256;
/// Longer lists of unknown elements stay one unknown list.
const MOST_SETTLED: u64 = 1024;
/// Beyond so many parts a template is kept as a derived symbol.
const MOST_PARTS: usize = 256;

/// A result of `by` over `arguments` that is unknown but certainly not null; marks are the caller's.
#[must_use]
pub fn derived(of: Type, by: &str, arguments: &[&Value]) -> Value {
    derived_with(of, by, arguments, |unknown| unknown.not_null = true)
}

/// The same with other refinements.
#[must_use]
pub fn derived_with(of: Type, by: &str, arguments: &[&Value], refine: impl FnOnce(&mut Unknown)) -> Value {
    let mut unknown = Unknown::new(of, derived_symbol(by, arguments));
    refine(&mut unknown);
    settled(unknown)
}

/// An unknown collection whose length is known is a known one of unknown elements, and an empty one is
/// known altogether.
#[must_use]
pub fn settled(unknown: Unknown) -> Value {
    let exact = unknown
        .length
        .1
        .filter(|most| unknown.not_null && *most == unknown.length.0 && *most <= MOST_SETTLED);
    let kind = match (&unknown.of, exact) {
        (Type::List(of), Some(length)) => {
            let element = |index| part(&unknown, Step::Index(index), (**of).clone());
            Kind::List((**of).clone(), (0..length).map(element).collect())
        }
        (Type::Set(of), Some(0)) => Kind::Set((**of).clone(), [].into()),
        (Type::Map(of), Some(0)) => Kind::Map((**of).clone(), [].into()),
        _ => Kind::Unknown(Arc::new(unknown)),
    };
    Value::new(kind)
}

/// What a result of `by` over `arguments` comes from: every symbol in them, through templates and
/// other derivations.
#[must_use]
pub fn derived_symbol(by: &str, arguments: &[&Value]) -> Symbol {
    let mut sources = BTreeMap::new();
    for argument in arguments {
        collect(argument, &mut sources);
    }
    Symbol::Derived {
        by: by.into(),
        from: sources.into_values().collect(),
    }
}

fn collect(value: &Value, sources: &mut BTreeMap<String, Symbol>) {
    if sources.len() >= MOST_SOURCES {
        return;
    }
    match &value.kind {
        Kind::Unknown(unknown) => collect_symbol(&unknown.symbol, sources),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            elements.iter().for_each(|element| collect(element, sources));
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            entries.iter().for_each(|(_, value)| collect(value, sources));
        }
        _ => {}
    }
}

fn collect_symbol(symbol: &Symbol, sources: &mut BTreeMap<String, Symbol>) {
    if sources.len() >= MOST_SOURCES {
        return;
    }
    match symbol {
        Symbol::Derived { from, .. } if !from.is_empty() => {
            from.iter().for_each(|symbol| collect_symbol(symbol, sources));
        }
        Symbol::Template(parts) => {
            for part in parts.iter() {
                if let Part::Symbol(symbol) = part {
                    collect_symbol(symbol, sources);
                }
            }
        }
        _ => {
            sources
                .entry(symbol.to_string())
                .or_insert_with(|| symbol.clone());
        }
    }
}

/// A part of an unknown value: the symbol of the value with one step more, where it can have one.
#[must_use]
pub fn part(whole: &Unknown, step: Step, of: Type) -> Value {
    let mut unknown = Unknown::new(of, whole.symbol.under(step));
    unknown.same_key = whole.same_key;
    Value::new(Kind::Unknown(Arc::new(unknown)))
}

/// An attribute that a block's object does not list: unknown, because only the provider knows it.
#[must_use]
pub fn missing_from_block(object: &Value, name: &str) -> Option<Value> {
    let block = object.block.as_ref()?;
    let path = block
        .path
        .iter()
        .cloned()
        .chain([Step::Attribute(name.into())])
        .collect();
    let symbol = Symbol::Attribute {
        of: block.of.clone(),
        path,
    };
    Some(Value::unknown(Type::Any, symbol))
}

/// A string put together from known and unknown strings, one after the other. Known as soon as every
/// part is; otherwise unknown with its parts as symbol and its beginning as prefix. `None` where a
/// part is null or not a string.
#[must_use]
pub fn concatenated(by: &str, parts: &[Value]) -> Option<Value> {
    let marks = parts
        .iter()
        .fold(Marks::default(), |marks, part| marks.and(part.marks));
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match &part.kind {
            Kind::String(text) => push_literal(&mut joined, text),
            Kind::Unknown(unknown) if matches!(unknown.of, Type::String | Type::Any) => match &unknown.symbol
            {
                Symbol::Template(inner) => inner.iter().for_each(|part| match part {
                    Part::Literal(text) => push_literal(&mut joined, text),
                    Part::Symbol(_) => joined.push(part.clone()),
                }),
                symbol => joined.push(Part::Symbol(symbol.clone())),
            },
            _ => return None,
        }
    }
    if parts.iter().all(Value::is_known) {
        return Some(Value::string(text_of(&joined)).with_marks(marks));
    }
    let prefix = known_prefix(parts);
    let symbol = match joined.as_slice() {
        [Part::Symbol(only)] => only.clone(),
        many if many.len() > MOST_PARTS => derived_symbol(by, &parts.iter().collect::<Vec<_>>()),
        _ => Symbol::Template(joined.into()),
    };
    let mut unknown = Unknown::new(Type::String, symbol);
    unknown.not_null = true;
    unknown.prefix = prefix;
    Some(Value::new(Kind::Unknown(Arc::new(unknown))).with_marks(marks))
}

fn push_literal(parts: &mut Vec<Part>, text: &Arc<str>) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Literal(before)) => *before = normalised(&format!("{before}{text}")),
        _ => parts.push(Part::Literal(text.clone())),
    }
}

fn text_of(parts: &[Part]) -> Arc<str> {
    let mut text = String::new();
    for part in parts {
        if let Part::Literal(literal) = part {
            text.push_str(literal);
        }
    }
    normalised(&text)
}

/// How the result certainly starts. The last character is left out where what follows is unknown,
/// because a combining character could still change it.
fn known_prefix(parts: &[Value]) -> Option<Arc<str>> {
    let mut prefix = String::new();
    for part in parts {
        match &part.kind {
            Kind::String(text) => prefix.push_str(text),
            Kind::Unknown(unknown) => {
                if let Some(text) = &unknown.prefix {
                    prefix.push_str(text);
                }
                break;
            }
            _ => break,
        }
    }
    safe_prefix(&prefix)
}

/// The part of a prefix that no following text can change by Unicode normalisation.
#[must_use]
pub fn safe_prefix(text: &str) -> Option<Arc<str>> {
    use unicode_segmentation::UnicodeSegmentation;
    let text = normalised(text);
    let (start, last) = text.grapheme_indices(true).next_back()?;
    // Delimiters never combine with what follows; any letter or digit might.
    let end = match last {
        "-" | "_" | ":" | ";" | "/" | "\\" | "," | "." | "(" | ")" | "{" | "}" | "[" | "]" | "|" | "?"
        | "!" | "~" | " " | "\t" | "@" | "#" | "$" | "%" | "^" | "&" | "*" | "+" | "\"" | "'" => text.len(),
        _ => start,
    };
    text.get(..end).filter(|text| !text.is_empty()).map(Arc::from)
}

/// Strings in Terraform are in Unicode's composed form.
#[must_use]
pub fn normalised(text: &str) -> Arc<str> {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if text.is_ascii() || is_nfc(text) {
        Arc::from(text)
    } else {
        text.nfc().collect::<String>().into()
    }
}
