//! The built-in tables of resource schemas: attribute types, what is computed, how blocks nest.
//!
//! The tables are text (`schemas/*.txt`), one per provider and major version. Nothing is parsed at
//! start-up but the names of the types; a type is parsed when it is first asked for.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::schema::{AttributeSchema, BlockSchema, NestedBlock, Nesting, Schemas};
use crate::config::module::Mode;
use crate::evaluate::values::value::{Field, Type};

const AZURERM: [&str; 3] = [
    include_str!("schemas/azurerm-3.txt"),
    include_str!("schemas/azurerm-4.txt"),
    include_str!("schemas/azurerm-5.txt"),
];
const NSXT: &str = include_str!("schemas/nsxt-3.txt");
const OTHERS: &str = include_str!("schemas/others.txt");

/// The major versions of azurerm that there are tables for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AzurermVersion {
    Three,
    Four,
    #[default]
    Five,
}

impl AzurermVersion {
    /// The version that a constraint means: the highest major it names, the newest where it names
    /// none (`>= 3.0` admits any later one, and that is what `init` would take).
    #[must_use]
    pub fn of_constraint(constraint: &str) -> AzurermVersion {
        let open_ended = constraint
            .split(',')
            .any(|part| part.trim_start().starts_with('>'))
            && !constraint.contains('<');
        if open_ended {
            return AzurermVersion::Five;
        }
        let below = |part: &str| {
            part.trim_start()
                .strip_prefix('<')
                .map(|rest| !rest.starts_with('='))
        };
        let majors = constraint.split(',').filter_map(|part| {
            let digits = part.trim_start_matches(|c: char| !c.is_ascii_digit());
            let mut numbers = digits.split('.').map(|number| number.trim().parse::<u32>().ok());
            let major = numbers.next().flatten()?;
            let whole = numbers.all(|number| number.is_none_or(|number| number == 0));
            Some(if below(part) == Some(true) && whole {
                major.saturating_sub(1)
            } else {
                major
            })
        });
        match majors.max() {
            Some(0..=3) => AzurermVersion::Three,
            Some(4) => AzurermVersion::Four,
            _ => AzurermVersion::Five,
        }
    }
}

/// Schemas of azurerm in one major version, of azapi, nsxt, random, null and time.
#[derive(Debug)]
pub struct ProviderSchemas {
    types: HashMap<&'static str, Entry>,
}

#[derive(Debug)]
struct Entry {
    text: &'static str,
    parsed: OnceLock<BlockSchema>,
}

impl ProviderSchemas {
    #[must_use]
    pub fn new(azurerm: AzurermVersion) -> ProviderSchemas {
        let [three, four, five] = AZURERM;
        let azurerm = match azurerm {
            AzurermVersion::Three => three,
            AzurermVersion::Four => four,
            AzurermVersion::Five => five,
        };
        let mut types = HashMap::with_capacity(512);
        for table in [azurerm, NSXT, OTHERS] {
            index(table, &mut types);
        }
        ProviderSchemas { types }
    }
}

impl Schemas for ProviderSchemas {
    fn lookup(&self, mode: Mode, kind: &str) -> Option<&BlockSchema> {
        let entry = match mode {
            Mode::Managed => self.types.get(kind),
            Mode::Data => self.types.get(format!("data.{kind}").as_str()),
        }?;
        Some(
            entry
                .parsed
                .get_or_init(|| parse_block(&mut entry.text.lines().peekable(), 1)),
        )
    }
}

/// Finds the types of a table: the lines that neither begin with a dot nor are comments.
fn index(table: &'static str, types: &mut HashMap<&'static str, Entry>) {
    let mut rest = table;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if line.starts_with(['#', '.']) || line.is_empty() {
            continue;
        }
        // The body of a type ends where a line does not begin with a dot.
        let mut end = 0;
        while after.get(end..).is_some_and(|body| body.starts_with('.')) {
            end = after
                .get(end..)
                .and_then(|body| body.find('\n'))
                .map_or(after.len(), |length| end + length + 1);
        }
        let text = after.get(..end).unwrap_or("");
        rest = after.get(end..).unwrap_or("");
        types.insert(
            line,
            Entry {
                text,
                parsed: OnceLock::new(),
            },
        );
    }
}

type Lines<'a> = std::iter::Peekable<std::str::Lines<'a>>;

