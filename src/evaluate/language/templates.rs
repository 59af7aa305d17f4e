//! `templatefile` and `templatestring`: templates over variables of their own.

use std::sync::Arc;

use super::expression::{evaluate as value_of, shortened};
use super::help::with_help;
use super::references;
use super::scope::{Link, Names, Problem, Resolved, Scope};
use crate::config::files::Files;
use crate::config::hcl::parse_template;
use crate::config::syntax::{Call, Expression, ExpressionKind};
use crate::evaluate::blocks::schema::{NoSchemas, Schemas};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::symbol::{derived, failed};
use crate::evaluate::values::value::{Kind, Type, Value};
use crate::source::{Diagnostic, Place};

/// `templatefile(path, variables)`
pub fn file(scope: &Scope<'_>, call: &Call, arguments: &[Value], at: Place) -> Value {
    let [path, variables] = arguments else {
        let problem = Problem::new(
            "error-in-function-call",
            "`templatefile` takes a path and variables",
        );
        return scope.fail(problem, at);
    };
    let place = |position: usize| call.arguments.get(position).map_or(at, |argument| argument.place);
    let marks = path.marks;
    let unknown =
        || derived(Type::Any, "templatefile", &[path, variables]).with_marks(marks.and(variables.marks));
    if path.is_null() {
        return scope.fail(wrong("the path must not be null"), place(0));
    }
    let Ok(text) = convert(path.clone(), &Type::String) else {
        return scope.fail(wrong("the path must be a string"), place(0));
    };
    let (Kind::String(path), true) = (&text.kind, variables.is_known()) else {
        return unknown();
    };
    let Some(files) = scope.names.files() else {
        return unknown();
    };
    let shown = if marks.any() {
        "the file".into()
    } else {
        format!("`{}`", shortened(path))
    };
    let content = match files.read_text(path) {
        Ok(content) => content,
        Err(refusal) => {
            let problem = Problem {
                help: Some(refusal.help().unwrap_or(PATHS).to_owned()),
                ..wrong(&format!("{shown}: {refusal}"))
            };
            let missing = matches!(refusal, crate::config::files::Refusal::Missing);
            return scope
                .fail(problem, if missing { place(0) } else { at })
                .with_marks(marks);
        }
    };
    let template = Template {
        text: &content,
        path: (!marks.any()).then_some(path),
    };
    template
        .rendered(scope, variables, (at, place(1)))
        .with_marks(marks)
}

/// `templatestring(reference, variables)`
pub fn string(scope: &Scope<'_>, call: &Call, at: Place) -> Value {
    let [template, variables] = call.arguments.as_slice() else {
        let problem = Problem::new(
            "error-in-function-call",
            "`templatestring` takes a template and variables",
        );
        return scope.fail(problem, at);
    };
    if !is_reference(template) {
        let problem = wrong("the template must be a reference to a string, such as `local.greeting`")
            .help("put the template into a local value");
        return scope.fail(problem, template.place);
    }
    let given = value_of(scope, template);
    let values = value_of(scope, variables);
    let marks = given.marks;
    match convert(given, &Type::String) {
        Ok(text) => match &text.kind {
            Kind::String(content) if values.is_known() => {
                let template = Template {
                    text: content,
                    path: None,
                };
                template
                    .rendered(scope, &values, (at, variables.place))
                    .with_marks(marks)
            }
            Kind::Null(_) => scope.fail(wrong("the template must not be null"), template.place),
            _ => {
                derived(Type::String, "templatestring", &[&text, &values]).with_marks(marks.and(values.marks))
            }
        },
        Err(_) => scope.fail(wrong("the template must be a string"), template.place),
    }
}

const PATHS: &str =
    "relative paths count from the root module; `path.module` leads to the module's own files";

fn wrong(summary: &str) -> Problem {
    Problem::new("invalid-function-argument", summary)
}

fn is_reference(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Attribute { source, .. } | ExpressionKind::Index { source, .. } => {
            is_reference(source)
        }
        _ => false,
    }
}

/// A template's text, and the file it comes from where that may be said.
struct Template<'t> {
    text: &'t str,
    path: Option<&'t str>,
}

