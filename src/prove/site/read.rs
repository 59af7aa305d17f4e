//! From the evaluated body of a site file to sites, settings, assumptions and suppressions.

use std::sync::Arc;

use super::values::Reader;
use super::{
    Assume, AttachmentEntry, Purpose, RoleEntry, SettingValue, Site, SiteFile, SiteKind, SuppressBlock,
};
use crate::evaluate::evaluation::{EvaluatedBlock, EvaluatedBody};
use crate::evaluate::values::value::Kind;
use crate::network::RouteServerDeclaration;
use crate::network::doubt::doubt_of;
use crate::network::model::{Fact, Written};
use crate::prove::pack::{Pack, SettingKind};
use crate::prove::suggest;
use crate::source::Diagnostic;

/// Reads a site file against the packs in force: their roles are the only ones, their settings the
/// only settings. `input` is the one in whose scope it was evaluated.
#[must_use]
pub fn read(body: &EvaluatedBody, packs: &[Pack], input: Option<usize>) -> (SiteFile, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut file = SiteFile {
        input,
        ..SiteFile::default()
    };
    let settings: Vec<&str> = packs
        .iter()
        .filter_map(|pack| pack.settings_block.as_deref())
        .collect();
    for attribute in &body.attributes {
        let summary = format!(
            "a site file has no attribute `{}` outside its blocks",
            attribute.name.text
        );
        let problem = Diagnostic::error("site-file", summary).at(Some(attribute.place));
        diagnostics.push(problem.help("put it into a block: `site`, `assume` or a pack's own"));
    }
    for block in &body.blocks {
        let keyword = &*block.keyword.text;
        match keyword {
            "site" => site(block, packs, &mut file, &mut diagnostics),
            "assume" => assume(block, &mut file.assume, &mut diagnostics),
            "suppress" => file.suppressions.extend(suppression(block, &mut diagnostics)),
            _ if settings.contains(&keyword) => read_settings(block, packs, &mut file, &mut diagnostics),
            _ => {
                let mut known = vec!["site", "assume", "suppress"];
                known.extend(&settings);
                let summary = format!("a site file has no block `{keyword}`");
                let problem = Diagnostic::error("site-file", summary).at(Some(block.header));
                diagnostics.push(problem.help(suggest::help(keyword, &known)));
            }
        }
    }
    (file, diagnostics)
}

/// The label of a block that needs one.
fn label(block: &EvaluatedBlock, reader: &mut Reader) -> Option<Arc<str>> {
    if let [label] = block.labels.as_slice() {
        return Some(label.text.clone());
    }
    let keyword = &block.keyword.text;
    let summary = format!("a `{keyword}` block has one label");
    reader.problem(
        block.header,
        summary,
        format!("write `{keyword} \"name\" {{ … }}`"),
    );
    None
}

fn site(block: &EvaluatedBlock, packs: &[Pack], file: &mut SiteFile, diagnostics: &mut Vec<Diagnostic>) {
    let mut reader = Reader::of(block, diagnostics);
    let Some(label) = label(block, &mut reader) else {
        return;
    };
    if file.sites.iter().any(|site| site.label == label) || &*label == "all" {
        let summary = format!("site `{label}` cannot stand here: the name is taken");
        reader.problem(block.header, summary, "give it another name");
        return;
    }
    reader.only(
        &[
            "kind",
            "purpose",
            "private_cloud",
            "address_space",
            "connected_by",
            "internal_traffic",
        ],
        &["role"],
    );
    if reader.attribute("kind").is_none() {
        let summary = format!("site `{label}` has no `kind`");
        reader.problem(
            block.header,
            summary,
            "write `kind = \"avs\"` or `kind = \"on_premises\"`",
        );
    }
    let kinds = [("avs", SiteKind::Avs), ("on_premises", SiteKind::OnPremises)];
    let purposes = [
        ("recovery", Purpose::Recovery),
        ("protected", Purpose::Protected),
        ("both", Purpose::Both),
    ];
    let Some(kind) = reader.choice("kind", &kinds) else {
        return;
    };
    let misplaced: &[&str] = match kind {
        SiteKind::Avs => &["address_space", "connected_by", "internal_traffic"],
        SiteKind::OnPremises => &["private_cloud"],
    };
    for name in misplaced {
        if let Some(attribute) = reader.attribute(name) {
            let summary = format!("`{name}` means nothing for a site of kind `{}`", kind.word());
            reader.problem(attribute.place, summary, "remove it, or change the kind");
        }
    }
    let traffic = [("allowed", true), ("unknown", false)];
    let mut site = Site {
        label,
        kind,
        purpose: reader.choice("purpose", &purposes),
        private_cloud: reader.reference("private_cloud"),
        address_space: reader.addresses("address_space"),
        connected_by: reader.references("connected_by"),
        internal_traffic_allowed: reader.choice("internal_traffic", &traffic).unwrap_or(false),
        roles: Vec::new(),
        written: reader.written(),
    };
    for inner in block.body.blocks_of("role") {
        role(inner, packs, &mut site, reader.diagnostics);
    }
    file.sites.push(site);
}

