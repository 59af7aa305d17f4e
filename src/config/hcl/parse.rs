//! Calls `hcl::edit`, on a text repaired where it would refuse what Terraform accepts, and item by
//! item where there are errors, so that one of them does not hide the rest of a file.

use std::borrow::Cow;
use std::ops::Range;

use hcl::edit::expr::Expression as EditExpression;
use hcl::edit::parser;
use hcl::edit::structure::Body as EditBody;
use hcl::edit::template::Template as EditTemplate;

use super::lower::{Lower, Origin, Words};
use super::message::{self, Failure, Form};
use super::pieces::{self, Pieces};
use super::plain;
use super::scan::{Kind, Scan, scan, scan_template};
use crate::config::syntax::Body;
use crate::source::{Diagnostic, Severity, SourceId};

/// Below this size no object can be so large that it should be cut before parsing.
const SMALL: usize = 8 << 10;
/// Brackets within brackets, before anything is parsed that was cut in pieces.
const MAX_DEPTH: usize = 100;
/// How many objects that repeat a key may come up one by one.
const MAX_ROUNDS: usize = 32;
/// How many errors of one text are told.
const MAX_ERRORS: usize = 50;

/// What `hcl::edit` made of a text, with the objects that were cut out of it.
pub(super) struct Parsed<T> {
    pub tree: T,
    pub pieces: Pieces,
}

pub(super) fn expression(text: &str) -> Result<Parsed<EditExpression>, Failure> {
    attempt(text, Form::Expression, parser::parse_expr)
}

pub(super) fn template(text: &str) -> Result<Parsed<EditTemplate>, Failure> {
    attempt(text, Form::Template, parser::parse_template)
}

/// Parses and lowers a body; of what has errors, everything else.
pub(super) fn body(text: &str, source: SourceId, origin: Origin) -> (Body, Vec<Diagnostic>) {
    plain::body(text, source, origin).unwrap_or_else(|| body_by_parser(text, source, origin))
}

/// [`body`] by `hcl::edit` alone.
pub(super) fn body_by_parser(text: &str, source: SourceId, origin: Origin) -> (Body, Vec<Diagnostic>) {
    let mut reader = BodyReader {
        source,
        words: Words::default(),
        body: Body::default(),
        diagnostics: Vec::new(),
    };
    match attempt(text, Form::Body, parser::parse_body) {
        Ok(parsed) => reader.lower(text, origin, &parsed),
        Err(_) => {
            reader.item_by_item(text, origin);
            reader.between_items(text, origin);
        }
    }
    (reader.body, reader.diagnostics)
}

struct BodyReader {
    source: SourceId,
    words: Words,
    body: Body,
    diagnostics: Vec<Diagnostic>,
}

impl BodyReader {
    fn lower(&mut self, text: &str, origin: Origin, parsed: &Parsed<EditBody>) {
        let mut lower = Lower {
            source: self.source,
            text,
            origin,
            pieces: &parsed.pieces,
            words: &mut self.words,
            diagnostics: &mut self.diagnostics,
            doubtful: has_open_comment(text),
        };
        let body = lower.body(&parsed.tree);
        lower.settle(Form::Body);
        self.body.attributes.extend(body.attributes);
        self.body.blocks.extend(body.blocks);
    }

    fn item_by_item(&mut self, text: &str, origin: Origin) {
        let mut start = 0;
        // Each turn reads up to an item that is not closed, and starts again at what looks like the
        // next one.
        while let Some(rest) = text.get(start..) {
            let Some(next) = self.items(rest, origin.shifted(start)) else {
                break;
            };
            start += next;
        }
        self.repeated_attributes();
    }

    /// What is wrong with a text whose items are right: it lies between them.
    fn between_items(&mut self, text: &str, origin: Origin) {
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if !self.diagnostics.iter().any(is_error) {
            let told = |fault| message::diagnostic(fault, self.source, origin);
            let faults = message::faults(text, Form::Body);
            self.diagnostics.extend(faults.into_iter().map(told));
        }
    }

    /// Reads the items of a text; where to go on when one of them swallowed those behind it.
    fn items(&mut self, text: &str, origin: Origin) -> Option<usize> {
        let scan = scan(text);
        let mut failed = false;
        for range in scan.items.clone() {
            let item = with_its_newline(text, range.clone());
            match attempt(item, Form::Body, parser::parse_body) {
                Ok(parsed) => {
                    failed = false;
                    self.lower(item, origin.shifted(range.start), &parsed);
                }
                Err(failure) => {
                    let next = next_header(item, range.start, &scan);
                    let item = item.get(..next.unwrap_or(item.len())).unwrap_or(item);
                    // A block whose header was wrong leaves its braces behind as items of their own.
                    if !(failed && item.starts_with(['{', '}'])) {
                        self.fail(item, origin.shifted(range.start), &failure, next.is_some());
                    }
                    failed = true;
                    if self.diagnostics.len() >= MAX_ERRORS {
                        return None;
                    }
                    if let Some(next) = next {
                        return Some(range.start + next);
                    }
                }
            }
        }
        None
    }

