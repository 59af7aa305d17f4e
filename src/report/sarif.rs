//! SARIF 2.1.0, for code scanning views: a result per requirement that asks for attention, its hops as
//! a code flow.
//!
//! Source: OASIS, Static Analysis Results Interchange Format 2.1.0.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::notice::{Level, Notice, Rule, notices};
use super::place::At;
use crate::prove::finding::Report;
use crate::source::{Sources, Syntax};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log as JSON text, with a final newline.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let notices = notices(report, sources);
    let mut text = serde_json::to_string_pretty(&log(report, &notices, sources)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Debug, Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: Vec<Invocation>,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: String,
    name: String,
    short_description: Message,
    full_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Help,
    properties: serde_json::Value,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    /// Whether the run could read all it was given.
    execution_successful: bool,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<SarifSuppression>,
    properties: serde_json::Value,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_length: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    message: Message,
    thread_flows: Vec<ThreadFlow>,
}

#[derive(Debug, Serialize)]
struct ThreadFlow {
    locations: Vec<ThreadFlowLocation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ThreadFlowLocation {
    location: Location,
    execution_order: usize,
}

#[derive(Debug, Serialize)]
struct SarifSuppression {
    kind: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

fn log(report: &Report, notices: &[Notice], sources: &Sources) -> Log {
    let mut rules: Vec<Rule> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for notice in notices {
        known.entry(&notice.rule.id).or_insert_with(|| {
            rules.push(notice.rule.clone());
            rules.len() - 1
        });
    }
    let input = fallback(report, sources);
    let results = notices
        .iter()
        .map(|notice| result(notice, known.get(&*notice.rule.id).copied().unwrap_or(0), &input))
        .collect();
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "clearway",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: rules.into_iter().map(descriptor).collect(),
                },
            },
            invocations: vec![Invocation {
                execution_successful: report
                    .diagnostics
                    .iter()
                    .all(|diagnostic| diagnostic.severity != crate::source::Severity::Error),
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    }
}

/// A viewer drops results without a place: what has none lies at the start of the first file that
/// people wrote.
fn fallback(report: &Report, sources: &Sources) -> String {
    let written = sources.iter().find(|source| source.syntax == Syntax::Hcl);
    let input = report.inputs.first().map(|input| &input.path);
    let path = written.map(|source| &source.path).or(input);
    path.map_or_else(|| ".".to_owned(), ToString::to_string)
}

fn descriptor(rule: Rule) -> ReportingDescriptor {
    let how = match rule.id.strip_prefix("clearway/") {
        Some(_) => "docs/reference.md says what clearway reads and how".to_owned(),
        None => format!(
            "`clearway explain {}` says how it is decided and how it is usually broken",
            rule.id
        ),
    };
    ReportingDescriptor {
        name: name_of(&rule.id),
        short_description: Message {
            text: rule.title.clone(),
        },
        full_description: Message {
            text: format!("{}.", rule.title),
        },
        help_uri: (!rule.address.is_empty()).then(|| rule.address.clone()),
        help: Help {
            text: format!("{}. {how}.", rule.title),
            markdown: format!("{}. {how}.", rule.title),
        },
        properties: json!({ "tags": ["jetstream-dr", "network"] }),
        id: rule.id,
    }
}

/// SARIF asks for a name in Pascal case: `DrvaToStorage`.
fn name_of(id: &str) -> String {
    let words = id.rsplit('/').next().unwrap_or(id).split(['-', '_']);
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    words.map(capital).collect()
}

fn result(notice: &Notice, rule_index: usize, fallback: &str) -> SarifResult {
    let mut related: Vec<(&At, &str)> = Vec::new();
    related.extend(notice.calls.iter().map(|at| (at, "called here")));
    related.extend(notice.related.iter().map(|at| (at, "this has a part in it")));
    SarifResult {
        rule_id: notice.rule.id.clone(),
        rule_index,
        level: match notice.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        },
        message: Message {
            text: notice.lines().join("\n"),
        },
        locations: vec![notice.at.as_ref().map_or_else(|| start_of(fallback), location)],
        related_locations: related
            .iter()
            .enumerate()
            .map(|(index, (at, text))| Location {
                id: Some(index + 1),
                message: Some(Message {
                    text: (*text).to_owned(),
                }),
                ..location(at)
            })
            .collect(),
        code_flows: code_flow(notice).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([("clearway/v1", notice.fingerprint.clone())]),
        suppressions: suppression(notice).into_iter().collect(),
        properties: json!({
            "verdict": notice.verdict.map(crate::prove::finding::Verdict::word),
            "site": notice.site,
        }),
    }
}

fn code_flow(notice: &Notice) -> Option<CodeFlow> {
    if notice.steps.is_empty() {
        return None;
    }
    let locations = notice.steps.iter().enumerate().map(|(index, step)| {
        let place = step.at.as_ref().map(location);
        ThreadFlowLocation {
            location: Location {
                id: None,
                physical_location: place.and_then(|place| place.physical_location),
                message: Some(Message {
                    text: step.text.clone(),
                }),
            },
            execution_order: index + 1,
        }
    });
    Some(CodeFlow {
        message: Message {
            text: "the way of the packets".to_owned(),
        },
        thread_flows: vec![ThreadFlow {
            locations: locations.collect(),
        }],
    })
}

fn suppression(notice: &Notice) -> Option<SarifSuppression> {
    let suppressed = notice.suppressed.as_ref()?;
    Some(SarifSuppression {
        kind: "external",
        justification: suppressed.reason.clone(),
        location: suppressed.at.as_ref().map(location),
    })
}

fn location(at: &At) -> Location {
    Location {
        id: None,
        physical_location: Some(PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(&at.file) },
            region: Region {
                start_line: at.line,
                start_column: at.column,
                end_line: at.end_line,
                end_column: at.end_column,
                byte_offset: at.byte_start,
                byte_length: at
                    .byte_start
                    .zip(at.byte_end)
                    .map(|(start, end)| end.saturating_sub(start)),
            },
        }),
        message: None,
    }
}

fn start_of(path: &str) -> Location {
    Location {
        id: None,
        physical_location: Some(PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path) },
            region: Region {
                start_line: 1,
                start_column: 1,
                end_line: 1,
                end_column: 1,
                byte_offset: None,
                byte_length: None,
            },
        }),
        message: None,
    }
}

/// A relative path as a URI reference (RFC 3986): everything that is not unreserved, or `/`, is encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
