use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::config::hcl::parse_body;
use crate::source::{Diagnostic, Sources, Syntax};

/// Every id with its kind of site, first line of the vendor's page (0: another document), severity
/// and, for flows, the ports: the table the pack must agree with.
const TABLE: &[(&str, &str, u32, &str, &str)] = &[
    ("onprem-msa-to-vcenter", "on_premises", 5, "error", "443"),
    ("onprem-vcenter-to-msa", "on_premises", 5, "warning", "443"),
    (
        "onprem-appliances-to-esxi",
        "on_premises",
        8,
        "error",
        "32873-32878",
    ),
    ("onprem-esxi-to-drva", "on_premises", 8, "error", "32873-32878"),
    ("msa-to-vcenter-https", "avs", 24, "error", "443"),
    ("msa-to-vcenter-http", "avs", 25, "error", "80"),
    ("vcenter-to-msa", "avs", 26, "error", "443"),
    ("msa-to-esxi-cim", "avs", 27, "error", "5989"),
    ("appliances-to-esxi-io-filter", "avs", 28, "error", "32873"),
    ("esxi-to-drva-data", "avs", 29, "error", "32877"),
    ("msa-to-drva-rest", "avs", 30, "error", "32878"),
    ("msa-to-rocva-rest", "avs", 31, "error", "32878"),
    ("rocva-to-drva-data", "avs", 32, "error", "32877"),
    ("rocva-to-rvm-iscsi", "avs", 33, "error", "3260"),
    ("appliances-to-local-dns", "avs", 34, "error", "53"),
    ("rocva-to-dns", "avs", 34, "warning", "53"),
    ("run-command-to-msa-https", "avs", 36, "error", "443"),
    ("run-command-to-msa-8443", "avs", 37, "error", "8443"),
    ("msa-to-storage", "avs", 38, "error", "443"),
    ("drva-to-storage", "avs", 39, "error", "443"),
    ("rocva-to-storage", "avs", 40, "error", "443"),
    ("msa-to-entra-id", "avs", 41, "warning", "443"),
    ("drva-to-entra-id", "avs", 43, "warning", "443"),
    ("rocva-to-entra-id", "avs", 44, "warning", "443"),
    ("msa-to-metering", "avs", 45, "error", "443"),
    ("appliances-to-external-dns", "avs", 46, "error", "53"),
    ("storage-from-both-sites", "all", 17, "error", "443"),
    ("transient-appliances-dhcp", "avs", 19, "error", ""),
    ("dhcp-pool-size", "avs", 19, "warning", ""),
    ("msa-fqdn-in-dns", "avs", 7, "warning", ""),
    ("msa-management-network", "avs", 12, "error", ""),
    ("object-store-network", "avs", 12, "error", ""),
    ("drva-every-network", "avs", 15, "error", ""),
    ("rocva-every-network", "avs", 16, "error", ""),
    ("replication-log-direct-access", "avs", 18, "error", ""),
    ("storage-flat-namespace", "avs", 0, "error", ""),
    ("storage-in-recovery-region", "avs", 0, "warning", ""),
    ("private-cloud-three-hosts", "avs", 0, "warning", ""),
];

/// The rows whose wording is ambiguous, and must therefore say how they are read.
const READINGS: &[&str] = &[
    "onprem-msa-to-vcenter",
    "onprem-vcenter-to-msa",
    "onprem-appliances-to-esxi",
    "onprem-esxi-to-drva",
    "appliances-to-esxi-io-filter",
    "rocva-to-rvm-iscsi",
    "appliances-to-local-dns",
    "rocva-to-dns",
];

fn jetstream() -> Pack {
    let (pack, diagnostics) = built_in(&mut Sources::default());
    assert_eq!(diagnostics, []);
    pack.unwrap()
}

#[test]
fn every_file_of_the_folder_is_embedded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/jetstream-dr");
    let found: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            format!(
                "rules/jetstream-dr/{}",
                entry.unwrap().file_name().to_str().unwrap()
            )
        })
        .collect();
    let embedded: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, embedded);
}

