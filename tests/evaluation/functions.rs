//! Every function, with Terraform's answers to the inputs of its own tests.
//!
//! Not computed and therefore answered with an unknown string: `base64gzip`, `rsadecrypt`, and text in
//! rare character encodings. Refused where Terraform goes on: infinities. Answered where Terraform is
//! undecided: `true || unknown`, as from Terraform 1.12.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::expressions::score;
use crate::{copy, json as read, scratch, shared};

/// The tests of the language's functions, whose files lie beside the configuration.
#[test]
fn documented_functions() {
    let Some(shared) = shared() else { return };
    let fixtures = shared.join("oracle/fixtures/functions-test");
    let folder = laid_out("functions-documented-files", &fixtures, "");
    let oracle = cases(&shared, |group| group.ends_with("functions_test.go"));
    score("functions-documented", &oracle, Some(&folder), 0.98);
}

/// The unit tests of the functions, whose files lie in `testdata`.
#[test]
fn functions() {
    let Some(shared) = shared() else { return };
    let fixtures = shared.join("oracle/fixtures/funcs-testdata");
    let folder = laid_out("functions-files", &fixtures, "testdata");
    let oracle = cases(&shared, |group| !group.ends_with("functions_test.go"));
    score("functions", &oracle, Some(&folder), 0.97);
}

fn cases(shared: &Path, of: impl Fn(&str) -> bool) -> Json {
    let oracle = read(&shared.join("oracle/tf-functions.json"));
    let cases = oracle["cases"].as_array().expect("cases");
    let chosen: Vec<Json> = cases
        .iter()
        .filter(|case| of(case["group"].as_str().unwrap_or("")))
        .cloned()
        .collect();
    assert!(!chosen.is_empty());
    json!({ "cases": chosen })
}

/// A folder that holds the module's files in one folder, as `score` takes them.
fn laid_out(name: &str, fixtures: &Path, under: &str) -> PathBuf {
    let folder = scratch(name);
    copy(fixtures, &folder.join("module").join(under));
    folder
}
