//! The marks that a plan keeps beside a value: `after_unknown` and `after_sensitive`.

use std::borrow::Cow;

use crate::config::plan::json::{self, Json};

/// `true` marks a whole subtree; anything else only leads to marks deeper inside.
#[derive(Clone, Debug, Default)]
pub(super) enum Shape<'a> {
    #[default]
    Unmarked,
    /// The text of the `true`, whose place is the place of the mark.
    Marked(&'a str),
    Elements(Vec<Shape<'a>>),
    /// Sorted by key.
    Entries(Vec<(Cow<'a, str>, Shape<'a>)>),
}

/// What a plan still says of an unknown value's type, in `after_sensitive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outline {
    Scalar,
    /// A list, set or tuple.
    Sequence,
    /// A map or object.
    Mapping,
}

impl<'a> Shape<'a> {
    pub(super) fn read(slice: &'a str) -> Shape<'a> {
        Shape::read_within(slice, 0)
    }

    fn read_within(slice: &'a str, depth: usize) -> Shape<'a> {
        if depth > json::DEPTH {
            return Shape::Unmarked;
        }
        match json::read(slice) {
            Some(Json::Bool(true)) => Shape::Marked(slice),
            Some(Json::Array(elements)) => Shape::Elements(
                elements
                    .into_iter()
                    .map(|element| Shape::read_within(element, depth + 1))
                    .collect(),
            ),
            Some(Json::Object(entries)) => {
                let mut entries: Vec<_> = entries
                    .into_iter()
                    .map(|(key, value)| (key, Shape::read_within(value, depth + 1)))
                    .collect();
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                Shape::Entries(entries)
            }
            _ => Shape::Unmarked,
        }
    }

    /// The shape under a key; a mark covers everything in it.
    pub(super) fn entry(&self, key: &str) -> &Shape<'a> {
        match self {
            Shape::Marked(_) => self,
            Shape::Entries(entries) => entries
                .binary_search_by(|(name, _)| (**name).cmp(key))
                .ok()
                .and_then(|index| entries.get(index))
                .map_or(&Shape::Unmarked, |(_, shape)| shape),
            _ => &Shape::Unmarked,
        }
    }

    pub(super) fn element(&self, index: usize) -> &Shape<'a> {
        match self {
            Shape::Marked(_) => self,
            Shape::Elements(elements) => elements.get(index).unwrap_or(&Shape::Unmarked),
            _ => &Shape::Unmarked,
        }
    }

    pub(super) fn is_marked(&self) -> bool {
        matches!(self, Shape::Marked(_))
    }

    pub(super) fn entries(&self) -> &[(Cow<'a, str>, Shape<'a>)] {
        match self {
            Shape::Entries(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn elements(&self) -> &[Shape<'a>] {
        match self {
            Shape::Elements(elements) => elements,
            _ => &[],
        }
    }

    /// Whether anything in it is marked.
    pub(super) fn any(&self) -> bool {
        match self {
            Shape::Unmarked => false,
            Shape::Marked(_) => true,
            Shape::Elements(elements) => elements.iter().any(Shape::any),
            Shape::Entries(entries) => entries.iter().any(|(_, shape)| shape.any()),
        }
    }

    /// Terraform writes an empty array or object for an unknown collection's sensitivity, and nothing
    /// for a scalar's.
    pub(super) fn outline(&self) -> Outline {
        match self {
            Shape::Elements(_) => Outline::Sequence,
            Shape::Entries(_) => Outline::Mapping,
            _ => Outline::Scalar,
        }
    }
}
