//! Plans and states as an [`Evaluation`]: what exists after the apply, with every unknown named.
//!
//! A plan alone keeps of the configuration only which names an expression refers to. Where these leave
//! no doubt an unknown value is that attribute; where they leave several it is one of them; and where
//! the trail runs through a local or a dynamic block it is unknown by name. [`overlay`] takes the
//! symbols and places from the source instead.

mod addresses;
mod align;
mod context;
mod fit;
mod instances;
mod known;
mod outputs;
mod overlay;
pub mod planned;
mod providers;
mod shape;
mod sources;
mod symbols;
mod values;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub use overlay::overlay;

use addresses::Shared;
use context::Context;
use instances::{Entry, Instances, Scope};
use shape::Shape;
use symbols::Symbols;
use values::{Beside, Builder};

use super::address::Address;
use super::evaluation::{Evaluation, Instance};
use crate::config::module::{Mode, ResourceName};
use crate::config::plan::{Configuration, Plan, Span, State};
use crate::evaluate::values::value::{BlockOf, Marks, Value};
use crate::source::{Diagnostic, Place, SourceId};

/// A plan without its source.
#[must_use]
pub fn from_plan(plan: &Plan) -> Evaluation {
    let mut shared = Shared::default();
    let mut diagnostics = Vec::new();
    let rows = rows_of_plan(plan, &mut shared, &mut diagnostics);
    let variables = plan
        .variables
        .iter()
        .map(|(name, span)| (name.clone(), span.text(&plan.text)))
        .collect();
    let door = Door {
        source: plan.source,
        text: &plan.text,
        configuration: &plan.configuration,
        variables,
    };
    let outputs = plan.outputs.iter().map(|output| OutputRow {
        name: output.name.clone(),
        values: output.after,
        unknown: output.unknown,
        sensitive: output.sensitive,
        all_sensitive: false,
    });
    let mut evaluation = door.evaluate(rows, outputs.collect(), shared);
    evaluation.diagnostics.splice(0..0, diagnostics);
    evaluation
}

/// A state: everything is known.
#[must_use]
pub fn from_state(state: &State) -> Evaluation {
    let mut shared = Shared::default();
    let mut diagnostics = Vec::new();
    let rows = state
        .instances
        .iter()
        .filter_map(|instance| {
            let address = parsed(
                &mut shared,
                &instance.address,
                instance.place,
                state.source,
                &mut diagnostics,
            )?;
            Some(Row {
                address: Arc::new(address),
                provider: instance.provider.clone(),
                values: instance.values,
                unknown: None,
                sensitive: instance.sensitive,
                place: instance.place,
            })
        })
        .collect();
    let configuration = Configuration::default();
    let door = Door {
        source: state.source,
        text: &state.text,
        configuration: &configuration,
        variables: HashMap::new(),
    };
    let outputs = state.outputs.iter().map(|output| OutputRow {
        name: output.name.clone(),
        values: output.value,
        unknown: None,
        sensitive: None,
        all_sensitive: output.sensitive,
    });
    let mut evaluation = door.evaluate(rows, outputs.collect(), shared);
    evaluation.diagnostics.splice(0..0, diagnostics);
    evaluation
}

/// An instance as the document has it.
struct Row {
    address: Arc<Address>,
    provider: Arc<str>,
    values: Option<Span>,
    unknown: Option<Span>,
    sensitive: Option<Span>,
    place: Span,
}

/// An output of the root module as the document has it.
struct OutputRow {
    name: Arc<str>,
    values: Option<Span>,
    unknown: Option<Span>,
    sensitive: Option<Span>,
    all_sensitive: bool,
}

