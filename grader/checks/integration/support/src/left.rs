//! Threads that a call leaves behind.

use std::thread;

use harness::real::{Quiescence, kernel};
use harness::{Finding, Violation};

/// Calls `work` and holds if none of its threads is left once the process is quiescent.
///
/// # Errors
///
/// How many threads are left.
pub fn leaves_no_thread(what: &str, work: impl FnOnce()) -> Result<(), Violation> {
    let before = kernel::threads();
    work();
    // On a thread of its own, which does not count: the calling one is among those that have to sleep.
    thread::scope(|scope| scope.spawn(Quiescence::wait).join()).expect("waiting does not panic");
    match kernel::threads().difference(&before).count() {
        0 => Ok(()),
        left => {
            let expected = format!("expected all threads to be gone after {what}");
            Err(Violation::new(Finding::ThreadLeak, expected).got(format!("{left} of them are still there")))
        }
    }
}
