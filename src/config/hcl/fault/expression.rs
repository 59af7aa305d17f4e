//! Expressions: operators, operands and the steps of traversals.

use std::ops::Range;

use super::{Fault, Kind, OPERATORS, Step, Token, Walk, fault};

impl Walk<'_> {
    pub(super) fn expression(&mut self) -> Step {
        self.with_lines(self.lines_count, |walk| {
            loop {
                walk.operation()?;
                if !walk.skip("?") {
                    return Ok(());
                }
                walk.expression()?;
                let colon = walk.peek();
                if !walk.skip(":") {
                    return Err(walk.stranger(&colon).or_else(|| {
                        fault(
                            colon.range,
                            "syntax",
                            "a `:` and the value for the other case are expected here",
                            "a condition is `condition ? value : other`",
                        )
                    }));
                }
            }
        })
    }

    pub(super) fn operation(&mut self) -> Step {
        loop {
            self.operand()?;
            let next = self.peek();
            if next.kind != Kind::Sign || !OPERATORS.contains(&self.word(&next)) {
                return Ok(());
            }
            self.read();
        }
    }

    pub(super) fn operand(&mut self) -> Step {
        while self.skip("-") || self.skip("!") {}
        let first = self.peek();
        match (first.kind, self.word(&first)) {
            (Kind::Number, word) => {
                self.read();
                if word.parse::<f64>().is_err() {
                    return Err(fault(
                        first.range,
                        "invalid-number",
                        "this is not a number",
                        "an address or a version is text: put it in quotes",
                    ));
                }
            }
            (Kind::Name, _) => {
                self.read();
                if self.next_is("(") || self.next_is("::") {
                    self.call(&first)?;
                }
            }
            (Kind::OpenQuote, _) => {
                self.read();
                self.template(Kind::CloseQuote)?;
            }
            (Kind::OpenHeredoc, _) => {
                self.read();
                self.template(Kind::CloseHeredoc)?;
            }
            (Kind::Sign, "(") => self.parentheses()?,
            (Kind::Sign, "[") => self.list()?,
            (Kind::Sign, "{") => self.object()?,
            _ => return Err(self.no_expression(&first)),
        }
        self.steps()
    }

    pub(super) fn no_expression(&self, token: &Token) -> Option<Fault> {
        let (summary, help) = match token.kind {
            Kind::End | Kind::Newline => (
                "an expression is missing here".to_owned(),
                "write a value; `null` stands for none",
            ),
            Kind::Stranger => return self.stranger(token),
            _ => (
                format!("`{}` does not begin an expression", self.word(token).trim_end()),
                "write a value here, or remove what makes one necessary",
            ),
        };
        fault(token.range.clone(), "syntax", summary, help)
    }

    /// The steps of a traversal.
    pub(super) fn steps(&mut self) -> Step {
        loop {
            if self.skip(".") {
                let step = self.peek();
                match step.kind {
                    Kind::Name => {
                        self.read();
                    }
                    Kind::Number => {
                        self.read();
                        self.legacy_index(&step, &step)?;
                    }
                    Kind::Sign if self.word(&step) == "*" => self.attribute_splat()?,
                    _ => return Err(self.no_name(step.range)),
                }
            } else if self.next_is("[") {
                self.index_step()?;
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn no_name(&self, range: Range<usize>) -> Option<Fault> {
        fault(
            range,
            "syntax",
            "the name of an attribute is expected after the point",
            "write the name, or remove the point",
        )
    }

    pub(super) fn legacy_index(&self, number: &Token, at: &Token) -> Step {
        if !self.word(number).contains('.') {
            return Ok(());
        }
        Err(fault(
            at.range.clone(),
            "legacy-index",
            "two indices in a row are not written with dots",
            "write them as `[0][1]`",
        ))
    }

    pub(super) fn attribute_splat(&mut self) -> Step {
        let star = self.read();
        while self.skip(".") {
            let step = self.peek();
            match step.kind {
                Kind::Name => {
                    self.read();
                }
                Kind::Number => {
                    self.read();
                    self.legacy_index(&step, &star)?;
                }
                Kind::Sign if self.word(&step) == "*" => {
                    return Err(fault(
                        step.range,
                        "nested-splat",
                        "`.*` cannot be used inside another `.*`",
                        "use `[*]` instead",
                    ));
                }
                _ => return Err(self.no_name(star.range)),
            }
        }
        Ok(())
    }

    pub(super) fn index_step(&mut self) -> Step {
        self.read();
        let is_splat = self.next_is("*");
        if is_splat {
            self.read();
            return self.closing_bracket();
        }
        self.with_lines(false, |walk| {
            walk.expression()?;
            walk.closing_bracket()
        })
    }

    /// Terraform points at the bracket behind which it goes on.
    pub(super) fn closing_bracket(&mut self) -> Step {
        if self.skip("]") {
            return Ok(());
        }
        let mut open = 0_usize;
        loop {
            let token = self.read();
            match (token.kind, self.word(&token)) {
                (Kind::Sign, "[") => open += 1,
                (Kind::Sign, "]") if open > 0 => open -= 1,
                (Kind::Sign, "]") | (Kind::End, _) => {
                    return Err(fault(
                        token.range,
                        "unclosed",
                        "an index is one expression, and `]` closes it",
                        "remove what else stands in these brackets, or add the missing `]`",
                    ));
                }
                _ => {}
            }
        }
    }

    pub(super) fn parentheses(&mut self) -> Step {
        self.read();
        self.with_lines(false, |walk| {
            walk.expression()?;
            let token = walk.peek();
            if walk.skip(")") {
                return Ok(());
            }
            Err(walk.stranger(&token).or_else(|| {
                fault(
                    token.range,
                    "unclosed",
                    "the `)` of these parentheses is missing before this",
                    "add `)` where they should end",
                )
            }))
        })
    }
}
