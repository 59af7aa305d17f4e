//! Every instance of every input under one roof, findable by address, ARM id, NSX path and name.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::config::module::Mode;
use crate::evaluate::address::Address;
use crate::evaluate::evaluation::{Evaluation, Instance};
use crate::evaluate::values::value::{Kind, Value};

use super::attributes::{View, text_of};
use super::ids;

/// So many instances are told apart that a name may mean.
const MOST_POSSIBLE: usize = 32;

/// An instance of one of the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub u32);

#[derive(Debug)]
pub struct Catalogue<'e> {
    entries: Vec<Entry<'e>>,
    evaluations: &'e [Evaluation],
    by_address: HashMap<(usize, &'e Address), Handle, RandomState>,
    /// ARM key (see [`ids`]) to the instances that have it, managed ones first.
    by_key: HashMap<Arc<str>, Vec<Handle>, RandomState>,
    by_path: HashMap<Arc<str>, Vec<Handle>, RandomState>,
    /// Those of each last type and name (see [`ids::tail`]).
    by_tail: HashMap<Tail, Vec<Handle>, RandomState>,
    /// Data sources and the like that are another instance of the inputs.
    canonical: HashMap<Handle, (Handle, bool), RandomState>,
}

/// The end of a key: the last type, and the name where it is known.
type Tail = (Arc<str>, Option<Arc<str>>);

#[derive(Debug)]
struct Entry<'e> {
    input: usize,
    instance: &'e Instance,
    /// The body of an azapi resource that was written as JSON text.
    body: Option<Value>,
    /// The ARM id without its subscription, lower case.
    key: Option<Arc<str>>,
    subscription: Option<Arc<str>>,
    path: Option<Arc<str>>,
}

