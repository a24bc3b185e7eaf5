//! Mistake: the number is a static, which a later call finds as the earlier one left it.
//!
//! Fails: `increments_add_up` with `wrong_result`.
//! Fails: `a_panic_between_reaches_the_caller` with `panic`.
//! Fails: `program_shows_both_tables` with `wrong_output`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Mutex};
use std::thread;

static NUMBER: Mutex<Option<u64>> = Mutex::new(None);

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut number = NUMBER.lock().unwrap();
                let read = *number.get_or_insert(start);
                between(read);
                *number = Some(read + 1);
            });
        }
    });
    NUMBER.lock().unwrap().unwrap()
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
