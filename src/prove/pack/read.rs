//! From the syntax tree of a pack's files to its rows, with everything that is wrong said where it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fields::Fields;
use super::{
    Asks, Check, Condition, Flow, Pack, Protocol, Requirement, Role, RoleKind, Scope, Servers, Setting,
    SettingKind, SeverityIf, unprivileged,
};
use crate::config::syntax::{Block, Body, Word};
use crate::prove::finding::Citation;
use crate::prove::suggest;
use crate::source::{Diagnostic, Place, Severity};
use crate::traffic::Ports;

const ROLE_KINDS: &[(&str, RoleKind)] = &[
    ("appliance", RoleKind::Appliance),
    ("transient_appliance", RoleKind::TransientAppliance),
    ("hosts", RoleKind::Hosts),
    ("vcenter", RoleKind::VCenter),
    ("dns_server", RoleKind::DnsServer),
    ("management_systems", RoleKind::ManagementSystems),
    ("object_store", RoleKind::ObjectStore),
    ("public_service", RoleKind::PublicService),
    ("public_host", RoleKind::PublicHost),
    ("datastore", RoleKind::Datastore),
];
const SCOPES: &[(&str, Scope)] = &[
    ("avs", Scope::Avs),
    ("on_premises", Scope::OnPremises),
    ("all", Scope::All),
];
const SEVERITIES: &[(&str, Severity)] = &[("error", Severity::Error), ("warning", Severity::Warning)];
const PROTOCOLS: &[(&str, Protocol)] = &[("tcp", Protocol::Tcp), ("udp", Protocol::Udp)];
const SERVERS: &[(&str, Servers)] = &[("inside", Servers::Inside), ("outside", Servers::Outside)];
const SETTING_KINDS: &[(&str, SettingKind)] =
    &[("string", SettingKind::Text), ("number", SettingKind::Number)];
const CHECKS: &[&str] = &[
    "dhcp",
    "pool_size",
    "name_in_dns",
    "connected_network",
    "network_reaches",
    "every_network",
    "direct_access",
    "flat_namespace",
    "same_region",
    "hosts_at_least",
];

/// Reads the bodies of one pack's files, in order. `None` where no file has the `pack` block.
#[must_use]
pub fn read(files: &[Body]) -> (Option<Pack>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let blocks = || files.iter().flat_map(|body| &body.blocks);
    for body in files {
        top_level(body, &mut diagnostics);
    }
    let mut heads = blocks().filter(|block| &*block.keyword.text == "pack");
    let Some(head) = heads.next() else {
        let summary = "this is no pack: no file has a `pack` block";
        diagnostics
            .push(Diagnostic::error("bad-pack", summary).help("begin it with `pack \"my-pack\" { … }`"));
        return (None, diagnostics);
    };
    for second in heads {
        let problem = Diagnostic::error("bad-pack", "a pack has one `pack` block only");
        diagnostics.push(problem.at(Some(second.header)).help("remove this one"));
    }
    let mut reader = Reader::begin(head, &mut diagnostics);
    for block in blocks() {
        match &*block.keyword.text {
            "role" => reader.role(block),
            "setting" => reader.setting(block),
            _ => {}
        }
    }
    for block in blocks().filter(|block| &*block.keyword.text == "requirement") {
        reader.requirement(block);
    }
    (Some(reader.pack), diagnostics)
}

fn top_level(body: &Body, diagnostics: &mut Vec<Diagnostic>) {
    const KNOWN: &[&str] = &["pack", "role", "setting", "requirement"];
    for attribute in &body.attributes {
        let summary = format!(
            "a pack has no attribute `{}` outside its blocks",
            attribute.name.text
        );
        let problem = Diagnostic::error("bad-pack", summary).at(Some(attribute.place));
        diagnostics.push(problem.help(format!("blocks are {}", suggest::list(KNOWN))));
    }
    for block in &body.blocks {
        if !KNOWN.contains(&&*block.keyword.text) {
            let summary = format!("a pack has no block `{}`", block.keyword.text);
            let problem = Diagnostic::error("bad-pack", summary).at(Some(block.header));
            diagnostics.push(problem.help(suggest::help(&block.keyword.text, KNOWN)));
        } else if block.labels.len() != 1 {
            let summary = format!("a `{}` block has one label", block.keyword.text);
            let problem = Diagnostic::error("bad-pack", summary).at(Some(block.header));
            diagnostics.push(problem.help(format!("write `{} \"name\" {{ … }}`", block.keyword.text)));
        }
    }
}