impl<'e> Catalogue<'e> {
    #[must_use]
    pub fn new(evaluations: &'e [Evaluation]) -> Catalogue<'e> {
        let mut catalogue = Catalogue {
            entries: Vec::new(),
            evaluations,
            by_address: HashMap::default(),
            by_key: HashMap::default(),
            by_path: HashMap::default(),
            by_tail: HashMap::default(),
            canonical: HashMap::default(),
        };
        for (input, evaluation) in evaluations.iter().enumerate() {
            for instance in &evaluation.instances {
                let handle = Handle(u32::try_from(catalogue.entries.len()).unwrap_or(u32::MAX));
                catalogue.by_address.insert((input, &*instance.address), handle);
                catalogue.entries.push(Entry {
                    input,
                    instance,
                    body: json_body(instance),
                    key: None,
                    subscription: None,
                    path: None,
                });
            }
        }
        catalogue.index();
        catalogue
    }

    /// Gives every instance its key and path, and finds which of them are one.
    fn index(&mut self) {
        for number in 0..self.entries.len() {
            let handle = Handle(u32::try_from(number).unwrap_or(u32::MAX));
            self.assign(handle, 0);
        }
        for (number, entry) in self.entries.iter().enumerate() {
            let handle = Handle(u32::try_from(number).unwrap_or(u32::MAX));
            let managed = entry.instance.address.mode == Mode::Managed;
            for (map, key) in [(&mut self.by_key, &entry.key), (&mut self.by_path, &entry.path)] {
                if let Some(key) = key {
                    let handles: &mut Vec<Handle> = map.entry(key.clone()).or_default();
                    if managed {
                        let after = handles.partition_point(|known| {
                            self.entries
                                .get(known.0 as usize)
                                .is_some_and(|known| known.instance.address.mode == Mode::Managed)
                        });
                        handles.insert(after, handle);
                    } else {
                        handles.push(handle);
                    }
                }
            }
        }
        for (key, handles) in &self.by_key {
            let (kind, name) = ids::tail(key);
            let tail = (Arc::from(kind), name.map(Arc::from));
            self.by_tail.entry(tail).or_default().extend(handles);
        }
        self.by_tail.values_mut().for_each(|handles| handles.sort());
        self.canonical = self.find_canonical();
    }

    /// Instances that may have this key although theirs is another: a name in one of the two is not
    /// known. `None`: too many to tell.
    #[must_use]
    pub fn perhaps_with_key(&self, key: &str) -> Option<Vec<Handle>> {
        let (kind, name) = ids::tail(key);
        let own = self.by_tail.get(&(kind.into(), name.map(Arc::from)));
        let unnamed = name.and_then(|_| self.by_tail.get(&(kind.into(), None)));
        let all = || own.into_iter().chain(unnamed).flatten().copied();
        (name.is_some() && all().nth(MOST_POSSIBLE).is_none()).then(|| {
            let fits = |handle: &Handle| self.key(*handle).is_some_and(|own| ids::may_be_one(own, key));
            all().filter(fits).collect()
        })
    }

    /// The key of an instance; the parents of azapi resources first.
    fn assign(&mut self, handle: Handle, depth: u8) {
        if self.key(handle).is_some() || depth > 8 {
            return;
        }
        let Some(parent) = self.view(handle).map(|view| ids::parent(&view)) else {
            return;
        };
        if let Some(parent) = parent.and_then(|value| self.pointed(self.input(handle), value)) {
            self.assign(parent, depth + 1);
        }
        let Some(view) = self.view(handle) else { return };
        let (key, subscription) = match ids::own_id(&view) {
            Some(id) => ids::key_of_id(&id),
            None => (ids::synthesised(self, &view), None),
        };
        let path = ids::nsx_path(&view);
        if let Some(entry) = self.entries.get_mut(handle.0 as usize) {
            entry.key = key;
            entry.subscription = subscription;
            entry.path = path;
        }
    }

    /// The instance that a value's only symbol is an attribute of, without any further join.
    #[must_use]
    pub fn pointed(&self, input: usize, value: &Value) -> Option<Handle> {
        let address = match value.symbol().and_then(|symbol| symbol.only_source()) {
            Some(source) => ids::address_of(source)?,
            None => &value.block.as_ref()?.of,
        };
        self.at(input, address)
    }

    /// Data sources that read what an input also manages, and one object managed or read twice.
    fn find_canonical(&self) -> HashMap<Handle, (Handle, bool), RandomState> {
        let mut canonical = HashMap::default();
        for (number, entry) in self.entries.iter().enumerate() {
            let handle = Handle(u32::try_from(number).unwrap_or(u32::MAX));
            let groups = [
                entry.key.as_ref().and_then(|key| self.by_key.get(key)),
                entry.path.as_ref().and_then(|path| self.by_path.get(path)),
            ];
            for group in groups.into_iter().flatten() {
                if let Some((first, exact)) = self.same(handle, entry, group) {
                    canonical.insert(handle, (first, exact));
                }
            }
        }
        canonical
    }

    /// The instance of a group that `entry` is a second sight of, and whether that is certain.
    fn same(&self, handle: Handle, entry: &Entry<'_>, group: &[Handle]) -> Option<(Handle, bool)> {
        if entry.instance.address.mode == Mode::Managed && group.first() == Some(&handle) {
            return None;
        }
        let fits = |other: &Entry<'_>| match (&entry.subscription, &other.subscription) {
            (Some(one), Some(two)) => one == two,
            _ => entry.instance.provider == other.instance.provider || entry.input != other.input,
        };
        let mut others = group.iter().copied().filter(|other| {
            *other < handle && self.managed(*other) == self.managed(handle)
                || self.managed(*other) && !self.managed(handle)
        });
        let first = others.find(|other| self.entry(*other).is_some_and(fits))?;
        let exact = entry.subscription.is_some()
            && self
                .entry(first)
                .is_some_and(|other| other.subscription == entry.subscription);
        Some((first, exact))
    }

