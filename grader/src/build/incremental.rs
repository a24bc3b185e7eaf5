//! The compiler's incremental compilation cache for the check program of one submission.
//!
//! A student grades the same exercise again after each edit, and the check program stays the same: with the cache, the
//! compiler compiles only what the edit has changed. One build at a time uses the cache of a submission, because the
//! compiler discards it when the program is written to another path. A failure of the cache costs time and nothing
//! else.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::libraries::{Libraries, Support};

/// How many codegen units the compiler divides the program into. It compiles the changed ones again. With more of them
/// it writes more files than it saves work (measured with 4, 16, 64 and 256).
const CODEGEN_UNITS: u32 = 16;

/// The cache of one submission, locked while this value lives.
#[derive(Debug)]
pub struct IncrementalCache {
    folder: PathBuf,
    /// Cache key.
    key: String,
    _lock: File,
}

impl IncrementalCache {
    /// The cache for the check program of `exercise`, with its main file at `checks`, and the submission called
    /// `submission`.
    ///
    /// `None` if another build uses it, or it cannot be written.
    pub fn open(exercise: &str, submission: &str, checks: &Path, libraries: &Libraries) -> Option<IncrementalCache> {
        let executable = std::env::current_exe().ok()?;
        let folder = executable.with_extension("incremental").join(exercise).join(submission);
        fs::create_dir_all(&folder).ok()?;
        let lock = File::create(folder.join("lock")).ok()?;
        lock.try_lock().ok()?;
        Some(IncrementalCache {
            key: key(checks, libraries).ok()?,
            folder,
            _lock: lock,
        })
    }

    /// The compiler's options for a build that uses the cache.
    pub(super) fn args(&self) -> [OsString; 4] {
        if !fs::read_to_string(self.key_file()).is_ok_and(|key| key == self.key) {
            self.clear();
        }
        let mut incremental = OsString::from("-Cincremental=");
        incremental.push(self.session());
        let units = format!("-Ccodegen-units={CODEGEN_UNITS}").into();
        [incremental, units, "-o".into(), self.program().into()]
    }

    /// The folder that the compiler then writes to.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Moves the compiled program to `place`, and marks the cache as valid for its key.
    pub(super) fn finish(&self, place: &Path) -> io::Result<()> {
        let from = self.program();
        // A file cannot be moved to another file system.
        fs::rename(&from, place).or_else(|_| fs::copy(&from, place).map(drop))?;
        fs::write(self.key_file(), &self.key)
    }

    /// Empties the cache.
    pub(super) fn clear(&self) {
        let _ = fs::remove_file(self.key_file());
        let _ = fs::remove_dir_all(self.session());
        let _ = fs::remove_file(self.program());
    }

    fn session(&self) -> PathBuf {
        self.folder.join("session")
    }

    fn program(&self) -> PathBuf {
        self.folder.join("program")
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("key")
    }
}

/// The cache key: the compiler, the libraries and the checks.
fn key(checks: &Path, libraries: &Libraries) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    libraries.compiler.hash(&mut hasher);
    let of_support = libraries.support.iter().flat_map(Support::files);
    let linked = [&libraries.model_std, &libraries.harness].into_iter();
    for library in linked.chain(&libraries.files).chain(of_support) {
        (library, library.metadata()?.modified()?).hash(&mut hasher);
    }
    let mut files: Vec<PathBuf> = fs::read_dir(checks.parent().unwrap_or(checks))?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    for file in files {
        (&file, fs::read(&file)?).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libraries(folder: &Path) -> Libraries {
        let file = |name: &str| {
            let path = folder.join(name);
            fs::write(&path, name).expect("a file");
            path
        };
        Libraries {
            rustc: "rustc".into(),
            compiler: "rustc 1.95.0".to_owned(),
            model_std: file("model_std"),
            harness: file("harness"),
            dependencies: folder.to_owned(),
            files: Vec::new(),
            support: None,
        }
    }

    #[test]
    fn one_build_at_a_time_uses_the_cache_and_another_check_program_empties_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let libraries = libraries(folder.path());
        let checks = folder.path().join("main.rs");
        fs::write(&checks, "fn main() {}").expect("a file");
        // A name of its own: other tests of this executable may run at the same time.
        let open = || IncrementalCache::open("incremental_cache_test", "submission", &checks, &libraries);
        let first = open().expect("nobody uses it");
        assert!(open().is_none(), "two builds use it at once");
        first.clear();
        fs::create_dir_all(first.session()).expect("a folder");
        fs::write(first.program(), "program").expect("a file");
        let place = folder.path().join("program");
        first.finish(&place).expect("there is room");
        assert_eq!(fs::read_to_string(&place).expect("it was moved"), "program");
        first.args();
        assert!(first.session().exists(), "a valid cache was emptied");
        drop(first);
        fs::write(&checks, "fn main() { }").expect("a file");
        let second = open().expect("nobody uses it");
        second.args();
        assert!(!second.session().exists(), "the cache of other checks was used");
        drop(second);
        let caches = std::env::current_exe().expect("a path").with_extension("incremental");
        fs::remove_dir_all(caches.join("incremental_cache_test")).expect("it is there");
    }
}
