//! Values as Terraform knows them (cty), plus the three things a value never loses: its place, what
//! it is when it is unknown, and whether it is sensitive.

use std::fmt;
use std::sync::Arc;

use super::number::Number;
use crate::evaluate::address::{Address, ModulePath};
use crate::source::Place;

/// A value with its marks and places. Cloning is cheap: contents are shared.
#[derive(Clone, Debug)]
pub struct Value {
    pub kind: Kind,
    pub marks: Marks,
    /// Where it was born: the literal in the file, the default of a variable, the tfvars entry, the
    /// call that computed it.
    pub origin: Option<Place>,
    /// Where it was last bound: the attribute (or block header) of the resource that holds it.
    /// Set when a resource body is evaluated; `None` before.
    pub at: Option<Place>,
    /// The block this object is, where it is one: what it does not list is unknown, not absent. Lost
    /// when the object is changed or converted.
    pub block: Option<Arc<BlockOf>>,
}

/// A resource instance (no path) or a nested block of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlockOf {
    pub of: Arc<Address>,
    pub path: Arc<[Step]>,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Null(Type),
    Bool(bool),
    Number(Number),
    /// NFC-normalised.
    String(Arc<str>),
    /// The element type, and elements that all have it.
    List(Type, Arc<[Value]>),
    /// Elements in Terraform's set order, without duplicates. Unknown elements come last; a set with
    /// unknown elements keeps them (they carry symbols), its length is unknown.
    Set(Type, Arc<[Value]>),
    Map(Type, Entries),
    Tuple(Arc<[Value]>),
    Object(Entries),
    Unknown(Arc<Unknown>),
}

/// Entries of a map or object, sorted by key bytes, keys unique.
pub type Entries = Arc<[(Arc<str>, Value)]>;

/// A type constraint or the type of a value. `Any` is cty's dynamic pseudo-type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Any,
    Bool,
    Number,
    String,
    List(Arc<Type>),
    Set(Arc<Type>),
    Map(Arc<Type>),
    Tuple(Arc<[Type]>),
    Object(Arc<[Field]>),
}

/// An attribute of an object type, sorted by name. Defaults of `optional()` live beside the type,
/// in the variable (`variable.rs`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    pub name: Arc<str>,
    pub of: Type,
    pub optional: bool,
}

/// Marks travel through every operation as in Terraform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks {
    pub sensitive: bool,
    pub ephemeral: bool,
}

/// A value that is not known, and everything that is known about it all the same.
#[derive(Clone, Debug)]
pub struct Unknown {
    pub of: Type,
    pub not_null: bool,
    /// For a string: it certainly starts so.
    pub prefix: Option<Arc<str>>,
    /// For a collection: bounds of its length, both inclusive.
    pub length: (u64, Option<u64>),
    /// For a number: bounds, both inclusive.
    pub range: (Option<Number>, Option<Number>),
    pub symbol: Symbol,
    /// A plan alone chose the instance in `symbol` because its key equals the key of the instance
    /// that refers to it: the assumption `same-key`.
    pub same_key: bool,
    /// A plan alone: elements that this list or set certainly has. There may be more, because a plan
    /// drops what is written beside references.
    pub members: Arc<[Symbol]>,
}

/// What an unknown value *is*. Two values with one identifying symbol ([`Symbol::is_identity`]) are
/// equal, whatever they turn out to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// An attribute of a resource instance: `azurerm_subnet.hub["GatewaySubnet"].id`.
    Attribute { of: Arc<Address>, path: Arc<[Step]> },
    /// A whole instance of which nothing is known (a data source): `data.azurerm_subnet.hub`.
    Instance(Arc<Address>),
    /// A variable of the root module without a value.
    Variable { name: Arc<str>, path: Arc<[Step]> },
    /// An output of a module that is not installed.
    Output {
        module: ModulePath,
        name: Arc<str>,
        source: Arc<str>,
    },
    /// A string whose parts are known one by one: `"${azurerm_x.y.id}/workloadNetworks/default"`.
    Template(Arc<[Part]>),
    /// A function's result, or an operation's, over the symbols it depends on (sorted, unique).
    Derived { by: Arc<str>, from: Arc<[Symbol]> },
    /// Known only when it runs: `timestamp()`, `uuid()`.
    Impure(Arc<str>),
    /// A value a plan says is unknown and whose source nobody can name: the address and the path.
    Planned { of: Arc<Address>, path: Arc<[Step]> },
    /// A reference a plan keeps without saying which instance it means; it is one of these.
    OneOf(Arc<[Symbol]>),
}

/// One step of a path into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Attribute(Arc<str>),
    Index(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Literal(Arc<str>),
    Symbol(Symbol),
}

impl Marks {
    pub const SENSITIVE: Marks = Marks {
        sensitive: true,
        ephemeral: false,
    };

