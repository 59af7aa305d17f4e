//! What of a directory makes a module, and which modules it calls.

use super::*;
use crate::config::module::{Child, Mode, ResourceName};

fn resource(kind: &str, name: &str) -> ResourceName {
    ResourceName {
        mode: Mode::Managed,
        kind: Arc::from(kind),
        name: Arc::from(name),
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

#[test]
fn blocks_and_labels_that_terraform_does_not_know() {
    let folder = Folder::new(&[(
        "main.tf",
        "wibble \"x\" {}\nresource \"a\" {}\nvariable \"a\" \"b\" {}\nlocals = {}\nlocals {\n  b {}\n}\nresource \"t\" \"a\" {\n  count = 1\n  \
         for_each = []\n}\nvariable \"v\" {\n  tpye = string\n}\nmodule \"m\" {}\n",
    )]);
    assert_eq!(
        folder.read(".").told(),
        [
            "error unsupported-argument main.tf:4 locals",
            "error unsupported-block main.tf:1 wibble \"x\"",
            "error missing-label main.tf:2 {",
            "error extra-label main.tf:3 \"b\"",
            "error unsupported-block main.tf:6 b",
            "error count-and-for-each main.tf:10 for_each",
            "warning unknown-argument main.tf:13 tpye",
            "error missing-source main.tf:15 module \"m\"",
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
