//! The words of an HCL text, as Terraform's scanner cuts them. Only a text that does not parse is cut
//! so, to find where it goes wrong.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    /// Punctuation and operators; which one says the text.
    Sign,
    /// The end of a line; a comment at its end belongs to it.
    Newline,
    OpenQuote,
    CloseQuote,
    OpenHeredoc,
    CloseHeredoc,
    /// What stands between the marks of a template.
    Text,
    /// The end of a line inside quotes.
    QuotedNewline,
    /// `${`
    OpenInterpolation,
    /// `%{`
    OpenDirective,
    /// The `}` of either.
    CloseSequence,
    /// A character that the language does not use.
    Stranger,
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// The words of a body or of an expression.
pub(super) fn of_code(text: &str) -> Vec<Token> {
    cut(text, Mode::Code { braces: 0 })
}

/// The words of a text that is a template as a whole.
pub(super) fn of_template(text: &str) -> Vec<Token> {
    cut(text, Mode::Template)
}

/// What the text at hand is part of.
enum Mode<'a> {
    /// With the braces that are open in it: one more closes the interpolation around.
    Code {
        braces: usize,
    },
    Quotes,
    Heredoc {
        marker: &'a str,
    },
    Template,
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    modes: Vec<Mode<'a>>,
    tokens: Vec<Token>,
}

fn cut<'a>(text: &'a str, mode: Mode<'a>) -> Vec<Token> {
    let mut cutter = Cutter {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        modes: vec![mode],
        tokens: Vec::new(),
    };
    while cutter.at < text.len() {
        match cutter.modes.last() {
            Some(Mode::Quotes) => cutter.quotes(),
            Some(Mode::Heredoc { marker }) => cutter.heredoc(marker),
            Some(Mode::Template) => cutter.lines(None),
            Some(Mode::Code { .. }) | None => cutter.code(),
        }
    }
    cutter.token(Kind::End, 0);
    cutter.tokens
}

/// Longer ones first.
const SIGNS: [&str; 9] = ["...", "==", "!=", ">=", "<=", "&&", "||", "=>", "::"];

