//! What an unknown value of a plan is, as a symbol: an attribute of an instance where the plan leaves
//! no doubt, one of several where it does, and otherwise a name for not knowing.

use std::collections::HashMap;
use std::sync::Arc;

use super::addresses::Shared;
use super::context::Context;
use super::fit;
use super::instances::{Instances, Scope};
use super::known;
use super::shape::Outline;
use super::sources::{Candidate, Found, Search};
use crate::config::plan::Expression;
use crate::evaluate::address::Address;
use crate::evaluate::values::value::{Step, Symbol};

/// How far an attribute is followed to the attribute it was set from.
const LONGEST_CHAIN: usize = 32;

pub(super) struct Symbols<'p> {
    pub instances: Instances<'p>,
    pub shared: Shared,
    /// What an attribute of an instance was set from; `None` while that is being found out.
    followed: HashMap<(Arc<Address>, Arc<str>), Option<Named>>,
    chain: usize,
}

/// A symbol, and whether it rests on equal instance keys.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub symbol: Symbol,
    pub same_key: bool,
    /// Of a list or set: what is certainly in it. There may be more.
    pub members: Vec<Symbol>,
}

impl Named {
    fn certain(symbol: Symbol) -> Named {
        Named {
            symbol,
            same_key: false,
            members: Vec::new(),
        }
    }
}

/// An unknown value: where it stands, and what the plan says of its type.
pub(super) struct Leaf<'a, 'p> {
    pub of: &'a Arc<Address>,
    pub path: &'a [Step],
    pub context: &'a Context<'p>,
    pub outline: Outline,
}

impl<'p> Symbols<'p> {
    pub(super) fn new(instances: Instances<'p>, shared: Shared) -> Self {
        Symbols {
            instances,
            shared,
            followed: HashMap::new(),
            chain: 0,
        }
    }

