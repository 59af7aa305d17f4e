//! A plan together with its source: values from the plan, what they are and where they stand from the
//! source.
//!
//! The plan has every known value, the provider's defaults included; the source has what the plan
//! drops: which attribute an unknown is, the known members of a list that is unknown as a whole, what
//! was written into write-only arguments, and the places.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::align::{self, Partner};
use super::from_plan;
use crate::config::module::Mode;
use crate::config::plan::{Action, Plan};
use crate::evaluate::address::{Address, Key};
use crate::evaluate::evaluation::{Evaluation, Instance};
use crate::evaluate::values::value::{Kind, Step, Symbol, Unknown, Value};
use crate::source::{Diagnostic, Place};

/// How many addresses a diagnostic names.
const NAMED: usize = 5;

/// The plan over its evaluated source. What exists is what the plan says; an instance that the source
/// does not have keeps its places in the plan.
#[must_use]
pub fn overlay(plan: &Plan, source: &Evaluation) -> Evaluation {
    let alone = from_plan(plan);
    let mut unexpected = Unexpected::new(plan);
    let mut instances = Vec::with_capacity(alone.instances.len());
    for instance in alone.instances {
        let own = source.instance(&instance.address);
        let model = own.or_else(|| symbolic(source, &instance.address));
        unexpected.note(&instance, model.is_some());
        instances.push(match (own, model) {
            (Some(own), _) => merged(instance, own, Merge::default()),
            (None, Some(model)) => merged(instance, model, Merge { places_only: true }),
            (None, None) => instance,
        });
    }
    let (unread, missing) = left_over(source, &instances);
    instances.extend(unread);
    instances.sort_by(|a, b| a.address.cmp(&b.address));
    let outputs = alone.outputs.into_iter().map(|(name, value)| {
        let written = source.outputs.get(&name);
        let value = Merge::default().value(&value, written, None, None);
        (name, value)
    });
    let mut providers = alone.providers;
    providers.extend(source.providers.clone());
    let mut diagnostics = alone.diagnostics;
    diagnostics.extend(source.diagnostics.iter().cloned());
    diagnostics.extend(unexpected.diagnostic());
    // A plan that leaves resources out says so itself.
    if plan.complete && !plan.errored {
        diagnostics.extend(differing("in the source and not in the plan", &missing));
    }
    Evaluation {
        outputs: outputs.collect(),
        instances,
        providers,
        locals: source.locals.clone(),
        calls: BTreeMap::new(),
        diagnostics,
    }
}

/// The data sources of the source that the plan has not read (their symbols still stand for them), and
/// the addresses of everything else that the plan does not have.
fn left_over(source: &Evaluation, planned: &[Instance]) -> (Vec<Instance>, Vec<String>) {
    let mut unread = Vec::new();
    let mut missing = Vec::new();
    for instance in &source.instances {
        let found = planned.binary_search_by(|other| other.address.cmp(&instance.address));
        if found.is_ok() || is_symbolic(&instance.address) {
            continue;
        }
        match instance.address.mode {
            Mode::Data => unread.push(instance.clone()),
            Mode::Managed => missing.push(instance.address.to_string()),
        }
    }
    (unread, missing)
}

/// The instances of a plan that its source does not have, without those it need not have.
struct Unexpected {
    forgotten: BTreeSet<Arc<str>>,
    planned: BTreeSet<Arc<str>>,
    found: Vec<String>,
}

impl Unexpected {
    fn new(plan: &Plan) -> Unexpected {
        let addresses = |forgotten: bool| {
            plan.changes
                .iter()
                .filter(move |change| (change.action == Action::Forget) == forgotten)
                .map(|change| change.address.clone())
                .collect()
        };
        Unexpected {
            forgotten: addresses(true),
            planned: addresses(false),
            found: Vec::new(),
        }
    }

    fn note(&mut self, instance: &Instance, in_source: bool) {
        if in_source {
            return;
        }
        let address = instance.address.to_string();
        if self.planned.contains(&*address) && !self.forgotten.contains(&*address) {
            self.found.push(address);
        }
    }

    fn diagnostic(&self) -> Option<Diagnostic> {
        differing("in the plan and not in the source", &self.found)
    }
}

fn differing(what: &str, addresses: &[String]) -> Option<Diagnostic> {
    let named: Vec<String> = addresses
        .iter()
        .take(NAMED)
        .map(|address| format!("`{address}`"))
        .collect();
    let more = addresses.len() - named.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!named.is_empty()).then(|| {
        Diagnostic::warning("source-differs", "the source does not belong to this plan")
            .detail(format!("{what}: {}{more}", named.join(", ")))
            .help("give the source the plan was made from with `--source`, or `--source none`")
    })
}

/// The instance that stands for all of a block whose repetition the source does not know.
fn symbolic<'s>(source: &'s Evaluation, address: &Address) -> Option<&'s Instance> {
    let any = |key: &Option<Key>| key.as_ref().map(|_| Key::Any);
    let mut symbolic = address.clone();
    symbolic.key = any(&address.key);
    if let Some(found) = source.instance(&symbolic) {
        return Some(found);
    }
    symbolic.module = address
        .module
        .iter()
        .map(|step| {
            let mut step = step.clone();
            step.key = any(&step.key);
            step
        })
        .collect();
    let own_key = Address {
        key: address.key.clone(),
        ..symbolic.clone()
    };
    source.instance(&own_key).or_else(|| source.instance(&symbolic))
}

