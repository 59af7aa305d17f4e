//! Bodies: their arguments and blocks. What is wrong with one item does not hide the next.

use std::collections::HashSet;
use std::ops::Range;

use super::{
    Fault, Kind, MAX_DEPTH, MAX_FAULTS, OPERATORS, Step, Token, Walk, fault, repeated, unclosed,
    unclosed_quote,
};

impl<'a> Walk<'a> {
    /// The items of a body, to the end of the text or to the brace that closes it. Whether to go on
    /// behind it.
    pub(super) fn body(&mut self, brace: Option<Token>) -> bool {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return false;
        }
        let mut names = HashSet::new();
        loop {
            let next = self.peek();
            let start = self.at;
            let step = match (next.kind, &brace) {
                (Kind::Newline, _) => {
                    self.read();
                    continue;
                }
                (Kind::Name, _) => self.item(&mut names),
                (Kind::End, None) => break,
                (Kind::End, Some(brace)) => {
                    self.faults.push(unclosed(brace.range.clone(), "{", "`}`"));
                    return false;
                }
                (Kind::Sign, Some(_)) if self.word(&next) == "}" => {
                    self.read();
                    break;
                }
                (kind, _) => Err(self.no_item(&next, kind)),
            };
            let failed = !self.pass(step);
            let is_conflict = self
                .faults
                .last()
                .is_some_and(|last| last.code == "merge-conflict");
            if self.faults.len() >= MAX_FAULTS {
                return false;
            }
            if failed && (is_conflict || !self.behind_item(start)) {
                return false;
            }
        }
        self.depth -= 1;
        true
    }

    pub(super) fn no_item(&self, token: &Token, kind: Kind) -> Option<Fault> {
        let line = self.text.get(token.range.start..).unwrap_or("");
        if ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            let end = token.range.start + line.lines().next().unwrap_or("").len();
            return fault(
                token.range.start..end,
                "merge-conflict",
                "a merge conflict was left in this file",
                "keep one of the two versions, and remove the marks",
            );
        }
        if kind == Kind::OpenQuote {
            return fault(
                token.range.clone(),
                "syntax",
                "the name of an argument or block is not quoted",
                "remove the quotes",
            );
        }
        let word = self.word(token);
        if matches!(word, "}" | ")" | "]") {
            return fault(
                token.range.clone(),
                "syntax",
                format!("this `{word}` closes nothing"),
                "remove it, or add the opening bracket that it should close",
            );
        }
        if OPERATORS.contains(&word) || word == "?" || word == ":" {
            return fault(
                token.range.clone(),
                "syntax",
                format!("nothing that this `{word}` could be applied to stands before it on its line"),
                "write it at the end of the line before, in parentheses around the whole expression",
            );
        }
        fault(
            token.range.clone(),
            "syntax",
            "an argument or a block is expected here",
            "an argument is `name = value`, a block is `name \"label\" {` on one line",
        )
    }

    /// Goes to the end of the item that starts with a word, if its brackets are in order.
    pub(super) fn behind_item(&mut self, start: usize) -> bool {
        let mut open: Vec<&str> = Vec::new();
        self.lines_count = true;
        for (index, token) in self.tokens.iter().enumerate().skip(start) {
            let word = self.text.get(token.range.clone()).unwrap_or("");
            match (token.kind, word) {
                (Kind::End | Kind::QuotedNewline, _) => return false,
                (Kind::Newline, _) if open.is_empty() => {
                    self.at = index + 1;
                    return true;
                }
                (Kind::Sign, "{") => open.push("}"),
                (Kind::Sign, "[") => open.push("]"),
                (Kind::Sign, "(") => open.push(")"),
                (Kind::OpenInterpolation | Kind::OpenDirective, _) => open.push("~"),
                (Kind::CloseSequence, _) if open.pop() != Some("~") => return false,
                (Kind::Sign, "}" | "]" | ")") if open.pop() != Some(word) => return false,
                _ => {}
            }
        }
        false
    }

    pub(super) fn item(&mut self, names: &mut HashSet<&'a str>) -> Step {
        let name = self.read();
        let next = self.peek();
        match next.kind {
            Kind::Sign if self.word(&next) == "=" => {
                if !names.insert(self.word(&name)) {
                    self.faults.push(repeated(self.word(&name), name.range));
                }
                self.read();
                self.expression()?;
                self.end_of_line("argument")?;
                Ok(())
            }
            Kind::Sign if self.word(&next) == "{" => self.block(),
            Kind::OpenQuote | Kind::Name => self.block(),
            _ => Err(self.neither(&name, &next)),
        }
    }

    /// A name that neither an argument nor a block starts with.
    pub(super) fn neither(&self, name: &Token, next: &Token) -> Option<Fault> {
        let (summary, help) = match self.word(next) {
            ":" => (
                "an argument is set with `=`, not with `:`",
                "write `name = value`",
            ),
            "." => (
                "the name of an argument has no points",
                "an argument is `name = value`, a block is `name \"label\" {` on one line",
            ),
            _ => (
                "this is neither an argument nor a block",
                "an argument is `name = value`, a block is `name \"label\" {` on one line",
            ),
        };
        fault(name.range.clone(), "syntax", summary, help)
    }

    pub(super) fn end_of_line(&mut self, of: &str) -> Step {
        let next = self.peek();
        match next.kind {
            Kind::Newline => {
                self.read();
                Ok(())
            }
            Kind::End => Ok(()),
            _ => Err(self.more_on_line(&next, of)),
        }
    }

    pub(super) fn more_on_line(&self, token: &Token, of: &str) -> Option<Fault> {
        let word = self.word(token);
        let (summary, help) = match word {
            "," => (
                format!("no comma stands behind an {of}"),
                "remove it, and put the next argument on a line of its own",
            ),
            "}" => (
                "a new line is expected before this `}`".to_owned(),
                "put it on a line of its own, or the whole block on one line",
            ),
            "]" | ")" => (
                format!("this `{word}` closes nothing"),
                "remove it, or add the opening bracket that it should close",
            ),
            _ => (
                format!("a new line is expected here, after the end of an {of}"),
                "each argument and each block ends with its line; an expression goes on over the end of a line \
                 only inside brackets or parentheses",
            ),
        };
        let summary = summary.replace("an block", "a block");
        self.stranger(token)
            .or_else(|| fault(token.range.clone(), "missing-newline", summary, help))
    }

    /// What is said of a character that the language does not use.
    pub(super) fn stranger(&self, token: &Token) -> Option<Fault> {
        if token.kind != Kind::Stranger {
            return None;
        }
        let word = self.word(token);
        let (summary, help) = match word {
            "'" | "`" | "“" | "”" => ("text stands in double quotes".to_owned(), "write `\"…\"`"),
            ";" => (
                "there is no `;` in this language".to_owned(),
                "separate arguments by new lines, and elements by commas",
            ),
            "&" => (
                "there is no operator `&`".to_owned(),
                "write `&&` for a logical and",
            ),
            "|" => (
                "there is no operator `|`".to_owned(),
                "write `||` for a logical or",
            ),
            _ => (
                format!("`{}` is not used in this language", word.escape_debug()),
                "remove it, or put it in quotes where it is text",
            ),
        };
        fault(token.range.clone(), "syntax", summary, help)
    }

    pub(super) fn block(&mut self) -> Step {
        let brace = self.header()?;
        let first = self.peek();
        let in_lines = matches!(first.kind, Kind::Newline | Kind::End) || self.next_is("}");
        let whole = if in_lines {
            self.body(Some(brace))
        } else {
            self.only_argument(&brace)?;
            true
        };
        if !whole {
            return Err(None);
        }
        self.end_of_line("block")?;
        Ok(())
    }

    /// The labels of a block, to its brace.
    pub(super) fn header(&mut self) -> Step<Token> {
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Name => {
                    self.read();
                }
                Kind::OpenQuote => self.label()?,
                Kind::Sign if self.word(&token) == "{" => return Ok(self.read()),
                Kind::Sign if self.word(&token) == "=" => {
                    return Err(fault(
                        token.range,
                        "block-with-equals",
                        "a block has no `=` before its `{`",
                        "remove the `=`; only an argument has one",
                    ));
                }
                Kind::Newline | Kind::End => {
                    return Err(fault(
                        token.range.start..token.range.start,
                        "syntax",
                        "a `{` is expected here, on the line of the block's name",
                        "a block is `name \"label\" {` on one line; an argument is `name = value`",
                    ));
                }
                _ => {
                    return Err(self.stranger(&token).or_else(|| {
                        fault(
                            token.range,
                            "syntax",
                            "a label in quotes or a `{` is expected here",
                            "a block is `name \"label\" {` on one line",
                        )
                    }));
                }
            }
        }
    }

    pub(super) fn label(&mut self) -> Step {
        self.read();
        loop {
            let token = self.read();
            match token.kind {
                Kind::CloseQuote => return Ok(()),
                Kind::Text => self.escapes(&token)?,
                Kind::OpenInterpolation | Kind::OpenDirective => {
                    return Err(fault(
                        token.range,
                        "syntax",
                        "a block's label is plain text",
                        "double the `$` or `%` where it is meant as such; nothing is computed in a label",
                    ));
                }
                _ => return Err(Some(unclosed_quote(token.range))),
            }
        }
    }

    /// `{ name = value }`
    pub(super) fn only_argument(&mut self, brace: &Token) -> Step {
        let name = self.read();
        let next = self.peek();
        if name.kind != Kind::Name {
            return Err(self.stranger(&name).or_else(|| self.no_item(&name, name.kind)));
        }
        if next.kind == Kind::Sign && self.word(&next) == "=" {
            self.read();
            self.expression()?;
        } else if matches!(next.kind, Kind::OpenQuote | Kind::Name) || self.next_is("{") {
            return Err(self.one_line(name.range.start..next.range.end));
        } else {
            return Err(self.neither(&name, &next));
        }
        let end = self.peek();
        if self.skip("}") {
            Ok(())
        } else if end.kind == Kind::End {
            Err(Some(unclosed(brace.range.clone(), "{", "`}`")))
        } else {
            Err(self.one_line(end.range))
        }
    }

    pub(super) fn one_line(&self, range: Range<usize>) -> Option<Fault> {
        fault(
            range,
            "syntax",
            "a block on one line holds one argument and its `}`",
            "put each argument, each block and the `}` on a line of its own",
        )
    }
}
