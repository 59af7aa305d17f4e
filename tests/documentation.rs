//! The pages of docs/ that the tool prints are what it prints.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_page_of_requirements_is_what_the_tool_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_clearway"))
        .args(["rules", "list", "--format", "markdown"])
        .output()
        .expect("clearway runs");
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/requirements.md");
    let committed = fs::read_to_string(page).expect("docs/requirements.md is there");
    let different = printed
        .lines()
        .zip(committed.lines())
        .find(|(printed, committed)| printed != committed);
    assert!(
        printed == committed,
        "docs/requirements.md is out of date: `clearway rules list --format markdown > docs/requirements.md`; first difference: {different:?}"
    );
}
