//! The exit codes, which scripts may rely on; nothing else ends the process.

use std::process;

use protocol::verdict::Overall;

/// How the command ended. The order is that of urgency: of several submissions the most urgent code wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ExitCode {
    /// Every check passed, or there was nothing to judge.
    Passed = 0,
    /// Graded, and something failed; a submission that does not compile is graded.
    Failed = 1,
    /// The command line is wrong, or names something that does not exist.
    Usage = 2,
    /// The grader could not do its work: no verdict on the submission.
    Ungraded = 3,
    /// A part of a class is not complete. The number is `EX_TEMPFAIL` of sysexits.h, on which cluster systems run a job
    /// again.
    TryAgain = 75,
    /// Stopped by a signal.
    Interrupted = 130,
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        process::ExitCode::from(code as u8)
    }
}

impl From<Overall> for ExitCode {
    fn from(overall: Overall) -> Self {
        match overall {
            Overall::Passed => ExitCode::Passed,
            Overall::Failed => ExitCode::Failed,
            Overall::Ungraded => ExitCode::Ungraded,
        }
    }
}