impl Template<'_> {
    /// The template over its variables. What goes wrong inside is reported at the call, with its place
    /// in the template, as Terraform does: the template is no text of the configuration.
    fn rendered(&self, scope: &Scope<'_>, variables: &Value, (at, variables_at): (Place, Place)) -> Value {
        if scope.names.inside_template() {
            let problem = Problem::new(
                "error-in-function-call",
                "a template must not render another template",
            );
            return scope.fail(problem, at);
        }
        let Some(entries) = variables.entries() else {
            return scope.fail(wrong("the variables must be a map or an object"), variables_at);
        };
        if let Some((name, _)) = entries.iter().find(|(name, _)| !is_identifier(name)) {
            let problem = wrong(&format!(
                "`{}` is no name for a template variable",
                shortened(name)
            ));
            return scope.fail(problem, variables_at);
        }
        let (template, diagnostics) = parse_template(at.source, self.text);
        let Some(template) = template else {
            self.inner_problems(scope, diagnostics, at);
            return failed();
        };
        if let Some((name, inside)) = missing(&template, variables) {
            let problem = wrong(&format!(
                "{} uses `{name}`, which is not among its variables",
                self.named(Some(inside))
            ))
            .help("give it in the second argument");
            return scope.fail(problem, variables_at);
        }
        let names = Variables {
            values: variables,
            around: scope.names,
        };
        let sink = scope.sink.inside();
        let value = value_of(
            &Scope {
                names: &names,
                frame: None,
                sink: &sink,
            },
            &template,
        );
        self.inner_problems(scope, sink.into_diagnostics(), at);
        // A sensitive variable makes the whole text sensitive, used or not.
        placed(&value, at).with_marks(variables.deep_marks())
    }

    fn inner_problems(&self, scope: &Scope<'_>, diagnostics: Vec<Diagnostic>, at: Place) {
        if let Some(first) = diagnostics.into_iter().next() {
            let summary = format!("in {}: {}", self.named(first.at), first.summary);
            let problem = Problem {
                help: with_help(first).help,
                ..Problem::new("error-in-function-call", summary)
            };
            scope.sink.push(problem.at(at));
        }
    }

    /// The template, with the line and column of a place in it.
    fn named(&self, inside: Option<Place>) -> String {
        let name = match self.path {
            Some(path) => format!("the template `{}`", shortened(path)),
            None => "the template".to_owned(),
        };
        let offset = inside.map(|place| place.start as usize);
        match offset.and_then(|offset| self.text.get(..offset)) {
            Some(before) => {
                let line = before.matches('\n').count() + 1;
                let start = before.rfind('\n').map_or(0, |newline| newline + 1);
                let column = before.get(start..).unwrap_or("").chars().count() + 1;
                format!("{name}, line {line}, column {column}")
            }
            None => name,
        }
    }
}

/// A variable that the template uses and nobody gives.
fn missing(template: &Expression, variables: &Value) -> Option<(String, Place)> {
    let mut missing = None;
    references::each(template, &mut |reference| {
        if missing.is_none() && !reference.bound_inside && variables.get(reference.root).is_none() {
            missing = Some((reference.root.to_owned(), reference.expression.place));
        }
    });
    missing
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}

/// Everything that the template made has the place of the call.
fn placed(value: &Value, at: Place) -> Value {
    let all = |values: &Arc<[Value]>| values.iter().map(|value| placed(value, at)).collect();
    let kind = match &value.kind {
        Kind::List(of, elements) => Kind::List(of.clone(), all(elements)),
        Kind::Tuple(elements) => Kind::Tuple(all(elements)),
        Kind::Object(entries) => Kind::Object(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), placed(value, at)))
                .collect(),
        ),
        kind => kind.clone(),
    };
    Value {
        kind,
        origin: Some(at),
        ..value.clone()
    }
}

/// The names inside a template: its variables, and every function but those for templates.
struct Variables<'a> {
    values: &'a Value,
    around: &'a dyn Names,
}

impl Names for Variables<'_> {
    fn resolve(&self, _: &Scope<'_>, root: &Arc<str>, _: Place, _: &[Link<'_>]) -> Resolved {
        Resolved {
            value: self.values.get(root).cloned().unwrap_or_else(failed),
            steps: 0,
        }
    }

    fn schemas(&self) -> &dyn Schemas {
        &NoSchemas
    }

    fn files(&self) -> Option<&Files> {
        self.around.files()
    }

    fn has_provider(&self, name: &str) -> bool {
        self.around.has_provider(name)
    }

    fn inside_template(&self) -> bool {
        true
    }
}
