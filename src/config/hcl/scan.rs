//! The brackets of an HCL text: where each opens and closes, what separates an object's items, where
//! one top-level item ends. Enough to repair a text, to cut it into pieces and to explain why it does
//! not parse; the parsing itself is `hcl::edit`'s.

use std::ops::Range;

/// What a pair of delimiters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `{ … }` after a block's header.
    Block,
    /// `{ key = value … }`
    Object,
    /// `{for … : … => …}`
    ObjectFor,
    Brackets,
    Parentheses,
    /// `${ … }` and `%{ … }`
    Interpolation,
    Quotes,
    Heredoc,
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub kind: Kind,
    /// The opening delimiter.
    pub open: usize,
    /// Just past the closing delimiter; `None` when the text ends, or the line of a quoted string
    /// does, before it.
    pub end: Option<usize>,
    /// Commas and newlines directly inside an object, each of which may end an item.
    pub separators: Vec<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Scan {
    /// In the order in which they open.
    pub groups: Vec<Group>,
    /// The top-level items: an attribute or a block each, without the newline that ends it.
    pub items: Vec<Range<usize>>,
    /// Comments and newlines directly inside an object `for`.
    pub breaks_in_for: Vec<Range<usize>>,
    /// The digits of numbers that do not fit a float.
    pub large_numbers: Vec<Range<usize>>,
    /// Closing delimiters that close nothing, with the group that was open there.
    pub strays: Vec<(usize, Option<usize>)>,
    /// How deep brackets nest at most.
    pub depth: usize,
}

impl Scan {
    /// The innermost group that holds `offset`.
    pub(super) fn innermost(&self, offset: usize, kind: impl Fn(Kind) -> bool) -> Option<usize> {
        self.groups
            .iter()
            .enumerate()
            .take_while(|(_, group)| group.open <= offset)
            .filter(|(_, group)| kind(group.kind) && group.end.is_none_or(|end| offset < end))
            .map(|(index, _)| index)
            .last()
    }

    /// The items of an object, each from past one separator to the next; blank ones are left out.
    pub(super) fn object_items(&self, text: &str, group: &Group) -> Vec<Range<usize>> {
        let Some(end) = group.end else { return Vec::new() };
        let mut items = Vec::new();
        let mut start = group.open + 1;
        for &separator in group.separators.iter().chain([&(end - 1)]) {
            if text
                .get(start..separator)
                .is_some_and(|item| !item.trim().is_empty())
            {
                items.push(start..separator);
            }
            start = separator + 1;
        }
        items
    }
}

/// Finds the brackets of a body (or of an expression: then there is one item).
pub(super) fn scan(text: &str) -> Scan {
    run(text, false)
}

/// Finds the brackets inside the interpolations of a template.
pub(super) fn scan_template(text: &str) -> Scan {
    run(text, true)
}

/// The end of the attribute, block or expression with which a text begins, without what follows on its
/// last line.
pub(super) fn first_item(text: &str) -> Option<usize> {
    let mut scanner = Scanner::new(text);
    let mut end = None;
    while scanner.at < text.len() && scanner.found.items.is_empty() {
        let (before, inside) = (scanner.at, !scanner.open.is_empty());
        match scanner.kind() {
            Some(Kind::Quotes) => scanner.in_quotes(),
            Some(Kind::Heredoc) => scanner.in_heredoc(),
            _ => scanner.in_code(),
        }
        let passed = text.as_bytes().get(before).copied().unwrap_or(b' ');
        let is_comment = passed == b'#' || text.get(before..).is_some_and(|rest| rest.starts_with("//"));
        if inside || !scanner.open.is_empty() || !(passed.is_ascii_whitespace() || is_comment) {
            end = Some(scanner.at);
        }
    }
    end.filter(|end| text.is_char_boundary(*end))
}

