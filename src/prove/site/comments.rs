//! Suppressions written where the finding is:
//! `# clearway:ignore jetstream-dr/msa-to-metering reason="…" expires=2027-01-31`, on or above a block.
//!
//! Comments are no part of the tree, so they are looked for in the text; the tree then says which
//! block they stand on.

use std::sync::Arc;

use super::SuppressBlock;
use crate::config::hcl::parse_body;
use crate::config::syntax::{Block, Body};
use crate::source::{Place, Source, SourceId, Sources, Syntax};

const MARK: &str = "clearway:ignore";

/// Every such comment of the texts read, in their order. One that stands on no block holds nowhere.
#[must_use]
pub fn comments(sources: &Sources) -> Vec<SuppressBlock> {
    let mut found = Vec::new();
    for id in sources.ids() {
        let Some(source) = sources.get(id) else {
            continue;
        };
        if source.syntax == Syntax::Hcl && source.text.contains(MARK) {
            of_text(id, source, &mut found);
        }
    }
    found
}

fn of_text(id: SourceId, source: &Source, found: &mut Vec<SuppressBlock>) {
    let (body, _) = parse_body(id, &source.text);
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        if let Some((column, rest)) = comment(line) {
            let offset = |byte: usize| u32::try_from(start + byte).unwrap_or(u32::MAX);
            let at = Place {
                source: id,
                start: offset(column),
                end: offset(line.trim_end().len()),
            };
            let fields = Fields::of(rest);
            found.push(SuppressBlock {
                id: fields.id.into(),
                reason: fields.reason.map(Arc::from),
                expires: fields.expires.map(Arc::from),
                at,
                scope: Some(block_of(&body, &source.text, at).unwrap_or(at)),
            });
        }
        start += line.len();
    }
}

/// The comment of a line, if it is one of ours: where it begins, and what follows the mark.
fn comment(line: &str) -> Option<(usize, &str)> {
    let (before, rest) = line.split_once(MARK)?;
    let lead = before.trim_end();
    let leader = ["#", "//", "/*"]
        .into_iter()
        .find(|leader| lead.ends_with(leader))?;
    Some((
        lead.len() - leader.len(),
        rest.trim().trim_end_matches("*/").trim_end(),
    ))
}

/// The block on whose header the comment stands, or else the next one below it with nothing but
/// comments and empty lines between.
fn block_of(body: &Body, text: &str, comment: Place) -> Option<Place> {
    let mut best: Option<Place> = None;
    for block in &body.blocks {
        if stands_on(block, text, comment) {
            best = Some(block.place);
        }
        if block.place.contains(comment)
            && let Some(inner) = block_of(&block.body, text, comment)
        {
            best = Some(inner);
        }
    }
    best
}

fn stands_on(block: &Block, text: &str, comment: Place) -> bool {
    let between = if comment.start >= block.header.end {
        // On the header's line, behind the brace.
        return text
            .get(block.header.end as usize..comment.start as usize)
            .is_some_and(|between| between.trim() == "{" && !between.contains('\n'));
    } else {
        text.get(comment.end as usize..block.place.start as usize)
    };
    between.is_some_and(|between| {
        between.lines().all(|line| {
            let line = line.trim();
            line.is_empty() || line.starts_with('#') || line.starts_with("//")
        })
    })
}

/// What a comment says after the mark.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fields<'a> {
    id: &'a str,
    reason: Option<&'a str>,
    expires: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(text: &'a str) -> Fields<'a> {
        let (id, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        Fields {
            id,
            reason: field(rest, "reason="),
            expires: field(rest, "expires="),
        }
    }
}

/// `name="quoted text"` or `name=word`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find(name) {
        let start = from + found;
        let begins = text
            .get(..start)?
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        let value = text.get(start + name.len()..)?;
        if begins {
            return match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').map(|(value, _)| value),
                None => value.split_whitespace().next(),
            };
        }
        from = start + name.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Vec<SuppressBlock>, Sources) {
        let mut sources = Sources::default();
        sources.add("main.tf", text, Syntax::Hcl);
        (comments(&sources), sources)
    }

    #[test]
    fn a_comment_holds_for_the_block_it_stands_on() {
        let text = "resource \"a\" \"b\" {\n  # clearway:ignore p/row reason=\"see DR-112\" expires=2027-01-31\n  # more words\n  rule {\n    x = 1\n  }\n}\nmodule \"m\" { // clearway:ignore p/other reason=\"why\"\n  source = \"./m\"\n}\n";
        let (found, sources) = found(text);
        let [first, second] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(
            (&*first.id, first.reason.as_deref()),
            ("p/row", Some("see DR-112"))
        );
        assert_eq!(first.expires.as_deref(), Some("2027-01-31"));
        assert!(sources.text(first.scope.unwrap()).starts_with("rule {"));
        assert!(sources.text(second.scope.unwrap()).starts_with("module \"m\""));
    }

    #[test]
    fn a_comment_on_nothing_holds_nowhere() {
        let (found, sources) = found("locals {\n  a = 1\n}\n# clearway:ignore p/row\n");
        assert!(sources.text(found[0].scope.unwrap()).starts_with("# clearway"));
        assert_eq!(found[0].reason, None);
    }
}
