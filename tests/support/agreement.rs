//! When a report agrees with an `expected.json`: testdata/cases/README.md, word for word.

use clearway::config::hcl::parse_body;
use clearway::config::syntax::Body;
use clearway::network::model::{Disposition, Written};
use clearway::paths::Decision;
use clearway::prove::finding::{Proof, Report, Verdict};
use clearway::source::{Place, Severity, Sources};
use clearway::traffic::Addresses;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Directory,
    PlanWithSource,
    PlanAlone,
}

/// The verdict on a requirement, whichever site it is for.
pub fn verdict(report: &Report, id: &str) -> &'static str {
    report
        .proofs
        .iter()
        .find(|proof| &*proof.id == id)
        .map_or("missing", |proof| proof.verdict.word())
}

/// How many of the rows that are listed with a decision the report decides, and how many there are.
pub fn decided(expected: &Value, report: &Report) -> (usize, usize) {
    let rows = expected["requirements"].as_array().expect("rows").iter();
    let listed: Vec<&Value> = rows.filter(|row| row["verdict"] != "undetermined").collect();
    let is_decided = |row: &&&Value| {
        report.proofs.iter().any(|proof| {
            row["id"].as_str() == Some(&*proof.id)
                && (row["site"].is_null() || row["site"].as_str() == proof.site.as_deref())
                && proof.verdict.word() == row["verdict"].as_str().unwrap_or_default()
        })
    };
    (listed.iter().filter(is_decided).count(), listed.len())
}

/// How many things were asked, and those that are not so.
pub fn disagreements(
    expected: &Value,
    report: &Report,
    sources: &Sources,
    door: Door,
) -> (usize, Vec<String>) {
    let rows = expected["requirements"].as_array().expect("rows");
    let mut wrong = Vec::new();
    for row in rows {
        let id = row["id"].as_str().expect("an id");
        let site = row["site"].as_str();
        let entries: Vec<&Proof> = report
            .proofs
            .iter()
            .filter(|proof| &*proof.id == id && site.is_none_or(|site| proof.site.as_deref() == Some(site)))
            .collect();
        let complaints: Vec<Vec<String>> = entries
            .iter()
            .map(|proof| complaints(row, proof, sources, door))
            .collect();
        if complaints.iter().any(Vec::is_empty) {
            continue;
        }
        match complaints.into_iter().next() {
            Some(said) => wrong.push(format!("{id}: {}", said.join("; "))),
            None => wrong.push(format!("{id}: no entry for site {site:?}")),
        }
    }
    for trap in expected["must_not"].as_array().into_iter().flatten() {
        wrong.extend(trapped(trap, report, door));
    }
    let mut asked = rows.len();
    if let Some(exit) = expected["exit"].as_u64() {
        asked += 1;
        let status = report.status(Severity::Error, false).code();
        let open = door == Door::PlanAlone && status == 3;
        if u64::from(status) != exit && !open {
            wrong.push(format!("exit {status}, not {exit}"));
        }
    }
    for problem in &report.diagnostics {
        wrong.push(format!("diagnostic: {} {}", problem.summary, problem.detail));
    }
    (asked, wrong)
}

fn complaints(row: &Value, proof: &Proof, sources: &Sources, door: Door) -> Vec<String> {
    let mut said = Vec::new();
    let wanted = row["verdict"].as_str().expect("a verdict");
    let is = proof.verdict.word();
    if is != wanted {
        if door == Door::PlanAlone && is == "undetermined" {
            return said;
        }
        return vec![format!("{is}, not {wanted} ({}; {})", proof.summary, proof.help)];
    }
    if let Some(severity) = row["severity"].as_str() {
        let own = if proof.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        if own != severity {
            said.push(format!("severity {own}, not {severity}"));
        }
    }
    if let Some(wanted) = row["disposition"].as_str() {
        let found: Vec<String> = proof.flows.iter().map(|flow| word(flow.disposition)).collect();
        if !found.iter().any(|own| own == wanted) {
            said.push(format!("dispositions {found:?}, not {wanted}"));
        }
    }
    let marks = marks(proof);
    if let Some(place) = row["place"].as_str() {
        let at_place: Vec<&Mark> = marks.iter().filter(|mark| mark.place == place).collect();
        if at_place.is_empty() {
            let places: Vec<&str> = marks.iter().map(|mark| mark.place).collect();
            said.push(format!("no deciding hop at {place}, but {places:?}"));
        } else if let Some(rule) = row["rule"].as_str() {
            let rules: Vec<Option<&str>> = at_place.iter().map(|mark| mark.rule).collect();
            // The collection may stand before the rule's own name.
            if !rules
                .iter()
                .flatten()
                .any(|own| own.rsplit('/').next() == Some(rule))
            {
                said.push(format!("rules {rules:?}, not {rule}"));
            }
        }
    }
    if let (Some(at), false) = (row["at"].as_str(), door == Door::PlanAlone)
        && !marks.iter().any(|mark| lies_at(mark.written, at, sources))
    {
        let found: Vec<String> = marks.iter().map(|mark| shown(mark.written, sources)).collect();
        said.push(format!("no deciding hop at {at}, but {found:?}"));
    }
    if let Some(wanted) = row["blocked_sources"].as_array() {
        let wanted: Vec<Addresses> = wanted
            .iter()
            .filter_map(|text| Addresses::parse(text.as_str()?))
            .collect();
        let cubes = proof.flows.iter().flat_map(|flow| &flow.blocked);
        let found = Addresses::union_all(cubes.map(|cube| &cube.source));
        if found != Addresses::union_all(&wanted) {
            said.push(format!("blocked sources {found}, not {wanted:?}"));
        }
    }
    said
}

