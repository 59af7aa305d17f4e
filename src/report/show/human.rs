//! What the tool sees, for people: an instance a paragraph, an attribute a line.

use std::fmt::Write as _;

use super::joins_of;
use super::json::{Known, is_named_secret};
use crate::config::module::Mode;
use crate::evaluate::evaluation::{Evaluation, Instance};
use crate::evaluate::values::value::{Kind, Symbol, Value};
use crate::network::doubt::decided_by;
use crate::network::joins::Join;
use crate::report::diagnostics::{self, clean, field};
use crate::report::place::place_text;
use crate::report::snippet::Style;
use crate::source::Sources;

/// All evaluations: an instance a paragraph, an attribute a line.
#[must_use]
pub fn render_human(evaluations: &[Evaluation], joins: &[Join], sources: &Sources, style: Style) -> String {
    let mut text = String::new();
    for (input, evaluation) in evaluations.iter().enumerate() {
        for diagnostic in &evaluation.diagnostics {
            text.push_str(&diagnostics::draw(diagnostic, sources, style));
        }
        for instance in &evaluation.instances {
            let place = instance
                .at
                .map(|place| format!("  {}", place_text(place, sources)));
            let _ = writeln!(
                text,
                "{}{}",
                clean(&instance.address.to_string()),
                place.unwrap_or_default()
            );
            if let Some(symbol) = &instance.depends_on {
                text.push_str(&field(
                    "any number",
                    &format!("how many there are depends on {symbol}"),
                    style,
                ));
            }
            for (name, value) in instance.values.entries().unwrap_or_default() {
                lines(&mut text, name, value, 1, Some(instance));
            }
            for join in joins_of(joins, input, &instance.address) {
                let _ = writeln!(
                    text,
                    "  {} -> {}",
                    clean(&join.attribute),
                    clean(&join.to.to_string())
                );
            }
            text.push('\n');
        }
        for (title, values) in [("output", &evaluation.outputs), ("local", &evaluation.locals)] {
            for (name, value) in values {
                lines(&mut text, &format!("{title} {name}"), value, 0, None);
            }
        }
    }
    text
}

/// `of` is the instance that the value belongs to.
fn lines(text: &mut String, name: &str, value: &Value, depth: usize, of: Option<&Instance>) {
    let indent = "  ".repeat(depth);
    if value.marks.any() || is_named_secret(name, value) {
        let _ = writeln!(text, "{indent}{name} = (sensitive)");
        return;
    }
    match &value.kind {
        Kind::Unknown(unknown) => {
            let what = why_unknown(&unknown.symbol, of);
            let _ = writeln!(text, "{indent}{name} = ({what})");
        }
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) if !elements.is_empty() => {
            for (index, element) in elements.iter().enumerate() {
                lines(text, &format!("{name}[{index}]"), element, depth, of);
            }
        }
        Kind::Map(_, entries) | Kind::Object(entries) if !entries.is_empty() => {
            let _ = writeln!(text, "{indent}{name}");
            for (key, entry) in entries.iter() {
                lines(text, &clean(key), entry, depth + 1, of);
            }
        }
        Kind::Null(_) => {}
        _ => {
            let known = serde_json::to_string(&Known(value)).unwrap_or_default();
            let _ = writeln!(text, "{indent}{name} = {known}");
        }
    }
}

/// What an unknown value is and what would decide it. Attributes of resources are known after the
/// apply, as everybody expects; an instance's own need not be named.
fn why_unknown(symbol: &Symbol, of: Option<&Instance>) -> String {
    let of_a_resource = match symbol {
        Symbol::Attribute { of, .. } => of.mode == Mode::Managed,
        Symbol::Template(_) => true,
        _ => false,
    };
    let own = |instance: &Instance| matches!(symbol, Symbol::Attribute { of, .. } if *of == instance.address);
    if of.is_some_and(own) {
        "known after apply".to_owned()
    } else if of_a_resource {
        clean(&format!("{symbol}, known after apply"))
    } else {
        clean(&format!("unknown: {symbol}; decided by {}", decided_by(symbol)))
    }
}
