//! Every argument of every case made unknown, one at a time: what is not known may be what it was, so a
//! satisfied requirement may not become violated, nor a violated one satisfied.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clearway::prove::finding::{Report, Status, Verdict};
use clearway::source::Severity;

use super::run::{folder, run};

/// Arguments that decide what a configuration is, not what it builds.
const META: &[&str] = &["source", "version", "provider", "depends_on", "for_each", "count"];

/// Where the model loses an unknown still: it says violated although it is not known. Each is wrong, and
/// goes from here once it is mended.
const LOST: &[(&str, &str)] = &[
    ("azurerm_private_endpoint", "private_connection_resource_id"),
    ("azapi_resource_action", "dnsServiceIp"),
    ("azurerm_firewall", "virtual_hub_id"),
    ("azurerm_virtual_hub_routing_intent", "virtual_hub_id"),
    ("azurerm_netapp_volume", "subnet_id"),
];

struct Edit {
    file: String,
    line: usize,
    text: String,
    is_lost: bool,
}

/// One in `every` edits.
pub fn no_verdict_turns_round(every: usize) {
    let mut wrong = Vec::new();
    let (mut made, mut refused) = (0, 0);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder(""))
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    for case in cases {
        let before = verdicts(&run(&case));
        let texts = texts(&case);
        let edits = texts.iter().flat_map(|(file, text)| edits(file, text));
        for (number, edit) in edits.enumerate() {
            if number % every != 0 {
                continue;
            }
            let copy = Copy::with(&case, &texts, &edit, number);
            let after = run(&copy.0);
            if after.status(Severity::Error, true) == Status::Wrong {
                refused += 1;
                continue;
            }
            made += 1;
            for (row, verdict) in verdicts(&after) {
                let turned = matches!(
                    (before.get(&row), verdict),
                    (Some(Verdict::Satisfied), Verdict::Violated)
                        | (Some(Verdict::Violated), Verdict::Satisfied)
                );
                // Whatever else is lost, nothing is satisfied by it.
                if turned && !(edit.is_lost && verdict == Verdict::Violated) {
                    let name = case.file_name().unwrap_or_default().to_string_lossy();
                    wrong.push(format!(
                        "{name}/{}:{}: `{}` turns {} of {:?} to {verdict:?}",
                        edit.file, edit.line, edit.text, row.0, row.1
                    ));
                }
            }
        }
    }
    println!("{made} edits made, {refused} refused");
    assert!(made > 1000 / every, "too few edits");

    assert!(
        wrong.is_empty(),
        "{} turned round:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn verdicts(report: &Report) -> BTreeMap<(String, Option<String>), Verdict> {
    let proofs = report.proofs.iter();
    proofs
        .map(|proof| {
            let site = proof.site.as_ref().map(ToString::to_string);
            ((proof.id.to_string(), site), proof.verdict)
        })
        .collect()
}

fn texts(case: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    collect(case, "", &mut texts);
    texts
}

fn collect(folder: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), texts);
        } else if [".tf", ".tfvars", ".hcl"].iter().any(|end| name.ends_with(end)) {
            texts.insert(name, fs::read_to_string(&path).expect("readable"));
        }
    }
}

/// The arguments on one line of their own in resources of the root module.
fn edits(file: &str, text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    if !file.ends_with(".tf") || file.contains('/') {
        return edits;
    }
    let mut kind = "";
    for (number, line) in text.lines().enumerate() {
        if !line.starts_with([' ', '}', '#']) && !line.is_empty() {
            let resource = line.strip_prefix("resource \"");
            kind = resource.and_then(|rest| rest.split('"').next()).unwrap_or("");
        }
        let Some((name, value)) = line.split_once(" = ").filter(|_| !kind.is_empty()) else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        // The type of an ARM resource decides what it is, too.
        let is_arm_type = name == "type" && value.contains('@');
        if is_arm_type || META.contains(&name) || !is_name(name) || !is_balanced(value) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let mut add = |unknown: &str| {
            edits.push(Edit {
                file: file.to_owned(),
                line: number + 1,
                text: format!("{}{name} = {unknown}", " ".repeat(indent)),
                is_lost: LOST.contains(&(kind, name)),
            });
        };
        add("var.unknown");
        if value.starts_with('[') && value != "[]" {
            add("[var.unknown]");
        }
    }
    edits
}

fn is_name(name: &str) -> bool {
    name.chars()
        .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// Whether an expression ends on its line.
fn is_balanced(value: &str) -> bool {
    let count = |open: char, close: char| {
        value.chars().filter(|character| *character == open).count()
            == value.chars().filter(|character| *character == close).count()
    };
    count('[', ']') && count('{', '}') && count('(', ')')
}

/// A copy of a case with one line changed, removed when dropped.
struct Copy(PathBuf);

impl Copy {
    fn with(case: &Path, texts: &BTreeMap<String, String>, edit: &Edit, number: usize) -> Copy {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        let label = format!("clearway-unknowns-{}-{name}-{number}", std::process::id());
        let copy = std::env::temp_dir().join(label);
        for (file, text) in texts {
            let path = copy.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            if *file == edit.file {
                let lines = text.lines().enumerate();
                let changed: Vec<&str> = lines
                    .map(|(number, line)| if number + 1 == edit.line { &edit.text } else { line })
                    .collect();
                fs::write(path, changed.join("\n")).expect("writable");
            } else {
                fs::write(path, text).expect("writable");
            }
        }
        fs::write(copy.join("added.tf"), "variable \"unknown\" {}\n").expect("writable");
        Copy(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
