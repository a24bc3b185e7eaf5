//! Hands a count over with a flag that orders nothing, so the count may be read as it was before.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// Counts to `total` with two threads.
pub fn count(total: u64) -> u64 {
    let (half, is_there) = (AtomicU64::new(0), AtomicBool::new(false));
    let first = total / 2;
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            half.store(first, Ordering::Relaxed);
            is_there.store(true, Ordering::Relaxed);
        });
        if !is_there.load(Ordering::Relaxed) {
            other.join().expect("it does not panic");
        }
        half.load(Ordering::SeqCst) + (total - first)
    })
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
