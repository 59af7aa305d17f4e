//! What the tool sees, for machines. `values`, `unknown` and `sensitive` have the shapes of a plan's
//! `after`, `after_unknown` and `after_sensitive`; sensitive leaves are `null` in `values`.
//!
//! The document is written as it is made: it is several times as large as what was read.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Number as JsonNumber;

use super::{joins_of, shows};
use crate::config::module::Mode;
use crate::evaluate::address::{Address, Key, ModuleStep};
use crate::evaluate::evaluation::{Evaluation, Instance};
use crate::evaluate::values::number::Number;
use crate::evaluate::values::value::{Field, Kind, Symbol, Type, Value};
use crate::network::joins::{Join, Joined};
use crate::prove::redact::names_a_secret;
use crate::report::json::severity_word;
use crate::report::place::{At, at};
use crate::source::{Diagnostic, Sources};

/// Writes all evaluations, and the problems met when `reading`, as one document; resources are in the
/// order of their addresses.
///
/// # Errors
/// What `out` says when it cannot be written.
pub fn write_json(
    mut out: impl Write,
    evaluations: &[Evaluation],
    joins: &[Join],
    reading: &[Diagnostic],
    sources: &Sources,
) -> io::Result<()> {
    let mut resources: Vec<(usize, &Instance)> = evaluations
        .iter()
        .enumerate()
        .flat_map(|(input, evaluation)| evaluation.instances.iter().map(move |instance| (input, instance)))
        .collect();
    resources.sort_by(|(_, a), (_, b)| a.address.cmp(&b.address));
    let found = evaluations.iter().flat_map(|evaluation| &evaluation.diagnostics);
    let document = Document {
        format: "clearway-show/1",
        resources: Resources {
            instances: &resources,
            joins,
            sources,
        },
        outputs: named(evaluations, |evaluation| &evaluation.outputs),
        locals: named(evaluations, |evaluation| &evaluation.locals),
        diagnostics: reading
            .iter()
            .chain(found)
            .map(|diagnostic| problem(diagnostic, sources))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    resources: Resources<'a>,
    outputs: BTreeMap<&'a str, NamedEntry<'a>>,
    locals: BTreeMap<&'a str, NamedEntry<'a>>,
    diagnostics: Vec<ProblemEntry<'a>>,
}

#[derive(Serialize)]
struct ResourceEntry<'a> {
    #[serde(serialize_with = "displayed")]
    address: &'a Address,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'a str,
    name: &'a str,
    index: Option<Index<'a>>,
    module: String,
    depends_on: Option<String>,
    values: Known<'a>,
    unknown: Structure<'a>,
    sensitive: Structure<'a>,
    references: BTreeMap<String, String>,
    joins: Vec<JoinEntry<'a>>,
    at: Option<At>,
}

/// The key of an instance; `*` where it stands for any number of them.
#[derive(Serialize)]
#[serde(untagged)]
enum Index<'a> {
    Number(u64),
    Name(&'a str),
}

/// `to` where it is certain which instances are meant, or that one of several is; what else it is in
/// words.
#[derive(Serialize)]
struct JoinEntry<'a> {
    attribute: &'a str,
    to: Vec<String>,
    otherwise: Option<String>,
}

#[derive(Serialize)]
struct NamedEntry<'a> {
    value: Known<'a>,
    #[serde(rename = "type")]
    of: TypeOf<'a>,
    unknown: Structure<'a>,
    sensitive: Structure<'a>,
}

#[derive(Serialize)]
struct ProblemEntry<'a> {
    severity: &'static str,
    code: &'static str,
    summary: &'a str,
    detail: &'a str,
    help: Option<&'a str>,
    at: Option<At>,
}

/// The instances, each made when its turn comes.
struct Resources<'a> {
    /// With the input of each.
    instances: &'a [(usize, &'a Instance)],
    joins: &'a [Join],
    sources: &'a Sources,
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.instances.iter().map(|(input, instance)| {
            let joins = joins_of(self.joins, *input, &instance.address);
            resource(instance, joins, self.sources)
        }))
    }
}