    #[must_use]
    pub fn and(self, other: Marks) -> Marks {
        Marks {
            sensitive: self.sensitive || other.sensitive,
            ephemeral: self.ephemeral || other.ephemeral,
        }
    }

    #[must_use]
    pub fn any(self) -> bool {
        self.sensitive || self.ephemeral
    }
}

impl Value {
    #[must_use]
    pub fn new(kind: Kind) -> Value {
        Value {
            kind,
            marks: Marks::default(),
            origin: None,
            at: None,
            block: None,
        }
    }

    #[must_use]
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::new(Kind::String(text.into()))
    }

    #[must_use]
    pub fn bool(value: bool) -> Value {
        Value::new(Kind::Bool(value))
    }

    #[must_use]
    pub fn number(number: impl Into<Number>) -> Value {
        Value::new(Kind::Number(number.into()))
    }

    #[must_use]
    pub fn null(of: Type) -> Value {
        Value::new(Kind::Null(of))
    }

    #[must_use]
    pub fn tuple(elements: impl Into<Arc<[Value]>>) -> Value {
        Value::new(Kind::Tuple(elements.into()))
    }

    /// An object of entries in any order; of entries with one key the last wins.
    #[must_use]
    pub fn object(entries: Vec<(Arc<str>, Value)>) -> Value {
        Value::new(Kind::Object(sorted(entries)))
    }

    #[must_use]
    pub fn map(of: Type, entries: Vec<(Arc<str>, Value)>) -> Value {
        Value::new(Kind::Map(of, sorted(entries)))
    }

    #[must_use]
    pub fn unknown(of: Type, symbol: Symbol) -> Value {
        Value::new(Kind::Unknown(Arc::new(Unknown::new(of, symbol))))
    }

    #[must_use]
    pub fn with_origin(mut self, place: Place) -> Value {
        self.origin = Some(place);
        self
    }

    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Value {
        self.marks = self.marks.and(marks);
        self
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether the value itself is known; its elements may still be unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether the value and everything in it is known.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) => false,
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                elements.iter().all(Value::is_wholly_known)
            }
            Kind::Map(_, entries) | Kind::Object(entries) => {
                entries.iter().all(|(_, value)| value.is_wholly_known())
            }
            _ => true,
        }
    }

    #[must_use]
    pub fn symbol(&self) -> Option<&Symbol> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(&unknown.symbol),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple.
    #[must_use]
    pub fn elements(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries of a known map or object.
    #[must_use]
    pub fn entries(&self) -> Option<&[(Arc<str>, Value)]> {
        match &self.kind {
            Kind::Map(_, entries) | Kind::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a known map or object under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let entries = self.entries()?;
        let index = entries.binary_search_by(|(name, _)| (**name).cmp(key)).ok()?;
        entries.get(index).map(|(_, value)| value)
    }

    /// The type of the value, as `type()` of `terraform console` would show it.
    #[must_use]
    pub fn type_of(&self) -> Type {
        match &self.kind {
            Kind::Null(of) => of.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(of, _) => Type::List(Arc::new(of.clone())),
            Kind::Set(of, _) => Type::Set(Arc::new(of.clone())),
            Kind::Map(of, _) => Type::Map(Arc::new(of.clone())),
            Kind::Tuple(elements) => Type::Tuple(elements.iter().map(Value::type_of).collect()),
            Kind::Object(entries) => Type::Object(
                entries
                    .iter()
                    .map(|(name, value)| Field {
                        name: name.clone(),
                        of: value.type_of(),
                        optional: false,
                    })
                    .collect(),
            ),
            Kind::Unknown(unknown) => unknown.of.clone(),
        }
    }

    /// The marks of the value and of everything in it.
    #[must_use]
    pub fn deep_marks(&self) -> Marks {
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements
                .iter()
                .fold(self.marks, |marks, value| marks.and(value.deep_marks())),
            Kind::Map(_, entries) | Kind::Object(entries) => entries
                .iter()
                .fold(self.marks, |marks, (_, value)| marks.and(value.deep_marks())),
            _ => self.marks,
        }
    }
}

fn sorted(mut entries: Vec<(Arc<str>, Value)>) -> Entries {
    let in_order = |pair: &[(Arc<str>, Value)]| matches!(pair, [(a, _), (b, _)] if a < b);
    if !entries.windows(2).all(in_order) {
        // A stable sort keeps the written order among equal keys, so the last one wins.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.reverse();
        entries.dedup_by(|(a, _), (b, _)| a == b);
        entries.reverse();
    }
    entries.into()
}

impl Unknown {
    #[must_use]
    pub fn new(of: Type, symbol: Symbol) -> Unknown {
        Unknown {
            of,
            not_null: false,
            prefix: None,
            length: (0, None),
            range: (None, None),
            symbol,
            same_key: false,
            members: Arc::new([]),
        }
    }
}

