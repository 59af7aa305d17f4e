//! The outline of a plan or state document: one pass over the text, sections by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::json::{self, Json, Text};
use super::{Action, Change, OutputChange, Plan, Span, State, StateInstance, StateOutput, configuration};
use crate::config::module::Mode;
use crate::source::{Diagnostic, Place, SharedText, SourceId};

/// The sections of a plan. Drift, checks and relevant attributes are passed over.
#[derive(Deserialize)]
struct PlanDocument<'a> {
    #[serde(borrow, default)]
    format_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    terraform_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    variables: Option<&'a RawValue>,
    #[serde(borrow, default)]
    planned_values: Option<&'a RawValue>,
    #[serde(borrow, default)]
    resource_changes: Option<Vec<ChangeDocument<'a>>>,
    #[serde(borrow, default)]
    output_changes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    prior_state: Option<&'a RawValue>,
    #[serde(borrow, default)]
    configuration: Option<&'a RawValue>,
    #[serde(default)]
    errored: Option<bool>,
    #[serde(default)]
    complete: Option<bool>,
}

struct ChangeDocument<'a> {
    outline: ChangeOutline<'a>,
    place: &'a str,
}

#[derive(Deserialize)]
struct ChangeOutline<'a> {
    #[serde(borrow)]
    address: Text<'a>,
    #[serde(borrow, default)]
    previous_address: Option<Text<'a>>,
    #[serde(borrow, default)]
    provider_name: Option<Text<'a>>,
    #[serde(default)]
    deposed: Option<IgnoredAny>,
    #[serde(borrow)]
    change: ChangeValues<'a>,
}

#[derive(Deserialize)]
struct ChangeValues<'a> {
    #[serde(borrow)]
    actions: Vec<Text<'a>>,
    #[serde(borrow, default)]
    before: Option<&'a RawValue>,
    #[serde(borrow, default)]
    after: Option<&'a RawValue>,
    #[serde(borrow, default)]
    after_unknown: Option<&'a RawValue>,
    #[serde(borrow, default)]
    before_sensitive: Option<&'a RawValue>,
    #[serde(borrow, default)]
    after_sensitive: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct StateDocument<'a> {
    #[serde(borrow, default)]
    format_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    terraform_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    values: Option<&'a RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ChangeDocument<'a> {
    /// The element is taken whole first, so that its place is known.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let outline = serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
        Ok(ChangeDocument {
            outline,
            place: raw.get(),
        })
    }
}

/// Reads a plan. `None` when nothing of it can be used; the reason is then among the diagnostics.
pub fn read_plan(source: SourceId, text: &SharedText, diagnostics: &mut Vec<Diagnostic>) -> Option<Plan> {
    let document: PlanDocument = parse(source, text, "plan", diagnostics)?;
    check_version(source, document.format_version.as_ref(), "plan", diagnostics)?;
    let errored = document.errored.unwrap_or(false);
    // Without the mark (before Terraform 1.8) a plan that was written is whole.
    let complete = document.complete.unwrap_or(true);
    diagnostics.extend(doubts(source, errored, complete));

    let has_changes = document.resource_changes.is_some();
    // A refresh-only plan shows what is there in its prior state alone.
    let partial = errored || !complete || !has_changes;
    let (changes, gone) = changes(text, document.resource_changes.unwrap_or_default());
    let planned = match document.planned_values {
        Some(planned) if !has_changes => instances(text, planned.get()),
        _ => Vec::new(),
    };
    let prior = document
        .prior_state
        .map_or_else(Vec::new, |prior| prior_instances(text, prior.get()))
        .into_iter()
        .filter(|instance| partial || instance.mode == Mode::Data)
        .collect();
    Some(Plan {
        source,
        text: text.clone(),
        terraform_version: document.terraform_version.map(|version| version.0.into()),
        errored,
        complete,
        changes,
        gone,
        planned,
        prior,
        outputs: outputs(text, document.output_changes),
        variables: variables(text, document.variables),
        configuration: document.configuration.map_or_else(Default::default, |section| {
            configuration::read(text, section.get())
        }),
    })
}

/// Reads a state as `terraform show -json` prints it. `None` when nothing of it can be used; the
/// reason is then among the diagnostics.
pub fn read_state(source: SourceId, text: &SharedText, diagnostics: &mut Vec<Diagnostic>) -> Option<State> {
    let document: StateDocument = parse(source, text, "state", diagnostics)?;
    check_version(source, document.format_version.as_ref(), "state", diagnostics)?;
    // A state without resources has no `values` at all.
    let values = document.values.map_or("{}", RawValue::get);
    Some(State {
        source,
        text: text.clone(),
        terraform_version: document.terraform_version.map(|version| version.0.into()),
        instances: instances(text, values),
        outputs: state_outputs(text, values),
    })
}

