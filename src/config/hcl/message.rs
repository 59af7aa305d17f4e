//! What is wrong with a text that does not parse, in words for its author.

use hcl::edit::parser::Error;

use super::fault::{self, Fault};
use super::lower::Origin;
use super::scan::{Group, Kind, Scan, scan};
use crate::source::{Diagnostic, Place, SourceId};

/// What a text was to be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Body,
    Expression,
    Template,
}

/// Where `hcl::edit` stopped, and what it expected.
#[derive(Debug)]
pub(super) struct Failure {
    pub offset: usize,
    expected: String,
    form: Form,
}

const TOO_DEEP: &str = "nesting depth";

impl Failure {
    pub(super) fn new(error: &Error, form: Form) -> Failure {
        Failure {
            offset: error.location().offset(),
            expected: error.message().to_owned(),
            form,
        }
    }

    pub(super) fn too_deep(form: Form) -> Failure {
        Failure {
            offset: 0,
            expected: TOO_DEEP.to_owned(),
            form,
        }
    }

    pub(super) fn repeats_key(&self) -> bool {
        self.expected.contains("redefined object key")
    }

    pub(super) fn diagnostics(&self, text: &str, source: SourceId, origin: Origin) -> Vec<Diagnostic> {
        let told = |fault: Fault| diagnostic(fault, source, origin);
        self.faults(text).into_iter().map(told).collect()
    }

    fn faults(&self, text: &str) -> Vec<Fault> {
        if let Some(limit) = self.limit(text) {
            return vec![limit];
        }
        let found = faults(text, self.form);
        if found.is_empty() {
            return vec![self.unexplained(text)];
        }
        found
    }

    fn limit(&self, text: &str) -> Option<Fault> {
        let chained = self.expected.contains("chained binary operators");
        (chained || self.expected.contains(TOO_DEEP)).then(|| {
            let summary = if chained {
                "an expression of more than 128 operators is not read"
            } else {
                "brackets or blocks nested more than 64 deep are not read"
            };
            Fault::new(
                word_at(text, self.offset),
                "too-deep",
                summary,
                "give parts of it names of their own in `locals`",
            )
        })
    }

    /// Refused by `hcl::edit` alone.
    fn unexplained(&self, text: &str) -> Fault {
        let range = word_at(text, self.offset);
        let named = match text.get(range.clone()).unwrap_or("") {
            "" => "end of the text".to_owned(),
            "\n" | "\r" => "end of the line".to_owned(),
            word => format!("`{word}`"),
        };
        Fault::new(
            range,
            "syntax",
            format!("unexpected {named}"),
            "check the line up to here for a missing operator, quote or bracket",
        )
    }
}

/// What is wrong with a text by the grammar.
pub(super) fn faults(text: &str, form: Form) -> Vec<Fault> {
    let mut faults = match form {
        Form::Body => fault::in_body(text),
        Form::Expression => fault::in_expression(text).into_iter().collect(),
        Form::Template => fault::in_template(text).into_iter().collect(),
    };
    for fault in &mut faults {
        if fault.range.start >= text.len() {
            name_what_is_open(fault, text);
        }
    }
    faults
}

/// At the end of a text, what matters is where the bracket stands that it leaves open.
fn name_what_is_open(fault: &mut Fault, text: &str) {
    if let Some(open) = never_closed(text) {
        let bracket = text.get(open.range.clone()).unwrap_or("");
        let before = text.get(..open.range.end).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim();
        fault.code = open.code;
        fault.summary = format!("the text ends before the `{bracket}` of `{line}` is closed");
        fault.help = open.help;
    }
}

pub(super) fn diagnostic(fault: Fault, source: SourceId, origin: Origin) -> Diagnostic {
    let place = Place {
        source,
        start: origin.offset(fault.range.start),
        end: origin.offset(fault.range.end),
    };
    Diagnostic::error(fault.code, fault.summary)
        .at(Some(place))
        .help(fault.help)
}

pub(super) fn too_deep(place: Place) -> Diagnostic {
    Diagnostic::error("too-deep", "a traversal of more than 200 steps is not read")
        .at(Some(place))
        .help("give parts of it names of their own in `locals`")
}

pub(super) fn repeated_attribute(name: &str, place: Place) -> Diagnostic {
    let fault = fault::repeated(name, 0..0);
    Diagnostic::error(fault.code, fault.summary)
        .at(Some(place))
        .help(fault.help)
}

/// The bracket of an item that ends before it does, because the next item starts.
pub(super) fn never_closed(item: &str) -> Option<Fault> {
    let Scan { groups, .. } = scan(item);
    let open = |group: &&Group| group.end.is_none() && group.kind != Kind::Quotes;
    let group = groups.iter().rfind(open)?;
    let (open, close) = match group.kind {
        Kind::Block | Kind::Object | Kind::ObjectFor => ("{", "`}`"),
        Kind::Brackets => ("[", "`]`"),
        Kind::Parentheses => ("(", "`)`"),
        Kind::Interpolation => ("${", "`}`"),
        Kind::Quotes => ("\"", "`\"`"),
        Kind::Heredoc => ("<<", "its marker alone on a line"),
    };
    Some(fault::unclosed(group.open..group.open + open.len(), open, close))
}

/// The word at an offset, or else the character.
fn word_at(text: &str, offset: usize) -> std::ops::Range<usize> {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let rest = text.get(offset..).unwrap_or("");
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
    let character = rest.chars().next().map_or(0, char::len_utf8);
    offset..offset + length.max(character)
}
