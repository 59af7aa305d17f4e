//! What is read without `hcl::edit` is what `hcl::edit` reads: trees, places and problems.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::lower::Origin;
use super::{parse, plain};
use crate::source::{Sources, Syntax};

/// Whether the plain reader reads a text; if so, exactly as the parser does.
fn agrees(text: &str) -> Result<bool, String> {
    let mut sources = Sources::default();
    let source = sources.add("main.tf", text, Syntax::Hcl);
    let Some(plain) = plain::body(text, source, Origin::Shift(0)) else {
        return Ok(false);
    };
    let parsed = parse::body_by_parser(text, source, Origin::Shift(0));
    let (plain, parsed) = (format!("{plain:#?}"), format!("{parsed:#?}"));
    if plain == parsed {
        return Ok(true);
    }
    let differs = plain
        .lines()
        .zip(parsed.lines())
        .find(|(one, other)| one != other);
    Err(format!("{text}\n{differs:?}"))
}

fn is_read(text: &str) -> bool {
    agrees(text).unwrap()
}

#[test]
fn every_form_is_read_alike() {
    for text in [
        "",
        "# nothing\n",
        "a = 1\nb = -2.50\r\nc = \"\" // one\nd = \"${x}\" # two\ne = null",
        "a = \"$5 100% $${x} %%{y}\"\n",
        "a = \"x-${ each.key }$-${var.a[\"b\"].c[0]}%\"\n",
        "a = [] \nb = [1, \"a\",\n # c\n true,\n]\nc = {}\nd = { a = 1, \"b\" : 2 }\ne = {\n a = f(\n 1,\n x.y\n)\n\n b = [\n]\n # c\n}\n",
        "a = f()\nb = a::b(1)\nc = f(x...)\nd = f(1).x[0]\n",
        "a = x == 1 ? 2 : 3 # c\nb = (1 + 2)\nc = !x\nd = x[*].y\ne = x.0.y\n",
        "a = [for x in y : x]\nb = { for k, v in y : k => v }\nc = { (x) = 1, x.y = 2 }\n",
        "a = <<-EOT\n  x ${y}\n  EOT\nb = f(<<EOT\n{\nEOT\n)\n",
        "b \"l\" m {\n}\nb {}\nb { a = 1 }\nb { a = 1 + 2 }\nb { # c\n x = 1\n c \"d\" {\n y = [\n1]\n }\n}\n",
        "/* c */ a = 1 /* d */\n/* e\n */\nb /* f */ = 2\n",
        "ä = 1\nb = ö.ü\nc = \"ß ${x}\"\n",
        "\u{feff}a = 1\n",
        "a = 123456789012345678901234567890\nb = 1e3\nc = 0.1\n",
        "a = { x = 1\n y = 2 }\nb = { true = 1, null = 2 }\n",
    ] {
        assert!(is_read(text), "{text}");
    }
}

#[test]
fn what_is_wrong_is_left_to_the_parser() {
    for text in [
        "a = 1\na = 2\n",
        "a = \n",
        "a = 1 b = 2\n",
        "b { a = 1, c = 2 }\n",
        "b {\n a = 1 }\n",
        "b {\n a = 1\n a = 2\n}\n",
        "b \"${x}\" {\n}\n",
        "b \"x\n",
        "a = [1 2]\n",
        "a = f(1,,2)\n",
        "a = \"x\ny\"\n",
        "a = \"\\q\"\n",
        "a = 1.\n",
        "a = { x = 1, x = 2 }\n",
        "a = 1\n/* open\n",
        "}\n",
    ] {
        assert!(!is_read(text), "{text}");
    }
}

/// Every configuration that lies in the repository, and beside it where there is more.
#[test]
fn real_configurations_are_read_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = 0;
    for folder in [
        "testdata",
        "rules",
        "../shared/plans",
        "../shared/oracle",
        "../shared/cases",
    ] {
        for file in hcl_files(&root.join(folder)) {
            let Ok(text) = std::fs::read_to_string(&file) else {
                continue;
            };
            agrees(&text).unwrap_or_else(|difference| panic!("{}: {difference}", file.display()));
            texts += 1;
        }
    }
    assert!(texts > 30, "{texts}");
}

fn hcl_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| ending == "tf" || ending == "hcl")
            {
                found.push(path);
            }
        }
    }
    found
}

/// Pieces of HCL in any order: some of what comes out is right.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b-1",
        "for",
        "null",
        "true",
        "_x",
        "\"",
        "\"x\"",
        "\"a${b}c\"",
        "${",
        "%{",
        "$",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ".",
        "...",
        ",",
        "=",
        "==",
        ":",
        "?",
        "=>",
        "-",
        "!",
        "+",
        "*",
        "1",
        "0.5",
        "e3",
        " ",
        " ",
        "\n",
        "\n",
        "\r\n",
        "#c\n",
        "//c\n",
        "/*c*/",
        "<<E\n",
        "\nE\n",
        "ä",
        "in ",
        "if ",
        "x = 1\n",
        "b {\n",
        "}\n",
        "::",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..14).prop_map(|pieces| pieces.concat())
}

/// Values that are mostly right.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        [
            "1",
            "-1",
            "1.5",
            "null",
            "true",
            "\"\"",
            "\"a b\"",
            "\"x${y.z}\"",
            "\"$$\"",
            "a",
            "a.b",
            "a[0].b",
            "a[*].b",
            "a.b[\"c\"]",
            "1 + 2",
            "a ? b : c",
            "!a",
            "(a)",
            "f()",
            "<<E\nx\nE\n",
            "a.*.b",
            "\"${~ a ~}\"",
        ]
        .to_vec(),
    )
    .prop_map(str::to_owned);
    let gap = prop::sample::select(["", " ", "\n", " # c\n", "/**/"].to_vec());
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let values = prop::collection::vec((inner, gap.clone()), 0..4);
        (values, 0..5u8).prop_map(|(values, form)| {
            let text = |with: &str| {
                let each = values
                    .iter()
                    .map(|(value, gap)| format!("{gap}{value}{with}{gap}"));
                each.collect::<String>()
            };
            let keyed = values
                .iter()
                .enumerate()
                .map(|(key, (value, gap))| format!("{gap}k{key} = {value}{gap}"));
            match form {
                0 => format!("[{}]", text(",")),
                1 => format!("f({}x)", text(",")),
                2 => format!("{{{}}}", keyed.collect::<Vec<_>>().join(",")),
                3 => format!("{{\n{}\n}}", keyed.collect::<Vec<_>>().join("\n")),
                _ => format!("a[{}1].b", text("+")),
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_text_is_read_alike(text in soup()) {
        agrees(&text).unwrap();
    }

    #[test]
    fn any_value_is_read_alike(values in prop::collection::vec(value(), 1..3), in_block in any::<bool>()) {
        let lines: String = values.iter().enumerate().map(|(at, value)| format!("  v{at} = {value}\n")).collect();
        let text = if in_block { format!("b \"l\" {{\n{lines}}}\n") } else { lines };
        agrees(&text).unwrap();
    }
}
