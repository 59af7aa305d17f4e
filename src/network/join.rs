//! Joins: which resource a value means, by symbol, ARM id, NSX path or name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::evaluate::address::Address;
use crate::evaluate::values::value::{Kind, Step, Symbol, Type, Value};

use super::catalogue::{Catalogue, Handle};
use super::doubt::{doubt, doubt_of, doubt_of_list};
use super::ids;
use super::model::{Assumption, Doubt, Network, NodeId};

/// What a value that refers to something refers to.
#[derive(Clone, Debug)]
pub enum Reference {
    /// Left out.
    None,
    To(Target),
    /// One of these; the doubt says that it is not known which.
    Either(Vec<Target>, Doubt),
    /// Something that no input defines, by the id, path or name it is referred to.
    Outside(Arc<str>, Doubt),
    /// Not known at all.
    Unknown(Doubt),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub handle: Handle,
    /// The attribute that was referred to: `id`, `circuit[0].express_route_id`, `subnet[1].id`.
    pub path: Arc<[Step]>,
    /// What follows it literally: `/workloadNetworks/default`.
    pub suffix: Arc<str>,
    pub assumptions: Vec<Assumption>,
}

impl Reference {
    /// The one instance it certainly is.
    #[must_use]
    pub fn handle(&self) -> Option<Handle> {
        match self {
            Reference::To(target) => Some(target.handle),
            _ => None,
        }
    }

    /// Every instance it may be, each with the doubt that it is that one.
    #[must_use]
    pub fn candidates(&self) -> Vec<(Handle, Option<Doubt>)> {
        match self {
            Reference::To(target) => vec![(target.handle, None)],
            Reference::Either(targets, doubt) => targets
                .iter()
                .map(|target| (target.handle, Some(doubt.clone())))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Reference::None)
    }

    /// Why it is not certain what it is.
    #[must_use]
    pub fn doubt(&self) -> Option<&Doubt> {
        match self {
            Reference::None | Reference::To(_) => None,
            Reference::Either(_, doubt) | Reference::Outside(_, doubt) | Reference::Unknown(doubt) => {
                Some(doubt)
            }
        }
    }

    /// Why it is not known which it is, where it may be one that an input defines.
    #[must_use]
    pub fn unknown(&self) -> Option<&Doubt> {
        match self {
            Reference::Unknown(doubt) | Reference::Either(_, doubt) => Some(doubt),
            _ => None,
        }
    }

    #[must_use]
    pub fn assumptions(&self) -> &[Assumption] {
        match self {
            Reference::To(target) => &target.assumptions,
            _ => &[],
        }
    }
}

