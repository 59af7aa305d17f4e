//! Where an expression is evaluated: the names it can see, and where its problems go.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::config::files::Files;
use crate::config::syntax::{Expression, Word};
use crate::evaluate::blocks::schema::Schemas;
use crate::evaluate::values::symbol::failed;
use crate::evaluate::values::value::Value;
use crate::source::{Diagnostic, Place};

/// Expressions and the things they refer to may nest this deep, all together.
pub const DEEPEST: u32 = 3_000;

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub names: &'a dyn Names,
    /// What `for`, splats, `each`, `count` and dynamic blocks bind, innermost first.
    pub frame: Option<&'a Frame<'a>>,
    pub sink: &'a Sink,
}

/// One bound name. The item of a splat is bound to [`SPLAT_ITEM`].
pub struct Frame<'a> {
    pub name: &'a str,
    pub value: &'a Value,
    pub outer: Option<&'a Frame<'a>>,
}

/// No identifier, so that nothing else can have this name.
pub const SPLAT_ITEM: &str = "*";

/// The references of a scope: everything whose root no [`Frame`] binds.
pub trait Names {
    /// The value of a reference, of whose steps it may take any number.
    fn resolve(&self, scope: &Scope<'_>, root: &Arc<str>, at: Place, steps: &[Link<'_>]) -> Resolved;

    fn schemas(&self) -> &dyn Schemas;

    /// The files that functions may read.
    fn files(&self) -> Option<&Files>;

    /// Whether functions can be called at all: not in defaults and variable files.
    fn allows_calls(&self) -> bool {
        true
    }

    /// Whether this is the inside of a template file, where no other may be rendered.
    fn inside_template(&self) -> bool {
        false
    }

    /// Whether the module may call functions of the provider under this local name.
    fn has_provider(&self, _name: &str) -> bool {
        true
    }
}

pub struct Resolved {
    pub value: Value,
    /// How many steps the value already includes.
    pub steps: usize,
}

/// One step of a reference, from left to right. The place begins at the dot or the bracket.
#[derive(Clone, Copy)]
pub enum Link<'e> {
    Attribute(&'e Word, Place),
    Index(&'e Expression, Place),
}

impl Link<'_> {
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Link::Attribute(_, place) | Link::Index(_, place) => *place,
        }
    }
}

/// Collects problems; knows how deep evaluation has gone.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: RefCell<Vec<Diagnostic>>,
    depth: Cell<u32>,
}

impl Sink {
    /// A sink for an expression inside another, whose problems may turn out not to count.
    #[must_use]
    pub fn inside(&self) -> Sink {
        Sink {
            diagnostics: RefCell::default(),
            depth: self.depth.clone(),
        }
    }

    pub fn push(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    #[must_use]
    pub fn has_errors(&self) -> bool {
        !self.diagnostics.borrow().is_empty()
    }

    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }

    pub fn take_from(&self, other: Sink) {
        self.diagnostics.borrow_mut().extend(other.into_diagnostics());
    }

    /// Runs `work` one level deeper; beyond the deepest level it fails instead.
    pub fn deeper(&self, place: Place, work: impl FnOnce() -> Value) -> Value {
        let depth = self.depth.get();
        if depth >= DEEPEST {
            self.push(
                Diagnostic::error("nested-too-deeply", "expressions depend on each other too deeply")
                    .detail(format!(
                        "more than {DEEPEST} levels of expressions and references"
                    ))
                    .at(Some(place)),
            );
            return failed();
        }
        self.depth.set(depth + 1);
        let value = work();
        self.depth.set(depth);
        value
    }
}

impl<'a> Scope<'a> {
    #[must_use]
    pub fn new(names: &'a dyn Names, sink: &'a Sink) -> Scope<'a> {
        Scope {
            names,
            frame: None,
            sink,
        }
    }

    #[must_use]
    pub fn with<'b>(&self, frame: &'b Frame<'b>) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope {
            frame: Some(frame),
            ..*self
        }
    }

    #[must_use]
    pub fn reporting_to<'b>(&self, sink: &'b Sink) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { sink, ..*self }
    }

    #[must_use]
    pub fn bound(&self, name: &str) -> Option<&'a Value> {
        let mut frame = self.frame;
        while let Some(current) = frame {
            if current.name == name {
                return Some(current.value);
            }
            frame = current.outer;
        }
        None
    }

    /// Reports a problem and yields what stands for the value.
    pub fn fail(&self, problem: Problem, at: Place) -> Value {
        self.sink.push(problem.at(at));
        failed().with_origin(at)
    }
}

/// What went wrong, before anyone has said where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub summary: String,
    pub help: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(code: &'static str, summary: impl Into<String>) -> Problem {
        Problem {
            code,
            summary: summary.into(),
            help: None,
        }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn at(self, place: Place) -> Diagnostic {
        Diagnostic {
            help: self.help,
            ..Diagnostic::error(self.code, self.summary).at(Some(place))
        }
    }
}
