//! Files that nobody may lose: one is replaced as a whole or not at all, and a copy never takes the place of another.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// More copies than anybody makes.
const MOST_COPIES: usize = 10_000;

/// Writes `bytes` beside `path`, under the first name of `lib.rs.old-1`, `lib.rs.old-2`, … that is free.
pub(crate) fn aside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    for number in 1..=MOST_COPIES {
        let copy = with_end(path, &format!(".old-{number}"));
        match write_new(&copy, bytes, Durability::OutlastsCrash) {
            Ok(()) => return Ok(copy),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Puts a file with `bytes` at `path`. A reader sees the old file or the whole new one, and after an error there is the
/// old one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, Durability::OutlastsCrash)
}

/// As [`replace`], for what can be made again: if the whole machine stops at once, the file may be empty afterwards.
/// Thousands of files take a fraction of the time.
pub(crate) fn replace_for_now(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, Durability::UntilCrash)
}

/// What a file outlasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    UntilCrash,
    OutlastsCrash,
}

fn put(path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Two commands may replace the same file at the same time, also on two machines, on which processes may have the
    // same number.
    let new = with_end(path, &format!(".new-{:016x}", RandomState::new().hash_one(())));
    write_new(&new, bytes, durability)?;
    let renamed = keep_permissions(path, &new).and_then(|()| fs::rename(&new, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&new);
    }
    renamed
}

fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(metadata) => fs::set_permissions(new, metadata.permissions()),
        Err(_) => Ok(()),
    }
}

/// Makes the file, which is not there before. After an error it is not there either.
fn write_new(path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| match durability {
        Durability::OutlastsCrash => file.sync_all(),
        Durability::UntilCrash => Ok(()),
    });
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_takes_a_free_name_and_a_replacement_leaves_no_other_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("below/lib.rs");
        for text in ["one", "two", "three"] {
            replace(&path, text.as_bytes()).expect("it is replaced");
            aside(&path, text.as_bytes()).expect("it is kept");
        }
        let mut files: Vec<(String, String)> = fs::read_dir(folder.path().join("below"))
            .expect("the folder is there")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let text = fs::read_to_string(entry.path()).expect("a text");
                (entry.file_name().into_string().expect("a name"), text)
            })
            .collect();
        files.sort();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let copies = [
            ("lib.rs.old-1", "one"),
            ("lib.rs.old-2", "two"),
            ("lib.rs.old-3", "three"),
        ];
        assert_eq!(files, [&[("lib.rs", "three")], &copies[..]].concat());
    }
}
