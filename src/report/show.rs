//! What the tool sees (`clearway-show/1`): every instance with its values, what is unknown and which
//! attribute it is, what is sensitive, where it is written, and what it is joined with.
//!
//! `values`, `unknown` and `sensitive` have the shapes of a plan's `after`, `after_unknown` and
//! `after_sensitive`; sensitive leaves are `null` in `values`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Number as JsonNumber, Value as Json, json};

use super::diagnostics::{self, clean, field};
use super::json::severity_word;
use super::place::{at, place_text};
use super::snippet::Style;
use crate::config::module::Mode;
use crate::evaluate::address::{Address, Key, ModuleStep};
use crate::evaluate::evaluation::{Evaluation, Instance, is_unknown_blocks};
use crate::evaluate::values::value::{Kind, Symbol, Type, Value};
use crate::network::doubt::decided_by;
use crate::network::joins::{Join, Joined};
use crate::source::{Diagnostic, Sources};

/// All evaluations, and the problems met when `reading`, as one JSON document; resources are in the order of their addresses.
#[must_use]
pub fn render_json(
    evaluations: &[Evaluation],
    joins: &[Join],
    reading: &[Diagnostic],
    sources: &Sources,
) -> String {
    let mut resources: Vec<(usize, &Instance)> = evaluations
        .iter()
        .enumerate()
        .flat_map(|(input, evaluation)| evaluation.instances.iter().map(move |instance| (input, instance)))
        .collect();
    resources.sort_by(|(_, a), (_, b)| a.address.cmp(&b.address));
    let diagnostics: Vec<Json> = reading
        .iter()
        .chain(
            evaluations
                .iter()
                .flat_map(|evaluation| evaluation.diagnostics.iter()),
        )
        .map(|diagnostic| {
            json!({
                "severity": severity_word(diagnostic.severity),
                "code": diagnostic.code,
                "summary": diagnostic.summary,
                "detail": diagnostic.detail,
                "help": diagnostic.help,
                "at": diagnostic.at.map(|place| at(place, sources)),
            })
        })
        .collect();
    let named = |select: fn(&Evaluation) -> &BTreeMap<Arc<str>, Value>| -> Map<String, Json> {
        evaluations
            .iter()
            .flat_map(|evaluation| select(evaluation).iter())
            .map(|(name, value)| (name.to_string(), named_value(value)))
            .collect()
    };
    let document = json!({
        "format": "clearway-show/1",
        "resources": resources
            .iter()
            .map(|(input, instance)| resource(instance, joins_of(joins, *input, &instance.address), sources))
            .collect::<Vec<_>>(),
        "outputs": named(|evaluation| &evaluation.outputs),
        "locals": named(|evaluation| &evaluation.locals),
        "diagnostics": diagnostics,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The same for people: an instance a paragraph, an attribute a line.
#[must_use]
pub fn render_human(evaluations: &[Evaluation], joins: &[Join], sources: &Sources, style: Style) -> String {
    let mut text = String::new();
    for (input, evaluation) in evaluations.iter().enumerate() {
        for diagnostic in &evaluation.diagnostics {
            text.push_str(&diagnostics::draw(diagnostic, sources, style));
        }
        for instance in &evaluation.instances {
            let place = instance
                .at
                .map(|place| format!("  {}", place_text(place, sources)));
            let _ = writeln!(
                text,
                "{}{}",
                clean(&instance.address.to_string()),
                place.unwrap_or_default()
            );
            if let Some(symbol) = &instance.depends_on {
                text.push_str(&field(
                    "any number",
                    &format!("how many there are depends on {symbol}"),
                    style,
                ));
            }
            for (name, value) in instance.values.entries().unwrap_or_default() {
                lines(&mut text, name, value, 1, Some(instance));
            }
            for join in joins_of(joins, input, &instance.address) {
                let _ = writeln!(
                    text,
                    "  {} -> {}",
                    clean(&join.attribute),
                    clean(&join.to.to_string())
                );
            }
            text.push('\n');
        }
        for (title, values) in [("output", &evaluation.outputs), ("local", &evaluation.locals)] {
            for (name, value) in values {
                lines(&mut text, &format!("{title} {name}"), value, 0, None);
            }
        }
    }
    text
}

/// `of` is the instance that the value belongs to.
fn lines(text: &mut String, name: &str, value: &Value, depth: usize, of: Option<&Instance>) {
    let indent = "  ".repeat(depth);
    if value.marks.any() {
        let _ = writeln!(text, "{indent}{name} = (sensitive)");
        return;
    }
    match &value.kind {
        Kind::Unknown(unknown) => {
            let what = why_unknown(&unknown.symbol, of);
            let _ = writeln!(text, "{indent}{name} = ({what})");
        }
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) if !elements.is_empty() => {
            for (index, element) in elements.iter().enumerate() {
                lines(text, &format!("{name}[{index}]"), element, depth, of);
            }
        }
        Kind::Map(_, entries) | Kind::Object(entries) if !entries.is_empty() => {
            let _ = writeln!(text, "{indent}{name}");
            for (key, entry) in entries.iter() {
                lines(text, &clean(key), entry, depth + 1, of);
            }
        }
        Kind::Null(_) => {}
        _ => {
            let known = known(value).unwrap_or(Json::Null);
            let _ = writeln!(text, "{indent}{name} = {known}");
        }
    }
}

/// What an unknown value is and what would decide it. Attributes of resources are known after the
/// apply, as everybody expects; an instance's own need not be named.
fn why_unknown(symbol: &Symbol, of: Option<&Instance>) -> String {
    let of_a_resource = match symbol {
        Symbol::Attribute { of, .. } => of.mode == Mode::Managed,
        Symbol::Template(_) => true,
        _ => false,
    };
    let own = |instance: &Instance| matches!(symbol, Symbol::Attribute { of, .. } if *of == instance.address);
    if of.is_some_and(own) {
        "known after apply".to_owned()
    } else if of_a_resource {
        clean(&format!("{symbol}, known after apply"))
    } else {
        clean(&format!("unknown: {symbol}; decided by {}", decided_by(symbol)))
    }
}

/// Of joins in order, those of one instance.
fn joins_of<'j>(joins: &'j [Join], input: usize, address: &Address) -> &'j [Join] {
    let key = |join: &Join| (join.input, &*join.from).cmp(&(input, address));
    let start = joins.partition_point(|join| key(join).is_lt());
    let end = joins.partition_point(|join| key(join).is_le());
    joins.get(start..end).unwrap_or_default()
}

