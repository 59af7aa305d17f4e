//! Calls, lists, objects and `for`: what stands between brackets with commas.

use std::ops::Range;

use super::{Fault, Kind, Step, Token, Walk, fault, unclosed};

impl Walk<'_> {
    pub(super) fn call(&mut self, name: &Token) -> Step {
        while self.skip("::") {
            let part = self.read();
            if part.kind != Kind::Name {
                return Err(fault(
                    part.range,
                    "syntax",
                    "the name of a function is expected after `::`",
                    "write the name, as in `provider::name::function(…)`",
                ));
            }
        }
        let open = self.peek();
        if !self.skip("(") {
            return Err(fault(
                open.range,
                "syntax",
                "the `(` of this function call is missing",
                "write its arguments in parentheses",
            ));
        }
        let called = name.range.start..open.range.end;
        self.with_lines(false, |walk| walk.arguments(called))
    }

    pub(super) fn arguments(&mut self, called: Range<usize>) -> Step {
        while !self.skip(")") {
            self.expression()?;
            let next = self.read();
            match (next.kind, self.word(&next)) {
                (Kind::Sign, ")") => break,
                (Kind::Sign, ",") => {}
                (Kind::Sign, "...") if self.next_is(")") => {}
                (Kind::Sign, "...") => {
                    return Err(fault(
                        next.range,
                        "syntax",
                        "only the last argument can be followed by `...`",
                        "close the call behind it",
                    ));
                }
                (Kind::End, _) => return Err(Some(unclosed(called, "(", "`)`"))),
                _ => return Err(self.comma(&next, "arguments of this call", ")")),
            }
        }
        Ok(())
    }

    pub(super) fn comma(&self, token: &Token, between: &str, close: &str) -> Option<Fault> {
        self.stranger(token).or_else(|| {
            let word = self.word(token);
            if matches!(word, "}" | "]" | ")") {
                return fault(
                    token.range.clone(),
                    "unclosed",
                    format!("a `{close}` is missing between the {between} and this `{word}`"),
                    format!("add `{close}` where they end"),
                );
            }
            fault(
                token.range.clone(),
                "missing-comma",
                format!("a comma is missing between the {between}"),
                "put `,` before this",
            )
        })
    }

    pub(super) fn list(&mut self) -> Step {
        let open = self.read();
        self.with_lines(false, |walk| {
            if walk.next_is("for") {
                return walk.for_expression("]");
            }
            while !walk.skip("]") {
                walk.expression()?;
                let next = walk.peek();
                if walk.skip("]") {
                    break;
                } else if next.kind == Kind::End {
                    return Err(Some(unclosed(open.range, "[", "`]`")));
                } else if !walk.skip(",") {
                    return Err(walk.comma(&next, "elements of this list", "]"));
                }
            }
            Ok(())
        })
    }

    pub(super) fn object(&mut self) -> Step {
        let open = self.read();
        let is_for = self.with_lines(false, |walk| Ok(walk.next_is("for")))?;
        if is_for {
            return self.with_lines(false, |walk| walk.for_expression("}"));
        }
        self.with_lines(true, |walk| {
            loop {
                if walk.peek().kind == Kind::Newline {
                    walk.read();
                    continue;
                }
                if walk.skip("}") {
                    return Ok(());
                }
                walk.object_item(&open)?;
                let next = walk.peek();
                if walk.skip("}") {
                    return Ok(());
                } else if next.kind == Kind::End {
                    return Err(Some(unclosed(open.range, "{", "`}`")));
                } else if next.kind != Kind::Newline && !walk.skip(",") {
                    return Err(walk.comma(&next, "items of this object", "}"));
                }
            }
        })
    }

    pub(super) fn object_item(&mut self, open: &Token) -> Step {
        self.expression()?;
        let next = self.peek();
        if self.skip("=") || self.skip(":") {
            return self.expression();
        }
        if next.kind == Kind::End {
            return Err(Some(unclosed(open.range.clone(), "{", "`}`")));
        }
        Err(self.stranger(&next).or_else(|| {
            fault(
                next.range,
                "syntax",
                "a `=` and a value are expected here, after the key of this object's item",
                "an item is `key = value`; a key with points or spaces stands in quotes",
            )
        }))
    }

    /// From `for` to the bracket that closes it.
    pub(super) fn for_expression(&mut self, close: &str) -> Step {
        self.read();
        self.for_names("for")?;
        self.expression()?;
        let colon = self.peek();
        if !self.skip(":") {
            return Err(self.in_for(
                colon.range,
                "a `:` is expected behind the collection of this `for`",
            ));
        }
        let mut result = self.spanned()?;
        let mut key = None;
        if self.skip("=>") {
            key = Some(std::mem::replace(&mut result, self.spanned()?));
        }
        let dots = self.peek();
        let is_grouped = self.skip("...");
        if self.skip("if") {
            self.expression()?;
        }
        let end = self.peek();
        if !self.skip(close) {
            let summary = format!("the `{close}` of this `for` is missing before this");
            return Err(self.stranger(&end).or_else(|| self.in_for(end.range, &summary)));
        }
        match (close, key) {
            ("]", Some(key)) => Err(fault(
                key,
                "invalid-for",
                "a `for` that builds a list has no key",
                "use braces to build an object: `{for …}`",
            )),
            ("]", None) if is_grouped => Err(fault(
                dots.range,
                "invalid-for",
                "a `for` that builds a list cannot group its results",
                "use braces to group by key: `{for … : key => value...}`",
            )),
            ("}", None) => Err(fault(
                result,
                "invalid-for",
                "a `for` that builds an object needs a key",
                "write `key => value` after the `:`, or use brackets to build a list: `[for …]`",
            )),
            _ => Ok(()),
        }
    }

    /// `key, value in`
    pub(super) fn for_names(&mut self, what: &str) -> Step {
        for _ in 0..2 {
            let name = self.peek();
            if name.kind != Kind::Name {
                return Err(self.in_for(
                    name.range,
                    &format!("a `{what}` needs a name for each element here"),
                ));
            }
            self.read();
            if !self.skip(",") {
                break;
            }
        }
        let next = self.peek();
        if self.skip("in") {
            return Ok(());
        }
        Err(self.in_for(
            next.range,
            &format!("`in` is expected here, after the names of this `{what}`"),
        ))
    }

    pub(super) fn in_for(&self, range: Range<usize>, summary: &str) -> Option<Fault> {
        fault(
            range,
            "invalid-for",
            summary,
            "it is `[for key, value in collection : result if condition]`, or `{for … : key => value}`",
        )
    }

    /// An expression, and where it stands.
    pub(super) fn spanned(&mut self) -> Step<Range<usize>> {
        let start = self.peek().range.start;
        self.expression()?;
        Ok(start..self.end_of_last())
    }
}
