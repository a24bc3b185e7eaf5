//! Mistake: each step is a load and a store, and another thread may come between.
//!
//! Fails: `every_step_counts` with `race`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Counts to `total` with two threads.
pub fn count(total: u64) -> u64 {
    let steps = AtomicU64::new(0);
    let first = total / 2;
    thread::scope(|scope| {
        for share in [first, total - first] {
            let steps = &steps;
            scope.spawn(move || {
                for _ in 0..share {
                    steps.store(steps.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                }
            });
        }
    });
    steps.into_inner()
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