/// What exists after the apply: the changes that leave something, the data sources that were read, and
/// in a plan that leaves resources out, those as they were.
fn rows_of_plan(plan: &Plan, shared: &mut Shared, diagnostics: &mut Vec<Diagnostic>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(plan.changes.len() + plan.planned.len() + plan.prior.len());
    for change in &plan.changes {
        let Some(address) = parsed(shared, &change.address, change.place, plan.source, diagnostics) else {
            continue;
        };
        rows.push(Row {
            address: Arc::new(address),
            provider: change.provider.clone(),
            values: change.values,
            unknown: change.unknown,
            sensitive: change.sensitive,
            place: change.place,
        });
    }
    for instance in plan.planned.iter().chain(&plan.prior) {
        if plan.gone.contains(&instance.address) {
            continue;
        }
        let Some(address) = parsed(
            shared,
            &instance.address,
            instance.place,
            plan.source,
            diagnostics,
        ) else {
            continue;
        };
        // A data source whose block is gone is left in the prior state for the last time.
        if address.mode == Mode::Data && !is_configured(&plan.configuration, &address) {
            continue;
        }
        rows.push(Row {
            address: Arc::new(address),
            provider: instance.provider.clone(),
            values: instance.values,
            unknown: None,
            sensitive: instance.sensitive,
            place: instance.place,
        });
    }
    // Changes stand first, so they win.
    rows.sort_by(|a, b| a.address.cmp(&b.address));
    rows.dedup_by(|later, first| later.address == first.address);
    rows
}

fn parsed(
    shared: &mut Shared,
    text: &str,
    place: Span,
    source: SourceId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Address> {
    let address = shared.address(text);
    if address.is_none() {
        let summary = format!("`{text}` is not the address of a resource instance");
        diagnostics.push(Diagnostic::error("malformed-address", summary).at(Some(place.place(source))));
    }
    address
}

fn is_configured(configuration: &Configuration, address: &Address) -> bool {
    let module = address
        .module
        .iter()
        .try_fold(&configuration.root, |module, step| {
            module.calls.get(&step.name).map(|call| &call.module)
        });
    module.is_some_and(|module| {
        module.resources.contains_key(&ResourceName {
            mode: address.mode,
            kind: address.kind.clone(),
            name: address.name.clone(),
        })
    })
}

/// One document on its way to an evaluation.
struct Door<'p> {
    source: SourceId,
    text: &'p str,
    configuration: &'p Configuration,
    variables: known::Variables<'p>,
}

impl<'p> Door<'p> {
    /// `rows` are sorted by address.
    fn evaluate(&self, rows: Vec<Row>, outputs: Vec<OutputRow>, shared: Shared) -> Evaluation {
        let entries = rows.iter().map(|row| Entry {
            address: row.address.clone(),
            unknown: Arc::new(self.shape(row.unknown)),
            values: row.values.map(|span| span.text(self.text)),
        });
        let instances = Instances::new(
            entries.collect(),
            self.configuration,
            self.text,
            self.variables.clone(),
        );
        let mut symbols = Symbols::new(instances, shared);
        let mut evaluation = Evaluation::default();
        for row in rows {
            let mut broken = Vec::new();
            let instance = self.instance(row, &mut symbols, &mut broken);
            evaluation
                .diagnostics
                .extend(broken.into_iter().map(|at| unreadable(&instance.address, at)));
            evaluation.instances.push(instance);
        }
        evaluation.outputs = self.outputs(outputs, &mut symbols);
        evaluation.calls = outputs::outputs(&self.configuration.root, &mut symbols);
        evaluation.providers = providers::providers(self.source, self.text, self.configuration, &mut symbols);
        evaluation
    }

