//! What may be read, and in which encodings.

use std::path::Path;

use super::*;
use crate::config::files::{Refusal, clean, decode, display};

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

/// As in Terraform, one character in another encoding is an error at its place, and hides nothing.
#[test]
fn a_byte_that_is_no_utf8_hides_nothing_else() {
    let folder = Folder::new(&[]);
    folder.write(
        "main.tf",
        b"\xEF\xBB\xBFlocals {\n  a = \"caf\xE9 \xE9\"\n  b = [1 2]\n  c = 1\n}\nlocals {\n  d = 1\n}\n",
    );
    let read = folder.read(".");
    assert_eq!(
        read.told(),
        [
            "error invalid-encoding main.tf:2 ?",
            "error missing-comma main.tf:3 2"
        ]
    );
    assert!(read.tree().root.locals.contains_key("d"));
    folder.write("main.tf", &[0xE9; 4_000]);
    assert_eq!(folder.read(".").told().first().unwrap(), "error unreadable-file");
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