impl Catalogue<'_> {
    /// What a value means that holds an id, a path, or an attribute of a resource.
    #[must_use]
    pub fn resolve(&self, input: usize, value: Option<&Value>) -> Reference {
        let Some(value) = value else {
            return Reference::None;
        };
        if let Some(block) = &value.block
            && let Some(handle) = self.at(input, &block.of)
        {
            return Reference::To(self.target(handle, &block.path, ""));
        }
        match &value.kind {
            Kind::Null(_) => Reference::None,
            Kind::String(text) if text.is_empty() => Reference::None,
            Kind::String(text) => self.by_text(text, value),
            Kind::Unknown(unknown) => {
                let reference = self.by_symbol(input, &unknown.symbol, value);
                if unknown.same_key {
                    with_same_key(reference)
                } else {
                    reference
                }
            }
            // The whole resource object.
            Kind::Object(_) => value.get("id").map_or_else(
                || Reference::Unknown(doubt_of(value)),
                |id| self.resolve(input, Some(id)),
            ),
            _ => Reference::Unknown(doubt_of(value)),
        }
    }

    /// What the elements of a list or set refer to. Of a list of which a plan alone says only some
    /// elements these, and something unknown that stands for any number of others.
    #[must_use]
    pub fn resolve_all(&self, input: usize, value: Option<&Value>) -> Vec<Reference> {
        let Some(value) = value else {
            return Vec::new();
        };
        if let Some(elements) = value.elements() {
            let written = elements.iter().filter(|element| !element.is_null());
            return written
                .flat_map(|element| self.resolve_all(input, Some(element)))
                .collect();
        }
        match &value.kind {
            Kind::Unknown(unknown) if is_collection(&unknown.of) => {
                let members = unknown.members.iter().map(|symbol| {
                    let reference = self.by_symbol(input, symbol, value);
                    if unknown.same_key {
                        with_same_key(reference)
                    } else {
                        reference
                    }
                });
                members
                    .filter(|reference| matches!(reference, Reference::To(_)))
                    .chain([Reference::Unknown(doubt_of_list(value))])
                    .collect()
            }
            _ => vec![self.resolve(input, Some(value))],
        }
    }

    /// A literal ARM id or NSX path.
    fn by_text(&self, text: &str, value: &Value) -> Reference {
        let outside = || {
            let mut doubt = doubt(
                format!("`{text}`, which no input defines"),
                "the input (directory, plan or state) that defines it",
            );
            doubt.at = value.at.or(value.origin);
            Reference::Outside(text.into(), doubt)
        };
        if let Some(handle) = self.with_path(text).first() {
            return Reference::To(self.target(self.canonical(*handle).0, &[], ""));
        }
        let (Some(key), subscription) = ids::key_of_id(text) else {
            return outside();
        };
        // A longer id than any known resource's: a part of it (`…/ipConfigurations/x`).
        let mut found = &*key;
        loop {
            let handles = self.with_key(found);
            let fitting: Vec<Handle> = handles
                .iter()
                .copied()
                .filter(|handle| match (self.subscription(*handle), &subscription) {
                    (Some(one), Some(two)) => one == two,
                    _ => true,
                })
                .collect();
            if let Some(first) = fitting.first() {
                let suffix = key.get(found.len()..).unwrap_or("");
                return self.by_name(*first, suffix, subscription.as_deref());
            }
            match found.rsplit_once('/').and_then(|(rest, _)| rest.rsplit_once('/')) {
                // Below the resource itself there is nothing left to try.
                Some((rest, _)) if rest.matches('/').count() >= 3 => found = rest,
                _ => return outside(),
            }
        }
    }

    fn by_name(&self, handle: Handle, suffix: &str, subscription: Option<&str>) -> Reference {
        let (handle, _) = self.canonical(handle);
        let mut target = self.target(handle, &[], suffix);
        let own = self.subscription(handle).map(|own| &**own);
        if own.is_none() || own != subscription {
            target.assumptions.push(self.same_name(handle));
        }
        Reference::To(target)
    }

    /// The assumption that names (and an unknown subscription) tell which resource is meant.
    fn same_name(&self, handle: Handle) -> Assumption {
        let name = self.view(handle).map_or_else(|| "".into(), |view| view.address());
        Assumption {
            code: "same-name",
            text: format!("an id or a name means `{name}`: resource group, type and name are equal").into(),
        }
    }

    fn by_symbol(&self, input: usize, symbol: &Symbol, value: &Value) -> Reference {
        if let Symbol::OneOf(symbols) = symbol {
            return self.either(input, symbols, value);
        }
        let Some(source) = symbol.only_source() else {
            return Reference::Unknown(doubt_of(value));
        };
        if let Symbol::OneOf(symbols) = source {
            return self.either(input, symbols, value);
        }
        let path: &[Step] = match source {
            Symbol::Attribute { path, .. } => path,
            _ => &[],
        };
        let Some(address) = ids::address_of(source) else {
            return Reference::Unknown(doubt_of(value));
        };
        match self.at(input, address) {
            Some(handle) => Reference::To(self.target(handle, path, ids::suffix(symbol).unwrap_or(""))),
            None => {
                let doubt = doubt_of(value);
                Reference::Outside(address.to_string().into(), doubt)
            }
        }
    }

    fn either(&self, input: usize, symbols: &[Symbol], value: &Value) -> Reference {
        let mut targets = Vec::new();
        for symbol in symbols {
            if let Reference::To(target) = self.by_symbol(input, symbol, value) {
                targets.push(target);
            }
        }
        match targets.len() {
            0 => Reference::Unknown(doubt_of(value)),
            _ => Reference::Either(targets, doubt_of(value)),
        }
    }

    fn target(&self, handle: Handle, path: &[Step], suffix: &str) -> Target {
        let (canonical, exact) = self.canonical(handle);
        Target {
            handle: canonical,
            path: path.into(),
            suffix: suffix.into(),
            assumptions: if exact || canonical == handle {
                Vec::new()
            } else {
                vec![self.same_name(canonical)]
            },
        }
    }

    /// The resource of one type with these names, as attributes like `virtual_network_name` mean it:
    /// `steps` are ARM type and name by turns. Instances of the same provider configuration first.
    #[must_use]
    pub fn by_names(
        &self,
        from: Handle,
        group: Option<&Value>,
        steps: &[(&str, Option<&Value>)],
    ) -> Reference {
        let Some(key) = ids::key_of_names(group, steps) else {
            return Reference::None;
        };
        let provider = |handle: Handle| self.view(handle).map(|view| view.instance.provider.clone());
        let handles = self.with_key(&key);
        let own = provider(from);
        let near = |handle: &&Handle| self.input(**handle) == self.input(from) && provider(**handle) == own;
        let found = handles
            .iter()
            .find(near)
            .or_else(|| {
                handles
                    .iter()
                    .find(|handle| self.input(**handle) == self.input(from))
            })
            .or_else(|| handles.first());
        if let Some(handle) = found {
            let mut target = self.target(*handle, &[], "");
            if self.input(*handle) != self.input(from) {
                target.assumptions = vec![self.same_name(*handle)];
            }
            return Reference::To(target);
        }
        // The name itself may say whose it is: an attribute of that resource.
        let symbolic = steps.last().and_then(|(_, value)| *value);
        match self.resolve(self.input(from), symbolic.filter(|value| !value.is_known())) {
            Reference::None => {}
            found => return found,
        }
        let names = steps.iter().map(|(_, value)| *value).chain([group]).flatten();
        let unknown = names.filter(|value| !value.is_known()).map(doubt_of).next();
        self.perhaps_named(&key, unknown)
    }

    /// What a key means that no instance has, given that names in it (for the reason given) or in those
    /// of instances are not known.
    fn perhaps_named(&self, key: &Arc<str>, unknown: Option<Doubt>) -> Reference {
        let Some(handles) = self.perhaps_with_key(key) else {
            let among = || {
                doubt(
                    format!("which of many `{key}` is"),
                    "known names of resource groups",
                )
            };
            return Reference::Unknown(unknown.unwrap_or_else(among));
        };
        match (&*handles, unknown) {
            ([], Some(unknown)) => Reference::Unknown(unknown),
            ([], None) => Reference::Outside(
                key.clone(),
                doubt(
                    format!("`{key}`, which no input defines"),
                    "the input (directory, plan or state) that defines it",
                ),
            ),
            ([first, ..], unknown) => {
                let name = self.view(*first).map_or_else(|| "".into(), |view| view.address());
                let same = || {
                    doubt(
                        format!("whether `{name}` is `{key}`"),
                        "a known name and resource group, by a variable's value or a plan",
                    )
                };
                let targets = handles.iter().map(|handle| self.target(*handle, &[], ""));
                Reference::Either(targets.collect(), unknown.unwrap_or_else(same))
            }
        }
    }
}