    fn fail(&mut self, item: &str, origin: Origin, failure: &Failure, cut: bool) {
        // Of an item that was cut short, nothing is said that its end made wrong.
        let unclosed = message::never_closed(item).filter(|_| cut);
        let end = origin.offset(item.trim_end().len());
        let mut found = failure.diagnostics(item, self.source, origin);
        if let Some(unclosed) = unclosed {
            found.retain(|one| one.at.is_some_and(|at| at.start < end) && one.code != "unclosed");
            if found.is_empty() {
                found.push(message::diagnostic(unclosed, self.source, origin));
            }
        }
        self.diagnostics.append(&mut found);
    }

    /// Arguments that are set twice, which shows only where the items are seen together.
    fn repeated_attributes(&mut self) {
        let mut seen = std::collections::HashSet::new();
        let diagnostics = &mut self.diagnostics;
        self.body.attributes.retain(|attribute| {
            let new = seen.insert(attribute.name.text.clone());
            if !new {
                diagnostics.push(message::repeated_attribute(
                    &attribute.name.text,
                    attribute.name.place,
                ));
            }
            new
        });
    }
}

/// Whether a comment may be open at the end, which `hcl::edit` lets pass.
pub(super) fn has_open_comment(text: &str) -> bool {
    let last = text.rfind("/*").and_then(|at| text.get(at..));
    last.is_some_and(|comment| !comment.contains("*/"))
}

/// An item up to where the next line starts: a heredoc ends only with its line.
fn with_its_newline(text: &str, item: Range<usize>) -> &str {
    let newline = text.get(item.end..).and_then(|rest| rest.find('\n'));
    let blank = |end: usize| text.get(item.end..end).is_some_and(|rest| rest.trim().is_empty());
    let end = newline.map(|at| item.end + at + 1).filter(|end| blank(*end));
    text.get(item.start..end.unwrap_or(item.end)).unwrap_or("")
}

/// Where, in an item that is never closed, a line looks like the header of the next one.
fn next_header(item: &str, start: usize, scan: &Scan) -> Option<usize> {
    let inside = start..start + item.len();
    let unclosed = scan
        .groups
        .iter()
        .any(|group| inside.contains(&group.open) && group.end.is_none() && group.kind != Kind::Quotes);
    if !unclosed {
        return None;
    }
    let mut at = 0;
    for line in item.split_inclusive('\n') {
        if at > 0 && is_header(line) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// `keyword "label" {` at the start of a line.
fn is_header(line: &str) -> bool {
    let Some(header) = line.trim_end().strip_suffix('{') else {
        return false;
    };
    line.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && header
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | ' ' | '\t' | '.' | '/'))
}

pub(super) fn attempt<T>(
    text: &str,
    form: Form,
    parser: impl Fn(&str) -> Result<T, parser::Error>,
) -> Result<Parsed<T>, Failure> {
    if text.len() < SMALL
        && let Ok(tree) = parser(text)
    {
        return Ok(Parsed {
            tree,
            pieces: Pieces::new(),
        });
    }
    let scan = match form {
        Form::Template => scan_template(text),
        Form::Body | Form::Expression => scan(text),
    };
    let mut pieces = pieces::large(text, &scan);
    for _ in 0..MAX_ROUNDS {
        if !pieces.is_empty() && scan.depth > MAX_DEPTH {
            return Err(Failure::too_deep(form));
        }
        match parser(&repair(text, &scan, &pieces)) {
            Ok(tree) => return Ok(Parsed { tree, pieces }),
            Err(error) => {
                let failure = Failure::new(&error, form);
                let before = pieces.len();
                if failure.repeats_key() {
                    for (open, ranges) in pieces::repeating(text, &scan, failure.offset) {
                        pieces.entry(open).or_insert(ranges);
                    }
                }
                if pieces.len() == before {
                    return Err(failure);
                }
            }
        }
    }
    Err(Failure::too_deep(form))
}

/// The text as `hcl::edit` accepts it, byte for byte as long: spaces in place of a byte order mark,
/// of the newlines in an object `for` and of the items of objects that are cut; zeros in place of the
/// digits of numbers beyond a float's range.
fn repair<'a>(text: &'a str, scan: &Scan, pieces: &Pieces) -> Cow<'a, str> {
    let mark = text.starts_with('\u{feff}').then_some(0..3);
    let items = pieces.values().filter_map(|pieces| {
        let end = pieces.last()?.end;
        // A comma behind the last item goes with it.
        let comma = text.get(end..).is_some_and(|rest| rest.starts_with(','));
        Some(pieces.first()?.start..end + usize::from(comma))
    });
    let blanks: Vec<Range<usize>> = mark
        .into_iter()
        .chain(scan.breaks_in_for.iter().cloned())
        .chain(items)
        .collect();
    if blanks.is_empty() && scan.large_numbers.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in blanks {
        if let Some(bytes) = bytes.get_mut(range) {
            bytes.fill(b' ');
        }
    }
    for range in &scan.large_numbers {
        for byte in bytes.get_mut(range.clone()).unwrap_or(&mut []) {
            if byte.is_ascii_digit() {
                *byte = b'0';
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}