    /// Every instance, in the order of inputs and addresses.
    pub fn handles(&self) -> impl Iterator<Item = Handle> + '_ {
        (0..self.entries.len()).map(|number| Handle(u32::try_from(number).unwrap_or(u32::MAX)))
    }

    #[must_use]
    pub fn view(&self, handle: Handle) -> Option<View<'_>> {
        let entry = self.entry(handle)?;
        Some(View {
            input: entry.input,
            instance: entry.instance,
            value: &entry.instance.values,
        })
    }

    /// The body of an azapi resource, whether it was written as an object or as JSON text.
    #[must_use]
    pub fn body(&self, handle: Handle) -> Option<View<'_>> {
        let entry = self.entry(handle)?;
        let view = self.view(handle)?;
        match &entry.body {
            Some(body) => Some(View { value: body, ..view }),
            None => view.block("body"),
        }
    }

    #[must_use]
    pub fn at(&self, input: usize, address: &Address) -> Option<Handle> {
        self.by_address.get(&(input, address)).copied()
    }

    #[must_use]
    pub fn input(&self, handle: Handle) -> usize {
        self.entry(handle).map_or(0, |entry| entry.input)
    }

    /// The ARM id without `/subscriptions/…`, lower case: `rg-hub/microsoft.network/virtualnetworks/hub`.
    #[must_use]
    pub fn key(&self, handle: Handle) -> Option<&Arc<str>> {
        self.entry(handle)?.key.as_ref()
    }

    #[must_use]
    pub fn subscription(&self, handle: Handle) -> Option<&Arc<str>> {
        self.entry(handle)?.subscription.as_ref()
    }

    /// The NSX path, where it is known or follows from `nsx_id`.
    #[must_use]
    pub fn path(&self, handle: Handle) -> Option<&Arc<str>> {
        self.entry(handle)?.path.as_ref()
    }

    #[must_use]
    pub fn with_key(&self, key: &str) -> &[Handle] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    #[must_use]
    pub fn with_path(&self, path: &str) -> &[Handle] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// The instance that stands for this object: a managed one where an input has it. Whether that is
    /// certain comes with it (otherwise it rests on equal names, the assumption `same-name`).
    #[must_use]
    pub fn canonical(&self, handle: Handle) -> (Handle, bool) {
        self.canonical.get(&handle).copied().unwrap_or((handle, true))
    }

    #[must_use]
    pub fn managed(&self, handle: Handle) -> bool {
        self.entry(handle)
            .is_some_and(|entry| entry.instance.address.mode == Mode::Managed)
    }

    #[must_use]
    pub fn evaluations(&self) -> &'e [Evaluation] {
        self.evaluations
    }

    fn entry(&self, handle: Handle) -> Option<&Entry<'e>> {
        self.entries.get(handle.0 as usize)
    }
}

/// azapi 1.x takes the body as JSON text.
fn json_body(instance: &Instance) -> Option<Value> {
    if !instance.address.kind.starts_with("azapi_") {
        return None;
    }
    let body = instance.values.get("body")?;
    let text = text_of(body)?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    let mut value = value_of(json);
    place(&mut value, body);
    Some(value)
}

fn value_of(json: serde_json::Value) -> Value {
    use crate::evaluate::values::value::Type;
    match json {
        serde_json::Value::Null => Value::null(Type::Any),
        serde_json::Value::Bool(value) => Value::bool(value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::number(number),
            None => Value::string(number.to_string()),
        },
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Array(elements) => {
            Value::tuple(elements.into_iter().map(value_of).collect::<Vec<_>>())
        }
        serde_json::Value::Object(entries) => Value::object(
            entries
                .into_iter()
                .map(|(key, json)| (Arc::from(key), value_of(json)))
                .collect(),
        ),
    }
}

/// Everything inside JSON text has the place of the text.
fn place(value: &mut Value, from: &Value) {
    value.at = from.at;
    value.origin = from.origin;
    value.marks = from.marks;
    match &mut value.kind {
        Kind::Tuple(elements) => *elements = placed(elements, from),
        Kind::Object(entries) => {
            *entries = entries
                .iter()
                .map(|(key, value)| {
                    let mut value = value.clone();
                    place(&mut value, from);
                    (key.clone(), value)
                })
                .collect();
        }
        _ => {}
    }
}

fn placed(elements: &[Value], from: &Value) -> Arc<[Value]> {
    let with_place = |value: &Value| {
        let mut value = value.clone();
        place(&mut value, from);
        value
    };
    elements.iter().map(with_place).collect()
}