fn resource<'a>(instance: &'a Instance, joins: &'a [Join], sources: &Sources) -> ResourceEntry<'a> {
    let address = &instance.address;
    let module: Vec<String> = address.module.iter().map(ModuleStep::to_string).collect();
    let mut references = BTreeMap::new();
    collect_references(&instance.values, &mut String::new(), &mut references);
    ResourceEntry {
        address,
        mode: match address.mode {
            Mode::Data => "data",
            Mode::Managed => "managed",
        },
        kind: &address.kind,
        name: &address.name,
        index: address.key.as_ref().map(|key| match key {
            Key::Index(index) => Index::Number(*index),
            Key::Name(name) => Index::Name(name),
            Key::Any => Index::Name("*"),
        }),
        module: module.join("."),
        depends_on: instance.depends_on.as_ref().map(Symbol::to_string),
        values: Known(&instance.values),
        unknown: unknown(&instance.values),
        sensitive: sensitive(&instance.values),
        references,
        joins: joins.iter().map(join_entry).collect(),
        at: instance.at.map(|place| at(place, sources)),
    }
}

fn join_entry(join: &Join) -> JoinEntry<'_> {
    let (to, otherwise) = match &join.to {
        Joined::To(address) => (vec![address.to_string()], None),
        Joined::Either(addresses) => (addresses.iter().map(ToString::to_string).collect(), None),
        other => (Vec::new(), Some(other.to_string())),
    };
    JoinEntry {
        attribute: &join.attribute,
        to,
        otherwise,
    }
}

fn named<'a>(
    evaluations: &'a [Evaluation],
    select: fn(&Evaluation) -> &BTreeMap<Arc<str>, Value>,
) -> BTreeMap<&'a str, NamedEntry<'a>> {
    evaluations
        .iter()
        .flat_map(select)
        .map(|(name, value)| (&**name, named_value(value)))
        .collect()
}

fn named_value(value: &Value) -> NamedEntry<'_> {
    NamedEntry {
        value: Known(value),
        of: TypeOf(value),
        unknown: unknown(value),
        sensitive: sensitive(value),
    }
}

fn problem<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> ProblemEntry<'a> {
    ProblemEntry {
        severity: severity_word(diagnostic.severity),
        code: diagnostic.code,
        summary: &diagnostic.summary,
        detail: &diagnostic.detail,
        help: diagnostic.help.as_deref(),
        at: diagnostic.at.map(|place| at(place, sources)),
    }
}

fn displayed<S: Serializer>(value: &impl Display, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(value)
}

/// The known part of a value: entries of which nothing is known are left out, and are `null` where
/// they cannot be.
pub(super) struct Known<'a>(pub &'a Value);

impl Known<'_> {
    fn is_empty(&self) -> bool {
        !self.0.marks.any() && !shows(self.0)
    }
}

impl Serialize for Known<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Known(value) = self;
        if value.marks.any() || self.is_empty() {
            return out.serialize_none();
        }
        match &value.kind {
            Kind::Unknown(_) | Kind::Null(_) => out.serialize_none(),
            Kind::Bool(value) => out.serialize_bool(*value),
            Kind::Number(number) => serialize_number(number, out),
            Kind::String(text) => out.serialize_str(text),
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                out.collect_seq(elements.iter().map(Known))
            }
            Kind::Map(_, entries) | Kind::Object(entries) => {
                let known = entries.iter().filter(|(_, entry)| !Known(entry).is_empty());
                out.collect_map(
                    known.map(|(name, entry)| {
                        (&**name, (!is_named_secret(name, entry)).then_some(Known(entry)))
                    }),
                )
            }
        }
    }
}

/// Whether a text belongs to what is named like a secret.
pub(super) fn is_named_secret(name: &str, value: &Value) -> bool {
    matches!(value.kind, Kind::String(_)) && names_a_secret(name)
}

