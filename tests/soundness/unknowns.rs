//! Every argument of every case made unknown, one at a time; every resource and every nested block made
//! one of which it is not known whether it exists. What is not known may be what it was, so a satisfied
//! requirement may not become violated, nor a violated one satisfied.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clearway::prove::finding::{Report, Status, Verdict};
use clearway::source::Severity;

use super::run::{folder, run};

/// Arguments that decide what a configuration is, not what it builds.
const META: &[&str] = &["source", "version", "provider", "depends_on"];

/// Blocks about how Terraform works, not about what it builds.
const META_BLOCKS: &[&str] = &["lifecycle", "connection", "provisioner", "timeouts", "content"];

struct Edit {
    file: String,
    /// Lines by number, from 1, and what stands there instead.
    lines: BTreeMap<usize, String>,
    /// A resource that gets a key: what refers to it, and how it is referred to now.
    renamed: Option<(String, String)>,
}

/// One in `every` edits.
pub fn no_verdict_turns_round(every: usize) {
    let mut wrong = Vec::new();
    let (mut made, mut refused, mut seen) = (0, 0, 0);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder(""))
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    for case in cases {
        let before = verdicts(&run(&case));
        let texts = texts(&case);
        let called = called(&texts);
        let edits = texts.iter().flat_map(|(file, text)| edits(file, text));
        for edit in edits {
            seen += 1;
            if seen % every != 0 {
                continue;
            }
            let copy = Copy::with(&case, &texts, &called, &edit, seen);
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
                if turned {
                    let name = case.file_name().unwrap_or_default().to_string_lossy();
                    let (line, text) = edit.lines.first_key_value().expect("a changed line");
                    wrong.push(format!(
                        "{name}/{}:{line}: `{}` turns {} of {:?} to {verdict:?}",
                        edit.file,
                        text.replace('\n', " "),
                        row.0,
                        row.1
                    ));
                }
            }
        }
    }
    assert!(
        made > 1900 / every,
        "too few edits: {made}, and {refused} are no Terraform"
    );
    assert!(refused * 5 < made, "{refused} edits are no Terraform");
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

/// The folders of modules that are part of the case: what has configuration beside the root.
fn called(texts: &BTreeMap<String, String>) -> BTreeSet<String> {
    texts
        .keys()
        .filter(|name| name.ends_with(".tf"))
        .filter_map(|name| name.rsplit_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .collect()
}

/// A block that is open at a line.
struct Block<'t> {
    kind: &'t str,
    line: usize,
    indent: usize,
    /// Whether `count` or `for_each` stands in it.
    repeats: bool,
    name: &'t str,
}

/// Every edit of one file: arguments on one line of their own in resources and module calls, resources,
/// and nested blocks.
fn edits(file: &str, text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    if !file.ends_with(".tf") {
        return edits;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut top: Option<Block<'_>> = None;
    let mut nested: Vec<Block<'_>> = Vec::new();
    for (number, line) in lines.iter().enumerate().map(|(number, line)| (number + 1, *line)) {
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim();
        if indent == 0 && trimmed.ends_with('{') {
            top = opened(trimmed, number);
            nested.clear();
            continue;
        }
        let Some(block) = &mut top else { continue };
        if line == "}" {
            edits.extend(perhaps_none(file, block, &lines));
            top = None;
            continue;
        }
        if trimmed == "}" && nested.last().is_some_and(|open| open.indent == indent) {
            let open = nested.pop().expect("an open block");
            edits.extend(perhaps_many(file, &open, number, &lines));
            continue;
        }
        if let Some(name) = trimmed.strip_suffix(" {").filter(|name| is_name(name)) {
            nested.push(Block {
                kind: block.kind,
                line: number,
                indent,
                repeats: false,
                name,
            });
            continue;
        }
        let Some((name, value)) = line.split_once(" = ") else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        if ["count", "for_each"].contains(&name) && nested.is_empty() {
            block.repeats = true;
        }
        // Several resources of one name cannot be: that would be another configuration.
        if name != "name" || !block.repeats || !nested.is_empty() {
            edits.extend(unknown_argument(file, number, name, value, indent));
        }
    }
    edits
}

fn opened(header: &str, line: usize) -> Option<Block<'_>> {
    let mut words = header.split('"');
    let (word, kind) = (words.next()?.trim(), words.next()?);
    let name = words.nth(1);
    match word {
        "resource" => Some(Block {
            kind,
            line,
            indent: 0,
            repeats: false,
            name: name?,
        }),
        "module" => Some(Block {
            kind: "module",
            line,
            indent: 0,
            repeats: true,
            name: kind,
        }),
        _ => None,
    }
}

