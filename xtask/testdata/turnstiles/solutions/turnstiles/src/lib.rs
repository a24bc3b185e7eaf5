//! Each thread counts for itself and returns its count, so nothing is shared and nothing can be lost.
//!
//! All threads are started before the first one is joined. Each is joined even if one before it has panicked: the first
//! panic goes on only when all have ended.

use std::panic;
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
    let ends: Vec<thread::Result<u64>> = threads.into_iter().map(JoinHandle::join).collect();
    let count = |end: thread::Result<u64>| end.unwrap_or_else(|payload| panic::resume_unwind(payload));
    ends.into_iter().map(count).sum()
}
