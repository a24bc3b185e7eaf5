//! Mistake: a thread that has panicked counts as a door without visitors.
//!
//! Fails: `a_panic_reaches_the_caller` with `wrong_result`.
//! Fails: `no_thread_is_left` with `wrong_result`.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

pub fn count_visitors(doors: usize, visits: usize, enter: impl Fn(usize) + Send + Sync + 'static) -> u64 {
    let enter = Arc::new(enter);
    let open = |door| {
        let enter = Arc::clone(&enter);
        thread::spawn(move || {
            (0..visits).for_each(|_| enter(door));
            visits as u64
        })
    };
    let threads: Vec<JoinHandle<u64>> = (0..doors).map(open).collect();
    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
}
