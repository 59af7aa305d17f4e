//! What an input is, what lies beside it, and the values given to it.

use super::*;

#[test]
fn values_come_from_outside_weakest_first() {
    let folder = Folder::new(&[
        ("main.tf", "variable \"a\" {}\nvariable \"b\" {}\n"),
        (
            "terraform.tfvars",
            "a = \"terraform\"\nnope = 1\nnope2 = 1\nnope3 = 1\nnope4 = 1\n",
        ),
        ("terraform.tfvars.json", r#"{"a": "json ${x}"}"#),
        ("b.auto.tfvars", "a = \"b\"\n"),
        ("a.auto.tfvars.json", r#"{"a": "a"}"#),
        ("vars/extra.tfvars", "a = \"extra\"\n"),
    ]);
    let environment = Environment {
        variables: vec![
            ("a".to_owned(), "env".to_owned()),
            ("other".to_owned(), "1".to_owned()),
        ],
        ..folder.environment()
    };
    let value = |text: &str| VariableOption::Value {
        name: "a".to_owned(),
        text: text.to_owned(),
    };
    let options = Options {
        variables: vec![
            value("first"),
            VariableOption::File(PathBuf::from("vars/extra.tfvars")),
            value("last"),
        ],
        ..Options::default()
    };
    let read = folder.read_with(".", &options, &environment);
    let values: Vec<String> = read
        .tree()
        .given
        .iter()
        .map(|given| match &given.value {
            GivenValue::Text(text) => text.to_string(),
            GivenValue::Expression(expression) => text(expression).to_owned(),
        })
        .collect();
    assert_eq!(
        values,
        [
            "env",
            "terraform",
            "json ${x}",
            "a",
            "b",
            "first",
            "extra",
            "last"
        ]
    );
    assert_eq!(
        read.told(),
        [
            "warning undeclared-variable terraform.tfvars:2 nope",
            "warning undeclared-variable terraform.tfvars:3 nope2",
            "warning undeclared-variable terraform.tfvars:4 nope3",
        ]
    );
    let last = read.tree().given.last().unwrap();
    assert_eq!(read.sources.path(last.place.unwrap()), "--var a");
}

#[test]
fn a_value_for_an_undeclared_variable() {
    let folder = Folder::new(&[("main.tf", ""), ("x.tfvars", "file = 1\n")]);
    let options = Options {
        variables: vec![
            VariableOption::Value {
                name: "line".to_owned(),
                text: "1".to_owned(),
            },
            VariableOption::File(PathBuf::from("x.tfvars")),
            VariableOption::File(PathBuf::from("not-there.tfvars")),
        ],
        ..Options::default()
    };
    let read = folder.read_with(".", &options, &folder.environment());
    assert_eq!(
        read.told(),
        [
            "error unreadable-file",
            "error undeclared-variable --var line:1 1",
            "warning undeclared-variable x.tfvars:1 file",
        ]
    );
}

#[test]
fn variable_files_hold_literal_values() {
    let folder = Folder::new(&[
        (
            "main.tf",
            "variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\n",
        ),
        (
            "terraform.tfvars",
            "a = upper(\"x\")\nb = [for x in [1, 2] : \"${x + 1}\" if x > 1]\nc = var.a\nvariable \"d\" {}\n",
        ),
    ]);
    let read = folder.read(".");
    assert_eq!(
        read.told(),
        [
            "error block-in-variable-file terraform.tfvars:4 variable \"d\"",
            "error call-not-allowed terraform.tfvars:1 upper(\"x\")",
            "error reference-not-allowed terraform.tfvars:3 var",
        ]
    );
    let names: Vec<&str> = read.tree().given.iter().map(|given| &*given.name).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn what_people_give_by_mistake_is_named() {
    let folder = Folder::new(&[
        ("log.json", "{\"@level\":\"info\"}\n{\"@level\":\"info\"}\n"),
        (
            "state.json",
            r#"{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": []}"#,
        ),
        ("other.json", r#"{"$schema": "x"}"#),
        ("broken.json", "{\"format_version\": \n"),
        ("empty.json", " \n"),
        ("words.txt", "Terraform will perform\n"),
        ("one.tf", "locals {}\n"),
        ("nothing/readme.md", "x"),
    ]);
    folder.write("binary", b"PK\x03\x04xyz");
    folder.write("latin.json", &[b'{', 0xE9, b'}']);
    for (input, told) in [
        ("log.json", "error plan-log log.json:1 "),
        ("state.json", "error raw-state state.json:1 "),
        ("other.json", "error unknown-json other.json:1 "),
        ("broken.json", "error malformed-json broken.json:1 "),
        ("empty.json", "error empty-input empty.json:1 "),
        ("words.txt", "error unknown-input words.txt:1 "),
        ("one.tf", "error single-file one.tf:1 "),
        ("nothing", "error no-configuration"),
        ("binary", "error binary-plan"),
        ("latin.json", "error unreadable-file"),
        ("not-there", "error no-such-input"),
    ] {
        let read = folder.read(input);
        assert_eq!(read.told(), [told], "{input}");
        assert!(read.reading.inputs.is_empty());
        assert!(
            input == "latin.json" || read.reading.diagnostics[0].help.is_some(),
            "{input}"
        );
    }
}

#[test]
fn the_site_file_and_the_workspace_lie_beside_the_input() {
    let folder = Folder::new(&[
        ("main.tf", ""),
        ("clearway.hcl", "site \"a\" {\n  kind = \"avs\"\n}\n"),
        (".terraform/environment", "staging\n"),
        ("other.hcl", "jetstream {\n"),
    ]);
    let read = folder.read(".");
    read.root();
    let site = read.reading.inputs[0].site_file.as_ref().unwrap();
    assert_eq!(&*site.path, "clearway.hcl");
    assert_eq!(&*site.body.blocks[0].labels[0].text, "a");
    assert_eq!(&*read.tree().workspace, "staging");
    let options = Options {
        site_file: Some(PathBuf::from("other.hcl")),
        ..Options::default()
    };
    let environment = Environment {
        workspace: Some("from-environment".to_owned()),
        ..folder.environment()
    };
    let read = folder.read_with(".", &options, &environment);
    assert_eq!(read.told(), ["error unclosed other.hcl:1 {"]);
    assert_eq!(&*read.tree().workspace, "from-environment");
}

#[test]
fn a_site_file_that_is_named_belongs_to_one_input() {
    let folder = Folder::new(&[
        ("a/main.tf", ""),
        ("b/main.tf", ""),
        ("b/site.hcl", ""),
        ("other/site.hcl", ""),
        ("a/clearway.hcl", ""),
    ]);
    let site_files = |named: &str| -> Vec<Option<String>> {
        let options = Options {
            site_file: Some(PathBuf::from(named)),
            ..Options::default()
        };
        let mut sources = Sources::default();
        let paths = [PathBuf::from("a"), PathBuf::from("b")];
        let reading = read(&paths, &options, &folder.environment(), &mut sources);
        assert_eq!(reading.diagnostics, []);
        let path = |input: &Input| {
            input
                .site_file
                .as_ref()
                .map(|site_file| site_file.path.to_string())
        };
        reading.inputs.iter().map(path).collect()
    };
    assert_eq!(site_files("b/site.hcl"), [None, Some("b/site.hcl".to_owned())]);
    assert_eq!(
        site_files("other/site.hcl"),
        [Some("other/site.hcl".to_owned()), None]
    );
}

#[test]
fn a_plan_is_joined_with_its_own_source_only() {
    let plan = |names: &[&str]| {
        let resources: Vec<String> = names
            .iter()
            .map(|name| format!(r#"{{"address":"t.{name}","mode":"managed","type":"t","name":"{name}"}}"#))
            .collect();
        format!(
            r#"{{"format_version":"1.2","resource_changes":[],"configuration":{{"root_module":{{"resources":[{}]}}}}}}"#,
            resources.join(",")
        )
    };
    let folder = Folder::new(&[
        ("main.tf", "resource \"t\" \"a\" {}\nresource \"t\" \"b\" {}\n"),
        ("whole.json", &plan(&["a", "b"])),
        ("part.json", &plan(&["a", "gone"])),
        ("none.json", &plan(&["gone"])),
        ("empty/readme.md", ""),
    ]);
    let joined = |input: &str, source: SourceOption| {
        let options = Options {
            source,
            ..Options::default()
        };
        let read = folder.read_with(input, &options, &folder.environment());
        let Content::Plan(_, tree) = &read.reading.inputs[0].content else {
            panic!("a plan")
        };
        (tree.is_some(), read.told())
    };
    let mismatch = vec!["warning source-mismatch".to_owned()];
    let here = || SourceOption::Directory(PathBuf::from("."));
    assert_eq!(joined("whole.json", SourceOption::Automatic), (true, Vec::new()));
    assert_eq!(
        joined("part.json", SourceOption::Automatic),
        (false, mismatch.clone())
    );
    assert_eq!(joined("none.json", SourceOption::Automatic), (false, Vec::new()));
    assert_eq!(joined("whole.json", SourceOption::None), (false, Vec::new()));
    assert_eq!(joined("whole.json", here()), (true, Vec::new()));
    assert_eq!(joined("part.json", here()), (true, mismatch.clone()));
    assert_eq!(joined("none.json", here()), (true, mismatch));
    let empty = SourceOption::Directory(PathBuf::from("empty"));
    assert_eq!(
        joined("whole.json", empty),
        (false, vec!["error no-configuration".to_owned()])
    );
}