fn run(text: &str, is_template: bool) -> Scan {
    let mut scanner = Scanner::new(text);
    while scanner.at < scanner.bytes.len() {
        match scanner.kind() {
            Some(Kind::Quotes) => scanner.in_quotes(),
            Some(Kind::Heredoc) => scanner.in_heredoc(),
            None if is_template => scanner.in_template(),
            _ => scanner.in_code(),
        }
    }
    scanner.end_item(text.len());
    scanner.found
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Indices of the groups that are open, outermost first.
    open: Vec<usize>,
    /// Where the current top-level item starts.
    item: Option<usize>,
    /// The last byte that was neither space nor comment, to tell an object from a block.
    significant: u8,
    /// The delimiters of the open heredocs, innermost last.
    delimiter: Vec<&'a str>,
    found: Scan,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            open: Vec::new(),
            item: None,
            significant: 0,
            delimiter: Vec::new(),
            found: Scan::default(),
        }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn top(&self) -> Option<usize> {
        self.open.last().copied()
    }

    fn kind(&self) -> Option<Kind> {
        self.top()
            .and_then(|top| self.found.groups.get(top))
            .map(|group| group.kind)
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.open.push(self.found.groups.len());
        self.found.depth = self.found.depth.max(self.open.len());
        self.found.groups.push(Group {
            kind,
            open: self.at,
            end: None,
            separators: Vec::new(),
        });
        self.at += length;
        self.significant = b'(';
    }

    fn pop(&mut self, length: usize) {
        self.at += length;
        if let Some(top) = self.open.pop()
            && let Some(group) = self.found.groups.get_mut(top)
        {
            group.end = Some(self.at);
        }
        self.significant = b'"';
    }

    fn end_item(&mut self, end: usize) {
        if let Some(start) = self.item.take() {
            self.found.items.push(start..end);
        }
    }

    fn in_quotes(&mut self) {
        match self.byte(0) {
            b'\\' => self.at += 2,
            b'"' => self.pop(1),
            // A quoted string ends with its line: what follows is better read as code again.
            b'\n' => {
                self.open.pop();
                self.significant = b'"';
            }
            _ => self.in_template(),
        }
    }

    /// One step inside a template: an escape, the start of an interpolation, or a character.
    fn in_template(&mut self) {
        let byte = self.byte(0);
        if matches!(byte, b'$' | b'%') && self.byte(1) == byte && self.byte(2) == b'{' {
            self.at += 3;
        } else if matches!(byte, b'$' | b'%') && self.byte(1) == b'{' {
            self.push(Kind::Interpolation, 2);
        } else {
            self.at += 1;
        }
    }

    fn in_heredoc(&mut self) {
        let at_line_start = self.at == 0 || self.bytes.get(self.at - 1) == Some(&b'\n');
        if at_line_start {
            let line = self.rest().lines().next().unwrap_or("");
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            let delimiter = self.delimiter.last().copied().unwrap_or("");
            let marker = line.get(indent..).and_then(|line| line.strip_prefix(delimiter));
            if marker.is_some_and(|after| !after.starts_with(is_identifier)) {
                self.delimiter.pop();
                self.pop(indent + delimiter.len());
                return;
            }
        }
        self.in_template();
    }

    fn in_code(&mut self) {
        let byte = self.byte(0);
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.newline(),
            b'#' => self.comment(),
            b'/' if self.byte(1) == b'/' => self.comment(),
            b'/' if self.byte(1) == b'*' => {
                let length = self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
                self.at += length;
            }
            _ => {
                if self.open.is_empty() && self.item.is_none() {
                    self.item = Some(self.at);
                }
                self.token(byte);
            }
        }
    }

    fn newline(&mut self) {
        match self.kind() {
            None => self.end_item(self.at),
            Some(Kind::Object) => self.separator(),
            Some(Kind::ObjectFor) => {
                let start = self.at - usize::from(self.at > 0 && self.bytes.get(self.at - 1) == Some(&b'\r'));
                self.found.breaks_in_for.push(start..self.at + 1);
            }
            _ => {}
        }
        self.at += 1;
    }

    fn comment(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        if self.kind() == Some(Kind::ObjectFor) {
            self.found.breaks_in_for.push(self.at..self.at + length);
        }
        self.at += length;
    }

    fn separator(&mut self) {
        let at = self.at;
        if let Some(group) = self.top().and_then(|top| self.found.groups.get_mut(top)) {
            group.separators.push(at);
        }
    }

    fn token(&mut self, byte: u8) {
        match byte {
            b'"' => self.push(Kind::Quotes, 1),
            b'[' => self.push(Kind::Brackets, 1),
            b'(' => self.push(Kind::Parentheses, 1),
            b'{' => {
                let kind = self.brace();
                self.push(kind, 1);
            }
            b']' => self.close(|kind| kind == Kind::Brackets),
            b')' => self.close(|kind| kind == Kind::Parentheses),
            b'}' => self.close(|kind| {
                matches!(
                    kind,
                    Kind::Block | Kind::Object | Kind::ObjectFor | Kind::Interpolation
                )
            }),
            b'<' if self.heredoc() => {}
            b'0'..=b'9' => self.number(),
            b',' => {
                if self.kind() == Some(Kind::Object) {
                    self.separator();
                }
                self.skip(1);
            }
            byte if is_identifier_byte(byte) => {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                let length = rest.iter().take_while(|byte| is_identifier_byte(**byte)).count();
                self.at += length - 1;
                self.skip(1);
            }
            _ => self.skip(1),
        }
    }

    fn skip(&mut self, length: usize) {
        self.significant = self.byte(0);
        self.at += length;
    }

    /// Tells a block's brace from an object's by what stands before it: a block's header ends with a
    /// name or a label, an object follows an operator, a separator or another bracket.
    fn brace(&self) -> Kind {
        let in_body = matches!(self.kind(), None | Some(Kind::Block));
        if in_body && (is_identifier_byte(self.significant) || self.significant == b'"') {
            return Kind::Block;
        }
        let inside = skip_trivia(self.text.get(self.at + 1..).unwrap_or(""));
        match inside.strip_prefix("for") {
            Some(after) if after.starts_with([' ', '\t', '\r', '\n', '#', '/']) => Kind::ObjectFor,
            _ => Kind::Object,
        }
    }

    fn close(&mut self, fits: impl Fn(Kind) -> bool) {
        if self.kind().is_some_and(&fits) {
            self.pop(1);
            return;
        }
        self.found.strays.push((self.at, self.top()));
        // An outer group of this kind is closed, and what stands open inside it given up, but never
        // across the border of a string.
        let border = |kind: Kind| matches!(kind, Kind::Quotes | Kind::Heredoc);
        let reach = self.open.iter().rev().map_while(|index| {
            let kind = self.found.groups.get(*index)?.kind;
            (!border(kind)).then_some(kind)
        });
        if let Some(above) = reach.into_iter().position(fits) {
            self.open.truncate(self.open.len() - above);
            self.pop(1);
        } else {
            self.skip(1);
        }
    }

    /// Enters a heredoc if one starts here.
    fn heredoc(&mut self) -> bool {
        let Some(rest) = self.rest().strip_prefix("<<") else {
            return false;
        };
        let name = rest.strip_prefix('-').unwrap_or(rest);
        let end = name.find(|c: char| !is_identifier(c)).unwrap_or(name.len());
        let (delimiter, after) = name.split_at(end);
        let line_end = if after.starts_with("\r\n") { 2 } else { 1 };
        if delimiter.is_empty() || !(after.starts_with('\n') || line_end == 2) {
            return false;
        }
        self.delimiter.push(delimiter);
        let length = self.rest().len() - after.len() + line_end;
        self.push(Kind::Heredoc, length);
        true
    }

    fn number(&mut self) {
        let start = self.at;
        let digits = |at: usize| {
            let rest = self.bytes.get(at..).unwrap_or(&[]);
            rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let mut end = start + digits(start);
        let mut large = end - start > 300;
        if self.bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            large |= exponent > 2;
            end += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        if large {
            self.found.large_numbers.push(start..end);
        }
        self.at = end;
        self.significant = b'0';
    }
}

fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// What follows after spaces, newlines and comments.
pub(super) fn skip_trivia(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with('#') || text.starts_with("//") {
            text = text.find('\n').and_then(|end| text.get(end..)).unwrap_or("");
        } else if text.starts_with("/*") {
            text = text.find("*/").and_then(|end| text.get(end + 2..)).unwrap_or("");
        } else {
            return text;
        }
    }
}
