//! From the tree of `hcl::edit` to ours: bodies, blocks and expressions, each with its place.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hcl::edit::expr::{
    BinaryOperator, Conditional, Expression as Edit, ForExpr, FuncCall, Object, ObjectKey as EditKey,
    Traversal, TraversalOperator, UnaryOperator,
};
use hcl::edit::structure::{self, BlockLabel, Structure};
use hcl::edit::{Decorated, Ident, Span};

use super::message::{self, Form};
use super::scan::skip_trivia;
use crate::config::syntax::{
    Attribute, Block, Body, Call, Expression, ExpressionKind, For, ObjectItem, ObjectKey, Operator, Word,
};
use crate::source::{Diagnostic, Place, SourceId};

/// More steps than anybody writes in one traversal; each makes the tree one level deeper.
const MAX_STEPS: usize = 200;

/// Where the bytes of the text at hand lie in the source.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// At a fixed distance.
    Shift(usize),
    /// Byte by byte: the text was decoded from a JSON string.
    Table(&'a [u32], usize),
}

impl Origin<'_> {
    pub(super) fn offset(self, at: usize) -> u32 {
        match self {
            Origin::Shift(distance) => u32::try_from(at + distance).unwrap_or(u32::MAX),
            Origin::Table(table, distance) => table
                .get(at + distance)
                .or(table.last())
                .copied()
                .unwrap_or_default(),
        }
    }

    pub(super) fn shifted(self, by: usize) -> Self {
        match self {
            Origin::Shift(distance) => Origin::Shift(distance + by),
            Origin::Table(table, distance) => Origin::Table(table, distance + by),
        }
    }
}

/// The walk over one parsed text.
pub(super) struct Lower<'a> {
    pub source: SourceId,
    /// The text as the user wrote it; what was parsed is as long, and differs where it was repaired.
    pub text: &'a str,
    pub origin: Origin<'a>,
    /// Objects whose items were taken out before parsing, by the offset of their brace, with the
    /// pieces to be parsed on their own.
    pub pieces: &'a BTreeMap<usize, Vec<Range<usize>>>,
    pub words: &'a mut Words,
    pub diagnostics: &'a mut Vec<Diagnostic>,
    /// Whether something was met that `hcl::edit` reads and Terraform may not.
    pub doubtful: bool,
}

/// Names that were met already: a configuration says the same few words over and over.
#[derive(Debug, Default)]
pub(super) struct Words(HashSet<Arc<str>, RandomState>);

impl Words {
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let word: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&word));
        word
    }
}

impl<'a> Lower<'a> {
    pub(super) fn place(&self, range: Range<usize>) -> Place {
        Place {
            source: self.source,
            start: self.origin.offset(range.start),
            end: self.origin.offset(range.end),
        }
    }

    /// The place of a node; `hcl::edit` gives every node we ask for one.
    pub(super) fn place_of(&self, node: &impl Span) -> Place {
        self.place(node.span().unwrap_or(0..0))
    }

    /// Says what Terraform refuses of a text that was lowered with doubts.
    pub(super) fn settle(&mut self, form: Form) {
        if self.doubtful {
            let faults = message::faults(self.text, form);
            for fault in faults {
                let told = message::diagnostic(fault, self.source, self.origin);
                if !self.diagnostics.contains(&told) {
                    self.diagnostics.push(told);
                }
            }
        }
    }

    pub(super) fn word(&mut self, ident: &Decorated<Ident>) -> Word {
        Word {
            text: self.words.get(ident.as_str()),
            place: self.place_of(ident),
        }
    }