fn is_collection(of: &Type) -> bool {
    matches!(of, Type::List(_) | Type::Set(_) | Type::Tuple(_))
}

fn with_same_key(reference: Reference) -> Reference {
    match reference {
        Reference::To(mut target) => {
            target.assumptions.push(Assumption {
                code: "same-key",
                text: "a plan alone joined two resources because their instance keys are equal".into(),
            });
            Reference::To(target)
        }
        other => other,
    }
}

/// What a value of the site file is, in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// Index into [`Network::clouds`].
    Cloud(usize),
    /// Index into [`Network::segments`].
    Segment(usize),
    /// Index into [`Network::stores`].
    Store(usize),
    /// Index into [`Network::datastores`].
    Datastore(usize),
    /// Index into [`Network::on_premises`].
    OnPremises(usize),
    Node(NodeId),
}

/// Finds what the inputs define under an address, an id or a path.
#[derive(Debug, Default)]
pub struct Index {
    /// By input; within one, addresses are unique.
    by_address: HashMap<Address, Vec<(usize, Thing)>>,
    by_key: HashMap<Arc<str>, Thing>,
    by_path: HashMap<Arc<str>, Thing>,
}

impl Index {
    /// Remembers that an instance became a thing of the network. The first thing for it stays.
    pub fn register(&mut self, catalogue: &Catalogue<'_>, handle: Handle, thing: Thing) {
        if let Some(view) = catalogue.view(handle) {
            let things = self
                .by_address
                .entry((*view.instance.address).clone())
                .or_default();
            if !things.iter().any(|(input, _)| *input == view.input) {
                things.push((view.input, thing));
            }
        }
        if let Some(key) = catalogue.key(handle) {
            self.by_key.entry(key.clone()).or_insert(thing);
        }
        if let Some(path) = catalogue.path(handle) {
            self.by_path.entry(path.clone()).or_insert(thing);
        }
    }

