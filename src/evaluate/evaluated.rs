//! A root module evaluated: every instance, and the scope in which more can be asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::evaluation::{EvaluatedAttribute, EvaluatedBlock, EvaluatedBody, Evaluation, Instance};
use crate::config::Tree;
use crate::config::module::{Child, Module, Resource};
use crate::config::syntax::{Body, Expression};
use crate::evaluate::blocks::body::{self, Shape};
use crate::evaluate::blocks::provider_schemas::{AzurermVersion, ProviderSchemas};
use crate::evaluate::blocks::schema::Schemas;
use crate::evaluate::language::expression::evaluate as value_of;
use crate::evaluate::language::help::with_help;
use crate::evaluate::language::scope::{Names, Problem, Scope, Sink};
use crate::evaluate::modules::builtin::WithBuiltin;
use crate::evaluate::modules::calls::{self, Call};
use crate::evaluate::modules::check;
use crate::evaluate::modules::conditions;
use crate::evaluate::modules::configuration::{self, InForce, LocalName};
use crate::evaluate::modules::repetition::Expansion;
use crate::evaluate::modules::resolve::InModule;
use crate::evaluate::modules::resource::{InstanceNode, Resources};
use crate::evaluate::modules::variable;
use crate::evaluate::modules::world::{ModuleInstance, World};
use crate::evaluate::plan::planned::Planned;
use crate::evaluate::values::value::Value;
use crate::source::{Diagnostic, Place};

/// An evaluation together with its root scope.
pub struct Evaluated {
    pub evaluation: Evaluation,
    root: Root,
}

enum Root {
    Source {
        world: Box<World>,
        module: Arc<ModuleInstance>,
    },
    /// A plan or state without its source.
    Planned(Planned),
}

/// Evaluates a root module with everything below it.
#[must_use]
pub fn evaluate(tree: &Tree) -> Evaluated {
    let version = azurerm_version(&tree.root);
    evaluate_with(tree, Arc::new(ProviderSchemas::new(version)))
}

/// The version of azurerm that the root module asks for, or else the first module below it that does.
fn azurerm_version(root: &Module) -> AzurermVersion {
    let mut pending = vec![root];
    while let Some(module) = pending.pop() {
        let required = module.required_providers.get("azurerm");
        if let Some(version) = required.and_then(|required| required.version.as_deref()) {
            return AzurermVersion::of_constraint(version);
        }
        pending.extend(module.calls.values().filter_map(|call| match &call.child {
            Child::Loaded(child) => Some(&**child),
            _ => None,
        }));
    }
    AzurermVersion::default()
}

/// The same with what is known of resource types.
#[must_use]
pub fn evaluate_with(tree: &Tree, schemas: Arc<dyn Schemas>) -> Evaluated {
    let given = tree
        .given
        .iter()
        .map(|given| (given.name.clone(), given.clone()))
        .collect();
    let (world, module) = World::new(
        tree.root.clone(),
        Arc::new(WithBuiltin(schemas)),
        Some(tree.files.clone()),
        tree.workspace.clone(),
        given,
    );
    let evaluation = with_room(|| Collector::run(&world, &module));
    Evaluated {
        evaluation,
        root: Root::Source {
            world: Box::new(world),
            module,
        },
    }
}

