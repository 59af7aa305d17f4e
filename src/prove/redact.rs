//! Covers sensitive texts in a report, wherever they got to: a rule named after a secret, a host
//! built from one. Terraform marks what is sensitive; this is where the mark is honoured last.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};

use super::finding::{End, FlowProof, Proof, Reason, Report};
use crate::evaluate::evaluation::Evaluation;
use crate::evaluate::values::value::{Kind, Value};
use crate::network::model::Doubt;
use crate::paths::Hop;

/// A shorter text is no secret, and covering it would tear words apart.
const SHORTEST: usize = 4;

const COVER: &str = "(sensitive)";

/// What the names of secrets have in them.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build([
            "password",
            "passwd",
            "secret",
            "token",
            "credential",
            "connection_string",
            "connectionstring",
            "private_key",
            "privatekey",
            "shared_key",
            "sharedkey",
            "access_key",
            "accesskey",
            "account_key",
            "accountkey",
            "authorization_key",
            "authorizationkey",
            "api_key",
            "apikey",
            "pre_shared",
            "psk",
            "certificate_data",
            "custom_data",
            "sas_",
        ])
        .ok()
});

/// Whether a name is one of those whose values nobody wants to read in a log, whatever Terraform knows
/// of them.
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("key")
        || name.eq_ignore_ascii_case("sas")
        || name.ends_with("_key")
        || says_secret(name)
}

/// The surer half of it: a bare `key` is as often the key of a tag.
fn says_secret(name: &str) -> bool {
    WORDS.as_ref().is_some_and(|words| words.is_match(name))
}

/// The texts that evaluation knows to be sensitive, and those that their names call so.
#[must_use]
pub fn sensitive_texts(evaluations: &[Evaluation]) -> BTreeSet<Arc<str>> {
    let mut texts = BTreeSet::new();
    for evaluation in evaluations {
        for instance in &evaluation.instances {
            collect(&instance.values, false, &mut texts);
        }
        for (_, value) in evaluation.outputs.iter().chain(&evaluation.locals) {
            collect(value, false, &mut texts);
        }
    }
    texts
}

fn collect(value: &Value, inside: bool, texts: &mut BTreeSet<Arc<str>>) {
    let marked = inside || value.marks.any();
    match &value.kind {
        Kind::String(text) if marked && text.chars().count() >= SHORTEST => {
            texts.insert(text.clone());
        }
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            for element in elements.iter() {
                collect(element, marked, texts);
            }
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            for (name, entry) in entries.iter() {
                let named = matches!(entry.kind, Kind::String(_)) && says_secret(name);
                collect(entry, marked || named, texts);
            }
        }
        _ => {}
    }
}

/// Covers `texts` in everything the report says.
pub fn redact(report: &mut Report, texts: &BTreeSet<Arc<str>>) {
    if texts.is_empty() {
        return;
    }
    let search = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(texts.iter().map(|text| text.as_bytes()));
    let Ok(search) = search else {
        return;
    };
    let cover = Cover { search };
    report.proofs.iter_mut().for_each(|proof| cover.proof(proof));
    for finding in &mut report.findings {
        cover.string(&mut finding.summary);
        cover.string(&mut finding.help);
    }
    for entry in &mut report.not_understood {
        cover.text(&mut entry.address);
        cover.text(&mut entry.why);
    }
    for diagnostic in &mut report.diagnostics {
        cover.string(&mut diagnostic.summary);
        cover.string(&mut diagnostic.detail);
        if let Some(help) = &mut diagnostic.help {
            cover.string(help);
        }
    }
}

struct Cover {
    search: AhoCorasick,
}

impl Cover {
    fn covered(&self, text: &str) -> Option<String> {
        self.search.is_match(text).then(|| {
            let mut covered = String::with_capacity(text.len());
            self.search.replace_all_with(text, &mut covered, |_, _, out| {
                out.push_str(COVER);
                true
            });
            covered
        })
    }

    fn string(&self, text: &mut String) {
        if let Some(covered) = self.covered(text) {
            *text = covered;
        }
    }

    fn text(&self, text: &mut Arc<str>) {
        if let Some(covered) = self.covered(text) {
            *text = covered.into();
        }
    }

    fn proof(&self, proof: &mut Proof) {
        self.string(&mut proof.summary);
        self.string(&mut proof.help);
        proof.unknowns.iter_mut().for_each(|doubt| self.doubt(doubt));
        proof
            .assumptions
            .iter_mut()
            .for_each(|one| self.text(&mut one.text));
        proof.flows.iter_mut().for_each(|flow| self.flow(flow));
        proof.decided_by.iter_mut().for_each(|reason| self.reason(reason));
    }

    fn flow(&self, flow: &mut FlowProof) {
        self.end(&mut flow.from);
        self.end(&mut flow.to);
        flow.hops.iter_mut().for_each(|hop| self.hop(hop));
        for part in &mut flow.parts {
            part.hops.iter_mut().for_each(|hop| self.hop(hop));
        }
        flow.unknowns.iter_mut().for_each(|doubt| self.doubt(doubt));
        flow.assumptions
            .iter_mut()
            .for_each(|one| self.text(&mut one.text));
    }

    fn end(&self, end: &mut End) {
        if let Some(name) = &mut end.name {
            self.text(name);
        }
        self.text(&mut end.known_from);
    }

    fn hop(&self, hop: &mut Hop) {
        self.text(&mut hop.place);
        self.text(&mut hop.because);
        if let Some(rule) = &mut hop.rule {
            self.text(rule);
        }
    }

    fn reason(&self, reason: &mut Reason) {
        self.text(&mut reason.place);
        self.text(&mut reason.because);
    }

    fn doubt(&self, doubt: &mut Doubt) {
        self.text(&mut doubt.what);
        self.text(&mut doubt.decided_by);
    }
}
