//! Counts the threads that a call leaves behind.

use std::thread;

use super::kernel;
use super::quiescence::Quiescence;

/// Calls `work`, waits until the process is quiescent, and returns how many of the threads that `work` started are
/// still there.
///
/// The wait is needed because a thread that was told to end, such as one of a dropped pool, may take a moment to do so.
pub fn threads_left_by(work: impl FnOnce()) -> usize {
    let before = kernel::threads();
    work();
    // Quiescence ignores the thread that waits for it. So another thread waits, and the calling thread, which has to
    // sleep too, is among those that count.
    thread::scope(|scope| scope.spawn(Quiescence::wait).join()).expect("waiting does not panic");
    kernel::threads().difference(&before).count()
}
