//! Two threads count iterations together and report how many each made in a row.
//!
//! Everything that an iteration reads or changes lies behind one lock, and that lock is held for exactly one iteration:
//! long enough that nothing comes between a check and the change that depends on it, short enough that the other
//! thread gets its turn.

use std::fmt;
use std::sync::Mutex;
use std::thread;

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

/// What the two threads share. `made` is always the sum of `runs`.
///
/// A lock for each would prevent data races, too. But the other thread could come in between the two locks, where one
/// has been changed and the other has not.
struct Tally {
    made: u64,
    runs: Vec<Run>,
}

/// Makes one iteration for `thread`, unless `total` have been made. Returns whether it did.
fn iterate(tally: &Mutex<Tally>, thread: char, total: u64) -> bool {
    // The guard lives until the end of this function. Unlocking between the check and the iteration would be a
    // mistake: the check could be out of date, and there would be one iteration too many.
    let mut tally = tally.lock().expect("no thread panics while it iterates");
    if tally.made == total {
        return false;
    }
    tally.made += 1;
    // The current run is in the list from its first iteration on. So no run is left to record at the end, and none has
    // to be invented for the time before the first iteration.
    match tally.runs.last_mut() {
        Some(run) if run.thread == thread => run.iterations += 1,
        _ => tally.runs.push(Run { thread, iterations: 1 }),
    }
    true
}

/// Lets the threads `a` and `b` loop at the same time until they have made `total` iterations together.
///
/// Returns the runs in the order in which they were made. Neighbouring runs belong to different threads, no run is
/// empty, and their iterations add up to `total`. Both threads have ended on return.
pub fn count_iterations(total: u64) -> Vec<Run> {
    let runs = Vec::new();
    let tally = Mutex::new(Tally { made: 0, runs });
    // The scope joins both threads before it returns. That is why they may borrow `tally` and need no `Arc`.
    thread::scope(|scope| {
        for thread in ['a', 'b'] {
            let tally = &tally;
            scope.spawn(move || while iterate(tally, thread, total) {});
        }
    });
    // No other thread is left, so the mutex can be taken apart without locking it.
    tally.into_inner().expect("no thread panicked while it iterated").runs
}
