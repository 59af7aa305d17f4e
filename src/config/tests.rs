//! Directories, modules, variables and inputs, each rule on files of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::files::{Refusal, clean, decode, display};
use super::module::{Child, Mode, Module, ResourceName};
use super::syntax::ExpressionKind;
use super::*;
use crate::source::Severity;

/// A directory that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "clearway-config-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = Folder(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn environment(&self) -> Environment {
        Environment {
            working_directory: self.0.clone(),
            ..Environment::default()
        }
    }

    fn read(&self, input: &str) -> Read {
        self.read_with(input, &Options::default(), &self.environment())
    }

    fn read_with(&self, input: &str, options: &Options, environment: &Environment) -> Read {
        let mut sources = Sources::default();
        let reading = read(&[PathBuf::from(input)], options, environment, &mut sources);
        Read { reading, sources }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Read {
    reading: Reading,
    sources: Sources,
}

impl Read {
    fn tree(&self) -> &Tree {
        match &self.reading.inputs[0].content {
            Content::Directory(tree) => tree,
            other => panic!("{other:?}"),
        }
    }

    fn root(&self) -> &Module {
        assert_eq!(self.told(), Vec::<String>::new());
        &self.tree().root
    }

    /// `error code file:line text`, for each diagnostic.
    fn told(&self) -> Vec<String> {
        let line = |diagnostic: &Diagnostic| {
            let severity = if diagnostic.severity == Severity::Error {
                "error"
            } else {
                "warning"
            };
            let at = diagnostic.at.map_or(String::new(), |place| {
                let start = self.sources.positions(place).0;
                format!(
                    " {}:{} {}",
                    self.sources.path(place),
                    start.line,
                    self.sources.text(place)
                )
            });
            format!("{severity} {}{at}", diagnostic.code)
        };
        self.reading.diagnostics.iter().map(line).collect()
    }
}

fn resource(kind: &str, name: &str) -> ResourceName {
    ResourceName {
        mode: Mode::Managed,
        kind: Arc::from(kind),
        name: Arc::from(name),
    }
}

fn text(expression: &Expression) -> &str {
    match &expression.kind {
        ExpressionKind::String(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn which_files_make_a_module() {
    let local = |name: &str| format!("locals {{ {name} = 1 }}\n");
    let names = [
        "a.tf",
        "b.tofu",
        ".hidden.tf",
        "c.tf~",
        "#d.tf#",
        "e.tftest.hcl",
        "f.txt",
        "g.tf",
        "g.tofu",
        "sub/h.tf",
    ];
    let texts: Vec<String> = names
        .iter()
        .map(|name| local(&name.replace(['.', '~', '#', '/'], "_")))
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .copied()
        .zip(texts.iter().map(String::as_str))
        .collect();
    let folder = Folder::new(&files);
    folder.write("i.tf.json", br#"{"locals": {"i_json": 1}}"#);
    let read = folder.read(".");
    let locals: Vec<&str> = read.root().locals.keys().map(|name| &**name).collect();
    assert_eq!(locals, ["a_tf", "b_tofu", "g_tofu", "i_json"]);
    let paths: Vec<String> = read
        .sources
        .iter()
        .map(|source| source.path.to_string())
        .collect();
    assert_eq!(paths, ["a.tf", "b.tofu", "g.tofu", "i.tf.json"]);
}

#[test]
fn overrides_replace_what_they_name() {
    let folder = Folder::new(&[
        (
            "main.tf",
            "resource \"t\" \"a\" {\n  count = 1\n  x = \"base\"\n  y = \"base\"\n  rule { v = 1 }\n  rule { v = 2 }\n  \
             keep { v = 3 }\n  lifecycle {\n    create_before_destroy = true\n    prevent_destroy = true\n  }\n}\n\
             variable \"v\" {\n  type = string\n  default = \"base\"\n}\nlocals {\n  l = \"base\"\n  m = \"base\"\n}\n\
             module \"c\" {\n  source = \"./c\"\n  p = \"base\"\n  q = \"base\"\n}\n",
        ),
        (
            "z_override.tf",
            "resource \"t\" \"a\" {\n  count = 2\n  y = \"over\"\n  dynamic \"rule\" {\n    for_each = []\n    content {}\n  \
             }\n  lifecycle {\n    prevent_destroy = false\n  }\n}\nvariable \"v\" {\n  default = \"over\"\n}\n\
             locals {\n  m = \"over\"\n}\nmodule \"c\" {\n  source = \"./d\"\n  q = \"over\"\n}\n",
        ),
        ("override.tf.json", r#"{"locals": {"l": "json"}}"#),
        ("c/main.tf", "variable \"wrong\" {}\n"),
        ("d/main.tf", "variable \"p\" {}\nvariable \"q\" {}\n"),
    ]);
    let read = folder.read(".");
    let root = read.root();
    let a = &root.resources[&resource("t", "a")];
    assert_eq!(text(&a.body.attribute("x").unwrap().expression), "base");
    assert_eq!(text(&a.body.attribute("y").unwrap().expression), "over");
    assert_eq!(a.body.blocks_of("rule").count(), 0);
    assert_eq!(a.body.blocks_of("dynamic").count(), 1);
    assert_eq!(a.body.blocks_of("keep").count(), 1);
    let lifecycle = &a.meta[0].body;
    assert_eq!(lifecycle.attributes.len(), 2);
    assert_eq!(
        read.sources
            .text(lifecycle.attribute("prevent_destroy").unwrap().place),
        "prevent_destroy = false"
    );
    let count = a.repetition.count.as_ref().unwrap();
    assert_eq!(read.sources.path(count.place), "z_override.tf");
    assert_eq!(read.sources.path(a.header), "main.tf");
    assert_eq!(text(root.variables["v"].default.as_ref().unwrap()), "over");
    assert!(root.variables["v"].constraint.is_some());
    assert_eq!(text(&root.locals["l"].expression), "json");
    assert_eq!(text(&root.locals["m"].expression), "over");
    let Child::Loaded(child) = &root.calls["c"].child else {
        panic!("a child")
    };
    assert_eq!(&*child.directory, "d");
    assert_eq!(
        text(&root.calls["c"].arguments.attribute("q").unwrap().expression),
        "over"
    );
}

#[test]
fn meta_arguments_are_taken_out() {
    let folder = Folder::new(&[(
        "main.tf",
        "resource \"t\" \"a\" {\n  for_each = {}\n  provider = p.x\n  depends_on = [t.b]\n  size = 1\n  _ {\n    count = 3\n    \
         sub {}\n  }\n  provisioner \"local-exec\" {}\n  connection {}\n  timeouts {}\n}\n\
         terraform {\n  required_providers {\n    p = {\n      source = \"x/p\"\n      version = \"~> 4.0\"\n    }\n    \
         q = \"1.0\"\n  }\n}\nprovider \"p\" {\n  alias = \"x\"\n}\nmoved {\n  from = a.b\n  to = a.c\n}\n",
    )]);
    let read = folder.read(".");
    let root = read.root();
    let a = &root.resources[&resource("t", "a")];
    let attributes: Vec<&str> = a
        .body
        .attributes
        .iter()
        .map(|attribute| &*attribute.name.text)
        .collect();
    assert_eq!(attributes, ["size", "count"]);
    let blocks: Vec<&str> = a.body.blocks.iter().map(|block| &*block.keyword.text).collect();
    assert_eq!(blocks, ["timeouts", "sub"]);
    assert_eq!(a.meta.len(), 2);
    assert!(a.repetition.for_each.is_some() && a.repetition.count.is_none());
    assert!(a.provider.is_some() && a.depends_on.is_some());
    assert_eq!(root.required_providers["p"].source.as_deref(), Some("x/p"));
    assert_eq!(root.required_providers["p"].version.as_deref(), Some("~> 4.0"));
    assert_eq!(root.required_providers["q"].version.as_deref(), Some("1.0"));
    assert!(root.providers.contains_key("p.x"));
    assert_eq!(root.other.len(), 2);
}

#[test]
fn what_is_declared_twice_is_an_error_with_both_places() {
    let folder = Folder::new(&[
        (
            "a.tf",
            "variable \"v\" {}\nresource \"t\" \"a\" {}\nprovider \"p\" {}\nlocals {\n  l = 1\n}\n",
        ),
        (
            "b.tf",
            "\nvariable \"v\" {}\nresource \"t\" \"a\" {}\nprovider \"p\" {}\nlocals {\n  l = 1\n}\ndata \"t\" \"a\" {}\n",
        ),
    ]);
    let read = folder.read(".");
    assert_eq!(
        read.told(),
        [
            "error duplicate-block b.tf:2 variable \"v\"",
            "error duplicate-block b.tf:3 resource \"t\" \"a\"",
            "error duplicate-block b.tf:4 provider \"p\"",
            "error duplicate-local b.tf:6 l = 1",
        ]
    );
    assert_eq!(
        read.reading.diagnostics[1].detail,
        "the first is in `a.tf`, line 2"
    );
}

#[test]
fn children_are_found() {
    let folder = Folder::new(&[
        (
            "envs/dr/main.tf",
            "module \"a\" {\n  source = \"../../modules/a\"\n}\nmodule \"n\" {\n  source = \"Azure/n/azurerm\"\n  version = \"1\"\n}\n\
             module \"m\" {\n  source = \"Azure/m/azurerm\"\n}\nmodule \"gone\" {\n  source = \"./gone\"\n}\n",
        ),
        (
            "modules/a/main.tf",
            "module \"b\" {\n  source = \"../b\"\n}\nmodule \"inner\" {\n  source = \"git::x\"\n}\n",
        ),
        ("modules/b/main.tf", "output \"o\" {\n  value = 1\n}\n"),
        (
            "envs/dr/.terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"n","Source":"x","Dir":".terraform/modules/n"},
                {"Key":"a.inner","Source":"git::x","Dir":".terraform/modules/a.inner/sub"}]}"#,
        ),
        ("envs/dr/.terraform/modules/n/main.tf", ""),
        ("envs/dr/.terraform/modules/a.inner/sub/main.tf", ""),
    ]);
    let read = folder.read("envs/dr");
    assert_eq!(
        read.told(),
        [
            "error missing-module envs/dr/main.tf:11 module \"gone\"",
            "warning module-not-installed envs/dr/main.tf:9 \"Azure/m/azurerm\"",
        ]
    );
    let root = &read.tree().root;
    let child = |module: &Module, name: &str| match &module.calls[name].child {
        Child::Loaded(child) => Arc::clone(child),
        other => panic!("{other:?}"),
    };
    assert_eq!(&*root.directory, ".");
    let a = child(root, "a");
    assert_eq!(&*a.directory, "../../modules/a");
    assert_eq!(&*child(&a, "b").directory, "../../modules/b");
    assert_eq!(&*child(&a, "inner").directory, ".terraform/modules/a.inner/sub");
    assert_eq!(&*child(root, "n").directory, ".terraform/modules/n");
    assert!(
        matches!(&root.calls["m"].child, Child::NotInstalled { source } if &**source == "Azure/m/azurerm")
    );
    assert!(matches!(root.calls["gone"].child, Child::Unreadable));
    let paths: Vec<&str> = read.sources.iter().map(|source| &*source.path).collect();
    assert!(paths.contains(&"modules/b/main.tf"), "{paths:?}");
}

#[test]
fn a_module_that_leads_back_to_itself_is_an_error() {
    let folder = Folder::new(&[
        ("main.tf", "module \"a\" {\n  source = \"./a\"\n}\n"),
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\n"),
    ]);
    let read = folder.read(".");
    assert_eq!(read.told(), ["error module-cycle b/main.tf:1 module \"a\""]);
    let summary = &read.reading.diagnostics[0].summary;
    assert_eq!(summary, "the module `a` calls itself: `a` calls `b` calls `a`");
}

/// Every module calls the next one twice: as many paths as 2 to the 40th.
#[test]
fn modules_called_again_and_again_are_read_once() {
    let call = |next: usize| {
        format!(
            "module \"x\" {{\n  source = \"../m{next}\"\n}}\nmodule \"y\" {{\n  source = \"../m{next}\"\n}}\n"
        )
    };
    let folder = Folder::new(&[
        ("main.tf", "module \"x\" {\n  source = \"./m0\"\n}\n"),
        ("m40/main.tf", ""),
    ]);
    for index in 0..40 {
        folder.write(&format!("m{index}/main.tf"), call(index + 1).as_bytes());
    }
    let read = folder.read(".");
    read.root();
    assert_eq!(read.sources.iter().count(), 42);
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_root_is_read() {
    let folder = Folder::new(&[
        ("repo/.git/HEAD", ""),
        (
            "repo/main.tf",
            "module \"a\" {\n  source = \"../outside\"\n}\nmodule \"b\" {\n  source = \"./link\"\n}\n",
        ),
        ("repo/in/x.txt", "x"),
        ("outside/main.tf", ""),
        ("secret.txt", "secret"),
    ]);
    let repo = folder.0.join("repo");
    std::os::unix::fs::symlink("../outside", repo.join("link")).unwrap();
    std::os::unix::fs::symlink("../secret.txt", repo.join("secret")).unwrap();
    std::os::unix::fs::symlink(".", repo.join("in/loop")).unwrap();
    std::os::unix::fs::symlink("x.txt", repo.join("in/y.txt")).unwrap();
    let read = folder.read("repo");
    assert_eq!(
        read.told(),
        [
            "error unreadable-file repo/main.tf:2 \"../outside\"",
            "error unreadable-file repo/main.tf:5 \"./link\"",
        ]
    );
    let files = &read.tree().files;
    assert_eq!(files.read("secret"), Err(Refusal::Outside));
    assert_eq!(files.read("../secret.txt"), Err(Refusal::Outside));
    assert_eq!(files.read("../not-there"), Err(Refusal::Outside));
    assert_eq!(files.read("/etc/passwd"), Err(Refusal::Outside));
    assert_eq!(files.read("not-there"), Err(Refusal::Missing));
    assert_eq!(files.read("in"), Err(Refusal::NotAFile));
    assert_eq!(files.read_text("in/x.txt").as_deref(), Ok("x"));
    assert_eq!(files.exists("in/x.txt"), Ok(true));
    assert_eq!(files.exists("in/z.txt"), Ok(false));
    assert_eq!(files.list("in").unwrap(), ["x.txt", "y.txt"]);

    let wider = Options {
        root: Some(PathBuf::from(".")),
        ..Options::default()
    };
    let read = folder.read_with("repo", &wider, &folder.environment());
    assert_eq!(read.told(), Vec::<String>::new());
    assert_eq!(read.tree().files.read_text("secret").as_deref(), Ok("secret"));
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_refused_without_waiting() {
    let folder = Folder::new(&[("main.tf", "")]);
    std::os::unix::fs::symlink("/dev/zero", folder.0.join("zero")).unwrap();
    let wide = Options {
        root: Some(PathBuf::from("/")),
        ..Options::default()
    };
    let read = folder.read_with(".", &wide, &folder.environment());
    assert_eq!(read.tree().files.read("zero"), Err(Refusal::NotAFile));
    let pipe = std::process::Command::new("mkfifo")
        .arg(folder.0.join("pipe"))
        .status();
    if pipe.is_ok_and(|status| status.success()) {
        assert_eq!(read.tree().files.read("pipe"), Err(Refusal::NotAFile));
        assert_eq!(folder.read("pipe").told(), ["error unreadable-file"]);
    }
}

#[test]
fn texts_in_every_encoding() {
    let wide = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units
            .flat_map(|unit: u16| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    let text = "é = \"𝄞\"\n";
    assert_eq!(decode(text.into()).as_deref(), Ok(text));
    assert_eq!(decode(format!("\u{feff}{text}").into()).as_deref(), Ok(text));
    assert_eq!(decode(wide(text, false)).as_deref(), Ok(text));
    assert_eq!(decode(wide(text, true)).as_deref(), Ok(text));
    assert_eq!(decode(vec![b'a', 0xFF]), Err(Refusal::NotText { offset: 1 }));
    assert_eq!(
        decode(vec![0xFF, 0xFE, 0x41]),
        Err(Refusal::NotText { offset: 0 })
    );
    let folder = Folder::new(&[]);
    folder.write("main.tf", &wide("locals {\r\n  a = 1\r\n}\r\n", false));
    let read = folder.read(".");
    assert_eq!(read.sources.positions(read.root().locals["a"].place).0.line, 2);
}

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
fn blocks_and_labels_that_terraform_does_not_know() {
    let folder = Folder::new(&[(
        "main.tf",
        "wibble \"x\" {}\nresource \"a\" {}\nvariable \"a\" \"b\" {}\nlocals = {}\nresource \"t\" \"a\" {\n  count = 1\n  \
         for_each = []\n}\nvariable \"v\" {\n  tpye = string\n}\nmodule \"m\" {}\n",
    )]);
    assert_eq!(
        folder.read(".").told(),
        [
            "error unsupported-argument main.tf:4 locals",
            "error unsupported-block main.tf:1 wibble \"x\"",
            "error missing-label main.tf:2 {",
            "error extra-label main.tf:3 \"b\"",
            "error count-and-for-each main.tf:7 for_each",
            "warning unknown-argument main.tf:10 tpye",
            "error missing-source main.tf:12 module \"m\"",
        ]
    );
}

#[test]
fn many_files_are_read_in_order() {
    let folder = Folder::new(&[]);
    for index in 0..40 {
        let mut text = format!("locals {{ l{index} = 1 }}\n");
        while text.len() < 20_000 {
            text.push_str("# a long comment, so that the files are shared out between threads\n");
        }
        folder.write(&format!("f{index:02}.tf"), text.as_bytes());
    }
    let read = folder.read(".");
    for (name, attribute) in &read.root().locals {
        let index: usize = name[1..].parse().unwrap();
        assert_eq!(read.sources.path(attribute.place), format!("f{index:02}.tf"));
    }
    assert_eq!(read.root().locals.len(), 40);
}

#[test]
fn paths_are_shown_relative() {
    let show = |path: &str, base: &str| display(Path::new(path), Path::new(base));
    assert_eq!(show("/a/b/c.tf", "/a/b"), "c.tf");
    assert_eq!(show("/a/b/./x/../c.tf", "/a/d"), "../b/c.tf");
    assert_eq!(show("/a/b", "/a/b"), ".");
    assert_eq!(show("/x/y", "/a/b"), "/x/y");
    assert_eq!(clean(Path::new("./a/../../b")), Path::new("../b"));
}
