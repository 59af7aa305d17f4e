//! Which expressions of the configuration an unknown value of a plan may belong to, kept beside the
//! value while it is built.
//!
//! Blocks of a plan's configuration and blocks of its values cannot be matched by position: `dynamic`
//! blocks are missing from the configuration, and sets are in an order of their own.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::config::plan::{Expression, json};

type Arguments = BTreeMap<Arc<str>, Expression>;
/// The blocks by the constant that tells them apart, and the name of that argument.
type Telling<'p, 't> = (Arc<str>, HashMap<Cow<'t, str>, &'p Arguments>);

#[derive(Clone, Debug)]
pub(super) enum Context<'p> {
    /// Inside one of these blocks; `lost` when it may also be one that the configuration leaves out.
    Blocks { blocks: Vec<&'p Arguments>, lost: bool },
    /// In the value of one of these expressions; `inside` when in a part of it that has a name, whose
    /// expression the plan has merged with its neighbours'.
    Expressions {
        expressions: Vec<&'p Expression>,
        lost: bool,
        inside: bool,
    },
    /// The block does not set it: the provider computes it.
    Unset,
    /// Whatever set it is not in the configuration of the plan.
    Lost,
}

impl<'p> Context<'p> {
    pub(super) fn entry(&self, name: &str) -> Context<'p> {
        match self {
            Context::Blocks { blocks, lost } => {
                let expressions: Vec<_> = blocks.iter().filter_map(|block| block.get(name)).collect();
                if !expressions.is_empty() {
                    return Context::Expressions {
                        expressions,
                        lost: *lost,
                        inside: false,
                    };
                }
                if *lost { Context::Lost } else { Context::Unset }
            }
            Context::Expressions {
                expressions, lost, ..
            } => match self.single_blocks() {
                Some(blocks) => Context::Blocks { blocks, lost: *lost }.entry(name),
                None => Context::Expressions {
                    expressions: expressions.clone(),
                    lost: *lost,
                    inside: true,
                },
            },
            // Structure that no expression set comes from a dynamic block.
            Context::Unset | Context::Lost => Context::Lost,
        }
    }

    /// The block, where each expression is one block that is written as an object.
    fn single_blocks(&self) -> Option<Vec<&'p Arguments>> {
        let blocks = self.all_blocks()?;
        (!blocks.is_empty()).then_some(blocks)
    }

    fn all_blocks(&self) -> Option<Vec<&'p Arguments>> {
        let Context::Expressions { expressions, .. } = self else {
            return None;
        };
        let mut all = Vec::new();
        for expression in expressions {
            let Expression::Blocks(blocks) = expression else {
                return None;
            };
            all.extend(blocks);
        }
        Some(all)
    }

    /// The contexts of the elements of an array, which are the slices of a JSON text.
    pub(super) fn elements(&self, text: &str, elements: &[&str]) -> Vec<Context<'p>> {
        let lost = match self {
            Context::Expressions { lost, .. } => *lost,
            Context::Blocks { .. } | Context::Unset | Context::Lost => {
                return vec![Context::Lost; elements.len()];
            }
        };
        match self.all_blocks() {
            Some(blocks) => matched(text, &blocks, lost, elements),
            None => vec![self.clone(); elements.len()],
        }
    }
}

/// Each element with its block, where a constant that differs from block to block tells which it is;
/// otherwise with all of them.
fn matched<'p>(text: &str, blocks: &[&'p Arguments], lost: bool, elements: &[&str]) -> Vec<Context<'p>> {
    let lost = lost || blocks.len() != elements.len();
    let any = Context::Blocks {
        blocks: blocks.to_vec(),
        lost,
    };
    if blocks.len() == 1 && !lost {
        return vec![any];
    }
    let Some((name, by_constant)) = telling_constant(text, blocks) else {
        return vec![any; elements.len()];
    };
    let found: Vec<Option<Cow<str>>> = elements
        .iter()
        .map(|element| {
            let entries = json::entries(element)?;
            let (_, value) = entries.into_iter().find(|(key, _)| *key == *name)?;
            scalar(value)
        })
        .collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for value in found.iter().flatten() {
        *times.entry(value).or_default() += 1;
    }
    found
        .iter()
        .map(|value| {
            let block = value.as_ref().and_then(|value| by_constant.get(value));
            match (block, value) {
                // Twice the same: one of the two may come from a dynamic block.
                (Some(block), Some(value)) if times.get(&**value) == Some(&1) => Context::Blocks {
                    blocks: vec![*block],
                    lost: false,
                },
                // A constant that no block has: only a dynamic block can have made it.
                (None, Some(_)) => Context::Lost,
                _ => any.clone(),
            }
        })
        .collect()
}

/// An argument that is a constant in every block, and another one in each.
fn telling_constant<'p, 't>(text: &'t str, blocks: &[&'p Arguments]) -> Option<Telling<'p, 't>> {
    let first = blocks.first()?;
    // Names first: they are what tells blocks apart.
    let mut names: Vec<&Arc<str>> = first.keys().collect();
    names.sort_by_key(|name| !name.ends_with("name"));
    names.into_iter().find_map(|name| {
        let by_constant: HashMap<_, _> = blocks
            .iter()
            .filter_map(|block| match block.get(name)? {
                Expression::Constant(span) => Some((scalar(span.text(text))?, *block)),
                _ => None,
            })
            .collect();
        (by_constant.len() == blocks.len()).then(|| (name.clone(), by_constant))
    })
}

/// A scalar's text, the same whether the provider keeps it as a number or as a string.
fn scalar(slice: &str) -> Option<Cow<'_, str>> {
    match json::read(slice)? {
        json::Json::String(text) => Some(text),
        json::Json::Number(digits) => Some(Cow::Borrowed(digits)),
        _ => None,
    }
}