struct Reader<'a> {
    pack: Pack,
    citation: Citation,
    seen: BTreeMap<(Arc<str>, Arc<str>), Place>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn begin(head: &Block, diagnostics: &'a mut Vec<Diagnostic>) -> Reader<'a> {
        let mut fields = Fields::of(head, diagnostics);
        fields.only(&["title", "document", "address", "settings"], &[]);
        let citation = Citation {
            document: fields.required("document").text,
            address: fields.required("address").text,
            lines: Vec::new(),
        };
        let pack = Pack {
            name: label(head),
            title: fields.required("title").text,
            settings_block: fields.text("settings"),
            settings: Vec::new(),
            roles: Vec::new(),
            requirements: Vec::new(),
        };
        let mut reader = Reader {
            pack,
            citation,
            seen: BTreeMap::new(),
            diagnostics,
        };
        reader.once(head);
        reader
    }

    /// Says when a name is no name, or is taken.
    fn once(&mut self, block: &Block) {
        let name = label(block);
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(fine) {
            let summary = format!("`{name}` is no name for a {}", block.keyword.text);
            let problem = Diagnostic::error("bad-pack", summary).at(Some(block.header));
            self.diagnostics
                .push(problem.help("use lower-case letters, digits and hyphens"));
        }
        let key = (block.keyword.text.clone(), name.clone());
        if self.seen.insert(key, block.header).is_some() {
            let summary = format!("{} `{name}` stands here a second time", block.keyword.text);
            let problem = Diagnostic::error("bad-pack", summary).at(Some(block.header));
            self.diagnostics
                .push(problem.help("give it another name, or remove one"));
        }
    }

    fn role(&mut self, block: &Block) {
        self.once(block);
        let mut fields = Fields::of(block, self.diagnostics);
        fields.only(&["kind", "title", "names", "name_setting"], &[]);
        let kind = fields.required("kind");
        let role = Role {
            name: label(block),
            kind: choose(&mut fields, &kind, ROLE_KINDS).unwrap_or(RoleKind::Appliance),
            title: fields.required("title").text,
            names: fields.texts("names"),
            name_setting: fields.text("name_setting"),
        };
        self.pack.roles.push(role);
    }

    fn setting(&mut self, block: &Block) {
        self.once(block);
        let mut fields = Fields::of(block, self.diagnostics);
        fields.only(&["type", "values", "what"], &[]);
        let kind = fields.required("type");
        let setting = Setting {
            name: label(block),
            kind: choose(&mut fields, &kind, SETTING_KINDS).unwrap_or(SettingKind::Text),
            values: fields.texts("values"),
            what: fields.required("what").text,
        };
        self.pack.settings.push(setting);
    }

    fn requirement(&mut self, block: &Block) {
        self.once(block);
        let mut fields = Fields::of(block, self.diagnostics);
        fields.only(
            &[
                "title",
                "site",
                "lines",
                "document",
                "address",
                "reading",
                "severity",
                "from",
                "to",
                "protocols",
                "ports",
                "servers",
                "what",
                "why",
                "mistakes",
                "help",
            ],
            &["severity_if", "check", "flow"],
        );
        let scope = fields.required("site");
        let severity = fields.required("severity");
        let lines = fields.numbers("lines");
        let own = fields.text("document");
        let citation = Citation {
            address: match (&own, fields.text("address")) {
                (_, Some(address)) => address,
                (None, None) => self.citation.address.clone(),
                (Some(_), None) => Arc::from(""),
            },
            document: own.unwrap_or_else(|| self.citation.document.clone()),
            lines,
        };
        let known = Known::of(&self.pack);
        let checks: Vec<&Block> = block.body.blocks_of("check").collect();
        let flows: Vec<&Block> = block.body.blocks_of("flow").collect();
        let asks = match checks.as_slice() {
            [] => Some(Asks::Flow(flow(&mut fields, &known, true))),
            [one] => check(one, &known, fields.diagnostics).map(|check| {
                let whole = !matches!(check, Check::NetworkReaches { .. });
                let inner = flows
                    .iter()
                    .map(|inner| flow(&mut Fields::of(inner, fields.diagnostics), &known, whole));
                Asks::Check(check, inner.collect())
            }),
            [_, second, ..] => {
                let summary = format!("{} has more than one `check`", fields.name);
                fields.problem(second.header, summary, "make it two requirements".to_owned());
                None
            }
        };
        let conditions: Vec<SeverityIf> = block
            .body
            .blocks_of("severity_if")
            .filter_map(|inner| severity_if(inner, &known, fields.diagnostics))
            .collect();
        let (Some(scope), Some(severity), Some(asks)) = (
            choose(&mut fields, &scope, SCOPES),
            choose(&mut fields, &severity, SEVERITIES),
            asks,
        ) else {
            return;
        };
        let requirement = Requirement {
            id: format!("{}/{}", self.pack.name, label(block)).into(),
            title: fields.required("title").text,
            scope,
            citation,
            reading: fields.text("reading"),
            severity,
            severity_if: conditions,
            asks,
            what: fields.required("what").text,
            why: fields.required("why").text,
            mistakes: fields.texts("mistakes"),
            help: fields.required("help").text,
            header: block.header,
        };
        self.pack.requirements.push(requirement);
    }
}

