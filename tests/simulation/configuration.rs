//! A configuration as a list of blocks, written as HCL text. Any literal in it can be hidden behind a
//! variable, so that one configuration is written once with its values and once without some of them.

use std::collections::BTreeSet;
use std::fmt::Write;

/// The right side of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    Text(String),
    Number(i64),
    Flag(bool),
    Texts(Vec<String>),
    /// An expression that refers to other blocks: never hidden.
    Refers(String),
}

#[derive(Clone, Debug)]
pub struct Block {
    header: String,
    attributes: Vec<(String, Term)>,
    blocks: Vec<Block>,
}

/// What is written into a directory: `main.tf` and the site file.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    pub resources: Vec<Block>,
    pub sites: Vec<Block>,
}

/// A literal that may be hidden.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The block's keyword or type and the attribute: what else it could be is what others of the kind are.
    pub kind: String,
    pub term: Term,
}

pub fn text(value: impl ToString) -> Term {
    Term::Text(value.to_string())
}

pub fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Term {
    Term::Texts(values.into_iter().map(|value| value.to_string()).collect())
}

pub fn refers(value: impl ToString) -> Term {
    Term::Refers(value.to_string())
}

impl Block {
    pub fn new(keyword: &str) -> Block {
        Block {
            header: keyword.into(),
            attributes: Vec::new(),
            blocks: Vec::new(),
        }
    }

    pub fn resource(kind: &str, label: &str) -> Block {
        Block::new(&format!("resource \"{kind}\" \"{label}\""))
    }

    /// One whose `name` is its label, in the one resource group and region there is.
    pub fn azurerm(kind: &str, label: &str) -> Block {
        Block::resource(&format!("azurerm_{kind}"), label)
            .with("name", text(label))
            .with("resource_group_name", text("rg"))
    }

    pub fn with(mut self, name: &str, term: Term) -> Block {
        self.attributes.push((name.into(), term));
        self
    }

    pub fn flag(self, name: &str, value: bool) -> Block {
        self.with(name, Term::Flag(value))
    }

    pub fn number(self, name: &str, value: usize) -> Block {
        self.with(name, Term::Number(i64::try_from(value).unwrap()))
    }

    pub fn holding(mut self, block: Block) -> Block {
        self.blocks.push(block);
        self
    }

    pub fn holding_all(mut self, blocks: impl IntoIterator<Item = Block>) -> Block {
        self.blocks.extend(blocks);
        self
    }

    fn leaves(&self, outer: &str, found: &mut Vec<Leaf>) {
        let kind = self.header.split_whitespace().nth(1).unwrap_or(&self.header);
        let kind = format!("{outer}{}", kind.trim_matches('"'));
        for (name, term) in &self.attributes {
            if can_hide(name, term) {
                found.push(Leaf {
                    kind: format!("{kind}.{name}"),
                    term: term.clone(),
                });
            }
        }
        for block in &self.blocks {
            block.leaves(&format!("{kind}."), found);
        }
    }

    fn write(&self, out: &mut String, depth: usize, next: &mut usize, hidden: &BTreeSet<usize>) {
        let indent = "  ".repeat(depth);
        writeln!(out, "{indent}{} {{", self.header).unwrap();
        for (name, term) in &self.attributes {
            let mut written = literal(term);
            if can_hide(name, term) {
                if hidden.contains(next) {
                    written = format!("var.h{next}");
                }
                *next += 1;
            }
            writeln!(out, "{indent}  {name} = {written}").unwrap();
        }
        for block in &self.blocks {
            block.write(out, depth + 1, next, hidden);
        }
        writeln!(out, "{indent}}}").unwrap();
    }
}

impl Configuration {
    pub fn add(&mut self, block: Block) {
        self.resources.push(block);
    }

    /// Everything that can be hidden, by number.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut found = Vec::new();
        for block in &self.resources {
            block.leaves("", &mut found);
        }
        found
    }

    /// The text of `main.tf` with these leaves behind variables without a value.
    pub fn main(&self, hidden: &BTreeSet<usize>) -> String {
        let mut out = String::new();
        let leaves = self.leaves();
        for number in hidden {
            let kind = match &leaves[*number].term {
                Term::Text(_) | Term::Refers(_) => "string",
                Term::Number(_) => "number",
                Term::Flag(_) => "bool",
                Term::Texts(_) => "list(string)",
            };
            writeln!(out, "variable \"h{number}\" {{\n  type = {kind}\n}}").unwrap();
        }
        let mut next = 0;
        for block in &self.resources {
            block.write(&mut out, 0, &mut next, hidden);
        }
        out
    }

    /// The text of the site file.
    pub fn site_file(&self) -> String {
        let mut out = String::new();
        for block in &self.sites {
            block.write(&mut out, 0, &mut 0, &BTreeSet::new());
        }
        out
    }
}

/// As HCL writes it.
pub fn literal(term: &Term) -> String {
    match term {
        Term::Text(text) => format!("{text:?}"),
        Term::Number(number) => number.to_string(),
        Term::Flag(flag) => flag.to_string(),
        Term::Texts(texts) => format!("{texts:?}"),
        Term::Refers(expression) => expression.clone(),
    }
}

/// What names things and says of which kind they are stays known: without it nothing is wired.
fn can_hide(name: &str, term: &Term) -> bool {
    const STRUCTURE: &[&str] = &[
        "name",
        "type",
        "resource_group_name",
        "location",
        "sku_name",
        "sku_tier",
        "sku",
        "display_name",
        "category",
        "kind",
        // Of these nothing depends.
        "gateway_address",
        "public_ip_address_id",
        "service_provider_name",
        "peering_location",
        "bandwidth_in_mbps",
        "tier",
        "family",
        "size",
        "path",
        "scale_units",
        "account_tier",
        "account_replication_type",
        "private_connection_resource_id",
        "is_manual_connection",
        "subresource_names",
        "subresource_name",
        "private_ip_address",
        // What lies where: the ends of the flows are chosen by it.
        "address_space",
    ];
    let structure = STRUCTURE.contains(&name) || (name == "next_hop_type" && !is_plain_hop(term));
    !matches!(term, Term::Refers(_)) && !structure
}

/// A next hop that needs nothing else to be said: one can stand for another.
fn is_plain_hop(term: &Term) -> bool {
    matches!(term, Term::Text(text) if text == "None" || text == "Internet")
}
