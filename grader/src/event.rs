//! Progress, as it leaves the library: through a caller's callback, from whatever thread makes it.
//!
//! Events tell what happens now and carry nothing that a [`Report`](protocol::verdict::Report) lacks.

use std::path::PathBuf;

use protocol::verdict::Verdict;

/// Something that happened while grading.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Cargo builds the libraries that check programs link; only after a change of the grader.
    LibrariesStarted,
    /// The libraries are there.
    LibrariesFinished,
    /// The compiler starts on a submission.
    BuildStarted {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
    },
    /// The compiler is done with a submission.
    BuildFinished {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
        /// What it came to: passed, failed or ungraded.
        verdict: Verdict,
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
    /// A check was judged.
    CheckFinished {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
        /// The check's name.
        check: String,
        /// The judgement.
        verdict: Verdict,
    },
    /// A submission was graded, its report is complete.
    SubmissionFinished {
        /// The exercise.
        exercise: String,
        /// The submission, as its reader names it.
        submission: PathBuf,
    },
}