/// A hop or a reason that decides as the verdict says.
struct Mark<'p> {
    place: &'p str,
    rule: Option<&'p str>,
    written: &'p Written,
}

fn marks(proof: &Proof) -> Vec<Mark<'_>> {
    let lets_through = |decision: Decision| !matches!(decision, Decision::Denied | Decision::Unknown);
    let counts = |decision: Decision| match proof.verdict {
        Verdict::Violated => decision != Decision::Allowed,
        _ => lets_through(decision),
    };
    let hops = proof.flows.iter().flat_map(|flow| &flow.hops);
    let hops = hops.filter(|hop| counts(hop.decision)).map(|hop| Mark {
        place: &hop.place,
        rule: hop.rule.as_deref(),
        written: &hop.written,
    });
    let reasons = proof.decided_by.iter().filter(|reason| counts(reason.decision));
    let reasons = reasons.map(|reason| Mark {
        place: &reason.place,
        rule: None,
        written: &reason.written,
    });
    hops.chain(reasons).collect()
}

fn lies_at(written: &Written, at: &str, sources: &Sources) -> bool {
    let (file, line) = at.rsplit_once(':').expect("file:line");
    let line: u32 = line.parse().expect("a line");
    let Some(place) = written.at else {
        return false;
    };
    if !sources.path(place).ends_with(file) {
        return false;
    }
    if sources.positions(place).0.line == line {
        return true;
    }
    let Some(source) = sources.get(place.source) else {
        return false;
    };
    let (body, _) = parse_body(place.source, &source.text);
    within(&body, place, line, sources)
}

/// Whether a block whose header, or an attribute which, stands on the line holds the place.
fn within(body: &Body, place: Place, line: u32, sources: &Sources) -> bool {
    let starts = |own: Place| sources.positions(own).0.line == line;
    body.attributes
        .iter()
        .any(|attribute| starts(attribute.place) && attribute.place.contains(place))
        || body.blocks.iter().any(|block| {
            (starts(block.header) && block.place.contains(place)) || within(&block.body, place, line, sources)
        })
}

fn shown(written: &Written, sources: &Sources) -> String {
    written.at.map_or_else(
        || "nowhere".to_owned(),
        |place| format!("{}:{}", sources.path(place), sources.positions(place).0.line),
    )
}

fn trapped(trap: &Value, report: &Report, door: Door) -> Option<String> {
    if let Some(text) = trap["text"].as_str() {
        let everything = format!("{report:?}");
        return everything
            .contains(text)
            .then(|| format!("the report says {text:?}"));
    }
    let id = trap["id"].as_str()?;
    let verdict = trap["verdict"].as_str()?;
    if door == Door::PlanAlone && verdict == "undetermined" {
        return None;
    }
    let without_assumptions = trap["assumptions"].is_array();
    let caught = report.proofs.iter().any(|proof| {
        &*proof.id == id
            && proof.verdict.word() == verdict
            && (!without_assumptions || proof.assumptions.is_empty())
    });
    caught.then(|| {
        format!(
            "{id} must not be {verdict}: {}",
            trap["trap"].as_str().unwrap_or("")
        )
    })
}

fn word(disposition: Disposition) -> String {
    let name = format!("{disposition:?}");
    let mut word = String::new();
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}
