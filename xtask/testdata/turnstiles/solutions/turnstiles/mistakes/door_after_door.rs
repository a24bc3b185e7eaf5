//! Mistake: each thread is joined before the next one is started.
//!
//! Fails: `all_doors_are_open_at_once` with `not_concurrent`.

use std::panic;
use std::sync::Arc;
use std::thread;

pub fn count_visitors(doors: usize, visits: usize, enter: impl Fn(usize) + Send + Sync + 'static) -> u64 {
    let enter = Arc::new(enter);
    let mut count = 0;
    for door in 0..doors {
        let enter = Arc::clone(&enter);
        let thread = thread::spawn(move || (0..visits).for_each(|_| enter(door)));
        if let Err(payload) = thread.join() {
            panic::resume_unwind(payload);
        }
        count += visits as u64;
    }
    count
}
