//! Variant: an atomic instead of a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Counts to `total` with two threads.
pub fn count(total: u64) -> u64 {
    let steps = AtomicU64::new(0);
    let first = total / 2;
    thread::scope(|scope| {
        for share in [first, total - first] {
            let steps = &steps;
            scope.spawn(move || (0..share).for_each(|_| drop(steps.fetch_add(1, Ordering::Relaxed))));
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