/// `to` where it is certain which instances are meant, or that one of several is; what else it is in words.
fn joined_json(join: &Join) -> Json {
    let (to, otherwise) = match &join.to {
        Joined::To(address) => (vec![address.to_string()], None),
        Joined::Either(addresses) => (addresses.iter().map(ToString::to_string).collect(), None),
        other => (Vec::new(), Some(other.to_string())),
    };
    json!({ "attribute": &*join.attribute, "to": to, "otherwise": otherwise })
}

fn resource(instance: &Instance, joins: &[Join], sources: &Sources) -> Json {
    let address = &instance.address;
    let module: Vec<String> = address.module.iter().map(ModuleStep::to_string).collect();
    let mut references = Map::new();
    collect_references(&instance.values, &mut String::new(), &mut references);
    json!({
        "address": address.to_string(),
        "mode": if address.mode == Mode::Data { "data" } else { "managed" },
        "type": &*address.kind,
        "name": &*address.name,
        "index": match &address.key {
            None => Json::Null,
            Some(Key::Index(index)) => json!(index),
            Some(Key::Name(name)) => json!(&**name),
            Some(Key::Any) => json!("*"),
        },
        "module": module.join("."),
        "depends_on": instance.depends_on.as_ref().map(Symbol::to_string),
        "values": known(&instance.values),
        "unknown": unknown(&instance.values),
        "sensitive": sensitive(&instance.values),
        "references": references,
        "joins": joins.iter().map(joined_json).collect::<Vec<_>>(),
        "at": instance.at.map(|place| at(place, sources)),
    })
}

