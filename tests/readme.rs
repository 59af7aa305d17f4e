//! What the README shows is what the tool says.

// Everything here is test code, helpers included: clippy's exceptions for tests apply to all of it.
#![cfg(test)]

use std::path::Path;
use std::process::Command;

const BEGIN: &str = "<!-- example: ";
const END: &str = "<!-- end of example -->";

/// Every example of the README as (command, shown output).
fn examples(readme: &str) -> Vec<(&str, &str)> {
    readme
        .split(BEGIN)
        .skip(1)
        .map(|part| {
            let (command, rest) = part.split_once(" -->").unwrap();
            let (block, _) = rest.split_once(END).unwrap();
            let shown = block
                .trim()
                .trim_start_matches("```text\n")
                .trim_end_matches("```");
            (command, shown)
        })
        .collect()
}

#[test]
fn the_examples_of_the_readme_are_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let examples = examples(&readme);
    assert!(!examples.is_empty());
    for (command, shown) in examples {
        let output = Command::new(env!("CARGO_BIN_EXE_clearway"))
            .args(command.split_whitespace())
            .current_dir(root)
            .env("COLUMNS", "96")
            .env_remove("CLICOLOR_FORCE")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            let updated = readme.replacen(shown, &printed, 1);
            std::fs::write(root.join("README.md"), updated).unwrap();
            continue;
        }
        assert_eq!(
            printed, shown,
            "README.md shows another output of `clearway {command}`; UPDATE_EXPECTED=1 renews it"
        );
    }
}
