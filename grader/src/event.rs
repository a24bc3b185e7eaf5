//! Progress, as it leaves the library: through a caller's callback, from whatever thread makes it.
//!
//! Events tell what happens now and carry nothing that a [`Report`](protocol::verdict::Report) lacks.

use std::path::PathBuf;

/// Something that happened while grading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Cargo builds the libraries that check programs link; only after a change of the grader.
    LibrariesStarted,
    /// The libraries are there.
    LibrariesFinished,
    /// A submission is taken in and compiled.
    BuildStarted {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
    },
    /// A submission was compiled, or will not be.
    BuildFinished {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
    },
    /// A check starts.
    CheckStarted {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
        /// The check's name.
        check: String,
    },
    /// A check was run.
    CheckFinished {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
        /// The check's name.
        check: String,
    },
    /// A submission was graded, its report is complete.
    SubmissionFinished {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
    },
}
