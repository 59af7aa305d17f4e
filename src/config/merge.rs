//! The files of one directory put together: names are unique, and override files change what the
//! others declare.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::directory::ModuleFile;
use super::syntax::{Attribute, Block, Body, ExpressionKind};
use crate::source::{Diagnostic, Place, Sources};

/// A directory's top-level blocks after overrides, and its local values.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// In source order; where a block is overridden, the base block with what replaces it.
    pub blocks: Vec<Block>,
    pub locals: BTreeMap<Arc<str>, Attribute>,
}

/// The labels of each kind of top-level block, by what Terraform calls them.
fn labels_of(keyword: &str) -> Option<&'static [&'static str]> {
    Some(match keyword {
        "resource" | "data" | "ephemeral" | "action" => &["type", "name"],
        "variable" | "output" | "module" | "provider" | "check" => &["name"],
        "terraform" | "locals" | "moved" | "import" | "removed" | "language" => &[],
        _ => return None,
    })
}

/// Puts the files together; what is wrong goes to `diagnostics`, and is left out of the result.
pub(super) fn merge(files: Vec<ModuleFile>, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Merged {
    let mut merge = Merge {
        merged: Merged::default(),
        known: HashMap::new(),
        sources,
        diagnostics,
    };
    let (overrides, primary): (Vec<ModuleFile>, Vec<ModuleFile>) =
        files.into_iter().partition(|file| file.is_override);
    for file in primary {
        merge.stray_attributes(&file.body);
        for block in file.body.blocks {
            if merge.is_well_formed(&block) {
                merge.add(block);
            }
        }
    }
    for file in overrides {
        merge.stray_attributes(&file.body);
        for block in file.body.blocks {
            if merge.is_well_formed(&block) {
                merge.apply(block);
            }
        }
    }
    merge.merged
}

struct Merge<'a> {
    merged: Merged,
    /// Where the block with an identity is among the merged ones.
    known: HashMap<String, usize>,
    sources: &'a Sources,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Merge<'_> {
    fn stray_attributes(&mut self, body: &Body) {
        for attribute in &body.attributes {
            let name = &attribute.name.text;
            let help = if labels_of(name).is_some() {
                format!("to define a block of type `{name}`, leave out the `=`")
            } else {
                "put it inside a block, such as `locals { … }`".to_owned()
            };
            self.diagnostics.push(
                Diagnostic::error(
                    "unsupported-argument",
                    format!("an argument named `{name}` is not expected at the top of a file"),
                )
                .at(Some(attribute.name.place))
                .help(help),
            );
        }
    }

    fn is_well_formed(&mut self, block: &Block) -> bool {
        let keyword = &block.keyword.text;
        let Some(expected) = labels_of(keyword) else {
            self.diagnostics.push(
                Diagnostic::error(
                    "unsupported-block",
                    format!("blocks of type `{keyword}` are not expected here"),
                )
                .at(Some(block.header))
                .help(
                    "at the top of a file Terraform knows resource, data, module, variable, output, locals, \
                       provider, terraform, moved, import, removed, check, ephemeral and action",
                ),
            );
            return false;
        };
        if let Some(missing) = expected.get(block.labels.len()) {
            self.diagnostics.push(
                Diagnostic::error(
                    "missing-label",
                    format!("the {missing} of this `{keyword}` is missing"),
                )
                .at(Some(self.opening_brace(block)))
                .help(format!(
                    "write it in quotes before the `{{`: {}",
                    example(keyword, expected)
                )),
            );
            return false;
        }
        if let Some(extra) = block.labels.get(expected.len()) {
            self.diagnostics.push(
                Diagnostic::error(
                    "extra-label",
                    format!("`{}` is one label too many for a `{keyword}`", extra.text),
                )
                .at(Some(extra.place))
                .help(format!("write {}", example(keyword, expected))),
            );
            return false;
        }
        true
    }

    fn opening_brace(&self, block: &Block) -> Place {
        let rest = Place {
            start: block.header.end,
            ..block.place
        };
        let text = self.sources.text(rest);
        match text.find('{').and_then(|at| u32::try_from(at).ok()) {
            Some(at) => Place {
                start: rest.start + at,
                end: rest.start + at + 1,
                ..rest
            },
            None => block.header,
        }
    }

    /// ` (first at main.tf line 3)`, for the second of two declarations.
    fn first_at(&self, place: Place) -> String {
        let (start, _) = self.sources.positions(place);
        format!(
            "the first is in `{}`, line {}",
            self.sources.path(place),
            start.line
        )
    }

    fn add(&mut self, block: Block) {
        if &*block.keyword.text == "locals" {
            self.locals(block.body);
            return;
        }
        let Some(identity) = identity(&block) else {
            self.merged.blocks.push(block);
            return;
        };
        let known = self
            .known
            .get(&identity)
            .and_then(|index| self.merged.blocks.get(*index));
        if let Some(first) = known {
            let diagnostic = Diagnostic::error("duplicate-block", format!("`{identity}` is declared twice"))
                .at(Some(block.header))
                .detail(self.first_at(first.header))
                .help("rename or remove one of the two");
            self.diagnostics.push(diagnostic);
            return;
        }
        self.known.insert(identity, self.merged.blocks.len());
        self.merged.blocks.push(block);
    }

    fn locals(&mut self, body: Body) {
        self.no_blocks(&body);
        for attribute in body.attributes {
            let name = attribute.name.text.clone();
            if let Some(first) = self.merged.locals.get(&name) {
                let diagnostic = Diagnostic::error(
                    "duplicate-local",
                    format!("the local value `{name}` is defined twice"),
                )
                .at(Some(attribute.place))
                .detail(self.first_at(first.place))
                .help("rename or remove one of the two");
                self.diagnostics.push(diagnostic);
            } else {
                self.merged.locals.insert(name, attribute);
            }
        }
    }

    fn apply(&mut self, block: Block) {
        match &*block.keyword.text {
            "locals" => self.override_locals(block.body),
            // These merge by what they hold; see `required_providers` for the one thing that counts.
            "terraform" | "language" => self.merged.blocks.push(block),
            keyword => {
                let Some(identity) = identity(&block) else {
                    let diagnostic = Diagnostic::error(
                        "override-not-allowed",
                        format!("a `{keyword}` block cannot stand in an override file"),
                    )
                    .at(Some(block.header))
                    .help("move it to a file that is no override file");
                    self.diagnostics.push(diagnostic);
                    return;
                };
                let known = self.known.get(&identity).copied();
                match known.and_then(|index| self.merged.blocks.get_mut(index)) {
                    Some(base) => override_body(&mut base.body, block.body),
                    None => self.nothing_to_override(&identity, block.header),
                }
            }
        }
    }

    fn no_blocks(&mut self, locals: &Body) {
        for block in &locals.blocks {
            let name = &block.keyword.text;
            self.diagnostics.push(
                Diagnostic::error("unsupported-block", "a `locals` block holds values, not blocks")
                    .at(Some(block.header))
                    .help(format!("write `{name} = {{ … }}`")),
            );
        }
    }

    fn override_locals(&mut self, body: Body) {
        self.no_blocks(&body);
        for attribute in body.attributes {
            match self.merged.locals.get_mut(&attribute.name.text) {
                Some(base) => *base = attribute,
                None => self.nothing_to_override(&format!("local.{}", attribute.name.text), attribute.place),
            }
        }
    }

    fn nothing_to_override(&mut self, identity: &str, place: Place) {
        self.diagnostics.push(
            Diagnostic::error(
                "override-without-base",
                format!("there is no `{identity}` to override"),
            )
            .at(Some(place))
            .help("declare it in a file whose name does not end in `_override`"),
        );
    }
}

/// What makes a block unique in its module, as an address.
fn identity(block: &Block) -> Option<String> {
    let label = |index: usize| block.labels.get(index).map(|label| &*label.text);
    Some(match &*block.keyword.text {
        "resource" => format!("{}.{}", label(0)?, label(1)?),
        "data" | "ephemeral" | "action" => format!("{}.{}.{}", block.keyword.text, label(0)?, label(1)?),
        "variable" => format!("var.{}", label(0)?),
        "output" | "module" | "check" => format!("{}.{}", block.keyword.text, label(0)?),
        "provider" => format!("provider.{}", provider_name(block)?),
        _ => return None,
    })
}

/// `name` or `name.alias`.
pub(super) fn provider_name(block: &Block) -> Option<String> {
    let name = &block.labels.first()?.text;
    let alias = block.body.attribute("alias");
    Some(match alias.map(|alias| &alias.expression.kind) {
        Some(ExpressionKind::String(alias)) => format!("{name}.{alias}"),
        _ => name.to_string(),
    })
}

/// Arguments replace those of their name; blocks of a type, `dynamic` or not, replace all blocks of
/// this type. Only the items of `lifecycle` are replaced one by one.
fn override_body(base: &mut Body, over: Body) {
    for attribute in over.attributes {
        base.attributes
            .retain(|existing| existing.name.text != attribute.name.text);
        base.attributes.push(attribute);
    }
    let (lifecycles, blocks): (Vec<Block>, Vec<Block>) = over
        .blocks
        .into_iter()
        .partition(|block| &*block.keyword.text == "lifecycle");
    base.blocks.retain(|existing| {
        !blocks
            .iter()
            .any(|block| block_type(block) == block_type(existing))
    });
    base.blocks.extend(blocks);
    for lifecycle in lifecycles {
        let existing = base
            .blocks
            .iter_mut()
            .find(|block| &*block.keyword.text == "lifecycle");
        match existing {
            Some(existing) => override_body(&mut existing.body, lifecycle.body),
            None => base.blocks.push(lifecycle),
        }
    }
}

fn block_type(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if &*block.keyword.text == "dynamic" => &label.text,
        _ => &block.keyword.text,
    }
}

fn example(keyword: &str, labels: &[&str]) -> String {
    let labels: String = labels
        .iter()
        .map(|label| format!(" \"{}\"", label.to_uppercase()))
        .collect();
    format!("`{keyword}{labels} {{`")
}