    /// Data sources and second sights of an object mean the same thing as the object.
    pub(super) fn register_aliases(&mut self, catalogue: &Catalogue<'_>) {
        for handle in catalogue.handles() {
            let (canonical, _) = catalogue.canonical(handle);
            if canonical == handle {
                continue;
            }
            let thing = catalogue
                .view(canonical)
                .and_then(|view| self.at(&view.instance.address, Some(view.input)));
            if let Some(thing) = thing {
                self.register(catalogue, handle, thing);
            }
        }
    }

    /// What an address written by hand means: an instance, or every instance of a resource whose keys
    /// it leaves out. In the order of the addresses.
    #[must_use]
    pub fn named(&self, text: &str) -> Vec<Thing> {
        let mut exact: Vec<(&Address, Thing)> = Vec::new();
        let mut keyless = Vec::new();
        for (address, things) in &self.by_address {
            let into = if address.to_string() == text {
                &mut exact
            } else if address.without_keys().to_string() == text {
                &mut keyless
            } else {
                continue;
            };
            into.extend(things.iter().map(|(_, thing)| (address, *thing)));
        }
        let mut found = if exact.is_empty() { keyless } else { exact };
        found.sort_by_key(|(address, _)| *address);
        let mut things: Vec<Thing> = Vec::new();
        for (_, thing) in found {
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
        things
    }

    /// The addresses of everything in the network, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut addresses: Vec<&Address> = self.by_address.keys().collect();
        addresses.sort_unstable();
        addresses.iter().map(ToString::to_string).collect()
    }

    fn at(&self, address: &Address, input: Option<usize>) -> Option<Thing> {
        let things = self.by_address.get(address)?;
        let own = things.iter().find(|(of, _)| Some(*of) == input);
        own.or(match &**things {
            [only] => Some(only),
            _ => None,
        })
        .map(|(_, thing)| *thing)
    }
}

impl Network {
    /// What a value of the site file means: a resource, its id, its path, or an output that holds one
    /// of these. `input` is the input in whose scope the value was evaluated; an address it does not
    /// have is looked up in the others, where only one has it.
    #[must_use]
    pub fn locate(&self, input: Option<usize>, value: &Value) -> Option<Thing> {
        if let Some(block) = &value.block {
            return self.index.at(&block.of, input);
        }
        match &value.kind {
            Kind::Unknown(unknown) => {
                let address = ids::address_of(unknown.symbol.only_source()?)?;
                self.index.at(address, input)
            }
            Kind::String(text) => {
                let by_path = self.index.by_path.get(&**text).copied();
                by_path.or_else(|| {
                    let key = ids::key_of_id(text).0?;
                    self.index.by_key.get(&key).copied()
                })
            }
            Kind::Object(_) => self.locate(input, value.get("id").or_else(|| value.get("path"))?),
            _ => None,
        }
    }
}
