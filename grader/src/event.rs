//! Progress, which the library reports through a caller's callback, from any thread.
//!
//! Events say what happens now. But for durations, they carry nothing that is not in a
//! [`Report`](protocol::verdict::Report) as well.

use std::time::Duration;

/// Something that happened while grading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Cargo builds the libraries that check programs link. This happens only after a change of the grader.
    LibrariesStarted,
    /// The libraries are built.
    LibrariesFinished,
    /// A submission is taken in and compiled.
    BuildStarted {
        /// The exercise's name.
        exercise: String,
    },
    /// A submission was compiled, or will not be.
    BuildFinished,
    /// A check starts.
    CheckStarted {
        /// The exercise's name.
        exercise: String,
        /// The check's name.
        check: String,
    },
    /// A check was run.
    CheckFinished {
        /// The check's name.
        check: String,
    },
    /// A submission was graded, its report is complete.
    SubmissionFinished,
    /// The submissions of a class were compared with what is kept.
    ClassSelected {
        /// How many will be graded.
        n_to_grade: usize,
    },
    /// A submission of a class was graded, and its report is kept.
    ClassMemberFinished {
        /// Its place among the submissions of the class.
        index: usize,
        /// How long it took, while others were graded beside it.
        elapsed: Duration,
    },
    /// Mutants were made and chosen.
    MutantsSelected {
        /// How many will be graded.
        n_mutants: usize,
    },
    /// A mutant was graded, or it was known what becomes of it.
    MutantFinished {
        /// Whether it survives, and nothing says why.
        is_unexplained: bool,
    },
}