fn parse_block(lines: &mut Lines<'_>, depth: usize) -> BlockSchema {
    let mut attributes = Vec::new();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next_if(|line| dots(line) >= depth) {
        let mut words = line.trim_start_matches('.').split(' ');
        let (Some(name), Some(flags)) = (words.next(), words.next()) else {
            continue;
        };
        if flags == "block" {
            let nesting = words.next().unwrap_or_default();
            let mut count = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
            let (min_items, max_items) = (count(), count());
            let computed = words.next() == Some("computed");
            let block = parse_block(lines, depth + 1);
            blocks.push(NestedBlock {
                name: name.into(),
                nesting: nesting_of(nesting),
                block,
                min_items,
                max_items,
                computed,
            });
        } else {
            attributes.push(AttributeSchema {
                name: name.into(),
                of: parse_type(&mut words.next().unwrap_or("dynamic")),
                required: flags.contains('R'),
                computed: flags.contains('C'),
                sensitive: flags.contains('S'),
            });
        }
    }
    BlockSchema::new(attributes, blocks)
}

fn dots(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b'.').count()
}

fn nesting_of(word: &str) -> Nesting {
    match word {
        "single" => Nesting::Single,
        "group" => Nesting::Group,
        "set" => Nesting::Set,
        "map" => Nesting::Map,
        _ => Nesting::List,
    }
}

/// Reads one type from the front of `text` and leaves the rest. The tables are ours and nest a few
/// levels deep at most.
fn parse_type(text: &mut &str) -> Type {
    let end = text.find(['(', ')', ',', '}']).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((*text, ""));
    *text = rest;
    match word {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "list" => Type::List(Arc::new(parse_element(text))),
        "set" => Type::Set(Arc::new(parse_element(text))),
        "map" => Type::Map(Arc::new(parse_element(text))),
        "object" => parse_object(text),
        _ => Type::Any,
    }
}

fn parse_element(text: &mut &str) -> Type {
    skip(text, '(');
    let element = parse_type(text);
    skip(text, ')');
    element
}

fn parse_object(text: &mut &str) -> Type {
    skip(text, '(');
    skip(text, '{');
    let mut fields = Vec::new();
    while let Some((name, rest)) = text.split_once('=') {
        if name.contains('}') {
            break;
        }
        *text = rest;
        let of = parse_type(text);
        fields.push(Field {
            name: name.into(),
            of,
            optional: false,
        });
        if !text.starts_with(',') {
            break;
        }
        skip(text, ',');
    }
    skip(text, '}');
    skip(text, ')');
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    Type::Object(fields.into())
}

fn skip(text: &mut &str, character: char) {
    *text = text.strip_prefix(character).unwrap_or(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_parses_to_its_last_type() {
        for version in [AzurermVersion::Three, AzurermVersion::Four, AzurermVersion::Five] {
            let schemas = ProviderSchemas::new(version);
            assert!(schemas.types.len() > 250, "{version:?}: {}", schemas.types.len());
            for kind in schemas.types.keys() {
                let entry = schemas.types.get(kind).unwrap();
                let block = parse_block(&mut entry.text.lines().peekable(), 1);
                assert!(
                    !block.attributes.is_empty(),
                    "{version:?}: {kind} has no attributes"
                );
            }
        }
    }

    #[test]
    fn a_security_group_has_its_rules_as_an_attribute_of_objects() {
        let schemas = ProviderSchemas::new(AzurermVersion::Five);
        let group = schemas
            .lookup(Mode::Managed, "azurerm_network_security_group")
            .unwrap();
        let rules = group.attribute("security_rule").unwrap();
        let Type::Set(element) = &rules.of else {
            panic!("{:?}", rules.of)
        };
        let Type::Object(fields) = &**element else {
            panic!("{element:?}")
        };
        assert_eq!(fields.len(), 16);
        assert!(rules.computed && !rules.required);
    }

    #[test]
    fn versions_differ() {
        let kind = "azurerm_subnet";
        let old = ProviderSchemas::new(AzurermVersion::of_constraint("~> 3.100"));
        let new = ProviderSchemas::new(AzurermVersion::of_constraint(">= 4.0"));
        assert!(
            old.lookup(Mode::Managed, kind)
                .unwrap()
                .attribute("service_endpoints")
                .is_some()
        );
        assert!(
            new.lookup(Mode::Managed, kind)
                .unwrap()
                .block("service_endpoint")
                .is_some()
        );
    }

    #[test]
    fn a_constraint_means_a_major() {
        use AzurermVersion::{Five, Four, Three};
        for (constraint, version) in [
            ("~> 4.0", Four),
            ("4.81.0", Four),
            (">= 3.0, < 4.0", Three),
            (">= 3.0, < 5.0.0", Four),
            (">= 3.7.0", Five),
            ("~> 3.117", Three),
            ("", Five),
        ] {
            assert_eq!(AzurermVersion::of_constraint(constraint), version, "{constraint}");
        }
    }
}
