//! Mistake: each call sets a static anew, and another call that runs at the same time counts in it, too.
//!
//! Fails: `increments_add_up` with `wrong_result`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

static NUMBER: Mutex<u64> = Mutex::new(0);

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    *NUMBER.lock().unwrap_or_else(PoisonError::into_inner) = start;
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut number = NUMBER.lock().unwrap_or_else(PoisonError::into_inner);
                let read = *number;
                between(read);
                *number = read + 1;
            });
        }
    });
    *NUMBER.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let threads = threads.max(1);
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let read = value.load(SeqCst);
                barrier.wait();
                value.store(read + 1, SeqCst);
            });
        }
    });
}

pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    let count = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                for _ in 0..rounds {
                    count.fetch_add(1, Relaxed);
                }
            });
        }
    });
    count.into_inner()
}
