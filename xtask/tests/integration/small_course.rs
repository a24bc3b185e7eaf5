//! A course with two exercises that a test may change: `counting` and `reckoning`, whose checks take no time.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

use super::handout::copy;
use super::root;

/// A copy of the small courses of the grader's tests. It lies in the target folder, so the libraries are those of this
/// repository.
pub(super) struct SmallCourse {
    folder: TempDir,
}

impl SmallCourse {
    pub(super) fn new() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        for course in ["course", "forging"] {
            let from = root().join("grader/testdata").join(course);
            for part in ["exercises", "grader", "solutions"] {
                copy(&from.join(part), &folder.path().join(part)).expect("the course is copied");
            }
        }
        let course = Self { folder };
        for exercise in ["counting", "reckoning"] {
            let stub = course.root().join("grader/checks").join(exercise).join("stub.rs");
            fs::copy(course.library(exercise), stub).expect("the stub is copied");
        }
        course
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// What the student edits.
    pub(super) fn library(&self, exercise: &str) -> PathBuf {
        self.root().join("exercises").join(exercise).join("src/lib.rs")
    }

    /// The student saves `text`.
    pub(super) fn write(&self, exercise: &str, text: &str) {
        fs::write(self.library(exercise), text).expect("a file");
    }

    /// The command, in the root of the course.
    pub(super) fn xtask(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(args)
            .current_dir(self.root())
            .env_remove("NO_COLOR")
            .env_remove("CI");
        command
    }

    /// What the command prints when it succeeds, and nothing on standard error.
    #[track_caller]
    pub(super) fn prints(&self, args: &[&str]) -> String {
        let output = self.xtask(args).assert().code(0).stderr("").get_output().clone();
        String::from_utf8(output.stdout).expect("a text")
    }
}

/// Right for `counting`.
pub(super) const COUNTS: &str = include_str!("../../../grader/testdata/course/solutions/counting/variants/atomic.rs");
/// Fails one check of `counting` with a race.
pub(super) const LOSES_COUNTS: &str =
    include_str!("../../../grader/testdata/course/solutions/counting/mistakes/load_then_store.rs");
