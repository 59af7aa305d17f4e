//! How much of a configuration the tool sees (`clearway-show-summary/1`): its addresses, how many of
//! its values are unknown and why, and what was not understood.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::diagnostics::clean;
use super::json::severity_word;
use crate::config::module::Mode;
use crate::evaluate::address::Key;
use crate::evaluate::evaluation::Evaluation;
use crate::evaluate::values::value::{Kind, Part, Symbol, Value};
use crate::network::doubt::decided_by;
use crate::network::model::NotUnderstood;
use crate::source::Diagnostic;

/// Counts over all inputs.
#[derive(Debug, Default)]
pub struct Summary {
    resources: usize,
    data: usize,
    /// Of both, those that stand for any number of instances.
    of_any_number: usize,
    values: usize,
    causes: BTreeMap<Cause, Roots>,
    /// Addresses, and why.
    not_understood: Vec<(String, String)>,
    /// How many of each severity and code.
    diagnostics: BTreeMap<(&'static str, &'static str), usize>,
}

/// Why a value is unknown. Of several reasons the first here counts: the one that its user can do most
/// about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Variable,
    Module,
    Error,
    Data,
    Plan,
    Run,
    Other,
    Apply,
}

/// Values by what they come from.
#[derive(Debug, Default)]
struct Roots {
    values: usize,
    decided_by: &'static str,
    by_root: BTreeMap<String, usize>,
}

/// Counts what the evaluations and the network made of them hold, and the problems met on the way.
#[must_use]
pub fn of(evaluations: &[Evaluation], reading: &[Diagnostic], not_understood: &[NotUnderstood]) -> Summary {
    let mut summary = Summary::default();
    let evaluating = evaluations.iter().flat_map(|evaluation| &evaluation.diagnostics);
    for problem in reading.iter().chain(evaluating) {
        let code = (severity_word(problem.severity), problem.code);
        *summary.diagnostics.entry(code).or_default() += 1;
    }
    for instance in evaluations.iter().flat_map(|evaluation| &evaluation.instances) {
        match instance.address.mode {
            Mode::Managed => summary.resources += 1,
            Mode::Data => summary.data += 1,
        }
        let steps = instance
            .address
            .module
            .iter()
            .filter_map(|step| step.key.as_ref());
        let mut keys = steps.chain(&instance.address.key);
        summary.of_any_number += usize::from(keys.any(|key| matches!(key, Key::Any)));
        summary.count(&instance.values);
    }
    let things: BTreeSet<(String, String)> = not_understood
        .iter()
        .map(|thing| (thing.address.to_string(), thing.why.to_string()))
        .collect();
    summary.not_understood = things.into_iter().collect();
    summary
}

impl Summary {
    fn count(&mut self, value: &Value) {
        match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                elements.iter().for_each(|element| self.count(element));
            }
            Kind::Map(_, entries) | Kind::Object(entries) => {
                entries.iter().for_each(|(_, entry)| self.count(entry));
            }
            Kind::Unknown(unknown) => {
                self.values += 1;
                let (cause, root) = cause(&unknown.symbol);
                let roots = self.causes.entry(cause).or_default();
                roots.values += 1;
                roots.decided_by = decided_by(root.unwrap_or(&unknown.symbol));
                if let Some(name) = root.and_then(root_name) {
                    *roots.by_root.entry(name).or_default() += 1;
                }
            }
            _ => self.values += 1,
        }
    }

    fn unknown(&self) -> usize {
        self.causes.values().map(|roots| roots.values).sum()
    }

    #[must_use]
    pub fn json(&self) -> String {
        let causes: Vec<Json> = self
            .causes
            .iter()
            .map(|(cause, roots)| {
                json!({
                    "cause": cause.code(),
                    "values": roots.values,
                    "decided_by": cause.decided_by(roots),
                    "from": roots.by_root,
                })
            })
            .collect();
        let things = self.not_understood.iter();
        let diagnostics: Vec<Json> = self
            .diagnostics
            .iter()
            .map(|((severity, code), count)| json!({ "severity": severity, "code": code, "count": count }))
            .collect();
        let document = json!({
            "format": "clearway-show-summary/1",
            "resources": self.resources,
            "data": self.data,
            "of_any_number": self.of_any_number,
            "values": self.values,
            "unknown": causes,
            "diagnostics": diagnostics,
            "not_understood": things.map(|(address, why)| json!({ "address": address, "why": why })).collect::<Vec<_>>(),
        });
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }

    #[must_use]
    pub fn human(&self) -> String {
        const MOST_ROOTS: usize = 10;
        let mut text = format!(
            "{} resources and {} data sources, {} of them any number\n{} values, {} unknown\n",
            self.resources,
            self.data,
            self.of_any_number,
            self.values,
            self.unknown()
        );
        for (cause, roots) in &self.causes {
            let _ = writeln!(text, "{:>7}  {}", roots.values, cause.words());
            if let Some(by) = cause.decided_by(roots) {
                let _ = writeln!(text, "         decided by {by}");
            }
            let mut by_root: Vec<(&String, &usize)> = roots.by_root.iter().collect();
            by_root.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            for (name, count) in by_root.iter().take(MOST_ROOTS) {
                let _ = writeln!(text, "{count:>14}  {}", clean(name));
            }
            if let Some(more) = by_root.len().checked_sub(MOST_ROOTS).filter(|more| *more > 0) {
                let _ = writeln!(text, "                and {more} more");
            }
        }
        for ((severity, code), count) in &self.diagnostics {
            let _ = writeln!(text, "{count:>7}  {severity} {code}");
        }
        let _ = writeln!(text, "{} not understood", self.not_understood.len());
        for (address, why) in &self.not_understood {
            let _ = writeln!(text, "         {}: {}", clean(address), clean(why));
        }
        text
    }
}