    fn shape(&self, span: Option<Span>) -> Shape<'p> {
        span.map_or(Shape::Unmarked, |span| Shape::read(span.text(self.text)))
    }

    fn outputs(&self, rows: Vec<OutputRow>, symbols: &mut Symbols<'p>) -> BTreeMap<Arc<str>, Value> {
        let output = |row: OutputRow| {
            let value = self.output(&row, symbols);
            (row.name, value)
        };
        rows.into_iter().map(output).collect()
    }

    fn output(&self, row: &OutputRow, symbols: &mut Symbols<'p>) -> Value {
        let root = &self.configuration.root;
        let context = match root.outputs.get(&row.name) {
            Some(expression) => Context::Expressions {
                expressions: vec![expression],
                lost: false,
                inside: false,
            },
            None => Context::Lost,
        };
        let unknown = self.shape(row.unknown);
        let sensitive = self.shape(row.sensitive);
        let mut builder = Builder {
            source: self.source,
            text: self.text,
            // Unknown outputs are named as the configuration refers to them in reports.
            of: &Arc::new(named("output", &row.name)),
            scope: Some(Scope::root(root)),
            symbols,
            path: Vec::new(),
            broken: Vec::new(),
        };
        let beside = Beside {
            unknown: &unknown,
            sensitive: &sensitive,
            context: &context,
        };
        let mut value = builder.value(row.values.map(|span| span.text(self.text)), beside);
        if row.all_sensitive {
            value.marks = value.marks.and(Marks::SENSITIVE);
        }
        value
    }

    fn instance(&self, row: Row, symbols: &mut Symbols<'p>, broken: &mut Vec<Place>) -> Instance {
        let (context, scope, provider) = match symbols.instances.block(&row.address) {
            Some((block, scope)) => (
                Context::Blocks {
                    blocks: vec![&block.expressions],
                    lost: false,
                },
                Some(scope),
                block.provider.clone(),
            ),
            None => (Context::Lost, None, local_name(&row.provider)),
        };
        let values = self.values(&row, &context, scope, symbols, broken);
        let configured = self.configuration.providers.get(&provider);
        Instance {
            provider_source: Some(row.provider).filter(|source| !source.is_empty()),
            provider_version: configured.and_then(|configured| configured.version.clone()),
            provider,
            values,
            at: Some(row.place.place(self.source)),
            calls: Arc::new([]),
            depends_on: None,
            address: row.address,
        }
    }

    fn values(
        &self,
        row: &Row,
        context: &Context<'p>,
        scope: Option<Scope<'p>>,
        symbols: &mut Symbols<'p>,
        broken: &mut Vec<Place>,
    ) -> Value {
        let unknown = symbols.instances.entry(&row.address);
        let unknown = unknown.map_or_else(Default::default, |entry| entry.unknown.clone());
        let sensitive = self.shape(row.sensitive);
        let mut builder = Builder {
            source: self.source,
            text: self.text,
            of: &row.address,
            scope,
            symbols,
            path: Vec::new(),
            broken: Vec::new(),
        };
        let beside = Beside {
            unknown: &unknown,
            sensitive: &sensitive,
            context,
        };
        let slice = row.values.map(|span| span.text(self.text));
        let mut values = builder.value(Some(slice.unwrap_or("{}")), beside);
        broken.append(&mut builder.broken);
        values.block = Some(Arc::new(BlockOf {
            of: row.address.clone(),
            path: Arc::new([]),
        }));
        values
    }
}

fn unreadable(address: &Address, at: Place) -> Diagnostic {
    let summary = format!("a value of `{address}` cannot be read");
    Diagnostic::error("malformed-json", summary)
        .detail("it is nested too deeply, or a string or number in it is malformed")
        .at(Some(at))
}

/// `azurerm` of `registry.terraform.io/hashicorp/azurerm`: the name it has without a configuration.
fn local_name(source: &Arc<str>) -> Arc<str> {
    source
        .rsplit_once('/')
        .map_or_else(|| source.clone(), |(_, name)| Arc::from(name))
}

/// An address for what is no resource, so that its unknowns can be named.
fn named(kind: &str, name: &Arc<str>) -> Address {
    Address {
        module: Arc::new([]),
        mode: Mode::Managed,
        kind: Arc::from(kind),
        name: name.clone(),
        key: None,
    }
}

#[cfg(test)]
mod overlay_tests;
#[cfg(test)]
mod tests;
