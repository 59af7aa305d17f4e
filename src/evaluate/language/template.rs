//! Templates: literals, interpolations and the `%{if}` and `%{for}` directives.

use super::expression::evaluate as value_of;
use super::iterate;
use super::scope::{Frame, Problem, Scope};
use crate::config::syntax::{Expression, Template, TemplatePart, Word};
use crate::evaluate::values::convert::convert;
use crate::evaluate::values::symbol::{derived, failed};
use crate::evaluate::values::unknown::concatenated;
use crate::evaluate::values::value::{Marks, Type, Value};
use crate::source::Place;

/// A template that is one interpolation and nothing else is the value itself, whatever its type.
pub fn evaluate(scope: &Scope<'_>, template: &Template, at: Place) -> Value {
    if let [TemplatePart::Interpolation(expression)] = template.parts.as_slice() {
        return value_of(scope, expression);
    }
    let mut text = Text::default();
    append(scope, template, &mut text, at);
    text.into_value()
}

/// Strings, known and unknown, of which the text is made.
#[derive(Default)]
struct Text {
    parts: Vec<Value>,
    marks: Marks,
}

impl Text {
    fn unknown(&mut self, by: &str, source: &Value) {
        self.parts.push(derived(Type::String, by, &[source]));
    }

    fn into_value(self) -> Value {
        concatenated("template", &self.parts)
            .unwrap_or_else(failed)
            .with_marks(self.marks)
    }
}

fn append(scope: &Scope<'_>, template: &Template, text: &mut Text, at: Place) {
    for part in &template.parts {
        match part {
            TemplatePart::Literal(literal) => text.parts.push(Value::string(literal.clone())),
            TemplatePart::Interpolation(expression) => interpolate(scope, expression, text),
            TemplatePart::If {
                condition,
                then,
                otherwise,
            } => branch(scope, condition, then, otherwise, text, at),
            TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => repeat(scope, (key.as_ref(), value), collection, body, text, at),
        }
    }
}

fn interpolate(scope: &Scope<'_>, expression: &Expression, text: &mut Text) {
    let value = value_of(scope, expression);
    text.marks = text.marks.and(value.marks);
    let part = if value.is_null() {
        let problem = Problem::new(
            "invalid-template-interpolation",
            "a null value cannot stand in a string",
        );
        scope.fail(problem, expression.place)
    } else {
        convert(value, &Type::String).unwrap_or_else(|error| {
            let problem = Problem::new(
                "invalid-template-interpolation",
                format!("the value cannot stand in a string: {error}"),
            );
            scope.fail(problem, expression.place)
        })
    };
    text.parts.push(part);
}

fn branch(
    scope: &Scope<'_>,
    condition: &Expression,
    then: &Template,
    otherwise: &Template,
    text: &mut Text,
    at: Place,
) {
    let given = value_of(scope, condition);
    text.marks = text.marks.and(given.marks);
    if given.is_null() {
        let problem = Problem::new(
            "null-condition",
            "the condition is null: it must be true or false",
        );
        text.parts.push(scope.fail(problem, condition.place));
        return;
    }
    let Ok(decision) = convert(given.clone(), &Type::Bool) else {
        let problem = Problem::new("incorrect-condition-type", "the condition must be a bool");
        text.parts.push(scope.fail(problem, condition.place));
        return;
    };
    match decision.as_bool() {
        Some(true) => append(scope, then, text, at),
        Some(false) => append(scope, otherwise, text, at),
        None => text.unknown("if", &decision),
    }
}

fn repeat(
    scope: &Scope<'_>,
    (key_name, value_name): (Option<&Word>, &Word),
    collection: &Expression,
    body: &Template,
    text: &mut Text,
    at: Place,
) {
    let given = value_of(scope, collection);
    text.marks = text.marks.and(given.marks);
    let elements = match iterate::elements(&given) {
        Ok(Some(elements)) => elements,
        Ok(None) => return text.unknown("for", &given),
        Err(problem) => return text.parts.push(scope.fail(problem, collection.place)),
    };
    for (key, value) in elements.iter() {
        let value_frame = Frame {
            name: &value_name.text,
            value,
            outer: scope.frame,
        };
        let key_frame;
        let inner = match key_name {
            Some(name) => {
                key_frame = Frame {
                    name: &name.text,
                    value: &key,
                    outer: Some(&value_frame),
                };
                scope.with(&key_frame)
            }
            None => scope.with(&value_frame),
        };
        append(&inner, body, text, at);
    }
}
