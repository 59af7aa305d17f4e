//! The tree of a Terraform file, the same for HCL, for `.tf.json`, for packs and for the site file.
//!
//! Every node has its place. Lowering from `hcl::edit` (see `hcl.rs`) and from JSON (see `json.rs`)
//! makes this tree; nothing above this stage has heard of either parser.

use std::sync::Arc;

use crate::source::Place;

/// The content of a file or of a block: attributes and blocks, each in source order.
#[derive(Clone, Debug, Default)]
pub struct Body {
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

/// `name = expression`; `place` covers both.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Word,
    pub expression: Expression,
    pub place: Place,
}

/// `keyword "label" { … }`.
#[derive(Clone, Debug)]
pub struct Block {
    pub keyword: Word,
    pub labels: Vec<Word>,
    pub body: Body,
    /// Keyword and labels: what a finding underlines.
    pub header: Place,
    /// From the keyword to the closing brace.
    pub place: Place,
}

/// An identifier or a label, unquoted, with its place (quotes included).
#[derive(Clone, Debug)]
pub struct Word {
    pub text: Arc<str>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub enum ExpressionKind {
    Null,
    Bool(bool),
    /// The digits as written, so that no precision is lost before evaluation.
    Number(Arc<str>),
    /// A quoted string without interpolation, escapes decoded (not yet NFC).
    String(Arc<str>),
    Template(Template),
    Tuple(Vec<Expression>),
    Object(Vec<ObjectItem>),
    /// The root of a traversal: `var`, `local`, `each`, a resource type, an iterator.
    Variable(Arc<str>),
    /// `source.name`
    Attribute {
        source: Box<Expression>,
        name: Word,
    },
    /// `source[key]`, and the legacy `source.0` (key is a number literal).
    Index {
        source: Box<Expression>,
        key: Box<Expression>,
    },
    /// `source[*]…` (`full`) and `source.*…`; `each` is applied to every element, its innermost
    /// source is [`ExpressionKind::SplatItem`].
    Splat {
        source: Box<Expression>,
        each: Box<Expression>,
        full: bool,
    },
    /// The element of the splat around it.
    SplatItem,
    Call(Call),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Binary {
        operator: Operator,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    Conditional {
        condition: Box<Expression>,
        then: Box<Expression>,
        otherwise: Box<Expression>,
    },
    Parentheses(Box<Expression>),
    For(Box<For>),
}

#[derive(Clone, Debug)]
pub struct ObjectItem {
    pub key: ObjectKey,
    pub value: Expression,
}

#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// A bare identifier: its own name.
    Name(Word),
    /// `(expression)`, or any literal or template.
    Expression(Expression),
}

#[derive(Clone, Debug)]
pub struct Call {
    /// The whole name: `merge`, `core::merge`, `provider::azapi::parse_resource_id`.
    pub function: Word,
    pub arguments: Vec<Expression>,
    /// Whether the last argument is followed by `...`.
    pub expand_last: bool,
}

/// `[for key, value in collection : result if condition]`, and the object form.
#[derive(Clone, Debug)]
pub struct For {
    pub key: Option<Word>,
    pub value: Word,
    pub collection: Expression,
    /// Present in the object form `{for … : result_key => result}`.
    pub result_key: Option<Expression>,
    pub result: Expression,
    /// `result...`: values grouped by key.
    pub grouped: bool,
    pub condition: Option<Expression>,
}

/// A template's parts in order. Escapes are decoded, `~` trims and heredoc indentation are already
/// applied to the literals.
#[derive(Clone, Debug)]
pub struct Template {
    pub parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug)]
pub enum TemplatePart {
    Literal(Arc<str>),
    Interpolation(Expression),
    If {
        condition: Expression,
        then: Template,
        otherwise: Template,
    },
    For {
        key: Option<Word>,
        value: Word,
        collection: Expression,
        body: Template,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

impl Body {
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| &*attribute.name.text == name)
    }

    /// The blocks of one keyword, in source order.
    pub fn blocks_of<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks
            .iter()
            .filter(move |block| &*block.keyword.text == keyword)
    }
}