/// The first document of the text. What stands after it is an error of its own.
fn parse<'a, T: Deserialize<'a>>(
    source: SourceId,
    text: &'a SharedText,
    kind: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    if u32::try_from(text.len()).is_err() {
        let summary = format!("the {kind} is larger than 4 GiB");
        diagnostics.push(Diagnostic::error("too-large", summary));
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = match T::deserialize(&mut deserializer) {
        Ok(document) => document,
        Err(error) => {
            diagnostics.push(malformed(source, text, kind, &error));
            return None;
        }
    };
    if let Err(error) = deserializer.end() {
        let at = place_of(source, text, &error);
        diagnostics.push(
            Diagnostic::error(
                "several-documents",
                format!("something follows the end of the {kind}"),
            )
            .detail("only the first JSON document was read")
            .help("give each document of `terraform show -json` as an input of its own")
            .at(Some(at)),
        );
    }
    Some(document)
}

fn malformed(source: SourceId, text: &str, kind: &str, error: &serde_json::Error) -> Diagnostic {
    let cut = error.is_eof();
    let summary = if cut {
        format!("the {kind} ends in the middle")
    } else if error.is_syntax() {
        format!("the {kind} is not valid JSON")
    } else {
        format!("the {kind} does not have the shape that `terraform show -json` gives it")
    };
    Diagnostic::error("malformed-json", summary)
        .help(format!("write the {kind} again with `terraform show -json`"))
        .at(Some(place_of(source, text, error)))
}

/// Where the parser stopped; its columns count bytes.
fn place_of(source: SourceId, text: &str, error: &serde_json::Error) -> Place {
    let line_start = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let start = (line_start + error.column().saturating_sub(1)).min(text.len());
    let start = u32::try_from(start).unwrap_or(u32::MAX);
    Place {
        source,
        start,
        end: start,
    }
}

/// Minor versions only add; an unknown major version may mean anything.
fn check_version(
    source: SourceId,
    version: Option<&Text>,
    kind: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<()> {
    let start_of_text = Place {
        source,
        start: 0,
        end: 0,
    };
    let Some(Text(version)) = version else {
        let summary = format!("the JSON has no `format_version`: it is no {kind}");
        let diagnostic = Diagnostic::error("unknown-format-version", summary)
            .help("give the output of `terraform show -json`")
            .at(Some(start_of_text));
        diagnostics.push(diagnostic);
        return None;
    };
    if matches!(version.split('.').next(), Some("0" | "1")) {
        return Some(());
    }
    let summary = format!("the {kind} has format version `{version}`, which is not understood");
    let diagnostic = Diagnostic::error("unknown-format-version", summary)
        .detail("formats 0.x and 1.x are understood")
        .at(Some(start_of_text));
    diagnostics.push(diagnostic);
    None
}

fn doubts(source: SourceId, errored: bool, complete: bool) -> Option<Diagnostic> {
    let at = Some(Place {
        source,
        start: 0,
        end: 0,
    });
    if errored {
        let diagnostic = Diagnostic::error("errored-plan", "the plan stopped with an error")
            .detail("what it shows is not what an apply would leave")
            .help("correct what `terraform plan` reports, and plan again")
            .at(at);
        return Some(diagnostic);
    }
    (!complete).then(|| {
        Diagnostic::warning("incomplete-plan", "the plan leaves resources out")
            .detail(
                "it was made with `-target` or defers changes; what it leaves out is taken as it was before",
            )
            .help("plan without `-target`")
            .at(at)
    })
}

/// The instances that will exist, and the addresses that will not.
fn changes(text: &str, documents: Vec<ChangeDocument>) -> (Vec<Change>, BTreeSet<Arc<str>>) {
    let mut kept = Vec::with_capacity(documents.len());
    let mut gone = BTreeSet::new();
    for document in documents {
        let outline = document.outline;
        gone.extend(outline.previous_address.map(|address| Arc::from(address.0)));
        // A deposed object is the old half of a replacement that did not finish.
        if outline.deposed.is_some() {
            continue;
        }
        let address: Arc<str> = outline.address.0.into();
        let values = &outline.change;
        let Some(action) = action(&values.actions) else {
            gone.insert(address);
            continue;
        };
        let span = |raw: Option<&RawValue>| raw.map(|raw| Span::of(text, raw.get()));
        let (after, unknown, sensitive) = match action {
            Action::Forget => (values.before, None, values.before_sensitive),
            _ => (values.after, values.after_unknown, values.after_sensitive),
        };
        kept.push(Change {
            address,
            provider: outline
                .provider_name
                .map_or_else(Default::default, |name| name.0.into()),
            action,
            values: span(after),
            unknown: span(unknown),
            sensitive: span(sensitive),
            place: Span::of(text, document.place),
        });
    }
    (kept, gone)
}

/// What a change leaves; `None` when it leaves nothing.
fn action(actions: &[Text]) -> Option<Action> {
    let names: Vec<&str> = actions.iter().map(|action| &*action.0).collect();
    match names.as_slice() {
        ["delete"] => None,
        ["no-op"] | [] => Some(Action::NoOp),
        ["read"] => Some(Action::Read),
        ["forget"] => Some(Action::Forget),
        ["create"] => Some(Action::Create),
        ["update"] => Some(Action::Update),
        // ["delete", "create"], ["create", "delete"], ["create", "forget"]
        several if several.contains(&"create") => Some(Action::Replace),
        _ => Some(Action::Update),
    }
}

fn members(slice: &str) -> Vec<(std::borrow::Cow<'_, str>, &str)> {
    json::entries(slice).unwrap_or_default()
}

fn member<'a>(slice: &'a str, name: &str) -> Option<&'a str> {
    members(slice)
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

fn prior_instances(text: &str, state: &str) -> Vec<StateInstance> {
    member(state, "values").map_or_else(Vec::new, |values| instances(text, values))
}

/// Every instance under `root_module`, children after their parents.
fn instances(text: &str, values: &str) -> Vec<StateInstance> {
    let mut found = Vec::new();
    let mut modules: Vec<&str> = member(values, "root_module").into_iter().collect();
    // A list of what is still to be read, so that no nesting can exhaust the stack.
    while let Some(module) = modules.pop() {
        for (key, value) in members(module) {
            let Some(Json::Array(elements)) = json::read(value) else {
                continue;
            };
            match &*key {
                "resources" => found.extend(elements.into_iter().filter_map(|one| instance(text, one))),
                "child_modules" => modules.extend(elements.into_iter().rev()),
                _ => {}
            }
        }
    }
    found
}

fn instance(text: &str, slice: &str) -> Option<StateInstance> {
    let (mut address, mut provider) = (None, Arc::default());
    let mut mode = Mode::Managed;
    let (mut values, mut sensitive) = (None, None);
    for (key, value) in members(slice) {
        match &*key {
            "address" => address = string(value),
            "mode" if value == "\"data\"" => mode = Mode::Data,
            "provider_name" => provider = string(value).unwrap_or_default(),
            "values" => values = Some(Span::of(text, value)),
            "sensitive_values" => sensitive = Some(Span::of(text, value)),
            "deposed_key" => return None,
            _ => {}
        }
    }
    Some(StateInstance {
        address: address?,
        mode,
        provider,
        values,
        sensitive,
        place: Span::of(text, slice),
    })
}

fn string(slice: &str) -> Option<Arc<str>> {
    match json::read(slice)? {
        Json::String(text) => Some(text.into()),
        _ => None,
    }
}

fn outputs(text: &str, section: Option<&RawValue>) -> Vec<OutputChange> {
    let mut outputs = Vec::new();
    for (name, change) in members(section.map_or("{}", RawValue::get)) {
        let span = |key| member(change, key).map(|value| Span::of(text, value));
        let actions = member(change, "actions").map_or_else(Vec::new, |actions| {
            serde_json::from_str::<Vec<Text>>(actions).unwrap_or_default()
        });
        if actions.is_empty() || action(&actions).is_some() {
            outputs.push(OutputChange {
                name: name.into(),
                after: span("after"),
                unknown: span("after_unknown"),
                sensitive: span("after_sensitive"),
                place: Span::of(text, change),
            });
        }
    }
    outputs
}

fn state_outputs(text: &str, values: &str) -> Vec<StateOutput> {
    members(member(values, "outputs").unwrap_or("{}"))
        .into_iter()
        .map(|(name, output)| StateOutput {
            name: name.into(),
            value: member(output, "value").map(|value| Span::of(text, value)),
            sensitive: member(output, "sensitive") == Some("true"),
        })
        .collect()
}

fn variables(text: &str, section: Option<&RawValue>) -> Vec<(Arc<str>, Span)> {
    members(section.map_or("{}", RawValue::get))
        .into_iter()
        .filter_map(|(name, variable)| Some((name.into(), Span::of(text, member(variable, "value")?))))
        .collect()
}
