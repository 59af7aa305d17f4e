//! Texts as they may be quoted: what looks like a secret is covered before any format sees it.
//!
//! A report quotes lines of the configuration, and a line near a finding may hold a password. So the
//! formats are handed texts in which those literals are starred out, byte for byte, so that every
//! place stays right.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::config::hcl::parse_body;
use crate::config::syntax::{Attribute, Block, Body, Expression, ExpressionKind, ObjectKey};
use crate::network::model::Written;
use crate::prove::finding::Report;
use crate::prove::redact::names_a_secret;
use crate::source::{Diagnostic, Place, SourceId, Sources, Syntax};

/// The texts with their secrets covered, as far as the report quotes them: literals given to what is
/// named like a secret, defaults of variables declared sensitive, and what variable files give those.
#[must_use]
pub fn covered(report: &Report, sources: &Sources) -> Sources {
    cover_all(&quoted(report), sources)
}

/// The same for problems that are told on their own.
#[must_use]
pub fn covered_in<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &Sources) -> Sources {
    let mut quoted = BTreeSet::new();
    for diagnostic in diagnostics {
        quoted.extend(
            diagnostic
                .at
                .iter()
                .chain(&diagnostic.calls)
                .map(|place| place.source),
        );
    }
    cover_all(&quoted, sources)
}

fn cover_all(quoted: &BTreeSet<SourceId>, sources: &Sources) -> Sources {
    let sensitive: BTreeSet<Arc<str>> = sources
        .ids()
        .filter_map(|id| Some((id, hcl(sources, id).filter(|text| declares_sensitive(text))?)))
        .flat_map(|(id, text)| sensitive_variables(&parse_body(id, text).0))
        .collect();
    let mut quotable = sources.clone();
    for id in quoted {
        let Some(text) = hcl(sources, *id) else {
            continue;
        };
        let mut cover = Cover {
            sensitive: &sensitive,
            ranges: Vec::new(),
        };
        cover.body(&parse_body(*id, text).0);
        cover_ranges(&mut quotable, *id, &cover.ranges);
    }
    quotable
}

fn hcl(sources: &Sources, id: SourceId) -> Option<&str> {
    let source = sources.get(id)?;
    (source.syntax == Syntax::Hcl).then_some(&*source.text)
}

/// A cheap first look, so that few files are parsed again.
fn declares_sensitive(text: &str) -> bool {
    text.contains("sensitive") || text.contains("ephemeral")
}

/// The texts that a report may quote.
fn quoted(report: &Report) -> BTreeSet<SourceId> {
    let mut places: Vec<Place> = Vec::new();
    let mut add = |written: &Written| {
        places.extend(written.at);
        places.extend(written.calls.iter().chain(written.related.iter()));
    };
    for proof in &report.proofs {
        for flow in &proof.flows {
            flow.hops.iter().for_each(|hop| add(&hop.written));
        }
        proof.decided_by.iter().for_each(|reason| add(&reason.written));
    }
    report.findings.iter().for_each(|finding| add(&finding.written));
    for proof in &report.proofs {
        places.extend(proof.unknowns.iter().filter_map(|doubt| doubt.at));
    }
    for diagnostic in &report.diagnostics {
        places.extend(diagnostic.at);
        places.extend(&diagnostic.calls);
    }
    places.into_iter().map(|place| place.source).collect()
}

fn sensitive_variables(body: &Body) -> Vec<Arc<str>> {
    let variables = body
        .blocks
        .iter()
        .filter(|block| is_sensitive_variable(block))
        .filter_map(|block| block.labels.first().map(|label| label.text.clone()));
    variables.collect()
}

fn is_sensitive_variable(block: &Block) -> bool {
    &*block.keyword.text == "variable"
        && block.body.attributes.iter().any(|attribute| {
            matches!(&*attribute.name.text, "sensitive" | "ephemeral")
                && !matches!(attribute.expression.kind, ExpressionKind::Bool(false))
        })
}

