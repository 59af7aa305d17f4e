//! Every format against its published schema, for every case; and no format ever shows a secret.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const FORMATS: &[&str] = &[
    "human",
    "json",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "azure-devops",
    "markdown",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of testdata/cases, relative to the root.
fn cases() -> Vec<String> {
    let mut cases: Vec<String> = fs::read_dir(root().join("testdata/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| format!("testdata/cases/{}", path.file_name().unwrap().to_str().unwrap()))
        .collect();
    cases.sort();
    cases
}

/// What `clearway check` writes, run in `directory`.
fn check(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_clearway"))
        .arg("check")
        .args(arguments)
        .current_dir(directory)
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("AGENT_TEMPDIRECTORY")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn schema(path: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(root().join(path)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn assert_valid(schema: &jsonschema::Validator, instance: &Value, what: &str) {
    let problems: Vec<String> = schema
        .iter_errors(instance)
        .take(5)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{what}:\n{}", problems.join("\n"));
}

/// The inputs a case is tried with: its directory, and its plan with and without the source.
fn doors(case: &str) -> Vec<Vec<String>> {
    let mut doors = vec![vec![case.to_owned()]];
    let plan = format!("{case}/plan.json");
    if root().join(&plan).exists() {
        let source = |source: &str| vec![plan.clone(), "--source".to_owned(), source.to_owned()];
        doors.push(source(case));
        doors.push(source("none"));
    }
    doors
}

fn report(door: &[String], format: &str) -> String {
    let mut arguments: Vec<&str> = door.iter().map(String::as_str).collect();
    arguments.extend(["--format", format]);
    check(&root(), &arguments)
}

#[test]
fn json_reports_are_valid_by_our_schema() {
    let schema = schema("docs/clearway-report-1.schema.json");
    for case in cases() {
        for door in doors(&case) {
            let report = serde_json::from_str(&report(&door, "json")).unwrap();
            assert_valid(&schema, &report, &door.join(" "));
        }
    }
}

#[test]
fn sarif_is_valid_and_points_at_hcl() {
    let schema = schema("testdata/schemas/sarif-2.1.0.schema.json");
    let mut results = 0;
    for case in cases() {
        for door in doors(&case) {
            let log: Value = serde_json::from_str(&report(&door, "sarif")).unwrap();
            assert_valid(&schema, &log, &door.join(" "));
            if door.last().is_some_and(|source| source == "none") {
                continue;
            }
            for result in log["runs"][0]["results"].as_array().unwrap() {
                results += 1;
                let place = &result["locations"][0]["physicalLocation"];
                let file = place["artifactLocation"]["uri"].as_str().unwrap();
                assert!(
                    Path::new(file)
                        .extension()
                        .is_some_and(|extension| extension != "json"),
                    "{}: {result:#}",
                    door.join(" ")
                );
            }
        }
    }
    assert!(results > 50, "{results} results");
}

#[test]
fn gitlab_reports_are_valid_and_their_fingerprints_unique() {
    let schema = schema("testdata/schemas/gitlab-codeclimate.schema.json");
    for case in cases() {
        for door in doors(&case) {
            let report: Value = serde_json::from_str(&report(&door, "gitlab")).unwrap();
            let entries = report.as_array().unwrap();
            let mut fingerprints = Vec::new();
            for entry in entries {
                assert_valid(&schema, entry, &door.join(" "));
                fingerprints.push(entry["fingerprint"].as_str().unwrap());
            }
            fingerprints.sort_unstable();
            fingerprints.dedup();
            assert_eq!(fingerprints.len(), entries.len(), "{}", door.join(" "));
        }
    }
}

#[test]
fn junit_is_valid() {
    let available = Command::new("xmllint")
        .arg("--version")
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !available {
        eprintln!("skipped: xmllint is not installed");
        return;
    }
    let directory = tempdir("junit");
    for case in cases() {
        for door in doors(&case) {
            let file = directory.join("report.xml");
            fs::write(&file, report(&door, "junit")).unwrap();
            let output = Command::new("xmllint")
                .args(["--noout", "--schema", "testdata/schemas/junit-10.xsd"])
                .arg(&file)
                .current_dir(root())
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}: {}",
                door.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

#[test]
fn several_formats_at_once_go_where_they_are_sent() {
    let directory = tempdir("several");
    let file = |name: &str| directory.join(name).display().to_string();
    let sarif = format!("sarif={}", file("a.sarif"));
    let junit = format!("junit={}", file("b.xml"));
    let case = "testdata/cases/hub-firewall";
    let printed = check(
        &root(),
        &[case, "--format", &sarif, "--format", "github", "--format", &junit],
    );
    assert!(printed.lines().all(|line| line.starts_with("::")), "{printed}");
    assert_eq!(
        fs::read_to_string(file("a.sarif")).unwrap(),
        check(&root(), &[case, "--format", "sarif"])
    );
    assert!(fs::read_to_string(file("b.xml")).unwrap().contains("<testsuites"));
}

#[test]
fn summaries_go_to_the_pages_that_pipelines_name() {
    let directory = tempdir("summaries");
    let summary = directory.join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_clearway"))
        .args(["check", "testdata/cases/smallest-avs", "--format", "github"])
        .args(["--format", "azure-devops"])
        .current_dir(root())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("AGENT_TEMPDIRECTORY", &directory)
        .output()
        .unwrap();
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n<!-- clearway -->"), "{text}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let upload = format!(
        "##vso[task.uploadsummary]{}",
        directory.join("clearway.md").display()
    );
    assert!(printed.lines().any(|line| line == upload), "{printed}");
    assert!(directory.join("clearway.md").exists());
}

#[test]
fn the_same_input_gives_the_same_bytes_wherever_it_lies() {
    let case = root().join("testdata/cases/modules-and-for-each");
    let first = tempdir("here");
    let second = tempdir("there/deeper");
    for directory in [&first, &second] {
        copy(&case, &directory.join("dr"));
    }
    for format in FORMATS {
        let here = check(&first, &["dr", "--root", ".", "--format", format]);
        assert!(!here.is_empty());
        assert_eq!(here, check(&first, &["dr", "--root", ".", "--format", format]));
        assert_eq!(here, check(&second, &["dr", "--root", ".", "--format", format]));
    }
}

/// Names that try to be commands, markup or ends of blocks.
const HOSTILE: &str =
    r#"x`| </details><script>alert(1)</script> @everyone ::error::pwned ##vso[task.complete] "#;

#[test]
fn names_cannot_break_out_of_a_format() {
    let directory = tempdir("hostile");
    copy(&root().join("testdata/cases/smallest-avs"), &directory.join("dr"));
    let path = directory.join("dr/hostile.tf");
    let quoted = HOSTILE.replace('"', "\\\"");
    let text = format!(
        r#"
resource "azurerm_network_security_group" "hostile" {{
  name                = "n"
  location            = "x"
  resource_group_name = "x"
  security_rule {{
    name                       = "{quoted}\n::error::second line\n##vso[task.complete]"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }}
  security_rule {{
    name                       = "{quoted}\n::error::second line"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }}
}}
"#
    );
    fs::write(path, text).unwrap();
    let run = |format: &str| check(&directory, &["dr", "--root", ".", "--format", format]);
    let json: Value = serde_json::from_str(&run("json")).unwrap();
    assert!(
        json["findings"].to_string().contains("second line"),
        "the hostile name is told: {:#}",
        json["findings"]
    );
    for line in run("github").lines() {
        assert!(line.starts_with("::") && !line.starts_with("::error::"), "{line}");
    }
    for line in run("azure-devops").lines() {
        assert!(line.starts_with("##vso[task.logissue "), "{line}");
    }
    // What is quoted in a fence is text.
    let markdown = run("markdown");
    let markdown: String = markdown.split("```").step_by(2).collect();
    assert!(!markdown.contains("<script"), "{markdown}");
    assert_eq!(
        markdown.matches("<details").count(),
        markdown.matches("</details>").count()
    );
    for line in run("human").lines() {
        assert!(!line.trim_start().starts_with("::error"), "{line}");
        assert!(!line.trim_start().starts_with("##vso"), "{line}");
    }
}

/// A word that is in the configuration only where a secret may stand.
const PLANTED: &str = "planted-7f3a";

#[test]
fn no_format_shows_a_secret() {
    let directory = tempdir("secrets");
    copy(&root().join("testdata/cases/hub-firewall"), &directory.join("dr"));
    let text = format!(
        r#"
variable "psk" {{
  sensitive = true
  default   = "{PLANTED}-default"
}}
variable "name_part" {{
  sensitive = true
  type      = string
}}
provider "azurerm" {{
  features {{}}
  client_secret = "{PLANTED}-provider"
}}
output "psk" {{
  sensitive = true
  value     = var.psk
}}
resource "azurerm_virtual_network_gateway_connection" "bad" {{
  name                       = "c"
  type                       = "IPsec"
  shared_key                 = "{PLANTED}-attribute"
  virtual_network_gateway_id = var.missing_gateway
}}
resource "azurerm_network_security_group" "doubled" {{
  name                = "nsg-${{var.name_part}}"
  location            = "x"
  resource_group_name = "x"
  security_rule {{ # password = "{PLANTED}" is but a comment, which nobody can tell
    name                       = "a-${{var.name_part}}"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }}
  security_rule {{
    name                       = "b-${{var.psk}}"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }}
}}
"#
    )
    .replace(
        &format!(" # password = \"{PLANTED}\" is but a comment, which nobody can tell"),
        "",
    );
    fs::write(directory.join("dr/planted.tf"), text).unwrap();
    fs::write(
        directory.join("dr/planted.auto.tfvars"),
        format!("name_part = \"{PLANTED}-file\"\nundeclared_password = \"{PLANTED}-undeclared\"\n"),
    )
    .unwrap();
    for format in FORMATS {
        for more in [&[][..], &["--verbose"][..]] {
            let mut arguments = vec!["dr", "--root", ".", "--format", format];
            arguments.extend(more);
            let text = check(&directory, &arguments);
            assert!(!text.is_empty(), "{format}");
            for (number, line) in text.lines().enumerate() {
                assert!(!line.contains(PLANTED), "{format}, line {}: {line}", number + 1);
            }
        }
    }
    for arguments in [
        &["show", "dr", "--root", "."][..],
        &["show", "dr", "--root", ".", "--format", "json"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_clearway"))
            .args(arguments)
            .current_dir(&directory)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(PLANTED), "{arguments:?}");
    }
}

fn tempdir(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("formats")
        .join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
