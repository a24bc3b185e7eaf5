//! The answer of Cargo and rustup, cached in a file beside the executable.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::{Libraries, Support};

/// Cache key.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) executable: Stamp,
    pub(super) root: PathBuf,
    /// The name of the compiler in the environment.
    pub(super) compiler: PathBuf,
}

/// What shows that a file has changed.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) path: PathBuf,
    nanoseconds: u128,
    length: u64,
}

/// What is cached.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) rustc: Stamp,
    pub(super) sources: Sources,
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

/// The sources of the libraries, which the executable does not contain.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sources {
    /// The folders of their packages.
    folders: Vec<PathBuf>,
    /// The files in them, and the manifest and lock file of the workspace.
    stamps: Vec<Stamp>,
}

impl Sources {
    /// The sources in these folders, as they are now.
    pub(super) fn of(root: &Path, folders: Vec<PathBuf>) -> Sources {
        let mut files = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
        let mut unread: Vec<PathBuf> = folders.iter().map(|folder| folder.join("src")).collect();
        files.extend(folders.iter().map(|folder| folder.join("Cargo.toml")));
        while let Some(folder) = unread.pop() {
            for entry in folder.read_dir().into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { &mut unread } else { &mut files }.push(path);
            }
        }
        files.sort();
        Sources {
            stamps: files.iter().filter_map(|file| Stamp::of(file)).collect(),
            folders,
        }
    }
}

impl Entry {
    pub(super) fn is_valid(&self, key: &Key) -> bool {
        let Libraries {
            model_std,
            harness,
            dependencies,
            ..
        } = &self.libraries;
        self.key == *key
            && Sources::of(&key.root, self.sources.folders.clone()) == self.sources
            && Stamp::of(&self.rustc.path).as_ref() == Some(&self.rustc)
            && [model_std, harness, dependencies]
                .into_iter()
                .chain(&self.libraries.files)
                .all(|path| path.exists())
            && self.libraries.support.as_ref().is_none_or(Support::is_there)
    }
}

pub(super) fn read(file: &Path) -> Option<Entry> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

/// Replaces the file as a whole: several graders may write the same answer at once.
pub(super) fn write(file: &Path, entry: &Entry) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut new, entry)?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_for_another_executable_or_other_sources_or_without_its_files_is_invalid() {
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
        let package = folder.path().join("package");
        let source = package.join("src/below/lib.rs");
        std::fs::create_dir_all(package.join("src/below")).expect("a folder");
        std::fs::write(&source, "fn f() {}").expect("a file");
        let entry = Entry {
            key: key(1),
            rustc,
            sources: Sources::of(Path::new("/"), vec![package]),
            libraries,
        };
        assert!(entry.is_valid(&key(1)));
        assert!(!entry.is_valid(&key(2)));
        std::fs::write(&source, "fn g() -> u8 { 0 }").expect("a file");
        assert!(!entry.is_valid(&key(1)));
        std::fs::write(&source, "fn f() {}").expect("a file");
        std::fs::File::options()
            .write(true)
            .open(&source)
            .and_then(|file| file.set_modified(UNIX_EPOCH))
            .expect("its time is set");
        assert!(!entry.is_valid(&key(1)), "the time counts as well");
        let sources = Sources::of(Path::new("/"), entry.sources.folders.clone());
        let entry = Entry { sources, ..entry };
        assert!(entry.is_valid(&key(1)));
        std::fs::remove_file(folder.path().join("harness")).expect("it was there");
        assert!(!entry.is_valid(&key(1)));
    }
}