struct Cover<'a> {
    sensitive: &'a BTreeSet<Arc<str>>,
    ranges: Vec<Range<usize>>,
}

impl Cover<'_> {
    fn body(&mut self, body: &Body) {
        for attribute in &body.attributes {
            self.attribute(attribute);
        }
        for block in &body.blocks {
            if is_sensitive_variable(block) {
                for attribute in &block.body.attributes {
                    if &*attribute.name.text == "default" {
                        self.cover(&attribute.expression);
                    }
                }
            } else {
                self.body(&block.body);
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        if names_a_secret(&attribute.name.text) || self.sensitive.contains(&attribute.name.text) {
            self.cover(&attribute.expression);
        } else {
            self.inside(&attribute.expression);
        }
    }

    /// Secrets in the objects of an expression that is none itself.
    fn inside(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Object(items) => {
                for item in items {
                    let name = match &item.key {
                        ObjectKey::Name(word) => Some(&word.text),
                        ObjectKey::Expression(Expression {
                            kind: ExpressionKind::String(text),
                            ..
                        }) => Some(text),
                        ObjectKey::Expression(_) => None,
                    };
                    if name.is_some_and(|name| names_a_secret(name)) {
                        self.cover(&item.value);
                    } else {
                        self.inside(&item.value);
                    }
                }
            }
            ExpressionKind::Tuple(items) => items.iter().for_each(|item| self.inside(item)),
            ExpressionKind::Call(call) => call.arguments.iter().for_each(|one| self.inside(one)),
            ExpressionKind::Parentheses(inner) => self.inside(inner),
            ExpressionKind::Conditional { then, otherwise, .. } => {
                self.inside(then);
                self.inside(otherwise);
            }
            _ => {}
        }
    }

    /// References say nothing of a value and may stay.
    fn cover(&mut self, expression: &Expression) {
        let plain = matches!(
            expression.kind,
            ExpressionKind::Null
                | ExpressionKind::Bool(_)
                | ExpressionKind::Variable(_)
                | ExpressionKind::Attribute { .. }
                | ExpressionKind::Index { .. }
                | ExpressionKind::Splat { .. }
        );
        if !plain {
            self.ranges
                .push(expression.place.start as usize..expression.place.end as usize);
        }
    }
}

fn cover_ranges(sources: &mut Sources, id: SourceId, ranges: &[Range<usize>]) {
    if ranges.is_empty() {
        return;
    }
    let Some(source) = sources.get(id) else {
        return;
    };
    let mut text = source.text.as_bytes().to_vec();
    for range in ranges {
        let Some(bytes) = text.get_mut(range.clone()) else {
            continue;
        };
        for byte in bytes.iter_mut().filter(|byte| !matches!(**byte, b'\n' | b'\r')) {
            *byte = b'*';
        }
    }
    if let Ok(text) = String::from_utf8(text) {
        sources.replace(id, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_secrets_are_covered_and_places_stay() {
        let mut sources = Sources::default();
        let text = r#"variable "psk" {
  sensitive = true
  default   = "planted-a"
}
resource "azurerm_virtual_network_gateway_connection" "x" {
  name       = "harmless"
  shared_key = "planted-b"
  peer       = var.psk
  settings   = { DB_PASSWORD = "planted-c", size = 3 }
  body       = jsonencode({ properties = { sharedSecret = <<-EOT
    planted-d
    EOT
  } })
}
"#;
        let id = sources.add("main.tf", text, Syntax::Hcl);
        let file = sources.add("terraform.tfvars", "psk = \"planted-e\"\n", Syntax::Hcl);
        let quotable = cover_all(&BTreeSet::from([id, file]), &sources);
        let main = &quotable.get(id).unwrap().text;
        assert_eq!(main.len(), text.len());
        assert!(main.contains("harmless") && main.contains("var.psk") && main.contains("size = 3"));
        assert!(!main.contains("planted"), "{}", &**main);
        assert!(!quotable.get(file).unwrap().text.contains("planted"));
    }
}
