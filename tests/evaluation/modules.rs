//! Whole root modules: the instances, values and outputs of Terraform's plan, or its errors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clearway::config::VariableOption;
use clearway::config::module::Mode;
use clearway::evaluate::blocks::schema::{AttributeSchema, BlockSchema, NestedBlock, Nesting, Schemas};
use clearway::evaluate::values::value::{Field, Type};
use serde_json::{Map, Value as Json};

use crate::shape::{pruned, same, shapes, type_json};
use crate::{Run, copy, json, run, scratch, shared, testdata};

#[test]
fn planned_modules() {
    planned("modules", None);
}

#[test]
fn planned_blocks() {
    planned("modules-dynamic", Some(oracle_schemas()));
}

#[test]
fn refused_modules() {
    refused("modules", None);
}

#[test]
fn refused_blocks() {
    refused("modules-dynamic", Some(oracle_schemas()));
}

/// The instances of every example are those of its plan.
#[test]
fn addresses_of_real_plans() {
    let Some(shared) = shared() else { return };
    let (mut right, mut total) = (0, 0);
    for folder in [shared.join("cases"), shared.join("plans")] {
        for directory in folders(&folder) {
            if !directory.join("plan.json").is_file() {
                continue;
            }
            total += 1;
            let plan = json(&directory.join("plan.json"));
            let run = run_case(&directory, &Json::Null, None);
            let fault = address_fault(&plan, &run, &|_| true).or_else(|| errors(&run));
            match fault {
                None => right += 1,
                Some(fault) => println!("  {}: {fault}", directory.display()),
            }
        }
    }
    println!("addresses of real plans: {right} of {total}");
    assert_eq!(right, total);
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(of)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn name(directory: &Path) -> String {
    directory
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

fn planned(oracle: &str, schemas: Option<Arc<dyn Schemas>>) {
    let mut wrong = Vec::new();
    let mut total = 0;
    for directory in folders(&testdata().join("oracle").join(oracle)) {
        let case = json(&directory.join("case.json"));
        let name = name(&directory);
        if name.starts_with("errors-") {
            continue;
        }
        total += 1;
        let plan = json(&directory.join("plan.json"));
        let run = run_case(&directory, &case, schemas.clone());
        let fault = errors(&run)
            .or_else(|| address_fault(&plan, &run, &|address| is_planned(&case, address)))
            .or_else(|| values_fault(&plan, &run, case["steps"].is_array()))
            .or_else(|| {
                outputs_fault(
                    &plan,
                    &run,
                    case["steps"].is_array() || case["args"][0] == "-target=terraform_data.b",
                )
            });
        if let Some(fault) = fault {
            wrong.push(format!("  {name}: {fault}"));
        }
    }
    println!("{oracle}: {} of {total} plans", total - wrong.len());
    wrong.iter().for_each(|line| println!("{line}"));
    assert!(wrong.is_empty());
}

fn is_planned(case: &Json, _address: &str) -> bool {
    case["args"][0] != "-target=terraform_data.b"
}

fn refused(oracle: &str, schemas: Option<Arc<dyn Schemas>>) {
    // A variable without a value is unknown, providers are never asked, and which version of Terraform
    // will run is not known.
    const DECIDED_OTHERWISE: [&str; 3] = [
        "errors-missing-variable",
        "errors-data-unknown-type",
        "errors-required-version",
    ];
    let (mut wrong, mut misplaced) = (Vec::new(), Vec::new());
    let (mut total, mut placed) = (0, 0);
    for directory in folders(&testdata().join("oracle").join(oracle)) {
        let name = name(&directory);
        if !name.starts_with("errors-") || DECIDED_OTHERWISE.contains(&name.as_str()) {
            continue;
        }
        total += 1;
        let case = json(&directory.join("case.json"));
        let run = run_case(&directory, &case, schemas.clone());
        let expected = directory.join("error.json");
        if !expected.is_file() {
            wrong.extend(errors(&run).map(|error| format!("  {name}: {error}")));
            continue;
        }
        if errors(&run).is_none() {
            wrong.push(format!("  {name}: no error"));
            continue;
        }
        let diagnostics = json(&expected)["diagnostics"].clone();
        let starts: BTreeSet<_> = run.errors().filter_map(|error| run.start(error)).collect();
        for diagnostic in diagnostics.as_array().expect("diagnostics") {
            let range = &diagnostic["range"];
            if range.is_null() || diagnostic["summary"] == "No value for required variable" {
                continue;
            }
            placed += 1;
            let number =
                |field: &str| u32::try_from(range["start"][field].as_u64().unwrap_or(0)).unwrap_or(0);
            let file = range["filename"]
                .as_str()
                .unwrap_or("")
                .rsplit('/')
                .next()
                .unwrap_or("");
            let start = (file.to_owned(), number("line"), number("column"));
            if !starts.contains(&start) {
                let own: Vec<_> = run
                    .errors()
                    .map(|error| (&error.summary, run.start(error)))
                    .collect();
                misplaced.push(format!(
                    "  {name}: {start:?} {} but {own:?}",
                    diagnostic["summary"]
                ));
            }
        }
    }
    println!(
        "{oracle}: {} of {total} errors, {} of {placed} places",
        total - wrong.len(),
        placed - misplaced.len()
    );
    wrong.iter().chain(&misplaced).for_each(|line| println!("{line}"));
    assert!(wrong.is_empty());
    assert!(misplaced.len() * 10 <= placed);
}

fn errors(run: &Run) -> Option<String> {
    run.errors().next().map(|error| {
        format!(
            "an error: {} {} at {:?}",
            error.summary,
            error.detail,
            run.start(error)
        )
    })
}

/// Runs a case in a copy of its own, after the steps that change its files.
fn run_case(directory: &Path, case: &Json, schemas: Option<Arc<dyn Schemas>>) -> Run {
    let parent = directory.parent().map(name).unwrap_or_default();
    let copied = scratch(&format!("{parent}-{}", name(directory)));
    copy(directory, &copied);
    // What the oracle keeps beside the configuration.
    for file in [
        "case.json",
        "plan.json",
        "diagnostics.json",
        "error.json",
        "modules.json",
    ] {
        std::fs::remove_file(copied.join(file)).ok();
    }
    for step in case["steps"].as_array().into_iter().flatten() {
        if step[0] == "mv" {
            let path = |position: usize| copied.join(step[position].as_str().expect("a path"));
            std::fs::rename(path(1), path(2)).expect("moved");
        }
    }
    let mut variables = Vec::new();
    let args: Vec<String> = case["args"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|argument| argument.as_str().expect("text").to_owned())
        .collect();
    let mut args = args.iter();
    while let Some(argument) = args.next() {
        if argument == "-var" {
            let (name, text) = args.next().and_then(|pair| pair.split_once('=')).expect("a pair");
            variables.push(VariableOption::Value {
                name: name.to_owned(),
                text: text.to_owned(),
            });
        } else if let Some(file) = argument.strip_prefix("-var-file=") {
            variables.push(VariableOption::File(file.into()));
        }
    }
    let environment = case["env"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
        .collect();
    run(&copied, variables, environment, schemas)
}

fn address_fault(plan: &Json, run: &Run, planned: &dyn Fn(&str) -> bool) -> Option<String> {
    let evaluated = run.evaluated.as_ref()?;
    let own: BTreeSet<String> = evaluated
        .evaluation
        .instances
        .iter()
        .filter(|instance| instance.address.mode == Mode::Managed)
        .map(|instance| instance.address.to_string())
        .filter(|address| planned(address))
        .collect();
    let theirs: BTreeSet<String> = changes(plan)
        .filter(|change| change["mode"] == "managed")
        .filter(|change| change["change"]["actions"][0] != "forget")
        .filter(|_| plan["errored"] != true)
        .map(|change| change["address"].as_str().expect("an address").to_owned())
        .filter(|address| planned(address))
        .collect();
    let gone: BTreeSet<String> = changes(plan)
        .filter(|change| change["change"]["actions"] == serde_json::json!(["delete"]))
        .map(|change| change["address"].as_str().expect("an address").to_owned())
        .collect();
    let missing: Vec<_> = theirs
        .difference(&own)
        .filter(|address| !gone.contains(*address))
        .collect();
    let more: Vec<_> = own.difference(&theirs).collect();
    (!missing.is_empty() || !more.is_empty()).then(|| format!("missing {missing:?}, too many {more:?}"))
}

fn changes(plan: &Json) -> impl Iterator<Item = &Json> {
    plan["resource_changes"].as_array().into_iter().flatten()
}

fn values_fault(plan: &Json, run: &Run, stateful: bool) -> Option<String> {
    let evaluated = run.evaluated.as_ref()?;
    for change in changes(plan) {
        let address = change["address"].as_str()?;
        let Some(instance) = evaluated
            .evaluation
            .instances
            .iter()
            .find(|instance| instance.address.to_string() == address)
        else {
            continue;
        };
        let own = shapes(&instance.values);
        let change = &change["change"];
        if change["after"].is_null() {
            continue;
        }
        let (mut after, mut value) = (bare(&change["after"]), bare(&own.value));
        if stateful {
            // What only the state knows.
            for name in ["id", "output"] {
                after.as_object_mut()?.remove(name);
                value.as_object_mut()?.remove(name);
            }
        }
        if !same(&after, &value) {
            return Some(format!("{address}: {value} and not {after}"));
        }
        if stateful {
            continue;
        }
        let unknown = configured(&pruned(&change["after_unknown"]), &own.unknown);
        if own.unknown != unknown {
            return Some(format!("{address}: unknown {} and not {unknown}", own.unknown));
        }
        let sensitive = pruned(&change["after_sensitive"]);
        if own.sensitive != sensitive {
            return Some(format!(
                "{address}: sensitive {} and not {sensitive}",
                own.sensitive
            ));
        }
    }
    None
}

/// Without nulls, and without the empty skeletons of blocks that are not written.
fn bare(json: &Json) -> Json {
    match json {
        Json::Object(entries) => {
            let entries: Map<String, Json> = entries
                .iter()
                .map(|(name, value)| (name.clone(), bare(value)))
                .filter(|(_, value)| {
                    !value.is_null() && *value != serde_json::json!([]) && *value != serde_json::json!({})
                })
                .collect();
            Json::Object(entries)
        }
        Json::Array(elements) => elements.iter().map(bare).collect(),
        other => other.clone(),
    }
}

/// The unknown parts that the configuration speaks of: instances hold no computed attributes but the
/// id. Where some blocks are unknown, Terraform's whole list is.
fn configured(theirs: &Json, own: &Json) -> Json {
    match (theirs, own) {
        (Json::Object(theirs), Json::Object(own)) => Json::Object(
            own.iter()
                .map(|(name, own)| {
                    (
                        name.clone(),
                        configured(theirs.get(name).unwrap_or(&Json::Bool(false)), own),
                    )
                })
                .collect(),
        ),
        (Json::Object(_), Json::Bool(false)) => Json::Bool(false),
        (Json::Array(theirs), Json::Array(own)) if theirs.len() == own.len() => theirs
            .iter()
            .zip(own)
            .map(|(theirs, own)| configured(theirs, own))
            .collect(),
        (Json::Array(theirs), Json::Bool(false)) if theirs.iter().all(|theirs| theirs.is_object()) => {
            Json::Bool(false)
        }
        (Json::Bool(true), Json::Array(_)) => own.clone(),
        _ => theirs.clone(),
    }
}

fn outputs_fault(plan: &Json, run: &Run, stateful: bool) -> Option<String> {
    if stateful {
        return None;
    }
    let evaluated = run.evaluated.as_ref()?;
    for (name, output) in plan["planned_values"]["outputs"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let Some(own) = evaluated.evaluation.outputs.get(name.as_str()) else {
            return Some(format!("no output {name}"));
        };
        let change = &plan["output_changes"][name];
        if output["value"].to_string().contains("fake-oracle_lookup") {
            // What a provider answered while planning.
            continue;
        }
        let shapes = shapes(own);
        if change["after_unknown"] != false {
            let unknown = pruned(&change["after_unknown"]);
            if shapes.unknown != unknown {
                return Some(format!(
                    "output {name}: unknown {} and not {unknown}",
                    shapes.unknown
                ));
            }
        }
        let value = if change["after"].is_null() {
            &output["value"]
        } else {
            &change["after"]
        };
        if !same(&shapes.value, value) {
            return Some(format!("output {name}: {} and not {value}", shapes.value));
        }
        let of = type_json(&own.type_of());
        if !output["value"].is_null() && !output["type"].is_null() && of != output["type"] {
            return Some(format!("output {name}: type {of} and not {}", output["type"]));
        }
    }
    None
}

struct OracleSchemas {
    resources: Vec<(String, BlockSchema)>,
    data: Vec<(String, BlockSchema)>,
}

impl Schemas for OracleSchemas {
    fn lookup(&self, mode: Mode, kind: &str) -> Option<&BlockSchema> {
        let table = match mode {
            Mode::Managed => &self.resources,
            Mode::Data => &self.data,
        };
        table
            .iter()
            .find(|(name, _)| name == kind)
            .map(|(_, schema)| schema)
    }
}

fn oracle_schemas() -> Arc<dyn Schemas> {
    let all = json(&testdata().join("oracle/modules-dynamic-schema.json"));
    let provider = &all["provider_schemas"]["registry.terraform.io/example/oracle"];
    let table = |name: &str| {
        let types = provider[name].as_object().expect("types");
        types
            .iter()
            .map(|(name, schema)| (name.clone(), block(&schema["block"])))
            .collect()
    };
    Arc::new(OracleSchemas {
        resources: table("resource_schemas"),
        data: table("data_source_schemas"),
    })
}

fn block(json: &Json) -> BlockSchema {
    let attributes = json["attributes"].as_object().into_iter().flatten();
    let attributes = attributes.map(|(name, attribute)| AttributeSchema {
        name: name.as_str().into(),
        of: type_of(&attribute["type"]),
        required: attribute["required"] == true,
        computed: attribute["computed"] == true,
        sensitive: attribute["sensitive"] == true,
    });
    let blocks = json["block_types"].as_object().into_iter().flatten();
    let blocks = blocks.map(|(name, nested)| NestedBlock {
        name: name.as_str().into(),
        nesting: match nested["nesting_mode"].as_str().expect("a mode") {
            "single" => Nesting::Single,
            "group" => Nesting::Group,
            "list" => Nesting::List,
            "set" => Nesting::Set,
            _ => Nesting::Map,
        },
        block: block(&nested["block"]),
        min_items: u32::try_from(nested["min_items"].as_u64().unwrap_or(0)).expect("small"),
        max_items: u32::try_from(nested["max_items"].as_u64().unwrap_or(0)).expect("small"),
        computed: false,
    });
    BlockSchema {
        closed: true,
        ..BlockSchema::new(attributes.collect(), blocks.collect())
    }
}

fn type_of(json: &Json) -> Type {
    match json.as_str() {
        Some("string") => return Type::String,
        Some("number") => return Type::Number,
        Some("bool") => return Type::Bool,
        Some(_) => return Type::Any,
        None => {}
    }
    let inner = || Arc::new(type_of(&json[1]));
    match json[0].as_str() {
        Some("list") => Type::List(inner()),
        Some("set") => Type::Set(inner()),
        Some("map") => Type::Map(inner()),
        _ => {
            let mut fields: Vec<Field> = json[1]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, of)| Field {
                    name: name.as_str().into(),
                    of: type_of(of),
                    optional: false,
                })
                .collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            Type::Object(fields.into())
        }
    }
}
