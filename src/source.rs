//! Texts and places in them: the ground on which every value, rule and finding stands.
//!
//! A [`Place`] is born when a text is parsed and is never lost. It is small and `Copy`, so that every
//! value can carry one; lines and columns are computed only when somebody prints them.

use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// One of the texts in a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(NonZeroU32);

/// A byte range of one text; `end` is exclusive. `Option<Place>` takes no more room than a `Place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl Place {
    /// The smallest range that holds both; `self` when the two lie in different texts.
    #[must_use]
    pub fn to(self, last: Place) -> Place {
        if self.source != last.source {
            return self;
        }
        Place {
            source: self.source,
            start: self.start.min(last.start),
            end: self.end.max(last.end),
        }
    }

    /// Whether `other` lies wholly inside this range.
    #[must_use]
    pub fn contains(self, other: Place) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// What kind of text a source is: reports point into HCL by line, into JSON by pointer as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Hcl,
    Json,
}

/// A text that is shared. It stays in the memory it was read into: a plan is not copied to be kept.
#[derive(Clone, Debug, Default)]
pub struct SharedText(Arc<String>);

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> SharedText {
        SharedText(Arc::new(text))
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> SharedText {
        SharedText::from(text.to_owned())
    }
}

/// A text with the path under which reports name it (relative, with `/`).
#[derive(Clone, Debug)]
pub struct Source {
    pub path: Arc<str>,
    pub text: SharedText,
    pub syntax: Syntax,
    /// Where lines begin; made when the first position is asked for.
    lines: OnceLock<Vec<u32>>,
    outline: OnceLock<Vec<Section>>,
}

/// A part of a JSON text that has a pointer of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub start: u32,
    pub end: u32,
    pub pointer: String,
}

impl Source {
    #[must_use]
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<SharedText>, syntax: Syntax) -> Source {
        Source {
            path: path.into(),
            text: text.into(),
            syntax,
            lines: OnceLock::new(),
            outline: OnceLock::new(),
        }
    }

    /// The section that holds a byte range, of those that `outline` finds in the text. It is asked
    /// once and gives disjoint sections in order.
    pub fn section(&self, start: u32, end: u32, outline: fn(&str) -> Vec<Section>) -> Option<&Section> {
        let sections = self.outline.get_or_init(|| outline(&self.text));
        let after = sections.partition_point(|section| section.start <= start);
        sections
            .get(after.checked_sub(1)?)
            .filter(|section| end <= section.end)
    }

    fn position(&self, offset: u32) -> Position {
        let starts = self.lines.get_or_init(|| line_starts(&self.text));
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(start..end).unwrap_or("");
        // A plan is one line of megabytes; nobody counts its characters.
        let column = if before.len() > LONG_LINE {
            before.len()
        } else {
            before.chars().count()
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: count(line),
            column: count(column + 1),
        }
    }
}

/// From here on columns are bytes.
const LONG_LINE: usize = 10_000;

fn line_starts(text: &str) -> Vec<u32> {
    let starts = text
        .match_indices('\n')
        .map(|(index, _)| u32::try_from(index + 1).unwrap_or(u32::MAX));
    std::iter::once(0).chain(starts).collect()
}

/// A position as people and editors count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Every text read, in the order of reading. Texts are only ever added.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    pub fn add(
        &mut self,
        path: impl Into<Arc<str>>,
        text: impl Into<SharedText>,
        syntax: Syntax,
    ) -> SourceId {
        self.sources.push(Source::new(path, text, syntax));
        let count = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        SourceId(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
    }

    /// The text of an id that this collection gave out; `None` for an id of another collection.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0.get() as usize - 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter()
    }

    /// The ids, in the order of reading.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> {
        let count = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        (1..=count).filter_map(|id| NonZeroU32::new(id).map(SourceId))
    }

    /// Puts another text of the same length in the place of one, so that places stay right.
    pub fn replace(&mut self, id: SourceId, text: String) {
        if let Some(source) = self.sources.get_mut(id.0.get() as usize - 1)
            && source.text.len() == text.len()
        {
            source.text = text.into();
        }
    }

    /// The text of a place; empty where the place does not lie in its text.
    #[must_use]
    pub fn text(&self, place: Place) -> &str {
        self.get(place.source)
            .and_then(|source| source.text.get(place.start as usize..place.end as usize))
            .unwrap_or("")
    }

    #[must_use]
    pub fn path(&self, place: Place) -> &str {
        self.get(place.source).map_or("", |source| &source.path)
    }

    /// Where a place starts and ends, in lines and columns.
    #[must_use]
    pub fn positions(&self, place: Place) -> (Position, Position) {
        let nowhere = Position { line: 1, column: 1 };
        self.get(place.source).map_or((nowhere, nowhere), |source| {
            (source.position(place.start), source.position(place.end))
        })
    }
}

/// How bad a problem with the input is. An error makes the exit status 2; a warning is only said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Warning,
    Error,
}

/// A problem with what was read: said to the user beside whatever could still be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// What kind of problem, in kebab case: `binary-plan`, `unknown-format-version`.
    pub code: &'static str,
    /// One line: lower case, no final period, the user's names in backticks.
    pub summary: String,
    /// What the reader should know beyond the summary; may be empty.
    pub detail: String,
    /// What to do about it.
    pub help: Option<String>,
    pub at: Option<Place>,
    /// The module calls that led there, outermost first.
    pub calls: Vec<Place>,
}

impl Diagnostic {
    #[must_use]
    pub fn error(code: &'static str, summary: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            summary: summary.into(),
            detail: String::new(),
            help: None,
            at: None,
            calls: Vec::new(),
        }
    }

    #[must_use]
    pub fn warning(code: &'static str, summary: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, summary)
        }
    }

    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Diagnostic {
        self.at = place;
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Diagnostic {
        self.detail = detail.into();
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }
}