    pub(super) fn body(&mut self, body: &structure::Body) -> Body {
        let mut lowered = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = self.word(&attribute.key);
                    let expression = self.expression(&attribute.value);
                    let place = name.place.to(expression.place);
                    lowered.attributes.push(Attribute {
                        name,
                        expression,
                        place,
                    });
                }
                Structure::Block(block) => lowered.blocks.push(self.block(block)),
            }
        }
        lowered
    }

    fn block(&mut self, block: &structure::Block) -> Block {
        let keyword = self.word(&block.ident);
        let labels: Vec<Word> = block.labels.iter().map(|label| self.label(label)).collect();
        let header = labels
            .last()
            .map_or(keyword.place, |label| keyword.place.to(label.place));
        let body = self.body(&block.body);
        let place = keyword.place.to(self.place_of(block));
        Block {
            keyword,
            labels,
            body,
            header,
            place,
        }
    }

    fn label(&mut self, label: &BlockLabel) -> Word {
        match label {
            BlockLabel::Ident(ident) => self.word(ident),
            BlockLabel::String(string) => Word {
                text: self.words.get(string),
                place: self.place_of(string),
            },
        }
    }

    pub(super) fn boxed(&mut self, expression: &Edit) -> Box<Expression> {
        Box::new(self.expression(expression))
    }

    pub(super) fn expression(&mut self, expression: &Edit) -> Expression {
        let range = expression.span().unwrap_or(0..0);
        let place = self.place(range.clone());
        let kind = match expression {
            Edit::Null(_) => ExpressionKind::Null,
            Edit::Bool(value) => ExpressionKind::Bool(*value.value()),
            Edit::Number(_) => self.number(range),
            Edit::String(value) => {
                self.quoted(range);
                ExpressionKind::String(Arc::from(value.as_str()))
            }
            Edit::StringTemplate(template) => self.quoted_template(template, range),
            Edit::HeredocTemplate(heredoc) => self.heredoc(heredoc, range),
            Edit::Array(array) => {
                self.bracket(range.start);
                ExpressionKind::Tuple(array.iter().map(|element| self.expression(element)).collect())
            }
            Edit::Object(object) => ExpressionKind::Object(self.object(object, range.start)),
            Edit::Parenthesis(inner) => ExpressionKind::Parentheses(self.boxed(inner.inner())),
            Edit::Variable(name) => ExpressionKind::Variable(self.words.get(name.as_str())),
            Edit::Conditional(conditional) => {
                self.condition(conditional);
                ExpressionKind::Conditional {
                    condition: self.boxed(&conditional.cond_expr),
                    then: self.boxed(&conditional.true_expr),
                    otherwise: self.boxed(&conditional.false_expr),
                }
            }
            Edit::FuncCall(call) => ExpressionKind::Call(self.call(call)),
            Edit::Traversal(traversal) => return self.traversal(traversal),
            Edit::UnaryOp(unary) => match unary.operator.value() {
                UnaryOperator::Not => ExpressionKind::Not(self.boxed(&unary.expr)),
                UnaryOperator::Neg => ExpressionKind::Negative(self.boxed(&unary.expr)),
            },
            Edit::BinaryOp(binary) => ExpressionKind::Binary {
                operator: operator(*binary.operator.value()),
                left: self.boxed(&binary.lhs_expr),
                right: self.boxed(&binary.rhs_expr),
            },
            Edit::ForExpr(expression) => ExpressionKind::For(Box::new(self.for_expression(expression))),
        };
        Expression { kind, place }
    }

    /// `-5` is the negation of a literal, as Terraform reads it.
    fn number(&mut self, range: Range<usize>) -> ExpressionKind {
        let written = self.text.get(range.clone()).unwrap_or("");
        let digits = written.trim_start_matches(|c: char| !c.is_ascii_digit());
        let literal = ExpressionKind::Number(Arc::from(digits));
        if digits.len() == written.len() {
            return literal;
        }
        ExpressionKind::Negative(Box::new(Expression {
            kind: literal,
            place: self.place(range.end - digits.len()..range.end),
        }))
    }

    /// Terraform wants a quoted string to end on its line, where `hcl::edit` lets it run on.
    pub(super) fn quoted(&mut self, range: Range<usize>) {
        let text = self.text.get(range).unwrap_or("");
        self.doubtful |= text.bytes().any(|byte| byte == b'\n');
    }

    /// A list or object that begins with the word `for` is nothing else to Terraform.
    fn bracket(&mut self, open: usize) {
        let inside = skip_trivia(self.text.get(open + 1..).unwrap_or(""));
        self.doubtful |= inside
            .strip_prefix("for")
            .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-')));
    }

    /// A condition goes on over the end of a line only inside brackets.
    fn condition(&mut self, conditional: &Conditional) {
        let ends = [conditional.cond_expr.span(), conditional.true_expr.span()];
        let starts = [conditional.true_expr.span(), conditional.false_expr.span()];
        for (end, start) in ends.into_iter().zip(starts) {
            let between = end
                .zip(start)
                .and_then(|(end, start)| self.text.get(end.end..start.start));
            self.doubtful |= between.is_some_and(|text| text.contains('\n'));
        }
    }

    fn object(&mut self, object: &Object, open: usize) -> Vec<ObjectItem> {
        if let Some(pieces) = self.pieces.get(&open) {
            // What stands between the pieces is not parsed.
            self.doubtful = true;
            return super::pieces::items(self, pieces);
        }
        self.bracket(open);
        object
            .iter()
            .map(|(key, value)| ObjectItem {
                key: self.object_key(key),
                value: self.expression(value.expr()),
            })
            .collect()
    }

    fn object_key(&mut self, key: &EditKey) -> ObjectKey {
        match key {
            EditKey::Ident(name) => ObjectKey::Name(self.word(name)),
            EditKey::Expression(expression @ (Edit::Null(_) | Edit::Bool(_))) => {
                let range = expression.span().unwrap_or(0..0);
                ObjectKey::Name(Word {
                    text: self.words.get(self.text.get(range.clone()).unwrap_or("")),
                    place: self.place(range),
                })
            }
            EditKey::Expression(expression) => ObjectKey::Expression(self.expression(expression)),
        }
    }

    fn call(&mut self, call: &FuncCall) -> Call {
        let name = self.word(&call.name.name);
        let mut function = name;
        if let Some(first) = call.name.namespace.first() {
            let mut text = String::new();
            for part in &call.name.namespace {
                text.push_str(part.as_str());
                text.push_str("::");
            }
            text.push_str(&function.text);
            function = Word {
                text: self.words.get(&text),
                place: self.place_of(first).to(function.place),
            };
        }
        Call {
            function,
            arguments: call
                .args
                .iter()
                .map(|argument| self.expression(argument))
                .collect(),
            expand_last: call.args.expand_final(),
        }
    }

    fn for_expression(&mut self, expression: &ForExpr) -> For {
        For {
            key: expression.intro.key_var.as_ref().map(|name| self.word(name)),
            value: self.word(&expression.intro.value_var),
            collection: self.expression(&expression.intro.collection_expr),
            result_key: expression.key_expr.as_ref().map(|key| self.expression(key)),
            result: self.expression(&expression.value_expr),
            grouped: expression.grouping,
            condition: expression
                .cond
                .as_ref()
                .map(|condition| self.expression(&condition.expr)),
        }
    }

    fn traversal(&mut self, traversal: &Traversal) -> Expression {
        let source = self.expression(&traversal.expr);
        if traversal.operators.len() > MAX_STEPS {
            self.diagnostics.push(message::too_deep(source.place));
            return source;
        }
        if let (Edit::Number(_), Some(step)) = (&traversal.expr, traversal.operators.first())
            && matches!(step.value(), TraversalOperator::LegacyIndex(_))
        {
            self.doubtful = true;
            return source;
        }
        self.steps(source, &traversal.operators)
    }

    /// Applies the steps of a traversal to `source`, and those behind a splat to its elements.
    fn steps(&mut self, mut source: Expression, steps: &[Decorated<TraversalOperator>]) -> Expression {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            rest = after;
            self.unclear_step(step, after);
            let place = source.place.to(self.place_of(step));
            let (full, inside) = match step.value() {
                TraversalOperator::FullSplat(_) => (true, after.len()),
                TraversalOperator::AttrSplat(_) => (false, attribute_steps(after)),
                _ => {
                    let kind = self.step(source, step);
                    source = Expression { kind, place };
                    continue;
                }
            };
            let item = Expression {
                kind: ExpressionKind::SplatItem,
                place: self.place_of(step),
            };
            let (inner, outer) = after.split_at_checked(inside).unwrap_or((after, &[]));
            let each = self.steps(item, inner);
            source = Expression {
                place: place.to(each.place),
                kind: ExpressionKind::Splat {
                    source: Box::new(source),
                    each: Box::new(each),
                    full,
                },
            };
            rest = outer;
        }
        source
    }

    /// What Terraform refuses of the forms that it inherited: `a.0.1` could be a fraction, and `.*`
    /// inside `.*` has no meaning.
    fn unclear_step(&mut self, step: &Decorated<TraversalOperator>, after: &[Decorated<TraversalOperator>]) {
        let is_index =
            |step: &Decorated<TraversalOperator>| matches!(step.value(), TraversalOperator::LegacyIndex(_));
        let is_splat =
            |step: &Decorated<TraversalOperator>| matches!(step.value(), TraversalOperator::AttrSplat(_));
        self.doubtful |= is_index(step) && after.first().is_some_and(is_index);
        self.doubtful |= is_splat(step) && after.get(attribute_steps(after)).is_some_and(is_splat);
    }

    fn step(&mut self, source: Expression, step: &Decorated<TraversalOperator>) -> ExpressionKind {
        let source = Box::new(source);
        match step.value() {
            TraversalOperator::GetAttr(name) => ExpressionKind::Attribute {
                name: self.word(name),
                source,
            },
            TraversalOperator::Index(key) => ExpressionKind::Index {
                key: self.boxed(key),
                source,
            },
            TraversalOperator::LegacyIndex(index) => {
                let kind = ExpressionKind::Number(self.words.get(&index.value().to_string()));
                let place = self.place_of(step);
                ExpressionKind::Index {
                    key: Box::new(Expression { kind, place }),
                    source,
                }
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => ExpressionKind::SplatItem,
        }
    }
}

/// How many steps behind `.*` belong to the elements: names and legacy indices only.
fn attribute_steps(steps: &[Decorated<TraversalOperator>]) -> usize {
    steps
        .iter()
        .take_while(|step| {
            matches!(
                step.value(),
                TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
            )
        })
        .count()
}

fn operator(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Mul => Operator::Multiply,
        BinaryOperator::Div => Operator::Divide,
        BinaryOperator::Mod => Operator::Modulo,
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::LessEq => Operator::LessOrEqual,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::GreaterEq => Operator::GreaterOrEqual,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}