/// References may lead through thousands of others before the first is known, each a few calls deep:
/// that takes more stack than a thread usually has. Only what is used of it is ever real memory.
fn with_room<T: Send>(work: impl Fn() -> T + Sync) -> T {
    const STACK: usize = 512 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, &work);
        match thread {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

impl Evaluated {
    /// The root scope of a plan or state alone: its instances, outputs and variables. Locals are unknown
    /// there.
    #[must_use]
    pub fn from_evaluation(evaluation: Evaluation, variables: BTreeMap<Arc<str>, Value>) -> Evaluated {
        let root = Root::Planned(Planned::new(&evaluation, variables));
        Evaluated { evaluation, root }
    }

    /// Evaluates a body outside the module's files in the root module's scope: a site file's.
    #[must_use]
    pub fn body(&self, body: &Body) -> (EvaluatedBody, Vec<Diagnostic>) {
        let mut diagnostics = match &self.root {
            Root::Source { module, .. } => check::body(&module.module, body),
            Root::Planned(_) => Vec::new(),
        };
        let evaluated = self.within(&mut diagnostics, |scope| whole_body(scope, body));
        (evaluated, diagnostics)
    }

    /// The value of one expression in the root module's scope.
    #[must_use]
    pub fn expression(&self, expression: &Expression) -> (Value, Vec<Diagnostic>) {
        let mut diagnostics = match &self.root {
            Root::Source { module, .. } => check::expression(&module.module, expression),
            Root::Planned(_) => Vec::new(),
        };
        let value = self.within(&mut diagnostics, |scope| value_of(scope, expression));
        (value, diagnostics)
    }

    fn within<T>(&self, diagnostics: &mut Vec<Diagnostic>, work: impl FnOnce(&Scope<'_>) -> T) -> T {
        let sink = Sink::default();
        let result = match &self.root {
            Root::Source { world, module } => {
                let names = InModule::new(world, module);
                let result = work(&Scope::new(&names as &dyn Names, &sink));
                diagnostics.extend(world.take_diagnostics());
                result
            }
            Root::Planned(names) => work(&Scope::new(names, &sink)),
        };
        diagnostics.extend(sink.into_diagnostics().into_iter().map(with_help));
        result
    }
}

fn whole_body(scope: &Scope<'_>, body: &Body) -> EvaluatedBody {
    EvaluatedBody {
        attributes: body
            .attributes
            .iter()
            .map(|attribute| EvaluatedAttribute {
                name: attribute.name.clone(),
                value: Value {
                    at: Some(attribute.place),
                    ..value_of(scope, &attribute.expression)
                },
                place: attribute.place,
            })
            .collect(),
        blocks: body
            .blocks
            .iter()
            .map(|block| EvaluatedBlock {
                keyword: block.keyword.clone(),
                labels: block.labels.clone(),
                header: block.header,
                body: whole_body(scope, &block.body),
            })
            .collect(),
    }
}

/// Asks for everything there is, in a fixed order.
struct Collector<'w> {
    world: &'w World,
    sink: Sink,
    evaluation: Evaluation,
    /// Modules that have been checked, by where they lie in memory.
    checked: HashSet<*const Module>,
}

impl Collector<'_> {
    fn run(world: &World, root: &Arc<ModuleInstance>) -> Evaluation {
        let mut collector = Collector {
            world,
            sink: Sink::default(),
            evaluation: Evaluation::default(),
            checked: HashSet::new(),
        };
        collector.module(root);
        collector.root_values(root);
        let Collector {
            sink, mut evaluation, ..
        } = collector;
        evaluation.instances.sort_by(|a, b| a.address.cmp(&b.address));
        evaluation.diagnostics = ordered(world.take_diagnostics(), sink.into_diagnostics());
        evaluation
    }

    fn module(&mut self, module: &Arc<ModuleInstance>) {
        if self.checked.insert(Arc::as_ptr(&module.module)) {
            self.world.report(module, check::module(&module.module));
        }
        let mut pending = vec![module.clone()];
        while let Some(module) = pending.pop() {
            if self.checked.insert(Arc::as_ptr(&module.module)) {
                self.world.report(&module, check::module(&module.module));
            }
            self.values(&module);
            self.resources(&module);
            for call in module.module.calls.values() {
                let call_at = call.header;
                let call = Call::new(self.world, &module, call);
                call.expansion(&self.sink, call_at);
                pending.extend(call.instances());
            }
        }
    }

    /// Every variable, local and output, because a mistake in one counts even where nobody uses it.
    fn values(&mut self, module: &Arc<ModuleInstance>) {
        let names = InModule::new(self.world, module);
        let scope = Scope::new(&names, &self.sink);
        for variable in module.module.variables.values() {
            variable::value(self.world, module, variable, &scope, variable.header);
        }
        for variable in module.module.variables.values() {
            conditions::validations(self.world, module, variable);
        }
        for (name, local) in &module.module.locals {
            names.local(&scope, name, local.place);
        }
        for output in module.module.outputs.values() {
            calls::value(self.world, module, output, &scope, output.header);
            conditions::output(self.world, module, output);
        }
        conditions::checks(self.world, module);
    }

    fn root_values(&mut self, root: &Arc<ModuleInstance>) {
        let names = InModule::new(self.world, root);
        let scope = Scope::new(&names, &self.sink);
        for (name, local) in &root.module.locals {
            let value = names.local(&scope, name, local.place).value;
            self.evaluation.locals.insert(name.clone(), value);
        }
        for (name, output) in &root.module.outputs {
            let value = calls::value(self.world, root, output, &scope, output.header);
            let declared = variable::is_true(output.sensitive.as_ref());
            if value.deep_marks().sensitive && !declared {
                let problem = Problem::new(
                    "sensitive-output",
                    format!("the output `{name}` holds sensitive values and does not say so"),
                )
                .help("write `sensitive = true` in the output");
                self.world.report(root, [problem.at(output.header)]);
            }
            self.evaluation.outputs.insert(name.clone(), value);
        }
    }

    fn resources(&mut self, module: &Arc<ModuleInstance>) {
        let mut in_force: HashMap<LocalName, InForce> = HashMap::new();
        for resource in module.module.resources.values() {
            let name = configuration::local_name(resource);
            let provider = in_force
                .entry(name)
                .or_insert_with_key(|name| configuration::in_force(self.world, module, name))
                .clone();
            self.instances(module, resource, &provider);
        }
        for (name, block) in &module.module.providers {
            let names = InModule::new(self.world, module);
            let scope = Scope::new(&names, &self.sink);
            let value = body::evaluate(&scope, &block.body, Shape::Open, block.header);
            let path: String = module.path.iter().map(|step| format!("{step}.")).collect();
            self.evaluation
                .providers
                .insert(format!("{path}{name}").into(), value);
        }
    }

    fn instances(&mut self, module: &Arc<ModuleInstance>, resource: &Resource, provider: &InForce) {
        let resources = Resources::new(self.world, module, resource);
        let at = resource.header;
        let expansion = resources.expansion(&self.sink, at);
        let depends_on = match &*expansion {
            Expansion::Unknown { symbol, .. } => Some(symbol),
            _ => module.uncertain.as_ref(),
        };
        for position in 0..expansion.len() {
            if let Some(node) = resources.instance(&expansion, position, &self.sink, at) {
                if depends_on.is_none() {
                    let (_, binding) = expansion.instance(position);
                    conditions::instance(self.world, module, resource, &binding, || {
                        resources.whole_instance(&node)
                    });
                }
                self.evaluation.instances.push(Instance {
                    depends_on: depends_on.cloned(),
                    ..instance(&node, module, at, provider)
                });
            }
        }
    }
}

fn instance(node: &InstanceNode, module: &ModuleInstance, at: Place, provider: &InForce) -> Instance {
    Instance {
        address: node.address.clone(),
        provider: provider.configuration.clone(),
        provider_source: provider.source.clone(),
        provider_version: provider.version.clone(),
        values: node.values.clone(),
        at: Some(at),
        calls: module.calls.clone(),
        depends_on: None,
    }
}

/// In source order, each once: the instances of one block make the same mistake together.
fn ordered(mut first: Vec<Diagnostic>, second: Vec<Diagnostic>) -> Vec<Diagnostic> {
    first.extend(second);
    first.sort_by_key(|diagnostic| diagnostic.at);
    let mut seen = HashSet::new();
    first.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.at, diagnostic.summary.clone())));
    first.into_iter().map(with_help).collect()
}
