//! The outputs of the root module's calls in a plan alone, for expressions in the site file.
//!
//! The plan has no values of them, only the names that their expressions refer to. An output that
//! refers to one attribute is made from it; one that refers to a repeated block and to nothing else is
//! a map or list of its instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::addresses::leading_key;
use super::instances::Scope;
use super::sources::steps;
use super::symbols::Symbols;
use crate::config::plan::{Expression, Module};
use crate::evaluate::address::{Address, Key, ModulePath, ModuleStep};
use crate::evaluate::evaluation::CallOutput;
use crate::evaluate::values::value::{Kind, Step, Symbol, Type, Unknown, Value};

type Outputs = BTreeMap<Arc<str>, CallOutput>;

pub(super) fn outputs<'p>(root: &'p Module, symbols: &mut Symbols<'p>) -> BTreeMap<ModuleStep, Outputs> {
    let mut all = BTreeMap::new();
    let nowhere: ModulePath = Arc::new([]);
    for (name, call) in &root.calls {
        let keys = symbols.instances.calls.get(&(nowhere.clone(), name.clone()));
        for key in keys.into_iter().flatten().cloned().collect::<Vec<_>>() {
            let step = ModuleStep {
                name: name.clone(),
                key,
            };
            let scope = Scope {
                path: Arc::new([step.clone()]),
                module: &call.module,
                key: None,
                for_each: None,
            };
            let known = call.module.outputs.iter().filter_map(|(output, expression)| {
                let label = format!("{step}.{output}");
                Some((output.clone(), read(expression, &label, &scope, symbols)?))
            });
            all.insert(step.clone(), known.collect());
        }
    }
    all
}

fn read<'p>(
    expression: &'p Expression,
    label: &str,
    scope: &Scope<'p>,
    symbols: &mut Symbols<'p>,
) -> Option<CallOutput> {
    let Expression::References(references) = expression else {
        return None;
    };
    let [only] = references.as_slice() else {
        return None;
    };
    let (mut block, after) = symbols.shared.resource(scope.path.clone(), only)?;
    let (key, path) = leading_key(after);
    let path = steps(path);
    let instances = symbols.instances.instances_of(&block);
    let single = matches!(instances, [only] if only.address.key.is_none());
    if single || key.is_some() {
        block.key = key;
        let of = symbols.instances.entry(&block)?.address.clone();
        return Some(CallOutput::Of(made_from(label, attribute(of, path), false)));
    }
    if !path.is_empty() {
        return None;
    }
    let each = instances.iter().filter_map(|entry| {
        let key = entry.address.key.clone()?;
        let label = format!("{label}{key}");
        Some((
            key,
            made_from(&label, Symbol::Instance(entry.address.clone()), true),
        ))
    });
    let each: BTreeMap<Key, Value> = each.collect();
    (!each.is_empty()).then_some(CallOutput::Each(each))
}

fn attribute(of: Arc<Address>, path: Vec<Step>) -> Symbol {
    if path.is_empty() {
        Symbol::Instance(of)
    } else {
        Symbol::Attribute {
            of,
            path: path.into(),
        }
    }
}

/// Never the thing itself: the plan does not say what the expression makes of it.
fn made_from(label: &str, source: Symbol, same_key: bool) -> Value {
    let symbol = Symbol::Derived {
        by: label.into(),
        from: [source].into(),
    };
    let mut unknown = Unknown::new(Type::Any, symbol);
    unknown.same_key = same_key;
    Value::new(Kind::Unknown(Arc::new(unknown)))
}