/// The words that rows may use.
struct Known {
    roles: Vec<Arc<str>>,
    settings: Vec<Arc<str>>,
}

impl Known {
    fn of(pack: &Pack) -> Known {
        Known {
            roles: pack.roles.iter().map(|role| role.name.clone()).collect(),
            settings: pack.settings.iter().map(|setting| setting.name.clone()).collect(),
        }
    }
}

fn label(block: &Block) -> Arc<str> {
    block
        .labels
        .first()
        .map_or_else(|| Arc::from(""), |label| label.text.clone())
}

/// The meaning of a word out of a table; another word is said.
fn choose<T: Copy>(fields: &mut Fields, word: &Word, table: &[(&str, T)]) -> Option<T> {
    let found = table.iter().find(|(name, _)| *name == &*word.text);
    if found.is_none() && !word.text.is_empty() {
        let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        let summary = format!("{} knows no `{}`", fields.name, word.text);
        fields.problem(word.place, summary, suggest::help(&word.text, &names));
    }
    found.map(|(_, meaning)| *meaning)
}

fn among(fields: &mut Fields, what: &str, words: Vec<Word>, known: &[Arc<str>]) -> Vec<Arc<str>> {
    let names: Vec<&str> = known.iter().map(|name| &**name).collect();
    for word in &words {
        if !names.contains(&&*word.text) {
            let summary = format!("{} names the unknown {what} `{}`", fields.name, word.text);
            fields.problem(word.place, summary, suggest::help(&word.text, &names));
        }
    }
    words.into_iter().map(|word| word.text).collect()
}

