//! Threads that a call leaves behind, and threads that do not sleep while they wait.

use harness::real::{Gate, threads_left_by};
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

/// Holds if all threads slept while others waited at `gate`.
///
/// # Errors
///
/// If some woke up again and again.
pub fn nobody_polls(gate: &Gate) -> Result<(), Violation> {
    if !gate.was_polled() {
        return Ok(());
    }
    let expected = "expected the threads that wait for others to sleep while `f` takes long";
    Err(Violation::new(Finding::BusyWait, expected).got("some woke up again and again"))
}