impl Cause {
    fn code(self) -> &'static str {
        match self {
            Cause::Variable => "variable",
            Cause::Module => "module-not-installed",
            Cause::Error => "error",
            Cause::Data => "data-source",
            Cause::Plan => "plan",
            Cause::Run => "run",
            Cause::Other => "other",
            Cause::Apply => "apply",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Cause::Variable => "from a variable without a value",
            Cause::Module => "from a module that is not installed",
            Cause::Error => "from an expression that has an error",
            Cause::Data => "from a data source, which only a plan reads",
            Cause::Plan => "unknown in the plan, which does not say why",
            Cause::Run => "known only where and when Terraform runs",
            Cause::Other => "from what cannot be named",
            Cause::Apply => "known after the apply",
        }
    }

    /// What decides an error is its message, and the apply needs no advice.
    fn decided_by(self, roots: &Roots) -> Option<&'static str> {
        match self {
            Cause::Error | Cause::Apply | Cause::Other => None,
            _ => Some(roots.decided_by),
        }
    }
}

/// The foremost reason among those of a symbol, and the symbol it lies in.
fn cause(symbol: &Symbol) -> (Cause, Option<&Symbol>) {
    let mut foremost = (Cause::Apply, None);
    let mut pending = vec![symbol];
    let mut left = 1_000;
    while let Some(symbol) = pending.pop() {
        left -= 1;
        if left == 0 {
            break;
        }
        let found = match symbol {
            Symbol::Variable { .. } => Cause::Variable,
            Symbol::Output { .. } => Cause::Module,
            Symbol::Planned { .. } => Cause::Plan,
            Symbol::Impure(_) => Cause::Run,
            Symbol::Attribute { of, .. } | Symbol::Instance(of) if of.mode == Mode::Data => Cause::Data,
            Symbol::Attribute { .. } | Symbol::Instance(_) => Cause::Apply,
            Symbol::Derived { .. } if symbol.is_failure() => Cause::Error,
            Symbol::Derived { from, .. } if from.is_empty() => Cause::Other,
            Symbol::Derived { from, .. } | Symbol::OneOf(from) => {
                pending.extend(from.iter());
                continue;
            }
            Symbol::Template(parts) => {
                pending.extend(parts.iter().filter_map(|part| match part {
                    Part::Symbol(symbol) => Some(symbol),
                    Part::Literal(_) => None,
                }));
                continue;
            }
        };
        if foremost.1.is_none() || found < foremost.0 {
            foremost = (found, Some(symbol));
        }
    }
    foremost
}

/// What the user calls it: the variable, the data source, the module's source.
fn root_name(symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Variable { name, .. } => Some(format!("var.{name}")),
        Symbol::Output { source, .. } if !source.is_empty() => Some(source.to_string()),
        Symbol::Impure(_) => Some(symbol.to_string()),
        Symbol::Attribute { of, .. } | Symbol::Instance(of) if of.mode == Mode::Data => {
            Some(format!("data.{}.{}", of.kind, of.name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evaluate::address::Address;
    use crate::evaluate::evaluation::Instance;
    use crate::evaluate::values::value::Type;

    #[test]
    fn an_unknown_counts_for_what_its_user_can_do_most_about() {
        let address = |mode| {
            Arc::new(Address {
                module: [].into(),
                mode,
                kind: "azurerm_subnet".into(),
                name: "a".into(),
                key: None,
            })
        };
        let id = Symbol::Attribute {
            of: address(Mode::Managed),
            path: [].into(),
        };
        let variable = Symbol::Variable {
            name: "hub".into(),
            path: [].into(),
        };
        let both = Symbol::Derived {
            by: "format".into(),
            from: [id.clone(), variable].into(),
        };
        let unknown = |symbol: Symbol| Value::unknown(Type::String, symbol);
        let values = Value::object(vec![
            ("id".into(), unknown(id)),
            ("name".into(), unknown(both)),
            (
                "prefixes".into(),
                Value::tuple(vec![Value::string("a"), Value::string("b")]),
            ),
        ]);
        let instance = Instance {
            address: address(Mode::Managed),
            provider: "azurerm".into(),
            provider_source: None,
            provider_version: None,
            values,
            at: None,
            calls: [].into(),
            depends_on: None,
        };
        let evaluation = Evaluation {
            instances: vec![instance],
            ..Evaluation::default()
        };
        let human = of(&[evaluation], &[Diagnostic::error("cycle", "")], &[]).human();
        assert_eq!(
            human,
            "1 resources and 0 data sources, 0 of them any number\n4 values, 2 unknown\n      1  from a variable without \
             a value\n         decided by a value with --var or --var-file, or a plan\n             1  var.hub\n      1  \
             known after the apply\n      1  error cycle\n0 not understood\n"
        );
    }
}