/// `whole`: with both ends; otherwise the source is the role being checked.
fn flow(fields: &mut Fields, known: &Known, whole: bool) -> Flow {
    if &*fields.name == "`flow`" {
        fields.only(&["from", "to", "protocols", "ports", "servers"], &[]);
    }
    let from = fields.words("from");
    let to = fields.words("to");
    let (protocols, ports) = (fields.words("protocols"), fields.words("ports"));
    let needed = [
        ("from", from.is_empty() && whole),
        ("to", to.is_empty()),
        ("protocols", protocols.is_empty()),
        ("ports", ports.is_empty()),
    ];
    for (name, missing) in needed {
        if missing {
            let summary = format!("{} has no `{name}`", fields.name);
            fields.problem(
                fields.at,
                summary,
                format!("write `{name} = [\"…\"]`, or a `check` block"),
            );
        }
    }
    let mut all = Ports::none();
    for word in ports {
        match Ports::parse(&word.text) {
            Some(ports) => all = all.union(&ports),
            None => {
                let summary = format!("`{}` is neither a port nor a range of ports", word.text);
                fields.problem(word.place, summary, "write `443` or `32873-32878`".to_owned());
            }
        }
    }
    let servers = fields.word("servers");
    Flow {
        from: among(fields, "role", from, &known.roles),
        to: among(fields, "role", to, &known.roles),
        protocols: protocols
            .iter()
            .filter_map(|word| choose(fields, word, PROTOCOLS))
            .collect(),
        ports: all,
        source_ports: unprivileged(),
        servers: servers.and_then(|word| choose(fields, &word, SERVERS)),
    }
}

fn check(block: &Block, known: &Known, diagnostics: &mut Vec<Diagnostic>) -> Option<Check> {
    let mut fields = Fields::of(block, diagnostics);
    let kind = label(block);
    let parameters: &[&str] = match &*kind {
        "dhcp" => &["roles"],
        "pool_size" => &["roles", "setting", "extra"],
        "connected_network" => &["role", "network"],
        "network_reaches" => &["roles", "network"],
        "direct_access" => &["role", "from"],
        "name_in_dns" | "every_network" | "flat_namespace" | "same_region" => &["role"],
        "hosts_at_least" => &["count"],
        _ => {
            let summary = format!("there is no check `{kind}`");
            fields.problem(block.header, summary, suggest::help(&kind, CHECKS));
            return None;
        }
    };
    fields.only(parameters, &[]);
    let (mut role, mut roles, mut from) = (Arc::from(""), Vec::new(), Vec::new());
    if parameters.contains(&"role") {
        let word = fields.required("role");
        role = word.text.clone();
        among(&mut fields, "role", vec![word], &known.roles);
    }
    for (name, list) in [("roles", &mut roles), ("from", &mut from)] {
        if parameters.contains(&name) {
            let words = fields.words(name);
            *list = among(&mut fields, "role", words, &known.roles);
        }
    }
    let mut required = |name| fields.required(name).text;
    Some(match &*kind {
        "dhcp" => Check::Dhcp { roles },
        "pool_size" => {
            let word = fields.required("setting");
            let setting = word.text.clone();
            among(&mut fields, "setting", vec![word], &known.settings);
            Check::PoolSize {
                roles,
                setting,
                extra: fields.number("extra").unwrap_or(0),
            }
        }
        "connected_network" => Check::ConnectedNetwork {
            role,
            network: required("network"),
        },
        "network_reaches" => Check::NetworkReaches {
            roles,
            network: required("network"),
        },
        "direct_access" => Check::DirectAccess { role, from },
        "name_in_dns" => Check::NameInDns { role },
        "every_network" => Check::EveryNetwork { role },
        "flat_namespace" => Check::FlatNamespace { role },
        "same_region" => Check::SameRegion { role },
        _ => Check::HostsAtLeast {
            count: fields.number("count").unwrap_or(0),
        },
    })
}

fn severity_if(block: &Block, known: &Known, diagnostics: &mut Vec<Diagnostic>) -> Option<SeverityIf> {
    let mut fields = Fields::of(block, diagnostics);
    fields.only(&["severity", "setting", "equals", "fact"], &[]);
    let severity = fields.required("severity");
    let severity = choose(&mut fields, &severity, SEVERITIES)?;
    let condition = if let Some(fact) = fields.word("fact") {
        let table = [("object_store_refuses_keys", ())];
        choose(&mut fields, &fact, &table).map(|()| Condition::ObjectStoreRefusesKeys)?
    } else {
        let setting = fields.required("setting");
        let equals = fields.required("equals").text;
        let name = setting.text.clone();
        among(&mut fields, "setting", vec![setting], &known.settings);
        Condition::Setting { name, equals }
    };
    Some(SeverityIf { severity, condition })
}