fn role(block: &EvaluatedBlock, packs: &[Pack], site: &mut Site, diagnostics: &mut Vec<Diagnostic>) {
    let mut reader = Reader::of(block, diagnostics);
    let Some(name) = label(block, &mut reader) else {
        return;
    };
    let known: Vec<&str> = packs
        .iter()
        .flat_map(|pack| &pack.roles)
        .map(|role| &*role.name)
        .collect();
    if !known.contains(&&*name) {
        let place = block.labels.first().map_or(block.header, |label| label.place);
        reader.problem(
            place,
            format!("there is no role `{name}`"),
            suggest::help(&name, &known),
        );
        return;
    }
    if site.role(&name).is_some() {
        let summary = format!("role `{name}` stands in site `{}` a second time", site.label);
        reader.problem(
            block.header,
            summary,
            "put both into one block, with `network` blocks for its networks",
        );
        return;
    }
    reader.only(
        &["addresses", "segment", "fqdn", "resource", "datastore"],
        &["network"],
    );
    let mut attachments = Vec::new();
    if reader.attribute("segment").is_some() || reader.attribute("addresses").is_some() {
        attachments.push(attachment(&mut reader, None));
    }
    let entry = RoleEntry {
        name,
        fqdn: reader.text("fqdn").map(lower_case),
        resource: reader.reference("resource"),
        datastore: reader.text("datastore"),
        written: reader.written(),
        attachments: Vec::new(),
    };
    for inner in block.body.blocks_of("network") {
        let mut network = Reader::of(inner, reader.diagnostics);
        let Some(purpose) = label(inner, &mut network) else {
            continue;
        };
        network.only(&["segment", "addresses"], &[]);
        if !["management", "object_store", "replication_log"].contains(&&*purpose) {
            let known = ["management", "object_store", "replication_log"];
            let summary = format!("there is no network purpose `{purpose}`");
            network.problem(inner.header, summary, suggest::help(&purpose, &known));
            continue;
        }
        attachments.push(attachment(&mut network, Some(purpose)));
    }
    site.roles.push(RoleEntry { attachments, ..entry });
}

fn attachment(reader: &mut Reader, network: Option<Arc<str>>) -> AttachmentEntry {
    AttachmentEntry {
        network,
        segment: reader.reference("segment"),
        addresses: reader.addresses("addresses"),
        written: reader.written(),
    }
}

fn lower_case(name: Fact<Arc<str>>) -> Fact<Arc<str>> {
    Fact {
        value: name
            .value
            .map(|text| Arc::from(text.trim_end_matches('.').to_ascii_lowercase())),
        at: name.at,
    }
}

