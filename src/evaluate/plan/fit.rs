//! Whether a reference and an argument are about the same thing, judged by their names.
//!
//! A plan does not keep the shape of an expression: `azurerm_virtual_network.hub.id` and
//! `"${azurerm_virtual_network.hub.id}/subnets/default"` look alike in it. The names tell: in
//! `subnet_id` the first would be wrong.

use std::sync::Arc;

use super::instances::Instances;
use super::sources::Candidate;
use crate::evaluate::values::value::Step;

/// How much the names of an argument and of a reference have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closeness {
    None,
    /// The last word: `source_groups` and `nsxt_policy_group`.
    Word,
    /// The whole noun: `remote_virtual_network_id` and `azurerm_virtual_network`.
    Noun,
}

/// The attribute of the candidate that a value at `path` equals; `None` when it is only made from it.
pub(super) fn attribute(path: &[Step], candidate: &Candidate, instances: &Instances) -> Option<Arc<[Step]>> {
    let target = last_name(path)?;
    // The parent of an ARM child resource is its parent's id with a path behind it as often as not.
    if target == "parent_id" {
        return None;
    }
    let closeness = closeness(path, candidate);
    let Some(attribute) = last_name(&candidate.path) else {
        let guess = unsaid_attribute(target, closeness)?;
        let path: Arc<[Step]> = Arc::new([Step::Attribute(guess.into())]);
        return instances.is_unknown(&candidate.of, &path).then_some(path);
    };
    let equal = match attribute {
        "id" => closeness > Closeness::None,
        // `"${azurerm_storage_account.a.name}-endpoint"` is as likely in a `name` as the bare one.
        "name" => closeness == Closeness::Noun,
        "path" => true,
        specific if specific.ends_with("_id") => true,
        other => last_word(other) == last_word(target),
    };
    equal.then(|| candidate.path.clone())
}

/// The attribute that an argument takes of an instance it is named after, where the plan says only
/// which instance: `azurerm_virtual_hub.this[each.key].id` is kept as `azurerm_virtual_hub.this`.
fn unsaid_attribute(target: &str, closeness: Closeness) -> Option<&'static str> {
    match closeness {
        Closeness::Noun if target.ends_with("_name") => Some("name"),
        Closeness::Noun => Some("id"),
        Closeness::Word if is_id(target) => Some("id"),
        Closeness::Word if target.ends_with("_path") => Some("path"),
        _ => None,
    }
}

pub(super) fn closeness(path: &[Step], candidate: &Candidate) -> Closeness {
    let Some(target) = subject(path) else {
        return Closeness::None;
    };
    let kind = &*candidate.of.kind;
    let kind_noun = compact(kind.split_once('_').map_or(kind, |(_, noun)| noun));
    let noun = compact(without_id(target));
    if noun.len() >= 3
        && (kind_noun.ends_with(&*noun) || (kind_noun.len() >= 4 && noun.contains(&*kind_noun)))
    {
        return Closeness::Noun;
    }
    let same_attribute = last_name(&candidate.path)
        .is_some_and(|attribute| attribute != "id" && last_word(attribute) == last_word(target));
    if same_attribute || last_word(without_id(target)) == last_word(kind) {
        return Closeness::Word;
    }
    Closeness::None
}

/// `security_rule[3].id`: computed, whatever the element refers to.
pub(super) fn is_element_id(path: &[Step]) -> bool {
    matches!(path, [.., Step::Index(_), Step::Attribute(name)] if &**name == "id")
}

/// The name that says what a value is about: of `networkSecurityGroup.id` the first.
fn subject(path: &[Step]) -> Option<&str> {
    match path {
        [.., Step::Attribute(owner), Step::Attribute(id)] if &**id == "id" => Some(owner),
        _ => last_name(path),
    }
}

fn last_name(path: &[Step]) -> Option<&str> {
    path.iter().rev().find_map(|step| match step {
        Step::Attribute(name) => Some(&**name),
        Step::Index(_) => None,
    })
}

fn is_id(name: &str) -> bool {
    name == "id" || without_id(name) != name
}

/// `subnet` of `subnet_id`, `subnet_ids` and `subnet_id_wo`.
fn without_id(name: &str) -> &str {
    let name = name.strip_suffix("_wo").unwrap_or(name);
    ["_ids", "_id", "Ids", "Id"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name)
}

/// Without separators and case, so that Terraform's and ARM's spellings are the same; singular.
fn compact(name: &str) -> String {
    let mut compact: String = name.chars().filter(|character| *character != '_').collect();
    compact.make_ascii_lowercase();
    if compact.ends_with('s') && !compact.ends_with("ss") {
        compact.pop();
    }
    compact
}

fn last_word(name: &str) -> &str {
    let word = name.rsplit('_').next().unwrap_or(name);
    word.strip_suffix('s')
        .filter(|singular| !singular.ends_with('s'))
        .unwrap_or(word)
}