#[test]
fn rows_agree_with_the_table() {
    let pack = jetstream();
    let rows: Vec<(&str, &str, u32, &str, String)> = pack
        .requirements
        .iter()
        .map(|row| {
            (
                row.id.strip_prefix("jetstream-dr/").unwrap(),
                row.scope.word(),
                row.citation.lines.first().copied().unwrap_or(0),
                if row.severity == Severity::Error {
                    "error"
                } else {
                    "warning"
                },
                match &row.asks {
                    Asks::Flow(flow) => flow.ports.to_string(),
                    Asks::Check(..) => String::new(),
                },
            )
        })
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(a, b, c, d, e)| (*a, *b, *c, *d, e.as_str()))
        .collect();
    assert_eq!(rows, TABLE);
}

#[test]
fn every_row_is_explained() {
    for row in jetstream().requirements {
        assert!(row.citation.address.starts_with("https://"), "{}", row.id);
        assert!(!row.mistakes.is_empty(), "{}", row.id);
        for text in [&row.title, &row.what, &row.why, &row.help] {
            assert!(text.len() > 20, "{}: {text:?}", row.id);
        }
        assert!(!row.title.ends_with('.'), "{}", row.id);
        let name = row.id.strip_prefix("jetstream-dr/").unwrap();
        if READINGS.contains(&name) {
            assert!(row.reading.is_some(), "{name} has no reading");
        }
    }
}

#[test]
fn entra_id_is_an_error_where_keys_are_off() {
    let pack = jetstream();
    for who in ["msa", "drva", "rocva"] {
        let row = pack
            .requirement(&format!("jetstream-dr/{who}-to-entra-id"))
            .unwrap();
        let conditions: Vec<&Condition> = row.severity_if.iter().map(|other| &other.condition).collect();
        assert!(conditions.contains(&&Condition::ObjectStoreRefusesKeys));
        assert_eq!(conditions.len(), 2);
    }
}

/// Reads a pack of one's own: what is underlined, what is said, what helps.
fn problems(text: &str) -> Vec<(String, String, String)> {
    let mut sources = Sources::default();
    let source = sources.add("own.hcl", text, Syntax::Hcl);
    let (body, syntax) = parse_body(source, text);
    assert_eq!(syntax, []);
    let said = |problem: Diagnostic| {
        (
            sources.text(problem.at.unwrap()).to_owned(),
            problem.summary,
            problem.help.unwrap_or_default(),
        )
    };
    read(&[body]).1.into_iter().map(said).collect()
}

const HEAD: &str = r#"
pack "site-recovery" {
  title    = "Site recovery"
  document = "Ports"
  address  = "https://example.com/ports"
}
role "manager" {
  kind  = "appliance"
  title = "manager"
}
"#;

#[test]
fn another_product_is_a_pack_too() {
    let row = r#"
requirement "manager-to-manager" {
  title     = "managers reach each other"
  site      = "avs"
  lines     = [1]
  severity  = "error"
  from      = ["manager"]
  to        = ["manager"]
  protocols = ["tcp"]
  ports     = ["443", "9443-9444"]
  what      = "x"
  why       = "y"
  help      = "z"
}
"#;
    assert_eq!(problems(&format!("{HEAD}{row}")), []);
}

#[test]
fn mistakes_in_a_pack_are_said_where_they_are() {
    let row = r#"
requirement "x" {
  title     = "t"
  site      = "avs"
  lines     = [1]
  severity  = "eror"
  from      = ["manger"]
  to        = ["manager"]
  protocols = ["tcp"]
  ports     = ["70000"]
  what      = "x"
  why       = "y"
  helps     = "z"
}
requirement "x" {
  title    = "t"
  site     = "avs"
  severity = "error"
  check "dhpc" {
    roles = ["manager"]
  }
  what = "x"
  why  = "y"
  help = "z"
}
"#;
    let said = problems(&format!("{HEAD}{row}"));
    let brief: Vec<(&str, &str)> = said
        .iter()
        .map(|(underlined, _, help)| (underlined.as_str(), help.as_str()))
        .collect();
    assert!(brief.contains(&("helps", "did you mean `help`?")), "{said:?}");
    assert!(
        brief.contains(&("\"manger\"", "did you mean `manager`?")),
        "{said:?}"
    );
    assert!(
        brief.contains(&("\"70000\"", "write `443` or `32873-32878`")),
        "{said:?}"
    );
    assert!(brief.contains(&("\"eror\"", "did you mean `error`?")), "{said:?}");
    assert!(
        brief.contains(&("check \"dhpc\"", "did you mean `dhcp`?")),
        "{said:?}"
    );
    assert!(
        brief.contains(&("requirement \"x\"", "give it another name, or remove one")),
        "{said:?}"
    );
}
