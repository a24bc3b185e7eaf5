//! Where an earlier build of a check program got to, kept for the next build for the same submission.
//!
//! A student edits, grades, edits and grades again, and the check program is the same each time: the compiler's incremental
//! compilation does again only what the edit has changed. What is kept belongs to one submission alone, and one build at a
//! time has it, because the compiler starts afresh when the program is to be written to another place. Whatever goes wrong
//! here costs time and nothing else.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::libraries::Libraries;

/// Into how many parts the compiler divides the program. It works again on those parts that have changed; with more of them
/// it would write more files than it saves work (measured with 4, 16, 64 and 256).
const PARTS: u32 = 16;

/// What is kept of one submission's builds; nobody else has it as long as this value lives.
#[derive(Debug)]
pub struct HeadStart {
    folder: PathBuf,
    /// What it is worth nothing without.
    key: String,
    _lock: File,
}

impl HeadStart {
    /// What is kept for the check program of `exercise`, with its main file at `checks`, and the submission called `submission`.
    ///
    /// `None` if another build has it, or there is no place to keep anything.
    pub fn of(exercise: &str, submission: &str, checks: &Path, libraries: &Libraries) -> Option<HeadStart> {
        let executable = std::env::current_exe().ok()?;
        let folder = executable.with_extension("sessions").join(exercise).join(submission);
        fs::create_dir_all(&folder).ok()?;
        let lock = File::create(folder.join("lock")).ok()?;
        lock.try_lock().ok()?;
        Some(HeadStart {
            key: key(checks, libraries).ok()?,
            folder,
            _lock: lock,
        })
    }

    /// The options with which the compiler goes on from there.
    pub(super) fn args(&self) -> [OsString; 4] {
        if !fs::read_to_string(self.key_file()).is_ok_and(|key| key == self.key) {
            self.forget();
        }
        let mut incremental = OsString::from("-Cincremental=");
        incremental.push(self.session());
        let parts = format!("-Ccodegen-units={PARTS}").into();
        [incremental, parts, "-o".into(), self.program().into()]
    }

    /// The folder that the compiler writes to then.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Moves the program that was compiled with these options to `place`.
    pub(super) fn finish(&self, place: &Path) -> io::Result<()> {
        let from = self.program();
        // Another file system takes a copy.
        fs::rename(&from, place).or_else(|_| fs::copy(&from, place).map(drop))?;
        fs::write(self.key_file(), &self.key)
    }

    /// Starts from nothing the next time.
    pub(super) fn forget(&self) {
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

/// The compiler, the libraries and the checks.
fn key(checks: &Path, libraries: &Libraries) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    libraries.compiler.hash(&mut hasher);
    for library in [&libraries.model_std, &libraries.harness] {
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
    fn one_build_at_a_time_has_what_is_kept_and_another_check_program_starts_from_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let libraries = libraries(folder.path());
        let checks = folder.path().join("main.rs");
        fs::write(&checks, "fn main() {}").expect("a file");
        // A name of its own: other tests of this executable may run at the same time.
        let open = || HeadStart::of("head_start_test", "submission", &checks, &libraries);
        let first = open().expect("nobody has it");
        assert!(open().is_none(), "two builds have it at once");
        first.forget();
        fs::create_dir_all(first.session()).expect("a folder");
        fs::write(first.program(), "program").expect("a file");
        let place = folder.path().join("program");
        first.finish(&place).expect("there is room");
        assert_eq!(fs::read_to_string(&place).expect("it was moved"), "program");
        first.args();
        assert!(first.session().exists(), "what is worth something was thrown away");
        drop(first);
        fs::write(&checks, "fn main() { }").expect("a file");
        let second = open().expect("nobody has it");
        second.args();
        assert!(!second.session().exists(), "what belongs to other checks was kept");
        drop(second);
        let kept = std::env::current_exe().expect("a path").with_extension("sessions");
        fs::remove_dir_all(kept.join("head_start_test")).expect("it is there");
    }
}