impl Symbol {
    /// The one attribute, instance, variable or output that everything unknown in this symbol comes
    /// from: itself, or the single source of a template, function or expression. `None` when there
    /// are several, or none that can be named.
    #[must_use]
    pub fn only_source(&self) -> Option<&Symbol> {
        match self {
            Symbol::Attribute { .. }
            | Symbol::Instance(_)
            | Symbol::Variable { .. }
            | Symbol::Output { .. } => Some(self),
            Symbol::Template(parts) => only(parts.iter().filter_map(|part| match part {
                Part::Literal(_) => None,
                Part::Symbol(symbol) => Some(symbol),
            })),
            Symbol::Derived { from, .. } | Symbol::OneOf(from) => only(from.iter()),
            Symbol::Impure(_) | Symbol::Planned { .. } => None,
        }
    }

    /// Whether this is the place of a plan under the name.
    fn is_named(&self, name: &str) -> bool {
        matches!(self, Symbol::Planned { .. }) && self.to_string() == *name
    }
}

/// The source that all these symbols share. Symbols nest as deep as expressions do, which the
/// reader bounds.
fn only<'a>(mut symbols: impl Iterator<Item = &'a Symbol>) -> Option<&'a Symbol> {
    let first = symbols.next()?.only_source()?;
    symbols
        .all(|symbol| symbol.only_source() == Some(first))
        .then_some(first)
}

impl fmt::Display for Symbol {
    /// The name a user would recognise; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Symbol::Attribute { of, path } | Symbol::Planned { of, path } => {
                write!(f, "{of}")?;
                write_path(f, path)
            }
            Symbol::Instance(of) => write!(f, "{of}"),
            Symbol::Variable { name, path } => {
                write!(f, "var.{name}")?;
                write_path(f, path)
            }
            Symbol::Output { module, name, .. } => {
                for step in module.iter() {
                    write!(f, "{step}.")?;
                }
                f.write_str(name)
            }
            Symbol::Template(parts) => {
                for part in parts.iter() {
                    match part {
                        Part::Literal(text) => f.write_str(text)?,
                        Part::Symbol(symbol) => write!(f, "${{{symbol}}}")?,
                    }
                }
                Ok(())
            }
            // A part of what an output of a module that is not installed gives.
            Symbol::Derived { by, from } if by.starts_with(['.', '[']) => {
                from.iter().try_for_each(|symbol| write!(f, "{symbol}"))?;
                f.write_str(by)
            }
            // A part of what a function gives.
            Symbol::Derived { by, from } if part_of_call(by).is_some() => {
                let (call, path) = part_of_call(by).unwrap_or_default();
                write_call(f, call, from)?;
                f.write_str(path)
            }
            // A place of a plan and what it is made from; no function has such a name.
            Symbol::Derived { by, from } if by.contains(['.', '[']) => {
                f.write_str(by)?;
                let mut separator = ", from ";
                for symbol in from.iter().filter(|symbol| !symbol.is_named(by)) {
                    write!(f, "{separator}{symbol}")?;
                    separator = " and ";
                }
                Ok(())
            }
            Symbol::Derived { by, from } if from.is_empty() => f.write_str(by),
            Symbol::Derived { by, from } => write_call(f, by, from),
            Symbol::Impure(call) if call.ends_with(')') => f.write_str(call),
            Symbol::Impure(name) => write!(f, "{name}()"),
            Symbol::OneOf(symbols) => {
                for (index, symbol) in symbols.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" or ")?;
                    }
                    write!(f, "{symbol}")?;
                }
                Ok(())
            }
        }
    }
}

fn write_call(f: &mut fmt::Formatter<'_>, call: &str, from: &[Symbol]) -> fmt::Result {
    write!(f, "{call}(")?;
    for (index, symbol) in from.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{symbol}")?;
    }
    f.write_str(")")
}

/// A function and the path into what it gives. A place of a plan begins with a resource type, which has
/// an underscore, or with a word that no function has for a name.
fn part_of_call(by: &str) -> Option<(&str, &str)> {
    let at = by.find(['.', '['])?;
    let (call, path) = (by.get(..at)?, by.get(at..)?);
    let is_name = call.starts_with(|first: char| first.is_ascii_lowercase())
        && call.chars().all(|character| character.is_ascii_alphanumeric());
    (is_name && !["module", "data", "each", "count"].contains(&call)).then_some((call, path))
}

fn write_path(f: &mut fmt::Formatter<'_>, path: &[Step]) -> fmt::Result {
    for step in path {
        match step {
            Step::Attribute(name) => write!(f, ".{name}")?,
            Step::Index(index) => write!(f, "[{index}]")?,
        }
    }
    Ok(())
}
