//! Reading within bounds: nothing outside the root, no device files, nothing endless.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The largest file that configuration may bring in.
pub(super) const MAX_FILE: u64 = 64 << 20;
/// The largest input: a plan of some hundred thousand resources.
pub(super) const MAX_INPUT: u64 = 2 << 30;
/// How many files a `fileset` may have to look through.
const MAX_LISTED: usize = 200_000;
/// With more wrong bytes than these a file is no text that was saved in another encoding.
const MAX_WRONG: usize = 1_000;
/// How deep folders may lie.
const MAX_DEPTH: usize = 64;

/// The one way to the disk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    /// Canonical: nothing outside it is read, symbolic links included.
    pub root: Arc<PathBuf>,
    /// What relative paths count from: the root module's directory.
    pub base: Arc<PathBuf>,
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Missing,
    /// It lies outside the root, or a symbolic link leads there.
    Outside,
    /// A directory, a device, a pipe or a socket.
    NotAFile,
    TooLarge {
        limit: u64,
    },
    /// Neither UTF-8 nor UTF-16 with a byte order mark; the offset of the first wrong byte.
    NotText {
        offset: usize,
    },
    /// What the operating system says.
    Unreadable(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing => f.write_str("there is no such file"),
            Refusal::Outside => f.write_str("it lies outside the directory that may be read"),
            Refusal::NotAFile => f.write_str("it is not a regular file"),
            Refusal::TooLarge { limit } => write!(f, "it is larger than {} MiB", limit >> 20),
            Refusal::NotText { offset } => write!(f, "it is not text in UTF-8 (byte {offset})"),
            Refusal::Unreadable(why) => f.write_str(why),
        }
    }
}

impl Refusal {
    /// What the user can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Refusal::Outside => Some("`--root DIR` allows reading anywhere inside DIR"),
            Refusal::NotText { .. } => Some("save the file as UTF-8"),
            _ => None,
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Refusal::Missing,
            _ => Refusal::Unreadable(error.kind().to_string()),
        }
    }
}

impl Files {
    /// The bytes of a file; a relative path counts from the base.
    ///
    /// # Errors
    /// The file is missing, out of bounds, or not a regular file of bearable size.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        read_regular(&self.resolve(Path::new(path))?, MAX_FILE)
    }

    /// The text of a file, without its byte order mark.
    ///
    /// # Errors
    /// As [`Files::read`], or the bytes are no text.
    pub fn read_text(&self, path: &str) -> Result<String, Refusal> {
        decode(self.read(path)?)
    }

    /// Whether there is a regular file, as `fileexists` asks.
    ///
    /// # Errors
    /// Something is there that is not a file, or it is out of bounds.
    pub fn exists(&self, path: &str) -> Result<bool, Refusal> {
        match self.resolve(Path::new(path)) {
            Err(Refusal::Missing) => Ok(false),
            Err(refusal) => Err(refusal),
            Ok(path) if path.is_file() => Ok(true),
            Ok(_) => Err(Refusal::NotAFile),
        }
    }

    /// Every regular file below a directory, for `fileset`: paths relative to it with `/`, sorted.
    /// Links to directories are not followed.
    ///
    /// # Errors
    /// The directory is missing or out of bounds, or there are too many files.
    pub fn list(&self, directory: &str) -> Result<Vec<String>, Refusal> {
        let top = self.resolve(Path::new(directory))?;
        let mut found = Vec::new();
        let mut folders = vec![(top, String::new(), 0)];
        while let Some((folder, prefix, depth)) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let relative = format!("{prefix}{name}");
                let kind = entry.file_type()?;
                if kind.is_dir() && depth < MAX_DEPTH {
                    folders.push((entry.path(), format!("{relative}/"), depth + 1));
                } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                    found.push(relative);
                }
                if found.len() + folders.len() > MAX_LISTED {
                    return Err(Refusal::Unreadable(format!(
                        "more than {MAX_LISTED} files lie below it"
                    )));
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The canonical path of something that exists inside the root.
    ///
    /// # Errors
    /// It is missing, or out of bounds.
    pub fn resolve(&self, path: &Path) -> Result<PathBuf, Refusal> {
        let joined = self.base.join(path);
        let canonical = match joined.canonicalize() {
            Ok(canonical) => canonical,
            // A refusal must not tell what exists outside.
            Err(_) if !self.would_lie_inside(&joined) => return Err(Refusal::Outside),
            Err(error) => return Err(error.into()),
        };
        if canonical.starts_with(&*self.root) {
            Ok(canonical)
        } else {
            Err(Refusal::Outside)
        }
    }

    /// Whether something that does not exist would lie inside the root: its nearest ancestor that
    /// exists does.
    fn would_lie_inside(&self, path: &Path) -> bool {
        clean(path)
            .ancestors()
            .find_map(|ancestor| ancestor.canonicalize().ok())
            .is_some_and(|ancestor| ancestor.starts_with(&*self.root))
    }
}

