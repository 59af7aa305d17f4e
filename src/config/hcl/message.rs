//! What is wrong with a text that does not parse, in words for its author.

use std::ops::Range;

use hcl::edit::parser::Error;

use super::lower::Origin;
use super::scan::{Group, Kind, Scan, scan, scan_template};
use crate::source::{Diagnostic, Place, SourceId};

/// Where `hcl::edit` stopped, and what it expected.
#[derive(Debug)]
pub(super) struct Failure {
    pub offset: usize,
    expected: String,
    /// Whether the text is a template, so that only its interpolations are code.
    is_template: bool,
}

const TOO_DEEP: &str = "nesting depth";

impl Failure {
    pub(super) fn new(error: &Error) -> Failure {
        Failure {
            offset: error.location().offset(),
            expected: error.message().to_owned(),
            is_template: false,
        }
    }

    pub(super) fn too_deep() -> Failure {
        Failure {
            offset: 0,
            expected: TOO_DEEP.to_owned(),
            is_template: false,
        }
    }

    pub(super) fn in_template(self) -> Failure {
        Failure {
            is_template: true,
            ..self
        }
    }

    pub(super) fn repeats_key(&self) -> bool {
        self.expected.contains("redefined object key")
    }

    pub(super) fn diagnostic(&self, text: &str, source: SourceId, origin: Origin) -> Diagnostic {
        let problem = self.problem(text);
        let place = Place {
            source,
            start: origin.offset(problem.range.start),
            end: origin.offset(problem.range.end),
        };
        Diagnostic::error(problem.code, problem.summary)
            .at(Some(place))
            .help(problem.help)
    }

    fn problem(&self, text: &str) -> Problem {
        let at = Spot::new(text, self.offset);
        let scan = if self.is_template {
            scan_template(text)
        } else {
            scan(text)
        };
        merge_conflict(&at)
            .or_else(|| self.limits(&at))
            .or_else(|| open_string(&at, &scan))
            .or_else(|| self.repeated(&at))
            .or_else(|| stray(&at, &scan))
            .or_else(|| unclosed(&at, &scan))
            .or_else(|| for_expression(&at, &scan))
            .or_else(|| self.separator(&at, &scan))
            .or_else(|| self.expression(&at))
            .or_else(|| self.structure(&at))
            .unwrap_or_else(|| {
                Problem::new(
                    at.token(),
                    "syntax",
                    format!("unexpected {}", at.named()),
                    "check the line up to here for a missing operator, quote or bracket",
                )
            })
    }

    fn limits(&self, at: &Spot) -> Option<Problem> {
        let chained = self.expected.contains("chained binary operators");
        (chained || self.expected.contains(TOO_DEEP)).then(|| {
            let summary = if chained {
                "an expression of more than 128 operators is not read"
            } else {
                "brackets or blocks nested more than 64 deep are not read"
            };
            Problem::new(
                at.token(),
                "too-deep",
                summary,
                "give parts of it names of their own in `locals`",
            )
        })
    }

    fn repeated(&self, at: &Spot) -> Option<Problem> {
        self.expected.contains("redefined attribute").then(|| {
            let range = at.token();
            let name = at.text.get(range.clone()).unwrap_or("");
            Problem::new(
                range,
                "duplicate-argument",
                format!("the argument `{name}` is already set in this block"),
                "an argument can be set once: remove one of the two",
            )
        })
    }

    /// Something between two elements of a list, an object or a call that does not separate them.
    fn separator(&self, at: &Spot, scan: &Scan) -> Option<Problem> {
        let inside = scan.innermost(self.offset, |kind| kind != Kind::Quotes)?;
        let group = scan.groups.get(inside)?;
        let (what, close) = match group.kind {
            Kind::Brackets => ("elements of this list", "`]`"),
            Kind::Parentheses => ("arguments in these parentheses", "`)`"),
            Kind::Object => ("items of this object", "`}`"),
            _ => return None,
        };
        let starts_element = |c: char| c.is_alphanumeric() || matches!(c, '"' | '[' | '{' | '(' | '_');
        let separates = self.expected.contains("object item") || self.expected.contains(close);
        (separates && at.next().is_some_and(starts_element)).then(|| {
            Problem::new(
                at.token(),
                "missing-comma",
                format!("a comma is missing between the {what}"),
                "put `,` before this",
            )
        })
    }

