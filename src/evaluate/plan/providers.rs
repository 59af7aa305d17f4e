//! The arguments of provider configurations, as far as a plan says them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::instances::Scope;
use super::shape::{Outline, Shape};
use super::symbols::{Leaf, Symbols};
use super::values::{Beside, Builder};
use crate::config::module::Mode;
use crate::config::plan::{Configuration, Expression, Provider};
use crate::evaluate::address::{Address, ModulePath, ModuleStep};
use crate::evaluate::values::value::{Type, Value};
use crate::source::SourceId;

/// By the name that instances give in `provider`.
pub(super) fn providers<'p>(
    source: SourceId,
    text: &'p str,
    configuration: &'p Configuration,
    symbols: &mut Symbols<'p>,
) -> BTreeMap<Arc<str>, Value> {
    configuration
        .providers
        .iter()
        .filter_map(|(key, provider)| Some((key.clone(), arguments(source, text, key, provider, symbols)?)))
        .collect()
}

fn arguments<'p>(
    source: SourceId,
    text: &'p str,
    key: &Arc<str>,
    provider: &'p Provider,
    symbols: &mut Symbols<'p>,
) -> Option<Value> {
    // Terraform allows provider blocks only in modules that are not repeated.
    let path: ModulePath = provider
        .module
        .iter()
        .map(|name| ModuleStep {
            name: name.clone(),
            key: None,
        })
        .collect();
    let scope = Scope {
        module: symbols.instances.module(&path)?,
        path: path.clone(),
        key: None,
        for_each: None,
    };
    // Unknown arguments are named after the configuration: `provider.nsxt.host`.
    let of = Arc::new(Address {
        module: path,
        mode: Mode::Managed,
        kind: Arc::from("provider"),
        name: key.clone(),
        key: None,
    });
    let mut entries = Vec::new();
    for (name, expression) in &provider.expressions {
        let value = match expression {
            // Nested blocks (`features`) say nothing about where resources are.
            Expression::Blocks(_) => continue,
            _ => match symbols.known(expression, &scope) {
                Some(slice) => literal(source, text, slice, &of, symbols),
                None => unknown(name, expression, &scope, &of, symbols),
            },
        };
        entries.push((name.clone(), value));
    }
    Some(Value::object(entries))
}

fn literal<'p>(
    source: SourceId,
    text: &'p str,
    slice: &'p str,
    of: &Arc<Address>,
    symbols: &mut Symbols<'p>,
) -> Value {
    let mut builder = Builder {
        source,
        text,
        of,
        scope: None,
        symbols,
        path: Vec::new(),
        broken: Vec::new(),
    };
    let beside = Beside {
        unknown: &Shape::Unmarked,
        sensitive: &Shape::Unmarked,
        context: &Context::Lost,
    };
    builder.value(Some(slice), beside)
}

fn unknown<'p>(
    name: &Arc<str>,
    expression: &'p Expression,
    scope: &Scope<'p>,
    of: &Arc<Address>,
    symbols: &mut Symbols<'p>,
) -> Value {
    let context = Context::Expressions {
        expressions: vec![expression],
        lost: false,
        inside: false,
    };
    let path = [crate::evaluate::values::value::Step::Attribute(name.clone())];
    let leaf = Leaf {
        of,
        path: &path,
        context: &context,
        outline: Outline::Scalar,
    };
    let named = symbols.name(&leaf, Some(scope));
    Value::unknown(Type::Any, named.symbol)
}
