//! Two threads count iterations together and report how many each made in a row.
//!
//! No iteration is lost, none is made twice, and every thread has ended when the runs are handed over.

use std::fmt;

/// Iterations that one thread made in a row, without the other in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The thread that made them: `'a'` or `'b'`.
    pub thread: char,
    /// How many there are, at least 1.
    pub iterations: u64,
}

impl fmt::Display for Run {
    /// Writes `797 iterations in thread a`; the plural stays for a single one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} iterations in thread {}", self.iterations, self.thread)
    }
}

/// Lets the threads `a` and `b` loop at the same time until they have made `total` iterations together.
///
/// Returns the runs in the order in which they were made. Neighbouring runs belong to different threads, no run is
/// empty, and their iterations add up to `total`. Both threads have ended on return.
pub fn count_iterations(total: u64) -> Vec<Run> {
    // What the two threads share: how many iterations have been made, which thread made the last one, and the runs so
    // far. Which of these belong together?
    //
    // In the standard library: `thread::scope` and `Scope::spawn`, or `thread::spawn` with `Arc` and
    // `JoinHandle::join`; `Mutex` with `lock` and `into_inner`; `AtomicU64` with `fetch_add`; `mpsc::channel`;
    // `slice::last_mut`.
    todo!("let threads a and b make their iterations: {total}")
}