    fn structure(&self, at: &Spot) -> Option<Problem> {
        let problem = |code, summary: &str, help| Some(Problem::new(at.token(), code, summary, help));
        if !at.text.contains(['=', '{', '\n', ':']) {
            return Some(Problem::new(
                0..at.text.trim_end().len(),
                "syntax",
                "this is neither an argument nor a block",
                "an argument is `name = value`, a block is `name \"label\" {` on one line",
            ));
        }
        if self.expected.starts_with("invalid structure") || self.expected.contains("expected `{`") {
            return match at.next() {
                Some(':') => problem(
                    "syntax",
                    "an argument is set with `=`, not with `:`",
                    "write `name = value`",
                ),
                Some('=') => problem(
                    "block-with-equals",
                    "a block has no `=` before its `{`",
                    "remove the `=`; only an argument has one",
                ),
                _ => problem(
                    "syntax",
                    "an argument or a block is expected here",
                    "an argument is `name = value`, a block is `name \"label\" {` on one line",
                ),
            };
        }
        if self.expected.starts_with("invalid block body") {
            return problem(
                "syntax",
                "a block on one line can hold one argument only",
                "put each argument on a line of its own",
            );
        }
        if self.expected.contains("newline") && self.expected.contains("eof") {
            let start_of_line = at.before().trim().is_empty();
            let operators = ['?', '+', '-', '*', '/', '%', '&', '|', '<', '>', '!', '='];
            return if at.next().is_some_and(|next| operators.contains(&next)) && !start_of_line {
                problem(
                    "syntax",
                    "nothing that this operator could be applied to follows on its line",
                    "write the rest on the same line, or put the whole expression in parentheses",
                )
            } else if start_of_line {
                problem(
                    "syntax",
                    "an argument or a block is expected here",
                    "remove this, or complete it",
                )
            } else {
                problem(
                    "missing-newline",
                    "a new line is expected here, after the end of an argument or block",
                    "each argument and each block ends with its line; an expression goes on over the end of a \
                     line only inside brackets or parentheses",
                )
            };
        }
        None
    }

    fn expression(&self, at: &Spot) -> Option<Problem> {
        if self.expected.contains("escape sequence") || self.expected.contains("hex code") {
            return Some(Problem::new(
                at.escape(),
                "invalid-escape",
                "this escape sequence does not exist",
                "write `\\\\` for a backslash; known are \\n \\r \\t \\\" \\\\ \\uNNNN \\UNNNNNNNN",
            ));
        }
        if let Some(operator) = at.dangling() {
            return Some(Problem::new(
                operator,
                "syntax",
                "an expression is missing after this",
                "write a value; `null` stands for none",
            ));
        }
        if !self.expected.starts_with("invalid expression") {
            return None;
        }
        let (summary, help) = match at.next() {
            None | Some('\n' | '\r') => (
                "an expression is missing here".to_owned(),
                "write a value; `null` stands for none",
            ),
            Some('\'') => ("text stands in double quotes".to_owned(), "write `\"…\"`"),
            Some(_) => (
                format!("{} does not begin an expression", at.named()),
                "write a value here, or remove what makes one necessary",
            ),
        };
        Some(Problem::new(at.token(), "syntax", summary, help))
    }
}

pub(super) fn unclosed_quote(place: Place) -> Diagnostic {
    Diagnostic::error("missing-quote", UNCLOSED_QUOTE.0)
        .at(Some(place))
        .help(UNCLOSED_QUOTE.1)
}

const UNCLOSED_QUOTE: (&str, &str) = (
    "this string is not closed on its line",
    "add the missing `\"`; for text of several lines use a heredoc (`<<-EOT`) or `\\n`",
);

pub(super) fn too_deep(place: Place) -> Diagnostic {
    Diagnostic::error("too-deep", "a traversal of more than 200 steps is not read")
        .at(Some(place))
        .help("give parts of it names of their own in `locals`")
}

pub(super) fn repeated_attribute(name: &str, place: Place) -> Diagnostic {
    Diagnostic::error(
        "duplicate-argument",
        format!("the argument `{name}` is already set in this block"),
    )
    .at(Some(place))
    .help("an argument can be set once: remove one of the two")
}

struct Problem {
    range: Range<usize>,
    code: &'static str,
    summary: String,
    help: String,
}

impl Problem {
    fn new(
        range: Range<usize>,
        code: &'static str,
        summary: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        Problem {
            range,
            code,
            summary: summary.into(),
            help: help.into(),
        }
    }
}

/// The point in the text where parsing stopped.
struct Spot<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Spot<'a> {
    fn new(text: &'a str, offset: usize) -> Spot<'a> {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        Spot { text, offset }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or("")
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The line up to here.
    fn before(&self) -> &'a str {
        let before = self.text.get(..self.offset).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("")
    }

    /// The word here, or else the character.
    fn token(&self) -> Range<usize> {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let rest = self.rest();
        let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let character = self.next().map_or(0, char::len_utf8);
        self.offset..self.offset + length.max(character)
    }

    /// The first escape of this line that does not exist.
    fn escape(&self) -> Range<usize> {
        let mut rest = self.text.get(self.offset - self.before().len()..).unwrap_or("");
        while let Some((before, after)) = rest.split_once('\\') {
            let at = self.text.len() - rest.len() + before.len();
            let Some(escaped) = after.chars().next() else {
                break;
            };
            if !matches!(escaped, 'n' | 'r' | 't' | '"' | '\\') {
                return at..at + 1 + escaped.len_utf8();
            }
            rest = after.get(escaped.len_utf8()..).unwrap_or("");
        }
        self.token()
    }

    /// The operator with which the text ends, where the parser stepped back because of it.
    fn dangling(&self) -> Option<Range<usize>> {
        let text = self.text.trim_end();
        let ends = text.ends_with(['=', '?', ':', '+', '-', '*', '%', '&', '|', '<', '>', '!']);
        let stepped_back = self.offset == 0 || self.offset >= text.len();
        (ends && stepped_back).then(|| text.len() - 1..text.len())
    }

    fn named(&self) -> String {
        match self.next() {
            None => "end of the text".to_owned(),
            Some('\n' | '\r') => "end of the line".to_owned(),
            Some(_) => format!("`{}`", self.text.get(self.token()).unwrap_or("")),
        }
    }
}

