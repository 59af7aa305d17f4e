//! A few lines of a text with a label, drawn by miette.
//!
//! miette scans a source from its start for every snippet; a window finds the lines around a place
//! itself, so that a finding at the end of a large file costs no more than one at its start.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity, SourceCode, SourceSpan, SpanContents,
};

use crate::source::{Place, Source, Sources, Syntax};

/// How text reports are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub color: bool,
    pub width: usize,
}

/// One underlined place with what is to be said about it.
#[derive(Debug)]
pub struct Snippet<'a> {
    pub severity: Severity,
    /// Stands above the message: an id, a code.
    pub code: Option<String>,
    pub message: String,
    pub label: String,
    pub at: Option<Place>,
    /// Further places, each with its own label; those in other texts follow as snippets of their own.
    pub also: Vec<(Place, String)>,
    pub sources: &'a Sources,
}

/// A line longer than this is not shown: a plan is one line of megabytes.
const LONGEST_LINE: usize = 400;

impl Snippet<'_> {
    /// The drawing, with a final newline.
    #[must_use]
    pub fn draw(&self, style: Style) -> String {
        let theme = if style.color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(style.width)
            .with_links(false)
            .with_context_lines(1);
        let drawing = Drawing::new(self);
        let mut text = String::new();
        // Writing into a string cannot fail; what miette could not draw is left out.
        let _ = handler.render_report(&mut text, &drawing);
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
    }
}

/// Whether the lines of a place can be shown; otherwise it is only named.
#[must_use]
pub fn can_show(place: Place, sources: &Sources) -> bool {
    sources.get(place.source).is_some_and(|source| {
        source.syntax == Syntax::Hcl && {
            let (start, end) = line_bounds(&source.text, place.start as usize, place.start as usize);
            end - start <= LONGEST_LINE
        }
    })
}

/// The lines of a place without their common indentation; of a header, the block that it opens. At
/// most `most` lines.
#[must_use]
pub fn lines_of(place: Place, sources: &Sources, most: usize) -> String {
    let Some(source) = sources.get(place.source) else {
        return String::new();
    };
    let (start, end) = line_bounds(&source.text, place.start as usize, place.end as usize);
    let text = source.text.get(start..).unwrap_or("");
    let spanned = source.text.get(start..end).unwrap_or("").lines().count().max(1);
    let wanted = spanned + rest_of_block(text, spanned);
    let lines: Vec<&str> = text.lines().take(wanted.min(most)).collect();
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| indentation(line))
        .min()
        .unwrap_or(0);
    let mut lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or(""))
        .collect();
    if wanted > most {
        lines.push("…");
    }
    lines.join("\n")
}

/// How many lines follow until a block closes that the last of the first `spanned` lines opens:
/// formatted code closes it at the same indentation.
fn rest_of_block(text: &str, spanned: usize) -> usize {
    let mut lines = text.lines().skip(spanned - 1);
    let Some(header) = lines.next().filter(|line| line.trim_end().ends_with('{')) else {
        return 0;
    };
    lines
        .position(|line| line.trim_start().starts_with('}') && indentation(line) == indentation(header))
        .map_or(0, |index| index + 1)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[derive(Debug)]
struct Drawing<'a> {
    severity: Severity,
    code: Option<&'a str>,
    message: &'a str,
    window: Option<Window<'a>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Drawing<'a>>,
}

impl<'a> Drawing<'a> {
    fn new(snippet: &'a Snippet<'a>) -> Drawing<'a> {
        let sources = snippet.sources;
        let shown = snippet.at.filter(|place| can_show(*place, sources));
        let mut labels: Vec<LabeledSpan> = shown
            .iter()
            .map(|place| LabeledSpan::new_primary_with_span(Some(snippet.label.clone()), span(*place)))
            .collect();
        let mut related = Vec::new();
        for (place, label) in &snippet.also {
            if shown.is_some_and(|primary| primary.source == place.source) {
                labels.push(LabeledSpan::new_with_span(Some(label.clone()), span(*place)));
            } else if can_show(*place, sources) {
                related.push(Drawing {
                    severity: Severity::Advice,
                    code: None,
                    message: label,
                    window: sources.get(place.source).map(Window),
                    labels: vec![LabeledSpan::new_primary_with_span(None, span(*place))],
                    related: Vec::new(),
                });
            }
        }
        Drawing {
            severity: snippet.severity,
            code: snippet.code.as_deref(),
            message: &snippet.message,
            window: shown.and_then(|place| sources.get(place.source)).map(Window),
            labels,
            related,
        }
    }
}

fn span(place: Place) -> SourceSpan {
    let length = place.end.saturating_sub(place.start);
    SourceSpan::new((place.start as usize).into(), length as usize)
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl Diagnostic for Drawing<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.window.as_ref().map(|window| window as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<_>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (!self.related.is_empty())
            .then(|| Box::new(self.related.iter().map(|drawing| drawing as &dyn Diagnostic)) as Box<_>)
    }
}

/// A text of which miette is handed only the lines it asks for.
#[derive(Debug)]
struct Window<'a>(&'a Source);

impl SourceCode for Window<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &*self.0.text;
        let (mut start, mut end) = line_bounds(text, span.offset(), span.offset() + span.len());
        for _ in 0..context_lines_before {
            start = start
                .checked_sub(1)
                .map_or(0, |newline| line_bounds(text, newline, newline).0);
        }
        for _ in 0..context_lines_after {
            end = if end < text.len() {
                line_bounds(text, end + 1, end + 1).1
            } else {
                end
            };
        }
        let data = text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let line = text
            .as_bytes()
            .iter()
            .take(start)
            .filter(|byte| **byte == b'\n')
            .count();
        let window = SourceSpan::new(start.into(), data.len());
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.path.to_string(),
            data.as_bytes(),
            window,
            line,
            0,
            data.matches('\n').count() + 1,
        )))
    }
}

/// The start of the line that holds `start` and the end (before the newline) of the one that holds
/// `end`.
fn line_bounds(text: &str, start: usize, end: usize) -> (usize, usize) {
    let start = start.min(text.len());
    let end = end.clamp(start, text.len());
    let first = text
        .as_bytes()
        .iter()
        .take(start)
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let last = text
        .as_bytes()
        .iter()
        .skip(end)
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |distance| end + distance);
    (first, last)
}
