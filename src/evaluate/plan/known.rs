//! What a plan's configuration says of values that the plan itself leaves out although they are known:
//! write-only arguments, and the arguments of provider configurations.

use std::collections::HashMap;
use std::sync::Arc;

use super::addresses::{Shared, leading_key};
use super::instances::{Instances, Scope};
use super::sources::steps;
use crate::config::plan::json::{self, Json};
use crate::config::plan::{Expression, traversal};
use crate::evaluate::address::Key;
use crate::evaluate::values::value::Step;

/// How far a value is followed through the arguments of module calls.
const LONGEST_TRAIL: usize = 64;

/// The values of the root module's variables, as JSON.
pub(super) type Variables<'p> = HashMap<Arc<str>, &'p str>;

/// The JSON of a constant, or of the one thing an expression refers to. `None` when that is unknown
/// or when the expression refers to several things.
pub(super) fn known<'p>(
    instances: &Instances<'p>,
    shared: &mut Shared,
    expression: &'p Expression,
    scope: &Scope<'p>,
) -> Option<&'p str> {
    member(instances, shared, expression, scope, Vec::new())
}

/// The key that a reference used as an index stands for: `each.key`, `each.value.region`, `var.name`.
pub(super) fn index<'p>(
    instances: &Instances<'p>,
    shared: &mut Shared,
    reference: &[traversal::Step],
    scope: &Scope<'p>,
) -> Option<Key> {
    let slice = match (reference.first()?.name()?, reference.get(1)?.name()?) {
        ("each", "key") | ("count", "index") => return scope.key.clone(),
        ("each", "value") => {
            let path = steps(reference.get(2..)?);
            each_value(instances, shared, scope, path)?
        }
        ("var", name) => {
            let path = steps(reference.get(2..)?);
            variable(instances, shared, name, scope, path)?
        }
        _ => return None,
    };
    match json::read(slice)? {
        Json::String(text) => Some(Key::Name(text.into())),
        Json::Number(digits) => digits.parse().ok().map(Key::Index),
        _ => None,
    }
}

/// `each.value` is the member of the `for_each` under the own key; of a set, the key itself.
fn each_value<'p>(
    instances: &Instances<'p>,
    shared: &mut Shared,
    scope: &Scope<'p>,
    path: Vec<Step>,
) -> Option<&'p str> {
    let Some(Key::Name(key)) = &scope.key else {
        return None;
    };
    let for_each = known(instances, shared, scope.for_each?, scope)?;
    match json::read(for_each)? {
        Json::Object(_) => {
            let mut whole = vec![Step::Attribute(key.clone())];
            whole.extend(path);
            inside(for_each, &whole)
        }
        Json::Array(elements) if path.is_empty() => elements
            .into_iter()
            .find(|element| matches!(json::read(element), Some(Json::String(text)) if *text == **key)),
        _ => None,
    }
}

fn variable<'p>(
    instances: &Instances<'p>,
    shared: &mut Shared,
    name: &str,
    scope: &Scope<'p>,
    path: Vec<Step>,
) -> Option<&'p str> {
    if scope.path.is_empty() {
        return inside(instances.variables.get(name)?, &path);
    }
    let (argument, outer) = instances.argument(&scope.path, name)?;
    member(instances, shared, argument?, &outer, path)
}

fn member<'p>(
    instances: &Instances<'p>,
    shared: &mut Shared,
    expression: &'p Expression,
    scope: &Scope<'p>,
    mut rest: Vec<Step>,
) -> Option<&'p str> {
    let mut expression = expression;
    let mut scope = scope.clone();
    for _ in 0..LONGEST_TRAIL {
        let reference = match expression {
            Expression::Constant(span) => return inside(span.text(instances.text), &rest),
            Expression::References(references) => match references.as_slice() {
                [only] => only,
                _ => return None,
            },
            Expression::Blocks(_) => return None,
        };
        match (reference.first()?.name()?, reference.get(1)?.name()?) {
            ("var", name) => {
                let mut path = steps(reference.get(2..)?);
                path.append(&mut rest);
                rest = path;
                if scope.path.is_empty() {
                    return inside(instances.variables.get(name)?, &rest);
                }
                let (argument, outer) = instances.argument(&scope.path, name)?;
                expression = argument?;
                scope = outer;
            }
            ("local" | "each" | "count" | "path" | "terraform" | "module" | "self", _) => return None,
            _ => return attribute(instances, shared, reference, &rest, &scope),
        }
    }
    None
}

fn attribute<'p>(
    instances: &Instances<'p>,
    shared: &mut Shared,
    reference: &[traversal::Step],
    rest: &[Step],
    scope: &Scope<'p>,
) -> Option<&'p str> {
    let (mut address, after) = shared.resource(scope.path.clone(), reference)?;
    let (key, path) = leading_key(after);
    address.key = key;
    let mut path = steps(path);
    path.extend(rest.iter().cloned());
    let entry = instances.entry(&address)?;
    if instances.is_unknown(&address, &path) {
        return None;
    }
    inside(entry.values?, &path)
}

/// The member of a JSON value at a path.
fn inside<'p>(slice: &'p str, path: &[Step]) -> Option<&'p str> {
    path.iter()
        .try_fold(slice, |slice, step| match (json::read(slice)?, step) {
            (Json::Object(entries), Step::Attribute(name)) => entries
                .into_iter()
                .find_map(|(key, value)| (*key == **name).then_some(value)),
            (Json::Array(elements), Step::Index(index)) => {
                elements.get(usize::try_from(*index).ok()?).copied()
            }
            _ => None,
        })
}
