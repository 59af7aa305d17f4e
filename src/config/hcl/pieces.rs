//! Objects that are parsed item by item instead of as a whole.
//!
//! `hcl::edit` looks for each key of an object among all earlier ones, and refuses a key that is
//! there already. The first makes an object of 20,000 keys take seconds; the second is no error in
//! Terraform, where the last one wins. Both are avoided by taking the items out of the object before
//! it is parsed and parsing them in small groups.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::lower::Lower;
use super::parse::{self, Parsed};
use super::scan::{Group, Kind, Scan};
use crate::config::syntax::{ExpressionKind, ObjectItem, ObjectKey};
use crate::source::Diagnostic;

/// From this many items on an object is cut.
const LARGE: usize = 512;
/// Items per piece of a large object.
const PIECE: usize = 64;

/// Which objects to cut, by the offset of their brace, and into what.
pub(super) type Pieces = BTreeMap<usize, Vec<Range<usize>>>;

/// The large objects of a text.
pub(super) fn large(text: &str, scan: &Scan) -> Pieces {
    outermost(scan, |group| {
        if group.separators.len() < LARGE {
            return None;
        }
        let items = scan.object_items(text, group);
        let pieces = items.chunks(PIECE).filter_map(|items| {
            let (first, last) = (items.first()?, items.last()?);
            Some(first.start..last.end)
        });
        Some(pieces.collect())
    })
}

/// The objects that say a key twice, as far as can be told without parsing them, and the one at
/// `offset`, of which the parser said so.
pub(super) fn repeating(text: &str, scan: &Scan, offset: usize) -> Pieces {
    let at_fault = scan.innermost(offset, |kind| kind == Kind::Object);
    let at_fault = at_fault
        .and_then(|index| scan.groups.get(index))
        .map(|group| group.open);
    outermost(scan, |group| {
        let items = scan.object_items(text, group);
        let mut keys: Vec<&str> = items
            .iter()
            .filter_map(|item| key(text.get(item.clone())?))
            .collect();
        keys.sort_unstable();
        let repeats = keys.windows(2).any(|pair| pair.first() == pair.last());
        (repeats || at_fault == Some(group.open)).then_some(items)
    })
}

/// The text before `=` or `:`.
fn key(item: &str) -> Option<&str> {
    item.split(['=', ':']).next().map(str::trim)
}

/// Cuts objects that are not inside one that is cut: those come up when its pieces are parsed.
fn outermost(scan: &Scan, cut: impl Fn(&Group) -> Option<Vec<Range<usize>>>) -> Pieces {
    let mut pieces = Pieces::new();
    let mut inside = 0;
    for group in &scan.groups {
        if let Some(end) = group.end
            && group.kind == Kind::Object
            && group.open >= inside
            && let Some(ranges) = cut(group)
        {
            pieces.insert(group.open, ranges);
            inside = end;
        }
    }
    pieces
}

/// Parses and lowers the items of an object that was cut. Of items with the same name the last one
/// stands, and the others are warned about.
pub(super) fn items(lower: &mut Lower, pieces: &[Range<usize>]) -> Vec<ObjectItem> {
    let mut items = Vec::new();
    for piece in pieces {
        let Some(inside) = lower.text.get(piece.clone()) else {
            continue;
        };
        // The braces take the place of the separators around the piece, so that offsets only shift.
        let text = format!("{{{inside}\n}}");
        let origin = lower.origin.shifted(piece.start.saturating_sub(1));
        match parse::expression(&text) {
            Ok(Parsed { tree, pieces, .. }) => {
                let mut inner = Lower {
                    source: lower.source,
                    text: &text,
                    origin,
                    pieces: &pieces,
                    words: lower.words,
                    diagnostics: lower.diagnostics,
                    doubtful: false,
                };
                let object = inner.expression(&tree);
                let doubtful = inner.doubtful;
                if let ExpressionKind::Object(more) = object.kind {
                    items.extend(more);
                }
                lower.doubtful |= doubtful;
            }
            Err(failure) => {
                let found = failure.diagnostics(&text, lower.source, origin);
                lower.diagnostics.extend(found);
            }
        }
    }
    last_of_each_name(lower, items)
}

fn last_of_each_name(lower: &mut Lower, items: Vec<ObjectItem>) -> Vec<ObjectItem> {
    let mut last = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        if let Some(name) = name(item) {
            last.insert(name.clone(), index);
        }
    }
    let mut kept = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let name = name(&item);
        if let Some(name) = name.filter(|name| last.get(name) != Some(&index)) {
            let place = match &item.key {
                ObjectKey::Name(word) => word.place,
                ObjectKey::Expression(expression) => expression.place,
            };
            lower.diagnostics.push(
                Diagnostic::warning(
                    "duplicate-key",
                    format!("the key `{name}` is given again further down in this object"),
                )
                .at(Some(place))
                .detail("Terraform takes the last one")
                .help("remove one of the two"),
            );
        } else {
            kept.push(item);
        }
    }
    kept
}

/// The key of an item where it is literal.
fn name(item: &ObjectItem) -> Option<std::sync::Arc<str>> {
    match &item.key {
        ObjectKey::Name(word) => Some(word.text.clone()),
        ObjectKey::Expression(expression) => match &expression.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            _ => None,
        },
    }
}