fn read_settings(
    block: &EvaluatedBlock,
    packs: &[Pack],
    file: &mut SiteFile,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut reader = Reader::of(block, diagnostics);
    let declared = packs
        .iter()
        .filter(|pack| pack.settings_block.as_deref() == Some(&*block.keyword.text))
        .flat_map(|pack| &pack.settings);
    let names: Vec<&str> = declared.clone().map(|setting| &*setting.name).collect();
    reader.only(&names, &[]);
    for setting in declared {
        let Some(attribute) = reader.attribute(&setting.name) else {
            continue;
        };
        let text: Option<Arc<str>> = match (&attribute.value.kind, setting.kind) {
            (Kind::Unknown(_), _) => None,
            (Kind::String(text), SettingKind::Text) => Some(text.clone()),
            (Kind::Number(number), SettingKind::Number) if whole(&number.to_string()) => {
                Some(number.to_string().into())
            }
            (Kind::String(text), SettingKind::Number) if whole(text) => Some(text.clone()),
            (_, kind) => {
                let expected = match kind {
                    SettingKind::Text => "a string",
                    SettingKind::Number => "a whole number",
                };
                let summary = format!("`{}` is not {expected}", setting.name);
                reader.problem(attribute.place, summary, format!("it is {}", setting.what));
                continue;
            }
        };
        let values: Vec<&str> = setting.values.iter().map(|value| &**value).collect();
        if let Some(text) = text
            .as_deref()
            .filter(|text| !values.is_empty() && !values.contains(text))
        {
            let summary = format!("`{}` cannot be `{text}`", setting.name);
            reader.problem(attribute.place, summary, suggest::help(text, &values));
            continue;
        }
        let value = match text {
            Some(text) => Fact::known(text, Some(attribute.place)),
            None => Fact::unknown(doubt_of(&attribute.value)),
        };
        file.settings.push(SettingValue {
            block: block.keyword.text.clone(),
            name: setting.name.clone(),
            value,
            written: Written {
                at: Some(attribute.place),
                ..Written::default()
            },
        });
    }
}

fn whole(text: &str) -> bool {
    text.parse::<u64>().is_ok()
}

fn assume(block: &EvaluatedBlock, assume: &mut Assume, diagnostics: &mut Vec<Diagnostic>) {
    let mut reader = Reader::of(block, diagnostics);
    reader.only(
        &[
            "nsx_default_action",
            "express_route_transit",
            "route_server_advertises",
        ],
        &[],
    );
    let actions = [("allow", true), ("drop", false), ("reject", false)];
    if let Some(allows) = reader.choice("nsx_default_action", &actions) {
        let place = reader
            .attribute("nsx_default_action")
            .map_or(reader.at, |found| found.place);
        assume.nsx_default_allows = Some((allows, place));
    }
    assume.express_route_transit = reader
        .boolean("express_route_transit")
        .or(assume.express_route_transit);
    let Some(attribute) = reader.attribute("route_server_advertises") else {
        return;
    };
    let Some(entries) = attribute.value.entries() else {
        let summary = "`route_server_advertises` is not a map from connections to prefixes";
        reader.problem(
            attribute.place,
            summary,
            "write `{ \"ADDRESS_OF_THE_BGP_CONNECTION\" = [\"0.0.0.0/0\"] }`",
        );
        return;
    };
    for (connection, prefixes) in entries {
        let prefixes = reader.addresses_of(prefixes, attribute.place, "route_server_advertises");
        assume.route_server_advertises.push(RouteServerDeclaration {
            connection: connection.clone(),
            prefixes,
            written: Written {
                at: Some(attribute.place),
                ..Written::default()
            },
        });
    }
}

fn suppression(block: &EvaluatedBlock, diagnostics: &mut Vec<Diagnostic>) -> Option<SuppressBlock> {
    let mut reader = Reader::of(block, diagnostics);
    let id = label(block, &mut reader)?;
    reader.only(&["reason", "expires"], &[]);
    let mut known = |name| reader.text(name).and_then(|fact| fact.value.ok());
    Some(SuppressBlock {
        id,
        reason: known("reason"),
        expires: known("expires"),
        at: block.header,
        scope: None,
    })
}