/// The directory outside which nothing is read for a base: `root` where the user names one, else the
/// repository that encloses the base, else the working directory, and the base itself where it lies
/// outside that.
#[must_use]
pub fn root_for(base: &Path, root: Option<&Path>, working_directory: &Path) -> PathBuf {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(root) = root {
        return canonical(&working_directory.join(root));
    }
    let base = canonical(base);
    if let Some(repository) = base.ancestors().find(|directory| directory.join(".git").exists()) {
        return repository.to_owned();
    }
    let working_directory = canonical(working_directory);
    if base.starts_with(&working_directory) {
        working_directory
    } else {
        base
    }
}

/// Reads a regular file whole.
///
/// # Errors
/// It is missing, no regular file, or larger than `limit`.
pub(super) fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    // Looked at before it is opened: opening a pipe waits for its writer.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(Refusal::NotAFile);
    }
    let size = metadata.len().min(limit);
    read_sized(fs::File::open(path)?, size, limit)
}

/// Reads a stream to its end.
///
/// # Errors
/// It cannot be read, or holds more than `limit`.
pub(super) fn read_up_to(stream: impl Read, limit: u64) -> Result<Vec<u8>, Refusal> {
    read_sized(stream, 0, limit)
}

/// [`read_up_to`] of a stream that is expected to hold `size` bytes: room for them is made once.
fn read_sized(stream: impl Read, size: u64, limit: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::with_capacity(usize::try_from(size + 1).unwrap_or(0));
    stream.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge { limit });
    }
    Ok(bytes)
}

/// Text from bytes: UTF-8 with or without byte order mark, UTF-16 with one.
///
/// # Errors
/// The bytes are neither.
pub fn decode(bytes: Vec<u8>) -> Result<String, Refusal> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = bytes.get(2..).unwrap_or(&[]).chunks(2);
        let units = units.map(|pair| match pair {
            [first, second] => unit([*first, *second]),
            // Half a unit at the end is as wrong as half a pair.
            _ => 0xD800,
        });
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|_| Refusal::NotText { offset: 0 })
    };
    match bytes.as_slice() {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        _ => {
            let mut text = String::from_utf8(bytes).map_err(|error| Refusal::NotText {
                offset: error.utf8_error().valid_up_to(),
            })?;
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
    }
}

/// The same, where bytes that are no UTF-8 become `?`, one for each, so that every place stays right;
/// and where the first of them is.
///
/// # Errors
/// The bytes are no text.
pub(super) fn decode_repaired(mut bytes: Vec<u8>) -> Result<(String, Option<usize>), Refusal> {
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let mut first = None;
    let mut at = 0;
    let mut wrong = 0;
    while let Some(Err(error)) = bytes.get(at..).filter(|_| !wide).map(std::str::from_utf8) {
        let start = at + error.valid_up_to();
        let length = error.error_len().unwrap_or(bytes.len() - start);
        bytes
            .iter_mut()
            .skip(start)
            .take(length)
            .for_each(|byte| *byte = b'?');
        at = start + length;
        wrong += 1;
        let offset = *first.get_or_insert(start);
        if wrong > MAX_WRONG {
            return Err(Refusal::NotText { offset });
        }
    }
    // A byte order mark is not part of the text.
    let mark = if bytes.starts_with("\u{feff}".as_bytes()) {
        3
    } else {
        0
    };
    let first = first.map(|first: usize| first.saturating_sub(mark));
    decode(bytes).map(|text| (text, first))
}

/// Removes `.` and resolves `..` by name alone, as Terraform does with module paths.
#[must_use]
pub fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match cleaned.components().next_back() {
                Some(Component::Normal(_)) => {
                    cleaned.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => cleaned.push(".."),
            },
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// A path as people read it: relative to `base` where that is possible, with `/`.
#[must_use]
pub fn display(path: &Path, base: &Path) -> String {
    let path = clean(path);
    let base = clean(base);
    let common = path
        .components()
        .zip(base.components())
        .take_while(|(one, other)| one == other)
        .count();
    // Paths that share nothing but the root stay as they are.
    let relative = if common <= 1 && path.is_absolute() {
        path
    } else {
        let up = base.components().skip(common).map(|_| Component::ParentDir);
        up.chain(path.components().skip(common)).collect()
    };
    let text = relative.to_string_lossy().replace('\\', "/");
    if text.is_empty() { ".".to_owned() } else { text }
}
