//! Problems with the input, for people: what is wrong, where, and what to do.

use miette::Severity as Level;

use super::place::place_text;
use super::snippet::{Snippet, Style, can_show};
use crate::source::{Diagnostic, Severity, Sources};

/// One problem, drawn; ends with an empty line.
#[must_use]
pub fn draw(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let snippet = Snippet {
        severity: match diagnostic.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        },
        code: Some(diagnostic.code.to_owned()),
        message: diagnostic.summary.clone(),
        label: "here".to_owned(),
        at: diagnostic.at,
        also: diagnostic
            .calls
            .iter()
            .map(|call| (*call, "called here".to_owned()))
            .collect(),
        sources,
    };
    let mut text = snippet.draw(style);
    let named_only = diagnostic.at.filter(|place| !can_show(*place, sources));
    if let Some(place) = named_only {
        text.push_str(&field("at", &place_text(place, sources), style));
    }
    if !diagnostic.detail.is_empty() {
        text.push_str(&field("why", &diagnostic.detail, style));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&field("help", help, style));
    }
    text.push('\n');
    text
}

/// `  name     text`, wrapped under itself.
#[must_use]
pub fn field(name: &str, text: &str, style: Style) -> String {
    const COLUMN: usize = 11;
    let first = if style.color {
        format!(
            "  \u{1b}[36m{name}\u{1b}[0m{}",
            " ".repeat(COLUMN.saturating_sub(2 + name.len()))
        )
    } else {
        format!("  {name:<width$}", width = COLUMN - 2)
    };
    let rest = " ".repeat(COLUMN);
    let mut field = String::new();
    for (index, line) in clean(text).lines().enumerate() {
        let width = style.width.saturating_sub(COLUMN).max(20);
        let wrapped = textwrap::wrap(line, wrapping(width));
        for (part, text) in wrapped.iter().enumerate() {
            field.push_str(if index == 0 && part == 0 { &first } else { &rest });
            // The log of a pipeline takes such a line for a command, wherever it is indented.
            if text.starts_with("::") || text.starts_with("##") {
                field.push_str("· ");
            }
            field.push_str(text);
            field.push('\n');
        }
    }
    field
}

/// Lines break at spaces only, so that addresses and names can be copied whole.
fn wrapping(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// Text that cannot drive a terminal: control characters, line ends aside, become spaces. Names come
/// from files that nobody has vouched for.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect()
}