impl<'a> Cutter<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn token(&mut self, kind: Kind, length: usize) {
        let range = self.at..self.at + length;
        self.at = range.end;
        self.tokens.push(Token { kind, range });
    }

    fn code(&mut self) {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if blanks > 0 {
            self.at += blanks;
        } else if rest.starts_with('\n') {
            self.token(Kind::Newline, 1);
        } else if rest.starts_with("\r\n") {
            self.token(Kind::Newline, 2);
        } else if rest.starts_with('#') || rest.starts_with("//") {
            match rest.find('\n') {
                Some(end) => self.token(Kind::Newline, end + 1),
                None => self.at += rest.len(),
            }
        } else if let Some(end) = rest.strip_prefix("/*").and_then(|inside| inside.find("*/")) {
            self.at += end + 4;
        } else if rest.starts_with('"') {
            self.token(Kind::OpenQuote, 1);
            self.modes.push(Mode::Quotes);
        } else if let Some((marker, length)) = heredoc(rest) {
            self.token(Kind::OpenHeredoc, length);
            self.modes.push(Mode::Heredoc { marker });
        } else {
            self.word(rest);
        }
    }

    fn word(&mut self, rest: &str) {
        let first = rest.chars().next().unwrap_or('\n');
        if first.is_ascii_digit() {
            self.token(Kind::Number, number(rest.as_bytes()));
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
            self.token(Kind::Name, length.unwrap_or(rest.len()));
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.token(Kind::Sign, sign.len());
        } else if matches!(first, '{' | '}') || rest.starts_with("~}") {
            self.brace(rest);
        } else if "[]().,*/%+-=<>!?:".contains(first) {
            self.token(Kind::Sign, 1);
        } else {
            self.token(Kind::Stranger, first.len_utf8());
        }
    }

    fn brace(&mut self, rest: &str) {
        let outermost = self.modes.len() == 1;
        let Some(Mode::Code { braces }) = self.modes.last_mut() else {
            return self.token(Kind::Stranger, 1);
        };
        if rest.starts_with('{') {
            *braces += 1;
        } else if *braces == 0 && !outermost {
            self.modes.pop();
            let length = if rest.starts_with('~') { 2 } else { 1 };
            return self.token(Kind::CloseSequence, length);
        } else if rest.starts_with('~') {
            return self.token(Kind::Stranger, 1);
        } else {
            *braces = braces.saturating_sub(1);
        }
        self.token(Kind::Sign, 1);
    }

    fn quotes(&mut self) {
        let rest = self.rest();
        let length = literal(rest, true, |c| matches!(c, '"' | '\n'));
        if length > 0 {
            self.token(Kind::Text, length);
        } else if rest.starts_with('"') {
            self.token(Kind::CloseQuote, 1);
            self.modes.pop();
        } else if rest.starts_with('\n') {
            self.token(Kind::QuotedNewline, 1);
        } else {
            self.sequence(rest);
        }
    }

    fn heredoc(&mut self, marker: &str) {
        let starts_line = self.at == 0 || self.text.as_bytes().get(self.at - 1) == Some(&b'\n');
        self.lines(starts_line.then_some(marker));
    }

    /// A line of a template of several, or what is left of it. A marker closes only a line that ends.
    fn lines(&mut self, marker: Option<&str>) {
        let rest = self.rest();
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        if line.ends_with('\n') && marker == Some(line.trim()) {
            let blank = line.len() - line.trim_start().len();
            self.at += blank;
            self.token(Kind::CloseHeredoc, line.trim().len());
            self.modes.pop();
            return;
        }
        let length = literal(line, false, |_| false);
        if length > 0 {
            self.token(Kind::Text, length);
        } else {
            self.sequence(rest);
        }
    }

    /// `${`, `%{`, each perhaps with `~`.
    fn sequence(&mut self, rest: &str) {
        let kind = if rest.starts_with('$') {
            Kind::OpenInterpolation
        } else {
            Kind::OpenDirective
        };
        let length = if rest.get(2..).is_some_and(|after| after.starts_with('~')) {
            3
        } else {
            2
        };
        self.token(kind, length.min(rest.len()));
        self.modes.push(Mode::Code { braces: 0 });
    }
}

/// How long the literal text is with which a template starts.
fn literal(text: &str, escapes: bool, ends: impl Fn(char) -> bool) -> usize {
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let follows = |sequence: &str| text.get(at..).is_some_and(|rest| rest.starts_with(sequence));
        if follows("$${") || follows("%%{") {
            at += 3;
        } else if follows("${") || follows("%{") || ends(c) {
            break;
        } else {
            at += c.len_utf8();
            if escapes && c == '\\' {
                let escaped = text.get(at..).and_then(|rest| rest.chars().next());
                at += escaped.filter(|c| *c != '\n').map_or(0, char::len_utf8);
            }
        }
    }
    at
}

/// The marker of a heredoc that starts here, and how much opens it.
fn heredoc(text: &str) -> Option<(&str, usize)> {
    let after = text.strip_prefix("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after);
    let line = after.split_inclusive('\n').next()?;
    let marker = line.strip_suffix('\n')?;
    let marker = marker.strip_suffix('\r').unwrap_or(marker);
    let first = marker.chars().next()?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    ((first.is_alphabetic() || first == '_') && marker.chars().all(fits))
        .then_some((marker, text.len() - after.len() + line.len()))
}

/// How long a number is: digits with points and exponents between them, well formed or not.
fn number(bytes: &[u8]) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    let mut end = 0;
    loop {
        match bytes.get(at) {
            Some(byte) if byte.is_ascii_digit() => at += 1,
            Some(b'.') => {
                at += 1;
                continue;
            }
            Some(b'e' | b'E') if digit(at + 1) => at += 2,
            Some(b'e' | b'E') if matches!(bytes.get(at + 1), Some(b'+' | b'-')) && digit(at + 2) => at += 3,
            _ => return end,
        }
        end = at;
    }
}