/// A number with all its digits.
fn serialize_number<S: Serializer>(number: &Number, out: S) -> Result<S::Ok, S::Error> {
    if let Number::Integer(integer) = number {
        return out.serialize_i64(*integer);
    }
    let digits = number.to_string();
    match digits.parse::<JsonNumber>() {
        Ok(number) => number.serialize(out),
        Err(_) => out.serialize_str(&digits),
    }
}

fn unknown(value: &Value) -> Structure<'_> {
    let is = |value: &Value| !shows(value);
    Structure { value, is }
}

fn sensitive(value: &Value) -> Structure<'_> {
    let is = |value: &Value| value.marks.sensitive;
    Structure { value, is }
}

/// `true` where `is` holds, structures that hold such leaves, `false` elsewhere.
struct Structure<'a> {
    value: &'a Value,
    is: fn(&Value) -> bool,
}

impl<'a> Structure<'a> {
    fn of(&self, value: &'a Value) -> Structure<'a> {
        Structure { value, is: self.is }
    }

    /// Whether this is written as `false`.
    fn is_false(&self) -> bool {
        let is_leaf = matches!(
            self.value.kind,
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Unknown(_)
        );
        is_leaf && !(self.is)(self.value)
    }
}

impl Serialize for Structure<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if (self.is)(self.value) {
            return out.serialize_bool(true);
        }
        match &self.value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                out.collect_seq(elements.iter().map(|element| self.of(element)))
            }
            Kind::Map(_, entries) | Kind::Object(entries) => {
                let entries = entries.iter().map(|(name, entry)| (&**name, self.of(entry)));
                out.collect_map(entries.filter(|(_, entry)| !entry.is_false()))
            }
            _ => out.serialize_bool(false),
        }
    }
}

/// The paths of unknown leaves that are an attribute of a resource, with that attribute.
fn collect_references(value: &Value, path: &mut String, references: &mut BTreeMap<String, String>) {
    let length = path.len();
    match &value.kind {
        Kind::Unknown(unknown) if names_a_resource(&unknown.symbol) => {
            references.insert(path.clone(), unknown.symbol.to_string());
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

/// The type of a value in Terraform's JSON form.
struct TypeOf<'a>(&'a Value);

impl Serialize for TypeOf<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            Kind::Tuple(elements) => ("tuple", ElementTypes(elements)).serialize(out),
            Kind::Object(entries) => ("object", EntryTypes(entries)).serialize(out),
            _ => TypeForm(&self.0.type_of()).serialize(out),
        }
    }
}

struct ElementTypes<'a>(&'a [Value]);

impl Serialize for ElementTypes<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(TypeOf))
    }
}

struct EntryTypes<'a>(&'a [(Arc<str>, Value)]);

impl Serialize for EntryTypes<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().map(|(name, value)| (&**name, TypeOf(value))))
    }
}

/// A type constraint in the same form.
struct TypeForm<'a>(&'a Type);

impl Serialize for TypeForm<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Type::Any => out.serialize_str("dynamic"),
            Type::Bool => out.serialize_str("bool"),
            Type::Number => out.serialize_str("number"),
            Type::String => out.serialize_str("string"),
            Type::List(element) => ("list", TypeForm(element)).serialize(out),
            Type::Set(element) => ("set", TypeForm(element)).serialize(out),
            Type::Map(element) => ("map", TypeForm(element)).serialize(out),
            Type::Tuple(elements) => ("tuple", TupleForm(elements)).serialize(out),
            Type::Object(fields) => ("object", ObjectForm(fields)).serialize(out),
        }
    }
}

struct TupleForm<'a>(&'a [Type]);

impl Serialize for TupleForm<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(TypeForm))
    }
}

struct ObjectForm<'a>(&'a [Field]);

impl Serialize for ObjectForm<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().map(|field| (&*field.name, TypeForm(&field.of))))
    }
}