/// The parts of `for` that differ between the list and the object form.
fn for_expression(at: &Spot, scan: &Scan) -> Option<Problem> {
    let group = scan
        .groups
        .get(scan.innermost(at.offset, |kind| kind != Kind::Quotes)?)?;
    let inside = at.text.get(group.open + 1..)?.trim_start();
    let is_list = group.kind == Kind::Brackets && inside.starts_with("for ");
    let problem = |length: usize, summary: &str, help: &str| {
        Some(Problem::new(
            at.offset..at.offset + length,
            "invalid-for",
            summary,
            help,
        ))
    };
    if is_list && at.rest().starts_with("=>") {
        return problem(
            2,
            "a `for` that builds a list has no key",
            "use braces to build an object: `{for …}`",
        );
    }
    if is_list && at.rest().starts_with("...") {
        return problem(
            3,
            "a `for` that builds a list cannot group its results",
            "use braces to group by key: `{for … : key => value...}`",
        );
    }
    if group.kind == Kind::ObjectFor && at.next() == Some('}') {
        return problem(
            1,
            "a `for` that builds an object needs a key",
            "write `key => value` after the `:`, or use brackets to build a list: `[for …]`",
        );
    }
    None
}

/// The marks that git leaves in a file.
fn merge_conflict(at: &Spot) -> Option<Problem> {
    let is_mark = |line: &str| {
        ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let line_start = at.offset - at.before().len();
    let line = at.text.get(line_start..).filter(|rest| is_mark(rest))?;
    let end = line_start + line.lines().next().unwrap_or("").len();
    Some(Problem::new(
        line_start..end,
        "merge-conflict",
        "a merge conflict was left in this file",
        "keep one of the two versions, and remove the marks",
    ))
}

fn open_string(at: &Spot, scan: &Scan) -> Option<Problem> {
    let open = scan
        .groups
        .iter()
        .find(|group| group.kind == Kind::Quotes && group.end.is_none())?;
    let line = at.text.get(open.open..)?.lines().next().unwrap_or("");
    let inside =
        |group: &&Group| group.kind == Kind::Interpolation && group.end.is_none() && group.open > open.open;
    if let Some(interpolation) = scan.groups.iter().find(inside)
        && interpolation.open < open.open + line.len()
    {
        return Some(never_closed(interpolation));
    }
    Some(Problem::new(
        open.open..open.open + line.len(),
        "missing-quote",
        UNCLOSED_QUOTE.0,
        UNCLOSED_QUOTE.1,
    ))
}

/// A closing bracket of the wrong kind, or one that closes nothing.
fn stray(at: &Spot, scan: &Scan) -> Option<Problem> {
    let &(offset, open) = scan.strays.first().filter(|(offset, _)| *offset <= at.offset)?;
    let found = at.text.get(offset..offset + 1).unwrap_or("");
    let group = open.and_then(|index| scan.groups.get(index));
    let Some(group) = group.filter(|group| group.end.is_none()) else {
        return Some(Problem::new(
            offset..offset + 1,
            "syntax",
            format!("this `{found}` closes nothing"),
            "remove it, or add the opening bracket that it should close",
        ));
    };
    Some(never_closed(group))
}

fn unclosed(at: &Spot, scan: &Scan) -> Option<Problem> {
    // At the end of the text the parser may step back to where the group, or what holds it, begins.
    // Where a text ends without a newline it names its last byte.
    let at_end = at.rest().trim().is_empty() || at.offset + 1 >= at.text.len();
    let open = |group: &&Group| group.end.is_none() && group.kind != Kind::Quotes;
    let group = scan.groups.iter().rfind(open)?;
    let stepped_back = at
        .text
        .get(at.offset..group.open)
        .is_some_and(|between| !between.contains('\n'));
    (at_end || stepped_back || group.kind == Kind::Heredoc).then(|| never_closed(group))
}

fn never_closed(group: &Group) -> Problem {
    let (open, close) = match group.kind {
        Kind::Block | Kind::Object | Kind::ObjectFor => ("{", "`}`"),
        Kind::Brackets => ("[", "`]`"),
        Kind::Parentheses => ("(", "`)`"),
        Kind::Interpolation => ("${", "`}`"),
        Kind::Quotes => ("\"", "`\"`"),
        Kind::Heredoc => ("<<", "its marker alone on a line"),
    };
    Problem::new(
        group.open..group.open + open.len(),
        "unclosed",
        format!("this `{open}` is never closed"),
        format!("add {close} where it should end"),
    )
}
