//! What was found out about the libraries, kept beside the executable.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::{Libraries, Support};

/// What a kept answer depends on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) executable: Stamp,
    pub(super) root: PathBuf,
    /// The compiler as it is named, not where it was found: the same Cargo built the executable with it.
    pub(super) compiler: PathBuf,
    /// The sources of the support library, which are no part of the executable, and the versions of all libraries.
    pub(super) support: Vec<Stamp>,
}

/// A file as it was when it was looked at.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) path: PathBuf,
    nanoseconds: u128,
    length: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) key: Key,
    pub(super) rustc: Stamp,
    pub(super) libraries: Libraries,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Stamp> {
        let metadata = path.metadata().ok()?;
        let nanoseconds = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some(Stamp {
            path: path.to_owned(),
            nanoseconds,
            length: metadata.len(),
        })
    }
}

impl Kept {
    pub(super) fn is_good(&self, key: &Key) -> bool {
        let Libraries {
            model_std,
            harness,
            dependencies,
            ..
        } = &self.libraries;
        self.key == *key
            && Stamp::of(&self.rustc.path).as_ref() == Some(&self.rustc)
            && [model_std, harness, dependencies]
                .into_iter()
                .chain(&self.libraries.files)
                .all(|path| path.exists())
            && self.libraries.support.as_ref().is_none_or(Support::is_there)
    }
}

pub(super) fn read(file: &Path) -> Option<Kept> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

/// Several graders may keep the same answer at once: each puts a whole file in place.
pub(super) fn keep(file: &Path, kept: &Kept) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut new, kept)?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_for_another_executable_or_without_its_files_does_not_count() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, name).expect("a file");
            path
        };
        let key = |length| Key {
            executable: Stamp {
                path: "/x".into(),
                nanoseconds: 1,
                length,
            },
            root: "/".into(),
            compiler: "rustc".into(),
            support: Vec::new(),
        };
        let libraries = Libraries {
            rustc: file("rustc"),
            compiler: "rustc 1.95.0".to_owned(),
            model_std: file("model_std"),
            harness: file("harness"),
            dependencies: folder.path().to_owned(),
            files: Vec::new(),
            support: None,
        };
        let rustc = Stamp::of(&libraries.rustc).expect("it is there");
        let kept = Kept {
            key: key(1),
            rustc,
            libraries,
        };
        assert!(kept.is_good(&key(1)));
        assert!(!kept.is_good(&key(2)));
        std::fs::remove_file(folder.path().join("harness")).expect("it was there");
        assert!(!kept.is_good(&key(1)));
    }
}
