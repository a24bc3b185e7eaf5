//! Counts how many threads are inside a function at once.
//!
//! The counters are those of the real `std`, also when the submission runs under the model. So counting is no operation
//! of an execution, and many calls stay quick.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The threads that are inside a function, for the first calls of it.
#[derive(Debug)]
pub struct Crowd {
    /// How many calls are still counted.
    left: AtomicUsize,
    inside: AtomicUsize,
    most: AtomicUsize,
    /// How many calls came from threads that should make none.
    others: AtomicUsize,
}

impl Crowd {
    /// Counts the first `calls`.
    pub fn of_first(calls: usize) -> Self {
        Self {
            left: AtomicUsize::new(calls),
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            others: AtomicUsize::new(0),
        }
    }

    /// Calls `stay` with the thread counted as inside, unless enough calls were counted.
    pub fn pass(&self, stay: impl FnOnce()) {
        // Relaxed, here and below: the counters publish nothing else.
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if taken.is_ok() {
            let now = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(now, Ordering::Relaxed);
            stay();
            self.inside.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Counts a call from a thread that should make none.
    pub fn pass_by(&self) {
        self.others.fetch_add(1, Ordering::Relaxed);
    }

    /// How many calls came from threads that should make none.
    pub fn others(&self) -> usize {
        self.others.load(Ordering::Relaxed)
    }

    /// The most threads that were inside at once.
    pub fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}
