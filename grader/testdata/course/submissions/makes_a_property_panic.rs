//! The sum is 0, for which the property of the check panics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

pub struct Tally(pub u64);

impl Tally {
    pub fn add(&mut self, _more: u64) {
        self.0 = 0;
    }
}

pub fn count(total: u64) -> u64 {
    let counter = AtomicU64::new(0);
    thread::scope(|scope| {
        for part in [total / 2, total - total / 2] {
            let counter = &counter;
            scope.spawn(move || counter.fetch_add(part, Ordering::SeqCst));
        }
    });
    counter.into_inner()
}
