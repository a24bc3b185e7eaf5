//! Threads that a call leaves behind.

use harness::real::threads_left_by;
use harness::{Finding, Violation};

/// Calls `work` and holds if none of its threads is left once the process is quiescent.
///
/// # Errors
///
/// How many threads are left.
pub fn leaves_no_thread(what: &str, work: impl FnOnce()) -> Result<(), Violation> {
    match threads_left_by(work) {
        0 => Ok(()),
        left => {
            let expected = format!("expected all threads to be gone after {what}");
            Err(Violation::new(Finding::ThreadLeak, expected).got(format!("{left} of them are still there")))
        }
    }
}