    /// The JSON of what an expression is, where the plan knows it elsewhere.
    pub(super) fn known(&mut self, expression: &'p Expression, scope: &Scope<'p>) -> Option<&'p str> {
        known::known(&self.instances, &mut self.shared, expression, scope)
    }

    pub(super) fn name(&mut self, leaf: &Leaf<'_, 'p>, scope: Option<&Scope<'p>>) -> Named {
        let own = || Symbol::Attribute {
            of: leaf.of.clone(),
            path: leaf.path.into(),
        };
        match (leaf.context, scope) {
            (Context::Unset, _) => Named::certain(own()),
            (
                Context::Expressions {
                    expressions,
                    lost,
                    inside,
                },
                Some(scope),
            ) => {
                let mut found = Search::run(&self.instances, &mut self.shared, expressions, scope);
                found.lost |= *lost;
                found.open |= expressions.len() != 1;
                // The id of an element is computed; the merged references are of its neighbours.
                if *inside && fit::is_element_id(leaf.path) {
                    return Named::certain(own());
                }
                self.named_after(leaf, found, *inside)
            }
            // Ids are never configured.
            _ if matches!(leaf.path, [Step::Attribute(name)] if &**name == "id") => Named::certain(own()),
            _ => Named::certain(leaf.unsaid()),
        }
    }

    fn named_after(&mut self, leaf: &Leaf<'_, 'p>, found: Found, inside: bool) -> Named {
        let mut candidates: Vec<Candidate> = found.candidates.into_iter().collect();
        let mut related = true;
        if inside {
            let best = candidates
                .iter()
                .map(|candidate| fit::closeness(leaf.path, candidate))
                .max();
            related = best.is_some_and(|best| best > fit::Closeness::None);
            candidates.retain(|candidate| Some(fit::closeness(leaf.path, candidate)) == best);
        }
        let same_key = candidates.iter().any(|candidate| candidate.same_key);
        let scalar = leaf.outline == Outline::Scalar;
        // A list or set that is unknown as a whole has lost its known members.
        let lost = found.lost || (!scalar && !candidates.is_empty());
        let exact = related && scalar;
        let listed = leaf.outline == Outline::Sequence && !inside && !found.lost && !found.open;
        let members = if listed {
            self.members(leaf, &candidates)
        } else {
            Vec::new()
        };
        let symbol = match candidates.as_slice() {
            [] => leaf.unsaid(),
            [only] if !lost && exact => match fit::attribute(leaf.path, only, &self.instances) {
                Some(path) => return self.follow(only, path),
                None => leaf.derived(vec![plain(only, &self.instances, leaf.path)]),
            },
            _ => {
                let mut symbols: Vec<Symbol> = candidates
                    .iter()
                    .map(|candidate| self.alternative(leaf, candidate))
                    .collect();
                if lost {
                    symbols.push(leaf.unsaid());
                }
                if exact {
                    one_of(symbols)
                } else {
                    leaf.derived(symbols)
                }
            }
        };
        Named {
            symbol,
            same_key,
            members,
        }
    }

    /// The elements that a list written as references to these has; none at all where one of them may
    /// be something else than an element.
    fn members(&mut self, leaf: &Leaf<'_, 'p>, candidates: &[Candidate]) -> Vec<Symbol> {
        let fitting: Option<Vec<_>> = candidates
            .iter()
            .map(|candidate| fit::attribute(leaf.path, candidate, &self.instances))
            .collect();
        let fitting = fitting.unwrap_or_default();
        candidates
            .iter()
            .zip(fitting)
            .map(|(candidate, path)| self.follow(candidate, path).symbol)
            .collect()
    }

    fn alternative(&mut self, leaf: &Leaf<'_, 'p>, candidate: &Candidate) -> Symbol {
        match fit::attribute(leaf.path, candidate, &self.instances) {
            Some(path) => self.follow(candidate, path).symbol,
            None => plain(candidate, &self.instances, leaf.path),
        }
    }

    /// An attribute is what it was set from, where it was set from another one.
    fn follow(&mut self, candidate: &Candidate, path: Arc<[Step]>) -> Named {
        let of = &candidate.of;
        let itself = Named {
            symbol: Symbol::Attribute {
                of: of.clone(),
                path: path.clone(),
            },
            same_key: candidate.same_key,
            members: Vec::new(),
        };
        let [Step::Attribute(name)] = &*path else {
            return itself;
        };
        let Some((block, scope)) = self.instances.block(of) else {
            return itself;
        };
        let Some(expression @ Expression::References(_)) = block.expressions.get(name) else {
            return itself;
        };
        let key = (of.clone(), name.clone());
        let source = match self.followed.get(&key) {
            Some(Some(source)) => source.clone(),
            Some(None) => return itself,
            None if self.chain >= LONGEST_CHAIN => return itself,
            None => {
                self.followed.insert(key.clone(), None);
                self.chain += 1;
                let context = Context::Expressions {
                    expressions: vec![expression],
                    lost: false,
                    inside: false,
                };
                let leaf = Leaf {
                    of,
                    path: &path,
                    context: &context,
                    outline: Outline::Scalar,
                };
                let source = self.name(&leaf, Some(&scope));
                self.chain -= 1;
                self.followed.insert(key, Some(source.clone()));
                source
            }
        };
        Named {
            same_key: source.same_key || candidate.same_key,
            ..source
        }
    }
}

impl Leaf<'_, '_> {
    /// Unknown, and nobody can say from what: the source would tell.
    fn unsaid(&self) -> Symbol {
        Symbol::Planned {
            of: self.of.clone(),
            path: self.path.into(),
        }
    }

    /// Made from these by an expression that the plan does not keep. The expression is named by where
    /// it stands, so that two of them are never taken for equal.
    fn derived(&self, mut from: Vec<Symbol>) -> Symbol {
        from.sort_by_cached_key(ToString::to_string);
        from.dedup();
        Symbol::Derived {
            by: self.unsaid().to_string().into(),
            from: from.into(),
        }
    }
}

/// A candidate as what it is, without a claim that the value equals it.
fn plain(candidate: &Candidate, instances: &Instances, path: &[Step]) -> Symbol {
    let path = if candidate.path.is_empty() {
        fit::attribute(path, candidate, instances)
    } else {
        Some(candidate.path.clone())
    };
    match path {
        Some(path) => Symbol::Attribute {
            of: candidate.of.clone(),
            path,
        },
        None => Symbol::Instance(candidate.of.clone()),
    }
}

fn one_of(symbols: Vec<Symbol>) -> Symbol {
    let mut flat = Vec::new();
    for symbol in symbols {
        match symbol {
            Symbol::OneOf(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other),
        }
    }
    flat.sort_by_cached_key(ToString::to_string);
    flat.dedup();
    match flat.as_slice() {
        [only] => only.clone(),
        _ => Symbol::OneOf(flat.into()),
    }
}