fn unknown_argument(file: &str, line: usize, name: &str, value: &str, indent: usize) -> Vec<Edit> {
    // The type of an ARM resource decides what it is, too.
    let is_arm_type = name == "type" && value.contains('@');
    if is_arm_type || META.contains(&name) || !is_name(name) || !is_balanced(value) {
        return Vec::new();
    }
    let unknown = |unknown: &str| Edit {
        file: file.to_owned(),
        lines: BTreeMap::from([(line, format!("{}{name} = {unknown}", " ".repeat(indent)))]),
        renamed: None,
    };
    let mut edits = vec![unknown("var.unknown")];
    if value.starts_with('[') && value != "[]" {
        edits.push(unknown("[var.unknown]"));
    }
    edits
}

/// A resource of which it is not known whether there is one, or how many.
fn perhaps_none(file: &str, block: &Block<'_>, lines: &[&str]) -> Option<Edit> {
    if block.repeats {
        return None;
    }
    let header = lines.get(block.line - 1)?;
    let address = format!("{}.{}", block.kind, block.name);
    Some(Edit {
        file: file.to_owned(),
        lines: BTreeMap::from([(block.line, format!("{header}\n  count = var.unknown"))]),
        renamed: Some((address.clone(), format!("{address}[0]"))),
    })
}

/// A nested block of which it is not known how often it stands there.
fn perhaps_many(file: &str, block: &Block<'_>, end: usize, lines: &[&str]) -> Option<Edit> {
    let parent = lines.get(block.line.checked_sub(2)?)?.trim();
    if META_BLOCKS.contains(&block.name) || parent.starts_with("dynamic ") {
        return None;
    }
    let name = block.name;
    let closing = lines.get(end - 1)?;
    Some(Edit {
        file: file.to_owned(),
        lines: BTreeMap::from([
            (
                block.line,
                format!("dynamic \"{name}\" {{\nfor_each = var.unknown\ncontent {{"),
            ),
            (end, format!("{closing}\n}}")),
        ]),
        renamed: None,
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
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

/// Every mention of a resource's address, with the key it has now.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let begins = !before.ends_with(is_part);
        let ends = !after.starts_with(|next: char| next.is_ascii_alphanumeric() || "_-[".contains(next));
        made.push_str(before);
        made.push_str(if begins && ends { to } else { from });
        rest = after;
    }
    made.push_str(rest);
    made
}

/// A copy of a case with one edit, removed when dropped.
struct Copy(PathBuf);

impl Copy {
    fn with(
        case: &Path,
        texts: &BTreeMap<String, String>,
        called: &BTreeSet<String>,
        edit: &Edit,
        number: usize,
    ) -> Copy {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        let label = format!("clearway-unknowns-{}-{name}-{number}", std::process::id());
        let copy = Copy(std::env::temp_dir().join(label));
        for (file, text) in texts {
            let path = copy.0.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, edit.applied(file, text)).expect("writable");
        }
        for folder in called.iter().map(String::as_str).chain([""]) {
            let path = copy.0.join(folder).join("added.tf");
            fs::write(path, "variable \"unknown\" {}\n").expect("writable");
        }
        copy
    }
}

impl Edit {
    /// A file as it is after the edit. Modules are told the unknown that stands in them.
    fn applied(&self, file: &str, text: &str) -> String {
        if !file.ends_with(".tf") && !file.ends_with(".hcl") {
            return text.to_owned();
        }
        let folder = |file: &str| file.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let own = if folder(file) == folder(&self.file) {
            self.renamed.as_ref()
        } else {
            None
        };
        let lines = text.lines().enumerate().map(|(number, line)| {
            let changed = self.lines.get(&(number + 1)).filter(|_| file == self.file);
            let line = match own {
                Some((from, to)) if changed.is_none() => renamed(line, from, to),
                _ => changed.cloned().unwrap_or_else(|| line.to_owned()),
            };
            let calls = line.trim_start().starts_with("source ") && line.contains("\"./");
            if calls {
                format!("{line}\n  unknown = var.unknown")
            } else {
                line
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