fn is_symbolic(address: &Address) -> bool {
    let keys = address.module.iter().map(|step| &step.key).chain([&address.key]);
    keys.into_iter().any(|key| *key == Some(Key::Any))
}

fn merged(planned: Instance, written: &Instance, merge: Merge) -> Instance {
    let own = Own {
        address: &planned.address,
        path: Vec::new(),
    };
    let mut values = merge.value(&planned.values, Some(&written.values), Some(own), written.at);
    values.block = planned.values.block.clone();
    Instance {
        values,
        provider: if written.provider.is_empty() {
            planned.provider
        } else {
            written.provider.clone()
        },
        provider_source: planned
            .provider_source
            .or_else(|| written.provider_source.clone()),
        provider_version: written.provider_version.clone().or(planned.provider_version),
        at: written.at.or(planned.at),
        calls: written.calls.clone(),
        depends_on: None,
        address: planned.address,
    }
}

#[derive(Clone, Copy, Default)]
struct Merge {
    /// The written value stands for many instances: its symbols do not say which.
    places_only: bool,
}

/// Where in an instance a value stands, to name what the provider computes.
#[derive(Clone)]
struct Own<'a> {
    address: &'a Arc<Address>,
    path: Vec<Step>,
}

impl Own<'_> {
    fn with(&self, step: Step) -> Self {
        let mut own = self.clone();
        own.path.push(step);
        own
    }
}

impl Merge {
    /// `around` is the place of what encloses the value: where a value stands that nobody wrote.
    fn value(
        self,
        planned: &Value,
        written: Option<&Value>,
        own: Option<Own>,
        around: Option<Place>,
    ) -> Value {
        let at = written
            .and_then(|written| written.at.or(written.origin))
            .or(around);
        if let Some(written) = written
            && !self.places_only
            && takes_written(planned, written, own.as_ref())
        {
            let mut value = written.clone();
            value.marks = value.marks.and(planned.marks);
            value.at = at.or(planned.at);
            return value;
        }
        let kind = match &planned.kind {
            Kind::Unknown(unknown) => self.unknown(unknown, written, own),
            Kind::Tuple(elements) => Kind::Tuple(self.elements(elements, written, own.as_ref(), at).into()),
            Kind::Object(entries) => Kind::Object(
                entries
                    .iter()
                    .map(|(name, value)| {
                        let inner = written.and_then(|written| written.get(name));
                        let own = own.as_ref().map(|own| own.with(Step::Attribute(name.clone())));
                        (name.clone(), self.value(value, inner, own, at))
                    })
                    .collect(),
            ),
            known => known.clone(),
        };
        let mut value = Value::new(kind);
        value.marks = planned.marks;
        value.at = at.or(planned.at);
        if let Some(written) = written {
            value.marks = value.marks.and(written.marks);
            value.origin = written.origin;
            value.block = written.block.clone();
        }
        value
    }

    /// What the source does not set, the provider computes: it is the instance's own attribute.
    fn unknown(self, unknown: &Arc<Unknown>, written: Option<&Value>, own: Option<Own>) -> Kind {
        match own {
            Some(own) if written.is_none() && !own.path.is_empty() && !self.places_only => {
                let symbol = Symbol::Attribute {
                    of: own.address.clone(),
                    path: own.path.into(),
                };
                Kind::Unknown(Arc::new(Unknown::new(unknown.of.clone(), symbol)))
            }
            _ => Kind::Unknown(unknown.clone()),
        }
    }

    fn elements(
        self,
        planned: &[Value],
        written: Option<&Value>,
        own: Option<&Own>,
        around: Option<Place>,
    ) -> Vec<Value> {
        let none = [].as_slice();
        let candidates = written.map_or(none, |written| match &written.kind {
            Kind::Object(_) => std::slice::from_ref(written),
            _ => written.elements().unwrap_or(none),
        });
        let partners = align::partners(planned, candidates);
        planned
            .iter()
            .zip(partners)
            .enumerate()
            .map(|(index, (value, partner))| match partner {
                Partner::Is(written) => {
                    let step = Step::Index(u64::try_from(index).unwrap_or(u64::MAX));
                    self.value(value, Some(written), own.map(|own| own.with(step)), around)
                }
                // Without a partner its unknowns keep the names the plan alone gives them.
                Partner::None => self.value(value, None, None, around),
            })
            .collect()
    }
}

/// Where the source says more than the plan, by the plan's nature: of an unknown, of a list that is
/// unknown because one element is, and of a write-only argument.
fn takes_written(planned: &Value, written: &Value, own: Option<&Own>) -> bool {
    let write_only = || match own.and_then(|own| own.path.last()) {
        Some(Step::Attribute(name)) => name.ends_with("_wo"),
        _ => false,
    };
    match &planned.kind {
        Kind::Unknown(_) => !matches!(written.kind, Kind::Null(_)),
        Kind::Null(_) => write_only(),
        // One nameless element stands for a dynamic block over an unknown collection.
        Kind::Tuple(elements) => !written.is_known() && elements.iter().any(|element| !element.is_known()),
        _ => false,
    }
}