fn named_value(value: &Value) -> Json {
    json!({
        "value": known(value),
        "type": type_json(&value.type_of()),
        "unknown": unknown(value),
        "sensitive": sensitive(value),
    })
}

/// The known part of a value; `None` where nothing is known.
fn known(value: &Value) -> Option<Json> {
    if value.marks.any() {
        return Some(Json::Null);
    }
    Some(match &value.kind {
        _ if !shows(value) => return None,
        Kind::Unknown(_) => return None,
        Kind::Null(_) => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) => number_json(&number.to_string()),
        Kind::String(text) => Json::String(text.to_string()),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Json::Array(
            elements
                .iter()
                .map(|element| known(element).unwrap_or(Json::Null))
                .collect(),
        ),
        Kind::Map(_, entries) | Kind::Object(entries) => Json::Object(
            entries
                .iter()
                .filter_map(|(name, entry)| Some((name.to_string(), known(entry)?)))
                .collect(),
        ),
    })
}

/// Whether Terraform would show the value as known: not a list of blocks of which some come from a
/// collection that is unknown, although the others are known here.
fn shows(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(_) => false,
        Kind::List(_, elements) => !elements.iter().any(is_unknown_blocks),
        _ => true,
    }
}

/// A number with all its digits.
fn number_json(digits: &str) -> Json {
    digits
        .parse::<JsonNumber>()
        .map_or_else(|_| Json::String(digits.to_owned()), Json::Number)
}

fn unknown(value: &Value) -> Json {
    structure(value, &|value| !shows(value))
}

fn sensitive(value: &Value) -> Json {
    structure(value, &|value| value.marks.sensitive)
}

/// `true` where `is` holds, structures that hold such leaves, `false` elsewhere.
fn structure(value: &Value, is: &dyn Fn(&Value) -> bool) -> Json {
    if is(value) {
        return Json::Bool(true);
    }
    match &value.kind {
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            Json::Array(elements.iter().map(|element| structure(element, is)).collect())
        }
        Kind::Map(_, entries) | Kind::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(name, entry)| (name.to_string(), structure(entry, is)))
                .filter(|(_, json)| *json != Json::Bool(false))
                .collect(),
        ),
        _ => Json::Bool(false),
    }
}

/// The paths of unknown leaves that are an attribute of a resource, with that attribute.
fn collect_references(value: &Value, path: &mut String, references: &mut Map<String, Json>) {
    let length = path.len();
    match &value.kind {
        Kind::Unknown(unknown) if names_a_resource(&unknown.symbol) => {
            references.insert(path.clone(), Json::String(unknown.symbol.to_string()));
        }
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let _ = write!(path, "[{index}]");
                collect_references(element, path, references);
                path.truncate(length);
            }
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            for (name, entry) in entries.iter() {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(name);
                collect_references(entry, path, references);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn names_a_resource(symbol: &Symbol) -> bool {
    matches!(
        symbol,
        Symbol::Attribute { .. } | Symbol::Instance(_) | Symbol::Template(_)
    )
}

/// A type in Terraform's JSON form.
#[must_use]
pub fn type_json(of: &Type) -> Json {
    match of {
        Type::Any => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(element) => json!(["list", type_json(element)]),
        Type::Set(element) => json!(["set", type_json(element)]),
        Type::Map(element) => json!(["map", type_json(element)]),
        Type::Tuple(elements) => json!(["tuple", elements.iter().map(type_json).collect::<Vec<_>>()]),
        Type::Object(fields) => {
            let types: Map<String, Json> = fields
                .iter()
                .map(|field| (field.name.to_string(), type_json(&field.of)))
                .collect();
            json!(["object", types])
        }
    }
}
