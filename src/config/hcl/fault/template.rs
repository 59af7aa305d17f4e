//! Templates: literals, interpolations and directives.

use std::ops::Range;

use super::{Kind, Step, Token, Walk, fault, unclosed, unclosed_quote};

impl<'a> Walk<'a> {
    pub(super) fn template(&mut self, close: Kind) -> Step {
        let first = self.peek().range.start;
        let mut open = Vec::new();
        loop {
            let token = self.read();
            match token.kind {
                kind if kind == close => return self.balanced(&open, &token),
                Kind::Text if close == Kind::CloseQuote => self.escapes(&token)?,
                Kind::Text => {}
                Kind::OpenInterpolation => self.with_lines(false, |walk| {
                    walk.expression()?;
                    walk.end_of_interpolation(first, &token, close)
                })?,
                Kind::OpenDirective => {
                    let control = self.with_lines(false, |walk| walk.directive(&token))?;
                    self.nest(&mut open, control)?;
                }
                Kind::QuotedNewline => return Err(Some(unclosed_quote(token.range))),
                _ if close == Kind::CloseHeredoc => {
                    return Err(fault(
                        token.range,
                        "unclosed",
                        "the text ends before the marker of this heredoc",
                        "put its marker alone on a line where it should end",
                    ));
                }
                _ => return Err(Some(unclosed_quote(token.range))),
            }
        }
    }

    pub(super) fn end_of_interpolation(&mut self, first: usize, open: &Token, close: Kind) -> Step {
        let token = self.peek();
        let errant_quote =
            close == Kind::CloseQuote && matches!(token.kind, Kind::OpenQuote | Kind::CloseQuote);
        if token.kind == Kind::CloseSequence {
            self.read();
            return Ok(());
        }
        if token.kind == Kind::End || errant_quote {
            return Err(Some(unclosed(first..open.range.end, "${", "`}`")));
        }
        Err(self.stranger(&token).or_else(|| {
            fault(
                token.range,
                "syntax",
                "the `}` of this interpolation is missing before this",
                "close the `${` first; where `${` is meant as text, write `$${`",
            )
        }))
    }

    /// The directive that `open` begins: its keyword, and where it stands.
    pub(super) fn directive(&mut self, open: &Token) -> Step<(&'a str, Range<usize>)> {
        let keyword = self.read();
        let word = self.word(&keyword);
        match word {
            "if" => self.expression()?,
            "for" => {
                self.for_names("for")?;
                self.expression()?;
            }
            "else" | "endif" | "endfor" => {}
            _ => {
                return Err(fault(
                    keyword.range,
                    "syntax",
                    "this is no directive of a template",
                    "there are `if`, `else`, `endif`, `for` and `endfor`; where `%{` is meant as text, write `%%{`",
                ));
            }
        }
        let end = self.read();
        if end.kind == Kind::CloseSequence {
            return Ok((word, open.range.start..end.range.end));
        }
        Err(fault(
            end.range,
            "syntax",
            "the `}` of this directive is missing before this",
            "close the `%{` first",
        ))
    }

    /// Opens, turns or closes what directives enclose.
    pub(super) fn nest(&self, open: &mut Vec<&'a str>, (word, range): (&'a str, Range<usize>)) -> Step {
        match (word, open.last()) {
            ("if" | "for", _) => open.push(word),
            ("else", Some(&"if")) => {
                open.pop();
                open.push("else");
            }
            ("endif", Some(&("if" | "else"))) | ("endfor", Some(&"for")) => {
                open.pop();
            }
            _ => {
                return Err(fault(
                    range,
                    "syntax",
                    format!("nothing is open that this `{word}` belongs to"),
                    "each `else` and `endif` belongs to an `if`, each `endfor` to a `for`",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn balanced(&self, open: &[&str], end: &Token) -> Step {
        let Some(word) = open.last() else {
            return Ok(());
        };
        let word = if *word == "for" { "for" } else { "if" };
        Err(fault(
            end.range.clone(),
            "unclosed",
            format!("the template ends before its `{word}` does"),
            format!("add `%{{ end{word} }}` where it should end"),
        ))
    }

    /// The first escape in a quoted literal that does not exist.
    pub(super) fn escapes(&self, literal: &Token) -> Step {
        let mut rest = self.word(literal);
        while let Some((_, after)) = rest.split_once('\\') {
            let start = literal.range.end - after.len() - 1;
            let escaped = after.chars().next();
            let digits = |count: usize| {
                let digits = after.get(1..).unwrap_or("").bytes();
                digits.take(count).take_while(u8::is_ascii_hexdigit).count()
            };
            let (valid, length) = match escaped {
                Some('n' | 'r' | 't' | '"' | '\\') => (true, 1),
                Some('u') => (digits(4) == 4, 1 + digits(4)),
                Some('U') => (digits(8) == 8, 1 + digits(8)),
                other => (false, other.map_or(0, char::len_utf8)),
            };
            if !valid {
                return Err(fault(
                    start..start + 1 + length,
                    "invalid-escape",
                    "this escape sequence does not exist",
                    "write `\\\\` for a backslash; known are \\n \\r \\t \\\" \\\\ \\uNNNN \\UNNNNNNNN",
                ));
            }
            rest = after.get(length..).unwrap_or("");
        }
        Ok(())
    }
}
