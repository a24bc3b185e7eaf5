//! Mistake: the first panic goes on at once, and the threads after it are not joined.
//!
//! Fails: `a_panic_reaches_the_caller` with `thread_leak`.
//! Fails: `no_thread_is_left` with `thread_leak`.

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
    threads.into_iter().map(|thread| thread.join().unwrap()).sum()
}
