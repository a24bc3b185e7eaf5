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
    /// What Cargo built from them.
    pub(super) built: Vec<Stamp>,
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
    /// Their source files, those of their build scripts and their manifests, and what the workspace says about all
    /// packages.
    stamps: Vec<Stamp>,
}

impl Sources {
    /// The sources in these folders, as they are now.
    pub(super) fn of(root: &Path, folders: Vec<PathBuf>) -> Sources {
        let of_all = ["Cargo.lock", "Cargo.toml", ".cargo/config.toml", "rust-toolchain.toml"];
        let mut files: Vec<PathBuf> = of_all.iter().map(|name| root.join(name)).collect();
        let mut unread: Vec<PathBuf> = folders.iter().map(|folder| folder.join("src")).collect();
        // A build script and its modules are beside the folder `src`. Other folders belong to other packages.
        for entry in folders
            .iter()
            .flat_map(|folder| folder.read_dir().into_iter().flatten().flatten())
        {
            let path = entry.path();
            let is_source = path
                .extension()
                .is_some_and(|extension| extension == "rs" || extension == "toml");
            files.extend(Some(path).filter(|_| is_source));
        }
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
        self.key == *key
            && Sources::of(&key.root, self.sources.folders.clone()) == self.sources
            && Stamp::of(&self.rustc.path).as_ref() == Some(&self.rustc)
            && stamps_of(&self.libraries).as_ref() == Some(&self.built)
    }
}

/// The stamps of everything that is linked or run; `None` if a file is missing.
pub(super) fn stamps_of(libraries: &Libraries) -> Option<Vec<Stamp>> {
    let Libraries {
        model_std,
        harness,
        files,
        support,
        ..
    } = libraries;
    let of_support = support.iter().flat_map(Support::files);
    let all = [model_std, harness].into_iter().chain(files).chain(of_support);
    all.map(|file| Stamp::of(file)).collect()
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
        let built = stamps_of(&libraries).expect("they are there");
        let package = folder.path().join("package");
        let source = package.join("src/below/lib.rs");
        std::fs::create_dir_all(package.join("src/below")).expect("a folder");
        std::fs::write(&source, "fn f() {}").expect("a file");
        let entry = Entry {
            key: key(1),
            rustc,
            sources: Sources::of(Path::new("/"), vec![package.clone()]),
            built,
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
        let again = |entry: Entry| Entry {
            sources: Sources::of(Path::new("/"), entry.sources.folders.clone()),
            ..entry
        };
        let entry = again(entry);
        assert!(entry.is_valid(&key(1)));
        std::fs::write(package.join("build.rs"), "fn main() {}").expect("a file");
        assert!(!entry.is_valid(&key(1)), "a build script is a source");
        let entry = again(entry);
        assert!(entry.is_valid(&key(1)));
        std::fs::write(folder.path().join("model_std"), "another library").expect("a file");
        assert!(!entry.is_valid(&key(1)), "somebody else has built the library");
        let built = stamps_of(&entry.libraries).expect("they are there");
        let entry = Entry { built, ..entry };
        assert!(entry.is_valid(&key(1)));
        std::fs::remove_file(folder.path().join("harness")).expect("it was there");
        assert!(!entry.is_valid(&key(1)));
    }
}
